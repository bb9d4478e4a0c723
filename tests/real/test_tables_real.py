"""Real tables: every row is a position or a counted reject."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from rubicon.case import Columns, Input
from rubicon.collect.clean import clean
from rubicon.collect.columns import read_positions
from rubicon.collect.sniff import sniff
from rubicon.errors import AmbiguousUnits, MissingColumns
from rubicon.schema import Flag

pytestmark = pytest.mark.real
AUTO = Input(file="", format="")


def test_suez(data_dir: Path) -> None:
    path = data_dir / "ais/tracks/suez_2021.csv"
    assert sniff(path) == "csv"
    made = read_positions(path, AUTO, strict_header=False)
    assert (made.positions.num_rows, made.rejects.num_rows) == (22_287, 0)
    frame = pl.DataFrame(made.positions)
    assert frame["vessel_id"].n_unique() == 256
    assert frame["time_utc"].min().isoformat() == "2021-03-20T00:00:00+00:00"
    assert frame["time_utc"].max().isoformat() < "2021-03-25"
    assert any("day-first" in note for note in made.notes)
    cleaned, rejects = clean(made.positions)
    assert (cleaned.num_rows, rejects.num_rows) == (22_287, 0)
    truth = pl.read_csv(path, encoding="utf8").with_row_index("offset", offset=1)
    joined = truth.join(frame, on=pl.col("offset").cast(pl.Int64))
    assert joined.height == 22_287
    assert (joined["latitude"] == joined["lat_deg"]).all()
    assert (joined["longitude"] == joined["lon_deg"]).all()
    assert (joined["ais_pos_timestamp"] == joined["time_utc"].dt.strftime("%d/%m/%Y %H:%M")).all()


def test_suez_needs_a_mapping_where_the_header_is_strict(data_dir: Path) -> None:
    path = data_dir / "ais/tracks/suez_2021.csv"
    with pytest.raises(MissingColumns, match="lat_deg=latitude,lon_deg=longitude"):
        read_positions(path, AUTO, strict_header=True)
    mapping = Columns(vessel_id="ID", time_utc="ais_pos_timestamp", lat_deg="latitude", lon_deg="longitude")
    stated = AUTO.model_copy(update={"columns": mapping, "dates": "day-first"})
    assert read_positions(path, stated, strict_header=True).positions.num_rows == 22_287


def test_noaa(data_dir: Path) -> None:
    path = data_dir / "ais/tracks/noaa_2022-01-03.parquet"
    made = read_positions(path, AUTO, strict_header=False)
    assert (made.positions.num_rows, made.rejects.num_rows) == (99_924, 0)
    truth, frame = pl.read_parquet(path), pl.DataFrame(made.positions)
    assert frame["vessel_id"].n_unique() == 10_631
    assert frame["time_utc"].dt.replace_time_zone(None).equals(truth["t"], check_names=False)
    unavailable = (truth["SOG"] > 102.25).to_list()
    assert [bool(f & Flag.NO_SPEED) for f in frame["flags"]] == unavailable
    assert frame["speed_kn"].is_null().to_list() == unavailable


def test_one_mmsi_of_many_ships(data_dir: Path) -> None:
    path = data_dir / "ais/tracks/shared_mmsi_416000000.json"
    assert sniff(path) == "jsonl"
    with pytest.raises(AmbiguousUnits, match="`speed`"):
        read_positions(path, AUTO, strict_header=False)
    made = read_positions(path, AUTO.model_copy(update={"speed_unit": "kn"}), strict_header=False)
    assert (made.positions.num_rows, made.rejects.num_rows) == (1_668, 0)
    assert set(made.positions["vessel_id"].to_pylist()) == {"416000000"}


@pytest.mark.parametrize(
    ("name", "rows"), [("real", 346), ("dateline", 28), ("multi", 43), ("fastsep", 28), ("simple", 28)]
)
def test_series_with_the_canonical_header(data_dir: Path, name: str, rows: int) -> None:
    made = read_positions(data_dir / f"ais/encounters_gfw/{name}.csv", AUTO, strict_header=True)
    assert (made.positions.num_rows, made.rejects.num_rows, made.notes) == (rows, 0, ())
