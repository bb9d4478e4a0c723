"""Effects of events: exact tests against hand and brute force, size and power by simulation, faults by name."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from itertools import combinations
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubicon.assess.effect import (
    Series,
    change,
    displacement,
    effect,
    holm,
    pause_chance,
    permutation_p,
    power,
    scan,
)
from rubicon.assess.exact import binomial, odds_weights, share_interval, sum_weights, two_sided
from rubicon.assess.regression import fit, rate_regression
from rubicon.collect.daily_counts import read_daily_counts
from rubicon.errors import NoUsableRows, OptionError
from rubicon.provenance import source_file

START = date(2024, 1, 1)


def series(calls: Any, port: str = "A", exposure: Any = None) -> Series:
    days = tuple(START + timedelta(days=i) for i in range(len(calls)))
    return Series(
        port,
        days,
        np.ones(len(calls)) if exposure is None else np.asarray(exposure, float),
        np.asarray(calls, np.int64),
    )


def test_binomial_and_interval_by_hand() -> None:
    assert binomial(4, 0.5).tolist() == pytest.approx([1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16])
    assert two_sided(binomial(4, 0.5), 0, mid=False) == pytest.approx(2 / 16)
    assert two_sided(binomial(4, 0.5), 0) == pytest.approx(1 / 16)
    # Clopper and Pearson for 0 of 10 and 10 of 10: 1 - 0.025^(1/10)
    assert share_interval(0, 10) == pytest.approx((0.0, 1 - 0.025**0.1), abs=1e-9)
    assert share_interval(10, 10) == pytest.approx((0.025**0.1, 1.0), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=8), st.data())
def test_permutation_sums_are_those_of_all_choices(calls: list[int], data: st.DataObject) -> None:
    drawn = data.draw(st.integers(1, len(calls) - 1))
    sums = [sum(those) for those in combinations(calls, drawn)]
    expected = [sums.count(total) / len(sums) for total in range(sum(calls) + 1)]
    assert sum_weights(np.array(calls), drawn).tolist() == pytest.approx(expected)


@given(st.integers(0, 6), st.integers(0, 6), st.integers(1, 6), st.integers(1, 6))
def test_odds_weights_are_fishers_when_the_odds_are_even(a: int, b: int, c: int, d: int) -> None:
    totals = a + c, b + d
    drawn = a + b
    made = odds_weights((a, b), totals, 0.0)
    expected = [
        comb(totals[0], k) * comb(totals[1], drawn - k) / comb(sum(totals), drawn)
        if 0 <= drawn - k <= totals[1]
        else 0
        for k in range(len(made))
    ]
    assert (made / made.sum()).tolist() == pytest.approx(expected)


def test_a_rate_ratio_by_hand() -> None:
    made = change(series([2] * 10 + [1] * 20), START + timedelta(days=10))
    assert made.rate_ratio == pytest.approx(0.5)
    assert (made.calls_before, made.imaged_days_before, made.calls_after, made.imaged_days_after) == (
        20,
        10,
        20,
        20,
    )
    low, high = share_interval(20, 40)
    assert made.rate_ratio_low == pytest.approx(low / (1 - low) / 2)
    assert made.rate_ratio_high == pytest.approx(high / (1 - high) / 2)


def test_days_without_an_image_say_nothing() -> None:
    event = START + timedelta(days=10)
    rows = [
        {"date": START + timedelta(days=i), "port": "A", "imaged": 1.0, "calls": int(i % 3 == 0)}
        for i in range(20)
    ]
    blind = [
        {"date": START + timedelta(days=i), "port": "A", "imaged": 0.0, "calls": 0} for i in range(20, 60)
    ]
    assert effect(rows, [event]) == effect(rows + blind, [event])


@pytest.mark.parametrize("kind", ["poisson", "yes or no"])
def test_false_alarms_come_one_time_in_twenty(kind: str) -> None:
    bits, runs, alarms = np.random.default_rng(11), 2000, 0
    event = START + timedelta(days=40)
    for _ in range(runs):
        calls = bits.poisson(0.4, 80) if kind == "poisson" else bits.random(80) < 0.4
        p = change(series(calls), event).p
        alarms += p is not None and p < 0.05
    assert 0.04 <= alarms / runs <= 0.06


@pytest.mark.parametrize("fall", [0.3, 0.5, 0.7])
def test_the_stated_power_is_that_of_simulation(fall: float) -> None:
    bits, runs, rate, days = np.random.default_rng(12), 4000, 0.4, (60, 49)
    before, after = bits.poisson(rate * days[0], runs), bits.poisson(rate * (1 - fall) * days[1], runs)
    seen = sum(
        two_sided(binomial(int(b + a), days[1] / sum(days)), int(a)) < 0.05
        for b, a in zip(before, after, strict=True) if b + a
    )  # fmt: skip
    assert power(rate, days, fall) == pytest.approx(seen / runs, abs=0.025)


def test_the_answer_states_power_and_what_would_be_missed() -> None:
    rows = [
        {"date": START + timedelta(days=i), "port": "A", "imaged": 1.0, "calls": int(i % 4 == 0)}
        for i in range(109)
    ]
    made = effect(rows, [START + timedelta(days=54)])
    assert 0 < made["power"] < 1
    assert made["smallest_fall_seen_percent"] == pytest.approx(
        next(
            100 * f for f in np.arange(0.3, 1, 0.02) if power(made["calls_before"] / 54, (54, 55), f) >= 0.8
        ),
        abs=2.5,
    )
    assert (
        f"with 109 imaged days a fall under {made['smallest_fall_seen_percent']:.0f} % would not be seen"
        in made["text"]
    )


def test_calls_that_move_to_another_port_are_a_displacement_and_a_common_fall_is_none() -> None:
    event = START + timedelta(days=50)
    moved = displacement(series([1] * 50 + [0] * 50), series([0] * 50 + [1] * 50, "B"), event)
    assert moved["p"] < 0.001
    assert "calls moved" in moved["text"]
    both = displacement(series([2] * 50 + [1] * 50), series([2] * 50 + [1] * 50, "B"), event)
    assert both["ratio_of_ratios"] == pytest.approx(1.0)
    assert both["p"] > 0.5
    imaged_less = displacement(
        series([1] * 40 + [1] * 10), series([1] * 10 + [1] * 40, "B"), START + timedelta(days=25)
    )
    assert "no move" in imaged_less["text"]


def test_the_scan_finds_a_planted_change_and_is_the_same_twice() -> None:
    calls = [1, 0, 1, 1, 0] * 12 + [0, 0, 0, 0, 1] * 12
    found = scan(series(calls), permutations=199)
    assert abs((date.fromisoformat(found["date"]) - START).days - 60) <= 3
    assert found["p"] < 0.02
    assert scan(series(calls), permutations=199) == found


def test_the_regression_is_that_of_two_rates() -> None:
    calls = np.array([3, 1, 2, 0, 1, 1, 0, 0], np.int64)
    after = np.arange(8) >= 4
    exposure = np.array([1, 2, 1, 1, 1, 1, 2, 1.0])
    beta, covariance = fit(calls.astype(float), np.column_stack([np.ones(8), after]), np.log(exposure), 0.0)
    assert np.exp(beta[1]) == pytest.approx((2 / 5) / (6 / 5))
    assert covariance[1, 1] == pytest.approx(1 / 2 + 1 / 6)
    wide = np.array([9, 0, 0, 0, 8, 0, 1, 0, 0, 0, 7, 0] * 3, np.int64)
    made = rate_regression(wide, np.ones(36), np.arange(36) >= 18)
    assert made["model"] == "negative binomial (NB2)"
    assert made["spread"] > 1


def test_several_events_are_corrected_by_holm() -> None:
    assert holm([0.01, 0.04, None, 0.03]) == pytest.approx([0.03, 0.06, None, 0.06])


def test_the_pause_of_26_days() -> None:
    assert pause_chance(25, 171, 26) == pytest.approx(0.0224, abs=1e-4)
    assert pause_chance(32, 171, 26) == pytest.approx(0.0077, abs=1e-4)
    with pytest.raises(OptionError, match="zero"):
        pause_chance(1, 0, 1)


def test_one_side_without_days_is_no_test() -> None:
    made = change(series([1, 0, 1]), START - timedelta(days=1))
    assert (made.p, made.rate_ratio) == (None, None)
    assert "no imaged day" in made.method
    assert permutation_p(series([1, 0], exposure=[1, 2]), np.array([False, True])) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2024-01-01,A,1,1.5", "no whole number"), ("soon,A,1,1", "is no day"),
        ("2024-01-01,A,-1,0", "is no count"), ("2024-01-01,A,1,1\n2024-01-01,A,1,0", "given twice"), ("", "no row"),
    ],
)  # fmt: skip
def test_faults_of_a_table_are_named(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "counts.csv"
    path.write_text(f"date,port,imaged,calls\n{line}\n")
    with pytest.raises(NoUsableRows, match=reason):
        read_daily_counts(source_file(path))


def test_a_port_that_the_table_lacks_is_named(tmp_path: Path) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(
        [["date", "port", "imaged", "calls"], ["2024-01-01", "A", "yes", "1"], ["2024-01-02", "A", "no", ""]]
    )
    path = tmp_path / "counts.csv"
    path.write_text(text.getvalue())
    rows, notes = read_daily_counts(source_file(path))
    assert notes == ()
    assert [row["imaged"] for row in rows] == [1.0, 0.0]
    with pytest.raises(OptionError, match="there are A"):
        effect(rows, [START], port="B")


def test_calls_of_a_day_without_an_image_are_left_out_and_said(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text("date,port,imaged,calls\n2024-01-01,A,0,2\n2024-01-02,A,1,1\n")
    rows, notes = read_daily_counts(source_file(path))
    assert [row["calls"] for row in rows] == [0, 1]
    assert notes == ("1 rows have calls on a day that was not imaged; they were left out",)
