"""The way by sea: distance fields over the water grid, computed once for a place and cached.

A field holds, for every cell of water of a region, the length of the shortest way over water to one place.
Ways that leave the region are not followed; `Way.least_km` says how short one could be at the least.

Error of a field at 250 m: against geodesics on pairs that see each other over 50 to 500 km of water 0.03 % in the
mean, 0.2 % at most and never short (four seas, two of them on the date line); around headlands, against a
grid of 62.5 m on the bundled coastline, up to about 1 % long.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import zipfile
from dataclasses import astuple, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rubicon.errors import InvalidPosition, NoWater, OptionError, OutsideCoastline
from rubicon.geo.coast import Coast, load_coast
from rubicon.geo.gshhg import Bbox, Floats
from rubicon.geo.ports import load_ports
from rubicon.geo.water import CELL_M, SAMPLES, Lattice, WaterGrid, lattice_of, water_grid, water_on
from rubicon.kernels.geodesy import distance_m
from rubicon.kernels.marching import around, march, nearest, sample, seed
from rubicon.provenance import content_id

VERSION = "1"
SNAP_KM = 5.0
"""How far a place on land may lie from the water that it is taken to."""
PLACE_NAME_KM = 1.0
"""A place further inland than this is no ship's position but that of a town or port."""
EXACT_KM = 50.0
"""Radius within which cells that the source sees over water get their exact distance: a larger one gains
nothing that the grid does not lose again, and costs more than the marching itself."""
MAX_STEP_RATIO = 100.0
MARGINS_DEG = (0.5, 3.0, 360.0)
"""Margins around places that are tried in turn."""


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
        rows, columns = (place.ravel() for place in self.lattice.place(lat, lon))
        km, moved = self._sampled(rows, columns)
        for i in np.flatnonzero(np.isfinite(moved) & (moved > PLACE_NAME_KM)):
            port = _port_water(self.distance_m, 0.0, self.lattice, lat.flat[i], lon.flat[i])
            if port is not None:
                km[i] = self.distance_m[port[:2]] / 1000.0
        least = around(*self._edge, lat.ravel(), lon.ravel(), km * 1000.0) / 1000.0
        return Way(*(np.reshape(values, lat.shape) for values in (km, least, moved)))

    @cached_property
    def _edge(self) -> tuple[Floats, Floats, Floats]:
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
                f"outside the region {_words(self.lattice.bbox)}", place=_point(lat_deg, lon_deg)
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


def _words(bbox: Bbox) -> str:
    west, south, east, north = bbox
    return f"{south:g} to {north:g} N, {west:g} to {east:g} E"


# --- where a place on land meets the water ----------------------------------------------------------------


def _nearest(
    values: npt.NDArray[np.generic], least: float, lattice: Lattice, lat_deg: float, lon_deg: float
) -> tuple[int, int, float] | None:
    """Row, column and distance in km of the nearest cell that counts, within SNAP_KM."""
    row, column = (float(place) for place in lattice.place(lat_deg, lon_deg))
    if np.isnan(row) or np.isnan(column):
        return None
    r, c, way_m = nearest(values, least, *lattice.steps_m(), row, column, SNAP_KM * 1000.0)
    return (int(r), int(c), float(way_m) / 1000.0) if r >= 0 else None


@cache
def _port_places() -> Floats:
    """Latitude and longitude of all bundled ports."""
    return np.array([(port.lat_deg, port.lon_deg) for port in load_ports()])


def _port_water(
    values: npt.NDArray[np.generic], least: float, lattice: Lattice, lat_deg: float, lon_deg: float
) -> tuple[int, int, float] | None:
    """The water of the nearest bundled port within SNAP_KM of a place.

    Places far inland are rounded positions of ports or towns: on a headland the nearest water would often
    be that of the wrong bay.
    """
    places = _port_places()
    close = places[np.abs(places[:, 0] - lat_deg) < SNAP_KM / 110.0].tolist()
    ways = sorted((distance_m(lat_deg, lon_deg, lat, lon), lat, lon) for lat, lon in close)
    found = (_nearest(values, least, lattice, lat, lon) for way, lat, lon in ways if way <= SNAP_KM * 1000.0)
    return next((water for water in found if water is not None), None)


def _landing(grid: WaterGrid, lat_deg: float, lon_deg: float) -> tuple[float, float, float]:
    """Latitude and longitude of the water that a place is taken to, and how far it lies, in km.

    Raises NoWater.
    """
    water = _nearest(grid.mask, 1, grid.lattice, lat_deg, lon_deg)
    if water is None:
        raise NoWater(f"no water within {SNAP_KM:g} km", place=_point(lat_deg, lon_deg))
    if water[2] == 0.0:
        return lat_deg, lon_deg, 0.0
    if water[2] > PLACE_NAME_KM:
        water = _port_water(grid.mask, 1, grid.lattice, lat_deg, lon_deg) or water
    lat, lon = grid.lattice.centre(water[0], water[1])
    return lat, lon, float(distance_m(lat_deg, lon_deg, lat, lon)) / 1000.0


# --- computing and caching ---------------------------------------------------------------------------------


def sea_field(
    lat_deg: float,
    lon_deg: float,
    *,
    coast: Coast | None = None,
    bbox: Bbox | None = None,
    cell_m: float = CELL_M,
) -> SeaField:
    """The field of a place over a region (west, south, east, north; without it, all of the coastline).

    Read from the cache when it is there, else computed and put there. Raises InvalidPosition,
    OutsideCoastline, NoWater, OptionError.
    """
    check_position(lat_deg, lon_deg)
    coast = coast or load_coast()
    lattice = lattice_of(coast, bbox or coast.bbox, cell_m)
    if np.isnan(lattice.place(lat_deg, lon_deg)).any():
        raise OutsideCoastline(
            f"outside the region {_words(lattice.bbox)}", place=f"{lat_deg:g}, {lon_deg:g}"
        )
    place = (round(lat_deg, 6), round(lon_deg, 6))
    made_of = (VERSION, coast.sha256, astuple(lattice), SAMPLES, place, _port_places().tolist())
    key = content_id("sea field", made_of)
    path = cache_folder() / f"sea-{key}.npz"
    return _read(path, lattice) or _write(path, _computed(coast, lattice, *place))


def _computed(coast: Coast, lattice: Lattice, lat_deg: float, lon_deg: float) -> SeaField:
    grid = water_on(coast, lattice)
    lat, lon, moved_km = _landing(grid, lat_deg, lon_deg)
    steps = [np.pad(step, 1, "edge") for step in lattice.steps_m()]
    ratio = np.max(steps) / np.min(steps)
    if ratio > MAX_STEP_RATIO:
        raise OptionError("the region comes too near to a pole", place=_words(lattice.bbox))
    water, out = np.pad(grid.mask, 1), np.full((lattice.ny + 2, lattice.nx + 2), np.inf)
    # Inside the lattice longitudes may run on past 180, so the place is given in its terms.
    east = lattice.west_deg + (lon - lattice.west_deg + 1e-9) % 360.0 - 1e-9
    corner = (lattice.south_deg, lattice.west_deg, lattice.dlat_deg, lattice.dlon_deg)
    radius = max(1, round(EXACT_KM * 1000.0 / float(np.mean(steps[0]))))
    seed(water[1:-1, 1:-1], corner, lat, east, radius, out[1:-1, 1:-1])
    sources = np.flatnonzero(np.isfinite(out))
    sources = sources[np.argsort(out.flat[sources], kind="stable")]
    march(water.ravel(), *steps, out.ravel(), sources, int(2 * ratio) + 3)
    field = out[1:-1, 1:-1].astype(np.float32)
    field[np.isinf(field)] = -1.0
    return SeaField(lattice, field, lat, lon, moved_km)


def cache_folder() -> Path:
    """RUBICON_CACHE, else `rubicon` in the user's cache folder (XDG_CACHE_HOME or ~/.cache)."""
    own = os.environ.get("RUBICON_CACHE")
    home = os.environ.get("XDG_CACHE_HOME")
    return Path(own) if own else (Path(home) if home else Path.home() / ".cache") / "rubicon"


def _read(path: Path, lattice: Lattice) -> SeaField | None:
    """A cached field; None when there is none or its file is damaged (the zip's check sums tell)."""
    try:
        with path.open("rb") as handle, np.load(handle, allow_pickle=False) as arrays:
            place, field = arrays["place"], arrays["distance_m"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    if field.shape != (lattice.ny, lattice.nx) or field.dtype != np.float32 or place.shape != (3,):
        return None
    return SeaField(lattice, field, *(float(value) for value in place))


def _write(path: Path, field: SeaField) -> SeaField:
    """Put a field into the cache under a name that no reader sees half written; without a cache, go on."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as target:
                place = np.array([field.lat_deg, field.lon_deg, field.moved_km])
                np.savez(target, place=place, distance_m=field.distance_m)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    return field


# --- regions and single distances --------------------------------------------------------------------------


def region(places: npt.ArrayLike, coast: Coast, margin_deg: float = MARGINS_DEG[0]) -> Bbox:
    """The box of whole degrees around places (latitude, longitude), with a margin, inside the coastline.

    Whole degrees let neighbouring questions share cached fields. Raises OutsideCoastline.
    """
    lat, lon = np.asarray(places, float).reshape(-1, 2).T
    west, south, east, north = coast.bbox
    for y, x in zip(lat, lon, strict=True):
        if not coast.covers(y, x):
            raise OutsideCoastline(f"the coastline in use covers {coast.resolution}", place=f"{y:g}, {x:g}")
    lon = west + (lon - west) % 360.0
    west, south = max(west, np.floor(lon.min() - margin_deg)), max(south, np.floor(lat.min() - margin_deg))
    east, north = min(east, np.ceil(lon.max() + margin_deg)), min(north, np.ceil(lat.max() + margin_deg))
    return float(west), float(south), float(east), float(north)


def ways_to(
    place: tuple[float, float],
    others: npt.ArrayLike,
    *,
    coast: Coast | None = None,
    cell_m: float = CELL_M,
) -> Way:
    """Ways to one place (latitude, longitude in degrees) from many (n x 2), in km.

    The region grows until no way through waters outside it could be shorter, or the coastline ends. Raises
    InvalidPosition, OutsideCoastline, and NoWater for the one place; the others may come out as NaN.
    """
    coast = coast or load_coast()
    points = np.asarray(others, float).reshape(-1, 2)
    for lat, lon in (place, *points):
        check_position(lat, lon)
    for margin_deg in MARGINS_DEG:
        bbox = region([place, *points], coast, margin_deg)
        ways = sea_field(*place, coast=coast, bbox=bbox, cell_m=cell_m).ways(points[:, 0], points[:, 1])
        open_ = points[~(ways.least_km >= ways.km * (1.0 - 1e-9))]
        if bbox == coast.bbox or not any(_has_water(coast, lat, lon, cell_m) for lat, lon in open_):
            break
    return ways


def _has_water(coast: Coast, lat_deg: float, lon_deg: float, cell_m: float) -> bool:
    """Whether a place has water near it, wherever that leads."""
    grid = water_grid(coast, region([(lat_deg, lon_deg)], coast, SNAP_KM / 50.0), cell_m)
    return _nearest(grid.mask, 1, grid.lattice, lat_deg, lon_deg) is not None


def sea_distance_km(
    a: tuple[float, float], b: tuple[float, float], *, coast: Coast | None = None, cell_m: float = CELL_M
) -> float:
    """Length in km of the shortest way by sea between two places (latitude, longitude in degrees).

    Places on land count from the water that they are taken to. Raises InvalidPosition, OutsideCoastline,
    NoWater.
    """
    km = float(ways_to(a, [b], coast=coast, cell_m=cell_m).km[0])
    if np.isnan(km):
        raise no_way(b)
    return km


def no_way(place: tuple[float, float]) -> NoWater:
    """The error for a place without water near, or without a way from there."""
    return NoWater(f"no water within {SNAP_KM:g} km from which a way leads there", place=_point(*place))


def _point(lat_deg: float, lon_deg: float) -> str:
    return f"{lat_deg:g}, {lon_deg:g}"
