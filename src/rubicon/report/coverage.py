"""The coverage matrix: which jurisdiction has listed which ship, when, and how far from the named event."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from rubicon.case import Case
from rubicon.report.svg import WIDE_PX, Frame, Key, el, legend, paragraph, text, tip
from rubicon.report.text import counted, day, natural, number
from rubicon.schema import Origin

CELL_PX = 46.0
STATUS_WORDS = {"listed": "listed", "not_listed": "not listed", "unknown": "unknown"}


def lag_words(lag_days: float | None) -> str:
    """A lag in days, in words: after the event, before it, or on its day; empty when it is not known."""
    if lag_days is None:
        return ""
    if lag_days == 0:
        return "same day"
    return f"{number(abs(lag_days))} d {'after' if lag_days > 0 else 'before'}"


def cells(options: pa.Table | None) -> list[dict[str, Any]]:
    """Rows of OPTION that are cells of the matrix, with the JSON detail read, in a fixed order."""
    if options is None:
        return []
    rows = [
        row | {"detail": json.loads(row["detail"])}
        for row in options.to_pylist()
        if row["kind"] == "coverage"
    ]
    return sorted(rows, key=lambda row: (natural(row["subject"]), natural(row["actor"]), row["option_id"]))


def coverage_svg(case: Case, tables: Mapping[str, pa.Table], width_px: int = WIDE_PX) -> str:
    """Ships down, jurisdictions across; a cell says listed with date and lag, not listed, or unknown.

    `unknown` means that no list of that jurisdiction was read for the ship: it is not `not listed`. On a
    narrow page the jurisdictions wrap into several blocks.
    """
    rows = cells(tables.get("OPTION"))
    subjects = list(dict.fromkeys(row["subject"] for row in rows))
    listed = Counter(row["actor"] for row in rows if row["status"] == "listed")
    actors = sorted({row["actor"] for row in rows}, key=lambda actor: (-listed[actor], natural(actor)))
    found = {(row["subject"], row["actor"]): row for row in rows}
    left = 78.0 if width_px != WIDE_PX else 130.0
    across = max(1, int((width_px - left) // (76 if width_px == WIDE_PX else 90)))
    wide = min((width_px - left) / min(across, max(len(actors), 1)), 128.0)
    body, y = [], 0.0
    for start in range(0, len(actors), across):
        block = actors[start : start + across]
        body += [
            text(left + (i + 0.5) * wide, y + 14, actor, "f-p2", text_anchor="middle")
            for i, actor in enumerate(block)
        ]
        y += 22
        for subject in subjects:
            body.append(text(0, y + CELL_PX / 2 + 4, subject, "f-l"))
            for i, actor in enumerate(block):
                body.append(_cell(found.get((subject, actor)), left + i * wide, y, wide))
            y += CELL_PX
        y += 12
    if not rows:
        body, y = [text(0, 16, "No listing of the case's ships was looked up.", "f-t")], 26.0
    keys, keys_px = legend(_keys() if rows else [], 0, y + 8, width_px)
    note, note_px = paragraph(0, y + keys_px + 16, _event_words(case), width_px)
    return _frame(case, rows, width_px).draw("".join(body) + keys + note, y + keys_px + note_px + 8)


def _cell(row: dict[str, Any] | None, x: float, y: float, wide: float) -> str:
    """One cell: filled with date and lag, open with a dash, or hatched with a question mark."""
    status = row["status"] if row else "unknown"
    words = tip(row["text"] if row else "not looked up: unknown")
    box = el(
        "rect",
        words,
        x=x + 1,
        y=y + 1,
        width=wide - 2,
        height=CELL_PX - 2,
        class_=f"f-{status.replace('_', '-')}-cell",
    )
    middle = x + wide / 2
    if status == "listed" and row:
        lag = lag_words(row["detail"].get("lag_days"))
        dated = text(middle, y + (20 if lag else 27), row["date"] or "no date", "f-on", text_anchor="middle")
        return box + dated + (text(middle, y + 35, lag, "f-on-s", text_anchor="middle") if lag else "")
    sign = "not listed" if status == "not_listed" else "unknown"
    owner = "owner listed" if row and row["detail"].get("owners") else ""
    lines = el(
        "path", d=f"M{x + 1:.1f} {y + CELL_PX - 1:.1f}L{x + wide - 1:.1f} {y + 1:.1f}", class_="f-strike"
    )
    return (
        box
        + (lines if status == "unknown" else "")
        + text(middle, y + (20 if owner else 27), sign, "f-off", text_anchor="middle")
        + (text(middle, y + 35, owner, "f-off", text_anchor="middle") if owner else "")
    )


def _keys() -> list[Key]:
    boxes = {
        "listed": "listed: date, days from the named event",
        "not-listed": "looked up, not listed",
        "unknown": "unknown: no list of this jurisdiction was read",
    }
    return [
        Key(el("rect", x=0, y=-6, width=16, height=12, class_=f"f-{kind}-cell"), words)
        for kind, words in boxes.items()
    ]


def _event_words(case: Case) -> str:
    """From which event lags are counted."""
    if case.first_evidence is None:
        return "The case names no event to count from."
    return (
        f"Days are counted from {day(case.first_evidence)}: {case.first_evidence_text or 'the event that the case names'}. "
        "A listing has its own ground, which may not be that event."
    )


def _frame(case: Case, rows: list[dict[str, Any]], width_px: int) -> Frame:
    tally = ", ".join(
        f"{counted(sum(row['status'] == status for row in rows), 'cell')} {words}"
        for status, words in STATUS_WORDS.items()
    )
    source = f"Source: the lists and case facts named in the table below. Figure: Rubicon, case {case.id}."
    title = "Dates of listing, by ship and jurisdiction"
    return Frame(
        "coverage",
        title,
        f"Matrix of ships and jurisdictions: {tally}.",
        source,
        width_px,
        case.origin is Origin.SIMULATED,
    )
