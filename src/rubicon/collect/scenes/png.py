"""Writes pictures to look at."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rubicon.collect.scenes.geotiff import ENVIRONMENT


def stretched(power: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Radar power to 8 bits for the eye: its root, black at nought, white at eight times the median; nothing seen is black."""
    amplitude = np.sqrt(np.where(np.isfinite(power), np.maximum(power, 0), 0))
    seen = amplitude[amplitude > 0]
    white = 8 * float(np.median(seen)) if seen.size else 1.0
    return np.asarray(np.clip(amplitude / white * 255, 0, 255), np.uint8)


def write_png(pixels: npt.NDArray[np.uint8], path: Path) -> None:
    """Write (rows, columns), or (bands, rows, columns) of one or three bands; the same pixels give the same bytes."""
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning

    shown = pixels if pixels.ndim == 3 else pixels[None]
    size = {"width": shown.shape[2], "height": shown.shape[1], "count": shown.shape[0], "dtype": "uint8"}
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.Env(**ENVIRONMENT), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", driver="PNG", **size) as out:
            out.write(shown)
