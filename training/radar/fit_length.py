"""Fit the length and width of ships in Sentinel-1 chips to AIS, and print the error on scenes left out one by one.

python training/radar/fit_length.py --data ../shared/data/imagery/opensarship
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np

from rubicon.collect.scenes.geotiff import read_picture
from rubicon.collect.scenes.picture import Values
from rubicon.detect._length import amplitudes, spread_at

TRUST_M = 5.0
"""Residuals beyond this count by their size, not its square: some AIS lengths are wrong, some chips hold two ships."""


def weights(x: np.ndarray, y: np.ndarray, scene: np.ndarray) -> np.ndarray:
    """Robust linear fit, each scene weighted by the root of its number of ships."""
    mean, spread = x[:, 1:].mean(0), x[:, 1:].std(0)
    a = np.c_[np.ones(len(x)), (x[:, 1:] - mean) / spread]
    base = np.array([(scene == s).sum() ** -0.25 for s in scene])
    base /= base.mean()
    trust = np.ones(len(x))
    ridge = np.diag([0.0] + [0.1] * (x.shape[1] - 1))
    for _ in range(30):
        w = a * (trust * base)[:, None]
        b = np.linalg.solve(w.T @ a + ridge, w.T @ y)
        trust = TRUST_M / np.maximum(np.abs(a @ b - y), TRUST_M)
    slopes = b[1:] / spread
    return np.r_[b[0] - (slopes * mean).sum(), slopes]


def main() -> None:
    """Read the chips, leave each scene out in turn, then fit all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data
    x, length, width, scene, human = [], [], [], [], []
    for row in csv.DictReader((folder / "index.csv").open()):
        picture = read_picture(folder / row["chip"].replace("Patch_Cal", "Patch"))
        rows, columns = picture.shape
        spread = spread_at(amplitudes(picture, Values.DN), columns / 2, rows / 2, 12.0)
        if spread is None:
            print("nothing stands out in", row["chip"])
            continue
        x.append(spread.traits)
        length.append(float(row["length"]))
        width.append(float(row["width"]))
        human.append(float(row["manual_len"] or "nan"))
        scene.append(row["scene"])
    x, length, width, scene, human = (np.array(v) for v in (x, length, width, scene, human))
    for name, truth in (("length", length), ("width", width)):
        guess = np.zeros(len(truth))
        for left_out in sorted(set(scene)):
            kept = scene != left_out
            guess[~kept] = x[~kept] @ weights(x[kept], truth[kept], scene[kept])
            print(
                name, left_out[:25], f"{(~kept).sum()} ships, MAE {np.abs(guess - truth)[~kept].mean():.1f} m"
            )
        miss = np.abs(guess - truth)
        print(
            f"{name}: MAE {miss.mean():.1f} m, median {np.median(miss):.1f} m on {len(miss)} ships, scenes left out"
        )
        print(f"{name.upper()}_WEIGHTS =", tuple(round(float(v), 4) for v in weights(x, truth, scene)))
        if name == "length":
            print(
                f"human marks: MAE {np.nanmean(np.abs(human - truth)):.1f} m; constant: {np.abs(np.median(truth) - truth).mean():.1f} m"
            )
            for low, high in ((0, 100), (100, 180), (180, 500)):
                some = (truth >= low) & (truth < high)
                print(
                    f"  {low} to {high} m: {some.sum()} ships, root mean square {np.sqrt((miss[some] ** 2).mean()):.1f} m, median {np.median(miss[some]):.1f}"
                )


if __name__ == "__main__":
    main()
