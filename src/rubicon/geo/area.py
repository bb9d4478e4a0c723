"""The envelope of a gap: where a ship can have been between two fixes, as a raster and as polygons for a map.

A cell lies in the envelope when the way from the last fix to it and on to the next, at the highest speed and taken 2 %
short as in `geo.envelope`, fits into the gap. Each has an earliest arrival and a latest departure. The raster is an upper
bound of where the ship was and no forecast; it holds no probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from rubicon.errors import OptionError
from rubicon.geo.coast import Coast, load_coast
from rubicon.geo.earth import NAUTICAL_MILE_M
from rubicon.geo.envelope import REDUCTION, check_options
from rubicon.geo.gshhg import Bbox
from rubicon.geo.sea import no_way, region, sea_field
from rubicon.geo.water import CELL_M, Lattice

MAX_AREA_CELLS = 2_000_000
"""Largest raster of an envelope: about 350 km square at 250 m; a larger one gets larger cells."""
MAX_GAP_H = 366.0 * 24.0
Ring = list[tuple[float, float]]
Hours = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Area:
    """The envelope of a gap over a lattice.

    `earliest_h[row, column]` and `latest_h` are hours after the last fix: when the ship can be there first, and when she
    must leave to be at the next fix in time; NaN outside the envelope and on land. `cell_m` says how fine it is.
    """

    lattice: Lattice
    earliest_h: Hours
    latest_h: Hours
    cell_m: float
    clipped: bool
    """Whether the envelope reaches the edge of the coastline in use, and may go on beyond it."""

    @property
    def inside(self) -> npt.NDArray[np.bool_]:
        """Cells of the envelope."""
        return np.isfinite(self.earliest_h)

    def at(self, lat_deg: float, lon_deg: float) -> tuple[float, float] | None:
        """Earliest arrival and latest departure at a place, in hours after the last fix; None outside the envelope."""
        row, column = (float(part) for part in self.lattice.place(lat_deg, lon_deg))
        if np.isnan(row) or np.isnan(column):
            return None
        cell = min(max(round(row), 0), self.lattice.ny - 1), min(max(round(column), 0), self.lattice.nx - 1)
        earliest = float(self.earliest_h[cell])
        return None if np.isnan(earliest) else (earliest, float(self.latest_h[cell]))

    @cached_property
    def polygon(self) -> Any:
        """Outline in longitude and latitude (shapely MultiPolygon), simplified by a cell; longitudes may pass 180."""
        boxes = [
            self._box(row, first, end)
            for row in range(self.lattice.ny)
            for first, end in _runs(self.inside[row])
        ]
        merged = shapely.union_all(boxes)
        plain = merged.simplify(max(self.lattice.dlat_deg, self.lattice.dlon_deg))
        return shapely.multipolygons(
            [part for part in shapely.get_parts(plain) if part.geom_type == "Polygon"]
        )

    def _box(self, row: int, first: int, end: int) -> Any:
        south = self.lattice.south_deg + row * self.lattice.dlat_deg
        west = self.lattice.west_deg
        return shapely.box(
            west + first * self.lattice.dlon_deg,
            south,
            west + end * self.lattice.dlon_deg,
            south + self.lattice.dlat_deg,
        )

    def rings(self) -> list[Ring]:
        """Closed rings of longitude and latitude in degrees, for a map: outlines and, after each, its holes."""
        return [
            [(round(x, 5), round(y, 5)) for x, y in ring.coords]
            for part in shapely.get_parts(self.polygon)
            for ring in (part.exterior, *part.interiors)
        ]

    def geojson(self) -> dict[str, Any]:
        """A GeoJSON feature (RFC 7946): cut at the date line, longitudes within 180."""
        parts = []
        for turn in (-360.0, 0.0, 360.0):
            moved = shapely.transform(self.polygon, lambda xy, turn=turn: xy + np.array([turn, 0.0]))
            cut = shapely.intersection(shapely.make_valid(moved), shapely.box(-180.0, -90.0, 180.0, 90.0))
            parts += [
                part for part in shapely.get_parts(cut) if part.geom_type == "Polygon" and part.area > 0.0
            ]
        geometry = shapely.set_precision(
            shapely.multipolygons([shapely.orient_polygons(p) for p in parts]), 1e-5
        )
        if geometry.geom_type == "Polygon":
            geometry = shapely.multipolygons([geometry])
        about = {
            "what": "where the ship can have been: an upper bound, no forecast and no probability",
            "cell_m": round(self.cell_m), "clipped": self.clipped, "coastline": "GSHHG",
        }  # fmt: skip
        return {"type": "Feature", "properties": about, "geometry": shapely.geometry.mapping(geometry)}


def _runs(row: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and one past the last cell of each run of set cells."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def gap_area(
    last: tuple[float, float],
    following: tuple[float, float],
    gap_h: float,
    *,
    max_speed_kn: float = 14.0,
    coast: Coast | None = None,
) -> Area:
    """The envelope of a gap of so many hours between two fixes (latitude, longitude in degrees).

    Raises OptionError for a speed that is not positive and a gap that is negative or longer than a year (everything would
    be inside), and as `geo.sea.sea_field` does for the fixes.
    """
    check_options(max_speed_kn, 0.0)
    if not 0.0 <= gap_h <= MAX_GAP_H:
        raise OptionError("the gap must be 0 h to a year long", place=f"gap_h={gap_h}")
    coast = coast or load_coast()
    kmh = max_speed_kn * NAUTICAL_MILE_M / 1000.0
    longest_km = gap_h * kmh / (1.0 - REDUCTION)
    bbox = _bounds(last, following, longest_km, coast)
    cell_m = _cell(bbox)
    fields = [sea_field(*place, coast=coast, bbox=bbox, cell_m=cell_m) for place in (last, following)]
    lattice = fields[0].lattice
    to_h, from_h = ((1.0 - REDUCTION) * field.distance_m / (1000.0 * kmh) for field in fields)
    inside = (to_h >= 0.0) & (from_h >= 0.0) & (to_h + from_h <= gap_h)
    if not ((to_h >= 0.0) & (from_h >= 0.0)).any():
        raise no_way(following)
    earliest, latest = (np.where(inside, part, np.nan).astype(np.float32) for part in (to_h, gap_h - from_h))
    edge = inside[0].any() or inside[-1].any() or inside[:, 0].any() or inside[:, -1].any()
    return Area(lattice, earliest, latest, cell_m, bool(edge))


def _bounds(
    last: tuple[float, float], following: tuple[float, float], longest_km: float, coast: Coast
) -> Bbox:
    """A box that holds every place whose two ways fit, as far as the coastline reaches."""
    # One of the two ways is at most half of the whole.
    spare_km = 0.5 * longest_km + 5.0
    south = max(-89.0, min(last[0], following[0]) - spare_km / 110.5)
    north = min(89.0, max(last[0], following[0]) + spare_km / 110.5)
    widest = max(abs(south), abs(north))
    spare_lon = min(180.0, spare_km / (111.0 * np.cos(np.radians(widest))))
    own_w, own_s, own_e, own_n = coast.bbox
    west, _, east, _ = region([last, following], coast, 0.0)
    lons = [own_w + (lon - own_w) % 360.0 for lon in (last[1], following[1])]
    west, east = min(lons) - spare_lon, max(lons) + spare_lon
    return (
        max(own_w, float(west)),
        max(own_s, float(south)),
        min(own_e, float(east)),
        min(own_n, float(north)),
    )


def _cell(bbox: Bbox) -> float:
    """Metres of a cell so that the box holds no more than MAX_AREA_CELLS of them."""
    west, south, east, north = bbox
    km2 = (north - south) * 111.2 * (east - west) * 111.2 * np.cos(np.radians(0.5 * (south + north)))
    return max(CELL_M, float(1000.0 * np.sqrt(km2 / MAX_AREA_CELLS)))
