from __future__ import annotations

import numpy as np
import pytest

from naive import marching as naive
from rubicon.kernels.geodesy import distance_m
from rubicon.kernels.marching import around, march, nearest, sample, seed, sees


def field(mask, north, east, sources):
    """March over a mask without a border, from a mapping of cells to distances."""
    ny, nx = mask.shape
    out = np.full((ny + 2, nx + 2), np.inf)
    for (r, c), value in sources.items():
        out[r + 1, c + 1] = value
    march(mask, np.asarray(north, float), np.asarray(east, float), out)
    return out[1:-1, 1:-1]


@pytest.mark.parametrize("seed_", range(12))
def test_marching_equals_the_naive_twin(seed_: int) -> None:
    rng = np.random.default_rng(seed_)
    ny, nx = rng.integers(3, 40, 2)
    mask = (rng.random((ny, nx)) < rng.choice([0.6, 0.8, 1.0])).astype(np.uint8)
    north, east = rng.uniform(0.5, 2.0, ny), rng.uniform(0.5, 2.0, ny)
    wet = np.argwhere(mask)
    picked = wet[rng.choice(len(wet), min(len(wet), 3), replace=False)]
    sources = {(int(r), int(c)): float(rng.uniform(0, 3)) for r, c in picked}
    got = field(mask, north, east, sources)
    expected = naive.march(mask.tolist(), north.tolist(), east.tolist(), sources)
    np.testing.assert_allclose(got, expected, rtol=1e-9)


def test_marching_is_never_longer_than_the_way_along_sides_nor_shorter_than_the_line() -> None:
    rng = np.random.default_rng(5)
    mask = (rng.random((60, 60)) < 0.85).astype(np.uint8)
    mask[30, 30] = 1
    ones = np.ones(60)
    got = field(mask, ones, ones, {(30, 30): 0.0})
    along = naive.dijkstra(mask.tolist(), ones.tolist(), ones.tolist(), (30, 30))
    for (r, c), longest in along.items():
        assert np.hypot(r - 30, c - 30) - 1e-9 <= got[r, c] <= longest + 1e-9
    assert np.isinf(got[mask == 0]).all()


@pytest.mark.parametrize("seed_", range(4))
def test_fronts_that_cross_blocks_equal_the_naive_twin(seed_: int) -> None:
    """Walls with holes, so that a block is entered from several sides and more than once."""
    rng = np.random.default_rng(seed_)
    mask = (rng.random((150, 200)) < 0.93).astype(np.uint8)
    for wall in range(20, 200, 37):
        mask[:, wall] = 0
        mask[rng.integers(0, 150, 2), wall] = 1
    north, east = np.full(150, 1.0), np.linspace(0.6, 1.0, 150)
    sources = {(75, 100): 0.0, (3, 190): 40.0}
    mask[75, 100] = mask[3, 190] = 1
    expected = naive.march(mask.tolist(), north.tolist(), east.tolist(), sources)
    np.testing.assert_allclose(field(mask, north, east, sources), expected, rtol=1e-9)


def test_a_winding_way_inside_one_block() -> None:
    """A way as long as the block has cells reaches far ahead of the ring of buckets."""
    mask = np.ones((130, 130), np.uint8)
    for row in range(1, 130, 2):
        mask[row] = 0
        mask[row, 129 if row % 4 == 1 else 0] = 1
    ones = np.ones(130)
    got = field(mask, ones, ones, {(0, 0): 0.0})
    expected = naive.march(mask.tolist(), ones.tolist(), ones.tolist(), {(0, 0): 0.0})
    assert got[128].max() > 8000
    np.testing.assert_allclose(got, expected, rtol=1e-9)


def test_a_front_wider_than_the_first_queue() -> None:
    mask = np.ones((3, 9000), np.uint8)
    sources = {(0, c): 0.0 for c in range(9000)}
    got = field(mask, np.ones(3), np.ones(3), sources)
    assert (got[2] == 2.0).all()


def test_water_behind_land_has_no_way() -> None:
    mask = np.ones((5, 5), np.uint8)
    mask[:, 2] = 0
    got = field(mask, np.ones(5), np.ones(5), {(2, 0): 0.0})
    assert np.isinf(got[:, 3:]).all()
    assert np.isfinite(got[:, :2]).all()


@pytest.mark.parametrize(
    ("end", "seen"), [((0.0, 4.0), True), ((4.0, 4.0), False), ((4.0, 0.0), True), ((1.4, 4.4), True)]
)
def test_sees_over_water_only(end: tuple[float, float], seen: bool) -> None:
    mask = np.ones((5, 5), np.uint8)
    mask[2, 2] = 0
    assert sees(mask, 0.0, 0.0, *end) is seen
    assert sees(mask, *end, 0.0, 0.0) is seen


def test_a_line_may_not_slip_between_two_land_cells_that_touch_by_a_corner() -> None:
    mask = np.array([[1, 0], [0, 1]], np.uint8)
    assert not sees(mask, 0.0, 0.0, 1.0, 1.0)


def test_seed_writes_geodesics_where_the_source_sees_and_nothing_else() -> None:
    mask = np.ones((21, 21), np.uint8)
    mask[10, 12] = 0
    out = np.full((21, 21), np.inf)
    seed(mask, (42.0, 130.0, 0.01, 0.01), 42.105, 130.105, 6, out)
    assert out[10, 10] == 0.0
    assert out[14, 10] == pytest.approx(distance_m(42.105, 130.105, 42.145, 130.105))
    assert np.isinf(out[10, 12:]).all()
    assert np.isinf(out[17, 10])


def test_nearest_equals_brute_force() -> None:
    rng = np.random.default_rng(1)
    mask = (rng.random((30, 30)) < 0.02).astype(np.uint8)
    north, east = np.full(30, 250.0), np.full(30, 180.0)
    for row, column in rng.uniform(0, 29, (200, 2)):
        r, c, way = nearest(mask, 1, north, east, row, column, 1500.0)
        ways = {(a, b): np.hypot((a - row) * 250, (b - column) * 180) for a, b in np.argwhere(mask).tolist()}
        own = (int(np.floor(row + 0.5)), int(np.floor(column + 0.5)))
        close = {cell: d for cell, d in ways.items() if d < 1500.0}
        if own in ways:
            assert (r, c, way) == (*own, 0.0)
        elif close:
            assert way == pytest.approx(min(close.values()))
            assert ways[r, c] == pytest.approx(way)
        else:
            assert r == -1


def test_sample_interpolates_on_open_water_and_takes_the_own_cell_beside_land() -> None:
    rows, columns = np.mgrid[0:6, 0:6]
    plane = (100.0 * rows + 10.0 * columns).astype(np.float32)
    plane[0, 0] = -1.0
    steps = np.full(6, 250.0), np.full(6, 250.0)
    at_rows, at_columns = np.array([2.25, 0.6, 0.0, np.nan]), np.array([3.5, 0.9, 0.0, 1.0])
    value, moved = sample(plane, *steps, at_rows, at_columns, 1000.0)
    assert value[0] == pytest.approx(260.0)
    assert value[1] == 110.0
    assert value[2] == 10.0
    assert moved.tolist()[:3] == [0.0, 0.0, 250.0]
    assert np.isnan(value[3])
    assert np.isnan(moved[3])


def test_around_is_the_shortest_way_over_the_edge() -> None:
    edge = np.array([1000.0, 5000.0]), np.array([42.0, 42.0]), np.array([130.0, 131.0])
    beside_second = np.array([42.0]), np.array([131.01])
    way = 5000.0 + distance_m(42.0, 131.0, 42.0, 131.01)
    assert around(*edge, *beside_second, np.array([1e6]))[0] == pytest.approx(way)
    assert around(*edge, *beside_second, np.array([700.0]))[0] == 700.0
