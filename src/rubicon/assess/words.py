"""Probability in words: the seven terms of US Intelligence Community Directive 203 (2 January 2015).

Probabilities are held between 1 and 99 %: no finding of this kind is ever impossible or certain.
"""

from __future__ import annotations

FLOOR, CEILING = 0.01, 0.99

TERMS = (
    (0.05, "almost no chance"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "roughly even chance"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (1.00, "almost certain"),
)
"""Upper end of each term's range, and the term."""


def clamp(probability: float) -> float:
    """Hold a probability between 1 and 99 %."""
    return min(CEILING, max(FLOOR, probability))


def words(probability: float) -> str:
    """The ICD 203 term of a probability as it is printed, in whole per cent; a border takes the term nearer to even."""
    probability = round(probability, 2)
    if probability <= 0.5:
        return next(term for upper, term in TERMS if probability < upper)
    return next(term for upper, term in TERMS if probability <= upper)


def percent(probability: float) -> str:
    """A probability for a sentence: whole per cent, never 0 % or 100 %."""
    return f"{round(100 * clamp(probability))} %"
