from __future__ import annotations

import numpy as np
import pytest

from naive import marching as naive
from rubicon.kernels.raster import count_inside, drop_small_parts


def filled(rings, shape, samples=1):
    points = np.array([point for ring in rings for point in ring], float).reshape(-1, 2)
    offsets = np.concatenate([[0], np.cumsum([len(ring) for ring in rings])]).astype(np.int64)
    inside = np.zeros(shape, np.uint8)
    count_inside(points[:, 0].copy(), points[:, 1].copy(), offsets, samples, inside)
    return inside


@pytest.mark.parametrize("seed", range(10))
def test_filling_equals_the_even_odd_rule_point_by_point(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rings = [[tuple(p) for p in rng.uniform(-5, 25, (rng.integers(3, 12), 2)).tolist()] for _ in range(3)]
    got = filled(rings, (20, 20))
    expected = [[naive.inside(rings, c + 0.5, r + 0.5) for c in range(20)] for r in range(20)]
    assert (got == np.array(expected)).all()


def test_vertices_on_centres_count_once() -> None:
    diamond = [[(2.5, 0.5), (4.5, 2.5), (2.5, 4.5), (0.5, 2.5)]]
    got = filled(diamond, (5, 5))
    assert got[2].tolist() == [1, 1, 1, 1, 0]
    assert (
        got == np.array([[naive.inside(diamond, c + 0.5, r + 0.5) for c in range(5)] for r in range(5)])
    ).all()


def test_a_cell_counts_only_the_scanlines_that_lie_wholly_inside() -> None:
    square = [[(0.0, 0.0), (2.4, 0.0), (2.4, 1.5), (0.0, 1.5)]]
    got = filled(square, (2, 3), samples=3)
    assert got.tolist() == [[3, 3, 0], [1, 1, 0]]


def test_small_parts_go_unless_they_touch_the_edge() -> None:
    mask = np.zeros((9, 9), np.uint8)
    mask[4, 4] = mask[4, 5] = 1
    mask[0, 0] = 1
    mask[6:8, 1:8] = 1
    expected = mask.copy()
    expected[4, 4:6] = 0
    drop_small_parts(mask, 5)
    assert (mask == expected).all()


@pytest.mark.parametrize("seed", range(8))
def test_parts_equal_a_flood_fill(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = (rng.random((25, 30)) < 0.55).astype(np.uint8)
    expected = np.zeros_like(mask)
    for part in naive.parts(mask.tolist()):
        edge = any(r in (0, 24) or c in (0, 29) for r, c in part)
        if edge or len(part) >= 6:
            for cell in part:
                expected[cell] = 1
    drop_small_parts(mask, 6)
    assert (mask == expected).all()
