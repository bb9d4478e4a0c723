"""What a list's publisher and we expect of it: the `.yml` beside each reader, and the check that fails loudly."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import yaml
from pydantic import Field

from rubicon.case import Strict
from rubicon.errors import InputTooLarge, ListError
from rubicon.provenance import SourceFile

MAX_BYTES = 256_000_000
"""The largest list in use (OFAC, advanced XML) has some 120 MB."""


class Bounds(Strict):
    """Fewest and most entries that a whole file may have."""

    min: int
    max: int


class About(Strict):
    """Publisher, address, cadence, licence and expected counts of one list format."""

    title: str
    authority: str
    publisher: str
    url: str
    cadence: str
    licence: str
    raw_may_ship: bool
    entries: Bounds
    kinds: dict[str, Bounds] = Field(default_factory=dict)
    least_since: dict[str, int] = Field(default_factory=dict)
    """Fewest entries of versions from a date on: a list that grew must not fall back to half of itself."""
    fields: tuple[str, ...] = ()
    """Names of the fields that the format had when the reader was written."""


def about(reader: str | Path) -> About:
    """The declaration beside a reader's module file."""
    raw: dict[str, Any] = yaml.safe_load(Path(reader).with_suffix(".yml").read_text(encoding="utf-8"))
    return About(**raw)


def check_counts(listings: pa.Table, expected: About, file: SourceFile) -> pa.Table:
    """Give the table back when its counts lie within the declared bounds.

    Raises ListError naming the file, the count and the bound: half a list must not pass for a whole one.
    """
    found = Counter(listings["kind"].to_pylist())
    day = max(listings["snapshot"].to_pylist(), default="")
    least = [count for since, count in expected.least_since.items() if day >= since]
    floor = Bounds(min=max([expected.entries.min, *least]), max=expected.entries.max)
    counts = {"entries": (listings.num_rows, floor)}
    counts |= {f"entries of kind {kind}": (found[kind], bound) for kind, bound in expected.kinds.items()}
    for what, (count, bound) in counts.items():
        if not bound.min <= count <= bound.max:
            raise ListError(
                f"{count} {what}, expected {bound.min} to {bound.max}: not the whole list, or its format changed",
                place=str(file.path),
            )
    return listings


def check_size(file: SourceFile) -> None:
    """Raise InputTooLarge for a file over the limit, ListError for an empty one."""
    if file.size_bytes > MAX_BYTES:
        raise InputTooLarge(f"{file.size_bytes} bytes, limit {MAX_BYTES}", place=str(file.path))
    if file.size_bytes == 0:
        raise ListError("the file has no content", place=str(file.path))


def check_unique(listings: pa.Table, file: SourceFile) -> None:
    """Raise ListError when two entries share an id: answers could not be told apart."""
    ids = listings["listing_id"]
    if pc.count_distinct(ids).as_py() != len(ids):
        shared, times = Counter(ids.to_pylist()).most_common(1)[0]
        raise ListError(f"entry {shared} stands {times} times", place=str(file.path))


def snapshot_date(text: str, file: SourceFile) -> str:
    """The date of a list version, checked.

    Raises ListError when none is stated or it is no date.
    """
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ListError(
            f"the date of the list version must be YYYY-MM-DD, got {text!r}", place=str(file.path)
        ) from None


def list_id(format_: str, snapshot: str, extract: bool) -> str:
    """Name of one version of a list; an extract says so, since absence from it means nothing."""
    return f"{format_} {snapshot} extract" if extract else f"{format_} {snapshot}"
