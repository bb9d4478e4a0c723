"""Spoofing: each pattern on a track that has it, and on the honest track that looks most like it."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from naive.positions import fix, hours, table
from rubicon import engine
from rubicon.detect import spoofing

OPTIONS = spoofing.Options()


def found(rows: list[dict[str, Any]], options: spoofing.Options = OPTIONS) -> list[dict[str, Any]]:
    made = engine.local("spoofing", table(rows), options).to_pylist()
    return [event | {"detail": json.loads(event["detail"])} for event in made]


def patterns(rows: list[dict[str, Any]], options: spoofing.Options = OPTIONS) -> list[str]:
    return [event["detail"]["pattern"] for event in found(rows, options)]


def round_and_round(
    radius_deg: float, step_deg: float, turns: float, minutes: float = 2.0, **more: Any
) -> list[dict[str, Any]]:
    steps = round(turns * 360 / step_deg)
    return [
        fix(
            minutes * n,
            radius_deg * math.sin(math.radians(step_deg * n)),
            30 + radius_deg * math.cos(math.radians(step_deg * n)),
            **more,
        )
        for n in range(steps + 1)
    ]


def test_one_leap() -> None:
    rows = [fix(10 * n, 10 + n * 0.01, 20, speed_kn=6.0) for n in range(12)]
    rows += [fix(120 + 10 * n, 10 + n * 0.01, 25, speed_kn=6.0) for n in range(12)]
    (event,) = found(rows)
    assert (event["detail"]["pattern"], event["detail"]["jumps"], event["score"]) == ("jump", 1, 0.3)
    assert event["detail"]["farthest_km"] == pytest.approx(551, abs=3)
    assert event["evidence_ids"] == ["f@12", "f@13"]


def test_one_number_at_two_places() -> None:
    here = [fix(20 * n, 10, 20, speed_kn=0.1) for n in range(12)]
    there = [fix(20 * n + 10, -30, 90, speed_kn=0.1) for n in range(12)]
    (event,) = found(here + there)
    assert event["detail"]["pattern"] == "two_places"
    assert event["detail"]["returns"] >= 10


def test_a_leap_at_one_time_is_infinitely_fast() -> None:
    (event,) = found([fix(0, 10, 20), fix(0, 12, 20), fix(60, 12, 20)])
    assert event["detail"]["fastest_kn"] is None


@pytest.mark.parametrize("rows", [
    [fix(10 * n, 10, 20 + n * 0.1) for n in range(20)],
    [fix(0, 10, 20), fix(0.05, 10.1, 20), fix(60, 10.1, 20)],
    [fix(0, 0, 179.99), fix(10, 0, -179.99)],
    [fix(0, 10, 20), fix(6000, 40, 60)],
], ids=["35 kn", "a clock error", "over the date line", "a long silence"])  # fmt: skip
def test_what_is_no_leap(rows: list[dict[str, Any]]) -> None:
    assert "jump" not in patterns(rows)


def test_a_crop_circle() -> None:
    (event,) = found(round_and_round(0.02, 20, 2.2))
    assert event["detail"]["pattern"] == "circle"
    assert event["detail"]["radius_m"] == pytest.approx(2220, rel=0.02)
    assert abs(event["detail"]["turn_deg"]) > 540


@pytest.mark.parametrize("rows", [
    round_and_round(0.02, 20, 1.2),
    round_and_round(0.0005, 30, 5),
    round_and_round(0.02, 20, 2.2, minutes=60),
    [fix(2 * n, 0.01 * (n % 2), 30 + 0.002 * n) for n in range(60)],
], ids=["little more than a round", "swinging at anchor", "an hour between reports", "zigzag"])  # fmt: skip
def test_what_is_no_circle(rows: list[dict[str, Any]]) -> None:
    assert "circle" not in patterns(rows)


def test_a_frozen_position() -> None:
    rows = [fix(10 * n, 10, 20, speed_kn=11.0) for n in range(9)]
    (event,) = found(rows)
    assert (event["detail"]["pattern"], event["detail"]["reported_speed_kn"]) == ("frozen", 11.0)
    assert patterns([row | {"speed_kn": 0.2} for row in rows]) == []
    assert patterns(rows[:5]) == []


def test_a_bow_that_points_one_way_round_a_bend() -> None:
    rows = round_and_round(0.2, 10, 0.7, minutes=10, heading_deg=88.0)
    assert patterns(rows) == ["fixed_heading"]
    turning = [row | {"heading_deg": (10 * n) % 360.0} for n, row in enumerate(rows)]
    assert patterns(turning) == []
    straight = [fix(10 * n, 10, 20 + 0.03 * n, heading_deg=90.0) for n in range(20)]
    assert patterns(straight) == []


def test_ships_inland() -> None:
    inland = [fix(10 * n, 42.6, 129.5 + 0.001 * n, speed_kn=3.0) for n in range(5)]
    (event,) = found(inland)
    assert event["detail"]["pattern"] == "on_land"
    assert event["detail"]["inland_km"] > 20
    assert patterns(inland[:2]) == []
    at_sea = [row | {"lon_deg": 132.0} for row in inland]
    assert patterns(at_sea) == []


@st.composite
def leaps(draw: st.DrawFn) -> list[dict[str, Any]]:
    minutes, rows = 0.0, []
    for _ in range(draw(st.integers(0, 20))):
        minutes += draw(st.sampled_from([0, 1, 10, 60, 900, 2000]))
        lat, lon = draw(st.sampled_from([(0.0, 179.9), (0.0, -179.9), (0.2, 179.9), (3.0, 170.0)]))
        rows.append(fix(minutes, lat, lon))
    return rows


@settings(max_examples=80, deadline=None)
@given(rows=leaps())
def test_leaps_are_those_of_the_definition(rows: list[dict[str, Any]]) -> None:
    unique = sorted({(row["time_utc"], row["lat_deg"], row["lon_deg"]): row for row in rows}.items())
    expected = 0
    for (_, a), (_, b) in pairwise(unique):
        metres = Geodesic.WGS84.Inverse(a["lat_deg"], a["lon_deg"], b["lat_deg"], b["lon_deg"])["s12"]
        expected += metres > 20_000 and metres / 1852 > 60 * hours(a, b)
    assert sum(event["detail"].get("jumps", 0) for event in found(rows)) == expected
