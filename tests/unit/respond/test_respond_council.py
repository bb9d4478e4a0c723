from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from rubicon.case import load_case
from rubicon.errors import MissingColumns, NoUsableRows, OptionError
from rubicon.provenance import source_file
from rubicon.respond import council, lawbook
from rubicon.respond.record import (
    Record,
    fact_rows,
    read_acts,
    read_figures,
    read_votes,
    record_of_case,
)
from rubicon.schema import OPTION

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "councils.yml").read_text(encoding="utf-8"))
LAST = date(2026, 1, 31)


@pytest.fixture(scope="module")
def record(repo: Path) -> Record:
    return record_of_case(load_case(repo / "examples" / "najin" / "case.toml"))


def body(record: Record, measure: str, name: str, day: date = LAST) -> dict[str, Any]:
    (found,) = [one for one in council.who_can(measure, record, day)["bodies"] if one["id"] == name]
    return found


@pytest.mark.parametrize("case", CASES, ids=[f"{c['measure']} {c['body']} {c['date']}" for c in CASES])
def test_cases_that_a_diplomat_can_read(record: Record, case: dict[str, Any]) -> None:
    found = body(record, case["measure"], case["body"], case["date"])
    assert found["status"] == case["status"]
    assert [one["state"] for one in found["blocked_by"]] == case["held_up_by"]


def test_every_recorded_vote_of_the_council_follows_its_rule(record: Record) -> None:
    votes = [vote for vote in record.votes if vote.body == "security_council"]
    assert len(votes) == 5
    for vote in votes:
        assert council.passes(vote.for_, vote.against_by) is vote.adopted
        assert vote.for_ + vote.against + vote.abstain == 15
        assert len(vote.against_by) == vote.against


@pytest.mark.parametrize(
    ("for_", "against_by", "adopted"),
    [(9, (), True), (8, (), False), (14, ("RU",), False), (9, ("BR", "IN"), True), (13, ("CN", "RU"), False)],
)
def test_nine_and_no_veto(for_: int, against_by: tuple[str, ...], adopted: bool) -> None:
    assert council.passes(for_, against_by) is adopted


def test_a_draft_that_lacked_nine_votes_was_stopped_by_nobody_alone(record: Record) -> None:
    weak = replace(record.votes[3], for_=8)
    found = body(Record(votes=(weak,)), "resolution", "security_council")
    assert found["blocked_by"] == []
    assert found["status"] == "open"


def test_blockers_name_their_votes_and_what_is_inferred(record: Record) -> None:
    russia = body(record, "resolution", "security_council")["blocked_by"][1]
    assert russia == {
        "state": "RU",
        "votes": ["V004", "V005"],
        "basis": "recorded votes",
        "verification": ["recalled_check_text", "secondary_seen"],
    }
    committee = body(record, "committee_designation", "committee_1718")["blocked_by"]
    assert all("inferred" in one["basis"] for one in committee)


def test_every_row_has_a_source_a_mark_and_known_paragraphs(record: Record) -> None:
    for one in council.bodies().values():
        assert one.source_url.startswith("http")
        assert one.verification in lawbook.MARKS
    for measure in council.measure_titles():
        for one in council.who_can(measure, record, LAST)["bodies"]:
            assert one["status"] in council.STATUS_WORDS
    assert all(fact.verification for fact in record.facts())


def test_an_unknown_measure_names_those_that_there_are(record: Record) -> None:
    with pytest.raises(OptionError, match="committee_designation"):
        council.who_can("blockade", record, LAST)


def test_options_lead_back_to_rows(record: Record) -> None:
    table = council.council_options(record, LAST)
    assert table.schema.equals(OPTION)
    known = {f"{row['source_id']}@{row['offset']}" for row in [*fact_rows(record), *council.body_rows()]}
    for row in table.to_pylist():
        assert row["evidence_ids"]
        assert set(row["evidence_ids"]) <= known


@pytest.mark.parametrize(
    ("reader", "text", "error"),
    [
        (read_votes, "id,date\nV1,2024-01-01\n", MissingColumns),
        (
            read_votes,
            "id,date,body,draft,subject,for,against,abstain,adopted,against_by,url,verification\nV,2024,b,d,s,nine,0,0,1,,u,m\n",
            NoUsableRows,
        ),
        (
            read_acts,
            "id,date,act,states,text,captured,url,verification\nS,2024,shouted,KR,t,no,u,m\n",
            NoUsableRows,
        ),
        (
            read_figures,
            "id,measure,state,value,unit,year,url,verification\nW,gdp,KR,-1,u,2023,u,m\n",
            NoUsableRows,
        ),
        (
            read_figures,
            "id,measure,state,value,unit,year,url,verification\nW,charm,KR,1,u,2023,u,m\n",
            NoUsableRows,
        ),
    ],
)
def test_bad_rows_are_named_with_their_place(
    tmp_path: Path, reader: Any, text: str, error: type[Exception]
) -> None:
    path = tmp_path / "facts.csv"
    path.write_text(text)
    with pytest.raises(error, match=r"facts\.csv"):
        reader(source_file(path))
