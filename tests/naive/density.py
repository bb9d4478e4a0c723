"""Slow twin of the density pyramid: each fix is put into its tile and pixel, one after the other."""

from __future__ import annotations

import math
from collections import Counter

Pixel = tuple[int, int, int, int]
"""Tile column, tile row, column and row in the tile."""


def counted(lats: list[float], lons: list[float], zoom: int) -> Counter[Pixel]:
    """How many fixes fall into each pixel of a zoom."""
    made: Counter[Pixel] = Counter()
    side = 256 * 2**zoom
    for lat, lon in zip(lats, lons, strict=True):
        bounded = max(-85.051128, min(85.051128, lat))
        x = (lon + 180) / 360 * side
        y = (0.5 - math.asinh(math.tan(math.radians(bounded))) / (2 * math.pi)) * side
        column, row = (max(0, min(side - 1, int(part))) for part in (x, y))
        made[column // 256, row // 256, column % 256, row % 256] += 1
    return made
