"""`findings.json`: what the dossier says, for machines; the same bytes on every run and every machine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from rubicon.case import Case
from rubicon.report.evidence import Held, canonical, head
from rubicon.report.text import natural, plain, sorted_rows

DIGITS = 6
"""Decimals that are kept: the last bits of a float differ between processors."""


OPTION_KINDS = ("coverage", "law", "window", "council", "statement", "coalition", "memo")


def ordered_findings(case: Case, table: pa.Table | None) -> list[dict[str, Any]]:
    """FINDING rows in the order of the case's questions, then by time and ship."""
    if table is None:
        return []
    order = {question.id: i for i, question in enumerate(case.questions)}
    return sorted_rows(
        table.to_pylist(),
        lambda row: f"{order.get(row['question_id'], len(order))}",
        "question_id", "start", "end", "vessel", "finding_id",
    )  # fmt: skip


def ordered_options(table: pa.Table | None, kind: str) -> list[dict[str, Any]]:
    """OPTION rows of one kind with their JSON detail read, by subject and actor."""
    if table is None:
        return []
    rows = [row | {"detail": json.loads(row["detail"])} for row in table.to_pylist() if row["kind"] == kind]
    return sorted_rows(rows, "subject", "actor", "option_id")


def counts(tables: Mapping[str, pa.Table], extra: Mapping[str, int]) -> dict[str, Any]:
    """Rows of each table, events by kind, rejects by reason, and the counts that the caller adds.

    POSITION holds thinned tracks for drawing, so its rows are not counted.
    """
    made: dict[str, Any] = {
        name.lower(): tables[name].num_rows for name in sorted(tables) if name not in ("POSITION", "REJECT")
    }
    if (events := tables.get("EVENT")) is not None:
        made["event_by_kind"] = dict(sorted(Counter(events["kind"].to_pylist()).items()))
    if (rejects := tables.get("REJECT")) is not None:
        made["rejected"] = rejects.num_rows
        made["rejected_by_reason"] = {row["reason"]: row["source_id_count"] for row in rejected(rejects)}
    return made | dict(sorted(extra.items()))


def rejected(table: pa.Table) -> list[dict[str, Any]]:
    """Number of rejected rows for each reason."""
    rows: list[dict[str, Any]] = table.group_by("reason").aggregate([("source_id", "count")]).to_pylist()
    return sorted(rows, key=lambda row: row["reason"])


def findings_json(
    case: Case,
    tables: Mapping[str, pa.Table],
    evidence: Sequence[Mapping[str, Any]],
    held: Sequence[Held],
    extra: Mapping[str, int],
) -> bytes:
    """The whole document as canonical JSON."""
    options = tables.get("OPTION")
    document = {
        **head(case),
        "period": {"start": case.period.start.isoformat(), "end": case.period.end.isoformat()},
        "counts": counts(tables, extra),
        "findings": ordered_findings(case, tables.get("FINDING")),
        "options": {kind: ordered_options(options, kind) for kind in OPTION_KINDS},
        "claims": claims_summary(tables.get("CLAIM")),
        "truth": []
        if tables.get("TRUTH") is None
        else sorted_rows(tables["TRUTH"].to_pylist(), "start", "vessel_id", "event"),
        "evidence": {row["evidence_id"]: row["sha256"] for row in evidence},
        "files": [each.record() for each in held],
        "limits": list(case.limits),
    }
    return canonical(plain(document, DIGITS))


def claims_summary(table: pa.Table | None) -> dict[str, Any]:
    """How many claims there are, on how many roots they rest, and each with source, grade and bound."""
    rows = [] if table is None else sorted_rows(table.to_pylist(), "claim_id")
    keep = ("claim_id", "date_stated", "source", "subject", "predicate", "value", "bound", "low", "high", "unit", "root", "reliability", "credibility")  # fmt: skip
    members: dict[str, list[str]] = {}
    for row in rows:
        members.setdefault(row["root"], []).append(row["claim_id"])
    return {
        "claims": len(rows),
        "roots": len(members),
        "source_cannot_be_judged": sum(row["reliability"] is None for row in rows),
        "repeated": {
            root: ids for root, ids in sorted(members.items(), key=lambda m: natural(m[0])) if len(ids) > 1
        },
        "items": [{key: row[key] for key in keep} for row in rows],
    }
