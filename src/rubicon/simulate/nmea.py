"""AIS messages as the lines that a receiver logs: six-bit fields, armour, checksum, parts and tag block.

Written for ITU-R M.1371-5 (position reports 1 and 3, static data 5, class B 18 and 24) and for the sentence and
tag block formats of NMEA 0183 and IEC 61162-1. Quantities are in knots, degrees and metres, and are rounded to the
message's own unit; a heading of 511 and a course of 360 say not available.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]
Field = tuple[Column | int, int]
"""Value or values of a field, and its width in bits."""

NO_TURN_INDICATOR = -128
NO_HEADING = 511
NO_COURSE = 360.0
NO_ARRIVAL_TIME = (0, 4), (0, 5), (24, 5), (60, 6)
CARRIER_SENSE_STATE = 1 << 19 | 0b1100000000000000110
"""What class B carrier-sense units send in place of a communication state."""
PART_CHARACTERS = 60
"""Keeps a sentence within the 82 characters of IEC 61162-1."""
ARMOUR = np.array([*range(48, 88), *range(96, 120)], np.uint8)


def payloads(fields: Sequence[Field]) -> list[str]:
    """Armoured payloads, one for each row of the fields; the last character is filled up with zero bits."""
    rows = max(np.size(value) for value, _ in fields)
    used = sum(width for _, width in fields)
    bits, at = np.zeros((rows, used + fill_bits(used)), np.int64), 0
    for value, width in fields:
        column = np.asarray(value, np.int64).reshape(-1, 1)
        bits[:, at : at + width] = column >> np.arange(width - 1, -1, -1) & 1
        at += width
    sixes = bits.reshape(rows, -1, 6) @ np.array([32, 16, 8, 4, 2, 1], np.int64)
    return [line.tobytes().decode("ascii") for line in ARMOUR[sixes]]


def fill_bits(bits: int) -> int:
    """Zero bits that fill a message up to whole characters."""
    return -bits % 6


def text(value: str, characters: int) -> list[Field]:
    """Six-bit characters of a text, cut or padded with @ to a length; lower case becomes upper case, other scripts ?."""
    codes = value.upper().encode("ascii", "replace")[:characters].ljust(characters, b"@")
    return [(code & 63, 6) for code in codes]


def _scaled(value: Column, unit: float) -> npt.NDArray[np.int64]:
    return np.rint(np.asarray(value) * unit).astype(np.int64)


class Motion(NamedTuple):
    """Columns of position reports: where ships say they are and how they move; latitude and longitude in degrees."""

    second: Column
    lat_deg: Column
    lon_deg: Column
    speed_kn: Column
    course_deg: Column
    heading_deg: Column | int

    def fields(self) -> list[Field]:
        """The fields from speed to second that both classes share."""
        heading = (
            self.heading_deg if isinstance(self.heading_deg, int) else _scaled(self.heading_deg, 1) % 360
        )
        course = np.where(self.course_deg < NO_COURSE, _scaled(self.course_deg, 10) % 3600, 3600)
        return [
            (np.minimum(_scaled(self.speed_kn, 10), 1022), 10), (1, 1),
            (_scaled(self.lon_deg, 600_000), 28), (_scaled(self.lat_deg, 600_000), 27),
            (course, 12), (heading, 9), (self.second, 6),
        ]  # fmt: skip


class Hull(NamedTuple):
    """What static reports say of a ship."""

    name: str
    call_sign: str
    ship_type: int
    length_m: int
    beam_m: int

    def dimensions(self) -> list[Field]:
        """Metres to bow, stern, port and starboard of an antenna four fifths aft, on the middle line."""
        to_stern, to_port = self.length_m // 5, self.beam_m // 2
        return [(self.length_m - to_stern, 9), (to_stern, 9), (to_port, 6), (self.beam_m - to_port, 6)]


def position_a(mmsi: int, kind: Column, status: Column, motion: Motion) -> list[Field]:
    """Class A position report, type 1, 2 or 3 as `kind` says; 168 bits."""
    return [(kind, 6), (0, 2), (mmsi, 30), (status, 4), (NO_TURN_INDICATOR, 8), *motion.fields(), (0, 25)]


def position_b(mmsi: int, motion: Motion) -> list[Field]:
    """Class B position report, type 18, of a carrier-sense unit with DSC and the whole marine band; 168 bits."""
    unit = [(0, 2), (1, 1), (0, 1), (1, 1), (1, 1), (0, 1), (0, 1), (0, 1), (CARRIER_SENSE_STATE, 20)]
    return [(18, 6), (0, 2), (mmsi, 30), (0, 8), *motion.fields(), *unit]


def static_a(mmsi: int, imo: int, hull: Hull, draught_m: float, destination: str) -> list[Field]:
    """Static and voyage data, type 5, without an arrival time; 424 bits."""
    return [
        (5, 6), (0, 2), (mmsi, 30), (2, 2), (imo, 30), *text(hull.call_sign, 7), *text(hull.name, 20),
        (hull.ship_type, 8), *hull.dimensions(), (1, 4), *NO_ARRIVAL_TIME, (round(draught_m * 10), 8),
        *text(destination, 20), (0, 2),
    ]  # fmt: skip


def static_b(mmsi: int, hull: Hull) -> tuple[list[Field], list[Field]]:
    """Class B static data, type 24: part A with the name (160 bits) and part B with the rest (168 bits)."""
    head: list[Field] = [(24, 6), (0, 2), (mmsi, 30)]
    rest = [*text("SIM", 3), (0, 24), *text(hull.call_sign, 7), *hull.dimensions(), (1, 4), (0, 2)]
    return [*head, (0, 2), *text(hull.name, 20)], [*head, (1, 2), (hull.ship_type, 8), *rest]


def checksums(bodies: Sequence[str]) -> list[str]:
    """Exclusive or of each body's bytes as two hex digits; bodies hold no zero byte."""
    if not bodies:
        return []
    characters = np.array(bodies, np.bytes_)
    folded = np.bitwise_xor.reduce(characters.view(np.uint8).reshape(len(bodies), -1), axis=1)
    return [f"{value:02X}" for value in folded.tolist()]


def log_lines(
    payload: Sequence[str], fill: int, times_s: Sequence[int], stations: Sequence[str], mmsi: int
) -> list[str]:
    """Whole lines for messages of one ship: tag block with station and time, then the sentence.

    A payload of more than 60 characters becomes parts on lines of their own, joined in one string by a line
    end; their sentence group and sequence numbers come from ship and time, so no ship changes another's lines.
    """
    tags, sentences, joints = [], [], []
    for body, at_s, station in zip(payload, times_s, stations, strict=True):
        parts = [body[i : i + PART_CHARACTERS] for i in range(0, len(body), PART_CHARACTERS)]
        group, channel = (mmsi + at_s) % 9973, "AB"[at_s % 2]
        for number, part in enumerate(parts, start=1):
            last = number == len(parts)
            many = len(parts) > 1
            tags.append(f"{f'g:{number}-{len(parts)}-{group},' if many else ''}s:{station},c:{at_s}")
            sentences.append(
                f"AIVDM,{len(parts)},{number},{group % 10 if many else ''},{channel},{part},{fill if last else 0}"
            )
            joints.append(last)
    lines = [
        f"\\{tag}*{tag_sum}\\!{sentence}*{sentence_sum}\n"
        for tag, tag_sum, sentence, sentence_sum in zip(
            tags, checksums(tags), sentences, checksums(sentences), strict=True
        )
    ]
    return _joined(lines, joints)


def _joined(lines: Sequence[str], ends: Sequence[bool]) -> list[str]:
    """Lines up to each marked one as one string."""
    made, start = [], 0
    for row, end in enumerate(ends, start=1):
        if end:
            made.append("".join(lines[start:row]))
            start = row
    return made
