"""Digital numbers to sigma nought, line by line."""

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def sigma_nought(dn, first, lines, gain, noise_lines, noise, factors, block, out):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Fill `out` (float32) with max(dn^2 - noise, 0) / A^2 for the rows from line `first` on; NaN where dn is 0.

    `gain[i]` is A of every column at `lines[i]`, `noise[i]` the range noise at `noise_lines[i]`; both are linear between
    lines and held beyond them. The noise is multiplied by `factors[block[column], row]`. Zero is the border of a product.
    """
    at = noise_at = 0
    for r in range(dn.shape[0]):
        line = first + r
        while at < len(lines) - 2 and lines[at + 1] <= line:
            at += 1
        while noise_at < len(noise_lines) - 2 and noise_lines[noise_at + 1] <= line:
            noise_at += 1
        u = np.float32(_share(lines, at, line))
        v = np.float32(_share(noise_lines, noise_at, line))
        upper, lower = gain[at], gain[min(at + 1, len(gain) - 1)]
        noise_upper, noise_lower = noise[noise_at], noise[min(noise_at + 1, len(noise) - 1)]
        for c in range(dn.shape[1]):
            x = np.float32(dn[r, c])
            a = upper[c] + (lower[c] - upper[c]) * u
            n = (noise_upper[c] + (noise_lower[c] - noise_upper[c]) * v) * factors[block[c], r]
            out[r, c] = max(x * x - n, np.float32(0.0)) / (a * a) if x > 0 else np.float32(np.nan)


@njit(nogil=True, cache=True)
def _share(lines, at, line):  # type: ignore[no-untyped-def]
    if len(lines) < 2:
        return 0.0
    return min(1.0, max(0.0, (line - lines[at]) / (lines[at + 1] - lines[at])))


@njit(nogil=True, cache=True)
def clip_border(values, margin):  # type: ignore[no-untyped-def]
    """Set to NaN the `margin` pixels inside the first and the last pixel of each row that is not NaN."""
    for r in range(values.shape[0]):
        first, last = 0, values.shape[1] - 1
        while first <= last and np.isnan(values[r, first]):
            first += 1
        while last >= first and np.isnan(values[r, last]):
            last -= 1
        for c in range(first, min(first + margin, last + 1)):
            values[r, c] = np.nan
        for c in range(max(first, last - margin + 1), last + 1):
            values[r, c] = np.nan
