"""Entries of all lists, found by number and by name: the candidates that a verdict is then given on.

Ships are found by IMO number and by the keys of their names; across scripts and for one wrong letter all ships' names are
gone through, of which there are some thousands. Companies and persons are found by their words, the rarest
first: each word leads to the names that have it, its consonants, or its first letters, and the names with the most
weight are compared in full.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import polars as pl
import pyarrow as pa

from rubicon.errors import ListError
from rubicon.screen import parties, spelling
from rubicon.screen.judge import CLASSES, Name, Query, Verdict, judge, names_of
from rubicon.screen.names import NameKeys, name_keys, nearly_sounds, nearly_spelt

MOST_COMPARED = 40
"""Companies and persons compared in full for each query; see benchmarks/results/screening.md for what that loses."""
MOST_POSTINGS = 1_500
"""A word of more names than this is only followed when no rarer one is there."""

Posting = dict[str, list[int]]


class Index:
    """Entries of all lists, one for each list number, found by IMO number and by name.

    Several versions of a list count as one entry: the newest version that has it, listed since the earliest. Raises ListError
    when two entries of one version share an id: their answers could not be told apart.
    """

    def __init__(self, listings: pa.Table) -> None:
        _refuse_shared_ids(listings)
        self.entries = _newest(listings)
        self._newest_version = _newest_versions(listings)
        self._by_imo: Posting = defaultdict(list)
        self._by_key: Posting = defaultdict(list)
        self._ship_names: list[tuple[int, NameKeys]] = []
        self._party_ats: list[int] = []
        for at, entry in enumerate(self.entries):
            if entry["kind"] in parties.ACCEPT:
                self._party_ats.append(at)
            else:
                self._add_ship(at, entry)

    def search(self, query: Query) -> list[tuple[dict[str, Any], Verdict]]:
        """Entries that the query meets by number or by name, the strongest first."""
        asked = [Name(text, "name") for text in query.names]
        found = set(self._by_imo.get(query.number or "", ()))
        for name in asked:
            found |= self._ships_near(name.keys)
            if not query.imo:
                found |= self.parties_like(name.text)
        judged = (
            (self.entries[at], judge(query, asked, self.entries[at], self.names_at(at))) for at in found
        )
        hits = [(entry, verdict) for entry, verdict in judged if verdict.class_ != "no_match"]
        return sorted(hits, key=_rank)

    def names_at(self, at: int) -> list[Name]:
        """Names of one entry."""
        return names_of(self.entries[at])

    def ships_called(self, name: str) -> set[int]:
        """Numbers of the ships' entries one of whose names is this one, by key alone."""
        keys = name_keys(name)
        return {at for key in (*keys.exact, *keys.spellings) for at in self._by_key.get(key, ())}

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
        return self._by_imo.get(number or "", [])

    def parties_like(self, name: str) -> set[int]:
        """Numbers of the companies' and persons' entries that share the rarest words with the name."""
        weights: dict[int, float] = defaultdict(float)
        postings = sorted(
            ((self._words[key], key) for key in _word_keys(name) if key in self._words),
            key=lambda p: len(p[0]),
        )
        for at, (posting, key) in enumerate(postings):
            if len(posting) > MOST_POSTINGS and at:
                break
            worth = (1.0 if key[0] == "w" else 0.5) * math.log(1 + len(self._party_ats) / len(posting))
            for number in posting[: MOST_POSTINGS * 4]:
                weights[number] += worth
        best = sorted(weights, key=lambda number: (-weights[number], number))[:MOST_COMPARED]
        return set(best)

    def standing(self, entry: Mapping[str, Any]) -> str:
        """Since when the entry is known to stand on its list, and whether the newest version still has it."""
        newest = self._newest_version[_list_of(entry)]
        if entry["snapshot"] == newest or entry["list_id"].endswith(" extract"):
            return f"on the list by {entry['listed_from']}; read in the version of {entry['snapshot']}"
        return f"on the version of {entry['snapshot']}, no longer on that of {newest}"

    @cached_property
    def _words(self) -> Posting:
        """Entries of companies and persons by the keys of their words; made when first asked for."""
        words: Posting = defaultdict(list)
        for at in self._party_ats:
            entry = self.entries[at]
            texts = (entry["name"], *entry["aliases"])
            for key in {key for text in texts for key in _word_keys(text, entry["kind"])}:
                words[key].append(at)
        return dict(words)

    def _add_ship(self, at: int, entry: Mapping[str, Any]) -> None:
        if entry["kind"] == "vessel" and entry["imo"]:
            self._by_imo[entry["imo"]].append(at)
        keys = [name.keys for name in names_of(entry)]
        self._ship_names += [(at, one) for one in keys]
        for key in {key for one in keys for key in (*one.exact, *one.spellings, *one.sounds)}:
            self._by_key[key].append(at)

    def _ships_near(self, keys: NameKeys) -> set[int]:
        found = {at for key in (*keys.exact, *keys.spellings) for at in self._by_key.get(key, ())}
        if not keys.exact:
            return found
        found |= {at for key in keys.sounds for at in self._by_key.get(key, ())}
        if not keys.latin:
            return found | {at for at, other in self._ship_names if nearly_sounds(keys, other)}
        return found or {at for at, other in self._ship_names if other.latin and nearly_spelt(keys, other)}


def _word_keys(text: str, kind: str = "") -> set[str]:
    """Keys of the words of a company's or person's name: the word, its consonants, its first letters; and all letters."""
    kinds = (kind,) if kind else ("person", "company")
    keys = set()
    for one in {parties.party(text, kind) for kind in kinds}:
        keys.add("w" + "".join(sorted(one.words)))
        keys.add("w" + "".join(one.words))
        for word, weight in zip(one.words, one.weights, strict=True):
            if weight > parties.PARTICLE_WEIGHT and len(word) > 1:
                fold = spelling.slavic(word)
                keys |= {f"w{fold}", f"b{parties.bones(word)}", f"p{fold[:4]}"}
    return keys - {"b", "w"}


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
