"""Encounters: what is one, what is none, over the date line and at the pole, and the plain twin on random tracks."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from naive import encounters as naive
from naive.positions import START, fix, table
from rubicon import engine
from rubicon.case import Port
from rubicon.detect import encounters

NOWHERE = Port(name="Nowhere", lat_deg=-80.0, lon_deg=0.0)
OPTIONS = encounters.Options(min_duration_s=1800, max_gap_s=4200, ports=(NOWHERE,))


def side_by_side(
    lat: float, lon: float, apart_deg: float, minutes: range, names: str = "ab"
) -> list[dict[str, Any]]:
    """Two ships that report at the same minutes from places some way apart in longitude."""
    return [
        fix(minute, lat, (lon + n * apart_deg + 180) % 360 - 180, name, speed_kn=0.5, course_deg=0.0)
        for minute in minutes
        for n, name in enumerate(names)
    ]


def found(rows: list[dict[str, Any]], options: encounters.Options = OPTIONS) -> list[dict[str, Any]]:
    made = engine.local("encounters", table(rows), options).to_pylist()
    return [event | {"detail": json.loads(event["detail"])} for event in made]


def test_two_ships_that_stay_together() -> None:
    (event,) = found(side_by_side(10.0, 20.0, 0.002, range(3, 124, 10)))
    assert (event["vessel_id"], event["detail"]["other_vessel_id"]) == ("a", "b")
    assert (event["start"] - START).total_seconds() == 600
    assert (event["end"] - START).total_seconds() == 7200
    assert event["detail"]["together_h"] == event["detail"]["duration_h"] == pytest.approx(11 / 6, abs=1e-4)
    assert event["detail"]["median_distance_km"] == pytest.approx(0.219, abs=0.001)
    assert (event["lat_deg"], event["lon_deg"]) == pytest.approx((10.0, 20.002))
    assert len(event["evidence_ids"]) == 8


@pytest.mark.parametrize(
    ("what", "rows"),
    [
        ("too far apart", side_by_side(10, 20, 0.005, range(0, 200, 10))),
        ("too short", side_by_side(10, 20, 0.001, range(0, 29, 10))),
        ("silent for too long between positions", side_by_side(10, 20, 0.001, range(3, 403, 80))),
        ("one after the other", side_by_side(10, 20, 0, range(0, 100, 10), "a") + side_by_side(10, 20, 0, range(120, 200, 10), "b")),
        ("one ship alone", side_by_side(10, 20, 0, range(0, 200, 10), "a")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_no_encounter(what: str, rows: list[dict[str, Any]]) -> None:
    assert found(rows) == []


def test_ships_in_convoy_are_no_encounter_until_speed_is_of_no_account() -> None:
    rows = [
        fix(m, 10 + m * 0.002, 20 + n * 0.001, name) for m in range(0, 120, 10) for n, name in enumerate("ab")
    ]
    assert found(rows) == []
    assert len(found(rows, OPTIONS.model_copy(update={"max_speed_kn": None}))) == 1


def test_ships_in_port_are_left_out() -> None:
    rows = side_by_side(35.0, 129.0, 0.001, range(0, 120, 10))
    near = OPTIONS.model_copy(update={"ports": (Port(name="Near", lat_deg=35.05, lon_deg=129.0),)})
    assert found(rows, near) == []
    assert len(found(rows, near.model_copy(update={"min_port_distance_km": 5.0}))) == 1


def test_silence_of_one_does_not_end_a_run_but_a_tick_apart_does() -> None:
    together = side_by_side(10, 20, 0.001, range(0, 61, 10)) + side_by_side(
        10, 20, 0.001, range(280, 341, 10)
    )
    watching = side_by_side(10, 20.001, 0, range(60, 280, 10), "b")
    (event,) = found(together + watching)
    assert event["detail"]["unseen_h"] == pytest.approx(220 / 60, abs=1e-3)
    away = side_by_side(10, 20.1, 0, range(70, 270, 10), "b")
    near = side_by_side(10, 20, 0, range(70, 270, 10), "a")
    one, two = found(together + away + near, OPTIONS.model_copy(update={"merge_gap_s": 3600.0}))
    assert one["end"] < two["start"]
    (merged,) = found(together + away + near)
    assert merged["detail"]["runs"] == 2


def test_what_lies_between_ticks_plays_no_part() -> None:
    rows = side_by_side(10, 20, 0.002, range(0, 300, 2))
    thin = encounters.thin(table(rows), OPTIONS)
    assert thin.num_rows < len(rows)
    assert (
        encounters.detect(thin, OPTIONS)
        .drop_columns("evidence_ids")
        .equals(encounters.detect(table(rows), OPTIONS).drop_columns("evidence_ids"))
    )


@st.composite
def walks(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Ships that drift about one place on the date line or near the pole, with silences and leaps."""
    lat, lon = draw(st.sampled_from([(0.0, 179.9995), (60.0, 20.0), (89.997, 20.0), (-45.3, -179.9999)]))
    rows = []
    for name in draw(st.sampled_from(["ab", "abc"])):
        minutes = draw(st.integers(0, 30)) * 1.0
        for _ in range(draw(st.integers(1, 22))):
            minutes += draw(st.sampled_from([0, 3.5, 10, 10, 20, 55, 75, 150]))
            leap = draw(st.sampled_from([0, 0, 0, 1, 400]))
            north, east = leap * draw(st.integers(-1, 1)) * 0.0013, leap * draw(st.integers(-2, 2)) * 0.0017
            rows.append(
                fix(minutes, min(lat + north, 89.9999), (lon + east + 180) % 360 - 180, name,
                    speed_kn=draw(st.sampled_from([None, 0.0, 0.4, 6.0])), course_deg=draw(st.sampled_from([None, 0.0, 217.0])))
            )  # fmt: skip
    return rows


TWIN = (
    OPTIONS.model_copy(update={"max_speed_kn": None, "min_duration_s": 600.0}),
    OPTIONS.model_copy(update={"extrapolate_s": 3600.0, "max_unseen_s": 7200.0, "merge_gap_s": 1800.0}),
)


@settings(max_examples=120, deadline=None)
@given(rows=walks(), options=st.sampled_from(TWIN))
@example(rows=[], options=TWIN[0])
def test_the_plain_twin_finds_the_same(rows: list[dict[str, Any]], options: encounters.Options) -> None:
    # Straight to the detector: the engine keeps the first of repeated reports by file order, the twin by content.
    ours = [
        (e["vessel_id"], detail["vessel_2"], e["start"].timestamp(), e["end"].timestamp(), detail["ticks"])
        for e in encounters.detect(table(rows), options).to_pylist()
        for detail in [json.loads(e["detail"])]
    ]
    assert sorted(ours) == sorted(naive.encounters(rows, options))


@settings(max_examples=30, deadline=None)
@given(rows=walks(), turn=st.sampled_from([-360, 45, 180]))
def test_turning_the_globe_changes_no_time(rows: list[dict[str, Any]], turn: int) -> None:
    turned = [row | {"lon_deg": (row["lon_deg"] + turn + 180) % 360 - 180} for row in rows]

    def told(table_: pa.Table) -> list[tuple[Any, ...]]:
        return [
            (e["vessel_id"], e["start"], e["end"]) for e in encounters.detect(table_, OPTIONS).to_pylist()
        ]

    assert told(table(rows)) == told(table(turned))
