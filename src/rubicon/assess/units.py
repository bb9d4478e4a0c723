"""Units of claims: which of them count the same kind of thing, and how many of one make another.

A container is no shell: the families never convert into each other. Inside a family of measures (mass) they do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FAMILIES = (
    ("voyages", r"visit|trip|shipment|deliver|voyage|port call|\bcalls?\b"),
    ("imaged days", r"days?\b"),
    ("containers", r"container|\bteu\b"),
    ("munitions", r"shell|round|munition|\bammo\b"),
    ("missiles", r"missile|rocket"),
    ("ships", r"ship|vessel"),
)
"""Family and the words that name it, tried in this order."""
MASSES_KG = (
    (r"short tons?", 907.185),
    (r"long tons?", 1016.05),
    (r"kilotonnes?|\bkt\b", 1e6),
    (r"tonnes?|metric tons?|\bmt\b|\bt\b|tons?", 1000.0),
    (r"kg|kilograms?", 1.0),
    (r"pounds?|\blbs?\b", 0.453592),
)
"""Words for a mass and its kilograms, tried in this order; `tons` alone are read as tonnes."""
FLOORS = frozenset({"voyages"})
"""Families in which a plain number is a floor: what was counted is what was seen, under unequal imagery."""
_RATE = re.compile(
    r"/\s*(day|week|month|year)|\b(?:per|a) (day|week|month|year)\b|(daily|weekly|monthly|yearly)"
)


@dataclass(frozen=True)
class Unit:
    """What a number counts: its family, how much one is in the family's base, and its wording."""

    family: str
    base: float
    words: str


def unit_of(text: str | None, predicate: str = "") -> Unit:
    """The unit of a claim; wording that no family knows is a family of its own.

    A number per month is of another family than a total.
    """
    words = " ".join((text or "").lower().split())
    rate = _RATE.search(f"{words} {predicate.replace('_', ' ')}")
    per = f" per {next(part for part in rate.groups() if part)}" if rate else ""
    for pattern, base in MASSES_KG:
        if re.search(rf"\b(?:{pattern})\b", words):
            return Unit("mass" + per, base, words)
    for family, pattern in FAMILIES:
        if re.search(pattern, words):
            return Unit(family + per, 1.0, words)
    return Unit((re.sub(r"\s*\(.*?\)", "", words) or "no unit") + per, 1.0, words)
