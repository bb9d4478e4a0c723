"""Reach of many gaps to one port: margins and densities out of flat arrays, the latter from a table.

The table holds two densities of a gap's length, with a call and without, over the hours that the way takes at the
highest speed and the hours that are left of the gap after it. Both axes are spaced evenly in log(1 + hours).
"""

import math

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def reach_pairs(ways_km, least_km, straight_km, gap_h, speed_kmh, limits, table, fit):  # type: ignore[no-untyped-def]
    """Slack in hours (NaN where there is no way) and probability of a call for n gaps and one port.

    `ways_km` and `least_km` (n x 2) are the ways to the port and from it and their lower bounds, `straight_km` the
    passage without a call. `limits` are the shortest stay in hours and the share by which ways are taken short;
    `table[story, way, left]` are densities; `fit` holds its cells per unit of the logarithm, offset and slope of the
    calibration, and the least probability.
    """
    stay_h, reduction = limits
    per_log, offset, slope, clip = fit
    n = len(gap_h)
    slack_h, probability = np.empty(n, np.float32), np.empty(n, np.float32)
    for i in range(n):
        to_km, from_km = ways_km[i, 0], ways_km[i, 1]
        if not to_km + from_km < math.inf:
            slack_h[i], probability[i] = np.nan, np.nan
            continue
        shortest = (1.0 - reduction) * (min(to_km, least_km[i, 0]) + min(from_km, least_km[i, 1]))
        slack = gap_h[i] - shortest / speed_kmh[i] - stay_h
        slack_h[i] = slack
        if slack < 0.0:
            probability[i] = clip
            continue
        passage_km = max(straight_km[i], abs(to_km - from_km))
        called = density(table[0], per_log, (to_km + from_km) / speed_kmh[i], gap_h[i])
        passed = density(table[1], per_log, passage_km / speed_kmh[i], gap_h[i])
        probability[i] = calibrated(called, passed, offset, slope, clip)
    return slack_h, probability


@njit(nogil=True, cache=True)
def density(table, per_log, way_h, gap_h):  # type: ignore[no-untyped-def]
    """Density of a gap of that length by bilinear interpolation; 0 when the way alone takes longer."""
    left_h = gap_h - way_h
    if left_h < 0.0:
        return 0.0
    x = min(math.log1p(way_h) * per_log, table.shape[0] - 1.001)
    y = min(math.log1p(left_h) * per_log, table.shape[1] - 1.001)
    i, j = int(x), int(y)
    x, y = x - i, y - j
    return (table[i, j] * (1.0 - y) + table[i, j + 1] * y) * (1.0 - x) + (
        table[i + 1, j] * (1.0 - y) + table[i + 1, j + 1] * y
    ) * x


@njit(nogil=True, cache=True)
def calibrated(called, passed, offset, slope, clip):  # type: ignore[no-untyped-def]
    """Probability of a call at even odds before the gap, from the two densities."""
    if called <= 0.0 and passed <= 0.0:
        return 0.5
    if called <= 0.0:
        return clip
    if passed <= 0.0:
        return 1.0 - clip
    odds = math.exp(offset + slope * math.log(called / passed))
    return min(max(odds / (1.0 + odds), clip), 1.0 - clip)
