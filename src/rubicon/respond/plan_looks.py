"""Which port to image on which day, so that the chance to catch a call is highest: exact, by dynamic programming.

A call begins on some day and can be seen at `m` daily looks, with chance `stay[m]`; each look misses it with a known chance,
independently. The chance to catch a call depends on the looks of the last days only, so the state is the choices of the last
`len(stay) - 2` days, and the best plan of one port for every budget follows backwards from the last day. Budgets are then
split between ports by the best sum. No plan with the same budget catches a larger share of the expected calls.

Against a mover who knows the odds but not the days, plans are mixed: regret matching (Hart and Mas-Colell 2000, in its
non-negative form) moves the calls to where they are seen least, the best plan answers each time, and the average of the
plans guarantees what the worst call under it gives. The gap to the best that any mix could do is computed, not assumed.

Kept apart: looks are at one hour of the day at all ports; cloud is independent from day to day, where in truth it lasts, so
a run of cloudy days costs more than stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rubicon.errors import OptionError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_CELLS = 40_000_000
"""Ports x days x states x budget steps that are worked through: beyond it a plan would take minutes and gigabytes."""
ROUNDS = 200
GAP = 0.01
"""A point between what is guaranteed and what no mix can exceed ends the search for a mix."""


@dataclass(frozen=True)
class Season:
    """What a plan is made for; P ports, D days, K kinds of tasked look, stays of up to L daily looks.

    `arrivals` (P, D): expected calls that can first be seen at the look of that day, any scale. `stay` (P, L + 1): chance that a
    call can be seen at exactly m daily looks. `free_miss` (P, D): chance that looks which come anyway miss a ship that is there (1
    where there is none). `miss` (P, K): chance that a tasked look of a kind misses it. `cost` (K): whole steps of the budget.
    """

    arrivals: Floats
    stay: Floats
    free_miss: Floats
    miss: Floats
    cost: tuple[int, ...]

    def __post_init__(self) -> None:
        ports, days = self.arrivals.shape
        fits = self.stay.shape[0] == ports and self.free_miss.shape == (ports, days)
        if not fits or self.miss.shape != (ports, len(self.cost)):
            raise OptionError("arrivals, stay, free_miss, miss and cost do not fit together", place="season")
        chances = (self.stay, self.free_miss, self.miss)
        if any((part < 0).any() or (part > 1 + 1e-12).any() for part in chances) or (self.arrivals < 0).any():
            raise OptionError("chances lie between 0 and 1, arrivals are not negative", place="season")
        if not self.cost or min(self.cost) < 1:
            raise OptionError("every kind of look costs at least one step", place="season")

    @property
    def longest(self) -> int:
        """Daily looks in the longest stay."""
        return int(self.stay.shape[1]) - 1

    def misses(self) -> Floats:
        """Chance (P, D, K + 1) that the looks of a day miss a ship, by what is tasked that day (0 is nothing)."""
        none = np.ones((len(self.arrivals), 1))
        tasked = np.concatenate([none, self.miss], axis=1)
        made: Floats = self.free_miss[:, :, None] * tasked[:, None, :]
        return made


@dataclass(frozen=True)
class Plan:
    """What is tasked at each port on each day (P, D; 0 is nothing), and the share of the expected calls that it catches."""

    choices: Ints
    share: float


def stay_chances(dwell_h: Sequence[float], weights: Sequence[float]) -> Floats:
    """Chance that a call is there at exactly m daily looks, m = 0 ... longest, for stays of given hours.

    A call begins at any hour of the 24 before a look, each as likely; exact. Raises OptionError for stays that are
    not positive or longer than nine days.
    """
    dwell, share = np.asarray(dwell_h, float), np.asarray(weights, float)
    if not len(dwell) or (dwell <= 0).any() or (dwell > 216).any() or (share < 0).any() or not share.sum():
        raise OptionError("stays are longer than nothing and at most nine days", place="dwell_h")
    longest = int(np.ceil(dwell.max() / 24 - 1e-9))
    made = np.zeros(longest + 1)
    for hours, part in zip(dwell, share / share.sum(), strict=True):
        whole = int(hours // 24)
        rest = hours / 24 - whole
        made[whole] += part * (1 - rest)
        if rest > 1e-12:
            made[whole + 1] += part * rest
    return made


def caught(season: Season, choices: Ints) -> Floats:
    """Chance (P, D) that a call which can first be seen on a day is caught under a plan; looks end with the season."""
    ports, days = choices.shape
    misses = np.take_along_axis(season.misses(), choices[:, :, None], axis=2)[:, :, 0]
    padded = np.concatenate([misses, np.ones((ports, season.longest))], axis=1)
    found, through = np.zeros((ports, days)), np.ones((ports, days))
    for m in range(1, season.longest + 1):
        through = through * padded[:, m - 1 : m - 1 + days]
        found += season.stay[:, m, None] * (1 - through)
    return found


def share_caught(season: Season, choices: Ints) -> float:
    """Share of the expected calls that a plan catches."""
    whole = float(season.arrivals.sum())
    return float((season.arrivals * caught(season, choices)).sum()) / whole if whole else 0.0


def best_plan(season: Season, budget: int) -> Plan:
    """The plan that catches most within a budget.

    Raises OptionError when the question is too large to be worked through.
    """
    values, steps = best_by_port(season, budget)
    choices = _chosen(season, _split(values, budget), steps)
    return Plan(choices, share_caught(season, choices))


def best_by_budget(season: Season, budget: int) -> list[float]:
    """Share of the expected calls that the best plan catches, for every budget from nothing."""
    values, _ = best_by_port(season, budget)
    total = values[0]
    for row in values[1:]:
        total = _sums(total, row).max(axis=1)
    whole = float(season.arrivals.sum()) or 1.0
    return [float(one) / whole for one in total]


def best_by_port(season: Season, budget: int) -> tuple[Floats, list[npt.NDArray[np.int8]]]:
    """Expected calls caught (P, budget + 1) by the best plan of each port, and what it tasks day by day."""
    ports, days = season.arrivals.shape
    kinds, memory = len(season.cost) + 1, max(season.longest - 1, 0)
    states = kinds**memory
    if budget < 0 or ports * (days + memory) * states * (budget + 1) > MOST_CELLS:
        raise OptionError(
            "too many ports, days, sensors or images at once: ask for fewer", place=f"{budget} steps"
        )
    value = np.zeros((ports, states, budget + 1))
    steps: list[npt.NDArray[np.int8]] = []
    following = [
        (np.arange(states) * kinds + kind) % states if memory else np.zeros(1, np.int64)
        for kind in range(kinds)
    ]
    gains = _gains(season, kinds, memory)
    for day in range(days + memory - 1, -1, -1):
        best = value[:, following[0], :] + gains[day][0][:, :, None]
        step = np.zeros(best.shape, np.int8)
        for kind in range(1, kinds if day < days else 1):
            cost = season.cost[kind - 1]
            if cost > budget:
                continue
            tried = value[:, following[kind], : budget + 1 - cost] + gains[day][kind][:, :, None]
            better = tried > best[:, :, cost:] + 1e-15
            best[:, :, cost:] = np.where(better, tried, best[:, :, cost:])
            step[:, :, cost:][better] = kind
        value = best
        if day < days:
            steps.append(step)
    return value[:, 0, :], steps[::-1]


def _gains(season: Season, kinds: int, memory: int) -> Floats:
    """Expected calls (D + memory, kinds, P, states) whose last look is that day and that are caught by then.

    After the season nothing is tasked and nothing seen.
    """
    ports, days = season.arrivals.shape
    states = kinds**memory
    misses = np.ones((ports, memory + days + memory, kinds))
    misses[:, memory : memory + days] = season.misses()
    arrivals = np.zeros((ports, memory + days + memory))
    arrivals[:, memory : memory + days] = season.arrivals
    digits = [(np.arange(states) // kinds**back) % kinds for back in range(memory)]
    span = days + memory
    through = np.repeat(misses[:, memory:, :, None], states, axis=3)
    gains = np.zeros((ports, span, kinds, states))
    for m in range(1, season.longest + 1):
        back = memory - (m - 1)
        if m > 1:
            through = through * misses[:, back : back + span][:, :, digits[m - 2]][:, :, None, :]
        first = arrivals[:, back : back + span] * season.stay[:, m, None]
        gains += first[:, :, None, None] * (1 - through)
    made: Floats = np.ascontiguousarray(gains.transpose(1, 2, 0, 3))
    return made


def _split(values: Floats, budget: int) -> list[int]:
    """How much of the budget each port gets, for the best sum."""
    totals, given = [values[0]], [np.arange(budget + 1)]
    for row in values[1:]:
        tried = _sums(totals[-1], row)
        kept = tried.argmax(axis=1)
        totals.append(tried.max(axis=1))
        given.append(np.arange(budget + 1) - kept)
    left, parts = budget, []
    for port in range(len(values) - 1, 0, -1):
        part = int(given[port][left])
        parts.append(part)
        left -= part
    return [left, *parts[::-1]]


def _sums(first: Floats, second: Floats) -> Floats:
    """Value of giving k steps to the first and b - k to the second, for every b (rows) and k; minus infinity for k > b."""
    steps = np.arange(len(first))
    rest = steps[:, None] - steps[None, :]
    made: Floats = np.where(rest >= 0, first[None, :] + second[np.maximum(rest, 0)], -np.inf)
    return made


def _chosen(season: Season, parts: Sequence[int], steps: Sequence[npt.NDArray[np.int8]]) -> Ints:
    """The choices of the best plan, port by port with its part of the budget."""
    ports, days = season.arrivals.shape
    kinds = len(season.cost) + 1
    states = kinds ** max(season.longest - 1, 0)
    choices = np.zeros((ports, days), np.int64)
    for port, part in enumerate(parts):
        state, left = 0, part
        for day in range(days):
            kind = int(steps[day][port, state, left])
            choices[port, day] = kind
            left -= season.cost[kind - 1] if kind else 0
            state = (state * kinds + kind) % states
    return choices


# --- plans to compare with ---------------------------------------------------------------------------------


def greedy(season: Season, budget: int) -> Plan:
    """Add the look that gains most for its cost until the budget is spent."""
    choices = np.zeros(season.arrivals.shape, np.int64)
    left = budget
    while True:
        now, best, where = share_caught(season, choices), 0.0, (0, 0, 0)
        for port, day in zip(*np.nonzero(choices == 0), strict=True):
            for kind, cost in enumerate(season.cost, start=1):
                if cost > left:
                    continue
                choices[port, day] = kind
                gain = (share_caught(season, choices) - now) / cost
                choices[port, day] = 0
                if gain > best + 1e-15:
                    best, where = gain, (int(port), int(day), kind)
        if best <= 0:
            return Plan(choices, now)
        port, day, kind = where
        choices[port, day] = kind
        left -= season.cost[kind - 1]


def equal_spacing(season: Season, budget: int) -> Plan:
    """The best of the plans that space the surest look evenly, at the busiest port, the two busiest, and so on."""
    ports, days = season.arrivals.shape
    kind = int(season.miss.sum(axis=0).argmin()) + 1
    looks = budget // season.cost[kind - 1]
    best = Plan(np.zeros((ports, days), np.int64), 0.0)
    order = np.argsort(-season.arrivals.sum(axis=1), kind="stable")
    for used in range(1, ports + 1):
        choices = np.zeros((ports, days), np.int64)
        for rank, port in enumerate(order[:used]):
            here = min(looks // used + (rank < looks % used), days)
            at = ((np.arange(here) + 0.5) * days / max(here, 1)).astype(np.int64)
            choices[port, at] = kind
        share = share_caught(season, choices)
        if share > best.share:
            best = Plan(choices, share)
    return best


def every(season: Season, gap_days: int) -> Ints:
    """The surest look at every port every so many days, from the first."""
    kind = int(season.miss.sum(axis=0).argmin()) + 1
    choices = np.zeros(season.arrivals.shape, np.int64)
    choices[:, ::gap_days] = kind
    return choices


# --- a mover who knows the odds ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Mix:
    """Plans with their odds.

    `guaranteed` is the chance to catch the call that is seen least under them, `at_most` what no mix of plans with this
    budget can exceed, `against_unaware` the share of the expected calls.
    """

    plans: tuple[Ints, ...]
    odds: Floats
    guaranteed: float
    at_most: float
    against_unaware: float


def robust(season: Season, budget: int, *, rounds: int = ROUNDS) -> Mix:
    """A mix of plans against a mover who picks port and day knowing the odds, but not which plan was drawn.

    The mover picks among the days from which its whole stay lies in the season, at any port.
    """
    ports, days = season.arrivals.shape
    free = np.zeros((ports, days))
    free[:, : max(days - season.longest + 1, 1)] = 1.0
    regret, weighted = np.zeros((ports, days)), np.zeros((ports, days))
    plans: list[Ints] = []
    seen: list[Floats] = []
    summed, total, at_most = np.zeros((ports, days)), 0.0, 1.0
    moves = free / free.sum()
    best: tuple[float, int] = (-1.0, 0)
    for number in range(1, rounds + 1):
        answer = best_plan(_moved(season, moves), budget)
        at_most = min(at_most, answer.share)
        found = caught(season, answer.choices)
        plans.append(answer.choices)
        seen.append(found)
        summed, total, weighted = summed + number * found, total + number, weighted + number * moves
        guaranteed = float((summed / total)[free > 0].min())
        if guaranteed > best[0]:
            best = (guaranteed, number)
        if at_most - best[0] < GAP:
            break
        regret = np.maximum(regret + (float((moves * found).sum()) - found), 0) * free
        ahead = np.maximum(regret + (float((moves * found).sum()) - found), 0) * free
        moves = ahead / ahead.sum() if ahead.sum() > 0 else free / free.sum()
        if number % 25 == 0:
            average = best_plan(_moved(season, weighted / weighted.sum()), budget)
            at_most = min(at_most, average.share)
    kept = best[1]
    odds = np.arange(1.0, kept + 1)
    odds /= odds.sum()
    whole = float(season.arrivals.sum()) or 1.0
    shares = [float((season.arrivals * one).sum()) / whole for one in seen[:kept]]
    return Mix(tuple(plans[:kept]), odds, best[0], at_most, float(odds @ np.array(shares)))


def _moved(season: Season, moves: Floats) -> Season:
    return Season(moves, season.stay, season.free_miss, season.miss, season.cost)


def exposed(season: Season, choices: Ints) -> float:
    """Chance to catch the call that is seen least when the mover knows the very days of a plan."""
    days = season.arrivals.shape[1]
    return float(caught(season, choices)[:, : max(days - season.longest + 1, 1)].min())


def record_of(curve: Sequence[float]) -> list[dict[str, Any]]:
    """The best share by budget as JSON rows."""
    return [{"budget": step, "detection_probability": one} for step, one in enumerate(curve)]
