"""Times are read as UTC; order, zone and calendar are stated or proven, never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rubicon.collect.cells import Faults
from rubicon.collect.times import Times, settle_order
from rubicon.errors import AmbiguousDates, OptionError

T = datetime(2021, 3, 20, 0, 22, 11, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read(cells: list[Any] | pa.Array, **options: Any) -> tuple[list[datetime | str], list[str]]:
    """Each cell as a time or the name of its fault, and the notes."""
    array = cells if isinstance(cells, pa.Array) else pa.array(cells, pa.string())
    times, faults = Times("t", **options), Faults(len(array))
    made = times.read(array, faults)
    names = [faults.kinds[code - 1][0] if code else "" for code in faults.code]
    return [
        name or EPOCH + timedelta(microseconds=int(micros)) for name, micros in zip(names, made, strict=True)
    ], times.notes


@pytest.mark.parametrize(
    "text",
    [
        "2021-03-20T00:22:11Z",
        "2021-03-20 00:22:11",
        "2021-03-20T00:22:11.000000Z",
        "2021-03-20T09:22:11+09:00",
        "2021-03-20 09:22:11 +0900",
        "2021-03-19T19:22:11-05",
        "2021-03-20 00:22:11 UTC",
        "2021/03/20 00:22:11",
        "2021-03-20 12:22:11 AM",
        " 2021-03-20T00:22:11Z ",
        "1616199731",
        "1616199731000",
        "1616199731.0",
        "1616199731000000",
    ],
)
@pytest.mark.parametrize("beside", ["2021-03-20T00:00:00Z", "nonsense"])
def test_one_time_written_in_many_ways(text: str, beside: str) -> None:
    assert read([beside, text])[0][1] == T


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("20/03/2021 00:22:11", "day-first", T),
        ("03/20/2021 00:22:11", "month-first", T),
        ("20.03.2021 00:22", "day-first", T.replace(second=0)),
        ("3/4/2021 1:22 PM", "day-first", datetime(2021, 4, 3, 13, 22, tzinfo=UTC)),
        ("3/4/2021 1:22 PM", "month-first", datetime(2021, 3, 4, 13, 22, tzinfo=UTC)),
        ("3/4/2021 12:22:11 am", "month-first", datetime(2021, 3, 4, 0, 22, 11, tzinfo=UTC)),
        ("20/03/2021 09:22:11+09:00", "day-first", T),
        ("20/03/2021 00:22:11.5", "day-first", T.replace(microsecond=500000)),
        ("20/03/2021 00:22:11", "month-first", "time_not_read"),
        ("20/03/2021 00:22:11", "iso", "time_not_read"),
        ("31/02/2021 00:22:11", "day-first", "time_not_read"),
        ("20/03/21 00:22:11", "day-first", "time_not_read"),
    ],
)
def test_day_month_year(text: str, order: str, expected: datetime | str) -> None:
    assert read([text], dates=order)[0] == [expected]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "no_time"),
        ("", "no_time"),
        ("null", "no_time"),
        ("2021-03-20", "time_without_clock"),
        ("20/03/2021", "time_without_clock"),
        ("20210320", "time_without_clock"),
        ("44275", "excel_serial_date"),
        ("44275.0154", "excel_serial_date"),
        ("17", "time_not_read"),
        ("-5", "time_not_read"),
        ("1e400", "time_not_read"),
        ("2021-13-20 00:22", "time_not_read"),
        ("2021-02-30T00:22:11Z", "time_not_read"),
        ("2021-03-20 25:00:00", "time_not_read"),
        ("2021-03-20 13:22:11 PM", "time_not_read"),
        ("yesterday", "time_not_read"),
        ("2021-03-20T00:22:11+99:00", "time_not_read"),
    ],
)
def test_what_is_no_time_is_a_fault_of_its_row_alone(text: str | None, reason: str) -> None:
    assert read(["2021-03-20T00:22:11Z", text, "2021-03-20T00:22:11Z"])[0] == [T, reason, T]


def test_a_time_without_zone_is_utc_and_said() -> None:
    assert read(["2021-03-20 00:22:11"]) == (
        [T],
        ["times without a zone were read as UTC; state `timezone` if they are local"],
    )
    assert read(["2021-03-20T00:22:11Z"])[1] == []
    assert read(["2021-03-20 00:22:11"], says_utc=True)[1] == []


def test_local_times_that_clocks_skip_or_repeat_are_faults() -> None:
    texts = ["2021-03-28 02:30:00", "2021-10-31 02:30:00", "2021-07-31 02:30:00", "2021-03-28T02:30:00Z"]
    expected = [
        "local_time_skipped",
        "local_time_repeated",
        datetime(2021, 7, 31, 0, 30, tzinfo=UTC),
        datetime(2021, 3, 28, 2, 30, tzinfo=UTC),
    ]
    assert read(texts, timezone="Europe/Copenhagen")[0] == expected
    assert read(texts[:3], timezone="Europe/Copenhagen")[0] == expected[:3]


def test_a_zone_that_does_not_exist_is_named() -> None:
    with pytest.raises(OptionError, match="Mars/Base"):
        read(["2021-03-20 00:22:11"], timezone="Mars/Base")


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([T]).cast(pa.timestamp("ns", tz="Asia/Seoul")),
        pa.array([T.replace(tzinfo=None)]).cast(pa.timestamp("ms")),
        pa.array([1616199731]),
        pa.array([1616199731000.0]),
        pa.array(["2021-03-20T00:22:11Z"], pa.large_string()),
    ],
)
def test_typed_columns(cells: pa.Array) -> None:
    assert read(cells)[0] == [T]


def test_typed_columns_that_are_no_times() -> None:
    assert read(pa.array([date(2021, 3, 20)]))[0] == ["time_without_clock"]
    assert read(pa.array([None, 44275.0, 17.0]))[0] == ["no_time", "excel_serial_date", "time_not_read"]
    assert read(pa.array([True]))[0] == ["time_not_read"]
    narrow = pa.array([1616199731.0, 44275.0, None], pa.float32())
    assert read(narrow)[0] == ["time_damaged", "excel_serial_date", "no_time"]


def settle(*texts: str) -> tuple[str, str]:
    halves = np.array_split(np.arange(len(texts)), 2)
    return settle_order(((pa.array([texts[i] for i in half], pa.string()), half + 1) for half in halves), "f")


def test_one_row_that_proves_the_order_settles_it_and_is_said() -> None:
    assert settle("03/04/2021 00:22", "04/05/2021 00:22", "20/03/2021 00:22") == (
        "day-first",
        "dates were read day-first: row 3 says 20/03/2021 00:22 and no row contradicts",
    )
    assert settle("03/04/2021 00:22", "03/20/2021 00:22")[0] == "month-first"


def test_dates_that_fit_both_orders_are_ambiguous() -> None:
    with pytest.raises(AmbiguousDates, match=r"fits both.*03/04/2021"):
        settle("03/04/2021 00:22", "12/12/2021 00:22")


def test_dates_that_contradict_each_other_are_ambiguous() -> None:
    with pytest.raises(AmbiguousDates, match=r"row 1 \(13/04.*row 3 \(04/13"):
        settle("13/04/2021 00:22", "1/1/2021 00:00", "04/13/2021 00:22")


def test_a_date_that_fits_no_order_proves_nothing() -> None:
    with pytest.raises(AmbiguousDates, match="fits both"):
        settle("45/01/2021 00:22", "20/20/2021 00:22", "01/02/2021 00:00")
