"""Accuracy of berth change on stacks drawn into real pictures: there are no public dated pairs with truth, and this says so.

    python training/optical/change.py --data ../shared/data/imagery/optical/inshore --pictures 40

The second look is the first one moved by up to 3 px, in another light and with its own noise; in it stands a stack of 40 to 80 m x 6 to 12 m at 0.5 m a pixel,
drawn brighter or darker than the place, with container edges. The area is the picture less a margin.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from rubicon.collect.scenes.geotiff import read_picture
from rubicon.collect.scenes.picture import Sensor
from rubicon.detect._laid import laid
from rubicon.detect.berths import change


def second(
    pixels: np.ndarray, rng: np.random.Generator, stack: bool
) -> tuple[np.ndarray, tuple[float, float]]:
    """The second look and where the stack stands in the first look's pixels."""
    rows, columns = pixels.shape[1:]
    shown = pixels.astype(np.float32).mean(axis=0)
    y, x = float(rng.uniform(120, rows - 120)), float(rng.uniform(120, columns - 120))
    if stack:
        a, length, width = rng.uniform(0, np.pi), rng.uniform(80, 160), rng.uniform(12, 24)
        r, c = np.mgrid[:rows, :columns]
        along, across = (c - x) * np.cos(a) + (r - y) * np.sin(a), (r - y) * np.cos(a) - (c - x) * np.sin(a)
        inside = (abs(along) < length / 2) & (abs(across) < width / 2)
        level = float(np.median(shown[inside])) + rng.choice([-1, 1]) * rng.uniform(45, 90)
        shown[inside] = np.clip(level, 5, 250) + 12 * np.sign(np.sin(along[inside] / 4))
    moved, _ = laid(shown, (float(rng.uniform(-3, 3)), float(rng.uniform(-3, 3))))
    lit = moved * rng.uniform(0.8, 1.2) + rng.uniform(-12, 12) + rng.normal(0, 3, moved.shape)
    return np.clip(lit, 0, 255).astype(np.uint8)[None], (x, y)


def main() -> None:
    """Draw, compare, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument(
        "--skip", type=int, default=0, help="pictures left out: those that options were chosen on"
    )
    options = parser.parse_args()
    rng = np.random.default_rng(5)
    found = false = quiet = 0
    paths = sorted(options.data.glob("*.jpg"))[options.skip : options.skip + options.pictures]
    for path in paths:
        first = replace(read_picture(path), sensor=Sensor.OPTICAL, pixel_m=(0.5, 0.5))
        area = np.zeros(first.shape, dtype=bool)
        area[40:-40, 40:-40] = True
        for stack in (True, False):
            pixels, (x, y) = second(first.pixels, rng, stack)
            changes = change(first, replace(first, pixels=pixels), area).changes
            hits = [c for c in changes if stack and np.hypot(c.shape.x - x, c.shape.y - y) < 40]
            found += bool(hits)
            false += len(changes) - len(hits)
            quiet += 0 if stack else len(changes)
    print(
        f"{len(paths)} stacks: found {found / len(paths):.0%}; false {false / (2 * len(paths)):.2f} a look ({quiet / len(paths):.2f} on looks without a stack)"
    )


if __name__ == "__main__":
    main()
