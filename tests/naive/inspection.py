"""Dresher's game as its whole tree: one node for each history of inspections, nothing merged."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

History = tuple[bool, ...]
Rule = Callable[[History], Fraction]


def worth_to_violator(periods: int, inspections: int, inspect: Rule) -> Fraction:
    """The most that a violator gets who sees every past inspection, against a rule for inspecting."""

    def at(past: History) -> Fraction:
        if len(past) == periods:
            return Fraction(0)
        chance = inspect(past) if sum(past) < inspections else Fraction(0)
        strike = (1 - chance) - chance
        wait = (chance * at((*past, True)) if chance else Fraction(0)) + (1 - chance) * at((*past, False))
        return max(strike, wait)

    return at(())


def worth_to_inspector(periods: int, inspections: int, violate: Rule) -> Fraction:
    """The most that an inspector gets against a rule for violating."""

    def at(past: History) -> Fraction:
        if len(past) == periods:
            return Fraction(0)
        chance = violate(past)
        found = [-chance + (1 - chance) * at((*past, False))]
        if sum(past) < inspections:
            found.append(chance + (1 - chance) * at((*past, True)))
        return max(found)

    return at(())
