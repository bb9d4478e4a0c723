"""The games against published results, their own recursion, and the definition of an equilibrium."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive import bimatrix as naive_bimatrix
from naive import inspection as naive_inspection
from rubicon.errors import OptionError
from rubicon.registry import games
from rubicon.respond.games._exact import best_response_gap, equilibria, fraction, matrix
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


@pytest.mark.parametrize("n", range(2, 13))
def test_dresher_is_the_value_of_the_whole_tree(n: int) -> None:
    for m in range(1, n):

        def inspect(past: tuple[bool, ...], n: int = n, m: int = m) -> Fraction:
            return first_period(n - len(past), m - sum(past))[0]

        def violate(past: tuple[bool, ...], n: int = n, m: int = m) -> Fraction:
            return first_period(n - len(past), m - sum(past))[1]

        assert naive_inspection.worth_to_violator(n, m, inspect) == -value(n, m)
        assert naive_inspection.worth_to_inspector(n, m, violate) == value(n, m)


def test_one_port_of_value_one_is_the_game_of_dresher() -> None:
    for n, m in ((1, 0), (1, 1), (3, 1), (4, 2), (5, 3)):
        one, ports = (
            played("inspection", periods=n, inspections=m, **more) for more in ({}, {"values": "[1]"})
        )
        assert one["value"] == ports["value"]
        assert played("inspection", periods=n, inspections=m, values="[3/2]")["value"] == str(Fraction(3, 2) * value(n, m))  # fmt: skip


@pytest.mark.parametrize(("n", "m", "values"), [(1, 1, "[1, 1]"), (2, 1, "[1, 1/2]"), (3, 2, "[2, 1, 1/3]"), (2, 9, "[1, 2]")])  # fmt: skip
def test_with_several_ports_neither_side_can_do_better(n: int, m: int, values: str) -> None:
    found = games()["inspection"].solve({"periods": n, "inspections": m, "values": values})
    how, worth, ports = found["strategy"], found["value"], found["ports"]
    later = [games()["inspection"].solve({"periods": n - 1, "inspections": k, "values": values})["value"] if n > 1 else Fraction(0) for k in range(m + 1)]  # fmt: skip
    used = how["inspections_used"]
    strikes = [v * (2 * c - 1) for v, c in zip(ports, how["inspect"], strict=True)]
    waits = sum(chance * later[m - s] for s, chance in enumerate(used))
    assert sum(used) == 1
    assert min([*strikes, waits]) == worth
    assert sum(how["violate"]) + how["wait"] == 1
    weighed = sorted((2 * q * v for q, v in zip(how["violate"], ports, strict=True)), reverse=True)
    missed = sum(q * v for q, v in zip(how["violate"], ports, strict=True))
    assert max(sum(weighed[:s]) - missed + how["wait"] * later[m - s] for s in range(len(used))) == worth


def test_two_equal_ports_and_one_look_by_hand() -> None:
    assert played("inspection", periods=1, inspections=1, values="[1, 1]")["value"] == "0"
    assert played("inspection", periods=1, inspections=0, values="[1, 2]")["value"] == "-2"


cells = st.integers(-2, 2).map(Fraction)


@settings(max_examples=40, deadline=None)
@given(st.data(), st.integers(1, 3), st.integers(1, 3))
def test_every_game_has_an_equilibrium_without_gap_that_affine_changes_keep(
    data: Any, n: int, m: int
) -> None:
    shape = st.tuples(*[st.tuples(*[cells] * m)] * n)
    first, second = data.draw(shape), data.draw(shape)
    found = equilibria(first, second)
    assert found
    assert all(best_response_gap(first, second, x, y) == 0 for x, y in found)
    assert set(found) == naive_bimatrix.extreme_equilibria(first, second)
    moved = tuple(tuple(3 * cell + 7 for cell in row) for row in first)
    assert set(equilibria(moved, second)) == set(found)
    led = games()["stackelberg"].solve(
        {"leader": [list(r) for r in first], "follower": [list(r) for r in second]}
    )
    assert led["commitment_value"] >= max(led["nash_values"])
    assert led["commitment_value"] == naive_bimatrix.commitment_value(first, second)
    mixture, column = led["commitment"], led["follower_answers"]
    answers = [sum(x * row[j] for x, row in zip(mixture, second, strict=True)) for j in range(m)]
    assert answers[column] == max(answers)
    assert sum(mixture) == 1
    again = games()["stackelberg"].solve(
        {"leader": [list(r) for r in moved], "follower": [list(r) for r in second]}
    )
    assert (again["commitment"], again["commitment_value"]) == (mixture, 3 * led["commitment_value"] + 7)


@pytest.mark.parametrize("size", [9, 12])
def test_a_large_game_has_an_exact_commitment(size: int) -> None:
    leader = [[(7 * i + 3 * j * j) % 11 for j in range(size)] for i in range(size)]
    follower = [[(5 * i * i + j) % 13 for j in range(size)] for i in range(size)]
    made = games()["stackelberg"]
    found = made._commitments(
        *(tuple(tuple(map(Fraction, row)) for row in part) for part in (leader, follower))
    )
    best, mixture, column = max(found, key=lambda each: each[0])
    answers = [sum(x * row[j] for x, row in zip(mixture, follower, strict=True)) for j in range(size)]
    assert answers[column] == max(answers)
    assert best == sum(x * row[column] for x, row in zip(mixture, leader, strict=True))
    assert best >= max(min(row) for row in leader)


payoffs = st.fractions(-5, 5, max_denominator=6)
step = st.fractions(Fraction(1, 4), 3, max_denominator=6)
scale, shift = st.fractions(Fraction(1, 3), 4, max_denominator=5), st.integers(-5, 5)


@given(payoffs, step, step, scale, shift, st.fractions(0, 1, max_denominator=20))
def test_attack_pays_below_the_threshold_alone(
    low: Fraction, up: Fraction, more: Fraction, times: Fraction, plus: int, p: Fraction
) -> None:
    a = {"a_dd": low, "a_sq": low + up, "a_dc": low + up + more}
    found = games()["asymmetric-deterrence"].solve(a)
    gain = p * a["a_dd"] + (1 - p) * a["a_dc"] - a["a_sq"]
    assert (gain > 0) == (p < found["threshold"])
    moved = {name: times * cell + plus for name, cell in a.items()}
    assert games()["asymmetric-deterrence"].solve(moved) == found


@given(st.tuples(*[payoffs] * 4), st.tuples(*[step] * 4), scale, shift)
def test_rates_of_sanctions_leave_nobody_a_gain(base: Any, gains: Any, times: Fraction, plus: int) -> None:
    a1, b2, c2, d1 = base
    given_ = {"a1": a1, "c1": a1 + gains[0], "d1": d1, "b1": d1 + gains[1], "b2": b2, "a2": b2 + gains[2], "c2": c2, "d2": c2 + gains[3]}  # fmt: skip
    model = games()["sanctions-severity"]
    found = model.solve(given_)
    violator = ((given_["a1"], given_["b1"]), (given_["c1"], given_["d1"]))
    enforcer = ((given_["a2"], given_["b2"]), (given_["c2"], given_["d2"]))
    p, q = found["violation_rate"], found["enforcement_rate"]
    assert best_response_gap(violator, enforcer, (p, 1 - p), (q, 1 - q)) == 0
    assert 0 < p < 1
    assert model.solve({name: times * cell + plus for name, cell in given_.items()}) == found


chances = st.fractions(0, 1, max_denominator=12)


@given(chances, st.fractions(0, 1, max_denominator=9), st.fractions(0, 2, max_denominator=9), chances)
def test_no_other_demand_is_better(p: Fraction, c_a: Fraction, c_b: Fraction, other: Fraction) -> None:
    found = games()["crisis-bargaining"].solve({"p": p, "c_a": c_a, "c_b_max": c_b})

    def worth(keeps: Fraction) -> Fraction:
        refused = min(max((keeps - p) / c_b, Fraction(0)), Fraction(1)) if c_b else Fraction(int(keeps > p))
        return keeps * (1 - refused) + (p - c_a) * refused

    assert 0 <= found["offer"] <= 1
    assert worth(found["offer"]) >= worth(other)


@settings(max_examples=60)
@given(payoffs, st.tuples(*[step] * 6), chances, chances, scale, shift)
def test_profiles_of_unilateral_deterrence_have_no_gap(
    low: Fraction, ups: Any, p: Fraction, q: Fraction, times: Fraction, plus: int
) -> None:
    cd = low
    ch = {"ch_cd": cd, "ch_dd_hard": cd + ups[0], "ch_sq": cd + ups[0] + ups[1], "ch_dc": cd + ups[0] + ups[1] + ups[2]}  # fmt: skip
    de = {"def_dd_soft": low, "def_dc": low + ups[3], "def_cd": low + ups[3] + ups[4]}
    chances_ = {"p_challenger": p, "p_defender": q}
    model = games()["unilateral-deterrence"]
    found = model.solve(ch | de | chances_)
    assert found["equilibria"]
    for each in [*found["equilibria"], *found["off_path"]]:
        met = q + (1 - q) * each["y_soft"]
        for x, fight in ((each["x_soft"], ch["ch_cd"]), (each["x_hard"], ch["ch_dd_hard"])):
            gain = met * fight + (1 - met) * ch["ch_dc"] - ch["ch_sq"]
            assert max(gain * (1 - x), -gain * x) <= 0
        weights = (p * each["x_hard"], (1 - p) * each["x_soft"])
        if sum(weights):
            hard = weights[0] / sum(weights)
            gain = hard * de["def_dd_soft"] + (1 - hard) * de["def_cd"] - de["def_dc"]
            assert max(gain * (1 - each["y_soft"]), -gain * each["y_soft"]) <= 0
    moved = {name: times * cell + plus for name, cell in (ch | de).items()}
    assert model.solve(moved | chances_) == found


@pytest.mark.parametrize("wrong", [{"periods": "x", "inspections": 1}, {"periods": 3}, {"periods": 3, "inspections": 1, "other": 2}, {"periods": 0, "inspections": 0}])  # fmt: skip
def test_a_wrong_parameter_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        games()["inspection"].solve(wrong)


def test_fractions_in_a_matrix_are_read_and_a_matrix_need_not_be_square() -> None:
    found = played("stackelberg", leader="[[1/2, 0, 1], [0, 1, 1/3]]", follower="[[0,0,0],[0,0,0]]")
    assert found["commitment_value"] == "1"
    assert {"1/3", "1/2", "1"} & set(found["nash_values"])


@pytest.mark.parametrize(("text", "exact"), [("0.1", "1/10"), ("-1/3", "-1/3"), (" 3 / 5 ", "3/5"), ("1e-2", "1/100"), ("1.5/0.5", "3"), (".5", "1/2"), ("2.", "2"), (0.1, "1/10"), (7, "7"), ("0.12345678901234567890123", "12345678901234567890123/100000000000000000000000")])  # fmt: skip
def test_numbers_are_read_exactly(text: Any, exact: str) -> None:
    assert str(fraction(text, "here")) == exact


@pytest.mark.parametrize("text", ["", "1/0", "one", "1//2", "1/2/3", "nan", "inf", "0x10", "-", "."])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="expected a number"):
        fraction(text, "here")


@pytest.mark.parametrize(("name", "given_"), [
    ("sanctions-severity", {"a1": 0, "b1": 2, "c1": 0, "d1": 0, "a2": 1, "b2": -2, "c2": -1, "d2": 0}),
    ("asymmetric-deterrence", {"a_sq": 1, "a_dc": 1, "a_dd": 1}),
    ("unilateral-deterrence", KILGOUR_ZAGARE | {"ch_dd_hard": 0, "p_challenger": 0, "p_defender": 0}),
    ("crisis-bargaining", {"p": "3/2", "c_a": 0, "c_b_max": 1}),
    ("stackelberg", {"leader": "[[1,2],[3]]", "follower": "[[1,2],[3,4]]"}),
    ("inspection", {"periods": 2, "inspections": 1, "values": "[1, 0]"}),
])  # fmt: skip
def test_degenerate_payoffs_are_named(name: str, given_: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        games()[name].solve(given_)


@pytest.mark.parametrize(
    "text", ["[[1/2, 3],[0,-1]]", '[["1/2", 3], [0, "-1"]]', "[[ 1 / 2 ,3.0], [0, -1]]", " [[.5,3],[0,-1]] "]
)
def test_a_table_is_read_in_any_spelling(text: str) -> None:
    assert matrix(text, "here") == ((Fraction(1, 2), 3), (0, -1))


def test_a_number_of_absurd_size_is_refused() -> None:
    with pytest.raises(OptionError, match="expected a number"):
        games()["inspection"].solve({"periods": "1e999999999", "inspections": 1})
