"""Many ships at once: which list entries each meets, without the sentences that a single answer gives.

Numbers and normalised names are looked up; only ships that meet nothing by name go through scripts and spellings. Then `changes` tells which of a
fleet's answers a new version of the lists alters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from rubicon.identifiers import imo_valid
from rubicon.screen.index import Index
from rubicon.screen.judge import SCORES, Query
from rubicon.screen.scripts import latin
from rubicon.screen.spelling import closed

FLEET_HIT = pa.schema(
    [
        pa.field("ship", pa.int64(), nullable=False),
        pa.field("entry", pa.int64(), nullable=False),
        pa.field("class", pa.string(), nullable=False),
        pa.field("score", pa.float64(), nullable=False),
    ]
)
"""Number of the ship in the order asked, number of the entry in the index, class and strength as of `judge`."""


@dataclass(frozen=True)
class Change:
    """A ship whose answer differs between two versions of the lists."""

    query: Query
    listing_id: str
    name: str
    before: str
    after: str


def lookup(
    index: Index, imos: Sequence[str | None], names: Sequence[str | None], *, deep: bool = True
) -> pa.Table:
    """FLEET_HIT rows for ships given by number, name or both; `deep` tries scripts and spellings for names that meet nothing."""
    ships: list[int] = []
    entries: list[int] = []
    classes: list[str] = []
    scores: list[float] = []
    for ship, (imo, name) in enumerate(zip(imos, names, strict=True)):
        for at, class_, score in _hits(index, imo, name, deep):
            ships.append(ship)
            entries.append(at)
            classes.append(class_)
            scores.append(score)
    return pa.table([ships, entries, classes, scores], schema=FLEET_HIT)


def fleet_of(vessels: pa.Table) -> list[Query]:
    """Queries for all ships that VESSEL statements name: one for each number, name, MMSI and call sign said together."""
    columns = [vessels[name].to_pylist() for name in ("name", "imo", "mmsi", "call_sign")]
    said = dict.fromkeys(zip(*columns, strict=True))
    return [
        Query(name or "", imo or "", mmsi=mmsi or "", call_sign=call_sign or "")
        for name, imo, mmsi, call_sign in said
        if name or imo
    ]


def changes(queries: Iterable[Query], before: Index, after: Index) -> list[Change]:
    """Ships whose answers differ: newly listed, gone, or in another class; in the order asked."""
    return [change for query in queries for change in _changes(query, before, after)]


def _changes(query: Query, before: Index, after: Index) -> list[Change]:
    was, now = (
        {entry["listing_id"]: (entry["name"], verdict.class_) for entry, verdict in index.search(query)}
        for index in (before, after)
    )
    found = []
    for id_ in sorted({*was, *now}):
        old, new = was.get(id_, ("", "no_match")), now.get(id_, ("", "no_match"))
        if old[1] != new[1]:
            found.append(Change(query, id_, new[0] or old[0], old[1], new[1]))
    return found


def _hits(index: Index, imo: str | None, name: str | None, deep: bool) -> list[tuple[int, str, float]]:
    by_number = index.made.by_imo.get(imo, []) if imo else []
    valid = bool(by_number) and bool(imo_valid(imo))
    found = [
        (at, "match" if valid else "probable", SCORES["imo" if valid else "imo, check digit fails"])
        for at in by_number
    ]
    if not name:
        return found
    key = latin(name)
    by_name = index.made.by_key.get(key) or index.made.by_key.get(closed(key)) or []
    for at in by_name:
        if at not in by_number:
            differs = bool(imo) and bool(imo_valid(imo)) and bool(index.entries[at]["imo_valid"])
            found.append(
                (at, "homonym_or_tampering", SCORES["name, numbers differ"])
                if differs
                else (at, "probable", SCORES["name"])
            )
    return found or (_deep(index, imo, name) if deep else [])


def _deep(index: Index, imo: str | None, name: str) -> list[tuple[int, str, float]]:
    return [(at, verdict.class_, verdict.score) for at, verdict in index.ships_for(Query(name, imo or ""))]
