from __future__ import annotations

import json
import zipfile
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import box

from naive.shores import LAKE, SQUARE, native, written
from rubicon.errors import InputMissing, OutsideCoastline, UnknownFormat
from rubicon.geo.coast import Coast, build_extract, load_coast


@pytest.fixture(scope="module")
def coast() -> Coast:
    return load_coast()


@pytest.fixture
def small(tmp_path: Path) -> Coast:
    source = written(tmp_path, native((1, SQUARE), (2, LAKE)))
    build_extract(source, (130, 42, 131, 43), tmp_path / "small.npz")
    return load_coast(tmp_path / "small.npz")


def test_the_bundled_extract_says_what_it_is(coast: Coast) -> None:
    assert coast.bbox == coast.bounds == (127.0, 36.0, 142.0, 46.0)
    assert coast.resolution == "GSHHG 2.3.7, 117 m (median) between vertices, 36 to 46 N, 127 to 142 E"
    assert coast.info.licence == "LGPL-3.0-or-later"
    assert coast.info.rings == len(coast.levels) == len(coast.offsets) - 1
    assert coast.info.vertices == len(coast.lon_deg) == coast.offsets[-1]


def test_notice_and_licence_lie_beside_the_extract() -> None:
    folder = resources.files("rubicon.geo") / "data"
    assert "GSHHG" in (folder / "GSHHG-NOTICE.txt").read_text()
    assert "LESSER GENERAL PUBLIC LICENSE" in (folder / "COPYING.LESSER").read_text()
    assert "GNU GENERAL PUBLIC LICENSE" in (folder / "COPYING").read_text()


@pytest.mark.parametrize(
    ("lat", "lon", "land"),
    [
        (42.40, 130.30, True),  # north of Najin
        (42.152, 130.278, True),  # the islands before Najin bay, which coarser coastlines drop
        (42.20, 130.285, False),  # Najin bay
        (43.00, 131.84, True),  # Russky island
        (43.07, 131.90, False),  # Eastern Bosphorus
        (41.00, 133.00, False),  # open sea
        (44.90, 132.40, False),  # Lake Khanka is no land to draw
    ],
)
def test_land_where_it_is(coast: Coast, lat: float, lon: float, land: bool) -> None:
    near = (lon - 0.2, lat - 0.2, lon + 0.2, lat + 0.2)
    assert shapely.contains_xy(coast.land(near), lon, lat) == land


def test_land_is_valid_clipped_and_simplified(coast: Coast) -> None:
    bbox = (129.0, 41.0, 134.5, 43.6)
    full, plain = coast.land(bbox), coast.land(bbox, 0.02)
    assert full.is_valid
    assert plain.is_valid
    assert full.bounds == pytest.approx(bbox, abs=0.3)
    assert shapely.get_num_coordinates(plain) < shapely.get_num_coordinates(full) / 5
    assert plain.symmetric_difference(full).area / full.area < 0.03


def test_lakes_are_drawn_as_water_and_are_no_sea(small: Coast) -> None:
    assert small.land().area == pytest.approx(0.36 - 0.04)
    lon, _, offsets = small.sea_rings()
    assert len(offsets) == 2
    assert len(lon) == 4
    assert small.land((130.0, 42.0, 130.5, 43.0)).symmetric_difference(
        box(130.2, 42.2, 130.5, 42.8).difference(box(130.4, 42.4, 130.5, 42.6))
    ).area == pytest.approx(0, abs=1e-9)


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    source = written(tmp_path, native((1, SQUARE), (2, LAKE)))
    infos = [build_extract(source, (130, 42, 131, 43), tmp_path / name) for name in ("a.npz", "b.npz")]
    assert infos[0] == infos[1]
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    other = build_extract(source, (130, 42, 130.9, 43), tmp_path / "a.npz")
    assert load_coast(tmp_path / "a.npz").sha256 == other.sha256 != infos[0].sha256


def test_spacing_is_measured_on_the_sea_shore(small: Coast) -> None:
    assert small.info.spacing_m == pytest.approx(66_600, rel=0.3)
    assert small.info.source_file == "gshhs_f.b"


@pytest.mark.parametrize(
    "bbox", [(126.0, 40.0, 130.0, 41.0), (130.0, 35.0, 131.0, 37.0), (-170, 40, -169, 41)]
)
def test_boxes_outside_are_refused(coast: Coast, bbox: tuple[float, float, float, float]) -> None:
    with pytest.raises(OutsideCoastline, match="36 to 46 N"):
        coast.within(bbox)


def test_the_date_line(tmp_path: Path) -> None:
    island = [(179.5, -17), (-179.5, -17), (-179.5, -16), (179.5, -16)]
    build_extract(written(tmp_path, native((1, island))), (178, -18, -178, -15), tmp_path / "fiji.npz")
    fiji = load_coast(tmp_path / "fiji.npz")
    assert fiji.bbox == (178.0, -18.0, 182.0, -15.0)
    assert fiji.land().bounds == pytest.approx((179.5, -17, 180.5, -16))
    assert fiji.within((-179.5, -17, -179, -16)) == pytest.approx((180.5, -17, 181, -16))
    assert fiji.covers(-16.5, -179.0)
    assert not fiji.covers(-16.5, -177.0)


def test_damaged_extracts_are_named(tmp_path: Path, small: Coast) -> None:
    with pytest.raises(InputMissing):
        load_coast(tmp_path / "none.npz")
    good = (tmp_path / "small.npz").read_bytes()
    for name, data in {"cut": good[:-200], "text": b"no coast", "empty": b""}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UnknownFormat, match=name):
            load_coast(tmp_path / name)
    with np.load(tmp_path / "small.npz") as arrays:
        parts = dict(arrays)
    about = json.loads(parts["about"].tobytes()) | {"format": "rubicon-coast-0"}
    parts["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    np.savez(tmp_path / "old.npz", **parts)
    with pytest.raises(UnknownFormat, match="another version"):
        load_coast(tmp_path / "old.npz")


def test_an_extract_carries_no_clock(tmp_path: Path, small: Coast) -> None:
    with zipfile.ZipFile(tmp_path / "small.npz") as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
