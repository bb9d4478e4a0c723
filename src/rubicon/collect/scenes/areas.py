"""Polygons of yards and piers as masks over a picture."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rubicon.collect.scenes.picture import Picture
from rubicon.errors import InputMissing, UnknownFormat
from rubicon.kernels.raster import count_inside


def masks(path: Path, picture: Picture) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """Name and mask (rows, columns) of each polygon of a GeoJSON file; holes are left out of the mask.

    Coordinates are longitude and latitude for a picture that has a place, else columns and rows in pixels. Raises InputMissing, and
    UnknownFormat for what is no polygon.
    """
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        for number, feature in enumerate(features, start=1):
            shape = feature["geometry"]
            if shape["type"] not in ("Polygon", "MultiPolygon"):
                raise ValueError(f"feature {number} is a {shape['type']}")
            polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
            rings = [
                np.array([p[:2] for p in ring], dtype=np.float64) for polygon in polygons for ring in polygon
            ]
            yield str(feature.get("properties", {}).get("name") or f"area {number}"), _filled(rings, picture)
    except OSError as error:
        raise InputMissing(error.strerror or "cannot be opened", place=str(path)) from error
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise UnknownFormat(f"is no GeoJSON of polygons: {error}", place=str(path)) from error


def _filled(rings: list[npt.NDArray[np.float64]], picture: Picture) -> npt.NDArray[np.bool_]:
    """Even-odd filling of rings in pixels."""
    placed = [ring if picture.locate is None else _pixels(ring, picture) for ring in rings]
    offsets = np.concatenate([[0], np.cumsum([len(ring) for ring in placed])]).astype(np.int64)
    corners = np.concatenate(placed)
    inside = np.zeros(picture.shape, np.int64)
    count_inside(np.ascontiguousarray(corners[:, 0]), np.ascontiguousarray(corners[:, 1]), offsets, 1, inside)
    return inside > 0


def _pixels(ring: npt.NDArray[np.float64], picture: Picture) -> npt.NDArray[np.float64]:
    """Longitudes and latitudes to columns and rows, by Newton's steps from the middle of the picture."""
    assert picture.locate is not None
    rows, columns = picture.shape
    at = np.tile([columns / 2, rows / 2], (len(ring), 1))
    for _ in range(8):
        lat, lon = picture.locate(at[:, 0], at[:, 1])
        right = picture.locate(at[:, 0] + 1, at[:, 1])
        down = picture.locate(at[:, 0], at[:, 1] + 1)
        miss = np.stack([ring[:, 0] - lon, ring[:, 1] - lat], axis=1)
        jacobian = np.stack(
            [np.stack([right[1] - lon, down[1] - lon], 1), np.stack([right[0] - lat, down[0] - lat], 1)], 1
        )
        at = at + np.linalg.solve(jacobian, miss[..., None])[..., 0]
    return np.asarray(at)
