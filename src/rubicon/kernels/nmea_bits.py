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
def _open_armour(armoured: Array, groups: Array) -> int:
    """Write the values of characters; gives 0 when all are legal."""
    seen = 0
    for k in range(armoured.size):
        value = _ARMOUR[armoured[k]]
        seen |= value
        groups[k] = value
    return seen & 192


@njit(nogil=True, cache=True)
def unarmour(buf: Array, rows: Array, parts: Array, ends: Array) -> tuple[Array, Array, Array]:
    """Six-bit groups of all messages in a row, where each message starts, and its length in bits.

    The length is -1 when a character is not one of the armour, the number of fill bits is not 0 to 5 or more
    than there are bits, or a part other than the last has fill bits.
    """
    size = 0
    for p in range(parts.size):
        size += rows[parts[p]]["length"]
    groups = np.zeros(size + 1, np.uint8)
    starts, bits = np.empty(ends.size, np.int64), np.empty(ends.size, np.int64)
    to, p = 0, 0
    for m in range(ends.size):
        starts[m] = to
        worst, fill = 0, 0
        while p < ends[m]:
            row = rows[parts[p]]
            worst = max(worst, fill)
            fill = row["fill"]
            worst = max(worst, 0 if fill <= 5 else ILLEGAL)
            length = row["length"]
            worst |= _open_armour(buf[row["payload"] : row["payload"] + length], groups[to : to + length])
            to += length
            p += 1
        length_bits = (to - starts[m]) * 6 - fill
        bits[m] = length_bits if worst == 0 and length_bits >= 0 else -1
    return groups, starts, bits


@njit(nogil=True, cache=True)
def _bits(groups: Array, start: int, bit: int, width: int) -> int:
    """The unsigned number of `width` bits (at most 32) that begins at a bit of the message at `start`."""
    first, last = start + bit // 6, start + (bit + width - 1) // 6
    value = 0
    for k in range(first, last + 1):
        value = value * 64 + groups[k]
    return (value >> ((last - start + 1) * 6 - bit - width)) & ((1 << width) - 1)


@njit(nogil=True, cache=True)
def integers(
    groups: Array, starts: Array, bits: Array, kinds: Array, at: Array, width: Array, signed: bool
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
        value = _bits(groups, starts[m], bit, wide)
        out[m] = value - (1 << wide) if signed and value >> (wide - 1) else value
    return out


@njit(nogil=True, cache=True)
def texts(
    groups: Array, starts: Array, bits: Array, kinds: Array, at: Array, width: Array
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
            value = _bits(groups, starts[m], bit + 6 * k, 6)
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


@njit(nogil=True, cache=True)
def pack(groups: Array, starts: Array, bits: Array) -> tuple[Array, Array]:
    """Payloads as octets, each from an octet of its own on and zero behind its last bit; and where each begins.

    `starts` of the answer has one entry more than there are messages. Messages without bits have no octets.
    """
    begins = np.zeros(starts.size + 1, np.int64)
    for m in range(starts.size):
        begins[m + 1] = begins[m] + (max(bits[m], 0) + 7) // 8
    out = np.zeros(begins[-1], np.uint8)
    for m in range(starts.size):
        to, held, width = begins[m], 0, 0
        for k in range((max(bits[m], 0) + 5) // 6):
            held = ((held << 6) | groups[starts[m] + k]) & 0xFFFF
            width += 6
            if width >= 8:
                width -= 8
                out[to] = (held >> width) & 255
                to += 1
        if to < begins[m + 1]:
            out[to] = (held << (8 - width)) & 255
        over = (8 - bits[m] % 8) % 8
        if bits[m] > 0:
            out[begins[m + 1] - 1] &= (255 << over) & 255
    return out, begins
