"""Real logs: against gpsd's own decoding, field by field, and against published counts."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from naive import nmea as twin
from rubicon.case import Input
from rubicon.collect.nmea_messages import PART_B, Messages, messages
from rubicon.collect.sources import nmea
from rubicon.provenance import source_file
from rubicon.schema import Flag

pytestmark = pytest.mark.real

POSITION_TYPES, STATIC_TYPES = {1, 2, 3, 18, 19, 27}, {5, 19, 24}


@pytest.fixture(scope="module")
def logs(data_dir: Path) -> Path:
    return data_dir / "ais" / "nmea"


def decoded(data: bytes) -> list[dict[str, Any]]:
    """All messages with the columns that they give before times are asked for, unscaled as gpsd writes them."""
    (part,) = (part for part in messages(io.BytesIO(data)) if len(part))
    told = [{"kind": int(kind), "mmsi": int(mmsi)} for kind, mmsi in zip(part.kind, part.mmsi, strict=True)]
    _add_positions(part, told)
    _add_statics(part, told)
    return told


def _add_positions(part: Messages, told: list[dict[str, Any]]) -> None:
    reports = nmea.position_columns(part)
    for n, m in enumerate(reports["message"]):
        row = {name: column[n] for name, column in reports.items()}
        coarse = part.kind[m] == 27
        degree, tenth = (600, 1) if coarse else (600_000, 10)
        told[m] |= {
            "lat": round(row["lat_deg"] * degree),
            "lon": round(row["lon_deg"] * degree),
            "speed": (63 if coarse else 1023)
            if np.isnan(row["speed_kn"])
            else round(row["speed_kn"] * tenth),
            "course": None if np.isnan(row["course_deg"]) else round(row["course_deg"] * tenth),
            "heading": None if np.isnan(row["heading_deg"]) else int(row["heading_deg"]),
            "status": None if row["nav_status"] < 0 else int(row["nav_status"]),
        }


def _add_statics(part: Messages, told: list[dict[str, Any]]) -> None:
    statics = nmea.static_columns(part)
    which = statics["message"]
    texts = {"shipname": nmea.NAME, "callsign": nmea.CALL_SIGN, "destination": nmea.DESTINATION}
    read = {name: part.texts(field, which) for name, field in texts.items()}
    for n, m in enumerate(which):
        told[m] |= {
            name: data[ends[n] : ends[n + 1]].tobytes().decode() for name, (ends, data) in read.items()
        }
        told[m] |= {
            name: int(statics[name][n]) for name in ("imo", "ship_type", "length_m", "beam_m", "draught_m")
        }


def beside(
    ours: list[dict[str, Any]], theirs: list[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Pairs of the same message, in order; gpsd leaves out only parts of a type 24 whose other part it waits for."""
    waiting = iter(theirs)
    other = next(waiting, None)
    for message in ours:
        kind = 24 if message["kind"] == PART_B else message["kind"]
        if other and (kind, message["mmsi"]) == (other["type"], other["mmsi"]):
            yield message, other
            other = next(waiting, None)
        else:
            assert kind == 24, f"gpsd has no {message}"
    assert other is None


def joined(ours: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """What both parts of a type 24 say together, by MMSI, as gpsd writes them."""
    told: dict[int, dict[str, Any]] = {}
    for message in ours:
        names = ("shipname",) if message["kind"] == 24 else ("callsign", "ship_type", "length_m", "beam_m")
        if message["kind"] in (24, PART_B):
            told.setdefault(message["mmsi"], {}).update({name: message[name] for name in names})
    return told


def compare(message: dict[str, Any], other: dict[str, Any]) -> int:
    """Compare the fields that both have; gives how many."""
    expected: dict[str, Any] = {"mmsi": other["mmsi"]}
    if other["type"] in POSITION_TYPES:
        expected |= {name: other[name] for name in ("lat", "lon", "speed")}
        expected["course"] = (
            other["course"] if other["course"] < (360 if other["type"] == 27 else 3600) else None
        )
        expected["heading"] = other["heading"] if other.get("heading", 511) < 360 else None
        expected["status"] = other.get("status")
    if other["type"] in STATIC_TYPES:
        expected |= {
            name: other[name] for name in ("shipname", "callsign", "destination", "imo") if name in other
        }
        expected["ship_type"] = other["shiptype"]
        expected["length_m"] = other["to_bow"] + other["to_stern"]
        expected["beam_m"] = other["to_port"] + other["to_starboard"]
        if "draught" in other:
            expected["draught_m"] = other["draught"]
    assert {name: message[name] for name in expected} == expected
    return len(expected)


def gpsd(path: Path, *, beneath: bool) -> list[dict[str, Any]]:
    """gpsd's AIS objects of a file; `beneath`: only those directly below a sentence (others are repeats)."""
    lines = path.read_text(encoding="utf-8").splitlines()
    chosen = [
        json.loads(line) for last, line in zip(["", *lines], lines, strict=False)
        if line.startswith("{") and (not beneath or last.startswith("!"))
    ]  # fmt: skip
    return [entry for entry in chosen if entry["class"] == "AIS"]


@pytest.mark.parametrize(
    ("log", "answer", "beneath", "count", "fields"),
    [
        ("gpsd_sample.aivdm", "gpsd_sample.aivdm.ju.chk", False, 97, 207),
        ("gpsd_ais-nmea.log", "gpsd_ais-nmea.log.chk", True, 166, 1146),
        ("gpsd_ais-raw-messages.log", "gpsd_ais-raw-messages.log.chk", True, 108, 699),
    ],
)
def test_gpsd_decodes_the_same(
    logs: Path, log: str, answer: str, beneath: bool, count: int, fields: int
) -> None:
    ours, pairs, compared = decoded((logs / log).read_bytes()), 0, 0
    both_parts = joined(ours)
    for message, other in beside(ours, gpsd(logs / answer, beneath=beneath)):
        compared += compare(message | (both_parts[message["mmsi"]] if other["type"] == 24 else {}), other)
        pairs += 1
    assert (pairs, compared) == (count, fields)


def read(path: Path) -> dict[str, Any]:
    """All tables of a log, and its counts."""
    batches = list(nmea.read(source_file(path), Input(file=path.name, format="nmea")))
    tables: dict[str, Any] = {
        name: pa.concat_tables([getattr(b, name) for b in batches])
        for name in ("positions", "vessels", "rejects")
    }
    return tables | {name: sum(getattr(b, name) for b in batches) for name in ("sentences", "messages")}


def test_tag_blocks_of_libais(logs: Path) -> None:
    found = read(logs / "tagblock.nmea")
    expected = [
        json.loads(line) for line in (logs / "tagblock.json").read_text(encoding="utf-8").splitlines()
    ]
    reports = {entry["tagblock_timestamp"]: entry for entry in expected if entry["type"] == 1}
    assert len(found["positions"]) == len(reports) == 3
    for row in found["positions"].to_pylist():
        other = reports[row["time_utc"].strftime("%Y-%m-%dT%H:%M:%S.000000Z")]
        assert (row["vessel_id"], row["receiver"]) == (str(other["mmsi"]), other["tagblock_station"])
        assert (row["lat_deg"], row["lon_deg"]) == pytest.approx((other["lat"], other["lon"]), abs=2e-5)
        assert (row["speed_kn"], row["course_deg"]) == pytest.approx(
            (other["speed"], other["course"]), abs=2e-5
        )
        assert (row["heading_deg"], row["nav_status"]) == (other["heading"], other["status"])
    (static,) = found["vessels"].to_pylist()
    (other,) = (entry for entry in expected if entry["type"] == 5)
    assert (static["name"], static["call_sign"], static["destination"]) == (
        other["shipname"],
        other["callsign"],
        None,
    )
    assert (static["length_m"], static["beam_m"]) == (
        other["to_bow"] + other["to_stern"],
        other["to_port"] + other["to_starboard"],
    )
    assert static["time_utc"].strftime("%Y-%m-%dT%H:%M:%S.000000Z") == other["tagblock_timestamp"]


def test_stream_of_aislib(logs: Path) -> None:
    path = logs / "aislib_stream_example.txt"
    found, log = read(path), twin.read(path.read_bytes())
    assert (found["sentences"], found["messages"]) == (4500, 4051)
    assert (log.sentences, len(log.messages), log.refused) == (4500, 4051, [])
    assert sum(message["own"] for message in log.messages) == 143
    kinds = Counter(twin.unsigned(message["bits"], 0, 6) for message in log.messages)
    reports = sum(number for kind, number in kinds.items() if kind in POSITION_TYPES)
    statics = sum(number for kind, number in kinds.items() if kind in STATIC_TYPES)
    assert set(found["rejects"]["reason"].to_pylist()) == {"no_position"}
    assert len(found["positions"]) + len(found["rejects"]) == reports == 2988
    assert len(found["vessels"]) == statics == 498
    seconds = pc.unique(pc.floor_temporal(found["positions"]["time_utc"], unit="minute")).to_pylist()
    assert {time.strftime("%Y-%m-%d %H:%M") for time in seconds} <= {
        f"2010-06-11 11:{m}" for m in range(45, 52)
    }
    assert found["positions"]["receiver"].null_count == 0


def test_log_times_and_garbage_of_libais(logs: Path) -> None:
    found = read(logs / "libais_test.aivdm")
    assert (found["sentences"], found["messages"]) == (263, 261)
    assert Counter(found["rejects"]["reason"].to_pylist()) == {
        "unknown_type": 17, "short_payload": 11, "bad_mmsi": 10, "bad_position": 6,
    }  # fmt: skip
    flags = found["positions"]["flags"].to_pylist()
    assert all(flag & Flag.TIME_FROM_RECEIVER for flag in flags)
    assert set(found["positions"]["receiver"].to_pylist()) >= {"b003669794", "r08RROB1"}


@pytest.mark.parametrize("log", ["gpsd_sample.aivdm", "gpsd_ais-nmea.log", "gpsd_ais-raw-messages.log", "libais_test.aivdm",
                                 "aislib_stream_example.txt", "tagblock.nmea"])  # fmt: skip
def test_twin_agrees_and_sniffs(logs: Path, log: str) -> None:
    data = (logs / log).read_bytes()
    expected = twin.read(data)
    parts = list(messages(io.BytesIO(data), chunk_bytes=5000, max_sentences=37))
    assert nmea.sniff(data[:65536])
    assert sum(part.sentences for part in parts) == expected.sentences
    assert [int(row["offset"]) for part in parts for row in part.rows[part.first]] == [
        m["offset"] for m in expected.messages
    ]
