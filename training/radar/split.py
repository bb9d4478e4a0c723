"""Deal the SSDD chips into train, val and test so that pictures of the same water never straddle.

The chips of one acquisition carry neighbouring file numbers and many overlap. So whole blocks of 20 numbers are dealt, and a held-out chip whose
clipped log amplitudes correlate above 0.85 with a training chip at some shift (at least 20,000 px in common) counts as seen.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

BLOCK = 20
SHRINK = 4
SIDE = 128
LIKENESS = 0.85
CLIP = 2.5
LEAST_OVERLAP_PX = 1200  # of the shrunken chips, 19,200 px of the originals


@dataclass(frozen=True)
class Chip:
    """One chip: its file number, 8-bit amplitudes and the boxes (x0, y0, x1, y1) of its ships in pixels."""

    name: str
    pixels: np.ndarray
    boxes: np.ndarray


def read_chips(folder: Path) -> list[Chip]:
    """All chips named in `boxes.csv` of the folder, in order of their number."""
    boxes: dict[str, list[list[float]]] = {}
    with (folder / "boxes.csv").open() as lines:
        for row in csv.DictReader(lines):
            boxes.setdefault(row["image"], []).append(
                [float(row[key]) for key in ("xmin", "ymin", "xmax", "ymax")]
            )
    return [
        Chip(
            name,
            np.asarray(Image.open(folder / "images" / f"{name}.jpg").convert("L")),
            np.array(ships, dtype=np.float32),
        )
        for name, ships in sorted(boxes.items())
    ]


def part_by_number(name: str) -> str:
    """The part of a chip by the block of its number: two blocks in eight are held out, one for val and one for test."""
    block = int(name) // BLOCK % 8
    return {3: "test", 6: "val"}.get(block, "train")


def split(chips: list[Chip]) -> dict[str, list[Chip]]:
    """Chips by part, by number alone."""
    dealt: dict[str, list[Chip]] = {"train": [], "val": [], "test": []}
    for chip in chips:
        dealt[part_by_number(chip.name)].append(chip)
    return dealt


def seen(held: list[Chip], trained: list[Chip]) -> list[bool]:
    """Which held-out chips show water that a trained chip shows too."""
    known = [_spectrum(chip.pixels) for chip in trained]
    return [any(_overlap(_spectrum(chip.pixels), other) for other in known) for chip in held]


def _spectrum(pixels: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    rows, cols = (side // SHRINK * SHRINK for side in pixels.shape)
    small = (
        pixels[:rows, :cols]
        .astype(np.float32)
        .reshape(rows // SHRINK, SHRINK, cols // SHRINK, SHRINK)
        .mean((1, 3))
    )
    small = np.log1p(small)[:SIDE, :SIDE]
    small = np.clip(
        (small - small.mean()) / (small.std() + 1e-6), -CLIP, CLIP
    )  # else two ships alone would make two chips alike
    small = small - small.mean()
    padded = np.zeros((2 * SIDE, 2 * SIDE), dtype=np.float32)
    padded[: small.shape[0], : small.shape[1]] = small
    return np.fft.rfft2(padded).astype(np.complex64), small.shape


def _overlap(one: tuple[np.ndarray, tuple[int, int]], two: tuple[np.ndarray, tuple[int, int]]) -> bool:
    product = np.fft.irfft2(one[0] * np.conj(two[0]))
    if product.max() < LIKENESS * LEAST_OVERLAP_PX:
        return False
    shift = np.arange(2 * SIDE)
    shift = np.where(shift >= SIDE, shift - 2 * SIDE, shift)
    spans = [
        np.clip(np.minimum(a, b + shift) - np.maximum(0, shift), 0, None)
        for a, b in zip(one[1], two[1], strict=True)
    ]
    area = np.outer(*spans)
    return bool(
        (product[area > LEAST_OVERLAP_PX] / area[area > LEAST_OVERLAP_PX]).max(initial=0.0) > LIKENESS
    )
