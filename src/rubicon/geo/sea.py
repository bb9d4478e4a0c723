"""The way by sea: distance fields over the water grid, computed once for a place and cached.

A field holds, for every cell of water of a region, the length of the shortest way over water to one place.
Ways that leave the region are not followed; `Way.least_km` says how short one could be at the least.

Error of a field at 250 m: against geodesics on pairs that see each other over 50 to 500 km of water 0.03 % in the
mean, 0.2 % at most and never short (four seas, two of them on the date line); around headlands, against a
grid of 62.5 m on the bundled coastline, up to about 1 % long.
"""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import numpy.typing as npt

from rubicon.errors import OutsideCoastline
from rubicon.geo.coast import Coast, load_coast
from rubicon.geo.field import (
    SNAP_KM,
    SeaField,
    Way,
    box_words,
    check_position,
    computed,
    nearest_cell,
    no_way,
    port_places,
)
from rubicon.geo.field_cache import cache_folder, read_field, write_field
from rubicon.geo.gshhg import Bbox
from rubicon.geo.ocean import OceanField, ocean_field
from rubicon.geo.water import CELL_M, SAMPLES, Lattice, lattice_of, water_grid
from rubicon.provenance import content_id

VERSION = "2"
MARGINS_DEG = (0.5, 3.0, 360.0)
"""Margins around places that are tried in turn."""
COARSER = 1.5
"""A lattice with cells so many times as large as asked for is an ocean's: its shores are refined where asked."""

__all__ = [
    "SNAP_KM", "SeaField", "Way", "cache_folder", "check_position", "no_way", "region", "sea_distance_km",
    "sea_field", "ways_to",
]  # fmt: skip


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
            f"outside the region {box_words(lattice.bbox)}", place=f"{lat_deg:g}, {lon_deg:g}"
        )
    place = (round(lat_deg, 6), round(lon_deg, 6))
    made_of = (VERSION, coast.sha256, astuple(lattice), SAMPLES, place, port_places().tolist())
    if float(np.mean(lattice.steps_m()[0])) > COARSER * cell_m:
        return _ocean(coast, lattice, place, cell_m, content_id("ocean field", made_of, cell_m))
    path = cache_folder() / f"sea-{content_id('sea field', made_of)}.field"
    return read_field(path, lattice) or write_field(path, computed(coast, lattice, *place))


def _ocean(coast: Coast, lattice: Lattice, place: tuple[float, float], cell_m: float, key: str) -> OceanField:
    """The field over an ocean; its coarse cells are cached, and each fine tile is once it was needed."""
    path = cache_folder() / f"sea-{key}.field"
    known = read_field(path, lattice)
    if known is not None:
        about = known.distance_m, known.lat_deg, known.lon_deg, known.moved_km
        return OceanField(lattice, *about, coast, cell_m, key, {})
    found = ocean_field(coast, lattice, place, cell_m, key)
    write_field(path, found)
    return found


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
    return nearest_cell(grid.mask, 1, grid.lattice, lat_deg, lon_deg) is not None


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
