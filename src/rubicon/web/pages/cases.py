"""The page of cases: which ones this server holds. It shows names only, and marks the simulated ones."""

from __future__ import annotations

from rubicon.web.shelf import CaseView, Row, Shelf


def index(shelf: Shelf) -> Row:
    """All cases, real ones first."""
    return {"cases": [card(view) for view in shelf.cases()]}


def card(view: CaseView) -> Row:
    """What a reader needs to choose a case."""
    period = view.case.period
    return {
        **view.head(),
        "summary": view.case.summary.strip(),
        "period": {"start": period.start.isoformat(), "end": period.end.isoformat()},
    }
