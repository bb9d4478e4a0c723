from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from naive.shores import made, rectangle
from rubicon.case import ZoneArea
from rubicon.errors import InvalidPosition, OutsideCoastline
from rubicon.geo.coast import Coast, load_coast
from rubicon.geo.earth import NAUTICAL_MILE_M, distance_km, distance_m
from rubicon.geo.zones import shore_country, shore_near, zone_of

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "zones.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_zones_that_a_reader_of_charts_expects(case: dict[str, Any]) -> None:
    zone = zone_of(*case["place"])
    assert (zone.kind, zone.country, zone.disputed) == (case["kind"], case["country"], case["disputed"])
    assert zone.approximate
    assert "approximate, declared baselines not used" in zone.basis
    assert ("disputed:" in zone.basis) == case["disputed"]
    assert (zone.distance_nm is None) == (zone.kind == "beyond_territorial_sea")


def area(kind: str = "territorial_sea", country: str = "KP", **more: Any) -> ZoneArea:
    ring = more.pop("ring", ((42.0, 130.0), (42.0, 131.0), (42.5, 131.0), (42.5, 130.0)))
    return ZoneArea(kind=kind, country=country, ring=ring, source="drawn for a test", **more)  # type: ignore[arg-type]


def test_a_polygon_of_the_case_comes_before_the_coastline_and_the_first_one_wins() -> None:
    port = area("port", ring=((42.1, 130.2), (42.1, 130.4), (42.3, 130.4), (42.3, 130.2)), name="Najin")
    zone = zone_of(42.2, 130.3, [port, area(approximate=False)])
    assert (zone.kind, zone.name, zone.code, zone.approximate) == ("port", "Najin", "port:KP", True)
    assert zone.basis == "polygon of the case, drawn for a test"
    assert zone_of(42.2, 130.3, [area(approximate=False), port]).approximate is False
    assert zone_of(42.0, 132.0, [port]).kind == "beyond_territorial_sea"
    assert (
        zone_of(42.0, 132.8, [area("high_seas", "", ring=((41, 131.5), (41, 133), (43, 133)))]).code
        == "high_seas"
    )


def test_a_polygon_answers_where_no_coastline_reaches_and_across_the_date_line() -> None:
    fiji = area("eez", "FJ", ring=((-20, 178), (-20, 182), (-15, 182), (-15, 178)))
    assert zone_of(-18.0, -179.0, [fiji]).code == zone_of(-18.0, 179.0, [fiji]).code == "eez:FJ"
    with pytest.raises(OutsideCoastline):
        zone_of(-18.0, 177.0, [fiji])


def test_contested_waters_stay_disputed_inside_a_polygon_of_the_case() -> None:
    bay = area(ring=((42.3, 131.0), (42.3, 132.9), (43.4, 132.9), (43.4, 131.0)), country="RU")
    assert zone_of(42.9, 132.0, [bay]).disputed
    assert not zone_of(42.2, 130.3, [area()]).disputed
    assert zone_of(42.2, 130.3, [area(disputed=True)]).disputed


@pytest.mark.parametrize(
    "wrong", [{"kind": "sea"}, {"country": "RUS"}, {"country": ""}, {"ring": ((42, 130), (43, 131))}, {"ring": ((95, 1), (1, 2), (2, 2))}]
)  # fmt: skip
def test_polygons_that_are_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        area(**wrong)


def test_positions_without_an_answer() -> None:
    for place in ((91.0, 130.0), (42.0, 200.0), (float("nan"), 130.0)):
        with pytest.raises(InvalidPosition):
            zone_of(*place)
    with pytest.raises(OutsideCoastline, match="covers"):
        zone_of(30.0, 122.0)
    with pytest.raises(OutsideCoastline, match="12 nautical miles around it reach beyond"):
        zone_of(36.1, 131.0)


def test_the_edge_of_the_extract_is_no_shore(tmp_path: Path) -> None:
    """Land that goes on beyond the box: the cut is no coast, and beside it nothing can be said."""
    coast = made(tmp_path, rectangle(129.0, 41.0, 130.5, 42.5), bbox=(130.0, 42.0, 132.0, 44.0))
    shore = shore_near(42.25, 130.6, coast)
    assert shore is not None
    assert shore.nm == pytest.approx(distance_km(42.25, 130.5, 42.25, 130.6) / 1.852, rel=1e-3)
    inland = shore_near(42.01, 130.01, coast)
    assert inland is not None
    assert inland.inland
    with pytest.raises(OutsideCoastline):
        shore_near(42.05, 131.0, coast)
    assert shore_near(43.0, 131.0, coast) is None


@settings(max_examples=40, deadline=None)
@given(st.floats(36.5, 45.5), st.floats(127.5, 141.5))
def test_no_vertex_of_the_shore_is_nearer_than_the_answer(lat: float, lon: float) -> None:
    coast = load_coast()
    try:
        found = shore_near(lat, lon, coast)
    except OutsideCoastline:
        return
    near = _vertices(coast, lat, lon)
    nearest_nm = min((distance_m(lat, lon, y, x) / NAUTICAL_MILE_M for y, x in near), default=np.inf)
    if found is None:
        assert nearest_nm > 11.95
    elif not found.inland or found.nm:
        assert found.nm <= nearest_nm * 1.002 + 1e-6
        assert distance_m(lat, lon, found.lat_deg, found.lon_deg) / NAUTICAL_MILE_M == pytest.approx(
            found.nm, rel=2e-3, abs=1e-4
        )


def _vertices(coast: Coast, lat: float, lon: float) -> list[list[float]]:
    edges = coast.shore_edges
    near = edges.shore & (abs(edges.lat_deg - lat) < 0.25) & (abs(edges.lon_deg - lon) < 0.35)
    return np.column_stack([edges.lat_deg[near], edges.lon_deg[near]]).tolist()


def test_whose_shore_by_its_ports() -> None:
    assert shore_country(42.24, 130.3)[0] == "KP"
    country, why = shore_country(42.45, 130.72)
    assert country == "" or "nearest port" in why
    assert shore_country(0.0, -150.0) == ("", "no port within 150 km says whose shore it is")
