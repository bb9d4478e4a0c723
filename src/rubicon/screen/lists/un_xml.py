"""UN Security Council consolidated list as XML: persons and entities of all committees.

Layout published by the UN (sc-sanctions.xsd). The file is refused when it declares a document type or an
entity, because the parser would expand them (Billion laughs), when it is not UTF-8, or when it nests deeper
than any real list. It holds no ships: those of the 1718 Committee stand in another document.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from rubicon.case import Input
from rubicon.errors import ListError
from rubicon.provenance import SourceFile
from rubicon.screen import rows, xml
from rubicon.screen.births import born, iso_birth
from rubicon.screen.bounds import about

META = {"format": "un-xml", "authority": "UN", "title": "UN Security Council consolidated list, XML"}

KINDS = {"INDIVIDUAL": "person", "ENTITY": "company"}
NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
SHAPE = xml.Shape(("CONSOLIDATED_LIST",), tuple(KINDS))
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read(file: SourceFile, options: Input) -> pa.Table:
    """Read the list into LISTING rows, in the file's order; `offset` is the entry's number from 1.

    The date of the version is `options.snapshot`, else the file's own `dateGenerated`. Raises ListError
    with the place when the XML is broken, declares entities, has fields that the format did not have, or counts
    outside the declared bounds; InputTooLarge over the limit of bytes.
    """
    fields, found = about(__file__).fields, xml.entries(file, SHAPE)
    _, root = next(found)
    made = [_entry(element, number, fields, file) for number, (_, element) in enumerate(found, start=1)]
    return rows.listings(
        __file__, META["format"], made, file, options, stated=root.get("dateGenerated", "")[:10]
    )


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
        "born": list(filter(None, map(_born, element.iter("INDIVIDUAL_DATE_OF_BIRTH")))) or None,
    }


def _born(element: ET.Element) -> str | None:
    first, last = _text(element, "FROM_YEAR"), _text(element, "TO_YEAR")
    if first and last and iso_birth(first) and iso_birth(last):
        return f"{first}/{last}"
    stated = iso_birth(_text(element, "DATE")) or iso_birth(_text(element, "YEAR"))
    if stated and (_text(element, "TYPE_OF_DATE") or "").upper() == "APPROXIMATELY":
        return born(f"circa {stated[:4]}")
    return stated


def _aliases(element: ET.Element) -> Iterator[str]:
    """Other names, and the name in its own script."""
    for alias in element.iter("ALIAS_NAME"):
        yield from filter(None, [(alias.text or "").strip()])
    yield from filter(None, [_text(element, "NAME_ORIGINAL_SCRIPT")])


def _text(element: ET.Element, tag: str) -> str | None:
    return " ".join((element.findtext(tag) or "").split()) or None
