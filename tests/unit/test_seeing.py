"""The scenes of a case: a dark ship found where it lay, named by its length, beside one whose track explains what is seen."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rasterio", reason="needs the extra imagery")

from rubicon.case import load_case
from rubicon.errors import SimulatedEvidence
from rubicon.pipeline import Run, run

SCENARIO = """
id = "looks"
title = "Looks (simulated)"
start = 2024-05-01T00:00:00Z
end = 2024-05-03T00:00:00Z
[[stations]]
name = "SIMULATED-ST"
at = [42.05, 131.05]
range_km = 60
[[overflights]]
name = "SIMULATED-SAR"
at = [42.05, 131.05]
first_pass = 2024-05-01T12:00:00Z
every_h = 24
[[ships]]
name = "EXERCISE LIT"
mmsi = "190000101"
imo = "0000101"
call_sign = "SIM1"
ship_type = 70
length_m = 110
beam_m = 17
draught_m = 6
service_speed_kn = 10
start = [42.058, 131.050]
plan = [ { do = "anchor", hours = 47 } ]
[[ships]]
name = "EXERCISE DARK"
mmsi = "190000102"
imo = "0000102"
call_sign = "SIM2"
ship_type = 70
length_m = 160
beam_m = 24
draught_m = 8
service_speed_kn = 10
start = [42.20, 131.30]
plan = [
  { do = "anchor", hours = 3 },
  { do = "sail", to = [42.043, 131.062], dark_from_km = 2 },
  { do = "anchor", hours = 20 },
  { do = "sail", to = [42.20, 131.30], dark_until_km_left = 2 },
  { do = "anchor", hours = 9 },
]
"""
CASE = """
id = "looks"
title = "Looks (simulated)"
origin = "simulated"
scenario = "scenario.toml"
seed = 5
[period]
start = 2024-05-01
end = 2024-05-03
[[ports]]
name = "Roads"
lat_deg = 42.05
lon_deg = 131.05
[[ships]]
name = "EXERCISE LIT"
vessel_id = "190000101"
[[ships]]
name = "EXERCISE DARK"
vessel_id = "190000102"
[[inputs]]
file = "ais.nmea"
format = "nmea"
[[inputs]]
file = "truth.csv"
format = "truth"
[[inputs]]
file = "looks/*.zip"
format = "scene"
licence = "CC0-1.0"
raw_may_ship = true
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("looks")
    (folder / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    (folder / "case.toml").write_text(CASE, encoding="utf-8")
    return run(load_case(folder / "case.toml"), folder / "out")


def rows(made: Run, name: str) -> list[dict[str, Any]]:
    return sorted(made.tables[name].to_pylist(), key=str)


def test_both_ships_are_seen_and_told_apart(made: Run) -> None:
    first = [row for row in rows(made, "DETECTION") if row["time_utc"].day == 1]
    assert len(first) == 2
    lit = next(row for row in first if row["vessel_id"] == "190000101")
    dark = next(row for row in first if row is not lit)
    assert lit["status"] == "correlated"
    assert lit["length_m"] == pytest.approx(110, abs=3 * lit["length_error_m"])
    assert dark["status"] == "ambiguous"
    assert json.loads(dark["detail"])["could_be"] == ["190000102"]
    assert (dark["lat_deg"], dark["lon_deg"]) == pytest.approx((42.043, 131.062), abs=1e-3)


def test_scenes_say_that_they_are_simulated_and_lead_to_their_file(made: Run) -> None:
    scenes = rows(made, "SCENE")
    assert len(scenes) == 2
    assert {row["platform"] for row in scenes} == {"simulated radar"}
    assert {row["source_id"] for row in scenes} <= {file.source_id for file in made.gathered.files}
    cited = {row["evidence_id"] for row in rows(made, "EVIDENCE") if row["kind"] == "detection"}
    assert cited == {row["detection_id"] for row in rows(made, "DETECTION")}


@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
def test_each_detection_has_a_chip_with_its_box_inside(made: Run) -> None:
    import rasterio

    for row in rows(made, "DETECTION"):
        detail = json.loads(row["detail"])
        with rasterio.open(made.out / detail["chip"]) as chip:
            pixels, shape = chip.read(1), chip.shape
        x0, y0, x1, y1 = detail["bbox_px"]
        assert detail["chip_column"] <= x0 < x1 <= detail["chip_column"] + shape[1]
        assert detail["chip_row"] <= y0 < y1 <= detail["chip_row"] + shape[0]
        box = pixels[
            int(y0) - detail["chip_row"] : int(y1) - detail["chip_row"],
            int(x0) - detail["chip_column"] : int(x1) - detail["chip_column"],
        ]
        assert box.max() == pixels.max() > 4 * pixels.mean()


def test_a_scene_that_fails_is_named_and_the_others_go_on(made: Run, tmp_path: Path) -> None:
    shutil.copytree(made.out / "simulated", tmp_path / "in")
    (tmp_path / "in/looks/broken.zip").write_bytes(b"PK\x03\x04 no more")
    text = CASE.replace('scenario = "scenario.toml"\nseed = 5\n', "")
    (tmp_path / "in/case.toml").write_text(text, encoding="utf-8")
    again = run(load_case(tmp_path / "in/case.toml"), tmp_path / "out")
    assert len(again.failed) == 1
    assert "broken.zip" in str(again.failed[0])
    assert again.tables["DETECTION"].num_rows == made.tables["DETECTION"].num_rows


def test_a_simulated_scene_is_refused_by_a_real_case(made: Run, tmp_path: Path) -> None:
    look = next((made.out / "simulated/looks").glob("*.zip"))
    shutil.copy(look, tmp_path / look.name)
    text = f"""
id = "real"
title = "Real"
origin = "real"
[period]
start = 2024-05-01
end = 2024-05-03
[[inputs]]
file = "{look.name}"
format = "scene"
"""
    (tmp_path / "case.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SimulatedEvidence):
        run(load_case(tmp_path / "case.toml"), tmp_path / "out")


def test_the_same_seed_gives_the_same_looks(made: Run, tmp_path: Path) -> None:
    (tmp_path / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "case.toml").write_text(CASE, encoding="utf-8")
    again = run(load_case(tmp_path / "case.toml"), tmp_path / "out")
    first, second = (sorted((one.out / "simulated/looks").glob("*.zip")) for one in (made, again))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
