"""Section: the red lines that the case watches, what was seen of each and what these sources cannot see."""

from __future__ import annotations

from typing import Any

from rubicon.report.source import Source

ORDER, TITLE = 650, "Red lines"
STATES = {
    "observed": "observed",
    "not_observed": "not observed",
    "not_observable_with_these_sources": "not observable with these sources",
}


def rows(source: Source) -> list[dict[str, Any]]:
    """Each line with its answer, indicators, other explanations and what to look for next."""
    return [
        {
            "id": row["line_id"],
            "text": row["text"],
            "rules": row["rules"],
            "answer": source.links.cite(row["answer"], f"red line {row['line_id']}", required=False),
            "indicators": [
                {
                    "text": one["text"],
                    "state": STATES[one["state"]],
                    "why": one["why"],
                    "refs": source.links.links(one["evidence_ids"], row["line_id"]),
                }
                for one in row["indicators"]
            ],
            "alternatives": row["alternatives"],
            "next": row["next_indicator"],
        }
        for row in source.rows("RED_LINE")
    ]
