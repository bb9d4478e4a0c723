"""Identity: a ship that changes what it says it is, or says what cannot be.

Reads VESSEL, the statements about identity in AIS static messages, tables and registers. Gives EVENTs of kind `identity`; `detail.change` is one of

- `name`, `call_sign`, `imo`, `flag`, `length_m`, `beam_m`: what one number states changes. When a value comes back, all changes of the number are
  one event with `alternating` true: two ships that use one number look like that, and so does a ship whose crew corrects itself;
- `imo_check_digit`: the stated IMO number is none, its check digit does not hold;
- `flag_and_mmsi`: the stated flag is not that of the State whose digits (MID) the MMSI has;
- `mmsi`: a valid IMO number goes on under another MMSI (a change of flag makes this, and is lawful);
- `imo_shared`: two MMSIs state one valid IMO number in overlapping periods: one of them is not that ship.

Start is the last statement of the old value, end the first of the new; a single statement has both in one. Latitude and longitude are those of the
ship's last position before the end, null when it has none. Score: mmsi 0.5, name and call_sign 0.4, others 0.6, imo_shared 0.8. Evidence: the two statements.

Known false positives: refits and corrections, static data typed wrong, registers of different date, tugs and barges that share a set, ships
sold and renamed lawfully. A change of name or flag is no sign of wrongdoing by itself.

Sources: ITU-R M.1371-5 (static data), ITU-R M.585 (MMSI), ITU Table of Maritime Identification Digits, IMO resolution A.1117(30) (check digit).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from rubicon.detect._support import Event, event_table
from rubicon.identifiers import could_be_a_ships_mmsi
from rubicon.provenance import content_id, evidence_id

NEEDS = "VESSEL"
KEY = ("vessel_id",)
ORDER = ("time_utc",)
GIVES = "EVENT"
VERSION = "1"
LOOKBACK_S = 365 * 86_400
"""Identities change over years."""

TEXTS, SIZES = ("name", "call_sign", "imo", "flag"), ("length_m", "beam_m")
SCORES = {"name": 0.4, "call_sign": 0.4, "mmsi": 0.5, "imo_shared": 0.8}
OTHER_SCORE = 0.6


class Options(BaseModel):
    """What counts as a change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_size_change_m: float = Field(
        default=5.0,
        ge=0,
        description="Dimensions that differ by less are the same ship: antennas are measured to metres, and lengths are stated over all or between perpendiculars.",
    )
    min_statements: int = Field(
        default=1,
        ge=1,
        description="A value counts when it is stated so often in a row. 1, because tables state each value once; for raw AIS, 2 leaves out damaged messages.",
    )


PROFILES: dict[str, Options] = {"rubicon": Options(), "gfw": Options()}
"""Global Fishing Watch publishes no definition of its own; `gfw` is the same."""


class Said(NamedTuple):
    """One value in a row of equal statements: when and where first and last."""

    value: Any
    shown: Any
    first_us: int
    last_us: int
    first_id: str
    last_id: str
    times: int


def detect(table: pa.Table, options: Options) -> pa.Table:
    """Find changes; see the module's text.

    `table` holds VESSEL rows; those without a time are left out. `detail`: change, before and after (or value, values), alternating,
    runs, statements; flag_before and flag_after of a changed MMSI; other_vessel_id of a shared IMO number.
    """
    dated = table.filter(pc.is_valid(table["time_utc"])) if table.num_rows else table
    rows = _ordered(dated.to_pylist())
    ships: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        ships.setdefault(row["vessel_id"], []).append(row)
    rule = content_id(VERSION, options.model_dump(mode="json"))
    found = [event for ship, said in ships.items() for event in _of_one(ship, said, options, rule)]
    return event_table(found + list(_across(rows, rule)))


def _ordered(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Statements by ship and time, each once."""
    keyed = {}
    for row in map(_row, rows):
        keyed[(row["vessel_id"], row["us"], row["source_id"], row["offset"])] = row
    return [keyed[key] for key in sorted(keyed)]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    time: datetime = row["time_utc"]
    return row | {"us": round(time.timestamp() * 1e6), "id": evidence_id(row["source_id"], row["offset"])}


def _of_one(ship: str, rows: Sequence[dict[str, Any]], options: Options, rule: str) -> Iterator[Event]:
    for name in TEXTS:
        runs = _runs(rows, name, lambda value: " ".join(str(value).casefold().split()), options)
        yield from _changes(ship, name, runs, rule)
    for name in SIZES:
        yield from _changes(ship, name, _sizes(rows, name, options), rule)
    yield from _impossible(ship, rows, rule)


def _runs(rows: Sequence[dict[str, Any]], name: str, form: Any, options: Options) -> list[Said]:
    """Equal statements in a row; values stated too seldom in a row are left out, and their neighbours joined."""
    runs: list[Said] = []
    for row in rows:
        if row[name] in (None, ""):
            continue
        runs = _joined(runs, Said(form(row[name]), row[name], row["us"], row["us"], row["id"], row["id"], 1))
    kept: list[Said] = []
    for run in runs:
        if run.times >= options.min_statements:
            kept = _joined(kept, run)
    return kept


def _joined(runs: list[Said], run: Said) -> list[Said]:
    if runs and runs[-1].value == run.value:
        last = runs[-1]
        runs[-1] = last._replace(last_us=run.last_us, last_id=run.last_id, times=last.times + run.times)
        return runs
    runs.append(run)
    return runs


def _sizes(rows: Sequence[dict[str, Any]], name: str, options: Options) -> list[Said]:
    """Dimensions in a row; one that differs little from the value that stands takes that value."""
    standing: list[float] = []

    def form(value: float) -> float:
        near = [known for known in standing if abs(known - value) < options.min_size_change_m]
        if not near:
            standing.append(value)
        return near[0] if near else value

    return _runs(rows, name, form, options)


def _changes(ship: str, name: str, runs: Sequence[Said], rule: str) -> Iterator[Event]:
    values = list(dict.fromkeys(run.value for run in runs))
    if len(runs) > len(values):
        shown = {run.value: run.shown for run in reversed(runs)}
        about = {"values": [shown[value] for value in values], "runs": len(runs), "alternating": True}
        yield _event(ship, name, (runs[0], runs[-1]), about, rule)
        return
    for before, after in pairwise(runs):
        about = {"before": before.shown, "after": after.shown, "alternating": False}
        yield _event(ship, name, (before, after), about, rule)


def _event(ship: str, change: str, ends: tuple[Said, Said], about: dict[str, Any], rule: str) -> Event:
    before, after = ends
    detail = {"change": change, "statements": before.times + after.times} | about
    ids = list(dict.fromkeys((before.last_id, after.first_id)))
    return Event(
        "identity", ship, before.last_us, after.first_us, None, None, SCORES.get(change, OTHER_SCORE), detail, ids,
        (rule, change, *sorted(map(str, about.values()))),
    )  # fmt: skip


def _impossible(ship: str, rows: Sequence[dict[str, Any]], rule: str) -> Iterator[Event]:
    """Numbers whose check digit does not hold, and flags that the MMSI contradicts; each once."""
    seen: set[tuple[str, str]] = set()
    for row in rows:
        country = mid_country(row["mmsi"] or ship)
        wrong = []
        if row["imo"] and row["imo_valid"] is False:
            wrong.append(("imo_check_digit", {"value": row["imo"]}))
        if (
            row["flag"]
            and re.fullmatch(r"[A-Za-z]{2}", row["flag"])
            and country not in (None, row["flag"].upper())
        ):
            wrong.append(("flag_and_mmsi", {"value": row["flag"], "flag_of_mmsi": country}))
        for change, about in wrong:
            if (change, about["value"]) not in seen:
                seen.add((change, about["value"]))
                once = Said(None, None, row["us"], row["us"], row["id"], row["id"], 1)
                yield _event(ship, change, (once, once), about | {"alternating": False}, rule)


def _across(rows: Sequence[dict[str, Any]], rule: str) -> Iterator[Event]:
    """IMO numbers that more than one MMSI states."""
    spans: dict[str, dict[str, Said]] = {}
    for row in rows:
        if row["imo"] and row["imo_valid"]:
            of = spans.setdefault(row["imo"], {})
            said = Said(row["imo"], row["imo"], row["us"], row["us"], row["id"], row["id"], 1)
            if (known := of.get(row["vessel_id"])) is not None:
                said = known._replace(last_us=row["us"], last_id=row["id"], times=known.times + 1)
            of[row["vessel_id"]] = said
    for imo, ships in sorted(spans.items()):
        order = sorted(ships.items(), key=lambda item: (item[1].first_us, item[0]))
        for (old, before), (new, after) in pairwise(order):
            about = {"imo": imo, "other_vessel_id": old, "alternating": False}
            if after.first_us > before.last_us:
                flags = {"flag_before": mid_country(old), "flag_after": mid_country(new)}
                yield _event(
                    new, "mmsi", (before, after), about | {"before": old, "after": new} | flags, rule
                )
            else:
                overlap = before._replace(last_us=after.first_us, last_id=before.first_id)
                yield _event(new, "imo_shared", (overlap, after), about, rule)


def mid_country(mmsi: str) -> str | None:
    """The State (ISO 3166 alpha-2) that assigned a ship's MMSI, by its first three digits; null when there is none."""
    return _mids().get(mmsi[:3]) if could_be_a_ships_mmsi(mmsi) else None


@cache
def _mids() -> dict[str, str]:
    text = resources.files("rubicon.detect").joinpath("data", "mid.csv").read_text(encoding="utf-8")
    return {row["mid"]: row["country"] for row in csv.DictReader(text.splitlines())}
