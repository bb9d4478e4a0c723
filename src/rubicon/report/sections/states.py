"""Section: which body can act and who has held it up; which State said and did what; what coalitions weigh."""

from __future__ import annotations

from typing import Any

from rubicon.report.findings import ordered_options
from rubicon.report.source import Row, Source
from rubicon.respond.council import STATUS_WORDS
from rubicon.respond.statements import COLUMN_WORDS, COLUMNS

ORDER, TITLE = 620, "Who can act, who has spoken"


def rows(source: Source) -> dict[str, Any] | None:
    """Measures with their bodies, States with their cells, coalitions; None when the case has none."""
    options = source.tables.get("OPTION")
    measures: dict[str, list[Row]] = {}
    for row in ordered_options(options, "council"):
        if row["status"] != "not_able":
            measures.setdefault(row["subject"], []).append(_body(source, row))
    states: dict[str, Row] = {}
    for row in ordered_options(options, "statement"):
        cells = states.setdefault(row["subject"], {"state": row["subject"], "cells": dict.fromkeys(COLUMNS)})
        cells["cells"][row["status"]] = _cell(source, row)
    groups = [
        {
            "text": row["text"],
            "verification": row["verification"],
            "ref": source.links.links(row["evidence_ids"] or [], row["subject"]),
        }
        for row in ordered_options(options, "coalition")
    ]
    if not measures and not states:
        return None
    spoken = sorted(
        states.values(), key=lambda row: (-sum(map(bool, row["cells"].values())), str(row["state"]))
    )
    return {
        "measures": measures,
        "states": spoken,
        "columns": [COLUMN_WORDS[name] for name in COLUMNS],
        "coalitions": groups,
    }


def _body(source: Source, row: Row) -> Row:
    detail = row["detail"]
    held = [f"{one['state']} ({', '.join(one['votes'])}; {one['basis']})" for one in detail["blocked_by"]]
    return {
        "body": row["actor"],
        "status": STATUS_WORDS[row["status"]],
        "what": detail["what"],
        "rule": detail["rule"],
        "held": held,
        "votes": [f"{vote['date']} {vote['text']}" for vote in detail["record"]],
        "verification": row["verification"],
        "ref": source.links.links(row["evidence_ids"] or [], f"{row['subject']} by {row['actor']}"),
    }


def _cell(source: Source, row: Row) -> Row:
    entries = row["detail"]["entries"]
    return {
        "dates": [f"{one['date']}{'' if one['captured'] else '*'}" for one in entries],
        "text": row["text"],
        "verification": row["verification"],
        "ref": source.links.links(row["evidence_ids"] or [], row["text"]),
    }
