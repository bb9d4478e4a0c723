"""Matching on 2,000 simulated scenes: how often the status is right, declared ships called dark, calibration; with and without Doppler.

    python -m benchmarks.match [--scenes 2000] [--first-seed 100000]

A status is right when a declared ship's detection is correlated with it and another's is dark; `ambiguous` counts as not wrong only where it is
listed apart. Seeds below 100,000 were used while the defaults were chosen; those above were not.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from rubicon.collect.scenes.look import look_of
from rubicon.detect.match import Options, match
from rubicon.schema import POSITION, rows_to_table
from rubicon.simulate.looks import KINDS, meeting

RESULTS = Path(__file__).parent / "results" / "match.md"


def measure(seeds: range, options: Options) -> tuple[dict[str, Counter[str]], np.ndarray]:
    """Counts by kind, and (probability, right) of every best candidate."""
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    told = []
    for seed in seeds:
        one = meeting(seed)
        found, _ = match(
            one.detections, rows_to_table(one.positions, POSITION), look_of(one.scene), one.lengths_m, options
        )
        count = counts[one.kind]
        for answer in found:
            true = one.truth[answer.detection_id]
            count["lost ambiguous"] += true in one.lost and answer.status == "ambiguous"
            count["stranger ambiguous"] += (
                true is None and answer.status == "ambiguous" and bool(answer.could_be)
            )
            right = (answer.status == "correlated" and answer.vessel_id == true) or (
                answer.status == "dark" and true is None
            )
            count["all"] += 1
            count["declared"] += true is not None
            count["right"] += right
            count["ambiguous"] += answer.status == "ambiguous"
            count["declared called dark"] += true is not None and answer.status == "dark"
            if answer.candidates:
                told.append((answer.candidates[0][1], answer.candidates[0][0] == true))
    return counts, np.array(told, dtype=float)


def table(seeds: range, options: Options) -> list[str]:
    """Lines of the result."""
    counts, told = measure(seeds, options)
    counts["all"] = sum(counts.values(), Counter())
    lines = [
        "| scenes | detections | right | ambiguous | wrong | declared called dark |",
        "|---|---|---|---|---|---|",
    ]
    for kind, c in counts.items():
        wrong = c["all"] - c["right"] - c["ambiguous"]
        lines.append(
            f"| {kind} | {c['all']} | {c['right'] / c['all']:.1%} | {c['ambiguous'] / c['all']:.1%} | {wrong / c['all']:.1%} | {c['declared called dark'] / max(c['declared'], 1):.2%} |"
        )
    edges = np.linspace(0, 1, 11)
    place = np.clip(np.digitize(told[:, 0], edges) - 1, 0, 9)
    gaps = [
        abs(told[place == k].mean(0) @ [1, -1]) * (place == k).mean() for k in range(10) if (place == k).any()
    ]
    return [
        *lines,
        "",
        f"Expected calibration error of the match probability over tenths: {sum(gaps):.3f} on {len(told)} pairs.",
    ]


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=2000)
    parser.add_argument("--first-seed", type=int, default=100_000)
    asked = parser.parse_args()
    seeds = range(asked.first_seed, asked.first_seed + asked.scenes)
    lines = [
        f"# Matching on {asked.scenes} simulated scenes, seeds from {asked.first_seed}",
        "",
        *table(seeds, Options()),
    ]
    lines += ["", "## Without the Doppler term", "", *table(seeds, Options(doppler=False))]
    sys.stdout.write("\n".join(lines) + "\n")
    if asked.first_seed >= 100_000:
        RESULTS.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
