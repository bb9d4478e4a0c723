"""One Earth and its units: WGS84, for everything outside the kernels."""

from __future__ import annotations

from rubicon.kernels.geodesy import (
    EQUATORIAL_RADIUS_M,
    FLATTENING,
    MEAN_RADIUS_M,
    NAUTICAL_MILE_M,
    distance_m,
    lon_delta_deg,
    metres_per_degree,
)

KNOT_MS = NAUTICAL_MILE_M / 3600.0
"""One knot in metres per second."""

__all__ = [
    "EQUATORIAL_RADIUS_M",
    "FLATTENING",
    "KNOT_MS",
    "MEAN_RADIUS_M",
    "NAUTICAL_MILE_M",
    "distance_km",
    "distance_m",
    "hours_at",
    "lon_delta_deg",
    "metres_per_degree",
]


def distance_km(lat1_deg: float, lon1_deg: float, lat2_deg: float, lon2_deg: float) -> float:
    """Distance in kilometres between two points on the ellipsoid."""
    return float(distance_m(lat1_deg, lon1_deg, lat2_deg, lon2_deg)) / 1000.0


def hours_at(distance_km: float, speed_kn: float) -> float:
    """Hours that a distance takes at a speed; infinite at speed zero."""
    return distance_km * 1000.0 / (speed_kn * NAUTICAL_MILE_M) if speed_kn > 0 else float("inf")
