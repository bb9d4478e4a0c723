from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from naive.shores import made, native, rectangle, written
from rubicon.errors import InvalidPosition, NoWater, OptionError, OutsideCoastline
from rubicon.geo.coast import Coast, build_extract, load_coast
from rubicon.geo.earth import distance_km
from rubicon.geo.field_cache import write_field
from rubicon.geo.sea import SeaField, cache_folder, region, sea_distance_km, sea_field, ways_to
from rubicon.geo.water import water_grid
from rubicon.kernels.marching import sees

NAJIN = (42.2333, 130.3000)
WATERS = (129.0, 41.0, 134.5, 43.6)


@pytest.fixture(scope="module")
def coast() -> Coast:
    return load_coast()


@pytest.fixture(scope="module")
def najin(coast: Coast) -> SeaField:
    return sea_field(*NAJIN, coast=coast, bbox=WATERS)


@pytest.mark.parametrize(
    ("place", "km", "within"),
    [
        ((42.72, 133.05), 242.5, 0.01),  # Vostochny, on the headland between two bays
        ((42.75, 133.083333), 242.5, 0.01),  # Vostochny in the World Port Index
        ((43.1, 131.9), 176.0, 0.015),  # Vladivostok
        ((43.116667, 131.9), 176.0, 0.015),  # Vladivostok in the World Port Index
    ],
)
def test_ways_from_najin(najin: SeaField, place: tuple[float, float], km: float, within: float) -> None:
    assert najin.at(*place) == pytest.approx(km, rel=within)
    assert sea_distance_km(place, NAJIN) == pytest.approx(km, rel=within)
    assert sea_distance_km(NAJIN, place) == pytest.approx(najin.at(*place), rel=1e-3)


def test_error_on_pairs_that_see_each_other(coast: Coast) -> None:
    """Fields at 1 km: the error grows with the cell, and still holds the bounds asked of 250 m."""
    grid = water_grid(coast, coast.bbox, 1000.0)
    rng = np.random.default_rng(7)
    wet = np.argwhere(grid.mask)
    errors = []
    for row, column in wet[rng.choice(len(wet), 6)]:
        start = grid.lattice.centre(row, column)
        field = sea_field(*start, coast=coast, cell_m=1000.0)
        for r, c in wet[rng.choice(len(wet), 600)]:
            end = grid.lattice.centre(r, c)
            km = distance_km(*start, *end)
            if 50 <= km <= 500 and sees(grid.mask, float(row), float(column), float(r), float(c)):
                errors.append(field.at(*end) / km - 1)
    assert len(errors) > 500
    assert np.mean(errors) <= 0.002
    assert np.quantile(errors, 0.95) <= 0.005
    assert max(errors) <= 0.01
    assert min(errors) >= -0.001


def test_the_field_at_its_own_place_is_next_to_nothing(najin: SeaField) -> None:
    assert najin.at(*NAJIN) < 0.2
    assert najin.moved_km < 0.5


def test_many_places_at_once_give_the_same_as_one_by_one(najin: SeaField) -> None:
    lat, lon = np.array([[42.0, 42.72], [41.5, 43.4]]), np.array([[131.0, 133.05], [130.5, 130.0]])
    ways = najin.ways(lat, lon)
    assert ways.km.shape == (2, 2)
    assert ways.km[0].tolist() == [najin.at(42.0, 131.0), najin.at(42.72, 133.05)]
    assert np.isnan(ways.km[1, 1])
    assert ways.moved_km[1, 1] == np.inf
    assert np.array_equal(najin.at_many(lat, lon), ways.km, equal_nan=True)
    outside = najin.ways(40.0, 131.0)
    assert np.isnan(outside.km)
    assert np.isnan(outside.moved_km)


def test_named_errors(coast: Coast, najin: SeaField) -> None:
    with pytest.raises(NoWater, match="5 km"):
        najin.at(43.4, 130.0)
    with pytest.raises(OutsideCoastline, match="outside the region 41 to"):
        najin.at(40.0, 131.0)
    with pytest.raises(InvalidPosition):
        najin.at(91.0, 131.0)
    with pytest.raises(InvalidPosition):
        najin.at(float("nan"), 131.0)
    with pytest.raises(NoWater):
        sea_field(43.4, 130.0, coast=coast, bbox=WATERS)
    with pytest.raises(OutsideCoastline):
        sea_field(35.0, 130.0, coast=coast)
    with pytest.raises(OutsideCoastline):
        sea_distance_km(NAJIN, (30.0, 122.1), coast=coast)
    with pytest.raises(OptionError):
        sea_field(*NAJIN, coast=coast, bbox=WATERS, cell_m=0.0)


def test_waters_without_a_way_between_them(tmp_path: Path) -> None:
    coast = made(tmp_path, rectangle(130.4, 41, 130.6, 44), bbox=(130.0, 42.0, 131.0, 43.0))
    field = sea_field(42.5, 130.2, coast=coast)
    with pytest.raises(NoWater, match="no water within 5 km from which a way leads"):
        field.at(42.5, 130.8)


def test_a_place_by_the_shore_takes_the_nearest_water_and_an_inland_one_its_port(coast: Coast) -> None:
    headland, port = (42.72, 133.05), (42.742, 133.066)
    field = sea_field(*port, coast=coast, bbox=WATERS)
    assert field.at(*headland) < 0.5
    moved = sea_field(*headland, coast=coast, bbox=WATERS)
    assert distance_km(moved.lat_deg, moved.lon_deg, *port) < 0.5
    assert moved.moved_km == pytest.approx(distance_km(*headland, *port), abs=0.3)
    berth = sea_field(43.1085, 131.8950, coast=coast, bbox=WATERS)
    assert berth.moved_km < 0.3


def test_a_way_round_outside_the_region_is_allowed_for(tmp_path: Path) -> None:
    """A wall that ends just outside the region: inside it the way round the other end is far longer."""
    coast = made(tmp_path, rectangle(130.4, 42.3, 130.42, 43.4), bbox=(130.0, 42.0, 131.0, 43.5))
    field = sea_field(42.95, 130.35, coast=coast, bbox=(130.0, 42.0, 131.0, 43.0))
    beyond, beside = field.ways(42.95, 130.5), field.ways(42.9, 130.2)
    assert beyond.km > 130
    assert 15 < beyond.least_km < 20
    assert beside.km == beside.least_km
    whole = ways_to((42.95, 130.35), [(42.95, 130.5)], coast=coast)
    assert whole.km[0] == pytest.approx(2 * distance_km(42.95, 130.41, 43.4, 130.41), rel=0.05)
    assert whole.least_km[0] <= whole.km[0]


def test_numbers_do_not_depend_on_the_region_asked_for(coast: Coast, najin: SeaField) -> None:
    larger = sea_field(*NAJIN, coast=coast, bbox=(128.0, 40.0, 135.0, 44.0))
    assert larger.at(42.72, 133.05) == najin.at(42.72, 133.05)
    assert larger.at(43.1, 131.9) == najin.at(43.1, 131.9)
    assert ways_to(NAJIN, [(43.1, 131.9)], coast=coast).km[0] == najin.at(43.1, 131.9)


def test_across_the_date_line(tmp_path: Path) -> None:
    island = [(179.9, -17), (-179.9, -17), (-179.9, -16), (179.9, -16)]
    build_extract(written(tmp_path, native((1, island))), (178, -19, -178, -14), tmp_path / "fiji.npz")
    fiji = load_coast(tmp_path / "fiji.npz")
    field = sea_field(-16.5, -179.5, coast=fiji, cell_m=500.0)
    straight = distance_km(-16.5, 179.5, -16.5, -179.5)
    corner = distance_km(-16.5, 179.5, -16, 179.9) + distance_km(-16, 179.9, -16, -179.9) + distance_km(-16, -179.9, -16.5, -179.5)  # fmt: skip
    assert field.at(-16.5, 179.5) == pytest.approx(corner, rel=0.01)
    assert field.at(-16.5, 179.5) > straight
    assert field.at(-18.0, 179.8) == pytest.approx(distance_km(-16.5, -179.5, -18.0, 179.8), rel=0.02)
    assert sea_distance_km((-16.5, 179.5), (-16.5, -179.5), coast=fiji, cell_m=500.0) == pytest.approx(
        corner, rel=0.01
    )


def test_regions_are_whole_degrees_inside_the_coastline(coast: Coast) -> None:
    assert region([NAJIN, (42.72, 133.05)], coast) == (129.0, 41.0, 134.0, 44.0)
    assert region([(45.9, 141.9)], coast) == (141.0, 45.0, 142.0, 46.0)


def test_fields_are_cached_and_damaged_files_made_again(
    coast: Coast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUBICON_CACHE", str(tmp_path / "cache"))
    small = (130.0, 42.0, 130.6, 42.4)
    first = sea_field(*NAJIN, coast=coast, bbox=small)
    (path,) = (tmp_path / "cache").iterdir()
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    again = sea_field(*NAJIN, coast=coast, bbox=small)
    assert np.array_equal(first.distance_m, again.distance_m)
    assert path.read_bytes() == data
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 1
    path.write_bytes(flipped)
    assert np.array_equal(sea_field(*NAJIN, coast=coast, bbox=small).distance_m, first.distance_m)
    path.write_bytes(b"RUBFLD03" + bytes(56))
    assert sea_field(*NAJIN, coast=coast, bbox=small).distance_m.shape == first.distance_m.shape


def test_a_cached_field_is_read_and_not_computed(
    coast: Coast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUBICON_CACHE", str(tmp_path / "cache"))
    small = (130.0, 42.0, 130.6, 42.4)
    field = sea_field(*NAJIN, coast=coast, bbox=small)
    (path,) = (tmp_path / "cache").iterdir()
    marked = field.distance_m.copy()
    marked[0, 0] = 12_345.0
    write_field(path, replace(field, distance_m=marked))
    assert sea_field(*NAJIN, coast=coast, bbox=small).distance_m[0, 0] == 12_345.0
    assert sea_field(42.2, 130.4, coast=coast, bbox=small).distance_m[0, 0] != 12_345.0
    assert sea_field(*NAJIN, coast=coast, bbox=small, cell_m=300.0).distance_m[0, 0] != 12_345.0


def test_without_a_place_for_the_cache_the_field_is_still_computed(
    coast: Coast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("RUBICON_CACHE", str(tmp_path / "file" / "cache"))
    assert sea_field(*NAJIN, coast=coast, bbox=(130.0, 42.0, 130.6, 42.4)).at(42.1, 130.4) > 10


def test_where_the_cache_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUBICON_CACHE", "/own")
    assert cache_folder() == Path("/own")
    monkeypatch.delenv("RUBICON_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert cache_folder() == Path("/xdg/rubicon")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "rubicon"
