"""Loitering hour by hour, from the definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from naive.positions import by_vessel

Fix = Mapping[str, Any]


def loitering(rows: Iterable[Fix], options: Any) -> list[tuple[str, float, float, int]]:
    """Ship, first and last time in seconds and number of hours of each stay, for ships that report their speed."""
    found = []
    for vessel, fixes in sorted(by_vessel(rows).items()):
        hours: dict[int, list[Fix]] = {}
        for fix in fixes:
            hours.setdefault(int(fix["time_utc"].timestamp() // 3600), []).append(fix)
        stay: list[int] = []
        for hour in [*sorted(hours), None]:
            speeds = [fix["speed_kn"] for fix in hours.get(hour, ())] if hour is not None else []
            slow = bool(speeds) and sum(speeds) / len(speeds) < options.max_speed_kn
            if stay and (not slow or hour != stay[-1] + 1):
                first, last = (
                    hours[stay[0]][0]["time_utc"].timestamp(),
                    hours[stay[-1]][-1]["time_utc"].timestamp(),
                )
                if last - first >= options.min_duration_h * 3600:
                    found.append((vessel, first, last, len(stay)))
                stay = []
            if slow and hour is not None:
                stay.append(hour)
    return found
