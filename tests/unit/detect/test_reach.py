from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rubicon.case import Port
from rubicon.detect.reach import Fix, reach, reach_gaps
from rubicon.errors import InvalidPosition, NoWater, OptionError, OutsideCoastline
from rubicon.geo.earth import distance_km
from rubicon.geo.ports import find_port
from rubicon.geo.sea import sea_distance_km
from rubicon.schema import EVENT, rows_to_table

START = datetime(2024, 4, 3, 6, tzinfo=UTC)
OFF_VOSTOCHNY = (42.70, 132.98)
OFF_VLADIVOSTOK = (43.00, 131.95)
NAJIN = Port(name="Najin", lat_deg=42.2333, lon_deg=130.3, usual_stay_h=24)
DUNAY = find_port("Dunay")


def fix(place: tuple[float, float], hours: float = 0.0) -> Fix:
    return Fix(*place, START + timedelta(hours=hours))


def gap(
    number: int, hours: float | None, start: tuple[float, float], end: tuple[float, float]
) -> dict[str, Any]:
    until = None if hours is None else START + timedelta(hours=hours)
    detail = {"start_lat_deg": start[0], "start_lon_deg": start[1],
              "end_lat_deg": None if hours is None else end[0], "end_lon_deg": None if hours is None else end[1],
              "duration_h": hours or 0.0}  # fmt: skip
    return {"event_id": f"e{number}", "kind": "gap", "vessel_id": f"v{number}", "start": START, "end": until,
            "lat_deg": start[0], "lon_deg": start[1], "score": 0.5, "detail": json.dumps(detail), "evidence_ids": []}  # fmt: skip


def test_a_call_at_najin_between_vostochny_and_vladivostok() -> None:
    made = reach(fix(OFF_VOSTOCHNY), fix(OFF_VLADIVOSTOK, 48), NAJIN)
    assert made.feasible
    for place, km in ((OFF_VOSTOCHNY, made.distance_km[0]), (OFF_VLADIVOSTOK, made.distance_km[1])):
        assert km == pytest.approx(sea_distance_km((NAJIN.lat_deg, NAJIN.lon_deg), place), abs=1e-3)
        assert 1.0 < km / distance_km(NAJIN.lat_deg, NAJIN.lon_deg, *place) < 1.12
    assert made.slack_h == pytest.approx(36 - sum(made.distance_min_km) / 14 / 1.852, abs=1e-3)
    assert made.latest_arrival.tzinfo == UTC
    assert made.earliest_departure < made.latest_arrival + timedelta(hours=12)
    assert 0.5 < made.probability < 0.99


def test_the_shortest_gap_that_leaves_room() -> None:
    made = reach(fix(OFF_VOSTOCHNY), fix(OFF_VLADIVOSTOK, 26), NAJIN)
    needed_h = 26 - made.slack_h
    assert reach(fix(OFF_VOSTOCHNY), fix(OFF_VLADIVOSTOK, needed_h + 0.01), NAJIN).feasible
    assert not reach(fix(OFF_VOSTOCHNY), fix(OFF_VLADIVOSTOK, needed_h - 0.01), NAJIN).feasible


def test_speed_and_stay_are_heeded() -> None:
    ends = fix(OFF_VOSTOCHNY), fix(OFF_VLADIVOSTOK, 30)
    assert reach(*ends, NAJIN).feasible
    assert not reach(*ends, NAJIN, max_speed_kn=10.0).feasible
    assert not reach(*ends, NAJIN, stay_h=24.0).feasible


@pytest.mark.parametrize(
    ("start", "end", "error"),
    [
        (OFF_VOSTOCHNY, (35.0, 130.0), OutsideCoastline),
        ((43.4, 130.0), OFF_VOSTOCHNY, NoWater),
    ],
)
def test_fixes_without_an_answer(
    start: tuple[float, float], end: tuple[float, float], error: type[Exception]
) -> None:
    with pytest.raises(error):
        reach(fix(start), fix(end, 48), NAJIN)


def test_bad_fixes_and_options() -> None:
    for place in ((91.0, 130.0), (42.0, 181.0), (float("nan"), 130.0)):
        with pytest.raises(InvalidPosition):
            fix(place)
    with pytest.raises(InvalidPosition):
        reach(fix(OFF_VOSTOCHNY, 1), fix(OFF_VLADIVOSTOK), NAJIN)
    with pytest.raises(OptionError):
        reach(fix(OFF_VOSTOCHNY), fix(OFF_VLADIVOSTOK, 30), NAJIN, max_speed_kn=0)
    with pytest.raises(OptionError):
        reach(fix(OFF_VOSTOCHNY), fix(OFF_VLADIVOSTOK, 30), NAJIN, stay_h=-1)


def test_gaps_give_the_numbers_of_single_questions() -> None:
    gaps = [gap(1, 48.0, OFF_VOSTOCHNY, OFF_VLADIVOSTOK), gap(2, 20.0, OFF_VLADIVOSTOK, (39.0, 133.0))]
    rows = reach_gaps(rows_to_table(gaps, EVENT), [NAJIN, DUNAY])
    assert [(row["event_id"], row["port"]) for row in rows] == [
        ("e1", "Najin"), ("e1", "Dunay"), ("e2", "Najin"), ("e2", "Dunay")
    ]  # fmt: skip
    for row, (start, end, hours, port) in zip(
        rows,
        [(OFF_VOSTOCHNY, OFF_VLADIVOSTOK, 48.0, NAJIN), (OFF_VOSTOCHNY, OFF_VLADIVOSTOK, 48.0, DUNAY),
         (OFF_VLADIVOSTOK, (39.0, 133.0), 20.0, NAJIN), (OFF_VLADIVOSTOK, (39.0, 133.0), 20.0, DUNAY)],
        strict=True,
    ):  # fmt: skip
        single = reach(fix(start), fix(end, hours), port)
        assert row["reason"] is None
        assert {key: row[key] for key in vars(single)} == vars(single)


def test_gaps_without_an_answer_say_why_and_hold_no_numbers() -> None:
    gaps = [
        gap(1, None, OFF_VOSTOCHNY, OFF_VOSTOCHNY),
        gap(2, 48.0, OFF_VOSTOCHNY, (30.0, 122.0)),
        gap(3, 48.0, (43.4, 130.0), OFF_VOSTOCHNY),
        gap(4, 48.0, OFF_VOSTOCHNY, OFF_VLADIVOSTOK),
    ]
    zhoushan = Port(name="Zhoushan", lat_deg=30.0, lon_deg=122.1)
    rows = reach_gaps(rows_to_table(gaps, EVENT), [NAJIN, zhoushan])
    reasons = {(row["event_id"], row["port"]): row["reason"] for row in rows}
    assert "not heard again" in reasons["e1", "Najin"]
    assert "next fix lies outside the coastline" in reasons["e2", "Najin"]
    assert "no water near one of the fixes" in reasons["e3", "Najin"]
    assert reasons["e4", "Najin"] is None
    assert reasons["e4", "Zhoushan"].startswith("Zhoushan: the coastline in use covers")
    for row in rows:
        if row["reason"]:
            assert {row[key] for key in ("feasible", "slack_h", "distance_km", "probability")} == {None}


def test_other_events_are_passed_over_and_order_does_not_matter() -> None:
    gaps = [gap(1, 48.0, OFF_VOSTOCHNY, OFF_VLADIVOSTOK), gap(2, 30.0, OFF_VLADIVOSTOK, OFF_VOSTOCHNY)]
    call = gap(3, 48.0, OFF_VOSTOCHNY, OFF_VLADIVOSTOK) | {"kind": "port_call"}
    rows = reach_gaps(rows_to_table([*gaps, call], EVENT), [NAJIN])
    turned = reach_gaps(rows_to_table(gaps[::-1], EVENT), [NAJIN])
    assert rows == turned[::-1]
    assert reach_gaps(EVENT.empty_table(), [NAJIN]) == []
    assert reach_gaps(rows_to_table(gaps, EVENT), []) == []


def test_each_ship_has_its_own_speed() -> None:
    gaps = [gap(1, 30.0, OFF_VOSTOCHNY, OFF_VLADIVOSTOK), gap(2, 30.0, OFF_VOSTOCHNY, OFF_VLADIVOSTOK)]
    rows = reach_gaps(rows_to_table(gaps, EVENT), [NAJIN], {"v1": 10.0})
    assert [row["feasible"] for row in rows] == [False, True]
