"""Real Sentinel-1 annotation and chips: vectors, grids, calibration against the published chips, lengths against AIS."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("rasterio")

from rubicon.collect.scenes.geotiff import read_picture
from rubicon.collect.scenes.picture import Values
from rubicon.collect.scenes.sentinel1 import read_safe
from rubicon.detect._length import LENGTH_WEIGHTS, amplitudes, spread_at
from rubicon.detect._safe import ambiguity_lines, tables

pytestmark = pytest.mark.real
PRODUCT = "S1B_IW_GRDH_1SDV_20211223T051122_20211223T051147_030148_039993_5371.SAFE"


@pytest.fixture(scope="module")
def imagery(data_dir: Path) -> Path:
    folder = data_dir / "imagery"
    if not folder.is_dir():
        pytest.skip("real imagery not found")
    return folder


def test_real_annotation_is_read_whole(imagery: Path) -> None:
    safe = read_safe(imagery / "sentinel1" / PRODUCT)
    band = safe.bands[0]
    assert (band.lines, band.samples, band.polarisation) == (16705, 26102, "VV")
    assert band.calibration is not None
    assert band.noise is not None
    assert band.calibration.values.shape == (27, 654)
    assert set(band.swaths) == set(band.prf_hz) == {"IW1", "IW2", "IW3"}
    lat, lon = band.locate(band.grid_pixels[:3] + 0.5, np.full(3, band.grid_lines[0] + 0.5))
    np.testing.assert_allclose(lat, band.latitude[0, :3], atol=1e-9)
    np.testing.assert_allclose(lon, band.longitude[0, :3], atol=1e-9)
    # lambda R PRF / 2V with R about 870 km: some 5 km, known from Sentinel-1 IW scenes.
    assert 4_000 < ambiguity_lines(band, 13000.0, 8000.0) * band.line_m < 6_500
    table = tables(safe, band)
    at = int(band.calibration.pixels[300])
    assert table.gain[5, at] == pytest.approx(band.calibration.values[5, 300], rel=1e-6)
    factors, block = band.azimuth_factors(np.array([0]))
    assert factors[block[0], 0] == pytest.approx(1.091791)


def test_digital_numbers_and_calibrated_chips_agree(imagery: Path) -> None:
    """`Patch_Cal` is `Patch` squared over A^2, with A constant over a chip to a tenth of a percent, for every chip and band."""
    chips = sorted((imagery / "opensarship").glob("*/Patch/*.tif"))
    assert chips
    for chip in chips:
        dn = read_picture(chip)
        sigma0 = read_picture(chip.parents[1] / "Patch_Cal" / chip.name)
        assert (dn.values, sigma0.values) == (Values.DN, Values.SIGMA0)
        for band in range(dn.pixels.shape[0]):
            power, linear = dn.intensity(band, Values.DN), sigma0.intensity(band, Values.SIGMA0)
            gain = np.sqrt(power[linear > 0] / linear[linear > 0])
            assert np.abs(gain / np.median(gain) - 1).max() < 1e-3, chip.name


def test_lengths_hold_on_ships_with_ais(imagery: Path) -> None:
    """The shipped fit on the chips that it was made on; docs/eyes.md has the error on scenes left out."""
    errors = []
    with (imagery / "opensarship" / "index.csv").open() as lines:
        for row in csv.DictReader(lines):
            picture = read_picture(imagery / "opensarship" / row["chip"])
            rows, columns = picture.shape
            spread = spread_at(amplitudes(picture, Values.SIGMA0), columns / 2, rows / 2, 12.0)
            assert spread is not None
            errors.append(abs(float(np.dot(spread.traits, LENGTH_WEIGHTS)) - float(row["length"])))
    assert np.mean(errors) < 18
