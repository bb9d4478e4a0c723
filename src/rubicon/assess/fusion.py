"""Fusion: from items of evidence to the probability that each ship called, with dependence and competition.

Hypotheses for each known ship: it called at the port in the window, or it did not (it passed by or stayed
elsewhere). A detection at the port is one of the known ships or none of them; each ship explains at most one
detection and each detection is at most one ship (joint probabilistic assignment, after Fortmann, Bar-Shalom
and Scheffe 1983, summed exactly here).

Dependence. Copies of one root are one vote: the root's own weight, however many copies. Different roots of one
cluster (two images of one visit, two reports that lean on one another) share their errors: n of them count as
n / (1 + (n - 1) rho) votes of average weight, the effective number of equally correlated measurements. Rho is a stated weight, tuned on
simulated cases that the published calibration does not use.

Known false results: weights that are wrong for a region or a source move every finding that uses them; a copy
that names no root and no cluster counts as a vote of its own.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from rubicon.assess.words import clamp
from rubicon.errors import OptionError
from rubicon.kernels.assignment import pairings

MOST_DETECTIONS = 12
"""Detections of one window that are paired exactly; the cost doubles with each."""
SPREAD = 2.0
"""A stated ratio may be wrong by this factor either way, nine times in ten."""
Z90 = 1.645
"""Standard deviations from the middle of a normal distribution to an end of its 90 % interval."""
Target = tuple[str, str]
"""The ship (empty for none in particular) and the detection (empty for none) that an item speaks of."""


@dataclass(frozen=True)
class Item:
    """One piece of evidence: how many times likelier it is if the ship called, or if the detection is the ship."""

    item_id: str
    ship: str
    ratio: float
    root: str = ""
    """The item that it copies; empty when it stands on its own."""
    cluster: str = ""
    """What it shares its errors with; empty when with nothing."""
    detection: str = ""
    spread: float = SPREAD
    kind: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.ratio) and self.ratio > 0):
            raise OptionError("a likelihood ratio must be above zero and finite", place=self.item_id)

    @property
    def own_root(self) -> str:
        """The root's id."""
        return self.root or self.item_id


@dataclass(frozen=True)
class Window:
    """The question: known ships with the prior that each called, and what was detected at the port."""

    priors: Mapping[str, float]
    detections: Mapping[str, float]
    """Expected number of unknown ships that would give such a detection, for each detection."""
    chance_detected: float = 0.6
    """Chance that a call in the window gives a detection."""
    misses: Mapping[str, float] | None = None
    """For each ship the chance that its call would show in looks of which the record holds all, those without a
    ship too; 0 for ships that it leaves out. None: `chance_detected` for every ship."""


@dataclass(frozen=True)
class Fused:
    """What the evidence gives."""

    called: Mapping[str, float]
    """Probability that each ship called, never 0 or 1."""
    pairs: Mapping[Target, float]
    """Probability that the detection is the ship."""
    unknown: Mapping[str, float]
    """Probability that the detection is none of the known ships."""
    unclamped: Mapping[str, float] = field(default_factory=dict, compare=False)
    """`called` before it is held between 1 and 99 %: what ratios of odds are formed from."""


@dataclass(frozen=True)
class Sensitivity:
    """How a probability hangs on its evidence."""

    low: float
    high: float
    most: str
    """The root whose removal changes the probability most; empty when nothing weighs."""
    without: float
    """The probability without it."""
    by_root: Mapping[str, float]


def fuse(window: Window, items: Iterable[Item], *, rho: float) -> Fused:
    """Fuse items with their dependence; the order of the items changes nothing.

    Raises OptionError for more detections than can be paired, and for an item that names none of the window's.
    """
    return weighed(window, pooled(window, items, rho=rho))


def pooled(window: Window, items: Iterable[Item], *, rho: float) -> dict[Target, float]:
    """Natural logarithm of the likelihood ratio for each target, after copies and clusters are counted."""
    return Tally.of(window, items, rho).logs()


def pool(logs: Sequence[float], rho: float) -> float:
    """The weight of roots that share their errors: their mean times their effective number."""
    count = len(logs)
    return math.fsum(sorted(logs)) / (1 + (count - 1) * rho) if count else 0.0


def clusters(window: Window, items: Iterable[Item]) -> dict[tuple[Target, str], dict[str, float]]:
    """Log ratio of each root, by target and cluster; a root stands alone where it names no cluster."""
    votes: dict[tuple[Target, str], dict[str, list[tuple[bool, float]]]] = {}
    for item in items:
        if (item.ship and item.ship not in window.priors) or (
            item.detection and item.detection not in window.detections
        ):
            raise OptionError(
                "speaks of a ship or a detection that the window does not have", place=item.item_id
            )
        key = (item.ship, item.detection), item.cluster or item.own_root
        own = item.item_id == item.own_root
        votes.setdefault(key, {}).setdefault(item.own_root, []).append((own, math.log(item.ratio)))
    return {
        key: {root: _vote(those) for root, those in sorted(roots.items())} for key, roots in votes.items()
    }


def _vote(copies: Sequence[tuple[bool, float]]) -> float:
    """The root's own weight where it is in the record, else the mean of its copies."""
    original = [log for own, log in copies if own]
    logs = original or [log for _, log in copies]
    return math.fsum(sorted(logs)) / len(logs)


def weighed(window: Window, logs: Mapping[Target, float]) -> Fused:
    """Probabilities from the log ratio of each target."""
    ships, found = list(window.priors), list(window.detections)
    if len(found) > MOST_DETECTIONS:
        raise OptionError(
            f"{len(found)} detections in one window, at most {MOST_DETECTIONS} are paired", place="detections"
        )
    anyone = logs.get(("", ""), 0.0)
    called = np.array([_shifted(window.priors[ship], logs.get((ship, ""), 0.0) + anyone) for ship in ships])
    misses = dict.fromkeys(ships, window.chance_detected) if window.misses is None else window.misses
    silent = called * (1 - np.array([misses.get(ship, 0.0) for ship in ships]))
    unpaired = 1 - called + silent
    ratios = np.array(
        [
            [
                called[i] * window.chance_detected / unpaired[i] * math.exp(logs.get((ship, one), 0.0))
                for one in found
            ]
            for i, ship in enumerate(ships)
        ]
    ).reshape(len(ships), len(found))
    pairs, none, _ = pairings(ratios, np.array([window.detections[one] for one in found], float))
    seen = pairs.sum(axis=1)
    posterior = seen + (1 - seen) * silent / unpaired
    return Fused(
        {ship: clamp(float(posterior[i])) for i, ship in enumerate(ships)},
        {(ship, one): float(pairs[i, j]) for i, ship in enumerate(ships) for j, one in enumerate(found)},
        {one: float(none[j]) for j, one in enumerate(found)},
        {ship: float(posterior[i]) for i, ship in enumerate(ships)},
    )


def _shifted(probability: float, log_ratio: float) -> float:
    """A probability after its odds are multiplied; held off 0 and 1 by rounding only."""
    return min(1 - 1e-12, max(1e-12, expit(math.log(probability / (1 - probability)) + log_ratio)))


@dataclass(frozen=True)
class Tally:
    """Log ratios by target, from which roots are taken and into which they are put one at a time."""

    groups: Mapping[tuple[Target, str], Mapping[str, float]]
    rho: float
    places: Mapping[str, Sequence[tuple[Target, str]]]
    """Where each root stands."""

    @classmethod
    def of(cls, window: Window, items: Iterable[Item], rho: float) -> Tally:
        """The tally of items. Raises OptionError as `fuse` does."""
        if not 0 <= rho <= 1:
            raise OptionError("rho must lie between 0 and 1", place="rho")
        groups, places = clusters(window, items), dict[str, list[tuple[Target, str]]]()
        for key, roots in groups.items():
            for root in roots:
                places.setdefault(root, []).append(key)
        return cls(groups, rho, places)

    def weighs(self, root: str) -> bool:
        """Whether a root says anything: a ratio of 1 has no error either."""
        return any(self.groups[key][root] for key in self.places.get(root, ()))

    def logs(self, roots: Container[str] | None = None) -> dict[Target, float]:
        """Log ratio of each target from some of the roots, or from all."""
        made: dict[Target, float] = {}
        for (target, _), each in sorted(self.groups.items()):
            kept = [log for root, log in each.items() if roots is None or root in roots]
            made[target] = made.get(target, 0.0) + pool(kept, self.rho)
        return made

    def moved(
        self, logs: Mapping[Target, float], root: str, among: Container[str] | None = None, step: float | None = None
    ) -> dict[Target, float]:  # fmt: skip
        """Logs without one of the roots `among` (all when None), or with its ratio moved by a step of its logarithm."""
        made = dict(logs)
        for target, cluster in self.places.get(root, ()):
            each = self.groups[target, cluster]
            before = [(key, log) for key, log in each.items() if among is None or key in among or key == root]
            after = [
                log + (step or 0.0) if key == root else log
                for key, log in before
                if key != root or step is not None
            ]
            whole = pool([log for _, log in before], self.rho)
            made[target] = made.get(target, 0.0) - whole + pool(after, self.rho)
        return made


def sensitivity(window: Window, items: Sequence[Item], ship: str, *, rho: float) -> Sensitivity:
    """The probability of one ship without each root in turn, and its interval when every ratio may be wrong.

    The interval moves each root by the factor `spread` of its items, one by one, and adds the moves in quadrature.
    """
    tally = Tally.of(window, items, rho)
    logs = tally.logs()
    base = weighed(window, logs).unclamped[ship]
    spread = {item.own_root: item.spread for item in items}
    by_root, variance = {}, 0.0
    for root in filter(tally.weighs, tally.places):
        by_root[root] = weighed(window, tally.moved(logs, root)).unclamped[ship]
        step = math.log(spread[root]) / Z90
        tried = weighed(window, tally.moved(logs, root, step=step)).unclamped[ship]
        variance += (logit(tried) - logit(base)) ** 2
    return told(base, by_root, variance)


def told(base: float, by_root: Mapping[str, float], variance: float) -> Sensitivity:
    """Interval and most telling root from the probability without each root and the variance of its log odds."""
    width = Z90 * math.sqrt(variance)
    most = min(by_root, key=lambda root: (-abs(logit(by_root[root]) - logit(base)), root), default="")
    if most and abs(logit(by_root[most]) - logit(base)) < 1e-9:
        most = ""
    return Sensitivity(
        clamp(expit(logit(base) - width)), clamp(expit(logit(base) + width)), most,
        clamp(by_root.get(most, base)), {root: clamp(p) for root, p in by_root.items()},
    )  # fmt: skip


def logit(probability: float) -> float:
    """Log odds, of a probability held off 0 and 1 by rounding only."""
    held = min(1 - 1e-12, max(1e-12, probability))
    return math.log(held / (1 - held))


def expit(log_odds: float) -> float:
    """The probability of log odds."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, log_odds))))


def without_dependence(items: Iterable[Item]) -> list[Item]:
    """The same items as if each were a vote of its own: what fusion would say if it believed every copy."""
    return [replace(item, root="", cluster="") for item in items]
