"""POSITION tables and plain rows for tests of detectors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from rubicon.schema import POSITION, rows_to_table

START = datetime(2024, 1, 1, tzinfo=UTC)


def fix(minutes: float, lat: float, lon: float, vessel: str = "a", **more: Any) -> dict[str, Any]:
    """One position, some minutes after the start of 2024."""
    time = START + timedelta(minutes=minutes)
    return {"vessel_id": vessel, "time_utc": time, "lat_deg": lat, "lon_deg": lon} | more


def table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as a POSITION table; file and row number are made up where they are not given."""
    made = [{"flags": 0, "source_id": "f", "offset": n} | dict(row) for n, row in enumerate(rows, 1)]
    return rows_to_table(made, POSITION)


def by_vessel(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Rows of each vessel in order; of several with one time and place the first by content stays."""

    def order(row: Mapping[str, Any]) -> tuple[Any, ...]:
        names = ("speed_kn", "course_deg", "heading_deg")
        unknown = [(row.get(name) is None, row.get(name) or 0.0) for name in names]
        return (row["vessel_id"], row["time_utc"], row["lat_deg"], row["lon_deg"], *unknown)

    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(rows, key=order):
        mine = found.setdefault(row["vessel_id"], [])
        if not mine or order(mine[-1])[:4] != order(row)[:4]:
            mine.append(row)
    return found


def hours(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> float:
    return (later["time_utc"] - earlier["time_utc"]).total_seconds() / 3600.0
