"""Voyages as stated: a draught that changes, and a destination that the ship does not go to.

Crews type draught and destination by hand. A draught that changes says that the crew typed another number, at best after loading or unloading; it is no cargo.

Reads POSITION and VESSEL. Gives EVENTs of two kinds:

- `draught_change`: two consecutive statements of draught of one ship differ by `min_draught_change_m`. Start is the last statement of the old, end the first of the new;
  `port` is the port within `port_km` of which the ship was slowest in between, at most `stopped_kn`; null when it was not seen stopped near one (a change at sea);
- `destination`: a stated destination that is the name of one known port, and the first port near which the ship then stopped is another, more
  than `min_apart_km` from it. Start is the first statement of that destination, end the stop.

Latitude and longitude are those of the stop, or of the last position before the end; null without one. Score: 0.5 for a draught change seen at a port, 0.4 otherwise; 0.3 for a destination.
Evidence: the statements and the stop.

Known false positives: typing errors, statements that are updated days late, destinations that name a canal, a pilot station, a river or a terminal, ports that share a name,
fuelling and waiting on the way. Missed: ships that never update their voyage data.

Source: ITU-R M.1371-5, message 5 (voyage data); ports: World Port Index (US NGA).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from rubicon.case import Port
from rubicon.detect._support import Event, Floats, Ints, Tracks, event_table, tracks_of
from rubicon.geo.ports import load_ports, port_key
from rubicon.kernels import port_calls as kernel
from rubicon.kernels.geodesy import distance_m
from rubicon.provenance import content_id, evidence_id
from rubicon.schema import EVENT

NEEDS = "POSITION+VESSEL"
KEY = ("vessel_id",)
ORDER = ("time_utc",)
GIVES = "EVENT"
VERSION = "1"
LOOKBACK_S = 60 * 86_400
"""Voyages last weeks."""


class Options(BaseModel):
    """Thresholds for stated voyages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_draught_change_m: float = Field(
        default=0.5,
        gt=0,
        description="Smaller changes are fuel and ballast; draught is stated in tenths of a metre.",
    )
    port_km: float = Field(
        default=7.0,
        gt=0,
        description="A stop this near to a port point is at the port; one point stands for it.",
    )
    stopped_kn: float = Field(default=0.5, ge=0, description="At most this speed is a stop.")
    min_apart_km: float = Field(
        default=50.0, ge=0, description="Ports nearer to each other are terminals of one place."
    )


PROFILES: dict[str, Options] = {"rubicon": Options(), "gfw": Options()}
"""Global Fishing Watch publishes no definition of its own; `gfw` is the same."""


class Stops(NamedTuple):
    """Positions of ships that are stopped near a port, and which one."""

    at: Ints
    time_us: Ints
    port: Ints


def detect(table: pa.Table, options: Options, vessels: pa.Table | None = None) -> pa.Table:
    """Find draught changes and destinations not gone to; see the module's text.

    `detail`: draught_before_m, draught_after_m, change_m, port, port_country (draught_change); stated, stated_port, called_at, apart_km (destination).
    """
    if vessels is None or not vessels.num_rows or not table.num_rows:
        return EVENT.empty_table()
    tracks = tracks_of(table)
    place = {ship: n for n, ship in enumerate(tracks.vessels)}
    said: dict[str, list[dict[str, Any]]] = {}
    columns = ["vessel_id", "time_utc", "draught_m", "destination", "source_id", "offset"]
    for row in vessels.select(columns).to_pylist():
        if row["vessel_id"] in place and row["time_utc"] is not None:
            row["us"] = round(row["time_utc"].timestamp() * 1e6)
            row["id"] = evidence_id(row["source_id"], row["offset"])
            said.setdefault(row["vessel_id"], []).append(row)
    stops = _stops(tracks, options)
    rule = content_id(VERSION, options.model_dump(mode="json"))
    found: list[Event] = []
    for ship, rows in said.items():
        rows.sort(key=lambda row: (row["us"], row["source_id"], row["offset"]))
        begin, end = tracks.offsets[place[ship]], tracks.offsets[place[ship] + 1]
        low, high = np.searchsorted(stops.at, (begin, end))
        own = Stops(*(column[low:high] for column in stops))
        found += _draughts(tracks, ship, rows, own, options, rule)
        found += _destinations(tracks, ship, rows, own, options, rule)
    return event_table(found)


def _stops(tracks: Tracks, options: Options) -> Stops:
    points: Floats = np.array([(port.lat_deg, port.lon_deg) for port in _ports()])
    index = kernel.port_index(points[:, 0], points[:, 1], options.port_km * 1000.0)
    slow = np.flatnonzero(tracks.column("speed_kn") <= options.stopped_kn)
    port, _ = kernel.nearest_ports(tracks.lat_deg[slow], tracks.lon_deg[slow], index)
    near = port != kernel.NONE
    return Stops(slow[near], tracks.time_us[slow[near]], port[near])


def _draughts(
    tracks: Tracks, ship: str, rows: Sequence[dict[str, Any]], stops: Stops, options: Options, rule: str
) -> Iterator[Event]:
    stated = [row for row in rows if row["draught_m"]]
    for before, after in pairwise(stated):
        change = after["draught_m"] - before["draught_m"]
        if abs(change) < options.min_draught_change_m:
            continue
        low, high = np.searchsorted(stops.time_us, (before["us"], after["us"]))
        stop = int(stops.at[low]) if high > low else None
        port = _ports()[stops.port[low]] if stop is not None else None
        detail = {
            "draught_before_m": before["draught_m"],
            "draught_after_m": after["draught_m"],
            "change_m": round(change, 2),
            "port": port.name if port else None,
            "port_country": port.country if port else None,
        }
        yield _event(tracks, ("draught_change", ship, rule), (before, after["us"], after["id"]), stop, detail)


def _destinations(
    tracks: Tracks, ship: str, rows: Sequence[dict[str, Any]], stops: Stops, options: Options, rule: str
) -> Iterator[Event]:
    stated = [row for row in rows if row["destination"]]
    changes = [
        row for n, row in enumerate(stated) if not n or stated[n - 1]["destination"] != row["destination"]
    ]
    for n, row in enumerate(changes):
        until = changes[n + 1]["us"] if n + 1 < len(changes) else 2**62
        port = _named(row["destination"])
        low, high = np.searchsorted(stops.time_us, (row["us"], until))
        left = [k for k in range(low, high) if low == 0 or stops.port[k] != stops.port[low - 1]]
        if port is None or not left:
            continue
        called = _ports()[stops.port[left[0]]]
        apart = distance_m(port.lat_deg, port.lon_deg, called.lat_deg, called.lon_deg) / 1000.0
        if apart > options.min_apart_km:
            detail = {
                "stated": row["destination"],
                "stated_port": port.name,
                "called_at": called.name,
                "apart_km": round(apart, 1),
            }
            stop = int(stops.at[left[0]])
            yield _event(
                tracks, ("destination", ship, rule), (row, int(tracks.time_us[stop]), None), stop, detail
            )


def _event(
    tracks: Tracks, about: tuple[str, str, str], ends: tuple[dict[str, Any], int, str | None], stop: int | None, detail: dict[str, Any]
) -> Event:  # fmt: skip
    (kind, ship, rule), (first, end_us, last_id) = about, ends
    ids = [
        first["id"],
        *([last_id] if last_id else []),
        *(tracks.evidence(np.array([stop])) if stop is not None else []),
    ]
    lat = float(tracks.lat_deg[stop]) if stop is not None else None
    lon = float(tracks.lon_deg[stop]) if stop is not None else None
    score = 0.3 if kind == "destination" else 0.5 if stop is not None else 0.4
    return Event(
        kind, ship, first["us"], end_us, lat, lon, score, detail, list(dict.fromkeys(ids)), (rule, kind)
    )


@cache
def _ports() -> tuple[Port, ...]:
    return tuple(sorted(load_ports(), key=lambda port: (port.lat_deg, port.lon_deg, port.name)))


@cache
def _names() -> dict[str, Port | None]:
    """Ports by every name; a name that several ports bear leads to none."""
    found: dict[str, Port | None] = {}
    for port in _ports():
        for name in {port.name, *port.aliases}:
            key = port_key(name)
            found[key] = None if key in found and found[key] != port else port
    return found


def _named(destination: str) -> Port | None:
    """The one port that a destination names; null when it names none or several."""
    return _names().get(port_key(destination.rsplit(">", maxsplit=1)[-1]))
