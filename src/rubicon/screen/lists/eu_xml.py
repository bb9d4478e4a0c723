"""EU consolidated list of financial sanctions as XML (xmlFullSanctionsList_1_1).

Read from the published schema; no whole file has been tried yet. Ships under Annex XLII of Regulation 833/2014 are in
another list: a port ban is no asset freeze.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pyarrow as pa

from rubicon.case import Input
from rubicon.errors import ListError
from rubicon.provenance import SourceFile
from rubicon.screen import rows, xml
from rubicon.screen.births import iso_birth
from rubicon.screen.bounds import about

META = {"format": "eu-xml", "authority": "EU", "title": "EU financial sanctions, consolidated list, XML"}

SHAPE = xml.Shape(("export",), ("sanctionEntity",), ("http://eu.europa.ec/fpi/fsd/export",))
KINDS = {"person": "person", "enterprise": "company", "P": "person", "E": "company"}

_SHIP = re.compile(r"\W*(?:vessel|ship)\b", re.IGNORECASE)
"""How the remark of a ship begins; the remarks of owners name ships further on."""


def read(file: SourceFile, options: Input) -> pa.Table:
    """Read the list into LISTING rows; the date of the version is the file's own `generationDate` unless one is given.

    Raises ListError with the place for another root or namespace, unknown fields and unknown types.
    """
    found = xml.entries(file, SHAPE)
    _, root = next(found)
    expected = about(__file__)
    made = []
    for number, (_, element) in enumerate(found, start=1):
        rows.refuse_unknown((child.tag for child in element), expected, f"{file.path} entry {number}")
        made.append(_entry(element, f"{file.path} entry {number}"))
    return rows.listings(
        __file__, META["format"], made, file, options, stated=root.get("generationDate", "")[:10]
    )


def _entry(element: ET.Element, place: str) -> dict[str, Any]:
    type_ = element.find("subjectType")
    code = type_.get("code", "") if type_ is not None else ""
    if code not in KINDS:
        raise ListError(f"unknown type {code!r}", place=place)
    names = [
        name for one in element.iter("nameAlias") if (name := " ".join(one.get("wholeName", "").split()))
    ]
    remark = xml.text(element, "remark")
    imo = next(
        (
            one.get("number")
            for one in element.iter("identification")
            if one.get("identificationTypeCode") == "imo"
        ),
        None,
    )
    rules = list(element.iter("regulation"))
    is_ship = bool(imo) or bool(_SHIP.match(remark or ""))
    return {
        "listing_id": f"eu:{element.get('euReferenceNumber') or element.get('logicalId')}",
        "kind": "vessel" if is_ship and KINDS[code] == "company" else KINDS[code],
        "name": next(iter(names), None),
        "aliases": names,
        "imo": imo or rows.imo_in(remark),
        "program": next((one.get("programme") for one in rules if one.get("programme")), None),
        "listed_from": rows.iso_date(element.get("designationDate"))
        or min(filter(None, (rows.iso_date(one.get("publicationDate")) for one in rules)), default=None),
        "remarks": remark,
        "born": list(filter(None, (iso_birth(one.get("birthdate")) for one in element.iter("birthdate"))))
        or None,
    }
