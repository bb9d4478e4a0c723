"""Ships in optical pictures by contrast alone: compact things brighter or darker than the water round them.

The brightness of a picture (mean of its visible bands) is smoothed over 3 x 3 pixels and held against the median and the median deviation
of coarse cells round it; what differs by more than `sigmas` deviations is grown, and parts are kept by size, fill and elongation. It is meant for ships
at anchor and under way. **At piers it is weak**: hulls, quays and cranes run together, so each detection there is a lead and the
analyst's own measurement (`rubicon.detect.human`) is the better evidence. A model of your own, in the form of the radar detector's, is used instead
when `RUBICON_OPTICAL_MODEL` names it: no set of inshore ships is known whose licence lets weights be passed on.

Known false positives: white caps, clouds, islets, jetties, buildings, sun glint, wakes.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from rubicon.collect.scenes.picture import Picture, Values
from rubicon.detect import _sar_net
from rubicon.detect._centre_net import load
from rubicon.detect._found import FLOOR_SCORE, Found, rectangle
from rubicon.kernels.parts import grown_parts

VERSION = "1"
MODEL_VARIABLE = "RUBICON_OPTICAL_MODEL"
Pixels32 = npt.NDArray[np.float32]


class Options(BaseModel):
    """What counts as a compact thing on water."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    cell_px: int = Field(
        default=96, ge=8, description="side of the cells whose median is the background, pixels"
    )
    sigmas: float = Field(
        default=4.0,
        gt=1,
        description="difference from the background that starts a part, in robust deviations",
    )
    grow: float = Field(default=0.6, gt=0.25, le=1, description="parts grow down to this share of it")
    least_px: int = Field(default=40, ge=1, description="smaller parts are foam, pixels")
    longest_px: float = Field(default=500.0, gt=1, description="longer parts are coast or pier, pixels")
    accept: float = Field(default=0.5, gt=0, lt=1, description="score from which a detection is accepted")


def ships(picture: Picture, options: Options | None = None) -> tuple[list[Found], str, tuple[str, ...]]:
    """Ships of an optical picture, the author's name, and notes for the user."""
    named = os.environ.get(MODEL_VARIABLE, "")
    if named:
        run, digest = load(Path(named))
        shown = brightness(picture)
        as_chip = Picture(
            (shown * 255).astype(np.uint8)[None],
            picture.valid,
            picture.name,
            picture.source_id,
            values=Values.EIGHT_BIT,
        )
        return _sar_net.detect(as_chip, Values.EIGHT_BIT, run), f"local.optical/{digest}", ()
    note = "by contrast alone: weak at piers; measure by hand where it matters"
    return detect(picture, options or Options()), f"rubicon.optical.contrast/{VERSION}", (note,)


def brightness(picture: Picture) -> Pixels32:
    """Mean of up to three bands from 0 to 1, between the 1st and 99.5th percentile; 0 where not valid."""
    shown = picture.pixels[:3].astype(np.float32).mean(axis=0)
    low, high = np.percentile(shown[picture.valid], [1.0, 99.5])
    scaled = np.clip((shown - low) / max(float(high - low), 1e-6), 0, 1).astype(np.float32)
    return np.where(picture.valid, scaled, np.float32(0))


def detect(picture: Picture, options: Options) -> list[Found]:
    """Compact parts that differ from their surroundings, best first."""
    shown = _smoothed(brightness(picture))
    middle, deviation = _background(shown, options.cell_px)
    ratio = np.abs(shown - middle) / (options.sigmas * deviation)
    ratio = np.where(picture.valid, ratio, np.float32(0)).astype(np.float32)
    rows, columns, offsets = grown_parts(ratio, np.float32(1.0), np.float32(options.grow))
    made = []
    for first, last in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        if last - first < options.least_px:
            continue
        x, y = columns[first:last].astype(np.float64), rows[first:last].astype(np.float64)
        shape = rectangle(x, y, np.ones(last - first))
        fill = (last - first) / max(shape.length_px * shape.width_px, 1.0)
        elongation = shape.length_px / max(shape.width_px, 1.0)
        if shape.length_px > options.longest_px:
            continue
        score = score_of(fill, elongation, float(ratio[rows[first:last], columns[first:last]].max()))
        if score >= FLOOR_SCORE:
            box = (float(x.min()), float(y.min()), float(x.max()) + 1, float(y.max()) + 1)
            made.append(Found(box, shape, score, score >= options.accept, "contrast"))
    return sorted(made, key=lambda f: (-f.score, f.box))


def score_of(fill: float, elongation: float, contrast: float) -> float:
    """How much a part looks like a hull: full, three to eight times as long as wide, well above the background. No probability."""
    shape = min(1.0, max(0.0, (elongation - 1.2) / 1.8)) * min(1.0, max(0.1, (14.0 - elongation) / 6.0))
    return min(0.99, shape * min(1.0, max(0.0, (fill - 0.25) / 0.45)) * (1.0 - 0.5 / max(contrast, 1.0)))


def _smoothed(shown: Pixels32) -> Pixels32:
    padded = np.pad(shown, 1, mode="edge")
    rows, columns = shown.shape
    total = sum(padded[r : r + rows, c : c + columns] for r in range(3) for c in range(3))
    return np.asarray(total / np.float32(9), dtype=np.float32)


def _background(shown: Pixels32, cell: int) -> tuple[Pixels32, Pixels32]:
    """Median and robust deviation of cells, spread to every pixel by bilinear interpolation between their centres."""
    rows, columns = shown.shape
    ny, nx = max(1, round(rows / cell)), max(1, round(columns / cell))
    ys, xs = np.linspace(0, rows, ny + 1).astype(int), np.linspace(0, columns, nx + 1).astype(int)
    middle, deviation = np.empty((ny, nx), np.float32), np.empty((ny, nx), np.float32)
    for i in range(ny):
        for j in range(nx):
            part = shown[ys[i] : ys[i + 1], xs[j] : xs[j + 1]]
            middle[i, j] = np.median(part) if part.size else 0.0
            deviation[i, j] = (
                max(1.4826 * float(np.median(np.abs(part - middle[i, j]))), 0.01) if part.size else 1.0
            )
    return _spread(middle, (ys, xs)), _spread(deviation, (ys, xs))


def _spread(cells: Pixels32, edges: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]) -> Pixels32:
    ys, xs = ((e[:-1] + e[1:]) / 2 for e in edges)
    rows, columns = np.arange(edges[0][-1]) + 0.5, np.arange(edges[1][-1]) + 0.5
    wide = np.stack([np.interp(columns, xs, row) for row in cells])
    return np.stack([np.interp(rows, ys, wide[:, k]) for k in range(wide.shape[1])], axis=1).astype(
        np.float32
    )
