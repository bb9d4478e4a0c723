"""Tracks on a common clock, pairs of ships that lie close at the same tick, and runs of such ticks."""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from rubicon.kernels.geodesy import NAUTICAL_MILE_M, distance_m, lon_delta_deg

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

DEGREE_M = 110_574.0
"""A degree of latitude at the equator, the shortest of all."""
WIDEST_DEG = 360.0


class Clock(NamedTuple):
    """Length of a tick, longest interval that is interpolated over (exclusive) and longest extrapolation, microseconds."""

    tick_us: int
    max_gap_us: int
    extrapolate_us: int


class Samples(NamedTuple):
    """Ships on the clock, by ship and tick: where each was, and the index of the position at or before."""

    tick: Ints
    lat_deg: Floats
    lon_deg: Floats
    position: Ints


class Pairs(NamedTuple):
    """Two ships close at one tick: the samples of both (the ship of lower index first) and their distance in metres."""

    first: Ints
    second: Ints
    metres: Floats


@njit(nogil=True, cache=True)
def _wrap(lon_deg: float) -> float:
    return (lon_deg + 180.0) % 360.0 - 180.0


@njit(nogil=True, cache=True)
def _emit(out: Any, at: int, tick: int, lat_deg: float, lon_deg: float, position: int) -> int:
    """Write a sample where there is room, and count it."""
    if at < out.tick.size:
        out.tick[at], out.lat_deg[at], out.lon_deg[at], out.position[at] = (
            tick,
            lat_deg,
            _wrap(lon_deg),
            position,
        )
    return at + 1


@njit(nogil=True, cache=True)
def _run_on(out: Any, at: int, i: int, first: int, last: int, clock: Clock, track: Any, motion: Any) -> int:
    """Samples at ticks `first` to `last` by course and speed of position i."""
    speed, course = motion
    if math.isnan(speed[i]) or math.isnan(course[i]):
        return at
    north = math.cos(math.radians(course[i])) * speed[i] * NAUTICAL_MILE_M / 3.6e9
    east = math.sin(math.radians(course[i])) * speed[i] * NAUTICAL_MILE_M / 3.6e9
    per_degree = 60.0 * NAUTICAL_MILE_M
    narrowing = max(math.cos(math.radians(track[1][i])), 0.1)
    for tick in range(first, last + 1):
        us = tick * clock.tick_us - track[0][i]
        lat = track[1][i] + us * north / per_degree
        if -90.0 <= lat <= 90.0:
            at = _emit(out, at, tick, lat, track[2][i] + us * east / per_degree / narrowing, i)
    return at


@njit(nogil=True, cache=True)
def _between(out: Any, at: int, i: int, clock: Clock, track: Any) -> int:
    """Samples after position i up to and at the next, on the straight line in degrees, the short way round."""
    time_us, lat_deg, lon_deg = track
    span = time_us[i + 1] - time_us[i]
    delta = lon_delta_deg(lon_deg[i], lon_deg[i + 1])
    for tick in range(time_us[i] // clock.tick_us + 1, time_us[i + 1] // clock.tick_us + 1):
        share = (tick * clock.tick_us - time_us[i]) / span
        lat = lat_deg[i] + (lat_deg[i + 1] - lat_deg[i]) * share
        at = _emit(out, at, tick, lat, lon_deg[i] + delta * share, i)
    return at


@njit(nogil=True, cache=True)
def _resample(offsets: Ints, track: Any, motion: Any, clock: Clock, out: Any, ends: Ints) -> int:
    """Write the samples of all ships; gives how many there are, whether or not they found room."""
    time_us, lat_deg, lon_deg = track
    at, tick_us, never = 0, clock.tick_us, np.int64(2**62)
    for v in range(offsets.size - 1):
        for i in range(offsets[v], offsets[v + 1]):
            before = time_us[i] - time_us[i - 1] if i > offsets[v] else never
            after = time_us[i + 1] - time_us[i] if i + 1 < offsets[v + 1] else never
            if before >= clock.max_gap_us:
                back = min(clock.extrapolate_us, before // 2 - 1)
                begin = -((back - time_us[i]) // tick_us)
                at = _run_on(out, at, i, begin, (time_us[i] - 1) // tick_us, clock, track, motion)
                if time_us[i] % tick_us == 0:
                    at = _emit(out, at, time_us[i] // tick_us, lat_deg[i], lon_deg[i], i)
            if after < clock.max_gap_us:
                at = _between(out, at, i, clock, track)
            else:
                ahead = min(clock.extrapolate_us, after // 2)
                end = (time_us[i] + ahead) // tick_us
                at = _run_on(out, at, i, time_us[i] // tick_us + 1, end, clock, track, motion)
        ends[v + 1] = at
    return at


def resample(
    offsets: Ints,
    time_us: Ints,
    lat_deg: Floats,
    lon_deg: Floats,
    motion: tuple[Floats, Floats],
    clock: Clock,
) -> tuple[Samples, Ints]:
    """Where each ship was at each tick of the clock, and where the samples of each ship begin.

    Positions are sorted by ship and time, times of one ship differ. Between positions less than `max_gap_us` apart a
    sample lies on the line between them; at the ends of such a stretch, up to `extrapolate_us` and half of the
    silence, it lies where speed and course (`motion`, knots and degrees, NaN for unknown) lead from the last position.
    """
    ends = np.zeros(offsets.size, np.int64)
    track = (time_us, lat_deg, lon_deg)
    room = int(time_us.size // 8 + 1024)
    while True:
        out = Samples(np.empty(room, np.int64), np.empty(room), np.empty(room), np.empty(room, np.int64))
        count = _resample(offsets, track, motion, clock, out, ends)
        if count <= room:
            made = Samples(out.tick[:count], out.lat_deg[:count], out.lon_deg[:count], out.position[:count])
            return made, ends
        room = count


@njit(nogil=True, cache=True)
def _by_tick(tick: Ints) -> tuple[Ints, Ints]:
    """Samples in the order of ticks, and where each tick that has any begins (one entry more)."""
    if not tick.size:
        return np.empty(0, np.int64), np.zeros(1, np.int64)
    low, high = tick.min(), tick.max()
    if high - low > 50 * tick.size + 1_000_000:
        order = np.argsort(tick, kind="mergesort")
        starts = [np.int64(0)]
        for n in range(1, order.size):
            if tick[order[n]] != tick[order[n - 1]]:
                starts.append(np.int64(n))
        starts.append(np.int64(order.size))
        return order, np.array(starts)
    begins = np.zeros(high - low + 2, np.int64)
    for s in range(tick.size):
        begins[tick[s] - low + 1] += 1
    begins = np.cumsum(begins)
    order, next_ = np.empty(tick.size, np.int64), begins.copy()
    for s in range(tick.size):
        order[next_[tick[s] - low]] = s
        next_[tick[s] - low] += 1
    return order, begins


@njit(nogil=True, cache=True)
def _grown(column: Any, size: int) -> Any:
    made = np.empty(size, column.dtype)
    made[: column.size] = column
    return made


@njit(nogil=True, cache=True)
def _band_width_deg(band: int, high_deg: float) -> float:
    """Longitudes that the reach spans in a band and its neighbours; all of them at a pole."""
    edge = max(abs((band - 1) * high_deg - 90.0), abs((band + 2) * high_deg - 90.0))
    narrowing = math.cos(math.radians(min(edge, 90.0)))
    return min(high_deg / narrowing, WIDEST_DEG) if narrowing > 1e-9 else WIDEST_DEG


@njit(nogil=True, cache=True)
def pairs(samples: Samples, ship: Ints, reach_m: float) -> Pairs:
    """Pairs of ships at most `reach_m` metres apart at the same tick.

    `ship` is the index of each sample's ship. Within a tick, samples are sorted by band of latitude (as high as the
    reach) and longitude, so that only neighbours are compared, over the date line too. Near a pole a pair may be given
    twice.
    """
    order, begins = _by_tick(samples.tick)
    first, second, metres = np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024)
    count, high = 0, 1.01 * reach_m / DEGREE_M
    for t in range(begins.size - 1):
        size = begins[t + 1] - begins[t]
        if size < 2:
            continue
        who = np.empty(2 * size, np.int64)
        band, lon = np.empty(2 * size, np.int64), np.empty(2 * size)
        used = 0
        for n in range(begins[t], begins[t + 1]):
            s = order[n]
            who[used], band[used], lon[used] = s, int((samples.lat_deg[s] + 90.0) / high), samples.lon_deg[s]
            used += 1
            if samples.lon_deg[s] < _band_width_deg(band[used - 1], high) - 180.0:
                who[used], band[used], lon[used] = s, band[used - 1], samples.lon_deg[s] + 360.0
                used += 1
        by_place = np.argsort(band[:used] * 1024.0 + lon[:used] + 180.0)
        upper = 0
        for a in range(used):
            i = by_place[a]
            s = who[i]
            width = _band_width_deg(band[i], high)
            while upper < used and (
                band[by_place[upper]] < band[i] + 1
                or (band[by_place[upper]] == band[i] + 1 and lon[by_place[upper]] < lon[i] - width)
            ):
                upper += 1
            for way in range(2):
                b = a + 1 if way == 0 else upper
                while b < used:
                    j = by_place[b]
                    if band[j] != band[i] + way or lon[j] > lon[i] + width:
                        break
                    b += 1
                    o = who[j]
                    if ship[o] == ship[s] or (lon[i] > 180.0 and lon[j] > 180.0):
                        continue
                    apart = distance_m(
                        samples.lat_deg[s], samples.lon_deg[s], samples.lat_deg[o], samples.lon_deg[o]
                    )
                    if apart > reach_m:
                        continue
                    if count == first.size:
                        first, second = _grown(first, 2 * count), _grown(second, 2 * count)
                        metres = _grown(metres, 2 * count)
                    first[count], second[count] = (s, o) if ship[s] < ship[o] else (o, s)
                    metres[count] = apart
                    count += 1
    return Pairs(first[:count].copy(), second[:count].copy(), metres[:count].copy())


@njit(nogil=True, cache=True)
def _seen_apart(samples: Samples, a: int, b: int, a_next: int, b_next: int) -> bool:
    """Whether there is a tick between two meetings at which both ships were seen (and were not close)."""
    i, j = a + 1, b + 1
    while i < a_next and j < b_next:
        if samples.tick[i] == samples.tick[j]:
            return True
        if samples.tick[i] < samples.tick[j]:
            i += 1
        else:
            j += 1
    return False


@njit(nogil=True, cache=True)
def runs(samples: Samples, ship: Ints, close: Pairs, max_unseen_ticks: int) -> Ints:
    """Number of the run that each pair belongs to; pairs are sorted by both ships and tick.

    A run of two ships goes on until a tick at which both were seen and were not close, or until one of them was
    not seen for more than `max_unseen_ticks`.
    """
    run = np.zeros(close.first.size, np.int64)
    number = 0
    for p in range(1, close.first.size):
        a, b, a0, b0 = close.first[p], close.second[p], close.first[p - 1], close.second[p - 1]
        same = ship[a] == ship[a0] and ship[b] == ship[b0]
        if (
            not same
            or samples.tick[a] - samples.tick[a0] > max_unseen_ticks
            or (samples.tick[a] != samples.tick[a0] + 1 and _seen_apart(samples, a0, b0, a, b))
        ):
            number += 1
        run[p] = number
    return run


@njit(nogil=True, cache=True)
def distances_m(lat_deg: Floats, lon_deg: Floats) -> Floats:
    """Metres from each place to the next; one entry fewer than there are places."""
    out = np.empty(max(lat_deg.size - 1, 0))
    for n in range(out.size):
        out[n] = distance_m(lat_deg[n], lon_deg[n], lat_deg[n + 1], lon_deg[n + 1])
    return out
