"""How a scene was looked at: when, from where, and what that does to the picture of a moving ship."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rubicon.errors import InputMissing, UnknownFormat


@dataclass(frozen=True)
class Look:
    """Time of the first line and the geometry of a radar look; the footprint is a ring of (latitude, longitude).

    Angles in degrees, the platform's heading clockwise from north, looking to the right of it.
    """

    time_utc: datetime
    is_radar: bool
    platform_heading_deg: float = 0.0
    incidence_deg: float = 38.0
    slant_range_m: float = 880_000.0
    orbit_speed_m_s: float = 7_590.0
    footprint: tuple[tuple[float, float], ...] | None = None
    origin: tuple[float, float] | None = None

    @property
    def track(self) -> tuple[float, float]:
        """Unit vector of the flight, east and north."""
        a = math.radians(self.platform_heading_deg)
        return math.sin(a), math.cos(a)

    @property
    def shift_per_m_s(self) -> float:
        """Metres along the track for each metre a second away from the radar over the ground."""
        return self.slant_range_m / self.orbit_speed_m_s * math.sin(math.radians(self.incidence_deg))

    def shift_m(self, east_m_s: float, north_m_s: float) -> float:
        """Displacement along the flight of a ship that moves so: -(R / V) v_los."""
        a = math.radians(self.platform_heading_deg + 90.0)
        return -self.shift_per_m_s * (east_m_s * math.sin(a) + north_m_s * math.cos(a))


KEYS = ("platform_heading_deg", "incidence_deg", "slant_range_m", "orbit_speed_m_s")


def read_look(path: Path) -> Look:
    """Read `scene` of a file that `rubicon scene detect --json` wrote, or that object alone.

    Raises InputMissing, and UnknownFormat naming the key that is missing or wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputMissing(error.strerror or "cannot be opened", place=str(path)) from error
    try:
        whole = json.loads(text)
        return look_of(whole.get("scene", whole))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnknownFormat(f"is no scene: {error}", place=str(path)) from error


def look_of(scene: Mapping[str, Any]) -> Look:
    """A look from a scene's facts; `time_utc` and `sensor` are needed, the radar geometry where it moves ships."""
    when = datetime.fromisoformat(str(scene["time_utc"]))
    numbers = {key: float(scene[key]) for key in KEYS if scene.get(key) is not None}
    ring = scene.get("footprint")
    footprint = tuple((float(lat), float(lon)) for lat, lon in ring) if ring else None
    radar = scene["sensor"] == "sar"
    if radar and "platform_heading_deg" not in numbers:
        raise KeyError("platform_heading_deg")
    origin = footprint[0] if footprint else None
    return Look(
        when if when.tzinfo else when.replace(tzinfo=UTC),
        radar,
        footprint=footprint,
        origin=origin,
        **numbers,
    )
