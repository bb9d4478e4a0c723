"""Loops that turn armoured AIS payloads into columns of numbers and texts (ITU-R M.1371-5, annex 8).

Which bits a field takes is data that the caller passes in, so a new message type needs no new kernel.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rubicon.kernels.nmea import ILLEGAL, ZERO

Array = npt.NDArray[Any]

NO_NUMBER = -(2**31)
"""What a field that a message does not have reads as."""

_ARMOUR = np.full(256, ILLEGAL, np.uint8)
_ARMOUR[48:88] = np.arange(40)
_ARMOUR[96:120] = np.arange(40, 64)


@njit(nogil=True, cache=True)
def unarmour(buf: Array, rows: Array, parts: Array, ends: Array) -> tuple[Array, Array, Array]:
    """Payloads as 64-bit words, each message from a word of its own on; where each starts, and its length in bits.

    Bits beyond the length are zero. `starts` has one entry more than there are messages. The length is -1 when a
    character is not one of the armour, the number of fill bits is not 0 to 5 or more than there are bits, or a part
    other than the last has fill bits.
    """
    size = 0
    for p in range(parts.size):
        size += rows[parts[p]]["length"]
    words = np.zeros(size * 6 // 64 + ends.size + 2, np.int64)
    starts, bits = np.empty(ends.size + 1, np.int64), np.empty(ends.size, np.int64)
    to, p = 0, 0
    for m in range(ends.size):
        starts[m] = to
        worst, fill, seen, chars, used = 0, 0, 0, 0, 0
        held: Any = np.int64(0)
        while p < ends[m]:
            row = rows[parts[p]]
            worst = max(worst, fill)
            fill = row["fill"]
            worst = max(worst, 0 if fill <= 5 else ILLEGAL)
            begin, length = row["payload"], row["length"]
            for k in range(begin, begin + length):
                value = np.int64(_ARMOUR[buf[k]])
                seen |= int(value)
                if used <= 58:
                    held = (held << 6) | value
                    used += 6
                    if used == 64:
                        words[to] = held
                        to, held, used = to + 1, np.int64(0), 0
                else:
                    over = used - 58
                    words[to] = (held << (6 - over)) | (value >> over)
                    to, held, used = to + 1, value & ((1 << over) - 1), over
            chars += length
            p += 1
        length_bits = chars * 6 - fill
        bits[m] = length_bits if worst == 0 and seen < 64 and length_bits >= 0 else -1
        if used > 0:
            words[to] = held << (64 - used)
            to += 1
        if bits[m] >= 0 and to > starts[m]:
            _clear(words, starts[m], to, bits[m])
    starts[ends.size] = to
    return words, starts, bits


@njit(nogil=True, cache=True)
def _clear(words: Array, start: int, end: int, bits: int) -> None:
    """Zero what lies behind the last bit of a message."""
    keep = bits - 64 * (end - 1 - start)
    if keep <= 0:
        words[end - 1] = 0
        keep, end = keep + 64, end - 1
    if keep < 64 and end > start:
        words[end - 1] &= np.int64(-1) << (64 - keep)


@njit(nogil=True, cache=True)
def _bits(words: Array, start: int, bit: int, width: int) -> int:
    """The unsigned number of `width` bits (at most 32) that begins at a bit of the message at `start`."""
    at, first = start + (bit >> 6), bit & 63
    spare = 64 - first - width
    if spare >= 0:
        found: int = (words[at] >> spare) & ((1 << width) - 1)
        return found
    value: int = (words[at] << -spare) | ((words[at + 1] >> (64 + spare)) & ((1 << -spare) - 1))
    return value & ((1 << width) - 1)


@njit(nogil=True, cache=True)
def fields(words: Array, starts: Array, which: Array, layout: Array, out: Array) -> None:
    """Several integer fields of messages of one layout; bits beyond the end of a message read as zero.

    Row f of `layout` is first bit, width and whether it is signed; row f of `out` gets the values of the messages
    `which`. Blocks of messages are small enough to stay near the processor for all fields.
    """
    for begin in range(0, which.size, 2048):
        end = min(begin + 2048, which.size)
        for f in range(layout.shape[0]):
            bit, width, signed = layout[f, 0], layout[f, 1], layout[f, 2]
            at, spare = bit >> 6, 64 - (bit & 63) - width
            mask, top = (1 << width) - 1, 1 << (width - 1)
            for n in range(begin, end):
                start = starts[which[n]] + at
                if start >= starts[which[n] + 1]:
                    value = np.int64(0)
                elif spare >= 0:
                    value = (words[start] >> spare) & mask
                else:
                    value = words[start] << -spare
                    if start + 1 < starts[which[n] + 1]:
                        value |= (words[start + 1] >> (64 + spare)) & ((1 << -spare) - 1)
                    value &= mask
                out[f, n] = value - ((value & top) << 1) if signed else value


@njit(nogil=True, cache=True)
def integers(
    words: Array, starts: Array, bits: Array, kinds: Array, at: Array, width: Array, signed: bool
) -> Array:
    """One integer field of many messages; `at` and `width` say by kind of message where it lies.

    NO_NUMBER where the kind has no such field (width 0) or the message ends before it does.
    """
    out = np.empty(starts.size, np.int64)
    for m in range(starts.size):
        bit, wide = at[kinds[m]], width[kinds[m]]
        if wide == 0 or bit + wide > bits[m]:
            out[m] = NO_NUMBER
            continue
        value = _bits(words, starts[m], bit, wide)
        out[m] = value - (1 << wide) if signed and value >> (wide - 1) else value
    return out


@njit(nogil=True, cache=True)
def texts(
    words: Array, starts: Array, bits: Array, kinds: Array, at: Array, width: Array
) -> tuple[Array, Array]:
    """One text field of many messages as Arrow keeps strings: ends of each, and all bytes.

    A text ends at the first `@` (ITU-R M.1371-5, 3.3.7), and blanks around it are dropped.
    """
    ends, out = np.zeros(starts.size + 1, np.int32), np.empty(starts.size * (width.max() // 6), np.uint8)
    used = 0
    for m in range(starts.size):
        begin, bit = used, at[kinds[m]]
        length = min(width[kinds[m]], bits[m] - bit) // 6
        for k in range(length):
            value = _bits(words, starts[m], bit + 6 * k, 6)
            if value == 0:
                break
            if value != 32 or used > begin:
                out[used] = value + 64 if value < 32 else value
                used += 1
        while used > begin and out[used - 1] == 32:
            used -= 1
        ends[m + 1] = used
    return ends, out[:used]


@njit(nogil=True, cache=True)
def _put(out: Array, at: int, value: int, least: int) -> int:
    """Write a number in decimal with at least so many digits; gives how many there are."""
    digits, rest = 1, value // 10
    while rest > 0:
        digits, rest = digits + 1, rest // 10
    digits = max(digits, least)
    for k in range(at + digits - 1, at - 1, -1):
        out[k] = ZERO + value % 10
        value //= 10
    return digits


@njit(nogil=True, cache=True)
def decimals(values: Array, least: int) -> tuple[Array, Array]:
    """Numbers as decimal texts with leading zeros; negative ones become empty."""
    ends, out = np.zeros(values.size + 1, np.int32), np.empty(values.size * 19, np.uint8)
    used = 0
    for m in range(values.size):
        if values[m] >= 0:
            used += _put(out, used, values[m], least)
        ends[m + 1] = used
    return ends, out[:used]


@njit(nogil=True, cache=True)
def receivers(buf: Array, rows: Array, which: Array) -> tuple[Array, Array]:
    """Who heard each message: its station, else the base station that `$PGHP` names, else the talker."""
    size = 9 * which.size
    for m in range(which.size):
        size += rows[which[m]]["station_length"]
    ends, out = np.zeros(which.size + 1, np.int32), np.empty(size, np.uint8)
    used = 0
    for m in range(which.size):
        row = rows[which[m]]
        begin, length = row["station"], row["station_length"]
        if length == 0 and row["base"] > 0:
            used += _put(out, used, row["base"], 9)
        else:
            if length == 0:
                begin, length = row["head"] + 1, 2
            for k in range(length):
                byte = buf[begin + k]
                out[used] = byte if 32 < byte < 127 else 63
                used += 1
        ends[m + 1] = used
    return ends, out[:used]


BAD_PAYLOAD, UNKNOWN_TYPE, SHORT_PAYLOAD, BAD_MMSI = range(1, 5)
TYPES, PART_B, OTHER_PART = 27, 28, 29
"""Types of message are 1 to 27; part B of type 24 is a kind of its own, and so is any other part."""
MAX_MMSI = 999_999_999


@njit(nogil=True, cache=True)
def judge(words: Array, starts: Array, bits: Array, min_bits: Array) -> tuple[Array, Array, Array]:
    """Kind of each message (0 for a type that is none), its MMSI (NO_NUMBER without one) and why it cannot be read, or 0."""
    kind, mmsi = np.empty(bits.size, np.int64), np.empty(bits.size, np.int64)
    fault = np.zeros(bits.size, np.int64)
    for m in range(bits.size):
        first = words[starts[m]] if bits[m] > 0 else np.int64(0)
        type_ = (first >> 58) & 63 if bits[m] >= 6 else np.int64(0)
        kind[m] = type_ if type_ <= TYPES else 0
        if type_ == 24 and bits[m] >= 40:
            part = (first >> 24) & 3
            kind[m] = 24 if part == 0 else PART_B if part == 1 else OTHER_PART
        mmsi[m] = (first >> 26) & 0x3FFFFFFF if bits[m] >= 38 else NO_NUMBER
        if bits[m] < 0:
            fault[m] = BAD_PAYLOAD
        elif bits[m] >= 6 and (kind[m] == 0 or kind[m] == OTHER_PART):
            fault[m] = UNKNOWN_TYPE
        elif bits[m] < 6 or bits[m] < min_bits[kind[m]]:
            fault[m] = SHORT_PAYLOAD
        elif mmsi[m] > MAX_MMSI:
            fault[m] = BAD_MMSI
    return kind, mmsi, fault


@njit(nogil=True, cache=True)
def heard(rows: Array, which: Array) -> tuple[Array, Array]:
    """Byte offset and time of the sentences `which`."""
    offset, time_us = np.empty(which.size, np.int64), np.empty(which.size, np.int64)
    for n in range(which.size):
        row = rows[which[n]]
        offset[n], time_us[n] = row["offset"], row["time_us"]
    return offset, time_us


@njit(nogil=True, cache=True)
def count_ais(rows: Array, begin: int) -> int:
    """How many rows from `begin` on are VDM or VDO sentences."""
    found = 0
    for r in range(begin, rows.size):
        found += rows[r]["ais"] != 0
    return found


@njit(nogil=True, cache=True)
def octets(words: Array, starts: Array, bits: Array, which: Array) -> tuple[Array, Array]:
    """Payloads of messages as octets, as Arrow keeps binaries: ends of each, and all bytes."""
    ends = np.zeros(which.size + 1, np.int32)
    for n in range(which.size):
        ends[n + 1] = ends[n] + (max(bits[which[n]], 0) + 7) // 8
    out = np.empty(ends[-1], np.uint8)
    for n in range(which.size):
        start, to = starts[which[n]], ends[n]
        for k in range(ends[n + 1] - to):
            out[to + k] = (words[start + k // 8] >> (56 - 8 * (k % 8))) & 255
    return ends, out
