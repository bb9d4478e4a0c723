"""The split of one ship number into tracks, with lists and dicts: slow, plain, from the definitions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from naive.positions import by_vessel, hours

NAUTICAL_MILE_M = 1852.0
CLASSES = {1: {"A"}, 2: {"A"}, 3: {"A"}, 18: {"B"}, 19: {"B"}, 27: {"A", "B"}}

Fix = Mapping[str, Any]


@dataclass
class Track:
    first: int
    positions: int = 1
    kept: list[int] = field(default_factory=list)


def split(fixes: Sequence[Fix], options: Any) -> list[int | None]:
    """For each position of one vessel, in order of time, the first position of its segment; None is noise."""
    answer: list[int | None] = [None] * len(fixes)
    fit: dict[int, float] = {}
    tracks: list[Track] = []
    for j, fix in enumerate(fixes):
        if _faulty(fix, options) or _repeated(fixes, j, options):
            continue
        tracks = [t for t in tracks if hours(fixes[t.kept[-1]], fix) <= options.max_gap_h]
        found = [(track, *_best(fixes, j, track, fit, options)) for track in tracks]
        found = [row for row in found if row[1] > 0]
        weight = {row[0].first: _weighed(row[0], row[1], options) for row in found}
        near = [r for r in found if weight[r[0].first] * options.ambiguity_factor >= max(weight.values())]
        if len(near) == 1:
            track, value, dropped = near[0]
            for _ in range(dropped):
                answer[track.kept.pop()] = None
            answer[j], fit[j] = track.first, value
            track.kept.append(j)
            track.positions += 1
            continue
        tracks = [t for t in tracks if all(t is not row[0] for row in near)]
        while len(tracks) >= options.max_open:
            tracks.remove(min(tracks, key=lambda t: t.kept[-1]))
        tracks.append(Track(j, kept=[j]))
        answer[j] = j
    return answer


def _weighed(track: Track, value: float, options: Any) -> float:
    share = track.positions / options.short_positions
    return value * share / math.sqrt(1 + share**2)


def _faulty(fix: Fix, options: Any) -> bool:
    speed = fix.get("speed_kn")
    return speed is not None and any(abs(speed - bad) < 0.05 for bad in options.faulty_speeds_kn)


def _key(fix: Fix) -> tuple[int | None, ...]:
    steps = {"lat_deg": 60_000, "lon_deg": 60_000, "course_deg": 10, "speed_kn": 10, "heading_deg": 1}
    values = ((fix.get(name), step) for name, step in steps.items())
    return tuple(
        None if value is None else math.floor(abs(value * step) + 0.5) * (1 if value >= 0 else -1)
        for value, step in values
    )


def _repeated(fixes: Sequence[Fix], j: int, options: Any) -> bool:
    if not (fixes[j].get("speed_kn") or 0) > 0:
        return False
    same = [fix for fix in fixes[:j] if _key(fix) == _key(fixes[j]) and (fix.get("speed_kn") or 0) > 0]
    return any(hours(fix, fixes[j]) <= options.max_gap_h for fix in same)


def _best(
    fixes: Sequence[Fix], j: int, track: Track, fit: Mapping[int, float], options: Any
) -> tuple[float, int]:
    """Likeness to the best of the last positions, and how many later ones it would make noise."""
    last = track.kept[::-1][: options.lookback]
    seen = set().union(*(CLASSES.get(fixes[i].get("message_type"), set()) for i in last))
    mine = CLASSES.get(fixes[j].get("message_type"), set())
    weight = options.class_mismatch_weight if seen and mine and not seen & mine else 1.0
    best, best_scaled, dropped = 0.0, 0.0, 0
    for back, i in enumerate(last):
        if hours(fixes[i], fixes[j]) > options.max_gap_h:
            break
        value = weight * _likeness(fixes[i], fixes[j], options)
        scaled = value / max(1.0, back * options.lookback_factor)
        if scaled > (fit.get(last[back - 1], 0.0) if back else 0.0) and scaled > best_scaled:
            best, best_scaled, dropped = value, scaled, back
    return best, dropped


def _likeness(one: Fix, two: Fix, options: Any) -> float:
    h = hours(one, two)
    shorten = 1 + (h / options.penalty_h) ** (1 - options.penalty_exponent)
    waited = math.hypot(h, options.buffer_h)
    reach = waited * options.max_speed_kn
    if options.penalty_on == "reach":
        reach /= shorten
    off = _discrepancy(one, two, h if options.penalty_on == "reach" else h / shorten, options.shape_factor)
    if off > reach:
        return 0.0
    return math.exp(-((options.max_speed_kn / options.penalty_speed_kn * off / reach) ** 2)) / waited


def _discrepancy(one: Fix, two: Fix, h: float, shape: float) -> float:
    apart = _apart_nm(one, two)
    run1, run2 = _run(one, h), _run(two, h)
    expected = 0.5 * (abs(apart - run1) + abs(apart - run2))
    return min(expected, shape * abs(apart), shape * 0.5 * (_beside(apart, run1) + _beside(apart, run2)))


def _apart_nm(one: Fix, two: Fix) -> complex:
    """East + north x i from the first to the second in nautical miles, flat at their mean latitude, WGS84."""
    lat = math.radians((one["lat_deg"] + two["lat_deg"]) / 2)
    e2 = (2 - 1 / 298.257223563) / 298.257223563
    w = math.sqrt(1 - e2 * math.sin(lat) ** 2)
    across, along = 6378137.0 / w * math.cos(lat), 6378137.0 * (1 - e2) / w**3
    turn = (two["lon_deg"] - one["lon_deg"]) % 360
    east = math.radians(turn - 360 if turn >= 180 else turn) * across
    north = math.radians(two["lat_deg"] - one["lat_deg"]) * along
    return complex(east, north) / NAUTICAL_MILE_M


def _run(fix: Fix, h: float) -> complex:
    speed, course = fix.get("speed_kn"), fix.get("course_deg")
    if speed is None or course is None:
        return 0j
    return speed * h * complex(math.sin(math.radians(course)), math.cos(math.radians(course)))


def _beside(apart: complex, run: complex) -> float:
    """How far the way to a place lies from a run that leads towards it and far enough."""
    if not abs(run):
        return math.inf
    turned = apart * run.conjugate() / abs(run)
    return abs(turned.imag) if 0 < turned.real <= abs(run) else math.inf


def by_vessel_split(rows: Sequence[Fix], options: Any) -> dict[tuple[Any, ...], tuple[Any, ...] | None]:
    """For each vessel, time and place those of the first position of its segment; None is noise."""

    def key(fix: Fix) -> tuple[Any, ...]:
        return fix["vessel_id"], fix["time_utc"], fix["lat_deg"], fix["lon_deg"]

    found = {}
    for fixes in by_vessel(rows).values():
        for fix, first in zip(fixes, split(fixes, options), strict=True):
            found[key(fix)] = None if first is None else key(fixes[first])
    return found
