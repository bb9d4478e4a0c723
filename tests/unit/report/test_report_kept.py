"""Scenes that were fetched: pictures in the KMZ where rights allow it, items with checksums in STAC; persons in entities."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
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

from rubicon.case import Input
from rubicon.errors import InputMissing, UnknownFormat, VerificationFailed
from rubicon.report.dossier import build
from rubicon.report.ftm import ftm
from rubicon.report.gis import export_gis
from rubicon.report.kept import kept_scenes
from rubicon.report.small_pictures import chips
from rubicon.schema import DETECTION, LISTING, OPTION, SCENE, Origin, rows_to_table
from rubicon.store.output import Output

PNG = b"\x89PNG\r\n\x1a\nnot looked at"
KML = "{http://www.opengis.net/kml/2.2}"


def scene(folder: Path, *, may_ship: bool = True, **changes: Any) -> Path:
    """A folder as `rubicon scene fetch` leaves it: 40 by 20 pixels of 0.01 degrees from 130 E, 43 N."""
    rasterio = pytest.importorskip("rasterio")
    home = folder / "S2A_X"
    home.mkdir(parents=True)
    place = rasterio.transform.from_origin(130.0, 43.0, 0.01, 0.01)
    with rasterio.open(home / "scene_visual.tif", "w", driver="GTiff", width=40, height=20, count=1, dtype="uint8", crs="EPSG:4326", transform=place) as out:  # fmt: skip
        out.write(np.zeros((1, 20, 40), "uint8"))
    (home / "preview.png").write_bytes(PNG)
    ring = [[130.0, 42.8], [130.4, 42.8], [130.4, 43.0], [130.0, 42.8]]
    (home / "item.json").write_text(
        json.dumps({"id": "S2A_X", "geometry": {"type": "Polygon", "coordinates": [ring]}})
    )
    digest = hashlib.sha256((home / "scene_visual.tif").read_bytes()).hexdigest()
    record = {
        "item_id": "S2A_X", "time_utc": "2024-03-14T02:00:00Z", "captured_at": "2024-05-01T00:00:00Z", "sensor": "optical", "platform": "sentinel-2a",
        "assets": {"visual": {"file": "scene_visual.tif", "sha256": digest, "source_url": "https://a.example/x.tif"}},
        "preview": "preview.png", "rights": "free and open", "raw_may_ship": may_ship, "credit": "Contains modified Copernicus data", **changes,
    }  # fmt: skip
    (home / "capture.json").write_text(json.dumps(record))
    return folder


def simulated(tmp_path: Path) -> Output:
    return Output(tmp_path, exercise_case(), exercise_tables(exercise_file(tmp_path / "in")))


def test_a_picture_that_may_travel_lies_between_its_corners(tmp_path: Path) -> None:
    export_gis(simulated(tmp_path), tmp_path / "gis", scene(tmp_path / "scenes"))
    archive = zipfile.ZipFile(tmp_path / "gis/case.kmz")
    root = ElementTree.fromstring(archive.read("doc.kml"))
    overlay = next(root.iter(f"{KML}GroundOverlay"))
    assert archive.read(overlay.findtext(f"{KML}Icon/{KML}href") or "") == PNG
    assert overlay.findtext(f"{KML}TimeStamp/{KML}when") == "2024-03-14T02:00:00Z"
    quad = next(each.text or "" for each in overlay.iter() if each.tag.endswith("coordinates"))
    corners = [tuple(float(x) for x in point.split(",")[:2]) for point in quad.split()]
    assert corners == [(130.0, 42.8), (130.4, 42.8), (130.4, 43.0), (130.0, 43.0)]
    assert "Copernicus" in (overlay.findtext(f"{KML}description") or "")


@pytest.mark.parametrize("may_ship", [True, False])
def test_an_item_carries_the_checksum_and_a_link_only_where_rights_allow(
    tmp_path: Path, may_ship: bool
) -> None:
    scenes = scene(tmp_path / "scenes", may_ship=may_ship)
    export_gis(simulated(tmp_path), tmp_path / "gis", scenes)
    items = [json.loads(path.read_text()) for path in (tmp_path / "gis/stac/items").iterdir()]
    found = next(each for each in items if each["id"] == "S2A_X")
    asset = found["assets"]["visual"]
    kept = (scenes / "S2A_X/scene_visual.tif").read_bytes()
    assert asset["file:checksum"] == "1220" + hashlib.sha256(kept).hexdigest()
    assert found["bbox"] == [130.0, 42.8, 130.4, 43.0]
    if may_ship:
        assert (tmp_path / "gis/stac/items" / asset["href"]).read_bytes() == kept
    else:
        assert asset["href"] == "https://a.example/x.tif"
        assert "not included" in asset["description"]
    inside = zipfile.ZipFile(tmp_path / "gis/case.kmz").namelist()
    assert (len(inside) == 2) == may_ship


def test_what_is_no_scene_or_was_changed_is_named(tmp_path: Path) -> None:
    assert kept_scenes(None) == []
    with pytest.raises(InputMissing):
        kept_scenes(tmp_path)
    scenes = scene(tmp_path / "scenes")
    (scenes / "S2A_X/scene_visual.tif").write_bytes(b"other")
    with pytest.raises(VerificationFailed, match="scene_visual"):
        kept_scenes(scenes)
    (scenes / "S2A_X/capture.json").write_text("{}")
    with pytest.raises(UnknownFormat):
        kept_scenes(scenes)


def linked(tmp_path: Path) -> Output:
    """The real case with a person and a company that the matched entry names, and an owner of the case's own record."""
    tables = najin_tables(write_inputs(tmp_path / "in"))
    rows = tables["LISTING"].to_pylist()
    rows[0]["linked_to"] = ["SOMEONE, Private", "M LEASING LLC"]
    rows.append(
        rows[0]
        | {"listing_id": "ofac-3", "kind": "company", "name": "M LEASING LLC", "imo": None, "linked_to": []}
    )
    tables["LISTING"] = rows_to_table(rows, LISTING)
    options = tables["OPTION"].to_pylist()
    options[0]["detail"] = json.dumps(
        {
            "basis": "list",
            "owners": ["US listed Azia Shipping; Ibex (company IMO 5344160) on 2023-12-12 (EO 14024)"],
        }
    )
    tables["OPTION"] = rows_to_table(options, OPTION)
    return Output(tmp_path, najin_case(), tables)


def test_owners_links_and_persons(tmp_path: Path) -> None:
    output = linked(tmp_path)
    public = ftm(output)
    by_name = {each["properties"]["name"][0]: each for each in public if "name" in each["properties"]}
    assert "SOMEONE, Private" not in json.dumps(public)
    assert {by_name[name]["schema"] for name in ("M LEASING LLC", "Azia Shipping", "Ibex")} == {"Company"}
    links = [each["properties"] for each in public if each["schema"] == "UnknownLink"]
    assert [each["subject"][0] for each in links] == [by_name["M LEASING LLC"]["id"]]
    owned = [each["properties"] for each in public if each["schema"] == "Ownership"]
    assert {each["owner"][0] for each in owned} == {by_name["Azia Shipping"]["id"], by_name["Ibex"]["id"]}
    assert {each["asset"][0] for each in owned} == {by_name["Angara"]["id"]}
    everybody = ftm(output, persons=True)
    assert [each["properties"]["name"] for each in everybody if each["schema"] == "Person"] == [
        ["SOMEONE, Private"]
    ]
    assert all(each in everybody for each in public)


def test_ids_do_not_depend_on_the_order_of_rows_and_simulated_entities_say_so(tmp_path: Path) -> None:
    output = linked(tmp_path)
    turned = {name: table.take(list(range(table.num_rows))[::-1]) for name, table in output.tables.items()}
    assert ftm(Output(tmp_path, output.case, turned)) == ftm(output)
    acted = ftm(Output(tmp_path, exercise_case(), exercise_tables(exercise_file(tmp_path / "sim"))))
    assert exercise_case().origin is Origin.SIMULATED
    assert all("SIMULATED" in each["properties"]["summary"][0] for each in acted)
    assert not any("imoNumber" in each["properties"] for each in acted)


@pytest.mark.parametrize("may_travel", [True, False])
def test_the_chip_of_a_detected_ship_stands_in_its_balloon_where_rights_allow(
    tmp_path: Path, may_travel: bool
) -> None:
    file = exercise_file(tmp_path / "in")
    when = pa.scalar(0, pa.timestamp("us", tz="UTC")).as_py()
    scene = {
        "scene_id": "s1",
        "sensor": "sar",
        "start": when,
        "end": when,
        "rights": "CC0-1.0",
        "source_id": file.source_id,
    }
    found = [
        {"detection_id": "d1", "scene_id": "s1", "lat_deg": 42.0, "lon_deg": 131.0, "score": 0.5, "author": "x", "detail": json.dumps({"chip": name})}
        for name in ("chips/0123456789abcdef.png",)
    ]  # fmt: skip
    tables = exercise_tables(file) | {
        "SCENE": rows_to_table([scene], SCENE),
        "DETECTION": rows_to_table(found, DETECTION),
    }
    case = exercise_case().model_copy(
        update={"inputs": (Input(file="in/*.nmea", format="scene", thumbnail_may_ship=may_travel),)}
    )
    build(exercise_case(), tables, [file], tmp_path / "out")
    (tmp_path / "out/chips").mkdir()
    (tmp_path / "out/chips/0123456789abcdef.png").write_bytes(PNG)
    export_gis(Output(tmp_path / "out", case, tables), tmp_path / "gis")
    archive = zipfile.ZipFile(tmp_path / "gis/case.kmz")
    told = [
        each.text or "" for each in ElementTree.fromstring(archive.read("doc.kml")).iter(f"{KML}description")
    ]
    assert (archive.namelist() == ["doc.kml", "chips/0123456789abcdef.png"]) == may_travel
    assert (
        any('<img src="chips/0123456789abcdef.png"/>' in each and "CC0-1.0" in each for each in told)
        == may_travel
    )
    outside = [found[0] | {"detail": json.dumps({"chip": "../in/simulated.nmea"})}]
    changed = tables | {"DETECTION": rows_to_table(outside, DETECTION)}
    assert chips(Output(tmp_path / "out", case, changed)) == {}
