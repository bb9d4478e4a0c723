"""The lake: whole batches or nothing, the same file twice is the same lake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from rubicon.errors import LakeError
from rubicon.provenance import SourceFile, source_file
from rubicon.schema import POSITION, REJECT, VESSEL, rows_to_table
from rubicon.store.lake import BatchWriter, Lake

START = datetime(2024, 5, 1, 23, 0, tzinfo=UTC)


def positions(file: SourceFile, ships: int = 5, hours: int = 4) -> pa.Table:
    return rows_to_table(
        [
            {
                "vessel_id": f"ship{ship}",
                "time_utc": START + timedelta(hours=hour),
                "lat_deg": 42.0 + ship,
                "lon_deg": 130.0 + hour,
                "flags": 0,
                "source_id": file.source_id,
                "offset": ship * 100 + hour,
            }
            for ship in range(ships)
            for hour in range(hours)
        ],
        POSITION,
    )


def source(tmp_path: Path, name: str = "a.csv") -> SourceFile:
    path = tmp_path / name
    path.write_text(f"content of {name}")
    return source_file(path)


def ordered(table: pa.Table) -> list[dict[str, object]]:
    return table.sort_by([("vessel_id", "ascending"), ("time_utc", "ascending")]).to_pylist()


def write(lake: Lake, file: SourceFile) -> None:
    rejects = rows_to_table(
        [{"source_id": file.source_id, "offset": 9, "reason": "bad_latitude", "raw": "\x00x"}], REJECT
    )
    with BatchWriter(lake, file) as writer:
        writer.add(positions(file), VESSEL.empty_table(), rejects)
        writer.commit({"settings": {}})


def test_what_goes_in_comes_out_and_is_cut_by_day_and_bucket(tmp_path: Path) -> None:
    lake, file = Lake(tmp_path / "lake"), source(tmp_path)
    write(lake, file)
    assert ordered(lake.positions()) == ordered(positions(file))
    days = {path.parent.parent.name for path in (tmp_path / "lake").rglob("positions/*/*/*.parquet")}
    assert days == {"day=2024-05-01", "day=2024-05-02"}
    apart = [set(lake.positions(bucket)["vessel_id"].to_pylist()) for bucket in lake.buckets()]
    assert sum(map(len, apart)) == len(set().union(*apart)) == 5
    assert "bad_latitude" in lake.rejects_path(file.source_id).read_text()


def test_writing_a_file_again_changes_nothing(tmp_path: Path) -> None:
    lake, file = Lake(tmp_path / "lake"), source(tmp_path)
    write(lake, file)
    before = {path: path.read_bytes() for path in (tmp_path / "lake").rglob("*") if path.is_file()}
    write(lake, file)
    assert {path: path.read_bytes() for path in (tmp_path / "lake").rglob("*") if path.is_file()} == before


def test_an_uncommitted_batch_is_not_seen_and_leaves_nothing(tmp_path: Path) -> None:
    lake, file = Lake(tmp_path / "lake"), source(tmp_path)
    with BatchWriter(lake, file) as writer:
        writer.add(positions(file), VESSEL.empty_table(), REJECT.empty_table())
        assert lake.positions().num_rows == 0
        assert lake.manifest(file.source_id) is None
    assert not list((tmp_path / "lake" / ".staging").iterdir())


def test_a_lost_part_is_named(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    write(lake, source(tmp_path))
    next((tmp_path / "lake" / "positions").rglob("*.parquet")).unlink()
    with pytest.raises(LakeError, match="gone"):
        lake.positions()


def test_two_files_add_up(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    write(lake, source(tmp_path, "a.csv"))
    write(lake, source(tmp_path, "b.csv"))
    assert lake.positions().num_rows == 40
    assert {entry["file"] for entry in lake.manifests()} == {"a.csv", "b.csv"}
