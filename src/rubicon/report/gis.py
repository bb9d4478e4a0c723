"""Exports: maps for QGIS and Google Earth, tables for spreadsheets, entities for FollowTheMoney tools."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rubicon.report.bag import write_whole
from rubicon.report.evidence import canonical, head
from rubicon.report.findings import DIGITS
from rubicon.report.ftm import ftm
from rubicon.report.geopackage import geopackage
from rubicon.report.geoparquet import geoparquet
from rubicon.report.kept import kept_scenes
from rubicon.report.kml import by_ship, kmz
from rubicon.report.layers import Feature, layers
from rubicon.report.stac import export_stac
from rubicon.report.text import clean, plain
from rubicon.store.output import Output

CRS84 = {"type": "Name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
UTC_TIMES = {"type": "Name", "properties": {"name": "urn:ogc:data:time:iso8601"}}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def export_gis(output: Output, folder: Path, scenes: Path | None = None) -> dict[str, int]:
    """Write map files into a folder; gives features by file name. GeoPackage is left out without the extra `gis`.

    `scenes` is a folder that `rubicon scene fetch` filled: its pictures go into the KMZ where their rights allow it, and
    its scenes become STAC items.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made, held = layers(output), kept_scenes(scenes)
    written: dict[str, int] = {}
    about = head(output.case)
    for name, features in made.items():
        document = {"type": "FeatureCollection", "name": name, **about, "features": features}
        write_whole(folder / f"{name}.geojson", canonical(document))
        write_whole(folder / f"{name}.parquet", geoparquet(features, about))
        written |= {f"{name}.geojson": len(features), f"{name}.parquet": len(features)}
    write_whole(folder / "case.kmz", kmz(output, made, held))
    written["case.kmz"] = sum(len(features) for name, features in made.items() if name != "positions")
    moving = trajectories(output, made.get("positions", []))
    if moving["features"]:
        write_whole(folder / "tracks.mf.json", canonical(moving))
        written["tracks.mf.json"] = len(moving["features"])
    if importlib.util.find_spec("pyogrio"):
        written |= geopackage(made, folder / "case.gpkg", output.case.origin)
    return written | export_stac(output, folder / "stac", held)


# --- Moving Features --------------------------------------------------------------------------------


def trajectories(output: Output, positions: Iterable[Feature]) -> dict[str, Any]:
    """OGC Moving Features JSON: one moving point for each ship; between two reports nothing is claimed."""
    features = [
        {
            "type": "Feature", "id": ship, "crs": CRS84, "trs": UTC_TIMES, "properties": {"vessel_id": ship, "origin": output.case.origin.value},
            "temporalGeometry": {
                "type": "MovingPoint", "interpolation": "Discrete",
                "datetimes": [point["properties"]["time_utc"] for point in points],
                "coordinates": [point["geometry"]["coordinates"] for point in points],
            },
        }
        for ship, points in ((ship, _instants(points)) for ship, points in by_ship(positions).items())
    ]  # fmt: skip
    return {"type": "FeatureCollection", **head(output.case), "features": features}


def _instants(points: Iterable[Feature]) -> list[Feature]:
    """One point for each instant: the first, since a moving point is at one place at a time."""
    return list({point["properties"]["time_utc"]: point for point in reversed(list(points))}.values())[::-1]


# --- tables -----------------------------------------------------------------------------------------


def export_data(output: Output, folder: Path, *, persons: bool = False) -> dict[str, int]:
    """Write every table as CSV, and the case as FollowTheMoney entities; gives rows by file.

    Natural persons are among the entities only with `persons`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, table in sorted(output.tables.items()):
        rows = table.to_pylist()
        write_whole(folder / f"{name.lower()}.csv", csv_text(output, table.column_names, rows).encode())
        written[f"{name.lower()}.csv"] = len(rows)
    entities = ftm(output, persons=persons)
    text = "".join(json.dumps(each, sort_keys=True, ensure_ascii=False) + "\n" for each in entities)
    write_whole(folder / "entities.ftm.json", text.encode())
    return written | {"entities.ftm.json": len(entities)}


def csv_text(output: Output, columns: list[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A table as CSV with its origin in the first column; no cell can start a formula."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow(["origin", *(column for column in columns if column != "origin")])
    for row in rows:
        cells = [safe_cell(plain(row[column], DIGITS)) for column in columns if column != "origin"]
        writer.writerow([output.case.origin.value, *cells])
    return sink.getvalue()


def safe_cell(value: Any) -> str:
    """A cell that a spreadsheet shows as it is: what would start a formula gets an apostrophe; numbers stay."""
    if value is None:
        return ""
    text = clean(json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value)
    risky = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if risky and not _NUMBER.fullmatch(text) else text
