"""Dates of birth as lists state them, and whether two can be of one person.

A date is kept as YYYY, YYYY-MM or YYYY-MM-DD, a span as two of them with a stroke between. Lists state several, guess ("circa") and mistake day
for month, so that dates contradict only when no pair of them comes within a year. Known limit: a date that was given
wrongly by years, as some passports do, contradicts although the person is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

SLACK_YEARS = 1
CIRCA_YEARS = 3
"""A year that a list calls approximate is kept as a span of this many years to each side."""

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_PART = r"(?:(?:(\d{1,2}) )?([A-Za-z]{3}) )?(\d{4})"
_WRITTEN = re.compile(rf"^(circa )?{_PART}(?: to {_PART})?$")
_ISO = re.compile(r"^\d{4}(?:-\d{2}(?:-\d{2})?)?$")


def born(stated: str) -> str | None:
    """A date written 10 Dec 1948, Dec 1948, circa 1948 or 1947 to 1949, as kept; null when it is none of these."""
    found = _WRITTEN.match(" ".join(stated.split()))
    if not found:
        return None
    first = _iso(found.group(2), found.group(3), found.group(4))
    if first is None:
        return None
    if found.group(7):
        last = _iso(found.group(5), found.group(6), found.group(7))
        return last and f"{first}/{last}"
    if found.group(1):
        year = int(found.group(4))
        return f"{year - CIRCA_YEARS}/{year + CIRCA_YEARS}"
    return first


def iso_birth(stated: str | None) -> str | None:
    """A date written YYYY, YYYY-MM or YYYY-MM-DD, perhaps with a time behind; null when it is none."""
    text = (stated or "").strip()[:10]
    return text if _ISO.match(text) else None


def contradict(asked: Iterable[str], listed: Iterable[str]) -> bool:
    """Whether both sides state dates and none of one side comes within a year of one of the other."""
    ours, theirs = [_years(one) for one in asked], [_years(one) for one in listed]
    return bool(ours and theirs) and all(
        low > end + SLACK_YEARS or high < start - SLACK_YEARS for low, high in ours for start, end in theirs
    )


def agree(asked: Iterable[str], listed: Iterable[str]) -> bool:
    """Whether one date, to the day, stands on both sides."""
    return any(len(one) == 10 for one in set(asked) & set(listed))


def _years(kept: str) -> tuple[int, int]:
    first, _, last = kept.partition("/")
    return int(first[:4]), int((last or first)[:4])


def _iso(day: str | None, month: str | None, year: str) -> str | None:
    if not month:
        return year
    number = _MONTHS.get(month.lower())
    if number is None:
        return None
    return f"{year}-{number:02d}-{int(day):02d}" if day else f"{year}-{number:02d}"
