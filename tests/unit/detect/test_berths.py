"""A stack drawn between two looks is found with its length and sign; the same place in another light is quiet."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rubicon.collect.scenes.areas import masks
from rubicon.collect.scenes.picture import Picture, Sensor
from rubicon.detect._laid import laid, registration
from rubicon.detect.berths import change
from rubicon.errors import ConflictingMetadata, UnknownFormat


def yard(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shown = rng.normal(0, 1, (160, 200))
    for axis in (0, 1):
        shown = sum(np.roll(shown, k, axis) for k in range(-4, 5)) / 9
    return 100 + 160 * shown


def picture(shown: np.ndarray, seed: int) -> Picture:
    noisy = shown + np.random.default_rng(seed).normal(0, 1.5, shown.shape)
    return Picture(
        np.clip(noisy, 0, 255).astype(np.uint8)[None],
        np.ones(shown.shape, bool),
        "made",
        "s",
        Sensor.OPTICAL,
        pixel_m=(0.5, 0.5),
    )


AREA = np.zeros((160, 200), bool)
AREA[15:145, 15:185] = True


@pytest.mark.parametrize("sign", [1, -1])
def test_a_stack_is_found_with_length_area_and_sign(sign: int) -> None:
    first = yard(1)
    second = first.copy()
    second[70:86, 50:140] += sign * 70
    moved, _ = laid(second.astype(np.float32), (2.3, -1.6))
    compared = change(picture(first, 1), picture(moved * 0.9 + 6, 2), AREA)
    assert compared.shift_px == pytest.approx((-2.3, 1.6), abs=0.4)
    best = compared.changes[0]
    assert best.sign == sign
    assert best.length_m == pytest.approx(45, abs=5)
    assert best.area_m2 == pytest.approx(45 * 8, rel=0.3)
    assert (best.shape.x, best.shape.y) == pytest.approx((95, 78), abs=4)
    assert [c for c in compared.changes[1:] if c.score >= 0.5 and c.pixels > 100] == []


def test_another_light_is_no_change() -> None:
    first = yard(2)
    moved, _ = laid(first.astype(np.float32), (-1.2, 2.7))
    assert change(picture(first, 3), picture(moved * 1.15 - 10, 4), AREA).changes == []


def test_before_and_after_swapped_turn_the_sign() -> None:
    first, second = yard(3), yard(3)
    second[60:76, 40:120] += 60
    there, back = (
        change(picture(first, 5), picture(second, 6), AREA),
        change(picture(second, 6), picture(first, 5), AREA),
    )
    assert [c.sign for c in there.changes[:1]] == [1]
    assert [c.sign for c in back.changes[:1]] == [-1]


def test_registration_of_whole_pixels_is_exact() -> None:
    first = yard(4).astype(np.float32)
    assert registration(first, np.roll(first, (3, -5), (0, 1)), 12) == pytest.approx((-3, 5), abs=0.15)


def test_pictures_of_two_kinds_are_refused() -> None:
    one = picture(yard(5), 1)
    with pytest.raises(ConflictingMetadata):
        change(one, replace(one, sensor=Sensor.SAR), AREA)


def test_polygons_become_masks(tmp_path: Path) -> None:
    ring = [[10, 20], [60, 20], [60, 50], [10, 50], [10, 20]]
    feature = {
        "type": "Feature",
        "properties": {"name": "Pier 1"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path = tmp_path / "area.geojson"
    path.write_text(json.dumps({"features": [feature]}))
    scene = picture(yard(6), 1)
    [(name, mask)] = masks(path, scene)
    assert (name, int(mask.sum())) == ("Pier 1", 50 * 30)
    assert mask[20:50, 10:60].all()
    placed = replace(scene, locate=lambda x, y: (42 - y * 1e-5, 130 + x * 1e-5))
    feature["geometry"]["coordinates"] = [[[130 + x * 1e-5, 42 - y * 1e-5] for x, y in ring]]
    path.write_text(json.dumps({"features": [feature]}))
    [(_, geocoded)] = masks(path, placed)
    assert (geocoded == mask).mean() > 0.999
    path.write_text('{"features":[{"geometry":{"type":"Point","coordinates":[1,2]}}]}')
    with pytest.raises(UnknownFormat, match="Point"):
        list(masks(path, scene))
