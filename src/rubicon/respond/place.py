"""Where a position lies for the law: the zone of the case's boundaries or the coastline, as the rules name it.

The rules know ports, internal waters, territorial seas, exclusive economic zones and the high seas. What
`geo.zones` says is turned into these words: a contiguous zone is asked as the exclusive economic zone that holds it, and
waters beyond 12 miles of which nobody computed whether they are high seas or a zone of a State are asked as high seas, since
UNCLOS 58(2) carries the same rules on boarding into the zone. A ship counts as in port when it lies still within
`PORT_KM` of a port, or on the land side of the coastline there (harbours lie behind it).

Known false answers: those of `geo.zones`; a ship that waits at anchor within the distance of a port counts as in it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np

from rubicon.case import Case
from rubicon.errors import OptionError
from rubicon.geo.coast import Coast
from rubicon.geo.earth import distance_km
from rubicon.geo.ports import load_ports
from rubicon.geo.zones import BEYOND, LAND, Zone, country_codes, zone_of

PORT_KM = 5.0
"""Ports of an index are points in the town; basins reach some kilometres from them."""


@dataclass(frozen=True)
class Placed:
    """A zone as `LawQuestion.zone` takes it, with the words of where it comes from."""

    zone: str
    basis: str
    approximate: bool
    disputed: bool
    notes: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        """The place as a JSON object."""
        return asdict(self) | {"notes": list(self.notes)}


@dataclass(frozen=True)
class NearPort:
    """A port near a position: name, alpha-2 country, kilometres."""

    name: str
    country: str
    km: float


def place(
    lat_deg: float, lon_deg: float, case: Case, *, stopped: bool = False, coast: Coast | None = None
) -> Placed:
    """The zone of a position in degrees, by the case's polygons first.

    `stopped` says that the ship lay still there. Raises InvalidPosition, OutsideCoastline, and OptionError for a
    place on land away from ports, or off a shore of which it is not clear whose it is.
    """
    found = zone_of(lat_deg, lon_deg, case.zones, coast=coast)
    port = near_port(lat_deg, lon_deg, case)
    if port and (stopped or found.kind == LAND) and not found.basis.startswith("polygon"):
        how = "lay still" if stopped else "is on the land side of the coastline"
        basis = (
            f"{how} {port.km:.1f} km from the port of {port.name}; distance to a point, not the port's limits"
        )
        return Placed(f"port:{port.country}", basis, True, found.disputed)
    notes = _notes(found, port)
    return Placed(_code(found, lat_deg, lon_deg), found.basis, found.approximate, found.disputed, notes)


def near_port(lat_deg: float, lon_deg: float, case: Case) -> NearPort | None:
    """The nearest port within `PORT_KM`: ports of the case, else of the index; None when there is none."""
    own = [
        NearPort(port.name, port.country, distance_km(lat_deg, lon_deg, port.lat_deg, port.lon_deg))
        for port in case.ports
        if port.country
    ]
    places, names = _index()
    turned = np.abs((places[:, 1] - lon_deg + 180.0) % 360.0 - 180.0) * np.cos(np.radians(lat_deg))
    close = np.flatnonzero((np.abs(places[:, 0] - lat_deg) < 0.1) & (turned < 0.1))
    others = [NearPort(*names[i], distance_km(lat_deg, lon_deg, *places[i].tolist())) for i in close.tolist()]
    for ports in (own, others):
        nearest = min(ports, key=lambda port: (port.km, port.name), default=None)
        if nearest is not None and nearest.km <= PORT_KM:
            return nearest
    return None


@cache
def _index() -> tuple[np.ndarray[Any, np.dtype[np.float64]], tuple[tuple[str, str], ...]]:
    alpha2 = country_codes()
    ports = [port for port in load_ports() if port.country]
    places = np.array([(port.lat_deg, port.lon_deg) for port in ports])
    return places, tuple((port.name, alpha2.get(port.country, port.country)) for port in ports)


def _code(found: Zone, lat_deg: float, lon_deg: float) -> str:
    """The zone in the words of the rules."""
    if found.kind in (BEYOND, "high_seas"):
        return "high_seas"
    if found.kind == LAND:
        raise OptionError("on land, and no port is near: give --zone", place=f"{lat_deg:g},{lon_deg:g}")
    if not found.country:
        raise OptionError(
            f"within 12 miles of a shore, and whose is not clear ({found.basis}): give --zone",
            place=f"{lat_deg:g},{lon_deg:g}",
        )
    kind = "eez" if found.kind == "contiguous_zone" else found.kind
    return f"{kind}:{found.country}"


def _notes(found: Zone, port: NearPort | None) -> tuple[str, ...]:
    notes = []
    if found.kind == BEYOND:
        notes.append(
            "asked as high seas; in an exclusive economic zone UNCLOS 58(2) carries the same rules on boarding"
        )
    if found.kind == "contiguous_zone":
        notes.append("a contiguous zone gives no power over this cargo: asked as exclusive economic zone")
    if port:
        notes.append(
            f"{port.km:.1f} km from the port of {port.name}: if the ship lies in the port, ask with --zone port:{port.country}"
        )
    if found.disputed:
        notes.append("States contest these waters: the answer takes no side")
    return tuple(notes)
