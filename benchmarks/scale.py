"""Time and memory of ingest and all detectors on a million and on ten million simulated positions: growth must be linear.

Each size runs in a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._peers import keep, machine
from rubicon import engine
from rubicon.case import Input
from rubicon.collect.ingest import ingest
from rubicon.registry import detectors
from rubicon.schema import Origin
from rubicon.simulate.fleet import simulate_positions
from rubicon.store.lake import Lake

SIZES = (1_000_000, 10_000_000)
MOST_GIB = 8.0


def measure(count: int) -> dict[str, float]:
    """Seconds of each step and the peak of memory in GiB, in this process."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = simulate_positions(count, folder, 1)
        lake = Lake(folder / "lake")
        start = time.process_time()
        made = ingest([(path, Input(file=str(path), format="parquet"))], lake, origin=Origin.SIMULATED)
        found["ingest"], found["positions"] = time.process_time() - start, float(made.positions)
        for kind in detectors():
            start = time.process_time()
            events = engine.local(kind, lake, engine.options_for(kind))
            found[kind], found[f"{kind} events"] = time.process_time() - start, float(events.num_rows)
    found["peak_gib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return found


def table_of(sizes: tuple[int, ...]) -> str:
    """Measure all sizes and lay them side by side; the slope is the exponent of growth from the first to the last."""

    runs = []
    for size in sizes:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.scale", str(size)], check=True, capture_output=True, text=True
        )
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    steps = ["ingest", *(kind for kind in detectors())]
    lines = [
        machine(),
        "",
        "| seconds of processor time | "
        + " | ".join(f"{run['positions']:,.0f}" for run in runs)
        + " | slope |",
    ]
    lines.append("|---" * (len(runs) + 2) + "|")
    for step in steps:
        times = [run[step] for run in runs]
        grown = math.log(times[-1] / max(times[0], 1e-3)) / math.log(
            runs[-1]["positions"] / runs[0]["positions"]
        )
        lines.append(f"| {step} | " + " | ".join(f"{value:,.1f}" for value in times) + f" | {grown:.2f} |")
    lines.append("| peak of memory, GiB | " + " | ".join(f"{run['peak_gib']:.1f}" for run in runs) + " | |")
    if runs[-1]["peak_gib"] > MOST_GIB:
        lines.append(f"\nMore than {MOST_GIB:g} GiB were used.")
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure one size (in a child process), or all and keep the table."""
    if len(sys.argv) > 1:
        measure(3 * 2880)
        print(json.dumps(measure(int(sys.argv[1]))))
        return
    keep("scale", table_of(SIZES))


if __name__ == "__main__":
    main()
