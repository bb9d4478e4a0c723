"""The part of a remote scene over a port, its pixels unchanged, and a picture of it to look at."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rubicon.collect.scenes.geotiff import ENVIRONMENT
from rubicon.collect.scenes.png import write_png
from rubicon.collect.scenes.remote import RemoteFile
from rubicon.collect.scenes.stac import Box
from rubicon.errors import EmptyScene, FetchFailed, InputTooLarge

MAX_WINDOW_PX = 8000
NAME = "scene.tif"
MAX_BLOCK_PX = 1 << 26
"""Of all bands: one block is unpacked whole, whatever the window."""
GCP_MARGIN_PX = 60
"""Round a window found through ground control points, whose polynomial is not exact."""
CLOUD_CLASSES = (3, 8, 9, 10)
"""Sentinel-2 scene classification: cloud shadow, cloud of medium and high probability, thin cirrus."""
NO_DATA_CLASS = 0


@dataclass(frozen=True)
class Cut:
    """Pixels (bands, rows, columns) of a window with the profile under which they are written."""

    pixels: npt.NDArray[Any]
    profile: dict[str, Any]
    window: tuple[int, int, int, int]
    """Column, row, width, height in the scene."""
    scene_px: tuple[int, int]
    """Columns and rows of the whole scene."""
    gcps: tuple[list[Any], Any] | None


def cut(remote: RemoteFile, place: Box) -> Cut:
    """Read the pixels over a box from a cloud-optimised GeoTIFF.

    Raises EmptyScene when the box lies outside or holds no data, InputTooLarge for a window of more than 8,000 px a side, and what the
    remote file raised; FetchFailed when the file is no GeoTIFF with a place.
    """
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioError
    from rasterio.windows import Window

    with rasterio.Env(**ENVIRONMENT), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            with rasterio.open(NAME, driver="GTiff", opener=_only(remote), sharing=False) as scene:
                window = window_over(scene, place, remote.url)
                pixels = scene.read(window=Window(*window))
                if remote.failure is not None:
                    raise remote.failure
                return Cut(
                    pixels, _profile(scene, window), window, (scene.width, scene.height), _gcps(scene, window)
                )
        except RasterioError as error:
            if remote.failure is not None:
                raise remote.failure from error
            raise FetchFailed(f"does not read as a GeoTIFF: {error}", place=_plain(remote.url)) from error


def _only(remote: RemoteFile) -> Callable[..., RemoteFile]:
    """Opens the one file and nothing beside it: no mask, no sidecar."""

    def opener(path: str, mode: str = "rb", **_: Any) -> RemoteFile:
        if path != NAME or "r" not in mode:
            raise FileNotFoundError(path)
        remote.seek(0)
        return remote

    return opener


def window_over(scene: Any, place: Box, url: str) -> tuple[int, int, int, int]:
    """Column, row, width, height of a box in an open scene, cut at its edges.

    Raises EmptyScene, InputTooLarge, and FetchFailed for a scene without a place.
    """
    from rasterio.transform import AffineTransformer, GCPTransformer
    from rasterio.warp import transform

    tall, wide = max(scene.block_shapes)
    if tall * wide * scene.count > MAX_BLOCK_PX:
        raise InputTooLarge(f"pixels packed in blocks of {wide} x {tall}", place=_plain(url))
    points, crs = scene.gcps
    if scene.crs is None and not points:
        raise FetchFailed("the picture has no place", place=_plain(url))
    west, south, east, north = place
    edge = np.linspace(0, 1, 9)
    lon = np.r_[west + (east - west) * edge, west + (east - west) * edge, np.full(9, west), np.full(9, east)]
    lat = np.r_[
        np.full(9, south), np.full(9, north), south + (north - south) * edge, south + (north - south) * edge
    ]
    xs, ys = transform("EPSG:4326", scene.crs or crs, lon.tolist(), lat.tolist())
    margin = 0 if scene.crs is not None else GCP_MARGIN_PX
    with AffineTransformer(scene.transform) if scene.crs is not None else GCPTransformer(points) as inverse:
        rows, columns = inverse.rowcol(xs, ys, op=float)
    left, top = max(0, math.floor(min(columns)) - margin), max(0, math.floor(min(rows)) - margin)
    right = min(scene.width, math.ceil(max(columns)) + margin)
    bottom = min(scene.height, math.ceil(max(rows)) + margin)
    if right <= left or bottom <= top:
        raise EmptyScene("the scene does not show this place", place=_plain(url))
    if max(right - left, bottom - top) > MAX_WINDOW_PX:
        raise InputTooLarge(
            f"a window of {right - left} x {bottom - top} px; at most {MAX_WINDOW_PX}", place=_plain(url)
        )
    return left, top, right - left, bottom - top


def _profile(scene: Any, window: tuple[int, int, int, int]) -> dict[str, Any]:
    from rasterio.windows import Window

    placed = (
        {} if scene.crs is None else {"crs": scene.crs, "transform": scene.window_transform(Window(*window))}
    )
    return {
        "driver": "GTiff", "width": window[2], "height": window[3], "count": scene.count, "dtype": scene.dtypes[0],
        "nodata": scene.nodata, "compress": "deflate", **placed,
    }  # fmt: skip


def _gcps(scene: Any, window: tuple[int, int, int, int]) -> tuple[list[Any], Any] | None:
    """The ground control points seen from the window's corner."""
    from rasterio.control import GroundControlPoint

    points, crs = scene.gcps
    if scene.crs is not None or not points:
        return None
    return [
        GroundControlPoint(p.row - window[1], p.col - window[0], p.x, p.y, p.z or 0.0) for p in points
    ], crs


def write_cut(made: Cut, path: Path, tags: dict[str, str]) -> None:
    """Write a window as a GeoTIFF of its own; the same pixels give the same bytes."""
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning

    with rasterio.Env(**ENVIRONMENT), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", **made.profile) as out:
            out.write(made.pixels)
            if made.gcps is not None:
                out.gcps = made.gcps
            out.update_tags(**tags)


def write_preview(made: Cut, path: Path) -> None:
    """A PNG to look at: three bands as they are, one band of radar or 16 bits stretched from its 2nd to its 99.5th percentile."""
    shown = made.pixels[:3] if made.pixels.shape[0] >= 3 else made.pixels[:1]
    if shown.dtype != np.uint8:
        low, high = np.percentile(shown, (2, 99.5))
        shown = np.clip((shown - low) / max(high - low, 1e-9) * 255, 0, 255).astype(np.uint8)
    write_png(shown, path)


def cloud_share(classes: Cut) -> float | None:
    """Share of the window under cloud or its shadow, 0 to 1; None when no pixel has a class."""
    return cloud_share_of(classes.pixels[0])


def cloud_share_of(classes: npt.NDArray[Any]) -> float | None:
    """As `cloud_share`, of Sentinel-2's scene classes (rows, columns)."""
    seen = classes != NO_DATA_CLASS
    return float(np.isin(classes, CLOUD_CLASSES)[seen].mean()) if seen.any() else None


def _plain(url: str) -> str:
    """An address without what lets one in."""
    return url.partition("?")[0]
