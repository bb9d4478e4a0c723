"""Radar pictures through the learned detector: stretched as it was taught, boxes with the shape of the bright pixels in them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from rubicon.collect.scenes.picture import Picture, Values
from rubicon.detect._centre_net import Run, boxes
from rubicon.detect._found import Box, Found, Shape, rectangle, without_doubles

ACCEPT = 0.35
"""Score from which a detection is accepted: the upper end of the flat top of F1 on the val chips, before training saw them."""
CLUTTER_STRETCH = 8.0
"""Linear scenes are shown to the net with their median amplitude at 1/8 of white."""


def stretched(picture: Picture, values: Values) -> npt.NDArray[np.float32]:
    """Amplitude from 0 to 1 as in the chips that the net was taught on; 0 where not valid."""
    if values is Values.EIGHT_BIT:
        shown = picture.pixels[:3].mean(axis=0, dtype=np.float32) / np.float32(255)
        return np.where(picture.valid, shown, np.float32(0))
    amplitude = np.sqrt(np.nan_to_num(picture.intensity(picture.pixels.shape[0] - 1, values)))
    middle = float(np.median(amplitude[picture.valid]))
    return np.clip(amplitude / np.float32(CLUTTER_STRETCH * max(middle, 1e-12)), 0, 1).astype(np.float32)


def detect(picture: Picture, values: Values, run: Run, accept: float = ACCEPT) -> list[Found]:
    """Ships by the learned detector, best first."""
    shown = stretched(picture, values)
    made = [
        Found(box, shape_in(shown, box), score, score >= accept, "learned")
        for box, score in boxes(shown, run)
    ]
    return without_doubles(made)


def shape_in(shown: npt.NDArray[np.float32], box: Box) -> Shape:
    """Oriented rectangle of a boxed ship: axis from the bright pixels, extent so that the upright hull is the box.

    A rectangle of length l and width w turned by a has an upright hull of l|sin a| + w|cos a| by l|cos a| + w|sin a|; near the
    diagonal the two equations say the same, so there the extents come from the pixels.
    """
    x0, y0, x1, y1 = math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]), math.ceil(box[3])
    part = shown[max(0, y0) : y1, max(0, x0) : x1]
    level = 0.5 * (float(np.median(part)) + float(part.max(initial=0.0)))
    at = np.nonzero(part >= level)
    y, x = (axis.astype(np.float64) for axis in at)
    middle = Shape((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 0.0, 1.0, 1.0)
    if len(x) < 3:
        return _upright(box)
    bright = rectangle(x + max(0.0, x0), y + max(0.0, y0), part[at].astype(np.float64))
    a = math.radians(bright.axis_deg)
    sine, cosine = abs(math.sin(a)), abs(math.cos(a))
    across, down = box[2] - box[0], box[3] - box[1]
    if abs(sine * sine - cosine * cosine) > 0.3:
        divisor = sine * sine - cosine * cosine
        length, width = (across * sine - down * cosine) / divisor, (down * sine - across * cosine) / divisor
    else:
        length, width = math.hypot(across, down) * 0.9, bright.width_px
    if not 0 < width <= length:
        length, width = max(bright.length_px, 1.0), max(min(bright.width_px, bright.length_px), 1.0)
    return Shape(middle.x, middle.y, bright.axis_deg, length, width)


def _upright(box: Box) -> Shape:
    across, down = box[2] - box[0], box[3] - box[1]
    axis = 90.0 if across >= down else 0.0
    return Shape((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, axis, max(across, down), min(across, down))
