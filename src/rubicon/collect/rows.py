"""Small hand-kept tables (observations, claims, registers, designations) read row by row from CSV.

A reader takes the fields that it knows out of each row; what is left over is reported, so that a file
that grows a column cannot pass in silence.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

from rubicon.errors import EmptyInput, MissingColumns, NoUsableRows
from rubicon.provenance import SourceFile

MAX_FIELD_CHARS = 100_000
MAX_BYTES = 50_000_000


@dataclass
class Row:
    """One row: its number after the header (from 1) and the fields not yet taken."""

    number: int
    place: str
    fields: dict[str, str] = field(default_factory=dict)

    def take(self, name: str) -> str | None:
        """Remove a field and give its text; None when it is empty or absent."""
        return (self.fields.pop(name, "") or "").strip() or None

    def need(self, name: str) -> str:
        """Remove a field that must not be empty.

        Raises MissingColumns with the row as its place.
        """
        value = self.take(name)
        if value is None:
            raise MissingColumns(f"column `{name}` is empty", place=self.place)
        return value

    def number_or_none(self, name: str) -> float | None:
        """Remove a field and read it as a number.

        Raises NoUsableRows naming the text that is no number.
        """
        text = self.take(name)
        try:
            return None if text is None else float(text)
        except ValueError:
            raise NoUsableRows(f"column `{name}`: {text!r} is not a number", place=self.place) from None


def rows(file: SourceFile, required: tuple[str, ...]) -> Iterator[Row]:
    """Rows of a CSV file with a header, UTF-8 with or without a byte-order mark.

    Raises EmptyInput, MissingColumns (naming the missing columns) and NoUsableRows for text that is not
    CSV; each with file and line.
    """
    if file.size_bytes == 0:
        raise EmptyInput("the file has no content", place=str(file.path))
    csv.field_size_limit(MAX_FIELD_CHARS)
    with file.path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle, strict=True)
        try:
            missing = [name for name in required if name not in (reader.fieldnames or ())]
            if missing:
                raise MissingColumns(
                    f"missing columns {missing}; found {reader.fieldnames}", place=str(file.path)
                )
            for number, fields in enumerate(reader, start=1):
                if None in fields:
                    raise NoUsableRows(
                        "more fields than the header names", place=f"{file.path}:{reader.line_num}"
                    )
                yield Row(number, f"{file.path}:{reader.line_num}", dict(fields))
        except (csv.Error, UnicodeDecodeError) as error:
            raise NoUsableRows(str(error), place=f"{file.path}:{reader.line_num}") from error


def leftovers(row: Row) -> set[str]:
    """Names of filled fields that no reader took."""
    return {name for name, value in row.fields.items() if value and value.strip()}
