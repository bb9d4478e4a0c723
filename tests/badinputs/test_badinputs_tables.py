"""Bad position tables, one generator for each, with the error or the rejects that must come of it.

The number before the dot is the class of the input: 17 order and repeats, 20 compression, 21 encodings and decimal
marks, 22 times, 23 columns, 24 quotes, 25 swapped places, 26 units, 27 damaged ids, 28 no content,
29 Parquet, 30 no numbers.
"""

from __future__ import annotations

import bz2
import gzip
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rubicon.case import Input
from rubicon.collect.clean import clean
from rubicon.collect.columns import read_positions
from rubicon.errors import RubiconError
from rubicon.schema import Flag

HEAD = b"mmsi,time_utc,lat_deg,lon_deg\n"
ROW = b"219000001,2021-03-20T00:22:11Z,55.1,12.1\n"


def rows(*lines: bytes, head: bytes = HEAD) -> bytes:
    return head + b"".join(line + b"\n" for line in lines) + (ROW if head == HEAD else b"")


def parquet(**columns: Any) -> bytes:
    base = {"mmsi": [219000001], "t": [1616199731], "lat": [55.1], "lon": [12.1]}
    sink = io.BytesIO()
    pq.write_table(pa.table(base | columns), sink)
    return sink.getvalue()


SPEED = b"mmsi,time_utc,lat_deg,lon_deg,speed\n"
LOCAL = b"219000001,2021-03-28 02:30:00,1,2", b"219000001,2021-10-31 02:30:00,1,2"

ERRORS: dict[str, tuple[Callable[[], bytes], str, dict[str, Any]]] = {
    "20.gzip cut": (lambda: gzip.compress(rows(ROW))[:-9], "TruncatedInput", {}),
    "20.bzip2 cut": (lambda: bz2.compress(rows(ROW))[:-9], "TruncatedInput", {}),
    "20.gzip bomb": (lambda: gzip.compress(HEAD + b"\n" * (1 << 27)), "InputTooLarge", {}),
    "21.utf-16 without mark": (lambda: rows(ROW).decode().encode("utf-16-le"), "UnknownFormat", {}),
    "22.both orders": (lambda: rows(b"219000001,03/04/2021 00:22,1,2", head=HEAD), "AmbiguousDates", {}),
    "22.contradicting orders": (
        lambda: rows(b"219000001,13/04/2021 00:22,1,2", b"219000001,04/13/2021 00:22,1,2"),
        "AmbiguousDates",
        {},
    ),
    "22.unknown zone": (lambda: rows(*LOCAL), "OptionError", {"timezone": "Mars/Base"}),
    "23.missing columns": (lambda: rows(head=b"mmsi,when,north,east\n"), "MissingColumns", {}),
    "23.duplicate columns": (lambda: rows(head=b"mmsi,t,LAT,lat,lon\n"), "MissingColumns", {}),
    "24.quote never closed": (lambda: HEAD + ROW + b'"219000001,' + ROW * 9, "TruncatedInput", {}),
    "24.field of 100 MB": (lambda: HEAD + b'"' + b"x" * 100_000_000, "InputTooLarge", {}),
    "25.swapped": (lambda: HEAD + b"219000001,2021-03-20T00:22:11Z,131.4,43.1\n" * 9, "InvalidPosition", {}),
    "26.unit not stated": (lambda: rows(head=SPEED), "AmbiguousUnits", {}),
    "28.empty": (lambda: b"", "EmptyInput", {}),
    "28.empty after decompression": (lambda: gzip.compress(b""), "EmptyInput", {}),
    "28.header only": (lambda: HEAD, "EmptyInput", {}),
    "28.noise": (lambda: bytes(range(256)) * 64, "UnknownFormat", {}),
    "29.wrong footer": (lambda: parquet()[:-4] + b"XXXX", "TruncatedInput", {}),
    "29.head alone": (lambda: b"PAR1", "TruncatedInput", {}),
    "29.nested": (lambda: parquet(lat=pa.array([{"deg": 1}])), "MissingColumns", {}),
    "29.metres for degrees": (lambda: parquet(lat=[5e6], lon=[1.3e7]), "NoUsableRows", {}),
    "29.dictionary bomb": (
        lambda: parquet(
            mmsi=pa.DictionaryArray.from_arrays(pa.array([0] * 400_000), pa.array(["x" * 5_000])),
            t=pa.array([1616199731] * 400_000),
            lat=pa.array([1.0] * 400_000),
            lon=pa.array([1.0] * 400_000),
        ),
        "InputTooLarge",
        {},
    ),
    "30.no numbers at all": (lambda: HEAD + b"219000001,2021-03-20T00:22:11Z,nan,inf\n", "NoUsableRows", {}),
}

REJECTS: dict[str, tuple[Callable[[], bytes], dict[str, int], dict[str, Any]]] = {
    "20.trailing garbage": (lambda: gzip.compress(rows(ROW.strip())) + b"garbage", {}, {}),
    "20.mixed members": (lambda: gzip.compress(rows(ROW.strip())) + bz2.compress(ROW), {}, {}),
    "21.decimal comma": (
        lambda: b"mmsi;t;lat;lon\n219000001;2021-03-20 00:22;55,1;12,1\n",
        {},
        {},
    ),
    "21.utf-16": (lambda: rows(ROW.strip()).decode().encode("utf-16"), {}, {}),
    "21.byte-order mark": (lambda: b"\xef\xbb\xbf" + rows(ROW.strip()), {}, {}),
    "21.cp949": (
        lambda: rows("219000001,2021-03-20T00:22:11Z,1,2,나진".encode("cp949"), head=HEAD[:-1] + b",name\n"),
        {},
        {},
    ),
    "22.clock change": (
        lambda: rows(*LOCAL),
        {"local_time_skipped": 1, "local_time_repeated": 1},
        {"timezone": "Europe/Copenhagen"},
    ),
    "22.spreadsheet days": (lambda: rows(b"219000001,44275.5,1,2"), {"excel_serial_date": 1}, {}),
    "22.twelve hours": (
        lambda: rows(b"219000001,03/20/2021 12:22:11 AM,1,2", b"219000001,03/20/2021 13:22:11 PM,1,2"),
        {"time_not_read": 1},
        {},
    ),
    "23.case": (lambda: rows(ROW.strip(), head=HEAD.upper()), {}, {}),
    "24.too few and too many fields": (
        lambda: rows(b"219000001", b"1,2,3,4,5"),
        {"wrong_number_of_fields": 2},
        {},
    ),
    "27.floats": (lambda: rows(b"219000001.0,2021-03-20T00:22:11Z,1,2"), {}, {}),
    "27.exponent": (lambda: rows(b"1.23E+08,2021-03-20T00:22:11Z,1,2"), {"vessel_id_damaged": 1}, {}),
    "27.leading zero": (lambda: rows(b"012345678,2021-03-20T00:22:11Z,1,2"), {}, {}),
    "28.blank lines": (lambda: b"\n".join([HEAD, ROW, b"\r\n \n"]), {"wrong_number_of_fields": 1}, {}),
    "28.one row": (lambda: HEAD + ROW.strip(), {}, {}),
    "30.no numbers": (
        lambda: rows(b"219000001,2021-03-20T00:22:11Z,nan,1", b"219000001,2021-03-20T00:22:11Z,1,-inf"),
        {"lat_not_a_number": 1, "lon_not_a_number": 1},
        {},
    ),
}


def read(folder: Path, content: bytes, options: dict[str, Any]) -> Any:
    path = folder / "table"
    path.write_bytes(content)
    return read_positions(path, Input(**({"file": "", "format": ""} | options)), strict_header=False)


@pytest.mark.parametrize("name", ERRORS)
def test_a_file_that_cannot_be_used_is_named_with_its_place(tmp_path: Path, name: str) -> None:
    make, code, options = ERRORS[name]
    with pytest.raises(RubiconError) as caught:
        read(tmp_path, make(), options)
    assert caught.value.code == code
    assert caught.value.place.startswith(options.get("timezone", str(tmp_path / "table")))
    assert caught.value.reason


@pytest.mark.parametrize("name", REJECTS)
def test_a_row_that_cannot_be_used_is_counted_and_the_rest_goes_on(tmp_path: Path, name: str) -> None:
    make, expected, options = REJECTS[name]
    made = read(tmp_path, make(), options)
    assert Counter(made.rejects["reason"].to_pylist()) == expected
    assert made.positions.num_rows >= 1
    assert made.positions.num_rows + made.rejects.num_rows == made.messages


def test_17_unsorted_and_repeated_rows(tmp_path: Path) -> None:
    later = ROW.replace(b"00:22", b"00:23")
    made = read(tmp_path, HEAD + later + ROW + later + ROW, {})
    cleaned, rejects = clean(made.positions)
    assert cleaned["offset"].to_pylist() == [2, 4, 1, 3]
    assert cleaned["flags"].to_pylist() == [0, Flag.DUPLICATE, 0, Flag.DUPLICATE]
    assert rejects.num_rows == 0
