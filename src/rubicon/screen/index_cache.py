"""The index of a store, kept beside it: computed once for a set of list versions, read back in a fraction of a second.

Parquet and JSON, no pickle: a cache that somebody else wrote can be wrong, but cannot run. A cache that is missing,
cut short or of another version of these rules is made again.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from rubicon.provenance import content_id
from rubicon.schema import LISTING
from rubicon.screen import bitemporal, store
from rubicon.screen.index import Index, Made

VERSION = 3
"""Raised with every change to keys, folds or postings."""


def index_of(folder: Path, *, as_of: date | None = None, known: date | None = None) -> Index:
    """The index over all versions in a store, from its cache when there is one.

    With a day (see `bitemporal`) it is made for that day and not kept. Raises ListError as the store does.
    """
    if as_of or known:
        return Index(bitemporal.as_of(bitemporal.known(store.listings(folder), known), as_of))
    key = content_id(VERSION, [asdict(receipt) for receipt in store.receipts(folder)])
    stem = Path(folder) / ".index" / key
    cached = _read(stem)
    if cached is not None:
        return cached
    index = Index(store.listings(folder))
    _write(stem, index)
    return index


def _read(stem: Path) -> Index | None:
    try:
        made = json.loads(stem.with_suffix(".json").read_bytes())
        newest = {(authority, format_): day for authority, format_, day in made.pop("newest_versions")}
        table = pq.read_table(stem.with_suffix(".parquet"), schema=LISTING)
        return Index(table, made=Made(newest_versions=newest, **made))
    except (OSError, ValueError, TypeError, LookupError, pa.ArrowException):
        return None


def _write(stem: Path, index: Index) -> None:
    """Write both files, the JSON last; a store that cannot be written to is only slower."""
    made = asdict(index.made)
    made["newest_versions"] = [[*key, day] for key, day in sorted(index.made.newest_versions.items())]
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        for old in stem.parent.glob("*"):
            old.unlink(missing_ok=True)
        mark = f".{os.getpid()}-{threading.get_ident()}"
        table = index.entries.frame.to_arrow().cast(LISTING)
        pq.write_table(table, stem.with_suffix(mark))
        os.replace(stem.with_suffix(mark), stem.with_suffix(".parquet"))
        stem.with_suffix(mark).write_text(json.dumps(made, separators=(",", ":")), encoding="utf-8")
        os.replace(stem.with_suffix(mark), stem.with_suffix(".json"))
    except OSError:
        return
