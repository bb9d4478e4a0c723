"""Dates as reports write them, turned into the interval of time that the statement allows.

Understood: `2023-10-17`, `2023-10-20T11:01`, `2023-10`, `2023`, and ranges such as `2023-09-07/08`,
`2025-09-30/10-01`, `2023-08/2024-02-12`. An end that leaves out its year or month takes them from the start.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from rubicon.errors import InvalidPosition

_POINT = re.compile(
    r"(?P<y>\d{4})(?:-(?P<m>\d{2})(?:-(?P<d>\d{2})(?:[T ](?P<H>\d{2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?(?P<z>Z|[+-]\d{2}:?\d{2})?)?)?)?"
)


@dataclass(frozen=True)
class Interval:
    """From `start` to `end` in UTC, and whether the statement gave its time zone."""

    start: datetime
    end: datetime
    tz_stated: bool


def interval(text: str, utc_offset_h: float = 0.0) -> Interval:
    """The interval that a stated date allows; local to the given offset unless a zone is stated.

    A day lasts until the next midnight, a month until the next month; a clock time is an instant.
    Raises InvalidPosition (a time that cannot be) with the text as its place.
    """
    first, _, second = text.strip().partition("/")
    start, start_end, stated = _point(first, text, utc_offset_h)
    if not second:
        return Interval(start, start_end, stated)
    missing = len(first.split("T")[0]) - len(second) if len(second) < 7 and not second.startswith("20") else 0
    last, end, _ = _point(first[:missing] + second, text, utc_offset_h)
    if last < start:
        raise InvalidPosition("the range ends before it begins", place=text)
    return Interval(start, end, stated)


def _point(part: str, whole: str, utc_offset_h: float) -> tuple[datetime, datetime, bool]:
    found = _POINT.fullmatch(part)
    if not found:
        raise InvalidPosition("is not a date", place=whole)
    year, month, day = int(found["y"]), int(found["m"] or 1), int(found["d"] or 1)
    try:
        start = datetime(
            year,
            month,
            day,
            int(found["H"] or 0),
            int(found["M"] or 0),
            int(found["S"] or 0),
            tzinfo=_zone(found["z"], utc_offset_h),
        )
    except ValueError as error:
        raise InvalidPosition(str(error), place=whole) from error
    if found["H"]:
        end = start
    elif found["d"]:
        end = start + timedelta(days=1)
    elif found["m"]:
        end = start.replace(year=year + month // 12, month=month % 12 + 1)
    else:
        end = start.replace(year=year + 1)
    return start.astimezone(UTC), end.astimezone(UTC), bool(found["z"])


def _zone(text: str | None, utc_offset_h: float) -> timezone:
    if text is None:
        return timezone(timedelta(hours=utc_offset_h))
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
