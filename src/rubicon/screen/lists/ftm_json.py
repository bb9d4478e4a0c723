"""FollowTheMoney entities as JSON lines: any export of OpenSanctions or of another tool that writes this model.

One entity a line with `id`, `schema` and `properties` (lists of strings). Only entities that are themselves a target are
read (topic `sanction`, or a `Sanction` entity that points at them when the export states no topics). The data keep the licence of whoever
published them: those of OpenSanctions are CC BY-NC and are not bundled with this project.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from rubicon.case import Input
from rubicon.errors import ListError
from rubicon.provenance import SourceFile
from rubicon.screen import rows
from rubicon.screen.births import iso_birth
from rubicon.screen.jsonl import objects

META = {"format": "ftm-json", "authority": "FTM", "title": "FollowTheMoney entities, JSON lines"}

KINDS = {
    "Vessel": "vessel", "Airplane": "aircraft", "Person": "person", "Company": "company", "Organization": "company",
    "LegalEntity": "company", "PublicBody": "company",
}  # fmt: skip


def read(file: SourceFile, options: Input) -> pa.Table:
    """Read targets into LISTING rows; the date of the version must be given.

    Raises ListError with the line for JSON that is broken, too deep or ambiguous, and for entities without id or schema.
    """
    targets: list[tuple[int, dict[str, Any]]] = []
    sanctions: dict[str, dict[str, list[str]]] = {}
    owners: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for number, entity in _entities(file):
        properties = entity["properties"]
        if entity["schema"] == "Sanction":
            for target in properties.get("entity", []):
                sanctions.setdefault(target, properties)
        elif entity["schema"] == "Ownership":
            for asset in properties.get("asset", []):
                owners.setdefault(asset, []).extend(properties.get("owner", []))
        elif entity["schema"] in KINDS:
            names[entity["id"]] = _first(properties, "name") or entity["id"]
            targets.append((number, entity))
    made = [
        _entry(
            number,
            entity,
            sanctions.get(entity["id"], {}),
            [names.get(one, one) for one in owners.get(entity["id"], [])],
        )
        for number, entity in targets
        if "sanction" in entity["properties"].get("topics", []) or entity["id"] in sanctions
    ]
    return rows.listings(__file__, META["format"], made, file, options)


def _entities(file: SourceFile) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, entity in objects(file):
        place = f"{file.path}:{number}"
        properties = entity.get("properties")
        if (
            not isinstance(entity.get("id"), str)
            or not isinstance(entity.get("schema"), str)
            or not isinstance(properties, dict)
        ):
            raise ListError("no entity with id, schema and properties", place=place)
        for name, values in properties.items():
            if not isinstance(values, list):
                raise ListError(f"property {name!r} is no list", place=place)
        entity["properties"] = {
            name: [one for one in values if isinstance(one, str)] for name, values in properties.items()
        }
        yield number, entity


def _entry(
    number: int, entity: dict[str, Any], sanction: dict[str, list[str]], owners: list[str]
) -> dict[str, Any]:
    properties = entity["properties"]
    caption = entity.get("caption")
    return {
        "listing_id": f"ftm:{entity['id']}",
        "offset": number,
        "kind": KINDS[entity["schema"]],
        "name": _first(properties, "name") or (caption if isinstance(caption, str) else None),
        "aliases": [
            name
            for key in ("name", "alias", "weakAlias", "previousName", "pastNames")
            for name in properties.get(key, [])
        ],
        "imo": _first(properties, "imoNumber"),
        "mmsi": _first(properties, "mmsi"),
        "call_sign": _first(properties, "callSign"),
        "flag": _first(properties, "flag"),
        "vessel_type": _first(properties, "type"),
        "program": _first(sanction, "program"),
        "listed_from": rows.iso_date(_first(sanction, "startDate") or _first(sanction, "listingDate")),
        "linked_to": owners,
        "born": list(filter(None, map(iso_birth, properties.get("birthDate", [])))) or None,
        "remarks": "; ".join(properties.get("notes", [])) or None,
    }


def _first(properties: dict[str, list[str]], name: str) -> str | None:
    return next(iter(properties.get(name, [])), None)
