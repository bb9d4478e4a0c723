"""Sentinel-2 products in the published layout: the window over a port, its reflectance, place, time and cloud."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("rasterio", reason="needs the extra imagery")

import rasterio
from rasterio.transform import from_origin
from rasterio.warp import transform

from rubicon.collect.scenes.picture import Sensor
from rubicon.collect.scenes.sentinel2 import BANDS, read_sentinel2
from rubicon.collect.scenes.stac import box_round
from rubicon.errors import EmptyScene, InputMissing, TruncatedInput, UnknownFormat, UsageError
from rubicon.seeing import look

LAT, LON, SIDE = 42.2, 130.31, 800
PORT = box_round(LAT, LON, 2.0)
XML = """<?xml version="1.0"?><n1:Level-2A_User_Product xmlns:n1="https://psd-15.sentinel2.eo.esa.int/PSD/User_Product_Level-2A.xsd">
<General_Info><Product_Info><PRODUCT_START_TIME>2023-10-16T02:07:01.024Z</PRODUCT_START_TIME>
<PRODUCT_URI>S2A_MSIL2A_TEST.SAFE</PRODUCT_URI><GENERATION_TIME>2023-10-16T06:00:00.000000Z</GENERATION_TIME>
<Datatake><SPACECRAFT_NAME>Sentinel-2A</SPACECRAFT_NAME></Datatake></Product_Info>
<Product_Image_Characteristics><BOA_QUANTIFICATION_VALUE unit="none">10000</BOA_QUANTIFICATION_VALUE>
<BOA_ADD_OFFSET_VALUES_LIST><BOA_ADD_OFFSET band_id="1">-1000</BOA_ADD_OFFSET><BOA_ADD_OFFSET band_id="2">-1000</BOA_ADD_OFFSET>
<BOA_ADD_OFFSET band_id="3">-1000</BOA_ADD_OFFSET><BOA_ADD_OFFSET band_id="7">-1000</BOA_ADD_OFFSET></BOA_ADD_OFFSET_VALUES_LIST>
</Product_Image_Characteristics></General_Info></n1:Level-2A_User_Product>"""


def write(path: Path, pixels: np.ndarray, metres: float) -> None:
    xs, ys = transform("EPSG:4326", "EPSG:32652", [LON], [LAT])
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        path, "w", driver="JP2OpenJPEG", width=pixels.shape[1], height=pixels.shape[0], count=1, dtype=pixels.dtype,
        crs="EPSG:32652", transform=from_origin(xs[0] - SIDE * 5, ys[0] + SIDE * 5, metres, metres),
        QUALITY="100", REVERSIBLE="YES",
    ) as out:  # fmt: skip
        out.write(pixels, 1)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dark water, a ship of 12 x 2 pixels under way, cloud over the northern half."""
    root = tmp_path_factory.mktemp("s2") / "S2A_MSIL2A_20231016T020701_N0509_R103_T52TFN_20231016T060000.SAFE"
    rng = np.random.default_rng(4)
    for band in BANDS:
        dn = rng.integers(1280, 1320, (SIDE, SIDE)).astype(np.uint16)
        dn[450:462, 380:383] = 4000
        write(root / f"GRANULE/L2A_T52TFN/IMG_DATA/R10m/T52TFN_20231016T020701_{band}_10m.jp2", dn, 10)
    classes = np.full((SIDE // 2, SIDE // 2), 6, np.uint8)
    classes[: SIDE // 4] = 9
    write(root / "GRANULE/L2A_T52TFN/IMG_DATA/R20m/T52TFN_20231016T020701_SCL_20m.jp2", classes, 20)
    (root / "MTD_MSIL2A.xml").write_text(XML, encoding="utf-8")
    (root / "manifest.safe").write_text("<x/>", encoding="utf-8")
    return root


def test_the_window_holds_reflectance_at_its_place(product: Path) -> None:
    picture = read_sentinel2(product, PORT)
    assert (picture.sensor, picture.platform, picture.bands) == (Sensor.OPTICAL, "Sentinel-2A", BANDS)
    assert picture.pixels.shape[0] == 4
    assert picture.shape[0] == pytest.approx(400, abs=12)
    assert float(np.median(picture.pixels)) == pytest.approx(0.03, abs=0.002)
    assert float(picture.pixels.max()) == pytest.approx(0.3, abs=1e-6)
    assert picture.locate is not None
    lat, lon = picture.locate(np.array([picture.shape[1] / 2]), np.array([picture.shape[0] / 2]))
    assert (lat[0], lon[0]) == pytest.approx((LAT, LON), abs=2e-4)
    assert f"{picture.time_utc:%Y-%m-%dT%H:%M:%S}" == "2023-10-16T02:07:01"
    assert any("50 % of the place lies under cloud" in note for note in picture.notes)


def test_the_zip_reads_as_the_folder(product: Path, tmp_path: Path) -> None:
    packed = tmp_path / "S2A_MSIL2A.zip"
    with zipfile.ZipFile(packed, "w") as out:
        for path in product.rglob("*"):
            if path.is_file():
                out.write(path, path.relative_to(product.parent))
    assert np.array_equal(read_sentinel2(packed, PORT).pixels, read_sentinel2(product, PORT).pixels)


def test_a_ship_is_found_with_its_length(product: Path) -> None:
    looked = look(product, place=PORT)
    best = looked.found[0]
    assert looked.picture.locate is not None
    assert best.shape.length_px == pytest.approx(12, abs=3)
    assert looked.chip((0, 40, 0, 40)).shape == (3, 40, 40)


def test_what_cannot_be_read_is_named(product: Path, tmp_path: Path) -> None:
    import shutil

    with pytest.raises(UsageError, match="--port"):
        read_sentinel2(product, None)
    with pytest.raises(EmptyScene):
        read_sentinel2(product, box_round(43.5, LON, 2.0))
    copy = tmp_path / product.name
    shutil.copytree(product, copy)
    band = next(copy.rglob("*_B08_10m.jp2"))
    whole = band.read_bytes()
    band.write_bytes(b"<VRTDataset/>")
    with pytest.raises(TruncatedInput):
        read_sentinel2(copy, PORT)
    band.unlink()
    with pytest.raises(InputMissing, match="B08"):
        read_sentinel2(copy, PORT)
    band.write_bytes(whole)
    for broken in (
        XML.replace("10000", "none"),
        XML.replace("2023-10-16T02:07:01.024Z", "?"),
        "<!DOCTYPE x>" + XML,
    ):
        (copy / "MTD_MSIL2A.xml").write_text(broken, encoding="utf-8")
        with pytest.raises(UnknownFormat):
            read_sentinel2(copy, PORT)


def test_older_products_have_no_offset(product: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / product.name
    shutil.copytree(product, copy)
    text = (
        XML[: XML.index("<BOA_ADD_OFFSET_VALUES_LIST>")]
        + XML[XML.index("</Product_Image_Characteristics>") :]
    )
    (copy / "MTD_MSIL2A.xml").write_text(text, encoding="utf-8")
    assert float(np.median(read_sentinel2(copy, PORT).pixels)) == pytest.approx(0.13, abs=0.002)
