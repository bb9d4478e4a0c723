"""An analyst's own measurement as a detection: who measured what, how, on which scene, with what error.

Two marked points, bow and stern, give length and heading; their own error of marking gives the length's error. Such a row is evidence of the same
standing as a machine's and says who made it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rubicon.collect.scenes.picture import Picture
from rubicon.detect._found import Found, Shape, metres
from rubicon.errors import OptionError

MARK_PX = 1.5
"""One sigma of a careful mark, pixels."""


@dataclass(frozen=True)
class Mark:
    """Bow and stern (x, y in pixels), the width where it was measured, and whether bow and stern were told apart."""

    bow: tuple[float, float]
    stern: tuple[float, float]
    width_px: float | None
    bow_known: bool
    analyst: str
    method: str


def measured_by_hand(picture: Picture, mark: Mark) -> tuple[Found, str]:
    """The detection and its author; raises OptionError for marks without a name, without length, or outside the picture."""
    if not mark.analyst.strip() or not mark.method.strip():
        raise OptionError("a measurement by hand names its analyst and its method")
    dx, dy = mark.bow[0] - mark.stern[0], mark.bow[1] - mark.stern[1]
    length = math.hypot(dx, dy)
    rows, columns = picture.shape
    inside = all(0 <= x <= columns and 0 <= y <= rows for x, y in (mark.bow, mark.stern))
    if length < 1 or not inside:
        raise OptionError("bow and stern are two places inside the picture", place=f"{mark.bow} {mark.stern}")
    heading = math.degrees(math.atan2(dx, -dy)) % 360
    width = mark.width_px if mark.width_px is not None else length / 6.5
    shape = Shape(
        (mark.bow[0] + mark.stern[0]) / 2, (mark.bow[1] + mark.stern[1]) / 2, heading, length, width
    )
    xs, ys = zip(*shape.corners, strict=True)
    length_m, width_m = metres(picture, shape)
    error = None if length_m is None else length_m / length * MARK_PX * math.sqrt(2)
    found = Found(
        (min(xs), min(ys), max(xs), max(ys)), shape, 0.99, True, f"by hand: {mark.method}",
        length_m=length_m, width_m=width_m if mark.width_px is not None else None, length_error_m=error, heading_known=mark.bow_known,
        notes=() if mark.width_px is not None else ("width not measured",),
    )  # fmt: skip
    return found, f"analyst {mark.analyst}"
