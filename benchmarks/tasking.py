"""Tasking: does the printed chance happen, does the plan beat others, and how long does it take for 10 ports and 60 days?

Each printed chance is held against 1,000 seasons that are lived through in hours with other random numbers. The plan stands beside
a greedy one and evenly spaced ones with the same budget. Writes benchmarks/results/tasking.md.
"""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import numpy as np
from tests.naive import tasking as naive

from rubicon.respond import plan_looks as solver

SEASONS, RUNS = 1000, 3
BUDGETS = (10, 20, 40, 80)


def season(seed: int) -> tuple[solver.Season, list[list[float]], list[list[float]]]:
    """Ten ports with unequal traffic and stays, busier in some weeks than in others, 60 days, two kinds of look."""
    bits = np.random.default_rng(seed)
    ports, days = 10, 60
    dwell = [[h * times for times in (0.5, 1.0, 1.5)] for h in bits.choice([24.0, 48.0, 64.0], ports)]
    chances = [list(bits.dirichlet([2.0, 3.0, 2.0])) for _ in range(ports)]
    stays = [solver.stay_chances(hours, part) for hours, part in zip(dwell, chances, strict=True)]
    longest = max(map(len, stays))
    stay = np.stack([np.pad(one, (0, longest - len(one))) for one in stays])
    weeks = bits.gamma(2.0, 0.5, (ports, days // 7 + 1)).repeat(7, axis=1)[:, :days]
    arrivals = bits.gamma(1.0, 0.08, (ports, 1)) * weeks
    miss = np.array([[0.15]] * ports)
    return solver.Season(arrivals, stay, np.ones((ports, days)), miss, (1,)), dwell, chances


def main() -> None:
    """Measure and write the table."""
    lines = [
        "# Tasking",
        "",
        "`python -m benchmarks.tasking`: 10 ports, 60 days, traffic that is uneven between ports and weeks; shares of calls caught in %.",
        "",
        "| images | printed | happened in 1,000 seasons | difference, points | greedy | equal spacing | seconds, plan | seconds, with the mix | guaranteed against a mover who knows the odds | no mix can exceed |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for number, budget in enumerate(BUDGETS):
        asked, dwell, chances = season(number)
        took, whole = [], []
        for _ in range(RUNS):
            start = time.perf_counter()
            plan = solver.best_plan(asked, budget)
            took.append(time.perf_counter() - start)
        start = time.perf_counter()
        mix = solver.robust(asked, budget)
        whole.append(time.perf_counter() - start + median(took))
        caught, calls, _ = naive.lived(asked, plan.choices, dwell, chances, SEASONS, seed=1000 + number)
        happened = caught / calls
        even, eager = solver.equal_spacing(asked, budget).share, solver.greedy(asked, budget).share
        assert plan.share >= max(even, eager) - 1e-12
        lines.append(
            f"| {budget} | {100 * plan.share:.1f} | {100 * happened:.1f} ({calls:,} calls) | {100 * abs(happened - plan.share):.1f} "
            f"| {100 * eager:.1f} | {100 * even:.1f} | {median(took):.3f} | {median(whole):.1f} | {100 * mix.guaranteed:.1f} | {100 * mix.at_most:.1f} |"
        )
        print(lines[-1], flush=True)
    results = Path(__file__).with_name("results") / "tasking.md"
    results.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
