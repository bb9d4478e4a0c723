"""Exact arithmetic that the games share: fractions from text, matrices, all equilibria of two players."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from rubicon.errors import OptionError
from rubicon.respond.games._polytope import corners

Matrix = tuple[tuple[Fraction, ...], ...]
_NUMBER = re.compile(r"[+-]?[0-9]{0,60}(\.[0-9]{0,60})?(e[+-]?[0-9]{1,2})?", re.IGNORECASE)
_CELL = re.compile(r"[^\[\],]*[^\[\],\s][^\[\],]*")


def fraction(value: Any, place: str) -> Fraction:
    """A number or a text such as 3/5 or 0.1, exactly. Raises OptionError."""
    over, slash, under = str(value).partition("/")
    try:
        return _number(over) / _number(under) if slash else _number(over)
    except (ValueError, ZeroDivisionError):
        raise OptionError("expected a number such as 3, 0.1 or 3/5", place=f"{place}={value}") from None


def _number(text: str) -> Fraction:
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(text)
    return Fraction(text.strip())


def fractions(given: Mapping[str, Any], defaults: Mapping[str, str | None]) -> dict[str, Fraction]:
    """All parameters as fractions; None as default means that it must be given. Raises OptionError."""
    known(given, defaults)
    values = {name: given.get(name, default) for name, default in defaults.items()}
    if missing := [name for name, value in values.items() if value is None]:
        raise OptionError("must be set", place=", ".join(missing))
    return {name: fraction(value, name) for name, value in values.items()}


def known(given: Mapping[str, Any], names: Mapping[str, Any]) -> None:
    """Raises OptionError for a parameter that the game does not have."""
    if wrong := [name for name in given if name not in names]:
        raise OptionError(f"unknown parameter; there are {', '.join(names)}", place=", ".join(wrong))


def share(value: Fraction, place: str) -> Fraction:
    """A fraction from 0 to 1. Raises OptionError."""
    if not 0 <= value <= 1:
        raise OptionError("must lie between 0 and 1", place=f"{place}={value}")
    return value


def matrix(value: Any, place: str) -> Matrix:
    """A matrix with rows of one length, also as text whose cells are fractions. Raises OptionError."""
    if isinstance(value, str):
        try:
            value = json.loads(_CELL.sub(lambda cell: json.dumps(cell.group().strip(" \"'\t\n")), value))
        except json.JSONDecodeError:
            raise OptionError("expected rows such as [[2,4],[1/2,3]]", place=f"{place}={value}") from None
    shaped = isinstance(value, list) and value and all(isinstance(row, list) and row for row in value)
    if not shaped or len({len(row) for row in value}) != 1:
        raise OptionError("expected rows of one length such as [[2,4],[1,3]]", place=place)
    return tuple(tuple(fraction(cell, place) for cell in row) for row in value)


def equilibria(first: Matrix, second: Matrix) -> list[tuple[tuple[Fraction, ...], tuple[Fraction, ...]]]:
    """All extreme equilibria of a bimatrix game, degenerate or not: pairs of corners that have every label.

    After Mangasarian 1964 and von Stengel 2002; each gap is zero by test. Raises OptionError for a game too large.
    """
    rows, columns = len(first), len(first[0])
    ours = _labelled(tuple(zip(*second, strict=True)), 0, rows)
    theirs = _labelled(first, rows, 0)
    every = frozenset(range(rows + columns))
    found = [(x, y) for x, has in ours for y, lacks in theirs if has | lacks == every]
    return [(x, y) for x, y in found if best_response_gap(first, second, x, y) == 0]


def _labelled(
    payoff: Matrix, own_from: int, other_from: int
) -> list[tuple[tuple[Fraction, ...], frozenset[int]]]:
    """Mixtures over the columns with labels: own strategies not played, and rows that are best answers."""
    least = min(min(row) for row in payoff)
    raised = [[cell - least + 1 for cell in row] for row in payoff]
    made = []
    for point in corners(raised, [Fraction(1)] * len(raised)):
        total = sum(point, Fraction(0))
        if total:
            unused = {own_from + i for i, value in enumerate(point) if not value}
            tight = {other_from + i for i, row in enumerate(raised) if _dot(row, point) == 1}
            made.append((tuple(value / total for value in point), frozenset(unused | tight)))
    return made


def best_response_gap(
    first: Matrix, second: Matrix, x: Sequence[Fraction], y: Sequence[Fraction]
) -> Fraction:
    """The most that either player could gain by another pure strategy; zero exactly at an equilibrium."""
    rows = [_dot(row, y) for row in first]
    columns = [_dot(column, x) for column in zip(*second, strict=True)]
    return max(max(rows) - _dot(rows, x), max(columns) - _dot(columns, y))


def _dot(left: Sequence[Fraction], right: Sequence[Fraction]) -> Fraction:
    """The sum of products over the shorter length, so that a limit's right side stays out."""
    return sum((a * b for a, b in zip(left, right, strict=False)), Fraction(0))
