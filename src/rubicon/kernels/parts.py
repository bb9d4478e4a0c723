"""Connected parts of a picture: pixels above a level that hang together with one above a higher level."""

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def grown_parts(values, seed, level):  # type: ignore[no-untyped-def]
    """Find the 8-connected parts of pixels above `level` that hold at least one pixel above `seed`.

    Returns rows, columns (int32) and offsets (int64): part i is the pixels `offsets[i]` to `offsets[i + 1]`. Parts
    come in the order of their first seed, row by row; NaN is above nothing.
    """
    ny, nx = values.shape
    taken = np.zeros((ny, nx), np.uint8)
    rows, columns = np.empty(1024, np.int32), np.empty(1024, np.int32)
    offsets = [0]
    size = 0
    for r0 in range(ny):
        for c0 in range(nx):
            if taken[r0, c0] or not values[r0, c0] > seed:
                continue
            at = size
            taken[r0, c0] = 1
            rows, columns = _room(rows, size), _room(columns, size)
            rows[size], columns[size] = r0, c0
            size += 1
            while at < size:
                r1, c1 = rows[at], columns[at]
                at += 1
                for r in range(max(0, r1 - 1), min(ny, r1 + 2)):
                    for c in range(max(0, c1 - 1), min(nx, c1 + 2)):
                        if not taken[r, c] and values[r, c] > level:
                            taken[r, c] = 1
                            rows, columns = _room(rows, size), _room(columns, size)
                            rows[size], columns[size] = r, c
                            size += 1
            offsets.append(size)
    return rows[:size].copy(), columns[:size].copy(), np.array(offsets, np.int64)


@njit(nogil=True, cache=True)
def _room(array, size):  # type: ignore[no-untyped-def]
    if size < len(array):
        return array
    larger = np.empty(2 * len(array), array.dtype)
    larger[:size] = array
    return larger
