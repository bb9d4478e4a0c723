from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive import tasking as naive
from rubicon.case import Case, load_case
from rubicon.cli.policy import observations
from rubicon.errors import OptionError
from rubicon.respond import plan_looks as solver
from rubicon.respond import tasking

DAY = date(2026, 2, 1)


def season(
    seed: int, ports: int = 2, days: int = 4, longest_h: float = 60.0, kinds: int = 1
) -> solver.Season:
    bits = np.random.default_rng(seed)
    stay = np.stack(
        [solver.stay_chances([12.0, 30.0, longest_h], bits.dirichlet([1, 1, 1])) for _ in range(ports)]
    )
    return solver.Season(
        bits.gamma(1.0, 0.2, (ports, days)),
        stay,
        bits.choice([1.0, 0.6], (ports, days)),
        bits.uniform(0.05, 0.6, (ports, kinds)),
        tuple(range(1, kinds + 1)),
    )


# --- the solver against slow twins -------------------------------------------------------------------------


@given(seed=st.integers(0, 10_000), budget=st.integers(0, 4))
@settings(max_examples=25, deadline=None)
def test_the_best_plan_is_the_best_of_all_plans(seed: int, budget: int) -> None:
    asked = season(seed)
    plan = solver.best_plan(asked, budget)
    assert plan.share == pytest.approx(naive.best(asked, budget), abs=1e-12)
    assert plan.share == pytest.approx(naive.share(asked, plan.choices), abs=1e-12)
    assert (plan.choices > 0).sum() <= budget


@pytest.mark.parametrize("seed", range(3))
def test_two_kinds_of_look_with_two_prices(seed: int) -> None:
    asked = season(seed, ports=1, days=5, kinds=2, longest_h=90.0)
    for budget in (1, 3, 4):
        plan = solver.best_plan(asked, budget)
        assert sum(asked.cost[kind - 1] for kind in plan.choices.ravel() if kind) <= budget
        assert plan.share == pytest.approx(naive.best(asked, budget), abs=1e-12)


@given(seed=st.integers(0, 10_000), budget=st.integers(1, 12))
@settings(max_examples=15, deadline=None)
def test_no_plan_with_the_same_budget_beats_it(seed: int, budget: int) -> None:
    asked = season(seed, ports=3, days=14)
    best = solver.best_plan(asked, budget).share
    curve = solver.best_by_budget(asked, budget)
    assert curve[-1] == pytest.approx(best)
    assert all(b >= a - 1e-12 for a, b in pairwise(curve))
    for other in (solver.greedy(asked, budget), solver.equal_spacing(asked, budget)):
        assert best >= other.share - 1e-12
        assert (other.choices > 0).sum() <= budget


def test_the_plan_is_strictly_better_where_greed_and_even_spacing_go_wrong() -> None:
    # Stays of two looks, a sure look: greed takes the middle first and then cannot cover both ends.
    stay = solver.stay_chances([48.0], [1.0])[None, :]
    arrivals = np.array([[1.0, 1.2, 1.2, 1.0, 0.0, 0.0]])
    asked = solver.Season(arrivals, stay, np.ones((1, 6)), np.array([[0.0]]), (1,))
    plan, eager, even = (f(asked, 2) for f in (solver.best_plan, solver.greedy, solver.equal_spacing))
    assert plan.share == pytest.approx(1.0)
    assert eager.share < 0.9
    assert even.share < 1.0


def test_shifting_the_season_shifts_the_plan() -> None:
    asked = season(3, ports=1, days=10)
    quiet = np.zeros((1, 3))
    later = solver.Season(
        np.concatenate([quiet, asked.arrivals], axis=1), asked.stay, np.concatenate([quiet + 1, asked.free_miss], axis=1), asked.miss, asked.cost
    )  # fmt: skip
    assert solver.best_plan(later, 4).share == pytest.approx(solver.best_plan(asked, 4).share)


# --- what is printed against what happens ------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "budget"), [(1, 6), (2, 15)])
def test_what_is_printed_happens(seed: int, budget: int) -> None:
    bits = np.random.default_rng(seed)
    dwell, weights = [[24.0, 48.0, 72.0]] * 2, [list(bits.dirichlet([1, 1, 1])) for _ in range(2)]
    stay = np.stack([solver.stay_chances(h, w) for h, w in zip(dwell, weights, strict=True)])
    asked = solver.Season(
        bits.uniform(0.02, 0.2, (2, 40)), stay, np.ones((2, 40)), np.array([[0.2]] * 2), (1,)
    )
    plan = solver.best_plan(asked, budget)
    caught, calls, with_one = naive.lived(asked, plan.choices, dwell, weights, 1000, seed=99 + seed)
    assert abs(caught / calls - plan.share) < 0.02
    expected = 1 - np.exp(-asked.arrivals.sum() * plan.share)
    assert abs(with_one / 1000 - expected) < 0.04


def test_stays_of_hours_become_daily_looks_exactly() -> None:
    assert solver.stay_chances([48.0], [1.0]).tolist() == [0.0, 0.0, 1.0]
    assert solver.stay_chances([36.0], [1.0]) == pytest.approx([0.0, 0.5, 0.5])
    assert solver.stay_chances([12.0, 48.0], [1.0, 3.0]) == pytest.approx([0.125, 0.125, 0.75])
    for hours in ([], [0.0], [300.0]):
        with pytest.raises(OptionError, match="stays"):
            solver.stay_chances(hours, [1.0] * len(hours))


# --- a mover who knows -------------------------------------------------------------------------------------


def test_one_look_and_one_port_is_spread_evenly() -> None:
    # n days, calls of one look each, one sure look: the inspection game's value is 1/n.
    asked = solver.Season(np.ones((1, 5)), np.array([[0.0, 1.0]]), np.ones((1, 5)), np.array([[0.0]]), (1,))
    mix = solver.robust(asked, 1, rounds=2000)
    assert mix.at_most == pytest.approx(0.2, abs=0.005)
    assert 0.2 - solver.GAP <= mix.guaranteed <= 0.2 + 1e-9
    assert solver.exposed(asked, solver.best_plan(asked, 1).choices) == 0.0


@pytest.mark.parametrize("seed", range(3))
def test_what_a_mix_guarantees_holds_for_every_call(seed: int) -> None:
    asked = season(seed, ports=2, days=10)
    mix = solver.robust(asked, 4)
    average = sum(w * solver.caught(asked, plan) for w, plan in zip(mix.odds, mix.plans, strict=True))
    last = 10 - asked.longest + 1
    assert average[:, :last].min() == pytest.approx(mix.guaranteed)
    assert mix.guaranteed <= mix.at_most + 1e-9
    assert mix.odds.sum() == pytest.approx(1.0)
    assert mix.against_unaware <= solver.best_plan(asked, 4).share + 1e-9


# --- the case ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def najin(repo: Path) -> Case:
    return load_case(repo / "examples" / "najin" / "case.toml")


def test_the_answer_for_the_founding_case(najin: Case) -> None:
    found = tasking.tasking(najin, observations(najin), tasking.Wish(DAY, days=30, images=8))
    assert found["publish"] is False
    assert len(found["plan"]) == found["images"] == 8
    assert found["detection_probability"] >= max(found["baselines"].values()) - 1e-12
    assert {row["sensor"] for row in found["plan"]} == {"sar_spot"}
    assert max((one["calls_per_day"], one["port"]) for one in found["ports"])[1] == "Najin"
    daily = found["cadence"][0]["detection_probability"]["Najin"]
    assert daily > found["cadence"][3]["detection_probability"]["Najin"] > 0
    assert all(one["source_url"].startswith("http") and one["verification"] for one in found["sensors"])
    assert all(one["set_by"] for one in found["assumptions"])
    assert 0.01 <= found["season_probability"] <= 0.99


def test_money_buys_what_it_buys(najin: Case) -> None:
    wish = tasking.Wish(DAY, days=20, budget_usd=3000, ports=("Najin",), cloud=0.2)
    found = tasking.tasking(najin, observations(najin), wish)
    assert 0 < found["cost_usd"] <= 3000
    assert {row["port"] for row in found["plan"]} == {"Najin"}


def test_a_free_pass_counts_only_when_its_day_is_given(najin: Case) -> None:
    looks = observations(najin)
    wish = {"days": 20, "images": 3, "ports": ("Najin",)}
    without = tasking.tasking(najin, looks, tasking.Wish(DAY, **wish))
    given_day = tasking.tasking(najin, looks, tasking.Wish(DAY, **wish, first_pass={"sentinel1": DAY}))
    assert given_day["detection_probability"] > without["detection_probability"]
    with pytest.raises(OptionError, match="sentinel1"):
        tasking.tasking(najin, looks, tasking.Wish(DAY, **wish, first_pass={"landsat": DAY}))


def test_stays_follow_the_spans_that_were_seen() -> None:
    assert tasking.stay_posterior([24, 48, 72], []) == pytest.approx([1 / 3] * 3)
    longer = tasking.stay_posterior([24, 48, 72], [60, 60, 100])
    assert longer[2] > longer[1] == longer[0]


@pytest.mark.parametrize(
    ("wish", "named"),
    [
        ({"images": 0}, "budget"),
        ({"images": 5, "budget_usd": 100}, "budget"),
        ({"images": 5, "days": 0}, "days"),
        ({"images": 5, "cloud": 1.0}, "cloud"),
        ({"images": 5, "ports": ("Busan",)}, "Busan"),
        ({"budget_usd": 10}, "buys no image"),
    ],
)
def test_wrong_wishes_are_named(najin: Case, wish: dict[str, object], named: str) -> None:
    with pytest.raises(OptionError, match=named):
        tasking.tasking(najin, observations(najin), tasking.Wish(DAY, **wish))  # type: ignore[arg-type]
