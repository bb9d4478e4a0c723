"""Small shore files and coastlines for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rubicon.geo.coast import Coast, build_extract, load_coast
from rubicon.geo.gshhg import HEADER

SQUARE = [(130.2, 42.2), (130.8, 42.2), (130.8, 42.8), (130.2, 42.8)]
LAKE = [(130.4, 42.4), (130.6, 42.4), (130.6, 42.6), (130.4, 42.6)]


def native(*polygons: tuple[int, list[tuple[float, float]]]) -> bytes:
    """The bytes of a native file; longitudes are stored from 0 to 360."""
    made = b""
    for number, (level, ring) in enumerate(polygons):
        header = np.zeros(1, HEADER)
        header["id"], header["n"], header["flag"] = number, len(ring), level | 15 << 8
        points = np.array([(round(lon % 360 * 1e6), round(lat * 1e6)) for lon, lat in ring], ">i4")
        made += header.tobytes() + points.tobytes()
    return made


def written(folder: Path, data: bytes) -> Path:
    path = folder / "gshhs_f.b"
    path.write_bytes(data)
    return path


def made(folder: Path, *rings: list[tuple[float, float]], bbox: tuple[float, float, float, float]) -> Coast:
    build_extract(written(folder, native(*((1, ring) for ring in rings))), bbox, folder / "coast.npz")
    return load_coast(folder / "coast.npz")


def rectangle(west: float, south: float, east: float, north: float) -> list[tuple[float, float]]:
    return [(west, south), (east, south), (east, north), (west, north)]
