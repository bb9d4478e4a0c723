"""Matching: exact where it can be, right about moving ships, length and silence; order of rows changes nothing."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from naive.association import marginals
from rubicon.cli import build
from rubicon.collect.scenes.look import Look, look_of
from rubicon.detect.match import Options, match
from rubicon.geo.earth import KNOT_MS, metres_per_degree
from rubicon.kernels.association import association
from rubicon.schema import POSITION, rows_to_table

WHEN = datetime(2024, 5, 3, 21, 22, 33, tzinfo=UTC)
HOME = (42.1, 130.7)
RING = ((41.8, 130.3), (41.8, 131.1), (42.4, 131.1), (42.4, 130.3))
LOOK = Look(WHEN, True, platform_heading_deg=347.0, footprint=RING, origin=HOME)


def at(east_m: float, north_m: float) -> tuple[float, float]:
    north, east = metres_per_degree(HOME[0])
    return HOME[0] + north_m / north, HOME[1] + east_m / east


def track(
    ship: str,
    east: float,
    north: float,
    speed: float = 0.0,
    course: float = 90.0,
    minutes: tuple[float, ...] = (-4, 3),
) -> list[dict[str, Any]]:
    """Fixes of a straight track that passes (east, north) at the time of the scene."""
    rows = []
    for k, minute in enumerate(minutes):
        way = speed * KNOT_MS * minute * 60
        lat, lon = at(
            east + way * math.sin(math.radians(course)), north + way * math.cos(math.radians(course))
        )
        rows.append(
            {
                "vessel_id": ship,
                "time_utc": WHEN + timedelta(minutes=minute),
                "lat_deg": lat,
                "lon_deg": lon,
                "speed_kn": speed,
                "course_deg": course,
                "flags": 0,
                "source_id": ship,
                "offset": k,
            }
        )
    return rows


def seen(
    name: str, east: float, north: float, length: float | None = None, error: float | None = None
) -> dict[str, Any]:
    lat, lon = at(east, north)
    return {"detection_id": name, "lat_deg": lat, "lon_deg": lon, "length_m": length, "length_error_m": error}


def table(*tracks: list[dict[str, Any]]) -> pa.Table:
    return rows_to_table([row for one in tracks for row in one], POSITION)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 4))
def test_association_is_near_the_sum_over_all_matchings(seed: int, rows: int, columns: int) -> None:
    weights = np.exp(np.random.default_rng(seed).normal(0, 3, (rows, columns)))
    found, exact = association(weights, 1e-12, 2000), marginals(weights)
    # Loopy messages are exact on trees and near on crowds; never more than one partner in all.
    assert np.abs(found - exact).max() < (1e-6 if min(rows, columns) == 1 else 0.2)
    assert (found.sum(0) < 1 + 1e-6).all()
    assert (found.sum(1) < 1 + 1e-6).all()


def test_a_ship_at_rest_is_correlated_and_a_stranger_is_dark() -> None:
    found, silent = match([seen("a", 20, -30), seen("b", 9000, 4000)], table(track("111000111", 0, 0)), LOOK)
    assert [(p.status, p.vessel_id) for p in found] == [("correlated", "111000111"), ("dark", None)]
    assert silent == []
    assert 0.95 < found[0].probability < 1


@pytest.mark.parametrize("course", [77.0, 257.0])
def test_a_moving_ship_is_looked_for_where_radar_draws_it(course: float) -> None:
    speed = 14.0
    shift = LOOK.shift_m(
        speed * KNOT_MS * math.sin(math.radians(course)), speed * KNOT_MS * math.cos(math.radians(course))
    )
    assert abs(shift) > 400
    assert (shift < 0) == (course == 77.0)
    drawn = seen("a", shift * LOOK.track[0], shift * LOOK.track[1])
    ship = table(track("111000111", 0, 0, speed, course))
    assert match([drawn], ship, LOOK)[0][0].status == "correlated"
    assert match([drawn], ship, LOOK, options=Options(doppler=False))[0][0].status == "dark"


def test_length_decides_between_two_ships_side_by_side() -> None:
    ships = table(track("111000111", -60, 0), track("222000222", 60, 0))
    lengths = {"111000111": 120.0, "222000222": 225.0}
    one = match([seen("a", 0, 0, 118.0, 18.0)], ships, LOOK, lengths)[0][0]
    assert (one.status, one.vessel_id, one.length_says) == ("correlated", "111000111", "length fits")
    nothing_known = match([seen("a", 0, 0, 118.0, 18.0)], ships, LOOK)[0][0]
    assert (nothing_known.status, nothing_known.length_says) == ("ambiguous", "length unknown")
    vague = match([seen("a", 0, 0, 170.0, 90.0)], ships, LOOK, lengths)[0][0]
    assert (vague.status, vague.length_says) == ("ambiguous", "length does not distinguish")


def test_a_ship_that_its_fixes_put_there_and_nobody_sees_is_silent() -> None:
    _, silent = match(
        [seen("a", 5000, 5000)], table(track("111000111", 0, 0), track("333000333", 200_000, 0)), LOOK
    )
    assert [s.vessel_id for s in silent] == ["111000111"]


def test_a_ship_lost_for_hours_is_neither_silent_nor_surely_matched() -> None:
    lost = table(track("111000111", 0, 0, minutes=(-360, 360)))
    found, silent = match([seen("a", 900, 900)], lost, LOOK)
    assert found[0].status != "correlated"
    assert silent == []


def test_order_of_rows_changes_nothing() -> None:
    ships = table(
        track("111000111", 0, 0, 9, 45), track("222000222", 300, 100), track("333000333", -700, 20, 3, 200)
    )
    marks = [seen("a", 10, 0), seen("b", 280, 120), seen("c", -650, 0), seen("d", 4000, 0)]
    straight = {p.detection_id: p for p in match(marks, ships, LOOK)[0]}
    turned = {
        p.detection_id: p for p in match(marks[::-1], ships.take(list(range(ships.num_rows))[::-1]), LOOK)[0]
    }
    for name, one in straight.items():
        assert (one.status, one.vessel_id) == (turned[name].status, turned[name].vessel_id)
        assert one.probability == pytest.approx(turned[name].probability, abs=1e-6)


def test_the_date_line_is_no_wall() -> None:
    ring = ((50.0, 179.5), (50.0, -179.5), (51.0, -179.5), (51.0, 179.5))
    look = Look(WHEN, False, footprint=ring, origin=(50.5, 179.999))
    rows = track("111000111", 0, 0)
    for row, lon in zip(rows, (179.9995, -179.9995), strict=True):
        row |= {"lat_deg": 50.5, "lon_deg": lon}
    place = {"detection_id": "a", "lat_deg": 50.5, "lon_deg": 180.0}
    assert match([place], rows_to_table(rows, POSITION), look)[0][0].status == "correlated"


def test_nothing_in_nothing_out() -> None:
    assert match([], POSITION.empty_table(), LOOK) == ([], [])
    assert match([seen("a", 0, 0)], POSITION.empty_table(), LOOK)[0][0].status == "dark"
    assert len(match([], table(track("111000111", 0, 0)), LOOK)[1]) == 1


def test_the_command_says_what_the_function_says(tmp_path: Path) -> None:
    lat, lon = at(15, 15)
    scene = {"sensor": "sar", "time_utc": WHEN.isoformat(), "platform_heading_deg": 347.0, "footprint": RING}
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"detection_id": "a", "accepted": True, "length_m": 118.0, "length_error_m": 18.0},
    }
    (tmp_path / "found.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "scene": scene, "features": [feature]})
    )
    lines = ["vessel_id,time_utc,lat_deg,lon_deg,speed_kn,course_deg"]
    lines += [
        f"{r['vessel_id']},{r['time_utc'].isoformat()},{r['lat_deg']},{r['lon_deg']},0,90"
        for r in track("111000111", 0, 0)
    ]
    (tmp_path / "tracks.csv").write_text("\n".join(lines))
    (tmp_path / "ships.csv").write_text("vessel_id,length_m\n111000111,120\n")
    names = [str(tmp_path / n) for n in ("found.geojson", "tracks.csv")]
    ended = CliRunner().invoke(
        build(["scene"]),
        ["scene", "match", *names, "--scene", names[0], "--ships", str(tmp_path / "ships.csv"), "--json"],
    )
    assert ended.exit_code == 0, ended.output
    told = json.loads(ended.stdout)
    assert [(d["status"], d["vessel_id"]) for d in told["detections"]] == [("correlated", "111000111")]
    assert told["silent"] == []
    with pytest.raises(KeyError, match="platform_heading_deg"):
        look_of({"sensor": "sar", "time_utc": WHEN.isoformat()})
