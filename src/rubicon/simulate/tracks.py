"""Motion: from a ship's plan to where it truly was every minute, and what it did.

Along a leg the speed wanders about the service speed (deviation 4 %, memory 10 km) and the ship strays from the
drawn line (deviation 60 m each way, memory 15 km); within 3 km of either end it slows to a third. A ship adrift
moves with a wandering current (0.4 kn each way, memory 3 h), a fishing boat about its ground (1.6 kn, 40 min,
drawn back within some hours: it stays within about 15 km).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rubicon.geo.earth import KNOT_MS, metres_per_degree
from rubicon.schema import NavStatus
from rubicon.simulate.draws import Draws, Floats, remembered
from rubicon.simulate.scenario import Point, Sail, Scenario, ShipPlan, Stay

STEP_S = 60
KNOT_SPACING_M = 250.0
SPEED_SPREAD, SPEED_MEMORY_M = 0.04, 10_000.0
STRAY_M, STRAY_MEMORY_M = 60.0, 15_000.0
HARBOUR_M, HARBOUR_FACTOR = 3_000.0, 1.0 / 3.0
SWING_M, SWING_MEMORY_S = 40.0, 7_200.0
ROAM = {"drift": (0.4, 10_800.0, math.inf), "fish": (1.6, 2_400.0, 14_400.0)}
"""Speed each way in knots and memory of what moves without a destination, and how soon it is drawn back; seconds."""
STATUS = {
    "sail": NavStatus.UNDER_WAY_ENGINE,
    "moor": NavStatus.MOORED,
    "anchor": NavStatus.AT_ANCHOR,
    "drift": NavStatus.NOT_UNDER_COMMAND,
    "fish": NavStatus.FISHING,
}


class Happening(NamedTuple):
    """One line of the truth: what a ship did, where, from when and until when (Unix seconds)."""

    event: str
    port: str
    start_s: float
    end_s: float | None = None


@dataclass(frozen=True)
class Track:
    """Where a ship truly was, every minute, and what it did; all arrays have one row a minute."""

    ship: ShipPlan
    time_s: npt.NDArray[np.int64]
    lat_deg: Floats
    lon_deg: Floats
    speed_kn: Floats
    course_deg: Floats
    """Kept while the ship lies still: its heading at the berth."""
    status: npt.NDArray[np.int8]
    transmits: npt.NDArray[np.bool_]
    destination: npt.NDArray[np.int64]
    """Index into `destinations`, the names stated at the time."""
    destinations: tuple[str, ...]
    happenings: tuple[Happening, ...]


@dataclass
class _Log:
    """What is written down while a plan is played: knots of the way, and changes with their times."""

    now_s: float
    here: Point
    port: str = ""
    dark: bool = False
    knots: list[tuple[Floats, Floats, Floats]] = field(default_factory=list)
    legs: list[tuple[float, NavStatus, str]] = field(default_factory=list)
    switches: list[tuple[float, bool]] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)

    def move(self, seconds: Floats, lat_deg: Floats, lon_deg: Floats) -> None:
        self.knots.append((self.now_s + seconds, lat_deg, lon_deg))
        self.now_s += float(seconds[-1])
        self.here = (float(lat_deg[-1]), float(lon_deg[-1]))

    def call(self, end_s: float) -> None:
        """Note a stay at a berth; one that follows another without a passage between prolongs it."""
        if self.happenings and self.happenings[-1].event == "called":
            self.happenings[-1] = self.happenings[-1]._replace(end_s=end_s)
        else:
            self.happenings.append(Happening("called", self.port, self.now_s, end_s))

    def switch(self, at_s: float, transmits: bool) -> None:
        if self.dark == transmits:
            self.dark = not transmits
            self.switches.append((at_s, transmits))
            self.happenings.append(Happening("dark_until" if transmits else "dark_from", "", at_s))


def track(ship: ShipPlan, scenario: Scenario, draws: Draws) -> Track:
    """Play a ship's plan from its appearance to its end or that of the scenario."""
    end_s = scenario.end.timestamp()
    berth = _berth(scenario, ship, ship.start) if isinstance(ship.start, str) else ship.start
    port = ship.start if isinstance(ship.start, str) else ""
    log = _Log((ship.appears or scenario.start).timestamp(), berth, port)
    start_s = log.now_s
    for leg in cycle(ship.plan) if ship.repeat else ship.plan:
        if isinstance(leg, Sail):
            _sail(log, leg, ship, scenario, draws)
        else:
            _stay(log, leg, draws)
        if log.now_s >= end_s:
            break
    return _sampled(ship, log, start_s, min(log.now_s, end_s))


def _berth(scenario: Scenario, ship: ShipPlan, port: str) -> Point:
    berths = scenario.port(port).berths
    return berths[ship.berth % len(berths)]


def _sail(log: _Log, leg: Sail, ship: ShipPlan, scenario: Scenario, draws: Draws) -> None:
    """Follow the waypoints: out of the port's approach, along `via`, in through the other's."""
    target = leg.to if isinstance(leg.to, str) else ""
    out = scenario.port(log.port).approach if log.port else ()
    into = (*scenario.port(target).approach[::-1], _berth(scenario, ship, target)) if target else (leg.to,)
    log.legs.append((log.now_s, STATUS["sail"], (leg.destination or target).upper()))
    if log.port:
        log.happenings.append(Happening("departed", log.port, log.now_s))
    way_m, seconds, lat_deg, lon_deg = _along(
        [log.here, *out, *leg.via, *into], leg.speed_kn or ship.service_speed_kn, draws
    )
    for at_km, transmits in _marks(leg, float(way_m[-1]) / 1000.0):
        log.switch(log.now_s + float(np.interp(at_km * 1000.0, way_m, seconds)), transmits)
    log.move(seconds, lat_deg, lon_deg)
    log.port = target
    if target:
        log.happenings.append(Happening("arrived", target, log.now_s))


def _marks(leg: Sail, length_km: float) -> list[tuple[float, bool]]:
    """Where on the leg the transponder is switched, in the order in which the ship comes there."""
    off = [(leg.dark_from_km, False)] if leg.dark_from_km is not None else []
    on = [(length_km - leg.dark_until_km_left, True)] if leg.dark_until_km_left is not None else []
    return sorted(off + on)


def _along(points: list[Point], speed_kn: float, draws: Draws) -> tuple[Floats, Floats, Floats, Floats]:
    """Knots of a leg: metres run, seconds since departure, latitude and longitude."""
    lat, lon = (np.array(axis) for axis in zip(*points, strict=True))
    per_lat, per_lon = scale_m(float(lat.mean()))
    corners_m = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(lat) * per_lat, np.diff(lon) * per_lon))])
    count = max(2, math.ceil(corners_m[-1] / KNOT_SPACING_M) + 1)
    way_m = np.arange(count) * (corners_m[-1] / (count - 1))
    from_end_m = np.minimum(way_m, way_m[-1] - way_m)
    stray = STRAY_M * np.minimum(1.0, from_end_m / STRAY_MEMORY_M)
    slowed = HARBOUR_FACTOR + (1.0 - HARBOUR_FACTOR) * np.minimum(1.0, from_end_m / HARBOUR_M)
    wander = np.clip(draws.wander(count, SPEED_MEMORY_M / KNOT_SPACING_M), -2.5, 2.5)
    speed_ms = speed_kn * KNOT_MS * slowed * (1.0 + SPEED_SPREAD * wander)
    seconds = np.concatenate([[0.0], np.cumsum(np.diff(way_m) / (0.5 * (speed_ms[1:] + speed_ms[:-1])))])
    memory = STRAY_MEMORY_M / KNOT_SPACING_M
    north, east = draws.wander(count, memory), draws.wander(count, memory)
    return (
        way_m,
        seconds,
        np.interp(way_m, corners_m, lat) + stray * north / per_lat,
        np.interp(way_m, corners_m, lon) + stray * east / per_lon,
    )


def scale_m(lat_deg: float) -> tuple[float, float]:
    """Metres per degree north and east, to the millimetre, so that the last digit of a machine's sine decides nothing."""
    per_lat, per_lon = metres_per_degree(lat_deg)
    return round(per_lat, 3), round(per_lon, 3)


def _stay(log: _Log, leg: Stay, draws: Draws) -> None:
    """Lie, swing, drift or fish for some hours from where the ship is."""
    log.legs.append((log.now_s, STATUS[leg.do], log.legs[-1][2] if log.legs else log.port.upper()))
    count = max(2, math.ceil(leg.hours * 3600.0 / STEP_S) + 1)
    seconds: Floats = np.linspace(0.0, leg.hours * 3600.0, count)
    if leg.do == "moor" and log.port:
        log.call(log.now_s + float(seconds[-1]))
    (lat, lon), (per_lat, per_lon) = log.here, scale_m(log.here[0])
    north_m, east_m = _shift_m(leg.do, count, draws), _shift_m(leg.do, count, draws)
    log.move(seconds, lat + north_m / per_lat, lon + east_m / per_lon)


def _shift_m(do: str, count: int, draws: Draws) -> Floats:
    """Metres from the first place along one axis, step by step."""
    if do == "moor":
        return np.zeros(count)
    if do == "anchor":
        shift_m = SWING_M * draws.wander(count, SWING_MEMORY_S / STEP_S)
    else:
        speed_kn, memory_s, back_s = ROAM[do]
        steps_m = draws.wander(count, memory_s / STEP_S) * (speed_kn * KNOT_MS * STEP_S)
        shift_m = remembered(steps_m, 1.0 - STEP_S / back_s)
    from_first: Floats = shift_m - shift_m[0]
    return from_first


def _sampled(ship: ShipPlan, log: _Log, start_s: float, end_s: float) -> Track:
    """The minute by minute state of what was logged."""
    time_s = np.arange(math.ceil(start_s / STEP_S) * STEP_S, math.floor(end_s) + 1, STEP_S, dtype=np.int64)
    seconds, lat, lon = (np.concatenate(parts) for parts in zip(*log.knots, strict=True))
    lat_deg, lon_deg = np.interp(time_s, seconds, lat), np.interp(time_s, seconds, lon)
    speed_kn, course_deg = _speed_and_course(lat_deg, lon_deg)
    leg = np.searchsorted([at_s for at_s, _, _ in log.legs], time_s, side="right") - 1
    names = tuple(dict.fromkeys(name for _, _, name in log.legs))
    states = [True, *(transmits for _, transmits in log.switches)]
    return Track(
        ship=ship, time_s=time_s, lat_deg=lat_deg, lon_deg=lon_deg, speed_kn=speed_kn, course_deg=course_deg,
        status=np.array([status for _, status, _ in log.legs], np.int8)[leg],
        transmits=np.array(states)[np.searchsorted([at_s for at_s, _ in log.switches], time_s, side="right")],
        destination=np.array([names.index(name) for _, _, name in log.legs])[leg],
        destinations=names,
        happenings=tuple(_within(log.happenings, end_s)),
    )  # fmt: skip


def _speed_and_course(lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, Floats]:
    """Speed over ground in knots and course in degrees; the course of a ship that lies still is its last one."""
    if len(lat_deg) < 2:
        return np.zeros(len(lat_deg)), np.zeros(len(lat_deg))
    bands, row = np.unique(np.round(lat_deg, 1), return_inverse=True)
    scale = np.array([scale_m(float(band)) for band in bands])
    north, east = np.gradient(lat_deg) * scale[row, 0], np.gradient(lon_deg) * scale[row, 1]
    speed_kn = np.hypot(north, east) / (STEP_S * KNOT_MS)
    moving = np.where(speed_kn > 0.3, np.arange(len(speed_kn)), 0)
    course_deg = np.degrees(np.arctan2(east, north)) % 360.0
    return speed_kn, course_deg[np.maximum.accumulate(moving)]


def _within(happenings: list[Happening], end_s: float) -> Iterator[Happening]:
    """Happenings in order of time, cut off where the scenario ends."""
    for one in sorted(happenings, key=lambda h: h.start_s):
        if one.start_s < end_s:
            yield one._replace(end_s=min(one.end_s, end_s)) if one.end_s is not None else one
