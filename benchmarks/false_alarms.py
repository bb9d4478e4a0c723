"""False alarms of the radar threshold: realised over nominal, on simulated sea and on real sea without ships, beside the Gaussian rule.

    python -m benchmarks.false_alarms [--data ../shared/data/imagery]

Real sea: tiles of LS-SSDD whose annotation holds no ship (8-bit amplitudes of Sentinel-1), and the blocks of a decibel picture of the sea off Los Angeles whose clutter is
even (so that the anchored ships and the port are left out). Nothing was tuned on either. The Gaussian rule takes mean and deviation of the same ring.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from statistics import NormalDist
from xml.etree import ElementTree

import numpy as np

from benchmarks.radar import GUARD, LEAST, REACH
from rubicon.detect.radar import Options, false_alarm_rate

NOMINAL = (1e-3, 1e-4, 1e-5)
SEAS = {"calm (nu 20)": 20.0, "moderate (nu 8)": 8.0, "rough (nu 3)": 3.0, "very rough (nu 1.5)": 1.5}
OUT = Path(__file__).parent / "results" / "false_alarms.md"


def simulated() -> Iterator[tuple[str, np.ndarray]]:
    """K-distributed sea of 2 million pixels a state."""
    rng = np.random.default_rng(11)
    for name, order in SEAS.items():
        shape = (1400, 1400)
        power = rng.gamma(order, 1 / order, shape) * rng.gamma(4.4, 1 / 4.4, shape)
        yield f"simulated, {name}", (0.01 * power).astype(np.float32)


def real(data: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Sea of real pictures; NaN where it is no sea."""
    import rasterio

    for path in sorted((data / "lsssdd").glob("*.xml")):
        if ElementTree.parse(path).getroot().findall("object"):
            continue
        with rasterio.open(path.with_suffix(".jpg")) as scene:
            amplitude = scene.read(1).astype(np.float32)
        power = np.where(amplitude > 0, amplitude**2, np.nan).astype(np.float32)
        yield f"LS-SSDD {path.stem}, mean level {np.nanmean(amplitude):.0f}", power
    path = data / "sentinel1" / "port_of_los_angeles_2021-01-05_db.tif"
    if path.is_file():
        with rasterio.open(path) as scene:
            power = (10 ** (scene.read(1) / 10)).astype(np.float32)
        yield "off Los Angeles, even blocks", even(power)


def even(power: np.ndarray, side: int = 25) -> np.ndarray:
    """Blocks of even clutter whose eight neighbours are even too; the rest NaN.

    Even means a squared coefficient of variation of at most that of 2.5 looks: blocks with ships, land and wakes are not.
    """
    rows, columns = (n // side for n in power.shape)
    blocks = power[: rows * side, : columns * side].reshape(rows, side, columns, side)
    fine = np.pad(blocks.var((1, 3)) / blocks.mean((1, 3)) ** 2 <= 1 / 2.5, 1)
    around = [fine[i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    kept = np.repeat(np.repeat(np.all(around, axis=0), side, 0), side, 1)
    return np.where(kept, power[: rows * side, : columns * side], np.nan).astype(np.float32)


def gaussian(power: np.ndarray, nominal: float) -> float:
    """Realised rate of mean + k deviations over the same ring, by box sums."""
    valid = np.isfinite(power)
    x = np.where(valid, power, 0).astype(np.float64)

    def box(a: np.ndarray, half: int) -> np.ndarray:
        padded = np.pad(a, half + 1)[:-1, :-1].cumsum(0).cumsum(1)
        size, (rows, columns) = 2 * half + 1, a.shape
        return (
            padded[size : size + rows, size : size + columns]
            - padded[:rows, size : size + columns]
            - padded[size : size + rows, :columns]
            + padded[:rows, :columns]
        )

    def ring(a: np.ndarray) -> np.ndarray:
        return box(a, REACH) - box(a, GUARD)

    count = np.maximum(ring(valid.astype(np.float64)), 1)
    mean = ring(x) / count
    deviation = np.sqrt(np.maximum(ring(x * x) / count - mean**2, 0))
    passed = valid & (count >= LEAST) & (x > mean + NormalDist().inv_cdf(1 - nominal) * deviation)
    return float(passed.sum() / valid.sum())


def main() -> None:
    """Print and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(os.environ.get("RUBICON_TEST_DATA", "../shared/data")) / "imagery"
    parser.add_argument("--data", type=Path, default=default)
    options = parser.parse_args()
    lines = [
        "| sea | " + " | ".join(f"ours, {p:g}" for p in NOMINAL) + " | " + " | ".join(f"Gaussian, {p:g}" for p in NOMINAL) + " |",
        "|---|" + "---|" * (2 * len(NOMINAL)),
    ]  # fmt: skip
    seas = [*simulated(), *(real(options.data) if options.data.is_dir() else ())]
    for name, power in seas:
        mine = [false_alarm_rate(power, Options(false_alarms=p)) / p for p in NOMINAL]
        theirs = [gaussian(power, p) / p for p in NOMINAL]
        lines.append(f"| {name} | " + " | ".join(f"{v:.2f}" for v in (*mine, *theirs)) + " |")
    text = "Realised over nominal false alarms (1 is right).\n\n" + "\n".join(lines) + "\n"
    print(text)
    OUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
