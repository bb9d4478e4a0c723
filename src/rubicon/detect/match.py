"""Detections of one scene against the tracks of ships: correlated, ambiguous, dark; and ships that should be there and are not, silent.

Every ship is carried to the second at which a detection's line was imaged. Between two fixes it follows the cubic that keeps their places and
speeds; its uncertainty is that of a velocity that wanders (variance q (a b / (a + b))^3 / 3 with a and b the seconds to the fixes), so a
place minutes from a fix is good to some 50 m and one in the middle of 12 hours to tens of kilometres. In a radar picture a moving
ship is drawn -(R / V) v_los along the track from where it is; without that term declared ships become dark ones. Pairs are
weighed by place and length against being alone, and all pairs at once under one-to-one matching (`kernels.association`).

A `dark` detection is one that no known track explains. Known false positives of `dark`: ships that carry no AIS by law, ships whose fixes were not
received, sea marks, ghosts and clutter. `silent` means that a fix says the ship was there and nothing was seen: a false position, or a small ship
in a rough sea. Neither says anything about intent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from rubicon.collect.scenes.look import Look
from rubicon.detect._support import Tracks, tracks_of
from rubicon.geo.earth import KNOT_MS, lon_delta_deg, metres_per_degree
from rubicon.kernels.association import association

Floats = npt.NDArray[np.float64]
VERSION = "1"


class Options(BaseModel):
    """How sure one must be, and how far ships and pictures wander."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    place_m: float = Field(
        default=40.0, gt=0, description="one sigma of a detection's place: geolocation and centring, metres"
    )
    wander: float = Field(
        default=0.003,
        gt=0,
        description="how fast a velocity wanders, m^2/s^3: 60 m between fixes 10 minutes apart",
    )
    speed_error_kn: float = Field(
        default=0.4, ge=0, description="one sigma of the speed that the Doppler shift is computed from, knots"
    )
    farthest_h: float = Field(
        default=24.0, gt=0, description="fixes farther in time than this are not used, hours"
    )
    seen: float = Field(
        default=0.9, gt=0, lt=1, description="probability that a ship in the picture is detected"
    )
    dark_per_km2: float = Field(
        default=0.02,
        gt=0,
        description="detections without a known track per square kilometre: ships without AIS and false alarms",
    )
    likely_length_m: float = Field(
        default=120.0, gt=0, description="middle of the lengths of ships when nothing is known, metres"
    )
    sure: float = Field(
        default=0.8,
        gt=0.5,
        lt=1,
        description="probability from which a pair is correlated, and a detection dark",
    )
    vague_m: float = Field(
        default=1500.0, gt=0, description="a ship known less well than this cannot be silent, metres"
    )
    stays: float = Field(
        default=0.9,
        ge=0,
        lt=1,
        description="probability that a ship at rest in one place at both fixes lay there in between; halved every 12 hours",
    )
    same_place_m: float = Field(
        default=300.0, gt=0, description="fixes at rest closer than this are one place, metres"
    )
    doppler: bool = Field(default=True, description="mind the displacement of moving ships in radar pictures")


@dataclass(frozen=True)
class State:
    """A ship at a moment: east and north of the scene's origin in metres, velocity in m/s, one sigma of the place, seconds to the nearest fix."""

    vessel_id: str
    east_m: float
    north_m: float
    east_m_s: float
    north_m_s: float
    sigma_m: float
    nearest_fix_s: float
    stays: float = 0.0
    """Probability that it lay still between two fixes at one place; then the place is as good as a fix."""


@dataclass(frozen=True)
class Pairing:
    """The answer for one detection: status, the likeliest ship, probabilities, and what length said."""

    detection_id: str
    status: str
    vessel_id: str | None
    probability: float
    unmatched_probability: float
    offset_m: float | None
    length_ratio: float | None
    length_says: str
    candidates: tuple[tuple[str, float], ...]
    could_be: tuple[str, ...] = ()


@dataclass(frozen=True)
class Silent:
    """A ship that its fixes put into the picture and that no detection answers."""

    vessel_id: str
    lat_deg: float
    lon_deg: float
    sigma_m: float
    probability: float


def match(
    detections: Sequence[Mapping[str, Any]],
    positions: pa.Table,
    look: Look,
    lengths_m: Mapping[str, float] | None = None,
    options: Options | None = None,
) -> tuple[list[Pairing], list[Silent]]:
    """Match detections (`detection_id, lat_deg, lon_deg`, optional `time_utc, length_m, length_error_m`) with a POSITION table.

    `lengths_m` holds the ships' own lengths by vessel id; unknown ones weigh nothing. Rows come in the order of the detections.
    """
    chosen, known = options or Options(), lengths_m or {}
    origin = look.origin if look.origin is not None else _origin(detections)
    ships = states(tracks_of(positions), look.time_utc, origin, chosen)
    if look.footprint is not None:
        ships = [s for s in ships if _may_be_inside(s, look.footprint, origin)]
    offsets, weights = np.full((len(detections), len(ships)), np.inf), np.zeros((len(detections), len(ships)))
    ratios = np.ones((len(detections), len(ships)))
    for i, one in enumerate(detections):
        east, north = _plane(float(one["lat_deg"]), float(one["lon_deg"]), origin)
        late = (one["time_utc"] - look.time_utc).total_seconds() if one.get("time_utc") else 0.0
        for j, ship in enumerate(ships):
            density, offsets[i, j] = place_density((east, north), ship, look, late, chosen)
            ratios[i, j] = length_ratio(one, known.get(ship.vessel_id), chosen)
            weights[i, j] = (
                chosen.seen / (1 - chosen.seen) * density * ratios[i, j] / (chosen.dark_per_km2 * 1e-6)
            )
    chance = association(weights, 1e-9, 500) if weights.size else weights
    pairings = [
        _pairing(one, chance[i], offsets[i], ratios[i], ships, (known, chosen))
        for i, one in enumerate(detections)
    ]
    pairings = [_not_dark_yet(p, offsets[i], ratios[i], ships, chosen) for i, p in enumerate(pairings)]
    return pairings, _silent(ships, 1 - chance.sum(axis=0), look, origin, chosen)


def states(found: Tracks, when: datetime, origin: tuple[float, float], options: Options) -> list[State]:
    """Every ship with a fix within `farthest_h`, at a moment."""
    at = round(when.timestamp() * 1e6)
    speed, course = found.column("speed_kn"), found.column("course_deg")
    made = []
    for v, vessel in enumerate(found.vessels):
        first, last = int(found.offsets[v]), int(found.offsets[v + 1])
        after = first + int(np.searchsorted(found.time_us[first:last], at))
        fixes = []
        for k in (after - 1, after):
            if first <= k < last and abs(found.time_us[k] - at) <= options.farthest_h * 3.6e9:
                place = _plane(float(found.lat_deg[k]), float(found.lon_deg[k]), origin)
                fixes.append(
                    (
                        (float(found.time_us[k]) - at) / 1e6,
                        place,
                        _velocity(float(speed[k]), float(course[k])),
                    )
                )
        if fixes:
            made.append(_between(vessel, fixes, options))
    return made


Fix = tuple[float, tuple[float, float], tuple[float, float] | None]
"""Seconds after the moment, place, velocity where stated."""


def _velocity(speed_kn: float, course_deg: float) -> tuple[float, float] | None:
    if math.isnan(speed_kn) or (math.isnan(course_deg) and speed_kn > 0.5):
        return None
    a = math.radians(0.0 if math.isnan(course_deg) else course_deg)
    return speed_kn * KNOT_MS * math.sin(a), speed_kn * KNOT_MS * math.cos(a)


def _between(vessel: str, fixes: list[Fix], options: Options) -> State:
    """Place and velocity at second 0 from one fix, or by the Hermite cubic between two."""
    if len(fixes) == 1 or fixes[0][0] == 0:
        seconds, (east, north), stated = fixes[0]
        u, v = stated or (0.0, 0.0)
        doubt = 0.0 if stated else 5.0 * abs(seconds)
        sigma = math.sqrt(options.wander * abs(seconds) ** 3 / 3 + doubt**2)
        return State(vessel, east - u * seconds, north - v * seconds, u, v, sigma, abs(seconds))
    (a, start, start_v), (b, end, end_v) = fixes
    span, share = b - a, -a / (b - a)
    mean = ((end[0] - start[0]) / span, (end[1] - start[1]) / span)
    # A stated velocity is right at its fix; hours away the mean between the fixes says more.
    keep = math.exp(-span / 7200.0)
    place, velocity = [], []
    for k in (0, 1):
        m0 = mean[k] if start_v is None else keep * start_v[k] + (1 - keep) * mean[k]
        m1 = mean[k] if end_v is None else keep * end_v[k] + (1 - keep) * mean[k]
        p, q = _hermite(share, start[k], end[k], m0 * span, m1 * span)
        place.append(p)
        velocity.append(q / span)
    harmonic = -a * b / span
    sigma = math.sqrt(options.wander * harmonic**3 / 3)
    rest = all(v is not None and math.hypot(*v) < 0.5 * KNOT_MS for v in (start_v, end_v))
    still = rest and math.dist(start, end) < options.same_place_m
    stays = options.stays * 0.5 ** (span / 43_200.0) if still and span > 600.0 else 0.0
    return State(vessel, place[0], place[1], velocity[0], velocity[1], sigma, min(-a, b), stays)


def _hermite(s: float, p0: float, p1: float, m0: float, m1: float) -> tuple[float, float]:
    """Value and slope of the cubic with ends p0, p1 and slopes m0, m1 at share s."""
    c2, c3 = 3 * (p1 - p0) - 2 * m0 - m1, 2 * (p0 - p1) + m0 + m1
    return p0 + s * (m0 + s * (c2 + s * c3)), m0 + s * (2 * c2 + 3 * s * c3)


def place_density(
    at: tuple[float, float], ship: State, look: Look, late_s: float, options: Options
) -> tuple[float, float]:
    """Density per square metre of finding the ship's picture at a place, and the distance from where it is expected."""
    moving, away = _density(at, ship, look, late_s, options)
    if ship.stays == 0.0:
        return moving, away
    still = State(ship.vessel_id, ship.east_m, ship.north_m, 0.0, 0.0, 0.0, ship.nearest_fix_s)
    lying, distance = _density(at, still, look, late_s, options)
    return ship.stays * lying + (1 - ship.stays) * moving, distance


def _density(
    at: tuple[float, float], ship: State, look: Look, late_s: float, options: Options
) -> tuple[float, float]:
    """As `place_density`, of a ship that wanders."""
    east, north = ship.east_m + ship.east_m_s * late_s, ship.north_m + ship.north_m_s * late_s
    variance = options.place_m**2 + ship.sigma_m**2
    dx, dy = at[0] - east, at[1] - north
    if look.is_radar and options.doppler:
        ux, uy = look.track
        shift = look.shift_m(ship.east_m_s, ship.north_m_s)
        dx, dy = dx - shift * ux, dy - shift * uy
        # A velocity known to some tenths of a knot leaves the displacement unsure along the track only.
        unsure = look.shift_per_m_s * options.speed_error_kn * KNOT_MS * (1 + ship.sigma_m / 500.0)
        along, across = dx * ux + dy * uy, dx * uy - dy * ux
        wide = variance + unsure**2
        power = along**2 / wide + across**2 / variance
        return math.exp(-power / 2) / (2 * math.pi * math.sqrt(wide * variance)), math.hypot(dx, dy)
    return math.exp(-(dx * dx + dy * dy) / (2 * variance)) / (2 * math.pi * variance), math.hypot(dx, dy)


def length_ratio(detection: Mapping[str, Any], length_m: float | None, options: Options) -> float:
    """How many times likelier the measured length is for this ship than for any ship; 1 when either is unknown."""
    measured = detection.get("length_m")
    if measured is None or length_m is None or not length_m > 0:
        return 1.0
    sigma = float(detection.get("length_error_m") or 0.2 * float(measured) + 10)
    fits = math.exp(-(((measured - length_m) / sigma) ** 2) / 2) / sigma
    spread = math.hypot(sigma, 0.6 * options.likely_length_m)
    any_ship = math.exp(-(((measured - options.likely_length_m) / spread) ** 2) / 2) / spread
    return max(1e-4, fits / any_ship)


def says(ratio: float) -> str:
    """A length ratio in words; between a third and three it does not distinguish."""
    if ratio > 3:
        return "length fits"
    return "length speaks against it" if ratio < 1 / 3 else "length does not distinguish"


def _pairing(
    one: Mapping[str, Any],
    chance: Floats,
    offsets: Floats,
    ratios: Floats,
    ships: list[State],
    more: tuple[Mapping[str, float], Options],
) -> Pairing:
    known, options = more
    alone = max(0.0, 1 - float(chance.sum()))
    order = np.argsort(-chance, kind="stable")[:5]
    best = int(order[0]) if len(order) else -1
    status = "ambiguous"
    if best >= 0 and chance[best] >= options.sure:
        status = "correlated"
    elif alone >= options.sure:
        status = "dark"
    named = best >= 0 and status != "dark" and chance[best] > 0.05
    ratio = (
        float(ratios[best])
        if named and ships[best].vessel_id in known and one.get("length_m") is not None
        else None
    )
    return Pairing(
        detection_id=str(one["detection_id"]),
        status=status,
        vessel_id=ships[best].vessel_id if named else None,
        probability=min(0.9999, float(chance[best])) if best >= 0 else 0.0,
        unmatched_probability=min(0.9999, alone),
        offset_m=round(float(offsets[best]), 1) if named else None,
        length_ratio=ratio,
        length_says="length unknown" if ratio is None else says(ratio),
        candidates=tuple((ships[j].vessel_id, round(float(chance[j]), 4)) for j in order if chance[j] > 0.01),
    )


def _not_dark_yet(
    one: Pairing, offsets: Floats, ratios: Floats, ships: list[State], options: Options
) -> Pairing:
    """A detection that a ship lost for hours could be is ambiguous and names that ship: dark is what nobody known could be.

    A lost ship is one known worse than `vague_m`; it could be the detection within three sigma, unless its length speaks against it.
    """
    if one.status != "dark":
        return one
    could = [
        (ship.vessel_id, float(distance))
        for ship, distance, ratio in zip(ships, offsets, ratios, strict=True)
        if ship.sigma_m > options.vague_m and distance < 3 * ship.sigma_m and ratio >= 1 / 3
    ]
    if not could:
        return one
    return replace(
        one, status="ambiguous", could_be=tuple(name for name, _ in sorted(could, key=lambda c: c[1])[:5])
    )


def _silent(
    ships: list[State], alone: Floats, look: Look, origin: tuple[float, float], options: Options
) -> list[Silent]:
    made = []
    for ship, chance in zip(ships, alone, strict=True):
        if chance < options.sure or ship.sigma_m > options.vague_m:
            continue
        if look.footprint is not None and not _inside((ship.east_m, ship.north_m), look.footprint, origin):
            continue
        north, east = metres_per_degree(origin[0])
        lat, lon = origin[0] + ship.north_m / north, origin[1] + ship.east_m / east
        made.append(
            Silent(ship.vessel_id, lat, (lon + 180) % 360 - 180, ship.sigma_m, min(0.9999, float(chance)))
        )
    return made


def _origin(detections: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    if not detections:
        return 0.0, 0.0
    return float(detections[0]["lat_deg"]), float(detections[0]["lon_deg"])


def _plane(lat: float, lon: float, origin: tuple[float, float]) -> tuple[float, float]:
    """East and north of the origin in metres on the tangent plane; good to 0.1 % within 100 km."""
    north, _ = metres_per_degree(origin[0])
    _, east = metres_per_degree((lat + origin[0]) / 2)
    return lon_delta_deg(origin[1], lon) * east, (lat - origin[0]) * north


def _inside(
    at: tuple[float, float], footprint: Sequence[tuple[float, float]], origin: tuple[float, float]
) -> bool:
    """Even-odd rule in the plane."""
    ring = [_plane(lat, lon, origin) for lat, lon in footprint]
    inside = False
    for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y0 > at[1]) != (y1 > at[1]) and at[0] < x0 + (at[1] - y0) * (x1 - x0) / (y1 - y0):
            inside = not inside
    return inside


def _may_be_inside(
    ship: State, footprint: Sequence[tuple[float, float]], origin: tuple[float, float]
) -> bool:
    """Whether three sigma round the ship reach the picture (its upright hull)."""
    ring = np.array([_plane(lat, lon, origin) for lat, lon in footprint])
    reach = 3 * ship.sigma_m + 1000.0
    low, high = ring.min(axis=0) - reach, ring.max(axis=0) + reach
    return bool(low[0] <= ship.east_m <= high[0] and low[1] <= ship.north_m <= high[1])
