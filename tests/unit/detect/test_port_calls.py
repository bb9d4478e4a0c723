from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from naive.port_calls import metres
from naive.positions import fix, table
from rubicon.case import Port
from rubicon.detect import port_calls
from rubicon.detect.port_calls import PROFILES, Options, detect
from rubicon.kernels import port_calls as kernel
from rubicon.schema import NavStatus

PORT = Port(name="Port", country="KOR", lat_deg=35.0, lon_deg=129.0)
KM = 1 / 110.94
"""Degrees of latitude that make a kilometre at 35 degrees north."""


def gfw(*ports: Port) -> Options:
    return PROFILES["gfw"].model_copy(update={"ports": ports or (PORT,)})


def rubicon(*ports: Port) -> Options:
    return PROFILES["rubicon"].model_copy(update={"ports": ports or (PORT,)})


def at(minutes: float, km: float, speed_kn: float | None = 8.0, **more: Any) -> dict[str, Any]:
    """Some kilometres north of the port."""
    return fix(minutes, 35.0 + km * KM, 129.0, speed_kn=speed_kn, **more)


def calls(rows: list[dict[str, Any]], options: Options) -> list[dict[str, Any]]:
    events = detect(table(rows), options).to_pylist()
    return [event | json.loads(event["detail"]) for event in events]


def test_a_whole_call_has_confidence_four_and_all_its_times() -> None:
    rows = [
        at(0, 10),
        at(30, 2),
        at(60, 1, 0.1),
        at(120, 1, 0.4),
        at(180, 1, 0.6),
        at(200, 3.5),
        at(230, 4.2),
    ]
    (call,) = calls(rows, gfw())
    assert (call["port"], call["port_country"], call["confidence"]) == ("Port", "KOR", 4)
    assert call["entry_utc"] == "2024-01-01T00:30:00Z"
    assert (call["stop_begin_utc"], call["stop_end_utc"]) == ("2024-01-01T01:00:00Z", "2024-01-01T02:00:00Z")
    assert call["exit_utc"] == "2024-01-01T03:50:00Z"
    assert call["gap_begin_utc"] is call["gap_end_utc"] is None
    assert call["stay_h"] == pytest.approx(170 / 60, abs=1e-3)
    assert call["stay_max_h"] == pytest.approx(230 / 60, abs=1e-3)
    assert call["min_distance_km"] == pytest.approx(1, abs=0.01)
    assert call["evidence_ids"] == ["f@1", "f@2", "f@6", "f@7"]
    assert call["score"] == 0.8


@pytest.mark.parametrize(
    ("rows", "confidence"),
    [
        ([at(0, 10), at(30, 2), at(60, 1, 0.1)], 3),
        ([at(0, 1, 0.1), at(60, 10)], 3),
        ([at(0, 1, 0.1), at(60, 1, 0.1)], 2),
        ([at(0, 1), at(241, 1)], 2),
        ([at(0, 10), at(30, 1), at(60, 10)], 1),
        ([at(0, 10), at(30, 1)], 1),
    ],
)
def test_confidence_says_how_much_of_a_call_was_seen(rows: list[dict[str, Any]], confidence: int) -> None:
    assert [call["confidence"] for call in calls(rows, gfw())] == [confidence]


def test_never_at_sea_never_stopped_is_no_call() -> None:
    assert calls([at(0, 1), at(30, 1)], gfw().model_copy(update={"min_confidence": 2})) == []


def test_entering_takes_three_km_leaving_four() -> None:
    assert calls([at(0, 10), at(30, 3.1, 0.0), at(60, 10)], gfw()) == []
    (call,) = calls([at(0, 10), at(30, 2.9), at(60, 3.9), at(90, 2.9), at(120, 4.1)], gfw())
    assert call["exit_utc"] == "2024-01-01T02:00:00Z"


def test_under_way_by_status_is_not_stopped_and_moored_by_status_is_not_either() -> None:
    for status in (NavStatus.UNDER_WAY_ENGINE, NavStatus.MOORED):
        rows = [at(0, 10), at(30, 1, 9.0, nav_status=int(status)), at(60, 10)]
        assert [call["confidence"] for call in calls(rows, gfw())] == [1]


def test_a_passage_is_no_call_under_the_own_profile() -> None:
    assert calls([at(0, 10), at(10, 1), at(20, 10)], rubicon()) == []


def test_going_dark_at_the_berth_is_a_call_and_scores_half() -> None:
    rows = [at(0, 12), at(30, 1.5, 2.0), at(30 + 9.4 * 60, 200)]
    (call,) = calls(rows, rubicon())
    assert (call["confidence"], call["score"]) == (4, 0.4)
    assert (call["gap_begin_utc"], call["gap_end_utc"]) == ("2024-01-01T00:30:00Z", "2024-01-01T09:54:00Z")
    assert call["start"] == call["end"]


def test_lost_at_sea_speed_while_passing_is_a_gap_and_no_call() -> None:
    rows = [at(0, 12), at(10, 1.5, 12.0), at(30 + 9.4 * 60, 200)]
    assert calls(rows, rubicon()) == []
    assert [call["confidence"] for call in calls(rows, gfw())] == [4]


def test_speed_is_implied_where_none_is_given() -> None:
    still = [
        at(0, 12, None),
        *(at(30 + 5 * k, 1 + 0.02 * (k % 2), None) for k in range(12)),
        at(100, 12, None),
    ]
    (call,) = calls(still, gfw())
    assert call["confidence"] == 4
    moving = [at(0, 2, None), *(at(6 * k, 2 - 0.3 * k, None) for k in range(1, 8)), at(100, 12, None)]
    assert [call["stop_begin_utc"] for call in calls(moving, gfw())] == [None]


def test_no_speed_is_implied_over_a_long_silence() -> None:
    rows = [at(0, 12, None), at(300, 1, None), at(600, 1, None), at(900, 12, None)]
    (call,) = calls(rows, gfw())
    assert call["stop_begin_utc"] is None
    assert call["gap_begin_utc"] == "2024-01-01T05:00:00Z"


def test_a_ship_stops_at_the_port_where_it_stops() -> None:
    passed = Port(name="Passed", lat_deg=35.0 + 3 * KM, lon_deg=129.0)
    rows = [at(0, 12), at(20, 3), at(40, 0.5, 0.0), at(400, 0.5, 0.0), at(420, 3), at(440, 12)]
    assert [call["port"] for call in calls(rows, gfw(PORT, passed))] == ["Port"]


def test_the_order_of_ports_means_nothing() -> None:
    other = Port(name="Other", lat_deg=35.0 + 2 * KM, lon_deg=129.0)
    rows = [at(0, 12), at(20, 1.2, 0.0), at(40, 12)]
    assert detect(table(rows), gfw(PORT, other)).equals(detect(table(rows), gfw(other, PORT)))


def test_the_bundled_index_is_used_when_no_ports_are_given() -> None:
    rows = [
        fix(0, 42.1, 130.6, speed_kn=9.0),
        fix(60, 42.24, 130.29, speed_kn=0.0),
        fix(90, 42.1, 130.6, speed_kn=9.0),
    ]
    assert [call["port"] for call in calls(rows, Options())] == ["Najin"]


@pytest.mark.parametrize("lat", [-89.99, -89.5, -60.0, -0.01, 0.0, 35.0, 71.0, 89.0, 89.9, 90.0])
def test_every_port_within_reach_is_found_at_every_latitude(lat: float) -> None:
    rng = np.random.default_rng(7)
    lats = np.clip(lat + rng.uniform(-0.15, 0.15, 300), -90, 90)
    lons = (180 + rng.uniform(-0.15, 0.15, 300) / max(np.cos(np.radians(lat)), 1e-3) + 180) % 360 - 180
    ports = [
        Port(name=str(n), lat_deg=float(a), lon_deg=float(o))
        for n, (a, o) in enumerate(zip(lats, lons, strict=True))
    ][:40]
    ordered = port_calls._sorted(ports)
    found, distance = kernel.nearest_ports(lats, lons, port_calls._index(ordered, rubicon().exit_km))
    for i in range(0, 300, 3):
        apart = [metres(lats[i], lons[i], port.lat_deg, port.lon_deg) for port in ordered]
        if min(apart) > 7000.0:
            assert found[i] == kernel.NONE
            assert distance[i] == np.inf
        else:
            assert distance[i] == pytest.approx(min(apart), abs=0.5)
            assert apart[found[i]] == pytest.approx(min(apart), abs=0.5)


@pytest.mark.parametrize(
    "bad", [{"exit_km": 1.0}, {"stop_ends_kn": 0.1}, {"radius": 1}, {"min_confidence": 5}]
)
def test_bad_options_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate(bad)


def test_the_published_thresholds() -> None:
    made = PROFILES["gfw"]
    assert (made.enter_km, made.exit_km, made.stop_begins_kn, made.stop_ends_kn) == (3.0, 4.0, 0.2, 0.5)
    assert (made.min_gap_min, made.max_gap_speed_kn, made.min_confidence) == (240.0, None, 1)
