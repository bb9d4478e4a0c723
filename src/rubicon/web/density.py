"""Density tiles: how many fixes fall into each pixel of a Web Mercator map, counted once for all zooms.

A pyramid holds, for each zoom, the pixels that have any fix, sorted by tile, so that a tile is one slice. Each zoom has one
colour scale of its own, or seams would show between tiles. Counts are of reported positions: a dense spot can
be many ships or one that lies there sending for a month.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rubicon.errors import InvalidRequest

Keys = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.uint32]

TILE_PX = 256
MAX_ZOOM = 12
"""Finest zoom that is counted: a pixel there is some 38 m at the equator; finer ones are enlarged."""
MERCATOR_LAT = 85.051128
STEPS = 32
"""Colours of the scale; more cannot be told apart."""
SCALE = ((142, 190, 226), (60, 140, 200), (18, 88, 150), (120, 60, 120), (200, 70, 40), (250, 170, 40))
"""From few to many: light blue over dark blue to orange, told apart without red and green."""


@dataclass(frozen=True)
class Level:
    """Pixels of one zoom that hold fixes: keys (tile row, tile column, row and column in it) and counts."""

    keys: Keys
    counts: Counts
    steps: npt.NDArray[np.uint8]
    """Colours of the pixels, 1 to STEPS, by the logarithm of the count; the last from the 99.5th percentile on."""


@dataclass(frozen=True)
class Pyramid:
    """Levels by zoom, 0 to MAX_ZOOM."""

    levels: Sequence[Level]
    fixes: int

    @classmethod
    def of(cls, lat_deg: npt.NDArray[np.float64], lon_deg: npt.NDArray[np.float64]) -> Pyramid:
        """Count positions given in degrees; latitudes beyond the map's edge count at its edge."""
        side = TILE_PX << MAX_ZOOM
        column, row = _pixels(lat_deg, lon_deg, side)
        joined = (row.astype(np.uint64) << np.uint64(32)) | column
        spots, found = np.unique(joined, return_counts=True)
        counts = found.astype(np.uint32)
        made: list[Level] = []
        for zoom in range(MAX_ZOOM, -1, -1):
            made.append(_level(spots, counts))
            if zoom:
                spots, counts = _coarser(spots, counts)
        return cls(made[::-1], len(lat_deg))

    def tile(self, zoom: int, column: int, row: int) -> npt.NDArray[np.uint8]:
        """Steps of the scale for each pixel of a tile; 0 is none.

        Raises InvalidRequest for a tile that the pyramid cannot have.
        """
        if not (0 <= zoom <= MAX_ZOOM and 0 <= column < 1 << zoom and 0 <= row < 1 << zoom):
            raise InvalidRequest(f"no such tile; zooms are 0 to {MAX_ZOOM}", place=f"{zoom}/{column}/{row}")
        level = self.levels[zoom]
        first = np.uint64((row << 32 | column) << 16)
        start, stop = np.searchsorted(level.keys, [first, first + np.uint64(1 << 16)])
        steps = np.zeros(TILE_PX * TILE_PX, np.uint8)
        steps[level.keys[start:stop] & np.uint64(0xFFFF)] = level.steps[start:stop]
        return steps.reshape(TILE_PX, TILE_PX)

    def png(self, zoom: int, column: int, row: int) -> bytes:
        """A tile as a PNG with a palette.

        Raises InvalidRequest for a tile that the pyramid cannot have.
        """
        return _png(self.tile(zoom, column, row))


def _pixels(
    lat_deg: npt.NDArray[np.float64], lon_deg: npt.NDArray[np.float64], side: int
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Column and row in a square map of `side` pixels."""
    x = (lon_deg + 180.0) / 360.0
    sine = np.sin(np.radians(np.clip(lat_deg, -MERCATOR_LAT, MERCATOR_LAT)))
    y = 0.5 - np.log((1.0 + sine) / (1.0 - sine)) / (4.0 * np.pi)
    last = side - 1
    return (
        np.clip(x * side, 0, last).astype(np.uint64),
        np.clip(y * side, 0, last).astype(np.uint64),
    )


def _coarser(spots: Keys, counts: Counts) -> tuple[Keys, Counts]:
    """The next zoom: four pixels become one."""
    row, column = spots >> np.uint64(33), (spots & np.uint64(0xFFFFFFFF)) >> np.uint64(1)
    joined = (row << np.uint64(32)) | column
    if not len(joined):
        return joined, counts
    order = np.argsort(joined, kind="stable")
    joined = joined[order]
    starts = np.flatnonzero(np.concatenate([[True], joined[1:] != joined[:-1]]))
    return joined[starts], np.add.reduceat(counts[order], starts).astype(np.uint32)


def _level(spots: Keys, counts: Counts) -> Level:
    """Pixels sorted by the tile that holds them."""
    row, column = spots >> np.uint64(32), spots & np.uint64(0xFFFFFFFF)
    eight, byte = np.uint64(8), np.uint64(0xFF)
    tile = ((row >> eight) << np.uint64(32)) | (column >> eight)
    keys = (tile << np.uint64(16)) | ((row & byte) << eight) | (column & byte)
    order = np.argsort(keys, kind="stable")
    top = max(float(np.percentile(counts, 99.5)), 1.0) if len(counts) else 1.0
    share = np.minimum(np.log1p(counts[order]) / np.log1p(top), 1.0)
    return Level(keys[order], counts[order], (1 + share * (STEPS - 1)).astype(np.uint8))


# --- PNG ---------------------------------------------------------------------------------------------------


def _palette() -> tuple[bytes, bytes]:
    """Colours and opacities of the steps; the first is clear."""
    at = np.linspace(0, len(SCALE) - 1, STEPS)
    colours = np.stack([np.interp(at, range(len(SCALE)), part) for part in zip(*SCALE, strict=True)], axis=1)
    opacity = np.linspace(120, 240, STEPS)
    return bytes(3) + colours.astype(np.uint8).tobytes(), b"\0" + opacity.astype(np.uint8).tobytes()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


_COLOURS, _OPACITIES = _palette()
_HEAD = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", TILE_PX, TILE_PX, 8, 3, 0, 0, 0))
    + _chunk(b"PLTE", _COLOURS)
    + _chunk(b"tRNS", _OPACITIES)
)


def _png(steps: npt.NDArray[np.uint8]) -> bytes:
    """Palette steps as a PNG, each row without a filter."""
    rows = np.zeros((TILE_PX, TILE_PX + 1), np.uint8)
    rows[:, 1:] = steps
    return _HEAD + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 1)) + _chunk(b"IEND", b"")
