"""A claim as it is compared: its number with slack, what it counts, of whom, in which window, published when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from rubicon.assess.units import FLOORS, unit_of
from rubicon.collect.dates import interval
from rubicon.errors import InvalidPosition

EVER, NEVER = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
SLACK, ROUGH_SLACK = 0.02, 0.10
"""Relative slack of a number: as written, and where the source calls it approximate."""
_ROUGH = re.compile(r"approx|about|around|nearly|almost|some\b|~|≈", re.IGNORECASE)
SAME_NAME = {
    "north korea": "dprk", "democratic people's republic of korea": "dprk", "dprk": "dprk", "rajin": "najin",
    "rason": "najin", "rf": "russia", "russian federation": "russia", "vostochnyy": "vostochny",
}  # fmt: skip
"""Names of one subject under which reports write it."""
DOINGS = (
    ("capacity", r"capacity|could hold|can hold|capable"),
    ("shown", r"shown|seen in|visible"),
    ("moved", r"deliver|sent|send|ship(?!s\b)|export|transfer|receiv|suppl|moved|provid"),
)
"""What is said to have been done with what was counted: `could hold` is not `held`."""
Window = tuple[datetime, datetime]


@dataclass(frozen=True)
class Stated:
    """One claim as it is compared."""

    claim_id: str
    root: str
    parent: str | None
    originator: str
    subject: str
    doing: str
    family: str
    base: float
    """How much one unit is in the family's base."""
    amount: float | None
    """The number as written; of a range the middle."""
    low: float
    high: float
    """In the family's base, with slack; infinite where open."""
    number: tuple[float, float] | None
    """Numerator and denominator where both are stated."""
    window: Window
    start_stated: bool
    published: Window
    denial: bool
    words: str


def stated(row: Mapping[str, Any]) -> Stated:
    """Read a CLAIM row for comparison.

    Raises InvalidPosition when its date or window is no date.
    """
    unit = unit_of(row["unit"], row["predicate"])
    published = _days(row["date_stated"])
    start, end = (_days(row[key]) if row[key] else None for key in ("period_start", "period_end"))
    low, high, amount = _numbers(row, unit.family, unit.base)
    words = f"{row['predicate'].replace('_', ' ')} {row['value']} {row['unit'] or ''}".strip()
    return Stated(
        claim_id=row["claim_id"],
        root=row["root"],
        parent=row["derived_from"],
        originator=row["originator"] or row["source"],
        subject=SAME_NAME.get(row["subject"].casefold(), row["subject"].casefold()),
        doing=_doing(row["predicate"], unit.words),
        family=unit.family,
        base=unit.base,
        amount=amount,
        low=low,
        high=high,
        number=(amount, row["denominator"]) if amount is not None and row["denominator"] else None,
        window=(start[0] if start else EVER, end[1] if end else published[1]),
        start_stated=start is not None,
        published=published,
        denial="denial" in row["source_type"].casefold(),
        words=f"{row['subject']}: {words}",
    )


def _days(text: str) -> Window:
    try:
        found = interval(text)
    except InvalidPosition as error:
        raise InvalidPosition(error.reason, place=f"claim dated {text!r}") from error
    return found.start, found.end


def _numbers(row: Mapping[str, Any], family: str, base: float) -> tuple[float, float, float | None]:
    """Ends of the value in the base with slack, and the number as written."""
    low, high = row["low"], row["high"]
    ends = [end for end in (low, high) if end is not None]
    if not ends:
        return 0.0, float("inf"), None
    amount = sum(ends) / len(ends)
    slack = ROUGH_SLACK if _ROUGH.search(f"{row['value']} {row['unit'] or ''}") else SLACK
    floor = row["bound"] == "exact" and family in FLOORS
    return (
        (0.0 if low is None else low * base * (1 - slack)),
        (float("inf") if high is None or floor else high * base * (1 + slack)),
        amount,
    )


def _doing(predicate: str, unit: str) -> str:
    text = f"{predicate.replace('_', ' ')} {unit}".lower()
    return next((name for name, pattern in DOINGS if re.search(pattern, text)), predicate)


def near(one: Stated, other: Stated, days: int) -> bool:
    """Whether two claims were published within so many days of each other."""
    gap = max(one.published[0] - other.published[1], other.published[0] - one.published[1])
    return gap <= timedelta(days=days)


def overlap(one: Stated, other: Stated) -> bool:
    """Whether the windows share a day."""
    return one.window[0] < other.window[1] and other.window[0] < one.window[1]


def inside(inner: Stated, outer: Stated) -> bool:
    """Whether one window lies in the other; a start that is not stated is taken to be that of the other."""
    starts = not (inner.start_stated and outer.start_stated) or inner.window[0] >= outer.window[0]
    return starts and inner.window[1] <= outer.window[1]


def agree(one: Stated, other: Stated) -> bool:
    """Whether an independent originator gives nearly the same number for the same thing and end of window."""
    if one.amount is None or other.amount is None or one.root == other.root:
        return False
    same = (one.subject, one.doing, one.family) == (other.subject, other.doing, other.family)
    apart = abs(one.window[1] - other.window[1]) <= timedelta(days=60)
    ratio = (one.amount * one.base) / (other.amount * other.base) if other.amount else 0.0
    return (
        same
        and one.originator != other.originator
        and not other.denial
        and apart
        and overlap(one, other)
        and 0.75 <= ratio <= 1 / 0.75
    )
