"""Global Fishing Watch's published definitions of port visits and encounters in plain Python: a stand-in for its pipelines.

Written for speed within that: cells instead of all pairs, no tables, no objects. The same distance formula as ours, run as Python.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from rubicon.kernels.geodesy import distance_m

Track = tuple[Sequence[float], Sequence[float], Sequence[float], Sequence[float], Sequence[float]]
"""Times in seconds, latitudes, longitudes, speeds (NaN for unknown), courses, in the order of time."""
metres = distance_m.py_func
CELL = 0.05


def ports_by_cell(ports: Sequence[tuple[float, float]]) -> dict[tuple[int, int], list[tuple[float, float]]]:
    """Port points in cells of 0.05 degree, each also in the cells around it."""
    cells: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for lat, lon in ports:
        row, column = math.floor(lat / CELL), math.floor(lon / CELL)
        wide = math.ceil(1.0 / max(math.cos(math.radians(lat)), 0.05))
        for r in range(row - 1, row + 2):
            for c in range(column - wide, column + wide + 1):
                cells[r, c].append((lat, lon))
    return cells


def port_visits(
    tracks: Mapping[str, Track], cells: Mapping[tuple[int, int], list[tuple[float, float]]]
) -> list[tuple[str, float, float, int]]:
    """Ship, first and last time in port and confidence of each visit: 3 km in, 4 km out, 0.2 and 0.5 kn, 4 h gaps."""
    found = []
    for ship, (times, lats, lons, speeds, _) in tracks.items():
        inside, stopped, first, stop, gap, entered = False, False, 0.0, False, False, False
        for n, time in enumerate(times):
            distance = _nearest(cells, lats[n], lons[n])
            if inside and n and time - times[n - 1] >= 14_400:
                gap = True
            was = inside
            inside = distance <= 3000.0 or (was and distance < 4000.0)
            if inside:
                if not was:
                    first, stop, gap, entered, stopped = time, False, False, n > 0, False
                stopped = speeds[n] <= 0.2 or (stopped and not speeds[n] >= 0.5)
                stop = stop or stopped
            elif was:
                found.append((ship, first, times[n - 1], _confidence(stop or gap, entered + 1)))
        if inside:
            found.append((ship, first, times[-1], _confidence(stop or gap, int(entered))))
    return [visit for visit in found if visit[3] >= 1]


def _nearest(cells: Mapping[tuple[int, int], list[tuple[float, float]]], lat: float, lon: float) -> float:
    near = cells.get((math.floor(lat / CELL), math.floor(lon / CELL)))
    if not near:
        return math.inf
    return min((metres(lat, lon, *port) for port in near if abs(port[0] - lat) < 0.04), default=math.inf)


def _confidence(stayed: bool, sides: int) -> int:
    return 2 + sides if stayed else min(sides, 1)


def encounters(tracks: Mapping[str, Track]) -> list[tuple[str, str, float, float]]:
    """Ships, start and end of each encounter: 10-minute clock, 0.5 km, runs of 1 h merged within 4 h, 2 h in all, below 2 kn."""
    seen = {ship: _clock(track) for ship, track in tracks.items()}
    ticks: dict[int, list[tuple[str, float, float]]] = defaultdict(list)
    for ship, places in seen.items():
        for tick, (lat, lon) in places.items():
            ticks[tick].append((ship, lat, lon))
    together: dict[tuple[str, str], list[int]] = defaultdict(list)
    for tick in sorted(ticks):
        for pair in _close(ticks[tick]):
            together[pair].append(tick)
    found = []
    for (one, two), close in sorted(together.items()):
        for runs in _encounters_of(close, seen[one], seen[two]):
            begin, end = runs[0][0], runs[-1][-1]
            if (end - begin) * 600 >= 7200 and _median_speed(runs, seen[one]) < 2.0:
                found.append((one, two, begin * 600.0, end * 600.0))
    return found


def _clock(track: Track) -> dict[int, tuple[float, float]]:
    times, lats, lons, speeds, courses = track
    places = {}
    last = len(times) - 1
    for n, time in enumerate(times):
        before = time - times[n - 1] if n else math.inf
        after = times[n + 1] - time if n < last else math.inf
        known = speeds[n] == speeds[n] and courses[n] == courses[n]
        if before >= 3600:
            if known:
                back = min(3600.0, before / 2 - 1e-6)
                for tick in range(math.ceil((time - back) / 600), math.ceil(time / 600)):
                    places[tick] = _run(tick * 600 - time, lats[n], lons[n], speeds[n], courses[n])
            if time % 600 == 0:
                places[int(time // 600)] = (lats[n], lons[n])
        if after < 3600:
            delta = (lons[n + 1] - lons[n] + 180) % 360 - 180
            for tick in range(int(time // 600) + 1, int(times[n + 1] // 600) + 1):
                share = (tick * 600 - time) / after
                places[tick] = (
                    lats[n] + (lats[n + 1] - lats[n]) * share,
                    (lons[n] + delta * share + 180) % 360 - 180,
                )
        elif known:
            for tick in range(int(time // 600) + 1, int((time + min(3600.0, after / 2)) // 600) + 1):
                places[tick] = _run(tick * 600 - time, lats[n], lons[n], speeds[n], courses[n])
    return places


def _run(seconds: float, lat: float, lon: float, speed: float, course: float) -> tuple[float, float]:
    degrees = speed * seconds / 3600 / 60
    turn = math.radians(course)
    narrow = max(math.cos(math.radians(lat)), 0.1)
    return lat + degrees * math.cos(turn), (lon + degrees * math.sin(turn) / narrow + 180) % 360 - 180


def _close(ships: Sequence[tuple[str, float, float]]) -> list[tuple[str, str]]:
    cells: dict[tuple[int, int], list[tuple[str, float, float]]] = defaultdict(list)
    found = []
    for ship, lat, lon in ships:
        row, column = math.floor(lat / 0.006), math.floor(lon / 0.012)
        for r in (row - 1, row, row + 1):
            for c in (column - 1, column, column + 1):
                for other, lat2, lon2 in cells.get((r, c), ()):
                    if metres(lat, lon, lat2, lon2) <= 500.0:
                        found.append((ship, other) if ship < other else (other, ship))
        cells[row, column].append((ship, lat, lon))
    return found


def _encounters_of(
    close: Sequence[int], one: Mapping[int, tuple[float, float]], two: Mapping[int, tuple[float, float]]
) -> list[list[list[int]]]:
    runs: list[list[int]] = []
    for tick in close:
        joins = bool(runs) and tick - runs[-1][-1] <= 144
        if joins and not any(k in one and k in two for k in range(runs[-1][-1] + 1, tick)):
            runs[-1].append(tick)
        else:
            runs.append([tick])
    merged: list[list[list[int]]] = []
    for run in runs:
        if (run[-1] - run[0]) * 600 < 3600:
            continue
        if merged and (run[0] - merged[-1][-1][-1]) * 600 < 14_400:
            merged[-1].append(run)
        else:
            merged.append([run])
    return merged


def _median_speed(runs: Sequence[Sequence[int]], places: Mapping[int, tuple[float, float]]) -> float:
    speeds = sorted(
        metres(*places[a], *places[b]) / 1852 / ((b - a) / 6) for run in runs for a, b in pairwise(run)
    )
    middle = len(speeds) // 2
    return (speeds[middle] + speeds[-middle - 1]) / 2 if speeds else 0.0
