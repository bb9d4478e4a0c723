"""The index of a store, kept beside it: computed once for a set of list versions, read back in a fraction of a second.

Parquet, NumPy arrays and JSON, no pickle: a cache that somebody else wrote can be wrong, but cannot run. A cache that is missing,
cut short or of another version of these rules is made again.
"""

from __future__ import annotations

import json
import os
import threading
import zipfile
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rubicon.provenance import content_id
from rubicon.schema import LISTING
from rubicon.screen import bitemporal, store
from rubicon.screen.index import Index, Made
from rubicon.screen.party_index import PartyNames

VERSION = 5
"""Raised with every change to keys, folds or postings."""
ARRAYS = ("entry", "which", "legal", "offsets", "tokens")
LISTS = ("words", "folds", "bones", "forms")


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
        newest = {(authority, format_): day for authority, format_, day in made["newest_versions"]}
        table = pq.read_table(stem.with_suffix(".parquet"), schema=LISTING)
        with np.load(stem.with_suffix(".npz"), allow_pickle=False) as arrays:
            parties = {
                kind: PartyNames(kind, **lists, **{name: arrays[f"{kind} {name}"] for name in ARRAYS})
                for kind, lists in made["parties"].items()
            }
        return Index(table, made=Made(made["by_imo"], made["by_key"], made["ships"], parties, newest))
    except (OSError, ValueError, TypeError, LookupError, zipfile.BadZipFile, pa.ArrowException):
        return None


def _write(stem: Path, index: Index) -> None:
    """Write all files, the JSON last; a store that cannot be written to is only slower."""
    made = index.made
    described = {
        "by_imo": made.by_imo,
        "by_key": made.by_key,
        "ships": made.ships,
        "newest_versions": [[*key, day] for key, day in sorted(made.newest_versions.items())],
        "parties": {kind: {name: getattr(one, name) for name in LISTS} for kind, one in made.parties.items()},
    }
    arrays = {f"{kind} {name}": getattr(one, name) for kind, one in made.parties.items() for name in ARRAYS}
    text = json.dumps(described, separators=(",", ":"), ensure_ascii=False)
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        for old in stem.parent.glob("*"):
            old.unlink(missing_ok=True)
        mark = stem.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        pq.write_table(index.entries.frame.to_arrow().cast(LISTING), mark)
        os.replace(mark, stem.with_suffix(".parquet"))
        with mark.open("wb") as handle:
            np.savez(handle, allow_pickle=False, **arrays)
        os.replace(mark, stem.with_suffix(".npz"))
        mark.write_text(text, encoding="utf-8")
        os.replace(mark, stem.with_suffix(".json"))
    except OSError:
        return
