"""Exact arithmetic that the games share: fractions from text, linear systems, vertices, equilibria of two players."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import comb
from typing import Any

from rubicon.errors import OptionError

Matrix = tuple[tuple[Fraction, ...], ...]
_NUMBER = re.compile(r"[+-]?[0-9]{0,60}(\.[0-9]{1,60})?(/[0-9]{1,60})?(e[+-]?[0-9]{1,2})?", re.IGNORECASE)
_CELL = re.compile(r"[^\[\],\s]+")
MOST_VERTICES = 60_000
"""Candidate vertices that one question may try; a square game of eight rows needs 12,870."""


def fraction(value: Any, place: str) -> Fraction:
    """A number or a text such as 3/5 or 0.1, exactly. Raises OptionError."""
    text = str(value).strip()
    try:
        if not _NUMBER.fullmatch(text):
            raise ValueError(text)
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise OptionError("expected a number such as 3, 0.1 or 3/5", place=f"{place}={value}") from None


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
            value = json.loads(_CELL.sub(lambda cell: json.dumps(cell.group()), value))
        except json.JSONDecodeError:
            raise OptionError("expected rows such as [[2,4],[1/2,3]]", place=f"{place}={value}") from None
    shaped = isinstance(value, list) and value and all(isinstance(row, list) and row for row in value)
    if not shaped or len({len(row) for row in value}) != 1:
        raise OptionError("expected rows of one length such as [[2,4],[1,3]]", place=place)
    return tuple(tuple(fraction(cell, place) for cell in row) for row in value)


def solve_linear(rows: Sequence[Sequence[Fraction]]) -> tuple[Fraction, ...] | None:
    """The one solution of a square system given as rows with their right side; None when it is singular."""
    table = [list(row) for row in rows]
    size = len(table)
    for column in range(size):
        pivot = next((row for row in range(column, size) if table[row][column]), None)
        if pivot is None:
            return None
        table[column], table[pivot] = table[pivot], table[column]
        head = table[column][column]
        table[column] = [cell / head for cell in table[column]]
        for row in range(size):
            if row != column and (factor := table[row][column]):
                table[row] = [a - factor * b for a, b in zip(table[row], table[column], strict=True)]
    return tuple(row[-1] for row in table)


def vertices(
    limits: Sequence[Sequence[Fraction]], equal: Sequence[Sequence[Fraction]] = ()
) -> Iterator[tuple[Fraction, ...]]:
    """Corners of {z: a.z <= b for each limit, a.z = b for each equality}; each row is (a..., b).

    Raises OptionError when more candidates than MOST_VERTICES would have to be tried.
    """
    chosen = len(limits[0]) - 1 - len(equal)
    if comb(len(limits), chosen) > MOST_VERTICES:
        raise OptionError("the game is too large for exact enumeration", place=f"{len(limits)} limits")
    seen = set()
    for tight in combinations(limits, chosen):
        point = solve_linear([*equal, *tight])
        if point is not None and point not in seen and all(_dot(row, point) <= row[-1] for row in limits):
            seen.add(point)
            yield point


def equilibria(first: Matrix, second: Matrix) -> list[tuple[tuple[Fraction, ...], tuple[Fraction, ...]]]:
    """All extreme equilibria of a bimatrix game, degenerate or not (Mangasarian 1964); each gap is zero by test."""
    rows, columns = len(first), len(first[0])
    theirs = _strategies(tuple(zip(*second, strict=True)))
    ours = _strategies(first)
    return [
        (x, y)
        for x in theirs
        for y in ours
        if best_response_gap(first, second, x, y) == 0 and len(x) == rows and len(y) == columns
    ]


def _strategies(payoff: Sequence[Sequence[Fraction]]) -> list[tuple[Fraction, ...]]:
    """Mixtures over the columns at the corners of {(y, v): payoff y <= v, y >= 0, sum y = 1}."""
    size = len(payoff[0])
    one, nil = Fraction(1), Fraction(0)
    limits = [[*row, -one, nil] for row in payoff]
    limits += [[-one if i == j else nil for i in range(size)] + [nil, nil] for j in range(size)]
    found = vertices(limits, [[*[one] * size, nil, one]])
    return list(dict.fromkeys(point[:-1] for point in found))


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
