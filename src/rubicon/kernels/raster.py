"""Filling polygons into a grid by scanlines and the even-odd rule, and the parts that a mask falls into."""

import math

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def count_inside(columns, rows, offsets, samples, inside):  # type: ignore[no-untyped-def]
    """Add to `inside[r, c]` how many of the cell's scanlines lie wholly inside the rings (even-odd).

    `columns` and `rows` are the vertices of all rings in cells from the grid's corner; ring i holds the
    vertices `offsets[i]` to `offsets[i + 1]` and closes on itself. Each cell has `samples` scanlines with
    `samples` points each, spread evenly; with one sample the count is 1 where its centre is inside. An edge
    owns its lower end and not its upper one, so a scanline through a vertex counts it once.
    """
    ny, nx = inside.shape
    starts = np.zeros(ny * samples + 1, np.int64)
    crossings, filled = np.empty(0), starts
    for fill in (False, True):
        if fill:
            for line in range(ny * samples):
                starts[line + 1] += starts[line]
            crossings, filled = np.empty(starts[-1]), starts[:-1].copy()
        for ring in range(len(offsets) - 1):
            previous = offsets[ring + 1] - 1
            for i in range(offsets[ring], offsets[ring + 1]):
                x0, y0 = columns[previous], rows[previous] * samples - 0.5
                x1, y1 = columns[i], rows[i] * samples - 0.5
                previous = i
                first = max(0, math.ceil(min(y0, y1)))
                last = min(ny * samples - 1, math.ceil(max(y0, y1)) - 1)
                for line in range(first, last + 1):
                    if fill:
                        crossings[filled[line]] = x0 + (line - y0) * (x1 - x0) / (y1 - y0)
                        filled[line] += 1
                    else:
                        starts[line + 1] += 1
    half = 0.5 / samples
    for line in range(ny * samples):
        cuts = crossings[starts[line] : starts[line + 1]]
        for k in range(1, len(cuts)):
            cut, j = cuts[k], k
            while j > 0 and cuts[j - 1] > cut:
                cuts[j] = cuts[j - 1]
                j -= 1
            cuts[j] = cut
        for k in range(0, len(cuts) - 1, 2):
            first = max(0, math.ceil(cuts[k] - half))
            last = min(nx, math.ceil(cuts[k + 1] - 1.0 + half))
            for c in range(first, last):
                inside[line // samples, c] += 1


@njit(nogil=True, cache=True)
def drop_small_parts(mask, least_cells):  # type: ignore[no-untyped-def]
    """Set to 0 the parts of `mask` (uint8) that hang together by sides and have fewer cells than that.

    A part that touches the edge of the grid stays whatever its size: it may go on outside. Works on the
    runs of set cells of each row, joined where runs of neighbouring rows overlap.
    """
    ny, nx = mask.shape
    first_of_row = np.zeros(ny + 1, np.int64)
    for r in range(ny):
        n = 0
        for c in range(nx):
            n += mask[r, c] != 0 and (c == 0 or mask[r, c - 1] == 0)
        first_of_row[r + 1] = first_of_row[r] + n
    start, end = np.empty(first_of_row[ny], np.int32), np.empty(first_of_row[ny], np.int32)
    cells, parent = np.empty(first_of_row[ny], np.int64), np.arange(first_of_row[ny])
    at = -1
    for r in range(ny):
        for c in range(nx):
            if mask[r, c]:
                if c == 0 or mask[r, c - 1] == 0:
                    at += 1
                    start[at] = c
                end[at] = c + 1
        for run in range(first_of_row[r], first_of_row[r + 1]):
            on_edge = r == 0 or r == ny - 1 or start[run] == 0 or end[run] == nx
            cells[run] = least_cells if on_edge else end[run] - start[run]
        above, run = (first_of_row[r - 1] if r else 0), first_of_row[r]
        while r > 0 and above < first_of_row[r] and run < first_of_row[r + 1]:
            if start[above] < end[run] and start[run] < end[above]:
                a, b = _root(parent, above), _root(parent, run)
                if a != b:
                    parent[max(a, b)] = min(a, b)
                    cells[min(a, b)] += cells[max(a, b)]
            if end[above] < end[run]:
                above += 1
            else:
                run += 1
    for r in range(ny):
        for run in range(first_of_row[r], first_of_row[r + 1]):
            if cells[_root(parent, run)] < least_cells:
                for c in range(start[run], end[run]):
                    mask[r, c] = 0


@njit(nogil=True, cache=True)
def _root(parent, at):  # type: ignore[no-untyped-def]
    while parent[at] != at:
        parent[at] = parent[parent[at]]
        at = parent[at]
    return at
