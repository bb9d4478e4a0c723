"""Laws that hold for the way by sea and for reach, on random grids, coasts and gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from naive import marching as naive
from rubicon.errors import NoWater
from rubicon.geo.coast import Coast, CoastInfo
from rubicon.geo.earth import distance_km
from rubicon.geo.envelope import LEAST_PROBABILITY, REDUCTION, Envelope, envelope, reach_one
from rubicon.geo.sea import SNAP_KM, SeaField, sea_distance_km, sea_field
from rubicon.geo.water import WaterGrid, water_grid
from rubicon.kernels.marching import march, sees
from rubicon.provenance import content_id

STEP_DEG = 1 / 32
"""Shores and places are multiples of it, which binary numbers hold exactly: turning the globe changes no bit."""
SIDE = 64
SOUTH = 42.0
CELL_M = 3000.0
CELL_SHARE = 0.75
"""Half the diagonal of a cell and a little: how far a place may lie from the centre that stands for it."""
START = datetime(2024, 4, 3, tzinfo=UTC)
Bar = tuple[int, int, int, int]
modest = settings(max_examples=40, deadline=None)


def coast_of(bars: list[Bar], west_deg: float = 130.0) -> Coast:
    """A box of two degrees with rectangles of land (west, south, east, north in steps)."""
    rings = [
        [(w, s), (e, s), (e, n), (w, n)] for w, s, e, n in bars
    ]  # fmt: skip
    points = np.array([point for ring in rings for point in ring], float).reshape(-1, 2) * STEP_DEG
    bbox = (west_deg, SOUTH, west_deg + SIDE * STEP_DEG, SOUTH + SIDE * STEP_DEG)
    info = CoastInfo(
        bbox, "drawn", "none", "", len(bars), len(points), 0.0, sha256=content_id("drawn", [west_deg, bars])
    )
    offsets = np.arange(len(bars) + 1, dtype=np.int64) * 4
    return Coast(info, points[:, 0] + west_deg, points[:, 1] + SOUTH, offsets, np.ones(len(bars), np.int8))


@st.composite
def coasts(draw: st.DrawFn) -> list[Bar]:
    """Up to three walls that stand apart, 20 km or longer and 4 cells or more thick."""
    walls = []
    for start in (8, 26, 44):
        if draw(st.booleans()):
            south = draw(st.integers(0, SIDE - 8))
            walls.append(
                (start, south, start + draw(st.integers(5, 12)), draw(st.integers(south + 6, SIDE - 2)))
            )
    return walls


places = st.tuples(st.integers(2, SIDE - 2), st.integers(2, SIDE - 2))


def degrees(place: tuple[int, int], west_deg: float = 130.0) -> tuple[float, float]:
    lon = west_deg + place[1] * STEP_DEG
    return SOUTH + place[0] * STEP_DEG, (lon + 180.0) % 360.0 - 180.0


def way_km(bars: list[Bar], a: tuple[int, int], b: tuple[int, int], west_deg: float = 130.0) -> float:
    """Distance by sea, infinite where there is no water or no way."""
    coast = coast_of(bars, west_deg)
    try:
        return sea_distance_km(degrees(a, west_deg), degrees(b, west_deg), coast=coast, cell_m=CELL_M)
    except NoWater:
        return np.inf


# --- the kernel --------------------------------------------------------------------------------------------


@modest
@given(st.data(), st.integers(1, 12), st.integers(1, 12))
def test_the_kernel_equals_its_plain_twin(data: st.DataObject, ny: int, nx: int) -> None:
    cells = data.draw(st.lists(st.sampled_from([0, 1, 1, 1]), min_size=ny * nx, max_size=ny * nx))
    water = np.array(cells, np.uint8).reshape(ny, nx)
    wet = [(int(r), int(c)) for r, c in np.argwhere(water)]
    assume(wet)
    steps = st.lists(st.floats(0.3, 3.0), min_size=ny, max_size=ny)
    north, east = data.draw(steps), data.draw(steps)
    sources = data.draw(st.dictionaries(st.sampled_from(wet), st.floats(0.0, 5.0), min_size=1, max_size=4))
    expected = naive.march(water.tolist(), north, east, sources)
    assert marched(water, north, east, sources) == pytest.approx(np.array(expected), rel=1e-9)


def marched(
    water: npt.NDArray[np.uint8], north: list[float], east: list[float], sources: dict[tuple[int, int], float]
) -> npt.NDArray[np.float64]:
    out = np.full((water.shape[0] + 2, water.shape[1] + 2), np.inf)
    for (r, c), value in sources.items():
        out[r + 1, c + 1] = value
    march(water, np.array(north), np.array(east), out)
    return out[1:-1, 1:-1]


@modest
@given(st.data())
def test_less_water_never_makes_a_way_shorter_in_the_kernel(data: st.DataObject) -> None:
    cells = data.draw(st.lists(st.sampled_from([0, 1, 1]), min_size=100, max_size=100))
    water = np.array(cells, np.uint8).reshape(10, 10)
    water[5, 5] = 1
    less = water.copy()
    less[data.draw(st.integers(0, 9)), data.draw(st.integers(0, 4))] = 0
    steps, source = [1.0] * 10, {(5, 5): 0.0}
    assert (marched(less, steps, steps, source) >= marched(water, steps, steps, source) - 1e-12).all()


# --- the way by sea ----------------------------------------------------------------------------------------


@modest
@given(coasts(), places, places)
def test_the_way_back_is_as_long(bars: list[Bar], a: tuple[int, int], b: tuple[int, int]) -> None:
    there, back = way_km(bars, a, b), way_km(bars, b, a)
    assert np.isinf(there) == np.isinf(back)
    if np.isfinite(there):
        assert there == pytest.approx(back, rel=0.04, abs=2 * CELL_SHARE * CELL_M / 1000)


def drawn(bars: list[Bar], start: tuple[int, int]) -> tuple[WaterGrid, SeaField, tuple[int, int]]:
    """The grid of a coast and the field from the centre of one of its cells of water."""
    coast = coast_of(bars)
    grid = water_grid(coast, coast.bbox, CELL_M)
    row, column = (round(float(place)) for place in grid.lattice.place(*degrees(start)))
    assume(grid.mask[row, column])
    return grid, sea_field(*grid.lattice.centre(row, column), coast=coast, cell_m=CELL_M), (row, column)


@modest
@given(coasts(), places)
def test_never_shorter_than_the_geodesic_and_close_to_it_in_sight(
    bars: list[Bar], start: tuple[int, int]
) -> None:
    grid, field, (row, column) = drawn(bars, start)
    for r, c in np.argwhere(grid.mask)[::7]:
        end = grid.lattice.centre(r, c)
        km, straight = field.at_many(*end), distance_km(field.lat_deg, field.lon_deg, *end)
        assert np.isnan(km) or km >= 0.999 * straight
        # A line that just grazes a corner of land may be seen from one side of the place and not from the other.
        around = [(row + dr, column + dc) for dr in (-0.01, 0.01) for dc in (-0.01, 0.01)]
        if all(sees(grid.mask, *spot, float(r), float(c)) for spot in around):
            assert km <= 1.01 * straight + CELL_M / 1000


@modest
@given(coasts(), places, places, st.sampled_from([178.0, 179.0, -180.0, -1.0, 0.0]))
def test_turning_the_globe_over_the_date_line_changes_nothing(
    bars: list[Bar], a: tuple[int, int], b: tuple[int, int], west_deg: float
) -> None:
    here, there = way_km(bars, a, b), way_km(bars, a, b, west_deg)
    assert there == pytest.approx(here, rel=2e-3, abs=0.01)


@modest
@given(coasts(), places, places)
def test_a_wall_lengthens_and_a_channel_through_it_shortens(
    bars: list[Bar], a: tuple[int, int], b: tuple[int, int]
) -> None:
    """Ways between places off the wall, without it, with it from shore to shore but for an end, and with a channel."""
    bars = [bar for bar in bars if bar[0] != 26]
    wet = [place for place in (a, b) if not 24 <= place[1] <= 34]
    assume(len(wet) == 2)
    wall, halves = (27, 0, 32, SIDE - 4), [(27, 0, 32, 30), (27, 34, 32, SIDE - 4)]
    free, walled, opened = (way_km([*bars, *more], a, b) for more in ([], [wall], halves))
    slack = 1.002
    assert free <= walled * slack + 0.01
    assert free <= opened * slack + 0.01
    assert opened <= walled * slack + 0.01


def test_a_channel_opens_what_a_wall_closed() -> None:
    west, east = (32, 10), (32, 50)
    assert np.isinf(way_km([(27, -1, 32, SIDE + 1)], west, east))
    straight = way_km([], west, east)
    through = way_km([(27, -1, 32, 30), (27, 34, 32, SIDE + 1)], west, east)
    round_the_end = way_km([(27, -1, 32, SIDE - 4)], west, east)
    assert straight == pytest.approx(through, rel=0.01)
    assert round_the_end > 1.5 * through


@modest
@given(st.integers(20, 44), st.floats(0.0, 12.0))
def test_a_place_on_land_goes_to_water_within_the_limit_or_is_refused(row: int, inland_km: float) -> None:
    coast = coast_of([(-1, -1, 32, SIDE + 1)])
    shore = degrees((row, 32))
    lon = shore[1] - inland_km / distance_km(*shore, shore[0], shore[1] + 1.0)
    try:
        field = sea_field(shore[0], lon, coast=coast, cell_m=500.0)
    except NoWater:
        assert inland_km > SNAP_KM - 0.5
    else:
        assert field.moved_km <= SNAP_KM + 0.5
        assert field.moved_km == pytest.approx(inland_km, abs=0.75)
        assert field.lon_deg >= shore[1] - 1 / 80


def test_a_port_near_by_does_not_lend_its_water_beyond_the_limit() -> None:
    """Vladivostok lies 4 km inland here, and a place 4 km further inland is as dry asked from either side."""
    shore = np.array([[131.0, 42.9], [131.95, 42.9], [131.95, 43.4], [131.0, 43.4]])
    info = CoastInfo((131.0, 43.0, 133.0, 43.3), "drawn", "none", "", 1, 4, 0.0, sha256="inland")
    coast = Coast(info, shore[:, 0], shore[:, 1], np.array([0, 4]), np.ones(1, np.int8))
    port, inland, off = (43.116667, 131.9), (43.116667, 131.855), (43.1, 132.2)
    assert sea_distance_km(port, off, coast=coast) == pytest.approx(
        sea_distance_km(off, port, coast=coast), rel=1e-3
    )
    for a, b in ((inland, off), (off, inland)):
        with pytest.raises(NoWater):
            sea_distance_km(a, b, coast=coast)


# --- reach -------------------------------------------------------------------------------------------------

hours = st.integers(0, 400 * 24 * 60).map(lambda minutes: minutes / 60)
kms, speeds, stays = (
    st.floats(0, 2000),
    st.floats(0.5, 30),
    st.sampled_from([0.0, 0.5, 12.0, 24.0, 200.0]),
)


def one(km: tuple[float, float], gap_h: float, speed_kn: float, stay_h: float) -> Envelope:
    ways = np.array([km])
    return envelope(
        ways, ways, np.abs(np.diff(ways)[:, 0]), np.array([gap_h]), max_speed_kn=speed_kn, stay_h=stay_h
    )


@modest
@given(st.tuples(kms, kms), hours, speeds, stays)
def test_all_numbers_agree_with_the_verdict(
    km: tuple[float, float], gap_h: float, speed_kn: float, stay_h: float
) -> None:
    found = one(km, gap_h, speed_kn, stay_h)
    feasible, slack_h, needed_kn = found.feasible[0], found.slack_h[0], found.speed_needed_kn[0]
    assert feasible == (slack_h >= 0.0)
    assert LEAST_PROBABILITY <= found.probability[0] <= 1.0 - LEAST_PROBABILITY
    room_h = found.latest_arrival_h[0] - (found.earliest_departure_h[0] - stay_h)
    assert room_h == pytest.approx(slack_h, abs=1e-6)
    if feasible:
        assert found.longest_stay_h[0] >= stay_h - 1e-6
        assert np.isnan(needed_kn) or needed_kn <= speed_kn * (1 + 1e-6)
    else:
        assert np.isnan(needed_kn) or needed_kn >= speed_kn * (1 - 1e-6)


@modest
@given(st.floats(0, 2000), st.floats(0, 2000), st.integers(-5, 5))
def test_the_rounded_slack_agrees_with_the_verdict(to_km: float, from_km: float, off_ms: int) -> None:
    """Gaps within a few thousandths of a second of the shortest that leaves room."""
    needed_h = (1.0 - REDUCTION) * (to_km + from_km) / (14.0 * 1.852) + 12.0
    end = START + timedelta(hours=needed_h) + timedelta(milliseconds=off_ms)
    made = reach_one((to_km, from_km), START, end, straight_km=0.0)
    assert made.feasible == (made.slack_h >= 0.0)


@modest
@given(st.tuples(kms, kms), hours, speeds, stays, st.sampled_from([0.0, 0.1, 50.0]))
def test_reach_grows_with_speed_and_time_and_shrinks_with_the_stay_and_the_way(
    km: tuple[float, float], gap_h: float, speed_kn: float, stay_h: float, more: float
) -> None:
    base = one(km, gap_h, speed_kn, stay_h)
    easier = one(km, gap_h, speed_kn + more, stay_h), one(km, gap_h + more, speed_kn, stay_h)
    harder = one(km, gap_h, speed_kn, stay_h + more), one((km[0] + more, km[1]), gap_h, speed_kn, stay_h)
    for found in easier:
        assert found.slack_h[0] >= base.slack_h[0]
        assert found.feasible[0] >= base.feasible[0]
    for found in harder:
        assert found.slack_h[0] <= base.slack_h[0]
        assert found.feasible[0] <= base.feasible[0]
