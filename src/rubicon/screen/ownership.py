"""Who owns whom, and whose listing reaches how far: three tests, kept apart, each with its reasons.

- `us_50`: 50 per cent or more, direct or indirect, in aggregate over all blocked owners; a chain counts where each link is
  itself 50 per cent or more, since only then is the middle company blocked (OFAC FAQ 398, 401).
- `uk_over_50`: more than 50 per cent by one designated person, direct or through companies that it so owns, or control; shares of different
  persons are not added up unless they act together (Sanctions and Anti-Money Laundering Act 2018 regulations, OFSI guidance).
- `eu_50_or_control`: 50 per cent or more (Council best practices, aggregate) or control, which is asked separately and needs facts of its own.

A share that is not stated is unknown, not nought: the answer is then `unknown` where it could change it. Circles of
owners are walked to a fixed point. No legal advice: the tests say what follows from stated shares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from rubicon.errors import UsageError

HALF = Fraction(1, 2)
TESTS = ("us_50", "uk_over_50", "eu_50_or_control")


@dataclass(frozen=True)
class Stake:
    """One statement that `owner` holds `share` of `asset` (null: not stated), or controls it, from a day to a day."""

    owner: str
    asset: str
    share: Fraction | None
    source: str
    control: bool = False
    from_: str = ""
    to: str = ""

    def held_on(self, day: date | None) -> bool:
        """Whether the statement covers a day; one without dates covers all."""
        if day is None:
            return True
        text = day.isoformat()
        return (not self.from_ or self.from_ <= text) and (not self.to or text <= self.to)


@dataclass(frozen=True)
class Reach:
    """Whether a test reaches a company: `yes`, `no` or `unknown`, the share counted, and why."""

    asset: str
    test: str
    answer: str
    share: Fraction
    reasons: tuple[str, ...]


def stake(owner: str, asset: str, share: str | float | None, source: str, **more: Any) -> Stake:
    """A stake with its share as a number from 0 to 1, or text such as 49.5 % or 1/3.

    Raises UsageError for a share that is none, or lies outside 0 to 1, and for an owner without name.
    """
    if not owner.strip() or not asset.strip():
        raise UsageError("a stake needs an owner and an asset", place=f"{owner!r} of {asset!r}")
    return Stake(owner, asset, _share(share, f"{owner} of {asset}"), source, **more)


def reach(
    stakes: Iterable[Stake], designated: Iterable[str], test: str, *, day: date | None = None
) -> dict[str, Reach]:
    """What one test says of every asset, on a day; order and repetition of the statements change nothing.

    Two statements of one owner on one asset count once, with the larger share. Raises UsageError for an unknown test.
    """
    if test not in TESTS:
        raise UsageError(f"unknown test {test!r}; there are {', '.join(TESTS)}")
    held = _largest(one for one in stakes if one.held_on(day))
    listed = frozenset(designated)
    if test == "uk_over_50":
        return _each_alone(held, listed)
    return _aggregate(held, listed, test)


def graph(stakes: Iterable[Stake], designated: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The owners as nodes and edges, for drawing or for other programs; names in order."""
    listed, edges = set(designated), sorted(set(stakes), key=lambda one: (one.asset, one.owner, one.source))
    nodes = sorted({name for one in edges for name in (one.owner, one.asset)} | listed)
    return {
        "nodes": [{"id": name, "designated": name in listed} for name in nodes],
        "edges": [
            {
                "owner": one.owner,
                "asset": one.asset,
                "share": None if one.share is None else float(one.share),
                "control": one.control,
                "from": one.from_ or None,
                "to": one.to or None,
                "source": one.source,
            }
            for one in edges
        ],
    }


Held = Mapping[str, Mapping[str, Stake]]
"""Stakes by asset, then by owner."""


def _aggregate(held: Held, listed: frozenset[str], test: str) -> dict[str, Reach]:
    """Blocked companies to a fixed point: each round, owners that are listed or blocked are added up."""
    found = {asset: _sum(asset, owners, listed, test) for asset, owners in held.items()}
    while True:
        blocked = listed | {asset for asset, one in found.items() if one.answer == "yes"}
        doubtful = frozenset(asset for asset, one in found.items() if one.answer == "unknown")
        again = {
            asset: _sum(asset, owners, blocked, test, doubtful - blocked) for asset, owners in held.items()
        }
        if again == found:
            return dict(sorted(found.items()))
        found = again


def _sum(
    asset: str,
    owners: Mapping[str, Stake],
    blocked: frozenset[str],
    test: str,
    doubtful: frozenset[str] = frozenset(),
) -> Reach:
    total, open_, control, reasons = Fraction(0), False, False, []
    for owner, one in sorted(owners.items()):
        if owner == asset:
            continue
        if owner in blocked:
            total += one.share or 0
            open_ |= one.share is None
            control |= one.control
            reasons.append(_reason(one, "counts"))
        elif owner in doubtful:
            open_ = True
            reasons.append(_reason(one, "would count if its owner is reached, which is not known"))
    return _answer(asset, test, min(total, Fraction(1)), open_, control and test.startswith("eu"), reasons)


def _answer(asset: str, test: str, total: Fraction, open_: bool, control: bool, reasons: list[str]) -> Reach:
    over = total > HALF if test == "uk_over_50" else total >= HALF
    answer = "yes" if over or control else "unknown" if open_ else "no"
    bar = "more than 50 %" if test == "uk_over_50" else "50 % or more"
    told = f"{_percent(total)} counted, the test asks for {bar}"
    return Reach(asset, test, answer, total, (*reasons, told, *(("control is stated",) if control else ())))


def _each_alone(held: Held, listed: frozenset[str]) -> dict[str, Reach]:
    """The test of more than half, for each designated person alone; the strongest answer is given."""
    order = {"yes": 2, "unknown": 1, "no": 0}
    best = {
        asset: Reach(asset, "uk_over_50", "no", Fraction(0), ("no designated owner is stated",))
        for asset in held
    }
    for person in sorted(listed):
        for asset, one in _one_person(held, person).items():
            if (order[one.answer], one.share) > (order[best[asset].answer], best[asset].share):
                best[asset] = one
    return dict(sorted(best.items()))


def _one_person(held: Held, person: str) -> dict[str, Reach]:
    found: dict[str, Reach] = {}
    while True:
        own = frozenset({person} | {asset for asset, one in found.items() if one.answer == "yes"})
        doubtful = frozenset(asset for asset, one in found.items() if one.answer == "unknown") - own
        again = {}
        for asset, owners in held.items():
            summed = _sum(asset, owners, own, "uk_over_50", doubtful)
            controlled = any(one.control for owner, one in owners.items() if owner in own and owner != asset)
            again[asset] = (
                Reach(asset, "uk_over_50", "yes", summed.share, (*summed.reasons, "control is stated"))
                if controlled
                else summed
            )
        if again == found:
            return found
        found = again


def _largest(stakes: Iterable[Stake]) -> Held:
    held: dict[str, dict[str, Stake]] = defaultdict(dict)
    for one in sorted(
        stakes, key=lambda one: (one.share is not None, one.share or Fraction(0), one.control, one.source)
    ):
        before = held[one.asset].get(one.owner)
        control = one.control or bool(before and before.control)
        held[one.asset][one.owner] = Stake(
            one.owner, one.asset, one.share, one.source, control, one.from_, one.to
        )
    return held


def _reason(one: Stake, how: str) -> str:
    share = "a share that is not stated" if one.share is None else _percent(one.share)
    return f"{one.owner} holds {share} of {one.asset}, which {how} [{one.source}]"


def _percent(share: Fraction) -> str:
    return f"{float(share) * 100:.4g} %"


def _share(stated: str | float | None, place: str) -> Fraction | None:
    if stated is None or (isinstance(stated, str) and not stated.strip()):
        return None
    try:
        text = str(stated).strip().replace(",", ".")
        share = Fraction(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"{stated!r} is no share", place=place) from None
    if not 0 <= share <= 1:
        raise UsageError(f"a share lies between 0 and 1 (or ends in %), got {stated!r}", place=place)
    return share
