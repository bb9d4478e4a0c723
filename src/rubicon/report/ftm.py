"""A case as FollowTheMoney entities, for Aleph and OpenSanctions tools.

`Vessel` for the ships of the case; `Company`, `Organization` or `LegalEntity` for who a list entry or a fact of the case
names beside them; `Ownership` where the case's record calls them owner, `UnknownLink` where an entry only links them;
`Sanction` for entries and for facts of listing; `Event` for dated looks, visits and what detectors found. Every entity states
where it leads back to. Natural persons are left out unless asked for: a `Person` is made only with `persons`.

Ids are hashes of content. A call is not a cargo and a gap is not a call: no entity says what was carried, and gaps are named gaps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rubicon.identifiers import imo_valid
from rubicon.provenance import content_id
from rubicon.report.layers import rows_of, simulated
from rubicon.report.text import SIMULATED, day, one_line, safe_url, sorted_rows
from rubicon.store.output import Output

Entity = dict[str, Any]
SCHEMATA = {"company": "Company", "person": "Person", "organization": "Organization", "other": "LegalEntity"}
_OWNER_FACT = re.compile(
    r"(?P<authority>\S+) listed (?P<names>.+) on (?P<day>\d{4}-\d{2}-\d{2}|a day that is not known)\b"
)
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def ftm(output: Output, *, persons: bool = False) -> list[Entity]:
    """All entities, each id once, in order of schema and id."""
    made: dict[str, Entity] = {}
    ships = _ships(output)
    parts = (ships.values(), _listings(output, ships, persons), _facts(output, ships), _events(output, ships))
    for part in parts:
        for each in part:
            made.setdefault(each["id"], each)
    return sorted(made.values(), key=lambda each: (each["schema"], each["id"]))


def _entity(output: Output, schema: str, key: tuple[Any, ...], **properties: Any) -> Entity:
    """An entity whose empty properties are left out and whose text is one clean line; simulated ones say so."""
    kept: dict[str, list[str]] = {}
    for name, values in properties.items():
        listed = values if isinstance(values, list | tuple) else [values]
        if texts := [text for value in listed if (text := one_line(value))]:
            kept[name] = texts
    if simulated(output):
        kept["summary"] = [SIMULATED, *kept.get("summary", [])]
    return {"id": f"rubicon-{content_id(output.case.id, schema, *key)}", "schema": schema, "properties": kept}


def _ships(output: Output) -> dict[str, Entity]:
    """Vessels by the name that the case gives them, with what registers and AIS state of the same number."""
    stated: dict[str, list[dict[str, Any]]] = {}
    for row in sorted_rows(rows_of(output, "VESSEL"), "time_utc", "source_id", "offset"):
        for key in {row["imo"], row["vessel_id"]} - {None, ""}:
            stated.setdefault(key, []).append(row)
    made = {}
    for ship in output.case.ships:
        rows = stated.get(ship.imo, []) + stated.get(ship.vessel_id, [])
        made[ship.name] = _entity(
            output, "Vessel", (ship.name, ship.imo), name=ship.name, alias=list(ship.aliases),
            imoNumber=ship.imo if imo_valid(ship.imo) else "", flag=ship.flag.lower(),
            mmsi=_each(rows, "mmsi"), callSign=_each(rows, "call_sign"), type=[t for t in _each(rows, "ship_type") if not t.isdecimal()],
        )  # fmt: skip
    return made


def _each(rows: Iterable[Mapping[str, Any]], name: str) -> list[str]:
    return list(dict.fromkeys(str(row[name]) for row in rows if row[name]))


def _listings(output: Output, ships: Mapping[str, Entity], persons: bool) -> Iterator[Entity]:
    """Entries that screening matched to a ship, who they name beside it, and those parties' own entries."""
    entries: dict[str, dict[str, Any]] = {}
    parties: dict[str, dict[str, Any]] = {}
    for row in sorted_rows(rows_of(output, "LISTING"), "snapshot", "listing_id"):
        entries[row["listing_id"]] = row
        if row["kind"] != "vessel":
            parties[row["name"].casefold()] = row
    for hit in sorted_rows(rows_of(output, "HIT"), "listing_id", "query"):
        ship, entry = ships.get(hit["query"]), entries.get(hit["listing_id"])
        if hit["class"] != "match" or ship is None:
            continue
        yield _sanction(
            output,
            ship,
            hit["authority"],
            hit["listed_from"],
            (entry or {}).get("program"),
            hit["listing_id"],
        )
        for name in (entry or {}).get("linked_to", ()):
            yield from _party(output, ship, name, parties.get(name.casefold()), hit, persons)


def _party(
    output: Output, ship: Entity, name: str, entry: Mapping[str, Any] | None, hit: Mapping[str, Any], persons: bool
) -> Iterator[Entity]:  # fmt: skip
    schema = SCHEMATA.get(entry["kind"] if entry else "other", "LegalEntity")
    if schema == "Person" and not persons:
        return
    party = _entity(
        output, schema, (name.casefold(),), name=name, alias=list(entry["aliases"]) if entry else ()
    )
    yield party
    if entry:
        yield _sanction(
            output, party, entry["authority"], entry["listed_from"], entry["program"], entry["listing_id"]
        )
    yield _entity(
        output, "UnknownLink", (party["id"], ship["id"], hit["listing_id"]), subject=party["id"], object=ship["id"],
        role="owner or link named in the list entry", recordId=hit["listing_id"], publisher=hit["authority"],
    )  # fmt: skip


def _sanction(
    output: Output, of: Entity, authority: str, since: str | None, program: str | None, record: str
) -> Entity:
    return _entity(
        output, "Sanction", (of["id"], authority, record), entity=of["id"], authority=authority,
        startDate=_date(since), program=program, recordId=record,
    )  # fmt: skip


def _facts(output: Output, ships: Mapping[str, Entity]) -> Iterator[Entity]:
    """Listings that the case holds as facts, and the owners that it names beside a ship."""
    for row in sorted_rows(rows_of(output, "OPTION"), "subject", "actor", "option_id"):
        ship = ships.get(row["subject"])
        if row["kind"] != "coverage" or ship is None:
            continue
        detail = json.loads(row["detail"])
        if row["status"] == "listed" and detail.get("basis") == "case_fact":
            yield _sanction(output, ship, row["actor"], row["date"], detail.get("ground"), row["option_id"])
        for sentence in detail.get("owners") or ():
            if found := _OWNER_FACT.match(sentence):
                for name in found["names"].split("; "):
                    yield from _owner(output, ship, name, found, row)


def _owner(
    output: Output, ship: Entity, name: str, found: re.Match[str], row: Mapping[str, Any]
) -> Iterator[Entity]:
    party = _entity(
        output,
        "Company",
        (name.casefold(),),
        name=name.partition(" (")[0],
        notes=name if " (" in name else "",
    )
    yield party
    yield _sanction(output, party, found["authority"], found["day"], "", f"{row['option_id']} {name}")
    yield _entity(
        output, "Ownership", (party["id"], ship["id"]), owner=party["id"], asset=ship["id"],
        role="owner, as the case's record of listed owners says", recordId=row["option_id"],
    )  # fmt: skip


def _events(output: Output, ships: Mapping[str, Entity]) -> Iterator[Entity]:
    """Dated looks, visits put together from them, and what detectors found of the case's ships."""
    for row in sorted_rows(rows_of(output, "OBSERVATION"), "start", "observation_id"):
        yield _entity(
            output, "Event", ("look", row["observation_id"]), name=f"Look {row['observation_id']}: {row['quantity']}",
            startDate=day(row["start"]), endDate=day(row["end"]), location=row["site"], involved=_involved(ships, row["vessel"]),
            publisher=row["observer"], sourceUrl=safe_url(row["source"]), recordId=row["observation_id"],
            notes="what an observer reported; a call is not a cargo",
        )  # fmt: skip
    for row in sorted_rows(rows_of(output, "VISIT"), "first_seen", "visit_id"):
        yield _entity(
            output, "Event", ("visit", row["visit_id"]), name=f"Visit at {row['port']}: {row['status'].replace('_', ' ')}", description=row["text"],
            startDate=day(row["first_seen"]), endDate=day(row["last_seen"]), location=row["port"],
            involved=_involved(ships, row["vessel"]), recordId=row["visit_id"], keywords=list(row["evidence_ids"]),
        )  # fmt: skip
    named = {ship.vessel_id: ship.name for ship in output.case.ships if ship.vessel_id}
    for row in sorted_rows(rows_of(output, "EVENT"), "start", "event_id"):
        if ship := ships.get(named.get(row["vessel_id"], "")):
            kind = row["kind"].replace("_", " ")
            yield _entity(
                output, "Event", ("event", row["event_id"]), name=f"AIS {kind}: {ship['properties']['name'][0]}",
                startDate=day(row["start"]), endDate=day(row["end"]), involved=ship["id"], recordId=row["event_id"],
                location="" if row["lat_deg"] is None else f"{row['lat_deg']:.4f}, {row['lon_deg']:.4f}",
                notes="a gap is not a call" if row["kind"] == "gap" else "",
            )  # fmt: skip


def _involved(ships: Mapping[str, Entity], name: str | None) -> str:
    return str(ships[name]["id"]) if name and name in ships else ""


def _date(value: str | None) -> str:
    found = _DATE.match(value or "")
    return found[0] if found else ""
