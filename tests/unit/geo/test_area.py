from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from naive.shores import made, rectangle
from rubicon.errors import NoWater, OptionError, OutsideCoastline
from rubicon.geo.area import Area, gap_area
from rubicon.geo.coast import Coast
from rubicon.geo.earth import distance_km

A, B = (42.4, 130.3), (42.4, 130.7)
KMH = 14.0 * 1.852


@pytest.fixture(scope="module")
def coast(tmp_path_factory: pytest.TempPathFactory) -> Coast:
    """Two degrees of water with an island of ten km in the middle of its south."""
    return made(
        tmp_path_factory.mktemp("coast"),
        rectangle(130.45, 42.3, 130.55, 42.4),
        bbox=(129.0, 41.5, 132.0, 43.5),
    )


@pytest.fixture(scope="module")
def area(coast: Coast) -> Area:
    return gap_area(A, B, 4.0, coast=coast)


def test_the_envelope_is_the_ellipse_where_nothing_stands_in_the_way(area: Area) -> None:
    rows, columns = np.mgrid[0 : area.lattice.ny : 7, 0 : area.lattice.nx : 7]
    for row, column in zip(rows.ravel().tolist(), columns.ravel().tolist(), strict=True):
        place = area.lattice.centre(row, column)
        to_km, from_km = distance_km(*A, *place), distance_km(*place, *B)
        if place[0] > 42.45:
            if 0.98 * (to_km + from_km) < 4.0 * KMH * 0.99:
                assert area.inside[row, column]
                assert area.earliest_h[row, column] == pytest.approx(0.98 * to_km / KMH, rel=0.02, abs=0.02)
                assert area.latest_h[row, column] == pytest.approx(
                    4.0 - 0.98 * from_km / KMH, rel=0.02, abs=0.02
                )
            if 0.98 * (to_km + from_km) > 4.0 * KMH * 1.005:
                assert not area.inside[row, column]
    assert not area.clipped


def test_land_is_outside_and_times_are_in_order(area: Area) -> None:
    assert area.at(42.35, 130.5) is None
    assert area.at(43.4, 131.9) is None
    earliest, latest = area.at(*A) or (np.nan, np.nan)
    assert earliest == pytest.approx(0.0, abs=0.01)
    assert latest <= 4.0
    inside = area.inside
    assert (area.latest_h[inside] >= area.earliest_h[inside]).all()


def test_a_longer_gap_and_a_faster_ship_reach_all_that_was_reached(coast: Coast, area: Area) -> None:
    for wider in (gap_area(A, B, 5.0, coast=coast), gap_area(A, B, 4.0, max_speed_kn=16.0, coast=coast)):
        for row, column in np.argwhere(area.inside)[::97].tolist():
            assert wider.at(*area.lattice.centre(row, column)) is not None


def test_outlines_hold_the_cells_and_leave_the_island_out(area: Area) -> None:
    assert area.polygon.is_valid
    assert shapely.contains_xy(area.polygon, A[1], A[0])
    assert not shapely.contains_xy(area.polygon, 130.5, 42.35)
    rings = area.rings()
    assert all(ring[0] == ring[-1] for ring in rings)
    cells = np.count_nonzero(area.inside) * area.lattice.dlat_deg * area.lattice.dlon_deg
    assert area.polygon.area == pytest.approx(cells, rel=0.02)
    feature = area.geojson()
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert "no forecast" in feature["properties"]["what"]


def test_the_date_line_is_cut(tmp_path: Path) -> None:
    coast = made(tmp_path, rectangle(179.8, -17.2, 180.2, -17.0), bbox=(178.0, -19.0, -178.0, -15.0))
    area = gap_area((-16.5, 179.8), (-16.5, -179.8), 3.0, coast=coast)
    lon = shapely.get_coordinates(shapely.geometry.shape(area.geojson()["geometry"]))[:, 0]
    assert lon.min() >= -180.0
    assert lon.max() <= 180.0
    assert ((lon > 179.0) | (lon < -179.0)).all()


def test_an_envelope_that_reaches_the_edge_says_so(coast: Coast) -> None:
    assert gap_area(A, B, 40.0, coast=coast).clipped


def test_gaps_without_an_envelope(coast: Coast) -> None:
    assert not gap_area(A, B, 0.1, coast=coast).inside.any()
    with pytest.raises(OptionError, match="year"):
        gap_area(A, B, 400 * 24.0, coast=coast)
    with pytest.raises(OptionError):
        gap_area(A, B, 4.0, max_speed_kn=0.0, coast=coast)
    with pytest.raises(OutsideCoastline):
        gap_area((30.0, 122.0), B, 4.0, coast=coast)
    with pytest.raises(NoWater):
        gap_area((42.35, 130.5), B, 0.0, coast=made_of_land(coast))


def made_of_land(coast: Coast) -> Coast:
    """The same box, all of it land."""
    lon, lat = np.array([128.0, 133.0, 133.0, 128.0]), np.array([41.0, 41.0, 44.0, 44.0])
    info = coast.info.__class__(**{**vars(coast.info), "sha256": "land"})
    return Coast(info, lon, lat, np.array([0, 4]), np.ones(1, np.int8))
