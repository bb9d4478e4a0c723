"""Spoofing: positions that no honest transponder on one ship sends.

What is found is a contradiction in the data, not an intent: jamming, a broken receiver and two ships with one number look alike.

Reads POSITION. Six patterns, each an EVENT of kind `spoofing` with `detail.pattern`:

- `jump`: steps of more than `min_jump_km` at more than `max_speed_kn`; those less than `group_h` apart are one event;
- `two_places`: such steps of which at least two lead back to where the ship could have been without them: one number at two places;
- `circle`: at least one and a half turns the same way round on a circle of `min_radius_m` to 50 km: the "crop circles" of jammed or invented positions;
- `frozen`: one and the same position for an hour while a speed is reported;
- `fixed_heading`: the bow points in one direction (as at a berth) while the positions go round bends at speed;
- `on_land`: at least `min_land_positions` in a row more than `min_inland_km` inland, where the coastline in use reaches.

Start, latitude and longitude are those of the first position of the pattern, the evidence is it and the last (of a jump, both sides of each of
the first ten). The score ranks how hard the pattern is to explain otherwise: two_places 0.8, circle and on_land 0.7, fixed_heading 0.6, jump 0.5 (0.3 for a single step),
frozen 0.4.

Known false positives: shared or mistyped numbers (see segments), clocks that jump, GNSS interference that hits all ships of an area, searching, fishing and racing
in circles, gyros that are switched off, ships on rivers and canals that the coastline does not know.

Sources: C4ADS, Above Us Only Stars (2019), on displaced and circling positions; Bergman, Systematic data analysis reveals false vessel tracks (SkyTruth and Global
Fishing Watch, 2021); GISIS and RUSI on the Tae Yang (identity and position do not fit).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pydantic import BaseModel, ConfigDict, Field

from rubicon.detect._support import HOUR_US, Event, Flags, Ints, Tracks, event_table, tracks_of
from rubicon.errors import OutsideCoastline
from rubicon.geo.coast import Coast, load_coast
from rubicon.geo.earth import NAUTICAL_MILE_M
from rubicon.geo.zones import shore_near
from rubicon.kernels import spoofing as kernel
from rubicon.kernels.geodesy import distance_m
from rubicon.provenance import content_id
from rubicon.schema import EVENT

NEEDS = "POSITION"
KEY = ("vessel_id",)
ORDER = ("time_utc",)
GIVES = "EVENT"
VERSION = "1"
LOOKBACK_S = 7 * 86_400
"""Patterns last hours to days."""

SCORES = {"two_places": 0.8, "circle": 0.7, "on_land": 0.7, "fixed_heading": 0.6, "jump": 0.5, "frozen": 0.4}
SINGLE_JUMP_SCORE = 0.3
MOST_JUMPS_CITED = 10
FARTHEST_NM = 30.0
"""How far the way to the shore is measured; places farther inland count as this far."""
CELL_PER_DEG = 200.0
"""Places are tested against the land once for each cell of 1/200 degree."""


class Options(BaseModel):
    """Thresholds of the patterns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_speed_kn: float = Field(
        default=60.0, gt=0, description="Fastest speed that a ship can have: the fastest ferries do 58 kn."
    )
    min_jump_km: float = Field(
        default=20.0,
        gt=0,
        description="Shorter leaps are clock errors: a minute at 30 kn is 1 km, and satellites date messages to minutes at worst.",
    )
    group_h: float = Field(default=24.0, gt=0, description="Leaps less than this apart are one event.")
    min_turn_deg: float = Field(
        default=540.0, ge=360, description="One and a half turns: less is a manoeuvre."
    )
    min_radius_m: float = Field(
        default=300.0,
        gt=0,
        description="Smaller circles are ships that swing at anchor or seiners that set a net.",
    )
    min_circle_speed_kn: float = Field(
        default=3.0, ge=0, description="Slower circles are ships that drift or swing."
    )
    min_frozen_kn: float = Field(
        default=3.0,
        gt=0,
        description="Speed reported from one and the same place; at anchor less is reported.",
    )
    min_duration_h: float = Field(
        default=1.0,
        gt=0,
        description="Shortest frozen or fixed-heading stretch: receivers that lose the satellites repeat a position for minutes.",
    )
    min_land_positions: int = Field(default=3, ge=1, description="A single wild position is noise.")
    min_inland_km: float = Field(
        default=2.0,
        ge=0,
        description="Nearer to the shore is harbour, river mouth or the error of the coastline.",
    )


PROFILES: dict[str, Options] = {"rubicon": Options(), "gfw": Options()}
"""Global Fishing Watch publishes no definition of its own; `gfw` is the same."""


def detect(table: pa.Table, options: Options) -> pa.Table:
    """Find patterns; see the module's text.

    `detail`: pattern and, by pattern, jumps, returns, farthest_km, fastest_kn (jump, two_places; null when infinite); turn_deg, radius_m (circle); reported_speed_kn
    (frozen); heading_deg, turn_deg (fixed_heading); inland_km (on_land); and always duration_h, positions, end_lat_deg, end_lon_deg.
    """
    if not table.num_rows:
        return EVENT.empty_table()
    tracks = tracks_of(table)
    rule = (content_id(VERSION, options.model_dump(mode="json")),)
    found = [
        *_jumps(tracks, options),
        *_circles(tracks, options),
        *_frozen(tracks, options),
        *_fixed_headings(tracks, options),
        *_on_land(tracks, options),
    ]
    return event_table([_event(tracks, pattern, rule) for pattern in found])


Pattern = tuple[str, int, int, dict[str, Any], float, list[int]]
"""Name, first and last position, detail, score, positions to cite."""


def _track(tracks: Tracks) -> tuple[Any, ...]:
    return tracks.time_us, tracks.lat_deg, tracks.lon_deg


def _event(tracks: Tracks, pattern: Pattern, rule: tuple[str, ...]) -> Event:
    name, first, last, about, score, cited = pattern
    at = np.array([first])
    detail = {
        "pattern": name,
        "duration_h": round((tracks.time_us[last] - tracks.time_us[first]) / HOUR_US, 4),
        "positions": last - first + 1,
        "end_lat_deg": float(tracks.lat_deg[last]),
        "end_lon_deg": float(tracks.lon_deg[last]),
    } | about
    ids = list(dict.fromkeys(tracks.evidence(np.array(cited))))
    return Event(
        "spoofing", tracks.names(at)[0], int(tracks.time_us[first]), int(tracks.time_us[last]),
        float(tracks.lat_deg[first]), float(tracks.lon_deg[first]), score, detail, ids, (*rule, name),
    )  # fmt: skip


def _jumps(tracks: Tracks, options: Options) -> Iterator[Pattern]:
    """Leaps of one ship that follow each other, as one pattern each."""
    at = kernel.jumps(tracks.offsets, _track(tracks), options.max_speed_kn, options.min_jump_km * 1000.0)
    if not at.size:
        return
    ship, time_us = tracks.vessel_of(at), tracks.time_us[at]
    cuts = (np.diff(ship) != 0) | (np.diff(time_us) >= options.group_h * HOUR_US)
    for group in np.split(at, np.flatnonzero(cuts) + 1):
        yield _leap(tracks, group, options)


def _leap(tracks: Tracks, group: Ints, options: Options) -> Pattern:
    track = _track(tracks)
    pairs = zip(group[:-1].tolist(), group[1:].tolist(), strict=True)
    returns = sum(kernel.speed_kn(track, i, j + 1) <= options.max_speed_kn for i, j in pairs)
    lat, lon = tracks.lat_deg, tracks.lon_deg
    metres = [distance_m(lat[i], lon[i], lat[i + 1], lon[i + 1]) for i in group.tolist()]
    fastest = max(kernel.speed_kn(track, i, i + 1) for i in group.tolist())
    name = "two_places" if returns >= 2 else "jump"
    about = {
        "jumps": int(group.size),
        "returns": returns,
        "farthest_km": round(max(metres) / 1000.0, 3),
        "fastest_kn": round(fastest, 1) if np.isfinite(fastest) else None,
    }
    cited = [i for k in group[:MOST_JUMPS_CITED].tolist() for i in (k, k + 1)]
    score = SINGLE_JUMP_SCORE if group.size == 1 else SCORES[name]
    return name, int(group[0]), int(group[-1]) + 1, about, score, cited


def _circles(tracks: Tracks, options: Options) -> Iterator[Pattern]:
    rule = kernel.Circle(
        longest_step_us=HOUR_US // 2,
        min_turn_deg=options.min_turn_deg,
        min_positions=12,
        max_spread=0.15,
        min_radius_m=options.min_radius_m,
        max_radius_m=50_000.0,
        min_speed_kn=options.min_circle_speed_kn,
    )
    for first, last, turned, radius in kernel.circles(tracks.offsets, _track(tracks), rule):
        about = {"turn_deg": round(turned, 1), "radius_m": round(radius, 1)}
        yield "circle", first, last, about, SCORES["circle"], [first, last]


def _frozen(tracks: Tracks, options: Options) -> Iterator[Pattern]:
    least_us = round(options.min_duration_h * HOUR_US)
    speed = tracks.column("speed_kn")
    for first, last, mean, _ in kernel.frozen(
        tracks.offsets, _track(tracks), speed, options.min_frozen_kn, least_us, 6
    ):
        about = {"reported_speed_kn": round(mean, 2)}
        yield "frozen", first, last, about, SCORES["frozen"], [first, last]


def _fixed_headings(tracks: Tracks, options: Options) -> Iterator[Pattern]:
    least_us = round(options.min_duration_h * HOUR_US)
    heading = tracks.column("heading_deg")
    for first, last, bow, turned in kernel.fixed_heading(
        tracks.offsets, _track(tracks), heading, 5.0, least_us, 180.0
    ):
        about = {"heading_deg": round(bow, 1), "turn_deg": round(turned, 1)}
        yield "fixed_heading", first, last, about, SCORES["fixed_heading"], [first, last]


def _on_land(tracks: Tracks, options: Options) -> Iterator[Pattern]:
    inland = _inland(tracks, load_coast())
    ship = np.repeat(np.arange(len(tracks.vessels)), np.diff(tracks.offsets))
    at = np.flatnonzero(inland)
    cuts = np.flatnonzero((np.diff(at) != 1) | (np.diff(ship[at]) != 0)) + 1
    for run in np.split(at, cuts):
        if run.size < options.min_land_positions:
            continue
        km = max(_inland_km(tracks, int(i)) for i in run[:: max(run.size // 20, 1)])
        if km >= options.min_inland_km:
            first, last = int(run[0]), int(run[-1])
            yield "on_land", first, last, {"inland_km": round(km, 2)}, SCORES["on_land"], [first, last]


def _inland(tracks: Tracks, coast: Coast) -> Flags:
    """Whether each position lies on land; where the coastline does not reach, it is taken to be at sea."""
    west, south, east, north = coast.bbox
    lon = west + (tracks.lon_deg - west) % 360.0
    within = (tracks.lat_deg > south) & (tracks.lat_deg < north) & (lon > west) & (lon < east)
    found = np.zeros(lon.size, dtype=np.bool_)
    at = np.flatnonzero(within)
    if at.size:
        cells = np.column_stack(
            [np.floor(lon[at] * CELL_PER_DEG), np.floor(tracks.lat_deg[at] * CELL_PER_DEG)]
        )
        unique, place = np.unique(cells, axis=0, return_inverse=True)
        middle = (unique + 0.5) / CELL_PER_DEG
        found[at] = shapely.contains_xy(_land(), middle[:, 0], middle[:, 1])[place.ravel()]
    return found


@cache
def _land() -> Any:
    land = load_coast().land()
    shapely.prepare(land)
    return land


def _inland_km(tracks: Tracks, i: int) -> float:
    """Kilometres from the shore of a position on land; 0 at sea or where it cannot be told."""
    try:
        shore = shore_near(float(tracks.lat_deg[i]), float(tracks.lon_deg[i]), load_coast(), FARTHEST_NM)
    except OutsideCoastline:
        return 0.0
    if shore is None or not shore.inland:
        return 0.0
    return (shore.nm or FARTHEST_NM) * NAUTICAL_MILE_M / 1000.0
