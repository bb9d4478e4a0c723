"""Who said and did what: a matrix of States and what they condemned, listed, pledged, did, denied and held up.

Each cell holds dated facts with their source and whether the original was captured. `listed` comes from the coverage cells
(who has listed a ship of the case), `held_up` from votes against drafts that failed, all else from the case's table of acts. An
empty cell says that the record holds nothing, not that the State did nothing.

A coalition is everybody who signed one act, or who has listed a ship. Its weight is a sum of open figures of the case: a
floor where some members have none, and "no open figure loaded" where the case has no such table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from rubicon.provenance import content_id
from rubicon.respond.coverage import Cell
from rubicon.respond.lawbook import weakest
from rubicon.respond.record import MEASURES, Figure, Record
from rubicon.schema import OPTION, rows_to_table

COLUMNS = ("condemned", "listed", "pledged", "acted", "denied", "held_up")
COLUMN_WORDS = {
    "condemned": "condemned",
    "listed": "listed a ship of the case",
    "pledged": "pledged enforcement",
    "acted": "acted",
    "denied": "denied",
    "held_up": "voted against a draft that failed",
}
WHOLE = "world"
NO_FIGURE = "no open figure loaded"

Entry = dict[str, Any]


def matrix(record: Record, cells: Iterable[Cell], day: date) -> dict[str, dict[str, list[Entry]]]:
    """State to column to dated entries, up to a day; States in order of their codes."""
    found: dict[str, dict[str, list[Entry]]] = {}

    def put(state: str, column: str, entry: Entry) -> None:
        found.setdefault(state, {name: [] for name in COLUMNS})[column].append(entry)

    for act in record.acts:
        for state in act.states:
            put(state, act.act, act.record() | {"evidence_id": act.fact.evidence_id})
    for vote in record.votes:
        if not vote.adopted:
            for state in vote.against_by:
                put(
                    state,
                    "held_up",
                    vote.record() | {"captured": False, "evidence_id": vote.fact.evidence_id},
                )
    for cell in cells:
        if cell.status == "listed" and cell.date:
            put(cell.authority, "listed", _listing(cell))
    upto = day.isoformat()
    return {
        state: {
            name: sorted((e for e in row[name] if e["date"] <= upto), key=lambda e: (e["date"], str(e["id"])))
            for name in COLUMNS
        }
        for state, row in sorted(found.items())
    }


def _listing(cell: Cell) -> Entry:
    return {
        "id": cell.imo,
        "date": cell.date,
        "text": f"listed {cell.name} (IMO {cell.imo}): {cell.ground}",
        "captured": cell.basis == "list",
        "source_url": "",
        "verification": cell.verification,
        "evidence_id": cell.evidence_ids[0] if cell.evidence_ids else "",
    }


def coalitions(record: Record, cells: Iterable[Cell], day: date) -> list[dict[str, Any]]:
    """Groups of States with what they weigh: the signers of each joint act, and all who have listed a ship."""
    groups = [
        (f"{act.fact.id} {act.fact.date}: {act.fact.text}", act.states, [act.fact.evidence_id])
        for act in record.acts
        if len(act.states) > 1 and act.fact.date <= day.isoformat()
    ]
    listing = sorted(
        {cell.authority for cell in cells if cell.status == "listed" and (cell.date or "") <= day.isoformat()}
    )
    if listing:
        groups.append(("have listed a ship of the case", tuple(listing), []))
    return [
        {
            "coalition": name,
            "members": list(members),
            "size": len(members),
            "weights": weights(members, record.figures),
            "evidence_ids": ids,
        }
        for name, members, ids in groups
    ]


def weights(members: Sequence[str], figures: Iterable[Figure]) -> dict[str, Any]:
    """For each measure the share of the whole that the members with a figure have, or that no figure is loaded."""
    known = list(figures)
    made: dict[str, Any] = {}
    for measure, words in MEASURES.items():
        rows = {one.state: one for one in known if one.measure == measure}
        whole = rows.get(WHOLE)
        counted = [rows[state] for state in members if state in rows]
        if whole is None or not counted or not whole.value:
            made[measure] = {"text": NO_FIGURE}
            continue
        share = sum(one.value for one in counted) / whole.value
        floor = len(counted) < len(members)
        made[measure] = {
            "share": share,
            "is_floor": floor,
            "members_with_figure": [one.state for one in counted],
            "year": whole.fact.date,
            "verification": weakest([one.fact.verification for one in [whole, *counted]]),
            "evidence_ids": [one.fact.evidence_id for one in [whole, *counted]],
            "text": f"{'at least ' if floor else ''}{100 * share:.0f} % of the world's {words}, {whole.fact.date} "
            f"(figures of {len(counted)} of {len(members)} members)",
        }
    return made


def weight_words(group: Mapping[str, Any]) -> str:
    """What a coalition weighs, with the measures for which no figure is loaded."""
    known = [each["text"] for each in group["weights"].values() if "share" in each]
    missing = [MEASURES[name] for name, each in group["weights"].items() if "share" not in each]
    return "; ".join([*known, *([f"{', '.join(missing)}: {NO_FIGURE}"] if missing else [])])


def statement_options(record: Record, cells: Sequence[Cell], day: date) -> pa.Table:
    """OPTION rows of kind `statement`, one for each filled cell of the matrix, and of kind `coalition`."""
    rows = []
    for state, columns in matrix(record, cells, day).items():
        for column, entries in columns.items():
            if entries:
                words = "; ".join(f"{e['date']}: {e['text']}" for e in entries)
                rows.append(
                    {
                        "option_id": content_id("statement", [state, column, entries]),
                        "kind": "statement",
                        "subject": state,
                        "actor": state,
                        "status": column,
                        "date": entries[0]["date"],
                        "text": f"{state} {COLUMN_WORDS[column]}: {words}.",
                        "detail": json.dumps({"entries": entries}, sort_keys=True, ensure_ascii=False),
                        "verification": weakest([e["verification"] for e in entries]),
                        "evidence_ids": list(
                            dict.fromkeys(e["evidence_id"] for e in entries if e["evidence_id"])
                        ),
                    }
                )
    for group in coalitions(record, cells, day):
        ids = [*group["evidence_ids"], *(i for each in group["weights"].values() for i in each.get("evidence_ids", []))]  # fmt: skip
        rows.append(
            {
                "option_id": content_id("coalition", group),
                "kind": "coalition",
                "subject": group["coalition"],
                "actor": ", ".join(group["members"]),
                "status": f"{group['size']} members",
                "date": None,
                "text": f"{group['coalition']} ({group['size']} members): {weight_words(group)}.",
                "detail": json.dumps(group, sort_keys=True, ensure_ascii=False),
                "verification": weakest(
                    [w["verification"] for w in group["weights"].values() if "verification" in w]
                ),
                "evidence_ids": list(dict.fromkeys(ids)),
            }
        )
    return rows_to_table(rows, OPTION)
