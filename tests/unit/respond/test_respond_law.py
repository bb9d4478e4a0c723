from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from rubicon.case import Situation, load_case
from rubicon.errors import OptionError
from rubicon.respond import law, lawbook
from rubicon.schema import OPTION

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "law.yml").read_text(encoding="utf-8"))


def answer(asked: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    # YAML reads the bare word `none` as text and an unquoted date as a date: both are what is asked.
    given = law.applicable(law.ask(**asked))
    return {row["id"]: row for row in given.applicable}, {row["id"]: row for row in given.not_applicable}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_cases_that_a_lawyer_can_read(case: dict[str, Any]) -> None:
    applies, refused = answer(case["ask"])
    assert {id_: applies[id_]["verb"] for id_ in case["applies"] if id_ in applies} == case["applies"]
    for id_, needed in case.get("consent", {}).items():
        assert applies[id_]["consent_needed"] is needed
    for key in ("obstacles", "missing"):
        for id_, words in case.get(key, {}).items():
            assert words in " | ".join(applies[id_][key])
    for id_, words in case["not"].items():
        assert words in refused[id_]["reason"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_paragraph_gets_exactly_one_answer(case: dict[str, Any]) -> None:
    given = law.applicable(law.ask(**case["ask"]))
    ids = [row["id"] for row in (*given.applicable, *given.not_applicable)]
    known = [*lawbook.measures(), *(agreement.measure.id for agreement in lawbook.agreements())]
    assert sorted(ids) == sorted(known)
    assert all(row["reason"] for row in given.not_applicable)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_wording_stays_conditional(case: dict[str, Any]) -> None:
    for row in law.applicable(law.ask(**case["ask"])).applicable:
        if row["verb"] in ("prohibits", "shall", "may", "calls_upon", "exempts", "political_commitment"):
            assert row["text"].startswith(("If ", "Whatever ")), row["text"]
            assert " would " in row["text"]
        if "information that gives reasonable grounds" in " ".join(row["missing"]):
            assert "for the State concerned" in row["text"]


def test_every_rule_has_a_paragraph_and_every_paragraph_a_rule() -> None:
    assert set(lawbook.rules()) == set(lawbook.measures())


def test_every_row_has_a_source_and_a_known_mark() -> None:
    for measure in (*lawbook.measures().values(), *(a.measure for a in lawbook.agreements())):
        assert measure.source_url.startswith("http")
        assert measure.verification in lawbook.MARKS
        assert measure.verification != "official_text"


def test_free_text_marks_become_the_weakest() -> None:
    marks = {a.iso2: a.measure.verification for a in lawbook.agreements()}
    assert marks["PA"] == "text_quoted"
    assert marks["CY"] == marks["BZ"] == marks["BS"] == "recalled_check_text"


def test_rules_use_known_words_only() -> None:
    zones = {"any", "high_seas", "eez", "territorial_sea", "internal_waters", "port"}
    for rule in (rule for group in lawbook.rules().values() for rule in group):
        assert set(rule.zones) <= zones
        assert set(rule.cargo) <= set(law.CARGO_CONDITIONS)
        assert set(rule.involvement) <= {"aboard", "past", "none"}
        assert rule.consent in ("", "yes", "no", "n/a")
        assert rule.who in ("", "any", "coastal", "flag", "committee", "endorser")
        assert date.fromisoformat(rule.from_date)
        assert bool(rule.never) != bool(rule.verb)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"zone": "port"}, "zone"),
        ({"zone": "eez:Russia"}, "zone"),
        ({"flag": "Russia"}, "flag"),
        ({"cargo": "shells"}, "cargo"),
        ({"date": "soon"}, "date"),
        ({"position": "42N"}, "position"),
    ],
)
def test_wrong_values_are_named(wrong: dict[str, str], named: str) -> None:
    fine = {"flag": "RU", "zone": "high_seas", "cargo": "none", "date": "2024-01-01"}
    with pytest.raises(OptionError, match=named):
        law.ask(**fine | wrong)


def test_options_of_the_case_lead_back_to_rows(repo: Path) -> None:
    situations = load_case(repo / "examples" / "najin" / "case.toml").situations
    table = law.law_options(situations)
    assert table.schema.equals(OPTION)
    rows = table.to_pylist()
    facts = {
        f"{row['source_id']}@{row['offset']}"
        for row in law.fact_rows(i for r in rows for i in r["evidence_ids"])
    }
    files = {file.source_id for file in law.law_files()}
    for row in rows:
        assert row["evidence_ids"][0] in facts
        assert row["evidence_ids"][0].split("@")[0] in files
        assert json.loads(row["detail"])["question"]["situation"] in {s.id for s in situations}
    zhoushan = {
        r["subject"]: r["status"] for r in rows if json.loads(r["detail"])["question"]["zone"] == "port:CN"
    }
    assert zhoushan["S/RES/2397(2017) paragraph 9"] == "shall"
    assert law.law_options(situations).equals(table)


def test_a_situation_that_cannot_be_is_named() -> None:
    situation = Situation(id="X", text="x", flag="RU", zone="moon", cargo="none", date=date(2024, 1, 1))
    with pytest.raises(OptionError, match="zone"):
        law.law_options([situation])
