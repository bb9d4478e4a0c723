"""The page of a finding: the answer, the other answers, and the chain of evidence down to file and offset."""

from __future__ import annotations

import math

from rubicon.assess.findings import SAME_ROOT
from rubicon.errors import UnknownItem
from rubicon.web.excerpt import excerpt
from rubicon.web.pages.briefs import evidence_brief, finding_brief, findings_in_order, known_evidence
from rubicon.web.pages.chart import gaps
from rubicon.web.shelf import CaseView, Row


def findings(view: CaseView) -> Row:
    """All findings of the case."""
    return {"findings": [finding_brief(view, row) for row in findings_in_order(view)]}


def finding(view: CaseView, finding_id: str) -> Row:
    """One finding with its evidence as a tree.

    Raises UnknownItem.
    """
    ordered = findings_in_order(view)
    at = next((i for i, row in enumerate(ordered) if row["finding_id"] == finding_id), None)
    if at is None:
        raise UnknownItem("no such finding in this case", place=finding_id[:80])
    row = ordered[at]
    return {
        "finding": {
            **finding_brief(view, row),
            "hypotheses": sorted(row["hypotheses"], key=lambda each: -each["probability"]),
            "facts": row["facts"],
            "limits": row["limits"],
            "probability_low": row.get("probability_low"),
            "probability_high": row.get("probability_high"),
        },
        "tree": tree(view, row),
        "matrix": [each for each in view.rows("ACH_ROW") if each["finding_id"] == finding_id],
        "versions": versions(view, finding_id),
        "background": known_evidence(view, row["background"]),
        "gaps": [gap for gap in gaps(view) if gap["start"] == row["start"] and gap["end"] == row["end"]],
        "previous": ordered[at - 1]["finding_id"] if at else None,
        "next": ordered[at + 1]["finding_id"] if at + 1 < len(ordered) else None,
    }


def versions(view: CaseView, finding_id: str) -> list[Row]:
    """All versions of the answer to the question that a finding answers, newest first."""
    rows = view.rows("FINDING_VERSION")
    answered = {(row["question_id"], row["subject"]) for row in rows if row["finding_id"] == finding_id}
    found = [row for row in rows if (row["question_id"], row["subject"]) in answered]
    return sorted(found, key=lambda row: -row["version"])


def tree(view: CaseView, row: Row) -> list[Row]:
    """The weighed evidence by root: one vote for each root, under it what repeats it, each down to its file.

    `probability_without` is the probability of the finding's first hypothesis if this root were left out, where the
    question is whether a ship called: how much hangs on it.
    """
    texts = {each["id"]: each["text"] for each in row["hypotheses"]}
    roots: list[Row] = []
    for each in row["weighed"] or []:
        leaf = evidence_brief(view, each["evidence_id"])
        if not roots or each["why"] != SAME_ROOT:
            roots.append({"root": leaf["root"] or leaf["evidence_id"], "items": []})
        weighing = {**each, "favours_text": texts.get(each["favours"], each["favours"])}
        roots[-1]["items"].append({**weighing, "evidence": leaf, "excerpt": excerpt(view, leaf)})
    for root in roots:
        root["probability_without"] = without(row, root["items"])
    return roots


def without(row: Row, items: list[Row]) -> float | None:
    """Probability of the asked hypothesis if these weighings were left out; null where ships are the answers."""
    if row["kind"] == "which" or not 0.0 < row["probability"] < 1.0:
        return None
    asked = row["hypotheses"][0]
    log_odds = math.log(row["probability"] / (1 - row["probability"]))
    for each in items:
        sign = 1.0 if each["favours"] == asked["id"] else -1.0
        log_odds -= sign * math.log(max(each["likelihood_ratio"], 1e-12))
    return round(1.0 / (1.0 + math.exp(-log_odds)), 4)
