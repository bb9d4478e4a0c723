"""Accuracy of the shipped radar detectors on SSDD's held-out chips, as a table.

    python training/radar/evaluate.py --data ../shared/data/imagery/ssdd --part test [--model runs/radar.onnx] [--unseen]

AP50 is the area under the precision envelope over all detections down to score 0.05, a box being right when it overlaps a ship's box by half
or more (each ship once). F1 counts accepted detections whose box has its centre in a ship's box. A chip is inshore when at least 3 % of
its pixels are bright land: more than 40 times the chip's median power after a mean over 9 x 9 pixels.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from fit_score import hits
from split import Chip, read_chips, seen, split

from rubicon.collect.scenes.picture import Picture, Values
from rubicon.detect import _sar_net, radar
from rubicon.detect._centre_net import MODEL, load
from rubicon.detect._found import Found, overlap


def inshore(chip: Chip) -> bool:
    """Whether much of the chip is bright over wide areas."""
    rows, columns = (side // 9 * 9 for side in chip.pixels.shape)
    power = (
        chip.pixels[:rows, :columns].astype(np.float64).reshape(rows // 9, 9, columns // 9, 9).mean((1, 3))
    )
    return bool((power > max(60.0, 4 * float(np.median(power)))).mean() > 0.08)


def average_precision(found: list[list[Found]], chips: list[Chip]) -> float:
    """AP at an overlap of 0.5."""
    rows = []
    for one, chip in zip(found, chips, strict=True):
        taken: set[int] = set()
        for f in sorted(one, key=lambda f: -f.score):
            iou = overlap(f.box, chip.boxes.astype(np.float64))
            best = int(iou.argmax())
            right = iou[best] >= 0.5 and best not in taken
            if right:
                taken.add(best)
            rows.append((f.score, right))
    rows.sort(key=lambda r: -r[0])
    right = np.cumsum([r[1] for r in rows])
    precision = right / np.arange(1, len(rows) + 1)
    recall = right / sum(len(chip.boxes) for chip in chips)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(np.r_[0.0, recall]) * envelope))


def f1(found: list[list[Found]], chips: list[Chip], threshold: float) -> float:
    """F1 of centres in boxes at a score."""
    kept = [[f for f in one if f.score >= threshold] for one in found]
    right = sum(sum(hits(one, chip.boxes)) for one, chip in zip(kept, chips, strict=True))
    return 2 * right / (sum(len(one) for one in kept) + sum(len(chip.boxes) for chip in chips))


def main() -> None:
    """Run both detectors over the part and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--part", default="test")
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument(
        "--unseen", action="store_true", help="leave out chips that show water of a training chip"
    )
    parser.add_argument("--learned-only", action="store_true")
    parser.add_argument(
        "--scan", action="store_true", help="F1 of the learned detector at several thresholds"
    )
    options = parser.parse_args()
    parts = split(read_chips(options.data))
    chips = parts[options.part]
    if options.unseen:
        trained = [c for name in ("train", "val") for c in parts[name]]
        chips = [c for c, known in zip(chips, seen(chips, trained), strict=True) if not known]
    run, digest = load(options.model)
    pictures = [Picture(c.pixels[None], np.ones(c.pixels.shape, dtype=bool), c.name, c.name) for c in chips]
    answers = {
        "cfar": []
        if options.learned_only
        else [radar.detect(p, Values.EIGHT_BIT, radar.EIGHT_BIT) for p in pictures],
        f"learned {digest}": [_sar_net.detect(p, Values.EIGHT_BIT, run) for p in pictures],
    }
    if options.learned_only:
        del answers["cfar"]
    where = {"all": [True] * len(chips), "inshore": [inshore(c) for c in chips]}
    where["offshore"] = [not i for i in where["inshore"]]
    for name, found in answers.items():
        accept = radar.EIGHT_BIT.accept if name == "cfar" else _sar_net.ACCEPT
        for place, mask in where.items():
            some = [c for c, m in zip(chips, mask, strict=True) if m]
            theirs = [f for f, m in zip(found, mask, strict=True) if m]
            if not some:
                continue
            ships = sum(len(c.boxes) for c in some)
            print(
                f"{name:18} {place:9} {len(some):4} chips {ships:4} ships  AP50 {average_precision(theirs, some):.3f}  F1 {f1(theirs, some, accept):.3f}"
            )
        if options.scan and name != "cfar":
            print({t: round(f1(found, chips, t), 3) for t in (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)})


if __name__ == "__main__":
    main()
