"""Runs detectors over tables and lakes: whole vessels, one bucket at a time, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ValidationError

from rubicon.collect.clean import clean
from rubicon.errors import OptionError
from rubicon.registry import detectors, named
from rubicon.schema import EVENT, Flag
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


def local(kind: str, source: Lake | pa.Table, options: BaseModel) -> pa.Table:
    """EVENT rows of one detector over a lake or a table, sorted by ship and start."""
    module = named(detectors(), kind, "detector")
    found = [module.detect(_tidy(table), options) for table in _whole_vessels(source, module, options)]
    events = pa.concat_tables(found) if found else EVENT.empty_table()
    return events.sort_by([("vessel_id", "ascending"), ("start", "ascending"), ("event_id", "ascending")])


def _thin(positions: pa.Table, module: ModuleType, options: BaseModel) -> pa.Table:
    """What a detector of pairs needs of whole vessels: all ships together would not fit into memory otherwise."""
    made: pa.Table = module.thin(_tidy(positions), options)
    return made


def _whole_vessels(source: Lake | pa.Table, module: ModuleType, options: BaseModel) -> Iterable[pa.Table]:
    """Tables that each hold all rows of the vessels in them."""
    if isinstance(source, pa.Table):
        return [source]
    if tuple(module.KEY) != ("vessel_id",):
        return [
            pa.concat_tables(
                [_thin(source.positions(bucket), module, options) for bucket in source.buckets()]
            )
        ]
    return (source.positions(bucket) for bucket in source.buckets())


def _tidy(positions: pa.Table) -> pa.Table:
    """Positions in order, repeated reports left out of the calculation (they stay in the lake, flagged)."""
    ordered, _ = clean(positions)
    repeated = pc.not_equal(pc.bit_wise_and(ordered["flags"], pa.scalar(int(Flag.DUPLICATE), pa.int32())), 0)
    return ordered.filter(pc.invert(repeated))
