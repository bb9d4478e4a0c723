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


TILE = 4096
"""Columns worked at a time, so that the column sums stay in the processor's second cache."""


@njit(nogil=True, cache=True)
def _add_row(line, padded, margin):  # type: ignore[no-untyped-def]
    """Add one row to three column sums; pixels that are NaN count for nothing."""
    sums, squares, counts = padded[0][margin:], padded[1][margin:], padded[2][margin:]
    for c in range(line.shape[0]):
        x = float(line[c])
        seen = not math.isnan(x)
        y = x if seen else 0.0
        sums[c] += y
        squares[c] += y * y
        counts[c] += 1.0 if seen else 0.0


@njit(nogil=True, cache=True)
def _take_row(line, padded, margin):  # type: ignore[no-untyped-def]
    """Take one row away again."""
    sums, squares, counts = padded[0][margin:], padded[1][margin:], padded[2][margin:]
    for c in range(line.shape[0]):
        x = float(line[c])
        seen = not math.isnan(x)
        y = x if seen else 0.0
        sums[c] -= y
        squares[c] -= y * y
        counts[c] -= 1.0 if seen else 0.0


@njit(nogil=True, cache=True)
def _roll(entering, leaving, padded, margin):  # type: ignore[no-untyped-def]
    """One row in and one out of three column sums."""
    sums, squares, counts = padded[0][margin:], padded[1][margin:], padded[2][margin:]
    for c in range(entering.shape[0]):
        x, z = float(entering[c]), float(leaving[c])
        seen, gone = not math.isnan(x), not math.isnan(z)
        y, w = (x if seen else 0.0), (z if gone else 0.0)
        sums[c] += y - w
        squares[c] += y * y - w * w
        counts[c] += (1.0 if seen else 0.0) - (1.0 if gone else 0.0)


@njit(nogil=True, cache=True)
def _move(values, row, half, begin, low, high, padded, margin):  # type: ignore[no-untyped-def]
    """Move column sums of half-height `half` on to `row`: rows enter below and leave above as far as there are any."""
    enters, leaves = row + half < values.shape[0], row - half - 1 >= begin
    if enters and leaves:
        _roll(values[row + half][low:high], values[row - half - 1][low:high], padded, margin)
    elif enters:
        _add_row(values[row + half][low:high], padded, margin)
    elif leaves:
        _take_row(values[row - half - 1][low:high], padded, margin)


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
    columns = values.shape[1]
    for left in range(0, columns, TILE):
        right = min(columns, left + TILE)
        _strip(tested, values, first, last, left, right, guard, reach, least, looks, table, ratio, hits)


@njit(nogil=True, cache=True)
def _strip(tested, values, first, last, left, right, guard, reach, least, looks, table, ratio, hits):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """`cfar_of` for the columns `left` to `right`. Rows are cut from whole ones, which keeps them known to be dense."""
    rows = values.shape[0]
    low, high = max(0, left - reach), min(values.shape[1], right + reach)
    # A margin of zeros on both sides spares every test for the edge.
    margin, width = reach + 1, high - low
    outer, inner = np.zeros((3, width + 2 * margin)), np.zeros((3, width + 2 * margin))
    begin_out, begin_in = max(0, first - reach), max(0, first - guard)
    for r in range(begin_out, min(rows, first + reach)):
        _add_row(values[r][low:high], outer, margin)
    for r in range(begin_in, min(rows, first + guard)):
        _add_row(values[r][low:high], inner, margin)
    ring = np.empty((3, right - left))
    for r in range(first, last):
        _move(values, r, reach, begin_out, low, high, outer, margin)
        _move(values, r, guard, begin_in, low, high, inner, margin)
        _rings(outer, inner, margin + left - low, guard, reach, ring)
        _judge(
            tested[r][left:right],
            ring,
            least,
            looks,
            table,
            ratio[r - first][left:right],
            hits[r - first][left:right],
        )


@njit(nogil=True, cache=True)
def _rings(outer, inner, at, guard, reach, ring):  # type: ignore[no-untyped-def]
    """Sums over the ring of each pixel of a row; `at` is where the first pixel's column lies in the padded sums."""
    width = ring.shape[1]
    for k in range(3):
        o, i, made = outer[k], inner[k], ring[k]
        # Slices, so that the loops over them need no look at negative places and can run several at a time.
        enters, leaves = o[at + reach : at + reach + width], o[at - reach - 1 : at - reach - 1 + width]
        hides, shows = i[at + guard : at + guard + width], i[at - guard - 1 : at - guard - 1 + width]
        for c in range(width):
            made[c] = enters[c] - leaves[c] - hides[c] + shows[c]
    totals, squares, counts = ring[0], ring[1], ring[2]
    total = _window(outer[0], at, reach) - _window(inner[0], at, guard)
    square = _window(outer[1], at, reach) - _window(inner[1], at, guard)
    count = _window(outer[2], at, reach) - _window(inner[2], at, guard)
    for c in range(width):
        total += totals[c]
        square += squares[c]
        count += counts[c]
        totals[c], squares[c], counts[c] = total, square, count


@njit(nogil=True, cache=True)
def _window(sums, at, half):  # type: ignore[no-untyped-def]
    """Sum over the window of the column before the first."""
    whole = 0.0
    for p in range(at - half - 1, at + half):
        whole += sums[p]
    return whole


@njit(nogil=True, cache=True)
def _judge(line, ring, least, looks, table, ratio, hits):  # type: ignore[no-untyped-def]
    """One row against its rings."""
    total, square, count = ring[0], ring[1], ring[2]
    # No threshold lies below that of pure speckle: a pixel under a quarter of it needs no look-up.
    floor = 0.25 * table[0]
    for c in range(line.shape[0]):
        ratio[c] = 0.0
        hits[c] = 0
    for c in range(line.shape[0]):
        x = float(line[c])
        if x * count[c] > floor * total[c] and count[c] >= least and total[c] > 0.0:
            found = x * count[c] / (total[c] * _multiple(total[c], square[c], count[c], looks, table))
            if found > 0.25:
                ratio[c] = found
                hits[c] = found > 1.0
