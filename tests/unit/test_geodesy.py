"""Distances against Karney's geodesics (geographiclib), an independent implementation."""

from __future__ import annotations

import math

import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from rubicon.geo.earth import distance_m, hours_at, lon_delta_deg, metres_per_degree

lat = st.floats(-89, 89)
lon = st.floats(-180, 180)


@settings(max_examples=300, deadline=None)
@given(lat, lon, st.floats(-20, 20), st.floats(-60, 60))
def test_distance_equals_the_geodesic(lat1: float, lon1: float, dlat: float, dlon: float) -> None:
    lat2, lon2 = max(-89.0, min(89.0, lat1 + dlat)), lon1 + dlon
    exact = Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2)["s12"]
    assert distance_m(lat1, lon1, lat2, lon2) == pytest.approx(exact, rel=1e-5, abs=0.01)


@given(lat, lon, lat, lon)
def test_distance_is_symmetric_and_wraps(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    there = distance_m(lat1, lon1, lat2, lon2)
    assert there == pytest.approx(distance_m(lat2, lon2, lat1, lon1), rel=1e-9, abs=1e-6)
    assert there == pytest.approx(distance_m(lat1, lon1 + 360, lat2, lon2), rel=1e-6, abs=1e-3)


def test_the_short_way_over_the_date_line() -> None:
    assert lon_delta_deg(179.9, -179.9) == pytest.approx(0.2)
    assert distance_m(0.0, 179.99, 0.0, -179.99) == pytest.approx(2226.4, abs=0.1)


def test_local_metric_at_the_equator_and_pole() -> None:
    per_lat, per_lon = metres_per_degree(0.0)
    assert per_lat == pytest.approx(110574.3, abs=0.1)
    assert per_lon == pytest.approx(111319.5, abs=0.1)
    assert metres_per_degree(90.0)[1] == pytest.approx(0.0, abs=1e-6)


def test_time_at_a_speed() -> None:
    assert hours_at(242.5, 14.0) == pytest.approx(9.353, abs=0.001)
    assert math.isinf(hours_at(1.0, 0.0))
