"""Versions of the answers: all that were given are kept, and each says what changed since the one before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from rubicon.assess.words import percent
from rubicon.schema import FINDING_VERSION, rows_to_table

Row = Mapping[str, Any]
CHANGE = 0.005
"""Probabilities that differ by less are printed alike."""


def versions(findings: pa.Table, earlier: pa.Table | None) -> pa.Table:
    """FINDING_VERSION rows: all earlier ones, and a new one for each question whose answer changed.

    The same findings again add nothing, so that a run repeated gives the same table.
    """
    kept = [] if earlier is None else earlier.to_pylist()
    latest = {(row["question_id"], row["subject"]): row for row in kept}
    for finding in findings.to_pylist():
        key = finding["question_id"], _subject(finding)
        before = latest.get(key)
        if before and before["finding_id"] == finding["finding_id"]:
            continue
        weighs = sorted({one["evidence_id"] for one in finding["weighed"] if one["likelihood_ratio"] != 1.0})
        row = {
            "question_id": key[0],
            "subject": key[1],
            "version": before["version"] + 1 if before else 1,
            "finding_id": finding["finding_id"],
            "probability": finding["probability"],
            "answer": finding["answer"],
            "weighed": weighs,
        }
        row["changed"] = what_changed(before, row) if before else None
        kept.append(row)
        latest[key] = row
    return rows_to_table(kept, FINDING_VERSION)


def _subject(finding: Row) -> str:
    """Ship and window of a finding: a question asked for each gap has one answer for each."""
    return f"{finding['vessel'] or 'any ship'}, {finding['start']:%Y-%m-%dT%H:%MZ} to {finding['end']:%Y-%m-%dT%H:%MZ}"


def what_changed(before: Row, after: Row) -> str:
    """In words: evidence that came or went, and where the probability moved."""
    came, went = (
        sorted(set(one["weighed"]) - set(other["weighed"]))
        for one, other in ((after, before), (before, after))
    )
    parts = []
    if came:
        parts.append(f"now weighs {', '.join(came)}")
    if went:
        parts.append(f"no longer weighs {', '.join(went)}")
    if abs(after["probability"] - before["probability"]) >= CHANGE:
        parts.append(f"{percent(before['probability'])} became {percent(after['probability'])}")
    elif not parts:
        parts.append("the wording or a weight changed, the probability did not")
    return "; ".join(parts)
