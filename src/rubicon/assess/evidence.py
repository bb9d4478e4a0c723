"""Evidence: every row that a sentence can point at, with its origin, source and mark.

Evidence of real and of simulated origin is never fused: `require_one_origin` refuses it by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from rubicon.case import Case
from rubicon.errors import NoUsableRows, SimulatedEvidence
from rubicon.identifiers import could_be_a_ships_mmsi, imo_valid
from rubicon.provenance import SourceFile, evidence_id
from rubicon.schema import EVIDENCE, Origin, rows_to_table

NOT_STATED = "not_stated"


def from_observations(table: pa.Table, files: Mapping[str, SourceFile]) -> list[dict[str, Any]]:
    """One row for each observation; its original (the image or report) is not captured."""
    return [
        {
            **_in_file(row, files),
            "evidence_id": row["observation_id"],
            "kind": "observation",
            "text": f"{row['date_stated']}, {row['site']}: {_said(row)}",
            "source": row["observer"],
            "url": row["source"],
            "start": row["start"],
            "end": row["end"],
            "root": row["repeats"][0] if row["repeats"] else row["observation_id"],
        }
        for row in table.to_pylist()
    ]


def _said(row: Mapping[str, Any]) -> str:
    """What was seen, with the ship, its length and the count as far as the row names them."""
    ship = f" ({row['vessel']}{', probable' if row['vessel_probable'] else ''})" if row["vessel"] else ""
    length = f", about {row['length_m']:.0f} m long" if row["length_m"] else ""
    count = f", {row['containers']:.0f} containers" if row["containers"] else ""
    return f"{row['quantity']}{ship}{length}{count}"


def from_claims(table: pa.Table, files: Mapping[str, SourceFile]) -> list[dict[str, Any]]:
    """One row for each claim, typed from a report: original not captured."""
    return [
        {
            **_in_file(row, files),
            "evidence_id": row["claim_id"],
            "kind": "claim",
            "text": f"{row['date_stated']}: {row['subject']}, {row['predicate'].replace('_', ' ')}: "
            f"{row['value']}{' ' + row['unit'] if row['unit'] else ''}",
            "source": row["source"],
            "url": row["url"],
            "root": row["root"],
        }
        for row in table.to_pylist()
    ]


def from_detections(
    table: pa.Table, scenes: pa.Table, files: Mapping[str, SourceFile]
) -> list[dict[str, Any]]:
    """One row for each ship found in a scene whose file the case holds; others cannot be pointed at."""
    held = {row["scene_id"]: row for row in scenes.to_pylist() if row["source_id"] in files}
    made = []
    for number, row in enumerate(table.to_pylist(), start=1):
        if (scene := held.get(row["scene_id"])) is None or row["time_utc"] is None or row["lat_deg"] is None:
            continue
        made.append(
            {
                **_in_file({"source_id": scene["source_id"], "offset": number}, files),
                "evidence_id": row["detection_id"],
                "kind": "detection",
                "text": detection_text(row),
                "source": f"{scene['platform'] or scene['sensor']}, {row['author']}",
                "captured": True,
                "start": row["time_utc"],
                "end": row["time_utc"],
                "root": row["detection_id"],
            }
        )
    return made


def from_scenes(scenes: pa.Table, files: Mapping[str, SourceFile]) -> list[dict[str, Any]]:
    """One row for each scene that was looked at: a scene without a ship is evidence too."""
    return [
        {
            **_in_file({"source_id": row["source_id"], "offset": 0}, files),
            "evidence_id": row["scene_id"],
            "kind": "scene",
            "text": f"{row['start']:%Y-%m-%d %H:%M} UTC: {row['sensor']} scene{' of ' + row['platform'] if row['platform'] else ''}",
            "source": row["platform"] or row["sensor"],
            "captured": True,
            "locator": "whole file",
            "start": row["start"],
            "end": row["end"],
            "root": row["scene_id"],
        }
        for row in scenes.to_pylist()
        if row["source_id"] in files
    ]


def detection_text(row: Mapping[str, Any]) -> str:
    """A detection as one sentence."""
    size = f", about {row['length_m']:.0f} m long" if row["length_m"] else ""
    return (
        f"{row['time_utc']:%Y-%m-%d %H:%M} UTC: a ship{size} at {row['lat_deg']:.4f}, {row['lon_deg']:.4f}, "
        f"{row['status'] or 'not matched'} (score {row['score']:.2f})"
    )


def from_listings(table: pa.Table, files: Mapping[str, SourceFile]) -> list[dict[str, Any]]:
    """One row for each entry of a list that a hit or a cell of the coverage table points at."""
    return [
        {
            **_in_file(row, files),
            "evidence_id": evidence_id(row["source_id"], row["offset"]),
            "kind": "listing",
            "text": f"{row['authority']} list of {row['snapshot']}: {row['name']}"
            f"{', IMO ' + row['imo'] if row['imo'] else ''}{', ' + row['program'] if row['program'] else ''}",
            "source": files[row["source_id"]].title or row["list_id"],
            "url": files[row["source_id"]].url or None,
            "captured": True,
        }
        for row in table.to_pylist()
    ]


def from_positions(table: pa.Table, files: Mapping[str, SourceFile]) -> list[dict[str, Any]]:
    """One row for each AIS report that an event begins or ends with."""
    return [
        {
            **_in_file(row, files),
            "evidence_id": evidence_id(row["source_id"], row["offset"]),
            "kind": "ais_message",
            "text": f"{row['time_utc']:%Y-%m-%d %H:%M:%S} UTC: {row['vessel_id']} at "
            f"{row['lat_deg']:.4f}, {row['lon_deg']:.4f}{_speed(row)}",
            "source": row["receiver"] or files[row["source_id"]].title or files[row["source_id"]].path.name,
            "captured": True,
            "start": row["time_utc"],
            "end": row["time_utc"],
        }
        for row in table.to_pylist()
    ]


def _speed(row: Mapping[str, Any]) -> str:
    return "" if row["speed_kn"] is None else f", {row['speed_kn']:.1f} kn"


def from_fact_rows(
    rows: Iterable[Mapping[str, Any]], files: Mapping[str, SourceFile]
) -> list[dict[str, Any]]:
    """Rows of case facts and law: each gives `source_id, offset, kind, text, source, url, verification`."""
    return [
        {
            **_in_file(row, files),
            "evidence_id": evidence_id(row["source_id"], row["offset"]),
            **{key: row[key] for key in ("kind", "text", "source", "url", "verification")},
        }
        for row in rows
    ]


def _in_file(row: Mapping[str, Any], files: Mapping[str, SourceFile]) -> dict[str, Any]:
    """Where in which hashed file a row stands."""
    file = files[row["source_id"]]
    unit = "byte" if file.format == "nmea" else "row"
    return {
        "origin": file.origin,
        "verification": NOT_STATED,
        "captured": False,
        "file": f"data/evidence/{file.path.name}",
        "sha256": file.sha256,
        "locator": f"{unit} {row['offset']}",
        "root": evidence_id(row["source_id"], row["offset"]),
    }


def evidence_table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """All evidence, sorted by id.

    Raises NoUsableRows when two different rows have one id: a sentence could not say which it means.
    """
    unique: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        known = unique.setdefault(row["evidence_id"], row)
        if known != row:
            places = " and ".join(f"{one['file']}, {one['locator']}" for one in (known, row))
            raise NoUsableRows(f"two pieces of evidence have this id: {places}", place=row["evidence_id"])
    return rows_to_table([unique[key] for key in sorted(unique)], EVIDENCE)


def require_one_origin(case: Case, evidence: Iterable[Mapping[str, Any]], vessel: str = "") -> Origin:
    """The one origin of all evidence behind a finding.

    Raises SimulatedEvidence when real and simulated evidence mix, when the case is of the other origin, or
    when a ship of a simulated case carries numbers that a real ship could hold.
    """
    origins = {row["origin"] for row in evidence} | {case.origin.value}
    place = f"case {case.id}, {vessel or 'any ship'}"
    if len(origins) > 1:
        raise SimulatedEvidence("real and simulated evidence cannot support one finding", place=place)
    refuse_real_ships(case)
    return case.origin


def refuse_real_ships(case: Case, vessel_ids: Iterable[str] = (), vessels: pa.Table | None = None) -> None:
    """Raise SimulatedEvidence when a simulated case holds a number that a real ship can have."""
    if case.origin is not Origin.SIMULATED:
        return
    stated = vessels.select(["vessel_id", "imo"]).to_pylist() if vessels is not None else []
    numbers = [(ship.name, ship.imo, ship.vessel_id) for ship in case.ships]
    numbers += [(key, "", key) for key in sorted(vessel_ids)]
    numbers += [(row["vessel_id"], row["imo"] or "", row["vessel_id"]) for row in stated]
    for name, imo, vessel_id in numbers:
        if could_be_real(imo, vessel_id):
            raise SimulatedEvidence(
                f"{name} has a number that a real ship can hold, and its evidence is simulated",
                place=f"case {case.id}",
            )


def could_be_real(imo: str, vessel_id: str) -> bool:
    """Whether an IMO number's check digit holds, or an MMSI is one that a ship station can have."""
    return (
        bool(imo_valid(imo))
        or bool(imo_valid(vessel_id.removeprefix("imo:")))
        or could_be_a_ships_mmsi(vessel_id)
    )
