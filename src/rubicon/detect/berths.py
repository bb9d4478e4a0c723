"""Change between two looks at yards and piers: what stands there now that did not, and what is gone, with area, length and sign.

The second picture is laid on the first by phase correlation (whole pixels and a parabola between them); overlap alone is compared. Radar pictures are
compared by the log ratio of power, optical ones by the difference of brightness over its local spread, both after a mean over 3 x 3
pixels. Values are held against the median and the median deviation of the area itself, so that a wholly different light does not count. Parts that differ by more than
`sigmas` are grown and measured by an oriented rectangle. `sign` is +1 where the second look is brighter, -1 where it is darker:
containers and rail cars on a dark apron are brighter, on a pale one perhaps not.

A change is not a cargo, and a ship is not seen in it. Known false positives: shadows at another sun height, cranes that have moved, wet ground,
misregistration along bright edges, ships along the quay inside a polygon drawn too wide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from rubicon.collect.scenes.picture import Picture, Sensor, Values
from rubicon.detect._found import Shape, metres, rectangle
from rubicon.errors import ConflictingMetadata
from rubicon.kernels.parts import grown_parts

VERSION = "1"
Pixels32 = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


class Options(BaseModel):
    """What counts as a change."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    sigmas: float = Field(
        default=5.0, gt=1, description="robust deviations from the area's own median that start a part"
    )
    grow: float = Field(default=0.5, gt=0.2, le=1, description="parts grow down to this share of it")
    least_px: int = Field(default=20, ge=1, description="smaller parts are edges, pixels")
    farthest_px: int = Field(
        default=12, ge=0, description="largest misregistration that is looked for, pixels"
    )


@dataclass(frozen=True)
class Change:
    """One changed part: rectangle in pixels of the first picture, area and length, sign, score 0 to 1."""

    shape: Shape
    pixels: int
    area_m2: float | None
    length_m: float | None
    width_m: float | None
    sign: int
    score: float


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
    difference = _smoothed(moved) - _smoothed(one)
    values = difference[where]
    if values.size < chosen.least_px:
        return Compared([], shift)
    middle = float(np.median(values))
    deviation = max(1.4826 * float(np.median(np.abs(values - middle))), 1e-6)
    score = np.where(where, (difference - middle) / (chosen.sigmas * deviation), 0.0).astype(np.float32)
    found = [c for sign in (1, -1) for c in _parts(before, score * np.float32(sign), sign, chosen)]
    return Compared(sorted(found, key=lambda c: (-c.score, c.shape.x, c.shape.y)), shift)


def shown(picture: Picture) -> Pixels32:
    """Log power of a radar picture, brightness from 0 to 1 of an optical one; 0 where not valid."""
    if picture.sensor is Sensor.SAR:
        power = picture.intensity(0, picture.values or Values.DN)
        return np.nan_to_num(np.log(np.maximum(power, 1e-6))).astype(np.float32)
    bright = picture.pixels[:3].astype(np.float32).mean(axis=0)
    low, high = np.percentile(bright[picture.valid], [1.0, 99.0])
    return np.where(picture.valid, (bright - low) / max(float(high - low), 1e-6), 0.0).astype(np.float32)


def registration(one: Pixels32, two: Pixels32, farthest: int) -> tuple[float, float]:
    """Shift (down, right) that lays the second picture on the first, by phase correlation of windowed pictures."""
    window = np.outer(np.hanning(one.shape[0]), np.hanning(one.shape[1]))
    a, b = np.fft.rfft2((one - one.mean()) * window), np.fft.rfft2((two - two.mean()) * window)
    product = a * np.conj(b)
    peak = np.fft.irfft2(product / np.maximum(np.abs(product), 1e-12), s=one.shape)
    span = np.arange(-farthest, farthest + 1)
    near = peak[np.ix_(span % one.shape[0], span % one.shape[1])]
    r, c = np.unravel_index(int(near.argmax()), near.shape)
    return _vertex(near[:, c], int(r)) - farthest, _vertex(near[r], int(c)) - farthest


def _vertex(values: npt.NDArray[np.float64], at: int) -> float:
    """Place of the maximum by a parabola through three values."""
    if not 0 < at < len(values) - 1:
        return float(at)
    left, middle, right = values[at - 1 : at + 2]
    bend = left - 2 * middle + right
    return at + (0.5 * float((left - right) / bend) if bend < 0 else 0.0)


def laid(picture: Pixels32, shift: tuple[float, float]) -> tuple[Pixels32, Mask]:
    """The picture moved by a shift with bilinear interpolation, and where it has pixels."""
    rows, columns = picture.shape
    y, x = np.arange(rows) - shift[0], np.arange(columns) - shift[1]
    inside = np.outer((y >= 0) & (y <= rows - 1), (x >= 0) & (x <= columns - 1))
    y, x = np.clip(y, 0, rows - 1), np.clip(x, 0, columns - 1)
    i, j = np.minimum(y.astype(int), max(rows - 2, 0)), np.minimum(x.astype(int), max(columns - 2, 0))
    u, v = (y - i)[:, None], (x - j)[None, :]
    below, right = np.minimum(i + 1, rows - 1), np.minimum(j + 1, columns - 1)
    upper = picture[np.ix_(i, j)] * (1 - v) + picture[np.ix_(i, right)] * v
    lower = picture[np.ix_(below, j)] * (1 - v) + picture[np.ix_(below, right)] * v
    return (upper * (1 - u) + lower * u).astype(np.float32), inside


def _smoothed(values: Pixels32) -> Pixels32:
    padded = np.pad(values, 1, mode="edge")
    rows, columns = values.shape
    total = sum(padded[r : r + rows, c : c + columns] for r in range(3) for c in range(3))
    return np.asarray(total / np.float32(9), dtype=np.float32)


def _parts(picture: Picture, score: Pixels32, sign: int, options: Options) -> list[Change]:
    rows, columns, offsets = grown_parts(score, np.float32(1.0), np.float32(options.grow))
    made = []
    for first, last in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        if last - first < options.least_px:
            continue
        x, y = columns[first:last].astype(np.float64), rows[first:last].astype(np.float64)
        shape = rectangle(x, y, np.ones(last - first))
        length, width = metres(picture, shape)
        area = None if picture.pixel_m is None else (last - first) * picture.pixel_m[0] * picture.pixel_m[1]
        peak = float(score[rows[first:last], columns[first:last]].max())
        made.append(Change(shape, last - first, area, length, width, sign, min(0.99, 1.0 - 0.5 / peak)))
    return made
