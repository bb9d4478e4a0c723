"""One question decided: ships that may have called, what was seen at the port, and each piece of evidence for or against.

Every question of a case goes this way. `assess.likelihoods` turns the tables into pieces, `assess.fusion` weighs
them with their dependence and lets ships and detections compete, and a verdict says what came out: the
probability, what each piece added, its interval, and the piece whose removal changes it most.

A piece is what one source shows: a gap, a look, a claim and its copies, a ship seen in scenes. The ratio printed
beside it is by how much the odds changed when it was added after the pieces before it, so that the printed ratios
times the prior odds give the printed probability (before that is held between 1 and 99 %).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rubicon.assess.fusion import SPREAD, Z90, Fused, Item, Sensitivity, Tally, Window, logit, told, weighed
from rubicon.assess.weights import weights

SAME_ROOT = "same root as the item before: one vote"
"""Why further evidence of a piece weighs nothing."""
NOTHING = 1e-9
"""Logarithms of ratios below this are the rounding of sums."""
Read = Callable[[Fused], float]
"""The probability that a question asks for, from what fusion gives."""


@dataclass(frozen=True)
class Piece:
    """What one source shows, in the rows that a reader can open."""

    name: str
    """The root of its items, or the detection that it is."""
    evidence_ids: tuple[str, ...]
    why: str
    detection: bool = False
    """It is a ship that was seen: with it goes the competition for it."""


@dataclass(frozen=True)
class Contest:
    """Ships and detections of one window, and the items and pieces that speak of them."""

    window: Window
    items: tuple[Item, ...] = ()
    pieces: tuple[Piece, ...] = ()
    unseen: tuple[Piece, ...] = ()
    """Looks that the record holds whole and that show no ship; together they are one piece."""


@dataclass(frozen=True)
class Added:
    """A piece and by how much it multiplied the odds."""

    piece: Piece
    ratio: float


@dataclass
class Verdict:
    """What a contest gives for one hypothesis."""

    prior: float
    probability: float
    added: list[Added] = field(default_factory=list)
    told: Sensitivity | None = None


def fused(contest: Contest) -> Fused:
    """Probabilities with all pieces."""
    return weighed(contest.window, Tally.of(contest.window, contest.items, weights()["rho"]).logs())


def decide(contest: Contest, read: Read, prior: float, pieces: Sequence[Piece]) -> Verdict:
    """The verdict on one hypothesis; `pieces` are those that are shown for it, in their order.

    Evidence about rivals that is not among them counts from the start: it is the ground on which these stand.
    """
    tally = Tally.of(contest.window, contest.items, weights()["rho"])
    shown = [*pieces, *contest.unseen[:1]]
    steps = _Steps(contest, tally, read, shown)
    verdict, before = Verdict(prior, steps.whole), steps.start
    for number, piece in enumerate(shown, start=1):
        says = piece.detection or piece in contest.unseen or tally.weighs(piece.name)
        after = steps.with_first(number) if says else before
        verdict.added.append(Added(piece, _ratio(before, after)))
        before = after
    verdict.told = steps.sensitivity()
    return verdict


def _ratio(before: float, after: float) -> float:
    log = logit(after) - logit(before)
    return 1.0 if abs(log) < NOTHING else float(f"{math.exp(log):.9g}")


@dataclass
class _Steps:
    """The probability with the first so many pieces, and without each."""

    contest: Contest
    tally: Tally
    read: Read
    shown: Sequence[Piece]

    def __post_init__(self) -> None:
        names = {piece.name for piece in self.shown}
        self.ground = {root for root in self.tally.places if root not in names}
        self.logs = self.tally.logs()
        self.whole = self.read(weighed(self.contest.window, self.logs))
        self.start = self.with_first(0)

    def with_first(self, number: int) -> float:
        """With the ground and the first `number` pieces."""
        names = {piece.name for piece in self.shown[:number]}
        return self.read(weighed(self._window(names), self.tally.logs(self.ground | names)))

    def _window(self, names: set[str]) -> Window:
        """The window as far as these pieces make it: ships seen, and looks that show none."""
        window = self.contest.window
        hidden = {piece.name for piece in self.shown if piece.detection} - names
        seen = {key: value for key, value in window.detections.items() if key not in hidden}
        unseen = self.contest.unseen[:1]
        misses = {} if unseen and unseen[0].name not in names else window.misses
        return replace(window, detections=seen, misses=misses)

    def sensitivity(self) -> Sensitivity:
        """Without each piece in turn; every ratio and every expected number of unknown ships may be wrong."""
        spread = {item.own_root: item.spread for item in self.contest.items}
        by_root, variance = dict[str, float](), 0.0
        everything = {piece.name for piece in self.shown}
        for piece in self.shown:
            if not (piece.detection or piece in self.contest.unseen or self.tally.weighs(piece.name)):
                continue
            if piece.detection or piece in self.contest.unseen:
                window, logs = self._window(everything - {piece.name}), self.logs
            else:
                window, logs = self.contest.window, self.tally.moved(self.logs, piece.name)
            by_root[piece.name] = self.read(weighed(window, logs))
        for root in filter(self.tally.weighs, self.tally.places):
            step = math.log(spread[root]) / Z90
            variance += self._moved(self.contest.window, self.tally.moved(self.logs, root, step=step))
        for key, expected in self.contest.window.detections.items():
            more = {**self.contest.window.detections, key: expected * SPREAD ** (1 / Z90)}
            variance += self._moved(replace(self.contest.window, detections=more), self.logs)
        return told(self.whole, by_root, variance)

    def _moved(self, window: Window, logs: Mapping[tuple[str, str], float]) -> float:
        return (logit(self.read(weighed(window, logs))) - logit(self.whole)) ** 2


def called(key: str) -> Read:
    """That one ship called."""
    return lambda found: found.unclamped[key]


def was(key: str, detection: str) -> Read:
    """That a detection is one ship."""
    return lambda found: found.pairs[key, detection]


def none_of_them(detection: str) -> Read:
    """That a detection is none of the known ships."""
    return lambda found: found.unknown[detection]


def rows(added: Iterable[Added], favours: str, against: str) -> list[dict[str, Any]]:
    """Rows of FINDING.weighed: further evidence of a piece is listed with a ratio of 1."""
    made: list[dict[str, Any]] = []
    for one in added:
        side = favours if one.ratio >= 1 else against
        for number, evidence_id in enumerate(one.piece.evidence_ids):
            ratio, why = (max(one.ratio, 1 / one.ratio), one.piece.why) if not number else (1.0, SAME_ROOT)
            made.append({"evidence_id": evidence_id, "favours": side, "likelihood_ratio": ratio, "why": why})
    return made
