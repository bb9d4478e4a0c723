"""Gaps: a ship is heard, then for a long time not, then heard again.

A gap says that no position was received, not that the transponder was switched off and not that the
ship called anywhere: coverage, congestion and a broken set look the same.

Reads POSITION (times in UTC, degrees, WGS84). Gives one EVENT of kind `gap` for each pair of
consecutive positions of one vessel more than `min_gap_s` apart (strictly); start, latitude and longitude
are those of the last position before, the evidence is that position and the first one after. Repeated
reports (same ship, time and place) count once. A receiving station's own ship (VDO) is a ship as any other.

How well the feed hears ships in that place and those hours is learnt from the feed itself (`rubicon.kernels.reception`): `reception` is the mean
chance that a ship which broadcasts would have been heard in an hour of the gap, `reception_trials` on how many ship-hours of other ships at those
very places and hours it rests. Near 1, silence is unlikely to be the feed's; near 0 it proves nothing. It is null where no other ship was ever heard, and
in open gaps.

The score answers how unusual the silence is for this ship as it was just heard: with `m` the number of
reports that the rate of the 12 h before would have given during the gap, score = m / (m + 10). Heard every
5 minutes and then not for 8 h (m = 96) gives 0.91; heard every 3 h (m about 2.7) gives 0.21. It ranks gaps
and is no probability that the silence was intended.

Known false positives: ships leaving the range of shore receivers, satellite passes, moored ships of class B
that report rarely, positions lost in crowded waters, and MMSIs shared by ships of which one left.

Sources: gap definition, open gaps and positions in the 12 h before: Global Fishing Watch, pipe-gaps
(`gap_detector.py`), profile `gfw`. Six hours: Skylight's threshold of a dark vessel.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from rubicon.case import utc
from rubicon.detect._support import HOUR_US, Event, Ints, Tracks, event_table, tracks_of
from rubicon.geo.earth import NAUTICAL_MILE_M, distance_m
from rubicon.kernels import reception as kernel
from rubicon.schema import EVENT

NEEDS = "POSITION"
KEY = ("vessel_id",)
ORDER = ("time_utc",)
GIVES = "EVENT"
VERSION = "1"
LOOKBACK_S = 30 * 86_400
"""A gap is known from its two ends; a silence longer than this is found only when all data is given."""

BEFORE_US = 12 * HOUR_US
HALF_SCORE_REPORTS = 10.0
"""Missed reports that give score 0.5: with fewer, a few poor satellite passes explain the silence."""


class Options(BaseModel):
    """Thresholds of the gap detector."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_gap_s: float = Field(
        default=21_600.0,
        gt=0,
        description="Seconds between two positions that a gap must exceed. 6 h is where Skylight calls a ship "
        "dark, and shorter than the voyage from Najin to Vostochny (9.4 h at 14 kn), which the 12 h of "
        "Global Fishing Watch misses. There is no least distance from shore: that case starts at a berth.",
    )
    open_gaps: bool = Field(
        default=False,
        description="Also give a gap without an end when a ship is not heard again before the data end. Off, "
        "because the end of a file is seldom the end of what was received.",
    )
    data_end_utc: datetime | None = Field(
        default=None,
        description="Until when the data reaches, for open gaps; without it, the latest position of the table. "
        "State it when a data set is read in parts. A time without a zone is read as UTC.",
    )

    reception: bool = Field(
        default=True,
        description="Learn from the other ships of the table how well the feed hears, and say it with each gap.",
    )


PROFILES: dict[str, Options] = {
    "rubicon": Options(),
    "gfw": Options(min_gap_s=43_200.0, open_gaps=True, reception=False),
}


def detect(table: pa.Table, options: Options) -> pa.Table:
    """Find gaps; see the module's text for what one is.

    `detail`: duration_h, start_lat_deg, start_lon_deg, end_lat_deg, end_lon_deg, distance_km (along the
    geodesic between the two positions), implied_speed_kn (that distance over the duration: the least speed,
    not the speed), positions_12h_before (with the last one), reception and reception_trials (see the module's text), open. In an open gap the end, distance and
    speed are null and the duration counts until the data end.
    """
    if not table.num_rows:
        return EVENT.empty_table()
    tracks = tracks_of(table)
    min_gap_us = round(options.min_gap_s * 1e6)
    silent = np.diff(tracks.time_us) > min_gap_us
    last = tracks.offsets[1:] - 1
    silent[last[:-1]] = False
    found = list(_closed(tracks, np.flatnonzero(silent), options))
    if options.open_gaps:
        end_us = _data_end_us(tracks, options)
        found += _open(tracks, last[end_us - tracks.time_us[last] > min_gap_us], end_us, options)
    return event_table(found)


def _data_end_us(tracks: Tracks, options: Options) -> int:
    if options.data_end_utc is None:
        return int(tracks.time_us.max())
    return int(np.datetime64(utc(options.data_end_utc).replace(tzinfo=None), "us").astype(np.int64))


def _closed(tracks: Tracks, starts: Ints, options: Options) -> Iterator[Event]:
    ends = starts + 1
    evidence = zip(tracks.evidence(starts), tracks.evidence(ends), strict=True)
    heard = _heard(tracks, starts, options)
    gaps = zip(
        _fixes(tracks, starts),
        _fixes(tracks, ends),
        _reports_before(tracks, starts),
        evidence,
        heard,
        strict=True,
    )
    for (vessel, start_us, lat, lon), (_, end_us, end_lat, end_lon), before, ids, told in gaps:
        hours = (end_us - start_us) / HOUR_US
        metres = distance_m(lat, lon, end_lat, end_lon)
        detail = {
            "duration_h": round(hours, 4),
            "start_lat_deg": lat,
            "start_lon_deg": lon,
            "end_lat_deg": end_lat,
            "end_lon_deg": end_lon,
            "distance_km": round(metres / 1000.0, 3),
            "implied_speed_kn": round(metres / NAUTICAL_MILE_M / hours, 2),
            "positions_12h_before": before,
            "open": False,
        } | told
        score = _score(before, hours)
        identity = (VERSION, options.min_gap_s)
        yield Event("gap", vessel, start_us, end_us, lat, lon, score, detail, ids, identity)


def _heard(tracks: Tracks, starts: Ints, options: Options) -> list[dict[str, float | int | None]]:
    """What the feed itself says about being heard in each gap; nothing when it was not asked for."""
    if not options.reception or not starts.size:
        return [{} for _ in starts]
    model = kernel.reception(tracks.offsets, tracks.time_us, tracks.lat_deg, tracks.lon_deg)
    chance, trials = kernel.in_silence(model, starts, (tracks.time_us, tracks.lat_deg, tracks.lon_deg))
    return [
        {"reception": None if np.isnan(p) else round(float(p), 4), "reception_trials": int(n)}
        for p, n in zip(chance, trials, strict=True)
    ]


def _open(tracks: Tracks, starts: Ints, data_end_us: int, options: Options) -> Iterator[Event]:
    gaps = zip(_fixes(tracks, starts), _reports_before(tracks, starts), tracks.evidence(starts), strict=True)
    for (vessel, start_us, lat, lon), before, id_ in gaps:
        hours = (data_end_us - start_us) / HOUR_US
        unknown = dict.fromkeys(("end_lat_deg", "end_lon_deg", "distance_km", "implied_speed_kn"))
        detail = unknown | {
            "duration_h": round(hours, 4),
            "start_lat_deg": lat,
            "start_lon_deg": lon,
            "positions_12h_before": before,
            "open": True,
        }
        score = _score(before, hours)
        identity = (VERSION, options.min_gap_s)
        yield Event("gap", vessel, start_us, None, lat, lon, score, detail, (id_,), identity)


def _fixes(tracks: Tracks, at: Ints) -> Iterator[tuple[str, int, float, float]]:
    """Vessel, time, latitude and longitude of positions as plain values."""
    columns = (tracks.time_us[at].tolist(), tracks.lat_deg[at].tolist(), tracks.lon_deg[at].tolist())
    return zip(tracks.names(at), *columns, strict=True)


def _reports_before(tracks: Tracks, at: Ints) -> list[int]:
    """How many positions each ship gave in the 12 h up to and including each of these."""
    counts = []
    for index, begin in zip(at.tolist(), tracks.offsets[tracks.vessel_of(at)].tolist(), strict=True):
        heard = tracks.time_us[begin : index + 1]
        counts.append(int(heard.size - np.searchsorted(heard, heard[-1] - BEFORE_US)))
    return counts


def _score(reports_before: int, hours: float) -> float:
    missed = reports_before * hours * HOUR_US / BEFORE_US
    return missed / (missed + HALF_SCORE_REPORTS)
