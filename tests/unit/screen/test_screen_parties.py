from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rubicon.screen import forms
from rubicon.screen.parties import ACCEPT, likeness, word_likeness

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "parties.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("kind", "one", "other", "expected"), CASES, ids=[f"{a}/{b}" for _, a, b, _ in CASES]
)
def test_names_of_companies_and_persons_both_ways(kind: str, one: str, other: str, expected: bool) -> None:
    there, back = likeness(one, other, kind), likeness(other, one, kind)
    assert there == back
    assert (there.score >= ACCEPT[kind]) is expected, there


def test_the_legal_form_is_set_apart_whatever_its_spelling() -> None:
    assert forms.without_form(["limited", "liability", "company", "krasota"]) == (["krasota"], ["limited"])
    assert forms.without_form(["joint", "stock", "company"]) == (["joint", "stock", "company"], [])
    assert forms.spelt_out("Bank G.m.b.H.").split() == ["Bank", "GmbH"]


def test_numbers_in_words_are_numbers() -> None:
    assert forms.numbers_as_digits(["brigade", "forty", "four"]) == ["brigade", "44"]
    assert forms.numbers_as_digits(["first", "1st", "12"]) == ["1", "1", "12"]


def test_short_words_must_agree() -> None:
    assert word_likeness("song", "sing") == 0
    assert word_likeness("mohammed", "muhammad") == 0.95
    assert word_likeness("12", "13") == 0
    assert word_likeness("angara", "vnigri") == 0
    assert 0.75 <= word_likeness("lukashenko", "luakshenko") < 1


def test_a_name_of_signs_alone_meets_nothing() -> None:
    assert likeness("--", "--", "company").score == 0
    assert likeness("", "Gazprom", "company").score == 0
