"""Bad position tables, numbers 21 to 30 of the list of bad inputs, through the whole of `ingest`.

`test_badinputs_tables.py` holds more forms of each, read by the table sources alone.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bad_files import Bad, judge

from rubicon.schema import Flag

HEAD = "mmsi,time_utc,lat_deg,lon_deg"
TIME = "2021-03-20T00:22:11Z"
GOOD = f"219000001,{TIME},55.1,12.1"


def table(*rows: str, head: str = HEAD, encoding: str = "utf-8") -> bytes:
    return "".join(f"{row}\n" for row in (head, *rows)).encode(encoding)


def parquet(rows: int = 1, metadata: dict[str, Any] | None = None, **columns: Any) -> bytes:
    base = {"mmsi": [219000001] * rows, "t": [1616199731] * rows, "lat": [55.1] * rows, "lon": [12.1] * rows}
    made = pa.table(base | columns)
    if metadata:
        made = made.replace_schema_metadata({"geo": json.dumps(metadata)})
    sink = io.BytesIO()
    pq.write_table(made, sink)
    return sink.getvalue()


def geoparquet(crs: object, lat: list[float], lon: list[float]) -> bytes:
    points = pa.array([b"\x01\x01" + bytes(20)] * len(lat))
    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": crs}
    about = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return parquet(len(lat), about, lat=lat, lon=lon, geometry=points)


def dictionary_bomb(rows: int = 400_000) -> bytes:
    ship = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array(["x" * 5_000]))
    return parquet(rows, mmsi=ship)


def quote_never_closed() -> bytes:
    """100 MB after a quote."""
    return table(GOOD).ljust(100, b"\n") + b'"219000001,' + (GOOD.encode() + b"\n") * 3_703_704


def speeds(head: str, values: Iterable[str]) -> bytes:
    return table(*(f"{GOOD},{value}" for value in values), head=f"{HEAD},{head}")


CASES = {
    "21": Bad(
        lambda: [
            table("219000001;2021-03-20 00:22:11;55,1;12,1", head=HEAD.replace(",", ";")),
            b"\xef\xbb\xbf" + table(GOOD),
            table(GOOD, encoding="utf-16"),
            *(table(f"{GOOD},{name}", head=f"{HEAD},name", encoding=code) for name, code in (("나진", "cp949"), ("МАРИЯ", "cp1251"))),
        ],
        5,
        note="replaced by the replacement character",
        shows=lambda read: set(zip(read.column("lat_deg"), read.column("lon_deg"), strict=True)) == {(55.1, 12.1)}
        and len(read.vessels) == 2 and all("\ufffd" in row["name"] for row in read.vessels),
    ),
    "22": Bad(
        lambda: [
            table(*(f"219000001,{time},1,2" for time in ("2021-03-28 02:30:00", "2021-10-31 02:30:00", "2021-10-31 03:30:00",
                                                         "10/31/2021 12:05:00 AM", "44275.5", "2021-03-20"))),
            table("219000001,03/04/2021 00:22,1,2"),
        ],
        2,
        {"local_time_skipped": 1, "local_time_repeated": 1, "excel_serial_date": 1, "time_without_clock": 1},
        failed=("AmbiguousDates",),
        note="read as Europe/Copenhagen",
        options={"timezone": "Europe/Copenhagen"},
        shows=lambda read: [time.isoformat() for time in read.column("time_utc")] == ["2021-10-31T02:30:00+00:00", "2021-10-30T22:05:00+00:00"],
    ),
    "23": Bad(
        lambda: [table(GOOD, head=HEAD.upper()), table(GOOD + ",1", head=f"{HEAD},LAT_DEG"), table(GOOD, head="mmsi,when,north,east")],
        1,
        failed=("MissingColumns", "MissingColumns"),
    ),
    "24": Bad(lambda: [table(GOOD, f'219000001,"{TIME}",1,2'), quote_never_closed()], 2, failed=("InputTooLarge",)),
    "25": Bad(
        lambda: [
            table(GOOD, f"219000001,{TIME},131.4,43.1"),
            table(*[f"219000001,{TIME},131.4,43.1"] * 9),
            table(*[f"219000001,{TIME},12.1,55.1"] * 9),
        ],
        10,
        {"lat_out_of_range": 1},
        failed=("InvalidPosition",),
    ),
    "26": Bad(
        lambda: [speeds("sog", ["12.5", "102.3", "1023"]), speeds("speed_ms", ["10"]), speeds("speed", ["12"]), speeds("speed_kmh", ["1"])],
        5,
        failed=("AmbiguousUnits",),
        note="1 values of `sog` out of range were read as not available, the first in row 3",
        shows=lambda read: sorted(round(s, 2) for s in read.column("speed_kn") if s is not None) == [0.54, 12.5, 19.44]
        and sum(bool(flags & Flag.NO_SPEED) for flags in read.column("flags")) == 1,
    ),
    "27": Bad(
        lambda: [
            table(*(f"{mmsi},{TIME},1,2" for mmsi in ("1.23E8", "2.19E+08", "219000001.0", "12345678", "012345678"))),
            parquet(2, mmsi=[219000001.0, float("nan")]),
            parquet(3, mmsi=pa.array([219000001.0, 17.0, None], pa.float32())),
            parquet(t=pa.array([1616199731.0], pa.float32())),
        ],
        5,
        {"vessel_id_damaged": 3, "no_vessel_id": 2},
        failed=("NoUsableRows",),
        note="were read as whole numbers",
        shows=lambda read: sorted(read.column("vessel_id")) == ["012345678", "12345678", "17", "219000001", "219000001"],
    ),
    "28": Bad(lambda: [b"", table(), table(GOOD).rstrip()], 1, failed=("EmptyInput", "EmptyInput")),
    "29": Bad(
        lambda: [
            parquet()[:-4] + b"XXXX",
            parquet(lat=pa.array([[55.1]])),
            dictionary_bomb(),
            geoparquet("EPSG:3857", [5e6], [1.3e7]),
            geoparquet(None, [55.1], [12.1]),
        ],
        1,
        failed=("TruncatedInput", "MissingColumns", "InputTooLarge", "NoUsableRows"),
        note="columns not read: geometry",
    ),
    "30": Bad(
        lambda: [table(GOOD, *(f"219000001,{TIME},{lat},{lon}" for lat, lon in (("NaN", "1"), ("1", "-inf"), ("1e999", "1"), ("1", "")))),
                 parquet(3, lat=[55.1, float("nan"), None])],
        2,
        {"lat_not_a_number": 3, "lon_not_a_number": 1, "no_position": 2},
    ),
}  # fmt: skip


@pytest.mark.parametrize("number", CASES)
def test_a_bad_table_gives_what_can_be_used_and_says_what_cannot(tmp_path: Path, number: str) -> None:
    judge(CASES[number], tmp_path)
