"""The map's paper: projection, free room for labels, graticule, scale bar and north arrow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rubicon.geo.earth import NAUTICAL_MILE_M, metres_per_degree
from rubicon.report.svg import el, fmt, path, text, text_width
from rubicon.report.text import number

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees on the map; left, top, right, bottom in pixels on the drawing."""

Floats = npt.NDArray[np.float64]
STEPS_DEG = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
SCALES_KM = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


def mercator(lat_deg: float) -> float:
    """Ordinate of the spherical Mercator projection, in degrees of longitude."""
    return math.degrees(math.asinh(math.tan(math.radians(lat_deg))))


@dataclass(frozen=True)
class View:
    """A Mercator window: west edge, top in Mercator degrees, pixels per degree, size."""

    west_deg: float
    top: float
    px_per_deg: float
    width_px: float
    height_px: float

    def xy(self, lat_deg: float, lon_deg: float) -> tuple[float, float]:
        """Pixels of a position; longitudes count eastward from the west edge, over the date line too."""
        east = (lon_deg - self.west_deg + 90.0) % 360.0 - 90.0
        return east * self.px_per_deg, (self.top - mercator(lat_deg)) * self.px_per_deg

    def xys(self, lat_deg: Floats, lon_deg: Floats) -> Floats:
        """Pixels of many positions, shape (n, 2)."""
        east = (lon_deg - self.west_deg + 90.0) % 360.0 - 90.0
        y = self.top - np.degrees(np.arcsinh(np.tan(np.radians(np.clip(lat_deg, -89.0, 89.0)))))
        return np.column_stack((east, y)) * self.px_per_deg

    def inside(self, x: float, y: float) -> bool:
        """Whether a pixel lies on the map."""
        return 0 <= x <= self.width_px and 0 <= y <= self.height_px

    @property
    def bbox(self) -> Box:
        """West, south, east, north in degrees; east may exceed 180."""
        south = self.top - self.height_px / self.px_per_deg
        lats = [math.degrees(math.atan(math.sinh(math.radians(m)))) for m in (south, self.top)]
        return (self.west_deg, lats[0], self.west_deg + self.width_px / self.px_per_deg, lats[1])


@dataclass
class Placer:
    """Places labels where nothing else stands; boxes are left, top, right, bottom in pixels."""

    view: View
    taken: list[Box] = field(default_factory=list)
    anchors: list[tuple[float, float]] = field(default_factory=list)
    """Points that own labels: a label should stand nearest to its own."""

    def free(self, box: Box) -> bool:
        """Whether a box lies on the map and touches nothing placed before."""
        left, top, right, bottom = box
        if left < 2 or top < 2 or right > self.view.width_px - 2 or bottom > self.view.height_px - 2:
            return False
        return all(right < a or left > c or bottom < b or top > d for a, b, c, d in self.taken)

    def place(self, x: float, y: float, width_px: float, height_px: float) -> tuple[float, float] | None:
        """Left and top of a free box near a point; None when there is no room.

        Near before far and the right side first; a place that is nearer to another anchor is the last choice.
        """
        boxes = [box for box in _around(x, y, width_px, height_px) if self.free(box)]
        own = [box for box in boxes if self._owner(box) == (x, y)]
        for box in (own or boxes)[:1]:
            self.taken.append(box)
            return box[0] + 1, box[1]
        return None

    def _owner(self, box: Box) -> tuple[float, float]:
        """The anchor that is nearest to a box."""
        left, top, right, bottom = box
        return min(
            self.anchors,
            key=lambda a: math.dist(a, (min(max(a[0], left), right), min(max(a[1], top), bottom))),
        )


def _around(x: float, y: float, width_px: float, height_px: float) -> Iterator[Box]:
    """Boxes of a size around a point, ring by ring."""
    for gap_px in (8.0, 16.0, 30.0, 48.0, 70.0):
        for dx, dy in ((1, 0), (-1, 0), (1, -1), (1, 1), (-1, -1), (-1, 1), (0, -1), (0, 1)):
            left = x + dx * gap_px - (0 if dx > 0 else width_px if dx < 0 else width_px / 2)
            reach = gap_px if not dx else gap_px * 0.7
            top = y + dy * reach - (height_px if dy < 0 else 0 if dy > 0 else height_px / 2)
            yield left - 1, top, left + width_px + 1, top + height_px


def graticule(view: View) -> str:
    """Lines of latitude and longitude with their degrees, three to six each way."""
    west, south, east, north = view.bbox
    step = next((s for s in STEPS_DEG if (east - west) / s <= 6), STEPS_DEG[-1])
    made = []
    for i in range(math.ceil(west / step), math.floor(east / step) + 1):
        x, lon = (i * step - west) * view.px_per_deg, (i * step + 180.0) % 360.0 - 180.0
        made.append(el("path", d=f"M{fmt(x)} 0V{fmt(view.height_px)}", class_="f-grid"))
        if 20 < x < view.width_px - 20:
            made.append(text(x + 3, view.height_px - 5, _degrees(lon, "E", "W"), "f-g"))
    for i in range(math.ceil(south / step), math.floor(north / step) + 1):
        y = view.xy(i * step, west)[1]
        made.append(el("path", d=f"M0 {fmt(y)}H{fmt(view.width_px)}", class_="f-grid"))
        if 20 < y < view.height_px - 30:
            made.append(text(4, y - 4, _degrees(i * step, "N", "S"), "f-g"))
    return "".join(made)


def _degrees(value: float, positive: str, negative: str) -> str:
    side = positive if value > 1e-9 else negative if value < -1e-9 else ""
    return f"{number(abs(value))}°{side}"


def scale_and_north(view: View, placer: Placer) -> str:
    """Scale bar (true at the middle latitude) at the lower right, north arrow at the upper right."""
    _, south, _, north = view.bbox
    km_per_px = metres_per_degree((south + north) / 2)[1] / 1000 / view.px_per_deg
    km = max((s for s in SCALES_KM if s / km_per_px <= view.width_px * 0.25), default=SCALES_KM[0])
    length_px = km / km_per_px
    words = f"{number(km)} km ({number(round(km * 1000 / NAUTICAL_MILE_M, 1))} nm)"
    wide = max(length_px, text_width(words, 11)) + 14
    left, top = view.width_px - wide - 8, view.height_px - 58
    placer.taken.append((left, top, view.width_px, view.height_px))
    placer.taken.append((view.width_px - 40, 0, view.width_px, 54))
    bar = [
        el("rect", x=left, y=top, width=wide, height=34, class_="f-plate"),
        text(left + 7, top + 14, words, "f-g"),
        el("rect", x=left + 7, y=top + 20, width=length_px, height=5, class_="f-bar-a"),
        el("rect", x=left + 7, y=top + 20, width=length_px / 2, height=5, class_="f-bar-b"),
    ]
    x = view.width_px - 22
    arrow = el("path", d=path([(x, 10), (x + 7, 34), (x, 28), (x - 7, 34)], close=True), class_="f-north")
    return "".join(bar) + arrow + text(x, 47, "N", "f-n", text_anchor="middle")
