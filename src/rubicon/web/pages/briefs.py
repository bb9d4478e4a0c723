"""Short forms of findings and evidence that several pages show, with the same words everywhere."""

from __future__ import annotations

from rubicon.errors import UnknownItem
from rubicon.report.text import mark, safe_url
from rubicon.web.shelf import CaseView, Row

BRIEF = (
    "finding_id", "question_id", "question", "kind", "port", "start", "end", "vessel", "answer", "probability",
    "words", "truth",
)  # fmt: skip


def finding_brief(view: CaseView, row: Row) -> Row:
    """A finding as lists show it: its answer with ids, its probability, its ship."""
    made = {name: row[name] for name in BRIEF}
    made["ship_key"] = view.key_by_name.get((row["vessel"] or "").casefold())
    made["missed"] = bool(row["truth"]) and (row["truth"] == "called") != (row["probability"] >= 0.5)
    return made


def findings_in_order(view: CaseView) -> list[Row]:
    """FINDING rows in the order of the case's questions, then of time."""
    order = {question.id: i for i, question in enumerate(view.case.questions)}
    return sorted(
        view.rows("FINDING"),
        key=lambda row: (order.get(row["question_id"], len(order)), row["start"], row["vessel"] or ""),
    )


def evidence_brief(view: CaseView, evidence_id: str) -> Row:
    """A piece of evidence as a leaf of the tree: what it says, who says so, where the original lies.

    Raises UnknownItem.
    """
    row = view.evidence.get(evidence_id)
    if row is None:
        raise UnknownItem("no such evidence in this case", place=evidence_id[:80])
    return {
        **{name: value for name, value in row.items() if name != "origin"},
        "url": safe_url(row["url"]),
        "verification_words": mark(row["verification"]),
    }


def known_evidence(view: CaseView, ids: list[str]) -> list[Row]:
    """Briefs of those ids that the case holds, in the order given."""
    return [evidence_brief(view, each) for each in ids if each in view.evidence]
