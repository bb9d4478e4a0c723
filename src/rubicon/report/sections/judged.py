"""Section: how many calls were seen, which claims do not fit together and why, what changed after an event."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from rubicon.report.source import Source
from rubicon.report.text import typeset

ORDER, TITLE = 450, "What follows from it"
CAUSES = {
    "probable_slip_of_unit": "probable slip of unit",
    "denominator": "lost denominator",
    "unit": "two measures",
    "definition": "two definitions",
    "window": "two windows",
    "real": "a real contradiction",
}


def rows(source: Source) -> dict[str, Any] | None:
    """Counts with the visits behind them, contradictions by cause, effects; None when the case has none."""
    counts = [
        {
            "text": cited(source, row["text"]),
            "quoted": [cited(source, one) for one in row["quoted"]],
            "limits": row["limits"],
        }
        for row in source.rows("COUNT")
    ]
    visits = [cited(source, row["text"]) for row in source.rows("VISIT")]
    contradictions = [
        {
            "cause": CAUSES.get(row["cause"], row["cause"]),
            "reason": typeset(row["reason"]),
            "refs": source.links.links(row["claims"], "contradiction"),
        }
        for row in source.rows("CONTRADICTION")
    ]
    unstated = [cited(source, row["text"]) for row in source.rows("CLAIM_ROOT") if row["possible_parent"]]
    effects = [
        {"text": cited(source, row["text"]), "missing": row["missing"], "limits": row["limits"]}
        for row in source.rows("EFFECT")
    ]
    made = {
        "counts": counts,
        "visits": visits,
        "contradictions": contradictions,
        "unstated": unstated,
        "effects": effects,
    }
    return made if any(made.values()) else None


def cited(source: Source, sentence: str) -> Markup:
    """A sentence whose evidence ids are links."""
    return source.links.cite(sentence, "judgement", required=False)
