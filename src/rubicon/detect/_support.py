"""What detectors share: positions as flat arrays in order, and EVENT rows out of plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from rubicon.provenance import content_id, evidence_id
from rubicon.schema import EVENT, TIME

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HOUR_US = 3_600_000_000
DETAIL = json.JSONEncoder(sort_keys=True, allow_nan=False)
HIGHEST_SCORE = 0.9999
"""No score says that something is certain."""
TIE_BREAKERS = ("lat_deg", "lon_deg", "speed_kn", "course_deg", "heading_deg", "source_id", "offset")


@dataclass(frozen=True)
class Tracks:
    """Positions of whole vessels as arrays sorted by (vessel, time), repeated reports taken once.

    `offsets` has one entry more than `vessels`: vessel v owns the positions `offsets[v]` to
    `offsets[v + 1]`. `rows` leads from a position to its row of `table`, `place` from a row of `table`
    to its position. Times are microseconds since 1970 UTC.
    """

    table: pa.Table
    vessels: list[str]
    offsets: Ints
    rows: Ints
    place: Ints
    time_us: Ints
    lat_deg: Floats
    lon_deg: Floats

    def column(self, name: str) -> Floats:
        """A number column of the table in the order of the tracks; NaN where it is null."""
        return numbers(self.table, name)[self.rows]

    def vessel_of(self, at: Ints) -> Ints:
        """Index of the vessel that owns each position."""
        return np.asarray(np.searchsorted(self.offsets, at, side="right") - 1, dtype=np.int64)

    def names(self, at: Ints) -> list[str]:
        """Id of the vessel that owns each position."""
        return [self.vessels[vessel] for vessel in self.vessel_of(at).tolist()]

    def evidence(self, at: Ints) -> list[str]:
        """Evidence ids of positions."""
        rows = pa.array(self.rows[at])
        sources, offsets = self.table["source_id"].take(rows), self.table["offset"].take(rows)
        return [evidence_id(*pair) for pair in zip(sources.to_pylist(), offsets.to_pylist(), strict=True)]


def numbers(table: pa.Table, name: str) -> Floats:
    """A number column as float64; NaN where it is null."""
    return np.asarray(table[name].cast(pa.float64()).to_numpy(), dtype=np.float64)


def tracks_of(table: pa.Table) -> Tracks:
    """Put POSITION rows, in any order, into the order of vessel and time.

    Rows of one vessel with the same time and place are one report, heard or delivered more than once:
    the first stands for all, the others lead to it by `place`.
    """
    vessels, code = _vessel_codes(table["vessel_id"])
    time_us = table["time_utc"].cast(pa.int64()).to_numpy()
    key = _key(code, time_us)
    order = _order(table, key)
    key, code, time_us = key[order], code[order], time_us[order]
    lat_deg, lon_deg = numbers(table, "lat_deg")[order], numbers(table, "lon_deg")[order]
    first = np.ones(order.size, dtype=np.bool_)
    first[1:] = (np.diff(key) != 0) | (np.diff(lat_deg) != 0) | (np.diff(lon_deg) != 0)
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.cumsum(first) - 1
    offsets = np.searchsorted(code[first], np.arange(len(vessels) + 1)).astype(np.int64)
    return Tracks(
        table, vessels, offsets, order[first], place, time_us[first], lat_deg[first], lon_deg[first]
    )  # fmt: skip


def _vessel_codes(vessel_id: pa.ChunkedArray) -> tuple[list[str], Ints]:
    """Sorted vessel ids, and for each row the index of its vessel among them."""
    encoded = pa.chunked_array(vessel_id).combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    names = encoded.dictionary.to_pylist()
    rank = np.empty(len(names), dtype=np.int64)
    by_name = sorted(range(len(names)), key=names.__getitem__)
    rank[by_name] = np.arange(len(names))
    return [names[index] for index in by_name], rank[encoded.indices.to_numpy()]


def _key(code: Ints, time_us: Ints) -> Ints:
    """One integer that sorts as (vessel, time)."""
    if not code.size:
        return code
    since = time_us - time_us.min()
    span = int(since.max()) + 1
    if (int(code.max()) + 1) * span >= 2**63:
        # Too many vessels over too many years for one integer: the rank of each time is small enough.
        since = np.unique(time_us, return_inverse=True)[1].astype(np.int64)
        span = int(since.max()) + 1
    return np.asarray(code * span + since, dtype=np.int64)


def _order(table: pa.Table, key: Ints) -> Ints:
    """Row numbers in the order of the key; among equal keys the order depends on content alone."""
    order = np.arange(key.size, dtype=np.int64)
    if np.any(key[1:] < key[:-1]):
        order = np.argsort(key)
    equal = np.diff(key[order]) == 0
    tied = np.flatnonzero(np.append(equal, False) | np.insert(equal, 0, False))
    if tied.size:
        rows = order[tied]
        frame = pl.DataFrame(table.select(list(TIE_BREAKERS)).take(pa.array(rows)))
        frame = frame.with_columns(pl.Series("key", key[rows]), pl.Series("row", rows))
        order[tied] = frame.sort(["key", *TIE_BREAKERS], nulls_last=True)["row"].to_numpy()
    return order


class Event(NamedTuple):
    """One EVENT row before its id is made; `identity` holds the options and facts that the id stands on."""

    kind: str
    vessel_id: str
    start_us: int
    end_us: int | None
    lat_deg: float | None
    lon_deg: float | None
    score: float
    detail: Mapping[str, Any]
    evidence_ids: Sequence[str]
    identity: Sequence[Any]

    @property
    def event_id(self) -> str:
        """Hash of what was found and how, not of the rows that showed it: files can be cut anew."""
        where = (self.vessel_id, self.start_us, self.end_us, self.lat_deg, self.lon_deg)
        return content_id(self.kind, *self.identity, *where)


def event_table(events: Sequence[Event]) -> pa.Table:
    """EVENT rows sorted by vessel, start and id."""
    keyed = sorted(
        ((event.vessel_id, event.start_us, event.event_id, event) for event in events),
        key=lambda row: row[:3],
    )
    found = [row[3] for row in keyed]
    columns: dict[str, Any] = {name: [getattr(event, name) for event in found] for name in _PLAIN}
    columns["event_id"] = [row[2] for row in keyed]
    columns["score"] = [min(round(event.score, 4), HIGHEST_SCORE) for event in found]
    columns["detail"] = [DETAIL.encode(event.detail) for event in found]
    for name in ("start", "end"):
        times = [getattr(event, f"{name}_us") for event in found]
        columns[name] = pa.array(times, pa.int64()).cast(TIME)
    return pa.table({field.name: pa.array(columns[field.name], field.type) for field in EVENT}, schema=EVENT)


_PLAIN = ("kind", "vessel_id", "lat_deg", "lon_deg", "evidence_ids")


def iso(time_us: Ints) -> list[str]:
    """Times as ISO 8601 UTC, to the second where there is no fraction."""
    texts = np.datetime_as_string(time_us.astype("datetime64[us]"), unit="us").tolist()
    return [text.removesuffix(".000000") + "Z" for text in texts]
