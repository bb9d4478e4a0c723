"""What moves an option: the swing of each assumption alone, and Sobol's total effects over all ranges together.

The quantity is the margin: what the less deterred kind of mover loses by a transfer when the transfer teaches the
coalition nothing. It is positive where the option holds the transfer back in such an equilibrium. Shares are shares of
the stated ranges, not probabilities.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from rubicon.respond.games._options_file import BACKED_DOWN, CONTEST, HELD, LET_GO, Assumption, Game, Option
from rubicon.respond.games._options_play import continuations
from rubicon.respond.games._threat import margin

SAMPLES, SEED = 512, 20231213
EXTRA = "rubicon-osint[games]"
Floats = npt.NDArray[np.float64]


def margin_of(option: Option, values: Mapping[str, Fraction]) -> Fraction:
    """The least margin over all ways in which ties of the last movers may be broken."""
    return min(margin(threat) for threat, _, _ in continuations(option, values))


def swings(game: Game, option: Option) -> list[dict[str, Any]]:
    """Margin at both ends of each assumption's range, all others as stated; the widest first."""
    made = []
    for name, assumption in game.assumptions.items():
        if name in option.names and assumption.low < assumption.high:
            folded = option.fold(game.values, name)
            ends = [margin_of(folded, {name: end}) for end in (assumption.low, assumption.high)]
            made.append({"assumption": name, "at_low": ends[0], "at_high": ends[1]})
    return sorted(made, key=lambda row: -abs(row["at_high"] - row["at_low"]))


def weighed(game: Game, option: Option) -> dict[str, Any]:
    """Sobol's indices of the margin, each assumption spread evenly over its range.

    Without the extra `games` there are none, and the answer says what to install.
    """
    if importlib.util.find_spec("SALib") is None:
        return {"total_effect": None, "missing": f"pip install '{EXTRA}'"}
    sample = importlib.import_module("SALib.sample.sobol").sample
    analyze = importlib.import_module("SALib.analyze.sobol").analyze
    ranged = [each for each in game.assumptions.values() if each.id in option.names and each.low < each.high]
    names = [each.id for each in ranged]
    problem = {
        "num_vars": len(ranged),
        "names": names,
        "bounds": [[float(each.low), float(each.high)] for each in ranged],
    }
    points = sample(problem, SAMPLES, calc_second_order=False, seed=SEED)
    margins = margins_at(option, _columns(game, ranged, points))
    found = analyze(problem, margins, calc_second_order=False, seed=SEED)
    rows = [
        {"assumption": name, "total_effect": round(float(total), 3), "interval": round(float(spread), 3), "first_order": round(float(first), 3)}
        for name, total, spread, first in zip(names, found["ST"], found["ST_conf"], found["S1"], strict=True)
    ]  # fmt: skip
    return {
        "total_effect": sorted(rows, key=lambda row: -row["total_effect"]),
        "share_of_ranges_with_positive_margin": round(float(np.mean(margins > 0)), 3),
        "method": f"Sobol total effects by SALib, {len(points)} points, seed {SEED}",
    }


def _columns(game: Game, ranged: list[Assumption], points: Floats) -> dict[str, Any]:
    """Values by name: sampled ones as columns, the others as they stand."""
    fixed: dict[str, Any] = {name: float(value) for name, value in game.values.items()}
    return fixed | {each.id: points[:, i] for i, each in enumerate(ranged)}


def margins_at(option: Option, columns: Mapping[str, Any]) -> Floats:
    """Margins at many points in floating point; at a tie the first of the tied moves is taken."""
    cells = {action: None for _, action in option.onlooker}

    def chosen(outcome: str) -> Any:
        worth = [_wide(option.onlooker[outcome, action].at(columns, float), columns) for action in cells]
        return np.argmax(np.stack(worth), axis=0)

    def paid(part: Mapping[Any, Any], kind: int, outcome: str) -> Floats:
        rows = [_wide(part[kind, outcome, action].at(columns, float), columns) for action in cells]
        return np.asarray(np.choose(chosen(outcome), rows), dtype=np.float64)

    p = _wide(option.determined.at(columns, float), columns)
    q = _wide(option.credibility.at(columns, float), columns)
    presses = [paid(option.mover, k, CONTEST) >= paid(option.mover, k, BACKED_DOWN) for k in (0, 1)]
    acts = []
    for j in (0, 1):
        against = [
            np.where(presses[k], paid(option.coalition, j, CONTEST), paid(option.coalition, j, BACKED_DOWN))
            for k in (0, 1)
        ]
        acts.append(p * against[0] + (1 - p) * against[1] >= paid(option.coalition, j, LET_GO))
    carried = q * acts[0] + (1 - q) * acts[1]
    gains = []
    for k in (0, 1):
        fight = np.maximum(paid(option.mover, k, CONTEST), paid(option.mover, k, BACKED_DOWN))
        gains.append(
            (1 - carried) * paid(option.mover, k, LET_GO) + carried * fight - paid(option.mover, k, HELD)
        )
    return np.asarray(-np.maximum(gains[0], gains[1]), dtype=np.float64)


def _wide(value: Any, columns: Mapping[str, Any]) -> Floats:
    """A value as a column of the sample's length."""
    rows = max(np.size(column) for column in columns.values())
    return np.broadcast_to(np.asarray(value, dtype=np.float64), (rows,))
