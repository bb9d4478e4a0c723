"""Exports: maps for QGIS and Google Earth, tables for spreadsheets, entities for FollowTheMoney tools."""

from __future__ import annotations

import csv
import importlib
import importlib.util
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from rubicon.provenance import content_id
from rubicon.report.bag import write_whole
from rubicon.report.evidence import canonical, head
from rubicon.report.findings import plain
from rubicon.report.layers import Feature, layers, rows_of, simulated
from rubicon.report.text import SIMULATED, clean, sorted_rows
from rubicon.store.output import Output

KML_NAMESPACES = 'xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"'
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def export_gis(output: Output, folder: Path) -> dict[str, int]:
    """Write map files into a folder; gives features by file name. GeoPackage is left out without the extra `gis`."""
    folder.mkdir(parents=True, exist_ok=True)
    made, written = layers(output), {}
    for name, features in made.items():
        document = {"type": "FeatureCollection", "name": name, **head(output.case), "features": features}
        write_whole(folder / f"{name}.geojson", canonical(document))
        written[f"{name}.geojson"] = len(features)
    write_whole(folder / "case.kmz", kmz(output, made))
    written["case.kmz"] = sum(len(features) for name, features in made.items() if name != "positions")
    moving = trajectories(output, made.get("positions", []))
    if moving["features"]:
        write_whole(folder / "tracks.mf.json", canonical(moving))
        written["tracks.mf.json"] = len(moving["features"])
    if importlib.util.find_spec("pyogrio"):
        written |= geopackage(output, made, folder / "case.gpkg")
    return written


# --- KML --------------------------------------------------------------------------------------------


def xml(value: Any) -> str:
    """Text that is safe between the tags of an XML file."""
    return escape(_NOT_XML.sub("\ufffd", clean(value)))


def balloon(properties: Mapping[str, Any]) -> str:
    """A table of properties for a balloon, which Google Earth reads as HTML: escaped as HTML, then as XML."""
    rows = "".join(
        f"<tr><td>{xml(key)}</td><td>{xml(value)}</td></tr>"
        for key, value in properties.items()
        if value is not None
    )
    return escape(f"<table>{rows}</table>")


def kmz(output: Output, made: Mapping[str, list[Feature]]) -> bytes:
    """Placemarks with time spans, and one `gx:Track` for each ship, in a zip with fixed dates."""
    title = (f"{SIMULATED}: " if simulated(output) else "") + output.case.title
    folders = [
        f"<Folder><name>{xml(name.replace('_', ' '))}</name>{''.join(map(_placemark, features))}</Folder>"
        for name, features in made.items()
        if name != "positions"
    ]
    folders.append(f"<Folder><name>tracks</name>{''.join(_tracks(made.get('positions', [])))}</Folder>")
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<kml {KML_NAMESPACES}><Document><name>{xml(title)}</name>'
        f"{''.join(folders)}</Document></kml>\n"
    )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(
            zipfile.ZipInfo("doc.kml", (1980, 1, 1, 0, 0, 0)), text.encode(), zipfile.ZIP_DEFLATED
        )
    return sink.getvalue()


def _placemark(feature: Feature) -> str:
    properties = feature["properties"]
    lon, lat = feature["geometry"]["coordinates"]
    ends = "".join(
        f"<{tag}>{xml(properties[key])}</{tag}>"
        for tag, key in (("begin", "start"), ("end", "end"))
        if properties.get(key)
    )
    span = f"<TimeSpan>{ends}</TimeSpan>" if ends else ""
    return (
        f"<Placemark><name>{xml(properties.get('name', ''))}</name><description>{balloon(properties)}</description>"
        f"{span}<Point><coordinates>{lon},{lat}</coordinates></Point></Placemark>"
    )


def by_ship(positions: Iterable[Feature]) -> dict[str, list[Feature]]:
    """Points of each ship in order of time."""
    ships: dict[str, list[Feature]] = {}
    for each in positions:
        ships.setdefault(each["properties"]["vessel_id"], []).append(each)
    return ships


def _tracks(positions: Iterable[Feature]) -> Iterable[str]:
    for ship, points in by_ship(positions).items():
        when = "".join(f"<when>{point['properties']['time_utc']}</when>" for point in points)
        where = "".join(
            "<gx:coord>{} {} 0</gx:coord>".format(*point["geometry"]["coordinates"]) for point in points
        )
        yield f"<Placemark><name>{xml(ship)}</name><gx:Track>{when}{where}</gx:Track></Placemark>"


# --- Moving Features, GeoPackage --------------------------------------------------------------------


def trajectories(output: Output, positions: Iterable[Feature]) -> dict[str, Any]:
    """OGC Moving Features JSON: one moving point for each ship; between two reports nothing is claimed."""
    features = [
        {
            "type": "Feature", "id": ship, "properties": {"vessel_id": ship, "origin": output.case.origin.value},
            "temporalGeometry": {
                "type": "MovingPoint", "interpolation": "Discrete",
                "datetimes": [point["properties"]["time_utc"] for point in points],
                "coordinates": [point["geometry"]["coordinates"] for point in points],
            },
        }
        for ship, points in by_ship(positions).items()
    ]  # fmt: skip
    return {"type": "FeatureCollection", **head(output.case), "features": features}


def geopackage(output: Output, made: Mapping[str, list[Feature]], target: Path) -> dict[str, int]:
    """One layer for each kind of feature; times are text in ISO 8601 UTC, which QGIS's temporal controller reads."""
    raw, numpy, shapely = (importlib.import_module(name) for name in ("pyogrio.raw", "numpy", "shapely"))
    whole = target.with_name(f".{target.name}")
    whole.unlink(missing_ok=True)
    for i, (name, features) in enumerate(made.items()):
        fields = list(features[0]["properties"])
        columns = [
            numpy.array([_cell(each["properties"][field]) for each in features], dtype=object)
            for field in fields
        ]
        points = shapely.points([each["geometry"]["coordinates"] for each in features])
        raw.write(
            str(whole), geometry=shapely.to_wkb(points), field_data=columns, fields=fields, layer=name, driver="GPKG",
            geometry_type="Point", crs="EPSG:4326", append=i > 0,
        )  # fmt: skip
    if made:
        whole.replace(target)
    return {f"{target.name} {name}": len(features) for name, features in made.items()}


def _cell(value: Any) -> str | None:
    return None if value is None else clean(value)


# --- tables -----------------------------------------------------------------------------------------


def export_data(output: Output, folder: Path) -> dict[str, int]:
    """Write every table as CSV and the ships with their listings as FollowTheMoney entities; gives rows by file."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, table in sorted(output.tables.items()):
        rows = table.to_pylist()
        write_whole(folder / f"{name.lower()}.csv", csv_text(output, table.column_names, rows).encode())
        written[f"{name.lower()}.csv"] = len(rows)
    entities = ftm(output)
    text = "".join(json.dumps(each, sort_keys=True, ensure_ascii=False) + "\n" for each in entities)
    write_whole(folder / "entities.ftm.json", text.encode())
    return written | {"entities.ftm.json": len(entities)}


def csv_text(output: Output, columns: list[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A table as CSV with its origin in the first column; no cell can start a formula."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow(["origin", *(column for column in columns if column != "origin")])
    for row in rows:
        cells = [safe_cell(plain(row[column])) for column in columns if column != "origin"]
        writer.writerow([output.case.origin.value, *cells])
    return sink.getvalue()


def safe_cell(value: Any) -> str:
    """A cell that a spreadsheet shows as it is: what would start a formula gets an apostrophe; numbers stay."""
    if value is None:
        return ""
    text = clean(json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value)
    risky = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if risky and not _NUMBER.fullmatch(text) else text


def ftm(output: Output) -> list[dict[str, Any]]:
    """Ships of the case as `Vessel`, entries that name them as `Sanction`, in FollowTheMoney's JSON."""
    made = []
    keys = {}
    for ship in output.case.ships:
        key = f"rubicon-{content_id(output.case.id, ship.name, ship.imo)}"
        keys[ship.imo] = key
        properties = {
            "name": [ship.name],
            "imoNumber": [ship.imo] if ship.imo else [],
            "flag": [ship.flag.lower()] if ship.flag else [],
        }
        properties["alias"] = list(ship.aliases)
        if simulated(output):
            properties["notes"] = [SIMULATED]
        made.append({"id": key, "schema": "Vessel", "properties": {k: v for k, v in properties.items() if v}})
    for row in sorted_rows(rows_of(output, "HIT"), "listing_id", "query"):
        if row["class"] == "match" and row["imo"] and row["imo"] in keys:
            fields = {
                "entity": keys[row["imo"]], "authority": row["authority"], "startDate": row["listed_from"],
                "authorityId": row["listing_id"],
            }  # fmt: skip
            properties = {name: [clean(value)] for name, value in fields.items() if value}
            made.append(
                {
                    "id": f"rubicon-{content_id(row['listing_id'], row['imo'])}",
                    "schema": "Sanction",
                    "properties": properties,
                }
            )
    return made
