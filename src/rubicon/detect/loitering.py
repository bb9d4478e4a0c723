"""Loitering: a ship that stays slow at sea for hours, as ships do that wait for a meeting, for orders or for the dark.

Reads POSITION. For each ship and full UTC hour with a position, the mean of its speeds is taken: as reported, else by the distance to a
position at least 10 minutes and at most 4 hours away. Hours with a mean below `max_speed_kn` that follow each other without an hour between
are one EVENT of kind `loitering`, when it lasts `min_duration_h`, its mean place is `min_port_distance_km` from every port point and, where the
coastline in use reaches, `min_shore_nm` from shore. An hour without a position ends it: a ship that was slow at 01 and at 20 with nothing between
was not seen loitering.

Start and end are the first and the last position of these hours; latitude and longitude are their mean. Score: h / (h + 12) for h hours. Evidence: the
first and the last position. The navigational status is not read.

Known false positives: fishing, ships at anchor off a port that no list has, pilot and survey ships, ships that ride out a storm, drifting without fuel.
Missed: ships heard less than once an hour.

Source: Global Fishing Watch, pipe-loitering (hourly mean speed below 2 kn, published where 20 nautical miles from shore).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from rubicon.case import Port
from rubicon.detect._support import HOUR_US, Event, Floats, Tracks, event_table, tracks_of
from rubicon.errors import OutsideCoastline
from rubicon.geo.coast import load_coast
from rubicon.geo.ports import load_ports
from rubicon.geo.zones import shore_near
from rubicon.kernels import encounters as clock_kernel
from rubicon.kernels import port_calls as ports_kernel
from rubicon.provenance import content_id
from rubicon.schema import EVENT

NEEDS = "POSITION"
KEY = ("vessel_id",)
ORDER = ("time_utc",)
GIVES = "EVENT"
VERSION = "1"
LOOKBACK_S = 30 * 86_400
"""A stay begins with its first slow hour; longer ones need all data to be dated right."""

HALF_SCORE_H = 12.0
IMPLIED_WINDOW_US, IMPLIED_LONGEST_US = 600_000_000, 4 * HOUR_US
FARTHEST_SHORE_NM = 60.0
"""Up to here the distance from shore is measured."""


class Options(BaseModel):
    """Thresholds of the loitering detector."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_speed_kn: float = Field(
        default=2.0, gt=0, description="Hourly mean speed below which a ship is slow: drifting, not steaming."
    )
    min_duration_h: float = Field(
        default=4.0,
        ge=0,
        description="Shortest stay from the first to the last position. Four hours: a transfer between ships takes that long.",
    )
    min_port_distance_km: float = Field(
        default=10.0, ge=0, description="Stays nearer to a port point are left out: ships wait in roads."
    )
    min_shore_nm: float | None = Field(
        default=None,
        ge=0,
        le=FARTHEST_SHORE_NM,
        description="Least mean distance from shore; null for any. Where the coastline in use does not reach, it is not applied and the event "
        "says so (shore_nm null).",
    )
    ports: tuple[Port, ...] = Field(
        default=(), description="Ports to keep away from; when empty, the bundled World Port Index."
    )


PROFILES: dict[str, Options] = {
    "rubicon": Options(),
    "gfw": Options(min_duration_h=0.0, min_port_distance_km=0.0, min_shore_nm=20.0),
}


def detect(table: pa.Table, options: Options) -> pa.Table:
    """Find stays; see the module's text for what one is.

    `detail`: duration_h, hours, positions, mean_speed_kn, distance_km (along the track), port_distance_km (null beyond
    min_port_distance_km), shore_nm (null when farther than 60 nautical miles or outside the coastline in use).
    """
    if not table.num_rows:
        return EVENT.empty_table()
    tracks = tracks_of(table)
    stays = _stays(tracks, options)
    stays = stays.filter((pl.col("end_us") - pl.col("start_us")) >= options.min_duration_h * HOUR_US)
    return event_table(list(_events(tracks, stays, options)))


def _stays(tracks: Tracks, options: Options) -> pl.DataFrame:
    """One row a stay: what is known of its positions."""
    limits = ports_kernel.Limits(0.0, 0.0, 0.0, 0.0, 0, 0.0, IMPLIED_WINDOW_US, IMPLIED_LONGEST_US)
    speed = ports_kernel.fill_speeds(
        tracks.offsets, tracks.time_us, tracks.lat_deg, tracks.lon_deg, tracks.column("speed_kn"), limits
    )
    lon = np.radians(tracks.lon_deg)
    step_m = np.append(clock_kernel.distances_m(tracks.lat_deg, tracks.lon_deg), 0.0)
    ship = np.repeat(np.arange(len(tracks.vessels)), np.diff(tracks.offsets))
    positions = pl.DataFrame(
        {
            "ship": ship, "hour": tracks.time_us // HOUR_US, "at": np.arange(ship.size), "time_us": tracks.time_us,
            "lat": tracks.lat_deg, "x": np.cos(lon), "y": np.sin(lon), "speed": speed, "step_m": step_m,
        },
        nan_to_null=True,
    )  # fmt: skip
    hours = positions.group_by("ship", "hour", maintain_order=True).agg(
        pl.col("speed").mean(), first=pl.col("at").first(), last=pl.col("at").last(), positions=pl.len(),
        start_us=pl.col("time_us").first(), end_us=pl.col("time_us").last(), step_m=pl.col("step_m").sum(),
        last_m=pl.col("step_m").last(), **{name: pl.col(name).sum() for name in ("lat", "x", "y")},
    ).filter(pl.col("speed") < options.max_speed_kn)  # fmt: skip
    follows = (pl.col("ship") == pl.col("ship").shift()) & (pl.col("hour") == pl.col("hour").shift() + 1)
    numbered = hours.with_columns(stay=(~follows.fill_null(False)).cum_sum())
    return numbered.group_by("stay", maintain_order=True).agg(
        pl.col("ship", "first", "start_us").first(), pl.col("last", "end_us").last(), hours=pl.len(),
        positions=pl.col("positions").sum(), speed=pl.col("speed").mean(),
        metres=pl.col("step_m").sum() - pl.col("last_m").last(),
        **{name: pl.col(name).sum() / pl.col("positions").sum() for name in ("lat", "x", "y")},
    )  # fmt: skip


def _events(tracks: Tracks, stays: pl.DataFrame, options: Options) -> Iterator[Event]:
    rule = content_id(VERSION, options.model_dump(mode="json", exclude={"ports"}))
    lat, lon = stays["lat"].to_numpy(), np.degrees(np.arctan2(stays["y"].to_numpy(), stays["x"].to_numpy()))
    port_m = _to_port(lat, lon, options)
    ids = zip(
        tracks.evidence(stays["first"].to_numpy()), tracks.evidence(stays["last"].to_numpy()), strict=True
    )
    for n, (row, evidence) in enumerate(zip(stays.iter_rows(named=True), ids, strict=True)):
        if port_m[n] < options.min_port_distance_km * 1000.0:
            continue
        shore_nm = _to_shore(float(lat[n]), float(lon[n]))
        if options.min_shore_nm is not None and shore_nm is not None and shore_nm < options.min_shore_nm:
            continue
        hours = (row["end_us"] - row["start_us"]) / HOUR_US
        detail = {
            "duration_h": round(hours, 4),
            "hours": row["hours"],
            "positions": row["positions"],
            "mean_speed_kn": round(row["speed"], 3),
            "distance_km": round(row["metres"] / 1000.0, 3),
            "port_distance_km": round(float(port_m[n]) / 1000.0, 3) if np.isfinite(port_m[n]) else None,
            "shore_nm": None if shore_nm is None else round(shore_nm, 2),
        }
        yield Event(
            "loitering", tracks.vessels[row["ship"]], row["start_us"], row["end_us"], float(lat[n]), float(lon[n]),
            hours / (hours + HALF_SCORE_H), detail, list(dict.fromkeys(evidence)), (rule,),
        )  # fmt: skip


def _to_port(lat: Floats, lon: Floats, options: Options) -> Floats:
    """Metres to the nearest port point; infinite beyond `min_port_distance_km`."""
    ports = options.ports or load_ports()
    if not lat.size or not options.min_port_distance_km:
        return np.full(lat.size, np.inf)
    points = np.array([(port.lat_deg, port.lon_deg) for port in ports])
    index = ports_kernel.port_index(points[:, 0], points[:, 1], options.min_port_distance_km * 1000.0)
    return np.asarray(ports_kernel.nearest_ports(lat, lon, index)[1])


def _to_shore(lat_deg: float, lon_deg: float) -> float | None:
    """Nautical miles to the nearest shore, 0 on land; null when it is farther than is measured or unknown."""
    try:
        shore = shore_near(lat_deg, lon_deg, load_coast(), FARTHEST_SHORE_NM)
    except OutsideCoastline:
        return None
    return None if shore is None else 0.0 if shore.inland else shore.nm
