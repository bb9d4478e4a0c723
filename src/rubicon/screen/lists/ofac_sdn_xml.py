"""OFAC lists as XML: the SDN and consolidated lists in the plain layout (sdn.xml) and in the advanced one (sdn_advanced.xml).

The plain layout is that of the specification of the SDN list, the advanced one that of the United Nations' Advanced Sanctions Data Model.
Read from the published schemas; no whole file has been tried yet. The advanced layout states scripts, former names
and the day of each designation; an entry that refers to a value which the file does not define is refused.
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

META = {
    "format": "ofac-sdn-xml",
    "authority": "US",
    "title": "OFAC SDN or consolidated list, XML (plain or advanced)",
}

_EXPORTS = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/"
SHAPE = xml.Shape(
    roots=("sdnList", "Sanctions"),
    entries=(
        "publshInformation", "sdnEntry", "DateOfIssue", "ReferenceValueSets", "IDRegDocuments", "DistinctParty", "SanctionsEntry",
    ),
    namespaces=(
        "http://tempuri.org/sdnList.xsd", f"{_EXPORTS}XML", "http://www.un.org/sanctions/1.0", f"{_EXPORTS}ADVANCED_XML",
    ),
)  # fmt: skip
KINDS = {"Vessel": "vessel", "Individual": "person", "Aircraft": "aircraft", "Entity": "company"}
NUMBER = "Vessel Registration Identification"


def read(file: SourceFile, options: Input) -> pa.Table:
    """Read either layout into LISTING rows; the date of the version is the file's own unless one is given.

    Raises ListError with the place for another root or namespace, unknown types, and broken references.
    """
    found = xml.entries(file, SHAPE)
    root, _ = next(found)
    stated: list[str] = []
    made = list(_plain(found, stated, file) if root == "sdnList" else _advanced(found, stated, file))
    return rows.listings(__file__, META["format"], made, file, options, stated=next(iter(stated), ""))


def _plain(
    found: Iterator[tuple[str, ET.Element]], stated: list[str], file: SourceFile
) -> Iterator[dict[str, Any]]:
    for name, element in found:
        if name == "publshInformation":
            month, _, rest = (xml.text(element, "Publish_Date") or "").partition("/")
            day, _, year = rest.partition("/")
            stated.append(f"{year}-{month:0>2}-{day:0>2}")
        elif name == "sdnEntry":
            yield _plain_entry(element, file)


def _plain_entry(element: ET.Element, file: SourceFile) -> dict[str, Any]:
    uid, type_ = xml.text(element, "uid"), xml.text(element, "sdnType") or ""
    if type_ not in KINDS:
        raise ListError(f"unknown type {type_!r}", place=f"{file.path} entry {uid}")
    ids = [(xml.text(one, "idType") or "", xml.text(one, "idNumber") or "") for one in element.iter("id")]
    owner = xml.text(element, "vesselInfo/vesselOwner")
    last, first = xml.text(element, "lastName"), xml.text(element, "firstName")
    return {
        "listing_id": f"ofac-sdn:{uid}" if uid else None,
        "kind": KINDS[type_],
        "name": f"{last}, {first}" if last and first else last,
        "aliases": [
            name
            for one in element.iter("aka")
            if (name := rows.joined((xml.text(one, "firstName"), xml.text(one, "lastName"))))
        ],
        "imo": next(
            (number for kind, number in ids if kind == NUMBER and number.upper().startswith("IMO")), None
        ),
        "mmsi": next((number for kind, number in ids if kind == "MMSI"), None),
        "call_sign": xml.text(element, "vesselInfo/callSign"),
        "flag": xml.text(element, "vesselInfo/vesselFlag"),
        "vessel_type": xml.text(element, "vesselInfo/vesselType"),
        "program": " ".join(xml.texts(element, "program")) or None,
        "linked_to": [owner] if owner else [],
        "remarks": xml.text(element, "remarks"),
    }


class _Values:
    """What the advanced layout keeps apart from its parties: reference values, numbers by identity, designations."""

    def __init__(self) -> None:
        self.named: dict[tuple[str, str], str] = {}
        self.party_types: dict[str, str] = {}
        self.numbers: dict[str, list[tuple[str, str]]] = {}
        self.listed: dict[str, tuple[str | None, str | None]] = {}


def _advanced(
    found: Iterator[tuple[str, ET.Element]], stated: list[str], file: SourceFile
) -> Iterator[dict[str, Any]]:
    values, parties = _Values(), []
    for name, element in found:
        if name == "DateOfIssue":
            stated.append(_day(element) or "")
        elif name == "ReferenceValueSets":
            _keep_values(element, values)
        elif name == "IDRegDocuments":
            _keep_numbers(element, values)
        elif name == "DistinctParty":
            parties.append(_party(element, values, file))
        elif name == "SanctionsEntry":
            _keep_designation(element, values)
    for party in parties:
        from_, programme = values.listed.get(party.pop("profile"), (None, None))
        yield party | {"listed_from": from_, "program": programme}


def _keep_values(element: ET.Element, values: _Values) -> None:
    for one in element.iter():
        if "ID" in one.attrib:
            values.named[one.tag, one.attrib["ID"]] = xml.text(one) or ""
            if one.tag == "PartySubType":
                values.party_types[one.attrib["ID"]] = one.attrib.get("PartyTypeID", "")


def _keep_numbers(element: ET.Element, values: _Values) -> None:
    for one in element.iter("IDRegDocument"):
        kind = values.named.get(("IDRegDocType", one.get("IDRegDocTypeID", "")), "")
        number = xml.text(one, "IDRegistrationNo")
        if number:
            values.numbers.setdefault(one.get("IdentityID", ""), []).append((kind, number))


def _keep_designation(element: ET.Element, values: _Values) -> None:
    dates = sorted(filter(None, (_day(one.find("Date")) for one in element.iter("EntryEvent"))))
    programmes = [
        comment for one in element.iter("SanctionsMeasure") if (comment := xml.text(one, "Comment"))
    ]
    values.listed[element.get("ProfileID", "")] = (
        next(iter(dates), None),
        " ".join(dict.fromkeys(programmes)) or None,
    )


def _party(element: ET.Element, values: _Values, file: SourceFile) -> dict[str, Any]:
    profile, identity = element.find("Profile"), element.find(".//Identity")
    place = f"{file.path} party {element.get('FixedRef')}"
    if profile is None or identity is None:
        raise ListError("a party without profile or identity", place=place)
    names = [
        (alias.get("Primary") == "true", name)
        for alias in identity.iter("Alias")
        for name in _documented(alias)
    ]
    primary = next((name for first, name in names if first), None)
    numbers = values.numbers.get(identity.get("ID", ""), [])
    return {
        "listing_id": f"ofac-sdn:{element.get('FixedRef')}",
        "profile": profile.get("ID", ""),
        "kind": _kind(profile.get("PartySubTypeID", ""), values, place),
        "name": primary,
        "aliases": [name for _, name in names],
        "imo": next((number for kind, number in numbers if kind == NUMBER and "IMO" in number.upper()), None),
        "mmsi": next((number for kind, number in numbers if kind == "MMSI"), None),
        "remarks": xml.text(element, "Comment"),
    }


def _kind(subtype: str, values: _Values, place: str) -> str:
    """Vessel and aircraft are sub-types of their own; persons and companies are told by the party's type."""
    named = values.named.get(("PartySubType", subtype), "")
    named = (
        named if named in KINDS else values.named.get(("PartyType", values.party_types.get(subtype, "")), "")
    )
    if named not in KINDS:
        raise ListError(f"party type {subtype!r} is not among the file's reference values", place=place)
    return KINDS[named]


def _documented(alias: ET.Element) -> Iterator[str]:
    for one in alias.iter("DocumentedName"):
        if name := rows.joined(xml.text(part) for part in one.iter("NamePartValue")):
            yield name


def _day(element: ET.Element | None) -> str | None:
    parts = (
        [xml.text(element, part) or "" for part in ("Year", "Month", "Day")] if element is not None else []
    )
    return (
        f"{int(parts[0]):04d}-{int(parts[1]):02d}-{int(parts[2]):02d}"
        if all(p.isdigit() for p in parts) and parts
        else None
    )
