"""Two names held against each other, without a list or beside one: `rubicon screen --pairs`.

A list helps in one way only: two names that one entry carries, as its name and a former or other name, belong to
one ship. The entry is looked up by the names alone, never by a number of the pair. A short table of renamings that reports and
resolutions state (`data/ship_names.csv`, each row with its source) is used in the same way, with or without a list.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from rubicon.errors import UsageError
from rubicon.identifiers import imo_valid, normalise_imo
from rubicon.screen.index import Index
from rubicon.screen.judge import SCORES, Name, Query, Verdict, judge, names_of
from rubicon.screen.names import name_keys

KINDS = {
    "": "vessel", "vessel": "vessel", "ship": "vessel", "person": "person",
    "company": "company", "organization": "company", "organisation": "company", "legalentity": "company", "publicbody": "company",
    "airplane": "aircraft", "aircraft": "aircraft",
}  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """Two names, the IMO numbers where known, and what kind of thing they name."""

    name_a: str
    name_b: str
    imo_a: str = ""
    imo_b: str = ""
    schema: str = ""
    place: str = ""

    @property
    def kind(self) -> str:
        """Kind of entry; an empty schema is a ship.

        Raises UsageError for a schema that is not known.
        """
        try:
            return KINDS[self.schema.strip().casefold()]
        except KeyError:
            raise UsageError(
                f"unknown schema {self.schema!r}; there are Vessel, Company, Person", place=self.place
            ) from None


def compare(name_a: str, name_b: str, imo_a: str = "", imo_b: str = "", *, kind: str = "vessel") -> Verdict:
    """Compare two ships, companies or persons, each given by a name and, for a ship, an IMO number where known."""
    number = normalise_imo(imo_b)
    entry: dict[str, Any] = {
        "kind": kind,
        "name": name_b,
        "imo": number if kind == "vessel" else None,
        "imo_valid": imo_valid(number) if kind == "vessel" else None,
        "aliases": [],
    }
    asked = [Name(name_a, "name")] if name_a else []
    return judge(Query(name_a, imo_a if kind == "vessel" else ""), asked, entry, names_of(entry))


def compare_pairs(
    pairs: Iterable[Pair], index: Index | None = None, *, ignore_imo: bool = False
) -> list[dict[str, Any]]:
    """One verdict a pair, in order: `is_match, score, class, matched_on, reasons`, with the names given back.

    `is_match` is true for a match and for a probable one. With `ignore_imo` the numbers are not looked at.
    """
    return [_verdict(pair, index, ignore_imo) for pair in pairs]


def _verdict(pair: Pair, index: Index | None, ignore_imo: bool) -> dict[str, Any]:
    numbers = ("", "") if ignore_imo else (pair.imo_a, pair.imo_b)
    verdict = compare(pair.name_a, pair.name_b, *numbers, kind=pair.kind)
    if verdict.class_ == "no_match" and pair.kind == "vessel":
        listed = _by_history(pair, numbers, index) if index is not None else None
        verdict = listed or _by_reports(pair, numbers) or verdict
    return {
        "name_a": pair.name_a,
        "name_b": pair.name_b,
        "is_match": verdict.class_ in ("match", "probable"),
        "score": verdict.score,
        "class": verdict.class_,
        "matched_on": verdict.matched_on,
        "reasons": list(verdict.reasons),
    }


def _by_history(pair: Pair, numbers: tuple[str, str], index: Index) -> Verdict | None:
    """The pair's names as two names of one listed ship; not when one of them is the main name of another."""
    if len(pair.name_a.strip()) < 2 or len(pair.name_b.strip()) < 2:
        return None
    shared = index.ships_called(pair.name_a) & index.ships_called(pair.name_b)
    others = (index.ships_named(pair.name_a) | index.ships_named(pair.name_b)) - shared
    if not shared or others:
        return None
    entry = index.entries[min(shared)]
    reason = (
        f"list {entry['listing_id']}: {pair.name_a!r} and {pair.name_b!r} are both names of {entry['name']!r}"
    )
    return _two_names(numbers, "two names of one entry", reason)


def _by_reports(pair: Pair, numbers: tuple[str, str]) -> Verdict | None:
    """The pair's names as the old and the new name of a ship that a report names with both."""
    one, other = (
        {row for key in name_keys(name).exact for row in _reported().get(key, ())}
        for name in (pair.name_a, pair.name_b)
    )
    # A name that stands in two rows is of two ships, and tells nothing.
    if len(one) != 1 or one != other:
        return None
    (source,) = one
    return _two_names(
        numbers,
        "two names of one ship",
        f"reported: {pair.name_a!r} and {pair.name_b!r} are one ship [{source[1]}]",
    )


def _two_names(numbers: tuple[str, str], matched_on: str, reason: str) -> Verdict:
    one, other = imo_valid(numbers[0]), imo_valid(numbers[1])
    if one and other and normalise_imo(numbers[0]) != normalise_imo(numbers[1]):
        told = f"IMO number: {numbers[0]}, {numbers[1]}: different"
        return Verdict("homonym_or_tampering", matched_on, SCORES["name, numbers differ"], (reason, told))
    return Verdict("probable", matched_on, SCORES["two names of one entry"], (reason,))


@cache
def _reported() -> dict[str, set[tuple[int, str]]]:
    """Rows of reported names by key: number of the row, and its source with the mark of how far it was checked."""
    found: dict[str, set[tuple[int, str]]] = {}
    text = (resources.files("rubicon.screen") / "data" / "ship_names.csv").read_text(encoding="utf-8")
    for number, row in enumerate(csv.DictReader(text.splitlines()), start=1):
        for name in (row["name"], *row["others"].split(";")):
            for key in name_keys(name).exact:
                found.setdefault(key, set()).add((number, f"{row['source']}, {row['verification']}"))
    return found
