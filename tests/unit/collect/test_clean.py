"""Order and repeats do not depend on the order of input."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from rubicon.collect.clean import clean
from rubicon.schema import POSITION, REJECT, Flag, rows_to_table

START = datetime(2024, 5, 1, tzinfo=UTC)


def position(ship: str, minute: float, lat: float = 42.0, **other: Any) -> dict[str, Any]:
    row = {
        "vessel_id": ship,
        "time_utc": START + timedelta(minutes=minute),
        "lat_deg": lat,
        "lon_deg": 130.0,
        "flags": 0,
        "source_id": "a",
        "offset": int(minute),
    }
    return row | other


def table(rows: list[dict[str, Any]]) -> pa.Table:
    return rows_to_table(rows, POSITION)


ROWS = [
    position("b", 3),
    position("b", 1),
    position("a", 2, source_id="z", offset=9, flags=int(Flag.NULL_ISLAND)),
    position("a", 2, source_id="a", offset=7),
    position("a", 2, 43.0),
    position("10", 0),
    position("9", 0),
]


def test_sorted_by_ship_time_place_and_origin() -> None:
    made, rejects = clean(table(ROWS))
    assert made.schema.equals(POSITION)
    assert rejects.schema.equals(REJECT)
    assert rejects.num_rows == 0
    keys = [(r["vessel_id"], r["time_utc"], r["lat_deg"], r["source_id"]) for r in made.to_pylist()]
    assert keys == sorted(keys)
    assert made.num_rows == len(ROWS)


def test_any_order_of_input_gives_the_same_table() -> None:
    expected, _ = clean(table(ROWS))
    for turn in range(len(ROWS)):
        made, _ = clean(table(ROWS[turn:] + ROWS[:turn]))
        assert made.equals(expected)


def test_repeats_are_flagged_except_the_first_and_keep_their_other_flags() -> None:
    made, _ = clean(table(ROWS))
    repeats = [r for r in made.to_pylist() if r["flags"] & Flag.DUPLICATE]
    assert [(r["vessel_id"], r["source_id"]) for r in repeats] == [("a", "z")]
    assert repeats[0]["flags"] == Flag.DUPLICATE | Flag.NULL_ISLAND


def test_cleaning_twice_changes_nothing_even_without_the_first_report() -> None:
    made, _ = clean(table(ROWS))
    assert clean(made)[0].equals(made)
    alone = made.filter(pa.array([bool(f & Flag.DUPLICATE) for f in made["flags"].to_pylist()]))
    assert clean(alone)[0]["flags"].to_pylist() == [Flag.NULL_ISLAND]


@pytest.mark.parametrize(
    ("time", "refused"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), True),
        (datetime(1989, 12, 31, 23, 59, 59, tzinfo=UTC), True),
        (datetime(1990, 1, 1, tzinfo=UTC), False),
        (datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2100, 1, 1, tzinfo=UTC), True),
    ],
)
def test_times_that_cannot_be_are_rejected_with_their_row(time: datetime, refused: bool) -> None:
    made, rejects = clean(table([position("a", 5), position("b", 1, time_utc=time, offset=77)]))
    assert made.num_rows == 2 - refused
    if refused:
        (row,) = rejects.to_pylist()
        assert (row["reason"], row["source_id"], row["offset"]) == ("impossible_time", "a", 77)
        assert str(time.year) in row["detail"]
        assert "b" in row["raw"]


def test_an_empty_table_stays_empty() -> None:
    made, rejects = clean(POSITION.empty_table())
    assert (made.num_rows, rejects.num_rows) == (0, 0)
    assert made.schema.equals(POSITION)
