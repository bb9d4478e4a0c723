"""The error of the way by sea, on seas cut from the Debian package gmt-gshhg-full where it is installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from naive.sight import pairs, summary
from rubicon.geo.coast import Coast, build_extract, load_coast

GSHHG = Path("/usr/share/gmt-gshhg/binned_GSHHS_f.nc")
SEAS = {
    "North Sea": (1.0, 53.0, 8.0, 58.0),
    "Fiji, across the date line": (177.0, -19.5, -177.0, -15.0),
    "Bering Sea, across the date line": (176.0, 55.0, -174.0, 61.0),
}


@pytest.fixture(scope="session")
def gshhg() -> Path:
    """The full GSHHG; skips when it is absent, fails when RUBICON_REQUIRE says that it was installed."""
    if not GSHHG.is_file():
        required = "gmt-gshhg-full" in os.environ.get("RUBICON_REQUIRE", "").split(",")
        (pytest.fail if required else pytest.skip)("needs the full GSHHG: apt-get install gmt-gshhg-full")
    return GSHHG


def check(found: dict[str, float]) -> None:
    assert found["pairs"] >= 60
    assert found["mean"] <= 0.002
    assert found["p95"] <= 0.005
    assert found["max"] <= 0.01
    assert found["min"] >= -0.001


def test_the_bundled_sea() -> None:
    _, found, straight = pairs(load_coast(), (130.0, 39.5, 135.0, 43.6), 2, 40, 7)
    check(summary(found, straight))


@pytest.mark.parametrize("name", SEAS)
def test_other_seas(gshhg: Path, tmp_path: Path, name: str) -> None:
    pytest.importorskip("netCDF4")
    build_extract(gshhg, SEAS[name], tmp_path / "sea.npz")
    coast: Coast = load_coast(tmp_path / "sea.npz")
    _, found, straight = pairs(coast, coast.bbox, 2, 40, 7, 250.0)
    check(summary(found, straight))


def test_the_bundled_coastline_is_cut_from_that_file(gshhg: Path, tmp_path: Path) -> None:
    pytest.importorskip("netCDF4")
    small = (130.0, 42.0, 131.0, 42.5)
    build_extract(gshhg, small, tmp_path / "rason.npz")
    own, bundled = load_coast(tmp_path / "rason.npz").land(), load_coast().land(small)
    assert own.symmetric_difference(bundled).area < 1e-6
