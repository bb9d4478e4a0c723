"""Runs bad files through the whole of `ingest`, and holds what must be true of every one of them."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rubicon.case import Input
from rubicon.collect.ingest import ingest
from rubicon.schema import Origin
from rubicon.store.lake import Lake

MAX_PEAK_BYTES = 1 << 28
"""256 MiB above what the test itself holds: far under what the worst of these files would fill."""


@dataclass(frozen=True)
class Bad:
    """Bad files, and what must come of them: positions kept, rejects by reason, errors by code, a note."""

    files: Callable[[], list[bytes]]
    positions: int = 0
    rejects: dict[str, int] = field(default_factory=dict)
    failed: tuple[str, ...] = ()
    note: str = ""
    shows: Callable[[Read], object] = bool
    """What else must be true of the rows."""
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Read:
    """The rows that the lake holds, in the order of the files."""

    positions: list[dict[str, Any]]
    vessels: list[dict[str, Any]]
    rejects: list[dict[str, Any]]
    lake: Lake

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.positions]


def judge(bad: Bad, folder: Path) -> None:
    """Ingest the files and compare; memory, places and counts are judged for all alike."""
    paths = []
    for n, content in enumerate(bad.files()):
        paths.append(folder / f"file-{n}")
        paths[-1].write_bytes(content)
    lake = Lake(folder / "lake")
    options = Input.model_validate({"file": "", "format": "", **bad.options})
    tracemalloc.start()
    try:
        made = ingest([(path, options) for path in paths], lake, origin=Origin.REAL)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    read = _rows(lake)
    assert peak < MAX_PEAK_BYTES
    assert tuple(error.code for error in made.failed) == bad.failed
    for error in made.failed:
        assert error.reason
        assert error.place.startswith(str(folder))
    assert dict(made.reject_reasons) == bad.rejects
    assert (len(read.positions), made.positions) == (bad.positions, bad.positions)
    assert Counter(row["reason"] for row in read.rejects) == bad.rejects
    assert all(row["source_id"] and row["offset"] >= 0 and len(row["raw"]) <= 512 for row in read.rejects)
    assert not bad.note or any(bad.note in note for note in made.notes)
    assert bad.shows(read)


def _rows(lake: Lake) -> Read:
    rejected = [
        json.loads(line)
        for entry in lake.manifests()
        for line in lake.rejects_path(entry["source_id"]).read_text().splitlines()
    ]
    tables = [table.to_pylist() for table in (lake.positions(), lake.vessels())]
    positions, vessels = (sorted(rows, key=lambda row: row["offset"]) for rows in tables)
    return Read(positions, vessels, rejected, lake)
