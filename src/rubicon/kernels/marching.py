"""Distance by water over a grid: first-order fast marching, exact where the source sees.

The eikonal equation |grad d| = 1 is solved with the upwind scheme of J. A. Sethian, "A fast marching level
set method for monotonically advancing fronts", PNAS 93, 1591 (1996), with a step of its own for each row.
Instead of a heap of cells there is a ring of buckets that holds blocks of cells, the block with the least value first (after
A. Chacon and A. Vladimirsky, "Fast two-scale methods for eikonal equations", SIAM J. Sci. Comput. 34, A547 (2012)). Within a block
cells are swept in turn from each of its corners, those that a neighbour's new value may change and no others (after S. Bak,
J. McLaughlin and D. Renzi, "Some improvements for the fast sweeping method", SIAM J. Sci. Comput. 32, 2853 (2010)). A cell
whose value falls wakes its neighbours again, wherever they lie, so the result is the solution of the scheme itself and not
one near it, in whatever order blocks are taken; and a block of 64 by 64 cells stays in the processor's nearest memory.

The scheme's error comes from the source, where the front is a point: within a radius every cell that the
source sees over water gets its distance on the ellipsoid instead.
"""

import math

import numpy as np
from numba import njit

from rubicon.kernels.geodesy import distance_m

STILL, WAITING, LAND = np.uint8(0), np.uint8(1), np.uint8(2)
BLOCK = 64
"""Cells along each side of a block."""
BUCKET_STEPS = 32.0
"""Steps that one bucket of blocks holds."""
SLOTS = 64
MOST_STEP_RATIO = 100.0
"""Cells so many times as long as they are wide measure nothing well."""


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
def march(water, step_north_m, step_east_m, distance_m):  # type: ignore[no-untyped-def]
    """Spread distances over the water in place; infinite where no way leads.

    `water` (uint8, rows x columns) is 0 on land, and steps are those of each row. `distance_m` (float64) has a border of one cell
    all around, which counts as land; what is finite in it is known and spreads. Values that are known fall where
    a way from another one is shorter.
    """
    ny, nx = water.shape
    state = np.full((ny + 2, nx + 2), LAND)
    across, wide = (ny + BLOCK - 1) // BLOCK, (nx + BLOCK - 1) // BLOCK
    waiting = np.zeros((across * wide, BLOCK), np.int32)
    least_m = _wake(water, state, distance_m, waiting, wide)
    weights = _weights(step_north_m, step_east_m)
    per_level = 1.0 / (BUCKET_STEPS * min(step_north_m.min(), step_east_m.min()))
    queue, filled = np.empty((SLOTS, 256), np.int32), np.zeros(SLOTS, np.int64)
    due, queued = np.full(across * wide, -1, np.int64), 0
    level = int(least_m.min() * per_level) if least_m.min() < math.inf else 0
    for block in range(across * wide):
        if least_m[block] < math.inf:
            queue = _put(queue, filled, due, block, _level(least_m[block], per_level, level))
            queued += 1
    while queued > 0:
        slot, i = level % SLOTS, 0
        while i < filled[slot]:
            block = queue[slot, i]
            i += 1
            if due[block] != level:
                continue
            due[block] = -1
            woken = _settle(state, distance_m, weights, waiting, block, wide)
            for side in range(4):
                if woken[side] < math.inf:
                    other = block + (
                        -wide if side == 0 else (wide if side == 1 else (-1 if side == 2 else 1))
                    )
                    to = _level(woken[side], per_level, level)
                    if due[other] < 0 or to < due[other]:
                        queue = _put(queue, filled, due, other, to)
                        queued += 1
        queued -= filled[slot]
        filled[slot] = 0
        level += 1


@njit(nogil=True, cache=True)
def _level(value_m, per_level, now):  # type: ignore[no-untyped-def]
    """Bucket of a value, as far ahead as the ring reaches: a block that is taken too early is taken again."""
    return min(max(now, int(value_m * per_level)), now + SLOTS - 1)


@njit(nogil=True, cache=True)
def _put(queue, filled, due, block, level):  # type: ignore[no-untyped-def]
    """Put a block into a bucket; the queue, twice as wide when it was full."""
    slot = level % SLOTS
    if filled[slot] == queue.shape[1]:
        wider = np.empty((queue.shape[0], 2 * queue.shape[1]), np.int32)
        for k in range(queue.shape[0]):
            for i in range(filled[k]):
                wider[k, i] = queue[k, i]
        queue = wider
    queue[slot, filled[slot]] = block
    filled[slot] += 1
    due[block] = level
    return queue


@njit(nogil=True, cache=True)
def _weights(step_north_m, step_east_m):  # type: ignore[no-untyped-def]
    """Constants of the upwind scheme, a row of five for each row of the grid, and its two steps."""
    made = np.empty((len(step_north_m), 6))
    for r in range(len(made)):
        north, east = 1.0 / step_north_m[r] ** 2, 1.0 / step_east_m[r] ** 2
        both = north + east
        made[r, 0], made[r, 1] = step_north_m[r], step_east_m[r]
        made[r, 2], made[r, 3] = north / both, east / both
        made[r, 4], made[r, 5] = 1.0 / both, north * east / both**2
    return made


@njit(nogil=True, cache=True)
def _wake(water, state, distance_m, waiting, wide):  # type: ignore[no-untyped-def]
    """Mark land, and the water beside known cells that may get a lower value from them; for each block the least of these cells' values."""
    ny, nx = water.shape
    least_m = np.full(len(waiting), math.inf)
    for r in range(ny):
        for c in range(nx):
            if water[r, c]:
                state[r + 1, c + 1] = STILL
    for r in range(1, ny + 1):
        for c in range(1, nx + 1):
            here = distance_m[r, c]
            if here == math.inf:
                continue
            for side in range(4):
                to_r = r + (-1 if side == 0 else (1 if side == 1 else 0))
                to_c = c + (-1 if side == 2 else (1 if side == 3 else 0))
                if state[to_r, to_c] == STILL and distance_m[to_r, to_c] > here:
                    state[to_r, to_c] = WAITING
                    block = (to_r - 1) // BLOCK * wide + (to_c - 1) // BLOCK
                    waiting[block, (to_r - 1) % BLOCK] += 1
                    least_m[block] = min(least_m[block], here)
    return least_m


@njit(nogil=True, cache=True)
def _settle(state, distance_m, weights, waiting, block, wide):  # type: ignore[no-untyped-def]
    """Sweep a block until no cell of it waits; the least new value beside each neighbouring block (south, north, west, east)."""
    r0, c0 = block // wide * BLOCK + 1, block % wide * BLOCK + 1
    r1, c1 = min(r0 + BLOCK, state.shape[0] - 1), min(c0 + BLOCK, state.shape[1] - 1)
    rows, left, sweep = waiting[block], waiting[block].sum(), 0
    south_m = north_m = west_m = east_m = math.inf
    while left > 0:
        up, right = sweep & 1 == 0, sweep & 2 == 0
        sweep += 1
        for k in range(r1 - r0):
            row = k if up else r1 - r0 - 1 - k
            if rows[row] == 0:
                continue
            r = r0 + row
            step_n, step_e, share_n, share_e, spread, product = weights[r - 1]
            for j in range(c1 - c0):
                c = c0 + j if right else c1 - 1 - j
                if state[r, c] != WAITING:
                    continue
                state[r, c] = STILL
                left -= 1
                rows[row] -= 1
                south, north = distance_m[r - 1, c], distance_m[r + 1, c]
                west, east = distance_m[r, c - 1], distance_m[r, c + 1]
                a, b = min(south, north), min(west, east)
                if a + step_n <= b:
                    t = a + step_n
                elif b + step_e <= a:
                    t = b + step_e
                else:
                    t = share_n * a + share_e * b + math.sqrt(spread - product * (a - b) ** 2)
                if t >= distance_m[r, c]:
                    continue
                distance_m[r, c] = t
                if south > t and state[r - 1, c] == STILL:
                    state[r - 1, c] = WAITING
                    if row > 0:
                        left += 1
                        rows[row - 1] += 1
                    else:
                        waiting[block - wide, BLOCK - 1] += 1
                        south_m = min(south_m, t)
                if north > t and state[r + 1, c] == STILL:
                    state[r + 1, c] = WAITING
                    if r < r1 - 1:
                        left += 1
                        rows[row + 1] += 1
                    else:
                        waiting[block + wide, 0] += 1
                        north_m = min(north_m, t)
                if west > t and state[r, c - 1] == STILL:
                    state[r, c - 1] = WAITING
                    if c > c0:
                        left += 1
                        rows[row] += 1
                    else:
                        waiting[block - 1, row] += 1
                        west_m = min(west_m, t)
                if east > t and state[r, c + 1] == STILL:
                    state[r, c + 1] = WAITING
                    if c < c1 - 1:
                        left += 1
                        rows[row] += 1
                    else:
                        waiting[block + 1, row] += 1
                        east_m = min(east_m, t)
    return south_m, north_m, west_m, east_m


@njit(nogil=True, cache=True)
def as_field(distance_m):  # type: ignore[no-untyped-def]
    """The same without its border, in 32 bits, and -1 where no way leads."""
    ny, nx = distance_m.shape[0] - 2, distance_m.shape[1] - 2
    field_m = np.empty((ny, nx), np.float32)
    for r in range(ny):
        for c in range(nx):
            value = distance_m[r + 1, c + 1]
            field_m[r, c] = value if value < math.inf else -1.0
    return field_m


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
    """Check sum of 64-bit words, and of some more after them (after J. G. Fletcher 1982, modulo 2^64)."""
    total, running = np.uint64(0), np.uint64(0)
    for word in words:
        total += word
        running += total
    for word in more:
        total += word
        running += total
    return running ^ (total << np.uint64(32))
