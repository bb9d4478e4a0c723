"""The loop that joins AIS sentences to messages, whatever order the parts come in.

A part is kept until its message is whole, another part contradicts it, or `MAX_AGE` sentences have passed:
sequence numbers are only 0 to 9, and joining an old part to a new one would make a message that nobody sent.
For the same reason parts that name different stations are never joined: each station counts for itself.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rubicon.kernels.nmea import (
    DUPLICATE_PART,
    INCOMPLETE_MULTIPART,
    LOG_CLOCK,
    MAX_PARTS,
    NO_CLOCK,
    NO_TIME,
    OK,
    PGHP_CLOCK,
    named_by,
)

Array = npt.NDArray[Any]

MAX_AGE = 1000
"""A multipart message whose parts lie further apart than this many sentences is given up."""
MAX_SPREAD_US = 60_000_000
"""Parts whose times lie further apart than this belong to different messages."""

SLOT = np.dtype([("key", np.int64), ("born", np.int64), ("time_us", np.int64), ("total", np.int64),
                 ("held", np.int64), ("stage", np.int64), ("echo", np.int64), ("station", np.int64),
                 ("before", np.int64)])  # fmt: skip
"""A multipart message: collecting, done (kept to know late duplicates), or given up; `echo` while every part
so far repeats the last finished message of the same key; `station` as `_station` gives it; `before` is the number of the
slot before in its bucket, -1 for none."""
COLLECTING, DONE, GIVEN_UP = range(3)
SLOTS = 1024
"""A power of two above MAX_AGE: every sentence opens at most one slot."""
BUCKETS = 256
"""Slots are found by a hash of their key: `before` of row SLOTS + bucket is the number of the last slot in it."""
OUT_PARTS, OUT_ENDS, OUT_FIRSTS, OUT_REFUSED = range(4)


@njit(nogil=True, cache=True)
def _same_payload(buf: Array, a: Array, b: Array) -> bool:
    """Whether two sentences carry the same characters and fill bits."""
    if a["length"] != b["length"] or a["fill"] != b["fill"]:
        return False
    from_a, from_b = a["payload"], b["payload"]
    same = True
    for k in range(a["length"]):
        same &= buf[from_a + k] == buf[from_b + k]
    return same


@njit(nogil=True, cache=True)
def _give_up(slot: Array, held: Array, rows: Array, refused: Array, count: int) -> int:
    """Close a slot; its parts are refused, or duplicates when they only repeat a finished message."""
    if slot["stage"] == COLLECTING:
        for n in range(slot["total"]):
            if held[n] >= 0 and slot["echo"]:
                rows[held[n]]["reason"] = DUPLICATE_PART
            elif held[n] >= 0:
                rows[held[n]]["reason"] = INCOMPLETE_MULTIPART
                refused[count] = held[n]
                count += 1
    slot["stage"] = GIVEN_UP
    return count


@njit(nogil=True, cache=True)
def _open(slot: Array, held: Array, row: Array) -> None:
    """Begin to collect the message that a sentence is part of."""
    slot["key"], slot["born"], slot["total"] = row["key"], row["ordinal"], row["total"]
    slot["time_us"], slot["held"], slot["stage"], slot["echo"], slot["station"] = NO_TIME, 0, COLLECTING, 1, 0
    held[:] = -1


@njit(nogil=True, cache=True)
def _settle(rows: Array, held: Array, total: int) -> int:
    """Join the parts of a finished message: the earliest row gets time and station; gives that row."""
    earliest: int = held[0]
    parity = 0
    for n in range(total):
        if rows[held[n]]["offset"] < rows[earliest]["offset"]:
            earliest = held[n]
        parity ^= rows[held[n]]["checksum"]
    for n in range(total):
        row = rows[held[n]]
        if row["expects"] >= 0 and not named_by(row["expects"], parity, row["own"]):
            row["base"] = -1
            if row["clock"] == PGHP_CLOCK:
                row["time_us"] = row["log_us"]
                row["clock"] = NO_CLOCK if row["log_us"] == NO_TIME else LOG_CLOCK
    first = rows[earliest]
    for n in range(total):
        row = rows[held[n]]
        if first["time_us"] == NO_TIME:
            first["time_us"], first["clock"] = row["time_us"], row["clock"]
        if first["station_length"] == 0:
            first["station"], first["station_length"] = row["station"], row["station_length"]
        if first["base"] < 0:
            first["base"] = row["base"]
    return earliest


@njit(nogil=True, cache=True)
def _station(buf: Array, row: Array) -> int:
    """A number that stands for the station of a sentence; 0 when none is named."""
    mark = 0
    for k in range(row["station"], row["station"] + row["station_length"]):
        mark = (mark * 31 + buf[k] + 1) % 134_217_689
    return mark


def fresh_slots() -> Array:
    """Empty slots and buckets."""
    slots = np.zeros(SLOTS + BUCKETS, SLOT)
    slots["before"] = -1
    return slots


@njit(nogil=True, cache=True)
def _bucket(key: int) -> int:
    """Row of the bucket of a key."""
    return SLOTS + (key ^ (key >> 9) ^ (key >> 18)) % BUCKETS


@njit(nogil=True, cache=True)
def _find(slots: Array, state: Array, key: int, station: int) -> tuple[int, int]:
    """Slot that collects the key, and the last finished one of it; -1 where there is none.

    Slots of another station are not seen; one that names none fits all.
    """
    collecting, done = -1, -1
    k = slots[_bucket(key)]["before"]
    while k >= state["oldest"]:
        slot = slots[k % SLOTS]
        if slot["key"] == key and (station == 0 or slot["station"] in (0, station)):
            if slot["stage"] == COLLECTING:
                collecting = k % SLOTS
            elif slot["stage"] == DONE and done < 0:
                done = k % SLOTS
        k = slot["before"]
    return collecting, done


@njit(nogil=True, cache=True)
def _clashes(buf: Array, rows: Array, slot: Array, held: int, row: Array) -> bool:
    """Whether a part cannot be of the message that a slot collects: its number is taken, or its time far off."""
    if held >= 0 and not _same_payload(buf, rows[held], row):
        return True
    if slot["time_us"] == NO_TIME or row["time_us"] == NO_TIME:
        return False
    apart: int = abs(slot["time_us"] - row["time_us"])
    return apart > MAX_SPREAD_US


@njit(nogil=True, cache=True)
def _add(buf: Array, rows: Array, r: int, slot: Array, parts: Array, done: Array) -> None:
    """Put a part into its slot; `done` holds the parts of the last finished message of that key, or -1."""
    row = rows[r]
    number = row["number"] - 1
    parts[number] = r
    slot["held"] += 1
    if slot["time_us"] == NO_TIME:
        slot["time_us"] = row["time_us"]
    if slot["station"] == 0:
        slot["station"] = _station(buf, row)
    if done[number] < 0 or not _same_payload(buf, rows[done[number]], row):
        slot["echo"] = 0


@njit(nogil=True, cache=True)
def _age(
    slots: Array, held: Array, state: Array, rows: Array, before: int, refused: Array, count: int
) -> int:
    """Close the slots that were opened before a sentence; gives the new count of refused rows."""
    while state["oldest"] < state["next"] and slots[state["oldest"] % SLOTS]["born"] < before:
        oldest = state["oldest"] % SLOTS
        count = _give_up(slots[oldest], held[oldest], rows, refused, count)
        state["oldest"] += 1
    return count


@njit(nogil=True, cache=True)
def assemble(
    buf: Array, rows: Array, at: int, final: bool, states: Array, slots: Array, held: Array, out: Array
) -> tuple[int, int]:
    """Join the sentences `rows[at:]` to messages, with those before `at` that the slots still hold.

    Row OUT_ENDS of `out` gets, for message m, the end of its parts in row OUT_PARTS, which are in order of
    their numbers; OUT_FIRSTS the earliest of them in the file, which carries the time and the station; and
    OUT_REFUSED the rows that end as a reject, with their `reason`. Every row ends as a part, as a repeated part
    or refused. Gives the number of messages and of refused rows.
    """
    state, none = states[0], np.full(MAX_PARTS, -1, held.dtype)
    messages, used, refusals = 0, 0, 0
    refused = out[OUT_REFUSED]
    for r in range(at, rows.size):
        row = rows[r]
        if row["reason"] != OK:
            refused[refusals] = r
            refusals += 1
            continue
        if row["total"] == 1:
            out[OUT_PARTS, used] = out[OUT_FIRSTS, messages] = r
            used += 1
        else:
            refusals = _age(slots, held, state, rows, row["ordinal"] - MAX_AGE, refused, refusals)
            into, done = _find(slots, state, row["key"], _station(buf, row))
            if into >= 0 and _clashes(buf, rows, slots[into], held[into, row["number"] - 1], row):
                refusals = _give_up(slots[into], held[into], rows, refused, refusals)
                into = -1
            elif into >= 0 and held[into, row["number"] - 1] >= 0:
                row["reason"] = DUPLICATE_PART
                continue
            if into < 0:
                into = state["next"] % SLOTS
                bucket = _bucket(row["key"])
                slots[into]["before"], slots[bucket]["before"] = slots[bucket]["before"], state["next"]
                state["next"] += 1
                _open(slots[into], held[into], row)
            slot = slots[into]
            _add(buf, rows, r, slot, held[into], held[done] if done >= 0 else none)
            if slot["held"] < slot["total"]:
                continue
            slot["stage"] = DONE
            if done >= 0:
                slots[done]["stage"] = GIVEN_UP
            out[OUT_FIRSTS, messages] = _settle(rows, held[into], slot["total"])
            out[OUT_PARTS, used : used + slot["total"]] = held[into, : slot["total"]]
            used += slot["total"]
        out[OUT_ENDS, messages] = used
        messages += 1
    if final:
        refusals = _age(slots, held, state, rows, state["ordinal"] + 1, refused, refusals)
    return messages, refusals


@njit(nogil=True, cache=True)
def keep(buf: Array, rows: Array, states: Array, slots: Array, held: Array) -> tuple[Array, Array]:
    """Rows and bytes that open slots still need, moved to the front of buffers of their own."""
    state, count, size = states[0], 0, 0
    for k in range(state["oldest"], state["next"]):
        for n in range(MAX_PARTS):
            r = held[k % SLOTS, n]
            if slots[k % SLOTS]["stage"] != GIVEN_UP and r >= 0:
                count += 1
                size += rows[r]["end"] - rows[r]["begin"]
    kept, room = np.empty(count, rows.dtype), np.empty(size, np.uint8)
    count, size = 0, 0
    for k in range(state["oldest"], state["next"]):
        for n in range(MAX_PARTS):
            r = held[k % SLOTS, n]
            if slots[k % SLOTS]["stage"] != GIVEN_UP and r >= 0:
                kept[count] = rows[r]
                row = kept[count]
                begin, length = row["begin"], row["end"] - row["begin"]
                room[size : size + length] = buf[begin : begin + length]
                row["begin"], row["end"] = size, size + length
                row["head"] += size - begin
                row["payload"] += size - begin
                row["station"] += size - begin
                held[k % SLOTS, n] = count
                count += 1
                size += length
    return kept, room
