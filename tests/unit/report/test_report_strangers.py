"""What other people's programs say about exports: RO-Crate, STAC, FollowTheMoney, GeoParquet, GeoPackage, KMZ."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pytest
from report_fixture import (
    exercise_case,
    exercise_file,
    exercise_tables,
    najin_case,
    najin_tables,
    write_inputs,
)

from rubicon.report.gis import export_data, export_gis
from rubicon.store.output import Output

Program = Callable[[str, str], str]


@pytest.fixture
def exports(tmp_path: Path, exercise: Path) -> Path:
    """All exports of the simulated case."""
    output = Output(exercise, exercise_case(), exercise_tables(exercise_file(tmp_path / "in")))
    export_gis(output, tmp_path / "gis")
    export_data(output, tmp_path / "data")
    return tmp_path


def ask(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, timeout=120)


def python(program: Program) -> Path:
    """The Python that has the peers."""
    return Path(program("ftm", "make peers")).with_name("python")


def test_rocrate_validator_finds_no_fault(najin: Path, program: Program) -> None:
    check = Path(__file__).with_name("rocrate_check.py")
    done = ask(python(program), check, najin / "dossier/data")
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert told["passed"]
    assert not told["issues"]
    metadata = najin / "dossier/data/ro-crate-metadata.json"
    graph = json.loads(metadata.read_text())
    graph["@graph"] = [each for each in graph["@graph"] if each["@id"] != "./"]
    metadata.write_text(json.dumps(graph))
    assert ask(python(program), check, metadata.parent).returncode != 0


def test_pystac_validates_the_items_and_their_checksums(exports: Path, program: Program) -> None:
    """The core schemas come with pystac; that of the file extension does not, so pystac reads its fields instead."""
    code = (
        "import hashlib, sys, pystac, pystac.validation as v\n"
        "from pathlib import Path\n"
        "from pystac.extensions.file import FileExtension\n"
        "root = Path(sys.argv[1])\n"
        "c = pystac.Collection.from_file(str(root / 'collection.json'))\n"
        "n = 0\n"
        "for stac in (c, *c.get_items()):\n"
        "    core = {**stac.to_dict(transform_hrefs=False), 'stac_extensions': []}\n"
        "    v.validate_dict(core)\n"
        "for item in c.get_items():\n"
        "    for asset in item.get_assets().values():\n"
        "        data = Path(asset.get_absolute_href()).read_bytes()\n"
        "        info = FileExtension.ext(asset)\n"
        "        assert info.checksum == '1220' + hashlib.sha256(data).hexdigest() and info.size == len(data), asset.href\n"
        "        n += 1\n"
        "print(n)\n"
    )
    done = ask(python(program), "-c", code, exports / "gis/stac")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 8
    item = next((exports / "gis/stac/items").iterdir())
    item.write_text(
        item.read_text().replace('"stac_version": "1.1.0"', '"stac_version": "1.1.0", "bbox": ["x"]')
    )
    assert ask(python(program), "-c", code, exports / "gis/stac").returncode != 0


def test_followthemoney_validates_the_entities(exports: Path, tmp_path: Path, program: Program) -> None:
    real = Output(tmp_path / "none", najin_case(), najin_tables(write_inputs(tmp_path / "real")))
    export_data(real, tmp_path / "real-data")
    for folder in (exports / "data", tmp_path / "real-data"):
        entities = folder / "entities.ftm.json"
        done = ask(program("ftm", "make peers"), "validate", "-i", entities)
        assert done.returncode == 0, done.stderr
        written = [json.loads(line) for line in entities.read_text().splitlines()]
        read = [json.loads(line) for line in done.stdout.splitlines()]
        assert [each["id"] for each in read] == [each["id"] for each in written]
        for ours, theirs in zip(written, read, strict=True):
            # What followthemoney does not take for a value of the property's type, it drops.
            assert theirs["properties"].keys() == ours["properties"].keys(), ours
    assert {each["schema"] for each in written} >= {"Vessel", "Sanction", "Event"}


def test_geopandas_reads_geoparquet(exports: Path, program: Program) -> None:
    code = (
        "import sys, geopandas\n"
        "frame = geopandas.read_parquet(sys.argv[1])\n"
        "print(len(frame), frame.crs.to_string(), frame.geometry.geom_type.unique()[0], frame['start'].dt.tz, frame['origin'].unique()[0])\n"
    )
    done = ask(python(program), "-c", code, exports / "gis/gaps.parquet")
    assert done.stdout.split() == ["3", "OGC:CRS84", "Point", "UTC", "simulated"], done.stderr


def test_every_layer_of_the_geopackage_has_a_style_and_its_times_are_times(
    exports: Path, program: Program
) -> None:
    pytest.importorskip("pyogrio")
    file = exports / "gis/case.gpkg"
    told = ask(program("ogrinfo", "gdal-bin"), "-so", file, "positions").stdout
    assert "time_utc: DateTime" in told
    assert "score: Real" in ask("ogrinfo", "-so", file, "gaps").stdout
    with closing(sqlite3.connect(file)) as db:
        layers = {
            name
            for (name,) in db.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'")
        }
        styles = {
            name: (qml, sld)
            for name, qml, sld in db.execute(
                "SELECT f_table_name, styleQML, styleSLD FROM layer_styles WHERE useAsDefault"
            )
        }
        assert styles.keys() == layers
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute(
            "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'"
        ).fetchone() == ("attributes",)
    modes = {}
    for name, (qml, sld) in styles.items():
        ElementTree.fromstring(sld)
        temporal = ElementTree.fromstring(qml).find("temporal")
        modes[name] = (
            None
            if temporal is None
            else (temporal.get("mode"), temporal.get("startField"), temporal.get("endField"))
        )
    assert modes["positions"] == ("1", "time_utc", "")
    assert modes["gaps"] == ("2", "start", "end")
    assert modes["ports"] is None


def test_exports_have_the_same_bytes_on_a_second_run(exports: Path, exercise: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyogrio")
    output = Output(exercise, exercise_case(), exercise_tables(exercise_file(tmp_path / "in")))
    export_gis(output, tmp_path / "again")
    for path in sorted((exports / "gis").rglob("*")):
        if path.is_file():
            assert (
                tmp_path / "again" / path.relative_to(exports / "gis")
            ).read_bytes() == path.read_bytes(), path.name
