"""Claims held against each other: the table of cases, the public record, and what must not matter."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rubicon.assess.claims import judge_claims
from rubicon.cli.assessing import claims_document
from rubicon.collect.claims import read_claims
from rubicon.errors import InvalidPosition, NoUsableRows
from rubicon.provenance import source_file

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "claims.yml").read_text(encoding="utf-8"))
COLUMNS = [
    "id",
    "date",
    "source",
    "source_type",
    "subject",
    "predicate",
    "value",
    "unit",
    "period_start",
    "period_end",
    "derived_from",
    "url",
    "note",
]


def document(folder: Path, rows: list[list[Any]]) -> dict[str, Any]:
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, *([*row, "u", ""] for row in rows)])
    path = folder / "claims.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    made = judge_claims(read_claims(source_file(path))[0])
    return claims_document({name: table.to_pylist() for name, table in made.items()})


def causes(made: dict[str, Any]) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for one in made["contradictions"]:
        found.setdefault(one["cause"], []).append(one["claims"])
    return found


@pytest.mark.parametrize("row", CASES, ids=[row["name"] for row in CASES])
def test_claims(tmp_path: Path, row: dict[str, Any]) -> None:
    made = document(tmp_path, row["claims"])
    assert causes(made) == row.get("finds", {}), made["contradictions"]
    stated = {claim["id"]: claim["root"] for claim in made["claims"] if claim["root"] != claim["id"]}
    assert stated == row.get("roots", {})
    assert [claim["id"] for claim in made["claims"] if claim.get("inferred")] == row.get("inferred", [])
    assert all(claim["reliability"] is None for claim in made["claims"]), "no grade given is null"


@pytest.mark.parametrize("row", CASES, ids=[row["name"] for row in CASES])
def test_order_and_ids_change_nothing(tmp_path: Path, row: dict[str, Any]) -> None:
    names = {claim[0]: f"n{claim[0]}" for claim in row["claims"]}
    renamed = [
        [names[claim[0]], *claim[1:10], *(names.get(part, part) for part in [claim[10].split(";")[0]])]
        for claim in row["claims"]
    ]
    random.Random(1).shuffle(renamed)
    expected = {
        cause: [[names[key] for key in those] for those in many]
        for cause, many in row.get("finds", {}).items()
    }
    assert causes(document(tmp_path, renamed)) == expected


def test_the_public_record(data_dir: Path) -> None:
    table, _ = read_claims(source_file(data_dir / "najin" / "claims.csv"))
    made = claims_document({name: one.to_pylist() for name, one in judge_claims(table).items()})
    roots = {claim["id"]: claim["root"] for claim in made["claims"]}
    assert {key: root for key, root in roots.items() if key != root} == {
        "C025": "C024", "C032": "C031", "C037": "C036", "C052": "C051",
    }  # fmt: skip
    assert {claim["id"]: claim["possibly_derived_from"] for claim in made["claims"] if claim.get("inferred")} == {
        "C042": "C041", "C043": "C041", "C044": "C036",
    }  # fmt: skip
    assert roots["C034"] == "C034", "74,000 t stays independent"
    found = causes(made)
    assert found["probable_slip_of_unit"] == [["C013", "C006", "C017"]]
    assert found["denominator"] == [["C051", "C052"]]
    assert found["real"] == [["C010", "C006"], ["C023", "C024"], ["C038", "C044"], ["C043", "C044"]]
    assert not any({"C008", "C009"} <= set(one["claims"]) for one in made["contradictions"])
    assert sum(claim["denial"] for claim in made["claims"]) == 2
    credibility = {claim["id"]: claim["credibility"] for claim in made["claims"]}
    assert (credibility["C017"], credibility["C052"], credibility["C003"]) == ("5", "5", None)
    assert (credibility["C010"], credibility["C006"]) == ("4", None), "a denial makes nothing less credible"


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["1000", ">1000", "<5", "49 of 109", "0", "1e3", "about 7", "x"]), max_size=6)
)
def test_any_values_are_judged(tmp_path_factory: pytest.TempPathFactory, values: list[str]) -> None:
    rows = [
        [f"C{i}", "2024-01-01", f"s{i % 2}", "media", "DPRK", "sent_shells", value, ["shells", "containers", "t"][i % 3], "", "", ""]
        for i, value in enumerate(values)
    ]  # fmt: skip
    made = document(tmp_path_factory.mktemp("claims"), rows)
    assert len(made["claims"]) == len(values)
    for one in made["contradictions"]:
        assert len(set(one["claims"])) == len(one["claims"]) >= 2


def test_faults_are_named(tmp_path: Path) -> None:
    good = ["C1", "2024-01-01", "s", "media", "DPRK", "sent", "1", "shells", "", "", ""]
    with pytest.raises(NoUsableRows, match="C1 is given twice"):
        document(tmp_path, [good, good])
    with pytest.raises(InvalidPosition, match="last spring"):
        document(tmp_path, [[*good[:1], "last spring", *good[2:]]])
