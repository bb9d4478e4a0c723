"""The map of a case: tracks with their times, gaps as gaps, ports with their looks; and the coast under it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
import shapely

from rubicon.errors import OutsideCoastline
from rubicon.geo.coast import ATTRIBUTION, load_coast
from rubicon.report.map import COUNTRIES, LOOK_KINDS
from rubicon.web.density import MAX_ZOOM
from rubicon.web.shelf import CaseView, Row

MANY_FIXES = 200_000
"""From here on the map shows density tiles of all fixes: lines of so many cannot be told apart, nor drawn in time."""
TOLERANCE_DEG = 0.0006
"""The coast on a screen: some 60 m, half the spacing of its vertices."""


def chart(view: CaseView) -> Row:
    """All that the map draws, by layer. Times of tracks are seconds since 1970."""
    return {
        "tracks": tracks(view),
        "gaps": gaps(view),
        "calls": calls(view),
        "signals": signals(view),
        "ports": ports(view),
        "looks": looks(view),
        "bounds": bounds(view),
        "density": {"fixes": view.fixes, "max_zoom": MAX_ZOOM} if view.fixes > MANY_FIXES else None,
        "notes": {
            "gap": "A dashed line joins the last and the next fix; it is no route.",
            "track": "Tracks are thinned to what the map can show.",
        },
    }


def tracks(view: CaseView) -> list[Row]:
    """One entry for each ship: times, latitudes and longitudes as columns."""
    table = view.output.tables.get("POSITION")
    if table is None or not table.num_rows:
        return []
    frame = pl.DataFrame(table.select(["vessel_id", "time_utc", "lat_deg", "lon_deg"])).sort(
        "vessel_id", "time_utc", maintain_order=True
    )
    made = []
    for (vessel_id,), part in frame.group_by("vessel_id", maintain_order=True):
        key = str(vessel_id)
        made.append(
            {
                "key": key,
                "name": view.name_by_key.get(key, key),
                "focus": key in view.ship_by_key,
                "t_s": (part["time_utc"].dt.timestamp("ms") // 1000).to_list(),
                "lat_deg": part["lat_deg"].round(5).to_list(),
                "lon_deg": part["lon_deg"].round(5).to_list(),
            }
        )
    return made


def gaps(view: CaseView) -> list[Row]:
    """Silences with the fixes at both ends; `to` is null while a ship is still silent."""
    made = []
    for row in _events(view, "gap"):
        detail = row["detail"]
        lat, lon = detail.get("end_lat_deg"), detail.get("end_lon_deg")
        made.append(
            {
                **_who(view, row),
                "hours": detail.get("duration_h"),
                "from": [row["lon_deg"], row["lat_deg"]],
                "to": None if lat is None or lon is None else [lon, lat],
            }
        )
    return made


def calls(view: CaseView) -> list[Row]:
    """Calls at ports seen by AIS."""
    return [
        {**_who(view, row), "port": row["detail"].get("port"), "at": [row["lon_deg"], row["lat_deg"]]}
        for row in _events(view, "port_call")
        if row["lat_deg"] is not None
    ]


def signals(view: CaseView) -> list[Row]:
    """What other detectors found at a place: encounters, loitering, changes of identity, impossible positions."""
    return [
        {
            **_who(view, row),
            "kind": row["kind"],
            "score": row["score"],
            "at": [row["lon_deg"], row["lat_deg"]],
        }
        for row in view.rows("EVENT")
        if row["kind"] not in ("gap", "port_call", "segment") and row["lat_deg"] is not None
    ]


def _events(view: CaseView, kind: str) -> Iterable[Row]:
    return (row for row in view.rows("EVENT") if row["kind"] == kind)


def _who(view: CaseView, row: Row) -> Row:
    key = row["vessel_id"]
    return {
        "event_id": row["event_id"],
        "key": key,
        "name": view.name_by_key.get(key, key),
        "start": row["start"],
        "end": row["end"],
    }


def ports(view: CaseView) -> list[Row]:
    """Ports of the case with their piers; asked means that a question names it."""
    asked = {question.port for question in view.case.questions}
    return [
        {
            "name": port.name,
            "at": [port.lon_deg, port.lat_deg],
            "country": port.country,
            "country_name": COUNTRIES.get(port.country, port.country),
            "aliases": list(port.aliases),
            "approximate": port.approximate,
            "source": port.source,
            "asked": port.name in asked,
            "berths": [{"name": each.name, "counts": each.counts, "note": each.note} for each in port.berths],
        }
        for port in view.case.ports
    ]


def looks(view: CaseView) -> list[Row]:
    """Dated looks (not summaries of a series) at ports of the case."""
    return [
        {"id": row["observation_id"], "port": row["port"], "start": row["start"], "end": row["end"]}
        for row in view.rows("OBSERVATION")
        if row["port"] and row["kind"] in LOOK_KINDS
    ]


def bounds(view: CaseView) -> list[float]:
    """West, south, east, north of the map: the case's own box, else around ports and tracks."""
    if view.case.bbox:
        return list(view.case.bbox)
    lats = [port.lat_deg for port in view.case.ports]
    lons = [port.lon_deg for port in view.case.ports]
    table = view.output.tables.get("POSITION")
    if table is not None and table.num_rows:
        lats += np.percentile(table["lat_deg"].to_numpy(), [0.5, 99.5]).tolist()
        lons += np.percentile(table["lon_deg"].to_numpy(), [0.5, 99.5]).tolist()
    if not lats:
        return [-180.0, -60.0, 180.0, 75.0]
    pad = max(0.1 * max(max(lats) - min(lats), max(lons) - min(lons)), 0.1)
    return [min(lons) - pad, min(lats) - pad, max(lons) + pad, max(lats) + pad]


_lock = threading.Lock()


def coast() -> Row:
    """Land of the bundled coastline as GeoJSON, with the box that it covers; drawn once for a process.

    Raises OutsideCoastline when the extract crosses the date line, which this map cannot draw yet.
    """
    with _lock:
        return _coast()


@lru_cache(maxsize=1)
def _coast() -> Row:
    held = load_coast()
    west, south, east, north = held.bbox
    if east > 180:
        raise OutsideCoastline("a coastline over the date line cannot be drawn", place=held.resolution)
    land = shapely.set_precision(held.land(None, TOLERANCE_DEG), 0.0001)
    geometry: Any = shapely.to_geojson(land)
    return {
        "covers": [west, south, east, north],
        "attribution": ATTRIBUTION,
        "resolution": held.resolution,
        "land": geometry,
    }
