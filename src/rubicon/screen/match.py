"""Ships, companies and persons against every loaded list, with the reason for each answer.

Only a number joins a ship to an entry; a name raises a question. Four classes, in the words of the answer:

- `match`: the same IMO number, check digit holding, whatever the name.
- `probable`: the same name, and the numbers do not settle it, because one is missing or fails its check digit.
- `homonym_or_tampering`: the same name and two different valid numbers. Two ships with one name, or one ship that carries
  a false number: neither a match nor dropped.
- `no_match`: none of these (given for pairs; a search leaves such entries out).

Known false positives: ships share names often, and a name seen through another script is compared by a
skeleton of its sounds (`names.py`). Not found: renamed ships whose entry does not name the former name, and misspellings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa

from rubicon.case import Ship
from rubicon.identifiers import imo_valid, normalise_imo
from rubicon.provenance import evidence_id
from rubicon.schema import HIT, rows_to_table
from rubicon.screen.names import NameKeys, name_keys

AUTHORITIES = ("US", "KR", "EU", "UN", "UK", "JP", "AU", "CA", "NZ", "UA")
"""Jurisdictions whose lists name ships or their owners in this trade; those not loaded are named in the receipt."""

CLASSES = ("match", "probable", "homonym_or_tampering", "no_match")

SCORES = {
    "imo": 0.99,
    "imo, check digit fails": 0.6,
    "name": 0.7,
    "alias": 0.6,
    "name in another script": 0.65,
    "alias in another script": 0.55,
    "name, numbers differ": 0.3,
    "nothing": 0.01,
}
"""Order of strength, not probabilities. A number is worth more than any name, because one in ten random numbers passes the
check digit while several ships on any day share a common name."""


@dataclass(frozen=True)
class Query:
    """What is asked: a name, an IMO number, or both; `aliases` are other names of the same ship."""

    text: str = ""
    imo: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The query in one line."""
        return self.text or f"IMO {self.imo}"

    @property
    def number(self) -> str | None:
        """The number asked about: as given, or a text that is itself a valid IMO number."""
        if self.imo:
            return normalise_imo(self.imo)
        return normalise_imo(self.text) if imo_valid(self.text) else None

    @property
    def names(self) -> tuple[str, ...]:
        """The names asked about."""
        given = () if normalise_imo(self.text) else (self.text,)
        return tuple(name for name in (*given, *self.aliases) if name)


@dataclass(frozen=True)
class Verdict:
    """How a query and an entry compare."""

    class_: str
    matched_on: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Name:
    """One name of one entry, with its keys."""

    text: str
    what: str
    keys: NameKeys


class Index:
    """Entries of all lists, one for each list number, found by IMO number and by name.

    Several versions of a list count as one entry: the newest version that has it, listed since the earliest.
    """

    def __init__(self, listings: pa.Table) -> None:
        self.entries = _newest(listings)
        self._newest_version = _newest_versions(listings)
        self.names = [_names(entry) for entry in self.entries]
        self._by_imo: dict[str, list[int]] = defaultdict(list)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for at, entry in enumerate(self.entries):
            if entry["kind"] == "vessel" and entry["imo"]:
                self._by_imo[entry["imo"]].append(at)
            for key in {key for name in self.names[at] for key in _search_keys(name.keys)}:
                self._by_name[key].append(at)

    def search(self, query: Query) -> list[tuple[dict[str, Any], Verdict]]:
        """Entries that the query meets by number or by name, the strongest first."""
        asked = [Name(text, "name", name_keys(text)) for text in query.names]
        found = set(self._by_imo.get(query.number or "", ()))
        for name in asked:
            for key in _search_keys(name.keys):
                found.update(self._by_name.get(key, ()))
        judged = ((self.entries[at], judge(query, asked, self.entries[at], self.names[at])) for at in found)
        hits = [(entry, verdict) for entry, verdict in judged if verdict.class_ != "no_match"]
        return sorted(hits, key=_rank)

    def standing(self, entry: Mapping[str, Any]) -> str:
        """Since when the entry is known to stand on its list, and whether the newest version still has it."""
        newest = self._newest_version[_list_of(entry)]
        if entry["snapshot"] == newest or entry["list_id"].endswith(" extract"):
            return f"on the list by {entry['listed_from']}; read in the version of {entry['snapshot']}"
        return f"on the version of {entry['snapshot']}, no longer on that of {newest}"


def screen(queries: Sequence[Query], listings: pa.Table | Index, *, limit: int = 5) -> pa.Table:
    """HIT rows for each query, strongest first, at most `limit` each; the last one says how many were left out.

    `listings` are LISTING rows of any number of lists and versions, or an Index of them. No rows for a query
    means that nothing was found in what was searched (see `receipt`), not that the ship is not sanctioned.
    """
    index = listings if isinstance(listings, Index) else Index(listings)
    return rows_to_table([row for query in queries for row in _hits(query, index, limit)], HIT)


def screen_case(ships: Iterable[Ship], listings: pa.Table, *, limit: int = 5) -> pa.Table:
    """HIT rows for the ships of a case, by their numbers, names and aliases."""
    return screen([Query(ship.name, ship.imo, ship.aliases) for ship in ships], listings, limit=limit)


def compare(name_a: str, name_b: str, imo_a: str = "", imo_b: str = "") -> Verdict:
    """Compare two ships that are each given by a name and, where known, an IMO number."""
    number = normalise_imo(imo_b)
    entry: dict[str, Any] = {
        "kind": "vessel",
        "name": name_b,
        "imo": number,
        "imo_valid": imo_valid(number),
        "aliases": [],
    }
    asked = [Name(name_a, "name", name_keys(name_a))] if name_a else []
    return judge(Query(name_a, imo_a), asked, entry, _names(entry))


def receipt(listings: pa.Table) -> dict[str, Any]:
    """What a search over these rows covers: every list version with its counts, and authorities without a list."""
    if not listings.num_rows:
        searched = []
    else:
        versions = pl.DataFrame(listings.select(["authority", "list_id", "snapshot", "source_id", "kind"]))
        by_version = versions.group_by("authority", "list_id", "snapshot", "source_id")
        counts = by_version.agg(entries=pl.len(), ships=(pl.col("kind") == "vessel").sum())
        searched = counts.sort("authority", "snapshot", "list_id", "source_id").to_dicts()
    for version in searched:
        version["extract"] = version["list_id"].endswith(" extract")
    missing = [name for name in AUTHORITIES if name not in {version["authority"] for version in searched}]
    return {
        "searched": searched,
        "without_ships": sorted({v["list_id"] for v in searched if not v["ships"]}),
        "not_loaded": missing,
        "statement": "No hit means that no entry of the list versions named here met the query. It does not mean that a "
        "ship or company is not sanctioned: lists of other authorities were not read"
        f"{' (' + ', '.join(missing) + ')' if missing else ''}, an extract holds a part of its list, and lists change.",
    }


def judge(query: Query, asked: Sequence[Name], entry: Mapping[str, Any], names: Sequence[Name]) -> Verdict:
    """Class, strength and reasons for one query against one entry; every reason shows both values.

    A query with a ship's number is never held against a company or a person, whose numbers follow another scheme.
    """
    number, listed = query.number, entry["imo"]
    is_ship = entry["kind"] == "vessel"
    shared = _best_name(asked, names)
    about_number = _number_reason(query, entry)
    if is_ship and number and number == listed:
        basis = "imo" if imo_valid(number) else "imo, check digit fails"
        class_ = "match" if imo_valid(number) else "probable"
        return Verdict(class_, "imo", SCORES[basis], (about_number, _name_reason(query, entry, shared)))
    if shared is None or (query.imo and not is_ship):
        return Verdict(
            "no_match", "nothing", SCORES["nothing"], (about_number, _name_reason(query, entry, None))
        )
    reasons = (_name_reason(query, entry, shared), about_number)
    if imo_valid(number) and entry["imo_valid"]:
        return Verdict("homonym_or_tampering", shared[2], SCORES["name, numbers differ"], reasons)
    return Verdict("probable", shared[2], SCORES[shared[2]], reasons)


def _hits(query: Query, index: Index, limit: int) -> list[dict[str, Any]]:
    found = index.search(query)
    numbers = sorted(
        {entry["imo"] for entry, verdict in found if entry["imo"] and verdict.class_ == "probable"}
    )
    rows = []
    for entry, verdict in found[:limit]:
        reasons = [*verdict.reasons, index.standing(entry)]
        if entry["linked_to"]:
            reasons.append(f"the entry names as owner or link: {'; '.join(entry['linked_to'])}")
        if verdict.class_ == "probable" and len(numbers) > 1:
            reasons.append(
                f"{len(numbers)} ships of this name have numbers of their own: {', '.join(numbers)}"
            )
        rows.append(_row(query, entry, verdict, reasons))
    if len(found) > limit and rows:
        rows[-1]["reasons"].append(f"{len(found) - limit} weaker hits left out (limit {limit})")
    return rows


def _rank(hit: tuple[Mapping[str, Any], Verdict]) -> tuple[int, float, bool, str]:
    entry, verdict = hit
    return (CLASSES.index(verdict.class_), -verdict.score, entry["kind"] != "vessel", entry["listing_id"])


def _row(query: Query, entry: Mapping[str, Any], verdict: Verdict, reasons: list[str]) -> dict[str, Any]:
    return {
        "query": query.label,
        "query_imo": query.number or query.imo or None,
        **{name: entry[name] for name in ("listing_id", "name", "imo", "authority", "listed_from")},
        "class": verdict.class_,
        "matched_on": verdict.matched_on,
        "score": verdict.score,
        "reasons": reasons,
        "evidence_ids": [evidence_id(entry["source_id"], entry["offset"])],
    }


def _best_name(asked: Sequence[Name], names: Sequence[Name]) -> tuple[Name, Name, str] | None:
    """The strongest pair of equal names: asked, listed, and what they are equal in."""
    pairs = []
    for one in asked:
        for other in names:
            same_script = set(one.keys.exact) & set(other.keys.exact)
            crossing = not (one.keys.latin and other.keys.latin)
            if same_script or (crossing and set(one.keys.skeletons) & set(other.keys.skeletons)):
                pairs.append((one, other, other.what if same_script else f"{other.what} in another script"))
    return max(pairs, key=lambda pair: SCORES[pair[2]], default=None)


def _name_reason(query: Query, entry: Mapping[str, Any], shared: tuple[Name, Name, str] | None) -> str:
    if shared is None:
        asked = f"asked {query.names[0]!r}" if query.names else "none asked"
        return f"name: {asked}, listed {entry['name']!r}"
    one, other, what = shared
    how = "alike in sound only" if what.endswith("script") else "the same once normalised"
    return f"{other.what}: asked {one.text!r}, listed {other.text!r}: {how}"


def _number_reason(query: Query, entry: Mapping[str, Any]) -> str:
    if entry["kind"] != "vessel":
        return f"the entry is a {entry['kind']}, which has no ship's IMO number"
    asked, listed = query.number, entry["imo"]
    words = [
        f"{verb} {number}{'' if imo_valid(number) else ' (check digit fails)'}" if number else f"none {verb}"
        for verb, number in (("asked", asked), ("listed", listed))
    ]
    if query.imo and not asked:
        words[0] = f"asked {query.imo!r}, which is no seven-digit number"
    end = (
        "the same"
        if asked and asked == listed
        else "different"
        if asked and listed
        else "cannot tell namesakes apart"
    )
    return f"IMO number: {words[0]}, {words[1]}: {end}"


def _names(entry: Mapping[str, Any]) -> list[Name]:
    """Names of an entry; a person's "LAST, First" is also read the other way round."""
    texts = [(entry["name"], "name"), *((alias, "alias") for alias in entry["aliases"])]
    if entry["kind"] == "person":
        texts += [(" ".join(reversed(text.split(", ", 1))), what) for text, what in texts if ", " in text]
    return [Name(text, what, name_keys(text)) for text, what in texts]


def _search_keys(keys: NameKeys) -> list[str]:
    """Keys of the index; a skeleton is marked, so that it never meets an exact key."""
    return [*keys.exact, *(f"~{skeleton}" for skeleton in keys.skeletons)]


def _list_of(entry: Mapping[str, Any]) -> tuple[str, str]:
    return entry["authority"], entry["list_id"].split()[0]


def _newest(listings: pa.Table) -> list[dict[str, Any]]:
    """One row for each list number: its newest version, with the earliest date of listing over all versions."""
    table = pl.DataFrame(listings)
    earliest = pl.col("listed_from").min().over("authority", "listing_id")
    order = ["authority", "listing_id", "snapshot", "source_id", "offset"]
    kept = (
        table.with_columns(earliest)
        .sort(order)
        .unique(["authority", "listing_id"], keep="last", maintain_order=True)
    )
    return kept.to_dicts()


def _newest_versions(listings: pa.Table) -> dict[tuple[str, str], str]:
    newest: dict[tuple[str, str], str] = {}
    for row in pl.DataFrame(listings.select(["authority", "list_id", "snapshot"])).unique().to_dicts():
        newest[_list_of(row)] = max(newest.get(_list_of(row), ""), row["snapshot"])
    return newest
