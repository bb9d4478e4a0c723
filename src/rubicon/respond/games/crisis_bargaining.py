"""A take-it-or-leave-it offer under doubt about the other's cost of war (Fearon 1995)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from rubicon.errors import OptionError
from rubicon.respond.games._exact import fractions, share

META = {
    "title": "Crisis bargaining",
    "source": "Fearon 1995",
    "parameters": {
        "p": "probability that A would win",
        "c_a": "cost of war to A",
        "c_b_max": "B's cost lies uniformly between 0 and this",
    },
}


def solve(given: Mapping[str, Any]) -> dict[str, Any]:
    """`offer` (the share that A keeps) and `p_war`, which follows from the payoffs and forecasts nothing."""
    v = fractions(given, dict.fromkeys(META["parameters"]))
    p = share(v["p"], "p")
    if v["c_a"] < 0 or v["c_b_max"] < 0:
        raise OptionError("a cost is not negative", place="c_a, c_b_max")
    demand = min(max((v["c_b_max"] - v["c_a"]) / 2, Fraction(0)), 1 - p)
    risk = demand / v["c_b_max"] if v["c_b_max"] else Fraction(0)
    return {"offer": p + demand, "p_war": risk}
