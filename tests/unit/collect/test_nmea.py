"""The NMEA source: every sentence ends as part of a message or as a reject with its reason."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from naive import nmea_writer as write

from rubicon.case import Input
from rubicon.collect.sources import nmea
from rubicon.errors import EmptyInput, NoUsableRows, TruncatedInput
from rubicon.provenance import source_file
from rubicon.schema import Flag

C = write.tag("c:1700000000")
AT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
PGHP_TIME = "2023,11,14,22,13,20,500"


class Result(NamedTuple):
    """What a log gave."""

    positions: list[dict[str, Any]]
    vessels: list[dict[str, Any]]
    rejects: list[dict[str, Any]]
    sentences: int
    messages: int
    notes: list[str]

    @property
    def reasons(self) -> dict[str, int]:
        return dict(Counter(row["reason"] for row in self.rejects))


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Result]:
    """Write a log (lines, or bytes as they are) and read it."""

    def read_log(*lines: str | bytes, end: bytes = b"\n", packed: bool = False) -> Result:
        data = b"".join(line if isinstance(line, bytes) else line.encode() + end for line in lines)
        path = tmp_path / "log.nmea"
        path.write_bytes(gzip.compress(data) if packed else data)
        batches = list(nmea.read(source_file(path), Input(file="log.nmea", format="nmea")))
        tables = [
            pa.concat_tables([getattr(b, name) for b in batches])
            for name in ("positions", "vessels", "rejects")
        ]
        for table in tables:
            table.validate(full=True)
        counts = [sum(getattr(b, name) for b in batches) for name in ("sentences", "messages")]
        return Result(*[t.to_pylist() for t in tables], *counts, [note for b in batches for note in b.notes])

    return read_log


def one(bits: str, **about: Any) -> str:
    """A sentence with a time."""
    return C + write.sentences(bits, **{"at": 200, **about})[0]


def test_position_of_class_a(read: Callable[..., Result]) -> None:
    sentence = one(write.class_a(status=5))
    (row,) = read("# a comment", sentence).positions
    assert row | {"source_id": ""} == {
        "vessel_id": "273000001", "time_utc": AT, "lat_deg": 43.0, "lon_deg": 130.0, "speed_kn": 12.3, "course_deg": 224.0,
        "heading_deg": 215.0, "nav_status": 5, "message_type": 1, "receiver": "AI", "flags": 0, "source_id": "",
        "offset": len("# a comment\n") + len(C),
    }  # fmt: skip


def test_positions_of_class_b_and_long_range(read: Callable[..., Result]) -> None:
    b, extended, far = read(
        one(write.class_b()), one(write.class_b_extended()), one(write.long_range())
    ).positions
    assert (b["message_type"], b["lat_deg"], b["speed_kn"], b["nav_status"]) == (18, 43.0, 5.0, None)
    assert (extended["message_type"], extended["lon_deg"], extended["heading_deg"]) == (19, 130.0, 91.0)
    assert (far["lat_deg"], far["lon_deg"], far["speed_kn"], far["course_deg"]) == (43.0, 130.0, 12.0, 224.0)
    assert (far["nav_status"], far["heading_deg"]) == (5, None)


def test_statements_of_identity(read: Callable[..., Result]) -> None:
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


def test_mother_ship_number_is_no_dimension(read: Callable[..., Result]) -> None:
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
def test_imo_number(read: Callable[..., Result], imo: int, stated: str | None, valid: bool | None) -> None:
    (row,) = read(one(write.static(imo=imo))).vessels
    assert (row["imo"], row["imo_valid"]) == (stated, valid)


@pytest.mark.parametrize(
    ("mmsi", "flagged"),
    [(273000001, False), (200000000, False), (799999999, False), (0, True), (111111111, True), (123456789, True), (27300000, True),
     (2734000, True), (992734000, True), (111273001, True), (982730000, True), (970123456, True), (812345678, True)],
)  # fmt: skip
def test_mmsi_that_no_ship_holds_is_kept_and_flagged(
    read: Callable[..., Result], mmsi: int, flagged: bool
) -> None:
    (row,) = read(one(write.class_a(mmsi))).positions
    assert row["vessel_id"] == f"{mmsi:09d}"
    assert bool(row["flags"] & Flag.MMSI_NOT_A_SHIP) is flagged


def test_mmsi_of_ten_digits_is_refused(read: Callable[..., Result]) -> None:
    (row,) = read(one(write.class_a(1_000_000_000))).rejects
    assert row["reason"] == "bad_mmsi"
    assert "1000000000" in row["detail"]


def test_sentinels(read: Callable[..., Result]) -> None:
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


def test_poles_and_date_line_are_positions(read: Callable[..., Result]) -> None:
    rows = read(
        one(write.class_a(lat=54_000_000, lon=-108_000_000)),
        one(write.class_a(lat=-54_000_000, lon=108_000_000)),
    )
    assert [(row["lat_deg"], row["lon_deg"]) for row in rows.positions] == [(90.0, -180.0), (-90.0, 180.0)]


def test_null_island_is_kept_and_flagged(read: Callable[..., Result]) -> None:
    (row,) = read(one(write.class_a(lat=0, lon=0))).positions
    assert row["flags"] == Flag.NULL_ISLAND


def test_own_ship_and_any_talker(read: Callable[..., Result]) -> None:
    rows = read(*[one(write.class_a(), head=head) for head in ("AIVDO", "BSVDM", "--VDM", "SAVDM")]).positions
    assert [(row["receiver"], row["flags"]) for row in rows] == [
        ("AI", Flag.OWN_SHIP),
        ("BS", 0),
        ("--", 0),
        ("SA", 0),
    ]


@pytest.mark.parametrize("kind", [*range(1, 28)])
def test_every_type_is_a_message(read: Callable[..., Result], kind: int) -> None:
    result = read(one(write.bits((kind, 6), (0, 2), (273000001, 30)) + "0" * 386))
    assert (result.messages, result.rejects) == (1, [])


@pytest.mark.parametrize("kind", [0, *range(28, 64)])
def test_unknown_types_are_refused(read: Callable[..., Result], kind: int) -> None:
    result = read(one(write.bits((kind, 6), (0, 2), (273000001, 30)) + "0" * 386))
    assert (result.messages, result.reasons) == (1, {"unknown_type": 1})


def test_unknown_part_of_type_24_is_refused(read: Callable[..., Result]) -> None:
    assert read(one(write.bits((24, 6), (0, 2), (273000001, 30), (2, 2)) + "0" * 128)).reasons == {
        "unknown_type": 1
    }


@pytest.mark.parametrize(
    ("bits", "usable"),
    [
        (write.class_a(), True), (write.class_a()[:149], True), (write.class_a()[:148], False),
        (write.static(length=424), True), (write.static(length=422), True), (write.static(length=420), False),
        (write.part_a(), True), (write.part_a() + "0" * 8, True), (write.part_a()[:154], False),
        (write.part_b(), True), (write.part_b()[:156], False),
        (write.long_range(), True), (write.long_range() + "0" * 72, True), (write.long_range()[:90], False),
        (write.class_b_extended(), True), (write.class_b_extended()[:300], False),
        ("", False), ("000001", False),
    ],
)  # fmt: skip
def test_lengths_of_real_receivers(read: Callable[..., Result], bits: str, usable: bool) -> None:
    result = read(one(bits))
    assert (
        len(result.positions) + len(result.vessels) > 0 if usable else result.reasons == {"short_payload": 1}
    )


def test_checksums(read: Callable[..., Result]) -> None:
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
def test_malformed_sentences(read: Callable[..., Result], body: str) -> None:
    result = read(write.checked(body))
    assert (result.sentences, result.messages, result.reasons) == (1, 0, {"bad_sentence": 1})


@pytest.mark.parametrize(("payload", "fill"), [("13aDp<PP000IwSlN?Wm@0?wN2<1X", 0), ("13aDp<PP000IwSlN?Wm@0?wN2<1 ", 0),
                                               ("13aDp<PP000IwSlN?Wm@0?wN2<1T", 6), ("13aDp<PP000IwSlN?Wm@0?wN2<1T", ""), ("", 2)])  # fmt: skip
def test_illegal_characters_and_fill_bits(read: Callable[..., Result], payload: str, fill: int | str) -> None:
    result = read(C + write.sentence(payload, fill))
    assert (result.messages, result.reasons) == (1, {"bad_payload": 1})


def test_fill_bits_inside_a_message(read: Callable[..., Result]) -> None:
    first, second = write.sentences(write.static(), sequence=1)
    assert read(C + write.checked(first[1:-4] + "2"), C + second).reasons == {"bad_payload": 1}


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"", b"\n\n\r"])
def test_line_ends(read: Callable[..., Result], end: bytes) -> None:
    assert len(read(*[one(write.class_a(kind=kind)) for kind in (1, 2, 3)], end=end).positions) == 3


def test_cut_lines_cost_no_other_sentence(read: Callable[..., Result]) -> None:
    whole = one(write.class_a())
    result = read(whole[:-20].encode(), whole, whole, whole[:-20].encode())
    assert (result.sentences, len(result.positions), result.reasons) == (4, 2, {"missing_checksum": 2})


def test_line_without_end_is_refused_once_and_the_rest_is_read(read: Callable[..., Result]) -> None:
    whole = one(write.class_a())
    result = read(
        b"x" * 10_000_000 + b"\n", whole, b"!AIVDM,1,1,,A," + b"1" * 3000 + b"\n", whole, b"x" * 40_000_000
    )
    assert (result.sentences, len(result.positions), result.reasons) == (3, 2, {"line_too_long": 3})
    assert all(len(row["raw"]) == 512 for row in result.rejects)


def test_zero_bytes_and_invalid_text(read: Callable[..., Result]) -> None:
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


def test_station_that_is_no_text_stays_readable(read: Callable[..., Result]) -> None:
    body = b"c:1700000000,s:\xff\x00r1"
    parity = 0
    for byte in body:
        parity ^= byte
    whole = b"\\" + body + f"*{parity:02X}\\".encode() + write.sentences(write.class_a())[0].encode()
    assert read(whole).positions[0]["receiver"] == "??r1"


@pytest.mark.parametrize(
    ("before", "after", "microseconds", "flags"),
    [
        (write.tag("c:1700000000"), "", 0, 0),
        (write.tag("c:1700000000250"), "", 250_000, 0),
        (write.tag("s:rX,c:1700000000.5,n:3"), "", 500_000, 0),
        (write.tag("s:rX") + write.tag("c:1700000000"), "", 0, 0),
        (write.tag("c:1700000000"), ",1500000000", 0, 0),
        ("", ",1700000000", 0, Flag.TIME_FROM_RECEIVER),
        ("", "\t1700000000.25", 250_000, Flag.TIME_FROM_RECEIVER),
        ("", ",d-093,S2212,t235959.00,T59.00339837,r09STOL1,1700000000", 0, Flag.TIME_FROM_RECEIVER),
        ("1700000000 ", "", 0, Flag.TIME_FROM_RECEIVER),
        ("1700000000,", "", 0, Flag.TIME_FROM_RECEIVER),
    ],
)
def test_times(read: Callable[..., Result], before: str, after: str, microseconds: int, flags: int) -> None:
    (row,) = read(before + write.sentences(write.class_a())[0] + after).positions
    assert (row["time_utc"], row["flags"]) == (AT.replace(microsecond=microseconds), flags)


@pytest.mark.parametrize("before", ["", write.tag("s:rX"), write.tag("c:"), write.tag("c:x"), write.tag("c:0"), write.tag("c:-1700000000"),
                                    write.tag("c:99999999999999999999"), write.tag("c:1700000000")[:-3] + "00\\", "\\c:1700000000\\"])  # fmt: skip
def test_without_a_time_there_is_no_position(read: Callable[..., Result], before: str) -> None:
    result = read(before + write.sentences(write.class_a())[0], before + write.sentences(write.part_a())[0])
    assert (result.positions, result.reasons) == ([], {"no_time": 1})
    assert [row["time_utc"] for row in result.vessels] == [None]


def test_time_of_a_tag_block_holds_for_its_line_only(read: Callable[..., Result]) -> None:
    sentence = write.sentences(write.class_a())[0]
    assert read(C, sentence, C + sentence + sentence).reasons == {"no_time": 2}


def _pghp(lines: list[str], station: str = "2190064", time: str = PGHP_TIME) -> str:
    checksum = 0
    for line in lines:
        checksum ^= int(line[-2:], 16)
    return write.pghp(time, station, checksum)


def test_pghp_gives_time_and_base_station(read: Callable[..., Result]) -> None:
    single, pair = write.sentences(write.class_a()), write.sentences(write.static(), sequence=3)
    result = read(_pghp(single), *single, _pghp(pair), *pair, _pghp(single, station=""), *single)
    assert [(row["time_utc"], row["receiver"]) for row in result.positions] == [
        (AT.replace(microsecond=500_000), "002190064"), (AT.replace(microsecond=500_000), "AI"),
    ]  # fmt: skip
    assert result.vessels[0]["time_utc"] == AT.replace(microsecond=500_000)
    assert result.notes == []


def test_pghp_holds_for_the_sentence_that_it_names(read: Callable[..., Result]) -> None:
    single, other, pair = (
        write.sentences(write.class_a()),
        write.sentences(write.class_b()),
        write.sentences(write.static(), sequence=3),
    )
    lost = read(
        _pghp(single),
        *other,
        *single,
        _pghp(single)[:-2] + "00",
        *single,
        _pghp(single),
        single[0][:-2] + "00",
        *single,
    )
    assert lost.reasons == {"no_time": 4, "bad_checksum": 1}
    assert read(_pghp(single), *pair).vessels[0]["time_utc"] is None


def test_pghp_before_own_ship_names_no_checksum(read: Callable[..., Result]) -> None:
    own = write.sentences(write.class_a(), head="AIVDO")
    (row,) = read(write.pghp(PGHP_TIME, "993310001", 0), *own).positions
    assert (row["receiver"], row["flags"]) == ("993310001", Flag.OWN_SHIP)


@pytest.mark.parametrize("time", ["2023,2,29,0,0,0,0", "2023,13,1,0,0,0,0", "2023,1,1,24,0,0,0", "1970,1,1,0,0,0,0", "2023,1,1,0,0,60,0",
                                  ",,,,,,", "2023,1,1,0,0,0,1000"])  # fmt: skip
def test_pghp_with_a_time_that_cannot_be(read: Callable[..., Result], time: str) -> None:
    single = write.sentences(write.class_a())
    assert read(_pghp(single, time=time), *single).reasons == {"no_time": 1}


def test_leap_day(read: Callable[..., Result]) -> None:
    single = write.sentences(write.class_a())
    (row,) = read(_pghp(single, time="2024,2,29,23,59,59,999"), *single).positions
    assert row["time_utc"] == datetime(2024, 2, 29, 23, 59, 59, 999_000, UTC)


def test_receiver_is_station_then_base_then_talker(read: Callable[..., Result]) -> None:
    single = write.sentences(write.class_a())
    rows = read(
        _pghp(single), write.tag("s:rORBCOMM104") + single[0], _pghp(single), *single,
        single[0] + ",r09STOL1,1700000000", single[0] + ",b003669794,1700000000", C + single[0] + ",received,rate",
    ).positions  # fmt: skip
    assert [row["receiver"] for row in rows] == ["rORBCOMM104", "002190064", "r09STOL1", "b003669794", "AI"]


def _pair(sequence: int | str, channel: str = "A", mmsi: int = 273000001, head: str = "AIVDM") -> list[str]:
    return write.sentences(write.static(mmsi), sequence=sequence, channel=channel, head=head)


def test_parts_in_any_interleaving(read: Callable[..., Result]) -> None:
    pairs = [
        _pair(s, c, 273000000 + s * 10 + ord(c), h)
        for s in range(10)
        for c in "AB"
        for h in ("AIVDM", "BSVDM")
    ]
    lines = [first for first, _ in pairs] + [second for _, second in reversed(pairs)]
    result = read(*lines)
    assert (result.messages, len(result.vessels), result.rejects) == (40, 40, [])


def test_parts_of_tag_block_groups(read: Callable[..., Result]) -> None:
    lines = []
    for n in (1, 2):
        for group in (11, 12):
            lines.append(
                write.tag(f"g:{n}-2-{group}" + (",c:1700000000,s:rX" if n == 1 else ""))
                + _pair(5, mmsi=273000000 + group)[n - 1]
            )
    result = read(*lines)
    assert [(row["vessel_id"], row["time_utc"]) for row in result.vessels] == [
        ("273000011", AT),
        ("273000012", AT),
    ]


def test_three_parts_in_wrong_order_with_duplicates(read: Callable[..., Result]) -> None:
    a, b, c = write.sentences(write.static(), sequence=1, at=30)
    result = read("$GPGGA", c, a, a, c, C + b, a)
    assert (result.sentences, result.messages, result.rejects) == (6, 1, [])
    assert (result.vessels[0]["offset"], result.vessels[0]["time_utc"]) == (7, AT)


def test_whole_message_repeated_is_two_messages(read: Callable[..., Result]) -> None:
    first, second = _pair(1)
    assert read(first, second, first, second).messages == 2
    assert read(second, first, second, first).messages == 2
    late = read(first, first, second, second)
    assert (late.messages, late.rejects) == (1, [])


def test_incomplete_messages_are_refused_part_by_part(read: Callable[..., Result]) -> None:
    a, b, _ = write.sentences(write.static(), sequence=1, at=30)
    result = read(a, b, _pair(2)[1])
    assert (result.sentences, result.messages, result.reasons) == (3, 0, {"incomplete_multipart": 3})
    assert result.rejects[0]["raw"] == a


def test_parts_of_different_messages_are_not_joined(read: Callable[..., Result]) -> None:
    old, new = _pair(1, mmsi=273000001), _pair(1, mmsi=273000002)
    replaced = read(old[0], *new)
    assert ([row["vessel_id"] for row in replaced.vessels], replaced.reasons) == (
        ["273000002"],
        {"incomplete_multipart": 1},
    )
    other = one(write.part_a())
    assert read(old[0], *[other] * 1001, old[1]).reasons == {"incomplete_multipart": 2}
    assert read(old[0], *[other] * 998, old[1]).reasons == {}
    apart = read(write.tag("c:1700000000") + old[0], write.tag("c:1700000061") + old[1])
    assert apart.reasons == {"incomplete_multipart": 2}


def test_open_messages_stay_bounded(read: Callable[..., Result]) -> None:
    lines = [write.tag(f"g:1-2-{n}") + _pair(1)[0] for n in range(5000)]
    assert read(*lines).reasons == {"incomplete_multipart": 5000}


def test_extended_report_without_position_still_states_who_it_is(read: Callable[..., Result]) -> None:
    result = read(one(write.class_b_extended(lat=54_600_000)), write.sentences(write.class_b_extended())[0])
    assert ([row["name"] for row in result.vessels], result.reasons) == (
        ["EXTENDED"] * 2,
        {"no_position": 1, "no_time": 1},
    )


def test_name_that_a_spreadsheet_would_run_is_kept_as_stated(read: Callable[..., Result]) -> None:
    (row,) = read(one(write.static(name="=CMD()  ")), end=b"\r\n").vessels
    assert row["name"] == "=CMD()"


def test_offsets_count_in_the_decompressed_content(read: Callable[..., Result]) -> None:
    whole = write.sentences(write.class_a())[0] + ",1700000000"
    rows = read(whole, whole, whole, packed=True).positions
    assert [row["offset"] for row in rows] == [0, len(whole) + 1, 2 * len(whole) + 2]


def test_rejects_say_where_and_what(read: Callable[..., Result]) -> None:
    bad = write.sentences(write.class_a())[0][:-2] + "00"
    result = read("# x", "  " + C + bad)
    assert result.rejects == [
        {"source_id": result.rejects[0]["source_id"], "offset": 6 + len(C), "reason": "bad_checksum",
         "detail": "the checksum does not hold", "raw": C + bad},
    ]  # fmt: skip


def test_lines_that_are_not_ais_are_counted_in_a_note(read: Callable[..., Result]) -> None:
    result = read("# comment", "$GPGGA,1", "", "!AIVDX,1,1,,A,1,0*00", one(write.class_a()), "junk")
    assert result.notes == ["3 lines are neither AIS sentences nor comments and were passed over"]


def test_file_without_ais_is_an_error(read: Callable[..., Result]) -> None:
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
