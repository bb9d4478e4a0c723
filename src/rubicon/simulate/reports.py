"""What fictional observers report of a scenario's ports, and what fictional sources claim: dated looks and claims.

A watcher looks at a port every so many hours, with some days clouded. Every look is in the record, those that show no
ship too. A ship at a berth there is seen, broadcasting or not, with a measured length that errs; sometimes it is
named, and sometimes wrongly. Claims stand in the scenario as they are, true or false. The same scenario and seed give
the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from rubicon.geo.earth import distance_km
from rubicon.simulate.draws import Draws
from rubicon.simulate.scenario import Scenario, Watcher
from rubicon.simulate.tracks import Track

LOOKS = ("id", "date", "kind", "site", "observation", "vessel", "length_m", "containers", "shows", "repeats", "observer", "url", "note")  # fmt: skip
CLAIMS = ("id", "date", "source", "source_type", "subject", "predicate", "value", "unit", "period_start", "period_end", "derived_from", "url", "note")  # fmt: skip
NOWHERE = "simulated: published nowhere"
IN_PORT_KM, AT_REST_KN = 3.0, 0.5
LENGTH_SD_M = 8.0
SHOWN, EMPTY = "ship_present", "ship_gone"


def observations(scenario: Scenario, tracks: Sequence[Track], seed: int) -> str:
    """The looks of all watchers as the CSV that a case reads."""
    made = [
        row
        for number, watcher in enumerate(scenario.watchers)
        for row in _watched(watcher, scenario, tracks, Draws(seed, 71, number))
    ]
    for number, row in enumerate(made, start=1):
        row["id"] = f"X{number:03d}"
    return _table(LOOKS, made)


def claims(scenario: Scenario) -> str:
    """The scenario's claims as the CSV that a case reads."""
    return _table(CLAIMS, [{"url": NOWHERE, "note": ""} | one.model_dump() for one in scenario.claims])


def _table(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _watched(
    watcher: Watcher, scenario: Scenario, tracks: Sequence[Track], draws: Draws
) -> Iterator[dict[str, Any]]:
    """One row for each ship in each clear look, and one for each clear look without a ship."""
    when = watcher.first_look
    names = [track.ship.name for track in tracks]
    while when < scenario.end:
        clear = float(draws.uniform(1)[0]) < watcher.clear
        base = {
            "date": f"{when:%Y-%m-%dT%H:%M}Z", "kind": "image", "site": watcher.port, "observer": watcher.name, "url": NOWHERE,
            "note": "simulated",
        }  # fmt: skip
        there = [track for track in tracks if _moored(track, scenario, watcher.port, when.timestamp())]
        if clear and not there:
            yield base | {"observation": "no ship at the piers", "shows": EMPTY}
        for track in there if clear else []:
            error: float = draws.normal(1).tolist()[0]
            named, right, other = draws.uniform(3).tolist()
            name = ""
            if named < watcher.names:
                name = track.ship.name if right < watcher.names_right else names[int(other * len(names))]
            length = "" if name else f"{round((track.ship.length_m + LENGTH_SD_M * error) / 5) * 5}"
            yield base | {
                "observation": "a ship at a pier",
                "shows": SHOWN,
                "vessel": name,
                "length_m": length,
            }
        when += timedelta(hours=watcher.every_h)


def _moored(track: Track, scenario: Scenario, port: str, at_s: float) -> bool:
    """Whether a ship lies at one of a port's berths."""
    if not track.time_s[0] <= at_s <= track.time_s[-1]:
        return False
    k = int(np.searchsorted(track.time_s, at_s))
    near = min(
        float(distance_km(track.lat_deg[k], track.lon_deg[k], *berth)) for berth in scenario.port(port).berths
    )
    return near <= IN_PORT_KM and bool(track.speed_kn[k] <= AT_REST_KN)
