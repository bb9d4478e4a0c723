"""Entries of all lists, found by number and by name: the candidates that a verdict is then given on.

Ships are found by IMO number and by the keys of their names; across scripts and for one wrong letter all ships' names are
gone through, of which there are some thousands. Companies and persons are found by their words (`party_index.py`), without loss.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
import pyarrow as pa
from rapidfuzz.distance import OSA

from rubicon.errors import ListError
from rubicon.screen.judge import CLASSES, Name, Query, Verdict, judge, names_of, party_verdict
from rubicon.screen.names import MISSPELT_LETTERS, NameKeys, name_keys, nearly_sounds
from rubicon.screen.parties import ACCEPT
from rubicon.screen.party_index import Like, PartyIndex, PartyNames, gather

Posting = dict[str, list[int]]


@dataclass(frozen=True)
class Made:
    """What an index computes: numbers of entries by IMO number and by key of a ship's name, and names of companies and persons."""

    by_imo: Posting
    by_key: Posting
    ships: list[int]
    parties: dict[str, PartyNames]
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
        hits = [(self.entries[at], verdict) for at, verdict in self.ships_for(query)]
        return sorted([*hits, *self._parties_for(query)], key=_rank)

    def _parties_for(self, query: Query) -> Iterator[tuple[dict[str, Any], Verdict]]:
        """Companies and persons that the query meets by name; one with a ship's number meets none."""
        best: dict[int, tuple[Name, Like]] = {}
        for name in () if query.imo else [Name(text, "name") for text in query.names]:
            for names in self._party_indexes:
                for like in names.like(name.text):
                    before = best.get(like.entry)
                    if before is None or like.likeness.score > before[1].likeness.score:
                        best[like.entry] = name, like
        for at, (name, like) in best.items():
            entry = self.entries[at]
            listed = self.names_at(at)[like.which + 1]
            yield entry, party_verdict(query, entry, name, listed, like.likeness)

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

    def standing(self, entry: Mapping[str, Any]) -> str:
        """Since when the entry is known to stand on its list, and whether the newest version still has it."""
        newest = self._newest_version[_list_of(entry)]
        if entry["snapshot"] == newest or entry["list_id"].endswith(" extract"):
            return f"on the list by {entry['listed_from']}; read in the version of {entry['snapshot']}"
        return f"on the version of {entry['snapshot']}, no longer on that of {newest}"

    @cached_property
    def _party_indexes(self) -> list[PartyIndex]:
        return [PartyIndex(names) for names in self.made.parties.values()]

    @cached_property
    def _ship_names(self) -> list[tuple[int, NameKeys]]:
        """Every name of every ship with its keys: what is gone through when no key leads anywhere."""
        return [(at, name.keys) for at in self.made.ships for name in self.names_at(at)]

    @cached_property
    def _long_names(self) -> dict[str, list[tuple[str, int]]]:
        """Long names by their first and by their last four letters, one of which an edit leaves as it is."""
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for at, keys in self._ship_names:
            if keys.latin and keys.exact and len(keys.exact[0]) >= MISSPELT_LETTERS - 1:
                for end in _ends(keys.exact[0]):
                    found[end].append((keys.exact[0], at))
        return found

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
        asked = keys.exact[0]
        if len(asked) < MISSPELT_LETTERS:
            return set()
        near = (one for end in _ends(asked) for one in self._long_names.get(end, ()))
        return {at for name, at in near if OSA.distance(asked, name, score_cutoff=1) <= 1}


def _ends(name: str) -> tuple[str, str]:
    return f"^{name[:4]}", f"{name[-4:]}$"


def make(entries: Entries, newest_versions: dict[tuple[str, str], str]) -> Made:
    """Compute the postings of an index."""
    by_imo: Posting = defaultdict(list)
    by_key: Posting = defaultdict(list)
    ships: list[int] = []
    parties: dict[str, list[tuple[int, dict[str, Any]]]] = {kind: [] for kind in ACCEPT}
    for at, entry in enumerate(entries.frame.select("kind", "name", "aliases", "imo").iter_rows(named=True)):
        if entry["kind"] in parties:
            parties[entry["kind"]].append((at, entry))
            continue
        ships.append(at)
        if entry["kind"] == "vessel" and entry["imo"]:
            by_imo[entry["imo"]].append(at)
        for key in {key for name in names_of(entry) for key in _ship_keys(name.keys)}:
            by_key[key].append(at)
    gathered = {kind: gather(kind, rows) for kind, rows in parties.items()}
    return Made(dict(by_imo), dict(by_key), ships, gathered, newest_versions)


def _ship_keys(keys: NameKeys) -> tuple[str, ...]:
    return (*keys.exact, *keys.spellings, *keys.sounds)


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
