"""A challenger, a defender who may resist, and a last word; both may be hard or soft (Kilgour and Zagare 1991)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from rubicon.errors import OptionError
from rubicon.respond.games._exact import fractions, share

NAMES = {
    "ch_sq": "challenger, nobody acts", "ch_dc": "challenger, defender gives way",
    "ch_cd": "challenger, backs down", "ch_dd_hard": "challenger if hard, conflict",
    "ch_dd_soft": "challenger if soft, conflict", "def_sq": "defender, nobody acts",
    "def_cd": "defender, challenger backs down", "def_dc": "defender, gives way",
    "def_dd_hard": "defender if hard, conflict", "def_dd_soft": "defender if soft, conflict",
    "p_challenger": "probability that the challenger is hard", "p_defender": "probability that the defender is hard",
}  # fmt: skip
META = {"title": "Unilateral deterrence", "source": "Kilgour and Zagare 1991", "parameters": NAMES}
NOT_USED = ("ch_dd_soft", "def_sq", "def_dd_hard")
"""They enter by their order alone, so they may be left out."""


def solve(given: Mapping[str, Any]) -> dict[str, Any]:
    """`thresholds` and the perfect Bayesian `equilibria`; on a border both neighbours hold.

    `x_soft` is the probability that a soft challenger challenges, `x_hard` a hard one, `y_soft` that a soft defender
    resists. Deterrence that needs a soft defender to be believed firm, off the path, stands in `off_path` instead.
    Raises OptionError when the payoffs have another order than the model.
    """
    v = fractions(_filled(given), dict.fromkeys(NAMES))
    _order(v)
    gain = v["ch_dc"] - v["ch_sq"]
    c_s, c_h = gain / (v["ch_dc"] - v["ch_cd"]), gain / (v["ch_dc"] - v["ch_dd_hard"])
    d_star = (v["def_cd"] - v["def_dc"]) / (v["def_cd"] - v["def_dd_soft"])
    p, q = share(v["p_challenger"], "p_challenger"), share(v["p_defender"], "p_defender")
    nil, one = Fraction(0), Fraction(1)
    found = []
    if q >= c_h:
        found.append(_profile("Deterrence", nil, nil, nil))
    if c_s <= q <= c_h:
        found.append(_profile("Separating", nil, one, nil))
    if q <= c_s and p <= d_star and p < 1:
        found.append(_profile("Bluff", p * (1 - d_star) / ((1 - p) * d_star), one, (c_s - q) / (1 - q)))
    if q <= c_s and p >= d_star:
        found.append(_profile("Attack", one, one, nil))
    off = [_profile("Steadfast deterrence", nil, nil, (c_h - q) / (1 - q))] if q < c_h else []
    return {
        "thresholds": {"c_s": c_s, "c_h": c_h, "d_star": d_star},
        "equilibria": found,
        "off_path": off,
    }


def _filled(given: Mapping[str, Any]) -> dict[str, Any]:
    """What enters by its order alone, set to a value that has the order, when it is left out."""
    filled = dict(given)
    for name, like, step in (
        ("ch_dd_soft", "ch_cd", -1),
        ("def_sq", "def_cd", 0),
        ("def_dd_hard", "def_dc", 1),
    ):
        if name not in filled and like in filled:
            filled[name] = str(fractions({like: filled[like]}, {like: None})[like] + step)
    return filled


def _order(v: Mapping[str, Fraction]) -> None:
    for chain in (("ch_dc", "ch_sq", "ch_dd_hard", "ch_cd", "ch_dd_soft"), ("def_cd", "def_dc", "def_dd_soft"), ("def_dd_hard", "def_dc")):  # fmt: skip
        if any(v[left] <= v[right] for left, right in pairwise(chain)):
            raise OptionError("the model needs this order of payoffs", place=" > ".join(chain))


def _profile(name: str, x_soft: Fraction, x_hard: Fraction, y_soft: Fraction) -> dict[str, Any]:
    return {"name": name, "x_soft": x_soft, "x_hard": x_hard, "y_soft": y_soft}
