"""Claims from a timeline in JSON: the events of TimelineJS (Knight Lab), or a plain list of dated entries.

TimelineJS: `{"events": [{"unique_id", "start_date": {"year", "month", "day"}, "text": {"headline", "text"}, "group",
"media": {"url", "credit"}}]}`. A plain list: `[{"id", "date", "title", "source", "url"}]`. The first number with a
unit that claims use (containers, shells, visits, tonnes ...) becomes value and unit; an entry without one is a
claim in words. Nothing is read into an entry beyond that: its subject is the group, its predicate `stated`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from rubicon.collect.claims import bounds, denominator, originator, rooted
from rubicon.errors import EmptyInput, InputTooLarge, NoUsableRows
from rubicon.provenance import SourceFile

MOST_BYTES, MOST_EVENTS = 50_000_000, 100_000
NOT_STATED = "not stated"
_TAGS = re.compile(r"<[^>]{0,1000}>")
_QUANTITY = re.compile(
    r"(?P<value>(?:more than|at least|fewer than|less than|up to|over|about|around|nearly|almost|some|>=?|<=?)?\s*"
    r"\d[\d,.]*\d?\s*(?:million|thousand|billion)?(?: of \d+)?)\s+"
    r"(?P<unit>(?:[\w-]+ ){0,2}?(?:containers?|shells?|rounds?|munitions?|missiles?|visits?|trips?|shipments?|voyages?|days?|tonnes?|tons?|vessels?|ships?))\b",
    re.IGNORECASE,
)


def read_timeline(
    file: SourceFile, grades: Mapping[str, str] | None = None
) -> tuple[pa.Table, tuple[str, ...]]:
    """CLAIM rows of a timeline, and a note on entries that have no date or no words.

    Raises EmptyInput, InputTooLarge, and NoUsableRows when the file is no timeline or no entry of it can be used.
    """
    if file.size_bytes == 0:
        raise EmptyInput("the file has no content", place=str(file.path))
    if file.size_bytes > MOST_BYTES:
        raise InputTooLarge(f"more than {MOST_BYTES:,} bytes", place=str(file.path))
    try:
        document = json.loads(file.path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NoUsableRows(f"is not JSON: {error}", place=str(file.path)) from error
    events = document.get("events") if isinstance(document, dict) else document
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise NoUsableRows(f"has no list of at most {MOST_EVENTS:,} events", place=str(file.path))
    made = [
        _claim(event, number, file, grades or {})
        for number, event in enumerate(events, 1)
        if isinstance(event, dict)
    ]
    used = [claim for claim in made if claim]
    if not used:
        raise NoUsableRows("no event has a date and words", place=str(file.path))
    if len({claim["claim_id"] for claim in used}) < len(used):
        raise NoUsableRows("two events have one id", place=str(file.path))
    left = len(events) - len(used)
    return rooted(used, str(file.path)), (
        (f"{left} events without a date or words were left out",) if left else ()
    )


def _claim(
    event: Mapping[str, Any], number: int, file: SourceFile, grades: Mapping[str, str]
) -> dict[str, Any] | None:
    """One event as a claim; None when it has no date or no words."""
    text, media = _dict(event.get("text")), _dict(event.get("media"))
    words = _plain(text.get("headline") or event.get("title") or text.get("text") or event.get("text"))
    day = _day(event)
    if not words or not day:
        return None
    found = _QUANTITY.search(words)
    value, unit = (found["value"].strip().rstrip(",."), found["unit"].lower()) if found else (words, None)
    bound, low, high = bounds(value, unit)
    source = _plain(event.get("source") or media.get("credit")) or file.publisher or NOT_STATED
    return {
        "claim_id": _plain(event.get("unique_id") or event.get("id")) or f"T{number:03d}",
        "date_stated": day,
        "source": source,
        "source_type": _plain(event.get("source_type")) or "timeline",
        "subject": _plain(event.get("group")) or NOT_STATED,
        "predicate": "stated",
        "value": value,
        "bound": bound,
        "low": low,
        "high": high,
        "unit": unit,
        "derived_from": _plain(event.get("derived_from")) or None,
        "reliability": grades.get(source),
        "url": _plain(event.get("url") or media.get("url")) or None,
        "note": words if found else None,
        "source_id": file.source_id,
        "offset": number,
        "denominator": denominator(value),
        "originator": originator(source),
    }


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _plain(value: Any) -> str:
    """Text without markup, on one line."""
    return " ".join(_TAGS.sub(" ", value).split()) if isinstance(value, str) else ""


def _day(event: Mapping[str, Any]) -> str:
    """The date as far as it is stated: year, month, day; empty when there is none."""
    if text := _plain(event.get("date")):
        return text
    start = _dict(event.get("start_date"))
    try:
        parts = [int(start[key]) for key in ("year", "month", "day") if start.get(key) not in (None, "")]
    except (TypeError, ValueError):
        return ""
    return "-".join(f"{part:04d}" if place == 0 else f"{part:02d}" for place, part in enumerate(parts))
