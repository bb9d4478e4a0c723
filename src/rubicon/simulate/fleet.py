"""A day of a large ocean for measuring speed and memory: many fictional ships that report every half minute.

No truth stands beside it and no coast is heeded: ships sail straight, one in eight drifts, and some of these lie beside another. Numbers start with 19, which no
ship station can hold (ITU-R M.585). One Parquet file, its columns named as `rubicon ingest` and `rubicon detect --positions` read them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rubicon.errors import OptionError
from rubicon.schema import TIME

REPORTS = 2880
"""Reports of one ship: every 30 s for a day."""
BLOCK = 400
"""Ships written at a time: about a million positions."""
DAY_US = 86_400_000_000
START_US = 1_714_521_600_000_000
"""1 May 2024."""
MOST = 1_000_000_000
SCHEMA = pa.schema(
    [
        ("vessel_id", pa.string()), ("time_utc", TIME), ("lat_deg", pa.float64()), ("lon_deg", pa.float64()),
        ("speed_kn", pa.float64()), ("course_deg", pa.float64()),
    ],
    metadata={"origin": "simulated: fictional ships, for measuring speed"},
)  # fmt: skip


def simulate_positions(count: int, out: Path, seed: int = 0) -> Path:
    """Write about `count` positions (whole ships of 2,880 each) to `out/positions.parquet`; the same seed gives the same rows.

    Raises OptionError for a count below one ship or above a thousand million.
    """
    if not REPORTS <= count <= MOST:
        raise OptionError(f"must be from {REPORTS:,} to {MOST:,}", place="positions")
    out.mkdir(parents=True, exist_ok=True)
    path = out / "positions.parquet"
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for block in _blocks(count // REPORTS, np.random.default_rng(seed)):
            writer.write_table(block)
    return path


def _blocks(ships: int, draw: np.random.Generator) -> Iterator[pa.Table]:
    for first in range(0, ships, BLOCK):
        size = min(BLOCK, ships - first)
        at = np.arange(REPORTS) * (DAY_US // REPORTS)
        time_us = START_US + at[None, :] + draw.integers(0, 5_000_000, (size, 1))
        drifts = draw.random(size) < 0.125
        speed = np.where(drifts, 0.4, draw.uniform(6.0, 18.0, size))
        course = draw.uniform(0.0, 360.0, size)
        lat, lon = draw.uniform(-55.0, 55.0, size), draw.uniform(-180.0, 180.0, size)
        beside = np.flatnonzero(drifts[1:] & drifts[:-1]) + 1
        lat[beside], lon[beside], course[beside] = (
            lat[beside - 1] + 0.001,
            lon[beside - 1],
            course[beside - 1],
        )
        degrees = speed[:, None] / 60.0 * at[None, :] / 3.6e9
        turn = np.radians(course)[:, None]
        lats = lat[:, None] + degrees * np.cos(turn)
        lons = lon[:, None] + degrees * np.sin(turn) / np.cos(np.radians(lat))[:, None]
        names = pa.array([f"19{first + n:07d}" for n in range(size)])
        yield pa.table(
            {
                "vessel_id": names.take(pa.array(np.repeat(np.arange(size), REPORTS))),
                "time_utc": pa.array(time_us.ravel()).cast(TIME),
                "lat_deg": np.clip(lats, -89.9, 89.9).ravel().round(6),
                "lon_deg": ((lons + 180.0) % 360.0 - 180.0).ravel().round(6),
                "speed_kn": np.repeat(speed, REPORTS).round(1),
                "course_deg": np.repeat(course, REPORTS).round(1),
            },
            schema=SCHEMA,
        )
