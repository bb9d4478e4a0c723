"""The NMEA source: every sentence ends as part of a message or as a reject with its reason."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from naive import nmea_writer as write
from naive.nmea_log import AT, C, Result, one, read_log
from rubicon.case import Input
from rubicon.collect.sources import nmea
from rubicon.errors import EmptyInput, NoUsableRows, TruncatedInput
from rubicon.provenance import source_file
from rubicon.schema import Flag

Read = Callable[..., Result]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a log made of lines."""
    return partial(read_log, tmp_path)


def test_position_of_class_a(read: Read) -> None:
    sentence = one(write.class_a(status=5))
    (row,) = read("# a comment", sentence).positions
    assert row | {"source_id": ""} == {
        "vessel_id": "273000001", "time_utc": AT, "lat_deg": 43.0, "lon_deg": 130.0, "speed_kn": 12.3, "course_deg": 224.0,
        "heading_deg": 215.0, "nav_status": 5, "message_type": 1, "receiver": "AI", "flags": 0, "source_id": "",
        "offset": len("# a comment\n") + len(C),
    }  # fmt: skip


def test_positions_of_class_b_and_long_range(read: Read) -> None:
    b, extended, far = read(
        one(write.class_b()), one(write.class_b_extended()), one(write.long_range())
    ).positions
    assert (b["message_type"], b["lat_deg"], b["speed_kn"], b["nav_status"]) == (18, 43.0, 5.0, None)
    assert (extended["message_type"], extended["lon_deg"], extended["heading_deg"]) == (19, 130.0, 91.0)
    assert (far["lat_deg"], far["lon_deg"], far["speed_kn"], far["course_deg"]) == (43.0, 130.0, 12.0, 224.0)
    assert (far["nav_status"], far["heading_deg"]) == (5, None)


def test_statements_of_identity(read: Read) -> None:
    result = read(
        one(write.static()), one(write.class_b_extended()), one(write.part_a()), one(write.part_b())
    )
    a, extended, name, craft = result.vessels
    assert a | {"source_id": "", "offset": 0} == {
        "vessel_id": "273000001", "time_utc": AT, "imo": "9074729", "imo_valid": True, "mmsi": "273000001", "name": "FICTION",
        "call_sign": "UABC", "flag": None, "ship_type": "70", "length_m": 120.0, "beam_m": 18.0, "draught_m": 6.5,
        "destination": "VOSTOCHNY", "source_id": "", "offset": 0,
    }  # fmt: skip
    assert (extended["name"], extended["ship_type"], extended["length_m"], extended["imo"]) == (
        "EXTENDED",
        "37",
        15.0,
        None,
    )
    assert (name["name"], name["call_sign"], name["length_m"]) == ("SMALL CRAFT", None, None)
    assert (craft["name"], craft["call_sign"], craft["length_m"], craft["beam_m"]) == (
        None,
        "UB123",
        12.0,
        4.0,
    )
    assert result.messages == 4


def test_mother_ship_number_is_no_dimension(read: Read) -> None:
    (row,) = read(one(write.part_b(mmsi=982730000))).vessels
    assert (row["call_sign"], row["length_m"], row["beam_m"]) == ("UB123", None, None)


@pytest.mark.parametrize(
    ("imo", "stated", "valid"),
    [
        (9074729, "9074729", True),
        (9074728, "9074728", False),
        (0, None, None),
        (1, "0000001", False),
        (1073741823, "1073741823", False),
    ],
)
def test_imo_number(read: Read, imo: int, stated: str | None, valid: bool | None) -> None:
    (row,) = read(one(write.static(imo=imo))).vessels
    assert (row["imo"], row["imo_valid"]) == (stated, valid)


@pytest.mark.parametrize(
    ("mmsi", "flagged"),
    [(273000001, False), (200000000, False), (799999999, False), (0, True), (111111111, True), (123456789, True), (27300000, True),
     (2734000, True), (992734000, True), (111273001, True), (982730000, True), (970123456, True), (812345678, True)],
)  # fmt: skip
def test_mmsi_that_no_ship_holds_is_kept_and_flagged(read: Read, mmsi: int, flagged: bool) -> None:
    (row,) = read(one(write.class_a(mmsi))).positions
    assert row["vessel_id"] == f"{mmsi:09d}"
    assert bool(row["flags"] & Flag.MMSI_NOT_A_SHIP) is flagged


def test_mmsi_of_ten_digits_is_refused(read: Read) -> None:
    (row,) = read(one(write.class_a(1_000_000_000))).rejects
    assert row["reason"] == "bad_mmsi"
    assert "1000000000" in row["detail"]


def test_sentinels(read: Read) -> None:
    result = read(
        one(write.class_a(speed=1023, heading=511, course=3600)),
        one(write.class_a(speed=1022, heading=359, course=3599)),
        one(write.long_range(speed=63, course=511)),
        one(write.class_a(lat=54_600_000)), one(write.class_b(lon=108_600_000)), one(write.long_range(lat=54_600)),
        one(write.class_a(lat=54_000_001)), one(write.class_a(lon=-108_000_001)),
    )  # fmt: skip
    silent, full, far = result.positions
    assert [silent[key] for key in ("speed_kn", "heading_deg", "course_deg", "flags")] == [
        None,
        None,
        None,
        Flag.NO_SPEED,
    ]
    assert [full[key] for key in ("speed_kn", "heading_deg", "course_deg", "flags")] == [
        102.2,
        359.0,
        359.9,
        0,
    ]
    assert [far[key] for key in ("speed_kn", "course_deg", "flags")] == [None, None, Flag.NO_SPEED]
    assert result.reasons == {"no_position": 3, "bad_position": 2}


def test_poles_and_date_line_are_positions(read: Read) -> None:
    rows = read(
        one(write.class_a(lat=54_000_000, lon=-108_000_000)),
        one(write.class_a(lat=-54_000_000, lon=108_000_000)),
    )
    assert [(row["lat_deg"], row["lon_deg"]) for row in rows.positions] == [(90.0, -180.0), (-90.0, 180.0)]


def test_null_island_is_kept_and_flagged(read: Read) -> None:
    (row,) = read(one(write.class_a(lat=0, lon=0))).positions
    assert row["flags"] == Flag.NULL_ISLAND


def test_own_ship_and_any_talker(read: Read) -> None:
    rows = read(*[one(write.class_a(), head=head) for head in ("AIVDO", "BSVDM", "--VDM", "SAVDM")]).positions
    assert [(row["receiver"], row["flags"]) for row in rows] == [
        ("AI", Flag.OWN_SHIP),
        ("BS", 0),
        ("--", 0),
        ("SA", 0),
    ]


@pytest.mark.parametrize("kind", [*range(1, 28)])
def test_every_type_is_a_message(read: Read, kind: int) -> None:
    result = read(one(write.bits((kind, 6), (0, 2), (273000001, 30)) + "0" * 386))
    assert (result.messages, result.rejects) == (1, [])


@pytest.mark.parametrize("kind", [0, *range(28, 64)])
def test_unknown_types_are_refused(read: Read, kind: int) -> None:
    result = read(one(write.bits((kind, 6), (0, 2), (273000001, 30)) + "0" * 386))
    assert (result.messages, result.reasons) == (1, {"unknown_type": 1})


def test_unknown_part_of_type_24_is_refused(read: Read) -> None:
    assert read(one(write.bits((24, 6), (0, 2), (273000001, 30), (2, 2)) + "0" * 128)).reasons == {
        "unknown_type": 1
    }


@pytest.mark.parametrize(
    ("bits", "usable"),
    [
        (write.class_a(), True), (write.class_a()[:149], True), (write.class_a()[:148], False),
        (write.static(length=424), True), (write.static(length=422), True), (write.static(length=420), True),
        (write.part_a(), True), (write.part_a() + "0" * 8, True), (write.part_a()[:154], False),
        (write.part_b(), True), (write.part_b()[:156], False),
        (write.long_range(), True), (write.long_range() + "0" * 72, True), (write.long_range()[:90], False),
        (write.class_b_extended(), True), (write.class_b_extended()[:300], False),
        ("", False), ("000001", False),
    ],
)  # fmt: skip
def test_lengths_of_real_receivers(read: Read, bits: str, usable: bool) -> None:
    result = read(one(bits))
    assert (
        len(result.positions) + len(result.vessels) > 0 if usable else result.reasons == {"short_payload": 1}
    )


def test_checksums(read: Read) -> None:
    good = write.sentence("13aDp<PP000IwSlN?Wm@0?wN2<1T")
    result = read(
        C + good,
        C + good[:-2] + good[-2:].lower(),
        C + good[:-2] + "00",
        good[:-3],
        good[:-1],
        good[:-2] + "G0",
    )
    assert len(result.positions) == 2
    assert result.reasons == {"bad_checksum": 1, "missing_checksum": 3}
    assert (result.sentences, result.messages) == (6, 2)


@pytest.mark.parametrize("body", ["AIVDM,1,1,,A", "AIVDM,x,1,,A,1,0", "AIVDM,1,2,,A,1,0", "AIVDM,0,0,,A,1,0", "AIVDM,1,1,,A,1,0,9",
                                  "AIVDM,", "AIVDM,10,1,,A,1,0", "AIVDM,1,1,x,A,1,0"])  # fmt: skip
def test_malformed_sentences(read: Read, body: str) -> None:
    result = read(write.checked(body))
    assert (result.sentences, result.messages, result.reasons) == (1, 0, {"bad_sentence": 1})


@pytest.mark.parametrize(("payload", "fill"), [("13aDp<PP000IwSlN?Wm@0?wN2<1X", 0), ("13aDp<PP000IwSlN?Wm@0?wN2<1 ", 0),
                                               ("13aDp<PP000IwSlN?Wm@0?wN2<1T", 6), ("13aDp<PP000IwSlN?Wm@0?wN2<1T", ""), ("", 2)])  # fmt: skip
def test_illegal_characters_and_fill_bits(read: Read, payload: str, fill: int | str) -> None:
    result = read(C + write.sentence(payload, fill))
    assert (result.messages, result.reasons) == (1, {"bad_payload": 1})


def test_fill_bits_inside_a_message(read: Read) -> None:
    first, second = write.sentences(write.static(), sequence=1)
    assert read(C + write.checked(first[1:-4] + "2"), C + second).reasons == {"bad_payload": 1}


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"", b"\n\n\r"])
def test_line_ends(read: Read, end: bytes) -> None:
    assert len(read(*[one(write.class_a(kind=kind)) for kind in (1, 2, 3)], end=end).positions) == 3


def test_cut_lines_cost_no_other_sentence(read: Read) -> None:
    whole = one(write.class_a())
    result = read(whole[:-20].encode(), whole, whole, whole[:-20].encode())
    assert (result.sentences, len(result.positions), result.reasons) == (4, 2, {"missing_checksum": 2})


def test_line_without_end_is_refused_once_and_the_rest_is_read(read: Read) -> None:
    whole = one(write.class_a())
    result = read(
        b"x" * 10_000_000 + b"\n", whole, b"!AIVDM,1,1,,A," + b"1" * 3000 + b"\n", whole, b"x" * 40_000_000
    )
    assert (result.sentences, len(result.positions), result.reasons) == (3, 2, {"line_too_long": 3})
    assert all(len(row["raw"]) == 512 for row in result.rejects)


def test_zero_bytes_and_invalid_text(read: Read) -> None:
    whole = one(write.class_a()).encode()
    result = read(
        b"\0" * 5000 + b"\n",
        b"\xff\xfe" + whole + b"\n",
        whole.replace(b"AIVDM,1", b"AIVDM,\xff1") + b"\n",
        whole[:-8] + b"\0" * 8,
    )
    assert len(result.positions) == 1
    assert result.reasons == {"line_too_long": 1, "bad_checksum": 1, "missing_checksum": 1}
    assert result.rejects[1]["raw"].count("\\xff") == 1


def test_station_that_is_no_text_stays_readable(read: Read) -> None:
    body = b"c:1700000000,s:\xff\x00r1"
    parity = 0
    for byte in body:
        parity ^= byte
    whole = b"\\" + body + f"*{parity:02X}\\".encode() + write.sentences(write.class_a())[0].encode()
    assert read(whole).positions[0]["receiver"] == "??r1"


def test_extended_report_without_position_still_states_who_it_is(read: Read) -> None:
    result = read(one(write.class_b_extended(lat=54_600_000)), write.sentences(write.class_b_extended())[0])
    assert ([row["name"] for row in result.vessels], result.reasons) == (
        ["EXTENDED"] * 2,
        {"no_position": 1, "no_time": 1},
    )


def test_name_that_a_spreadsheet_would_run_is_kept_as_stated(read: Read) -> None:
    (row,) = read(one(write.static(name="=CMD()  ")), end=b"\r\n").vessels
    assert row["name"] == "=CMD()"


def test_offsets_count_in_the_decompressed_content(read: Read) -> None:
    whole = write.sentences(write.class_a())[0] + ",1700000000"
    rows = read(whole, whole, whole, packed=True).positions
    assert [row["offset"] for row in rows] == [0, len(whole) + 1, 2 * len(whole) + 2]


def test_rejects_say_where_and_what(read: Read) -> None:
    bad = write.sentences(write.class_a())[0][:-2] + "00"
    result = read("# x", "  " + C + bad)
    assert result.rejects == [
        {"source_id": result.rejects[0]["source_id"], "offset": 6 + len(C), "reason": "bad_checksum",
         "detail": "the checksum does not hold", "raw": C + bad},
    ]  # fmt: skip


def test_lines_that_are_not_ais_are_counted_in_a_note(read: Read) -> None:
    result = read("# comment", "$GPGGA,1", "", "!AIVDX,1,1,,A,1,0*00", one(write.class_a()), "junk")
    assert result.notes == ["3 lines are neither AIS sentences nor comments and were passed over"]


def test_file_without_ais_is_an_error(read: Read) -> None:
    with pytest.raises(NoUsableRows, match="no AIS sentence"):
        read("$GPGGA,1", "hello")
    with pytest.raises(EmptyInput):
        read()


def test_cut_compressed_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(one(write.class_a()).encode() * 50)[:-12])
    with pytest.raises(TruncatedInput):
        list(nmea.read(source_file(path), Input(file="cut.gz", format="nmea")))


@pytest.mark.parametrize(
    ("head", "is_nmea"),
    [
        (b"!AIVDM,1,1,,A,13aDp", True), (b"# x\r\n# y\r\n!BSVDO,2,1,3,B,5", True), (b"$PGHP,1,2010,6,11", True),
        (b"$GPGGA,1\r!--VDM,1,1,,,1", True), (b"\\g:1-2-3,c:1*00\\!AIVDM,2,1,6,A,5", True), (b"\\s:a*00\\\\c:1*00\\!AIVDM,1,1,,A,1", True),
        (b"1700000000 !AIVDM,1,1,,A,1", True), (b"mmsi,lat,lon\n273000001,43,130\n", False), (b"", False), (b"PAR1", False),
        (b"# !AIVDM,1,1,,A,1", False), (b'id,raw\n7,"x !AIVDM,1,1,,A,1"\n', False), (b"$GPGGA,1\n", False),
    ],
)  # fmt: skip
def test_sniff(head: bytes, is_nmea: bool) -> None:
    assert nmea.sniff(head) is is_nmea
