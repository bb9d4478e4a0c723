"""Ships detected at a port while ships of a case were silent: competition, lengths, and what weighs nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from rubicon.assess.at_port import at_port, seen_in_scenes
from rubicon.assess.findings import Known, answer
from rubicon.case import Case, Port
from rubicon.schema import CLAIM, EVENT, OBSERVATION, VESSEL, rows_to_table

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


GAP = (datetime(2024, 5, 3, tzinfo=UTC), datetime(2024, 5, 6, tzinfo=UTC))
NAMES = {"A": "EXERCISE ALDER", "B": "EXERCISE BIRCH"}


def gap(ship: str, start: datetime = GAP[0], end: datetime = GAP[1], **detail: Any) -> dict[str, Any]:
    return {
        "event_id": f"gap {ship}", "kind": "gap", "vessel_id": f"19000000{ord(ship) - 64}", "start": start, "end": end,
        "lat_deg": 43.0, "lon_deg": 131.8, "score": 1.0, "detail": json.dumps({"duration_h": 72.0, "distance_km": 40.0} | detail),
        "evidence_ids": [f"fix {ship}"],
    }  # fmt: skip


def tables_of(
    gaps: list[dict[str, Any]],
    seen: list[dict[str, Any]] | None = None,
    sizes: dict[str, dict[str, Any]] | None = None,
    scenes: list[dict[str, Any]] | None = None,
    more_evidence: dict[str, Any] | None = None,
    **more: Any,
) -> Known:
    """What the earlier stages found: gaps with their reach, ships seen, scenes, sizes."""
    reach = [
        {
            "event_id": each["event_id"], "vessel_id": each["vessel_id"], "port": "Najin", "reason": None, "probability": 0.5,
            "feasible": True, "distance_km": (200.0, 240.0), "longest_stay_h": 40.0, "speed_needed_kn": 8.0,
        }
        for each in gaps
    ]  # fmt: skip
    register = [
        {"vessel_id": f"19000000{ord(ship) - 64}", "source_id": "s", "offset": 1} | size
        for ship, size in (sizes or {}).items()
    ]
    ids = [*(each["evidence_ids"][0] for each in gaps), *(row["detection_id"] for row in seen or ())]
    ids += [row["scene_id"] for row in scenes or ()]
    return Known(
        OBSERVATION.empty_table(), rows_to_table(register, VESSEL), rows_to_table(gaps, EVENT), reach,
        {key: {"origin": "simulated"} for key in ids} | (more_evidence or {}), seen or [], scenes or [], **more,
    )  # fmt: skip


def told(
    *,
    ships: str = "A",
    seen: list[dict[str, Any]] | None = None,
    sizes: dict[str, dict[str, Any]] | None = None,
    scenes: list[dict[str, Any]] | None = None,
    gaps: list[dict[str, Any]] | None = None,
    **more: Any,
) -> dict[str, dict[str, Any]]:
    """Findings by letter of the ship: each silent for three days, and each as likely to have called by her reach."""
    gaps = gaps or [gap(ship) for ship in ships]
    case = Case.model_validate(
        {
            "id": "t", "title": "t", "origin": "simulated", "period": {"start": "2024-05-01", "end": "2024-05-30"},
            "ports": [PORT.model_dump()],
            "ships": [{"name": NAMES[ship], "vessel_id": f"19000000{ord(ship) - 64}"} for ship in ships],
            "questions": [{"id": "Q", "port": "Najin", "start": "2024-05-01T00:00Z", "end": "2024-05-30T00:00Z", "each_gap": True}],
        }
    )  # fmt: skip
    known = tables_of(gaps, seen, sizes, scenes, **more)
    rows = answer(case, known).to_pylist()
    return {next(key for key, name in NAMES.items() if name == row["vessel"]): row for row in rows}


def scene(**changes: Any) -> dict[str, Any]:
    outline = "POLYGON((130 42, 131 42, 131 43, 130 43, 130 42))"
    return {"scene_id": "s1", "start": WHEN, "end": WHEN, "cloud": None, "footprint_wkt": outline} | changes


def p(findings: dict[str, dict[str, Any]], ship: str = "A") -> float:
    return float(findings[ship]["probability"])


def test_a_fitting_length_helps_a_misfit_hurts_and_an_unknown_one_says_that_a_ship_was_there() -> None:
    looked: dict[str, Any] = {"seen": [detection()], "scenes": [scene()]}
    fits, misfits = (p(told(sizes={"A": {"length_m": m}}, **looked)) for m in (115.0, 60.0))
    unknown, alone = p(told(**looked)), p(told())
    assert fits > unknown > alone > misfits
    assert "length not known: weighs nothing" in told(**looked)["A"]["weighed"][1]["why"]


def test_the_measured_error_says_how_much_a_length_tells() -> None:
    sure, rough = (
        p(told(seen=[detection(length_error_m=error)], sizes={"A": {"length_m": 150.0}}))
        for error in (8.0, 40.0)
    )
    assert sure < rough


def test_width_and_heading_weigh_where_they_are_known_and_nothing_where_not() -> None:
    size = {"A": {"length_m": 115.0, "beam_m": 17.0}}
    narrow, wide = (p(told(seen=[detection(width_m=width)], sizes=size)) for width in (17.0, 32.0))
    assert narrow > wide
    moored = {"lat_deg": 42.234, "lon_deg": 130.3, "speed_kn": 0.0, "course_deg": 300.0, "heading_deg": 20.0}
    along, across, none = (
        p(told(seen=[detection(heading_deg=heading)], fixes={"fix A": moored}))
        for heading in (201.0, 110.0, None)
    )
    assert along > none > across, "a hull is ambiguous by half a turn"
    at_sea = moored | {"lat_deg": 43.0}
    assert p(told(seen=[detection(heading_deg=110.0)], fixes={"fix A": at_sea})) == none


def test_two_silent_ships_share_one_detection() -> None:
    alone, both = told(seen=[detection()]), told(ships="AB", seen=[detection()])
    assert p(alone) > p(both) == p(both, "B")
    assert "2 ships of the case compete for it" in both["A"]["weighed"][-1]["why"]
    far = detection(detection_id="d2", lat_deg=42.25)
    assert p(told(ships="AB", seen=[detection(), far])) > p(both)


def test_what_fits_one_ship_another_need_not_explain() -> None:
    sizes = {"A": {"length_m": 115.0}, "B": {"length_m": 70.0}}
    found = told(ships="AB", seen=[detection()], sizes=sizes)
    assert p(found) > 0.6 > p(found, "B")
    assert [one["id"] for one in found["B"]["hypotheses"]] == ["called", "another ship did"]
    earlier = gap("B", datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 5, 3, tzinfo=UTC))
    apart = told(ships="AB", seen=[detection()], sizes=sizes, gaps=[gap("A"), earlier])
    assert p(apart, "B") == pytest.approx(0.5), "no ship is seen at a time outside its silence"


def test_a_ship_seen_after_a_silence_ended_is_not_that_ship_whatever_her_length() -> None:
    gaps = [gap("A"), gap("B", datetime(2024, 5, 4, tzinfo=UTC), datetime(2024, 5, 9, tzinfo=UTC))]
    both = detection(length_m=None)
    after = detection(detection_id="d2", time_utc=datetime(2024, 5, 8, tzinfo=UTC), lat_deg=42.25)
    sizes = {"A": {"length_m": 115.0}, "B": {"length_m": 70.0}}
    without, with_ = (told(ships="AB", seen=seen, sizes=sizes, gaps=gaps) for seen in ([both], [both, after]))
    assert p(with_) == pytest.approx(p(without), abs=0.02)


def test_two_images_of_one_visit_are_one_ship_and_share_their_errors() -> None:
    size = {"A": {"length_m": 115.0}}
    again = detection(detection_id="d2", scene_id="s2", time_utc=datetime(2024, 5, 5, 9, tzinfo=UTC))
    assert len(seen_in_scenes(PORT, [detection(), again])) == 1
    one, two = (p(told(seen=seen, sizes=size)) for seen in ([detection()], [detection(), again]))
    believed = [detection(), again | {"lat_deg": 42.25}]
    assert len(seen_in_scenes(PORT, believed)) == 2, "half a mile apart"
    assert abs(two - one) < 0.05


def test_a_scene_of_the_empty_port_speaks_against_a_call() -> None:
    empty, clouded = told(scenes=[scene()]), told(scenes=[scene(cloud=1.0)])
    assert p(empty) < 0.5
    assert p(clouded) == pytest.approx(0.5)
    assert empty["A"]["weighed"][-1]["evidence_id"] == "s1"
    assert "not observed is not absent" in empty["A"]["weighed"][-1]["why"]
    assert p(told(scenes=[scene(footprint_wkt="POLYGON((0 0, 1 0, 1 1, 0 0))")])) == pytest.approx(0.5)


def test_silence_weighs_only_as_far_as_the_feed_hears() -> None:
    deaf, keen = (p(told(gaps=[gap("A", reception=heard)])) for heard in (0.0, 1.0))
    assert deaf == pytest.approx(0.5)
    assert keen == pytest.approx(0.6)


def test_the_printed_ratios_give_the_printed_probability() -> None:
    finding = told(
        ships="AB", seen=[detection()], sizes={"A": {"length_m": 115.0}}, scenes=[scene(), scene(scene_id="s2", start=datetime(2024, 5, 4, tzinfo=UTC))],
        gaps=[gap("A", reception=0.9), gap("B", reception=0.2)],
    )["A"]  # fmt: skip
    odds = 1.0
    for item in finding["weighed"]:
        odds *= item["likelihood_ratio"] if item["favours"] == "called" else 1 / item["likelihood_ratio"]
    assert odds / (1 + odds) == pytest.approx(finding["probability"])
    assert finding["sensitive_to"] in {item["evidence_id"] for item in finding["weighed"]}


def test_a_silence_without_a_ship_seen_has_three_stories() -> None:
    short, long = (
        told(gaps=[gap("A", end=end)])["A"]["hypotheses"]
        for end in (datetime(2024, 5, 3, 6, tzinfo=UTC), GAP[1])
    )
    assert [one["id"] for one in long] == ["called", "passed by", "stayed elsewhere"]
    assert sum(one["probability"] for one in long) == pytest.approx(1)
    assert short[1]["probability"] > short[2]["probability"], "six hours leave no time for a stay"
    assert long[2]["probability"] > long[1]["probability"]


def test_a_finding_weighs_what_a_scene_shows() -> None:
    without, with_ = told()["A"], told(seen=[detection()])["A"]
    late = told(seen=[detection(time_utc=datetime(2024, 5, 7, tzinfo=UTC))])["A"]
    assert with_["probability"] > without["probability"] == late["probability"]
    assert [item["evidence_id"] for item in with_["weighed"]] == ["fix A", "d1"]
    assert "d1" in with_["answer"]


def claim(key: str, **changes: Any) -> dict[str, Any]:
    return {
        "claim_id": key, "date_stated": "2024-05-07", "source": "SIMULATED-Wire", "source_type": "media", "subject": "EXERCISE ALDER",
        "predicate": "called", "value": "1", "bound": "exact", "low": 1.0, "high": 1.0, "unit": "call", "period_start": "2024-05-03",
        "period_end": "2024-05-05", "derived_from": None, "root": key, "source_id": "s", "offset": 1, "originator": "SIMULATED-Wire",
    } | changes  # fmt: skip


def with_claims(*claims: dict[str, Any]) -> dict[str, Any]:
    table = rows_to_table(claims, CLAIM)
    ids = {row["claim_id"]: {"origin": "simulated"} for row in claims}
    return told(claims=table, more_evidence=ids)["A"]


def test_a_claim_weighs_by_its_source_its_copies_nothing_and_a_denial_little() -> None:
    alone = with_claims(claim("Y1"))
    assert alone["probability"] == pytest.approx(2 / 3)
    copies = [claim(f"Z{n}", root="Y1", derived_from="Y1", source=f"paper {n}", originator="SIMULATED-Wire") for n in range(40)]  # fmt: skip
    many = with_claims(claim("Y1"), *copies)
    assert many["probability"] == alone["probability"]
    assert sum(item["likelihood_ratio"] != 1.0 for item in many["weighed"]) == 1
    assert with_claims(claim("Y1", reliability="B"))["probability"] == pytest.approx(4.2 / 5.2)
    assert with_claims(claim("Y1", source_type="party_denial", low=0.0))["probability"] == pytest.approx(0.7 / 1.7)  # fmt: skip
    leaning = with_claims(claim("Y1"), claim("Y2"))
    assert leaning["probability"] == pytest.approx(alone["probability"]), "one originator is one voice"
    two = with_claims(claim("Y1"), claim("Y2", originator="SIMULATED-Other"))
    assert two["probability"] == pytest.approx(4 / 5)


def test_a_claim_about_a_long_time_another_ship_or_no_call_is_no_evidence() -> None:
    for changes in (
        {"period_start": "2024-01-01"},
        {"subject": "EXERCISE BIRCH"},
        {"predicate": "is_buying", "unit": "shells"},
        {"period_start": "2024-05-12", "period_end": "2024-05-14"},
    ):
        assert with_claims(claim("Y1", **changes))["probability"] == pytest.approx(0.5), changes
    assert with_claims(claim("Y1", period_start="2024-01-01"))["background"] == ["Y1"]


def test_a_listing_is_background_and_weighs_nothing() -> None:
    case, known = contested()
    hit = {"query_imo": "0000001", "class": "match", "evidence_ids": ["L1"]}
    listed = replace(known, hits=[hit], evidence={**known.evidence, "L1": {"origin": "simulated"}})
    without, with_ = (answer(case, one).to_pylist()[0] for one in (known, listed))
    assert with_["background"] == ["L1"]
    assert with_["probability"] == without["probability"]
    assert [item["evidence_id"] for item in with_["weighed"]] == ["fix A"]


@pytest.mark.parametrize(
    ("change", "up"),
    [({"unknown_ships": 5.0}, False), ({"unknown_ships": 0.05}, True), ({"prior": 0.2}, False)],
)
def test_priors_are_the_questions_to_set(change: dict[str, float], up: bool) -> None:
    case, known = contested([detection()])
    asked = case.model_copy(update={"questions": (case.questions[0].model_copy(update=change),)})
    stated, changed = (answer(one, known).to_pylist()[0] for one in (case, asked))
    assert (changed["probability"] > stated["probability"]) is up
    if "unknown_ships" in change:
        assert f"for each that is seen: {change['unknown_ships']:g}" in changed["limits"][-1]


def test_an_unnamed_ship_of_the_right_length_speaks_for_the_ship_that_is_asked_about() -> None:
    case = Case.model_validate(
        {
            "id": "t", "title": "t", "origin": "simulated", "period": {"start": "2024-05-01", "end": "2024-05-30"},
            "ports": [PORT.model_dump()], "ships": [{"name": name, "vessel_id": f"19000000{i}"} for i, name in enumerate(NAMES.values(), 1)],
            "questions": [{"id": "Q", "port": "Najin", "start": "2024-05-03T00:00Z", "end": "2024-05-06T00:00Z", "vessel": NAMES["A"]}],
        }
    )  # fmt: skip
    look = {
        "observation_id": "G1", "start": WHEN, "end": WHEN, "date_stated": "2024-05-04", "tz_stated": True, "kind": "image", "shows": ["ship_present"],
        "port": "Najin", "site": "Najin", "vessel_probable": False, "quantity": "a ship", "observer": "EYE", "source": "s", "repeats": [],
        "source_id": "s", "offset": 1,
    }  # fmt: skip
    sizes = [
        {"vessel_id": f"19000000{i}", "length_m": m, "source_id": "s", "offset": i}
        for i, m in ((1, 115.0), (2, 70.0))
    ]

    def asked(**changes: Any) -> dict[str, Any]:
        table, register = rows_to_table([look | changes], OBSERVATION), rows_to_table(sizes, VESSEL)
        known = Known(table, register, EVENT.empty_table(), (), {"G1": {"origin": "simulated"}})
        return answer(case, known).to_pylist()[0]

    fits, misfits, unknown = asked(length_m=117.0), asked(length_m=68.0), asked()
    assert (
        fits["probability"] > unknown["probability"] > misfits["probability"] == pytest.approx(0.5, abs=0.02)
    )
    assert "another ship did" in misfits["hypotheses"][1]["text"]
    named = asked(vessel=NAMES["A"])
    assert named["probability"] == pytest.approx(12 / 13)


def contested(seen: list[dict[str, Any]] | None = None) -> tuple[Case, Known]:
    """The case and the tables of one silent ship with a number."""
    case = Case.model_validate(
        {
            "id": "t", "title": "t", "origin": "simulated", "period": {"start": "2024-05-01", "end": "2024-05-30"}, "ports": [PORT.model_dump()],
            "ships": [{"name": NAMES["A"], "vessel_id": "190000001", "imo": "0000001"}],
            "questions": [{"id": "Q", "port": "Najin", "start": "2024-05-01T00:00Z", "end": "2024-05-30T00:00Z", "each_gap": True}],
        }
    )  # fmt: skip
    return case, tables_of([gap("A")], seen)
