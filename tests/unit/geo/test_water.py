from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from naive.shores import made, rectangle
from rubicon.errors import OptionError, OutsideCoastline
from rubicon.geo.coast import load_coast
from rubicon.geo.water import MAX_CELLS, lattice_over, water_grid
from rubicon.kernels.geodesy import metres_per_degree


def test_cells_have_the_size_asked_for() -> None:
    lattice = lattice_over((129.0, 41.0, 134.5, 43.6), 250.0)
    north, east = lattice.steps_m()
    assert north.mean() == pytest.approx(250, rel=0.01)
    assert east.mean() == pytest.approx(250, rel=0.01)
    per_lat, per_lon = metres_per_degree(lattice.centre(0, 0)[0])
    assert (north[0], east[0]) == pytest.approx((per_lat * lattice.dlat_deg, per_lon * lattice.dlon_deg))
    assert east[-1] < east[0]


def test_a_region_too_large_gets_larger_cells() -> None:
    lattice = lattice_over((30.0, -10.0, 160.0, 60.0), 250.0)
    assert lattice.ny * lattice.nx <= MAX_CELLS * 1.1


def test_places_and_centres_are_inverse() -> None:
    lattice = lattice_over((178.0, -18.0, 182.0, -15.0), 1000.0)
    lat, lon = lattice.centre(7, 400)
    assert lon < 0
    row, column = lattice.place(lat, lon)
    assert (float(row), float(column)) == pytest.approx((7, 400))
    assert np.isnan(lattice.place(-14.0, 179.0)[0])
    assert np.isnan(lattice.place(-16.0, 177.9)[1])
    assert np.isnan(lattice.place(-16.0, -177.9)[1])


@pytest.mark.parametrize("cell_m", [0.0, -5.0, float("nan"), 1e9])
def test_sizes_that_are_none(cell_m: float) -> None:
    with pytest.raises(OptionError):
        lattice_over((130, 42, 131, 43), cell_m)


@pytest.mark.parametrize(
    ("width_m", "turned"), [(260, 0.0), (260, 0.31), (260, 1.0), (200, 0.0), (200, 0.31)]
)
def test_channels_of_a_cell_stay_open(tmp_path: Path, width_m: float, turned: float) -> None:
    """Two blocks of land with a channel between them, at any angle to the grid, let water through."""
    half = width_m / 2 / 111_000
    dx = turned * 0.2
    left = [(129.0, 41.9), (130.5 - dx - half * 1.4, 41.9), (130.5 + dx - half * 1.4, 42.1), (129.0, 42.1)]
    right = [(130.5 - dx + half * 1.4, 41.9), (132.0, 41.9), (132.0, 42.1), (130.5 + dx + half * 1.4, 42.1)]
    coast = made(tmp_path, left, right, bbox=(130.0, 41.7, 131.0, 42.3))
    grid = water_grid(coast, coast.bbox, 250.0)
    inner = grid.mask.copy()
    seen = np.zeros_like(inner)
    seen[0] = inner[0]
    for _ in range(4000):
        grown = seen.copy()
        grown[1:] |= seen[:-1]
        grown[:-1] |= seen[1:]
        grown[:, 1:] |= seen[:, :-1]
        grown[:, :-1] |= seen[:, 1:]
        grown &= inner
        if (grown == seen).all():
            break
        seen = grown
    assert seen[-1].any()


def test_land_of_three_cells_holds_water_back(tmp_path: Path) -> None:
    coast = made(tmp_path, rectangle(129, 42.0, 132, 42.007), bbox=(130.0, 41.9, 130.2, 42.1))
    mask = water_grid(coast, coast.bbox, 250.0).mask
    assert (mask.sum(axis=1) == 0).any()


def basin(gap_deg: float) -> list[tuple[float, float]]:
    """Land around a basin of 2.7 km2 with an entrance of that width from the west."""
    low, high = 42.05003 - gap_deg / 2, 42.05003 + gap_deg / 2
    return [(130.0, 42.0), (130.1, 42.0), (130.1, 42.1), (130.0, 42.1), (130.0, high), (130.04, high),
            (130.04, 42.06), (130.055, 42.06), (130.055, 42.04), (130.04, 42.04), (130.04, low), (130.0, low)]  # fmt: skip


@pytest.mark.parametrize(("gap_deg", "open_"), [(0.002, 1), (0.00002, 0)])
def test_small_enclosed_water_is_no_sea(tmp_path: Path, gap_deg: float, open_: int) -> None:
    coast = made(tmp_path, basin(gap_deg), bbox=(129.9, 41.9, 130.2, 42.2))
    grid = water_grid(coast, coast.bbox, 100.0)
    row, column = (round(float(place)) for place in grid.lattice.place(42.05, 130.05))
    assert grid.mask[row, column] == open_


def test_the_bundled_waters() -> None:
    coast = load_coast()
    grid = water_grid(coast, (129.0, 41.0, 134.5, 43.6))
    assert grid.mask.mean() == pytest.approx(0.5817, abs=0.0005)
    with pytest.raises(OutsideCoastline):
        water_grid(coast, (120.0, 41.0, 134.5, 43.6))
