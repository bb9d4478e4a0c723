"""A picture: the pixels of one scene or window, with what is known of their unit, size, place and time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[Any]
Locate = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""Columns and rows (pixel centres at .5) -> latitudes and longitudes in degrees."""


class Sensor(StrEnum):
    """What kind of instrument saw it."""

    SAR = "sar"
    OPTICAL = "optical"


class Values(StrEnum):
    """What a pixel's number means."""

    DN = "dn"
    """Amplitude in the product's own steps (Sentinel-1 GRD: digital number)."""
    SIGMA0 = "sigma0"
    """Linear backscatter per unit area."""
    DB = "db"
    """Ten times the decimal logarithm of backscatter."""
    EIGHT_BIT = "8bit"
    """Amplitude stretched to 0 to 255 for display: order holds, ratios do not."""


@dataclass(frozen=True)
class Picture:
    """Pixels (bands, rows, columns) as stored, `valid` (rows, columns), and what the file says about them.

    `pixel_m` is the size of a pixel along rows and along columns (down, right) in metres. `locate` is None when the
    file is not geocoded. Notes are sentences that the user must see: what was assumed, what was left out.
    """

    pixels: Pixels
    valid: npt.NDArray[np.bool_]
    name: str
    source_id: str
    sensor: Sensor | None = None
    values: Values | None = None
    pixel_m: tuple[float, float] | None = None
    locate: Locate | None = None
    time_utc: datetime | None = None
    time_at: Callable[[float], datetime] | None = None
    size: tuple[int, int] | None = None
    bands: tuple[str, ...] = ()
    platform: str = ""
    notes: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    geometry: dict[str, Any] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns; of the whole product when its pixels are read elsewhere."""
        if self.size is not None:
            return self.size
        return int(self.pixels.shape[1]), int(self.pixels.shape[2])

    def intensity(self, band: int, values: Values) -> npt.NDArray[np.float32]:
        """One radar band as float32 power, NaN where not valid: amplitudes squared, decibels undone."""
        raw = self.pixels[band]
        if np.iscomplexobj(raw):
            power = (raw.real.astype(np.float32) ** 2 + raw.imag.astype(np.float32) ** 2).astype(np.float32)
        elif values is Values.DB:
            power = np.power(np.float32(10.0), raw.astype(np.float32) / np.float32(10.0))
        elif values is Values.SIGMA0:
            power = raw.astype(np.float32)
        else:
            power = raw.astype(np.float32) ** 2
        return np.where(self.valid & np.isfinite(power), power, np.float32(np.nan))
