"""Length and width of a ship in a Sentinel-1 picture from the spread of its brightness, with errors learned on AIS truth.

The edge of a ship in radar is a matter of the level at which one cuts, and bright superstructure throws side lobes. Its second
moment is steadier: a uniform bar of length l has a standard deviation of l / sqrt(12). Amplitudes over the local median
are joined over bands by their maximum, the part above `LEVEL` that holds the detection is taken, and the moments
along and across, the part's area and its peak lead to metres by a robust linear fit to the AIS lengths of OpenSARShip
(Huang and others, IEEE JSTARS 2018), each scene with equal weight of its root. docs/eyes.md gives the error on scenes left out.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rubicon.collect.scenes.picture import Picture, Values
from rubicon.detect._found import Found, Shape
from rubicon.kernels.parts import grown_parts

LEVEL, SEED = 4.0, 5.0
"""Amplitude over the local median: about 8 standard deviations of 4.4-look speckle."""
WINDOW_PX = 64
"""Half-width of the window round a detection; the largest ship is 40 px long."""
REFERENCE_M = 10.0
"""Pixel size of the chips that the fit was made on (IW GRDH)."""
COARSEST_M, FINEST_M = 20.0, 5.0
LENGTH_WEIGHTS = (17.3047, 4.8172, -12.309, 16.0888, -11.3586)
WIDTH_WEIGHTS = (1.1391, 0.9526, -1.3961, 1.9038, -1.1602)
"""Metres for (1, spread along px, spread across px, root of area px, log of peak), fitted by training/radar/fit_length.py."""
ERROR_M, ERROR_SHARE = 17.0, 0.08
"""One sigma of the length: this many metres and this share of it, joined as squares; scenes left out."""


class Spread(NamedTuple):
    """The part of a ship: axis degrees clockwise from up, spreads times sqrt(12) in pixels, pixels, peak over median."""

    x: float
    y: float
    axis_deg: float
    along_px: float
    across_px: float
    pixels: int
    peak: float

    @property
    def traits(self) -> tuple[float, float, float, float, float]:
        """What the fit looks at."""
        return 1.0, self.along_px, self.across_px, math.sqrt(self.pixels), math.log(self.peak)


def amplitudes(picture: Picture, values: Values) -> npt.NDArray[np.float32]:
    """Amplitude (bands, rows, columns), NaN where not valid, at most two bands."""
    bands = range(min(picture.pixels.shape[0], 2))
    return np.stack([np.sqrt(picture.intensity(band, values)) for band in bands])


def spread_at(amplitude: npt.NDArray[np.float32], x: float, y: float, reach_px: float) -> Spread | None:
    """The bright part with most amplitude within about `reach_px` of a place; None when nothing stands out."""
    top, left = max(0, int(y) - WINDOW_PX), max(0, int(x) - WINDOW_PX)
    part = amplitude[:, top : int(y) + WINDOW_PX + 1, left : int(x) + WINDOW_PX + 1]
    middle = np.nanmedian(part, axis=(1, 2), keepdims=True)
    over = np.nan_to_num((part / np.maximum(middle, 1e-12)).max(axis=0))
    rows, columns, offsets = grown_parts(over, np.float32(SEED), np.float32(LEVEL))
    near = np.exp(-((rows + top + 0.5 - y) ** 2 + (columns + left + 0.5 - x) ** 2) / (2 * reach_px**2))
    weight = over[rows, columns].astype(np.float64)
    if len(offsets) < 2:
        return None
    masses = np.add.reduceat(weight * near, offsets[:-1])
    best = int(masses.argmax())
    at = slice(offsets[best], offsets[best + 1])
    return _moments(columns[at] + left + 0.5, rows[at] + top + 0.5, weight[at])


def _moments(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], weight: npt.NDArray[np.float64]
) -> Spread:
    total = float(weight.sum())
    mx, my = float((x * weight).sum()) / total, float((y * weight).sum()) / total
    dx, dy = x - mx, y - my
    sxx, syy, sxy = (float((weight * a * b).sum()) / total for a, b in ((dx, dx), (dy, dy), (dx, dy)))
    middle, half = (sxx + syy) / 2, math.hypot((sxx - syy) / 2, sxy)
    angle = 0.5 * math.atan2(2 * sxy, sxx - syy)
    axis = math.degrees(math.atan2(math.cos(angle), -math.sin(angle))) % 180.0
    along, across = math.sqrt(12 * (middle + half)), math.sqrt(12 * max(middle - half, 0.0))
    return Spread(mx, my, axis, along, across, len(weight), float(weight.max()))


def with_length(picture: Picture, values: Values, found: list[Found]) -> list[Found]:
    """Give each detection its length, width, axis and error from its spread, where the pixel size allows the fit."""
    return measured_on(amplitudes(picture, values), picture.pixel_m, found)


def measured_on(
    amplitude: npt.NDArray[np.float32], size: tuple[float, float] | None, found: list[Found]
) -> list[Found]:
    """As `with_length`, on amplitudes (bands, rows, columns)."""
    if size is not None and not (min(size) >= FINEST_M and max(size) <= COARSEST_M):
        return found
    made = []
    for one in found:
        spread = spread_at(amplitude, one.shape.x, one.shape.y, max(12.0, one.shape.length_px / 2))
        made.append(one if spread is None else _estimated(one, spread, size))
    return made


def _estimated(one: Found, spread: Spread, size: tuple[float, float] | None) -> Found:
    scale = REFERENCE_M if size is None else math.sqrt(size[0] * size[1])
    length = max(REFERENCE_M, sum(w * t for w, t in zip(LENGTH_WEIGHTS, spread.traits, strict=True)))
    width = sum(w * t for w, t in zip(WIDTH_WEIGHTS, spread.traits, strict=True))
    width = min(max(width, 4.0), length)
    px = REFERENCE_M
    shape = Shape(spread.x, spread.y, spread.axis_deg, length / px, width / px)
    metres = scale / px
    return replace(
        one,
        shape=shape,
        length_m=None if size is None else length * metres,
        width_m=None if size is None else width * metres,
        length_error_m=None if size is None else math.hypot(ERROR_M, ERROR_SHARE * length) * metres,
    )
