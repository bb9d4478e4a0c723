"""Reach of many gaps to one port: margins and densities out of flat arrays, the latter from tables.

The first table holds two densities of a gap's length, with a call and without, over the hours that the way takes at the
highest speed and the hours that are left of the gap after it; the second the probability over the ratio of the two. Their axes
are spaced evenly within each octave, as the bits of 32-bit floats are: where a number lies on such an axis can be read
from its bits, several times as fast as a logarithm is computed, and a million gaps times a hundred ports take six of them each.
"""

import math

import numpy as np
from numba import njit

PER_OCTAVE = 24
"""Cells of an axis for each doubling."""
ONE = np.int64(0x3F800000)
"""The bits of 1."""
CELLS_PER_BIT = PER_OCTAVE / 2.0**23
RATIO_OCTAVES = 20
"""The table of probabilities reaches from 2 to the minus this to 2 to this; beyond, they are cut off anyway."""


@njit(nogil=True, cache=True)
def reach_pairs(ways_km, least_km, straight_km, gap_h, speed_kmh, limits, table, odds):  # type: ignore[no-untyped-def]
    """Slack in hours (NaN where there is no way) and probability of a call for n gaps and one port.

    `ways_km` and `least_km` (n x 2) are the ways to the port and from it and their lower bounds, `straight_km` the
    passage without a call. `limits` are the shortest stay in hours and the share by which ways are taken short;
    `table[story, way, left]` are densities; `odds` holds probabilities by the ratio of the two densities, the least first.
    """
    stay_h, reduction = limits
    n = len(gap_h)
    slack_h, probability = np.empty(n, np.float32), np.empty(n, np.float32)
    word = np.empty(1, np.float32)
    bits = word.view(np.int32)
    for i in range(n):
        to_km, from_km = ways_km[i, 0], ways_km[i, 1]
        if not to_km + from_km < math.inf:
            slack_h[i], probability[i] = np.nan, np.nan
            continue
        per_km = 1.0 / speed_kmh[i]
        shortest = (1.0 - reduction) * (min(to_km, least_km[i, 0]) + min(from_km, least_km[i, 1]))
        slack = gap_h[i] - shortest * per_km - stay_h
        slack_h[i] = slack
        if slack < 0.0:
            probability[i] = odds[0]
            continue
        way_h = (to_km + from_km) * per_km
        passage_h = max(straight_km[i], abs(to_km - from_km)) * per_km
        called = density(table[0], way_h, gap_h[i], word, bits)
        passed = density(table[1], passage_h, gap_h[i], word, bits)
        probability[i] = calibrated(called, passed, odds, word, bits)
    return slack_h, probability


@njit(nogil=True, cache=True)
def density(table, way_h, gap_h, word, bits):  # type: ignore[no-untyped-def]
    """Density of a gap of that length by bilinear interpolation; 0 when the way alone takes longer.

    `word` is one float32 to work in and `bits` the same memory as int32.
    """
    left_h = gap_h - way_h
    if left_h < 0.0:
        return 0.0
    word[0] = 1.0 + way_h
    x = min((bits[0] - ONE) * CELLS_PER_BIT, table.shape[0] - 1.001)
    word[0] = 1.0 + left_h
    y = min((bits[0] - ONE) * CELLS_PER_BIT, table.shape[1] - 1.001)
    i, j = int(x), int(y)
    x, y = x - i, y - j
    return (table[i, j] * (1.0 - y) + table[i, j + 1] * y) * (1.0 - x) + (
        table[i + 1, j] * (1.0 - y) + table[i + 1, j + 1] * y
    ) * x


@njit(nogil=True, cache=True)
def calibrated(called, passed, odds, word, bits):  # type: ignore[no-untyped-def]
    """Probability of a call at even odds before the gap, from the two densities, by linear interpolation."""
    if called <= 0.0 and passed <= 0.0:
        return 0.5
    if called <= 0.0:
        return odds[0]
    if passed <= 0.0:
        return odds[len(odds) - 1]
    word[0] = called / passed
    x = (bits[0] - ONE) * CELLS_PER_BIT + PER_OCTAVE * RATIO_OCTAVES
    x = min(max(x, 0.0), len(odds) - 1.001)
    k = int(x)
    return odds[k] + (odds[k + 1] - odds[k]) * (x - k)


@njit(nogil=True, cache=True)
def stories(way_h, left_h, shares, stay):  # type: ignore[no-untyped-def]
    """Mean over speeds of two densities: of stay and idle time, and of idle time alone, as `[which, way, left]` (float64).

    `shares` are equally likely speeds as shares of the highest. `stay` holds hours, both densities at them, and `even`: hours are
    spaced evenly up to the one numbered `even`, and by a constant factor from there on.
    """
    hours, staying, idle, even = stay
    step, factor = hours[1] - hours[0], math.log(hours[even + 1] / hours[even])
    last = len(hours) - 1
    made = np.zeros((2, len(way_h), len(left_h)))
    for i in range(len(way_h)):
        for share in shares:
            slower_h = way_h[i] * (1.0 / share - 1.0)
            for j in range(len(left_h)):
                free_h = left_h[j] - slower_h
                if free_h < 0.0:
                    continue
                if free_h < hours[even]:
                    k = min(int(free_h / step), even - 1)
                else:
                    k = min(even + int(math.log(free_h / hours[even]) / factor), last - 1)
                x = min((free_h - hours[k]) / (hours[k + 1] - hours[k]), 1.0)
                made[0, i, j] += staying[k] * (1.0 - x) + staying[k + 1] * x
                made[1, i, j] += idle[k] * (1.0 - x) + idle[k + 1] * x
    return made / len(shares)
