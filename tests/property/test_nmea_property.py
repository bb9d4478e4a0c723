"""The NMEA kernels against their slow twin, on valid, mutated and random logs."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from naive import nmea as twin
from naive import nmea_writer as write
from rubicon.collect.nmea_messages import FAULTS, Messages, messages
from rubicon.collect.sources.nmea import (
    NAME,
    SENTENCE_REASONS,
    position_columns,
    static_columns,
)
from rubicon.kernels.nmea import LOG_CLOCK, NO_TIME

payloads = st.one_of(
    st.builds(write.class_a, lat=st.integers(-(2**26), 2**26 - 1), lon=st.integers(-(2**27), 2**27 - 1), status=st.integers(0, 15),
              speed=st.integers(0, 1023), course=st.integers(0, 4095), heading=st.integers(0, 511), kind=st.sampled_from([1, 2, 3, 9])),
    st.builds(write.class_b, mmsi=st.integers(0, 2**30 - 1), speed=st.sampled_from([0, 1023])),
    st.builds(write.class_b_extended, name=st.text(twin.TEXT, max_size=20)),
    st.builds(write.long_range, lat=st.integers(-65536, 65535), lon=st.integers(-131072, 131071), speed=st.integers(0, 63)),
    st.builds(write.static, name=st.text(twin.TEXT, max_size=20), length=st.integers(400, 424)),
    st.builds(write.part_a),
    st.builds(write.part_b, mmsi=st.sampled_from([273000002, 982730000])),
    st.text("01", max_size=500),
)  # fmt: skip
heads = st.sampled_from(["AIVDM", "BSVDM", "--VDM", "AIVDO", "SSVDO"])
times = st.sampled_from(["1700000000", "1700000000123", "1700000099", "0", "x", "1700000000.5"])


@st.composite
def tag_blocks(draw: st.DrawFn) -> str:
    fields = [f"c:{draw(times)}", "s:rSTATION1", "s:rSTATION2", "g:1-2-77", "g:2-2-77", "q:u", "s:", "n:4"]
    return write.tag(",".join(draw(st.lists(st.sampled_from(fields), max_size=3))))


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """The lines of one message, each with what may stand around it."""
    made = write.sentences(
        draw(payloads), sequence=draw(st.sampled_from(["", 1, 2])), channel=draw(st.sampled_from(["A", "B", ""])),
        head=draw(heads), at=draw(st.sampled_from([20, 56])),
    )  # fmt: skip
    checksum = twin.functools.reduce(lambda a, line: a ^ int(line[-2:], 16), made, 0)
    around = draw(st.sampled_from(["", "tag", "first tag", "pghp", "log", "prefix", "station"]))
    if around == "pghp":
        made.insert(
            0,
            write.pghp(
                "2023,11,14,22,13,20,5",
                draw(st.sampled_from(["", "2190064"])),
                draw(st.sampled_from([checksum, 0])),
            ),
        )
    station = draw(st.sampled_from(["r09STOL1", "r08RROB1"]))
    for n, line in enumerate(made):
        if around == "tag" or (around == "first tag" and n == 0):
            made[n] = draw(tag_blocks()) + line
        elif around == "log":
            made[n] = f"{line},{draw(times)}"
        elif around == "prefix":
            made[n] = f"{draw(times)} {line}"
        elif around == "station":
            made[n] = f"{line},d-093,S2212,{station},{draw(times)}"
    return made


junk = st.sampled_from(
    [
        "# comment !AIVDM,1,1,,A,1,0*00",
        "$GPGGA,1*00",
        "",
        " ",
        "!AIVXX,1",
        "\\s:x",
        "x" * 1100,
        "!AIVDM," + "1" * 1100,
    ]
)


@st.composite
def logs(draw: st.DrawFn) -> bytes:
    """Messages whose lines are interleaved, repeated or lost, between junk, with some bytes changed."""
    queue = draw(st.lists(lines(), min_size=1, max_size=8))
    flat: list[str] = []
    while queue:
        at = draw(st.integers(0, min(len(queue) - 1, 2)))
        flat += [queue[at].pop(0)] * draw(st.sampled_from([1, 1, 1, 2, 0]))
        queue = [rest for rest in queue if rest]
    flat = [
        part for line in flat for part in ([line, draw(junk)] if draw(st.integers(0, 9)) == 0 else [line])
    ]
    data = bytearray(
        "".join(line + draw(st.sampled_from(["\n", "\r\n", "\r", "\n", ""])) for line in flat).encode()
    )
    for place in draw(st.lists(st.integers(0, max(0, len(data) - 1)), max_size=3)):
        if data:
            data[place] = draw(st.sampled_from([*b"!\\*,\n\x00\xff0A#$"]))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


def found(parts: list[Messages]) -> dict[str, Any]:
    """What the kernels found, in the twin's words."""
    told: list[dict[str, Any]] = []
    refused: list[tuple[int, str]] = []
    for part in parts:
        every = np.arange(len(part))
        ends, data = part.receivers(every)
        octets, begins = part.packed()
        for m in range(len(part)):
            row = part.rows[part.first[m]]
            told.append(
                {
                    "offset": int(row["offset"]),
                    "own": bool(row["own"]),
                    "time_us": None if row["time_us"] == NO_TIME else int(row["time_us"]),
                    "from_log": bool(row["clock"] == LOG_CLOCK),
                    "receiver": data[ends[m] : ends[m + 1]].tobytes().decode(),
                    "bits": None
                    if part.bits[m] < 0
                    else "".join(f"{o:08b}" for o in octets[begins[m] : begins[m + 1]])[: part.bits[m]],
                }
            )
        refused += [
            (int(part.rows["offset"][r]), SENTENCE_REASONS[int(part.rows["reason"][r])][0])
            for r in part.refused
        ]
    return {
        "sentences": sum(part.sentences for part in parts),
        "other_lines": parts[-1].other_lines,
        "messages": told,
        "refused": sorted(refused),
    }


def expected(log: twin.Log) -> dict[str, Any]:
    told = [{key: value for key, value in m.items() if key != "parts"} for m in log.messages]
    return {
        "sentences": log.sentences,
        "other_lines": log.other_lines,
        "messages": told,
        "refused": sorted(log.refused),
    }


@settings(max_examples=250, deadline=None)
@given(logs())
def test_finds_what_the_twin_finds(data: bytes) -> None:
    log = twin.read(data)
    assert found(list(messages(io.BytesIO(data)))) == expected(log)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.one_of(st.binary(max_size=80), st.sampled_from([b"!AIVDM,", b"\\", b"$PGHP,1,", b"*", b"\n"]))
    )
)
def test_survives_any_bytes(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    assert found(list(messages(io.BytesIO(data)))) == expected(twin.read(data))


@settings(max_examples=60, deadline=None)
@given(st.lists(logs(), min_size=4, max_size=12), st.integers(1, 5))
def test_chunks_make_no_difference(pieces: list[bytes], max_sentences: int) -> None:
    data = b"\n".join(pieces)
    parts = list(messages(io.BytesIO(data), chunk_bytes=1, max_sentences=max_sentences))
    assert all(part.sentences <= max_sentences for part in parts)
    assert found(parts) == found(list(messages(io.BytesIO(data))))


@settings(max_examples=150, deadline=None)
@given(st.lists(payloads, min_size=1, max_size=20))
def test_reads_the_fields_that_the_twin_reads(drawn: list[str]) -> None:
    data = "\n".join(line for bits in drawn for line in write.sentences(bits, at=200)).encode()
    (part,) = messages(io.BytesIO(data))
    reports, statics = position_columns(part), static_columns(part)
    assert len(part) == len(drawn)
    for n, m in enumerate(reports["message"]):
        _same_report({name: column[n] for name, column in reports.items()}, drawn[m])
    ends, name = part.texts(NAME, statics["message"])
    for n, m in enumerate(statics["message"]):
        kind, at = twin.unsigned(drawn[m], 0, 6), {5: 112, 19: 143, 24: 40}
        if kind != 24 or twin.unsigned(drawn[m], 38, 2) == 0:
            assert name[ends[n] : ends[n + 1]].tobytes().decode() == (
                twin.words(drawn[m], at[kind], 20) or ""
            )
    for m, bits in enumerate(drawn):
        assert FAULTS[part.fault[m]] or part.mmsi[m] == twin.unsigned(bits, 8, 30)


def _same_report(report: dict[str, Any], bits: str) -> None:
    kind = twin.unsigned(bits, 0, 6)
    shift = 0 if kind <= 3 else 4
    if kind == 27:
        lon, lat = twin.signed(bits, 44, 18) * 1000, twin.signed(bits, 62, 17) * 1000
        speed, course = float(twin.unsigned(bits, 79, 6)), float(twin.unsigned(bits, 85, 9))
        unknown, heading = speed == 63, 511
    else:
        lon, lat = twin.signed(bits, 61 - shift, 28), twin.signed(bits, 89 - shift, 27)
        speed, course = twin.unsigned(bits, 50 - shift, 10) / 10, twin.unsigned(bits, 116 - shift, 12) / 10
        unknown, heading = speed == 102.3, twin.unsigned(bits, 128 - shift, 9)
    assert (report["lat_deg"], report["lon_deg"]) == (lat / 600_000, lon / 600_000)
    assert np.isnan(report["speed_kn"]) if unknown else report["speed_kn"] == speed
    assert np.isnan(report["course_deg"]) if course >= 360 else report["course_deg"] == course
    assert np.isnan(report["heading_deg"]) if heading >= 360 else report["heading_deg"] == heading
    silent = lat == 54_600_000 or lon == 108_600_000
    beyond = abs(lat) > 54_000_000 or abs(lon) > 108_000_000
    assert report["reason"] == ("no_position" if silent else "bad_position" if beyond else "")
