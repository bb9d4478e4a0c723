"""Dated looks at a port: which of them a question may count, and what follows from their order.

Looks by one observer within `SAME_VISIT` of each other, and rows that repeat others, are one root with
one vote. Piers that the case does not count weigh nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from rubicon.case import Case, Question, utc

SAME_VISIT = timedelta(days=4)
"""Calls at Najin lasted one to three days and came about every four (observation G016)."""

Look = Mapping[str, Any]


def looks_at(case: Case, question: Question, observations: Sequence[Look]) -> tuple[list[Look], list[Look]]:
    """Looks that lie inside the question's port and window, and those there that weigh nothing.

    `observations` are OBSERVATION rows in order of time. A look weighs when its whole interval lies in the window, the compiler read something in it, and its
    pier counts in this case.
    """
    start, end = utc(question.start), utc(question.end)
    not_counted = {berth.name for berth in case.port(question.port).berths if not berth.counts}
    weighing: list[Look] = []
    background: list[Look] = []
    for look in observations:
        if look["port"] != question.port or look["end"] <= start or look["start"] >= end:
            continue
        inside = start <= look["start"] and look["end"] <= end
        weighs = inside and look["shows"] and look["berth"] not in not_counted
        (weighing if weighs else background).append(look)
    return weighing, background


def in_order(observations: pa.Table) -> list[Look]:
    """OBSERVATION rows in order of time, so that the order of a file changes nothing."""
    return sorted(observations.to_pylist(), key=lambda row: (row["start"], row["end"], row["observation_id"]))


def roots(looks: Sequence[Look]) -> dict[str, str]:
    """The root of each look: the earliest look that it repeats or shares a visit and an observer with, at any remove."""
    parent = {look["observation_id"]: look["observation_id"] for look in looks}
    rank = {key: place for place, key in enumerate(parent)}

    def root(key: str) -> str:
        while parent[key] != key:
            key = parent[key]
        return key

    def join(one: str, other: str) -> None:
        first, second = sorted((root(one), root(other)), key=rank.__getitem__)
        parent[second] = first

    last: dict[str, Look] = {}
    for look in looks:
        previous = last.get(look["observer"])
        if previous is not None and look["start"] - previous["end"] <= SAME_VISIT:
            join(previous["observation_id"], look["observation_id"])
        last[look["observer"]] = look
        for original in look["repeats"]:
            if original in parent:
                join(original, look["observation_id"])
    return {key: root(key) for key in parent}


def departures(looks: Sequence[Look]) -> list[tuple[Look, Look]]:
    """Pairs of looks at one berth between which a ship left: present, then gone, with nothing between."""
    pairs = []
    by_berth: dict[str | None, Look] = {}
    for look in looks:
        if "ship_present" in look["shows"]:
            by_berth[look["berth"]] = look
        elif "ship_gone" in look["shows"] and look["berth"] in by_berth:
            pairs.append((by_berth.pop(look["berth"]), look))
    return pairs


def sentence(look: Look) -> str:
    """One sentence for one look, with its evidence id in brackets."""
    ship = ""
    if look["vessel"]:
        ship = f", named as {look['vessel']}{' (probable)' if look['vessel_probable'] else ''}"
    length = f", about {look['length_m']:.0f} m long" if look["length_m"] else ""
    return f"{look['date_stated']}, {look['site']}: {look['observer']} reported {look['quantity']}{ship}{length} [{look['observation_id']}]."


def departure_sentence(before: Look, after: Look) -> str:
    """When the ship left, between two looks, with the caveat on the time zone."""
    width = after["start"] - before["end"]
    zone = (
        ""
        if before["tz_stated"] and after["tz_stated"]
        else "; the source states no time zone, and the bracket does not depend on it"
    )
    return (
        f"The ship at the {before['berth'] or before['site']} left between {before['date_stated']} and {after['date_stated']}, "
        f"a bracket of {hours_and_minutes(width)}{zone} [{before['observation_id']}, {after['observation_id']}]."
    )


def hours_and_minutes(span: timedelta) -> str:
    """A duration in words: `4 h 42 min`."""
    minutes = round(span.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min"


def window_words(start: datetime, end: datetime) -> str:
    """A window for a sentence, in the zone in which it was asked; an end at midnight is the day before."""
    last = end - timedelta(seconds=1)
    if start.date() == last.date():
        return f"on {start:%-d %B %Y}"
    return f"between {start:%-d %B %Y} and {last:%-d %B %Y}"
