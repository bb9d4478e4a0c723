"""Changes of identity from a table of cases, and voyages as stated."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from naive.positions import START, fix, table
from rubicon import engine
from rubicon.detect import identity, voyages
from rubicon.schema import VESSEL, rows_to_table

CASES = yaml.safe_load(
    Path(__file__).parents[2].joinpath("cases", "identity.yml").read_text(encoding="utf-8")
)


def statements(said: list[tuple[str, float, dict[str, Any]]]) -> Any:
    rows = [
        {"vessel_id": ship, "time_utc": START + timedelta(hours=hour), "source_id": "v", "offset": n} | about
        for n, (ship, hour, about) in enumerate(said)
    ]
    return rows_to_table(rows, VESSEL)


def hour(time: Any) -> float:
    return float((time - START).total_seconds() / 3600)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_changes_are_those_of_the_table(case: dict[str, Any]) -> None:
    made = engine.local("identity", statements(case["said"]), identity.Options()).to_pylist()
    found = [
        [e["vessel_id"], json.loads(e["detail"])["change"], hour(e["start"]), hour(e["end"])] for e in made
    ]
    assert sorted(found) == sorted(case["found"])


def test_an_event_lies_where_the_ship_last_was() -> None:
    said = statements(
        [
            ("a", 0, {"name": "ONE"}),
            ("a", 9, {"name": "TWO"}),
            ("b", 0, {"name": "X"}),
            ("b", 9, {"name": "Y"}),
        ]
    )
    given = engine.Given(table([fix(60 * 8, 42.0, 130.0), fix(60 * 10, 50.0, 140.0)]), said)
    one, two = engine.local("identity", given, identity.Options()).to_pylist()
    assert (one["vessel_id"], one["lat_deg"], one["lon_deg"]) == ("a", 42.0, 130.0)
    assert (two["vessel_id"], two["lat_deg"]) == ("b", None)


def test_values_stated_once_can_be_left_out() -> None:
    said = statements(
        [
            ("a", 0, {"name": "ONE"}),
            ("a", 1, {"name": "ONE"}),
            ("a", 2, {"name": "0NE"}),
            ("a", 3, {"name": "ONE"}),
        ]
    )
    assert engine.local("identity", said, identity.Options(min_statements=2)).num_rows == 0


@pytest.mark.parametrize(("mmsi", "country"), [("273000001", "RU"), ("445000001", "KP"), ("352000001", "PA"), ("190000001", None), ("2730", None)])  # fmt: skip
def test_the_state_of_a_number(mmsi: str, country: str | None) -> None:
    assert identity.mid_country(mmsi) == country


BUSAN, VOSTOCHNY = (35.1, 129.04), (42.74, 133.07)


def voyage(
    said: list[tuple[str, float, dict[str, Any]]], stop: tuple[float, float], speed: float = 0.1
) -> list[dict[str, Any]]:
    rows = [fix(60 * n, 40 + n * 0.1, 132.5, speed_kn=9.0) for n in range(5)] + [
        fix(60 * n, *stop, speed_kn=speed) for n in range(20, 30)
    ]
    made = engine.local("voyages", engine.Given(table(rows), statements(said)), voyages.Options()).to_pylist()
    return [event | {"detail": json.loads(event["detail"])} for event in made]


def test_a_draught_that_changes_at_a_port() -> None:
    (event,) = voyage(
        [("a", 1, {"draught_m": 5.0}), ("a", 2, {"draught_m": 5.2}), ("a", 28, {"draught_m": 8.1})], VOSTOCHNY
    )
    assert event["kind"] == "draught_change"
    assert "VOSTOCHN" in event["detail"]["port"].upper()
    assert event["detail"]["change_m"] == pytest.approx(2.9)
    assert event["lat_deg"] == VOSTOCHNY[0]


def test_a_draught_that_changes_at_sea() -> None:
    (event,) = voyage([("a", 1, {"draught_m": 5.0}), ("a", 28, {"draught_m": 8.1})], (40.0, 132.0), speed=5.0)
    assert (event["detail"]["port"], event["lat_deg"], event["score"]) == (None, None, 0.4)


def test_a_ship_that_says_busan_and_stops_at_vostochny() -> None:
    (event,) = voyage([("a", 1, {"destination": "BUSAN"})], VOSTOCHNY)
    assert (event["kind"], event["detail"]["stated"]) == ("destination", "BUSAN")
    assert event["detail"]["apart_km"] > 800


@pytest.mark.parametrize(("stated", "stop"), [("VOSTOCHNYY", VOSTOCHNY), ("FOR ORDERS", VOSTOCHNY), ("BUSAN", (40.0, 132.0))])  # fmt: skip
def test_what_is_no_contradiction(stated: str, stop: tuple[float, float]) -> None:
    assert [e for e in voyage([("a", 1, {"destination": stated})], stop) if e["kind"] == "destination"] == []
