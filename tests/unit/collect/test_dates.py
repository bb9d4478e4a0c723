"""Dates as reports write them, and the interval that each allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rubicon.collect.dates import interval
from rubicon.errors import InvalidPosition


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2023-10-17", utc(2023, 10, 17), utc(2023, 10, 18)),
        ("2023-10-20T11:01", utc(2023, 10, 20, 11, 1), utc(2023, 10, 20, 11, 1)),
        ("2023-10", utc(2023, 10, 1), utc(2023, 11, 1)),
        ("2023-12", utc(2023, 12, 1), utc(2024, 1, 1)),
        ("2023", utc(2023, 1, 1), utc(2024, 1, 1)),
        ("2023-09-07/08", utc(2023, 9, 7), utc(2023, 9, 9)),
        ("2025-09-30/10-01", utc(2025, 9, 30), utc(2025, 10, 2)),
        ("2023-10/2023-11", utc(2023, 10, 1), utc(2023, 12, 1)),
        ("2023-08/2024-02-12", utc(2023, 8, 1), utc(2024, 2, 13)),
    ],
)
def test_stated_dates(text: str, start: datetime, end: datetime) -> None:
    found = interval(text)
    assert (found.start, found.end, found.tz_stated) == (start, end, False)


def test_local_dates_move_by_the_offset_and_a_stated_zone_wins() -> None:
    local = interval("2023-10-17", utc_offset_h=9)
    assert local.start == utc(2023, 10, 16, 15)
    assert local.end - local.start == timedelta(days=1)
    stated = interval("2023-10-20T11:01+09:00", utc_offset_h=5)
    assert (stated.start, stated.tz_stated) == (utc(2023, 10, 20, 2, 1), True)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2023-13-01", "2023-02-30", "17/10/2023", "2023-10-20/19", "2023-1-2"]
)
def test_what_is_no_date_is_named(text: str) -> None:
    with pytest.raises(InvalidPosition) as error:
        interval(text)
    assert error.value.place == text
