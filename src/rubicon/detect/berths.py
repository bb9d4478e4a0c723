"""Change between two looks at yards and piers: what stands there now that did not, and what is gone, with area, length and sign.

The second picture is laid on the first by phase correlation (whole pixels and a parabola between them); overlap alone is compared. Radar pictures are
compared by the log ratio of power, optical ones by the difference of brightness in the light of the second look, both after a mean over 3 x 3
pixels. Values are held against the median and the median deviation of the area itself, and along the edges of an optical picture against what `slip_px` of misregistration makes of them. Parts that differ by more than
`sigmas` are grown and measured by an oriented rectangle. `sign` is +1 where the second look is brighter, -1 where it is darker:
containers and rail cars on a dark apron are brighter, on a pale one perhaps not.

A change is not a cargo, and a ship is not seen in it. Known false positives: shadows at another sun height, cranes that have moved, wet ground,
misregistration along bright edges, ships along the quay inside a polygon drawn too wide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from rubicon.collect.scenes.picture import Picture, Sensor
from rubicon.detect._laid import Change, Mask, Pixels32, laid, parts, registration, shown, smoothed
from rubicon.errors import ConflictingMetadata

VERSION = "2"
BLACK, WHITE = 6.0, 249.0
"""Levels of 8 bits beyond which a pixel may be clipped."""


class Options(BaseModel):
    """What counts as a change."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    sigmas: float = Field(
        default=5.0, gt=1, description="robust deviations from the area's own median that start a part"
    )
    grow: float = Field(default=0.5, gt=0.2, le=1, description="parts grow down to this share of it")
    least_px: int = Field(default=20, ge=1, description="smaller parts are edges, pixels")
    least_m2: float = Field(
        default=80.0, ge=0, description="smaller parts are cars and cranes, square metres"
    )
    slip_px: float = Field(
        default=1.3, ge=0, description="misregistration that stays along edges of an optical picture, pixels"
    )
    accept: float = Field(default=0.5, gt=0, lt=1, description="score from which a change is printed")
    farthest_px: int = Field(
        default=12, ge=0, description="largest misregistration that is looked for, pixels"
    )


@dataclass(frozen=True)
class Compared:
    """All changes of one area, best first, and the shift (down, right in pixels) by which the second picture was moved."""

    changes: list[Change]
    shift_px: tuple[float, float]


def change(before: Picture, after: Picture, area: Mask, options: Options | None = None) -> Compared:
    """Compare two pictures of the same sensor, size and pixels inside `area` (rows, columns).

    Raises ConflictingMetadata when the pictures are not of one sensor and size.
    """
    chosen = options or Options()
    if before.shape != after.shape or before.sensor is not after.sensor:
        raise ConflictingMetadata(
            f"{before.name} and {after.name} differ in sensor or size; cut them to one frame"
        )
    one, two = shown(before), shown(after)
    shift = registration(one, two, chosen.farthest_px)
    moved, inside = laid(two, shift)
    where = area & before.valid & inside
    if int(where.sum()) < chosen.least_px:
        return Compared([], shift)
    optical = before.sensor is Sensor.OPTICAL
    base = smoothed(like(one, moved, where)) if optical else smoothed(one)
    difference = smoothed(moved) - base
    values = difference[where]
    middle = float(np.median(values))
    deviation = max(1.4826 * float(np.median(np.abs(values - middle))), 1e-6)
    # What an edge shows that is laid down a little beside itself.
    edge = np.float32(chosen.slip_px / chosen.sigmas) * steepness(base) if optical else np.float32(0)
    tolerance = np.hypot(np.float32(deviation), edge)
    score = np.where(where, (difference - middle) / (chosen.sigmas * tolerance), 0.0).astype(np.float32)
    cell_m2 = before.pixel_m[0] * before.pixel_m[1] if before.pixel_m else None
    least = chosen.least_px if cell_m2 is None else max(chosen.least_px, round(chosen.least_m2 / cell_m2))
    found = [
        c
        for sign in (1, -1)
        for c in parts(before, unsaturated(score, sign, before, after, shift), sign, least, chosen.grow)
        if c.score >= chosen.accept
    ]
    return Compared(sorted(found, key=lambda c: (-c.score, c.shape.x, c.shape.y)), shift)


def like(one: Pixels32, two: Pixels32, where: Mask) -> Pixels32:
    """The first look in the light of the second: gain and offset by least squares, thrice without the worst tenth."""
    x, y = one[where].astype(np.float64), two[where].astype(np.float64)
    gain, offset = 1.0, 0.0
    keep = np.ones(x.size, bool)
    for _ in range(3):
        spread = float(x[keep].var())
        if spread < 1e-12:
            break
        gain = float(np.cov(x[keep], y[keep], bias=True)[0, 1]) / spread
        offset = float(y[keep].mean()) - gain * float(x[keep].mean())
        miss = np.abs(y - gain * x - offset)
        keep = miss <= np.quantile(miss, 0.9)
    return (np.float32(gain) * one + np.float32(offset)).astype(np.float32)


def steepness(values: Pixels32) -> Pixels32:
    """Largest gradient within two pixels, per pixel."""
    down, right = np.gradient(values)
    slope = np.hypot(down, right)
    padded = np.pad(slope, 2, mode="edge")
    rows, columns = values.shape
    return np.asarray(
        np.max([padded[r : r + rows, c : c + columns] for r in range(5) for c in range(5)], axis=0),
        np.float32,
    )


def unsaturated(
    score: Pixels32, sign: int, before: Picture, after: Picture, shift: tuple[float, float]
) -> Pixels32:
    """The score of one sign, 0 where saturated 8-bit pixels leave it open: a white pixel may have been whiter, a black one blacker."""
    signed = score * np.float32(sign)
    if before.pixels.dtype != np.uint8 or before.sensor is not Sensor.OPTICAL:
        return np.asarray(signed, np.float32)
    levels = []
    for picture, by in ((before, (0.0, 0.0)), (after, shift)):
        mean, _ = laid(picture.pixels[:3].astype(np.float32).mean(axis=0), by)
        levels.append(smoothed(mean))
    one, two = levels
    open_ = (one > WHITE) | (two < BLACK) if sign > 0 else (two > WHITE) | (one < BLACK)
    # A clipped pair says nothing either way.
    open_ |= ((one > WHITE) & (two > WHITE)) | ((one < BLACK) & (two < BLACK))
    return np.where(open_, np.float32(0), signed).astype(np.float32)
