"""Order and repeats: the same rows in any order of input give the same table."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa

from rubicon.schema import POSITION, REJECT, Flag, conform

ORDER = (
    "vessel_id",
    "time_utc",
    "lat_deg",
    "lon_deg",
    "speed_kn",
    "course_deg",
    "heading_deg",
    "source_id",
    "offset",
)
"""Of repeats the one that says most comes first, wherever it stood in the input."""
REPEATED = ("vessel_id", "time_utc", "lat_deg", "lon_deg")
EARLIEST, LATEST = "1990-01-01", "2100-01-01"
"""AIS was tried out in the early 1990s; a time outside is a clock that was never set or has run over."""


def clean(positions: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Sort POSITION rows by ship and time, flag repeats, and reject times that cannot be.

    Gives POSITION rows sorted by `ORDER`, of which every row with ship, time and place of the row before
    carries `Flag.DUPLICATE` (a station hears a ship once; several stations, or files, tell it again), and
    REJECT rows `impossible_time` for times before 1990 or from 2100 on, in the same order.
    """
    frame = _sorted(positions)
    possible = pl.col("time_utc").is_between(_utc(EARLIEST), _utc(LATEST), closed="left")
    kept, refused = frame.filter(possible), frame.filter(~possible)
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift() for name in REPEATED).fill_null(False)
    bare = pl.col("flags") & ~int(Flag.DUPLICATE)
    kept = kept.with_columns(flags=pl.when(same).then(bare | int(Flag.DUPLICATE)).otherwise(bare))
    return conform(kept.to_arrow(), POSITION), _impossible(refused)


def _sorted(positions: pa.Table) -> pl.DataFrame:
    """Rows by `ORDER`; names are compared by their rank, which is three times as fast as by their letters."""
    frame = pl.DataFrame(positions)
    names = {name: _ranks(positions[name]) for name in ("vessel_id", "source_id")}
    return frame[
        frame.select(ORDER).with_columns(**names).select(pl.arg_sort_by(ORDER, nulls_last=True)).to_series()
    ]


def _ranks(column: pa.ChunkedArray) -> pl.Series:
    """Place of each text in the sorted list of all."""
    coded = column.combine_chunks().dictionary_encode()
    names = coded.dictionary.to_pylist()
    rank = np.empty(len(names), np.uint32)
    rank[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names), dtype=np.uint32)
    return pl.Series(rank[coded.indices.to_numpy()])


def _utc(day: str) -> pl.Expr:
    return pl.lit(day).str.to_datetime("%Y-%m-%d", time_unit="us", time_zone="UTC")


def _impossible(refused: pl.DataFrame) -> pa.Table:
    time = pl.col("time_utc").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    told = refused.select(
        "source_id",
        "offset",
        reason=pl.lit("impossible_time"),
        detail=pl.format("time_utc={}", time),
        raw=pl.format("{}, {}, {}, {}", "vessel_id", time, "lat_deg", "lon_deg"),
    )
    return conform(told.to_arrow(), REJECT)
