"""How a finding hangs on its evidence, and what changed since the version before."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from rubicon.assess.fusion import SPREAD
from rubicon.assess.words import clamp, percent
from rubicon.schema import FINDING, FINDING_VERSION, rows_to_table

Row = Mapping[str, Any]
CHANGE = 0.005
"""Probabilities that differ by less are printed alike."""


def with_sensitivity(findings: pa.Table) -> pa.Table:
    """Findings with the interval of their probability and the root whose removal changes it most."""
    return rows_to_table([{**row, **_sensitivity(row)} for row in findings.to_pylist()], FINDING)


def _sensitivity(finding: Row) -> dict[str, Any]:
    """Interval (90 %, every ratio within its factor) and the most telling item, from the items as weighed."""
    prior = {one["id"]: math.log(one["prior"]) for one in finding["hypotheses"]}
    first = finding["hypotheses"][0]["id"]
    items = [one for one in finding["weighed"] if one["likelihood_ratio"] != 1.0 and one["favours"] in prior]
    base = _posterior(prior, items, first)
    most, without, variance = None, base, 0.0
    for item in items:
        rest = _posterior(prior, [one for one in items if one is not item], first)
        if most is None or abs(rest - base) > abs(without - base):
            most, without = item["evidence_id"], rest
        nudged = {**item, "likelihood_ratio": item["likelihood_ratio"] * SPREAD ** (1 / 1.645)}
        moved = _posterior(prior, [nudged if one is item else one for one in items], first)
        variance += (_logit(moved) - _logit(base)) ** 2
    width = 1.645 * math.sqrt(variance)
    return {
        "probability_low": clamp(_expit(_logit(base) - width)),
        "probability_high": clamp(_expit(_logit(base) + width)),
        "sensitive_to": most,
        "probability_without": clamp(without) if most else None,
    }


def _posterior(prior: Mapping[str, float], items: Sequence[Row], first: str) -> float:
    logs = dict(prior)
    for item in items:
        logs[item["favours"]] += math.log(item["likelihood_ratio"])
    top = max(logs.values())
    weights = {key: math.exp(log - top) for key, log in logs.items()}
    return min(1 - 1e-9, max(1e-9, weights[first] / math.fsum(weights.values())))


def _logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


def _expit(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


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
