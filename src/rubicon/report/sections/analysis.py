"""Section: what an analyst wrote around the findings."""

from __future__ import annotations

from typing import Any

from rubicon.report.analysis import render
from rubicon.report.source import Source

ORDER, TITLE = 50, "Analysis"


def rows(source: Source) -> dict[str, Any] | None:
    """The accepted text as markup, and how many of its references are stale."""
    if source.analysis is None or not source.analysis.text.strip():
        return None
    stale = [each for each in source.analysis.states if each.stale]
    return {
        "text": render(source.analysis, source.links),
        "stale": len(stale),
        "references": len(source.analysis.states),
    }
