"""A heavier penalty changes how often the rule is enforced, not how often it is broken (Tsebelis 1990)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rubicon.errors import OptionError
from rubicon.respond.games._exact import Matrix, fractions

ALIASES = {
    "a1": "violator_violate_enforce", "b1": "violator_violate_ignore",
    "c1": "violator_comply_enforce", "d1": "violator_comply_ignore",
    "a2": "enforcer_violate_enforce", "b2": "enforcer_violate_ignore",
    "c2": "enforcer_comply_enforce", "d2": "enforcer_comply_ignore",
}  # fmt: skip
META = {
    "title": "Severity of sanctions",
    "source": "Tsebelis 1990",
    "parameters": {short: f"payoff, also {long}" for short, long in ALIASES.items()},
}


def solve(given: Mapping[str, Any]) -> dict[str, Any]:
    """`violation_rate` and `enforcement_rate` of the one mixed equilibrium. Raises OptionError."""
    ((a1, b1), (c1, d1)), ((a2, b2), (c2, d2)) = bimatrix(given)
    if not (c1 > a1 and b1 > d1 and a2 > b2 and d2 > c2):
        raise OptionError("the model needs this order of payoffs", place="c1 > a1, b1 > d1, a2 > b2, d2 > c2")
    return {
        "violation_rate": (d2 - c2) / (a2 - b2 + d2 - c2),
        "enforcement_rate": (b1 - d1) / (b1 - d1 + c1 - a1),
    }


def bimatrix(given: Mapping[str, Any]) -> tuple[Matrix, Matrix]:
    """Payoffs of the violator and the enforcer; rows violate and comply, columns enforce and ignore."""
    short = {long: name for name, long in ALIASES.items()}
    v = fractions({short.get(name, name): value for name, value in given.items()}, dict.fromkeys(ALIASES))
    first, second = (((v[f"a{n}"], v[f"b{n}"]), (v[f"c{n}"], v[f"d{n}"])) for n in (1, 2))
    return first, second
