"""One threat under doubt on both sides: may transfer, may be made to pay for it (after Kilgour and Zagare 1991).

The mover is determined or an opportunist, the coalition resolved or not; each knows itself alone. The mover transfers
or holds; after a transfer the coalition carries out its threat or lets go. No order of payoffs is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

Pair = tuple[Fraction, Fraction]
NIL, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Threat:
    """Chances and payoffs. Pairs of the mover are (determined, opportunist), of the coalition (resolved, not)."""

    determined: Fraction
    """Probability that the mover is determined."""
    credibility: Fraction
    """Probability that the coalition is resolved."""
    hold: Pair
    let_go: Pair
    fight: Pair
    """The mover's payoffs: it holds; it transfers and is let go; it transfers and the threat is carried out."""
    stay: Pair
    """The coalition's payoff when it lets go."""
    act: tuple[Pair, Pair]
    """The coalition's payoff when it carries out: (resolved, not), each against (determined, opportunist)."""

    @cached_property
    def _tempted(self) -> tuple[Pair, Pair]:
        """Each mover's gain from a transfer when it is let go for sure, and what being made to pay changes."""
        free = (self.let_go[0] - self.hold[0], self.let_go[1] - self.hold[1])
        return free, (self.fight[0] - self.let_go[0], self.fight[1] - self.let_go[1])

    @cached_property
    def _resolved(self) -> tuple[Pair, Pair]:
        """Each coalition's gain from carrying out against an opportunist, and what a determined mover changes."""
        (a, b), (c, d) = self.act
        return (b - self.stay[0], d - self.stay[1]), (a - b, c - d)

    def temptation(self, carried_out: Fraction) -> Pair:
        """What each mover gains by a transfer, given the probability that the threat is carried out."""
        return _line(self._tempted, carried_out)

    def resolve(self, belief: Fraction) -> Pair:
        """What each coalition gains by carrying out, given its belief that the mover is determined."""
        return _line(self._resolved, belief)

    def carried_out(self, carry_out: Pair) -> Fraction:
        """Probability that the threat is carried out, as the mover sees it."""
        return self.credibility * carry_out[0] + (1 - self.credibility) * carry_out[1]

    def transferred(self, transfer: Pair) -> Fraction:
        """Probability of a transfer in the model; it follows from the assumptions and forecasts nothing."""
        return self.determined * transfer[0] + (1 - self.determined) * transfer[1]

    def decisive(self) -> Iterator[Fraction]:
        """Gains whose sign decides what is played: against pure answers, and where the other kind is indifferent."""
        for at, line in ((self._sure_answers(), self.temptation), (self._sure_beliefs(), self.resolve)):
            for sure in at:
                yield from line(sure)
            for kind, root in enumerate(_root(line(NIL)[k], line(ONE)[k]) for k in (0, 1)):
                if root is not None:
                    yield line(root)[1 - kind]

    def _sure_answers(self) -> tuple[Fraction, ...]:
        return NIL, ONE, self.credibility, 1 - self.credibility

    def _sure_beliefs(self) -> tuple[Fraction, ...]:
        return NIL, ONE, self.determined


@dataclass(frozen=True)
class Profile:
    """A strategy for each kind of player, and what the coalition may believe when it sees a transfer."""

    transfer: Pair
    carry_out: Pair
    belief: Pair
    """Lowest and highest belief that the mover is determined; both ends are one where Bayes' rule fixes it."""


def equilibria(threat: Threat) -> list[Profile]:
    """All extreme perfect Bayesian equilibria: every other one of the same kind lies between them.

    Strategies of the mover are cut by the lines on which a coalition is indifferent, those of the coalition by the
    lines on which a mover is; equilibria sit on corners of the cells, so trying each pair of corners finds all.
    """
    answers = [(y, threat.temptation(carried)) for y, carried in _answers(threat).items()]
    found = []
    for x, belief in _moves(threat).items():
        able = [y for y, gains in answers if _best(x[0], gains[0]) and _best(x[1], gains[1])]
        wants = None if belief is None or not able else threat.resolve(belief)
        for y in able:
            if belief is None:
                held = _supported(threat, y)
            else:
                fits = wants is not None and _best(y[0], wants[0]) and _best(y[1], wants[1])
                held = (belief, belief) if fits else None
            if held is not None:
                found.append(Profile(x, y, held))
    return found


def gap(threat: Threat, profile: Profile) -> Fraction:
    """The most that any kind of player could gain by its other action; zero exactly at an equilibrium."""
    gains = threat.temptation(threat.carried_out(profile.carry_out))
    most = [_regret(profile.transfer[k], gains[k]) for k in (0, 1)]
    for belief in profile.belief:
        most += [_regret(profile.carry_out[j], threat.resolve(belief)[j]) for j in (0, 1)]
    return max(most)


def margin(threat: Threat) -> Fraction:
    """What the less deterred kind of mover loses by a transfer when a transfer teaches the coalition nothing."""
    acts = [ONE if gain >= 0 else NIL for gain in threat.resolve(threat.determined)]
    return -max(threat.temptation(threat.carried_out((acts[0], acts[1]))))


def _regret(played: Fraction, gain: Fraction) -> Fraction:
    """What is lost by playing an action with this probability when it gains this much over the other."""
    return max((1 - played) * gain, -played * gain)


def _best(played: Fraction, gain: Fraction) -> bool:
    return gain == 0 or played == (gain > 0)


def _moves(threat: Threat) -> dict[Pair, Fraction | None]:
    """Corners of the cells of the mover's strategies, with what a transfer then teaches."""
    p = threat.determined
    corners: dict[Pair, Fraction | None] = {
        (NIL, NIL): None, (ONE, NIL): ONE if p else None, (NIL, ONE): NIL if p < 1 else None, (ONE, ONE): p,
    }  # fmt: skip
    for belief in _roots(threat.resolve(NIL), threat.resolve(ONE)):
        if 0 < belief < 1 and 0 < p < 1 and belief != p:
            ratio = p * (1 - belief) / ((1 - p) * belief)
            corners[(ONE, ratio) if ratio < 1 else (1 / ratio, ONE)] = belief
    return corners


def _answers(threat: Threat) -> dict[Pair, Fraction]:
    """Corners of the cells of the coalition's strategies, with the probability that the threat is carried out."""
    q = threat.credibility
    corners = {(NIL, NIL): NIL, (ONE, NIL): q, (NIL, ONE): 1 - q, (ONE, ONE): ONE}
    for target in _roots(threat.temptation(NIL), threat.temptation(ONE)):
        for fixed in (NIL, ONE):
            if q < 1 and 0 <= (free := (target - q * fixed) / (1 - q)) <= 1:
                corners[fixed, free] = target
            if q > 0 and 0 <= (free := (target - (1 - q) * fixed) / q) <= 1:
                corners[free, fixed] = target
    return corners


def _line(of: tuple[Pair, Pair], at: Fraction) -> Pair:
    start, slope = of
    if not at:
        return start
    return start[0] + at * slope[0], start[1] + at * slope[1]


def _roots(at_nil: Pair, at_one: Pair) -> list[Fraction]:
    return [root for k in (0, 1) if (root := _root(at_nil[k], at_one[k])) is not None]


def _root(at_nil: Fraction, at_one: Fraction) -> Fraction | None:
    """Where a line between two values at 0 and 1 is zero; None when it does not cross within."""
    if at_nil == at_one or ((at_nil > 0) == (at_one > 0) and at_nil and at_one):
        return None
    return at_nil / (at_nil - at_one)


def _supported(threat: Threat, carry_out: Pair) -> Pair | None:
    """The beliefs under which both coalitions would act so; None when there are none."""
    low, high = NIL, ONE
    for j in (0, 1):
        at_nil, at_one = threat.resolve(NIL)[j], threat.resolve(ONE)[j]
        for sign in [1] * (carry_out[j] > 0) + [-1] * (carry_out[j] < 1):
            first, last = sign * at_nil, sign * at_one
            if first < 0 and last < 0:
                return None
            root = _root(first, last)
            if first < 0 and root is not None:
                low = max(low, root)
            if last < 0 and root is not None:
                high = min(high, root)
    return (low, high) if low <= high else None
