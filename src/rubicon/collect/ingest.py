"""Ingest: files of any known format into the lake; rejects kept and counted, a second run adds nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from rubicon.case import Input
from rubicon.collect.batch import Batch
from rubicon.collect.clean import clean
from rubicon.collect.sniff import sniff
from rubicon.errors import NoUsableRows, RubiconError, SimulatedEvidence
from rubicon.provenance import SourceFile, source_file
from rubicon.registry import named, sources
from rubicon.schema import Origin
from rubicon.store.lake import BatchWriter, Lake

SIMULATED_LABEL = "SIM"
"""Station names that begin so are written by `rubicon simulate`."""

COUNTED = ("sentences", "messages", "positions", "statics", "rejected")

Progress = Callable[[str, int], None]


@dataclass
class Ingested:
    """What was read, over all files."""

    files: int = 0
    sentences: int = 0
    messages: int = 0
    positions: int = 0
    statics: int = 0
    rejected: int = 0
    reject_reasons: Counter[str] = field(default_factory=Counter)
    rejects_files: list[str] = field(default_factory=list)
    already_in_lake: int = 0
    notes: list[str] = field(default_factory=list)
    failed: list[RubiconError] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """The counts as a JSON object; `rejects_file` is null, one path or several."""
        return {
            "files": self.files,
            **{name: getattr(self, name) for name in COUNTED},
            "reject_reasons": dict(self.reject_reasons),
            "rejects_file": self.rejects_files[0]
            if len(self.rejects_files) == 1
            else self.rejects_files or None,
            "already_in_lake": self.already_in_lake,
            "notes": self.notes,
            "failed": [error.record() for error in self.failed],
        }

    def count(self, entry: Mapping[str, Any], known: bool, lake: Lake) -> None:
        """Add one file's manifest."""
        self.files += 1
        self.already_in_lake += known
        for name in COUNTED:
            setattr(self, name, getattr(self, name) + entry[name])
        self.reject_reasons.update(entry["reject_reasons"])
        self.notes += [f"{entry['file']}: {note}" for note in entry["notes"]]
        if entry["rejected"]:
            self.rejects_files.append(str(lake.rejects_path(entry["source_id"])))


def ingest(
    items: Sequence[tuple[Path, Input]], lake: Lake, *, origin: Origin, progress: Progress | None = None
) -> Ingested:
    """Read each file into the lake; a file that fails whole is named in `failed` and the rest goes on."""
    total = Ingested()
    for path, input_ in items:
        try:
            total.count(*ingest_file(path, input_, lake, origin=origin, progress=progress), lake)
        except RubiconError as error:
            total.failed.append(error)
    return total


def ingest_file(
    path: Path, input_: Input, lake: Lake, *, origin: Origin, progress: Progress | None = None
) -> tuple[dict[str, Any], bool]:
    """Read one file into the lake; gives its manifest and whether the lake had it already.

    A file that was read before under other settings is read again and replaces what it gave. Raises the
    reader's errors, NoUsableRows when every row was rejected, SimulatedEvidence when a file that labels
    itself simulated is declared real.
    """
    file = source_file(path, origin=(input_.origin or origin).value)
    settings = input_.model_dump(mode="json", exclude={"file", "title", "publisher", "licence", "url"})
    known = lake.manifest(file.source_id)
    if known and known["settings"] == settings:
        return known, True
    name = sniff(path) if input_.format in ("", "auto") else input_.format
    reader = named(sources(), name, "format")
    with BatchWriter(lake, file) as writer:
        counts = _copy(reader.read(file, input_), writer, file, progress)
        return writer.commit({**counts, "format": name, "settings": settings, "origin": file.origin}), False


def _copy(batches: Any, writer: BatchWriter, file: SourceFile, progress: Progress | None) -> dict[str, Any]:
    """Pass batches to the writer and count them."""
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    notes: dict[str, None] = {}
    for batch in batches:
        _refuse_mislabelled(batch, file)
        positions, impossible = clean(batch.positions)
        writer.add(positions, batch.vessels, batch.rejects)
        writer.add(positions.slice(0, 0), batch.vessels.slice(0, 0), impossible)
        counts.update(
            sentences=batch.sentences,
            messages=batch.messages,
            positions=positions.num_rows,
            statics=batch.vessels.num_rows,
            rejected=batch.rejects.num_rows + impossible.num_rows,
        )
        reasons.update(batch.rejects["reason"].to_pylist() + impossible["reason"].to_pylist())
        notes |= dict.fromkeys(batch.notes)
        if progress:
            progress(file.path.name, counts["positions"])
    if (
        counts["rejected"]
        and not counts["positions"] + counts["statics"]
        and counts["rejected"] >= counts["messages"]
    ):
        worst = ", ".join(f"{reason} {number}" for reason, number in reasons.most_common(5))
        raise NoUsableRows(f"every row was rejected: {worst}", place=str(file.path))
    return {**{name: counts[name] for name in COUNTED}, "reject_reasons": dict(reasons), "notes": list(notes)}


def _refuse_mislabelled(batch: Batch, file: SourceFile) -> None:
    if file.origin == Origin.SIMULATED or batch.positions.num_rows == 0:
        return
    if pc.any(pc.starts_with(batch.positions["receiver"], SIMULATED_LABEL)).as_py():
        raise SimulatedEvidence(
            "the file labels its stations as simulated and is declared real", place=str(file.path)
        )
