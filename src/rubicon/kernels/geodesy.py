"""Distances on the one Earth of the project, WGS84, for use inside kernels.

Great-circle distances on a sphere are wrong by up to 0.56 %, more than the error that the sea
distances are held to, so the ellipsoid is used throughout: Lambert's formula, which corrects the
spherical arc of the reduced latitudes by the flattening to first order (W. D. Lambert 1942;
about 10 m over thousands of km). Below 20 m of arc, where its terms lose digits, the local metric
of the ellipsoid is used.
"""

import math

import numpy as np
from numba import njit

EQUATORIAL_RADIUS_M = 6378137.0
FLATTENING = 1.0 / 298.257223563
ECCENTRICITY2 = FLATTENING * (2.0 - FLATTENING)
MEAN_RADIUS_M = 6371008.771415
NAUTICAL_MILE_M = 1852.0


@njit(nogil=True, cache=True)
def lon_delta_deg(from_lon_deg: float, to_lon_deg: float) -> float:
    """Signed difference of two longitudes in degrees, in [-180, 180): the short way over the date line."""
    return (to_lon_deg - from_lon_deg + 180.0) % 360.0 - 180.0


@njit(nogil=True, cache=True)
def metres_per_degree(lat_deg: float) -> tuple[float, float]:
    """Metres per degree of latitude and of longitude at a latitude, on the ellipsoid."""
    s = math.sin(math.radians(lat_deg))
    w2 = 1.0 - ECCENTRICITY2 * s * s
    prime_vertical = EQUATORIAL_RADIUS_M / math.sqrt(w2)
    meridian = prime_vertical * (1.0 - ECCENTRICITY2) / w2
    return math.radians(meridian), math.radians(prime_vertical * math.cos(math.radians(lat_deg)))


@njit(nogil=True, cache=True)
def distance_m(lat1_deg: float, lon1_deg: float, lat2_deg: float, lon2_deg: float) -> float:
    """Distance in metres between two points on the ellipsoid, the short way over the date line."""
    dlon = lon_delta_deg(lon1_deg, lon2_deg)
    dlat = lat2_deg - lat1_deg
    if abs(dlat) < 2e-4 and abs(dlon) < 2e-4:
        per_lat, per_lon = metres_per_degree(0.5 * (lat1_deg + lat2_deg))
        return math.hypot(dlat * per_lat, dlon * per_lon)
    b1 = math.atan((1.0 - FLATTENING) * math.tan(math.radians(lat1_deg)))
    b2 = math.atan((1.0 - FLATTENING) * math.tan(math.radians(lat2_deg)))
    half = (
        math.sin((b2 - b1) / 2.0) ** 2 + math.cos(b1) * math.cos(b2) * math.sin(math.radians(dlon) / 2.0) ** 2
    )
    half = min(1.0, half)
    if half < 1e-30:
        return 0.0
    sigma = 2.0 * math.asin(math.sqrt(half))
    sin_sigma = math.sin(sigma)
    p = math.sin((b1 + b2) / 2.0) ** 2 * math.cos((b2 - b1) / 2.0) ** 2
    q = math.cos((b1 + b2) / 2.0) ** 2 * math.sin((b2 - b1) / 2.0) ** 2
    if half > 1.0 - 1e-12:
        return EQUATORIAL_RADIUS_M * sigma
    x = (sigma - sin_sigma) * p / (1.0 - half)
    y = (sigma + sin_sigma) * q / half
    return EQUATORIAL_RADIUS_M * (sigma - 0.5 * FLATTENING * (x + y))


@njit(nogil=True, cache=True)
def distances_m(lat1_deg, lon1_deg, lat2_deg, lon2_deg):  # type: ignore[no-untyped-def]
    """Distances in metres between n pairs of points."""
    made = np.empty(len(lat1_deg))
    for i in range(len(made)):
        made[i] = distance_m(lat1_deg[i], lon1_deg[i], lat2_deg[i], lon2_deg[i])
    return made
