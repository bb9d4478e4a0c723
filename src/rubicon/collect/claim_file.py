"""Adds one claim to a CSV of claims: the whole file is read again first, so that no row is added which the case could not read."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from rubicon.collect.claims import read_claims
from rubicon.errors import OutputFailed, UsageError
from rubicon.provenance import SourceFile, sha256_file

COLUMNS = (
    "id", "date", "source", "source_type", "subject", "predicate", "value", "unit", "period_start", "period_end",
    "derived_from", "url", "note",
)  # fmt: skip


def add_claim(path: Path, claim: Mapping[str, str]) -> None:
    """Append a row to a CSV of claims, made when absent; the file is replaced whole or not at all.

    Raises UsageError naming a column that does not exist, OutputFailed when the folder cannot be written, and what `read_claims` raises for a row that does not read: a required value
    that is missing, an id given twice, a derivation from nothing.
    """
    columns = _columns(path)
    unknown = sorted(set(claim) - set(columns))
    if unknown:
        raise UsageError(
            f"no such column: {', '.join(unknown)}; known: {', '.join(columns)}", place=str(path)
        )
    line = StringIO()
    csv.DictWriter(line, columns, lineterminator="\n").writerow(claim)
    before = path.read_bytes() if path.exists() else (",".join(columns) + "\n").encode()
    if not before.endswith(b"\n"):
        before += b"\n"
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as scratch:
            changed = Path(scratch) / path.name
            changed.write_bytes(before + line.getvalue().encode())
            read_claims(SourceFile(changed, sha256_file(changed), changed.stat().st_size))
            os.replace(changed, path)
    except OSError as error:
        raise OutputFailed(error.strerror or "cannot be written", place=str(path)) from error


def _columns(path: Path) -> tuple[str, ...]:
    if not path.exists():
        return COLUMNS
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return tuple(next(csv.reader(lines), COLUMNS))
