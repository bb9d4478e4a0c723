from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from sdn_rows import sdn_row

from rubicon.case import Input
from rubicon.errors import InputTooLarge, ListError
from rubicon.provenance import SourceFile, source_file
from rubicon.schema import LISTING
from rubicon.screen import bounds
from rubicon.screen.lists import ofac_sdn_csv

Read = Callable[..., pa.Table]


def test_a_ship_as_the_treasury_writes_it(read_sdn: Read) -> None:
    remarks = (
        "Vessel Year of Build 1986; Former Vessel Flag Malta; Vessel Registration Identification IMO 8517839; MMSI 273390000; "
        "a.k.a. 'MARIJA'; f.k.a. 'CH'ONG CH'ON'; Linked To: IBEX SHIPPING INC; Linked To: AZIA SHIPPING COMPANY."
    )
    line = sdn_row(
        46773,
        "MARIA",
        remarks=remarks,
        programme="RUSSIA-EO14024",
        call_sign="UBRH7",
        grt="3,100",
        flag="Russia",
        owner="NITC",
    )
    table = read_sdn(line)
    assert table.schema.equals(LISTING)
    (row,) = table.to_pylist()
    assert row["listing_id"] == "ofac-sdn:46773"
    assert (row["list_id"], row["authority"], row["snapshot"]) == (
        "ofac-sdn-csv 2024-01-01 extract",
        "US",
        "2024-01-01",
    )
    assert (row["kind"], row["name"], row["aliases"]) == ("vessel", "MARIA", ["MARIJA", "CH'ONG CH'ON"])
    assert (row["imo"], row["imo_valid"], row["mmsi"], row["call_sign"]) == (
        "8517839",
        True,
        "273390000",
        "UBRH7",
    )
    assert (row["flag"], row["gross_tonnage"], row["program"]) == ("Russia", 3100.0, "RUSSIA-EO14024")
    assert row["linked_to"] == ["NITC", "IBEX SHIPPING INC", "AZIA SHIPPING COMPANY"]
    assert row["remarks"] == remarks
    assert (row["listed_from"], row["offset"]) == ("2024-01-01", 1)


@pytest.mark.parametrize(
    ("text", "imo"),
    [
        ("Vessel Registration Identification IMO  8730455", "8730455"),
        ("Vessel Registration Identification IMO 9256860 (Russia)", "9256860"),
        ("Vessel Registration Identification 8606173.", "8606173"),
        ("Identification Number IMO 9339301", "9339301"),
        ("Vessel Registration Identification IMO 9179843", "9179843"),
        ("Vessel Registration Identification 9179843", None),
        ("Vessel Registration Identification IMO Does not exist", None),
        ("Vessel Registration Identification RS 150443 (Russia)", None),
        ("Vessel Registration Identification 15411 (Malta)", None),
        ("MMSI 273385420", None),
    ],
)
def test_dirty_numbers_are_kept_in_the_remarks(read_sdn: Read, text: str, imo: str | None) -> None:
    (row,) = read_sdn(sdn_row(1, "X", remarks=text)).to_pylist()
    assert row["imo"] == imo
    assert row["imo_valid"] is (None if imo is None else imo != "9179843")
    assert row["remarks"] == text


def test_a_company_number_is_no_ships_number(read_sdn: Read) -> None:
    (row,) = read_sdn(
        sdn_row(1, "IBEX SHIPPING INC", kind="", remarks="Identification Number IMO 5344160.")
    ).to_pylist()
    assert (row["kind"], row["imo"], row["imo_valid"]) == ("company", None, None)


def test_the_linked_owner_in_brackets(read_sdn: Read) -> None:
    (row,) = read_sdn(sdn_row(1, "X", remarks="(Linked To: M LEASING LLC)")).to_pylist()
    assert row["linked_to"] == ["M LEASING LLC"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('1,"X","vessel"\r\n', "row 2: 3 columns, expected 12"),
        (sdn_row(2, "X", kind="submarine"), "row 2: unknown type 'submarine'"),
        (sdn_row(1, "Y"), "entry ofac-sdn:1 stands 2 times"),
        (sdn_row(2, ""), "row 2: entry number '2' with name ''"),
        (sdn_row(2, "X").replace("2,", "two,", 1), "row 2: entry number 'two'"),
        ('2,"X\r\n', "is not CSV"),
    ],
)
def test_a_list_of_another_shape_is_refused(read_sdn: Read, line: str, reason: str) -> None:
    with pytest.raises(ListError, match=reason):
        read_sdn(sdn_row(1, "X"), line)


def options(**more: object) -> Input:
    return Input(file="sdn.csv", format="ofac-sdn-csv", **{"snapshot": "2024-01-01", **more})  # type: ignore[arg-type]


def whole(tmp_path: Path, data: bytes) -> SourceFile:
    path = tmp_path / "sdn.csv"
    path.write_bytes(data)
    return source_file(path)


def test_a_whole_list_that_is_too_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListError, match=r"sdn\.csv: 1 entries, expected 12000 to 40000"):
        ofac_sdn_csv.read(whole(tmp_path, sdn_row(1, "X").encode() + b"\x1a"), options())
    with pytest.raises(ListError, match="expected 8000 to 40000"):
        ofac_sdn_csv.read(whole(tmp_path, sdn_row(1, "X").encode() + b"\x1a"), options(snapshot="2021-08-18"))


def test_a_whole_list_without_its_closing_byte_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListError, match="0x1A"):
        ofac_sdn_csv.read(whole(tmp_path, sdn_row(1, "X").encode()), options())


@pytest.mark.parametrize("data", [b"", b"\xff\xfe1,2", b"not a list"])
def test_what_is_no_list_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ListError):
        ofac_sdn_csv.read(whole(tmp_path, data), options(extract=True))


@pytest.mark.parametrize("snapshot", ["", "2024-13-01", "12/12/2023"])
def test_the_date_of_the_version_must_be_one(tmp_path: Path, snapshot: str) -> None:
    with pytest.raises(ListError, match="YYYY-MM-DD"):
        ofac_sdn_csv.read(whole(tmp_path, sdn_row(1, "X").encode()), options(snapshot=snapshot, extract=True))


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "sdn.csv"
    path.write_bytes(b"x")
    with pytest.raises(InputTooLarge):
        ofac_sdn_csv.read(SourceFile(path, "0" * 64, bounds.MAX_BYTES + 1), options())


def test_names_and_addresses_of_the_other_files(read_sdn: Read, tmp_path: Path) -> None:
    table = read_sdn(sdn_row(36, "AEROCARIBBEAN AIRLINES", kind=""), sdn_row(37, "X", kind=""))
    alt, add = tmp_path / "alt.csv", tmp_path / "add.csv"
    alt.write_bytes(b'36,12,"aka","AERO-CARIBBEAN",-0- \r\n99,1,"aka","STRANGER",-0- \r\n\x1a')
    add.write_bytes(b'36,25,-0- ,"Havana","Cuba",-0- \r\n37,26,-0- ,-0- ,-0- ,-0- \r\n\x1a')
    named, strangers = ofac_sdn_csv.with_aliases(table, source_file(alt))
    assert (named["aliases"].to_pylist(), strangers) == ([["AERO-CARIBBEAN"], []], 1)
    placed, strangers = ofac_sdn_csv.with_addresses(named, source_file(add))
    assert (placed["remarks"].to_pylist(), strangers) == (["Address: Havana, Cuba", None], 0)
    assert placed.schema.equals(LISTING)
