"""The way by sea over an ocean: coarse cells offshore, cells of 250 m around both ends.

A field over a region too large for cells of 250 m is computed in three steps. A fine field of a degree around the place
comes first, so that the way out of its harbour is exact; its values start a march over the whole region in coarse cells,
where a cell is water when any of its scanlines, 250 m apart, crosses water, so that straits stay open. Where a way is
asked for near a shore, a tile of two degrees is computed in fine cells, with the coarse values along its edge.

What is lost lies between the ends: capes are cut and land thinner than a coarse cell or two leaks. Both make a way too
short, which leaves a call possible that was not, and never the reverse. `docs/reach.md` states the measured error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rubicon.geo.coast import Coast
from rubicon.geo.field import SeaField, landing, open_field, see_from, spread
from rubicon.geo.field_cache import cache_folder, read_field, write_field
from rubicon.geo.gshhg import Bbox, Floats
from rubicon.geo.water import Lattice, WaterGrid, lattice_of, water_on
from rubicon.kernels.marching import sample

HARBOUR_DEG = 1.0
"""How far around the place the first fine field reaches."""
TILE_DEG = 2.0
TILE_MARGIN_DEG = 0.5
"""Fine cells around a tile, so that no answer stands next to the coarse values along the edge."""


@dataclass(frozen=True)
class OceanField(SeaField):
    """A coarse field that is refined where a way is asked for near a shore; see the module's text.

    `cell_m` is the size of the fine cells, `key` names the field's tiles in the cache; `tiles` holds the fields of those computed so far, by their south-west
    corner in tiles, and None for a tile of open water, where the coarse cells do.
    """

    coast: Coast
    cell_m: float
    key: str
    tiles: dict[tuple[int, int], SeaField | None]

    def inside(self, lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, Floats]:
        """Ways in km, fine near shores, and how far each place was moved."""
        km, moved = self.coarse(lat_deg, lon_deg)
        corners = np.floor(np.column_stack([lat_deg, lon_deg % 360.0]) / TILE_DEG)
        for corner in np.unique(corners[~np.isnan(moved)], axis=0):
            field = self._tile((int(corner[0]), int(corner[1])))
            if field is not None:
                mine = ~np.isnan(moved) & (corners == corner).all(axis=1)
                km[mine], moved[mine] = field.inside(lat_deg[mine], lon_deg[mine])
        return km, moved

    def coarse(self, lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, Floats]:
        """The same from the coarse cells alone: for any number of places, near shores up to two cells short."""
        return SeaField.inside(self, lat_deg, lon_deg)

    def _tile(self, corner: tuple[int, int]) -> SeaField | None:
        if corner not in self.tiles:
            self.tiles[corner] = _refined(self, corner)
        return self.tiles[corner]


def ocean_field(
    coast: Coast, lattice: Lattice, place: tuple[float, float], cell_m: float, key: str
) -> OceanField:
    """The field of a place over a lattice of coarse cells; raises NoWater when the place has none near."""
    lat_deg, lon_deg = place
    bbox = _around(coast, (lat_deg - HARBOUR_DEG, lon_deg - HARBOUR_DEG), 2.0 * HARBOUR_DEG, 0.0)
    grid = water_on(coast, lattice_of(coast, bbox, cell_m))
    lat, lon, moved_km = landing(grid, lat_deg, lon_deg)
    known = open_field(grid.lattice)
    see_from(grid, lat, lon, known)
    harbour = SeaField(grid.lattice, spread(grid, known), lat, lon, moved_km)
    coarse = water_on(coast, lattice)
    known = open_field(lattice)
    _hand_over(harbour, coarse, known)
    return OceanField(lattice, spread(coarse, known), lat, lon, moved_km, coast, cell_m, key, {})


def _hand_over(source: SeaField, to: WaterGrid, known_m: Floats) -> None:
    """Give the cells of water of a grid that lie inside another field the values of that field."""
    lattice = to.lattice
    lat = lattice.south_deg + (np.arange(lattice.ny) + 0.5) * lattice.dlat_deg
    lon = lattice.west_deg + (np.arange(lattice.nx) + 0.5) * lattice.dlon_deg
    rows, columns = (
        source.lattice.place(lat, source.lattice.west_deg),
        source.lattice.place(source.lattice.south_deg, lon),
    )
    r, c = np.flatnonzero(np.isfinite(rows[0])), np.flatnonzero(np.isfinite(columns[1]))
    within = np.ix_(r, c)
    row, column = (part.ravel() for part in np.meshgrid(rows[0][r], columns[1][c], indexing="ij"))
    # A cell of water whose centre is dry takes its value from water inside it.
    limit_m = 0.5 * float(lattice.steps_m()[0].mean())
    values, _ = sample(source.distance_m, *source.lattice.steps_m(), row, column, limit_m)
    usable = np.isfinite(values).reshape(len(r), len(c)) & (to.mask[within] > 0)
    inner = known_m[1:-1, 1:-1]
    inner[within] = np.where(usable, values.reshape(usable.shape), np.inf)


def _refined(ocean: OceanField, corner: tuple[int, int]) -> SeaField | None:
    """The fine field of a tile, from the coarse values along its edge and from the place when it lies inside."""
    south_west = corner[0] * TILE_DEG, corner[1] * TILE_DEG
    lattice = lattice_of(
        ocean.coast, _around(ocean.coast, south_west, TILE_DEG, TILE_MARGIN_DEG), ocean.cell_m
    )
    path = cache_folder() / f"sea-{ocean.key}{corner[0]:+d}{corner[1]:+d}.field"
    cached = read_field(path, lattice)
    if cached is not None:
        return cached
    grid = water_on(ocean.coast, lattice)
    if grid.mask.all():
        return None
    known = open_field(lattice)
    _edge_values(ocean, grid, known)
    if not np.isnan(lattice.place(ocean.lat_deg, ocean.lon_deg)).any():
        see_from(grid, ocean.lat_deg, ocean.lon_deg, known)
    field = SeaField(lattice, spread(grid, known), ocean.lat_deg, ocean.lon_deg, ocean.moved_km)
    return write_field(path, field)


def _edge_values(ocean: OceanField, grid: WaterGrid, known_m: Floats) -> None:
    edge = np.zeros(grid.mask.shape, bool)
    edge[[0, -1]], edge[:, [0, -1]] = True, True
    rows, columns = np.nonzero(edge & (grid.mask > 0))
    lattice = grid.lattice
    lat = lattice.south_deg + (rows + 0.5) * lattice.dlat_deg
    lon = lattice.west_deg + (columns + 0.5) * lattice.dlon_deg
    at = ocean.lattice.place(lat, lon)
    limit_m = float(ocean.lattice.steps_m()[0].mean())
    values, _ = sample(ocean.distance_m, *ocean.lattice.steps_m(), *at, limit_m)
    known_m[1:-1, 1:-1][rows, columns] = np.where(np.isfinite(values), values, np.inf)


def _around(coast: Coast, south_west: tuple[float, float], size_deg: float, margin_deg: float) -> Bbox:
    """A box with a margin, as far as the coastline reaches, in the coastline's longitudes."""
    own_west, own_south, own_east, own_north = coast.bbox
    middle = own_west + (south_west[1] + 0.5 * size_deg - own_west + 1e-9) % 360.0
    half = 0.5 * size_deg + margin_deg
    south, north = south_west[0] - margin_deg, south_west[0] + size_deg + margin_deg
    return (
        max(middle - half, own_west),
        max(south, own_south),
        min(middle + half, own_east),
        min(north, own_north),
    )
