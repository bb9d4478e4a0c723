"""What the scene detectors share: one object found in a picture, its shape, and its GeoJSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from rubicon.collect.scenes.picture import Floats, Picture

Box = tuple[float, float, float, float]
FLOOR_SCORE = 0.05
"""Below it nothing is printed."""


@dataclass(frozen=True)
class Shape:
    """An oriented rectangle in pixels: centre, axis (degrees clockwise from image up, 0 to 180), length and width."""

    x: float
    y: float
    axis_deg: float
    length_px: float
    width_px: float

    @property
    def corners(self) -> list[tuple[float, float]]:
        """Four corners x, y, in turn."""
        a = math.radians(self.axis_deg)
        along, across = (math.sin(a), -math.cos(a)), (math.cos(a), math.sin(a))
        half = [(1, 1), (1, -1), (-1, -1), (-1, 1)]
        return [
            (
                self.x + i * along[0] * self.length_px / 2 + j * across[0] * self.width_px / 2,
                self.y + i * along[1] * self.length_px / 2 + j * across[1] * self.width_px / 2,
            )
            for i, j in half
        ]


@dataclass(frozen=True)
class Found:
    """One object: upright box (x0, y0, x1, y1 in pixels), shape, score 0 to 1, and whether it is above the threshold.

    `length_m` and its one-sigma error are the estimate after bias correction where a detector has one; else they follow
    from the shape. `heading_known` is set where bow and stern were told apart.
    """

    box: Box
    shape: Shape
    score: float
    accepted: bool
    method: str
    traits: tuple[float, ...] = ()
    length_m: float | None = None
    width_m: float | None = None
    length_error_m: float | None = None
    heading_known: bool = False
    notes: tuple[str, ...] = ()
    measurable: bool = True
    """False where a part of it is hidden: it then has a place and no length."""


def rectangle(x: Floats, y: Floats, weight: Floats) -> Shape:
    """Oriented rectangle of pixels (their corners at x, y to x + 1, y + 1): axis by weighted second moments.

    Extents run from edge to edge of the outermost pixels along the axis and across it, less the overhang of a
    slanted pixel.
    """
    cx, cy = x + 0.5, y + 0.5
    total = weight.sum()
    mx, my = float((cx * weight).sum() / total), float((cy * weight).sum() / total)
    dx, dy = cx - mx, cy - my
    sxx, syy, sxy = (float((weight * a * b).sum() / total) for a, b in ((dx, dx), (dy, dy), (dx, dy)))
    angle = 0.5 * math.atan2(2 * sxy, sxx - syy)
    ux, uy = math.cos(angle), math.sin(angle)
    along, across = dx * ux + dy * uy, dy * ux - dx * uy
    length, width = float(along.max() - along.min()) + 1.0, float(across.max() - across.min()) + 1.0
    middle_along, middle_across = (along.max() + along.min()) / 2, (across.max() + across.min()) / 2
    x0, y0 = mx + middle_along * ux - middle_across * uy, my + middle_along * uy + middle_across * ux
    axis = math.degrees(math.atan2(ux, -uy)) % 180.0
    if width > length:
        length, width, axis = width, length, (axis + 90.0) % 180.0
    return Shape(float(x0), float(y0), axis, length, width)


def overlap(one: Box, others: npt.NDArray[np.float64]) -> Floats:
    """Intersection over union of one box with many (n, 4)."""
    width = np.minimum(one[2], others[:, 2]) - np.maximum(one[0], others[:, 0])
    height = np.minimum(one[3], others[:, 3]) - np.maximum(one[1], others[:, 1])
    both = np.clip(width, 0, None) * np.clip(height, 0, None)
    area = (one[2] - one[0]) * (one[3] - one[1]) + (others[:, 2] - others[:, 0]) * (
        others[:, 3] - others[:, 1]
    )
    return np.asarray(both / np.maximum(area - both, 1e-9))


def without_doubles(found: Sequence[Found], most: float = 0.5) -> list[Found]:
    """The best of those that overlap by more than `most`, in falling order of score (then place)."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda f: (-f.score, f.box)):
        if not kept or overlap(one.box, np.array([k.box for k in kept])).max() <= most:
            kept.append(one)
    return kept


def heading_of(picture: Picture, shape: Shape) -> float:
    """Direction of the axis in degrees true when the picture has a place, else clockwise from image up; 0 to 360."""
    if picture.locate is None:
        return shape.axis_deg
    a = math.radians(shape.axis_deg)
    half = max(shape.length_px, 2.0) / 2
    xs = np.array([shape.x - half * math.sin(a), shape.x + half * math.sin(a)])
    ys = np.array([shape.y + half * math.cos(a), shape.y - half * math.cos(a)])
    lat, lon = picture.locate(xs, ys)
    east = ((float(lon[1] - lon[0]) + 180.0) % 360.0 - 180.0) * math.cos(math.radians(float(lat.mean())))
    return math.degrees(math.atan2(east, float(lat[1] - lat[0]))) % 360.0


def metres(picture: Picture, shape: Shape) -> tuple[float | None, float | None]:
    """Length and width in metres; null when the pixel size is unknown. Unequal pixel sides are minded."""
    if picture.pixel_m is None:
        return None, None
    down, right = picture.pixel_m
    a = math.radians(shape.axis_deg)
    return (
        shape.length_px * math.hypot(math.sin(a) * right, math.cos(a) * down),
        shape.width_px * math.hypot(math.cos(a) * right, math.sin(a) * down),
    )


def measured(picture: Picture, found: Sequence[Found]) -> list[Found]:
    """Fill in metres from the shape where a detector gave none, and take them from what is partly hidden."""
    made = []
    for one in found:
        if not one.measurable:
            made.append(replace(one, length_m=None, width_m=None, length_error_m=None))
            continue
        length, width = metres(picture, one.shape)
        made.append(
            replace(
                one,
                length_m=one.length_m if one.length_m is not None else length,
                width_m=one.width_m if one.width_m is not None else width,
            )
        )
    return made


def features(picture: Picture, found: Sequence[Found], author: str) -> list[dict[str, Any]]:
    """GeoJSON features as the command line prints them: pixels, metres, degrees, score, and a point where there is a place."""
    from rubicon.provenance import content_id

    made = []
    for one in measured(picture, found):
        point = None
        time = picture.time_at(one.shape.y) if picture.time_at else picture.time_utc
        if picture.locate is not None:
            lat, lon = picture.locate(np.array([one.shape.x]), np.array([one.shape.y]))
            point = {"type": "Point", "coordinates": [round(float(lon[0]), 6), round(float(lat[0]), 6)]}
        box = [round(v, 2) for v in one.box]
        made.append(
            {
                "type": "Feature",
                "geometry": point,
                "properties": {
                    "detection_id": content_id(picture.source_id, author, box, round(one.score, 6)),
                    "scene_id": picture.source_id,
                    "time_utc": time.isoformat().replace("+00:00", "Z") if time else None,
                    "bbox_px": box,
                    "corners_px": [[round(x, 2), round(y, 2)] for x, y in one.shape.corners],
                    "heading_deg": round(
                        heading_of(picture, one.shape) % (360.0 if one.heading_known else 180.0), 1
                    ),
                    "heading_ambiguous_180": not one.heading_known,
                    "length_m": _round(one.length_m),
                    "width_m": _round(one.width_m),
                    "length_error_m": _round(one.length_error_m),
                    "length_px": round(one.shape.length_px, 2),
                    "width_px": round(one.shape.width_px, 2),
                    "score": round(one.score, 4),
                    "accepted": one.accepted,
                    "method": one.method,
                    "author": author,
                    "notes": list(one.notes),
                },
            }
        )
    return made


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
