"""Fusion: against every pairing written out, against hand, and the rules on copies, order and competition."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubicon.assess.fusion import Item, Window, fuse, sensitivity, without_dependence
from rubicon.assess.shape import heading_ratio, length_ratio, shape_words, width_ratio
from rubicon.assess.weights import weights
from rubicon.errors import OptionError
from rubicon.kernels.assignment import pairings
from rubicon.simulate.judgement import puzzle

sys.path.insert(0, str(Path(__file__).parents[2] / "naive"))
import assignment as naive

TWO = Window({"A": 0.3, "B": 0.3}, {"D": 0.5}, 0.6)
ratio = st.floats(0.01, 50)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(0, 4), st.data())
def test_pairings_are_those_of_the_plain_twin(ships: int, found: int, data: st.DataObject) -> None:
    ratios = [[data.draw(ratio) for _ in range(found)] for _ in range(ships)]
    unknown = [data.draw(ratio) for _ in range(found)]
    pairs, none, total = pairings(np.array(ratios).reshape(ships, found), np.array(unknown, float))
    expected = naive.pairings(ratios, unknown)
    assert total == pytest.approx(expected[2])
    assert pairs.tolist() == [pytest.approx(row) for row in expected[0]]
    assert none.tolist() == pytest.approx(expected[1], abs=1e-9)


def test_one_ship_and_no_detection_by_hand() -> None:
    window = Window({"A": 0.5}, {}, 0.6)
    # Odds 1 x 3; that nothing was detected weighs 0.4 for a call.
    assert fuse(window, [Item("i", "A", 3.0)], rho=1).called["A"] == pytest.approx(1.2 / 2.2)


def test_two_ships_compete_for_one_detection_and_none_of_them_stays_possible() -> None:
    alike = fuse(TWO, [], rho=1)
    assert alike.called["A"] == pytest.approx(alike.called["B"])
    named = fuse(TWO, [Item("n", "A", 12.0, detection="D")], rho=1)
    assert named.called["A"] > alike.called["A"]
    assert named.called["B"] < alike.called["B"], "what A explains, B need not"
    assert sum(named.pairs.values()) + named.unknown["D"] == pytest.approx(1)
    assert named.unknown["D"] > 0


@pytest.mark.parametrize("rho", [0.0, 0.5, 1.0])
def test_a_source_counted_forty_times_moves_nothing(rho: float) -> None:
    once = [Item("n", "A", 12.0, detection="D", cluster="visit"), Item("g", "A", 2.0)]
    copies = [Item(f"copy {i}", "A", 12.0, root="n", detection="D", cluster="visit") for i in range(40)]
    misquoted = [replace(copy, ratio=30.0) for copy in copies]
    expected = fuse(TWO, once, rho=rho).called
    assert fuse(TWO, once + copies, rho=rho).called == expected
    assert fuse(TWO, once + misquoted, rho=rho).called == expected
    assert fuse(TWO, without_dependence(once + copies), rho=0).called["A"] > expected["A"]


def test_copies_of_what_the_record_lacks_are_one_vote_of_their_mean() -> None:
    copies = [Item(f"copy {i}", "A", ratio, root="lost") for i, ratio in enumerate([3.0] * 20 + [12.0] * 20)]
    assert fuse(TWO, copies, rho=0).called == pytest.approx(fuse(TWO, [Item("lost", "A", 6.0)], rho=0).called)


def test_two_images_of_one_visit_count_between_one_vote_and_two() -> None:
    images = [Item("i1", "A", 4.0, cluster="visit"), Item("i2", "A", 4.0, cluster="visit")]
    one, between, two = (
        fuse(TWO, items, rho=rho).called["A"] for items, rho in ((images[:1], 1), (images, 0.5), (images, 0))
    )
    assert fuse(TWO, images, rho=1).called["A"] == one < between < two


@given(st.lists(st.tuples(st.sampled_from(["A", "B"]), ratio, st.sampled_from(["", "c", "d"]), st.sampled_from(["", "D"])), max_size=8), st.randoms())  # fmt: skip
def test_order_changes_nothing(rows: list[tuple[str, float, str, str]], order: random.Random) -> None:
    items = [Item(f"i{n}", ship, r, cluster=c, detection=d) for n, (ship, r, c, d) in enumerate(rows)]
    shuffled = order.sample(items, len(items))
    assert fuse(TWO, shuffled, rho=0.7).called == fuse(TWO, items, rho=0.7).called


def test_an_item_that_says_nothing_moves_nothing_and_nothing_is_certain() -> None:
    assert fuse(TWO, [Item("x", "A", 1.0, detection="D")], rho=1) == fuse(TWO, [], rho=1)
    sure = fuse(TWO, [Item("x", "A", 1e9), Item("y", "B", 1e-9)], rho=1).called
    assert (sure["A"], sure["B"]) == (0.99, 0.01)


def test_the_item_whose_removal_changes_most_is_named() -> None:
    items = [Item("weak", "A", 1.5), Item("strong", "A", 20.0), Item("again", "A", 20.0, root="strong")]
    told = sensitivity(TWO, items, "A", rho=1)
    assert told.most == "strong"
    assert told.without == pytest.approx(fuse(TWO, items[:1], rho=1).called["A"])
    assert told.low < fuse(TWO, items, rho=1).called["A"] < told.high
    assert sensitivity(TWO, [], "A", rho=1).most == ""


def test_unknown_length_weighs_exactly_one() -> None:
    assert (
        length_ratio(115, None)
        == length_ratio(None, 120)
        == width_ratio(None, None)
        == heading_ratio(None, 90)
        == 1.0
    )
    assert length_ratio(120, 120) > 3
    assert 0.01 <= length_ratio(60, 120) < 1
    assert heading_ratio(10, 190) == heading_ratio(10, 10) > 1 > heading_ratio(100, 10)
    assert "length does not distinguish" in shape_words(length_ratio(135, 118), 135, 118)
    assert "weighs nothing" in shape_words(1.0, 115, None)


@pytest.mark.parametrize(
    ("items", "reason"),
    [([Item("x", "Z", 2.0)], "does not have"), ([Item("x", "A", 2.0, detection="E")], "does not have")],
)
def test_items_about_nothing_are_named(items: list[Item], reason: str) -> None:
    with pytest.raises(OptionError, match=reason):
        fuse(TWO, items, rho=1)


def test_ratios_and_limits_are_checked() -> None:
    with pytest.raises(OptionError, match="above zero"):
        Item("x", "A", 0.0)
    with pytest.raises(OptionError, match="at most 12"):
        fuse(Window({"A": 0.5}, {f"D{i}": 1.0 for i in range(13)}), [], rho=1)
    with pytest.raises(OptionError, match="between 0 and 1"):
        fuse(TWO, [], rho=2)


def test_simulated_puzzles_are_fictional_and_the_same_twice() -> None:
    assert puzzle(7) == puzzle(7) != puzzle(8)
    assert all(ship.startswith("EXERCISE ") for ship in puzzle(7).called)


def test_statements_of_80_to_95_percent_hold_about_as_often_and_copies_believed_do_not() -> None:
    puzzles = [puzzle(2_000_000 + i) for i in range(1500)]
    ours = [
        (p, one.called[ship])
        for one in puzzles
        for ship, p in fuse(one.window, one.items, rho=weights()["rho"]).called.items()
    ]
    naive_ = [
        (p, one.called[ship])
        for one in puzzles
        for ship, p in fuse(one.window, without_dependence(one.items), rho=0).called.items()
    ]
    share, believed = (
        sum(true for p, true in those if 0.8 <= p <= 0.95) / sum(0.8 <= p <= 0.95 for p, _ in those)
        for those in (ours, naive_)
    )
    assert 0.78 <= share <= 0.95
    assert believed < 0.6
    brier, naive_brier = (sum((p - true) ** 2 for p, true in those) / len(those) for those in (ours, naive_))
    assert brier < naive_brier - 0.03
