"""Fields over an ocean: coarse offshore, fine at both ends; held against fine fields where both can be had."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rubicon.errors import NoWater
from rubicon.geo import sea, water
from rubicon.geo.coast import Coast, load_coast
from rubicon.geo.ocean import OceanField, ocean_field
from rubicon.geo.sea import sea_field
from rubicon.geo.water import lattice_of, water_on

NAJIN = (42.2333, 130.3000)
PORTS = {
    "Vladivostok": (43.1, 131.9), "Vostochny": (42.72, 133.05), "Wonsan": (39.18, 127.45),
    "Donghae": (37.495, 129.156), "Niigata": (37.95, 139.07), "Chongjin": (41.75, 129.82),
}  # fmt: skip
COARSE_M = 1700.0


@pytest.fixture(scope="module")
def coast() -> Coast:
    return load_coast()


@pytest.fixture(scope="module")
def ocean(coast: Coast) -> OceanField:
    return ocean_field(coast, lattice_of(coast, coast.bbox, COARSE_M), NAJIN, 250.0, "test")


def test_both_ends_are_fine_and_the_way_is_that_of_a_fine_field(coast: Coast, ocean: OceanField) -> None:
    fine = sea_field(*NAJIN, coast=coast)
    lat, lon = np.array(list(PORTS.values())).T
    expected, found = fine.ways(lat, lon), ocean.ways(lat, lon)
    error = found.km / expected.km - 1.0
    assert (error < 0.006).all(), error
    assert (error > -0.03).all(), error
    assert found.moved_km == pytest.approx(expected.moved_km, abs=0.01)
    assert (found.least_km <= found.km + 1e-9).all()


def test_never_long_against_a_fine_field(coast: Coast, ocean: OceanField) -> None:
    """Too long would clear a ship; too short only leaves a call possible."""
    fine = sea_field(*NAJIN, coast=coast)
    rng = np.random.default_rng(3)
    lat, lon = rng.uniform(36.2, 45.8, 3000), rng.uniform(127.2, 141.8, 3000)
    km, expected = ocean.coarse(lat, lon)[0], fine.inside(lat, lon)[0]
    both = np.isfinite(km) & np.isfinite(expected) & (expected > 100.0)
    error = km[both] / expected[both] - 1.0
    assert both.sum() > 1000
    assert np.quantile(error, 0.99) < 0.007
    assert np.median(np.abs(error)) < 0.005


def test_tiles_of_open_water_are_not_refined(ocean: OceanField) -> None:
    at = np.array([41.0]), np.array([135.0])
    assert ocean.inside(*at)[0] == ocean.coarse(*at)[0]
    assert ocean.tiles[20, 67] is None


def test_straits_narrower_than_a_coarse_cell_stay_open(coast: Coast) -> None:
    """The Eastern Bosphorus off Vladivostok is 0.8 km wide at its narrowest."""
    grid = water_on(coast, lattice_of(coast, (131.0, 42.5, 133.0, 43.5), COARSE_M))
    row, column = (round(float(x)) for x in grid.lattice.place(43.07, 131.9))
    assert grid.mask[row, column - 1 : column + 2].all()


def test_a_place_without_water(coast: Coast) -> None:
    with pytest.raises(NoWater):
        ocean_field(coast, lattice_of(coast, coast.bbox, COARSE_M), (43.4, 130.0), 250.0, "test")


def test_regions_too_large_for_fine_cells_become_oceans_and_are_cached(
    coast: Coast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUBICON_CACHE", str(tmp_path))
    monkeypatch.setattr(water, "MAX_CELLS", 400_000)
    field = sea_field(*NAJIN, coast=coast)
    assert isinstance(field, OceanField)
    first = field.ways(*PORTS["Vostochny"])
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 2
    again = sea.sea_field(*NAJIN, coast=coast)
    assert again.ways(*PORTS["Vostochny"]) == first
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert 0.97 < first.km / 242.3 < 1.005
