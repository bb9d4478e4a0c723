"""UK Sanctions List as XML (Foreign, Commonwealth and Development Office).

Read from the published schema; no whole file has been tried yet. It lists persons, entities and specified ships; for ships
it states flag, type and owners.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pyarrow as pa

from rubicon.case import Input
from rubicon.errors import ListError
from rubicon.provenance import SourceFile
from rubicon.screen import rows, xml

META = {"format": "uk-xml", "authority": "UK", "title": "UK Sanctions List, XML"}

SHAPE = xml.Shape(("Designations",), ("DateGenerated", "Designation"))
KINDS = {"Individual": "person", "Entity": "company", "Ship": "vessel"}
PARTS = tuple(f"Name{number}" for number in range(1, 7))


def read(file: SourceFile, options: Input) -> pa.Table:
    """Read the list into LISTING rows; the date of the version is the file's own `DateGenerated` unless one is given.

    Raises ListError with the place for another root and unknown types.
    """
    found = xml.entries(file, SHAPE)
    next(found)
    stated = ""
    made: list[dict[str, Any]] = []
    for name, element in found:
        if name == "DateGenerated":
            stated = rows.iso_date(xml.text(element)) or ""
        else:
            made.append(_entry(element, f"{file.path} entry {len(made) + 1}"))
    return rows.listings(__file__, META["format"], made, file, options, stated=stated)


def _entry(element: ET.Element, place: str) -> dict[str, Any]:
    kind = xml.text(element, "IndividualEntityShip") or ""
    if kind not in KINDS:
        raise ListError(f"unknown type {kind!r}", place=place)
    names = [
        (xml.text(one, "NameType") or "", name)
        for one in element.iter("Name")
        if (name := rows.joined(xml.text(one, part) for part in PARTS))
    ]
    primary = next((name for type_, name in names if type_.lower().startswith("primary name")), None)
    return {
        "listing_id": f"uk:{xml.text(element, 'UniqueID')}",
        "kind": KINDS[kind],
        "name": primary or next((name for _, name in names), None),
        "aliases": [*(name for _, name in names), *xml.texts(element, "NameNonLatinScript")],
        "imo": next(iter(xml.texts(element, "IMONumber")), None),
        "flag": next(iter(xml.texts(element, "CurrentBelievedFlagOfShip")), None),
        "vessel_type": next(iter(xml.texts(element, "TypeOfShip")), None),
        "program": xml.text(element, "RegimeName"),
        "listed_from": rows.iso_date(xml.text(element, "DateDesignated")),
        "linked_to": xml.texts(element, "CurrentOwnerOperator"),
        "remarks": xml.text(element, "OtherInformation"),
    }
