"""A field of distances by sea from one place over a lattice, and how one is computed.

The cells that the place sees over water within a radius get their distance on the ellipsoid, the others follow by fast
marching (`kernels.marching`). Places on land count from water near them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rubicon.errors import InvalidPosition, NoWater, OptionError, OutsideCoastline
from rubicon.geo.coast import Coast
from rubicon.geo.gshhg import Bbox, Floats
from rubicon.geo.ports import load_ports
from rubicon.geo.water import Lattice, WaterGrid, water_on
from rubicon.kernels.geodesy import distance_m
from rubicon.kernels.marching import MOST_STEP_RATIO, around, as_field, march, nearest, sample, seed

SNAP_KM = 5.0
"""How far a place on land may lie from the water that it is taken to."""
PLACE_NAME_KM = 1.0
"""A place further inland than this is no ship's position but that of a town or port."""
EXACT_KM = 50.0
"""Radius within which cells that the source sees over water get their exact distance: a larger one gains
nothing that the grid does not lose again, and costs more than the marching itself."""
EXACT_CELLS = 200
"""The same radius in cells, for grids so coarse that the first one would hold too few."""


class Way(NamedTuple):
    """Ways by sea to the field's place, in km; NaN where there is none.

    `km` is the way inside the region, from the water nearest to each place; `least_km` is a lower bound that
    also allows for ways through waters outside the region; `moved_km` is how far the place lay from that
    water (NaN outside the region).
    """

    km: Floats
    least_km: Floats
    moved_km: Floats


@dataclass(frozen=True)
class SeaField:
    """Distances by sea from one place.

    `distance_m[row, column]` (float32) is in metres, negative on land and where no way leads. The place is
    the water at `lat_deg`, `lon_deg`, `moved_km` from where it was asked for.
    """

    lattice: Lattice
    distance_m: npt.NDArray[np.float32]
    lat_deg: float
    lon_deg: float
    moved_km: float

    @cached_property
    def _steps_m(self) -> tuple[Floats, Floats]:
        return self.lattice.steps_m()

    def ways(self, lat_deg: npt.ArrayLike, lon_deg: npt.ArrayLike) -> Way:
        """Ways from many places (degrees, any shape), with nothing raised: see `Way`."""
        lat, lon = np.broadcast_arrays(np.asarray(lat_deg, float), np.asarray(lon_deg, float))
        km, moved = self.inside(lat.ravel(), lon.ravel())
        least = around(*self.edge, lat.ravel(), lon.ravel(), km * 1000.0) / 1000.0
        return Way(*(np.reshape(values, lat.shape) for values in (km, least, moved)))

    def inside(self, lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, Floats]:
        """Ways inside the region in km, and how far each place was moved, for places in one dimension."""
        km, moved = self._sampled(*self.lattice.place(lat_deg, lon_deg))
        for i in np.flatnonzero(np.isfinite(moved) & (moved > PLACE_NAME_KM)):
            port = port_water(self.distance_m, 0.0, self.lattice, lat_deg[i], lon_deg[i])
            if port is not None:
                km[i] = self.distance_m[port[:2]] / 1000.0
        return km, moved

    @cached_property
    def edge(self) -> tuple[Floats, Floats, Floats]:
        """Field, latitude and longitude of the water along the region's edge, nearest first."""
        ny, nx = self.lattice.ny, self.lattice.nx
        along, up = np.arange(nx), np.arange(ny)
        rows = np.concatenate([np.zeros(nx, int), np.full(nx, ny - 1), up, up])
        columns = np.concatenate([along, along, np.zeros(ny, int), np.full(ny, nx - 1)])
        values = self.distance_m[rows, columns].astype(float)
        order = np.argsort(values, kind="stable")
        order = order[values[order] >= 0]
        lat = self.lattice.south_deg + (rows[order] + 0.5) * self.lattice.dlat_deg
        lon = self.lattice.west_deg + (columns[order] + 0.5) * self.lattice.dlon_deg
        return values[order], lat, lon

    def _sampled(self, rows: Floats, columns: Floats) -> tuple[Floats, Floats]:
        values, moved = sample(self.distance_m, *self._steps_m, rows, columns, SNAP_KM * 1000.0)
        return values / 1000.0, np.where(
            np.isnan(rows), np.nan, np.where(np.isnan(moved), np.inf, moved / 1000.0)
        )

    def at_many(self, lat_deg: npt.ArrayLike, lon_deg: npt.ArrayLike) -> Floats:
        """Distances in km, NaN where there is no way, no water near or the place lies outside the region."""
        return self.ways(lat_deg, lon_deg).km

    def at(self, lat_deg: float, lon_deg: float) -> float:
        """Distance in km from one place; raises InvalidPosition, OutsideCoastline, NoWater."""
        check_position(lat_deg, lon_deg)
        found = self.ways([lat_deg], [lon_deg])
        if np.isnan(found.moved_km[0]):
            raise OutsideCoastline(
                f"outside the region {box_words(self.lattice.bbox)}", place=_point(lat_deg, lon_deg)
            )
        if np.isnan(found.km[0]):
            raise no_way((lat_deg, lon_deg))
        return float(found.km[0])


def check_position(lat_deg: float, lon_deg: float) -> None:
    """Raise InvalidPosition unless -90 <= latitude <= 90 and -180 <= longitude <= 180."""
    if not (-90.0 <= lat_deg <= 90.0 and -180.0 <= lon_deg <= 180.0):
        raise InvalidPosition(
            "latitude must be -90 to 90, longitude -180 to 180", place=f"{lat_deg}, {lon_deg}"
        )


def box_words(bbox: Bbox) -> str:
    """A box in words."""
    west, south, east, north = bbox
    return f"{south:g} to {north:g} N, {west:g} to {east:g} E"


# --- where a place on land meets the water ----------------------------------------------------------------


def nearest_cell(
    values: npt.NDArray[np.generic], least: float, lattice: Lattice, lat_deg: float, lon_deg: float
) -> tuple[int, int, float] | None:
    """Row, column and distance in km of the nearest cell that counts, within SNAP_KM."""
    row, column = (float(place) for place in lattice.place(lat_deg, lon_deg))
    if np.isnan(row) or np.isnan(column):
        return None
    r, c, way_m = nearest(values, least, *lattice.steps_m(), row, column, SNAP_KM * 1000.0)
    return (int(r), int(c), float(way_m) / 1000.0) if r >= 0 else None


@cache
def port_places() -> Floats:
    """Latitude and longitude of all bundled ports."""
    return np.array([(port.lat_deg, port.lon_deg) for port in load_ports()])


def port_water(
    values: npt.NDArray[np.generic], least: float, lattice: Lattice, lat_deg: float, lon_deg: float
) -> tuple[int, int, float] | None:
    """The water of the nearest bundled port within SNAP_KM of a place.

    Places far inland are rounded positions of ports or towns: on a headland the nearest water would often
    be that of the wrong bay.
    """
    places = port_places()
    close = places[np.abs(places[:, 0] - lat_deg) < SNAP_KM / 110.0].tolist()
    ways = sorted((distance_m(lat_deg, lon_deg, lat, lon), lat, lon) for lat, lon in close)
    found = (
        nearest_cell(values, least, lattice, lat, lon) for way, lat, lon in ways if way <= SNAP_KM * 1000.0
    )
    return next((water for water in found if water is not None), None)


def landing(grid: WaterGrid, lat_deg: float, lon_deg: float) -> tuple[float, float, float]:
    """Latitude and longitude of the water that a place is taken to, and how far it lies, in km.

    Raises NoWater.
    """
    water = nearest_cell(grid.mask, 1, grid.lattice, lat_deg, lon_deg)
    if water is None:
        raise NoWater(f"no water within {SNAP_KM:g} km", place=_point(lat_deg, lon_deg))
    if water[2] == 0.0:
        return lat_deg, lon_deg, 0.0
    if water[2] > PLACE_NAME_KM:
        water = port_water(grid.mask, 1, grid.lattice, lat_deg, lon_deg) or water
    lat, lon = grid.lattice.centre(water[0], water[1])
    return lat, lon, float(distance_m(lat_deg, lon_deg, lat, lon)) / 1000.0


# --- computing ---------------------------------------------------------------------------------------------


def computed(coast: Coast, lattice: Lattice, lat_deg: float, lon_deg: float) -> SeaField:
    """The field of a place over a lattice; raises NoWater when the place has no water near."""
    grid = water_on(coast, lattice)
    lat, lon, moved_km = landing(grid, lat_deg, lon_deg)
    known = open_field(lattice)
    see_from(grid, lat, lon, known)
    return SeaField(lattice, spread(grid, known), lat, lon, moved_km)


def open_field(lattice: Lattice) -> Floats:
    """An array for distances in metres, all unknown, with a border of one cell."""
    return np.full((lattice.ny + 2, lattice.nx + 2), np.inf)


def see_from(grid: WaterGrid, lat_deg: float, lon_deg: float, known_m: Floats) -> None:
    """Write into `known_m` the distances of the cells that a place sees over water within a radius."""
    lattice = grid.lattice
    # Inside the lattice longitudes may run on past 180, so the place is given in its terms.
    east = lattice.west_deg + (lon_deg - lattice.west_deg + 1e-9) % 360.0 - 1e-9
    corner = (lattice.south_deg, lattice.west_deg, lattice.dlat_deg, lattice.dlon_deg)
    radius = max(EXACT_CELLS, round(EXACT_KM * 1000.0 / float(np.mean(lattice.steps_m()[0]))))
    seed(grid.mask, corner, lat_deg, east, radius, known_m[1:-1, 1:-1])


def spread(grid: WaterGrid, known_m: Floats) -> npt.NDArray[np.float32]:
    """The field (metres, negative where no way leads) that follows from known distances; `known_m` is used up.

    Raises OptionError when the region comes too near to a pole.
    """
    steps = grid.lattice.steps_m()
    if np.max(steps) / np.min(steps) > MOST_STEP_RATIO:
        raise OptionError("the region comes too near to a pole", place=box_words(grid.lattice.bbox))
    march(grid.mask, *steps, known_m)
    made: npt.NDArray[np.float32] = as_field(known_m)
    return made


def no_way(place: tuple[float, float]) -> NoWater:
    """The error for a place without water near, or without a way from there."""
    return NoWater(f"no water within {SNAP_KM:g} km from which a way leads there", place=_point(*place))


def _point(lat_deg: float, lon_deg: float) -> str:
    return f"{lat_deg:g}, {lon_deg:g}"
