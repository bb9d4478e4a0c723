"""The page of assessments: how many calls, did traffic change after an event, which lines were crossed."""

from __future__ import annotations

from rubicon.web.shelf import CaseView, Row


def assess(view: CaseView) -> Row:
    """Counts with bounds, effects, red lines and visits, as far as the run made them."""
    return {
        "counts": view.rows("COUNT"),
        "effects": view.rows("EFFECT"),
        "red_lines": view.rows("RED_LINE"),
        "visits": sorted(view.rows("VISIT"), key=lambda row: (row["port"], row["first_seen"])),
    }
