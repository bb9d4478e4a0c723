"""The maritime zone of a position: from polygons of the case, else from 12 nautical miles off the coastline in use.

The computed zone is an indication and no boundary. It is counted from the shore of GSHHG, where a State counts
from the baselines that it declared; whose shore it is follows from the ports nearest to it; beyond 12 miles no
exclusive economic zone is computed. So every computed zone is marked approximate and says why, and inside areas
whose status States contest (`disputed_waters.csv`, rings drawn by hand) it is marked disputed. Positions on maps and in
answers imply no view on any claim.

Sources: breadth of the territorial sea, UN Convention on the Law of the Sea, article 3; coastline GSHHG; ports World
Port Index. Known false answers: shores between ports of two countries, bays behind straight baselines,
low-tide elevations, islands that GSHHG does not have.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from rubicon.case import ZoneArea
from rubicon.errors import InvalidPosition, OutsideCoastline
from rubicon.geo.coast import Coast, load_coast
from rubicon.geo.earth import NAUTICAL_MILE_M, distance_km, metres_per_degree
from rubicon.geo.gshhg import Bbox, Floats
from rubicon.geo.ports import load_ports

Ints = npt.NDArray[np.int64]

TERRITORIAL_SEA_NM = 12.0
BEYOND = "beyond_territorial_sea"
"""High seas or somebody's exclusive economic zone: which of them is not computed."""
LAND = "land"
INDICATIVE = "approximate, declared baselines not used"
SHORE_PORTS_KM = 150.0
"""How far from the shore ports are asked whose shore it is."""
CLEARLY_NEARER = 0.5
"""A shore is one country's when its nearest port is at most so many times as far as that of the next country."""


@dataclass(frozen=True)
class Zone:
    """The zone of a position.

    `kind` is that of the case's polygon (port, internal_waters, territorial_sea, contiguous_zone, eez,
    high_seas), or when computed `territorial_sea`, `beyond_territorial_sea` or `land`. `country` is ISO 3166
    alpha-2, empty when there is none or it is not clear. `basis` says in words where the answer comes from, `distance_nm`
    how far the shore is when it was measured (null beyond 12 miles).
    """

    kind: str
    country: str
    basis: str
    approximate: bool
    disputed: bool
    name: str = ""
    distance_nm: float | None = None

    @property
    def code(self) -> str:
        """As `rubicon respond law --zone` takes it: `eez:RU`, `high_seas`."""
        return f"{self.kind}:{self.country}" if self.country else self.kind


def zone_of(
    lat_deg: float, lon_deg: float, case_zones: Sequence[ZoneArea] = (), *, coast: Coast | None = None
) -> Zone:
    """The zone of a position in degrees: the first polygon of the case that holds it, else the computed one.

    Raises InvalidPosition, and OutsideCoastline when no polygon holds it and the coastline in use does not reach 12
    miles around it.
    """
    if not (-90.0 <= lat_deg <= 90.0 and -180.0 <= lon_deg <= 180.0):
        raise InvalidPosition(
            "latitude must be -90 to 90, longitude -180 to 180", place=f"{lat_deg}, {lon_deg}"
        )
    for area in case_zones:
        if _holds(area, lat_deg, lon_deg):
            basis = f"polygon of the case, {area.source}{': ' + area.note if area.note else ''}"
            disputed = area.disputed or bool(_disputed(lat_deg, lon_deg))
            return Zone(area.kind, area.country, basis, area.approximate, disputed, area.name)
    return _computed(lat_deg, lon_deg, coast or load_coast())


def _holds(area: ZoneArea, lat_deg: float, lon_deg: float) -> bool:
    ring = shapely.Polygon([(lon, lat) for lat, lon in area.ring])
    return any(shapely.intersects_xy(ring, lon_deg + turn, lat_deg) for turn in (-360.0, 0.0, 360.0))


def _computed(lat_deg: float, lon_deg: float, coast: Coast) -> Zone:
    found = shore_near(lat_deg, lon_deg, coast)
    contested = _disputed(lat_deg, lon_deg)
    words = f"; disputed: {contested}" if contested else ""
    if found is None:
        basis = (
            f"more than {TERRITORIAL_SEA_NM:g} nautical miles from the coastline ({coast.name}); {INDICATIVE}; whether it is "
            "high seas or an exclusive economic zone is not computed"
        )
        return Zone(BEYOND, "", basis + words, True, bool(contested))
    country, whose = shore_country(found.lat_deg, found.lon_deg)
    shore = f"the coastline ({coast.name}); {INDICATIVE}; {whose}{words}"
    if found.inland:
        return Zone(LAND, country, f"on the land side of {shore}", True, bool(contested), distance_nm=0.0)
    basis = f"{found.nm:.1f} nautical miles from {shore}"
    return Zone("territorial_sea", country, basis, True, bool(contested), distance_nm=round(found.nm, 3))


# --- the shore ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shore:
    """The shore nearest to a position, and whether the position lies on its land side."""

    lat_deg: float
    lon_deg: float
    nm: float
    inland: bool


def shore_near(
    lat_deg: float, lon_deg: float, coast: Coast, limit_nm: float = TERRITORIAL_SEA_NM
) -> Shore | None:
    """The nearest shore within a limit; None when there is none.

    Raises OutsideCoastline when the coastline does not reach so far around the position and the shore that it has
    does not settle the answer.
    """
    if not coast.covers(lat_deg, lon_deg):
        raise OutsideCoastline(
            f"the coastline in use covers {coast.resolution}", place=f"{lat_deg:g}, {lon_deg:g}"
        )
    west = coast.bbox[0]
    east_deg = west + (lon_deg - west) % 360.0
    per_lat, per_lon = metres_per_degree(lat_deg)
    scale = np.array([max(per_lon, 1.0), per_lat]) / NAUTICAL_MILE_M
    lon, lat, starts, ends = _near_edges(coast, lat_deg, east_deg, limit_nm / scale)
    here = np.array([east_deg, lat_deg])
    a, b = ((np.column_stack([lon[at], lat[at]]) - here) * scale for at in (starts, ends))
    ways, spots = _to_segments(a, b)
    inland = _inland(coast, lat_deg, east_deg)
    best = int(np.argmin(ways)) if len(ways) else -1
    if best >= 0 and ways[best] <= limit_nm:
        x, y = here + spots[best] / scale
        return Shore(float(y), float((x + 180.0) % 360.0 - 180.0), float(ways[best]), inland)
    if inland:
        return Shore(lat_deg, lon_deg, 0.0, True)
    if _to_edge(coast.bbox, here, scale) < limit_nm:
        raise OutsideCoastline(
            f"{limit_nm:g} nautical miles around it reach beyond the coastline in use ({coast.resolution})",
            place=f"{lat_deg:g}, {lon_deg:g}",
        )
    return None


def _near_edges(
    coast: Coast, lat_deg: float, east_deg: float, reach_deg: Floats
) -> tuple[Floats, Floats, Ints, Ints]:
    """Vertices of the sea shore, and those edges (start, end) that may come near."""
    edges = coast.shore_edges
    # Neighbouring vertices of GSHHG full lie some hundred metres apart, a few of them some ten kilometres.
    near = (np.abs(edges.lat_deg - lat_deg) <= reach_deg[1] + 0.5) & (
        np.abs(edges.lon_deg - east_deg) <= reach_deg[0] + 1.0
    )
    starts = np.flatnonzero(near & edges.shore)
    return edges.lon_deg, edges.lat_deg, starts, edges.following[starts]


def _to_segments(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Distances from the origin to segments a to b (n x 2), and the points of the segments that are nearest."""
    along = b - a
    length2 = np.maximum((along**2).sum(axis=1), 1e-18)
    share = np.clip(-(a * along).sum(axis=1) / length2, 0.0, 1.0)
    spots = a + share[:, None] * along
    return np.hypot(spots[:, 0], spots[:, 1]), spots


def _inland(coast: Coast, lat_deg: float, east_deg: float) -> bool:
    """Even-odd rule over all shores; an edge owns its lower end, as in the water grid."""
    edges = coast.shore_edges
    lat, lon, to = edges.lat_deg, edges.lon_deg, edges.following
    low, high = np.minimum(lat, lat[to]), np.maximum(lat, lat[to])
    crossing = np.flatnonzero((low <= lat_deg) & (lat_deg < high))
    to = to[crossing]
    share = (lat_deg - lat[crossing]) / (lat[to] - lat[crossing])
    cuts = lon[crossing] + share * (lon[to] - lon[crossing])
    return bool(np.count_nonzero(cuts <= east_deg) % 2)


def _to_edge(bbox: Bbox, here: Floats, scale: Floats) -> float:
    """Nautical miles to the edge of a box; a box around the whole Earth has none in the east and west."""
    west, south, east, north = bbox
    ways = [here[1] - south, north - here[1]]
    sides = [] if east - west >= 360.0 else [here[0] - west, east - here[0]]
    return float(min([way * scale[1] for way in ways] + [way * scale[0] for way in sides]))


@cache
def _ports() -> tuple[Floats, tuple[str, ...]]:
    """Latitude and longitude of the bundled ports with a country, and its alpha-2 code."""
    ports = [port for port in load_ports() if port.country]
    alpha2 = country_codes()
    places = np.array([(port.lat_deg, port.lon_deg) for port in ports])
    return places, tuple(alpha2.get(port.country, port.country) for port in ports)


@cache
def country_codes() -> dict[str, str]:
    """ISO 3166: alpha-2 codes by alpha-3, for the countries of the port index."""
    return {row["alpha3"]: row["alpha2"] for row in _rows("countries.csv")}


def shore_country(lat_deg: float, lon_deg: float) -> tuple[str, str]:
    """Whose shore a place on it is by the ports nearest to it: alpha-2, or empty when unclear; and the reason."""
    places, countries = _ports()
    turned = np.abs((places[:, 1] - lon_deg + 180.0) % 360.0 - 180.0)
    span = SHORE_PORTS_KM / 110.0
    near = np.flatnonzero(
        (np.abs(places[:, 0] - lat_deg) < span) & (turned * np.cos(np.radians(lat_deg)) < span)
    )
    ways: dict[str, float] = {}
    for i in near.tolist():
        way = distance_km(lat_deg, lon_deg, *places[i].tolist())
        ways[countries[i]] = min(way, ways.get(countries[i], np.inf))
    order = sorted(ways, key=lambda country: (ways[country], country))
    if not order:
        return "", f"no port within {SHORE_PORTS_KM:g} km says whose shore it is"
    if len(order) == 1 or ways[order[0]] <= CLEARLY_NEARER * ways[order[1]]:
        return order[0], f"shore of {order[0]} by its nearest port, {ways[order[0]]:.0f} km away"
    first, second = order[:2]
    return (
        "",
        f"whose shore is unclear: ports of {first} at {ways[first]:.0f} km and of {second} at {ways[second]:.0f} km",
    )


# --- what is contested -------------------------------------------------------------------------------------


@cache
def _contested() -> tuple[tuple[str, Any], ...]:
    """Name with reason, and polygon, of the contested areas."""
    return tuple(
        (
            f"{row['name']}, {row['note']}",
            shapely.Polygon([_lonlat(corner) for corner in row["ring"].split(";")]),
        )
        for row in _rows("disputed_waters.csv")
    )


def _lonlat(corner: str) -> tuple[float, float]:
    lat, lon = corner.split()
    return float(lon), float(lat)


def _disputed(lat_deg: float, lon_deg: float) -> str:
    """Name and reason of the contested area around a position; empty when there is none."""
    return next((words for words, ring in _contested() if shapely.intersects_xy(ring, lon_deg, lat_deg)), "")


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("rubicon.geo") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
