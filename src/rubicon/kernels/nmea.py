"""The loop that turns the bytes of an NMEA log into checked AIS sentences, in one pass.

First of three: `scan` here (bytes to sentences), `nmea_join` (sentences to messages), `nmea_bits` (payloads to
columns). Formats: IEC 61162-1 (sentence), IEC 61162-450 (tag block).
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[Any]

MAX_TOKEN = 1024
"""Longest sentence, tag block or other text without a line end, bytes."""
NO_TIME = -(2**63)

(
    OK, MISSING_CHECKSUM, BAD_CHECKSUM, BAD_SENTENCE, LINE_TOO_LONG, INCOMPLETE_MULTIPART,
    DUPLICATE_PART,
) = range(7)  # fmt: skip
NO_CLOCK, TAG_CLOCK, PGHP_CLOCK, LOG_CLOCK = range(4)

SENTENCE = np.dtype(
    [
        ("offset", np.int64), ("time_us", np.int64), ("log_us", np.int64), ("key", np.int64), ("ordinal", np.int64),
        ("begin", np.int32), ("end", np.int32), ("head", np.int32), ("payload", np.int32), ("length", np.int32),
        ("station", np.int32), ("station_length", np.int32), ("base", np.int32), ("expects", np.int16),
        ("ais", np.uint8), ("own", np.uint8), ("total", np.uint8), ("number", np.uint8), ("fill", np.uint8),
        ("checksum", np.uint8), ("clock", np.uint8), ("reason", np.uint8),
    ]
)  # fmt: skip
"""One AIS sentence: `begin` to `end` is the line as read, `head` the exclamation mark, `payload` and `length`
the armoured characters, all as places in the buffer; `key` is equal for parts of one message."""

STATE = np.dtype(
    [
        ("time_us", np.int64), ("base", np.int64), ("expects", np.int64), ("ordinal", np.int64),
        ("skip", np.int64), ("line", np.int64), ("other_lines", np.int64), ("oldest", np.int64), ("next", np.int64),
    ]
)  # fmt: skip
"""What `scan` and `assemble` remember between buffers: the pending `$PGHP`, the count of sentences, whether a
line is being skipped, what the current line held, how many lines were not AIS, and which slots are in use."""

MAX_PARTS = 9

LF, CR, STAR, COMMA, DOLLAR, HASH, BANG, BACKSLASH, ZERO = 10, 13, 42, 44, 36, 35, 33, 92, 48
TO_STOP, TO_LINE_END = 1, 2
LINE_TEXT, LINE_AIS, LINE_REFUSED = 1, 2, 4

MARKS, M_STAR, M_PARITY, M_COMMAS = 16, 16, 17, 18
"""Layout of what `_measure` finds: places of the first commas, place of `*`, parity, number of commas."""
T_TIME, T_STATION, T_LENGTH, T_GROUP, T_LOG = range(5)
"""Layout of the context that a sentence takes from its line: tag block time, station, group; log time."""

_ORDINARY, _COMMA, _STAR, _STOP = range(4)
_CLASS = np.zeros(256, np.uint8)
_CLASS[COMMA], _CLASS[STAR] = _COMMA, _STAR
_CLASS[[LF, CR, BANG, BACKSLASH]] = _STOP

ILLEGAL = 255
"""Number of fill bits, or value of a character, that cannot be."""


@njit(nogil=True, cache=True)
def _hex(byte: int) -> int:
    """Value of a hexadecimal digit; 255 when it is none."""
    if 48 <= byte <= 57:
        return byte - 48
    low = byte | 32
    return low - 87 if 97 <= low <= 102 else 255


@njit(nogil=True, cache=True)
def _natural(buf: Array, at: int, end: int) -> int:
    """Decimal number that fills [at, end); -1 when it does not, or has more than 17 digits."""
    if at >= end or end - at > 17:
        return -1
    value = 0
    for k in range(at, end):
        digit = buf[k] - ZERO
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value


@njit(nogil=True, cache=True)
def _epoch_us(buf: Array, at: int, end: int) -> int:
    """Seconds, milliseconds or microseconds since 1970, told apart by 10, 13 or 16 digits, as microseconds.

    Fewer digits are a time before 9 September 2001, when no receiver logged AIS: not a time.
    """
    dot = at
    while dot < end and buf[dot] != 46:
        dot += 1
    value: int = _natural(buf, at, dot)
    scale = 1_000_000 if dot - at == 10 else 1000 if dot - at == 13 else 1 if dot - at == 16 else 0
    if value < 0 or scale == 0 or buf[at] == ZERO:
        return NO_TIME
    value *= scale
    for k in range(dot + 1, end):
        digit: int = buf[k] - ZERO
        if digit < 0 or digit > 9:
            return NO_TIME
        scale //= 10
        value += digit * scale
    return value


@njit(nogil=True, cache=True)
def _civil_us(year: int, month: int, day: int, hour: int, minute: int, second: int, ms: int) -> int:
    """Microseconds since 1970 of a date and time in UTC; NO_TIME when there is no such.

    The days are counted as in Howard Hinnant's "chrono-compatible low-level date algorithms" (2013).
    """
    if not (2000 <= year <= 9999 and 1 <= month <= 12 and 0 <= hour <= 23 and 0 <= minute <= 59):
        return NO_TIME
    if not (0 <= second <= 59 and 0 <= ms <= 999):
        return NO_TIME
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = (29 if leap else 28) if month == 2 else 30 if month in (4, 6, 9, 11) else 31
    if day < 1 or day > longest:
        return NO_TIME
    y = year - 1 if month <= 2 else year
    era_year = y % 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days = y // 400 * 146097 + era_year * 365 + era_year // 4 - era_year // 100 + day_of_year - 719468
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + ms * 1000


@njit(nogil=True, cache=True)
def _measure(buf: Array, at: int, limit: int, marks: Array) -> int:
    """Walk a token that starts at `at` up to a line end, `!`, backslash or `limit`; gives its end.

    `marks` gets the places of commas before the first `*`, the place of that (-1 without), the exclusive-or
    of the bytes between, and how many commas there were.
    """
    parity, commas = 0, 0
    marks[M_STAR] = -1
    k = at + 1
    while k < limit:
        byte = buf[k]
        # Nearly every byte is above the comma: one comparison decides it.
        if byte > COMMA and byte != BACKSLASH:
            parity ^= byte
            k += 1
            continue
        kind = _CLASS[byte]
        if kind != _ORDINARY:
            if kind != _COMMA:
                break
            if commas < MARKS:
                marks[commas] = k
            commas += 1
        parity ^= byte
        k += 1
    marks[M_PARITY], marks[M_COMMAS] = parity, commas
    if k < limit and buf[k] == STAR:
        marks[M_STAR] = k
        while k < limit and _CLASS[buf[k]] != _STOP:
            k += 1
    return k


@njit(nogil=True, cache=True)
def _stated_checksum(buf: Array, star: int, end: int) -> int:
    """The two hexadecimal digits after `*`; -1 when they are not there."""
    if star < 0 or star + 2 >= end:
        return -1
    high, low = _hex(buf[star + 1]), _hex(buf[star + 2])
    return -1 if high > 15 or low > 15 else high * 16 + low


@njit(nogil=True, cache=True)
def _tag_field(buf: Array, at: int, end: int, line: Array) -> None:
    """Read one field of a tag block (`c:` time, `s:` station, `g:` group) into the context of the line."""
    if end - at < 3 or buf[at + 1] != 58:
        return
    code = buf[at]
    if code == 99:
        line[T_TIME] = _epoch_us(buf, at + 2, end)
    elif code == 115:
        line[T_STATION], line[T_LENGTH] = at + 2, end - at - 2
    elif code == 103:
        dashes, group = 0, 0
        for k in range(at + 2, end):
            if dashes == 2:
                group = (group * 31 + buf[k] + 1) % 134_217_689
            elif buf[k] == 45:
                dashes += 1
        line[T_GROUP] = group


@njit(nogil=True, cache=True)
def _tag_block(buf: Array, at: int, marks: Array, line: Array) -> None:
    """Read the fields of a tag block whose opening backslash stands at `at`."""
    begin = at + 1
    for k in range(min(marks[M_COMMAS], MARKS)):
        _tag_field(buf, begin, marks[k], line)
        begin = marks[k] + 1
    _tag_field(buf, begin, marks[M_STAR], line)


@njit(nogil=True, cache=True)
def _pghp(buf: Array, marks: Array, state: Array) -> None:
    """Read a `$PGHP,1,y,m,d,h,m,s,ms,country,region,station,online,checksum` sentence into the state."""
    state["time_us"] = _civil_us(
        _natural(buf, marks[1] + 1, marks[2]), _natural(buf, marks[2] + 1, marks[3]),
        _natural(buf, marks[3] + 1, marks[4]), _natural(buf, marks[4] + 1, marks[5]),
        _natural(buf, marks[5] + 1, marks[6]), _natural(buf, marks[6] + 1, marks[7]),
        _natural(buf, marks[7] + 1, marks[8]),
    )  # fmt: skip
    base = _natural(buf, marks[10] + 1, marks[11])
    state["base"] = base if 0 < base <= 999_999_999 else -1
    last = marks[12]
    high, low = _hex(buf[last + 1]), _hex(buf[last + 2])
    state["expects"] = high * 16 + low if marks[M_STAR] - last == 3 and high < 16 and low < 16 else -1


@njit(nogil=True, cache=True)
def _is_station(buf: Array, at: int, k: int, stop: int) -> bool:
    """Whether the field [k, stop) of the text from `at` on stands where a station does and begins as one."""
    return stop - k >= 4 and k > at and buf[k - 1] == COMMA and buf[k] in (98, 114)


@njit(nogil=True, cache=True)
def _log_fields(buf: Array, at: int, end: int, line: Array) -> None:
    """Read the text around a sentence: a log's time (the last field that is one) and its station.

    Stations stand after a comma, as the coast guard of the United States writes them: `r` or `b` and a name
    with a digit in it.
    """
    k = at
    while k < end:
        stop, digits, plain = k, 0, True
        while stop < end and buf[stop] not in (32, 9, COMMA):
            byte = buf[stop]
            digits += 48 <= byte <= 57
            plain &= (48 <= byte <= 57) or (65 <= byte & 223 <= 90) or byte == 95
            stop += 1
        time_us = _epoch_us(buf, k, stop)
        if time_us != NO_TIME:
            line[T_LOG] = time_us
        elif line[T_LENGTH] == 0 and plain and digits > 0 and _is_station(buf, at, k, stop):
            line[T_STATION], line[T_LENGTH] = k, stop - k
        k = stop + 1


@njit(nogil=True, cache=True)
def _fields(buf: Array, marks: Array, group: int, row: Array) -> int:
    """Read the fields of a sentence whose checksum holds; gives OK or BAD_SENTENCE."""
    if marks[M_COMMAS] != 6:
        return BAD_SENTENCE
    total = _natural(buf, marks[0] + 1, marks[1])
    number = _natural(buf, marks[1] + 1, marks[2])
    sequence = _natural(buf, marks[2] + 1, marks[3]) if marks[3] - marks[2] > 1 else 99
    if not (1 <= total <= MAX_PARTS and 1 <= number <= total and 0 <= sequence <= 99):
        return BAD_SENTENCE
    channel = buf[marks[3] + 1] if marks[4] - marks[3] > 1 else 0
    fill = buf[marks[5] + 1] - ZERO if marks[M_STAR] - marks[5] == 2 else -1
    head = row["head"]
    talker = buf[head + 1] * 256 + buf[head + 2]
    row["key"] = ((((group + 1) * 65536 + talker) * 256 + channel) * 1000 + sequence * 10 + total) * 2 + row[
        "own"
    ]
    row["total"], row["number"] = total, number
    row["payload"], row["length"] = marks[4] + 1, marks[5] - marks[4] - 1
    row["fill"] = fill if 0 <= fill <= 5 else ILLEGAL
    return OK


@njit(nogil=True, cache=True)
def _clock(row: Array, line: Array, state: Array) -> None:
    """Give a sentence its time: of the tag block, else of the `$PGHP` that names it, else of the log.

    `$PGHP` names a message by the exclusive-or of its checksums, and says 00 before own-ship sentences;
    for a multipart message that is checked when all parts are there.
    """
    expects = state["expects"]
    if expects >= 0 and (row["total"] > 1 or named_by(expects, row["checksum"], row["own"])):
        row["expects"], row["base"] = expects, state["base"]
        row["time_us"], row["clock"], row["log_us"] = state["time_us"], PGHP_CLOCK, line[T_LOG]
    if line[T_TIME] != NO_TIME:
        row["time_us"], row["clock"] = line[T_TIME], TAG_CLOCK
    elif row["time_us"] == NO_TIME and line[T_LOG] != NO_TIME:
        row["time_us"], row["clock"] = line[T_LOG], LOG_CLOCK
    elif row["time_us"] == NO_TIME:
        row["clock"] = NO_CLOCK


@njit(nogil=True, cache=True)
def named_by(expects: int, checksum: int, own: int) -> bool:
    """Whether the checksum in a `$PGHP` is that of a message."""
    return expects == checksum or (expects == 0 and own == 1)


@njit(nogil=True, cache=True)
def _sentence(buf: Array, end: int, marks: Array, line: Array, state: Array, row: Array) -> None:
    """Read the AIS sentence of a prepared row; it uses up a pending `$PGHP`, even when it is bad."""
    state["ordinal"] += 1
    row["ais"], row["ordinal"], row["own"] = 1, state["ordinal"], buf[row["head"] + 5] == 79
    star = marks[M_STAR]
    stated = _stated_checksum(buf, star, end)
    if stated < 0:
        row["reason"] = MISSING_CHECKSUM
    elif stated != marks[M_PARITY]:
        row["reason"] = BAD_CHECKSUM
    else:
        row["checksum"] = stated
        row["reason"] = _fields(buf, marks, line[T_GROUP], row)
        if end > star + 3:
            _log_fields(buf, star + 3, end, line)
        row["station"], row["station_length"] = line[T_STATION], line[T_LENGTH]
        _clock(row, line, state)
    state["expects"] = -1


@njit(nogil=True, cache=True)
def _begin(row: Array, shift: int, begin: int, head: int, end: int) -> None:
    """Empty a row and note where it stands."""
    row["offset"], row["begin"], row["head"], row["end"] = shift + head, begin, head, end
    row["time_us"], row["clock"], row["base"], row["expects"] = NO_TIME, NO_CLOCK, -1, -1
    row["ais"], row["own"], row["total"], row["number"], row["reason"] = 0, 0, 0, 0, LINE_TOO_LONG
    row["station_length"], row["length"], row["key"], row["ordinal"] = 0, 0, 0, 0


@njit(nogil=True, cache=True)
def _is_ais(buf: Array, at: int, end: int) -> bool:
    """Whether a token starts as `!xxVDM,` or `!xxVDO,`."""
    return (
        end - at >= 7 and buf[at] == BANG and buf[at + 3] == 86 and buf[at + 4] == 68
        and (buf[at + 5] == 77 or buf[at + 5] == 79) and buf[at + 6] == COMMA
    )  # fmt: skip


@njit(nogil=True, cache=True)
def _is_pghp(buf: Array, at: int, end: int) -> bool:
    """Whether a token starts as `$PGHP,1,`."""
    return (
        end - at >= 8 and buf[at] == DOLLAR and buf[at + 1] == 80 and buf[at + 2] == 71 and buf[at + 3] == 72
        and buf[at + 4] == 80 and buf[at + 5] == COMMA and buf[at + 6] == 49 and buf[at + 7] == COMMA
    )  # fmt: skip


@njit(nogil=True, cache=True)
def _forget(line: Array) -> None:
    """Empty the context of a line."""
    line[T_TIME], line[T_LOG], line[T_GROUP], line[T_STATION], line[T_LENGTH] = NO_TIME, NO_TIME, -1, 0, 0


@njit(nogil=True, cache=True)
def _text(buf: Array, at: int, end: int, closed: bool, marks: Array, line: Array, state: Array) -> int:
    """Read a token that is no AIS sentence into the context; gives where the next token starts.

    `closed` says that a backslash follows. A tag block or `$PGHP` whose checksum does not hold says nothing.
    """
    verified = _stated_checksum(buf, marks[M_STAR], end) == marks[M_PARITY]
    if _is_pghp(buf, at, end):
        state["expects"] = -1
        if verified and marks[M_COMMAS] == 13:
            _pghp(buf, marks, state)
        state["line"] |= LINE_AIS
        return end
    if buf[at] == BACKSLASH and closed and verified and marks[M_STAR] == end - 3:
        _tag_block(buf, at, marks, line)
        state["line"] |= LINE_TEXT
        return end + 1
    for k in range(at, end):
        if buf[k] > 32:
            state["line"] |= LINE_TEXT
            _log_fields(buf, at, end, line)
            break
    return end


@njit(nogil=True, cache=True)
def _refuse(buf: Array, at: int, end: int, shift: int, state: Array, row: Array) -> int:
    """Refuse a token that is too long, once for each line unless it starts as a sentence; gives rows used."""
    ais = _is_ais(buf, at, end)
    used = 1 if ais or not state["line"] & LINE_REFUSED else 0
    if used:
        _begin(row, shift, at, at, end)
        row["ais"] = ais
        state["ordinal"] += ais
    if ais:
        state["expects"] = -1
    state["line"] |= LINE_AIS | LINE_REFUSED
    state["skip"] = TO_STOP
    return used


@njit(nogil=True, cache=True)
def scan(
    buf: Array, at: int, size: int, shift: int, final: bool, states: Array, rows: Array, count: int
) -> tuple[int, int]:
    """Find the AIS sentences in `buf[at:size]` and write them, checked, to `rows[count:]`.

    `shift` turns a place in the buffer into a byte offset of the file. Gives the new count, and up to where
    the buffer is used: the rest is an unfinished line (or found no room) and comes again with more bytes
    behind it, unless `final`. Tokens end at line ends, at `!` and at backslashes, none of which a sentence can
    hold, so a lost line end or a cut sentence costs no other sentence. A token of more than MAX_TOKEN bytes
    is refused, which bounds the memory.
    """
    state, marks, line = states[0], np.zeros(MARKS + 3, np.int64), np.zeros(5, np.int64)
    _forget(line)
    group, kind = at, state["line"]
    while at < size and count < rows.size:
        byte = buf[at]
        if byte in (LF, CR):
            state["other_lines"] += state["line"] == LINE_TEXT
            state["line"], state["skip"] = 0, 0
            at += 1
        elif state["skip"] == TO_LINE_END or (state["skip"] == TO_STOP and _CLASS[byte] != _STOP):
            at += 1
        elif state["line"] == 0 and byte == HASH:
            state["line"], state["skip"] = LINE_AIS, TO_LINE_END
        else:
            state["skip"] = 0
            if at - group > MAX_TOKEN:
                _forget(line)
                group, kind = at, state["line"]
            end = _measure(buf, at, min(size, at + MAX_TOKEN + 1), marks)
            if end - at > MAX_TOKEN:
                count += _refuse(buf, at, end, shift, state, rows[count])
            elif end == size and not final:
                break
            elif _is_ais(buf, at, end):
                _begin(rows[count], shift, group, at, end)
                _sentence(buf, end, marks, line, state, rows[count])
                state["line"] |= LINE_AIS
                count += 1
            else:
                at = _text(buf, at, end, end < size and buf[end] == BACKSLASH, marks, line, state)
                continue
            at = end
        _forget(line)
        group, kind = at, state["line"]
    if at == size and final:
        state["other_lines"] += state["line"] == LINE_TEXT
        state["line"] = 0
    elif state["skip"] == 0:
        at, state["line"] = group, kind
    return count, at
