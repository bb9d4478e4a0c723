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
from pydantic import BaseModel, ConfigDict, Field

from rubicon.collect.scenes.picture import Picture
from rubicon.detect._laid import Change, Mask, laid, parts, registration, shown, smoothed
from rubicon.errors import ConflictingMetadata

VERSION = "1"


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
    difference = smoothed(moved) - smoothed(one)
    values = difference[where]
    if values.size < chosen.least_px:
        return Compared([], shift)
    middle = float(np.median(values))
    deviation = max(1.4826 * float(np.median(np.abs(values - middle))), 1e-6)
    score = np.where(where, (difference - middle) / (chosen.sigmas * deviation), 0.0).astype(np.float32)
    found = [
        c
        for sign in (1, -1)
        for c in parts(before, score * np.float32(sign), sign, chosen.least_px, chosen.grow)
    ]
    return Compared(sorted(found, key=lambda c: (-c.score, c.shape.x, c.shape.y)), shift)
