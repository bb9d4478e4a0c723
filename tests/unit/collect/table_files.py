"""Writes a table to a file and reads it, for the tests of table sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rubicon.case import Input
from rubicon.collect.batch import Batch
from rubicon.collect.columns import read_positions

HEADER = "mmsi,t,lat,lon,sog,cog,heading\n"
TIME = "2021-03-20T00:22:11Z"
GOOD = f"219000001,{TIME},55.1,12.1,10.5,90,91\n"


def read_file(path: Path, **options: Any) -> Batch:
    """All rows of a file, columns found by their names."""
    return read_positions(path, Input(file="table", format="", **options), strict_header=False)


def read(folder: Path, content: str | bytes, **options: Any) -> Batch:
    """All rows of the content."""
    path = folder / "table"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_file(path, **options)


def row(batch: Batch, index: int = 0) -> dict[str, Any]:
    """One position."""
    made: dict[str, Any] = batch.positions.slice(index, 1).to_pylist()[0]
    return made


def reasons(batch: Batch) -> list[tuple[int, str]]:
    """Row number and reason of each reject."""
    return [(r["offset"], r["reason"]) for r in batch.rejects.to_pylist()]
