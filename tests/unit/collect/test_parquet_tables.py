"""Parquet becomes positions; damage and bombs are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from table_files import TIME, read_file, reasons, row

from rubicon.collect.batch import Batch
from rubicon.collect.sources import parquet
from rubicon.errors import InputTooLarge, MissingColumns, TruncatedInput


def write_parquet(folder: Path, **columns: Any) -> Path:
    base = {
        "mmsi": [219000001] * 3,
        "t": pa.array([1616199731] * 3),
        "lat": [1.0, 2.0, 3.0],
        "lon": [1.0] * 3,
    }
    pq.write_table(pa.table(base | columns), folder / "table")
    return folder / "table"


def read_parquet(folder: Path, **columns: Any) -> Batch:
    path = write_parquet(folder, **columns)
    return read_file(path)


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"mmsi": pa.array(["219000001"] * 3)},
        {"mmsi": pa.array(["219000001"] * 3).dictionary_encode()},
        {"mmsi": pa.array([b"219000001"] * 3)},
        {"mmsi": [219000001.0] * 3},
        {"t": pa.array([1616199731] * 3).cast(pa.timestamp("s"))},
        {"t": pa.array([TIME] * 3)},
        {"lat": pa.array(["1", "2.0", "3e0"])},
        {"lat": pa.array([1, 2, 3], pa.decimal128(5, 2))},
        {"lat": pa.array([1, 2, 3], pa.int8())},
    ],
)
def test_parquet_types(tmp_path: Path, columns: dict[str, Any]) -> None:
    made = read_parquet(tmp_path, **columns)
    assert made.positions["vessel_id"].to_pylist() == ["219000001"] * 3
    assert made.positions["lat_deg"].to_pylist() == [1.0, 2.0, 3.0]
    assert row(made)["time_utc"].isoformat() == "2021-03-20T00:22:11+00:00"
    assert made.positions["offset"].to_pylist() == [1, 2, 3]


def test_parquet_rejects_name_their_row(tmp_path: Path) -> None:
    made = read_parquet(tmp_path, lat=[1.0, float("nan"), None])
    assert reasons(made) == [(2, "lat_not_a_number"), (3, "no_position")]
    assert "lat=nan" in made.rejects["raw"][0].as_py()
    made = read_parquet(tmp_path, mmsi=[219000001.5, None, 219000001.0])
    assert reasons(made) == [(1, "vessel_id_damaged"), (2, "no_vessel_id")]


def test_parquet_with_lists_or_structures(tmp_path: Path) -> None:
    with pytest.raises(MissingColumns, match=r"`lat` for lat_deg is struct"):
        read_parquet(tmp_path, lat=pa.array([{"a": 1}] * 3))
    assert any("`name` was not read" in n for n in read_parquet(tmp_path, name=pa.array([[1]] * 3)).notes)


@pytest.mark.parametrize("cut", [slice(None, -20), slice(None, 300), slice(None, 4)])
def test_a_parquet_file_without_its_footer(tmp_path: Path, cut: slice) -> None:
    path = write_parquet(tmp_path)
    path.write_bytes(path.read_bytes()[cut])
    with pytest.raises(TruncatedInput, match="footer"):
        read_file(path)


def test_a_parquet_page_that_is_damaged(tmp_path: Path) -> None:
    path = write_parquet(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[:10] + b"\xff" * 60 + data[70:])
    with pytest.raises(TruncatedInput, match="damaged"):
        read_file(path)


def test_parquet_texts_that_unfold_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "MAX_TEXT_BYTES", 1000)
    with pytest.raises(InputTooLarge, match="unfold"):
        read_parquet(tmp_path, mmsi=pa.array(["x" * 500] * 3).dictionary_encode())
    monkeypatch.setattr(parquet, "FREE_BYTES", 100)
    with pytest.raises(InputTooLarge, match="declares"):
        read_parquet(tmp_path, mmsi=pa.array(["x" * 9000, "y" * 9000, "z" * 9000]))
    monkeypatch.setattr(parquet, "FREE_ROWS", 1)
    monkeypatch.setattr(parquet, "MAX_ROWS_PER_BYTE", 0)
    with pytest.raises(InputTooLarge, match="declare 3 rows"):
        read_parquet(tmp_path)


def test_geometry_is_not_read(tmp_path: Path) -> None:
    table = pa.table({"mmsi": [1], "t": [1616199731], "geometry": [b"\0"]})
    pq.write_table(table.replace_schema_metadata({"geo": "{}"}), tmp_path / "table")
    with pytest.raises(MissingColumns, match="lat_deg, lon_deg"):
        read_file(tmp_path / "table")


def test_the_three_formats_give_the_same_rows(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    frame = pl.DataFrame(
        {
            "vessel_id": [f"ship{i % 7}" for i in range(500)],
            "time_utc": [f"2021-03-20T{i // 60:02d}:{i % 60:02d}:00Z" for i in range(500)],
            "lat_deg": rng.uniform(-95, 95, 500),
            "lon_deg": rng.uniform(-180, 180, 500),
            "speed_kn": [None if i % 5 == 0 else i / 10 for i in range(500)],
        }
    )
    frame.write_csv(tmp_path / "a.csv")
    frame.write_ndjson(tmp_path / "a.jsonl")
    frame.write_parquet(tmp_path / "a.parquet")
    made = [read_file(tmp_path / name) for name in ("a.csv", "a.jsonl", "a.parquet")]
    tables = [batch.positions.drop_columns(["source_id"]) for batch in made]
    assert tables[0].equals(tables[1])
    assert tables[0].equals(tables[2])
    assert reasons(made[0]) == reasons(made[1]) == reasons(made[2]) != []
