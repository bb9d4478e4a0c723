"""Runs detectors over tables and lakes: whole vessels, one bucket at a time, so that memory stays bounded."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ValidationError

from rubicon.collect.clean import clean
from rubicon.errors import OptionError
from rubicon.registry import detectors, named
from rubicon.schema import EVENT, VESSEL, Flag, conform
from rubicon.store.lake import Lake


def options_for(kind: str, profile: str = "rubicon", settings: Mapping[str, Any] | None = None) -> BaseModel:
    """Options of a detector: its profile, with single settings replaced.

    Raises OptionError naming the option that does not exist or does not fit, and those that exist.
    """
    module = named(detectors(), kind, "detector")
    if profile not in module.PROFILES:
        raise OptionError(f"unknown profile; there are {', '.join(module.PROFILES)}", place=profile)
    values = module.PROFILES[profile].model_dump() | dict(settings or {})
    try:
        made: BaseModel = module.Options.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        known = ", ".join(module.Options.model_fields)
        raise OptionError(f"option `{key}`: {first['msg']}; there are {known}", place=kind) from error
    return made


MOST_ROWS = 4_000_000
"""Rows that a detector is given at a time: about half a gigabyte of positions."""


class Given(NamedTuple):
    """Tables at hand, for detectors that read more than positions."""

    positions: pa.Table
    vessels: pa.Table


Source: TypeAlias = "Lake | Given | pa.Table"
"""A lake, or tables; a bare table is what the detector needs, POSITION or VESSEL."""


def local(kind: str, source: Source, options: BaseModel) -> pa.Table:
    """EVENT rows of one detector over a lake or tables, sorted by ship and start."""
    module = named(detectors(), kind, "detector")
    if module.NEEDS == "VESSEL":
        found = [_placed(module.detect(_statements(source), options), source)]
    elif module.NEEDS == "POSITION+VESSEL":
        said = _statements(source)
        found = [module.detect(table, options, said) for table in map(_tidy, _whole_vessels(source))]
    elif tuple(module.KEY) == ("vessel_id",):
        found = [module.detect(_tidy(table), options) for table in _whole_vessels(source)]
    else:
        # All ships together would not fit into memory: a detector of pairs says what it needs of whole vessels.
        needed = [module.thin(_tidy(table), options) for table in _whole_vessels(source)]
        found = [module.detect(pa.concat_tables(needed), options)] if needed else []
    events = pa.concat_tables(found) if found else EVENT.empty_table()
    return events.sort_by([("vessel_id", "ascending"), ("start", "ascending"), ("event_id", "ascending")])


def _whole_vessels(source: Source) -> Iterable[pa.Table]:
    """Tables of positions that each hold all rows of the vessels in them, cut where a bucket is large."""
    if isinstance(source, Lake):
        return (part for bucket in source.buckets() for part in _cut(source.positions(bucket)))
    return [source.positions if isinstance(source, Given) else source]


def _cut(positions: pa.Table) -> Iterable[pa.Table]:
    """Whole vessels in parts of about MOST_ROWS rows: sorting and detecting take several times the memory of their rows."""
    parts = -(-positions.num_rows // MOST_ROWS)
    if parts <= 1:
        yield positions
        return
    coded = positions["vessel_id"].combine_chunks().dictionary_encode()
    part_of = np.array([zlib.crc32(name.encode()) // 7919 % parts for name in coded.dictionary.to_pylist()])
    part = part_of[coded.indices.to_numpy()]
    for number in range(parts):
        yield positions.filter(pa.array(part == number))


def _statements(source: Source) -> pa.Table:
    """Statements of identity."""
    if isinstance(source, Lake):
        return source.vessels()
    if isinstance(source, Given):
        return source.vessels
    return source if source.schema.equals(VESSEL) else VESSEL.empty_table()


def _placed(events: pa.Table, source: Source) -> pa.Table:
    """Events that have no place put where their ship last was before they ended."""
    if isinstance(source, pa.Table) or not events.num_rows:
        return events
    frame = pl.DataFrame(events).with_row_index("row").sort("end")
    wanted = frame["vessel_id"].unique().to_list()
    fixes = [
        pl.DataFrame(table.select(["vessel_id", "time_utc", "lat_deg", "lon_deg"])).filter(
            pl.col("vessel_id").is_in(wanted)
        )
        for table in _whole_vessels(source)
    ]
    known = pl.concat(fixes).sort("time_utc", "lat_deg", "lon_deg") if fixes else None
    if known is None:
        return events
    placed = frame.drop("lat_deg", "lon_deg").join_asof(
        known, left_on="end", right_on="time_utc", by="vessel_id", check_sortedness=False
    )
    return conform(placed.sort("row").select(EVENT.names).to_arrow(), EVENT)


def _tidy(positions: pa.Table) -> pa.Table:
    """Positions in order, repeated reports left out of the calculation (they stay in the lake, flagged)."""
    ordered, _ = clean(positions)
    repeated = pc.not_equal(pc.bit_wise_and(ordered["flags"], pa.scalar(int(Flag.DUPLICATE), pa.int32())), 0)
    return ordered.filter(pc.invert(repeated))
