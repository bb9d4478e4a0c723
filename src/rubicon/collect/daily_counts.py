"""Daily counts from CSV: for each day and port whether it was imaged, and how many calls the images show.

Columns: `date, port, imaged, calls`. A day that was not imaged has `imaged` 0 and says nothing; calls on such a
day cannot have been counted from images, are left out and said.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from rubicon.collect.rows import Row, rows
from rubicon.errors import NoUsableRows
from rubicon.provenance import SourceFile

REQUIRED = ("date", "port", "imaged", "calls")
YES_NO = {"yes": "1", "true": "1", "no": "0", "false": "0"}
MOST_ROWS = 200_000


def read_daily_counts(file: SourceFile) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Rows of the table, and a note on calls of days that were not imaged.

    Raises NoUsableRows naming the row whose day, exposure or count cannot be, or that repeats a day of its port.
    """
    made: list[dict[str, Any]] = []
    seen: set[tuple[date, str]] = set()
    blind = 0
    for row in rows(file, REQUIRED):
        day, port = _day(row), row.need("port")
        imaged, calls = _number(row, "imaged"), _number(row, "calls", empty=True)
        if calls != int(calls):
            raise NoUsableRows(f"column `calls`: {calls:g} is no whole number", place=row.place)
        if calls and not imaged:
            blind, calls = blind + 1, 0.0
        if (day, port) in seen:
            raise NoUsableRows(f"{day.isoformat()} is given twice for {port}", place=row.place)
        if len(made) >= MOST_ROWS:
            raise NoUsableRows(f"more than {MOST_ROWS:,} rows", place=row.place)
        seen.add((day, port))
        made.append({"date": day, "port": port, "imaged": imaged, "calls": int(calls)})
    if not made:
        raise NoUsableRows("no row after the header", place=str(file.path))
    return made, (
        (f"{blind} rows have calls on a day that was not imaged; they were left out",) if blind else ()
    )


def _day(row: Row) -> date:
    text = row.need("date")
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise NoUsableRows(f"column `date`: {text!r} is no day", place=row.place) from error


def _number(row: Row, name: str, *, empty: bool = False) -> float:
    text = row.take(name) if empty else row.need(name)
    if text is None:
        return 0.0
    row.fields[name] = YES_NO.get(text.lower(), text)
    value = row.number_or_none(name)
    if value is None or not math.isfinite(value) or value < 0:
        raise NoUsableRows(f"column `{name}`: {text!r} is no count", place=row.place)
    return value
