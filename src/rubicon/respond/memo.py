"""The options memo: option by option, who must act, on what basis, what it changes, what would show that it worked.

Texts are rows of `memo/options.toml`. Beside them stands what the other parts compute: bodies and who has held them up, paragraphs with
their marks, cells of coverage that would be filled, weeks of looks that the test of an effect needs, and what the options
game says under its assumptions. Nothing here weighs the options against each other.

Weeks of looks: the fewest weeks after which the default test of `assess.effect` sees a fall of the stated size four times in
five, at the rate before that others published, with visits as Poisson counts. Stays of several days make looks depend on
each other, so the weeks are a floor.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from rubicon.assess.effect import POWER, power
from rubicon.errors import RubiconError
from rubicon.provenance import content_id
from rubicon.registry import games
from rubicon.respond import lawbook
from rubicon.respond.council import who_can
from rubicon.respond.coverage import Cell
from rubicon.respond.record import Record
from rubicon.schema import OPTION, rows_to_table

FILE = Path(__file__).with_name("memo") / "options.toml"
MOST_WEEKS = 104
NO_GAME = "no options game is installed"


@cache
def options_file() -> dict[str, Any]:
    """The texts, and the rate before."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def weeks_to_see(rate: float, days_before: float, looks_a_week: float, fall: float) -> int | None:
    """Fewest weeks of looks after which a fall (0 to 1) is seen four times in five; None beyond two years."""

    def seen(weeks: int) -> bool:
        return power(rate, (days_before, looks_a_week * weeks), fall) >= POWER

    if not seen(MOST_WEEKS):
        return None
    low, high = 0, MOST_WEEKS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if seen(middle) else (middle, high)
    return high


@cache
def weeks_table() -> tuple[tuple[int, int, int | None], ...]:
    """(fall in percent, looks a week, weeks) for the falls and cadences of the file."""
    rate = options_file()["rate"]
    before, days = rate["calls"] / rate["imaged_days"], rate["imaged_days"]
    return tuple(
        (fall, looks, weeks_to_see(before, days, looks, fall / 100))
        for fall in rate["falls_percent"]
        for looks in rate["looks_a_week"]
    )


def memo(
    record: Record, cells: Sequence[Cell], day: date, claims: frozenset[str], game: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """One entry an option. `claims` are ids of the case's claims, `game` the solved options game."""
    rate = options_file()["rate"]
    known = claims >= set(rate["claims"])
    played = {one["id"]: one for one in (game or {}).get("options", [])}
    return [
        {
            "id": entry["id"],
            "title": entry["title"],
            "who": entry["who"],
            "bodies": [_body(measure, one) for measure in entry["measures"] for one in who_can(measure, record, day)["bodies"] if one["status"] != "not_able"],
            "paragraphs": [_paragraph(key) for key in entry["paragraphs"]],
            "basis_note": entry["basis_note"],
            "coverage": coverage_change(cells, entry["lists_with"]),
            "sign": entry["sign"],
            "weeks": [{"fall_percent": fall, "looks_a_week": looks, "weeks": weeks} for fall, looks, weeks in weeks_table()] if known else [],
            "weeks_basis": _basis(rate) if known else "the case holds no published rate: not computed",
            "risks": entry["risks"],
            "game": _game(played.get(entry["id"]), game),
            "evidence_ids": [lawbook.measures()[key].evidence_id for key in entry["paragraphs"]] + (rate["claims"] if known else []),
        }
        for entry in options_file()["options"]
    ]  # fmt: skip


def _basis(rate: Mapping[str, Any]) -> str:
    return (
        f"{rate['calls']} visits on {rate['imaged_days']} imaged days before, as others published ({', '.join(rate['claims'])}): "
        "a rate for power alone, no count of ours; stays of several days make the weeks a floor"
    )


def _body(measure: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    held = [f"{one['state']} ({', '.join(one['votes'])})" for one in answer["blocked_by"]]
    return {"measure": measure, "body": answer["body"], "status": answer["status_words"], "held_up_by": held, "verification": answer["verification"]}  # fmt: skip


def _paragraph(key: str) -> dict[str, Any]:
    one = lawbook.measures()[key]
    return {"id": key, "title": one.title, "summary": one.summary, "verification": one.verification, "source_url": one.source_url}  # fmt: skip


def coverage_change(cells: Sequence[Cell], authorities: Sequence[str]) -> dict[str, Any]:
    """Cells by status now, and how many more would be listed if these authorities listed every ship."""
    now = {status: sum(cell.status == status for cell in cells) for status in ("listed", "not_listed", "unknown")}  # fmt: skip
    more = [cell for cell in cells if cell.authority in authorities and cell.status != "listed"]
    unknown = sum(cell.status == "unknown" for cell in more)
    text = f"now {now['listed']} of {len(cells)} cells listed, {now['not_listed']} not listed, {now['unknown']} unknown"
    if authorities:
        text += f"; at most {len(more)} more if {', '.join(authorities)} listed every ship ({unknown} of these are unknown today and may be listed already)"
    else:
        text += "; this option changes none of them"
    return {"now": now, "at_most_more": len(more), "of_which_unknown": unknown, "text": text}


def _game(played: Mapping[str, Any] | None, game: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the options game says of an option, with how many assumptions it rests on."""
    if game is None or played is None:
        return {"text": NO_GAME, "assumptions": []}
    resting = [one["id"] for one in game["assumptions"] if played["id"] in one.get("options", [])]
    text = f"{played['status_words']}; {played['what_would_have_to_be_true']} Best for the coalition {played['best_for_coalition']}."
    return {"text": text, "assumptions": resting}


@cache
def played_options() -> dict[str, Any] | None:
    """The options game with its shipped assumptions and no maps; None where it cannot be solved."""
    model = games().get("options")
    if model is None:
        return None
    try:
        solved: dict[str, Any] = model.solve({"cells": 0})
    except RubiconError:
        return None
    return solved


def memo_options(entries: Sequence[Mapping[str, Any]]) -> pa.Table:
    """OPTION rows of kind `memo`: `subject` is the option, `actor` who must act."""
    return rows_to_table(
        [
            {
                "option_id": content_id("memo", dict(entry)),
                "kind": "memo",
                "subject": entry["title"],
                "actor": entry["who"],
                "status": entry["id"],
                "date": None,
                "text": f"{entry['title']}: {entry['who']}. It would show in this: {entry['sign']}.",
                "detail": json.dumps(entry, sort_keys=True, ensure_ascii=False, default=str),
                "verification": lawbook.weakest([one["verification"] for one in entry["paragraphs"]]),
                "evidence_ids": list(entry["evidence_ids"]),
            }
            for entry in entries
        ],
        OPTION,
    )
