"""All gaps against all ports: the numbers of `geo.envelope` for a lake of gaps, port by port, in one call.

Fields cover the whole coastline in use and are computed once a port. Places are read tile by tile, so that neighbours read the
same part of a field; what belongs to a place alone, such as the water that it is taken to, is worked out once for all ports of a sea.
Ways through waters outside the region are bounded from nodes over it.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rubicon.case import Port
from rubicon.errors import InvalidPosition, NoWater, OutsideCoastline
from rubicon.geo.coast import Coast, load_coast
from rubicon.geo.earth import NAUTICAL_MILE_M, metres_per_degree
from rubicon.geo.envelope import check_options, probabilities
from rubicon.geo.field import PLACE_NAME_KM, port_water
from rubicon.geo.gshhg import Floats
from rubicon.geo.likely import Assumed
from rubicon.geo.sea import SNAP_KM, SeaField, cache_folder, sea_field
from rubicon.geo.water import Lattice
from rubicon.kernels.geodesy import distances_m
from rubicon.kernels.lookup import nearest_nodes, on_water, order_by_tile, places, read_many
from rubicon.kernels.marching import around

Array = npt.NDArray[Any]
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
    # The two fixes of a gap follow each other, so that its two ways do.
    ends = np.stack([gaps.last, gaps.following], axis=1).reshape(-1, 2)
    direct_km = distances_m(*gaps.last.T.copy(), *gaps.following.T.copy()) / 1000.0
    kmh = np.asarray(gaps.max_speed_kn, float) * NAUTICAL_MILE_M / 1000.0
    straight, hours, speeds = (np.asarray(part, np.float32) for part in (direct_km, gaps.gap_h, kmh))
    n, known = len(gaps.gap_h), list[_Places]()
    for port in ports:
        try:
            field = sea_field(port.lat_deg, port.lon_deg, coast=coast)
        except (OutsideCoastline, NoWater) as error:
            nothing = np.full(n, np.nan, np.float32)
            yield Verdicts(port, f"{port.name}: {error.reason}", nothing, nothing)
            continue
        # All fields cover the coastline in the same cells, so that where a place lies is worked out once for each sea.
        at = next((one for one in known if one.same_sea(field)), None)
        if at is None:
            at = _placed(field, *ends.T)
            known.append(at)
        km, least = (part.reshape(n, 2) for part in at.ways(field))
        used = assumed if assumed.basis[1:] != Assumed().basis[1:] else _with_stay(assumed, port)
        yield Verdicts(port, "", *probabilities(km, least, straight, hours, speeds, stay_h, used))


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


@dataclass(frozen=True)
class _Places:
    """Many places in the cells of a lattice, in the order in which they are read, for all fields of one sea."""

    reference: int
    """A cell of that sea."""
    order: npt.NDArray[np.int32]
    cells: tuple[Array, Array, Array, Array]
    near: tuple[Array, Array]

    def same_sea(self, field: SeaField) -> bool:
        """Whether a way leads from the field's place into that sea: then all of it has values, and nothing else has."""
        return bool(field.distance_m.flat[self.reference] >= 0.0)

    def ways(self, field: SeaField) -> tuple[Array, Array]:
        """Ways in km and their lower bounds, less CELL_KM; a bound may be a little lower than that of `SeaField.ways`."""
        bounds = _node_bounds(field, *_node_lines(field.lattice)).ravel()
        km, least_km = read_many(field.distance_m, self.cells, bounds, self.near, self.order, CELL_KM)
        return km, least_km


def _placed(field: SeaField, lat_deg: Floats, lon_deg: Floats) -> _Places:
    lattice, shape = field.lattice, field.distance_m.shape
    lat, lon = np.ascontiguousarray(lat_deg), np.ascontiguousarray(lon_deg)
    rows, columns = lattice.place(lat, lon)
    order = order_by_tile(rows, columns, shape)
    cells = places(field.distance_m, rows, columns, order)
    _take_to_water(field, cells, order, (lat, lon))
    lats, lons = _node_lines(lattice)
    west, south, _, north = lattice.bbox
    per_lat, _ = metres_per_degree(max(abs(south), abs(north)))
    _, per_lon = metres_per_degree(0.0 if south < 0.0 < north else min(abs(south), abs(north)))
    nodes = (south, west, lats[1] - lats[0], lons[1] - lons[0], float(NODES), float(NODES))
    near = nearest_nodes(lat, lon, order, nodes, (per_lat, per_lon))
    return _Places(int(np.argmax(field.distance_m >= 0.0)), order, cells, near)


def _take_to_water(
    field: SeaField, cells: tuple[Array, Array, Array, Array], order: Array, lat_lon: tuple[Floats, Floats]
) -> None:
    """Give places on land the cell of water that they are taken to, as `SeaField.inside` does."""
    own, south_west = cells[:2]
    dry = np.flatnonzero((own >= 0) & (field.distance_m.ravel()[own] < 0.0))
    if not len(dry):
        return
    lat, lon = (part[order[dry]] for part in lat_lon)
    at = field.lattice.place(lat, lon)
    own[dry], moved_m = on_water(field.distance_m, field.lattice.steps_m(), *at, SNAP_KM * 1000.0)
    south_west[dry] = -1
    for k in np.flatnonzero(moved_m > PLACE_NAME_KM * 1000.0):
        port = port_water(field.distance_m, 0.0, field.lattice, lat[k], lon[k])
        if port is not None:
            own[dry[k]] = port[0] * field.lattice.nx + port[1]


def _node_lines(lattice: Lattice) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of the nodes at which ways round outside the region are bounded.

    Such a way ends in a straight line, so from one place to another its bound changes by no more than their distance.
    """
    west, south, east, north = lattice.bbox
    return np.linspace(south, north, NODES), np.linspace(west, east, NODES)


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
