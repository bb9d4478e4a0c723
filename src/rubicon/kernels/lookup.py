"""Many places read from many fields over one lattice: places in the order of memory, and where each lies in its cells.

What belongs to a place is worked out once and used for every field: the cells around it, its share of the way to the next, the cell
of water that it is taken to, and the node from which ways round outside the region are bounded.
"""

import math

import numpy as np
from numba import njit

from rubicon.kernels.marching import nearest

TILE = 64
"""Cells along each side of the squares in whose order places are read: one fits into the processor's nearest memory."""
CLOSE_M = 1000.0
"""How far water is looked for at first: most places that lie on land lie beside it."""


@njit(nogil=True, cache=True)
def order_by_tile(rows, columns, shape):  # type: ignore[no-untyped-def]
    """Indices of places (in cells, NaN outside) tile by tile, each tile's in the order given; those outside come last."""
    wide = shape[1] // TILE + 2
    tiles = (shape[0] // TILE + 2) * wide
    tile = np.empty(len(rows), np.int32)
    first = np.zeros(tiles + 2, np.int64)
    for i in range(len(rows)):
        if math.isnan(rows[i]) or math.isnan(columns[i]):
            tile[i] = tiles
        else:
            tile[i] = int((rows[i] + 1.0) / TILE) * wide + int((columns[i] + 1.0) / TILE)
        first[tile[i] + 1] += 1
    first = np.cumsum(first)
    order = np.empty(len(rows), np.int32)
    for i in range(len(rows)):
        order[first[tile[i]]] = i
        first[tile[i]] += 1
    return order


@njit(nogil=True, cache=True)
def places(field_m, rows, columns, order):  # type: ignore[no-untyped-def]
    """Own cell of each place in an order (-1 outside), the cell south-west of it (-1 where it is not between four), and its shares.

    The own cell of a place on land is the place's own too: `on_water` moves it.
    """
    ny, nx = field_m.shape
    n = len(order)
    own, south_west = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    up, right = np.zeros(n, np.float32), np.zeros(n, np.float32)
    for k in range(n):
        row, column = rows[order[k]], columns[order[k]]
        if math.isnan(row) or math.isnan(column):
            continue
        near_r = min(max(math.floor(row + 0.5), 0), ny - 1)
        near_c = min(max(math.floor(column + 0.5), 0), nx - 1)
        own[k] = near_r * nx + near_c
        r, c = math.floor(row), math.floor(column)
        if 0 <= r < ny - 1 and 0 <= c < nx - 1:
            south_west[k] = r * nx + c
            up[k], right[k] = row - r, column - c
    return own, south_west, up, right


@njit(nogil=True, cache=True)
def on_water(field_m, steps_m, rows, columns, limit_m):  # type: ignore[no-untyped-def]
    """Flat index of the nearest cell with a value for each place (-1 without one within the limit), and how far it lies in metres."""
    cell, moved_m = np.full(len(rows), -1, np.int32), np.full(len(rows), np.nan)
    for i in range(len(rows)):
        r, c, way_m = nearest(field_m, 0.0, *steps_m, rows[i], columns[i], min(CLOSE_M, limit_m))
        if r < 0:
            r, c, way_m = nearest(field_m, 0.0, *steps_m, rows[i], columns[i], limit_m)
        if r >= 0:
            cell[i], moved_m[i] = r * field_m.shape[1] + c, way_m
    return cell, moved_m


@njit(nogil=True, cache=True)
def read_many(field_m, cells, bound_km, near, order, slack_km):  # type: ignore[no-untyped-def]
    """Ways and their lower bounds in km (float32), in the places' own order; NaN where there is no way.

    `cells` is what `places` gives, `near` the node of each place in that order and the way there in km, `bound_km` the bounds at the nodes:
    a bound is the less of the way and of the node's bound less the way to the node, and `slack_km` lower.
    """
    own, south_west, up, right = cells
    node, node_km = near
    flat, stride = field_m.ravel(), field_m.shape[1]
    way_km, least_km = np.empty(len(order), np.float32), np.empty(len(order), np.float32)
    for k in range(len(order)):
        to = order[k]
        if own[k] < 0 or flat[own[k]] < 0.0:
            way_km[to] = least_km[to] = np.nan
            continue
        value = np.float64(flat[own[k]])
        at = south_west[k]
        if at >= 0:
            sw, se, nw, ne = flat[at], flat[at + 1], flat[at + stride], flat[at + stride + 1]
            if min(sw, se, nw, ne) >= 0.0:
                south, north = sw + (se - sw) * right[k], nw + (ne - nw) * right[k]
                value = south + (north - south) * up[k]
        km = value / 1000.0
        way_km[to] = km
        least_km[to] = max(min(km, bound_km[node[k]] - node_km[k]) - slack_km, 0.0)
    return way_km, least_km


@njit(nogil=True, cache=True)
def nearest_nodes(lat_deg, lon_deg, order, nodes, per_degree_m):  # type: ignore[no-untyped-def]
    """Flat index of the node nearest to each place in an order, and the way there in km.

    `nodes` holds the first latitude and longitude, the steps and the numbers of rows and columns; `per_degree_m` the most metres that a
    degree of latitude and of longitude have in the region, so that the way is never too short.
    """
    south, west, dlat, dlon, rows, columns = nodes
    node, way_km = np.empty(len(order), np.int32), np.empty(len(order), np.float32)
    for k in range(len(order)):
        lat, east = lat_deg[order[k]] - south, (lon_deg[order[k]] - west) % 360.0
        row = int(min(max(round(lat / dlat), 0.0), rows - 1.0))
        column = int(min(max(round(east / dlon), 0.0), columns - 1.0))
        off_lon = (east - column * dlon + 180.0) % 360.0 - 180.0
        north_m, east_m = (lat - row * dlat) * per_degree_m[0], off_lon * per_degree_m[1]
        node[k] = row * int(columns) + column
        way_km[k] = math.hypot(north_m, east_m) / 1000.0
    return node, way_km
