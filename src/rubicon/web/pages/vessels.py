"""The pages of ships: who they say they are over time, who lists them, where they were and where they fell silent."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from rubicon.detect.reach import reach_gaps
from rubicon.errors import UnknownItem
from rubicon.report.text import plain, safe_url
from rubicon.web.pages.briefs import finding_brief, findings_in_order
from rubicon.web.pages.chart import calls, gaps, tracks
from rubicon.web.shelf import CaseView, Row

IDENTITY = ("name", "imo", "mmsi", "call_sign", "flag", "ship_type", "length_m", "beam_m")
"""What a statement about identity is compared by; draught and destination change with every voyage."""

DRAWN = ("gap", "port_call", "segment")
"""Events that the page of a ship shows each in its own way; all others are listed."""

MOST_SHIPS = 2000
"""Ships on one page of the list; the case's own come first."""


def vessels(view: CaseView) -> Row:
    """Ships of the case, then other ships heard or stated."""
    others = [
        key for key in dict.fromkeys(_heard(view)) if key not in view.ship_by_key and not _ours(view, key)
    ]
    keys = [*view.ship_by_key, *others]
    return {
        "ships": [_card(view, key) for key in keys[:MOST_SHIPS]],
        "left_out": max(len(keys) - MOST_SHIPS, 0),
    }


def _heard(view: CaseView) -> Iterable[str]:
    """Ids in statements and events."""
    for name in ("VESSEL", "EVENT"):
        for row in view.rows(name):
            yield row["vessel_id"]


def _ours(view: CaseView, key: str) -> bool:
    """Whether statements under this id are about a ship of the case that has another key."""
    return any(
        key in (ship.vessel_id, f"imo:{ship.imo}") for ship in view.case.ships if ship.vessel_id or ship.imo
    )


def _card(view: CaseView, key: str) -> Row:
    """A ship in the list: names, numbers, and how much is on record."""
    ship = view.ship_by_key.get(key)
    ids = _ids(view, key)
    events = [row["kind"] for row in view.rows("EVENT") if row["vessel_id"] in ids]
    names = {name.casefold() for name in _names(view, key)}
    listed = [
        row["actor"]
        for row in view.rows("OPTION")
        if row["kind"] == "coverage" and row["status"] == "listed" and row["subject"].casefold() in names
    ]
    return {
        "key": key,
        "name": view.name_by_key.get(key, key),
        "of_case": ship is not None,
        "imo": ship.imo if ship else "",
        "flag": ship.flag if ship else "",
        "aliases": list(ship.aliases) if ship else [],
        "gaps": events.count("gap"),
        "calls": events.count("port_call"),
        "listed_by": listed,
        "findings": sum((row["vessel"] or "").casefold() in names for row in view.rows("FINDING")),
        "looks": sum((row["vessel"] or "").casefold() in names for row in view.rows("OBSERVATION")),
    }


def _ids(view: CaseView, key: str) -> set[str]:
    """Ids under which tables speak of the ship."""
    ship = view.ship_by_key.get(key)
    return {key} | ({ship.vessel_id, f"imo:{ship.imo}"} - {"", "imo:"} if ship else set())


def _known(view: CaseView, key: str) -> set[str]:
    """The ids of a ship. Raises UnknownItem when nothing speaks of it."""
    ids = _ids(view, key)
    if key not in view.ship_by_key and not ids & set(_heard(view)):
        raise UnknownItem("no such ship in this case", place=key[:80])
    return ids


def _names(view: CaseView, key: str) -> list[str]:
    """Names of a ship: of the case, and those that it stated."""
    ship = view.ship_by_key.get(key)
    said = [row["name"] for row in view.rows("VESSEL") if row["vessel_id"] in _ids(view, key) and row["name"]]
    return list(dict.fromkeys([*([ship.name, *ship.aliases] if ship else []), *said]))


def vessel(view: CaseView, key: str) -> Row:
    """One ship.

    Raises UnknownItem.
    """
    ids = _known(view, key)
    names = {name.casefold() for name in _names(view, key)}
    ship = view.ship_by_key.get(key)
    return {
        "ship": {
            **_card(view, key),
            "names": _names(view, key),
            "max_speed_kn": ship.max_speed_kn if ship else None,
        },
        "identity": identity(view, ids),
        "listings": [row for row in view.rows("HIT") if ship and row["query_imo"] == (ship.imo or None)],
        "coverage": [
            row
            for row in view.rows("OPTION")
            if row["kind"] == "coverage" and row["subject"].casefold() in names
        ],
        "findings": [
            finding_brief(view, row)
            for row in findings_in_order(view)
            if (row["vessel"] or "").casefold() in names
        ],
        "looks": [
            row | {"url": safe_url(row["source"])}
            for row in view.rows("OBSERVATION")
            if (row["vessel"] or "").casefold() in names
        ],
        "claims": [row for row in view.rows("CLAIM") if row["subject"].casefold() in names],
        "gaps": sorted((row for row in gaps(view) if row["key"] in ids), key=lambda row: row["start"]),
        "signals": [
            row for row in view.rows("EVENT") if row["vessel_id"] in ids and row["kind"] not in DRAWN
        ],
        "calls": sorted((row for row in calls(view) if row["key"] in ids), key=lambda row: row["start"]),
        "tracks": [row for row in tracks(view) if row["key"] in ids],
        "ports": [{"name": port.name, "at": [port.lon_deg, port.lat_deg]} for port in view.case.ports],
    }


def identity(view: CaseView, ids: set[str]) -> list[Row]:
    """Statements about identity as claims over time: equal ones that follow each other are one, with its dates."""
    rows = [row for row in view.rows("VESSEL") if row["vessel_id"] in ids]
    rows.sort(key=lambda row: (row["time_utc"] or "", row["source_id"], row["offset"]))
    made: list[Row] = []
    for row in rows:
        said = {name: row[name] for name in IDENTITY}
        if made and made[-1]["said"] == said and made[-1]["source_id"] == row["source_id"]:
            made[-1]["last"] = row["time_utc"]
            made[-1]["times"] += 1
        else:
            made.append(
                {
                    "said": said,
                    "imo_valid": row["imo_valid"],
                    "first": row["time_utc"],
                    "last": row["time_utc"],
                    "times": 1,
                    "source_id": row["source_id"],
                    "offset": row["offset"],
                }
            )
    return made


def reach(view: CaseView, key: str) -> Row:
    """Each gap of a ship held against each port of the case: could it have called there?

    A page of its own, because the first answer for a port takes the time of a field of distances over the sea.
    Raises UnknownItem.
    """
    ids = _known(view, key)
    table = view.output.tables.get("EVENT")
    if table is None:
        return {"gaps": {}}
    mine = pc.is_in(table["vessel_id"], pa.array(sorted(ids), pa.string()))
    chosen = table.filter(pc.and_(pc.equal(table["kind"], "gap"), mine))
    speeds = {ship.vessel_id: ship.max_speed_kn for ship in view.case.ships if ship.vessel_id}
    found: dict[str, list[Row]] = {}
    for row in reach_gaps(chosen, view.case.ports, max_speed_kn=speeds):
        kept = {name: value for name, value in row.items() if name not in ("event_id", "vessel_id")}
        found.setdefault(row["event_id"], []).append(plain(kept))
    return {"gaps": found}
