"""`make bench-long`: 20,000 simulated dark voyages over ways that share nothing with our grid.

Prints how many feasible calls are ruled out (there must be none), the share of feasible verdicts among those that did not
call, and whether the stated probability is what it says: a reliability diagram and the expected calibration error, on
seeds that the fit of `geo.likely.CALIBRATION` never saw. `--fit` prints the two numbers of that fit.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

from naive import dark_voyages as dark  # noqa: E402
from naive.visibility import Shores  # noqa: E402
from rubicon.detect.reach import lower_bound  # noqa: E402
from rubicon.geo import likely  # noqa: E402
from rubicon.geo.coast import load_coast  # noqa: E402
from rubicon.geo.earth import distance_km  # noqa: E402
from rubicon.geo.envelope import envelope  # noqa: E402
from rubicon.geo.sea import sea_field, ways_to  # noqa: E402

FIT_SEEDS, TEST_SEEDS = (11,), (101, 102, 103, 104)
PLACES, PER_SEED, BINS = 100, 5000, 10


def judged(world: dark.World, voyages: dark.Voyages) -> tuple[np.ndarray, np.ndarray]:
    """Feasible and probability of each voyage's port, from the distances by sea that the product computes."""
    coast, ports = load_coast(), dark.ports()
    ways = [ways_to((p.lat_deg, p.lon_deg), world.places, coast=coast) for p in ports]
    km = np.array([way.km for way in ways])
    least = lower_bound(np.array([way.least_km for way in ways]))
    both = [
        np.column_stack([part[voyages.port, voyages.start], part[voyages.port, voyages.end]])
        for part in (km, least)
    ]
    pairs = np.stack([world.places[voyages.start], world.places[voyages.end]], axis=1)
    direct = np.array([distance_km(*a, *b) for a, b in pairs.tolist()])
    straight = np.maximum(direct, np.abs(both[0][:, 0] - both[0][:, 1]))
    found = envelope(*both, straight, voyages.gap_h, max_speed_kn=voyages.max_kn, stay_h=dark.STAY_H)
    return found.feasible, found.probability


def reliability(probability: np.ndarray, called: np.ndarray) -> tuple[float, list[tuple[float, float, int]]]:
    """Expected calibration error over bins of equal width, and for each its mean probability, share and count."""
    rows, error = [], 0.0
    at = np.minimum((probability * BINS).astype(int), BINS - 1)
    for b in range(BINS):
        mine = at == b
        if mine.any():
            rows.append((float(probability[mine].mean()), float(called[mine].mean()), int(mine.sum())))
            error += mine.mean() * abs(rows[-1][0] - rows[-1][1])
    return float(error), rows


def fitted(probability: np.ndarray, called: np.ndarray) -> tuple[float, float]:
    """Offset and slope of a logistic regression of the truth on the logarithm of the odds (Platt 1999)."""
    x = np.log(probability / (1 - probability))
    design, beta = np.column_stack([np.ones_like(x), x]), np.array([0.0, 1.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ beta))
        hessian = design.T @ (design * (p * (1 - p))[:, None])
        beta = beta + np.linalg.solve(hessian, design.T @ (called - p))
    return float(beta[0]), float(beta[1])


def diagram(rows: list[tuple[float, float, int]]) -> str:
    """The reliability diagram in characters: stated probability, share that called, count."""
    lines = ["| stated | called | voyages | |", "|---|---|---|---|"]
    for stated, called, count in rows:
        bar = "".join(
            "|" if k == round(stated * 40) else ("#" if k < round(called * 40) else ".") for k in range(41)
        )
        lines.append(f"| {100 * stated:.0f} % | {100 * called:.0f} % | {count:,} | `{bar}` |")
    return "\n".join(lines)


def run(seeds: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """Feasible, probability and truth of all voyages of some seeds, each with places of its own."""
    coast = load_coast()
    shores, parts = Shores(coast, dark.BOX), []
    fields = [sea_field(p.lat_deg, p.lon_deg, coast=coast, bbox=dark.BOX) for p in dark.ports()]
    berths = np.array([(field.lat_deg, field.lon_deg) for field in fields])
    for seed in seeds:
        world = dark.world(shores, berths, PLACES, seed)
        drawn = dark.voyages(world, PER_SEED, seed)
        parts.append((*judged(world, drawn), drawn.called, drawn.at_limit))
    return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def main() -> None:
    """Measure, print, and keep the table."""
    if "--fit" in sys.argv:
        feasible, probability, called, at_limit = run(FIT_SEEDS)
        used = feasible & ~at_limit
        offset, slope = fitted(probability[used], called[used])
        old = likely.CALIBRATION
        print(f"CALIBRATION = ({offset + slope * old[0]:.3f}, {slope * old[1]:.3f})")
        return
    feasible, probability, called, at_limit = run(TEST_SEEDS)
    error, rows = reliability(probability[~at_limit], called[~at_limit])
    missed = int((called & ~feasible).sum())
    text = "\n".join(
        [
            f"Simulated. {len(called):,} dark voyages, {int(called.sum()):,} of which called, on seeds that no fit saw. Ways from a",
            "visibility graph on the coastline's polygons; one caller in ten sails at her top speed all the way.",
            "",
            f"- feasible calls ruled out: **{missed}** of {int(called.sum()):,}",
            f"- feasible verdicts among those that did not call: {100 * feasible[~called].mean():.1f} %",
            f"- expected calibration error: **{error:.3f}** ({BINS} bins, callers at top speed left out)",
            "",
            diagram(rows),
            "",
        ]
    )
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / "reach_voyages.md").write_text(text, encoding="utf-8")
    print(text)
    if missed:
        sys.exit("a feasible call was ruled out")


if __name__ == "__main__":
    main()
