"""Analysis of competing hypotheses: a matrix of hypotheses and evidence with interval likelihoods.

Ranked twice: by inconsistency (Heuer 1999: the hypothesis with least evidence against it survives) and by Bayes.
Each cell holds how likely the evidence is under the hypothesis, as an interval. Diagnosticity is the largest
over the smallest middle likelihood of a row; 1 says nothing. Roots have one vote: rows of one root are averaged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from rubicon.assess.finding_rows import NOT_CALLED
from rubicon.assess.fusion import SPREAD
from rubicon.assess.words import clamp, words
from rubicon.errors import OptionError
from rubicon.schema import ACH_ROW, rows_to_table

AGAINST = 1 / 3
"""Evidence this much less likely than under the best-fitting hypothesis speaks against one."""
Interval = tuple[float, float]


@dataclass(frozen=True)
class Matrix:
    """Prior of each hypothesis, and for each root the interval of its likelihood under each."""

    priors: Mapping[str, float]
    roots: Mapping[str, Mapping[str, Interval]]

    def __post_init__(self) -> None:
        if len(self.priors) < 2:
            raise OptionError("at least two hypotheses are compared", place="hypotheses")
        for root, cells in self.roots.items():
            for name, (low, high) in cells.items():
                if name not in self.priors or not 0 < low <= high:
                    raise OptionError(
                        f"the likelihood under {name!r} must be an interval above zero", place=root
                    )


def middle(cell: Interval) -> float:
    """Geometric middle of an interval of likelihoods."""
    return math.sqrt(cell[0] * cell[1])


def diagnosticity(cells: Mapping[str, Interval]) -> float:
    """How much a row tells the hypotheses apart: 1 is nothing."""
    middles = [middle(cell) for cell in cells.values()]
    return max(middles) / min(middles)


def inconsistency(matrix: Matrix) -> dict[str, float]:
    """For each hypothesis the evidence against it: bits by which it fits worse than the best, where that is clear."""
    made = dict.fromkeys(matrix.priors, 0.0)
    for cells in matrix.roots.values():
        best = max(middle(cell) for cell in cells.values())
        for name, cell in cells.items():
            if middle(cell) / best <= AGAINST:
                made[name] += math.log2(best / middle(cell))
    return made


def bayes(matrix: Matrix) -> dict[str, float]:
    """Posterior of each hypothesis at the middle likelihoods."""
    logs = {
        name: math.log(prior) + math.fsum(math.log(middle(cells[name])) for cells in matrix.roots.values())
        for name, prior in matrix.priors.items()
    }
    top = max(logs.values())
    total = math.fsum(math.exp(log - top) for log in logs.values())
    return {name: math.exp(log - top) / total for name, log in logs.items()}


def bounds(matrix: Matrix) -> dict[str, Interval]:
    """Posterior of each hypothesis when every interval is read against it, and for it."""
    made = {}
    for name in matrix.priors:
        ends = []
        for own, other in ((0, 1), (1, 0)):
            roots = {
                root: {
                    key: (cell[own],) * 2 if key == name else (cell[other],) * 2
                    for key, cell in cells.items()
                }
                for root, cells in matrix.roots.items()
            }
            ends.append(clamp(bayes(Matrix(matrix.priors, roots))[name]))
        made[name] = (ends[0], ends[1])
    return made


def ranking(matrix: Matrix) -> list[str]:
    """Hypotheses by least inconsistency, then by Bayes."""
    against, posterior = inconsistency(matrix), bayes(matrix)
    return sorted(matrix.priors, key=lambda name: (round(against[name], 9), -posterior[name], name))


def key_item(matrix: Matrix) -> str | None:
    """The one root whose removal changes which hypothesis ranks first; of several the most diagnostic."""
    first = ranking(matrix)[0]
    turning = [
        (diagnosticity(cells), root)
        for root, cells in matrix.roots.items()
        if ranking(Matrix(matrix.priors, {key: each for key, each in matrix.roots.items() if key != root}))[0]
        != first
    ]
    return max(turning)[1] if turning else None


def compare(matrix: Matrix) -> dict[str, Any]:
    """The whole answer: both rankings, intervals, diagnosticity of each row, the item that turns it."""
    against, posterior, ends = inconsistency(matrix), bayes(matrix), bounds(matrix)
    return {
        "ranking": [
            {
                "hypothesis": name,
                "inconsistency_bits": against[name],
                "probability": clamp(posterior[name]),
                "probability_low": ends[name][0],
                "probability_high": ends[name][1],
                "words": words(clamp(posterior[name])),
            }
            for name in ranking(matrix)
        ],
        "by_bayes": sorted(matrix.priors, key=lambda name: (-posterior[name], name)),
        "diagnosticity": {root: diagnosticity(cells) for root, cells in matrix.roots.items()},
        "turns_on": key_item(matrix),
    }


def matrix_of(finding: Mapping[str, Any]) -> Matrix:
    """The matrix behind a finding: its hypotheses, and each weighed item with its ratio as an interval."""
    names = [one["id"] for one in finding["hypotheses"]]
    roots: dict[str, dict[str, Interval]] = {}
    for item in finding["weighed"]:
        # What speaks against a call favours every rival hypothesis alike.
        for_ = [item["favours"]] if item["favours"] in names else names[1:]
        if item["likelihood_ratio"] != 1.0 and (item["favours"] in names or item["favours"] == NOT_CALLED):
            cells = roots.setdefault(item["evidence_id"], {name: (1.0, 1.0) for name in names})
            for name in for_:
                low, high = cells[name]
                cells[name] = (
                    low * item["likelihood_ratio"] / SPREAD,
                    high * item["likelihood_ratio"] * SPREAD,
                )
    return Matrix({one["id"]: one["prior"] for one in finding["hypotheses"]}, roots)


def ach_rows(findings: pa.Table) -> pa.Table:
    """ACH_ROW cells of all findings."""
    made = []
    for finding in findings.to_pylist():
        matrix = matrix_of(finding)
        for root, cells in matrix.roots.items():
            best = max(middle(cell) for cell in cells.values())
            for name, cell in cells.items():
                made.append(
                    {
                        "finding_id": finding["finding_id"],
                        "hypothesis": name,
                        "root": root,
                        "low": cell[0] / best,
                        "high": cell[1] / best,
                        "reading": reading(middle(cell) / best, diagnosticity(cells)),
                        "diagnosticity": diagnosticity(cells),
                    }
                )
    return rows_to_table(made, ACH_ROW)


def reading(share: float, told: float) -> str:
    """What a cell says of its hypothesis."""
    if share <= AGAINST:
        return "inconsistent"
    return "consistent" if told >= 1 / AGAINST and share == 1.0 else "neutral"


def read_matrix(rows: Sequence[Mapping[str, str]], priors: Mapping[str, float] | None = None) -> Matrix:
    """A matrix from table rows `evidence, root, HYPOTHESIS...`, cells as `0.8` or `0.5-0.9`; copies of a root are averaged.

    Raises OptionError naming the row whose cell is no likelihood.
    """
    names = [name for name in rows[0] if name not in ("evidence", "root")] if rows else []
    votes: dict[str, list[dict[str, Interval]]] = {}
    for row in rows:
        cells = {name: _cell(row[name], row["evidence"]) for name in names}
        votes.setdefault(row.get("root") or row["evidence"], []).append(cells)
    averaged = {
        root: {name: _mean([cells[name] for cells in those]) for name in names}
        for root, those in votes.items()
    }
    return Matrix(priors or dict.fromkeys(names, 1 / max(len(names), 1)), averaged)


def _cell(text: str, place: str) -> Interval:
    low, dash, high = text.strip().partition("-")
    try:
        return float(low), float(high if dash else low)
    except ValueError as error:
        raise OptionError(f"{text!r} is no likelihood such as 0.8 or 0.5-0.9", place=place) from error


def _mean(cells: Sequence[Interval]) -> Interval:
    """Geometric mean of intervals."""
    low, high = (
        math.exp(math.fsum(math.log(max(cell[end], 1e-12)) for cell in cells) / len(cells)) for end in (0, 1)
    )
    return low, high
