"""Exports are read by strangers' tools, and no text field can do harm in any of them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa
import pytest
from report_fixture import (
    exercise_case,
    exercise_file,
    exercise_tables,
    finding,
    najin_case,
    najin_tables,
    write_inputs,
)

from rubicon.errors import OptionError
from rubicon.report import evidence, figures, pdf, text, view
from rubicon.report.draw_file import figure_file
from rubicon.report.gis import csv_text, export_data, export_gis, safe_cell
from rubicon.report.source import Source
from rubicon.schema import FINDING, rows_to_table
from rubicon.store.output import Output

EVIL = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "]]><x/>", "#read(\"/etc/passwd\") #panic()", "$x$ *bold* @ref `raw`",
    "=HYPERLINK(\"http://a.example\")", "{{ 7 * 7 }}", "&lt;b&gt;", "\u202egpj.exe", "라진, Раджин, 羅津", "\\", "//",
]  # fmt: skip


def simulated(tmp_path: Path, name: str = "") -> Output:
    case = exercise_case()
    if name:
        case = case.model_copy(
            update={"title": name, "ports": tuple(p.model_copy(update={"source": name}) for p in case.ports)}
        )
    return Output(tmp_path, case, exercise_tables(exercise_file(tmp_path / "in")))


def test_ogrinfo_counts_the_features(tmp_path: Path, program: Callable[[str, str], str]) -> None:
    pytest.importorskip("pyogrio")
    written = export_gis(simulated(tmp_path), tmp_path / "gis")
    ogrinfo = program("ogrinfo", "gdal-bin")
    for file, layer, count in (("case.gpkg", "gaps", 3), ("case.kmz", "gaps", 3), ("positions.geojson", "positions", written["positions.geojson"])):  # fmt: skip
        done = subprocess.run(
            [ogrinfo, "-so", tmp_path / "gis" / file, layer], capture_output=True, text=True, check=False
        )
        assert f"Feature Count: {count}" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("evil", EVIL)
def test_no_text_does_harm_in_kml_or_geojson(tmp_path: Path, evil: str) -> None:
    export_gis(simulated(tmp_path, evil), tmp_path / "gis")
    kml = zipfile.ZipFile(tmp_path / "gis/case.kmz").read("doc.kml").decode()
    root = ElementTree.fromstring(kml)
    balloons = [each.text or "" for each in root.iter("{http://www.opengis.net/kml/2.2}description")]
    assert balloons
    assert not any("<script" in each or "<img" in each for each in balloons)
    assert "SIMULATED" in kml
    ports = json.loads((tmp_path / "gis/ports.geojson").read_text())
    assert ports["features"][0]["properties"]["source"] == text.clean(evil)


@pytest.mark.parametrize("evil", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_starts_a_formula(evil: str) -> None:
    assert safe_cell(evil).startswith("'")
    assert [safe_cell(x) for x in (None, -1.5, "-1.5", "a=b", 0)] == ["", "-1.5", "-1.5", "a=b", "0"]


def test_a_moving_point_is_at_one_place_at_a_time(tmp_path: Path) -> None:
    output = simulated(tmp_path)
    twice = pa.concat_tables([output.tables["POSITION"], output.tables["POSITION"]])
    export_gis(Output(tmp_path, output.case, {**output.tables, "POSITION": twice}), tmp_path / "gis")
    tracks = json.loads((tmp_path / "gis/tracks.mf.json").read_text())["features"]
    assert sorted(each["id"] for each in tracks) == sorted(
        set(output.tables["POSITION"]["vessel_id"].to_pylist())
    )
    for each in tracks:
        moved = each["temporalGeometry"]
        assert (moved["type"], moved["interpolation"]) == ("MovingPoint", "Discrete")
        assert moved["datetimes"] == sorted(set(moved["datetimes"]))
        assert len(moved["coordinates"]) == len(moved["datetimes"]) > 1
        assert each["crs"]["properties"]["name"].endswith("CRS84")


def test_tables_and_entities(tmp_path: Path) -> None:
    files = write_inputs(tmp_path / "in")
    output = Output(tmp_path, najin_case(), najin_tables(files))
    written = export_data(output, tmp_path / "out")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out/observation.csv").read_text())))
    assert len(rows) == written["observation.csv"] == 8
    assert {row["origin"] for row in rows} == {"real"}
    entities = [json.loads(line) for line in (tmp_path / "out/entities.ftm.json").read_text().splitlines()]
    ship = next(each for each in entities if each["properties"].get("imoNumber") == ["9179842"])
    assert [each["properties"]["entity"] for each in entities if each["schema"] == "Sanction"] == [
        [ship["id"]]
    ]
    assert csv_text(output, ["a"], [{"a": 'x,"y"'}]) == 'origin,a\r\nreal,"x,""y"""\r\n'


@pytest.mark.parametrize("evil", EVIL)
def test_no_text_is_markup_in_typst(tmp_path: Path, evil: str) -> None:
    pytest.importorskip("typst")
    tables = najin_tables(write_inputs(tmp_path / "in"))
    tables["FINDING"] = rows_to_table(
        [finding(question=evil, limits=[evil], answer=f"{evil} [G008].")], FINDING
    )
    case = najin_case(title=evil, summary=evil, limits=(evil,))
    rows = evidence.entries(tables["EVIDENCE"], [])
    links = text.Links((row["evidence_id"] for row in rows), {})
    svgs = {
        name: "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>" for name in figures.FIGURE_IDS
    }
    source = Source(case, tables, rows, [], links)
    first = pdf.port_report(source, view.sections(source), svgs)
    assert first == pdf.port_report(source, view.sections(source), svgs)
    assert b"root:x:" not in first


def plates(folder: Path) -> figures.Plates:
    output = simulated(folder)
    return figures.Plates(output.case, output.tables, None)


@pytest.mark.parametrize("format_", ["svg", "png", "pdf"])
def test_a_figure_has_the_stated_width(tmp_path: Path, format_: str) -> None:
    if format_ != "svg":
        pytest.importorskip("typst")
    made = figure_file(plates(tmp_path), "timeline", "", format_, width_mm=100, dpi=254)
    if format_ == "svg":
        assert b' width="100mm"' in made[:600]
        ElementTree.fromstring(made)
    elif format_ == "png":
        assert made[:4] == b"\x89PNG"
        assert abs(int.from_bytes(made[16:20], "big") - 1000) <= 1
    else:
        assert made.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("figure_id", "format_", "width"), [("nothing", "svg", 100), ("map", "bmp", 100), ("map", "svg", 5)]
)
def test_what_there_is_is_named(tmp_path: Path, figure_id: str, format_: str, width: float) -> None:
    with pytest.raises(OptionError):
        figure_file(plates(tmp_path), figure_id, "", format_, width_mm=width, dpi=300)
