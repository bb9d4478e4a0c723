"""Swiss list of sanctioned persons, entities and objects as XML (SECO, SESAM).

Read from the published schema; no whole file has been tried yet. Names come in parts and in spelling variants of
other scripts; the day of listing is that of the first modification of kind `listed`.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from rubicon.case import Input
from rubicon.errors import ListError
from rubicon.provenance import SourceFile
from rubicon.screen import rows, xml

META = {"format": "ch-seco-xml", "authority": "CH", "title": "Swiss sanctions list (SECO), XML"}

SHAPE = xml.Shape(("swiss-sanctions-list",), ("sanctions-program", "target"))
KINDS = {"individual": "person", "entity": "company"}
OBJECTS = {"vessel": "vessel", "aircraft": "aircraft"}


def read(file: SourceFile, options: Input) -> pa.Table:
    """Read the list into LISTING rows; the date of the version is the file's own `date` unless one is given.

    Raises ListError with the place for another root and unknown kinds of target. Delisted targets are left out.
    """
    found = xml.entries(file, SHAPE)
    _, root = next(found)
    stated = root.get("date", "")[:10]
    programmes: dict[str | None, str | None] = {}
    made = []
    for number, (name, element) in enumerate(found):
        if name == "sanctions-program":
            key = xml.text(element, "program-key")
            programmes |= {one.get("ssid"): key for one in element.iter("sanctions-set")}
        elif not _delisted(element):
            made.append(_entry(element, programmes, f"{file.path} element {number}"))
    return rows.listings(__file__, META["format"], made, file, options, stated=stated)


def _entry(element: ET.Element, programmes: dict[str | None, str | None], place: str) -> dict[str, Any]:
    what = next((child for child in element if child.tag in (*KINDS, "object")), None)
    kind = None if what is None else KINDS.get(what.tag) or OBJECTS.get(what.get("object-type", ""), "other")
    if what is None or kind is None:
        raise ListError("a target that is no individual, entity or object", place=place)
    names = [name for one in what.iter("name") for name in _spellings(one)]
    remarks = "; ".join(xml.texts(what, "other-information")) or None
    ids = (element.get("sanctions-set-id") or xml.text(element, "sanctions-set-id") or "").split()
    return {
        "listing_id": f"seco:{element.get('ssid')}",
        "kind": kind,
        "name": next(iter(names), None),
        "aliases": names,
        "imo": rows.imo_in(remarks),
        "program": next((programmes[one] for one in ids if one in programmes), None),
        "listed_from": min(filter(None, map(rows.iso_date, _dates(element, "listed"))), default=None),
        "remarks": remarks,
    }


def _spellings(name: ET.Element) -> Iterator[str]:
    parts = sorted(name.findall("name-part"), key=lambda part: int(part.get("order", "0") or 0))
    if whole := rows.joined(xml.text(part, "value") for part in parts):
        yield whole
    for part in parts:
        yield from (found for one in part.findall("spelling-variant") if (found := xml.text(one)))


def _dates(element: ET.Element, kind: str) -> list[str]:
    return [
        one.get("publication-date") or one.get("effective-date") or ""
        for one in element.iter("modification")
        if one.get("modification-type") == kind
    ]


def _delisted(element: ET.Element) -> bool:
    gone, back = max(_dates(element, "de-listed"), default=""), max(_dates(element, "listed"), default="")
    return bool(gone) and gone > back
