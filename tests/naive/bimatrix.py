"""Equilibria and commitments of two players by trying every corner: all choices of tight limits, solved one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

Matrix = tuple[tuple[Fraction, ...], ...]
Row = Sequence[Fraction]
NIL, ONE = Fraction(0), Fraction(1)


def extreme_equilibria(
    first: Matrix, second: Matrix
) -> set[tuple[tuple[Fraction, ...], tuple[Fraction, ...]]]:
    """All pairs of corners at which nobody gains by another pure strategy."""
    theirs = _strategies(tuple(zip(*second, strict=True)))
    ours = _strategies(first)
    return {(x, y) for x in theirs for y in ours if _best(first, y, x) and _best(tuple(zip(*second, strict=True)), x, y)}  # fmt: skip


def _best(payoff: Matrix, against: Row, played: Row) -> bool:
    worth = [_dot(row, against) for row in payoff]
    return all(value == max(worth) for value, chance in zip(worth, played, strict=True) if chance)


def _strategies(payoff: Matrix) -> list[tuple[Fraction, ...]]:
    """Mixtures over the columns at the corners of {(y, v): payoff y <= v, y >= 0, sum y = 1}."""
    size = len(payoff[0])
    limits = [[*row, -ONE, NIL] for row in payoff]
    limits += [[-ONE if i == j else NIL for i in range(size)] + [NIL, NIL] for j in range(size)]
    return list(dict.fromkeys(point[:-1] for point in corners(limits, [[*[ONE] * size, NIL, ONE]])))


def commitment_value(leader: Matrix, follower: Matrix) -> Fraction:
    """The leader's best payoff over the corners of each region in which a column is a best answer."""
    size, found = len(leader), []
    signs = [[*[-ONE if i == j else NIL for i in range(size)], NIL] for j in range(size)]
    for column in range(len(leader[0])):
        rivals = [[*(row[other] - row[column] for row in follower), NIL] for other in range(len(leader[0])) if other != column]  # fmt: skip
        for x in corners([*signs, *rivals], [[*[ONE] * size, ONE]]):
            found.append(_dot([row[column] for row in leader], x))
    return max(found)


def corners(limits: Sequence[Row], equal: Sequence[Row]) -> Iterator[tuple[Fraction, ...]]:
    """Corners of {z: a.z <= b, c.z = d}; each row holds its right side last."""
    for tight in combinations(limits, len(limits[0]) - 1 - len(equal)):
        point = solved([*equal, *tight])
        if point is not None and all(_dot(row, point) <= row[-1] for row in limits):
            yield point


def solved(rows: Sequence[Row]) -> tuple[Fraction, ...] | None:
    """The one solution of a square system; None when it is singular."""
    table = [list(row) for row in rows]
    for column in range(len(table)):
        pivot = next((row for row in range(column, len(table)) if table[row][column]), None)
        if pivot is None:
            return None
        table[column], table[pivot] = table[pivot], table[column]
        head = table[column][column]
        table[column] = [cell / head for cell in table[column]]
        for row in range(len(table)):
            if row != column and (factor := table[row][column]):
                table[row] = [a - factor * b for a, b in zip(table[row], table[column], strict=True)]
    return tuple(row[-1] for row in table)


def _dot(left: Row, right: Row) -> Fraction:
    return sum((a * b for a, b in zip(left, right, strict=False)), NIL)
