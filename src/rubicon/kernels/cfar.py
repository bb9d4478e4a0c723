"""Constant false alarm rate over K-distributed clutter: thresholds, ring statistics, the two passes.

A pixel of intensity x is held against the mean m and the squared coefficient of variation of a square ring
round it. Speckle of L looks over gamma texture of order nu gives cv^2 = (1 + 1/L)(1 + 1/nu) - 1; the threshold
m t(nu, L, P) is passed by clutter with the probability P (Ward 1981; Joughin, Percival and Winebrenner 1993).
"""

import math

import numpy as np
from numba import njit

LARGEST_NU = 50.0
"""Above this order K clutter is gamma speckle for every threshold used here."""
TABLE_SIZE = 96
SMALLEST_NU = 0.25
NODES = 400


@njit(nogil=True, cache=True)
def upper_gamma(a, x):  # type: ignore[no-untyped-def]
    """Regularised upper incomplete gamma function Q(a, x) for a > 0: series below a + 1, continued fraction above."""
    if x <= 0.0:
        return 1.0
    scale = math.exp(-x + a * math.log(x) - math.lgamma(a))
    if x < a + 1.0:
        term = total = 1.0 / a
        k = a
        while term > total * 1e-15:
            k += 1.0
            term *= x / k
            total += term
        return max(0.0, 1.0 - total * scale)
    # Lentz's evaluation from the tail backwards needs no guards: 200 terms reach 1e-14 for x > a + 1.
    fraction = x + 401.0 - a
    for k in range(200, 0, -1):
        fraction = x + 2.0 * k - 1.0 - a - k * (k - a) / fraction
    return scale / fraction


@njit(nogil=True, cache=True)
def k_false_alarm(multiple, nu, looks):  # type: ignore[no-untyped-def]
    """Probability that K clutter of unit mean, order `nu` and `looks` looks exceeds `multiple`.

    The texture's gamma density is integrated by the trapezium rule in its logarithm; from `LARGEST_NU` on it is constant.
    """
    if nu >= LARGEST_NU:
        return upper_gamma(looks, looks * multiple)
    # Far below the mode the density falls as exp(nu log y): 40 / nu decades of e hold all of it.
    low, high = math.log(nu) - 40.0 / nu, math.log(nu + 60.0 + 12.0 * math.sqrt(nu))
    low = max(low, -700.0)
    step = (high - low) / NODES
    total = weight = 0.0
    for i in range(NODES + 1):
        log_y = low + i * step
        density = math.exp(nu * log_y - math.exp(log_y) - math.lgamma(nu))
        weight += density
        total += density * upper_gamma(looks, looks * multiple * nu / math.exp(log_y))
    return total / weight


@njit(nogil=True, cache=True)
def k_threshold(nu, looks, false_alarms):  # type: ignore[no-untyped-def]
    """The multiple of the mean that K clutter exceeds with probability `false_alarms`, to 1e-9 of itself."""
    low, high = 1.0, 2.0
    while k_false_alarm(high, nu, looks) > false_alarms:
        low, high = high, high * 2.0
    while high - low > 1e-9 * high:
        middle = 0.5 * (low + high)
        if k_false_alarm(middle, nu, looks) > false_alarms:
            low = middle
        else:
            high = middle
    return high


@njit(nogil=True, cache=True)
def threshold_table(looks, false_alarms):  # type: ignore[no-untyped-def]
    """Multiples at `TABLE_SIZE` evenly spaced values of 1/nu from 0 (pure speckle) to 1 / SMALLEST_NU."""
    made = np.empty(TABLE_SIZE, np.float64)
    for i in range(TABLE_SIZE):
        inverse = i / (TABLE_SIZE - 1) / SMALLEST_NU
        made[i] = k_threshold(
            LARGEST_NU if inverse < 1.0 / LARGEST_NU else 1.0 / inverse, looks, false_alarms
        )
    return made


@njit(nogil=True, cache=True, inline="always")
def _multiple(total, square, count, looks, table):  # type: ignore[no-untyped-def]
    """Threshold as a multiple of the mean, from ring sums: linear between the rows of the table."""
    second = square * count / (total * total)
    place = (second / (1.0 + 1.0 / looks) - 1.0) * SMALLEST_NU * (TABLE_SIZE - 1)
    if place <= 0.0:
        return table[0]
    if place >= TABLE_SIZE - 1:
        return table[TABLE_SIZE - 1]
    i = int(place)
    return table[i] + (place - i) * (table[i + 1] - table[i])


@njit(nogil=True, cache=True)
def _add_row(values, row, sign, square, count):  # type: ignore[no-untyped-def]
    """Add (sign +1) or take away (-1) one row in three running column sums; pixels that are NaN count for nothing."""
    total = square[0]
    squares = square[1]
    for c in range(values.shape[1]):
        x = float(values[row, c])
        if not math.isnan(x):
            total[c] += sign * x
            squares[c] += sign * x * x
            count[c] += sign


@njit(nogil=True, cache=True)
def cfar(values, first, last, guard, reach, least, looks, table, ratio, hits):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Hold every pixel of rows `first` to `last` against its ring, as `cfar_of` with rings of the same picture."""
    cfar_of(values, values, first, last, guard, reach, least, looks, table, ratio, hits)


@njit(nogil=True, cache=True)
def cfar_of(tested, values, first, last, guard, reach, least, looks, table, ratio, hits):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Hold every pixel of rows `first` to `last` of `tested` against its ring in `values`: half-width above `guard`, up to `reach`.

    Both (rows, columns) float32 intensities, NaN where masked (land, border, nodata; in `values` also what an
    earlier pass found). `ratio` receives
    x / threshold as float32 where it is above 0.25, else 0 (also where fewer than `least` ring pixels count);
    `hits` (uint8) receives 1 where it is above 1. Both have `last - first` rows. Sums are kept in float64 by
    running columns: the cost does not grow with the ring.
    """
    rows, columns = values.shape
    outer, inner = np.zeros((2, columns)), np.zeros((2, columns))
    outer_n, inner_n = np.zeros(columns, np.int64), np.zeros(columns, np.int64)
    for r in range(max(0, first - reach), min(rows, first + reach)):
        _add_row(values, r, 1, outer, outer_n)
    for r in range(max(0, first - guard), min(rows, first + guard)):
        _add_row(values, r, 1, inner, inner_n)
    for r in range(first, last):
        if r + reach < rows:
            _add_row(values, r + reach, 1, outer, outer_n)
        if r - reach - 1 >= max(0, first - reach):
            _add_row(values, r - reach - 1, -1, outer, outer_n)
        if r + guard < rows:
            _add_row(values, r + guard, 1, inner, inner_n)
        if r - guard - 1 >= max(0, first - guard):
            _add_row(values, r - guard - 1, -1, inner, inner_n)
        _row(
            tested[r],
            guard,
            reach,
            least,
            looks,
            table,
            outer,
            inner,
            outer_n,
            inner_n,
            ratio[r - first],
            hits[r - first],
        )


@njit(nogil=True, cache=True)
def _row(line, guard, reach, least, looks, table, outer, inner, outer_n, inner_n, ratio, hits):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """One row of `cfar`, from the column sums that hold for it."""
    columns = line.shape[0]
    total = square = 0.0
    count = 0
    for c in range(min(columns, reach)):
        total += outer[0, c]
        square += outer[1, c]
        count += outer_n[c]
    for c in range(min(columns, guard)):
        total -= inner[0, c]
        square -= inner[1, c]
        count -= inner_n[c]
    for c in range(columns):
        if c + reach < columns:
            total += outer[0, c + reach]
            square += outer[1, c + reach]
            count += outer_n[c + reach]
        if c - reach - 1 >= 0:
            total -= outer[0, c - reach - 1]
            square -= outer[1, c - reach - 1]
            count -= outer_n[c - reach - 1]
        if c + guard < columns:
            total -= inner[0, c + guard]
            square -= inner[1, c + guard]
            count -= inner_n[c + guard]
        if c - guard - 1 >= 0:
            total += inner[0, c - guard - 1]
            square += inner[1, c - guard - 1]
            count += inner_n[c - guard - 1]
        ratio[c] = 0.0
        hits[c] = 0
        x = float(line[c])
        # Twice the mean is passed by clutter far more often than any threshold here: no table look-up below it.
        if count >= least and total > 0.0 and x * count > 0.5 * total:
            found = x * count / (total * _multiple(total, square, count, looks, table))
            if found > 0.25:
                ratio[c] = found
                hits[c] = found > 1.0
