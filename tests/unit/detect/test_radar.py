"""Ships planted in simulated clutter are found with their length and axis; empty sea stays empty; order of scores holds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rubicon.collect.scenes.picture import Picture, Sensor, Values
from rubicon.detect import _sar_net, radar
from rubicon.detect._found import Found, Shape, features, heading_of, overlap, rectangle, without_doubles


def sea(seed: int, shape: tuple[int, int] = (300, 320), nu: float = 8.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 0.01 * rng.gamma(4.4, 1 / 4.4, shape) * rng.gamma(nu, 1 / nu, shape)


def hull(
    sigma0: np.ndarray, x: float, y: float, length: float, width: float, heading: float, level: float = 1.0
) -> None:
    rows, columns = np.mgrid[: sigma0.shape[0], : sigma0.shape[1]] + 0.5
    a = math.radians(heading)
    along = (columns - x) * math.sin(a) - (rows - y) * math.cos(a)
    across = (columns - x) * math.cos(a) + (rows - y) * math.sin(a)
    sigma0[(abs(along) <= length / 2) & (abs(across) <= width / 2)] += level


def picture(
    sigma0: np.ndarray, values: Values = Values.SIGMA0, valid: np.ndarray | None = None, **more: object
) -> Picture:
    shown = np.ones(sigma0.shape, bool) if valid is None else valid
    return Picture(
        sigma0.astype(np.float32)[None], shown, "made", "s", Sensor.SAR, values, (10.0, 10.0), **more
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(("length", "heading"), [(30, 20.0), (18, 75.0), (12, 140.0)])
def test_a_planted_hull_is_found_with_its_axis(length: float, heading: float) -> None:
    sigma0 = sea(1)
    hull(sigma0, 150.3, 140.7, length, 4, heading)
    found, author, notes = radar.ships(picture(sigma0))
    best = found[0]
    assert best.accepted
    assert (best.shape.x, best.shape.y) == pytest.approx((150.3, 140.7), abs=1.0)
    assert abs((best.shape.axis_deg - heading + 90) % 180 - 90) < 4
    assert best.length_error_m is not None
    assert best.length_m is not None
    assert abs(best.length_m - 10 * length) < 3 * best.length_error_m
    assert (author, notes) == ("rubicon.radar.cfar/1", ())


def test_empty_sea_gives_no_more_than_the_stated_false_alarms() -> None:
    passed = [
        radar.false_alarm_rate(sea(seed).astype(np.float32), radar.Options(false_alarms=1e-4))
        for seed in range(6)
    ]
    assert 1e-4 / 3 < np.mean(passed) < 3e-4


def test_a_ship_does_not_hide_its_neighbour() -> None:
    sigma0 = sea(2)
    hull(sigma0, 150, 150, 30, 8, 0, level=30.0)
    hull(sigma0, 185, 150, 8, 3, 0, level=0.35)
    options = radar.Options()
    places = [(f.shape.x, f.shape.y) for f in radar.detect(picture(sigma0), Values.SIGMA0, options)]
    assert any(abs(x - 185) < 3 and abs(y - 150) < 4 for x, y in places), places


def test_masked_land_is_not_searched_and_not_counted() -> None:
    sigma0 = sea(3)
    sigma0[:, :100] += 5.0
    hull(sigma0, 130, 150, 20, 4, 0)
    valid = np.ones(sigma0.shape, bool)
    valid[:, :101] = False
    found = radar.detect(picture(sigma0, valid=valid), Values.SIGMA0, radar.Options())
    assert [round(f.shape.x) for f in found if f.accepted] == [130]


def test_the_same_scene_in_other_units_gives_the_same_ships() -> None:
    sigma0 = sea(4)
    hull(sigma0, 100, 100, 25, 5, 30)
    shown = {
        Values.SIGMA0: sigma0,
        Values.DB: 10 * np.log10(sigma0),
        Values.DN: np.sqrt(sigma0) * 500,
    }
    boxes = [[f.box for f in radar.ships(picture(v, unit))[0]] for unit, v in shown.items()]
    assert boxes[0]
    assert boxes[0] == boxes[1] == boxes[2]


def test_a_shift_of_the_scene_shifts_the_ships() -> None:
    sigma0 = sea(5, (260, 260))
    hull(sigma0, 130, 130, 22, 5, 60)
    straight = radar.detect(picture(sigma0), Values.SIGMA0, radar.Options())
    turned = radar.detect(picture(sigma0[::-1, ::-1].copy()), Values.SIGMA0, radar.Options())
    mirrored = sorted((260 - x1, 260 - y1, 260 - x0, 260 - y0) for x0, y0, x1, y1 in (f.box for f in turned))
    assert sorted(f.box for f in straight) == mirrored


@pytest.mark.parametrize("axis", [0.0, 33.0, 90.0, 151.0])
def test_rectangle_of_pixels(axis: float) -> None:
    drawn = np.zeros((120, 120))
    hull(drawn, 60, 60, 40, 9, axis)
    y, x = np.nonzero(drawn)
    shape = rectangle(x.astype(float), y.astype(float), np.ones(len(x)))
    assert (shape.length_px, shape.width_px) == pytest.approx((40, 9), abs=2.0)
    assert abs((shape.axis_deg - axis + 90) % 180 - 90) < 2
    corners = np.array(shape.corners)
    assert np.linalg.norm(corners[1] - corners[2]) == pytest.approx(shape.length_px)
    assert corners.mean(axis=0) == pytest.approx((shape.x, shape.y))


def test_headings_are_true_where_there_is_a_place_and_of_the_image_elsewhere() -> None:
    ship = Shape(50, 50, 30.0, 20, 4)
    plain = picture(sea(6, (100, 100)))
    south_up = picture(
        sea(6, (100, 100)), locate=lambda x, y: (42 + y * 1e-4, 130 - x * 1e-4 / math.cos(math.radians(42)))
    )
    assert heading_of(plain, ship) == 30.0
    assert heading_of(south_up, ship) == pytest.approx(210.0, abs=0.1)
    date_line = picture(
        sea(6, (100, 100)), locate=lambda x, y: (0 - y * 1e-4, (359.996 + x * 1e-4 - 180 + 180) % 360 - 180)
    )
    assert heading_of(date_line, ship) == pytest.approx(30.0, abs=0.1)


def test_of_two_boxes_of_one_ship_the_better_stays() -> None:
    shape = Shape(5, 5, 0, 10, 3)
    two = [
        Found((0, 0, 10, 10), shape, 0.6, True, "x"),
        Found((1, 0, 11, 10), shape, 0.9, True, "x"),
        Found((40, 0, 50, 9), shape, 0.1, False, "x"),
    ]
    assert [f.score for f in without_doubles(two)] == [0.9, 0.1]
    assert overlap((0, 0, 10, 10), np.array([[5, 0, 15, 10.0]]))[0] == pytest.approx(1 / 3)


def test_shape_in_a_box_has_the_box_for_its_hull() -> None:
    drawn = np.zeros((80, 80))
    hull(drawn, 40, 40, 40, 10, 20)
    y, x = np.nonzero(drawn)
    box = (float(x.min()), float(y.min()), float(x.max()) + 1, float(y.max()) + 1)
    shape = _sar_net.shape_in(drawn.astype(np.float32), box)
    assert (shape.length_px, shape.width_px, shape.axis_deg) == pytest.approx((40, 10, 20), abs=2.5)


def test_features_carry_the_contract() -> None:
    sigma0 = sea(7)
    hull(sigma0, 150, 150, 25, 5, 45)
    scene = picture(sigma0)
    found, author, _ = radar.ships(scene)
    made = features(scene, found, author)
    best = made[0]["properties"]
    assert made[0]["geometry"] is None
    assert set(best) >= {
        "bbox_px",
        "corners_px",
        "heading_deg",
        "heading_ambiguous_180",
        "length_m",
        "width_m",
        "length_px",
        "score",
        "accepted",
    }
    assert len(best["corners_px"]) == 4
    assert best["heading_ambiguous_180"] is True
    assert features(scene, found, author) == made


def test_the_learned_detector_finds_bars_and_leaves_speckle_alone() -> None:
    pytest.importorskip("onnxruntime")
    rng = np.random.default_rng(9)
    amplitude = 26 * np.sqrt(rng.gamma(3, 1 / 3, (200, 260)))
    empty = Picture(
        np.clip(amplitude, 0, 255).astype(np.uint8)[None],
        np.ones((200, 260), bool),
        "made",
        "s",
        Sensor.SAR,
        Values.EIGHT_BIT,
    )
    assert not any(f.accepted for f in radar.ships(empty)[0])
    hull(amplitude, 90, 70, 34, 9, 40, level=170.0)
    hull(amplitude, 190, 140, 26, 8, 120, level=150.0)
    shown = Picture(
        np.clip(amplitude, 0, 255).astype(np.uint8)[None],
        np.ones((200, 260), bool),
        "made",
        "s",
        Sensor.SAR,
        Values.EIGHT_BIT,
    )
    found, author, _ = radar.ships(shown)
    accepted = sorted((round(f.shape.x / 10), round(f.shape.y / 10)) for f in found if f.accepted)
    assert accepted == [(9, 7), (19, 14)]
    assert author.startswith("rubicon.radar.learned/")


def test_eight_turns_of_a_picture_give_the_same_boxes_turned() -> None:
    pytest.importorskip("onnxruntime")
    from rubicon.detect._centre_net import boxes, load

    rng = np.random.default_rng(11)
    amplitude = 0.1 * np.sqrt(rng.gamma(3, 1 / 3, (128, 160)))
    hull(amplitude, 70, 60, 40, 10, 30, level=0.6)
    run, _ = load()
    (straight, score), *_ = boxes(amplitude.astype(np.float32), run)
    (mirrored, same), *_ = boxes(np.ascontiguousarray(amplitude[:, ::-1]).astype(np.float32), run)
    assert same == pytest.approx(score, abs=1e-4)
    assert (160 - mirrored[2], mirrored[1], 160 - mirrored[0], mirrored[3]) == pytest.approx(
        straight, abs=0.05
    )


def test_the_self_check_tells_a_sea_that_fits_from_one_that_does_not() -> None:
    rng = np.random.default_rng(6)
    fits = (rng.gamma(8, 1 / 8, (400, 400)) * rng.gamma(4.4, 1 / 4.4, (400, 400))).astype(np.float32)
    rougher = rng.gamma(1.0, 1.0, (400, 400)).astype(np.float32) ** 3
    assert "the threshold fits this sea" in radar.self_check(fits, radar.Options())
    assert "does not fit" in radar.self_check(rougher, radar.Options())
    assert "were not checked" in radar.self_check(np.full((400, 400), np.nan, np.float32), radar.Options())
