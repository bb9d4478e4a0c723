"""UN Security Council consolidated list as XML: persons and entities of all committees.

Layout published by the UN (sc-sanctions.xsd). The file is refused when it declares a document type or an
entity, because the parser would expand them (Billion laughs), when it is not UTF-8, or when it nests deeper
than any real list. It holds no ships: those of the 1718 Committee stand in another document.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from rubicon.case import Input
from rubicon.errors import InputTooLarge, ListError
from rubicon.provenance import SourceFile
from rubicon.schema import LISTING, rows_to_table
from rubicon.screen.bounds import (
    About,
    about,
    check_counts,
    check_size,
    check_unique,
    list_id,
    snapshot_date,
)

META = {"format": "un-xml", "authority": "UN", "title": "UN Security Council consolidated list, XML"}

KINDS = {"INDIVIDUAL": "person", "ENTITY": "company"}
NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
MAX_DEPTH = 16
MAX_BYTES = 64_000_000
"""The list has 2 MB; the parsed tree takes some ten times the file."""

_FORBIDDEN = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([\w.-]+)[\"']")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read(file: SourceFile, options: Input) -> pa.Table:
    """Read the list into LISTING rows, in the file's order; `offset` is the entry's number from 1.

    The date of the version is `options.snapshot`, else the file's own `dateGenerated`. Raises ListError
    with the place when the XML is broken, declares entities, has fields that the format did not have, or counts
    outside the declared bounds; InputTooLarge over 64 MB.
    """
    expected = about(__file__)
    root, entries = _parse(file, expected)
    snapshot = snapshot_date(options.snapshot or root.get("dateGenerated", "")[:10], file)
    common = {
        "list_id": list_id(META["format"], snapshot, options.extract),
        "authority": options.authority or expected.authority,
        "snapshot": snapshot,
        "source_id": file.source_id,
    }
    made = [common | {"offset": number} | entry for number, entry in enumerate(entries, start=1)]
    listings = rows_to_table(made, LISTING)
    check_unique(listings, file)
    return listings if options.extract else check_counts(listings, expected, file)


def _parse(file: SourceFile, expected: About) -> tuple[ET.Element, list[dict[str, Any]]]:
    """The root element and all entries; each entry's elements are freed once it is read."""
    data, depth, root = _safe_bytes(file), 0, None
    entries: list[dict[str, Any]] = []
    try:
        for event, element in ET.iterparse(io.BytesIO(data), events=("start", "end")):
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            if depth > MAX_DEPTH:
                raise ListError(f"elements nest deeper than {MAX_DEPTH}", place=str(file.path))
            if event == "end" and element.tag in KINDS:
                entries.append(_entry(element, len(entries) + 1, expected.fields, file))
                element.clear()
    except ET.ParseError as error:
        raise ListError(f"is not XML: {error}", place=str(file.path)) from error
    if root is None or root.tag != "CONSOLIDATED_LIST":
        raise ListError(
            f"root element {'' if root is None else root.tag!r}, expected 'CONSOLIDATED_LIST'",
            place=str(file.path),
        )
    return root, entries


def _safe_bytes(file: SourceFile) -> bytes:
    """The file's bytes, once nothing in them can make the parser read or expand more than it is given."""
    check_size(file)
    if file.size_bytes > MAX_BYTES:
        raise InputTooLarge(f"{file.size_bytes} bytes, limit {MAX_BYTES}", place=str(file.path))
    data = file.path.read_bytes()
    stated = _ENCODING.search(data[:200])
    # In UTF-16 or UTF-7 the search for declarations would not see them.
    if b"\0" in data or (stated and stated.group(1).lower() not in (b"utf-8", b"us-ascii")):
        raise ListError("is not UTF-8 text", place=str(file.path))
    if found := _FORBIDDEN.search(data):
        raise ListError(f"declares a {found.group(1).decode()} at byte {found.start()}", place=str(file.path))
    return data


def _entry(element: ET.Element, number: int, fields: tuple[str, ...], file: SourceFile) -> dict[str, Any]:
    place = f"{file.path} entry {number}"
    if unknown := sorted({child.tag for child in element} - set(fields)):
        raise ListError(f"fields that the format did not have: {', '.join(unknown)}", place=place)
    reference = _text(element, "REFERENCE_NUMBER") or _text(element, "DATAID")
    name = " ".join(filter(None, (_text(element, part) for part in NAMES)))
    if not reference or not name:
        raise ListError("an entry without number or name", place=place)
    listed_on = _text(element, "LISTED_ON") or ""
    return {
        "listing_id": f"un:{reference}",
        "kind": KINDS[element.tag],
        "name": name,
        "aliases": list(dict.fromkeys(_aliases(element))),
        "program": _text(element, "UN_LIST_TYPE"),
        "listed_from": listed_on[:10] if _DATE.match(listed_on) else None,
        "linked_to": [],
        "remarks": _text(element, "COMMENTS1"),
    }


def _aliases(element: ET.Element) -> Iterator[str]:
    """Other names, and the name in its own script."""
    for alias in element.iter("ALIAS_NAME"):
        yield from filter(None, [(alias.text or "").strip()])
    yield from filter(None, [_text(element, "NAME_ORIGINAL_SCRIPT")])


def _text(element: ET.Element, tag: str) -> str | None:
    return " ".join((element.findtext(tag) or "").split()) or None
