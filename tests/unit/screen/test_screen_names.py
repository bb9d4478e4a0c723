from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rubicon.screen.names import name_keys, normalise_name
from rubicon.screen.pairs import compare

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "names.yml").read_text(encoding="utf-8"))
MATCHED_ON = {
    "same": "name",
    "sound": "name in another script",
    "spelling": "name in another spelling",
    "letter": "name but for one letter",
    "near": "name nearly alike in another script",
    "different": "nothing",
}


@pytest.mark.parametrize(("one", "other", "expected"), CASES, ids=[f"{a}/{b}" for a, b, _ in CASES])
def test_pairs_of_spellings_both_ways(one: str, other: str, expected: str) -> None:
    assert compare(one, other).matched_on == MATCHED_ON[expected]
    assert compare(other, one).matched_on == MATCHED_ON[expected]


def test_normalised_names() -> None:
    assert normalise_name("  M.LEASING,  LLC ") == "m leasing llc"
    assert normalise_name("АНГАРА") == "angara"
    assert normalise_name("서울") == "seoul"
    assert normalise_name("羅津") == "luojin"


def test_unicode_forms_of_one_name_have_one_key() -> None:
    assert name_keys("A\u030angara") == name_keys("Ångara")
    assert name_keys("\u1100\u1161\u11bc") == name_keys("강")


def test_long_names_are_bounded_and_signs_alone_have_no_key() -> None:
    assert len(name_keys("x" * 100_000).exact[0]) == 500
    assert name_keys(" -*- ").exact == ()
