"""From the entries of a list to LISTING rows: what all readers share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from rubicon.case import Input
from rubicon.errors import ListError
from rubicon.identifiers import imo_valid, normalise_imo
from rubicon.provenance import SourceFile
from rubicon.schema import LISTING, rows_to_table
from rubicon.screen.bounds import About, about, check_counts, check_unique, list_id, snapshot_date

_DAY_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_IMO = re.compile(r"\bIMO\b\D{0,12}(\d{7})\b", re.IGNORECASE)


def listings(
    reader: str,
    format_: str,
    made: Iterable[Mapping[str, Any]],
    file: SourceFile,
    options: Input,
    *,
    stated: str = "",
) -> pa.Table:
    """LISTING rows of one version; `stated` is the date that the file itself gives.

    A row gives `listing_id, kind, name` and what else it has. Raises ListError for an entry without number or name, ids that
    stand twice, a date that is none, and, unless the file is marked an extract, counts outside the declared bounds.
    """
    expected: About = about(reader)
    snapshot = snapshot_date(options.snapshot or stated, file)
    common = {
        "list_id": list_id(format_, snapshot, options.extract),
        "authority": options.authority or expected.authority,
        "snapshot": snapshot,
        "source_id": file.source_id,
    }
    rows = []
    for number, entry in enumerate(made, start=1):
        if not entry.get("listing_id") or not entry.get("name"):
            raise ListError("an entry without number or name", place=f"{file.path} entry {number}")
        row: dict[str, Any] = {"offset": number, "linked_to": [], "aliases": []} | dict(entry)
        row["aliases"] = [name for name in dict.fromkeys(row["aliases"]) if name and name != row["name"]]
        if row["kind"] == "vessel":
            row["imo"] = normalise_imo(row.get("imo"))
            row["imo_valid"] = imo_valid(row["imo"])
        else:
            row["imo"] = None
        row["listed_from"] = row.get("listed_from") or snapshot
        rows.append(common | row)
    table = rows_to_table(rows, LISTING)
    if not table.num_rows:
        raise ListError("the list has no entries", place=str(file.path))
    check_unique(table, file)
    return table if options.extract else check_counts(table, expected, file)


def iso_date(stated: str | None) -> str | None:
    """A date written 2024-05-03 or, day first, 03/05/2024; null for one that is partial, vague or none."""
    if not stated:
        return None
    if found := _ISO.match(stated):
        return found.group()
    if found := _DAY_FIRST.match(stated):
        day, month, year = (int(part) for part in found.groups())
        return f"{year:04d}-{month:02d}-{day:02d}" if 1 <= month <= 12 and 1 <= day <= 31 else None
    return None


def imo_in(stated: str | None) -> str | None:
    """The IMO number that a remark states after the letters IMO."""
    found = _IMO.search(stated or "")
    return found.group(1) if found else None


def joined(parts: Iterable[str | None]) -> str | None:
    """Parts of a name or remark in one line; null when all are empty."""
    return " ".join(filter(None, parts)) or None


def refuse_unknown(found: Iterable[str], expected: About, place: str | Path) -> None:
    """Raise ListError for fields that the format did not have when its reader was written."""
    if unknown := sorted(set(found) - set(expected.fields)):
        raise ListError(f"fields that the format did not have: {', '.join(unknown)}", place=str(place))
