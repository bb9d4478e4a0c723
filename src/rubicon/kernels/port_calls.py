"""Nearest ports of positions, and the calls that follow from them."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from rubicon.kernels.geodesy import EQUATORIAL_RADIUS_M, NAUTICAL_MILE_M, distance_m, lon_delta_deg

NONE = -1
AT_SEA, IN_PORT, STOPPED, UNKNOWN = 0, 1, 2, 3
SHORTEST_DEGREE_M = 110_574.0
"""A degree of latitude at the equator, the shortest of all."""


class Ports(NamedTuple):
    """Ports sorted by latitude, and for each band of latitude where its first port stands.

    Bands are as high as the search radius, counted from -90: the ports within reach of a position lie in its
    band or in one beside it.
    """

    lat_deg: npt.NDArray[np.float64]
    lon_deg: npt.NDArray[np.float64]
    cos_lat: npt.NDArray[np.float64]
    band_start: npt.NDArray[np.int64]
    band_deg: float
    radius_m: float


class Limits(NamedTuple):
    """Thresholds of a call, in metres, knots and microseconds."""

    enter_m: float
    exit_m: float
    stop_begins_kn: float
    stop_ends_kn: float
    min_gap_us: int
    max_gap_speed_kn: float
    implied_window_us: int
    implied_longest_us: int


class Calls(NamedTuple):
    """One entry a call; positions by index, NONE where there is none."""

    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    entered: npt.NDArray[np.bool_]
    left: npt.NDArray[np.int64]
    stop_begin: npt.NDArray[np.int64]
    stop_end: npt.NDArray[np.int64]
    gap_begin: npt.NDArray[np.int64]
    gap_end: npt.NDArray[np.int64]
    nearest: npt.NDArray[np.int64]


def port_index(lat_deg: npt.NDArray[np.float64], lon_deg: npt.NDArray[np.float64], radius_m: float) -> Ports:
    """Port points, in any order, made ready for `nearest_ports`; those of the same latitude keep their order."""
    order = np.argsort(lat_deg, kind="stable")
    lat_deg, lon_deg = np.ascontiguousarray(lat_deg[order]), np.ascontiguousarray(lon_deg[order])
    band_deg = 1.001 * radius_m / SHORTEST_DEGREE_M
    edges = np.arange(int(180.0 / band_deg) + 2)
    band_start = np.searchsorted(((lat_deg + 90.0) / band_deg).astype(np.int64), edges)
    return Ports(lat_deg, lon_deg, np.cos(np.radians(lat_deg)), band_start, band_deg, radius_m)


@njit(nogil=True, cache=True)
def nearest_ports(
    lat_deg: npt.NDArray[np.float64], lon_deg: npt.NDArray[np.float64], ports: Ports
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Nearest port within the search radius of each position and its distance in metres; NONE, infinity."""
    port, distance = np.full(lat_deg.size, NONE, np.int64), np.full(lat_deg.size, math.inf)
    last_band = ports.band_start.size - 2
    # A chord is at least 2/pi of its arc: what is farther by this measure is out of reach on any sphere
    # within the ellipsoid, at any latitude, without a sine for each port.
    out_deg2 = (1.01 * math.degrees(ports.radius_m / EQUATORIAL_RADIUS_M) * 0.5 * math.pi) ** 2
    for i in range(lat_deg.size):
        band = min(int((lat_deg[i] + 90.0) / ports.band_deg), last_band)
        begin, end = ports.band_start[max(band - 1, 0)], ports.band_start[min(band + 1, last_band) + 1]
        if begin == end:
            continue
        cos_lat = math.cos(math.radians(lat_deg[i]))
        for p in range(begin, end):
            dlat = ports.lat_deg[p] - lat_deg[i]
            dlon = lon_delta_deg(lon_deg[i], ports.lon_deg[p])
            if dlat * dlat + cos_lat * ports.cos_lat[p] * dlon * dlon > out_deg2:
                continue
            metres = distance_m(lat_deg[i], lon_deg[i], ports.lat_deg[p], ports.lon_deg[p])
            if metres <= ports.radius_m and metres < distance[i]:
                port[i], distance[i] = p, metres
    return port, distance


@njit(nogil=True, cache=True)
def fill_speeds(
    offsets: npt.NDArray[np.int64],
    time_us: npt.NDArray[np.int64],
    lat_deg: npt.NDArray[np.float64],
    lon_deg: npt.NDArray[np.float64],
    speed_kn: npt.NDArray[np.float64],
    limits: Limits,
) -> npt.NDArray[np.float64]:
    """Speeds as reported; where there is none, that implied by an earlier position.

    The earlier one is the latest that lies at least the window back, so that noise of positions a few seconds
    apart is no speed; the first positions of a vessel look forward in the same way. Over more than the longest
    interval no speed is implied, for the ship may have been anywhere: it stays NaN.
    """
    filled = speed_kn.copy()
    for v in range(offsets.size - 1):
        begin, end = offsets[v], offsets[v + 1]
        back, ahead = begin, begin
        for i in range(begin, end):
            while back + 1 < i and time_us[i] - time_us[back + 1] >= limits.implied_window_us:
                back += 1
            if not math.isnan(speed_kn[i]):
                continue
            other = back
            if time_us[i] - time_us[back] < limits.implied_window_us:
                ahead = max(ahead, i)
                while ahead < end - 1 and time_us[ahead] - time_us[i] < limits.implied_window_us:
                    ahead += 1
                other = ahead
            apart_us = abs(time_us[i] - time_us[other])
            if limits.implied_window_us <= apart_us <= limits.implied_longest_us:
                metres = distance_m(lat_deg[i], lon_deg[i], lat_deg[other], lon_deg[other])
                filled[i] = metres / NAUTICAL_MILE_M / (apart_us / 3.6e9)
    return filled


@njit(nogil=True, cache=True)
def _state(before: int, distance: float, speed_kn: float, limits: Limits) -> int:
    """Whether a ship is at sea, in port or stopped in port, with the hysteresis of the state before."""
    inside = distance <= limits.enter_m or (distance < limits.exit_m and before in (IN_PORT, STOPPED))
    if not inside:
        return AT_SEA
    slow = speed_kn <= limits.stop_begins_kn or (before == STOPPED and not speed_kn >= limits.stop_ends_kn)
    return STOPPED if slow else IN_PORT


@njit(nogil=True, cache=True)
def _empty(n: int) -> Calls:
    return Calls(
        np.empty(n, np.int64), np.empty(n, np.int64), np.zeros(n, np.bool_), np.full(n, NONE, np.int64),
        np.full(n, NONE, np.int64), np.full(n, NONE, np.int64), np.full(n, NONE, np.int64),
        np.full(n, NONE, np.int64), np.empty(n, np.int64),
    )  # fmt: skip


@njit(nogil=True, cache=True)
def _note(calls: Calls, c: int, i: int, state: int, distance: npt.NDArray[np.float64]) -> None:
    """Take a position in port into a call; its nearest position is one of its stop, where there is one."""
    calls.last[c] = i
    near = calls.nearest[c]
    if state == STOPPED:
        if calls.stop_begin[c] == NONE:
            calls.stop_begin[c] = i
            near = i
        calls.stop_end[c] = i
    if (calls.stop_begin[c] == NONE or state == STOPPED) and distance[i] < distance[near]:
        near = i
    calls.nearest[c] = near


@njit(nogil=True, cache=True)
def port_calls(
    offsets: npt.NDArray[np.int64],
    time_us: npt.NDArray[np.int64],
    speed_kn: npt.NDArray[np.float64],
    distance: npt.NDArray[np.float64],
    limits: Limits,
) -> tuple[Calls, int]:
    """Calls of all vessels, and their number: runs of positions in port with their entry, stop, gap and exit."""
    calls = _empty(np.sum(np.isfinite(distance)))
    c = NONE
    for v in range(offsets.size - 1):
        before = UNKNOWN
        for i in range(offsets[v], offsets[v + 1]):
            state = _state(before, distance[i], speed_kn[i], limits)
            was_inside = before in (IN_PORT, STOPPED)
            if was_inside and time_us[i] - time_us[i - 1] >= limits.min_gap_us:
                slow = math.isinf(limits.max_gap_speed_kn) or speed_kn[i - 1] <= limits.max_gap_speed_kn
                if calls.gap_begin[c] == NONE and slow:
                    calls.gap_begin[c], calls.gap_end[c] = i - 1, i
            if state == AT_SEA:
                if was_inside:
                    calls.left[c] = i
            else:
                if not was_inside:
                    c += 1
                    calls.first[c] = calls.nearest[c] = i
                    calls.entered[c] = before == AT_SEA
                _note(calls, c, i, state, distance)
            before = state
    return calls, c + 1
