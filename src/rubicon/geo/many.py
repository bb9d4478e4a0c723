"""All gaps against all ports: the numbers of `geo.envelope` for a lake of gaps, port by port, in one call.

Fields cover the whole coastline in use and are computed once a port. Places are sorted by where they lie, so that
neighbours read the same part of a field; ways through waters outside the region are bounded from nodes over it.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rubicon.case import Port
from rubicon.errors import InvalidPosition, NoWater, OutsideCoastline
from rubicon.geo.coast import Coast, load_coast
from rubicon.geo.earth import NAUTICAL_MILE_M, metres_per_degree
from rubicon.geo.envelope import check_options, probabilities
from rubicon.geo.gshhg import Floats
from rubicon.geo.likely import Assumed
from rubicon.geo.ocean import OceanField
from rubicon.geo.sea import SeaField, cache_folder, sea_field
from rubicon.geo.water import Lattice
from rubicon.kernels.geodesy import distances_m
from rubicon.kernels.marching import around, sample_wet

CELL_KM = 0.5
"""Taken off the lower bound of each way before the reduction: a place and a cape may each lie a cell of 250 m off, which
on a way of 20 km is more than the 2 % allow."""
NODES = 64
"""Nodes along each side of the region at which ways round outside it are measured for all places near."""
EDGE_STEP_KM = 5.0
"""Length of the pieces of the region's edge that such ways are measured from."""


class Gaps(NamedTuple):
    """Many gaps: the last fix and the next (n x 2, degrees), their lengths in hours, and top speeds in knots."""

    last: Floats
    following: Floats
    gap_h: Floats
    max_speed_kn: Floats


class Verdicts(NamedTuple):
    """One port against all gaps: NaN where a fix has no water or no way, or lies outside the coastline."""

    port: Port
    reason: str
    """Why there are no numbers at all for this port; empty when there are."""
    slack_h: npt.NDArray[np.float32]
    """At least 0 when a call fits in."""
    probability: npt.NDArray[np.float32]


def reach_many(
    gaps: Gaps,
    ports: Sequence[Port],
    *,
    stay_h: float = 12.0,
    coast: Coast | None = None,
    assumed: Assumed | None = None,
) -> Iterator[Verdicts]:
    """Reach of each port in each gap, one port at a time.

    The numbers are those of `detect.reach.reach` to the precision of 32-bit numbers; where a way round outside the coastline
    in use could be shorter its bound is some 20 km lower, and over an ocean the coarse cells count. Raises InvalidPosition for a fix that cannot be one or a negative
    gap, OptionError for speeds and stays.
    """
    coast, assumed = coast or load_coast(), assumed or Assumed()
    check_options(gaps.max_speed_kn, stay_h, assumed)
    _check(gaps)
    places = np.concatenate([gaps.last, gaps.following])
    order = np.argsort(_cells(places), kind="stable")
    where = np.empty(len(order), np.int64)
    where[order] = np.arange(len(order))
    lat, lon = (np.ascontiguousarray(part[order]) for part in places.T)
    nodes: _Nodes | None = None
    straight_km = distances_m(*gaps.last.T.copy(), *gaps.following.T.copy()) / 1000.0
    kmh = np.asarray(gaps.max_speed_kn, float) * NAUTICAL_MILE_M / 1000.0
    n = len(gaps.gap_h)
    for port in ports:
        try:
            field = sea_field(port.lat_deg, port.lon_deg, coast=coast)
        except (OutsideCoastline, NoWater) as error:
            nothing = np.full(n, np.nan, np.float32)
            yield Verdicts(port, f"{port.name}: {error.reason}", nothing, nothing)
            continue
        # All fields cover the coastline in the same cells.
        if nodes is None:
            nodes, cells = _nodes(field.lattice, lat, lon), _places(field.lattice, lat, lon)
        km, least = (part[where].reshape(2, n).T for part in _ways(field, lat, lon, cells, nodes))
        used = assumed if assumed.basis[1:] != Assumed().basis[1:] else _with_stay(assumed, port)
        yield Verdicts(port, "", *probabilities(km, least, straight_km, gaps.gap_h, kmh, stay_h, used))


def _with_stay(assumed: Assumed, port: Port) -> Assumed:
    return Assumed(assumed.speed_mean, assumed.speed_sd, port.usual_stay_h, assumed.stay_sigma, assumed.basis)


def _check(gaps: Gaps) -> None:
    lat, lon = np.concatenate([gaps.last, gaps.following]).T
    good = (np.abs(lat) <= 90.0) & (np.abs(lon) <= 180.0)
    if not good.all():
        at = int(np.flatnonzero(~good)[0])
        raise InvalidPosition(
            "latitude must be -90 to 90, longitude -180 to 180", place=f"{lat[at]}, {lon[at]}"
        )
    if not (gaps.gap_h >= 0.0).all():
        raise InvalidPosition("the last fix before the gap is later than the first one after it")


def _cells(places: Floats) -> npt.NDArray[np.int64]:
    """A number for each place by which neighbours follow each other: rows of a fifth of a degree."""
    row, column = np.floor(places[:, 0] * 5.0), np.floor((places[:, 1] % 360.0) * 20.0)
    return np.asarray(row * 100_000 + column, np.int64)


class _Cells(NamedTuple):
    """Where places lie in a lattice, as `kernels.marching.sample_wet` reads it."""

    south_west: npt.NDArray[np.int32]
    up: Floats
    right: Floats
    own: npt.NDArray[np.int32]


def _places(lattice: Lattice, lat: Floats, lon: Floats) -> _Cells:
    rows, columns = lattice.place(lat, lon)
    known = np.isfinite(rows) & np.isfinite(columns)
    rows, columns = np.where(known, rows, 0.0), np.where(known, columns, 0.0)
    r, c = np.floor(rows), np.floor(columns)
    between = known & (r >= 0) & (r < lattice.ny - 1) & (c >= 0) & (c < lattice.nx - 1)
    near_r = np.clip(np.floor(rows + 0.5), 0, lattice.ny - 1)
    near_c = np.clip(np.floor(columns + 0.5), 0, lattice.nx - 1)
    south_west = np.where(between, r * lattice.nx + c, -1).astype(np.int32)
    own = np.where(known, near_r * lattice.nx + near_c, -1).astype(np.int32)
    return _Cells(south_west, rows - r, columns - c, own)


def _ways(field: SeaField, lat: Floats, lon: Floats, cells: _Cells, nodes: _Nodes) -> tuple[Floats, Floats]:
    """Ways in km and their lower bounds, less CELL_KM; a bound may be a little lower than that of `SeaField.ways`."""
    km = sample_wet(field.distance_m, *cells) / 1000.0
    dry = np.flatnonzero(np.isnan(km) & (cells.own >= 0))
    if len(dry):
        inside = field.coarse if isinstance(field, OceanField) else field.inside
        km[dry] = inside(lat[dry], lon[dry])[0]
    return km, np.maximum(np.fmin(km, _outside(field, nodes)) - CELL_KM, 0.0)


class _Nodes(NamedTuple):
    """Nodes over a lattice, and for each place its nearest node and the way there in km, taken too long."""

    lat: Floats
    lon: Floats
    at: npt.NDArray[np.int64]
    way_km: Floats


def _nodes(lattice: Lattice, lat: Floats, lon: Floats) -> _Nodes:
    west, south, east, north = lattice.bbox
    node_lat, node_lon = np.linspace(south, north, NODES), np.linspace(west, east, NODES)
    row = np.clip(np.rint((lat - south) / (node_lat[1] - node_lat[0])), 0, NODES - 1).astype(np.int64)
    column = np.rint(((lon - west) % 360.0) / (node_lon[1] - node_lon[0]))
    column = np.clip(column, 0, NODES - 1).astype(np.int64)
    per_lat, _ = metres_per_degree(max(abs(south), abs(north)))
    _, per_lon = metres_per_degree(0.0 if south < 0.0 < north else min(abs(south), abs(north)))
    off_lat, off_lon = lat - node_lat[row], (lon - node_lon[column] + 180.0) % 360.0 - 180.0
    way_km = np.hypot(off_lat * per_lat, off_lon * per_lon) / 1000.0
    return _Nodes(node_lat, node_lon, row * NODES + column, np.asarray(way_km))


def _outside(field: SeaField, nodes: _Nodes) -> Floats:
    """Lower bound in km of ways that leave the region: that of the nearest node, less the way to the node.

    Such a way ends in a straight line, so from one place to another it changes by no more than their distance.
    """
    bound = _node_bounds(field, nodes.lat, nodes.lon).ravel()
    return np.asarray(bound[nodes.at] - nodes.way_km)


def _node_bounds(field: SeaField, node_lat: Floats, node_lon: Floats) -> Floats:
    """Bounds at nodes over the region, from pieces of its edge; kept beside the fields, for they take a while."""
    edge_m, edge_lat, edge_lon = field.edge
    digest = hashlib.sha256(np.concatenate([edge_m, edge_lat, edge_lon]).tobytes()).hexdigest()[:16]
    path = cache_folder() / f"edge-{digest}-{NODES}.npy"
    with contextlib.suppress(OSError, ValueError, EOFError):
        known = np.load(path, allow_pickle=False)
        if known.shape == (NODES, NODES) and np.isfinite(known).any():
            return np.asarray(known, float)
    step = EDGE_STEP_KM / 111.2
    key = np.round(np.column_stack([edge_lat, edge_lon % 360.0]) / step).astype(np.int64)
    # Of each piece of edge its cell with the shortest way stands for all; none lies farther from it than the piece is long.
    _, first = np.unique(key, axis=0, return_index=True)
    first = np.sort(first)
    slack_m = 2000.0 * EDGE_STEP_KM
    lat, lon = (part.ravel() for part in np.meshgrid(node_lat, node_lon, indexing="ij"))
    pieces = edge_m[first], edge_lat[first], edge_lon[first]
    found = around(*pieces, lat, (lon + 180.0) % 360.0 - 180.0, np.full(len(lat), np.inf))
    made = ((found - slack_m) / 1000.0).reshape(NODES, NODES)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npy", delete=False) as target:
            np.save(target, made)
        Path(target.name).replace(path)
    return np.asarray(made, float)
