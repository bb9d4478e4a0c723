"""Laws that hold for gaps, segments and port calls, on random tracks, each against its plain twin."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive import gaps as naive_gaps
from naive import port_calls as naive_port_calls
from naive import segments as naive_segments
from naive.positions import START, by_vessel, fix, table
from rubicon.case import Port
from rubicon.detect import gaps, port_calls, segments
from rubicon.schema import EVENT

GRID = 1024
"""Positions are multiples of 1/1024 degree: turning the globe by such a step is exact."""
PORTS = (
    Port(name="One", lat_deg=41.0, lon_deg=-179.984375, country="AAA"),
    Port(name="Two", lat_deg=41.0625, lon_deg=179.953125, country="BBB"),
    Port(name="North", lat_deg=89.5, lon_deg=10.0),
)
WAITS = (0.5, 5, 12, 12, 30, 61, 230, 400, 800, 4000)
DETECTORS = (gaps, segments, port_calls)
PROFILES = ("rubicon", "gfw")
each_detector = pytest.mark.parametrize("module", DETECTORS, ids=lambda m: m.__name__.rpartition(".")[2])
each_profile = pytest.mark.parametrize("profile", PROFILES)
modest = settings(max_examples=60, deadline=None)


def options(module: ModuleType, profile: str) -> Any:
    made = module.PROFILES[profile]
    if module is port_calls:
        return made.model_copy(update={"ports": PORTS})
    if module is gaps:
        return made.model_copy(update={"data_end_utc": START + timedelta(days=12), "reception": False})
    return made


@st.composite
def tracks(draw: st.DrawFn, waits: tuple[float, ...] = (0, *WAITS)) -> list[dict[str, Any]]:
    """Walks of up to three vessels around two ports on the date line, with silences, stops and leaps."""
    rows = []
    for vessel in draw(st.sampled_from(["a", "ab", "abc"])):
        minutes, lat, lon = 0.0, 41 * GRID, 180 * GRID
        for _ in range(draw(st.integers(0, 25))):
            minutes += draw(st.sampled_from(waits))
            step = draw(st.sampled_from([0, 0, 1, 10, 40, 4000]))
            lat += step * draw(st.integers(-1, 1))
            lon += step * draw(st.integers(-1, 1))
            rows.append(
                fix(
                    minutes, lat / GRID, (lon / GRID + 180) % 360 - 180, vessel,
                    speed_kn=draw(st.sampled_from([None, 0.0, 0.1, 0.3, 0.6, 2.5, 12.0, 12.0, 51.2])),
                    course_deg=draw(st.sampled_from([None, 0.0, 45.0, 90.0, 270.0])),
                    message_type=draw(st.sampled_from([None, 1, 1, 18, 27])),
                )
            )  # fmt: skip
    return rows


def run(module: ModuleType, rows: Iterable[dict[str, Any]], profile: str) -> pa.Table:
    return module.detect(table(rows), options(module, profile))


def facts(events: pa.Table, *without: str) -> list[dict[str, Any]]:
    """Rows without ids and without the keys of `detail` that contain one of some words."""
    found = []
    for row in events.drop_columns(["event_id", "evidence_ids"]).to_pylist():
        detail = json.loads(row["detail"])
        row["detail"] = {
            k: v for k, v in detail.items() if not any(word in k for word in (*without, "segment_id"))
        }
        found.append(row)
    return sorted(found, key=lambda row: (row["vessel_id"], row["start"], row["lat_deg"], row["lon_deg"]))


@each_profile
@modest
@given(rows=tracks())
def test_gaps_equal_their_twin(profile: str, rows: list[dict[str, Any]]) -> None:
    rule = options(gaps, profile)
    found = [
        (row["vessel_id"], row["start"], row["end"], json.loads(row["detail"])["positions_12h_before"])
        for row in run(gaps, rows, profile).to_pylist()
    ]
    end = rule.data_end_utc if rule.open_gaps else None
    assert found == naive_gaps.gaps(rows, rule.min_gap_s / 3600, end)


@each_profile
@modest
@given(rows=tracks())
def test_segments_equal_their_twin(profile: str, rows: list[dict[str, Any]]) -> None:
    rule = options(segments, profile)
    for fixes in by_vessel(rows).values():
        expected = naive_segments.split(fixes, rule)
        ids = segments.assign(table(fixes), rule).to_pylist()
        first = {id_: index for index, id_ in reversed(list(enumerate(ids))) if id_ is not None}
        assert [first.get(id_) for id_ in ids] == expected


@each_profile
@modest
@given(rows=tracks())
def test_port_calls_equal_their_twin(profile: str, rows: list[dict[str, Any]]) -> None:
    rule = options(port_calls, profile)
    expected = naive_port_calls.port_calls(rows, PORTS, rule)
    events = run(port_calls, rows, profile).to_pylist()
    assert len(events) == len(expected)
    for event, call in zip(events, expected, strict=True):
        detail = json.loads(event["detail"])
        assert (event["vessel_id"], event["start"], event["end"]) == (
            call["vessel"],
            call["start"],
            call["end"],
        )
        assert (detail["port"], detail["confidence"]) == (call["port"], call["confidence"])
        times = {"stop": ("stop_begin_utc", "stop_end_utc"), "gap": ("gap_begin_utc", "gap_end_utc")}
        for what, keys in times.items():
            seen = tuple(_text(time) for time in call[what] or (None, None))
            assert tuple(detail[key] for key in keys) == seen
        assert detail["exit_utc"] == _text(call["exit"])


def _text(time: Any) -> str | None:
    return None if time is None else time.isoformat().replace("+00:00", "Z")


@each_detector
@each_profile
@modest
@given(rows=tracks(), seed=st.randoms(use_true_random=False))
def test_order_of_rows_means_nothing(
    module: ModuleType, profile: str, rows: list[dict[str, Any]], seed: Any
) -> None:
    numbered = [row | {"offset": n} for n, row in enumerate(rows)]
    mixed = list(numbered)
    seed.shuffle(mixed)
    assert run(module, numbered, profile).equals(run(module, mixed, profile))


@each_detector
@each_profile
@modest
@given(rows=tracks())
def test_vessels_do_not_touch_each_other(
    module: ModuleType, profile: str, rows: list[dict[str, Any]]
) -> None:
    numbered = [row | {"offset": n} for n, row in enumerate(rows)]
    apart = [run(module, [r for r in numbered if r["vessel_id"] == v], profile) for v in "abc"]
    # How well the feed hears is learnt from all ships; what a gap is, is not.
    together = run(module, numbered, profile)
    assert facts(pa.concat_tables(apart), "reception") == facts(together, "reception")
    assert sorted(together["event_id"].to_pylist()) == sorted(
        event for table in apart for event in table["event_id"].to_pylist()
    )


@each_detector
@each_profile
@modest
@given(rows=tracks(), cut=st.integers(0, 40))
def test_files_cut_elsewhere_or_overlapping_give_the_same_ids(
    module: ModuleType, profile: str, rows: list[dict[str, Any]], cut: int
) -> None:
    one = run(module, rows, profile)
    parts = [
        row | {"source_id": "g", "offset": n}
        for n, row in enumerate([*rows[:cut], *rows[: cut + 3], *rows[cut:]])
    ]
    two = run(module, parts, profile)
    assert one.drop_columns(["evidence_ids"]).equals(two.drop_columns(["evidence_ids"]))


@each_detector
@each_profile
@modest
@given(rows=tracks(), hours=st.integers(-500, 500))
def test_another_clock_gives_the_same_events_later(
    module: ModuleType, profile: str, rows: list[dict[str, Any]], hours: int
) -> None:
    by = timedelta(hours=hours)
    later = [row | {"time_utc": row["time_utc"] + by} for row in rows]
    rule = options(module, profile)
    moved = rule.model_copy(update={"data_end_utc": rule.data_end_utc + by}) if module is gaps else rule
    expected = facts(module.detect(table(rows), rule), "_utc")
    for row in expected:
        row["start"], row["end"] = row["start"] + by, row["end"] and row["end"] + by
    assert facts(module.detect(table(later), moved), "_utc") == expected


@each_detector
@each_profile
@modest
@given(rows=tracks(WAITS), steps=st.integers(-180 * GRID, 180 * GRID))
def test_the_date_line_is_no_place(
    module: ModuleType, profile: str, rows: list[dict[str, Any]], steps: int
) -> None:
    """One position at a time: which of two simultaneous ones comes first does depend on their longitudes."""

    def turned(lon: float) -> float:
        return (lon + steps / GRID + 180) % 360 - 180

    rule = options(module, profile)
    there = [row | {"lon_deg": turned(row["lon_deg"])} for row in rows]
    moved = rule
    if module is port_calls:
        ports = tuple(port.model_copy(update={"lon_deg": turned(port.lon_deg)}) for port in PORTS)
        moved = rule.model_copy(update={"ports": ports})
    expected = facts(module.detect(table(rows), rule), "lon", "reception")
    for row in expected:
        row["lon_deg"] = turned(row["lon_deg"])
    assert facts(module.detect(table(there), moved), "lon", "reception") == expected


@each_detector
@each_profile
def test_nothing_gives_nothing(module: ModuleType, profile: str) -> None:
    assert run(module, [], profile).equals(EVENT.empty_table())
