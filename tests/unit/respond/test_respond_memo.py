from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rubicon.assess.effect import power
from rubicon.case import Case, load_case
from rubicon.cli.policy import cells_of, claim_rows, observations
from rubicon.respond import joint, lawbook, memo
from rubicon.respond.council import bodies, measure_titles
from rubicon.respond.record import Record, record_of_case
from rubicon.schema import OPTION

LAST = date(2026, 1, 31)


@pytest.fixture(scope="module")
def case(repo: Path) -> Case:
    return load_case(repo / "examples" / "najin" / "case.toml")


@pytest.fixture(scope="module")
def record(case: Case) -> Record:
    return record_of_case(case)


# --- the joint action package ------------------------------------------------------------------------------


def test_every_gap_has_somebody_who_can_close_it_and_numbered_exhibits(case: Case, record: Record) -> None:
    found = joint.package(case, cells_of(case, LAST), observations(case), claim_rows(case), record, LAST)
    numbers = [one["exhibit"] for one in found["exhibits"]]
    assert numbers == [f"E{n + 1}" for n in range(len(numbers))]
    by_number = {one["exhibit"]: one for one in found["exhibits"]}
    assert len(found["gaps"]) == 4 * 7
    for gap in found["gaps"]:
        assert gap["exhibits"]
        assert {by_number[one]["imo"] for one in gap["exhibits"]} == {gap["imo"]}
        assert gap["decides"] != "not in the table"
        assert gap["verification"] in lawbook.MARKS
        assert gap["status"] == "unknown"
        assert gap["first_step"].startswith("read the list of")
        assert f"| {gap['ship']} | {gap['imo']} | {gap['authority']} |" in found["annex"]
    united = [gap for gap in found["gaps"] if gap["authority"] == "UN"]
    assert all("RU (V004, V005" in " ".join(gap["held_up_by"]) for gap in united)


def test_claims_without_a_number_stand_apart(case: Case, record: Record) -> None:
    found = joint.package(case, cells_of(case, LAST), observations(case), claim_rows(case), record, LAST)
    apart = {one["claim"] for one in found["not_joined"]}
    assert {"C018", "C030"} <= apart
    assert not apart & {one["id"] for one in found["exhibits"]}


def test_nothing_after_the_day_is_an_exhibit(case: Case, record: Record) -> None:
    day = date(2023, 12, 31)
    found = joint.package(case, cells_of(case, day), observations(case), claim_rows(case), record, day)
    assert {one["id"] for one in found["exhibits"] if one["kind"] == "report"} == {"G002", "G018"}
    assert {one["date"] for one in found["exhibits"] if one["kind"] == "listing"} == {
        "2022-05-08",
        "2023-12-12",
    }
    assert "KR" in {gap["authority"] for gap in found["gaps"]}


# --- the memo ----------------------------------------------------------------------------------------------


def test_every_option_answers_every_question(case: Case, record: Record) -> None:
    claims = frozenset(row["id"] for row in claim_rows(case))
    found = memo.memo(record, cells_of(case, LAST), LAST, claims, None)
    assert [one["id"] for one in found] == ["accommodate", "condemn_and_sanction", "interdict", "reach_out_and_sanction"]  # fmt: skip
    for one in found:
        assert one["who"]
        assert one["paragraphs"]
        assert one["sign"]
        assert one["risks"]
        assert len(one["weeks"]) == 6
        assert "now 12 of 40 cells listed" in one["coverage"]["text"]
        assert one["game"]["text"] == memo.NO_GAME
    joined = found[1]
    assert joined["coverage"]["at_most_more"] == 28
    assert any(body["held_up_by"] for body in joined["bodies"])
    assert found[0]["coverage"]["at_most_more"] == 0


def test_without_published_rates_no_weeks_are_printed(case: Case, record: Record) -> None:
    found = memo.memo(record, cells_of(case, LAST), LAST, frozenset({"C026"}), None)
    assert all(one["weeks"] == [] and "not computed" in one["weeks_basis"] for one in found)


@pytest.mark.parametrize(("looks", "fall"), [(7, 0.8), (2, 0.8), (7, 0.5)])
def test_weeks_are_the_fewest_that_the_test_needs(looks: float, fall: float) -> None:
    rate = 25 / 109
    weeks = memo.weeks_to_see(rate, 109, looks, fall)
    assert weeks is not None
    assert power(rate, (109, looks * weeks), fall) >= 0.8
    assert power(rate, (109, looks * (weeks - 1)), fall) < 0.8


def test_a_small_fall_is_not_seen_within_two_years() -> None:
    assert memo.weeks_to_see(25 / 109, 109, 2, 0.1) is None


def test_the_file_names_paragraphs_measures_and_games_that_there_are() -> None:
    known = lawbook.measures()
    for entry in memo.options_file()["options"]:
        assert set(entry["paragraphs"]) <= set(known)
        assert set(entry["measures"]) <= set(measure_titles())
        assert set(entry["lists_with"]) <= set(joint.grounds())
    assert bodies()


def test_what_the_game_says_stands_beside_its_assumptions(case: Case, record: Record) -> None:
    game = memo.played_options()
    assert game is not None
    found = memo.memo(record, cells_of(case, LAST), LAST, frozenset(), game)
    for one in found:
        (said,) = [each for each in game["options"] if each["id"] == one["id"]]
        assert said["what_would_have_to_be_true"] in one["game"]["text"]
        assert {"prize_determined", "resolve_of_moscow"} <= set(one["game"]["assumptions"])


def test_options_are_rows_of_the_schema(case: Case, record: Record) -> None:
    table = memo.memo_options(memo.memo(record, cells_of(case, LAST), LAST, frozenset(), None))
    assert table.schema.equals(OPTION)
    assert table.num_rows == 4
    assert set(table["verification"].to_pylist()) <= set(lawbook.MARKS)
