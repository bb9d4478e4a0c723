"""Hulls on plain water are found and measured; a flat picture is empty; measurements by hand are rows of the same kind."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rubicon.collect.scenes.picture import Picture, Sensor
from rubicon.detect import optical
from rubicon.detect._found import features
from rubicon.detect.human import Mark, measured_by_hand
from rubicon.errors import InputMissing, OptionError


def water(seed: int, shape: tuple[int, int] = (300, 400)) -> np.ndarray:
    return np.random.default_rng(seed).normal(60, 3, shape)


def hull(
    shown: np.ndarray, x: float, y: float, length: float, width: float, heading: float, level: float
) -> None:
    rows, columns = np.mgrid[: shown.shape[0], : shown.shape[1]] + 0.5
    a = math.radians(heading)
    along = (columns - x) * math.sin(a) - (rows - y) * math.cos(a)
    across = (columns - x) * math.cos(a) + (rows - y) * math.sin(a)
    shown[(abs(along) <= length / 2) & (abs(across) <= width / 2)] = level


def picture(shown: np.ndarray) -> Picture:
    bands = np.stack([np.clip(shown, 0, 255).astype(np.uint8)] * 3)
    return Picture(bands, np.ones(shown.shape, bool), "made", "s", Sensor.OPTICAL, pixel_m=(0.5, 0.5))


@pytest.mark.parametrize("level", [15.0, 190.0])
def test_hulls_brighter_and_darker_than_the_water_are_measured(level: float) -> None:
    shown = water(1)
    hull(shown, 120, 100, 90, 16, 35, level)
    hull(shown, 300, 200, 70, 14, 120, level)
    found, author, notes = optical.ships(picture(shown))
    best = sorted((f for f in found if f.accepted), key=lambda f: f.shape.x)
    assert [round(f.shape.x / 10) for f in best] == [12, 30]
    for one, (length, axis) in zip(best, ((90, 35), (70, 120)), strict=True):
        assert one.shape.length_px == pytest.approx(length, abs=4)
        assert abs((one.shape.axis_deg - axis + 90) % 180 - 90) < 3
    assert author == "rubicon.optical.contrast/1"
    assert "weak at piers" in notes[0]


def test_plain_water_is_empty_and_light_does_not_matter() -> None:
    assert not any(f.accepted for f in optical.ships(picture(water(2)))[0])
    shown = water(3)
    hull(shown, 120, 100, 90, 16, 35, 150.0)
    dim = optical.ships(picture(shown * 0.5 + 10))[0]
    assert [f.accepted for f in dim][:1] == [True]


def test_a_model_of_ones_own_is_used_or_missed_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime")
    monkeypatch.setenv(optical.MODEL_VARIABLE, "/nowhere/model.onnx")
    with pytest.raises(InputMissing, match="model"):
        optical.ships(picture(water(4)))


def test_a_measurement_by_hand_says_who_and_how() -> None:
    scene = picture(water(5))
    mark = Mark((200.0, 100.0), (100.0, 100.0), 16.0, True, "J. Doe", "screen ruler")
    found, author = measured_by_hand(scene, mark)
    about = features(scene, [found], author)[0]["properties"]
    assert (about["length_m"], about["width_m"], about["heading_deg"]) == (50.0, 8.0, 90.0)
    assert about["length_error_m"] == pytest.approx(1.1, abs=0.1)
    assert about["heading_ambiguous_180"] is False
    assert (about["author"], about["method"]) == ("analyst J. Doe", "by hand: screen ruler")
    turned, _ = measured_by_hand(scene, Mark((100.0, 100.0), (200.0, 100.0), None, False, "J. Doe", "ruler"))
    again = features(scene, [turned], author)[0]["properties"]
    assert (again["heading_deg"], again["heading_ambiguous_180"], again["width_m"]) == (90.0, True, 7.7)
    for wrong in (
        Mark((1, 1), (1, 1), None, False, "a", "b"),
        Mark((1, 1), (900, 1), None, False, "a", "b"),
        Mark((1, 1), (9, 9), None, False, " ", "b"),
    ):
        with pytest.raises(OptionError):
            measured_by_hand(scene, wrong)
