"""AIS as receivers log it: NMEA sentences (VDM and VDO of any talker), with times in tag blocks or `$PGHP` lines.

Positions come from types 1, 2, 3, 18, 19 and 27, statements of identity from types 5, 19 and 24 (each part of a
type 24 is a statement of its own); all other types are checked and counted. What cannot be used is a reject with
its reason:

- sentences: `missing_checksum`, `bad_checksum`, `bad_sentence` (fields missing or not numbers),
  `line_too_long`, `incomplete_multipart` (one for each part);
- messages: `bad_payload` (illegal character or fill bits), `unknown_type`, `short_payload`, `bad_mmsi` (above nine
  digits), `no_position` (the message says that it has none), `bad_position` (outside the Earth's degrees), `no_time`.

So every sentence is part of a message or a reject. A type 19 without position or time still gives its statement.
Known false positives: a receiver whose clock is wrong gives wrong times, which are kept as logged; times of a log
line (not of a tag block or `$PGHP`) carry Flag.TIME_FROM_RECEIVER. Formats: IEC 61162-1 and -450, ITU-R M.1371-5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rubicon.case import Input
from rubicon.collect.batch import Batch
from rubicon.collect.nmea_messages import FAULTS, NO_NUMBER, PART_B, Messages, field, messages, text_field
from rubicon.collect.opening import open_stream
from rubicon.errors import NoUsableRows
from rubicon.kernels.nmea import (
    BAD_CHECKSUM,
    BAD_SENTENCE,
    INCOMPLETE_MULTIPART,
    LINE_TOO_LONG,
    LOG_CLOCK,
    MISSING_CHECKSUM,
    NO_TIME,
)
from rubicon.kernels.nmea_bits import decimals
from rubicon.provenance import SourceFile
from rubicon.schema import POSITION, REJECT, TIME, VESSEL, Flag

META = {
    "name": "nmea",
    "title": "AIS in NMEA sentences",
    "extensions": (".nmea", ".aivdm", ".ais", ".log", ".txt"),
    "doc": "Logs of AIS receivers: !AIVDM and !AIVDO sentences of any talker, with tag blocks or $PGHP times.",
}

_HEAD = re.compile(
    rb"(?:^|[\r\n])[\d.:TZ \t,-]{0,40}(?:\\[^\\\r\n]{1,400}\\){0,3}!..VD[MO],[1-9],[1-9],|(?:^|[\r\n])\$PGHP,1,"
)

SENTENCE_REASONS = {
    MISSING_CHECKSUM: ("missing_checksum", "no checksum after *"),
    BAD_CHECKSUM: ("bad_checksum", "the checksum does not hold"),
    BAD_SENTENCE: ("bad_sentence", "fields are missing or are not numbers"),
    LINE_TOO_LONG: ("line_too_long", "more than 1024 bytes without an end"),
    INCOMPLETE_MULTIPART: ("incomplete_multipart", "other parts of the message are missing"),
}
MAX_RAW_CHARS = 512

CLASS_A, CLASS_B, LONG_RANGE = (1, 2, 3), (18, 19), 27
_HAS_POSITION = np.isin(np.arange(PART_B + 2), [*CLASS_A, *CLASS_B, LONG_RANGE])
_HAS_STATIC = np.isin(np.arange(PART_B + 2), [5, 19, 24, PART_B])

STATUS = field({CLASS_A: (38, 4), LONG_RANGE: (40, 4)})
SPEED = field({CLASS_A: (50, 10), CLASS_B: (46, 10), LONG_RANGE: (79, 6)})
LON = field({CLASS_A: (61, 28), CLASS_B: (57, 28), LONG_RANGE: (44, 18)}, signed=True)
LAT = field({CLASS_A: (89, 27), CLASS_B: (85, 27), LONG_RANGE: (62, 17)}, signed=True)
COURSE = field({CLASS_A: (116, 12), CLASS_B: (112, 12), LONG_RANGE: (85, 9)})
HEADING = field({CLASS_A: (128, 9), CLASS_B: (124, 9)})

IMO = field({5: (40, 30)})
DRAUGHT = field({5: (294, 8)})
SHIP_TYPE = field({5: (232, 8), 19: (263, 8), PART_B: (40, 8)})
BOW = field({5: (240, 9), 19: (271, 9), PART_B: (132, 9)})
STERN = field({5: (249, 9), 19: (280, 9), PART_B: (141, 9)})
PORT = field({5: (258, 6), 19: (289, 6), PART_B: (150, 6)})
STARBOARD = field({5: (264, 6), 19: (295, 6), PART_B: (156, 6)})
NAME = text_field({5: (112, 20), 19: (143, 20), 24: (40, 20)})
CALL_SIGN = text_field({5: (70, 7), PART_B: (90, 7)})
DESTINATION = text_field({5: (302, 20)})

Column = npt.NDArray[Any]


def sniff(head: bytes) -> bool:
    """Whether the first bytes of a file look like logged AIS: a sentence or `$PGHP` at the start of a line.

    Comments, other NMEA sentences, tag blocks and times may stand before it.
    """
    return _HEAD.search(head) is not None


def read(file: SourceFile, options: Input) -> Iterator[Batch]:
    """Read a log; batches of at most some 40,000 messages, in the order in which messages were complete.

    No option applies. Raises NoUsableRows when there is no AIS sentence at all, and the errors of `open_stream`.
    """
    found, others = 0, 0
    with open_stream(file.path) as stream:
        for part in messages(stream):
            batch = _batch(part, file)
            found += batch.sentences + batch.rejects.num_rows
            others = part.other_lines
            yield batch
        notes = stream.notes
    if found == 0:
        raise NoUsableRows("the file holds no AIS sentence (VDM or VDO)", place=str(file.path))
    if others:
        notes += (f"{others} lines are neither AIS sentences nor comments and were passed over",)
    if notes:
        yield Batch(notes=notes)


def _batch(part: Messages, file: SourceFile) -> Batch:
    reports = position_columns(part)
    untimed = part.rows["time_us"][part.first[reports["message"]]] == NO_TIME
    reason = np.where((reports["reason"] == "") & untimed, "no_time", reports["reason"])
    return Batch(
        positions=_positions(part, {name: column[reason == ""] for name, column in reports.items()}, file),
        vessels=_vessels(part, file),
        rejects=_rejects(part, reports["message"], reason, file),
        sentences=part.sentences,
        messages=len(part),
    )


def position_columns(part: Messages) -> dict[str, Column]:
    """What the position reports among the messages say, one entry each: NaN or -1 where they say nothing.

    `message` is the place in `part`, `reason` why the report has no position, or empty. Time plays no part here.
    """
    which = np.flatnonzero(_HAS_POSITION[part.kind] & (part.fault == 0))
    coarse = part.kind[which] == LONG_RANGE
    lat, lon = part.integers(LAT, which), part.integers(LON, which)
    lat, lon = np.where(coarse, lat * 1000, lat), np.where(coarse, lon * 1000, lon)
    speed, course = part.integers(SPEED, which), part.integers(COURSE, which)
    heading, status = part.integers(HEADING, which), part.integers(STATUS, which)
    silent = (lat == 91 * 600_000) | (lon == 181 * 600_000)
    beyond = (np.abs(lat) > 90 * 600_000) | (np.abs(lon) > 180 * 600_000)
    course_end = np.where(coarse, 360, 3600)
    return {
        "message": which,
        "reason": np.select([silent, beyond], ["no_position", "bad_position"], ""),
        "lat_deg": lat / 600_000.0,
        "lon_deg": lon / 600_000.0,
        "speed_kn": np.where(
            speed == np.where(coarse, 63, 1023), np.nan, np.where(coarse, speed, speed / 10.0)
        ),
        "course_deg": np.where(course >= course_end, np.nan, np.where(coarse, course, course / 10.0)),
        "heading_deg": np.where((heading < 0) | (heading >= 360), np.nan, heading),
        "nav_status": np.where(status == NO_NUMBER, -1, status),
    }


def _positions(part: Messages, columns: dict[str, Column], file: SourceFile) -> pa.Table:
    which = columns["message"]
    rows = part.rows[part.first[which]]
    mmsi = part.mmsi[which]
    flags = (
        Flag.MMSI_NOT_A_SHIP * ((mmsi < 200_000_000) | (mmsi > 799_999_999))
        + Flag.NULL_ISLAND * ((columns["lat_deg"] == 0) & (columns["lon_deg"] == 0))
        + Flag.NO_SPEED * np.isnan(columns["speed_kn"])
        + Flag.TIME_FROM_RECEIVER * (rows["clock"] == LOG_CLOCK)
        + Flag.OWN_SHIP * (rows["own"] == 1)
    )
    return pa.table(
        {
            "vessel_id": _strings(*decimals(mmsi, 9)),
            "time_utc": _times(rows["time_us"]),
            "lat_deg": columns["lat_deg"],
            "lon_deg": columns["lon_deg"],
            "speed_kn": _known(columns["speed_kn"]),
            "course_deg": _known(columns["course_deg"]),
            "heading_deg": _known(columns["heading_deg"]),
            "nav_status": pa.array(columns["nav_status"].astype(np.int8), mask=columns["nav_status"] < 0),
            "message_type": part.kind[which].astype(np.int8),
            "receiver": _strings(*part.receivers(which)),
            "flags": flags.astype(np.int32),
            "source_id": _constant(file.source_id, len(which)),
            "offset": rows["offset"].copy(),
        },
        schema=POSITION,
    )


def static_columns(part: Messages) -> dict[str, Column]:
    """Numbers of the identity messages, one entry each: 0 or NO_NUMBER where they say nothing.

    `message` is the place in `part`. Part B of an auxiliary craft (MMSI 98...) has its mother ship's number in
    place of the dimensions, so it has none.
    """
    which = np.flatnonzero(_HAS_STATIC[part.kind] & (part.fault == 0))
    bow, stern, port, starboard = (part.integers(side, which) for side in (BOW, STERN, PORT, STARBOARD))
    craft = (part.kind[which] == PART_B) & (part.mmsi[which] // 10_000_000 == 98)
    kind = part.kind[which]
    return {
        "message": which,
        "imo": part.integers(IMO, which),
        "ship_type": part.integers(SHIP_TYPE, which),
        "length_m": np.where(craft, 0, bow + stern),
        "beam_m": np.where(craft, 0, port + starboard),
        "draught_m": part.integers(DRAUGHT, which),
        "part": np.where(kind == PART_B, 2, np.where(kind == 24, 1, 0)),
    }


def _vessels(part: Messages, file: SourceFile) -> pa.Table:
    columns = static_columns(part)
    which = columns["message"]
    rows = part.rows[part.first[which]]
    imo = columns["imo"]
    mmsi = _strings(*decimals(part.mmsi[which], 9))
    return pa.table(
        {
            "vessel_id": mmsi,
            "time_utc": _times(rows["time_us"]),
            "imo": _strings(*decimals(np.where(imo > 0, imo, -1), 7)),
            "imo_valid": pa.array(imo_check_digits_hold(imo), mask=imo <= 0),
            "mmsi": mmsi,
            "name": _strings(*part.texts(NAME, which)),
            "call_sign": _strings(*part.texts(CALL_SIGN, which)),
            "flag": pa.nulls(len(which), pa.string()),
            "ship_type": _strings(*decimals(np.where(columns["ship_type"] > 0, columns["ship_type"], -1), 1)),
            "length_m": _stated(columns["length_m"]),
            "beam_m": _stated(columns["beam_m"]),
            "draught_m": _stated(columns["draught_m"], 10.0),
            "destination": _strings(*part.texts(DESTINATION, which)),
            "source_id": _constant(file.source_id, len(which)),
            "offset": rows["offset"].copy(),
        },
        schema=VESSEL,
    )


def imo_check_digits_hold(imo: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether the seventh digit is the check digit of the first six (IMO resolution A.1117(30)); eight digits never."""
    total = sum(imo // 10 ** (7 - place) % 10 * (8 - place) for place in range(1, 7))
    holds: npt.NDArray[np.bool_] = (total % 10 == imo % 10) & (imo <= 9_999_999)
    return holds


def _rejects(part: Messages, reported: Column, reason: Column, file: SourceFile) -> pa.Table:
    """One row for each refused sentence, unreadable message and unusable position, in the order of the file."""
    made = [(int(row), *SENTENCE_REASONS[int(part.rows["reason"][row])]) for row in part.refused]
    for message in np.flatnonzero(part.fault):
        made.append((int(part.first[message]), FAULTS[part.fault[message]], _about(part, int(message))))
    for at in np.flatnonzero(reason != ""):
        made.append((int(part.first[reported[at]]), str(reason[at]), _about(part, int(reported[at]))))
    made.sort(key=lambda row: part.rows["offset"][row[0]])
    lines = [part.raw(row).decode("utf-8", "backslashreplace").strip()[:MAX_RAW_CHARS] for row, _, _ in made]
    return pa.table(
        {
            "source_id": _constant(file.source_id, len(made)),
            "offset": pa.array([int(part.rows["offset"][row]) for row, _, _ in made], pa.int64()),
            "reason": pa.array([reason for _, reason, _ in made], pa.string()),
            "detail": pa.array([detail for _, _, detail in made], pa.string()),
            "raw": pa.array(lines, pa.string()),
        },
        schema=REJECT,
    )


def _about(part: Messages, message: int) -> str:
    """What a refused message was, in words."""
    if part.bits[message] < 6:
        return "no message type can be read"
    kind = int(part.words[part.starts[message]] >> 58) & 63
    mmsi = f", MMSI {part.mmsi[message]:09d}" if part.mmsi[message] >= 0 else ""
    return f"type {kind} of {part.bits[message]} bits{mmsi}"


def _strings(ends: Column, data: Column) -> pa.Array:
    """Arrow strings from offsets and bytes; empty ones are null."""
    filled = np.packbits(np.diff(ends) > 0, bitorder="little")
    return pa.StringArray.from_buffers(
        len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(data), pa.py_buffer(filled)
    )


def _times(time_us: Column) -> pa.Array:
    return pa.array(time_us, pa.int64(), mask=time_us == NO_TIME).view(TIME)


def _known(values: Column) -> pa.Array:
    return pa.array(values, pa.float64(), mask=np.isnan(values))


def _stated(values: Column, scale: float = 1.0) -> pa.Array:
    return pa.array(values / scale, pa.float64(), mask=values <= 0)


def _constant(text: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), count)
