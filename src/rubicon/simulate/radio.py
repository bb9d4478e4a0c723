"""Reception: which of a ship's reports reach the log.

Each ship's reports are thinned as `Sampling` says; of those, a station on land keeps what it hears, and the
nearest one that hears gives the line its name, as feeds that drop duplicates do. A satellite keeps at most one report of a ship in a pass. A ship that is dark sends nothing. Class B
transmitters send 2 W instead of 12.5 W and are heard over a shorter range and by fewer passes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rubicon.schema import NavStatus
from rubicon.simulate.draws import Draws, Floats
from rubicon.simulate.scenario import Scenario
from rubicon.simulate.tracks import STEP_S, Track, scale_m

NEAR_CHANCE, NEAR_SHARE, FAR_SHARE = 0.97, 0.7, 1.2
CLASS_B_RANGE, CLASS_B_PASS = 0.6, 0.3
GPS_M, SPEED_NOISE_KN, COURSE_NOISE_DEG, HEADING_NOISE_DEG = 4.0, 0.1, 1.0, 1.5
AT_REST = (NavStatus.MOORED, NavStatus.AT_ANCHOR)
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Reports:
    """Reports of one ship that reached the log, in order of time; one row a report."""

    time_s: Ints
    station: Ints
    """Index into the scenario's stations, then its satellites."""
    lat_deg: Floats
    lon_deg: Floats
    speed_kn: Floats
    course_deg: Floats
    """360 while the ship lies still: not available."""
    heading_deg: Floats
    status: npt.NDArray[np.int8]
    destination: Ints
    static: npt.NDArray[np.bool_]
    """Whether name and dimensions are kept with this report."""


def reports(track: Track, scenario: Scenario, draws: Draws) -> Reports:
    """What the scenario's stations and satellites keep of a ship."""
    land = _heard_on_land(track, scenario, draws)
    space = _heard_from_space(track, scenario, draws)
    time_s, station = (np.concatenate(pair) for pair in zip(land, space, strict=True))
    time_s, first = np.unique(time_s, return_index=True)
    station = station[first]
    sent = track.transmits[_minute(track, time_s)]
    return _noisy(track, scenario, time_s[sent], station[sent], draws)


def _minute(track: Track, time_s: Ints) -> Ints:
    minute: Ints = (time_s - track.time_s[0]) // STEP_S
    return minute


def _place(track: Track, time_s: Ints) -> tuple[Floats, Floats]:
    return np.interp(time_s, track.time_s, track.lat_deg), np.interp(time_s, track.time_s, track.lon_deg)


def _heard_on_land(track: Track, scenario: Scenario, draws: Draws) -> tuple[Ints, Ints]:
    """Times and nearest hearing station of the thinned reports."""
    low_s, high_s = scenario.sampling.under_way_s
    count = math.ceil((track.time_s[-1] - track.time_s[0]) / low_s)
    intervals = low_s + (high_s - low_s) * draws.uniform(count)
    time_s = track.time_s[0] + np.cumsum(intervals).astype(np.int64)
    time_s = time_s[time_s <= track.time_s[-1]]
    resting = np.isin(track.status[_minute(track, time_s)], AT_REST)
    time_s = time_s[~resting | (np.arange(len(time_s)) % scenario.sampling.at_rest_every == 0)]
    if not scenario.stations:
        return time_s[:0], time_s[:0]
    reach = CLASS_B_RANGE if track.ship.ais_class == "B" else 1.0
    lat, lon = _place(track, time_s)
    away_km = np.empty((len(scenario.stations), len(time_s)))
    for row, station in zip(away_km, scenario.stations, strict=True):
        per_lat, per_lon = scale_m(station.at[0])
        row[:] = np.hypot((lat - station.at[0]) * per_lat, (lon - station.at[1]) * per_lon) / 1000.0
        share = row / (station.range_km * reach)
        chance = NEAR_CHANCE * np.clip((FAR_SHARE - share) / (FAR_SHARE - NEAR_SHARE), 0.0, 1.0)
        row[draws.uniform(len(time_s)) >= chance] = np.inf
    heard = np.isfinite(away_km.min(axis=0))
    return time_s[heard], np.argmin(away_km, axis=0)[heard]


def _heard_from_space(track: Track, scenario: Scenario, draws: Draws) -> tuple[Ints, Ints]:
    """Times and satellites of the passes that keep a report."""
    times, which = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    share = CLASS_B_PASS if track.ship.ais_class == "B" else 1.0
    for number, satellite in enumerate(scenario.satellites, start=len(scenario.stations)):
        first_s, every_s = satellite.first_pass.timestamp(), satellite.every_h * 3600.0
        passes = first_s + every_s * np.arange(math.ceil((track.time_s[-1] - first_s) / every_s))
        at_s = (passes + 60.0 * satellite.pass_min * draws.uniform(len(passes))).astype(np.int64)
        heard = draws.uniform(len(passes)) < satellite.hears * share
        heard &= (at_s >= track.time_s[0]) & (at_s <= track.time_s[-1])
        times.append(at_s[heard])
        which.append(np.full(int(heard.sum()), number))
    return np.concatenate(times), np.concatenate(which)


def _noisy(track: Track, scenario: Scenario, time_s: Ints, station: Ints, draws: Draws) -> Reports:
    """The reports with the errors of the ship's own instruments."""
    minute, count = _minute(track, time_s), len(time_s)
    lat, lon = _place(track, time_s)
    per_lat, per_lon = scale_m(float(track.lat_deg[0]))
    still = np.isin(track.status[minute], AT_REST)
    speed_kn = np.abs(
        track.speed_kn[minute] + SPEED_NOISE_KN * np.where(still, 0.3, 1.0) * draws.normal(count)
    )
    course_deg = (track.course_deg[minute] + COURSE_NOISE_DEG * draws.normal(count)) % 360.0
    turned = np.where(still, 0.0, HEADING_NOISE_DEG) * draws.normal(count)
    return Reports(
        time_s=time_s, station=station,
        lat_deg=lat + GPS_M / per_lat * draws.normal(count),
        lon_deg=lon + GPS_M / per_lon * draws.normal(count),
        speed_kn=speed_kn, course_deg=np.where(speed_kn < 0.5, 360.0, course_deg),
        heading_deg=(track.course_deg[minute] + turned) % 360.0,
        status=track.status[minute], destination=track.destination[minute],
        static=_spaced(time_s, scenario.sampling.static_every_h * 3600.0),
    )  # fmt: skip


def _spaced(time_s: Ints, least_s: float) -> npt.NDArray[np.bool_]:
    """Marks the first of the times, and each that follows the last marked one by so much."""
    marked, last_s = np.zeros(len(time_s), np.bool_), -math.inf
    for row, at_s in enumerate(time_s.tolist()):
        if at_s - last_s >= least_s:
            marked[row], last_s = True, at_s
    return marked
