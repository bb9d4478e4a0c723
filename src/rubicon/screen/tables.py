"""Lists that their publishers give as documents, kept by hand as one CSV a list: who typed what from which page.

Columns `id, kind, name, listed_from, source_url`, and where known `aliases` (separated by semicolons), `imo, mmsi,
call_sign, flag, vessel_type, program, linked_to, remarks, listed_to, verification`. Every row names its source, and `verification` says
how far it was checked: official_text, text_quoted, secondary_seen or recalled_check_text. The tables that travel with the
package (`data/kept`) are parts of their lists: absence from them says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa

from rubicon.case import Input
from rubicon.collect.rows import Row, leftovers
from rubicon.collect.rows import rows as csv_rows
from rubicon.errors import ListError
from rubicon.provenance import SourceFile
from rubicon.screen import rows
from rubicon.screen.bounds import check_size

NEEDED = ("id", "kind", "name", "listed_from", "source_url")
KINDS = ("vessel", "company", "person", "aircraft", "other")
MARKS = ("official_text", "text_quoted", "secondary_seen", "recalled_check_text")
KEPT_SNAPSHOT = "2026-11-27"
"""Day on which the tables that travel were last looked through."""
TEXTS = ("imo", "mmsi", "call_sign", "flag", "vessel_type", "program")


def read_table(reader: str, meta: dict[str, str], file: SourceFile, options: Input) -> pa.Table:
    """Read a hand-kept list into LISTING rows; the date of the version must be given or stand in the file's name.

    Raises ListError with the row for an unknown kind or column, a date that is none, or a row without source.
    """
    check_size(file)
    return rows.listings(reader, meta["format"], _entries(meta["format"], file), file, options)


def kept() -> list[tuple[str, Path]]:
    """The tables that travel with the package: format and file."""
    folder = Path(str(resources.files("rubicon.screen") / "data" / "kept"))
    return [(path.stem.replace("_", "-"), path) for path in sorted(folder.glob("*.csv"))]


def _entries(format_: str, file: SourceFile) -> Iterator[dict[str, Any]]:
    for row in csv_rows(file, NEEDED):
        kind, stated = row.need("kind"), row.need("listed_from")
        listed_from = rows.iso_date(stated)
        if kind not in KINDS:
            raise ListError(f"unknown kind {kind!r}", place=row.place)
        if listed_from is None:
            raise ListError(f"`listed_from` must be YYYY-MM-DD, got {stated!r}", place=row.place)
        yield {
            "listing_id": f"{format_}:{row.need('id')}",
            "kind": kind,
            "name": row.need("name"),
            "listed_from": listed_from,
            "aliases": _several(row, "aliases"),
            "linked_to": _several(row, "linked_to"),
            **{name: row.take(name) for name in TEXTS},
            "remarks": _remarks(row),
        }
        if unknown := leftovers(row):
            raise ListError(
                f"columns that the table does not have: {', '.join(sorted(unknown))}", place=row.place
            )


def _remarks(row: Row) -> str:
    """Remarks with the source, and the day of delisting where there is one."""
    ended, told = row.take("listed_to"), row.take("remarks")
    if ended and rows.iso_date(ended) is None:
        raise ListError(f"`listed_to` must be YYYY-MM-DD, got {ended!r}", place=row.place)
    mark = row.take("verification")
    if mark and mark not in MARKS:
        raise ListError(f"unknown verification {mark!r}", place=row.place)
    checked = f"Verification: {mark}" if mark else None
    parts = (told, checked, f"Listed to: {ended}" if ended else None, f"Source: {row.need('source_url')}")
    return "; ".join(filter(None, parts))


def _several(row: Row, name: str) -> list[str]:
    return [part.strip() for part in (row.take(name) or "").split(";") if part.strip()]
