"""A cell means the same whatever stands beside it, and no bytes bring a reader down."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rubicon.case import Input
from rubicon.collect import blocks
from rubicon.collect.blocks import TextBlocks
from rubicon.collect.cells import Faults, ids, numbers
from rubicon.collect.clean import clean
from rubicon.collect.columns import read_positions
from rubicon.collect.opening import Stream, open_stream
from rubicon.collect.times import Times
from rubicon.errors import NoUsableRows, RubiconError
from rubicon.schema import POSITION, Flag, rows_to_table

MODEST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NUMERIC = st.one_of(
    st.floats().map(repr),
    st.integers(-400, 400).map(str),
    st.sampled_from(
        [
            "",
            " 1.5 ",
            "+3",
            ".5",
            "5.",
            "1e3",
            "1E+2",
            "0x10",
            "1_000",
            "1,5",
            "nan",
            "inf",
            "-Infinity",
            "NULL",
        ]
    ),
    st.text(max_size=6),
)
TIMES = st.one_of(
    st.datetimes().map(lambda t: t.isoformat()),
    st.datetimes().map(lambda t: t.strftime("%Y-%m-%d %H:%M")),
    st.datetimes(timezones=st.timezones()).map(lambda t: t.isoformat(" ")),
    st.integers(0, 2 * 10**12).map(str),
    st.sampled_from(["", "2021-03-20", "20/03/2021 00:22", "2021-03-20T24:00:00Z", "2021-03-20T23:59:60Z"]),
    st.text(max_size=20),
)
FIELD = st.text(st.characters(codec="utf-8", exclude_characters="\r\0\ufeff"), max_size=8)


@MODEST
@given(st.lists(NUMERIC, min_size=1, max_size=12))
def test_a_number_does_not_depend_on_its_neighbours(cells: list[str]) -> None:
    together = numbers(pa.array([*cells, "garbage"], pa.string()))
    for i, cell in enumerate(cells):
        alone = numbers(pa.array([cell], pa.string()))
        assert (alone.missing[0], alone.garbage[0]) == (together.missing[i], together.garbage[i]), cell
        np.testing.assert_equal(alone.values[0], together.values[i])


@MODEST
@given(st.lists(TIMES, min_size=1, max_size=12))
def test_a_time_does_not_depend_on_its_neighbours(cells: list[str]) -> None:
    def read(texts: list[str]) -> list[tuple[int, str]]:
        faults = Faults(len(texts))
        made = Times("t", "day-first").read(pa.array(texts, pa.string()), faults)
        return [
            (0, faults.kinds[c - 1][0]) if c else (int(m), "") for c, m in zip(faults.code, made, strict=True)
        ]

    together = read([*cells, "garbage"])
    for i, cell in enumerate(cells):
        assert read([cell]) == [together[i]], cell


@MODEST
@given(st.lists(st.text(max_size=12), min_size=1, max_size=12))
def test_an_id_is_itself_without_blanks_or_a_fault(cells: list[str]) -> None:
    faults = Faults(len(cells))
    made = ids(pa.array(cells, pa.string()), faults, "id").text.to_pylist()
    for cell, name, bad in zip(cells, made, faults.bad, strict=True):
        assert bad or name == cell.strip() or cell.strip().startswith(f"{name}.")


@MODEST
@given(
    st.lists(st.lists(FIELD, min_size=3, max_size=3), min_size=1, max_size=20),
    st.integers(1, 60),
    st.sampled_from(",;\t"),
)
def test_blocks_hold_the_records_that_the_standard_reader_finds(
    rows: list[list[str]], size: int, mark: str
) -> None:
    sink = io.StringIO()
    csv.writer(sink, delimiter=mark, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    stream = Stream(io.BytesIO(sink.getvalue().encode()), [])  # type: ignore[arg-type]
    made_of = TextBlocks(stream, "f", mark.encode(), block_bytes=size)
    made = [
        row
        for block in made_of.records(made_of.chunks())
        for row in csv.reader(io.StringIO(block.decode(), newline=""), delimiter=mark)
    ]
    assert made == rows


@MODEST
@given(st.binary(max_size=300), st.integers(0, 10**6), st.integers(0, 7))
def test_a_damaged_gzip_file_gives_its_content_or_a_named_error(
    tmp_path: Path, data: bytes, at: int, bit: int
) -> None:
    packed = bytearray(gzip.compress(b"1" + data))
    packed[at % len(packed)] ^= 1 << bit
    path = tmp_path / "file"
    path.write_bytes(bytes(packed))
    try:
        with open_stream(path) as stream:
            read = stream.read()
    except RubiconError as error:
        named = error.place
    else:
        named = str(path)
        assert read in (b"1" + data, bytes(packed))
    assert named.startswith(str(path))


@MODEST
@given(
    st.binary(max_size=200),
    st.sampled_from([b"mmsi,t,lat,lon,sog,name\n", b'{"mmsi":1,"t":2,"lat":3,"lon":4}\n', b"PAR1", b""]),
)
def test_any_bytes_end_in_counted_rows_or_a_named_error(tmp_path: Path, data: bytes, start: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(start + data)
    try:
        made = read_positions(path, Input(file="", format=""), strict_header=False)
    except RubiconError:
        return
    assert made.positions.num_rows + made.rejects.num_rows == made.messages
    assert (
        len(set(made.positions["offset"].to_pylist() + made.rejects["offset"].to_pylist())) == made.messages
    )
    made.positions.validate(full=True)


CELLS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2190000010", "219000001", "", "4.1E8"]),
        st.sampled_from(["2021-03-20T00:22:11Z", "1616199731", "44000", "x", "1/2/2021 00:00"]),
        st.sampled_from(["1", "-90", "90.5", "nan", "", "1e9", "31,5"]),
        st.sampled_from(["180", "-181", "inf", "5", "181"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(MODEST, max_examples=20)
@given(CELLS, st.integers(20, 200))
def test_rows_are_positions_or_rejects_whatever_the_block_size(
    tmp_path: Path, rows: list[tuple[str, ...]], size: int
) -> None:
    path = tmp_path / "table"
    path.write_text("id;t;lat;lon\n" + "".join(";".join(row) + "\n" for row in rows))

    def read() -> list[object]:
        options = Input(file="", format="csv", dates="day-first", decimal=".")
        try:
            made = read_positions(path, options, strict_header=False)
        except NoUsableRows as error:
            return [error.reason]
        assert made.positions.num_rows + made.rejects.num_rows == len(rows)
        return [made.positions.to_pylist(), made.rejects.to_pylist()]

    whole = read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_BYTES", size)
        assert read() == whole


SHIP = st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.sampled_from([1.0, 2.0]), st.integers(0, 5))


@MODEST
@given(st.lists(SHIP, max_size=12, unique_by=lambda row: row), st.randoms(use_true_random=False))
def test_cleaning_does_not_depend_on_order_and_loses_nothing(
    rows: list[tuple[str, int, float, int]], random: object
) -> None:
    listed = [
        {
            "vessel_id": ship,
            "time_utc": minute * 60_000_000 + 10**15,
            "lat_deg": lat,
            "lon_deg": 0.0,
            "flags": int(Flag.OWN_SHIP),
            "source_id": "s",
            "offset": offset,
        }
        for ship, minute, lat, offset in rows
    ]
    made, rejects = clean(rows_to_table(listed, POSITION))
    random.shuffle(listed)  # type: ignore[attr-defined]
    again, _ = clean(rows_to_table(listed, POSITION))
    assert made.equals(again)
    assert made.num_rows + rejects.num_rows == len(rows)
    first = [f for f in made["flags"].to_pylist() if not f & Flag.DUPLICATE]
    assert len(first) == len({row[:3] for row in rows})
