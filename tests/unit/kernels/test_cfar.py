"""The CFAR kernels: equal to their slow twins, thresholds that clutter passes as often as stated."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive import cfar as naive
from rubicon.kernels.cfar import (
    SMALLEST_NU,
    cfar,
    cfar_of,
    k_false_alarm,
    k_threshold,
    threshold_table,
    upper_gamma,
)
from rubicon.kernels.parts import grown_parts

LOOKS = 4.4


@pytest.fixture(scope="module")
def table() -> np.ndarray:
    return threshold_table(LOOKS, 1e-3)


def clutter(rng: np.random.Generator, shape: tuple[int, ...], nu: float, looks: float = LOOKS) -> np.ndarray:
    speckle = rng.gamma(looks, 1 / looks, shape)
    return speckle if math.isinf(nu) else speckle * rng.gamma(nu, 1 / nu, shape)


@pytest.mark.parametrize(
    ("a", "x", "q"),
    [(1.0, 2.0, math.exp(-2.0)), (2.0, 3.0, 4 * math.exp(-3.0)), (0.5, 0.7, math.erfc(math.sqrt(0.7)))],
)
def test_incomplete_gamma_has_its_closed_forms(a: float, x: float, q: float) -> None:
    assert upper_gamma(a, x) == pytest.approx(q, rel=1e-12)


def test_one_look_over_texture_of_order_one_is_a_bessel_function() -> None:
    """For one look and nu = 1, P(x > t) = 2 sqrt(t) K1(2 sqrt(t)); K1(2) = 0.13986588181652243 (Abramowitz and Stegun 9.8)."""
    assert k_false_alarm(1.0, 1.0, 1.0) == pytest.approx(2 * 0.13986588181652243, rel=1e-6)


@pytest.mark.parametrize("nu", [0.5, 2.0, 10.0, math.inf])
def test_clutter_passes_as_often_as_stated(nu: float) -> None:
    rng = np.random.default_rng(7)
    drawn = clutter(rng, (1_000_000,), nu)
    share = float((drawn > k_threshold(min(nu, 1e9), LOOKS, 1e-3)).mean())
    assert share == pytest.approx(1e-3, rel=0.15)


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(5, 15),
    st.integers(5, 15),
    st.integers(0, 3),
    st.integers(1, 4),
    st.floats(0, 0.4),
)
def test_equals_the_slow_twin_and_splits_anywhere(
    seed: int, rows: int, columns: int, guard: int, more: int, masked: float
) -> None:
    rng = np.random.default_rng(seed)
    table = threshold_table(LOOKS, 1e-2)
    values = clutter(rng, (rows, columns), 1.5).astype(np.float32)
    values[rng.random(values.shape) < masked] = np.nan
    second = np.where(rng.random(values.shape) < 0.1, np.float32(np.nan), values)
    ratio, hits = np.empty(values.shape, np.float32), np.empty(values.shape, np.uint8)
    cfar_of(values, second, 0, rows, guard, guard + more, 3, LOOKS, table, ratio, hits)
    expected = naive.ratio(values, second, guard, guard + more, 3, LOOKS, table, SMALLEST_NU)
    np.testing.assert_allclose(ratio, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(hits, ratio > 1)
    cut = int(rng.integers(0, rows + 1))
    parts, part_hits = np.empty(values.shape, np.float32), np.empty(values.shape, np.uint8)
    for first, last in ((0, cut), (cut, rows)):
        cfar_of(
            values,
            second,
            first,
            last,
            guard,
            guard + more,
            3,
            LOOKS,
            table,
            parts[first:last],
            part_hits[first:last],
        )
    np.testing.assert_allclose(parts, ratio, rtol=1e-5, atol=1e-6)


def test_scale_does_not_matter(table: np.ndarray) -> None:
    values = clutter(np.random.default_rng(3), (80, 90), 2.0).astype(np.float32)
    found = []
    for factor in (1.0, 4096.0):
        ratio, hits = np.empty(values.shape, np.float32), np.empty(values.shape, np.uint8)
        cfar(values * np.float32(factor), 0, 80, 5, 15, 50, LOOKS, table, ratio, hits)
        found.append(ratio)
    np.testing.assert_allclose(*found, rtol=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 14), st.integers(1, 14))
def test_parts_equal_the_slow_twin(seed: int, rows: int, columns: int) -> None:
    values = np.random.default_rng(seed).random((rows, columns)).astype(np.float32)
    values[0, 0] = np.nan
    r, c, offsets = grown_parts(values, np.float32(0.85), np.float32(0.6))
    made = {frozenset(zip(r[a:b].tolist(), c[a:b].tolist(), strict=True)) for a, b in pairwise(offsets)}
    assert made == naive.parts(values, np.float32(0.85), np.float32(0.6))
