"""Loitering: slow hours that follow each other, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive import loitering as naive
from naive.positions import fix, table
from rubicon import engine
from rubicon.case import Port
from rubicon.detect import loitering

FAR = Port(name="Far", lat_deg=-80.0, lon_deg=0.0)
OPTIONS = loitering.Options(ports=(FAR,))


def found(rows: list[dict[str, Any]], options: loitering.Options = OPTIONS) -> list[dict[str, Any]]:
    made = engine.local("loitering", table(rows), options).to_pylist()
    return [event | {"detail": json.loads(event["detail"])} for event in made]


def hourly(hours: list[int], speed: float | None = 0.8, **more: Any) -> list[dict[str, Any]]:
    return [fix(60 * hour + 20, 10 + hour * 0.01, -179.99, speed_kn=speed, **more) for hour in hours]


def test_six_slow_hours() -> None:
    (event,) = found(hourly([1, 2, 3, 4, 5, 6]))
    assert event["detail"]["hours"] == 6
    assert event["detail"]["duration_h"] == 5.0
    assert event["detail"]["distance_km"] == pytest.approx(5.53, abs=0.01)
    assert (event["lat_deg"], event["lon_deg"]) == pytest.approx((10.035, -179.99))


def test_slow_hours_with_nothing_between_are_not_one_stay() -> None:
    assert found(hourly([1, 20])) == []
    apart = found(hourly([1, 20]), OPTIONS.model_copy(update={"min_duration_h": 0.0}))
    assert [event["detail"]["hours"] for event in apart] == [1, 1]


def test_a_fast_hour_ends_a_stay_and_a_short_one_is_none() -> None:
    rows = [*hourly([1, 2, 3, 4, 5]), fix(60 * 6, 10, -179.99, speed_kn=9.0), *hourly([7, 8])]
    (event,) = found(rows)
    assert event["detail"]["hours"] == 5


def test_ships_near_a_port_or_the_shore_are_left_out() -> None:
    rows = hourly([1, 2, 3, 4, 5, 6])
    near = OPTIONS.model_copy(update={"ports": (Port(name="Near", lat_deg=10.0, lon_deg=179.98),)})
    assert found(rows, near) == []
    off_rason = [fix(60 * hour, 42.25, 130.45, speed_kn=0.5) for hour in range(8)]
    (event,) = found(off_rason)
    assert 0 < event["detail"]["shore_nm"] < 12
    assert found(off_rason, OPTIONS.model_copy(update={"min_shore_nm": 20.0})) == []


def test_speed_is_that_of_the_track_where_none_is_reported() -> None:
    slow = [fix(30 * n, 10 + n * 0.002, 20, speed_kn=None) for n in range(12)]
    fast = [fix(30 * n, 10 + n * 0.1, 20, speed_kn=None) for n in range(12)]
    assert len(found(slow)) == 1
    assert found(fast) == []


@st.composite
def hours_of_ships(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for name in draw(st.sampled_from(["a", "ab"])):
        minutes = 0
        for _ in range(draw(st.integers(0, 25))):
            minutes += draw(st.sampled_from([5, 30, 60, 61, 130, 600]))
            rows.append(
                fix(minutes, 10.0, 20.0, name, speed_kn=draw(st.sampled_from([0.0, 1.5, 1.9, 2.5, 8.0])))
            )
    return rows


@settings(max_examples=80, deadline=None)
@given(rows=hours_of_ships(), least=st.sampled_from([0.0, 1.0, 4.0]))
def test_the_plain_twin_finds_the_same(rows: list[dict[str, Any]], least: float) -> None:
    options = OPTIONS.model_copy(update={"min_duration_h": least})
    ours = [
        (e["vessel_id"], e["start"].timestamp(), e["end"].timestamp(), e["detail"]["hours"])
        for e in found(rows, options)
    ]
    assert ours == naive.loitering(rows, options)
