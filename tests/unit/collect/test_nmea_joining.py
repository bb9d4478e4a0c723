"""What the NMEA source joins to a sentence: times, stations, and the other parts of its message."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from naive import nmea_writer as write
from naive.nmea_log import AT, C, Result, one, read_log
from rubicon.collect.nmea_messages import messages
from rubicon.schema import Flag

PGHP_TIME = "2023,11,14,22,13,20,500"
Read = Callable[..., Result]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a log made of lines."""
    return partial(read_log, tmp_path)


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
def test_times(read: Read, before: str, after: str, microseconds: int, flags: int) -> None:
    (row,) = read(before + write.sentences(write.class_a())[0] + after).positions
    assert (row["time_utc"], row["flags"]) == (AT.replace(microsecond=microseconds), flags)


@pytest.mark.parametrize("before", ["", write.tag("s:rX"), write.tag("c:"), write.tag("c:x"), write.tag("c:0"), write.tag("c:-1700000000"),
                                    write.tag("c:99999999999999999999"), write.tag("c:1700000000")[:-3] + "00\\", "\\c:1700000000\\"])  # fmt: skip
def test_without_a_time_there_is_no_position(read: Read, before: str) -> None:
    result = read(before + write.sentences(write.class_a())[0], before + write.sentences(write.part_a())[0])
    assert (result.positions, result.reasons) == ([], {"no_time": 1})
    assert [row["time_utc"] for row in result.vessels] == [None]


def test_time_of_a_tag_block_holds_for_its_line_only(read: Read) -> None:
    sentence = write.sentences(write.class_a())[0]
    assert read(C, sentence, C + sentence + sentence).reasons == {"no_time": 2}


def test_what_stands_far_before_a_sentence_is_not_its_own(read: Read) -> None:
    sentence = write.sentences(write.class_a())[0]
    assert len(read(C + "x" * 900 + sentence).positions) == 1
    assert read(C + "x" * 900 + "\\" + "x" * 900 + sentence).reasons == {"no_time": 1}


def _pghp(lines: list[str], station: str = "2190064", time: str = PGHP_TIME) -> str:
    checksum = 0
    for line in lines:
        checksum ^= int(line[-2:], 16)
    return write.pghp(time, station, checksum)


def test_pghp_gives_time_and_base_station(read: Read) -> None:
    single, pair = write.sentences(write.class_a()), write.sentences(write.static(), sequence=3)
    result = read(_pghp(single), *single, _pghp(pair), *pair, _pghp(single, station=""), *single)
    assert [(row["time_utc"], row["receiver"]) for row in result.positions] == [
        (AT.replace(microsecond=500_000), "002190064"), (AT.replace(microsecond=500_000), "AI"),
    ]  # fmt: skip
    assert result.vessels[0]["time_utc"] == AT.replace(microsecond=500_000)
    assert result.notes == []


def test_pghp_holds_for_the_sentence_that_it_names(read: Read) -> None:
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


def test_pghp_before_own_ship_names_no_checksum(read: Read) -> None:
    own = write.sentences(write.class_a(), head="AIVDO")
    (row,) = read(write.pghp(PGHP_TIME, "993310001", 0), *own).positions
    assert (row["receiver"], row["flags"]) == ("993310001", Flag.OWN_SHIP)


@pytest.mark.parametrize("time", ["2023,2,29,0,0,0,0", "2023,13,1,0,0,0,0", "2023,1,1,24,0,0,0", "1970,1,1,0,0,0,0", "2023,1,1,0,0,60,0",
                                  ",,,,,,", "2023,1,1,0,0,0,1000"])  # fmt: skip
def test_pghp_with_a_time_that_cannot_be(read: Read, time: str) -> None:
    single = write.sentences(write.class_a())
    assert read(_pghp(single, time=time), *single).reasons == {"no_time": 1}


def test_leap_day(read: Read) -> None:
    single = write.sentences(write.class_a())
    (row,) = read(_pghp(single, time="2024,2,29,23,59,59,999"), *single).positions
    assert row["time_utc"] == datetime(2024, 2, 29, 23, 59, 59, 999_000, UTC)


def test_receiver_is_station_then_base_then_talker(read: Read) -> None:
    single = write.sentences(write.class_a())
    rows = read(
        _pghp(single), write.tag("s:rORBCOMM104") + single[0], _pghp(single), *single,
        single[0] + ",r09STOL1,1700000000", single[0] + ",b003669794,1700000000", C + single[0] + ",received,rate",
    ).positions  # fmt: skip
    assert [row["receiver"] for row in rows] == ["rORBCOMM104", "002190064", "r09STOL1", "b003669794", "AI"]


def _pair(sequence: int | str, channel: str = "A", mmsi: int = 273000001, head: str = "AIVDM") -> list[str]:
    return write.sentences(write.static(mmsi), sequence=sequence, channel=channel, head=head)


def test_parts_in_any_interleaving(read: Read) -> None:
    pairs = [
        _pair(s, c, 273000000 + s * 10 + ord(c), h)
        for s in range(10)
        for c in "AB"
        for h in ("AIVDM", "BSVDM")
    ]
    lines = [first for first, _ in pairs] + [second for _, second in reversed(pairs)]
    result = read(*lines)
    assert (result.messages, len(result.vessels), result.rejects) == (40, 40, [])


def test_parts_of_tag_block_groups(read: Read) -> None:
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


def test_parts_in_wrong_order_over_buffers() -> None:
    a, b, c = write.sentences(write.static(), sequence=1, at=30)
    data = "\n".join([c, b, C + a]).encode()
    (part,) = (part for part in messages(io.BytesIO(data), max_sentences=1) if len(part))
    assert part.rows["offset"][part.first].tolist() == [0]
    assert part.rows["time_us"][part.first].tolist() == [1_700_000_000_000_000]


@pytest.mark.parametrize(
    "heard",
    [
        lambda line, at: write.tag(f"s:r{at},c:1700000000") + line,
        lambda line, at: f"{line},r09{at},1700000000",
    ],
    ids=["tag block", "after the sentence"],
)
def test_stations_count_for_themselves(read: Read, heard: Callable[[str, str], str]) -> None:
    (a, a_end), (b, b_end) = _pair(3, mmsi=273000001), _pair(3, mmsi=273000002)
    lines = heard(a, "XXX1"), heard(b, "YYY1"), heard(a_end, "XXX1"), heard(b_end, "YYY1")
    both = read(*lines)
    assert [(row["vessel_id"], row["draught_m"]) for row in both.vessels] == [
        ("273000001", 6.5),
        ("273000002", 6.5),
    ]
    assert both.rejects == []
    assert read(lines[0], lines[3]).reasons == {"incomplete_multipart": 2}
    assert read(lines[0], a_end).messages == 1


def test_three_parts_in_wrong_order_with_duplicates(read: Read) -> None:
    a, b, c = write.sentences(write.static(), sequence=1, at=30)
    result = read("$GPGGA", c, a, a, c, C + b, a)
    assert (result.sentences, result.messages, result.rejects) == (6, 1, [])
    assert (result.vessels[0]["offset"], result.vessels[0]["time_utc"]) == (7, AT)


def test_whole_message_repeated_is_two_messages(read: Read) -> None:
    first, second = _pair(1)
    assert read(first, second, first, second).messages == 2
    assert read(second, first, second, first).messages == 2
    late = read(first, first, second, second)
    assert (late.messages, late.rejects) == (1, [])


def test_incomplete_messages_are_refused_part_by_part(read: Read) -> None:
    a, b, _ = write.sentences(write.static(), sequence=1, at=30)
    result = read(a, b, _pair(2)[1])
    assert (result.sentences, result.messages, result.reasons) == (3, 0, {"incomplete_multipart": 3})
    assert result.rejects[0]["raw"] == a


def test_parts_of_different_messages_are_not_joined(read: Read) -> None:
    old, new = _pair(1, mmsi=273000001), _pair(1, mmsi=273000002)
    replaced = read(old[0], *new)
    assert ([row["vessel_id"] for row in replaced.vessels], replaced.reasons) == (
        ["273000002"],
        {"incomplete_multipart": 1},
    )
    other = one(write.part_a())
    assert read(old[0], *[other] * 1000, old[1]).reasons == {"incomplete_multipart": 2}
    assert read(old[0], *[other] * 999, old[1]).reasons == {}
    apart = read(write.tag("c:1700000000") + old[0], write.tag("c:1700000061") + old[1])
    assert apart.reasons == {"incomplete_multipart": 2}


def test_open_messages_stay_bounded(read: Read) -> None:
    lines = [write.tag(f"g:1-2-{n}") + _pair(1)[0] for n in range(5000)]
    assert read(*lines).reasons == {"incomplete_multipart": 5000}
