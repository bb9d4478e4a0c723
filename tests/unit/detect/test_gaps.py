from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from naive.positions import START, fix, table
from rubicon.detect import gaps
from rubicon.detect.gaps import PROFILES, Options, detect


def only(rows: list[dict[str, Any]], options: Options) -> tuple[dict[str, Any], dict[str, Any]]:
    (event,) = detect(table(rows), options).to_pylist()
    return event, json.loads(event["detail"])


def test_a_gap_must_exceed_the_threshold() -> None:
    assert detect(table([fix(0, 1, 1), fix(360, 1, 1)]), Options()).num_rows == 0
    assert detect(table([fix(0, 1, 1), fix(360.001, 1, 1)]), Options()).num_rows == 1


def test_a_gap_says_where_how_long_how_far_and_what_was_heard_before() -> None:
    rows = [fix(m, 0.0, 0.0) for m in (-721, -720, -400, -100)] + [fix(0, 0.0, 179.5), fix(600, 0.0, -179.5)]
    event, detail = only(rows, Options())
    assert (event["start"], event["end"]) == (START, START + timedelta(hours=10))
    assert (event["lat_deg"], event["lon_deg"]) == (0.0, 179.5)
    assert event["evidence_ids"] == ["f@5", "f@6"]
    assert detail == {
        "duration_h": 10.0, "start_lat_deg": 0.0, "start_lon_deg": 179.5, "end_lat_deg": 0.0,
        "end_lon_deg": -179.5, "distance_km": pytest.approx(111.319, abs=0.001),
        "implied_speed_kn": 6.01, "positions_12h_before": 4, "open": False,
        "reception": None, "reception_trials": 0,
    }  # fmt: skip


def test_ends_of_different_ships_are_no_gap() -> None:
    assert detect(table([fix(0, 1, 1, "a"), fix(9999, 1, 1, "b")]), Options()).num_rows == 0


def test_a_report_heard_twice_counts_once() -> None:
    rows = [fix(0, 1, 1), fix(0, 1, 1, source_id="g"), fix(500, 1, 1)]
    event, detail = only(rows, Options())
    assert detail["positions_12h_before"] == 1
    assert event["evidence_ids"] == ["f@1", "f@3"]


def test_an_open_gap_has_no_end_and_counts_to_the_data_end() -> None:
    rows = [fix(0, 1, 1, "a"), fix(721, 1, 1, "b")]
    event, detail = only(rows, PROFILES["gfw"])
    assert (event["vessel_id"], event["end"], event["evidence_ids"]) == ("a", None, ["f@1"])
    assert detail["open"]
    assert detail["duration_h"] == pytest.approx(721 / 60, abs=1e-4)
    assert (
        detail["end_lat_deg"]
        is detail["end_lon_deg"]
        is detail["distance_km"]
        is detail["implied_speed_kn"]
        is None
    )
    assert detect(table([fix(0, 1, 1, "a"), fix(720, 1, 1, "b")]), PROFILES["gfw"]).num_rows == 0


def test_the_data_end_can_be_stated_and_is_utc_without_a_zone() -> None:
    for end in (datetime(2024, 1, 3), datetime(2024, 1, 3, tzinfo=UTC)):
        _, detail = only([fix(0, 1, 1)], Options(open_gaps=True, data_end_utc=end))
        assert detail["duration_h"] == 48.0


def test_a_ship_heard_often_scores_higher_and_never_one() -> None:
    often = [fix(-5 * n, 1, 1) for n in range(144)] + [fix(480, 1, 1)]
    seldom = [fix(-180 * n, 1, 1) for n in range(4)] + [fix(480, 1, 1)]
    high, low = only(often, Options())[0]["score"], only(seldom, Options())[0]["score"]
    assert high == pytest.approx(96 / 106, abs=0.01)
    assert low == pytest.approx(2.67 / 12.67, abs=0.01)
    assert only([fix(-n / 60, 1, 1) for n in range(9000)] + [fix(9999, 1, 1)], Options())[0]["score"] < 1


def test_the_id_changes_with_the_threshold_and_not_with_the_file() -> None:
    rows = [fix(0, 1, 1), fix(999, 1, 1)]
    base = only(rows, Options())[0]["event_id"]
    assert only([row | {"source_id": "g"} for row in rows], Options())[0]["event_id"] == base
    assert only(rows, Options(min_gap_s=3600))[0]["event_id"] != base


def test_profiles_have_the_published_thresholds() -> None:
    assert PROFILES["gfw"].model_dump() == {
        "min_gap_s": 43_200,
        "open_gaps": True,
        "data_end_utc": None,
        "reception": False,
    }
    assert PROFILES["rubicon"].min_gap_s == 21_600


@pytest.mark.parametrize("bad", [{"min_gap_s": 0}, {"min_gap": 5}, {"open_gaps": "perhaps"}])
def test_bad_options_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        gaps.Options.model_validate(bad)
