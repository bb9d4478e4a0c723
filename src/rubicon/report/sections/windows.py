"""Section: when a ship was where a paragraph bites, by dated reports."""

from __future__ import annotations

from typing import Any

from rubicon.report.findings import ordered_options
from rubicon.report.response import VERBS
from rubicon.report.source import Source

ORDER, TITLE = 610, "Where a paragraph bites"


def rows(source: Source) -> list[dict[str, Any]]:
    """Windows by day and ship, each with its paragraphs and the mark of each."""
    found = sorted(
        ordered_options(source.tables.get("OPTION"), "window"), key=lambda row: (row["date"], row["subject"])
    )
    return [
        {
            "ship": row["subject"],
            "state": row["actor"],
            "date": row["date"],
            "basis": row["detail"]["basis"],
            "paragraphs": [
                {
                    "title": one["title"],
                    "verb": VERBS.get(one["verb"], one["verb"]),
                    "text": one["text"],
                    "obstacles": one["obstacles"],
                    "missing": one["missing"],
                    "verification": one["verification"],
                    "ref": source.links.links([one["evidence_id"]], f"paragraph {one['title']}"),
                }
                for one in row["detail"]["paragraphs"]
            ],
            "ref": source.links.links(
                row["detail"]["evidence_ids"], f"window of {row['subject']} {row['date']}"
            ),
        }
        for row in found
    ]
