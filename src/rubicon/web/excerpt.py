"""The lines of an evidence file around the place that a piece of evidence names, read from the dossier's bag.

A file is opened only when its path comes from the EVIDENCE table and lies in the bag; nothing of a request
ever becomes part of a path.
"""

from __future__ import annotations

import csv
import io
import re
from itertools import chain, islice
from pathlib import Path

from rubicon.report.text import clean
from rubicon.web.shelf import CaseView, Row

BAG = "dossier"
MOST_BYTES = 2048
MOST_ROW_BYTES = 64 << 20
"""Size up to which a table is read through to a row; larger ones are named and not read."""
MOST_CELL = 600
_PLACE = re.compile(r"(byte|row) (\d+)")


def excerpt(view: CaseView, evidence: Row) -> Row | None:
    """The raw line, or the row under its column names; None when the bytes are not in the bag."""
    path = held(view, evidence["file"])
    place = _PLACE.fullmatch(evidence["locator"] or "")
    if path is None or place is None:
        return None
    number = int(place[2])
    found = _line(path, number) if place[1] == "byte" else _row(path, number)
    return None if found is None else {"place": evidence["locator"], **found}


def held(view: CaseView, name: str | None) -> Path | None:
    """The file of the bag that a path of the EVIDENCE table names; None when it is not there."""
    bag = (view.output.folder / BAG).resolve()
    if not name:
        return None
    path = (bag / name).resolve()
    return path if path.is_relative_to(bag) and path.is_file() else None


def _line(path: Path, offset: int) -> Row | None:
    """The line of a text file that begins at a byte offset."""
    with path.open("rb") as file:
        file.seek(offset)
        raw = file.read(MOST_BYTES)
    line = raw.partition(b"\n")[0].rstrip(b"\r")
    if not line or b"\0" in line:
        return None
    return {"kind": "line", "text": clean(line.decode("utf-8", "replace"))}


def _row(path: Path, number: int) -> Row | None:
    """The n-th row after the header of a CSV table, as pairs of column and value."""
    if path.suffix != ".csv" or path.stat().st_size > MOST_ROW_BYTES or number < 1:
        return None
    text = io.StringIO(path.read_text(encoding="utf-8-sig", errors="replace"), newline="")
    try:
        reader = csv.reader(text)
        first = next(reader, [])
        # A list without a header line, such as the SDN file, counts its rows from the first line.
        named = all(first) and not any(cell.strip().isdecimal() for cell in first)
        rows = reader if named else chain([first], reader)
        cells = next(islice(rows, number - 1, number), None)
    except csv.Error:
        return None
    if cells is None:
        return None
    header = first if named and len(cells) == len(first) else [""] * len(cells)
    pairs = zip(header, cells, strict=True)
    return {
        "kind": "row",
        "cells": [[clean(name), clean(value)[:MOST_CELL]] for name, value in pairs if value],
    }
