"""Counts with bounds: how many calls there were, when only some days were looked at.

A call is seen when a look falls into its stay. With the chance q of that, and every number of calls equally
likely before the looks, the calls that were missed follow a negative binomial. q comes from the looks, the
stays (half, once and one and a half times the usual one) and the share of cloud; it needs all looks, those
that showed nothing too. Where the record holds hardly any of those, it was picked for what it shows: then the
number seen is a floor and no upper end is stated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rubicon.assess.units import unit_of
from rubicon.assess.visits import DATED, seen_between
from rubicon.case import Case, Port, utc
from rubicon.provenance import content_id
from rubicon.schema import COUNT, rows_to_table

STAYS = (0.5, 1.0, 1.5)
"""Stays that are tried, as multiples of the port's usual one."""
LEAST_EMPTY = 0.2
"""Share of looks without a ship under which a record was picked for what it shows."""
LEAST_CHANCE = 0.02
STEP_H = 1.0


def chance_seen(looks_h: Sequence[float], window_h: float, stay_h: float, *, cloud: float = 0.0) -> float:
    """Chance that a look falls into a stay that begins at any hour of the window.

    `looks_h` are hours from the start of the window, `cloud` the chance that a look shows nothing.
    """
    if not len(looks_h) or window_h <= 0:
        return 0.0
    looks = np.sort(np.asarray(looks_h, float))
    begins = np.arange(0.0, window_h, min(STEP_H, window_h / 10)) + min(STEP_H, window_h / 10) / 2
    total = 0.0
    for times in STAYS:
        within = np.searchsorted(looks, begins + times * stay_h, "right") - np.searchsorted(
            looks, begins, "left"
        )
        total += float((1 - cloud**within).mean()) if cloud else float((within > 0).mean())
    return total / len(STAYS)


def calls_given_seen(seen: int, chance: float, level: float = 0.9) -> tuple[int, int, int]:
    """Lower end, middle and upper end of the number of calls, when `seen` were seen with chance `chance` each."""
    most = int((seen + 10) / chance * 4) + 50
    missed = np.arange(most)
    log = np.concatenate(
        [[0.0], np.cumsum(np.log((seen + missed[1:]) / missed[1:]) + np.log1p(-min(chance, 1 - 1e-12)))]
    )
    weights: npt.NDArray[np.float64] = np.exp(log - log.max())
    up_to = np.cumsum(weights) / weights.sum()
    tail = (1 - level) / 2
    low, middle, high = (int(np.searchsorted(up_to, q)) for q in (tail, 0.5, 1 - tail))
    return seen + low, seen + middle, seen + high


def counts(case: Case, tables: Mapping[str, pa.Table]) -> pa.Table:
    """COUNT rows: calls at each port that a question asks about, over the period of the case."""
    start, end = utc(case.period.start), utc(case.period.end) + timedelta(days=1)
    asked = sorted({question.port for question in case.questions})
    rows = [_count(case.port(name), (start, end), tables) for name in asked if tables["OBSERVATION"].num_rows]
    return rows_to_table(rows, COUNT)


def _count(port: Port, window: tuple[datetime, datetime], tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    start, end = window
    looks = [
        row
        for row in tables["OBSERVATION"].to_pylist()
        if row["port"] == port.name and is_look(row) and start <= row["start"] < end
    ]
    seen = seen_between(tables["VISIT"], port.name, start, end)
    hours = [(look["start"] - start).total_seconds() / 3600 for look in looks]
    chance = chance_seen(hours, (end - start).total_seconds() / 3600, port.usual_stay_h)
    picked = not holds_empty_looks(looks) or chance < LEAST_CHANCE
    bounds = None if picked else calls_given_seen(len(seen), chance)
    quoted = quoted_totals(tables["CLAIM"], port)
    cited = sorted({key for visit in seen for key in visit["evidence_ids"]})
    row = {
        "port": port.name, "start": start, "end": end, "seen": len(seen), "looks": len(looks),
        "chance_seen": None if picked else chance,
        "low": float(bounds[0] if bounds else len(seen)),
        "median": float(bounds[1]) if bounds else None,
        "high": float(bounds[2]) if bounds else None,
        "quoted": [text for text, _ in quoted],
    }  # fmt: skip
    row["text"] = _text(row, cited)
    row["limits"] = _limits(picked, port)
    row["evidence_ids"] = sorted({*cited, *(key for _, key in quoted)})
    return {"count_id": content_id("count", row), **row}


def is_look(row: Mapping[str, Any]) -> bool:
    """Whether an observation is a dated look in which the compiler read something."""
    return bool(row["shows"] and row["end"] - row["start"] <= DATED)


def holds_empty_looks(looks: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a record holds looks without a ship too, so that it was not picked for what it shows."""
    empty = sum(set(look["shows"]) <= {"ship_gone", "stack_gone"} for look in looks)
    return bool(looks) and empty >= LEAST_EMPTY * len(looks)


def _text(row: Mapping[str, Any], cited: Sequence[str]) -> str:
    ours = f"Ours: {row['seen']} separate {'call' if row['seen'] == 1 else 'calls'} at {row['port']} from {row['looks']} dated looks, so at least {row['seen']}"
    if row["high"] is not None:
        ours += f"; 90 % interval {row['low']:.0f} to {row['high']:.0f}"
    else:
        ours += "; interval open above, because days on which nothing was seen are not in the record"
    return f"{ours}{' [' + ', '.join(cited) + ']' if cited else ''}."


def _limits(picked: bool, port: Port) -> list[str]:
    made = ["Totals quoted from others stand beside our count and never in it."]
    if picked:
        made.append(
            "Looks were published for what they show: no upper end can be stated without the days on which nothing was seen."
        )
    else:
        made.append(
            f"Assumes stays of {port.usual_stay_h * STAYS[0]:.0f} to {port.usual_stay_h * STAYS[-1]:.0f} h and looks made whatever they would show."
        )
    return made


def quoted_totals(claims: pa.Table, port: Port) -> list[tuple[str, str]]:
    """Totals of voyages that others state about a port or its ships, in words, with their claim."""
    names = {port.name.casefold(), *(alias.casefold() for alias in port.aliases)}
    made = []
    for row in claims.to_pylist():
        unit = unit_of(row["unit"], row["predicate"])
        about = any(name in row["subject"].casefold() for name in names)
        if unit.family == "voyages" and row["low"] is not None and about and row["root"] == row["claim_id"]:
            bound = {"at_least": "at least ", "more_than": "more than "}.get(row["bound"], "")
            window = " to ".join(part for part in (row["period_start"], row["period_end"]) if part)
            made.append(
                (
                    f"{row['source']}: {bound}{row['low']:.0f} {row['unit']}, {window} [{row['claim_id']}].",
                    row["claim_id"],
                )
            )
    return made
