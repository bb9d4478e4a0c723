"""A leader who commits first, against both moving at once (Conitzer and Sandholm 2006)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from rubicon.errors import OptionError
from rubicon.respond.games._exact import Matrix, equilibria, known, matrix, vertices

META = {
    "title": "Strong Stackelberg commitment",
    "source": "Conitzer and Sandholm 2006",
    "parameters": {
        "leader": "payoffs, a row for each action of the leader",
        "follower": "payoffs in the same shape",
    },
}


def solve(given: Mapping[str, Any]) -> dict[str, Any]:
    """`nash_values` to the leader at all extreme equilibria, `commitment_value` and `commitment`. Raises OptionError."""
    known(given, META["parameters"])  # type: ignore[arg-type]
    leader, follower = (matrix(given.get(name), name) for name in ("leader", "follower"))
    if (len(leader), len(leader[0])) != (len(follower), len(follower[0])):
        raise OptionError("leader and follower need the same shape", place="follower")
    both = equilibria(leader, follower)
    values = sorted({_payoff(leader, x, y) for x, y in both})
    best, mixture, answer = max(_commitments(leader, follower), key=lambda found: found[0])
    return {
        "nash_values": values,
        "equilibria": [{"leader": x, "follower": y} for x, y in both],
        "commitment_value": best,
        "commitment": mixture,
        "follower_answers": answer,
    }


def _commitments(leader: Matrix, follower: Matrix) -> list[tuple[Fraction, tuple[Fraction, ...], int]]:
    """The leader's payoff at each corner of the region where a column is a best answer: ties go to the leader."""
    size, nil, one = len(leader), Fraction(0), Fraction(1)
    signs = [[*[-one if i == j else nil for i in range(size)], nil] for j in range(size)]
    made = []
    for column in range(len(leader[0])):
        rivals = [
            [*(row[other] - row[column] for row in follower), nil]
            for other in range(len(leader[0]))
            if other != column
        ]
        for x in vertices([*signs, *rivals], [[*[one] * size, one]]):
            made.append((sum((p * row[column] for p, row in zip(x, leader, strict=True)), nil), x, column))
    return made


def _payoff(payoffs: Matrix, x: tuple[Fraction, ...], y: tuple[Fraction, ...]) -> Fraction:
    return sum((p * q * payoffs[i][j] for i, p in enumerate(x) for j, q in enumerate(y)), Fraction(0))
