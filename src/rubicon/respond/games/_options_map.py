"""Where an option deters: region maps over two assumptions, and tipping points of each assumption alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

from rubicon.respond.games._options_file import BACKED_DOWN, CONTEST, OUTCOMES, Assumption, Game, Option
from rubicon.respond.games._options_play import STATUSES, coalition_worth, continuations, play, status

SCANNED = 9
"""Points of a range at which an assumption's status is asked before the change is closed in on."""
HALVINGS = 24
EDGE = 10**6
"""A change that is nearer to an end of the range than this part of it belongs to the end alone."""
FINEST = 101
Values = Mapping[str, Fraction]


@dataclass(frozen=True)
class Tip:
    """A value of one assumption at which an option's status changes, all others as stated."""

    option: str
    assumption: str
    at: Fraction
    exact: bool
    """Whether somebody is indifferent at exactly this value; else it is the middle of a very small interval."""
    below: str
    above: str


def region_map(game: Game, options: Sequence[Option], axes: tuple[str, str], cells: int) -> dict[str, Any]:
    """Status of options at the middles of `cells` x `cells` cells, each solved exactly; rows run from low y to high."""
    across, up = (middles(game.assumptions[axis], cells) for axis in axes)
    folded = [option.fold(game.values, *axes) for option in options]
    rows: dict[str, list[list[str]]] = {option.entry.id: [] for option in options}
    best: list[list[str]] = []
    for y in up:
        line: dict[str, list[str]] = {each: [] for each in rows}
        best.append([])
        for x in across:
            at = {axes[0]: x, axes[1]: y}
            worst = {}
            for option in folded:
                found = play(option, at)
                line[option.entry.id].append(status(found))
                if len(folded) > 1:
                    worst[option.entry.id] = min(coalition_worth(option, at, each) for each in found)
            best[-1].append(_first_best(worst))
        for name, cells_ in line.items():
            rows[name].append(cells_)
    return {
        "axes": [_axis(game.assumptions[axis], game.values[axis]) for axis in axes],
        "cells": cells,
        "options": {name: _shown(grid, across, up) for name, grid in rows.items()},
        "safest": best if len(folded) > 1 else None,
    }


def middles(assumption: Assumption, cells: int) -> list[Fraction]:
    """Middles of equal parts of an assumption's range."""
    step = (assumption.high - assumption.low) / cells
    return [assumption.low + step * (2 * i + 1) / 2 for i in range(cells)]


def _axis(assumption: Assumption, value: Fraction) -> dict[str, Any]:
    return {
        "assumption": assumption.id, "label": assumption.words, "low": assumption.low, "high": assumption.high, "value": value,
        "meaning": assumption.meaning,
    }  # fmt: skip


def _first_best(worst: Mapping[str, Fraction]) -> str:
    return max(worst, key=lambda name: worst[name]) if worst else ""


def _shown(grid: list[list[str]], across: list[Fraction], up: list[Fraction]) -> dict[str, Any]:
    """A grid with the share of each status and one point that has it."""
    counts = Counter(cell for row in grid for cell in row)
    total = len(across) * len(up)
    sample: dict[str, list[Fraction]] = {}
    for y, row in zip(up, grid, strict=True):
        for x, cell in zip(across, row, strict=True):
            sample.setdefault(cell, [x, y])
    regions = [
        {"status": each, "share_of_map": Fraction(counts[each], total), "for_example": sample[each]}
        for each in STATUSES
        if counts[each]
    ]
    return {"rows": grid, "regions": regions}


def tips(game: Game, option: Option) -> Iterator[Tip]:
    """Every change of status along each assumption's range, ends left out.

    Changes that lie between two scanned points and undo each other are missed.
    """
    for name, assumption in game.assumptions.items():
        if name in option.names and assumption.low < assumption.high:
            found = _along(option.fold(game.values, name), assumption, game.values[name])
            edge = (assumption.high - assumption.low) / EDGE
            yield from (
                each for each in _merged(found) if assumption.low + edge < each.at < assumption.high - edge
            )


def _along(option: Option, assumption: Assumption, now: Fraction) -> list[Tip]:
    name, low, span = assumption.id, assumption.low, assumption.high - assumption.low

    @cache
    def at(value: Fraction) -> str:
        return status(play(option, {name: value}))

    points = sorted({now, *(low + span * i / SCANNED for i in range(SCANNED + 1))})
    made = []
    for first, second in pairwise(points):
        if at(first) != at(second):
            a, b = _closed_in(first, second, at)
            value, exact = _within(a, b, option, name)
            low_side, high_side = max(value - (b - a), low), min(value + (b - a), assumption.high)
            made.append(Tip(option.entry.id, name, value, exact, at(low_side), at(high_side)))
    return made


def _merged(found: Sequence[Tip]) -> list[Tip]:
    """Two changes at one value, where a scanned point was itself a tie, are one change or none."""
    made: list[Tip] = []
    for each in found:
        first = made.pop() if made and made[-1].at == each.at else each
        made.append(replace(each, below=first.below))
    return [each for each in made if each.below != each.above]


def _closed_in(low: Fraction, high: Fraction, at: Any) -> tuple[Fraction, Fraction]:
    """A very small interval with different status at its ends."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if at(middle) == at(low):
            low = middle
        else:
            high = middle
    return low, high


def _within(low: Fraction, high: Fraction, option: Option, name: str) -> tuple[Fraction, bool]:
    """The simplest fraction of an interval if somebody is indifferent there, else its middle."""
    value = simplest(low, high)
    exact = any(not number for number in decisive(option, {name: value}))
    return (value, True) if exact else ((low + high) / 2, False)


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction of smallest denominator in a closed interval (Stern-Brocot)."""
    if low > high:
        raise ValueError("an empty interval")
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest(-high, -low)
    whole = -(-low.numerator // low.denominator)
    if whole <= high:
        return Fraction(whole)
    below = whole - 1
    return below + 1 / simplest(1 / (high - below), 1 / (low - below))


def decisive(option: Option, values: Values) -> Iterator[Fraction]:
    """The numbers whose sign decides what is played; where one is zero, somebody is indifferent."""
    for outcome in OUTCOMES:
        worth = sorted(each.at(values) for (at, _), each in option.onlooker.items() if at == outcome)
        yield from (b - a for a, b in pairwise(worth[-2:]))
    for threat, seen, _ in continuations(option, values):
        for kind in (0, 1):
            first, second = (option.mover[kind, o, seen[o]].at(values) for o in (CONTEST, BACKED_DOWN))
            yield first - second
        yield from threat.decisive()
