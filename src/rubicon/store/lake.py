"""The lake: positions and identity statements as Parquet, partitioned by day and vessel bucket.

One ingested file is one batch. Its parts are written under a name that no reader looks at, moved into
place, and only then named in a manifest; a reader sees what manifests name and nothing else. A killed
ingest therefore leaves nothing or all of a file, and a second run of the same file changes nothing.

    LAKE/positions/day=2024-05-01/bucket=2/<source_id>-0.parquet
    LAKE/vessels/<source_id>.parquet   LAKE/rejects/<source_id>.ndjson   LAKE/manifest/<source_id>.json
"""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from rubicon.errors import LakeError
from rubicon.provenance import SourceFile
from rubicon.schema import POSITION, VESSEL, conform

BUCKETS = 4
"""Vessel buckets of a day: enough to read a large lake a quarter at a time, few enough small files."""


class Lake:
    """A folder of committed batches."""

    def __init__(self, root: Path, only: frozenset[str] | None = None) -> None:
        self.root, self.only = root, only

    def holding(self, source_ids: Iterable[str]) -> Lake:
        """The same lake, of which only these files' batches are read."""
        return Lake(self.root, frozenset(source_ids))

    def manifest(self, source_id: str) -> dict[str, Any] | None:
        """What was committed for a file; None when it was not ingested."""
        path = self.root / "manifest" / f"{source_id}.json"
        return json.loads(path.read_text()) if path.exists() else None

    def manifests(self) -> list[dict[str, Any]]:
        """All committed batches, by source id."""
        paths = sorted((self.root / "manifest").glob("*.json"))
        return [json.loads(path.read_text()) for path in paths if self.only is None or path.stem in self.only]

    def rejects_path(self, source_id: str) -> Path:
        """Where the rejected rows of a file lie."""
        return self.root / "rejects" / f"{source_id}.ndjson"

    def buckets(self) -> list[int]:
        """Vessel buckets that hold rows."""
        return sorted({part["bucket"] for entry in self.manifests() for part in entry["parts"]})

    def positions(self, bucket: int | None = None) -> pa.Table:
        """Committed positions of one vessel bucket, or all; unsorted."""
        return self._read(
            [
                part["path"]
                for entry in self.manifests()
                for part in entry["parts"]
                if bucket is None or part["bucket"] == bucket
            ],
            POSITION,
        )

    def vessels(self) -> pa.Table:
        """Committed identity statements."""
        return self._read([f"vessels/{entry['source_id']}.parquet" for entry in self.manifests()], VESSEL)

    def vessel_ids(self) -> set[str]:
        """Ships with a committed position."""
        return {
            str(key)
            for bucket in self.buckets()
            for key in self.positions(bucket)["vessel_id"].unique().to_pylist()
        }

    def _read(self, names: list[str], schema: pa.Schema) -> pa.Table:
        try:
            tables = [pq.read_table(self.root / name, partitioning=None) for name in names]
        except FileNotFoundError as error:
            raise LakeError(
                "a file that the manifest names is gone", place=str(error.filename or error)
            ) from error
        return (
            pa.concat_tables([conform(table, schema) for table in tables]) if tables else schema.empty_table()
        )


class BatchWriter:
    """Writes one file's tables into the lake; nothing is visible before `commit`.

    A context manager: leaving it without a commit leaves nothing behind.
    """

    def __init__(self, lake: Lake, file: SourceFile) -> None:
        self.lake, self.file = lake, file
        self.staging = lake.root / ".staging" / f"{file.source_id}-{os.getpid()}"
        shutil.rmtree(self.staging, ignore_errors=True)
        self.staging.mkdir(parents=True)
        self.parts: list[dict[str, Any]] = []
        self.vessels: list[pa.Table] = []
        self.rejects = (self.staging / "rejects.ndjson").open("w", encoding="utf-8")

    def add(self, positions: pa.Table, vessels: pa.Table, rejects: pa.Table) -> None:
        """Stage the tables of one batch."""
        for (day, bucket), part in _partitions(positions):
            name = f"{self.file.source_id}-{len(self.parts)}.parquet"
            pq.write_table(part, self.staging / name, compression="zstd")
            path = f"positions/day={day}/bucket={bucket}/{name}"
            self.parts.append({"path": path, "bucket": bucket, "rows": part.num_rows})
        if vessels.num_rows:
            self.vessels.append(vessels)
        for row in rejects.to_pylist():
            self.rejects.write(json.dumps(row, ensure_ascii=False) + "\n")

    def commit(self, about: dict[str, Any]) -> dict[str, Any]:
        """Move the parts into place and write the manifest, the one act that makes them visible."""
        self.rejects.close()
        root, source_id = self.lake.root, self.file.source_id
        for part in self.parts:
            _move(self.staging / Path(part["path"]).name, root / part["path"])
        vessels = pa.concat_tables(self.vessels) if self.vessels else VESSEL.empty_table()
        pq.write_table(vessels, self.staging / "vessels.parquet", compression="zstd")
        _move(self.staging / "vessels.parquet", root / "vessels" / f"{source_id}.parquet")
        _move(self.staging / "rejects.ndjson", self.lake.rejects_path(source_id))
        entry = {
            **about,
            "source_id": source_id,
            "sha256": self.file.sha256,
            "file": self.file.path.name,
            "parts": self.parts,
        }
        staged = self.staging / "manifest.json"
        staged.write_text(json.dumps(entry, indent=1, sort_keys=True))
        _move(staged, root / "manifest" / f"{source_id}.json")
        return entry

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.rejects.close()
        shutil.rmtree(self.staging, ignore_errors=True)


def _move(source: Path, target: Path) -> None:
    """Rename within the lake, after the bytes are on the disk."""
    with source.open("rb") as handle:
        os.fsync(handle.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _partitions(positions: pa.Table) -> Iterator[tuple[tuple[str, int], pa.Table]]:
    """Parts of a table by UTC day and vessel bucket, in a fixed order."""
    if positions.num_rows == 0:
        return
    frame = pl.from_arrow(positions)
    assert isinstance(frame, pl.DataFrame)
    ids = frame["vessel_id"].unique()
    bucket = pl.DataFrame({"vessel_id": ids, "bucket": [zlib.crc32(i.encode()) % BUCKETS for i in ids]})
    frame = frame.join(bucket, on="vessel_id", how="left", maintain_order="left")
    frame = frame.with_columns(day=pl.col("time_utc").dt.strftime("%Y-%m-%d"))
    parts = frame.partition_by(["day", "bucket"], as_dict=True, include_key=False)
    for (day, number), part in sorted(parts.items()):
        yield (str(day), int(number)), conform(part.to_arrow(), POSITION)
