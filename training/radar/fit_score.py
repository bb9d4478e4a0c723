"""Fit the logistic score of CFAR objects on SSDD's train chips and print its weights and the F1 on the held-out test chips.

python training/radar/fit_score.py --data ../shared/data/imagery/ssdd
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from split import Chip, read_chips, split

from rubicon.collect.scenes.picture import Picture, Values
from rubicon.detect import radar
from rubicon.detect._found import Found


def candidates(chip: Chip, options: radar.Options) -> list[Found]:
    """All objects of a chip, whatever their score."""
    picture = Picture(chip.pixels[None], np.ones(chip.pixels.shape, dtype=bool), chip.name, chip.name)
    return radar.detect(picture, Values.EIGHT_BIT, options)


def hits(found: list[Found], boxes: np.ndarray) -> list[bool]:
    """Which objects have their box's centre in a ship's box that no better one took."""
    taken: set[int] = set()
    made = []
    for one in found:
        x, y = (one.box[0] + one.box[2]) / 2, (one.box[1] + one.box[3]) / 2
        inside = [
            k for k, b in enumerate(boxes) if k not in taken and b[0] <= x <= b[2] and b[1] <= y <= b[3]
        ]
        taken.update(inside[:1])
        made.append(bool(inside))
    return made


def fit(x: np.ndarray, y: np.ndarray, ridge: float = 1.0) -> np.ndarray:
    """Logistic regression by Newton's method with a small ridge (not on the constant)."""
    w = np.zeros(x.shape[1])
    penalty = np.full(x.shape[1], ridge)
    penalty[0] = 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (p - y) + penalty * w
        w -= np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty), gradient)
    return w


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    options = radar.EIGHT_BIT
    parts = split(read_chips(parser.parse_args().data))
    rows, truth = [], []
    for chip in parts["train"] + parts["val"]:
        found = candidates(chip, options)
        rows += [one.traits for one in found]
        truth += hits(found, chip.boxes)
    x, y = np.array(rows), np.array(truth, dtype=float)
    mean, spread = x.mean(0), x.std(0)
    mean[0], spread[0] = 0.0, 1.0
    w = fit((x - mean) / spread, y) / spread
    w[0] -= (w[1:] * mean[1:]).sum()
    print("SCORE_WEIGHTS =", tuple(round(float(v), 4) for v in w))
    for part in ("train", "val", "test"):
        print(part, *(f"F1 {value:.3f} at {at:.2f};" for at, value in best(parts[part], options, w)))


def best(chips: list[Chip], options: radar.Options, w: np.ndarray) -> list[tuple[float, float]]:
    """F1 (centre in box) at some thresholds."""
    scores, good, ships = [], [], 0
    for chip in chips:
        found = candidates(chip, options)
        z = [1 / (1 + np.exp(-float(np.dot(w, one.traits)))) for one in found]
        order = np.argsort(-np.array(z), kind="stable")
        good += hits([found[k] for k in order], chip.boxes)
        scores += [z[k] for k in order]
        ships += len(chip.boxes)
    s, g = np.array(scores), np.array(good)
    return [
        (at, 2 * g[s >= at].sum() / ((s >= at).sum() + ships))
        for at in (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
    ]


if __name__ == "__main__":
    main()
