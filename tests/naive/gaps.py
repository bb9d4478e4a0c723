"""Gaps by looking at every pair: slow, plain, and written from the definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from naive.positions import by_vessel, hours


def gaps(
    rows: Iterable[Mapping[str, Any]], min_gap_h: float, data_end: datetime | None = None
) -> list[tuple[str, datetime, datetime | None, int]]:
    """Vessel, last time heard, next time heard (None: open) and positions in the 12 h before."""
    found = []
    for vessel, fixes in sorted(by_vessel(rows).items()):
        after: list[Mapping[str, Any] | None] = [*fixes[1:], None]
        for here, then in zip(fixes, after, strict=True):
            end = then["time_utc"] if then else data_end
            if end is None or hours(here, {"time_utc": end}) <= min_gap_h:
                continue
            before = sum(
                0 <= hours(other, here) <= 12 for other in fixes if other["time_utc"] <= here["time_utc"]
            )
            found.append((vessel, here["time_utc"], then["time_utc"] if then else None, before))
    return found
