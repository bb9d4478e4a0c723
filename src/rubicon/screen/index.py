"""Entries of all lists, found by number and by name: the candidates that a verdict is then given on.

Ships are found by IMO number and by the keys of their names; across scripts and for one wrong letter all ships' names are
gone through, of which there are some thousands. Companies and persons are found by their words, the rarest
first: each word leads to the names that have it, its consonants, or its first letters, and the names with the most
weight are compared in full.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
import pyarrow as pa
from rapidfuzz import process
from rapidfuzz.distance import OSA

from rubicon.errors import ListError
from rubicon.screen import parties
from rubicon.screen.judge import CLASSES, Name, Query, Verdict, judge, names_of
from rubicon.screen.names import MISSPELT_LETTERS, NameKeys, name_keys, nearly_sounds

MOST_COMPARED = 24
"""Companies and persons compared in full for each query; see benchmarks/results/screening.md for what that loses."""
LEAST_SHARE = 0.3
"""Nor are those that have less than this share of the weight of the best."""
MOST_POSTINGS = 1_500
"""A word of more names than this is only followed when no rarer one is there."""

Posting = dict[str, list[int]]


@dataclass(frozen=True)
class Made:
    """What an index computes: numbers of entries by IMO number, by key of a ship's name, by key of a word."""

    by_imo: Posting
    by_key: Posting
    by_word: Posting
    ships: list[int]
    parties: int
    newest_versions: dict[tuple[str, str], str]


class Entries(Sequence[dict[str, Any]]):
    """Rows of LISTING, made into dicts when asked for: a search looks at few of them."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self._rows: dict[int, dict[str, Any]] = {}

    def __len__(self) -> int:
        return self.frame.height

    def __getitem__(self, at: Any) -> Any:
        found = self._rows.get(at)
        if found is None:
            if at >= self.frame.height:
                raise IndexError(at)
            found = self._rows[at] = self.frame.row(at, named=True)
        return found


class Index:
    """Entries of all lists, one for each list number, found by IMO number and by name.

    Several versions of a list count as one entry: the newest version that has it, listed since the earliest. Raises ListError
    when two entries of one version share an id: their answers could not be told apart.
    """

    def __init__(self, listings: pa.Table, *, made: Made | None = None) -> None:
        if made is None:
            _refuse_shared_ids(listings)
        self.entries = Entries(_newest(listings) if made is None else pl.DataFrame(listings))
        self._newest_version = _newest_versions(listings) if made is None else made.newest_versions
        self._made = made

    @cached_property
    def made(self) -> Made:
        """Postings of all entries; computed when first asked for, unless they were given."""
        return self._made or make(self.entries, self._newest_version)

    def search(self, query: Query) -> list[tuple[dict[str, Any], Verdict]]:
        """Entries that the query meets by number or by name, the strongest first."""
        asked = [Name(text, "name") for text in query.names]
        found = set(self.made.by_imo.get(query.number or "", ()))
        for name in asked:
            found |= self._ships_near(name.keys)
            if not query.imo:
                found |= self.parties_like(name.text)
        judged = (
            (self.entries[at], judge(query, asked, self.entries[at], self.names_at(at))) for at in found
        )
        hits = [(entry, verdict) for entry, verdict in judged if verdict.class_ != "no_match"]
        return sorted(hits, key=_rank)

    def ships_for(self, query: Query) -> list[tuple[int, Verdict]]:
        """Numbers of the ships' entries that the query meets, with the verdict on each, by number."""
        asked = [Name(text, "name") for text in query.names]
        found = {at for name in asked for at in self._ships_near(name.keys)} | set(self.by_imo(query.number))
        judged = ((at, judge(query, asked, self.entries[at], self.names_at(at))) for at in sorted(found))
        return [(at, verdict) for at, verdict in judged if verdict.class_ != "no_match"]

    def names_at(self, at: int) -> list[Name]:
        """Names of one entry."""
        return names_of(self.entries[at])

    def ships_called(self, name: str) -> set[int]:
        """Numbers of the ships' entries one of whose names is this one, by key alone."""
        keys = name_keys(name)
        return {at for key in (*keys.exact, *keys.spellings) for at in self.made.by_key.get(key, ())}

    def ships_named(self, name: str) -> set[int]:
        """Numbers of the ships' entries whose main name is this one."""
        keys = set(name_keys(name).exact)
        return {
            at
            for at in self.ships_called(name)
            if not keys.isdisjoint(name_keys(self.entries[at]["name"]).exact)
        }

    def by_imo(self, number: str | None) -> list[int]:
        """Numbers of the ships' entries with this IMO number."""
        return self.made.by_imo.get(number or "", [])

    def parties_like(self, name: str) -> set[int]:
        """Numbers of the companies' and persons' entries that share the rarest words with the name."""
        weights: dict[int, float] = defaultdict(float)
        postings = sorted(
            ((self.made.by_word[key], key) for key in _word_keys(name) if key in self.made.by_word),
            key=lambda p: len(p[0]),
        )
        for at, (posting, key) in enumerate(postings):
            if len(posting) > MOST_POSTINGS and at:
                break
            worth = (1.0 if key[0] == "w" else 0.5) * math.log(1 + max(1, self.made.parties) / len(posting))
            for number in posting[: MOST_POSTINGS * 4]:
                weights[number] += worth
        least = LEAST_SHARE * max(weights.values(), default=0.0)
        ahead = [number for number, weight in weights.items() if weight >= least]
        return set(sorted(ahead, key=lambda number: (-weights[number], number))[:MOST_COMPARED])

    def standing(self, entry: Mapping[str, Any]) -> str:
        """Since when the entry is known to stand on its list, and whether the newest version still has it."""
        newest = self._newest_version[_list_of(entry)]
        if entry["snapshot"] == newest or entry["list_id"].endswith(" extract"):
            return f"on the list by {entry['listed_from']}; read in the version of {entry['snapshot']}"
        return f"on the version of {entry['snapshot']}, no longer on that of {newest}"

    @cached_property
    def _ship_names(self) -> list[tuple[int, NameKeys]]:
        """Every name of every ship with its keys: what is gone through when no key leads anywhere."""
        return [(at, name.keys) for at in self.made.ships for name in self.names_at(at)]

    @cached_property
    def _long_names(self) -> tuple[list[str], list[int]]:
        long = [
            (keys.exact[0], at)
            for at, keys in self._ship_names
            if keys.latin and keys.exact and len(keys.exact[0]) >= MISSPELT_LETTERS - 1
        ]
        return [name for name, _ in long], [at for _, at in long]

    def _ships_near(self, keys: NameKeys) -> set[int]:
        found = {at for key in (*keys.exact, *keys.spellings) for at in self.made.by_key.get(key, ())}
        if not keys.exact:
            return found
        found |= {at for key in keys.sounds for at in self.made.by_key.get(key, ())}
        if not keys.latin:
            return found | {at for at, other in self._ship_names if nearly_sounds(keys, other)}
        return found or self._misspelt(keys)

    def _misspelt(self, keys: NameKeys) -> set[int]:
        """Ships whose long name is one letter from this one."""
        asked, (names, ats) = keys.exact[0], self._long_names
        if len(asked) < MISSPELT_LETTERS:
            return set()
        near = process.extract(asked, names, scorer=OSA.distance, score_cutoff=1, limit=None)
        return {ats[number] for _, _, number in near}


def make(entries: Entries, newest_versions: dict[tuple[str, str], str]) -> Made:
    """Compute the postings of an index."""
    by_imo: Posting = defaultdict(list)
    by_key: Posting = defaultdict(list)
    by_word: Posting = defaultdict(list)
    ships: list[int] = []
    for at, entry in enumerate(entries.frame.iter_rows(named=True)):
        if entry["kind"] in parties.ACCEPT:
            for key in {
                key for text in (entry["name"], *entry["aliases"]) for key in _word_keys(text, entry["kind"])
            }:
                by_word[key].append(at)
            continue
        ships.append(at)
        if entry["kind"] == "vessel" and entry["imo"]:
            by_imo[entry["imo"]].append(at)
        for key in {key for name in names_of(entry) for key in _ship_keys(name.keys)}:
            by_key[key].append(at)
    return Made(dict(by_imo), dict(by_key), dict(by_word), ships, len(entries) - len(ships), newest_versions)


def _ship_keys(keys: NameKeys) -> tuple[str, ...]:
    return (*keys.exact, *keys.spellings, *keys.sounds)


def _word_keys(text: str, kind: str = "") -> set[str]:
    """Keys of the words of a company's or person's name: the word, its consonants, its first letters; and all letters."""
    kinds = (kind,) if kind else ("person", "company")
    return {key for one in kinds for key in parties.party(text, one).keys}


def _refuse_shared_ids(listings: pa.Table) -> None:
    """Raise ListError when an id stands twice, with different content, in one version of one list."""
    table = pl.DataFrame(
        listings.select(["listing_id", "list_id", "authority", "source_id", "offset"])
    ).unique()
    twice = table.group_by("authority", "list_id", "source_id", "listing_id").len().filter(pl.col("len") > 1)
    if twice.height:
        row = twice.sort("listing_id").row(0, named=True)
        raise ListError(f"entry {row['listing_id']} stands {row['len']} times", place=row["list_id"])


def _rank(hit: tuple[Mapping[str, Any], Verdict]) -> tuple[int, float, bool, str]:
    entry, verdict = hit
    return (CLASSES.index(verdict.class_), -verdict.score, entry["kind"] != "vessel", entry["listing_id"])


def _list_of(entry: Mapping[str, Any]) -> tuple[str, str]:
    return entry["authority"], entry["list_id"].split()[0]


def _newest(listings: pa.Table) -> pl.DataFrame:
    """One row for each list number: its newest version, with the earliest date of listing over all versions."""
    table = pl.DataFrame(listings)
    earliest = pl.col("listed_from").min().over("authority", "listing_id")
    # Of one version that was loaded twice, once with a file of names beside it, the one with more names counts.
    order = ["authority", "listing_id", "snapshot", "source_id", "offset", pl.col("aliases").list.len()]
    return (
        table.with_columns(earliest)
        .sort(order)
        .unique(["authority", "listing_id"], keep="last", maintain_order=True)
    )


def _newest_versions(listings: pa.Table) -> dict[tuple[str, str], str]:
    newest: dict[tuple[str, str], str] = {}
    for row in pl.DataFrame(listings.select(["authority", "list_id", "snapshot"])).unique().to_dicts():
        newest[_list_of(row)] = max(newest.get(_list_of(row), ""), row["snapshot"])
    return newest
