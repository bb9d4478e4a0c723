"""The games against published results, their own recursion, and the definition of an equilibrium."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubicon.errors import OptionError
from rubicon.registry import games
from rubicon.respond.games._exact import best_response_gap, equilibria
from rubicon.respond.games.inspection import first_period, value

KILGOUR_ZAGARE = {
    "ch_sq": 6, "ch_dc": 10, "ch_cd": 0, "ch_dd_hard": 2, "def_cd": 8, "def_dc": 2, "def_dd_soft": -2,
}  # fmt: skip


def played(name: str, **given_: Any) -> Any:
    return json.loads(json.dumps(games()[name].solve(given_), default=str))


@pytest.mark.parametrize(("n", "m", "worth"), [(2, 1, "-1/3"), (3, 1, "-1/2"), (4, 2, "-3/11"), (10, 3, "-21/44"), (5, 0, "-1"), (3, 3, "0")])  # fmt: skip
def test_inspection_has_the_values_of_dresher(n: int, m: int, worth: str) -> None:
    assert played("inspection", periods=n, inspections=m)["value"] == worth


@pytest.mark.parametrize("n", range(2, 13))
def test_the_closed_form_is_the_value_of_each_period(n: int) -> None:
    for m in range(1, n):
        used, kept = value(n - 1, m - 1), value(n - 1, m)
        inspect, violate = first_period(n, m)
        stage = ((Fraction(1), used), (Fraction(-1), kept))
        back = tuple(tuple(-cell for cell in row) for row in stage)
        assert best_response_gap(stage, back, (inspect, 1 - inspect), (violate, 1 - violate)) == 0
        assert inspect + (1 - inspect) * -1 == value(n, m)


@pytest.mark.parametrize(
    ("p", "q", "name", "x", "y"),
    [("1/2", "1/4", "Bluff", "2/3", "1/5"), ("4/5", "1/4", "Attack", "1", "0"),
     ("1/2", "9/20", "Separating", "0", "0"), ("1/2", "4/5", "Deterrence", "0", "0")],
)  # fmt: skip
def test_unilateral_deterrence_has_the_regions_of_kilgour_and_zagare(p: str, q: str, name: str, x: str, y: str) -> None:  # fmt: skip
    found = played("unilateral-deterrence", **KILGOUR_ZAGARE, p_challenger=p, p_defender=q)
    assert found["thresholds"] == {"c_s": "2/5", "c_h": "1/2", "d_star": "3/5"}
    assert [(e["name"], e["x_soft"], e["y_soft"]) for e in found["equilibria"]] == [(name, x, y)]


def test_the_other_published_rows() -> None:
    assert played("asymmetric-deterrence", a_sq=2, a_dc=3, a_dd=0)["threshold"] == "1/3"
    crisis = played("crisis-bargaining", p="1/2", c_a="1/10", c_b_max="3/10")
    assert crisis == {"offer": "3/5", "p_war": "1/3"}
    found = played("stackelberg", leader=[[2, 4], [1, 3]], follower=[[1, 0], [0, 1]])
    assert (found["nash_values"], found["commitment_value"], found["commitment"]) == (["2"], "7/2", ["1/2", "1/2"])  # fmt: skip


def test_a_heavier_penalty_leaves_violation_and_lowers_enforcement() -> None:
    payoffs = {"a1": -4, "b1": 2, "c1": 0, "d1": 0, "a2": 1, "b2": -2, "c2": -1, "d2": 0}
    light, heavy = (
        played("sanctions-severity", **payoffs),
        played("sanctions-severity", **payoffs | {"a1": -9}),
    )
    assert light == {"violation_rate": "1/4", "enforcement_rate": "1/3"}
    assert heavy == {"violation_rate": "1/4", "enforcement_rate": "2/11"}


@pytest.mark.parametrize(
    ("p", "c_a", "c_b_max", "answer"),
    [("1/2", "1/2", "3/10", ("1/2", "0")), ("1", "0", "1/2", ("1", "0")), ("1/2", "0", "0", ("1/2", "0")), ("9/10", "0", "1", ("1", "1/10"))],
)  # fmt: skip
def test_bargaining_stays_in_its_corners(p: str, c_a: str, c_b_max: str, answer: tuple[str, str]) -> None:
    assert tuple(played("crisis-bargaining", p=p, c_a=c_a, c_b_max=c_b_max).values()) == answer


cells = st.integers(-2, 2).map(Fraction)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 3), st.integers(1, 3))
def test_every_game_has_an_equilibrium_without_gap_that_affine_changes_keep(
    data: Any, n: int, m: int
) -> None:
    shape = st.tuples(*[st.tuples(*[cells] * m)] * n)
    first, second = data.draw(shape), data.draw(shape)
    found = equilibria(first, second)
    assert found
    assert all(best_response_gap(first, second, x, y) == 0 for x, y in found)
    moved = tuple(tuple(3 * cell + 7 for cell in row) for row in first)
    assert set(equilibria(moved, second)) == set(found)
    led = games()["stackelberg"].solve(
        {"leader": [list(r) for r in first], "follower": [list(r) for r in second]}
    )
    assert led["commitment_value"] >= max(led["nash_values"])


@pytest.mark.parametrize("wrong", [{"periods": "x", "inspections": 1}, {"periods": 3}, {"periods": 3, "inspections": 1, "other": 2}, {"periods": 0, "inspections": 0}])  # fmt: skip
def test_a_wrong_parameter_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        games()["inspection"].solve(wrong)


def test_fractions_in_a_matrix_are_read_and_a_matrix_need_not_be_square() -> None:
    found = played("stackelberg", leader="[[1/2, 0, 1], [0, 1, 1/3]]", follower="[[0,0,0],[0,0,0]]")
    assert found["commitment_value"] == "1"
    assert {"1/3", "1/2", "1"} & set(found["nash_values"])


def test_a_number_of_absurd_size_is_refused() -> None:
    with pytest.raises(OptionError, match="expected a number"):
        games()["inspection"].solve({"periods": "1e999999999", "inspections": 1})
