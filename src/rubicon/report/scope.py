"""A case narrowed to one of its ships or ports: what a figure or a document about it draws on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rubicon.case import Case, Port, Ship
from rubicon.errors import UnknownItem

Row = dict[str, Any]


def ship_of(case: Case, about: str) -> Ship:
    """The ship of the case that a name, an alias, an IMO number or a vessel id names.

    Raises UnknownItem naming those that there are.
    """
    wanted = about.casefold().removeprefix("imo:")
    for ship in case.ships:
        keys = (ship.name, ship.imo, ship.vessel_id, *ship.aliases)
        if wanted in {key.casefold() for key in keys if key}:
            return ship
    names = ", ".join(ship.name for ship in case.ships) or "none"
    raise UnknownItem(f"no such ship in this case; there are {names}", place=about[:80])


def port_of(case: Case, about: str) -> Port:
    """The port of the case that a name or alias names.

    Raises UnknownItem naming those that there are.
    """
    wanted = about.casefold()
    for port in case.ports:
        if wanted in {name.casefold() for name in (port.name, *port.aliases)}:
            return port
    names = ", ".join(port.name for port in case.ports) or "none"
    raise UnknownItem(f"no such port in this case; there are {names}", place=about[:80])


def names_of(ship: Ship) -> set[str]:
    """Names under which tables may speak of a ship, in lower case."""
    return {name.casefold() for name in (ship.name, *ship.aliases)}


def is_about(row: Mapping[str, Any], ship: Ship) -> bool:
    """Whether a row speaks of a ship: by its id or number, else by its name."""
    keys = {ship.vessel_id, f"imo:{ship.imo}" if ship.imo else ""} - {""}
    if row.get("vessel_id") in keys or (ship.imo and ship.imo in (row.get("imo"), row.get("query_imo"))):
        return True
    said = [row.get(name) for name in ("vessel", "subject") if row.get(name)]
    return any(str(each).casefold() in names_of(ship) for each in said)


def narrowed(case: Case, tables: Mapping[str, pa.Table], about: str) -> tuple[Case, dict[str, pa.Table]]:
    """The case and its tables with rows about one ship, or about one port, alone.

    Raises UnknownItem when it names neither.
    """
    try:
        port = port_of(case, about)
    except UnknownItem:
        ship = ship_of(case, about)
        return _to_ship(case, tables, ship)
    kept = {name: table for name, table in tables.items() if name != "OBSERVATION"}
    if "OBSERVATION" in tables:
        kept["OBSERVATION"] = _filtered(tables["OBSERVATION"], lambda row: row["port"] == port.name)
    return case.model_copy(update={"ports": (port,), "bbox": None}), kept


def _to_ship(case: Case, tables: Mapping[str, pa.Table], ship: Ship) -> tuple[Case, dict[str, pa.Table]]:
    kept = dict(tables)
    for name in ("OBSERVATION", "VESSEL", "EVENT", "CLAIM", "FINDING", "HIT"):
        if name in tables:
            kept[name] = _filtered(tables[name], lambda row: is_about(row, ship))
    if "POSITION" in tables:
        kept["POSITION"] = tables["POSITION"].filter(
            pc.equal(tables["POSITION"]["vessel_id"], ship.vessel_id)
        )
    if "OPTION" in tables:
        kept["OPTION"] = _filtered(
            tables["OPTION"], lambda row: row["kind"] == "coverage" and is_about(row, ship)
        )
    return case.model_copy(update={"ships": (ship,), "questions": ()}), kept


def _filtered(table: pa.Table, keep: Callable[[Row], bool]) -> pa.Table:
    return table.filter(pa.array([keep(row) for row in table.to_pylist()], pa.bool_()))
