"""Slow twins of the plan of looks: every plan tried, every stay walked through, seasons lived hour by hour."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from rubicon.respond.plan_looks import Season


def share(season: Season, choices: Any) -> float:
    """Share of expected calls caught, one call, stay and look at a time."""
    ports, days = season.arrivals.shape
    caught = whole = 0.0
    for port, day in product(range(ports), range(days)):
        for looks in range(season.longest + 1):
            miss = 1.0
            for at in range(day, min(day + looks, days)):
                miss *= season.free_miss[port, at]
                if choices[port][at]:
                    miss *= season.miss[port, choices[port][at] - 1]
            part = season.arrivals[port, day] * season.stay[port, looks]
            caught += part * (1 - miss)
            whole += part
    return caught / whole if whole else 0.0


def best(season: Season, budget: int) -> float:
    """The best share among all plans within the budget."""
    ports, days = season.arrivals.shape
    found = 0.0
    for flat in product(range(len(season.cost) + 1), repeat=ports * days):
        if sum(season.cost[kind - 1] for kind in flat if kind) <= budget:
            found = max(found, share(season, np.array(flat).reshape(ports, days)))
    return found


def lived(
    season: Season, choices: Any, dwell_h: Any, weights: Any, seasons: int, seed: int
) -> tuple[int, int, int]:
    """Calls caught, calls, and seasons with a call caught, over simulated seasons in hours.

    Calls come by chance at the season's rates at any hour before the look of their day and stay for drawn hours; each look
    sees each ship that is there, or not, by chance. Every call comes and goes by itself.
    """
    bits = np.random.default_rng(seed)
    misses = np.take_along_axis(season.misses(), choices[:, :, None], axis=2)[:, :, 0]
    caught = calls = with_one = 0
    for _ in range(seasons):
        before = caught
        for port, day in np.argwhere(season.arrivals > 0).tolist():
            for _call in range(bits.poisson(season.arrivals[port, day])):
                begins = day - bits.random()
                ends = begins + bits.choice(dwell_h[port], p=weights[port]) / 24
                looks = [at for at in range(day, len(misses[port])) if begins <= at < ends]
                calls += 1
                caught += any(bits.random() >= misses[port, at] for at in looks)
        with_one += caught > before
    return caught, calls, with_one
