"""Inspections spread over periods, against one violation (Dresher 1962)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import comb
from typing import Any

from rubicon.errors import OptionError
from rubicon.respond.games import _ports
from rubicon.respond.games._exact import fractions, known, matrix

META = {
    "title": "Inspection game",
    "source": "Dresher 1962",
    "parameters": {
        "periods": "number of periods",
        "inspections": "number of inspections",
        "values": "values of several ports, such as [1, 1/2]; by default one port of value 1",
    },
}
MOST_PERIODS = 2000


def value(periods: int, inspections: int) -> Fraction:
    """Value to the inspector: +1 a violation caught, -1 one missed, 0 none."""
    if inspections >= periods:
        return Fraction(0)
    ways = sum(comb(periods, number) for number in range(inspections + 1))
    return Fraction(-comb(periods - 1, inspections), ways)


def first_period(periods: int, inspections: int) -> tuple[Fraction, Fraction]:
    """Probability to inspect and to violate in the first period; with enough inspections, always and never."""
    if inspections >= periods:
        return Fraction(1), Fraction(0)
    if not inspections:
        return Fraction(0), Fraction(1)
    used, kept = value(periods - 1, inspections - 1), value(periods - 1, inspections)
    return (kept + 1) / (2 - used + kept), (kept - used) / (2 - used + kept)


def solve(given: Mapping[str, Any]) -> dict[str, Any]:
    """`value` and the `strategy` of the first period; with `values`, of several ports. Raises OptionError."""
    known(given, META["parameters"])  # type: ignore[arg-type]
    ports = given.get("values")
    numbers = fractions(
        {name: value for name, value in given.items() if name != "values"},
        {"periods": None, "inspections": None},
    )
    for name, number in numbers.items():
        if number.denominator != 1 or not 0 <= number <= MOST_PERIODS:
            raise OptionError(f"must be a whole number from 0 to {MOST_PERIODS}", place=f"{name}={number}")
    periods, inspections = int(numbers["periods"]), int(numbers["inspections"])
    if not periods:
        raise OptionError("must be at least 1", place="periods=0")
    if ports is not None:
        row = matrix(f"[{ports}]" if isinstance(ports, str) else [list(ports)], "values")[0]
        return _ports.played(row, periods, inspections)
    inspect, violate = first_period(periods, inspections)
    return {"value": value(periods, inspections), "strategy": {"inspect": inspect, "violate": violate}}
