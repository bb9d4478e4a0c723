"""Canada's consolidated list of autonomous sanctions as XML (Special Economic Measures Act).

Read from the published layout; no whole file has been tried yet. The list has no numbers of its own: an entry's id is
its regulation, schedule and item, as the publisher cites it.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pyarrow as pa

from rubicon.case import Input
from rubicon.provenance import SourceFile
from rubicon.screen import rows, xml
from rubicon.screen.bounds import about

META = {
    "format": "ca-sema-xml",
    "authority": "CA",
    "title": "Canada, consolidated autonomous sanctions list, XML",
}

SHAPE = xml.Shape(("data-set",), ("record",))


def read(file: SourceFile, options: Input) -> pa.Table:
    """Read the list into LISTING rows; the date of the version must be given, the file states none.

    Raises ListError with the place for another root and for fields that the format did not have.
    """
    found = xml.entries(file, SHAPE)
    next(found)
    expected, made = about(__file__), []
    for number, (_, element) in enumerate(found, start=1):
        rows.refuse_unknown((child.tag for child in element), expected, f"{file.path} record {number}")
        made.append(_entry(element))
    return rows.listings(__file__, META["format"], made, file, options)


def _entry(element: ET.Element) -> dict[str, Any]:
    last, first = xml.text(element, "LastName"), xml.text(element, "GivenName")
    thing = xml.text(element, "EntityOrShip") or xml.text(element, "Entity")
    imo = xml.text(element, "ShipIMONumber")
    person = bool(last) and not imo
    name = (f"{last}, {first}" if first else last) if person else thing or last
    where = [xml.text(element, part) or "" for part in ("Country", "Schedule", "Item")]
    return {
        "listing_id": "ca:" + ":".join(where),
        "kind": "person" if person else "vessel" if imo else "company",
        "name": name,
        "aliases": [
            one.strip() for one in re.split(r"[;,]", xml.text(element, "Aliases") or "") if one.strip()
        ],
        "imo": imo,
        "program": where[0] or None,
        "listed_from": rows.iso_date(xml.text(element, "DateOfListing")),
    }
