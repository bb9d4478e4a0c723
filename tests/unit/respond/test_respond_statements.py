from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rubicon.case import Case, load_case
from rubicon.respond import statements
from rubicon.respond.coverage import Cell, coverage, designations_of_case
from rubicon.respond.record import Record, fact_rows, record_of_case
from rubicon.schema import LISTING, OPTION

LAST = date(2026, 1, 31)


@pytest.fixture(scope="module")
def case(repo: Path) -> Case:
    return load_case(repo / "examples" / "najin" / "case.toml")


@pytest.fixture(scope="module")
def record(case: Case) -> Record:
    return record_of_case(case)


@pytest.fixture(scope="module")
def cells(case: Case) -> list[Cell]:
    ships = {ship.imo: ship.name for ship in case.ships}
    return coverage(
        ships, designations_of_case(case), LISTING.empty_table(), day=LAST, from_event="2023-10-13"
    )


def test_the_matrix_holds_what_the_record_says(record: Record, cells: list[Cell]) -> None:
    states = statements.matrix(record, cells, LAST)
    ids = {
        state: {name: [one["id"] for one in row[name]] for name in statements.COLUMNS}
        for state, row in states.items()
    }
    assert ids["KR"]["condemned"] == ["S005", "S007"]
    assert ids["KR"]["acted"] == ["S009", "S011"]
    assert len(ids["KR"]["listed"]) == 4
    assert ids["RU"] == {"condemned": [], "listed": [], "pledged": [], "acted": [], "denied": ["S003"], "held_up": ["V004", "V005"]}  # fmt: skip
    assert ids["CN"]["held_up"] == ["V004"]
    assert ids["UK"]["pledged"] == ["S006", "S010"]
    assert "UN" not in states


def test_nothing_after_the_day_is_shown(record: Record, cells: list[Cell]) -> None:
    states = statements.matrix(record, cells, date(2023, 10, 20))
    assert [one["id"] for one in states["US"]["condemned"]] == ["S002"]
    assert [one["date"] for one in states["US"]["listed"]] == ["2022-05-08"] * 3
    assert not any(states["KR"].values())


def test_every_entry_has_source_mark_and_capture(record: Record, cells: list[Cell]) -> None:
    entries = [
        e for row in statements.matrix(record, cells, LAST).values() for group in row.values() for e in group
    ]
    assert len(entries) > 80
    for entry in entries:
        assert entry["verification"]
        assert entry["captured"] in (True, False)
        assert entry["source_url"] or entry["text"].startswith("listed")


def test_claims_behind_acts_are_claims_of_the_case(case: Case, record: Record, repo: Path) -> None:
    claims = (repo / "examples" / "najin" / "claims.csv").read_text(encoding="utf-8")
    for act in record.acts:
        assert not act.claim or f"\n{act.claim}," in claims


def test_a_coalition_weighs_what_its_members_figures_add_up_to(record: Record) -> None:
    weights = statements.weights(("US", "JP", "KR"), record.figures)
    assert weights["gdp"]["share"] == pytest.approx((26950 + 4231 + 1709) / 105000)
    assert weights["gdp"]["is_floor"] is False
    assert weights["gdp"]["text"].startswith("31 % of the world's gross domestic product, 2023")
    floor = statements.weights(("US", "PW"), record.figures)["gdp"]
    assert floor["is_floor"]
    assert floor["text"].startswith("at least 26 %")
    for measure in ("port_calls", "flag", "insurance"):
        assert weights[measure] == {"text": statements.NO_FIGURE}
    assert statements.weights(("PW",), record.figures)["gdp"] == {"text": statements.NO_FIGURE}


def test_coalitions_are_signers_and_listers(record: Record, cells: list[Cell]) -> None:
    groups = {group["coalition"].split(" ")[0]: group for group in statements.coalitions(record, cells, LAST)}
    assert groups["S010"]["size"] == 11
    assert groups["S007"]["size"] == 51
    assert groups["have"]["members"] == ["EU", "KR", "US"]


def test_options_lead_back_to_rows(record: Record, cells: list[Cell]) -> None:
    table = statements.statement_options(record, cells, LAST)
    assert table.schema.equals(OPTION)
    known = {f"{row['source_id']}@{row['offset']}" for row in fact_rows(record)}
    known |= {key for cell in cells for key in cell.evidence_ids}
    rows = table.to_pylist()
    assert {row["kind"] for row in rows} == {"statement", "coalition"}
    for row in rows:
        assert set(row["evidence_ids"]) <= known
