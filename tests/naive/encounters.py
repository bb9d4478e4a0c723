"""Encounters from the definition: every ship at every tick, every pair at every tick, in plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

from geographiclib.geodesic import Geodesic

from naive.positions import by_vessel

Fix = Mapping[str, Any]
Place = tuple[float, float]


def kilometres(a: Place, b: Place) -> float:
    return float(Geodesic.WGS84.Inverse(*a, *b)["s12"]) / 1000.0


def encounters(rows: Iterable[Fix], options: Any) -> list[tuple[str, str, float, float, int]]:
    """First ship, second ship, start and end in seconds, and number of ticks together, for each encounter."""
    seen = {vessel: _on_the_clock(fixes, options) for vessel, fixes in by_vessel(rows).items()}
    found = []
    for one, two in combinations(sorted(seen), 2):
        runs = [
            run
            for run in _runs(seen[one], seen[two], options)
            if _seconds(run, options) >= options.min_duration_s
        ]
        for merged in _merged(runs, options):
            total = options.min_duration_s if options.min_total_s is None else options.min_total_s
            slow = (
                options.max_speed_kn is None
                or _median_speed(merged, seen[one], options) < options.max_speed_kn
            )
            ticks = [tick for run in merged for tick in run]
            if _seconds(ticks, options) >= total and slow:
                found.append((one, two, ticks[0] * options.tick_s, ticks[-1] * options.tick_s, len(ticks)))
    return found


def _seconds(ticks: Sequence[int], options: Any) -> float:
    return (ticks[-1] - ticks[0]) * float(options.tick_s)


def _on_the_clock(fixes: Sequence[Fix], options: Any) -> dict[int, Place]:
    times = [fix["time_utc"].timestamp() for fix in fixes]
    places: dict[int, Place] = {}
    ends = {0, len(fixes)} | {n + 1 for n, (a, b) in enumerate(pairwise(times)) if b - a >= options.max_gap_s}
    cuts = sorted(ends)
    for begin, end in pairwise(cuts):
        before = times[begin] - times[begin - 1] if begin else math.inf
        after = times[end] - times[end - 1] if end < len(fixes) else math.inf
        back = min(options.extrapolate_s, before / 2 - 1e-6)
        ahead = min(options.extrapolate_s, after / 2)
        first = math.ceil((times[begin] - back) / options.tick_s)
        last = math.floor((times[end - 1] + ahead) / options.tick_s)
        for tick in range(first, last + 1):
            place = _at(tick * options.tick_s, fixes[begin:end], times[begin:end])
            if place:
                places[tick] = place
    return places


def _at(time: float, fixes: Sequence[Fix], times: Sequence[float]) -> Place | None:
    for n, known in enumerate(times):
        if known == time:
            last = max(k for k, other in enumerate(times) if other == time) if n else n
            return fixes[last]["lat_deg"], fixes[last]["lon_deg"]
    if times[0] < time < times[-1]:
        n = max(k for k, known in enumerate(times) if known < time)
        share = (time - times[n]) / (times[n + 1] - times[n])
        a, b = fixes[n], fixes[n + 1]
        delta = (b["lon_deg"] - a["lon_deg"] + 180) % 360 - 180
        lat = a["lat_deg"] + (b["lat_deg"] - a["lat_deg"]) * share
        return lat, (a["lon_deg"] + delta * share + 180) % 360 - 180
    fix, known = (fixes[0], times[0]) if time < times[0] else (fixes[-1], times[-1])
    if fix.get("speed_kn") is None or fix.get("course_deg") is None:
        return None
    degrees = fix["speed_kn"] / 60 * (time - known) / 3600
    course = math.radians(fix["course_deg"])
    lat = fix["lat_deg"] + degrees * math.cos(course)
    narrow = max(math.cos(math.radians(fix["lat_deg"])), 0.1)
    return (
        (lat, (fix["lon_deg"] + degrees * math.sin(course) / narrow + 180) % 360 - 180)
        if abs(lat) <= 90
        else None
    )


def _runs(one: Mapping[int, Place], two: Mapping[int, Place], options: Any) -> list[list[int]]:
    runs: list[list[int]] = []
    apart = True
    for tick in sorted(one.keys() & two.keys()):
        if kilometres(one[tick], two[tick]) > options.max_distance_km:
            apart = True
        elif apart or (tick - runs[-1][-1]) * options.tick_s > options.max_unseen_s:
            runs.append([tick])
            apart = False
        else:
            runs[-1].append(tick)
    return runs


def _merged(runs: Sequence[list[int]], options: Any) -> list[list[list[int]]]:
    merged: list[list[list[int]]] = []
    for run in runs:
        if merged and (run[0] - merged[-1][-1][-1]) * options.tick_s < options.merge_gap_s:
            merged[-1].append(run)
        else:
            merged.append([run])
    return merged


def _median_speed(runs: Sequence[Sequence[int]], places: Mapping[int, Place], options: Any) -> float:
    speeds = sorted(
        kilometres(places[a], places[b]) / 1.852 / ((b - a) * options.tick_s / 3600)
        for run in runs
        for a, b in pairwise(run)
    )
    middle = len(speeds) // 2
    return (speeds[middle] + speeds[-middle - 1]) / 2 if speeds else 0.0
