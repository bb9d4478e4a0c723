from __future__ import annotations

import json
from itertools import chain
from typing import Any

import pyarrow as pa
import pytest

from naive.positions import fix, table
from rubicon.detect.segments import PROFILES, Options, assign, detect

each_profile = pytest.mark.parametrize("profile", ["rubicon", "gfw"])


def steaming(lat: float, lon: float, n: int = 20, **more: Any) -> list[dict[str, Any]]:
    """East at 12 kn along a parallel, a report every 10 minutes."""
    return [
        fix(10 * k, lat, (lon + 2 * k / 60 + 180) % 360 - 180, speed_kn=12.0, course_deg=90.0, **more)
        for k in range(n)
    ]


def groups(rows: list[dict[str, Any]], options: Options) -> list[int | None]:
    """Segments numbered by first appearance."""
    ids = assign(table(rows), options).to_pylist()
    number = {id_: n for n, id_ in enumerate(dict.fromkeys(id_ for id_ in ids if id_))}
    return [number.get(id_) for id_ in ids]


@each_profile
def test_one_ship_is_one_segment_also_over_the_date_line(profile: str) -> None:
    assert groups(steaming(0, 179.8), PROFILES[profile]) == [0] * 20


@each_profile
def test_two_ships_with_one_number_are_two_segments(profile: str) -> None:
    rows = list(chain(*zip(steaming(0, 0), steaming(30, 120), strict=True)))
    assert groups(rows, PROFILES[profile]) == [0, 1] * 20


@each_profile
def test_a_segment_ends_after_the_longest_silence(profile: str) -> None:
    options = PROFILES[profile]
    limit = options.max_gap_h * 60
    assert groups([fix(0, 0, 0), fix(limit, 0, 0)], options) == [0, 0]
    assert groups([fix(0, 0, 0), fix(limit + 1, 0, 0)], options) == [0, 1]


@each_profile
def test_no_ship_leaps(profile: str) -> None:
    assert groups([fix(0, 0, 0), fix(10, 0, 0.5)], PROFILES[profile]) == [0, 1]


def test_the_course_tells_two_ships_that_meet_apart() -> None:
    east = steaming(0, 0)
    west = [fix(10 * k + 1, 0.01, (19 - 2 * k) / 60, speed_kn=12.0, course_deg=270.0) for k in range(20)]
    rows = sorted([*east, *west], key=lambda row: row["time_utc"])
    found = groups(rows, PROFILES["gfw"])
    assert len(set(found[:10])) == 2


@pytest.mark.parametrize("speed", [51.2, 63.0, 102.3, 51.16, 102.34])
def test_speeds_that_are_codes_are_noise(speed: float) -> None:
    rows = steaming(0, 0, 3)
    rows[1]["speed_kn"] = speed
    assert groups(rows, Options()) == [0, None, 0]


def test_a_moving_ship_is_not_twice_at_one_place() -> None:
    drifting = [fix(minutes, 0, 0, speed_kn=0.4, course_deg=90.0) for minutes in (0, 10, 3600, 7201)]
    assert groups(drifting, Options()) == [0, None, None, 1]
    still = [row | {"speed_kn": 0.0} for row in drifting[:3]]
    assert groups(still, Options()) == [0, 0, 0]


def test_positions_that_later_ones_contradict_become_noise() -> None:
    rows = steaming(0, 0, 12)
    rows[9] = rows[9] | {"lat_deg": 0.09}
    found = groups(rows, PROFILES["gfw"])
    assert found[9] is None
    assert found[:9] == [0] * 9
    assert found[10:] == [0, 0]


def test_tracks_that_cannot_be_told_apart_end() -> None:
    one = [fix(10 * k, 0.0, 0.0, speed_kn=0.0) for k in range(12)]
    two = [fix(10 * k + 5, 0.2, 0.0, speed_kn=0.0) for k in range(12)]
    between = [fix(240, 0.1, 0.0, speed_kn=0.0)]
    events = detect(table([*one, *two, *between]), PROFILES["gfw"]).to_pylist()
    ended = sorted(json.loads(event["detail"])["ended"] for event in events)
    assert ended == ["ambiguous", "ambiguous", "end_of_data"]


def test_no_more_tracks_stay_open_than_allowed() -> None:
    rows = [fix(k, 0, 10 * k) for k in range(4)]
    events = detect(table(rows), Options(max_open=2)).to_pylist()
    assert [json.loads(event["detail"])["ended"] for event in events] == ["too_many_open"] * 2 + [
        "end_of_data"
    ] * 2


def test_the_class_of_the_set_tells_two_ships_apart() -> None:
    a = [fix(5 * k, 0.0, 0.0, speed_kn=0.0, message_type=1) for k in range(12)]
    b = [fix(5 * k, 0.2, 0.0, speed_kn=0.0, message_type=18) for k in range(12)]
    between = fix(115, 0.11, 0.0, speed_kn=0.0, message_type=18)
    rows = [*chain(*zip(a, b, strict=True)), between]
    assert groups(rows, PROFILES["gfw"]) == [0, 1] * 12 + [1]
    assert groups([*rows[:-1], between | {"message_type": 27}], PROFILES["gfw"])[-1] == 2
    assert groups([*rows[:-1], between | {"message_type": None}], PROFILES["gfw"])[-1] == 2


def test_an_event_counts_its_positions_and_leads_to_both_ends() -> None:
    rows = [fix(0, 0, 0), fix(0, 0, 0, source_id="g"), fix(10, 0, 0.01)]
    (event,) = detect(table(rows), Options()).to_pylist()
    detail = json.loads(event["detail"])
    assert detail["positions"] == 2
    assert event["evidence_ids"] == ["f@1", "f@3"]
    assert assign(table(rows), Options()).to_pylist() == [detail["segment_id"]] * 3
    assert event["score"] == pytest.approx(2 / 12, abs=1e-4)


def test_a_segment_keeps_its_id_as_it_grows() -> None:
    rows = steaming(0, 0)
    assert assign(table(rows[:5]), Options())[0] == assign(table(rows), Options())[0]


def test_no_rows_no_segments() -> None:
    assert assign(table([]), Options()).equals(pa.array([], pa.string()))


def test_the_published_thresholds() -> None:
    made = PROFILES["gfw"]
    assert (made.max_gap_h, made.penalty_h, made.penalty_exponent, made.buffer_h) == (8, 4, 0.5, 0.25)
    assert (made.max_speed_kn, made.lookback, made.lookback_factor, made.ambiguity_factor) == (25, 5, 2, 10)
    assert (made.penalty_speed_kn, made.shape_factor, made.class_mismatch_weight, made.max_open) == (
        5,
        4,
        0.1,
        20,
    )
    assert made.faulty_speeds_kn == (51.2, 63.0, 102.3)
