from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from rubicon.errors import InvalidPosition, OptionError
from rubicon.geo.envelope import (
    Reach,
    envelope,
    gap_hours,
    reach_one,
)
from rubicon.geo.likely import (
    IDLE_MEAN_H,
    Assumed,
    for_port,
    for_ship,
    idle,
    odds,
    speed_shares,
    stay_table,
    stays,
    tables,
)
from rubicon.kernels.reaching import calibrated, density

START = datetime(2024, 4, 3, 6, tzinfo=UTC)
KMH = 1.852


def one(hours: float, to_km: float = 242.5, from_km: float = 176.0, **options: Any) -> Reach:
    straight = options.pop("straight_km", 100.0)
    return reach_one((to_km, from_km), START, START + timedelta(hours=hours), straight_km=straight, **options)


def test_the_numbers_by_hand() -> None:
    """100 and 50 km at 10 kn: 5.2916 and 2.6458 h after the 2 %."""
    made = one(30.0, 100.0, 50.0, max_speed_kn=10.0, stay_h=12.0)
    assert made.feasible
    assert made.distance_km == (100.0, 50.0)
    assert made.distance_min_km == (98.0, 49.0)
    assert made.longest_stay_h == pytest.approx(30 - 147 / 18.52, abs=1e-4)
    assert made.slack_h == pytest.approx(30 - 147 / 18.52 - 12, abs=1e-4)
    assert made.latest_arrival == START + timedelta(seconds=round((30 - 12 - 49 / 18.52) * 3600))
    assert made.earliest_departure == START + timedelta(seconds=round((98 / 18.52 + 12) * 3600))
    assert made.speed_needed_kn == pytest.approx(147 / KMH / 18, abs=1e-4)


def test_keys_are_those_of_the_contract() -> None:
    assert list(Reach.__dataclass_fields__) == [
        "feasible", "distance_km", "distance_min_km", "slack_h", "latest_arrival", "earliest_departure",
        "longest_stay_h", "speed_needed_kn", "probability", "likelihood_ratio",
    ]  # fmt: skip


def test_on_the_limit_and_just_beyond() -> None:
    travel_h = 0.98 * 200.0 / (14.0 * KMH)
    assert one(travel_h + 12.0 + 1e-6, 100.0, 100.0).feasible
    beyond = one(travel_h + 12.0 - 1e-3, 100.0, 100.0)
    assert not beyond.feasible
    assert beyond.slack_h < 0
    assert beyond.probability == 0.01


def test_two_percent_decide() -> None:
    """A call that is only just impossible with the estimated ways is still called feasible."""
    hours = 200.0 / (14.0 * KMH) + 12.0 - 0.05
    assert one(hours, 100.0, 100.0).feasible


def test_too_short_for_any_stay_and_for_the_stay_itself() -> None:
    short = one(10.0)
    assert (short.feasible, short.longest_stay_h, short.speed_needed_kn) == (False, None, None)
    assert short.slack_h == pytest.approx(10 - 0.98 * 418.5 / 14 / KMH - 12, abs=1e-4)
    between = one(18.0)
    assert between.longest_stay_h is not None
    assert between.speed_needed_kn is not None
    assert between.speed_needed_kn > 14


def test_a_shorter_way_outside_the_region_counts_for_the_limit_alone() -> None:
    made = reach_one(
        (300.0, 300.0), START, START + timedelta(hours=30), straight_km=0.0, least_km=(200.0, 300.0)
    )
    assert made.distance_km == (300.0, 300.0)
    assert made.distance_min_km == (196.0, 294.0)


def test_an_empty_gap_and_one_of_four_hundred_days() -> None:
    assert not one(0.0).feasible
    long = one(400 * 24.0)
    assert long.feasible
    assert 0.4 < long.probability < 0.65
    assert one(1e9 / 1000).latest_arrival > START


def test_times_beyond_the_calendar_are_cut_off() -> None:
    assert one(30.0, stay_h=1e9).latest_arrival == datetime.min.replace(tzinfo=UTC)
    assert one(30.0, stay_h=1e9).earliest_departure == datetime.max.replace(microsecond=0, tzinfo=UTC)


@pytest.mark.parametrize(
    "options",
    [{"max_speed_kn": 0.0}, {"max_speed_kn": -3.0}, {"max_speed_kn": float("nan")}, {"stay_h": -1.0},
     {"stay_h": float("inf")}, {"assumed": Assumed(usual_stay_h=0.0)}, {"assumed": Assumed(speed_mean=1.2)},
     {"assumed": Assumed(stay_sigma=0.0)}],
)  # fmt: skip
def test_impossible_options(options: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        one(30.0, **options)


def test_fixes_in_the_wrong_order() -> None:
    with pytest.raises(InvalidPosition, match="later than"):
        gap_hours(START, START - timedelta(seconds=1))
    assert gap_hours(START, START) == 0.0
    assert gap_hours(START.replace(tzinfo=None), START + timedelta(hours=2)) == 2.0


def test_many_gaps_give_the_numbers_of_each() -> None:
    hours = np.array([10.0, 24.0, 40.0, 96.0])
    km = np.array([[242.5, 176.0]] * 4)
    found = envelope(km, km, np.full(4, 100.0), hours, max_speed_kn=np.array([14.0, 14.0, 14.0, 12.0]))
    for i, gap_h in enumerate(hours):
        single = one(gap_h, max_speed_kn=[14.0, 14.0, 14.0, 12.0][i])
        assert single.feasible == found.feasible[i]
        assert single.slack_h == pytest.approx(found.slack_h[i], abs=1e-4)
        assert single.probability == pytest.approx(found.probability[i], abs=1e-4)


def test_probability_is_never_certain_and_follows_the_length_of_the_gap() -> None:
    likely = [one(hours, straight_km=10.0).probability for hours in (10, 34, 40, 60, 400, 9600)]
    assert all(0.01 <= p <= 0.99 for p in likely)
    assert likely[0] == 0.01
    assert likely[1] < likely[2] < likely[3] > likely[4] > likely[5]


def test_a_gap_that_neither_story_explains_is_still_no_call() -> None:
    impossible = one(5.0, straight_km=900.0)
    assert (impossible.feasible, impossible.probability) == (False, 0.01)


def test_the_likelihood_ratio_is_the_odds_and_is_bounded() -> None:
    made = one(60.0)
    assert made.likelihood_ratio == pytest.approx(made.probability / (1 - made.probability), rel=1e-3)
    assert one(5.0).likelihood_ratio == pytest.approx(1 / 99, abs=1e-4)


def test_a_gap_that_neither_story_can_last_is_even() -> None:
    """So short that no speed explains it, and feasible only because ways are taken short."""
    assert from_densities(0.0, 0.0) == 0.5
    assert from_densities(0.0, 1.0) == 0.01
    assert from_densities(1.0, 0.0) == 0.99


@pytest.mark.parametrize("ratio", [1e-9, 0.003, 0.4, 1.0, 1.03, 7.7, 500.0, 1e12])
def test_the_table_of_probabilities_is_the_stretched_logarithm(ratio: float) -> None:
    plain = 1.0 / (1.0 + math.exp(-0.3 - 0.38 * math.log(ratio)))
    assert from_densities(ratio * 0.02, 0.02, 0.3, 0.38) == pytest.approx(
        min(max(plain, 0.01), 0.99), abs=1e-4
    )


def from_densities(called: float, passed: float, offset: float = 0.0, slope: float = 1.0) -> float:
    return float(calibrated(called, passed, odds(offset, slope), *work()))


def work() -> tuple[Any, Any]:
    word = np.empty(1, np.float32)
    return word, word.view(np.int32)


@pytest.mark.parametrize("gap_h", [13.0, 24.0, 40.0, 72.0, 300.0])
@pytest.mark.parametrize(
    ("way_h", "assumed"), [(0.0, Assumed()), (9.0, Assumed(0.7, 0.05, 40.0, 0.3)), (60.0, Assumed())]
)
def test_the_table_gives_the_densities_of_the_two_stories(
    gap_h: float, way_h: float, assumed: Assumed
) -> None:
    """Against the sum over speeds and stays, one by one."""
    made = [0.0, 0.0]
    speeds, likely = (
        speed_shares(assumed.speed_mean, assumed.speed_sd),
        stays(12.0, assumed.usual_stay_h, assumed.stay_sigma),
    )
    for share in speeds:
        left = gap_h - way_h / share
        staying = float(np.mean([idle(np.array(left - stay)) for stay in likely]))
        made[0] += staying / len(speeds)
        made[1] += (0.5 * staying + 0.5 * float(idle(np.array(left)))) / len(speeds)
    table = tables(12.0, assumed)
    for story in (0, 1):
        assert density(table[story], way_h, gap_h, *work()) == pytest.approx(made[story], rel=0.06, abs=4e-4)


def test_speed_from_the_ships_own_history_class_draught_and_weather() -> None:
    plain = for_ship(Assumed(), 14.0)
    slow = for_ship(Assumed(), 14.0, history_kn=[8.4] * 200 + [0.1] * 50 + [float("nan")])
    assert plain.speed_mean == 0.8
    assert slow.speed_mean == pytest.approx(0.6, abs=0.03)
    assert "200 of its own reports" in slow.basis[0]
    assert for_ship(Assumed(), 14.0, history_kn=[8.4]).speed_mean == pytest.approx(0.79, abs=0.01)
    assert for_ship(Assumed(), 14.0, ship_class="container").speed_mean == 0.75
    assert for_ship(Assumed(), 14.0, draught_share=0.9).speed_mean == 0.77
    rough = for_ship(Assumed(), 14.0, weather_margin=0.2)
    assert rough.speed_mean == pytest.approx(0.64)
    assert rough.speed_sd > plain.speed_sd
    for wrong in ({"ship_class": "airship"}, {"weather_margin": 0.7}):
        with pytest.raises(OptionError):
            for_ship(Assumed(), 14.0, **wrong)  # type: ignore[arg-type]


def test_stays_from_the_dwells_of_similar_calls() -> None:
    assert for_port(Assumed(), [], usual_stay_h=30.0).usual_stay_h == 30.0
    many = for_port(Assumed(), [48.0] * 96 + [-1.0], usual_stay_h=24.0)
    assert many.usual_stay_h == pytest.approx(48.0 * 0.5**0.04, rel=1e-3)
    assert many.stay_sigma < 0.5
    assert "96 similar calls" in many.basis[1]


def test_the_densities_are_densities() -> None:
    hours = np.linspace(0, 200_000, 4_000_001)
    waiting = idle(hours)
    assert np.trapezoid(waiting, hours) == pytest.approx(1.0, abs=1e-3)
    assert np.trapezoid(waiting * hours, hours) == pytest.approx(IDLE_MEAN_H, rel=0.01)
    at, density = stay_table(12.0, 24.0)
    assert np.trapezoid(density, at) == pytest.approx(1.0, abs=5e-3)
    assert (idle(np.array([-1.0, -1e-9])) == 0).all()


def test_speeds_and_stays_keep_to_their_limits() -> None:
    shares = speed_shares(0.8, 0.1)
    assert 0.4 < shares.min() < shares.max() < 1.0
    assert shares.mean() == pytest.approx(0.795, abs=0.005)
    assert np.median(stays(0.0, 24.0)) == pytest.approx(24.0, rel=0.01)
    assert stays(12.0, 24.0).min() >= 12.0
    assert stays(1e6, 1.0).tolist() == [1e6] * 400
    assert stays(5e-324, 24.0).tolist() == stays(0.0, 24.0).tolist()
