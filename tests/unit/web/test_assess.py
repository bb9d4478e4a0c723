"""Tables of judgements reach their pages, whichever of them a run made."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rubicon.schema import TABLES, rows_to_table
from rubicon.store.output import Output, read_output
from rubicon.web.pages.assess import assess
from rubicon.web.pages.claims import claims
from rubicon.web.pages.findings import finding
from rubicon.web.shelf import CaseView

DAY = datetime(2024, 5, 3, tzinfo=UTC)
ROWS = {
    "COUNT": [
        {"count_id": "n1", "port": "Najin", "start": DAY, "end": DAY, "seen": 2, "looks": 3, "text": "At least two [G1].",
         "quoted": [], "limits": ["not a cargo"], "evidence_ids": ["G1"]}
    ],
    "RED_LINE": [
        {"line_id": "r1", "text": "arms at sea", "rules": [], "state": "not_observable_with_these_sources", "answer": "Unknown [C1].",
         "indicators": [{"id": "i1", "text": "crates", "state": "not_observed", "seen_by": [], "evidence_ids": [], "why": "no look"}],
         "alternatives": ["grain"], "evidence_ids": ["C1"]}
    ],
    "CONTRADICTION": [
        {"contradiction_id": "x1", "cause": "unit", "claims": ["C1", "C2"], "reason": "tons and rounds", "evidence_ids": ["C1"]}
    ],
}  # fmt: skip


@pytest.fixture
def view(outputs: Path) -> CaseView:
    held = read_output(outputs / "record")
    made = {name: rows_to_table(rows, TABLES[name]) for name, rows in ROWS.items()}
    return CaseView(Output(held.folder, held.case, {**held.tables, **made}), 0)


def test_counts_and_lines_are_shown_as_they_were_made(view: CaseView) -> None:
    page = assess(view)
    assert [(row["port"], row["seen"], row["high"]) for row in page["counts"]] == [("Najin", 2, None)]
    assert page["red_lines"][0]["indicators"][0]["why"] == "no look"
    assert page["effects"] == []


def test_contradictions_stand_beside_the_claims(view: CaseView) -> None:
    assert [(row["cause"], row["claims"]) for row in claims(view)["contradictions"]] == [
        ("unit", ["C1", "C2"])
    ]


def test_earlier_versions_of_an_answer_come_newest_first(view: CaseView) -> None:
    key = view.rows("FINDING")[0]["finding_id"]
    shared = {"question_id": "Q1", "subject": "any ship", "answer": "so", "weighed": []}
    rows = [
        {**shared, "version": 1, "finding_id": "old", "probability": 0.4},
        {**shared, "version": 2, "finding_id": key, "probability": 0.9, "changed": "a look was added"},
        {**shared, "subject": "another", "version": 1, "finding_id": "else", "probability": 0.2},
    ]
    tables = {
        **view.output.tables,
        "FINDING_VERSION": rows_to_table(rows, TABLES["FINDING_VERSION"]),
        "ACH_ROW": TABLES["ACH_ROW"].empty_table(),
    }
    page = finding(CaseView(Output(view.output.folder, view.case, tables), 0), key)
    assert [row["version"] for row in page["versions"]] == [2, 1]
    assert page["matrix"] == []
