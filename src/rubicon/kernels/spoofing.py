"""Loops over tracks that look for what no honest transponder on one ship sends."""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from rubicon.kernels.geodesy import NAUTICAL_MILE_M, distance_m, lon_delta_deg, metres_per_degree

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

HOUR_US = 3.6e9
STILL_M = 15.0
"""A step shorter than this has no direction: positions are good to some 10 m."""


class Circle(NamedTuple):
    """What counts as a circle: metres, degrees, knots, microseconds."""

    longest_step_us: int
    min_turn_deg: float
    min_positions: int
    max_spread: float
    min_radius_m: float
    max_radius_m: float
    min_speed_kn: float


@njit(nogil=True, cache=True)
def speed_kn(track: Any, i: int, j: int) -> float:
    """Least speed between two positions; infinite when they are at different places at one time."""
    time_us, lat_deg, lon_deg = track
    metres = distance_m(lat_deg[i], lon_deg[i], lat_deg[j], lon_deg[j])
    hours = (time_us[j] - time_us[i]) / HOUR_US
    if hours <= 0.0:
        return math.inf if metres > 0.0 else 0.0
    return float(metres / NAUTICAL_MILE_M / hours)


@njit(nogil=True, cache=True)
def jumps(offsets: Ints, track: Any, max_speed_kn: float, min_jump_m: float) -> Ints:
    """Positions from which a ship leaps: farther than `min_jump_m`, faster than `max_speed_kn`, to the next."""
    time_us, lat_deg, lon_deg = track
    found = np.zeros(time_us.size, np.bool_)
    for v in range(offsets.size - 1):
        for i in range(offsets[v], offsets[v + 1] - 1):
            # A minute of latitude is a cheap lower bound: nearly all steps are shorter.
            if abs(lat_deg[i + 1] - lat_deg[i]) < 1e-3 and abs(lon_deg[i + 1] - lon_deg[i]) < 1e-3:
                continue
            metres = distance_m(lat_deg[i], lon_deg[i], lat_deg[i + 1], lon_deg[i + 1])
            found[i] = metres > min_jump_m and speed_kn(track, i, i + 1) > max_speed_kn
    return np.flatnonzero(found)


@njit(nogil=True, cache=True)
def _step(track: Any, i: int) -> tuple[float, float]:
    """Metres and direction (degrees) of the step from a position to the next."""
    _, lat_deg, lon_deg = track
    per_lat, per_lon = metres_per_degree(0.5 * (lat_deg[i] + lat_deg[i + 1]))
    north = (lat_deg[i + 1] - lat_deg[i]) * per_lat
    east = lon_delta_deg(lon_deg[i], lon_deg[i + 1]) * per_lon
    return math.hypot(north, east), math.degrees(math.atan2(east, north))


@njit(nogil=True, cache=True)
def _fit(track: Any, first: int, last: int) -> tuple[float, float]:
    """Mean distance from the middle of positions, metres, and its spread as a share of it."""
    _, lat_deg, lon_deg = track
    per_lat, per_lon = metres_per_degree(lat_deg[first])
    n = last - first + 1
    x, y = np.empty(n), np.empty(n)
    for k in range(n):
        x[k] = lon_delta_deg(lon_deg[first], lon_deg[first + k]) * per_lon
        y[k] = (lat_deg[first + k] - lat_deg[first]) * per_lat
    radius = np.sqrt((x - x.mean()) ** 2 + (y - y.mean()) ** 2)
    mean = radius.mean()
    return mean, radius.std() / mean if mean > 0 else math.inf


@njit(nogil=True, cache=True)
def circles(offsets: Ints, track: Any, rule: Circle) -> list[tuple[int, int, float, float]]:
    """First and last position, turn in degrees and radius in metres of tracks that go round and round.

    A run is steps that all turn the same way (or hardly), none by more than 120 degrees.
    """
    found = [(0, 0, 0.0, 0.0)]
    found.pop()
    time_us = track[0]
    for v in range(offsets.size - 1):
        first, turned, before, way = offsets[v], 0.0, math.nan, 0.0
        for i in range(offsets[v], offsets[v + 1]):
            ends = i + 1 == offsets[v + 1] or time_us[i + 1] - time_us[i] > rule.longest_step_us
            metres, direction = (0.0, 0.0) if ends else _step(track, i)
            if not ends and metres < STILL_M:
                continue
            turn = 0.0 if math.isnan(before) or ends else lon_delta_deg(before, direction)
            if ends or abs(turn) > 120.0 or (abs(turn) > 2.0 and turn * way < 0.0):
                if abs(turned) >= rule.min_turn_deg and i - first + 1 >= rule.min_positions:
                    radius, spread = _fit(track, first, i)
                    hours = (time_us[i] - time_us[first]) / HOUR_US
                    speed = math.radians(abs(turned)) * radius / NAUTICAL_MILE_M / max(hours, 1e-9)
                    round_ = spread <= rule.max_spread and rule.min_radius_m <= radius <= rule.max_radius_m
                    if round_ and speed >= rule.min_speed_kn:
                        found.append((first, i, turned, radius))
                first, turned, way = (i + 1 if ends else i), 0.0, 0.0
                before = math.nan if ends else direction
                continue
            turned += turn
            if abs(turn) > 2.0:
                way = turn
            before = direction
    return found


@njit(nogil=True, cache=True)
def frozen(
    offsets: Ints, track: Any, reported_kn: Floats, min_speed_kn: float, min_us: int, min_positions: int
) -> list[tuple[int, int, float, float]]:
    """First and last position, mean reported speed and hours of stretches that report speed and one and the same place."""
    found = [(0, 0, 0.0, 0.0)]
    found.pop()
    time_us, lat_deg, lon_deg = track
    for v in range(offsets.size - 1):
        first, total = offsets[v], 0.0
        for i in range(offsets[v], offsets[v + 1] + 1):
            inside = i < offsets[v + 1] and reported_kn[i] >= min_speed_kn
            same = inside and lat_deg[i] == lat_deg[first] and lon_deg[i] == lon_deg[first]
            if same:
                total += reported_kn[i]
                continue
            n = i - first
            if n >= min_positions and time_us[i - 1] - time_us[first] >= min_us:
                found.append((first, i - 1, total / n, (time_us[i - 1] - time_us[first]) / HOUR_US))
            first, total = (i, reported_kn[i]) if inside else (i + 1, 0.0)
            if first >= offsets[v + 1]:
                break
    return found


@njit(nogil=True, cache=True)
def fixed_heading(
    offsets: Ints, track: Any, heading: Floats, min_speed_kn: float, min_us: int, min_turn_deg: float
) -> list[tuple[int, int, float, float]]:
    """First and last position, heading and total turn of stretches that go round bends with the bow in one direction."""
    found = [(0, 0, 0.0, 0.0)]
    found.pop()
    time_us = track[0]
    for v in range(offsets.size - 1):
        first, turned, before = offsets[v], 0.0, math.nan
        for i in range(offsets[v], offsets[v + 1]):
            goes_on = i + 1 < offsets[v + 1] and speed_kn(track, i, i + 1) >= min_speed_kn
            holds = goes_on and abs(lon_delta_deg(heading[first], heading[i + 1])) <= 1.0
            if holds:
                _, direction = _step(track, i)
                if not math.isnan(before):
                    turned += abs(lon_delta_deg(before, direction))
                before = direction
                continue
            if time_us[i] - time_us[first] >= min_us and turned >= min_turn_deg:
                found.append((first, i, heading[first], turned))
            first, turned, before = i + 1, 0.0, math.nan
    return found
