"""A joint action package: who could close which gap in coverage, on what evidence of this case.

A gap is a cell in which a ship is not listed, or of which it is not known whether it is (then the first step is to read that
list). Exhibits are the dated reports of the case that name the ship, and the listings by others, each numbered. Claims that
name a ship without its IMO number are shown apart and joined to nothing: names are shared.

The text is a draft for a person to check. It says what was seen, never what was aboard, and gives no legal advice.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from rubicon.case import Case, Ship
from rubicon.respond.council import who_can
from rubicon.respond.coverage import Cell
from rubicon.respond.record import Record

FOLDER = Path(__file__).with_name("councils")
DISCLAIMER = (
    "Draft for a person to check; no legal advice. A call is not a cargo: nothing here says what a ship carried. "
    "Whether there are grounds to act is for the State concerned."
)


@cache
def grounds() -> dict[str, dict[str, str]]:
    """By authority: instrument, who decides, what a listing does, mark and source."""
    with (FOLDER / "grounds.csv").open(encoding="utf-8", newline="") as handle:
        return {row["authority"]: row for row in csv.DictReader(handle, strict=True)}


def package(
    case: Case, cells: Sequence[Cell], observations: pa.Table, claims: Iterable[dict[str, Any]], record: Record, day: date
) -> dict[str, Any]:  # fmt: skip
    """Gaps, exhibits and the draft annex (Markdown) for the ships of a case on a day."""
    exhibits = _exhibits(case, cells, observations, day)
    gaps = [_gap(cell, exhibits, record, day) for cell in cells if cell.status != "listed"]
    unjoined = [
        {"claim": row["id"], "date": row["date"], "source": row["source"], "text": f"{row['subject']}: {row['predicate']} {row['value']} {row['unit']}".strip()}
        for row in claims
        if _names(case.ships, row) and row["date"] <= day.isoformat()
    ]  # fmt: skip
    made = {
        "case": case.id,
        "date": day.isoformat(),
        "gaps": gaps,
        "exhibits": exhibits,
        "not_joined": unjoined,
        "disclaimer": DISCLAIMER,
    }
    return made | {"annex": annex(case, made)}


def _names(ships: Iterable[Ship], claim: dict[str, Any]) -> bool:
    """Whether a claim speaks of a ship by a name of the case (and so, in this record, without its number)."""
    text = f"{claim['subject']} {claim.get('note') or ''}".casefold()
    return any(ship.name.casefold() in text for ship in ships)


def _exhibits(case: Case, cells: Sequence[Cell], observations: pa.Table, day: date) -> list[dict[str, Any]]:
    """Numbered exhibits, ship by ship: dated reports first, then listings by others."""
    made: list[dict[str, Any]] = []
    looks = sorted(observations.to_pylist(), key=lambda row: (row["start"], row["observation_id"]))
    for ship in case.ships:
        rows = [_look(row) for row in looks if row["vessel"] == ship.name and row["start"].date() <= day]
        rows += [_listing(cell) for cell in cells if cell.imo == ship.imo and cell.status == "listed"]
        for row in rows:
            made.append({"exhibit": f"E{len(made) + 1}", "ship": ship.name, "imo": ship.imo, **row})
    return made


def _look(row: dict[str, Any]) -> dict[str, Any]:
    probable = " (identity probable)" if row["vessel_probable"] else ""
    return {
        "kind": "report",
        "id": row["observation_id"],
        "date": row["date_stated"],
        "text": f"{row['observer']} reported {row['quantity']} at {row['site']}{probable}; the report names the ship and gives no IMO number",
        "source_url": row["source"],
        "verification": "not_stated",
        "captured": False,
    }


def _listing(cell: Cell) -> dict[str, Any]:
    return {
        "kind": "listing",
        "id": cell.evidence_ids[0] if cell.evidence_ids else "",
        "date": cell.date,
        "text": f"{cell.authority} listed the ship by its IMO number: {cell.ground}",
        "source_url": "",
        "verification": cell.verification,
        "captured": cell.basis == "list",
    }


def _gap(cell: Cell, exhibits: Sequence[dict[str, Any]], record: Record, day: date) -> dict[str, Any]:
    ground = grounds().get(cell.authority, {})
    held: list[str] = []
    if cell.authority == "UN":
        bodies = who_can("committee_designation", record, day)["bodies"]
        held = [f"{one['state']} ({', '.join(one['votes'])}; {one['basis']})" for body in bodies[:1] for one in body["blocked_by"]]  # fmt: skip
    first = (
        f"read the list of {cell.authority}: whether the ship stands on it is not known"
        if cell.status == "unknown"
        else f"list the ship; it was not on the list of {cell.date}"
    )
    return {
        "ship": cell.name,
        "imo": cell.imo,
        "authority": cell.authority,
        "status": cell.status,
        "first_step": first,
        "decides": ground.get("decides", "not in the table"),
        "instrument": ground.get("instrument", "not in the table"),
        "effect": ground.get("effect", ""),
        "verification": ground.get("verification", "not_stated"),
        "source_url": ground.get("source_url", ""),
        "held_up_by": held,
        "owners_listed": list(cell.owners),
        "exhibits": [one["exhibit"] for one in exhibits if one["imo"] == cell.imo],
    }


def annex(case: Case, made: dict[str, Any]) -> str:
    """The draft annex as Markdown: what is asked of whom, and the exhibits."""
    lines = [
        f"# Draft annex: {case.title}",
        "",
        f"As of {made['date']}. {made['disclaimer']}",
        "",
        "## Gaps and who could close them",
        "",
        "| ship | IMO | jurisdiction | known | first step | who decides | instrument (mark) | held up by | exhibits |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {g['ship']} | {g['imo']} | {g['authority']} | {g['status'].replace('_', ' ')} | {g['first_step']} | {g['decides']} | "
        f"{g['instrument']} ({g['verification']}) | {'; '.join(g['held_up_by'])} | {' '.join(g['exhibits'])} |"
        for g in made["gaps"]
    ]
    lines += [
        "",
        "## Exhibits",
        "",
        "| exhibit | ship | date | what | source | mark | original |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {e['exhibit']} ({e['id']}) | {e['ship']} | {e['date']} | {e['text']} | {e['source_url']} | {e['verification']} | {'held' if e['captured'] else 'not captured'} |"
        for e in made["exhibits"]
    ]
    lines += ["", "## Shown apart: claims that name a ship without its number", ""]
    lines += [f"- {c['claim']}, {c['date']}, {c['source']}: {c['text']}" for c in made["not_joined"]]
    return "\n".join(lines) + "\n"
