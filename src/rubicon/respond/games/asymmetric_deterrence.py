"""One side may attack, the other may resist; its hardness is uncertain (Zagare and Kilgour 2000)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from rubicon.errors import OptionError
from rubicon.respond.games._exact import fractions

NAMES = {
    "a_sq": "A, nobody acts", "a_dc": "A, attack without resistance", "a_dd": "A, conflict",
    "b_sq": "B, nobody acts", "b_dc": "B, gives way", "b_dd_hard": "B if hard, conflict",
    "b_dd_soft": "B if soft, conflict",
}  # fmt: skip
META = {
    "title": "Rudimentary asymmetric deterrence",
    "source": "Zagare and Kilgour 2000",
    "parameters": NAMES,
}


def solve(given: Mapping[str, Any]) -> dict[str, Any]:
    """`threshold`: A attacks iff the probability that B is hard lies below it. Raises OptionError."""
    defaults = {name: None if name.startswith("a_") else "0" for name in NAMES}
    v = fractions(given, defaults | {"b_dd_hard": "1", "b_dd_soft": "-1"})
    if not v["b_dd_hard"] > v["b_dc"] > v["b_dd_soft"]:
        raise OptionError("a hard B resists and a soft B gives way", place="b_dd_hard > b_dc > b_dd_soft")
    if v["a_dc"] <= v["a_dd"]:
        raise OptionError("A must prefer an attack without resistance to conflict", place="a_dc > a_dd")
    ratio = (v["a_dc"] - v["a_sq"]) / (v["a_dc"] - v["a_dd"])
    return {"threshold": min(max(ratio, Fraction(0)), Fraction(1)), "unclipped": ratio}
