"""The page of a case: what was asked and answered, when things were on record, and on which days."""

from __future__ import annotations

from datetime import date, timedelta

from rubicon.report.calendar import WORDS, Days, recorded
from rubicon.report.text import natural
from rubicon.web.pages.briefs import finding_brief, findings_in_order
from rubicon.web.pages.timeline import timeline
from rubicon.web.shelf import CaseView, Row, ship_key


def overview(view: CaseView) -> Row:
    """The whole page without its map, which is a document of its own."""
    case = view.case
    return {
        "summary": case.summary.strip(),
        "limits": list(case.limits),
        "period": {"start": case.period.start.isoformat(), "end": case.period.end.isoformat()},
        "bbox": case.bbox,
        "first_evidence": case.first_evidence.isoformat() if case.first_evidence else None,
        "first_evidence_text": case.first_evidence_text,
        "counts": counts(view),
        "ships": [
            {"key": ship_key(ship), "name": ship.name, "imo": ship.imo, "flag": ship.flag}
            for ship in case.ships
        ],
        "findings": [finding_brief(view, row) for row in findings_in_order(view)],
        "timeline": timeline(view),
        "calendar": calendar(view),
    }


def counts(view: CaseView) -> Row:
    """How many rows stand behind the case, by table, those that hold any."""
    return {name.lower(): len(view.rows(name)) for name in view.output.tables if view.has(name)}


def calendar(view: CaseView) -> Row:
    """Days on record for each port that has any, with the words behind each day."""
    made = []
    for port in view.case.ports:
        days = recorded(view.case, port, view.output.tables)
        if days.states or days.series:
            made.append({"port": port.name, "utc_offset_h": port.utc_offset_h, **_days(days)})
    return {"words": WORDS, "ports": made}


def _days(days: Days) -> Row:
    states = [
        {
            "date": each.isoformat(),
            "states": [state for state in WORDS if state in days.states[each]],
            "words": sorted(days.words[each], key=natural),
        }
        for each in sorted(days.states)
    ]
    return {"days": states, "series": _runs(sorted(days.series))}


def _runs(days: list[date]) -> list[list[str]]:
    """Days that follow each other as first and last."""
    runs: list[list[date]] = []
    for each in days:
        if runs and each - runs[-1][1] == timedelta(days=1):
            runs[-1][1] = each
        else:
            runs.append([each, each])
    return [[first.isoformat(), last.isoformat()] for first, last in runs]
