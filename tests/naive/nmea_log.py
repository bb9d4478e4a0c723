"""Writes a log, reads it through the NMEA source, and gives rows and counts."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from naive import nmea_writer as write
from rubicon.case import Input
from rubicon.collect.sources import nmea
from rubicon.provenance import source_file

C = write.tag("c:1700000000")
AT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


class Result(NamedTuple):
    """What a log gave."""

    positions: list[dict[str, Any]]
    vessels: list[dict[str, Any]]
    rejects: list[dict[str, Any]]
    sentences: int
    messages: int
    notes: list[str]

    @property
    def reasons(self) -> dict[str, int]:
        return dict(Counter(row["reason"] for row in self.rejects))


def read_log(folder: Path, *lines: str | bytes, end: bytes = b"\n", packed: bool = False) -> Result:
    """Read a log made of lines, or of bytes as they are."""
    data = b"".join(line if isinstance(line, bytes) else line.encode() + end for line in lines)
    path = folder / "log.nmea"
    path.write_bytes(gzip.compress(data) if packed else data)
    batches = list(nmea.read(source_file(path), Input(file="log.nmea", format="nmea")))
    tables = [
        pa.concat_tables([getattr(b, name) for b in batches]) for name in ("positions", "vessels", "rejects")
    ]
    for table in tables:
        table.validate(full=True)
    counts = [sum(getattr(b, name) for b in batches) for name in ("sentences", "messages")]
    return Result(*[t.to_pylist() for t in tables], *counts, [note for b in batches for note in b.notes])


def one(bits: str, **about: Any) -> str:
    """A sentence with a time."""
    return C + write.sentences(bits, **{"at": 200, **about})[0]
