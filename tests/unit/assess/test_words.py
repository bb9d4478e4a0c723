"""ICD 203 terms, and the rule that nothing is impossible or certain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubicon.assess.words import clamp, percent, words


@pytest.mark.parametrize(
    ("probability", "term"),
    [
        (0.01, "almost no chance"),
        (0.05, "very unlikely"),
        (0.2, "unlikely"),
        (0.45, "roughly even chance"),
        (0.5, "roughly even chance"),
        (0.55, "roughly even chance"),
        (0.56, "likely"),
        (0.8, "likely"),
        (0.81, "very likely"),
        (0.95, "very likely"),
        (0.96, "almost certain"),
        (0.99, "almost certain"),
    ],
)
def test_terms(probability: float, term: str) -> None:
    assert words(probability) == term


@given(st.floats(0, 1))
def test_never_zero_or_a_hundred(probability: float) -> None:
    assert percent(probability) not in ("0 %", "100 %")
    assert 0.01 <= clamp(probability) <= 0.99


@given(st.floats(0, 0.4))
def test_terms_are_symmetric_in_rank(probability: float) -> None:
    order = [
        "almost no chance",
        "very unlikely",
        "unlikely",
        "roughly even chance",
        "likely",
        "very likely",
        "almost certain",
    ]
    assert order.index(words(probability)) == 6 - order.index(words(1 - probability))
