"""Delimited text becomes positions; a bad cell is a reject, never an error of the file."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from table_files import GOOD, HEADER, TIME, read, reasons, row

from rubicon.collect import blocks
from rubicon.errors import InputTooLarge, InvalidPosition, TruncatedInput
from rubicon.schema import POSITION, REJECT, VESSEL, Flag


def test_a_full_row(tmp_path: Path) -> None:
    made = read(tmp_path, HEADER + GOOD)
    assert made.positions.schema.equals(POSITION)
    assert made.rejects.schema.equals(REJECT)
    assert made.vessels.schema.equals(VESSEL)
    found = row(made)
    assert (found["vessel_id"], found["lat_deg"], found["lon_deg"]) == ("219000001", 55.1, 12.1)
    assert (found["speed_kn"], found["course_deg"], found["heading_deg"]) == (10.5, 90.0, 91.0)
    assert (found["flags"], found["offset"], found["nav_status"]) == (0, 1, None)
    assert found["time_utc"].isoformat() == "2021-03-20T00:22:11+00:00"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_delimiters_line_ends_and_encodings(tmp_path: Path, mark: str, end: str, encoding: str) -> None:
    text = (HEADER + GOOD * 3).replace(",", mark).replace("\n", end)
    made = read(tmp_path, text.encode(encoding))
    assert made.positions["offset"].to_pylist() == [1, 2, 3]
    assert row(made, 2)["lat_deg"] == 55.1


@pytest.mark.parametrize(("encoding", "name"), [("cp949", "나진"), ("cp1251", "Ангара"), ("latin-1", "Ærø")])
def test_other_encodings_lose_letters_and_no_number(tmp_path: Path, encoding: str, name: str) -> None:
    made = read(tmp_path, f"mmsi,t,lat,lon,name\n219000001,{TIME},55.1,12.1,{name}\n".encode(encoding))
    assert row(made)["lat_deg"] == 55.1
    assert "\ufffd" in made.vessels["name"][0].as_py()
    assert any("not UTF-8" in note for note in made.notes)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (f",{TIME},1,2", "no_vessel_id"),
        (f"4.16E8,{TIME},1,2", "vessel_id_damaged"),
        (f"416000000.5,{TIME},1,2", "vessel_id_damaged"),
        ("219000001,,1,2", "no_time"),
        ("219000001,44275.5,1,2", "excel_serial_date"),
        ("219000001,soon,1,2", "time_not_read"),
        (f"219000001,{TIME},,2", "no_position"),
        (f"219000001,{TIME},1,null", "no_position"),
        (f"219000001,{TIME},nan,2", "lat_not_a_number"),
        (f"219000001,{TIME},1,-inf", "lon_not_a_number"),
        (f"219000001,{TIME},1,1e400", "lon_not_a_number"),
        (f"219000001,{TIME},north,2", "lat_not_a_number"),
        (f"219000001,{TIME},91,181", "position_not_available"),
        (f"219000001,{TIME},90.01,2", "lat_out_of_range"),
        (f"219000001,{TIME},1,-180.01", "lon_out_of_range"),
    ],
)
def test_a_bad_cell_is_a_reject_with_row_reason_value_and_text(
    tmp_path: Path, cells: str, reason: str
) -> None:
    made = read(tmp_path, HEADER + GOOD + f"{cells},,,\n" + GOOD)
    assert reasons(made) == [(2, reason)]
    reject = made.rejects.to_pylist()[0]
    assert reject["raw"] == f"{cells},,,"
    assert reject["detail"].partition("=")[0] in HEADER
    assert made.positions["offset"].to_pylist() == [1, 3]
    assert made.messages == 3


def test_rows_of_another_width_are_rejects_and_keep_their_numbers(tmp_path: Path) -> None:
    nameless = f",{TIME},1,2,,,"
    made = read(
        tmp_path, f"{HEADER}{nameless}\n1,2\n\n{GOOD}{GOOD.strip()},8\nx,{TIME},1,2,,,\r\n{nameless}\n"
    )
    assert made.positions["offset"].to_pylist() == [3, 5]
    wrong = "wrong_number_of_fields"
    assert reasons(made) == [(1, "no_vessel_id"), (2, wrong), (4, wrong), (6, "no_vessel_id")]
    assert made.rejects["raw"].to_pylist() == [nameless, "1,2", GOOD.strip() + ",8", nameless]
    assert made.messages == 6


def test_speed_course_and_heading_out_of_range_are_null_and_counted(tmp_path: Path) -> None:
    start = f"219000001,{TIME},1,2"
    made = read(
        tmp_path,
        f"{HEADER}{start},102.3,360,511\n{start},-0.1,-49.6,400\n{start},120,1,359.9\n{start},nan,,null\n",
    )
    assert made.positions["speed_kn"].to_pylist() == [None] * 4
    assert made.positions["course_deg"].to_pylist() == [None, None, 1.0, None]
    assert made.positions["heading_deg"].to_pylist() == [None, None, 359.9, None]
    assert made.positions["flags"].to_pylist() == [Flag.NO_SPEED, 0, 0, 0]
    assert [note for note in made.notes if "out of range" in note] == [
        "2 values of `sog` out of range were read as not available, the first in row 2",
        "1 values of `cog` out of range were read as not available, the first in row 2",
        "1 values of `heading` out of range were read as not available, the first in row 2",
    ]


@pytest.mark.parametrize("cell", ["fast", "inf", "-inf", "1e999"])
def test_a_speed_that_is_no_number_is_a_reject(tmp_path: Path, cell: str) -> None:
    assert reasons(read(tmp_path, f"{HEADER}{GOOD}219000001,{TIME},1,2,{cell},,\n")) == [
        (2, "speed_not_a_number")
    ]


def test_metres_per_second_become_knots(tmp_path: Path) -> None:
    made = read(tmp_path, f"id,t,lat,lon,speed_ms\na,{TIME},1,2,5.144444444\n")
    assert row(made)["speed_kn"] == pytest.approx(10, abs=1e-8)


@pytest.mark.parametrize(
    ("header", "ship", "flagged"),
    [
        ("mmsi", "219000001", False),
        ("mmsi", "019000001", True),
        ("mmsi", "111111111", True),
        ("mmsi", "002190047", True),
        ("mmsi", "21900000", True),
        ("mmsi", "1", True),
        ("id", "1", False),
        ("id", "shipA", False),
        ("id", "9074729", False),
        ("id", "012345678", True),
        ("id", "2190000011", True),
        ("id", "219000001", False),
    ],
)
def test_only_a_number_that_looks_like_an_mmsi_is_doubted(
    tmp_path: Path, header: str, ship: str, flagged: bool
) -> None:
    made = row(read(tmp_path, f"{header},t,lat,lon\n{ship},{TIME},1,2\n"))
    assert made["vessel_id"] == ship
    assert bool(made["flags"] & Flag.MMSI_NOT_A_SHIP) == flagged


def test_ship_numbers_written_as_floats_are_whole_and_said(tmp_path: Path) -> None:
    made = read(tmp_path, f"mmsi,t,lat,lon\n416000000.0,{TIME},1,2\n 416000001 ,{TIME},0,0\n")
    assert made.positions["vessel_id"].to_pylist() == ["416000000", "416000001"]
    assert made.positions["flags"].to_pylist() == [0, Flag.NULL_ISLAND]
    assert any("416000000.0" in note for note in made.notes)


def test_a_decimal_comma_is_proven_or_refused(tmp_path: Path) -> None:
    proven = read(tmp_path, f"mmsi;t;lat;lon;sog\n219000001;{TIME};55,1;12,1;10,5\n219000001;{TIME};55;12;\n")
    assert (row(proven)["lat_deg"], row(proven)["speed_kn"], row(proven, 1)["lat_deg"]) == (55.1, 10.5, 55.0)
    assert any("decimal mark is a comma" in note for note in proven.notes)
    quoted = read(tmp_path, f'mmsi,t,lat,lon\n219000001,{TIME},"55,1","12,1"\n')
    assert row(quoted)["lon_deg"] == 12.1
    mixed = f"mmsi;t;lat;lon\n219000001;{TIME};55,1;12,1\n219000001;{TIME};55.1;12.1\n"
    assert reasons(read(tmp_path, mixed)) == [(1, "lat_not_a_number")]
    assert reasons(read(tmp_path, mixed, decimal=",")) == []


def swapped(share: float, rows: int = 50) -> str:
    lines = [f"1,{TIME},{131 + i / 100 if i < share * rows else 42},{43 + i / 100}\n" for i in range(rows)]
    return "id,t,lat,lon\n" + "".join(lines)


def test_columns_that_look_swapped_are_an_error_and_stay_as_they_are(tmp_path: Path) -> None:
    with pytest.raises(InvalidPosition, match=r"look swapped: 50 of 50.*--map lat_deg=lon,lon_deg=lat"):
        read(tmp_path, swapped(1.0))
    with pytest.raises(InvalidPosition):
        read(tmp_path, swapped(0.3))
    assert reasons(read(tmp_path, swapped(0.04))) == [(1, "lat_out_of_range"), (2, "lat_out_of_range")]


def test_ships_beyond_90_east_show_that_nothing_is_swapped(tmp_path: Path) -> None:
    healthy = f"1,{TIME},43,131\n" * 7
    made = read(tmp_path, "id,t,lat,lon\n" + healthy + f"1,{TIME},131,43\n" * 3)
    assert made.positions.num_rows == 7


def test_bad_latitudes_that_would_not_fit_swapped_are_rejects(tmp_path: Path) -> None:
    made = read(tmp_path, "id,t,lat,lon\n" + f"1,{TIME},131,143\n" * 9 + f"1,{TIME},1,2\n")
    assert made.rejects.num_rows == 9


def test_navigational_status_by_number_and_by_name(tmp_path: Path) -> None:
    lines = [f"219000001,{TIME},1,2,{s}\n" for s in ("0", "Under way using engine", "Moored", "16", "?", "")]
    made = read(tmp_path, "mmsi,t,lat,lon,Navigational status\n" + "".join(lines))
    assert made.positions["nav_status"].to_pylist() == [0, 0, 5, None, None, None]


def test_blocks_of_blank_lines_hold_no_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 64)
    made = read(tmp_path, HEADER + "\n" * 300 + GOOD + "\r\n" * 300 + GOOD)
    assert made.positions["offset"].to_pylist() == [1, 2]


def test_a_station_is_kept(tmp_path: Path) -> None:
    assert row(read(tmp_path, f"mmsi,t,lat,lon,receiver\n219000001,{TIME},1,2,SIM1\n"))["receiver"] == "SIM1"


def test_dates_are_settled_over_the_whole_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 40)
    early = "".join(f"a,0{month}/04/2021 00:22,1,2\n" for month in range(1, 9))
    made = read(tmp_path, f"id,t,lat,lon\n{early}a,13/04/2021 00:22,1,2\n")
    assert row(made)["time_utc"].isoformat() == "2021-04-01T00:22:00+00:00"
    assert any("row 9" in note for note in made.notes)
    stated = read(tmp_path, f"id,t,lat,lon\n{early}", dates="month-first")
    assert row(stated)["time_utc"].isoformat() == "2021-01-04T00:22:00+00:00"


def test_quotes_hide_delimiters_and_line_ends(tmp_path: Path) -> None:
    lines = f'219000001,{TIME},1,2,"A\nB"\n219000001,{TIME},x,2,"C ""D"", E"\n219000001,{TIME},1,2,F"G\n'
    made = read(tmp_path, "mmsi,t,lat,lon,name\n" + lines)
    assert made.vessels["name"].to_pylist() == ["A\nB", 'C "D", E', 'F"G']
    assert reasons(made) == [(2, "lat_not_a_number")]


@pytest.mark.parametrize("after", [0, 5])
def test_a_quote_that_is_never_closed_names_its_line(tmp_path: Path, after: int) -> None:
    with pytest.raises(TruncatedInput) as caught:
        read(tmp_path, HEADER + GOOD + f'219000001,"{TIME},1,2,,,\n' + GOOD * after)
    assert caught.value.place.endswith("table:3")


def test_a_quote_that_opens_the_last_field_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(TruncatedInput) as caught:
        read(tmp_path, HEADER + GOOD + GOOD.strip() + '"\n' + GOOD.replace(",91", ',"91').strip())
    assert caught.value.place.endswith("table:4")


def test_a_field_over_the_limit_names_its_line(tmp_path: Path) -> None:
    for long in ('9,"' + "x" * 1_100_000, "x" * 1_100_000 + "\n", '9,"' + GOOD * 30_000 + '",1,1,1,1,1\n'):
        with pytest.raises(InputTooLarge) as caught:
            read(tmp_path, HEADER + GOOD + long)
        assert caught.value.place.endswith("table:3")


def test_a_statement_is_remembered_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 64)
    made = read(tmp_path, "mmsi,t,lat,lon,name\n" + f"219000001,{TIME},1,2,ANGARA\n" * 20)
    assert made.vessels["offset"].to_pylist() == [1]


def test_identity_columns_become_one_statement_each(tmp_path: Path) -> None:
    header = "MMSI,BaseDateTime,LAT,LON,VesselName,IMO,CallSign,VesselType,Length,Width,Draft\n"
    full = f"219000001,{TIME},1,2,ANGARA,IMO9074729,UBCD,70,100,20,6.5\n"
    lines = [
        full,
        full,
        full.replace("6.5", "7.5"),
        full.replace("9074729", "9074728").replace(",1,2,", ",91,181,"),
        f"219000002,{TIME},1,2,Unknown,IMO0000000,,,0,0,\n",
        full.replace(TIME, "soon"),
    ]
    found = read(tmp_path, header + "".join(lines)).vessels.to_pylist()
    assert [(v["offset"], v["imo"], v["imo_valid"], v["draught_m"]) for v in found] == [
        (1, "9074729", True, 6.5),
        (3, "9074729", True, 7.5),
        (4, "9074728", False, 6.5),
    ]
    first = found[0]
    assert (first["mmsi"], first["name"], first["call_sign"], first["ship_type"]) == (
        "219000001",
        "ANGARA",
        "UBCD",
        "70",
    )
    assert (first["length_m"], first["beam_m"], first["flag"]) == (100.0, 20.0, None)


def test_notes_of_the_stream_are_passed_on(tmp_path: Path) -> None:
    made = read(tmp_path, gzip.compress((HEADER + GOOD).encode()) + b"junk")
    assert any("4 bytes after the end" in note for note in made.notes)
