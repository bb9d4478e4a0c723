"""Contradictions between claims, each with its cause; nothing is corrected, all sides are shown.

Causes: `probable_slip_of_unit` (the number of one thing under the name of another), `denominator` (49 of 109
days became 49 visits), `unit` (one quantity in two measures), `definition` (could hold against delivered),
`window` (two totals up to different days), `real`. Bounds with periods contradict each other only when the
total of a window is larger than that of one that holds it; a count of sightings is a floor.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

from rubicon.assess.stated import Stated, inside, near, overlap

SLIP_RATIO = 100.0
"""Two totals of one thing that differ by more are no difference of opinion."""
SLIP_WITHIN_DAYS, TOLD_TOGETHER_DAYS = 183, 92
SAME_NUMBER = 0.05
COUNTED = ("containers", "munitions", "missiles", "voyages", "mass", "ships", "imaged days")
"""Families whose names are taken for each other."""
_ARMS = re.compile(r"arms|weapon|munition|shell|round|missile|container|rocket", re.IGNORECASE)
Found = dict[str, Any]


def contradictions(claims: Sequence[Stated]) -> list[Found]:
    """All contradictions: `claims`, `cause`, `reason`. The claim that is probably wrong comes last."""
    found = [*_lost_denominators(claims), *_slips(claims)]
    explained = {frozenset(pair) for one in found for pair in combinations(one["claims"], 2)}
    for one, other in _comparable(claims):
        if frozenset((one.claim_id, other.claim_id)) not in explained:
            found += _numbers(one, other)
    found += _denied(claims)
    return sorted(found, key=lambda each: (each["claims"], each["cause"]))


def _found(cause: str, claims: Iterable[Stated], reason: str) -> Found:
    return {"claims": [claim.claim_id for claim in claims], "cause": cause, "reason": reason}


def _same_number(one: float, other: float) -> bool:
    return abs(one - other) <= SAME_NUMBER * max(abs(one), abs(other))


def _linked(one: Stated, other: Stated) -> bool:
    return one.parent == other.claim_id or one.root == other.root or one.subject == other.subject


def _lost_denominators(claims: Sequence[Stated]) -> Iterator[Found]:
    """A share of days (or looks) that was printed as a count of something."""
    for share in (claim for claim in claims if claim.number):
        assert share.number
        for other in claims:
            if other.number or other.amount is None or other.claim_id == share.claim_id or other.denial:
                continue
            numerator = other.amount == share.number[0] and (
                other.family != share.family or other.parent == share.claim_id
            )
            told = _linked(share, other) and overlap(share, other) and near(share, other, SLIP_WITHIN_DAYS)
            if numerator and told and other.published[1] > share.published[0]:
                of = f"{share.number[0]:g} of {share.number[1]:g} {share.family}"
                yield _found(
                    "denominator",
                    (share, other),
                    f"{share.claim_id} says {of}; {other.claim_id} prints {other.amount:g} {other.family} without the denominator",
                )


def _slips(claims: Sequence[Stated]) -> Iterator[Found]:
    """A number that fits another thing better: far off all others of its kind, and known under another name."""
    numbers = [one for one in claims if one.amount and one.family in COUNTED and not one.denial]
    for odd in numbers:
        same = [one for one in numbers if _twin(odd, one)]
        far = [one for one in numbers if _far(odd, one)]
        far = [one for one in far if one.published[0] <= odd.published[0]] or far
        copied = [one for one in same if odd.parent == one.claim_id]
        if far and same and not _backed(odd, numbers):
            yield _found("probable_slip_of_unit", [*far, *same, odd], _slip_reason(odd, far[0], same[0]))
        elif far and _later(odd, far) and _thousands(odd, far[0]):
            yield _found("probable_slip_of_unit", [*far, odd], _slip_reason(odd, far[0], None))
        elif copied:
            yield _found("probable_slip_of_unit", [*copied, odd], _slip_reason(odd, None, copied[0]))


def _twin(odd: Stated, other: Stated) -> bool:
    """Whether another claim, of another kind of thing and not later than the odd one, has the same number."""
    assert odd.amount
    assert other.amount
    return (
        other.family != odd.family
        and not other.number
        and odd.parent in (None, other.claim_id)
        and _same_number(odd.amount, other.amount)
        and overlap(odd, other)
        and other.published[0] <= odd.published[1]
        and near(odd, other, SLIP_WITHIN_DAYS)
    )


def _far(odd: Stated, other: Stated) -> bool:
    """Whether another claim of the same thing differs a hundredfold or more."""
    assert odd.amount
    assert other.amount
    kind = (odd.subject, odd.doing, odd.family) == (other.subject, other.doing, other.family)
    ratio = (odd.amount * odd.base) / (other.amount * other.base)
    apart = max(ratio, 1 / ratio) >= SLIP_RATIO
    return kind and apart and overlap(odd, other) and near(odd, other, SLIP_WITHIN_DAYS)


def _backed(odd: Stated, numbers: Iterable[Stated]) -> bool:
    """Whether somebody else, on another root, gives the odd number for the same thing."""
    assert odd.amount
    return any(
        one.family == odd.family
        and one.subject == odd.subject
        and one.root != odd.root
        and one.originator != odd.originator
        and one.amount
        and _same_number(odd.amount, one.amount)
        and overlap(odd, one)
        for one in numbers
    )


def _later(odd: Stated, far: Iterable[Stated]) -> bool:
    return all(odd.published[0] > one.published[0] for one in far)


def _thousands(odd: Stated, far: Stated) -> bool:
    """Whether two numbers differ by a thousand or a million, as words for numbers do."""
    assert odd.amount
    assert far.amount
    ratio = max(odd.amount, far.amount) / min(odd.amount, far.amount)
    return _same_number(ratio, 1e3) or _same_number(ratio, 1e6)


def _slip_reason(odd: Stated, far: Stated | None, same: Stated | None) -> str:
    parts = [f"{odd.claim_id} says {odd.words}"]
    if far and far.amount and odd.amount:
        ratio = (far.amount * far.base) / (odd.amount * odd.base)
        how = f"{ratio:,.0f} times as many" if ratio > 1 else f"{1 / ratio:,.0f} times fewer"
        parts.append(f"{far.claim_id} says {how} ({far.words})")
    if same:
        parts.append(f"the same number stands in {same.claim_id} for {same.family}")
    return "; ".join(parts) + ": probably a slip of unit, all are shown and none is corrected"


def _comparable(claims: Sequence[Stated]) -> Iterator[tuple[Stated, Stated]]:
    """Pairs of numbers for one thing of one subject on different roots, the one that was published first first."""
    groups: dict[tuple[str, str], list[Stated]] = defaultdict(list)
    for claim in claims:
        if claim.amount is not None and not claim.denial and not claim.number:
            groups[claim.subject, claim.family].append(claim)
    for group in groups.values():
        ordered = sorted(group, key=lambda one: (one.published[0], one.claim_id))
        yield from ((one, other) for one, other in combinations(ordered, 2) if overlap(one, other))


def _numbers(one: Stated, other: Stated) -> Iterator[Found]:
    """What two numbers for one thing say about each other: nothing, or one contradiction."""
    assert one.amount is not None
    assert other.amount is not None
    if one.base != other.base:
        if yes := _unit_reason(one, other):
            yield _found("unit", (one, other), yes)
        return
    apart = one.low > other.high or other.low > one.high
    if not apart or one.root == other.root:
        return
    both = f"{one.claim_id} ({one.words}) and {other.claim_id} ({other.words})"
    if one.doing != other.doing:
        if near(one, other, TOLD_TOGETHER_DAYS):
            yield _found(
                "definition", (one, other), f"{both} count different things: {one.doing} and {other.doing}"
            )
    elif _larger_inside(one, other) or _larger_inside(other, one):
        yield _found(
            "real",
            (one, other),
            f"{both} cannot both hold: the total of a window is larger than that of one that holds it",
        )
    elif near(one, other, TOLD_TOGETHER_DAYS):
        yield _found("window", (one, other), f"{both} differ, and so do their windows: both can hold")


def _larger_inside(inner: Stated, outer: Stated) -> bool:
    """Whether a total is larger than the total of a window that holds its own."""
    return inside(inner, outer) and inner.low > outer.high


def _unit_reason(one: Stated, other: Stated) -> str:
    """Why two measures of one quantity look different or equal and are not; empty when neither."""
    assert one.amount is not None
    assert other.amount is not None
    written = _same_number(one.amount, other.amount)
    meant = _same_number(one.amount * one.base, other.amount * other.base)
    both = f"{one.claim_id} ({one.words}) and {other.claim_id} ({other.words})"
    if meant and not written:
        return f"{both} are one quantity in two measures"
    if written and not meant:
        return f"{both} give one number in two measures: they are not the same quantity"
    return ""


def _denied(claims: Sequence[Stated]) -> Iterator[Found]:
    """A denial against what others state about its own window: a claim against claims."""
    for denial in (one for one in claims if one.denial and _ARMS.search(one.words)):
        stated_ = [
            one for one in claims
            if not one.denial and one.amount and one.doing == "moved" and _ARMS.search(one.words)
            and one.family in ("containers", "munitions", "missiles", "mass") and inside(one, denial)
        ]  # fmt: skip
        if stated_:
            yield _found(
                "real",
                [denial, *stated_],
                f"{denial.claim_id} denies what {', '.join(one.claim_id for one in stated_)} state; a denial is a claim with its own source, and what containers held was not seen",
            )
