"""Density tiles against a slow twin, and tiles that cannot be."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive.density import counted
from rubicon.errors import InvalidRequest
from rubicon.web.density import MAX_ZOOM, STEPS, TILE_PX, Pyramid

PLACES = st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=30)


def pyramid(places: list[tuple[float, float]]) -> Pyramid:
    lat, lon = np.array(places, float).reshape(-1, 2).T
    return Pyramid.of(lat, lon)


def pixels(made: Pyramid, zoom: int) -> dict[tuple[int, int, int, int], int]:
    level = made.levels[zoom]
    return {
        (int(key >> 16 & 0xFFFFFFFF), int(key >> 48), int(key & 0xFF), int(key >> 8 & 0xFF)): int(count)
        for key, count in zip(level.keys.tolist(), level.counts.tolist(), strict=True)
    }


@settings(max_examples=60, deadline=None)
@given(PLACES, st.sampled_from([0, 1, 5, MAX_ZOOM]))
def test_each_pixel_has_the_count_of_the_slow_twin(places: list[tuple[float, float]], zoom: int) -> None:
    lats, lons = [lat for lat, _ in places], [lon for _, lon in places]
    found, slow = pixels(pyramid(places), zoom), counted(lats, lons, zoom)
    # At the very border of a pixel the two ways of computing it may differ by one.
    assert sum(found.values()) == sum(slow.values()) == len(places)
    moved = [key for key in found.keys() | slow.keys() if found.get(key) != slow.get(key)]
    assert len(moved) <= 2 * sum(_on_border(lat, lon, zoom) for lat, lon in places)


def _on_border(lat: float, lon: float, zoom: int) -> bool:
    side = TILE_PX << zoom
    bounded = np.clip(lat, -85.051128, 85.051128)
    x = (lon + 180) / 360 * side
    y = (0.5 - np.arcsinh(np.tan(np.radians(bounded))) / (2 * np.pi)) * side
    return bool(min(abs(x - round(x)), abs(y - round(y))) < 1e-4)


def test_order_does_not_matter() -> None:
    places = [(42.2, 130.3)] * 5 + [(42.3, 130.4), (-10.0, 179.9)]
    a, b = pyramid(places), pyramid(places[::-1])
    for left, right in zip(a.levels, b.levels, strict=True):
        assert left.keys.tolist() == right.keys.tolist()
        assert left.counts.tolist() == right.counts.tolist()


def test_a_tile_shows_its_pixels_and_no_others() -> None:
    made = pyramid([(42.2, 130.3)] * 90 + [(42.2001, 131.0)])
    for (column, row, x, y), count in pixels(made, 8).items():
        steps = made.tile(8, column, row)
        assert steps[y, x] == (STEPS if count == 90 else steps[y, x]) > 0
        assert made.tile(8, column, row + 1).max() == 0


def test_a_tile_is_a_png_of_the_palette() -> None:
    made = pyramid([(0.5, 0.5)] * 3)
    png = made.png(3, 4, 3)
    assert struct.unpack(">IIBB", png[16:26]) == (256, 256, 8, 3)
    at = png.index(b"IDAT")
    (size,) = struct.unpack(">I", png[at - 4 : at])
    rows = np.frombuffer(zlib.decompress(png[at + 4 : at + 4 + size]), np.uint8).reshape(256, 257)
    assert (rows[:, 0] == 0).all()
    assert (rows[:, 1:] == made.tile(3, 4, 3)).all()


def test_no_fix_gives_clear_tiles() -> None:
    assert Pyramid.of(np.array([]), np.array([])).tile(0, 0, 0).max() == 0


@pytest.mark.parametrize(
    "place", [(99, 0, 0), (-1, 0, 0), (0, 1, 0), (3, 8, 0), (3, 0, -1), (MAX_ZOOM + 1, 0, 0)]
)
def test_a_tile_that_cannot_be_is_refused(place: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidRequest, match="no such tile"):
        pyramid([(0.0, 0.0)]).png(*place)
