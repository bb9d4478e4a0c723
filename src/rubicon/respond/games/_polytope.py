"""Corners and best points of polytopes in whole numbers: pivots without division but by the last pivot (Bareiss 1968).

Leaving rows are chosen lexicographically (Dantzig, Orden and Wolfe 1955), which ends every walk and reaches every corner
of a degenerate polytope too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from rubicon.errors import OptionError

MOST_BASES = 8_000
"""Bases that one enumeration may visit; a game of nine by nine strategies has some thousands at most."""
Rows = Sequence[Sequence[Fraction]]


@dataclass
class Tableau:
    """Rows (variables..., slacks..., right side) in whole numbers over `head`, and the variable basic in each row."""

    rows: list[list[int]]
    basis: list[int]
    head: int = 1

    @classmethod
    def of(cls, limits: Rows, bounds: Sequence[Fraction]) -> Tableau:
        """Start of {x >= 0: limits x <= bounds} with bounds of no negative number; each row is scaled alone."""
        made = []
        for i, (row, bound) in enumerate(zip(limits, bounds, strict=True)):
            scale = lcm(*(cell.denominator for cell in (*row, bound)))
            slack = [int(i == j) for j in range(len(limits))]
            made.append([*(int(cell * scale) for cell in row), *slack, int(bound * scale)])
        width = len(limits[0])
        return cls(made, [width + i for i in range(len(limits))])

    @property
    def columns(self) -> int:
        """Number of variables and slacks."""
        return len(self.rows[0]) - 1

    def leaving(self, column: int) -> int | None:
        """The row that a column would replace; None when nothing stops it."""
        able = [i for i, row in enumerate(self.rows) if row[column] > 0]
        best: int | None = None
        for i in able:
            if best is None or self._before(i, best, column):
                best = i
        return best

    def _before(self, first: int, second: int, column: int) -> bool:
        """Whether one row's ratios come before another's: right side first, then the slacks in order."""
        a, b = self.rows[first], self.rows[second]
        slacks = range(self.columns - len(self.rows), self.columns)
        for j in (self.columns, *slacks):
            left, right = a[j] * b[column], b[j] * a[column]
            if left != right:
                return bool(left < right)
        return False

    def pivoted(self, row: int, column: int) -> Tableau:
        """The neighbour in which a column has replaced a row's variable."""
        chosen = self.rows[row]
        by = chosen[column]
        made = [
            chosen
            if i == row
            else [(cell * by - each[column] * over) // self.head for cell, over in zip(each, chosen, strict=True)]
            for i, each in enumerate(self.rows)
        ]  # fmt: skip
        return Tableau(made, [*self.basis[:row], column, *self.basis[row + 1 :]], by)

    def point(self, size: int) -> tuple[Fraction, ...]:
        """Values of the first `size` variables."""
        values = [Fraction(0)] * self.columns
        for row, variable in zip(self.rows, self.basis, strict=True):
            values[variable] = Fraction(row[-1], row[variable])
        return tuple(values[:size])


def corners(limits: Rows, bounds: Sequence[Fraction]) -> Iterator[tuple[Fraction, ...]]:
    """All corners of {x >= 0: limits x <= bounds}, bounds positive, each once, the origin first.

    Raises OptionError when more than MOST_BASES bases would be visited.
    """
    start = Tableau.of(limits, bounds)
    size, seen = len(limits[0]), {frozenset(start.basis)}
    waiting, shown = [start], set()
    while waiting:
        here = waiting.pop()
        point = here.point(size)
        if point not in shown:
            shown.add(point)
            yield point
        for column in set(range(here.columns)) - set(here.basis):
            row = here.leaving(column)
            if row is None:
                continue
            basis = frozenset({*here.basis, column} - {here.basis[row]})
            if basis not in seen:
                if len(seen) >= MOST_BASES:
                    raise OptionError("the game is too large for every equilibrium to be listed", place=f"{len(seen)} corners")  # fmt: skip
                seen.add(basis)
                waiting.append(here.pivoted(row, column))


def highest(
    worth: Sequence[Fraction], limits: Rows, bounds: Sequence[Fraction]
) -> tuple[Fraction, ...] | None:
    """A best point of {x >= 0: limits x <= bounds} for bounds of no negative number; None when there is no end."""
    found = highest_priced(worth, limits, bounds)
    return found and found[0]


def highest_priced(
    worth: Sequence[Fraction], limits: Rows, bounds: Sequence[Fraction]
) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]] | None:
    """A best point and the price of each limit, which is the other player's answer in a game of two.

    The simplex method with Bland's rule for what enters and the lexicographic rule for what leaves.
    """
    size = len(worth)
    here = Tableau.of(limits, bounds)
    scales = [
        lcm(*(cell.denominator for cell in (*row, bound))) for row, bound in zip(limits, bounds, strict=True)
    ]
    price = [*worth, *([Fraction(0)] * len(limits))]
    while True:
        basic = set(here.basis)
        gains = {j: _gain(here, price, j) for j in range(here.columns) if j not in basic}
        entering = next((j for j, gain in gains.items() if gain > 0), None)
        if entering is None:
            prices = (-gains.get(size + i, Fraction(0)) * scale for i, scale in enumerate(scales))
            return here.point(size), tuple(prices)
        row = here.leaving(entering)
        if row is None:
            return None
        here = here.pivoted(row, entering)


def _gain(here: Tableau, price: Sequence[Fraction], column: int) -> Fraction:
    """What the objective gains by one unit of a variable that is not basic."""
    paid = (
        price[variable] * Fraction(row[column], row[variable])
        for row, variable in zip(here.rows, here.basis, strict=True)
        if row[column] and price[variable]
    )
    return price[column] - sum(paid, Fraction(0))
