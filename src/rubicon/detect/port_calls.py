"""Port calls that AIS shows: a ship comes near a port, stops or falls silent there, and leaves.

A call is no cargo: what was loaded, if anything, is not in AIS. A call that was made while dark is not found
here; whether a gap leaves time for one is a question of reach.

Reads POSITION. A ship is in port from the first position at most `enter_km` from a port (straight distance on
the ellipsoid, nearest port) until one at least `exit_km` from all. In port, a stop begins at `stop_begins_kn`
or less and ends at `stop_ends_kn` or more, by the reported speed; where none is reported, by the distance to a
position at least 10 minutes and at most 4 hours away. The navigational status is not read: its zero means
under way, and crews forget to set it. Consecutive positions `min_gap_min` or more apart, the first in port and
no faster than `max_gap_speed_kn`, are a gap in port. Confidence: 4 = stop or gap, with entry and exit; 3 = with
one of them; 2 = stop or gap alone; 1 = entry or exit alone, a passage.

Gives one EVENT of kind `port_call` each: start and end are the first and last position in port (how long it was
seen there), latitude and longitude those of the first. The evidence is these two and the positions before and
after. The score is confidence / 5, halved when a gap is the only sign of a stay.

Known false positives: ships at anchor or waiting for a pilot off a port, canal transits that wait, tugs and
ferries at home, a port point nearer than the port really used (one point stands for a whole port; read
`min_distance_km`), false positions. Missed: calls of ships that were dark on arrival, ports that no list has.

Source: Global Fishing Watch, anchorages_pipeline (`create_in_out_events.py`, `create_port_visits.py`); port
points: World Port Index (US NGA).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, model_validator

from rubicon.case import Port
from rubicon.detect._support import HOUR_US, Event, Floats, Tracks, event_table, iso, tracks_of
from rubicon.geo.ports import load_ports
from rubicon.kernels import port_calls as kernel
from rubicon.provenance import content_id
from rubicon.schema import EVENT

NEEDS = "POSITION"
KEY = ("vessel_id",)
ORDER = ("time_utc",)
GIVES = "EVENT"
VERSION = "1"
LOOKBACK_S = 30 * 86_400
"""A call begins with its first position in port; stays longer than this need all data to be dated right."""

IMPLIED_WINDOW_US = 600_000_000
"""At anchor a position moves by tens of metres between reports; over 10 minutes that is below 0.2 kn."""
IMPLIED_LONGEST_US = 4 * HOUR_US
"""Over a longer interval the mean speed says little about the speed at either end."""


class Options(BaseModel):
    """Thresholds of the port call detector."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enter_km: float = Field(
        default=5.0,
        gt=0,
        description="A ship this near a port point enters. One point stands for a port: the World Port Index "
        "rounds to minutes of arc (1.3 km off at worst, and often inland), and quays and roads lie 2 to 3 km from "
        "it. Global Fishing Watch has 3 km, from points at every anchorage that 20 ships used.",
    )
    exit_km: float = Field(
        default=7.0,
        gt=0,
        description="A ship this far from every port point has left. More than enter_km, so that a ship at the edge "
        "does not enter again and again; no more, so that ports 14 km apart (Najin and Sonbong) stay two.",
    )
    stop_begins_kn: float = Field(
        default=0.2, ge=0, description="At most this speed is a stop: moored or at anchor."
    )
    stop_ends_kn: float = Field(
        default=0.5, ge=0, description="From this speed the stop is over: swinging stays below."
    )
    min_gap_min: float = Field(
        default=60.0,
        gt=0,
        description="Silence in port that counts as a stay. One hour, so that a ship that goes dark at the berth and "
        "reappears at sea is seen to have been there; Global Fishing Watch has 240 minutes.",
    )
    max_gap_speed_kn: float | None = Field(
        default=3.0,
        gt=0,
        description="Fastest speed before a gap in port that counts as a stay, or null for any. A ship that is lost "
        "while it passes at sea speed has made a gap and no call; 3 kn is manoeuvring in harbour.",
    )
    min_confidence: int = Field(
        default=2,
        ge=1,
        le=4,
        description="Calls below are left out. 2: a passage without stop or gap is no call.",
    )
    ports: tuple[Port, ...] = Field(
        default=(), description="Ports to look at; when empty, the bundled World Port Index."
    )

    @model_validator(mode="after")
    def _hysteresis(self) -> Options:
        if self.exit_km < self.enter_km:
            raise ValueError("exit_km must not be less than enter_km")
        if self.stop_ends_kn < self.stop_begins_kn:
            raise ValueError("stop_ends_kn must not be less than stop_begins_kn")
        return self


PROFILES: dict[str, Options] = {
    "rubicon": Options(),
    "gfw": Options(enter_km=3.0, exit_km=4.0, min_gap_min=240.0, max_gap_speed_kn=None, min_confidence=1),
}
"""`gfw` differs from its source in one thing: a ship that is seen stopped in port throughout is a call (2)."""


def detect(table: pa.Table, options: Options) -> pa.Table:
    """Find port calls; see the module's text for what one is.

    `detail`: port, port_country, port_lat_deg, port_lon_deg, min_distance_km (from the port's point to the nearest
    position of the stop, or of the call when there is no stop), confidence, stay_h (seen in port), stay_max_h
    (from the position before to the one after; null when either is missing), and the times entry_utc, stop_begin_utc,
    stop_end_utc, gap_begin_utc, gap_end_utc, exit_utc (first position outside), null for what was not seen.
    """
    ports, index = _ready(options.ports, options.exit_km)
    if not table.num_rows or not ports:
        return EVENT.empty_table()
    tracks = tracks_of(table)
    limits = _limits(options)
    port, metres = kernel.nearest_ports(tracks.lat_deg, tracks.lon_deg, index)
    speed_kn = kernel.fill_speeds(
        tracks.offsets, tracks.time_us, tracks.lat_deg, tracks.lon_deg, tracks.column("speed_kn"), limits
    )
    calls, count = kernel.port_calls(tracks.offsets, tracks.time_us, speed_kn, metres, limits)
    found = kernel.Calls(*(column[:count] for column in calls))
    at = [ports[index] for index in port[found.nearest].tolist()]
    return event_table(list(_events(tracks, found, at, metres, options)))


def _sorted(ports: Sequence[Port]) -> list[Port]:
    """Ports in an order that does not depend on how they were given."""
    return sorted(ports, key=lambda port: (port.lat_deg, port.lon_deg, port.name, port.country))


@lru_cache(maxsize=4)
def _ready(given: tuple[Port, ...], radius_km: float) -> tuple[list[Port], kernel.Ports]:
    """Ports (the bundled ones when none are given) in order, and the index of their points."""
    ports = _sorted(given or load_ports())
    return ports, _index(ports, radius_km)


def _index(ports: Sequence[Port], radius_km: float) -> kernel.Ports:
    points = np.array([(port.lat_deg, port.lon_deg) for port in ports]).reshape(-1, 2)
    return kernel.port_index(points[:, 0], points[:, 1], radius_km * 1000.0)


def _limits(options: Options) -> kernel.Limits:
    fastest = options.max_gap_speed_kn
    return kernel.Limits(
        enter_m=options.enter_km * 1000.0,
        exit_m=options.exit_km * 1000.0,
        stop_begins_kn=options.stop_begins_kn,
        stop_ends_kn=options.stop_ends_kn,
        min_gap_us=round(options.min_gap_min * 60e6),
        max_gap_speed_kn=float("inf") if fastest is None else fastest,
        implied_window_us=IMPLIED_WINDOW_US,
        implied_longest_us=IMPLIED_LONGEST_US,
    )


def _events(
    tracks: Tracks, calls: kernel.Calls, ports: Sequence[Port], metres: Floats, options: Options
) -> Iterator[Event]:
    rule = content_id(VERSION, options.model_dump(mode="json", exclude={"ports", "min_confidence"}))
    about = zip(
        ports, tracks.names(calls.first), _times(tracks, calls), _evidence(tracks, calls), strict=True
    )
    for c, (port, vessel, times, ids) in enumerate(about):
        first, last, left = int(calls.first[c]), int(calls.last[c]), int(calls.left[c])
        entered, exited = bool(calls.entered[c]), left != kernel.NONE
        stop, gap = int(calls.stop_begin[c]) != kernel.NONE, int(calls.gap_begin[c]) != kernel.NONE
        confidence = _confidence(stop or gap, entered + exited)
        if confidence < options.min_confidence:
            continue
        detail = {
            "port": port.name,
            "port_country": port.country,
            "port_lat_deg": port.lat_deg,
            "port_lon_deg": port.lon_deg,
            "min_distance_km": round(float(metres[calls.nearest[c]]) / 1000.0, 3),
            "confidence": confidence,
            "stay_h": _hours(tracks, first, last),
            "stay_max_h": _hours(tracks, first - 1, left) if entered and exited else None,
        } | times
        yield Event(
            "port_call", vessel, int(tracks.time_us[first]), int(tracks.time_us[last]),
            float(tracks.lat_deg[first]), float(tracks.lon_deg[first]),
            confidence / 5.0 * (1.0 if stop or not gap else 0.5), detail, ids, (rule, port.name),
        )  # fmt: skip


def _evidence(tracks: Tracks, calls: kernel.Calls) -> Iterator[list[str]]:
    """For each call the position before, the first, the last and the one after, as far as there are such."""
    around = (calls.first - 1, calls.first, calls.last, calls.left)
    seen = (calls.entered, calls.first >= 0, calls.last >= 0, calls.left != kernel.NONE)
    ids = [tracks.evidence(np.maximum(at, 0)) for at in around]
    for row, there in zip(zip(*ids, strict=True), zip(*seen, strict=True), strict=True):
        yield list(dict.fromkeys(id_ for id_, is_there in zip(row, there, strict=True) if is_there))


def _confidence(stayed: bool, sides: int) -> int:
    """Global Fishing Watch's scale: how much of a call was seen."""
    return 2 + sides if stayed else min(sides, 1)


def _times(tracks: Tracks, calls: kernel.Calls) -> Iterator[dict[str, str | None]]:
    """For each call the times of what was seen of it, as ISO 8601 UTC."""
    seen = {
        "entry_utc": np.where(calls.entered, calls.first, kernel.NONE),
        "stop_begin_utc": calls.stop_begin,
        "stop_end_utc": calls.stop_end,
        "gap_begin_utc": calls.gap_begin,
        "gap_end_utc": calls.gap_end,
        "exit_utc": calls.left,
    }
    texts = [iso(tracks.time_us[np.maximum(at, 0)]) for at in seen.values()]
    for row, at in zip(zip(*texts, strict=True), zip(*seen.values(), strict=True), strict=True):
        yield {key: text if i != kernel.NONE else None for key, text, i in zip(seen, row, at, strict=True)}


def _hours(tracks: Tracks, begin: int, end: int) -> float:
    return round(float(tracks.time_us[end] - tracks.time_us[begin]) / HOUR_US, 4)
