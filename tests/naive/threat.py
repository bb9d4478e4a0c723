"""A threat under doubt on both sides, by the definition: every kind, every action, every belief of a fine grid."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from rubicon.respond.games._threat import Threat

BELIEFS = [Fraction(i, 60) for i in range(61)]


def mover_worth(game: Threat, kind: int, x: Fraction, y: tuple[Fraction, Fraction]) -> Fraction:
    """What a mover of a kind expects: a sum over its own draw, the coalition's kind and its draw."""
    total = Fraction(0)
    for chance, answer in ((game.credibility, y[0]), (1 - game.credibility, y[1])):
        after = answer * game.fight[kind] + (1 - answer) * game.let_go[kind]
        total += chance * (x * after + (1 - x) * game.hold[kind])
    return total


def is_equilibrium(game: Threat, x: tuple[Fraction, Fraction], y: tuple[Fraction, Fraction]) -> bool:
    """Whether nobody gains by another action, for some belief where a transfer is not expected."""
    for kind in (0, 1):
        if any(mover_worth(game, kind, move, y) > mover_worth(game, kind, x[kind], y) for move in (Fraction(0), Fraction(1))):  # fmt: skip
            return False
    weights = (game.determined * x[0], (1 - game.determined) * x[1])
    beliefs = [weights[0] / sum(weights)] if sum(weights) else BELIEFS
    return any(_nobody_regrets(game, y, belief) for belief in beliefs)


def _nobody_regrets(game: Threat, y: tuple[Fraction, Fraction], belief: Fraction) -> bool:
    for kind in (0, 1):
        act = belief * game.act[kind][0] + (1 - belief) * game.act[kind][1]
        here = y[kind] * act + (1 - y[kind]) * game.stay[kind]
        if max(act, game.stay[kind]) > here:
            return False
    return True


def on_grid(game: Threat, steps: int) -> list[tuple[Fraction, ...]]:
    """All equilibria whose four probabilities are multiples of 1/steps."""
    marks = [Fraction(i, steps) for i in range(steps + 1)]
    return [
        each
        for each in product(marks, repeat=4)
        if is_equilibrium(game, (each[0], each[1]), (each[2], each[3]))
    ]
