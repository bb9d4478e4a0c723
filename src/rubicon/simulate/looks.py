"""Simulated meetings of a scene and AIS for measuring the matching: harbour crowds, crossing ships, long gaps, wrong and shared numbers.

Everything is fictional: numbers begin with 1, which no ship can hold. Detections come with the errors that radar has: place, length, misses, false
alarms, and the Doppler displacement of moving ships, computed here apart from the product's own code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from rubicon.geo.earth import KNOT_MS, metres_per_degree

ORIGIN = (42.1, 130.7)
WHEN = datetime(2024, 5, 3, 21, 22, 33, tzinfo=UTC)
HEADING_DEG, INCIDENCE_DEG, SLANT_RANGE_M, SPEED_M_S = 347.0, 38.0, 880_000.0, 7_590.0
HALF_SIDE_M = 12_000.0
DETECTED = 0.92


@dataclass(frozen=True)
class Meeting:
    """One simulated scene: POSITION rows, detections, lengths of declared ships, and who each detection is (None: nobody declared)."""

    kind: str
    positions: list[dict[str, Any]]
    detections: list[dict[str, Any]]
    lengths_m: dict[str, float]
    truth: dict[str, str | None]
    scene: dict[str, Any]
    lost: frozenset[str] = frozenset()
    """Ships whose fixes are hours from the scene."""


KINDS = ("open sea", "harbour crowd", "crossing ships", "12 h gaps", "wrong MMSI")


def meeting(seed: int) -> Meeting:
    """The meeting of a seed; kinds take turns."""
    rng = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    positions: list[dict[str, Any]] = []
    detections: list[dict[str, Any]] = []
    lengths: dict[str, float] = {}
    truth: dict[str, str | None] = {}
    number = 14 if kind == "harbour crowd" else int(rng.integers(4, 10))
    for k in range(number):
        east, north, speed, course = _state(rng, kind, k)
        length = float(np.clip(rng.lognormal(math.log(115), 0.5), 30, 330))
        vessel = f"1{seed % 10_000:05d}{k:03d}"
        declared = rng.random() < 0.75
        if declared:
            positions += _fixes(rng, vessel, (east, north, speed, course), kind)
            if rng.random() < 0.8:
                lengths[vessel] = length
        if rng.random() < DETECTED:
            name = f"d{k}"
            detections.append(_seen(rng, name, (east, north, speed, course), length))
            truth[name] = vessel if declared else None
    if kind == "wrong MMSI" and positions:
        _share_numbers(rng, positions, lengths)
    for k in range(int(rng.poisson(1.0))):
        name = f"f{k}"
        detections.append(
            _seen(
                rng, name, (*rng.uniform(-HALF_SIDE_M, HALF_SIDE_M, 2), 0.0, 0.0), float(rng.uniform(20, 80))
            )
        )
        truth[name] = None
    near = {r["vessel_id"] for r in positions if abs((r["time_utc"] - WHEN).total_seconds()) < 3600}
    lost = frozenset(r["vessel_id"] for r in positions) - near
    return Meeting(kind, positions, detections, lengths, truth, _scene(), lost)


def _state(rng: np.random.Generator, kind: str, k: int) -> tuple[float, float, float, float]:
    """East, north, knots and course at the time of the scene."""
    if kind == "harbour crowd":
        return float(rng.normal(0, 500)), float(rng.normal(0, 500)), 0.0, float(rng.uniform(0, 360))
    east, north = (float(v) for v in rng.uniform(-0.9 * HALF_SIDE_M, 0.9 * HALF_SIDE_M, 2))
    if kind == "crossing ships" and k < 4:
        east, north = (float(v) for v in rng.normal(0, 350, 2))
    moving = kind == "crossing ships" or rng.random() < 0.6
    return east, north, float(rng.uniform(6, 16)) if moving else 0.0, float(rng.uniform(0, 360))


def _fixes(
    rng: np.random.Generator, vessel: str, state: tuple[float, float, float, float], kind: str
) -> list[dict[str, Any]]:
    """Fixes before and after the scene; the ship wanders about its course in between, more over longer gaps."""
    east, north, speed, course = state
    gap = 6 * 3600.0 if kind == "12 h gaps" and rng.random() < 0.5 else float(rng.choice([30, 120, 360]))
    rows = []
    for k, sign in enumerate((-1, 1)):
        for step in range(2):
            seconds = sign * (gap * rng.uniform(0.7, 1.3) + 180 * step)
            turned = course + (rng.normal(0, 1.2 * math.sqrt(abs(seconds) / 60)) if speed else 0.0)
            way = (
                (speed + (rng.normal(0, 0.05 * math.sqrt(abs(seconds) / 60)) if speed else 0.0))
                * KNOT_MS
                * seconds
            )
            a = math.radians((course + turned) / 2)
            lat, lon = _point(
                east + way * math.sin(a) + rng.normal(0, 8), north + way * math.cos(a) + rng.normal(0, 8)
            )
            rows.append(
                {
                    "vessel_id": vessel,
                    "time_utc": WHEN + timedelta(seconds=seconds),
                    "lat_deg": lat,
                    "lon_deg": lon,
                    "speed_kn": max(0.0, round(speed + rng.normal(0, 0.1), 1)) if speed else 0.0,
                    "course_deg": round(turned % 360, 1),
                    "flags": 0,
                    "source_id": "simulated",
                    "offset": int(vessel) * 10 + 2 * k + step,
                }
            )
    return rows


def _seen(
    rng: np.random.Generator, name: str, state: tuple[float, float, float, float], length: float
) -> dict[str, Any]:
    """A detection with radar's errors."""
    east, north, speed, course = state
    look = math.radians(HEADING_DEG + 90)
    away = (
        speed
        * KNOT_MS
        * (math.sin(math.radians(course)) * math.sin(look) + math.cos(math.radians(course)) * math.cos(look))
    )
    shift = -SLANT_RANGE_M / SPEED_M_S * away * math.sin(math.radians(INCIDENCE_DEG))
    h = math.radians(HEADING_DEG)
    lat, lon = _point(
        east + shift * math.sin(h) + rng.normal(0, 30), north + shift * math.cos(h) + rng.normal(0, 30)
    )
    error = math.hypot(17.0, 0.08 * length)
    return {
        "detection_id": name,
        "lat_deg": lat,
        "lon_deg": lon,
        "length_m": max(15.0, length + rng.normal(0, error)),
        "length_error_m": error,
    }


def _share_numbers(
    rng: np.random.Generator, positions: list[dict[str, Any]], lengths: dict[str, float]
) -> None:
    """One ship sends from far away under its number too, and one declares another's length."""
    vessel = positions[int(rng.integers(len(positions)))]["vessel_id"]
    lat, lon = _point(400_000.0, 0.0)
    positions.append(
        {
            **positions[0],
            "vessel_id": vessel,
            "lat_deg": lat,
            "lon_deg": lon,
            "time_utc": WHEN - timedelta(hours=3),
            "offset": 7,
        }
    )
    if lengths:
        wrong = sorted(lengths)[int(rng.integers(len(lengths)))]
        lengths[wrong] = float(np.clip(lengths[wrong] * rng.choice([0.4, 2.2]), 20, 400))


def _point(east_m: float, north_m: float) -> tuple[float, float]:
    north, east = metres_per_degree(ORIGIN[0])
    return ORIGIN[0] + north_m / north, ORIGIN[1] + east_m / east


def _scene() -> dict[str, Any]:
    corners = [
        (-HALF_SIDE_M, -HALF_SIDE_M),
        (HALF_SIDE_M, -HALF_SIDE_M),
        (HALF_SIDE_M, HALF_SIDE_M),
        (-HALF_SIDE_M, HALF_SIDE_M),
    ]
    return {
        "sensor": "sar",
        "simulated": True,
        "time_utc": WHEN.isoformat(),
        "platform_heading_deg": HEADING_DEG,
        "incidence_deg": INCIDENCE_DEG,
        "slant_range_m": SLANT_RANGE_M,
        "orbit_speed_m_s": SPEED_M_S,
        "footprint": [list(_point(*corner)) for corner in corners],
    }
