"""Splits the positions of each vessel into tracks that one ship could have sailed."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from rubicon.kernels.geodesy import NAUTICAL_MILE_M, lon_delta_deg, metres_per_degree

NOISE = -1
END_OF_DATA, SILENT, AMBIGUOUS, CROWDED = 0, 1, 2, 3
HOUR_US = 3.6e9


class Limits(NamedTuple):
    """Thresholds of the split, in hours and knots."""

    max_gap_h: float
    penalty_h: float
    penalty_exponent: float
    penalty_on_reach: bool
    buffer_h: float
    max_speed_kn: float
    penalty_speed_kn: float
    lookback: int
    lookback_factor: float
    ambiguity_factor: float
    shape_factor: float
    class_mismatch_weight: float
    short_positions: float
    max_open: int


class Fixes(NamedTuple):
    """Positions sorted by (vessel, time); speed NaN or 0 means that no course is extrapolated."""

    time_us: npt.NDArray[np.int64]
    lat_deg: npt.NDArray[np.float64]
    lon_deg: npt.NDArray[np.float64]
    speed_kn: npt.NDArray[np.float64]
    course_deg: npt.NDArray[np.float64]
    class_bits: npt.NDArray[np.uint8]


@njit(nogil=True, cache=True)
def _run_nm(fixes: Fixes, i: int, hours: float) -> tuple[float, float, float]:
    """Run in nautical miles over some hours at the reported speed; unit vector east, north of the course."""
    speed, course = fixes.speed_kn[i], fixes.course_deg[i]
    if math.isnan(speed) or math.isnan(course):
        return 0.0, 0.0, 1.0
    return speed * hours, math.sin(math.radians(course)), math.cos(math.radians(course))


@njit(nogil=True, cache=True)
def _off_course_nm(east: float, north: float, run: float, to_east: float, to_north: float) -> float:
    """Distance of a point from the path of a run; infinite beside its ends."""
    along = east * to_east + north * to_north
    return abs(east * to_north - north * to_east) if 0.0 < along <= run else math.inf


@njit(nogil=True, cache=True)
def discrepancy_nm(fixes: Fixes, i: int, j: int, hours: float, shape_factor: float) -> float:
    """How far the later position j is from where the earlier i lets it be expected, nautical miles.

    The least of three: mean error of running i forward and j backward; `shape_factor` times the distance
    (the ship stayed); `shape_factor` times the mean distance from the two paths (the ship is on its way).
    """
    per_lat, per_lon = metres_per_degree(0.5 * (fixes.lat_deg[i] + fixes.lat_deg[j]))
    east = lon_delta_deg(fixes.lon_deg[i], fixes.lon_deg[j]) * per_lon / NAUTICAL_MILE_M
    north = (fixes.lat_deg[j] - fixes.lat_deg[i]) * per_lat / NAUTICAL_MILE_M
    run1, e1, n1 = _run_nm(fixes, i, hours)
    run2, e2, n2 = _run_nm(fixes, j, hours)
    run_error = 0.5 * (
        math.hypot(east - run1 * e1, north - run1 * n1) + math.hypot(east - run2 * e2, north - run2 * n2)
    )
    stayed = shape_factor * math.hypot(east, north)
    path = 0.5 * (_off_course_nm(east, north, run1, e1, n1) + _off_course_nm(east, north, run2, e2, n2))
    return float(min(run_error, stayed, shape_factor * path))


@njit(nogil=True, cache=True)
def _likeness(fixes: Fixes, i: int, j: int, limits: Limits) -> float:
    """How well j follows i, per hour; 0 when it cannot."""
    hours = (fixes.time_us[j] - fixes.time_us[i]) / HOUR_US
    shorten = 1.0 + (hours / limits.penalty_h) ** (1.0 - limits.penalty_exponent)
    waited = math.hypot(hours, limits.buffer_h)
    if limits.penalty_on_reach:
        run_h, reach_nm = hours, waited / shorten * limits.max_speed_kn
    else:
        run_h, reach_nm = hours / shorten, waited * limits.max_speed_kn
    off = discrepancy_nm(fixes, i, j, run_h, limits.shape_factor)
    if off > reach_nm:
        return 0.0
    ratio = limits.max_speed_kn / limits.penalty_speed_kn * off / reach_nm
    return math.exp(-ratio * ratio) / waited


@njit(nogil=True, cache=True)
def _class_weight(fixes: Fixes, j: int, tail: int, previous: npt.NDArray[np.int64], limits: Limits) -> float:
    """Weight below 1 when the last positions of a track and j are known to come from other classes of set."""
    seen, i, back = 0, tail, 0
    while i != NOISE and back < limits.lookback:
        seen |= fixes.class_bits[i]
        i = previous[i]
        back += 1
    both_known = seen != 0 and fixes.class_bits[j] != 0
    return limits.class_mismatch_weight if both_known and seen & fixes.class_bits[j] == 0 else 1.0


@njit(nogil=True, cache=True)
def _match(
    fixes: Fixes,
    j: int,
    tail: int,
    previous: npt.NDArray[np.int64],
    likeness: npt.NDArray[np.float64],
    limits: Limits,
) -> tuple[float, int]:
    """Best likeness of j to one of the last positions of a track, and that position; 0 when none fits.

    To follow an earlier position is to call the later ones noise: it must be better by the look-back factor,
    and better than what the first of those is.
    """
    weight = _class_weight(fixes, j, tail, previous, limits)
    best, best_scaled, after = 0.0, 0.0, NOISE
    replaced, i, back = 0.0, tail, 0
    while i != NOISE and back < limits.lookback:
        if (fixes.time_us[j] - fixes.time_us[i]) / HOUR_US <= limits.max_gap_h:
            value = weight * _likeness(fixes, i, j, limits)
            scaled = value / max(1.0, back * limits.lookback_factor)
            if scaled > replaced and scaled > best_scaled:
                best, best_scaled, after = value, scaled, i
        replaced = likeness[i]
        i = previous[i]
        back += 1
    return best, after


class Open(NamedTuple):
    """Open tracks of one vessel, oldest first, and how each fits the position in hand."""

    first: npt.NDArray[np.int64]
    tail: npt.NDArray[np.int64]
    size: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    weighed: npt.NDArray[np.float64]
    after: npt.NDArray[np.int64]
    ending: npt.NDArray[np.int8]


@njit(nogil=True, cache=True)
def _end(tracks: Open, n_open: int, ended: npt.NDArray[np.int8]) -> int:
    """Take out the tracks that are marked as ending, note why; gives the number left."""
    kept = 0
    for s in range(n_open):
        if tracks.ending[s] != END_OF_DATA:
            ended[tracks.first[s]] = tracks.ending[s]
            tracks.ending[s] = END_OF_DATA
            continue
        tracks.first[kept], tracks.tail[kept], tracks.size[kept] = (
            tracks.first[s],
            tracks.tail[s],
            tracks.size[s],
        )
        kept += 1
    return kept


@njit(nogil=True, cache=True)
def _rank(tracks: Open, n_open: int, limits: Limits) -> tuple[int, int]:
    """How many tracks fit about as well as the best, and one of them; short tracks count for less.

    When there are several, all are marked as ending: from here on nobody can tell them apart.
    """
    best = 0.0
    for s in range(n_open):
        share = tracks.size[s] / limits.short_positions
        tracks.weighed[s] = tracks.value[s] * share / math.sqrt(1.0 + share * share)
        best = max(best, tracks.weighed[s])
    fitting, chosen = 0, NOISE
    for s in range(n_open):
        if tracks.value[s] > 0.0 and tracks.weighed[s] * limits.ambiguity_factor >= best:
            fitting, chosen = fitting + 1, s
            tracks.ending[s] = AMBIGUOUS
    if fitting == 1:
        tracks.ending[chosen] = END_OF_DATA
    return fitting, chosen


@njit(nogil=True, cache=True)
def _start(tracks: Open, n_open: int, j: int, ended: npt.NDArray[np.int8], limits: Limits) -> int:
    """Open a track at j, ending the one silent for longest when there are too many; gives their number."""
    if n_open >= limits.max_open:
        tracks.ending[np.argmin(tracks.tail[:n_open])] = CROWDED
        n_open = _end(tracks, n_open, ended)
    tracks.first[n_open], tracks.tail[n_open], tracks.size[n_open] = j, j, 1
    return n_open + 1


@njit(nogil=True, cache=True)
def assign(
    offsets: npt.NDArray[np.int64], fixes: Fixes, usable: npt.NDArray[np.bool_], limits: Limits
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8]]:
    """Track of each position, named by the index of its first position; NOISE for positions in none.

    Also, at the index of each track's first position, why it ended.
    """
    n, m = fixes.time_us.size, limits.max_open
    segment, previous = np.full(n, NOISE, np.int64), np.full(n, NOISE, np.int64)
    ended, likeness = np.zeros(n, np.int8), np.zeros(n)
    tracks = Open(
        np.empty(m, np.int64), np.empty(m, np.int64), np.empty(m, np.int64),
        np.empty(m), np.empty(m), np.empty(m, np.int64), np.zeros(m, np.int8),
    )  # fmt: skip
    for v in range(offsets.size - 1):
        n_open = 0
        for j in range(offsets[v], offsets[v + 1]):
            if not usable[j]:
                continue
            for s in range(n_open):
                if (fixes.time_us[j] - fixes.time_us[tracks.tail[s]]) / HOUR_US > limits.max_gap_h:
                    tracks.ending[s] = SILENT
            n_open = _end(tracks, n_open, ended)
            for s in range(n_open):
                found = _match(fixes, j, tracks.tail[s], previous, likeness, limits)
                tracks.value[s], tracks.after[s] = found
            fitting, chosen = _rank(tracks, n_open, limits)
            if fitting == 1:
                i = tracks.tail[chosen]
                while i != tracks.after[chosen]:
                    segment[i] = NOISE
                    i = previous[i]
                segment[j], previous[j], likeness[j] = tracks.first[chosen], i, tracks.value[chosen]
                tracks.tail[chosen] = j
                tracks.size[chosen] += 1
            else:
                n_open = _start(tracks, _end(tracks, n_open, ended), j, ended, limits)
                segment[j] = j
    return segment, ended
