"""Sentinel-1 products: folder and zip read alike, calibration as by the definition, places, refusals."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from rubicon.collect.scenes.safe import is_safe
from rubicon.collect.scenes.sentinel1 import AzimuthNoise, read_safe
from rubicon.detect import _safe, radar
from rubicon.errors import InputMissing, TruncatedInput, UnknownFormat
from rubicon.kernels.calibrate import clip_border, sigma_nought
from rubicon.simulate.scenes import GAIN, NOISE_DN2, RadarView, SimulatedShip, paint, write_product

pytest.importorskip("rasterio")
VIEW = RadarView(42.05, 130.62, rows=900, columns=520)
SHIPS = (
    SimulatedShip("EXAMPLE STAR", *VIEW.point(250.0, 300.0), 160, 25, 60, 0, 2.0),
    SimulatedShip("EXAMPLE MOON", *VIEW.point(330.0, 700.0), 110, 18, 100, 12.0, 2.0),
)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sigma0 = paint(VIEW, SHIPS, 5)
    return write_product(tmp_path_factory.mktemp("scene"), VIEW, {"VV": sigma0, "VH": 0.2 * sigma0}, SHIPS, 5)


@pytest.fixture(scope="module")
def zipped(product: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zip") / f"{product.stem}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(product.rglob("*")):
            archive.write(file, f"{product.name}/{file.relative_to(product)}")
    return path


def test_folder_and_zip_say_the_same(product: Path, zipped: Path) -> None:
    one, two = read_safe(product), read_safe(zipped)
    assert is_safe(product)
    assert is_safe(zipped)
    assert [band.polarisation for band in one.bands] == ["VV", "VH"]
    assert (one.bands[0].lines, one.bands[0].samples) == (900, 520)
    assert _safe.frame(one).source_id == _safe.frame(two).source_id
    tables = [_safe.tables(s, s.bands[0]) for s in (one, two)]
    left, right = (_safe.calibrated(s, t, 100, 140) for s, t in zip((one, two), tables, strict=True))
    np.testing.assert_array_equal(left, right)


def test_places_are_those_of_the_grid(product: Path) -> None:
    band = read_safe(product).bands[0]
    for column, row in ((0.5, 0.5), (519.5, 899.5), (100.0, 777.7), (333.3, 41.0)):
        lat, lon = band.locate(np.array([column]), np.array([row]))
        assert (lat[0], lon[0]) == pytest.approx(VIEW.point(column, row), abs=1e-6)


def test_ships_are_found_where_the_doppler_puts_them(product: Path) -> None:
    found, _, notes = radar.ships_in_product(read_safe(product), None)
    places = [(f.shape.x, f.shape.y) for f in found if f.accepted]
    moved = 700 + VIEW.shift_rows(SHIPS[1])
    assert 20 < abs(moved - 700) < 60
    for place in ((250.0, 300.0), (330.0, moved)):
        assert any(np.hypot(x - place[0], y - place[1]) < 4 for x, y in places), (place, places)
    assert notes[0] == "land is not masked: no coastline was given"
    assert "the threshold fits this sea" in notes[1]


def test_where_blocks_are_cut_changes_nothing(product: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    safe = read_safe(product)
    whole = radar.ships_in_product(safe, None)[0]
    monkeypatch.setattr(_safe, "BLOCK", 301)
    cut = radar.ships_in_product(safe, None)[0]
    assert len(whole) >= 2
    assert [(f.box, round(f.score, 4)) for f in whole] == [(f.box, round(f.score, 4)) for f in cut]


def test_ghosts_of_a_very_bright_ship_are_named(tmp_path: Path) -> None:
    view = RadarView(42.05, 130.62, rows=1300, columns=400)
    ship = SimulatedShip("EXAMPLE SUN", *view.point(200.0, 640.0), 200, 30, 90, 0, 60.0)
    path = write_product(tmp_path, view, {"VV": paint(view, [ship], 2)}, [ship], 2)
    found, _, _ = radar.ships_in_product(read_safe(path), None)
    ghosts = [f for f in found if f.notes]
    assert sorted(round((f.shape.y - 640) / view.ghost_rows()) for f in ghosts) == [-1, 1]
    assert not any(f.accepted for f in ghosts)
    assert [round(f.shape.y / 10) for f in found if f.accepted] == [64]


def test_calibration_is_that_of_the_definition() -> None:
    rng = np.random.default_rng(1)
    dn = rng.integers(0, 500, (7, 9)).astype(np.uint16)
    lines, noise_lines = np.array([0.0, 3.0, 50.0]), np.array([1.0, 4.0])
    gain, noise = (
        rng.uniform(300, 500, (3, 9)).astype(np.float32),
        rng.uniform(10, 4000, (2, 9)).astype(np.float32),
    )
    factors, block = rng.uniform(0.8, 1.3, (2, 7)).astype(np.float32), np.array([0] * 4 + [1] * 5)
    out = np.empty(dn.shape, np.float32)
    sigma_nought(dn, 2, lines, gain, noise_lines, noise, factors, block, out)
    for r in range(7):
        for c in range(9):
            a = np.interp(r + 2, lines, gain[:, c])
            n = np.interp(r + 2, noise_lines, noise[:, c]) * factors[block[c], r]
            expected = max(float(dn[r, c]) ** 2 - n, 0) / a**2 if dn[r, c] else np.nan
            np.testing.assert_allclose(out[r, c], expected, rtol=1e-4, atol=1e-9)


def test_border_is_clipped_inside_the_data_not_the_frame() -> None:
    values = np.ones((3, 12), np.float32)
    values[0, :3] = np.nan
    values[1, :] = np.nan
    clip_border(values, 2)
    assert np.flatnonzero(~np.isnan(values[0])).tolist() == [5, 6, 7, 8, 9]
    assert np.isnan(values[1]).all()
    assert np.flatnonzero(~np.isnan(values[2])).tolist() == list(range(2, 10))


def test_noise_of_a_sub_swath_holds_in_its_columns_and_lines(product: Path) -> None:
    from dataclasses import replace

    band = replace(
        read_safe(product).bands[0],
        azimuth_noise=(AzimuthNoise(0, 99, 0, 5, np.array([0.0, 10.0]), np.array([1.0, 2.0])),),
    )
    factors, block = band.azimuth_factors(np.array([0, 5, 6]))
    assert factors[block[50]].tolist() == [1.0, 1.5, 1.0]
    assert factors[block[100]].tolist() == [1.0, 1.0, 1.0]


def test_planted_sigma_nought_comes_back(product: Path) -> None:
    safe = read_safe(product)
    sigma = _safe.calibrated(safe, _safe.tables(safe, safe.bands[0]), 0, 200)
    expected = paint(VIEW, SHIPS, 5)[:200]
    # Digital numbers are whole: half a step of 500 / GAIN in amplitude.
    np.testing.assert_allclose(
        np.sqrt(sigma), np.sqrt(expected), atol=1.5 / np.sqrt(GAIN**2 * expected.min() + NOISE_DN2) + 0.004
    )


@pytest.mark.parametrize(
    ("harm", "error", "match"),
    [
        ("no annotation", UnknownFormat, "no annotation"),
        ("entity", UnknownFormat, "entities"),
        ("broken", UnknownFormat, "broken"),
        ("lacking", UnknownFormat, "garbles"),
        ("no calibration", InputMissing, "no calibration"),
        ("no pixels", InputMissing, "not a regular file"),
        ("vrt", UnknownFormat, "describes other files"),
        ("cut", TruncatedInput, "damaged|decoded"),
    ],
)
def test_damaged_products_are_refused_by_name(
    product: Path, tmp_path: Path, harm: str, error: type[Exception], match: str
) -> None:
    copy = tmp_path / product.name
    shutil.copytree(product, copy)
    annotation = next((copy / "annotation").glob("*vv*.xml"))
    pixels = next((copy / "measurement").glob("*vv*.tiff"))
    if harm == "no annotation":
        shutil.rmtree(copy / "annotation")
    elif harm == "entity":
        annotation.write_text('<!DOCTYPE a [<!ENTITY b "c">]><product>&b;</product>')
    elif harm == "broken":
        annotation.write_text(annotation.read_text()[:-20])
    elif harm == "lacking":
        annotation.write_text(annotation.read_text().replace("numberOfLines", "numberOfLinez"))
    elif harm == "no calibration":
        shutil.rmtree(copy / "annotation" / "calibration")
    elif harm == "no pixels":
        pixels.unlink()
    elif harm == "vrt":
        pixels.write_text("<VRTDataset><SourceFilename>/etc/passwd</SourceFilename></VRTDataset>")
    elif harm == "cut":
        pixels.write_bytes(pixels.read_bytes()[:5000])
    with pytest.raises(error, match=match):
        radar.ships_in_product(read_safe(copy), None)


def test_an_archive_whose_member_leads_out_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../outside/annotation/s1a-iw-grd-vv-x.xml", "<product/>")
    with pytest.raises(UnknownFormat, match="leads out"):
        read_safe(path)
