"""Section: what the shipped options game says about the next transfer, under which assumptions.

It stands in a real case that watches red lines of transfers; the game is the same for all, and names no ship.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from markupsafe import Markup

from rubicon.report.regions import region_svg
from rubicon.report.source import Source
from rubicon.report.svg import NARROW_PX, WIDE_PX
from rubicon.respond.games import options
from rubicon.schema import Origin

ORDER, TITLE = 680, "Options before the next transfer"
CELLS = 15


def rows(source: Source) -> dict[str, Any] | None:
    """The answer of the shipped game and its figure; None for a simulated case or one without red lines."""
    if not source.case.red_lines or source.case.origin is Origin.SIMULATED:
        return None
    return shipped()


@cache
def shipped() -> dict[str, Any]:
    """The shipped game, solved once; numbers as text."""
    answer = options.solve({"cells": CELLS}, sobol=False)
    titles = {each["id"]: each["title"] for each in answer["options"]}
    return {
        "question": answer["question"],
        "options": answer["options"],
        "equilibria": [
            each | {"title": titles[each["option"]], "moves": _moves(each["transfer"]), "answers": _moves(each["carry_out"])}
            for each in answer["equilibria"]
        ],
        "tips": [each | {"title": titles[each["option"]], "value": options.number(each["at"], exact=each["exact"])} for each in answer["tipping_points"]],
        "assumptions": answer["assumptions"],
        "unit": answer["unit"],
        "notes": answer["notes"],
        "figure": Markup("".join(region_svg(answer, width) for width in (WIDE_PX, NARROW_PX))),
    }  # fmt: skip


def _moves(chances: dict[str, Any]) -> str:
    return ", ".join(f"{kind} {chance}" for kind, chance in chances.items())
