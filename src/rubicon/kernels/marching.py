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

IDLE = np.uint8(255)


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
def march(water, step_north_m, step_east_m, distance_m, sources, slots):  # type: ignore[no-untyped-def]
    """Spread distances over the water in place; infinite where no way leads.

    `water` (uint8) and `distance_m` (float64) are flat grids with a border of one cell of land all around, and
    steps are those of each row, border included. `sources` (int64) are the flat indices of cells whose
    distance is known, in ascending order of it. `slots` is 2 x the largest step / the smallest + 3, rounded
    down, and at most 250.
    """
    stride = len(water) // len(step_north_m)
    weight_n, weight_e = 1.0 / step_north_m**2, 1.0 / step_east_m**2
    width = math.inf
    for row in range(len(step_north_m)):
        width = min(width, 0.5 * step_north_m[row], 0.5 * step_east_m[row])
    queue, filled = np.empty((slots, 4096), np.int32), np.zeros(slots, np.int64)
    slot_of = np.full(len(water), IDLE, np.uint8)
    taken, waiting, level = 0, 0, 0
    while waiting > 0 or taken < len(sources):
        if waiting == 0:
            level = int(distance_m[sources[taken]] / width)
        slot = level % slots
        while taken < len(sources) and int(distance_m[sources[taken]] / width) <= level:
            queue = _put(queue, filled, slot_of, slot, sources[taken])
            waiting += 1
            taken += 1
        i = 0
        while i < filled[slot]:
            cell = queue[slot, i]
            i += 1
            if slot_of[cell] != slot:
                continue
            slot_of[cell] = IDLE
            here = distance_m[cell]
            for side in (-stride, -1, 1, stride):
                n = cell + side
                if water[n] == 0 or distance_m[n] <= here:
                    continue
                row = n // stride
                a = min(distance_m[n - stride], distance_m[n + stride])
                b = min(distance_m[n - 1], distance_m[n + 1])
                if a + step_north_m[row] <= b:
                    t = a + step_north_m[row]
                elif b + step_east_m[row] <= a:
                    t = b + step_east_m[row]
                else:
                    wa, wb, d = weight_n[row], weight_e[row], a - b
                    t = (wa * a + wb * b + math.sqrt(wa + wb - wa * wb * d * d)) / (wa + wb)
                if t < distance_m[n]:
                    distance_m[n] = t
                    to = max(level, int(t / width)) % slots
                    if slot_of[n] != to:
                        queue = _put(queue, filled, slot_of, to, n)
                        waiting += 1
        waiting -= filled[slot]
        filled[slot] = 0
        level += 1


@njit(nogil=True, cache=True)
def _put(queue, filled, slot_of, slot, cell):  # type: ignore[no-untyped-def]
    """Put a cell into a slot; the queue, twice as wide when it was full."""
    if filled[slot] == queue.shape[1]:
        wider = np.empty((queue.shape[0], 2 * queue.shape[1]), np.int32)
        for k in range(queue.shape[0]):
            for i in range(filled[k]):
                wider[k, i] = queue[k, i]
        queue = wider
    queue[slot, filled[slot]] = cell
    filled[slot] += 1
    slot_of[cell] = slot
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
