"""Inspections spread over periods and ports of unequal value, against one violation (Dresher 1962, extended).

In each period the inspector looks at any ports while inspections last; the violator, who has seen what was inspected,
strikes at one port or waits, and may strike once. A violation that is caught pays the inspector the port's value, one
that is missed costs it; with one port of value 1 this is Dresher's game.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from rubicon.errors import OptionError
from rubicon.respond.games._polytope import highest_priced

NIL, ONE = Fraction(0), Fraction(1)
MOST_PORTS, MOST_STAGES = 8, 400


def played(values: Sequence[Fraction], periods: int, inspections: int) -> dict[str, Any]:
    """`value` and the `strategy` of the first period: chance that each port is inspected, and is struck.

    Raises OptionError for a port without value, or too many ports or stages for exact arithmetic.
    """
    if not 1 <= len(values) <= MOST_PORTS:
        raise OptionError(f"from 1 to {MOST_PORTS} ports", place="values")
    if min(values) <= 0:
        raise OptionError("the value of a port is positive", place="values")
    inspections = min(inspections, periods * len(values))
    if periods * (inspections + 1) > MOST_STAGES:
        raise OptionError(f"at most {MOST_STAGES} stages, periods times inspections", place="periods")
    later = [NIL] * (inspections + 1)
    for _ in range(periods):
        stages = [_stage(values, m, later) for m in range(inspections + 1)]
        later = [stage["value"] for stage in stages]
    return stages[inspections] | {"ports": list(values)}


def _stage(values: Sequence[Fraction], inspections: int, later: Sequence[Fraction]) -> dict[str, Any]:
    """One period by linear programming: how many inspections to use, where, and what the violator answers.

    Unknowns: the value above the worst, a chance for each number used, and with it the cover of each port. A cover of s
    ports in all can always be drawn as s whole ports.
    """
    ports, most = len(values), min(inspections, len(values))
    worst = max(values)
    width = 1 + (most + 1) * (1 + ports)

    def used(s: int) -> int:
        return 1 + s * (1 + ports)

    limits, bounds = [], []

    def limit(bound: Fraction, *cells: tuple[int, Fraction]) -> None:
        row = [NIL] * width
        for column, cell in cells:
            row[column] += cell
        limits.append(row)
        bounds.append(bound)

    for i, value in enumerate(values):
        limit(worst - value, (0, ONE), *((used(s) + 1 + i, -2 * value) for s in range(most + 1)))
    limit(NIL, (0, ONE), *((used(s), -(later[inspections - s] + worst)) for s in range(most + 1)))
    limit(ONE, *((used(s), ONE) for s in range(most + 1)))
    for s in range(most + 1):
        limit(NIL, (used(s), Fraction(-s)), *((used(s) + 1 + i, ONE) for i in range(ports)))
        for i in range(ports):
            limit(NIL, (used(s), -ONE), (used(s) + 1 + i, ONE))
    found = highest_priced([ONE, *[NIL] * (width - 1)], limits, bounds)
    if found is None:
        raise OptionError("has no value", place="values")
    point, prices = found
    cover = [sum((point[used(s) + 1 + i] for s in range(most + 1)), NIL) for i in range(ports)]
    strategy = {
        "inspections_used": [point[used(s)] for s in range(most + 1)],
        "inspect": cover,
        "violate": list(prices[:ports]),
        "wait": prices[ports],
    }
    return {"value": point[0] - worst, "strategy": strategy}
