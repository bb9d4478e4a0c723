"""Bad AIS logs, numbers 1 to 20 of the list of bad inputs: what each must give, and that the rest goes on.

What can be read is kept and flagged (10, 11, 14 to 17): doubts are for the detectors, which is shown where they
have a say. Every case but the cut ones holds one good sentence, which must come through.
"""

from __future__ import annotations

import bz2
import gzip
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from bad_files import Bad, Read, judge

from naive import nmea_writer as write
from naive.nmea_log import C
from rubicon.collect.clean import clean
from rubicon.detect import segments
from rubicon.schema import Flag

DEGREE = 600_000
START_S = 1_700_000_000
GPS_ROLLOVER_S = 1024 * 7 * 86_400


def sentence(bits: str, at_s: int = START_S) -> str:
    return write.tag(f"c:{at_s}") + write.sentences(bits, at=200)[0]


def position(lat: float = 43.0, lon: float = 130.0, at_s: int = START_S, **about: int) -> str:
    return sentence(write.class_a(lat=round(lat * DEGREE), lon=round(lon * DEGREE), **about), at_s)


GOOD = position(mmsi=273000777)


def log(*lines: str | bytes, end: bytes = b"\n") -> list[bytes]:
    """One file of lines, after a good one."""
    return [b"".join((line if isinstance(line, bytes) else line.encode()) + end for line in (GOOD, *lines))]


def static(name: str, mmsi: int, sequence: int, **about: int) -> list[str]:
    return write.sentences(write.static(mmsi, name=name, **about), sequence=sequence)


def heard(station: str, line: str) -> str:
    return write.tag(f"s:{station},c:{START_S}") + line


def parts() -> list[bytes]:
    """A part is missing; parts in wrong order; two stations' parts interleaved; parts repeated."""
    (lone, _), (first, second), (once, again) = (
        static(n, 273000000 + s, s) for s, n in enumerate(("LONE", "LATE", "TWICE"), 1)
    )
    east, west = static("EAST", 273000008, 9), static("WEST", 273000009, 9)
    between = [heard(s, line) for n in (0, 1) for s, line in (("rEAST", east[n]), ("rWEST", west[n]))]
    return log(lone, second, C + first, *between, C + once, once, again, again)


def track(*places: tuple[float, float, int], speed: int = 120) -> list[str]:
    """Positions of one ship number: latitude, longitude, seconds."""
    return [
        position(lat, lon, START_S + s, speed=speed, mmsi=273000001, heading=511, course=3600)
        for lat, lon, s in places
    ]


def segment_count(read: Read, mmsi: str) -> int:
    rows, _ = clean(read.lake.positions())
    mine = rows.filter(pa.array([name == mmsi for name in rows["vessel_id"].to_pylist()]))
    return segments.detect(mine, segments.Options()).num_rows


def two_ships() -> list[bytes]:
    """One number in the East Sea and off Suez, turn about."""
    return log(
        *track(
            *((lat + 0.01 * n, lon, 60 * n) for n in range(20) for lat, lon in ((40.0, 131.0), (29.0, 33.0)))
        )
    )


def jump() -> list[bytes]:
    """Twenty positions off Rajin, then 5,000 km south ten seconds later, and on from there."""
    near = [(42.0 - 0.005 * n, 130.5, 60 * n) for n in range(20)]
    return log(*track(*near, *((-3.0 - 0.005 * n, 130.5, 1150 + 60 * n) for n in range(20))))


def over_the_date_line() -> list[bytes]:
    east = [(60.0, 179.9 + 0.01 * n, 60 * n) for n in range(10)]
    west = [(60.0, -180.0 + 0.01 * n, 60 * (10 + n)) for n in range(10)]
    return log(
        *track(*east, *west), position(90.0, 0.0, mmsi=273000002), position(-90.0, -180.0, mmsi=273000002)
    )


def names(read: Read) -> list[str | None]:
    return [row["name"] for row in read.vessels]


STRANGE = ("=CMD|' /C calc'!A0", "<img onerror=alert(1)>", "\u202eREDNU", "나진", "МАРИЯ", "MАRIA")

CASES = {
    "1": Bad(lambda: log(position()[:-2] + "00"), 1, {"bad_checksum": 1}),
    "2": Bad(lambda: log(position()[:-3], position()[:-2], position()[:-1]), 1, {"missing_checksum": 3}),
    "3": Bad(parts, 1, {"incomplete_multipart": 1}, shows=lambda read: sorted(names(read)) == ["EAST", "LATE", "TWICE", "WEST"]),
    "4": Bad(
        lambda: log(*(C + write.sentence(payload, fill) for payload, fill in (("1>X_", 0), ("13u?etPv2;0n:", 6), ("13u?etPv2;0n:", ""), ("1", 5)))),
        1,
        {"bad_payload": 3, "short_payload": 1},
    ),
    "5": Bad(
        lambda: [GOOD.encode() + b"\r\n" + position().encode() + b"\r" + position().encode() + b"\n" + position().encode()[:-20]],
        3,
        {"missing_checksum": 1},
    ),
    "6": Bad(lambda: log(b"x" * 10_000_000, b"!AIVDM,1,1,,A," + b"1" * 10_000_000, GOOD), 2, {"line_too_long": 2}),
    "7": Bad(
        lambda: log(position().encode().replace(b",A,", b",\0,"), position().encode() + b"\0\xff", b"\0\xff\xfe" + position().encode()),
        3,
        {"bad_checksum": 1},
    ),
    "8": Bad(
        lambda: log(*(tag + position().removeprefix(C) for tag in ("", write.tag("c:"), write.tag("c:noon"), write.tag("c:-1"), f"\\c:{START_S}*00\\"))),
        1,
        {"no_time": 5},
    ),
    "9": Bad(
        lambda: log(position(91.0), position(lon=181.0), position(91.5), position(speed=1023, course=3600, heading=511)),
        2,
        {"no_position": 2, "bad_position": 1},
        shows=lambda read: [read.positions[1][name] for name in ("speed_kn", "course_deg", "heading_deg", "flags")] == [None, None, None, Flag.NO_SPEED],
    ),
    "10": Bad(lambda: log(position(0.0, 0.0)), 2, shows=lambda read: read.column("flags") == [0, Flag.NULL_ISLAND]),
    "11": Bad(
        lambda: log(*(position(mmsi=mmsi) for mmsi in (0, 111_111_111, 123_456_789, 12_345_678, 2_190_064, 993_692_001, 1_000_000_000))),
        7,
        {"bad_mmsi": 1},
        shows=lambda read: read.column("flags") == [0] + [Flag.MMSI_NOT_A_SHIP] * 6 and "012345678" in read.column("vessel_id"),
    ),
    "12": Bad(
        lambda: [
            *log(*(C + line for s, imo in enumerate((9074729, 9074728, 0)) for line in static("FICTION", 273000001, s, imo=imo))),
            b"mmsi,t,lat,lon,imo\n" + b"".join(b"273000001,2021-03-20T00:22:11Z,1,2,%s\n" % imo for imo in (b"IMO9074729", b"IMO1234568", b"0", b"lost")),
        ],
        5,
        shows=lambda read: sorted((row["imo"] or "", row["imo_valid"]) for row in read.vessels)
        == [("", None), ("1234568", False), ("9074728", False), ("9074729", True), ("9074729", True), ("lost", None)],
    ),
    "13": Bad(
        lambda: log(*(position(at_s=at) for at in (0, 4_102_444_800, 4_102_444_799, START_S - GPS_ROLLOVER_S))),
        3,
        {"no_time": 1, "impossible_time": 1},
        shows=lambda read: [time.year for time in read.column("time_utc")] == [2023, 2099, 2004],
    ),
    "14": Bad(two_ships, 41, shows=lambda read: segment_count(read, "273000001") == 2),
    "15": Bad(jump, 41, shows=lambda read: segment_count(read, "273000001") == 2),
    "16": Bad(
        over_the_date_line,
        23,
        shows=lambda read: segment_count(read, "273000001") == 1 and min(read.column("lat_deg")) == -90 and max(read.column("lat_deg")) == 90,
    ),
    "17": Bad(
        lambda: log(*track((42.0, 130.5, 60), (42.0, 130.5, 0), (42.0, 130.5, 60), (42.1, 130.5, 60))),
        5,
        shows=lambda read: read.column("flags") == [0, 0, 0, Flag.DUPLICATE, 0]
        and all(a <= b for a, b in pairwise(clean(read.lake.positions())[0].slice(0, 4)["time_utc"].to_pylist())),
    ),
    "18": Bad(
        lambda: [
            log(sentence(write.part_a(name="=CMD!A0")))[0],
            ("mmsi,t,lat,lon,name\n" + "".join(f'273000001,2021-03-20T00:22:11Z,1,2,"{name}"\n' for name in STRANGE)).encode(),
        ],
        1 + len(STRANGE),
        shows=lambda read: sorted(names(read)) == sorted([*STRANGE, "=CMD!A0"]),
    ),
    "19": Bad(lambda: log(*(sentence(write.bits((kind, 6), (0, 162))) for kind in (0, *range(28, 64)))), 1, {"unknown_type": 37}),
    "20": Bad(
        lambda: [
            gzip.compress(log()[0]) + bz2.compress(log()[0]) + gzip.compress(log()[0]) + b"garbage",
            gzip.compress(log()[0]) + bz2.compress(log()[0]) + pa.Codec("zstd").compress(log(position())[0], asbytes=True),
            gzip.compress(log(*(position(at_s=START_S + n) for n in range(99)))[0])[:-9],
        ],
        7,
        failed=("TruncatedInput",),
        note="7 bytes after the end of the compressed data",
    ),
}  # fmt: skip


@pytest.mark.parametrize("number", CASES)
def test_a_bad_log_gives_what_can_be_used_and_says_what_cannot(tmp_path: Path, number: str) -> None:
    judge(CASES[number], tmp_path)
