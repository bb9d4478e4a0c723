from __future__ import annotations

import random
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from rubicon.errors import UsageError
from rubicon.screen.ownership import TESTS, Stake, graph, reach, stake

CASES = yaml.load(
    (Path(__file__).parents[2] / "cases" / "ownership.yml").read_text(encoding="utf-8"),
    Loader=yaml.BaseLoader,
)


def stakes_of(lines: list[str]) -> list[Stake]:
    made = []
    for line in lines:
        owner, _, rest = line.partition(" > ")
        asset, _, share = rest.partition(": ")
        number = share.removesuffix(" control")
        made.append(
            stake(owner, asset, None if number == "?" else number, "test", control=share.endswith(" control"))
        )
    return made


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
@pytest.mark.parametrize("test", TESTS)
def test_judgements(case: dict[str, Any], test: str) -> None:
    found = reach(stakes_of(case["stakes"]), case["designated"], test)[case["asset"]]
    assert found.answer == case["expect"][test], found.reasons
    assert any(
        "counted, the test asks for" in reason or "no designated" in reason for reason in found.reasons
    )


def test_order_and_repetition_of_statements_change_nothing() -> None:
    stakes = stakes_of(["X > A: 50%", "A > B: 30%", "X > B: 20%", "Y > B: ?", "B > C: 100%", "C > A: 10%"])
    draw = random.Random(7)
    for test in TESTS:
        expected = reach(stakes, ["X"], test)
        for _ in range(20):
            mixed = [*stakes, *draw.sample(stakes, 3)]
            draw.shuffle(mixed)
            assert reach(mixed, ["X"], test) == expected


def test_a_stake_counts_only_while_it_is_held() -> None:
    sold = [Stake("X", "A", Fraction(1), "register", from_="2020-01-01", to="2022-02-01")]
    assert reach(sold, ["X"], "us_50", day=date(2021, 5, 1))["A"].answer == "yes"
    assert reach(sold, ["X"], "us_50", day=date(2022, 3, 1)) == {}


def test_the_graph_for_other_programs() -> None:
    found = graph(stakes_of(["X > A: 1/3", "A > B: ?"]), ["X"])
    assert found["nodes"][-1] == {"id": "X", "designated": True}
    assert [edge["share"] for edge in found["edges"]] == [pytest.approx(1 / 3), None]


@pytest.mark.parametrize("share", ["120%", "-1", "half", "1/0"])
def test_a_share_that_is_none_is_refused(share: str) -> None:
    with pytest.raises(UsageError):
        stake("X", "A", share, "test")


def test_an_unknown_test_is_named() -> None:
    with pytest.raises(UsageError, match="us_50"):
        reach([], [], "au")
