"""AIS messages out of a stream of bytes: sentences found, checked and joined, payloads ready to be read.

Times, stations and identities are as logged; what a message must hold to become a row is up to the source.
Fields are declared as data (`field`), by kind of message, and read as whole columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from rubicon.kernels import nmea_bits as bits_kernel
from rubicon.kernels import nmea_join as join_kernel
from rubicon.kernels.nmea import MAX_PARTS, MAX_TOKEN, NO_TIME, SENTENCE, STATE, scan
from rubicon.kernels.nmea_bits import NO_NUMBER, PART_B

Numbers = npt.NDArray[np.int64]
Places = npt.NDArray[Any]

CHUNK_BYTES = 1 << 21
MAX_SENTENCES = 40_000

_KINDS = bits_kernel.OTHER_PART + 1

MIN_BITS = np.zeros(_KINDS, np.int64)
"""Bits that a message of each kind needs: up to the last field that every receiver sends.

Shorter than the standard's length where spare bits or the radio's own state are left off: type 5 of 420 or 422 bits,
part A of type 24 of 160, type 27 of 95. Types of open length need their fixed head.
"""
MIN_BITS[1:_KINDS] = [
    149, 149, 149, 149, 420, 88, 70, 56, 148, 68, 149, 72, 70, 40, 88, 92, 80, 148, 308, 70, 271, 145, 159, 160,
    40, 40, 95, 162, 40,
]  # fmt: skip

FAULTS = ("", "bad_payload", "unknown_type", "short_payload", "bad_mmsi")
"""Why an assembled message cannot be read, by code."""


class Field(NamedTuple):
    """Where a field lies: first bit and width by kind of message (width 0: it has none)."""

    at: Places
    width: Places
    signed: bool


def field(places: Mapping[int | tuple[int, ...], tuple[int, int]], *, signed: bool = False) -> Field:
    """Declare a field: for each kind, or several, its first bit and its width in bits."""
    at, width = np.zeros(_KINDS, np.int64), np.zeros(_KINDS, np.int64)
    for kinds, (first, wide) in places.items():
        at[np.asarray(kinds)], width[np.asarray(kinds)] = first, wide
    return Field(at, width, signed)


def text_field(places: Mapping[int, tuple[int, int]]) -> Field:
    """Declare a text: for each kind its first bit and its number of characters."""
    return field({kind: (first, chars * 6) for kind, (first, chars) in places.items()})


@dataclass(frozen=True)
class Messages:
    """The messages that one stretch of a stream completed, in order of completion; arrays of one entry each.

    `first` is the row in `rows` (dtype `kernels.nmea.SENTENCE`) of the earliest sentence; `kind` the message type,
    or PART_B; `fault` a code of FAULTS, 0 when the payload can be read. `refused` are rows of `rows` that
    became part of no message. `sentences` counts VDM and VDO sentences read, `other_lines` lines so far in
    the stream that were none, nor comments or time lines.
    """

    sentences: int
    other_lines: int
    buf: npt.NDArray[np.uint8]
    rows: Places
    refused: Places
    first: Places
    words: Numbers
    starts: Numbers
    bits: Numbers
    kind: Numbers
    mmsi: Numbers
    fault: Places

    def __len__(self) -> int:
        return len(self.first)

    def integers(self, field: Field, which: Places) -> Numbers:
        """One integer field of the messages at `which`; NO_NUMBER where a message has none."""
        found: Numbers = bits_kernel.integers(
            self.words, self.starts[which], self.bits[which], self.kind[which], *field
        )
        return found

    def texts(self, field: Field, which: Places) -> tuple[Places, Places]:
        """One text field of the messages at `which`, as Arrow's offsets and bytes; empty where there is none."""
        at, width, _ = field
        ends, data = bits_kernel.texts(
            self.words, self.starts[which], self.bits[which], self.kind[which], at, width
        )
        return ends, data

    def receivers(self, which: Places) -> tuple[Places, Places]:
        """Who heard each message at `which`: station, base station or talker, as Arrow's offsets and bytes."""
        ends, data = bits_kernel.receivers(self.buf, self.rows, self.first[which])
        return ends, data

    def receiver(self, message: int) -> str:
        """Who heard one message."""
        _, data = self.receivers(np.array([message]))
        return str(data.tobytes().decode("ascii"))

    def packed(self) -> tuple[bytes, Numbers]:
        """All payloads as octets, and where each begins (one entry more than messages)."""
        return self.words.astype(">i8").tobytes(), self.starts * 8

    def raw(self, row: int) -> bytes:
        """The line of a sentence as read."""
        return self.buf[self.rows["begin"][row] : self.rows["end"][row]].tobytes()


def messages(
    stream: BinaryIO, *, chunk_bytes: int = CHUNK_BYTES, max_sentences: int = MAX_SENTENCES
) -> Iterator[Messages]:
    """Read a stream to its end; what it gives does not depend on the sizes of chunks.

    Each item has at most `max_sentences` sentences and what `chunk_bytes` hold; memory is bounded by both.
    The last item may hold no messages.
    """
    state = np.zeros(1, STATE)
    state["expects"], state["time_us"] = -1, NO_TIME
    slots = join_kernel.fresh_slots()
    held = np.full((join_kernel.SLOTS, MAX_PARTS), -1, np.int32)
    kept, front, rest = np.empty(0, SENTENCE), np.empty(0, np.uint8), np.empty(0, np.uint8)
    offset, final = 0, False
    while not final:
        asked = max(chunk_bytes - rest.size, MAX_TOKEN)
        fresh = np.frombuffer(_read(stream, asked), np.uint8)
        ended = fresh.size < asked
        buf = np.concatenate([front, rest, fresh])
        rows = np.empty(kept.size + max_sentences, SENTENCE)
        rows[: kept.size] = kept
        count, used = scan(buf, front.size, buf.size, offset - front.size, ended, state, rows, kept.size)
        final = ended and used == buf.size
        rows = rows[:count]
        out = np.empty((4, count), np.int32)
        made, refusals = join_kernel.assemble(buf, rows, kept.size, final, state, slots, held, out)
        yield _messages(buf, rows, out, made, refusals, kept.size, int(state["other_lines"][0]))
        offset += used - front.size
        rest = buf[used:]
        kept, front = join_kernel.keep(buf, rows, state, slots, held)


def _read(stream: BinaryIO, size: int) -> bytes:
    """Up to `size` bytes, fewer only at the end; a stream may give less than it is asked for."""
    parts, left = [], size
    while left and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _messages(
    buf: npt.NDArray[np.uint8],
    rows: Places,
    out: Places,
    made: int,
    refusals: int,
    kept: int,
    other_lines: int,
) -> Messages:
    """Open the payloads of the messages that `assemble` found and judge them."""
    ends = out[join_kernel.OUT_ENDS, :made]
    parts = out[join_kernel.OUT_PARTS, : ends[-1] if made else 0]
    words, starts, bits = bits_kernel.unarmour(buf, rows, parts, ends)
    kind, mmsi, fault = bits_kernel.judge(words, starts, bits, MIN_BITS)
    return Messages(
        sentences=bits_kernel.count_ais(rows, kept),
        other_lines=other_lines,
        buf=buf,
        rows=rows,
        refused=out[join_kernel.OUT_REFUSED, :refusals],
        first=out[join_kernel.OUT_FIRSTS, :made],
        words=words,
        starts=starts,
        bits=bits,
        kind=kind,
        mmsi=mmsi,
        fault=fault,
    )


__all__ = ["FAULTS", "NO_NUMBER", "PART_B", "Field", "Messages", "field", "messages", "text_field"]
