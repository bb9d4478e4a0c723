"""What lists, AIS and reports call ships and companies, as identities with ids that a reload gives again."""

from __future__ import annotations

import re

import pyarrow as pa

from rubicon.identifiers import normalise_imo
from rubicon.screen.index import Index
from rubicon.screen.resolve import Identity

_COMPANY_IMO = re.compile(r"Identification Number IMO (\d{7})")


def from_lists(index: Index) -> list[Identity]:
    """Ships and companies of all lists under the lists' own ids; a company's IMO number is read from its remarks."""
    made = []
    for entry in index.entries:
        if entry["kind"] == "vessel":
            made.append(Identity(_id(entry), entry["name"], "vessel", entry["imo"] or ""))
        elif entry["kind"] == "company":
            stated = _COMPANY_IMO.search(entry["remarks"] or "")
            made.append(Identity(_id(entry), entry["name"], "company", stated.group(1) if stated else ""))
    return made


def from_vessels(vessels: pa.Table) -> list[Identity]:
    """Identities that AIS messages or registers state: one for each ship, name and number said together."""
    columns = (vessels[name].to_pylist() for name in ("vessel_id", "name", "imo"))
    said = dict.fromkeys(zip(*columns, strict=True))
    return [
        Identity(f"ship:{ship}:{name or ''}:{imo or ''}", name or "", "vessel", normalise_imo(imo) or "")
        for ship, name, imo in said
        if name or imo
    ]


def from_observations(observations: pa.Table) -> list[Identity]:
    """Ships that reports name."""
    names = dict.fromkeys(name for name in observations["vessel"].to_pylist() if name)
    return [Identity(f"report:{name}", name) for name in names]


def _id(entry: dict[str, str]) -> str:
    """Two authorities may have loaded one format: the id then needs its authority."""
    return f"{entry['authority']}/{entry['listing_id']}"
