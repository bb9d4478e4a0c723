"""A leader who commits first, against both moving at once (Conitzer and Sandholm 2006)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from rubicon.errors import OptionError
from rubicon.respond.games._exact import Matrix, equilibria, known, matrix
from rubicon.respond.games._polytope import highest

META = {
    "title": "Strong Stackelberg commitment",
    "source": "Conitzer and Sandholm 2006",
    "parameters": {
        "leader": "payoffs, a row for each action of the leader",
        "follower": "payoffs in the same shape",
    },
}


LARGEST = 40


def solve(given: Mapping[str, Any]) -> dict[str, Any]:
    """`nash_values` to the leader at all extreme equilibria, `commitment_value` and `commitment`.

    The follower breaks ties for the leader. Where a game is too large for all equilibria to be listed, `nash_values` is
    null and `nash_note` says why; the commitment is exact at any size up to 40 by 40. Raises OptionError.
    """
    leader, follower = bimatrix(given)
    best, mixture, answer = max(_commitments(leader, follower), key=lambda found: found[0])
    return _nash(leader, follower) | {
        "commitment_value": best,
        "commitment": mixture,
        "follower_answers": answer,
    }


def bimatrix(given: Mapping[str, Any]) -> tuple[Matrix, Matrix]:
    """Both players' payoffs. Raises OptionError."""
    known(given, META["parameters"])  # type: ignore[arg-type]
    leader, follower = (matrix(given.get(name), name) for name in ("leader", "follower"))
    if (len(leader), len(leader[0])) != (len(follower), len(follower[0])):
        raise OptionError("leader and follower need the same shape", place="follower")
    if max(len(leader), len(leader[0])) > LARGEST:
        raise OptionError(f"at most {LARGEST} actions each", place="leader")
    return leader, follower


def _nash(leader: Matrix, follower: Matrix) -> dict[str, Any]:
    try:
        both = equilibria(leader, follower)
    except OptionError as error:
        return {"nash_values": None, "nash_note": error.reason}
    return {
        "nash_values": sorted({_payoff(leader, x, y) for x, y in both}),
        "equilibria": [{"leader": x, "follower": y} for x, y in both],
    }


def _commitments(leader: Matrix, follower: Matrix) -> list[tuple[Fraction, tuple[Fraction, ...], int]]:
    """For each column that can be a best answer, the leader's best commitment to it, by linear programming.

    A mixture sums to one: the sum may fall short of it, for a payoff raised above zero makes every shortfall dear.
    """
    made = []
    for column in range(len(leader[0])):
        rivals = [
            [row[other] - row[column] for row in follower]
            for other in range(len(leader[0]))
            if other != column
        ]
        least = min(row[column] for row in leader)
        worth = [row[column] - least + 1 for row in leader]
        limits = [[Fraction(1)] * len(leader), *rivals]
        x = highest(worth, limits, [Fraction(1), *[Fraction(0)] * len(rivals)])
        if x is not None and sum(x) == 1:
            made.append(
                (sum((p * row[column] for p, row in zip(x, leader, strict=True)), Fraction(0)), x, column)
            )
    return made


def _payoff(payoffs: Matrix, x: tuple[Fraction, ...], y: tuple[Fraction, ...]) -> Fraction:
    return sum((p * q * payoffs[i][j] for i, p in enumerate(x) for j, q in enumerate(y)), Fraction(0))
