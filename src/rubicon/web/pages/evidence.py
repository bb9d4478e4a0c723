"""The page of one piece of evidence: what it says, where its original lies, and what rests on it."""

from __future__ import annotations

from rubicon.web.excerpt import excerpt
from rubicon.web.pages.briefs import evidence_brief, finding_brief, findings_in_order
from rubicon.web.shelf import CaseView, Row


def evidence(view: CaseView, evidence_id: str) -> Row:
    """Evidence with the line of its file, the findings that weigh or show it, and what repeats the same root.

    Raises UnknownItem.
    """
    leaf = evidence_brief(view, evidence_id)
    root = leaf["root"] or evidence_id
    return {
        "evidence": leaf,
        "excerpt": excerpt(view, leaf),
        "findings": [
            finding_brief(view, row) for row in findings_in_order(view) if evidence_id in used_by(row)
        ],
        "same_root": [
            {"evidence_id": key, "text": row["text"], "source": row["source"]}
            for key, row in view.evidence.items()
            if (row["root"] or key) == root and key != evidence_id
        ],
    }


def used_by(row: Row) -> set[str]:
    """Ids that a finding weighs or shows."""
    return {each["evidence_id"] for each in row["weighed"] or []} | set(row["background"] or [])
