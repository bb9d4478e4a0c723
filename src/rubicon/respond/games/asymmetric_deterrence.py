"""One side may attack, the other may resist; its hardness is uncertain (Zagare and Kilgour 2000)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rubicon.errors import OptionError
from rubicon.respond.games._exact import fraction, fractions, known

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
    """`threshold`: A attacks iff the probability that B is hard lies below it.

    Below 0 or above 1 (A would never, or always, gain by attacking) it stays as the formula gives it, so that the rule
    still holds. B's payoffs enter by their order alone and may be left out. Raises OptionError.
    """
    known(given, NAMES)
    given = dict(given)
    b_dc = fraction(given.get("b_dc", 0), "b_dc")
    given = {"b_sq": 0, "b_dc": b_dc, "b_dd_hard": b_dc + 1, "b_dd_soft": b_dc - 1} | given
    v = fractions(given, dict.fromkeys(NAMES))
    if not v["b_dd_hard"] > v["b_dc"] > v["b_dd_soft"]:
        raise OptionError("a hard B resists and a soft B gives way", place="b_dd_hard > b_dc > b_dd_soft")
    if v["a_dc"] <= v["a_dd"]:
        raise OptionError("A must prefer an attack without resistance to conflict", place="a_dc > a_dd")
    ratio = (v["a_dc"] - v["a_sq"]) / (v["a_dc"] - v["a_dd"])
    return {
        "threshold": ratio,
        "attacks": "always" if ratio > 1 else "never" if ratio <= 0 else "iff p < threshold",
    }
