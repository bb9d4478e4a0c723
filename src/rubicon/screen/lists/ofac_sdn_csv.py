"""OFAC SDN list in its oldest form: SDN.CSV without a header, with ALT.CSV and ADD.CSV beside it.

Layout published by OFAC ("SDN data formats"): twelve columns (ent_num, name, type, programme, title, call
sign, vessel type, tonnage, gross tonnage, flag, owner, remarks), `-0-` for empty, a closing byte 0x1A. All else
stands in the remarks, in segments between semicolons. What a segment holds is kept there as written; a number that cannot
be an IMO number ("Does not exist", a national registration) becomes null in `imo` and stays in `remarks`.

The list states no dates of listing: `listed_from` is the date of this version, an upper bound. A company's IMO number stays in the
remarks, because it belongs to another scheme than a ship's.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from rubicon.case import Input
from rubicon.errors import ListError
from rubicon.identifiers import imo_valid, normalise_imo
from rubicon.provenance import SourceFile
from rubicon.schema import LISTING, rows_to_table
from rubicon.screen.births import born
from rubicon.screen.bounds import about, check_counts, check_size, check_unique, list_id, snapshot_date

META = {"format": "ofac-sdn-csv", "authority": "US", "title": "OFAC SDN list, CSV"}

KINDS = {"vessel": "vessel", "individual": "person", "aircraft": "aircraft", "": "company"}
"""Types as listed; the empty type covers companies and other organisations."""

_ALIAS = re.compile(r"^(?:alt\. )?[afn]\.k\.a\. '(.*)'$")
_NUMBER = re.compile(r"^(?:alt\. )?(?:Vessel Registration Identification|Identification Number)\s+(.+)$")
_LINKED = re.compile(r"^\(?Linked To: (.+?)\)?$")
_MMSI = re.compile(r"^(?:alt\. )?MMSI\s+(\d{9})$")
_BORN = re.compile(r"^(?:alt\. )?DOB (.+)$")
_CALL_SIGN = re.compile(r"^(?:alt\. )?Other Vessel Call Sign (.+)$")


def read(file: SourceFile, options: Input) -> pa.Table:
    """Read one SDN.CSV into LISTING rows, in the file's order; `offset` is the row number from 1.

    Raises ListError with the row when a row has not twelve columns, a type is unknown, an entry number is
    no number or stands twice; and, for a file that is not marked `extract`, when it lacks the closing byte or its counts leave the
    declared bounds.
    """
    expected = about(__file__)
    snapshot = snapshot_date(options.snapshot, file)
    if not options.extract:
        _check_end(file)
    common = {
        "list_id": list_id(META["format"], snapshot, options.extract),
        "authority": options.authority or expected.authority,
        "snapshot": snapshot,
        "listed_from": snapshot,
        "source_id": file.source_id,
    }
    made = [common | _listing(row, number, place) for number, place, row in _rows(file, 12)]
    listings = rows_to_table(made, LISTING)
    check_unique(listings, file)
    return listings if options.extract else check_counts(listings, expected, file)


def with_aliases(listings: pa.Table, alt: SourceFile) -> tuple[pa.Table, int]:
    """Add the names of an ALT.CSV of the same day; also gives the number of names whose entry is not in the table.

    Raises ListError with the row when a row has not five columns.
    """
    extra: dict[str, list[str]] = {}
    for _, _, (ent_num, _, _, name, _) in _rows(alt, 5):
        extra.setdefault(_id(ent_num), []).append(name)
    ids = listings["listing_id"].to_pylist()
    aliases = [
        list(dict.fromkeys([*own, *extra.get(id_, ())]))
        for id_, own in zip(ids, listings["aliases"].to_pylist(), strict=True)
    ]
    strangers = sum(len(names) for id_, names in extra.items() if id_ not in set(ids))
    return _replace(listings, "aliases", aliases), strangers


def with_addresses(listings: pa.Table, add: SourceFile) -> tuple[pa.Table, int]:
    """Add the addresses of an ADD.CSV of the same day to the remarks; also gives the number that found no entry.

    Raises ListError with the row when a row has not six columns.
    """
    extra: dict[str, list[str]] = {}
    for _, _, (ent_num, _, street, city, country, _) in _rows(add, 6):
        address = ", ".join(part for part in (street, city, country) if part)
        if address:
            extra.setdefault(_id(ent_num), []).append(f"Address: {address}")
    ids = listings["listing_id"].to_pylist()
    remarks = [
        "; ".join(filter(None, [own, *extra.get(id_, ())])) or None
        for id_, own in zip(ids, listings["remarks"].to_pylist(), strict=True)
    ]
    strangers = sum(len(places) for id_, places in extra.items() if id_ not in set(ids))
    return _replace(listings, "remarks", remarks), strangers


def _rows(file: SourceFile, columns: int) -> Iterator[tuple[int, str, list[str]]]:
    """Row number, place and cells, with `-0-` as the empty text."""
    check_size(file)
    data = file.path.read_bytes().rstrip(b"\x1a\r\n \t")
    try:
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        for number, row in enumerate(reader, start=1):
            place = f"{file.path} row {number}"
            if len(row) != columns:
                raise ListError(f"{len(row)} columns, expected {columns}", place=place)
            yield number, place, ["" if cell.strip() == "-0-" else cell.strip() for cell in row]
    except UnicodeDecodeError as error:
        raise ListError(f"is not UTF-8 text at byte {error.start}", place=str(file.path)) from error
    except csv.Error as error:
        raise ListError(f"is not CSV: {error}", place=f"{file.path} row {reader.line_num}") from error


def _check_end(file: SourceFile) -> None:
    """Raise ListError when a whole file lacks its closing byte: a download cut at a line end looks whole otherwise."""
    check_size(file)
    with file.path.open("rb") as handle:
        handle.seek(-min(16, file.size_bytes), os.SEEK_END)
        if not handle.read().rstrip().endswith(b"\x1a"):
            raise ListError("ends without its closing byte 0x1A: cut short?", place=str(file.path))


def _listing(row: list[str], number: int, place: str) -> dict[str, Any]:
    ent_num, name, type_, programme, _, call_sign, vessel_type, _, tonnage, flag, owner, remarks = row
    if not (ent_num.isascii() and ent_num.isdigit()) or not name:
        raise ListError(f"entry number {ent_num!r} with name {name!r}", place=place)
    if type_ not in KINDS:
        raise ListError(f"unknown type {type_!r}", place=place)
    is_ship = KINDS[type_] == "vessel"
    segments = [segment.strip() for segment in remarks.removesuffix(".").split(";")]
    imo = _first_imo(segments) if is_ship else None
    return {
        "listing_id": _id(ent_num),
        "kind": KINDS[type_],
        "name": name,
        "aliases": _found(_ALIAS, segments),
        "imo": imo,
        "imo_valid": imo_valid(imo),
        "mmsi": next(iter(_found(_MMSI, segments)), None),
        "call_sign": call_sign or next(iter(_found(_CALL_SIGN, segments)), None),
        "flag": flag or None,
        "vessel_type": vessel_type or None,
        "gross_tonnage": _tonnage(tonnage),
        "program": programme or None,
        "linked_to": list(dict.fromkeys(filter(None, [owner, *_found(_LINKED, segments)]))),
        "remarks": remarks or None,
        "born": list(filter(None, map(born, _found(_BORN, segments)))) or None,
        "offset": number,
    }


def _first_imo(segments: list[str]) -> str | None:
    """The ship's number; one without its "IMO" counts only when the check digit holds."""
    for text in _found(_NUMBER, segments):
        bare = re.sub(r"\s*\([^()]*\)$", "", text)
        number = normalise_imo(bare)
        if number and (bare.upper().startswith("IMO") or imo_valid(number)):
            return number
    return None


def _found(pattern: re.Pattern[str], segments: list[str]) -> list[str]:
    return [match.group(1) for segment in segments if (match := pattern.match(segment))]


def _tonnage(text: str) -> float | None:
    digits = text.replace(",", "")
    return float(digits) if re.fullmatch(r"\d+(?:\.\d+)?", digits) else None


def _id(ent_num: str) -> str:
    return f"ofac-sdn:{ent_num}"


def _replace(listings: pa.Table, column: str, values: list[Any]) -> pa.Table:
    field = LISTING.field(column)
    return listings.set_column(LISTING.get_field_index(column), field, pa.array(values, field.type))
