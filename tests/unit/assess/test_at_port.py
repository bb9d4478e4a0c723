"""Ships detected at a port while ships of a case were silent: competition, lengths, and what weighs nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from rubicon.assess.at_port import at_port, seen_in_scene
from rubicon.assess.findings import Known, answer
from rubicon.case import Case, Port
from rubicon.schema import EVENT, OBSERVATION, VESSEL, rows_to_table

PORT = Port(name="Najin", lat_deg=42.2333, lon_deg=130.3)
WHEN = datetime(2024, 5, 4, 21, 30, tzinfo=UTC)


def detection(**changes: Any) -> dict[str, Any]:
    return {
        "detection_id": "d1", "scene_id": "s1", "time_utc": WHEN, "lat_deg": 42.235, "lon_deg": 130.301, "length_m": 115.0,
        "width_m": None, "heading_deg": None, "score": 0.9, "status": "dark", "author": "test",
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "used"),
    [({}, True), ({"status": None}, True), ({"status": "correlated"}, False), ({"score": 0.2}, False), ({"lat_deg": 42.5}, False), ({"lat_deg": None}, False)],
)  # fmt: skip
def test_what_counts_as_seen_at_the_port(changes: dict[str, Any], used: bool) -> None:
    assert bool(at_port(PORT, [detection(**changes)])) is used


def test_a_fitting_length_helps_a_misfit_hurts_and_an_unknown_one_says_that_a_ship_was_there() -> None:
    told = {
        length: seen_in_scene(
            [detection()], {"A": 0.5}, {"A": {"length_m": length}} if length else {}, "A"
        ).ratio
        for length in (115.0, 60.0, None)
    }
    assert told[115.0] > told[None] > 1 > told[60.0]


def test_two_silent_ships_share_one_detection() -> None:
    alone = seen_in_scene([detection()], {"A": 0.5}, {}, "A")
    both = seen_in_scene([detection()], {"A": 0.5, "B": 0.5}, {}, "A")
    assert alone.ratio > both.ratio
    assert "2 silent ships of the case compete for it" in both.why
    assert "length not known: weighs nothing" in both.why
    two = seen_in_scene([detection(), detection(detection_id="d2")], {"A": 0.5, "B": 0.5}, {}, "A")
    assert two.ratio > both.ratio


def test_a_finding_weighs_what_a_scene_shows() -> None:
    case = Case.model_validate(
        {
            "id": "t", "title": "t", "origin": "simulated", "period": {"start": "2024-05-01", "end": "2024-05-30"},
            "ports": [PORT.model_dump()], "ships": [{"name": "EXERCISE ALDER", "vessel_id": "190000001"}],
            "questions": [{"id": "Q", "port": "Najin", "start": "2024-05-01T00:00Z", "end": "2024-05-30T00:00Z", "each_gap": True}],
        }
    )  # fmt: skip
    gap = {
        "event_id": "g", "kind": "gap", "vessel_id": "190000001", "start": datetime(2024, 5, 3, tzinfo=UTC),
        "end": datetime(2024, 5, 6, tzinfo=UTC), "lat_deg": 43.0, "lon_deg": 131.8, "score": 1.0,
        "detail": json.dumps({"duration_h": 72.0}), "evidence_ids": ["e1"],
    }  # fmt: skip
    reach = [
        {
            "event_id": "g", "vessel_id": "190000001", "port": "Najin", "reason": None, "probability": 0.6, "feasible": True,
            "distance_km": (200.0, 240.0), "longest_stay_h": 40.0, "speed_needed_kn": 8.0,
        }
    ]  # fmt: skip
    evidence = {key: {"origin": "simulated"} for key in ("e1", "d1")}
    findings = [
        answer(case, Known(OBSERVATION.empty_table(), VESSEL.empty_table(), rows_to_table([gap], EVENT), reach, evidence, seen)).to_pylist()[0]
        for seen in ([], [detection()], [detection(time_utc=datetime(2024, 5, 7, tzinfo=UTC))])
    ]  # fmt: skip
    without, with_, late = findings
    assert with_["probability"] > without["probability"] == late["probability"]
    assert [item["evidence_id"] for item in with_["weighed"]] == ["e1", "d1"]
    assert "d1" in with_["answer"]
