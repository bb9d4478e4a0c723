"""Detectors on real tracks: the approaches to Suez in March 2021, and one number used by many ships."""

from __future__ import annotations

import json
from collections import Counter
from math import comb
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from naive import gaps as naive_gaps
from naive import port_calls as naive_port_calls
from naive import segments as naive_segments
from rubicon.detect import encounters, gaps, port_calls, segments
from rubicon.geo.ports import load_ports
from rubicon.kernels.geodesy import distance_m
from rubicon.schema import POSITION, conform

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def suez(data_dir: Path) -> pa.Table:
    frame = pl.read_csv(data_dir / "ais/tracks/suez_2021.csv").select(
        pl.col("^.*ID$").cast(pl.String).alias("vessel_id"),
        pl.col("ais_pos_timestamp").str.to_datetime("%d/%m/%Y %H:%M", time_zone="UTC", time_unit="us").alias("time_utc"),
        lat_deg="latitude", lon_deg="longitude", flags=pl.lit(0, pl.Int32), source_id=pl.lit("suez"),
        offset=pl.int_range(1, pl.len() + 1),
    )  # fmt: skip
    return conform(frame.to_arrow(), POSITION)


@pytest.fixture(scope="module")
def shared(data_dir: Path) -> pa.Table:
    """One ship number, many ships; the file gives speed and course 0 where they were not known."""
    frame = pl.read_ndjson(data_dir / "ais/tracks/shared_mmsi_416000000.json").select(
        pl.col("ssvid").cast(pl.String).alias("vessel_id"),
        pl.col("timestamp").str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us").dt.replace_time_zone("UTC").alias("time_utc"),
        lat_deg="lat", lon_deg="lon", speed_kn="speed", course_deg="course", flags=pl.lit(0, pl.Int32),
        source_id=pl.lit("shared"), offset=pl.int_range(1, pl.len() + 1),
    )  # fmt: skip
    return conform(frame.to_arrow(), POSITION)


def adjusted_rand(one: list[Any], two: list[Any]) -> float:
    """Agreement of two partitions: 1 when equal, about 0 by chance (Hubert and Arabie 1985)."""

    def pairs(labels: list[Any]) -> int:
        return sum(comb(n, 2) for n in Counter(labels).values())

    both, a, b = pairs(list(zip(one, two, strict=True))), pairs(one), pairs(two)
    chance = a * b / comb(len(one), 2)
    return (both - chance) / ((a + b) / 2 - chance)


def test_gaps_over_six_hours_near_suez(suez: pa.Table) -> None:
    events = gaps.detect(suez, gaps.Options())
    assert events.num_rows == 141
    found = [(row["vessel_id"], row["start"], row["end"]) for row in events.to_pylist()]
    assert found == [row[:3] for row in naive_gaps.gaps(suez.to_pylist(), 6.0)]


def test_port_calls_near_suez_equal_their_twin(suez: pa.Table) -> None:
    near = tuple(port for port in load_ports() if 28 < port.lat_deg < 33 and 30 < port.lon_deg < 35)
    for profile, count in (("rubicon", 29), ("gfw", 51)):
        options = port_calls.PROFILES[profile].model_copy(update={"ports": near})
        events = port_calls.detect(suez, options).to_pylist()
        found = [(row["vessel_id"], row["start"], row["end"]) for row in events]
        detail = [json.loads(row["detail"]) for row in events]
        expected = naive_port_calls.port_calls(suez.to_pylist(), near, options)
        assert found == [(call["vessel"], call["start"], call["end"]) for call in expected]
        assert [d["port"] for d in detail] == [call["port"] for call in expected]
        assert [d["confidence"] for d in detail] == [call["confidence"] for call in expected]
        assert len(events) == count
        everywhere = port_calls.detect(suez, port_calls.PROFILES[profile])
        assert everywhere["event_id"].equals(pa.chunked_array([[row["event_id"] for row in events]]))


def test_a_shared_number_is_split_as_published(shared: pa.Table, data_dir: Path) -> None:
    lines = (data_dir / "ais/tracks/shared_mmsi_416000000_expected.json").read_text().splitlines()
    published = {_fix(row["timestamp"], row): row["segment"] for row in map(json.loads, lines)}
    expected = [published[_fix(row["time_utc"].isoformat(), row)] for row in _short(shared)]
    ids = segments.assign(shared, segments.Options()).to_pylist()
    both = [(id_, other) for id_, other in zip(ids, expected, strict=True) if id_ is not None]
    assert len(both) >= 1660
    assert adjusted_rand([id_ for id_, _ in both], [other for _, other in both]) >= 0.95
    assert 25 <= len({id_ for id_, _ in both}) <= 35


def _short(table: pa.Table) -> list[dict[str, Any]]:
    return (
        table.select(["time_utc", "lat_deg", "lon_deg"])
        .rename_columns(["time_utc", "lat", "lon"])
        .to_pylist()
    )


def _fix(time: str, row: dict[str, Any]) -> tuple[str, float, float]:
    return time[:19], row["lat"], row["lon"]


@pytest.mark.parametrize("profile", ["rubicon", "gfw"])
def test_the_split_equals_its_twin(shared: pa.Table, suez: pa.Table, profile: str) -> None:
    options = segments.PROFILES[profile]
    for table in (shared, suez.filter(pc.less(suez["offset"], 3000))):
        tracks = naive_segments.by_vessel_split(table.to_pylist(), options)
        ids = segments.assign(table, options).to_pylist()
        assert [tracks[key] for key in zip(*_keys(table), strict=True)] == _numbered(table, ids)


def _keys(table: pa.Table) -> list[list[Any]]:
    return [table[name].to_pylist() for name in ("vessel_id", "time_utc", "lat_deg", "lon_deg")]


def _numbered(table: pa.Table, ids: list[str | None]) -> list[Any]:
    """Segment ids turned into the first position of each segment."""
    first: dict[str, Any] = {}
    for key, id_ in sorted(zip(zip(*_keys(table), strict=True), ids, strict=True)):
        if id_ is not None:
            first.setdefault(id_, key)
    return [None if id_ is None else first[id_] for id_ in ids]


@pytest.mark.parametrize("series", ["real", "dateline", "multi", "fastsep"])
def test_encounters_are_those_that_global_fishing_watch_publishes(data_dir: Path, series: str) -> None:
    folder = data_dir / "ais" / "encounters_gfw"
    frame = pl.read_csv(folder / f"{series}.csv", schema_overrides={"vessel_id": pl.String}).with_columns(
        pl.col("time_utc").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC", time_unit="us"),
        flags=pl.lit(0, pl.Int32), source_id=pl.lit(series), offset=pl.int_range(1, pl.len() + 1),
    )  # fmt: skip
    options = encounters.Options(max_distance_km=0.5, min_duration_s=1800, max_gap_s=4200)
    found = {
        (row["vessel_id"], json.loads(row["detail"])["vessel_2"]): row
        for row in encounters.detect(conform(frame.to_arrow(), POSITION), options).to_pylist()
    }
    published = pl.read_csv(folder / "expected.csv", infer_schema_length=0).filter(pl.col("series") == series)
    assert len(found) == published.height
    for row in published.iter_rows(named=True):
        event = found[row["vessel_1"], row["vessel_2"]]
        assert event["start"].strftime("%Y-%m-%dT%H:%M:%SZ") == row["start_utc"]
        assert event["end"].strftime("%Y-%m-%dT%H:%M:%SZ") == row["end_utc"]
        place = (float(row["mean_lat_deg"]), float(row["mean_lon_deg"]))
        assert distance_m(event["lat_deg"], event["lon_deg"], *place) < 100.0
        apart = json.loads(event["detail"])["median_distance_km"]
        assert apart == pytest.approx(float(row["median_distance_km"]), abs=0.0006)
