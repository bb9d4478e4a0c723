"""Distance by water over a grid: first-order fast marching, exact where the source sees.

The eikonal equation |grad d| = 1 is solved with the upwind scheme of J. A. Sethian, "A fast marching level
set method for monotonically advancing fronts", PNAS 93, 1591 (1996), with a step of its own for each row.
Instead of a heap the front lies in a ring of buckets (after L. Yatziv, A. Bartesaghi and G. Sapiro, "O(N)
implementation of the fast marching algorithm", J. Comput. Phys. 212, 393 (2006)); unlike theirs a cell whose value
falls is taken up again, so the result is the solution of the scheme itself and not one near it.

The scheme's error comes from the source, where the front is a point: within a radius every cell that the
source sees over water gets its distance on the ellipsoid instead.
"""

import math

import numpy as np
from numba import njit

from rubicon.kernels.geodesy import distance_m

IDLE, LAND = np.uint8(255), np.uint8(254)
BUCKET_STEPS = 4.0
"""Steps that one bucket holds: wider ones visit one cell in a hundred twice, and the front less often."""
SLOTS = 32
MOST_STEP_RATIO = BUCKET_STEPS * (SLOTS - 3)
"""A cell may be put into a bucket this many times the smallest step ahead, and the ring must hold it."""


@njit(nogil=True, cache=True)
def sees(mask, row0, column0, row1, column1):  # type: ignore[no-untyped-def]
    """Whether the straight line between two places (in cells, centres at whole numbers) stays on water."""
    r, c = math.floor(row0 + 0.5), math.floor(column0 + 0.5)
    last_r, last_c = math.floor(row1 + 0.5), math.floor(column1 + 0.5)
    dr, dc = row1 - row0, column1 - column0
    step_r, step_c = (1 if dr > 0 else -1), (1 if dc > 0 else -1)
    # Parts of the line at which it crosses into the next row and column (Amanatides and Woo 1987).
    next_r = (r + 0.5 * step_r - row0) / dr if dr != 0 else math.inf
    next_c = (c + 0.5 * step_c - column0) / dc if dc != 0 else math.inf
    while True:
        if mask[r, c] == 0:
            return False
        if r == last_r and c == last_c:
            return True
        if (next_r < next_c and r != last_r) or c == last_c:
            r += step_r
            next_r += abs(1.0 / dr)
        else:
            c += step_c
            next_c += abs(1.0 / dc)


@njit(nogil=True, cache=True)
def seed(mask, corner, lat_deg, lon_deg, radius_cells, out_m):  # type: ignore[no-untyped-def]
    """Write the distance on the ellipsoid into the cells that the source sees within a radius.

    `corner` holds the grid's south and west edge and its steps of latitude and longitude, in degrees. The
    source's own cell must be water. `out_m[row, column]` is left alone elsewhere.
    """
    ny, nx = mask.shape
    south_deg, west_deg, dlat_deg, dlon_deg = corner
    row = (lat_deg - south_deg) / dlat_deg - 0.5
    column = (lon_deg - west_deg) / dlon_deg - 0.5
    r0, c0 = math.floor(row + 0.5), math.floor(column + 0.5)
    for r in range(max(0, r0 - radius_cells), min(ny, r0 + radius_cells + 1)):
        for c in range(max(0, c0 - radius_cells), min(nx, c0 + radius_cells + 1)):
            near = (r - r0) ** 2 + (c - c0) ** 2 <= radius_cells**2
            if near and mask[r, c] and sees(mask, row, column, float(r), float(c)):
                cell_lat, cell_lon = south_deg + (r + 0.5) * dlat_deg, west_deg + (c + 0.5) * dlon_deg
                out_m[r, c] = distance_m(lat_deg, lon_deg, cell_lat, cell_lon)


@njit(nogil=True, cache=True)
def march(state, step_north_m, step_east_m, distance_m, sources):  # type: ignore[no-untyped-def]
    """Spread distances over the water in place; infinite where no way leads.

    `state` (uint8, `IDLE` on water and `LAND` elsewhere; working space, the same when done) and `distance_m` (float64)
    are flat grids with a border of one cell of land all around, and steps are those of each row, border included.
    `sources` (int64) are the flat indices of cells whose distance is known, in ascending order of it. The
    largest step is at most `MOST_STEP_RATIO` times the smallest.
    """
    stride = len(state) // len(step_north_m)
    share_n, share_e, spread, product, width = _weights(step_north_m, step_east_m)
    per_level = 1.0 / width
    queue, filled = np.empty((SLOTS, 4096), np.int32), np.zeros(SLOTS, np.int64)
    taken, waiting, level = 0, 0, 0
    while waiting > 0 or taken < len(sources):
        if waiting == 0:
            level = int(distance_m[sources[taken]] * per_level)
        slot = level & (SLOTS - 1)
        while taken < len(sources) and int(distance_m[sources[taken]] * per_level) <= level:
            queue = _put(queue, filled, state, slot, sources[taken])
            waiting += 1
            taken += 1
        i = 0
        while i < filled[slot]:
            cell = np.int64(queue[slot, i])
            i += 1
            if state[cell] != slot:
                continue
            state[cell] = IDLE
            here, row = distance_m[cell], cell // stride
            for side in range(4):
                n = cell + (-stride if side == 0 else (-1 if side == 1 else (1 if side == 2 else stride)))
                old = distance_m[n]
                if old <= here or state[n] == LAND:
                    continue
                r = row + (-1 if side == 0 else (1 if side == 3 else 0))
                a = min(distance_m[n - stride], distance_m[n + stride])
                b = min(distance_m[n - 1], distance_m[n + 1])
                if a + step_north_m[r] <= b:
                    t = a + step_north_m[r]
                elif b + step_east_m[r] <= a:
                    t = b + step_east_m[r]
                else:
                    d = a - b
                    t = share_n[r] * a + share_e[r] * b + math.sqrt(spread[r] - product[r] * d * d)
                if t < old:
                    distance_m[n] = t
                    to = max(level, int(t * per_level)) & (SLOTS - 1)
                    if state[n] != to:
                        queue = _put(queue, filled, state, to, n)
                        waiting += 1
        waiting -= filled[slot]
        filled[slot] = 0
        level += 1


@njit(nogil=True, cache=True)
def _weights(step_north_m, step_east_m):  # type: ignore[no-untyped-def]
    """For each row the constants of the upwind scheme, and how many metres one bucket holds."""
    weight_n, weight_e = 1.0 / step_north_m**2, 1.0 / step_east_m**2
    both = weight_n + weight_e
    least = min(step_north_m.min(), step_east_m.min())
    return (
        weight_n / both,
        weight_e / both,
        1.0 / both,
        weight_n * weight_e / both**2,
        BUCKET_STEPS * least,
    )


@njit(nogil=True, cache=True)
def _put(queue, filled, state, slot, cell):  # type: ignore[no-untyped-def]
    """Put a cell into a slot; the queue, twice as wide when it was full."""
    if filled[slot] == queue.shape[1]:
        wider = np.empty((queue.shape[0], 2 * queue.shape[1]), np.int32)
        for k in range(queue.shape[0]):
            for i in range(filled[k]):
                wider[k, i] = queue[k, i]
        queue = wider
    queue[slot, filled[slot]] = cell
    filled[slot] += 1
    state[cell] = slot
    return queue


@njit(nogil=True, cache=True)
def nearest(values, least, step_north_m, step_east_m, row, column, limit_m):  # type: ignore[no-untyped-def]
    """The nearest cell with `values >= least` within a limit: its row and column, -1 when there is none.

    The third number is the way to its centre in metres, 0 when the place lies in such a cell itself. Of
    equally near cells the southernmost, then westernmost is taken.
    """
    ny, nx = values.shape
    r0 = min(max(math.floor(row + 0.5), 0), ny - 1)
    c0 = min(max(math.floor(column + 0.5), 0), nx - 1)
    if values[r0, c0] >= least:
        return r0, c0, 0.0
    best_r, best_c, best = -1, -1, limit_m
    rows, columns = int(limit_m / step_north_m[r0]) + 1, int(limit_m / step_east_m[r0]) + 1
    for r in range(max(0, r0 - rows), min(ny, r0 + rows + 1)):
        for c in range(max(0, c0 - columns), min(nx, c0 + columns + 1)):
            if values[r, c] >= least:
                way = math.hypot((r - row) * step_north_m[r0], (c - column) * step_east_m[r0])
                if way < best:
                    best_r, best_c, best = r, c, way
    return best_r, best_c, best


@njit(nogil=True, cache=True)
def sample(field_m, step_north_m, step_east_m, rows, columns, limit_m):  # type: ignore[no-untyped-def]
    """Values of a field (negative where no way leads) at places in cells, and how far each was moved.

    Between four cells with a value the field is interpolated; beside land the value of the own cell
    counts; on land that of the nearest cell within the limit. NaN where there is none, or outside.
    """
    ny, nx = field_m.shape
    value_m, moved_m = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for i in range(len(rows)):
        if math.isnan(rows[i]) or math.isnan(columns[i]):
            continue
        r, c, moved = nearest(field_m, 0.0, step_north_m, step_east_m, rows[i], columns[i], limit_m)
        if r < 0:
            continue
        value_m[i], moved_m[i] = field_m[r, c], moved
        r0, c0 = math.floor(rows[i]), math.floor(columns[i])
        if moved == 0.0 and 0 <= r0 < ny - 1 and 0 <= c0 < nx - 1:
            sw, se, nw, ne = (
                field_m[r0, c0],
                field_m[r0, c0 + 1],
                field_m[r0 + 1, c0],
                field_m[r0 + 1, c0 + 1],
            )
            if min(sw, se, nw, ne) >= 0.0:
                up, right = rows[i] - r0, columns[i] - c0
                value_m[i] = (sw * (1.0 - right) + se * right) * (1.0 - up) + (
                    nw * (1.0 - right) + ne * right
                ) * up
    return value_m, moved_m


@njit(nogil=True, cache=True)
def sample_wet(field_m, south_west, up, right, own):  # type: ignore[no-untyped-def]
    """What `sample` gives for places whose own cell has a value, NaN elsewhere; for many fields over one lattice.

    `south_west` (flat index, -1 beside the edge) is the lowest of the four cells around each place, `up` and `right` its
    share of the way to the next, `own` the flat index of its own cell, -1 outside.
    """
    flat, stride = field_m.ravel(), field_m.shape[1]
    value_m = np.full(len(own), np.nan, np.float64)
    for i in range(len(own)):
        if own[i] < 0 or flat[own[i]] < 0.0:
            continue
        value_m[i] = flat[own[i]]
        k = south_west[i]
        if k >= 0:
            sw, se, nw, ne = flat[k], flat[k + 1], flat[k + stride], flat[k + stride + 1]
            if min(sw, se, nw, ne) >= 0.0:
                value_m[i] = (sw * (1.0 - right[i]) + se * right[i]) * (1.0 - up[i]) + (
                    nw * (1.0 - right[i]) + ne * right[i]
                ) * up[i]
    return value_m


@njit(nogil=True, cache=True)
def around(edge_m, edge_lat_deg, edge_lon_deg, lat_deg, lon_deg, inside_m):  # type: ignore[no-untyped-def]
    """Lower bound of the ways to points when they may leave the grid; never more than `inside_m`.

    `edge_m`, ascending, are the field's values along the grid's edge. Outside the grid nothing is known, so
    from the edge the straight line counts.
    """
    least_m = inside_m.copy()
    for i in range(len(least_m)):
        for k in range(len(edge_m)):
            if not edge_m[k] < least_m[i]:
                break
            # A degree of latitude is never less than 110.5 km, which saves most of the exact distances.
            if edge_m[k] + 110500.0 * abs(edge_lat_deg[k] - lat_deg[i]) < least_m[i]:
                way = distance_m(edge_lat_deg[k], edge_lon_deg[k], lat_deg[i], lon_deg[i])
                least_m[i] = min(least_m[i], edge_m[k] + way)
    return least_m


@njit(nogil=True, cache=True)
def check_sum(words, more):  # type: ignore[no-untyped-def]
    """Check sum of 32-bit words and of some 64-bit words after them (after J. G. Fletcher 1982, modulo 2^64)."""
    total, running = np.uint64(0), np.uint64(0)
    for word in words:
        total += np.uint64(word)
        running += total
    for word in more:
        total += word
        running += total
    return running ^ (total << np.uint64(32))
