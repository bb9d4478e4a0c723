"""Hostile text in every text column of every table, and in every text of the case: exports stay data."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Mapping
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
import pytest
from report_fixture import (
    exercise_case,
    exercise_file,
    exercise_tables,
    najin_case,
    najin_tables,
    write_inputs,
)

from rubicon.case import Case
from rubicon.report.gis import export_data, export_gis
from rubicon.schema import DETECTION, SCENE, STRINGS, TABLES, VISIT, Origin, rows_to_table
from rubicon.store.output import Output

EVIL = [
    '"><script>alert(1)</script>', "]]></description><Placemark/>", "=HYPERLINK(\"http://a.example\",\"x\")", "\t=1+1", "@SUM(A1)",
    "[% eval('x') %]", "'); DROP TABLE layer_styles; --", "../../../etc/passwd", "\u202egpj.exe\x00\x1b[31m", "a\r\nb,c\n=1", "{\"id\": 1}\n{\"id\": 2}",
    "&lt;img src=x&gt;", "라진 Раджин 羅津",
]  # fmt: skip
KML = "{http://www.opengis.net/kml/2.2}"


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: set[tuple[str, int]] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add((tag, len(attrs)))


def more(file: str) -> dict[str, pa.Table]:
    """Rows of tables that the two small cases lack."""
    detection = {
        "detection_id": "d1",
        "scene_id": "s1",
        "lat_deg": 42.0,
        "lon_deg": 131.0,
        "score": 0.5,
        "author": "x",
    }
    when = pa.scalar(0, pa.timestamp("us", tz="UTC")).as_py()
    visit = {
        "visit_id": "v1", "port": "Najin", "status": "counted", "first_seen": when, "last_seen": when, "text": "x", "evidence_ids": [],
    }  # fmt: skip
    scene = {
        "scene_id": "s1", "sensor": "sar", "start": when, "end": when, "rights": "x", "source_id": file,
        "footprint_wkt": "POLYGON ((131 42, 132 42, 132 43, 131 42))",
    }  # fmt: skip
    made = {"DETECTION": ([detection], DETECTION), "VISIT": ([visit], VISIT), "SCENE": ([scene], SCENE)}
    return {name: rows_to_table(rows, schema) for name, (rows, schema) in made.items()}


def poisoned(tables: Mapping[str, pa.Table], evil: str, spare: frozenset[str]) -> dict[str, pa.Table]:
    """Every text of every table replaced, but for columns in `spare`, whose form another stage guarantees."""
    made = {}
    for name, table in tables.items():
        columns = {}
        for field in table.schema:
            column = table[field.name]
            if f"{name}.{field.name}" in spare or field.name in spare:
                columns[field.name] = column
            elif field.name == "detail" and pa.types.is_string(field.type):
                detail = json.dumps(
                    {
                        evil: evil,
                        "owners": [f"{evil} listed {evil} on 2024-01-01"],
                        "ground": evil,
                        "basis": "case_fact",
                    }
                )
                columns[field.name] = pa.array([detail] * len(column), pa.string())
            elif pa.types.is_string(field.type):
                columns[field.name] = pa.array([evil] * len(column), pa.string())
            elif field.type == STRINGS:
                columns[field.name] = pa.array([[evil]] * len(column), STRINGS)
            else:
                columns[field.name] = column
        made[name] = pa.table(columns, schema=table.schema)
    return made


def hostile_case(case: Case, evil: str) -> Case:
    ports = tuple(
        p.model_copy(update={"source": evil, "country": evil, "aliases": (evil,)}) for p in case.ports
    )
    ships = tuple(s.model_copy(update={"flag": evil, "aliases": (evil,)}) for s in case.ships)
    return case.model_copy(
        update={"title": evil, "summary": evil, "limits": (evil,), "ports": ports, "ships": ships}
    )


JOINS = frozenset({
    "OBSERVATION.port", "HIT.query", "HIT.listing_id", "HIT.class", "LISTING.listing_id", "OPTION.subject", "OPTION.kind", "OPTION.status",
    "SCENE.footprint_wkt", "POSITION.vessel_id",
})  # fmt: skip
"""Kept in one of two runs, so that rows still find each other and every branch is taken."""
FORM = frozenset({"footprint_wkt"})
"""Written by the reader of scenes alone."""


@pytest.mark.parametrize("spare", [JOINS, FORM], ids=["joined", "all columns"])
@pytest.mark.parametrize("evil", EVIL)
def test_no_text_of_any_column_leaves_its_place(tmp_path: Path, evil: str, spare: frozenset[str]) -> None:
    real = (najin_case(), najin_tables(write_inputs(tmp_path / "real")))
    acted = (exercise_case(), exercise_tables(exercise_file(tmp_path / "in")))
    for case, tables in (real, acted):
        whole = tables | more("ab")
        assert whole.keys() <= TABLES.keys()
        output = Output(tmp_path, hostile_case(case, evil), poisoned(whole, evil, spare))
        target = tmp_path / case.id
        export_gis(output, target / "gis")
        export_data(output, target / "data")
        names(target)
        tables_are_tables(target / "data", whole)
        places_are_places(target / "gis", case.origin)
        entities_are_entities(target / "data/entities.ftm.json")


def names(folder: Path) -> None:
    """Files have names of our own making and lie where they should."""
    for path in folder.rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9_.-]+", path.name), path
        assert not path.is_symlink()


def tables_are_tables(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    for path in folder.glob("*.csv"):
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))
        table = tables[path.stem.upper()]
        assert len(rows) == table.num_rows + 1
        for row in rows:
            for cell in row:
                harmless = not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))
                assert harmless or re.fullmatch(r"[+-]?[\d.]+(e[+-]?\d+)?", cell), cell


def places_are_places(folder: Path, origin: Origin) -> None:
    kml = ElementTree.fromstring(zipfile.ZipFile(folder / "case.kmz").read("doc.kml"))
    placemarks = list(kml.iter(f"{KML}Placemark"))
    drawn = [json.loads(path.read_text())["features"] for path in sorted(folder.glob("*.geojson"))]
    ships = {
        each["properties"]["vessel_id"]
        for features in drawn
        for each in features
        if "speed_kn" in each["properties"]
    }
    points = sum(len(features) for features in drawn if "speed_kn" not in features[0]["properties"])
    assert len(placemarks) == points + len(ships)
    for each in kml.iter(f"{KML}description"):
        assert Tags(each.text or "").seen <= {("table", 0), ("tr", 0), ("td", 0)}
    assert not list(kml.iter(f"{KML}href"))
    assert ("SIMULATED" in ElementTree.tostring(kml, encoding="unicode")) == (origin is Origin.SIMULATED)
    for path in folder.rglob("*.json"):
        json.loads(path.read_text())
    if (folder / "case.gpkg").is_file():
        with closing(sqlite3.connect(folder / "case.gpkg")) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            styles = db.execute(
                "SELECT f_table_name, styleQML, styleSLD, description FROM layer_styles"
            ).fetchall()
        assert len(styles) == len(drawn)
        for name, qml, sld, description in styles:
            assert re.fullmatch(r"[a-z0-9_]+", name)
            assert description in (name, f"SIMULATED - fictional ships. {name}")
            texts = [value for each in ElementTree.fromstring(qml).iter() for value in each.attrib.values()]
            assert all(re.fullmatch(r"[\w.,]*", value.replace("|", "")) for value in texts), texts
            ElementTree.fromstring(sld)


def entities_are_entities(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        entity: dict[str, Any] = json.loads(line)
        assert entity.keys() == {"id", "schema", "properties"}
        assert re.fullmatch(r"rubicon-[0-9a-f]{16}", entity["id"])
        for values in entity["properties"].values():
            for value in values:
                assert isinstance(value, str)
                assert not re.search("[\x00-\x1f\x7f\u202e]", value)
        for address in entity["properties"].get("sourceUrl", []):
            assert address.startswith(("http://", "https://"))
