"""The options game: its equilibria against the definition, its file, its sentences, its maps."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive import threat as naive
from rubicon.errors import CaseError, InputMissing, OptionError
from rubicon.registry import games
from rubicon.respond.games._options_file import load
from rubicon.respond.games._options_map import simplest
from rubicon.respond.games._options_play import EVERY, NONE, best_response_gap, play, status
from rubicon.respond.games._options_weigh import margin_of, margins_at, weighed
from rubicon.respond.games._terms import assumed, term
from rubicon.respond.games._threat import Threat, equilibria, gap
from rubicon.respond.games.options import solve

SHIPPED = Path(__file__).parents[3] / "src/rubicon/respond/games/data/options.toml"
whole = st.integers(-3, 3).map(Fraction)
pair = st.tuples(whole, whole)
chance = st.sampled_from([Fraction(0), Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1)])
threats = st.builds(Threat, chance, chance, pair, pair, pair, pair, st.tuples(pair, pair))


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    found: dict[str, Any] = solve({"cells": 5})
    return found


@settings(max_examples=80, deadline=None)
@given(threats)
def test_every_profile_of_a_threat_is_an_equilibrium_by_the_definition(game: Threat) -> None:
    found = equilibria(game)
    assert found
    for each in found:
        assert gap(game, each) == 0
        low, high = each.belief
        assert naive._nobody_regrets(game, each.carry_out, low)
        assert naive._nobody_regrets(game, each.carry_out, high)
        for kind in (0, 1):
            here = naive.mover_worth(game, kind, each.transfer[kind], each.carry_out)
            assert all(naive.mover_worth(game, kind, move, each.carry_out) <= here for move in (Fraction(0), Fraction(1)))  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(threats)
def test_no_kind_of_outcome_that_an_equilibrium_has_is_missing(game: Threat) -> None:
    def kinds(transfers: list[tuple[Fraction, Fraction]]) -> set[tuple[bool, bool]]:
        return {(game.transferred(x) > 0, game.transferred(x) < 1) for x in transfers}

    listed = kinds([each.transfer for each in equilibria(game)])
    by_definition = kinds([(each[0], each[1]) for each in naive.on_grid(game, 2)])
    if (True, True) in by_definition and (True, True) not in listed:
        # Between two listed ends, of which one holds back and the other transfers.
        by_definition -= {(True, True)}
        assert {(False, True), (True, False)} <= listed
    assert by_definition <= listed


@settings(max_examples=60, deadline=None)
@given(threats, st.integers(1, 4), whole)
def test_positive_affine_changes_of_payoffs_change_nothing(game: Threat, scale: int, shift: Fraction) -> None:
    def moved(values: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
        return scale * values[0] + shift, scale * values[1] + shift

    mover = replace(game, hold=moved(game.hold), let_go=moved(game.let_go), fight=moved(game.fight))
    both = replace(mover, stay=moved(game.stay), act=(moved(game.act[0]), moved(game.act[1])))
    assert equilibria(both) == equilibria(game)


@pytest.mark.parametrize(("p", "q"), [("1/2", "1/4"), ("4/5", "1/4"), ("1/2", "9/20"), ("1/2", "4/5"), ("0", "1/3"), ("1", "1/3"), ("3/5", "1/5"), ("1/3", "2/5"), ("1/3", "1/2")])  # fmt: skip
def test_with_the_payoffs_of_kilgour_and_zagare_it_is_their_game(p: str, q: str) -> None:
    published = games()["unilateral-deterrence"].solve({"ch_sq": 6, "ch_dc": 10, "ch_cd": 0, "ch_dd_hard": 2, "def_cd": 8, "def_dc": 2, "def_dd_soft": -2, "p_challenger": p, "p_defender": q})  # fmt: skip
    two, six, eight, ten = (Fraction(n) for n in (2, 6, 8, 10))
    game = Threat(
        Fraction(p), Fraction(q), hold=(six, six), let_go=(ten, ten), fight=(two, Fraction(0)), stay=(two, two),
        act=((Fraction(4), eight), (-two, eight)),
    )  # fmt: skip
    ours = {(e.transfer[0], e.transfer[1], e.carry_out[0], e.carry_out[1]) for e in equilibria(game)}
    theirs = {(e["x_hard"], e["x_soft"], Fraction(1), e["y_soft"]) for e in published["equilibria"]}
    assert theirs <= ours


def test_the_shipped_game_answers_what_it_must(answer: dict[str, Any]) -> None:
    assert {"regions", "equilibria", "tipping_points", "sensitivity", "assumptions"} <= set(answer)
    assert [each["id"] for each in answer["options"]] == ["accommodate", "condemn_and_sanction", "interdict", "reach_out_and_sanction"]  # fmt: skip
    assert answer["players"]["onlooker"] == "China"
    assert {each["best_response_gap"] for each in answer["equilibria"]} == {0}
    assert {each["option"] for each in answer["equilibria"]} == {each["id"] for each in answer["options"]}
    named = " ".join(each["meaning"] for each in answer["terms"] + answer["assumptions"])
    assert all(word in named for word in ("escalation", "other theatres", "satellites pulled", "third parties watching"))  # fmt: skip


def test_every_assumption_says_its_range_and_who_set_it(answer: dict[str, Any]) -> None:
    for each in answer["assumptions"]:
        assert each["low"] <= each["value"] <= each["high"]
        assert each["set_by"]
        assert each["meaning"]
        assert each["options"], f"{each['id']} is used by no option"


def test_a_tipping_point_is_where_the_status_changes(answer: dict[str, Any]) -> None:
    assert answer["tipping_points"]
    options = {option.entry.id: option for option in load().options}
    for tip in answer["tipping_points"]:
        assert tip["exact"], tip
        option, nudge = options[tip["option"]], Fraction(1, 10**7)
        sides = [
            status(play(option, load().values | {tip["assumption"]: tip["at"] + way}))
            for way in (-nudge, nudge)
        ]
        assert sides == [tip["below"], tip["above"]]


def test_the_sentence_states_the_threshold_that_the_model_has() -> None:
    sure = solve({"cells": 0, "cost_interdiction": "19/2"})
    interdict = next(each for each in sure["options"] if each["id"] == "interdict")
    assert interdict["status"] == EVERY
    assert "the cost of interdiction to Moscow lies below 9 (taken as 9.5)" in interdict["what_would_have_to_be_true"]  # fmt: skip
    assumed_ = next(each for each in sure["assumptions"] if each["id"] == "cost_interdiction")
    assert assumed_["set_by"] == "whoever ran this, by --set"


def test_a_map_cell_has_the_status_of_its_middle(answer: dict[str, Any]) -> None:
    game = load()
    for shown in answer["regions"]:
        x, y = (axis["assumption"] for axis in shown["axes"])
        for name, grid in shown["options"].items():
            option = next(each for each in game.options if each.entry.id == name)
            assert sum(part["share_of_map"] for part in grid["regions"]) == 1
            for part in grid["regions"]:
                at = game.values | {x: part["for_example"][0], y: part["for_example"][1]}
                assert status(play(option, at)) == part["status"]


def test_margins_in_floating_point_are_the_exact_ones() -> None:
    game = load()
    columns = {name: float(value) for name, value in game.values.items()} | {
        "face": np.array([0.0, 1.0, 3.0])
    }
    for option in game.options:
        exact = [float(margin_of(option, game.values | {"face": Fraction(n)})) for n in (0, 1, 3)]
        assert margins_at(option, columns).tolist() == pytest.approx(exact)


def test_total_effects_are_shares_of_a_stated_sample() -> None:
    pytest.importorskip("SALib", reason="the extra `games` is not installed")
    game = load()
    found = weighed(game, game.options[2])
    assert {row["assumption"] for row in found["total_effect"]} <= game.options[2].names
    assert "cost_interdiction" in {row["assumption"] for row in found["total_effect"][:6]}
    assert "gift" not in game.options[2].names
    assert 0 < found["share_of_ranges_with_positive_margin"] < 1


def test_a_gap_is_seen_when_somebody_plays_badly() -> None:
    game = load()
    option = game.options[2]
    good = play(option, game.values)[0]
    assert best_response_gap(option, game.values, good) == 0
    wrong = replace(good, onlooker=dict(good.onlooker) | {"contest": "restrain"})
    assert best_response_gap(option, game.values, wrong) > 0
    assert best_response_gap(option, game.values, replace(good, last=("backed_down", "contest"))) > 0


WRONG = [
    ('value = "2/5"', 'value = "7/5"', OptionError, "lies outside its range, 0 to 1"),
    ('held = "gift_ahead + gift_after"', 'held = "gift_ahead + nonsense"', OptionError, "nonsense"),
    ('held = "gift_ahead + gift_after"', 'held = "__import__"', OptionError, "unknown name"),
    ('held = "gift_ahead + gift_after"', 'held = "gift_ahead ** 9"', OptionError, "expected numbers, names"),
    ('held = "gift_ahead + gift_after"', "", OptionError, "needs a payoff for held"),
    ('credibility = "credibility_sanctions"', 'credibility = "cost_sanctions"', OptionError, "between 0 and 1"),
    ('set_by = "authors', 'sat_by = "authors', CaseError, "unknown key"),
    ('id = "face"', 'id = "harm"', OptionError, "stands twice"),
    ('axes = ["credibility_reach_out", ', 'axes = ["nowhere", ', OptionError, "an axis must be an assumption"),
    ("value = 10", 'value = "ten"', CaseError, "expected a number"),
    ("[mover.kinds.opportunist]", "[mover.kinds.other]", OptionError, "needs the kinds"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "kind", "reason"), WRONG)
def test_a_mistake_in_a_file_is_named(
    tmp_path: Path, right: str, wrong: str, kind: type[Exception], reason: str
) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert right in text
    path = tmp_path / "game.toml"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(kind, match=reason):
        solve({"file": path, "cells": 0})


def test_a_missing_file_and_an_unknown_assumption_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputMissing):
        solve({"file": tmp_path / "none.toml"})
    with pytest.raises(OptionError, match="unknown assumption"):
        solve({"credulity": "1/2"})


def test_an_analyst_can_edit_the_game(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace('title = "China"', 'title = "A third State"')
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("prize_determined\"\nlabel", "prize_determined\"\nlabel").replace("value = 10\nlow = 6", "value = 1\nlow = 0"), encoding="utf-8")  # fmt: skip
    found = solve({"file": path, "cells": 0})
    assert found["players"]["onlooker"] == "A third State"
    assert {each["status"] for each in found["options"]} != {NONE}


def test_terms_are_exact_and_written_out() -> None:
    known = {"a": assumed("a"), "b": assumed("b")}
    both = term("-(a - 0.1) / 3 + b * 2", known, "here")
    assert both.names == ("a", "b")
    assert both.at({"a": Fraction(1, 2), "b": Fraction(1)}) == Fraction(-2, 15) + 2
    folded = both.fold({"a": Fraction(1, 2)}, frozenset({"b"}))
    assert folded.names == ("b",)
    assert folded.at({"b": Fraction(1)}) == both.at({"a": Fraction(1, 2), "b": Fraction(1)})
    with pytest.raises(OptionError, match="divides by zero"):
        term("1 / a", known, "here").at({"a": Fraction(0)})


@given(st.fractions(-5, 5, max_denominator=500), st.fractions(0, 1, max_denominator=10**6))
def test_the_simplest_fraction_lies_inside(low: Fraction, width: Fraction) -> None:
    found = simplest(low, low + width)
    assert low <= found <= low + width
    finer = range(1, found.denominator)
    assert not any(-(-low.numerator * d // low.denominator) <= (low + width) * d for d in finer)
