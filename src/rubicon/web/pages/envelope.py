"""Where a ship could have been in a silence: every place from which both ends are within its speed by sea.

The outline bounds what was possible, not what happened: most of it was never visited. It counts no stay, so
it holds every call that `detect.reach` calls feasible. Distances are taken 2 % short, as there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from rubicon.errors import UnknownItem
from rubicon.geo.coast import load_coast
from rubicon.geo.envelope import REDUCTION
from rubicon.geo.sea import region, sea_field
from rubicon.web.pages.chart import gaps
from rubicon.web.shelf import CaseView, Row

Grid = npt.NDArray[np.float64]

KM_PER_NM = 1.852
CELL_M = 1500.0
"""Cells of the fields: an outline on a screen, not a measurement."""
DEFAULT_SPEED_KN = 14.0
MOST_MARGIN_DEG = 4.0
ROWS = 220


def envelope(view: CaseView, event_id: str) -> Row:
    """Outline of one gap as GeoJSON; null while the ship is still silent.

    Raises UnknownItem, and OutsideCoastline or NoWater when an end lies where no way by sea can be measured.
    """
    gap = next((row for row in gaps(view) if row["event_id"] == event_id), None)
    if gap is None:
        raise UnknownItem("no such gap in this case", place=event_id[:80])
    ship = view.ship_by_key.get(gap["key"])
    speed_kn = ship.max_speed_kn if ship else DEFAULT_SPEED_KN
    if gap["to"] is None or gap["hours"] is None:
        return {"event_id": event_id, "speed_kn": speed_kn, "outline": None}
    ends = [(lat, lon) for lon, lat in (gap["from"], gap["to"])]
    outline = _outline(ends, speed_kn * KM_PER_NM * gap["hours"])
    return {"event_id": event_id, "speed_kn": speed_kn, "outline": json.loads(shapely.to_geojson(outline))}


def _outline(ends: Sequence[tuple[float, float]], reach_km: float) -> Any:
    """The area whose ways to both ends sum to at most the reach."""
    coast = load_coast()
    margin = min(MOST_MARGIN_DEG, reach_km / 2 / 111.2 + 0.2)
    bbox = region(ends, coast, margin)
    lat = np.linspace(bbox[1], bbox[3], ROWS)
    lon = np.linspace(bbox[0], bbox[2], ROWS)
    lats, lons = np.meshgrid(lat, lon, indexing="ij")
    way = sum(sea_field(*end, bbox=bbox, cell_m=CELL_M, coast=coast).at_many(lats, lons) for end in ends)
    inside = np.nan_to_num(np.asarray(way) * (1 - REDUCTION), nan=np.inf) <= reach_km
    return _cells(inside, lat, lon)


def _cells(inside: npt.NDArray[np.bool_], lat: Grid, lon: Grid) -> Any:
    """Cells of a grid as one smoothed area: runs of each row as boxes, joined."""
    high, wide = (lat[1] - lat[0]) / 2, (lon[1] - lon[0]) / 2
    boxes = []
    for row, y in zip(inside, lat, strict=True):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
        for first, last in edges.reshape(-1, 2):
            boxes.append(shapely.box(lon[first] - wide, y - high, lon[last - 1] + wide, y + high))
    area = shapely.union_all(boxes).buffer(2 * wide).buffer(-2 * wide).simplify(wide / 2)
    return shapely.set_precision(area, 0.001)
