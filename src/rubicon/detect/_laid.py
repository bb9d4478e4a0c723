"""Two looks on one frame: brightness, phase correlation, shifting, and the parts in which they differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rubicon.collect.scenes.picture import Picture, Sensor, Values
from rubicon.detect._found import Shape, metres, rectangle
from rubicon.kernels.parts import grown_parts

Pixels32 = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
LEAST_PEAK = 6.0
"""Deviations of the correlation by which a shift must stand out; of some thousand shifts of noise the best has 3 to 4."""


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


def shown(picture: Picture) -> Pixels32:
    """Log power of a radar picture, brightness from 0 to 1 of an optical one; 0 where not valid."""
    if picture.sensor is Sensor.SAR:
        power = picture.intensity(0, picture.values or Values.DN)
        return np.nan_to_num(np.log(np.maximum(power, 1e-6))).astype(np.float32)
    bright = picture.pixels[:3].astype(np.float32).mean(axis=0)
    low, high = np.percentile(bright[picture.valid], [1.0, 99.0])
    return np.where(picture.valid, (bright - low) / max(float(high - low), 1e-6), 0.0).astype(np.float32)


def registration(one: Pixels32, two: Pixels32, farthest: int) -> tuple[float, float]:
    """Shift (down, right) that lays the second picture on the first, by phase correlation of windowed pictures.

    None is taken when no shift stands out: pictures of open water share nothing to lay them on each other by.
    """
    window = np.outer(np.hanning(one.shape[0]), np.hanning(one.shape[1]))
    a, b = np.fft.rfft2((one - one.mean()) * window), np.fft.rfft2((two - two.mean()) * window)
    product = a * np.conj(b)
    peak = np.fft.irfft2(product / np.maximum(np.abs(product), 1e-12), s=one.shape)
    span = np.arange(-farthest, farthest + 1)
    near = peak[np.ix_(span % one.shape[0], span % one.shape[1])]
    if near.max() < LEAST_PEAK * peak.std():
        return 0.0, 0.0
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


def smoothed(values: Pixels32) -> Pixels32:
    padded = np.pad(values, 1, mode="edge")
    rows, columns = values.shape
    total = sum(padded[r : r + rows, c : c + columns] for r in range(3) for c in range(3))
    return np.asarray(total / np.float32(9), dtype=np.float32)


def parts(picture: Picture, score: Pixels32, sign: int, least_px: int, grow: float) -> list[Change]:
    """Parts of a score of 1 or more, grown down to `grow`, measured in the picture's metres."""
    rows, columns, offsets = grown_parts(score, np.float32(1.0), np.float32(grow))
    made = []
    for first, last in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        if last - first < least_px:
            continue
        x, y = columns[first:last].astype(np.float64), rows[first:last].astype(np.float64)
        shape = rectangle(x, y, np.ones(last - first))
        length, width = metres(picture, shape)
        area = None if picture.pixel_m is None else (last - first) * picture.pixel_m[0] * picture.pixel_m[1]
        peak = float(score[rows[first:last], columns[first:last]].max())
        made.append(Change(shape, last - first, area, length, width, sign, min(0.99, 1.0 - 0.5 / peak)))
    return made
