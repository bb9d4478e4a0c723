"""Accuracy of the optical detector on inshore pictures that nothing was tuned or trained on.

    python training/optical/evaluate.py --data ../shared/data/imagery/optical/inshore --every 4

Each line of a picture's .txt: bow x, y, stern x, y, class, centre x, y, upright box x0, y0, x1, y1.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from rubicon.collect.scenes.geotiff import read_picture
from rubicon.collect.scenes.picture import Sensor
from rubicon.detect import optical
from rubicon.detect._found import overlap


def main() -> None:
    """Run over the pictures and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    rows, headings, ships, right, accepted = [], [], 0, 0, 0
    for path in sorted(options.data.glob("*.jpg"))[:: options.every]:
        truth = np.loadtxt(path.with_suffix(".txt"), ndmin=2)
        boxes = (
            np.c_[truth[:, 7:9].min(1), truth[:, 7:9].min(1), truth[:, 9:11]]
            if truth.shape[1] < 11
            else truth[:, 7:11]
        )
        boxes = np.c_[
            np.minimum(boxes[:, 0], boxes[:, 2]),
            np.minimum(boxes[:, 1], boxes[:, 3]),
            np.maximum(boxes[:, 0], boxes[:, 2]),
            np.maximum(boxes[:, 1], boxes[:, 3]),
        ]
        found, _, _ = optical.ships(replace(read_picture(path), sensor=Sensor.OPTICAL))
        ships += len(boxes)
        taken: set[int] = set()
        centred: set[int] = set()
        for one in found:
            iou = overlap(one.box, boxes)
            best = int(iou.argmax())
            hit = iou[best] >= 0.5 and best not in taken
            rows.append((one.score, hit))
            if hit:
                taken.add(best)
                axis = np.degrees(
                    np.arctan2(truth[best, 0] - truth[best, 2], truth[best, 3] - truth[best, 1])
                )
                headings.append(abs((one.shape.axis_deg - axis + 90) % 180 - 90))
            inside = [
                k
                for k, b in enumerate(boxes)
                if k not in centred and b[0] <= one.shape.x <= b[2] and b[1] <= one.shape.y <= b[3]
            ]
            if one.accepted:
                accepted += 1
                right += bool(inside)
                centred.update(inside[:1])
    rows.sort(key=lambda r: -r[0])
    hit = np.cumsum([r[1] for r in rows])
    precision, recall = hit / np.arange(1, len(rows) + 1), hit / ships
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    print(
        f"{ships} ships: AP50 {np.sum(np.diff(np.r_[0, recall]) * envelope):.3f}; accepted {accepted}, centre in a ship's box {right}, F1 {2 * right / (accepted + ships):.3f}"
    )
    print(
        f"heading within 10 degrees in {np.mean(np.array(headings) <= 10):.0%} of {len(headings)} boxes found"
    )


if __name__ == "__main__":
    main()
