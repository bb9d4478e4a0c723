"""Every message of a log as a plain object with gpsd's field names, in the order in which messages were complete.

`payload_of` opens one message, `fields_of` reads it by its layout, `decode` runs over a whole stream. What cannot be
decoded is counted by reason, so that messages = decoded + rejected, always.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from rubicon.collect.ais.fields import BEYOND, Answer, Layout, Payload
from rubicon.collect.ais.messages import LAYOUTS, STATIC_A, STATIC_B
from rubicon.collect.nmea_messages import FAULTS, Messages, messages
from rubicon.kernels.nmea import NO_TIME

MOST_WAITING = 10_000
"""Names of part A of type 24 that wait for their part B; the oldest is forgotten first."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Decoder:
    """Reads logs; `scaled` gives units as gpsd does. Counts what it read."""

    scaled: bool = False
    sentences: int = 0
    messages: int = 0
    decoded: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Messages that cannot be decoded, by reason."""
    sentences_refused: int = 0
    _names: OrderedDict[int, str] = field(default_factory=OrderedDict)

    def decode(self, stream: BinaryIO) -> Iterator[Answer]:
        """Objects of all messages of a stream; after part B of a type 24 the joined record, marked `joined`."""
        for part in messages(stream):
            self.sentences += part.sentences
            self.messages += len(part)
            self.sentences_refused += len(part.refused)
            whole = part.packed()
            for message in range(len(part)):
                fault = FAULTS[part.fault[message]]
                if fault:
                    self.refused[fault] += 1
                else:
                    self.decoded += 1
                    yield from self._objects(part, message, payload_of(part, whole, message))

    def _objects(self, part: Messages, message: int, payload: Payload) -> Iterator[Answer]:
        kind, heard = payload.unsigned(0, 6), heard_of(part, message)
        if kind != 24:
            yield self._object(payload, LAYOUTS[kind], {}) | heard
            return
        mmsi, is_b = payload.unsigned(8, 30), payload.unsigned(38, 2) == 1
        mark: Answer = {"part": "B" if is_b else "A"}
        found = self._object(payload, STATIC_B if is_b else STATIC_A, mark)
        yield found | heard
        if not is_b:
            self._names[mmsi] = found["shipname"]
            self._names.move_to_end(mmsi)
            if len(self._names) > MOST_WAITING:
                self._names.popitem(last=False)
        elif (name := self._names.pop(mmsi, None)) is not None:
            yield self._object(payload, STATIC_B, {"shipname": name}) | {"joined": True} | heard

    def _object(self, payload: Payload, layout: Layout, mark: Answer) -> Answer:
        return fields_of(payload, layout, scaled=self.scaled, mark=mark)


def payload_of(part: Messages, packed: tuple[bytes, Any], message: int) -> Payload:
    """The bits of one message; `packed` is what `Messages.packed` gave."""
    octets, starts = packed
    own = octets[starts[message] : starts[message + 1]]
    return Payload(int.from_bytes(own, "big") << BEYOND, int(part.bits[message]), len(own) * 8 + BEYOND)


def fields_of(payload: Payload, layout: Layout, *, scaled: bool, mark: Answer | None = None) -> Answer:
    """One message by its layout, after what all messages have."""
    found: Answer = {
        "class": "AIS",
        "type": payload.unsigned(0, 6),
        "repeat": payload.unsigned(6, 2),
        "mmsi": payload.unsigned(8, 30),
        "scaled": scaled,
        **(mark or {}),
    }
    for each in layout:
        each.put(payload, scaled, found)
    return found


def heard_of(part: Messages, message: int) -> Answer:
    """Where and when a message was heard: byte offset of its first sentence, time as logged, receiver."""
    row = part.rows[part.first[message]]
    time_us = int(row["time_us"])
    when = None if time_us == NO_TIME else (_EPOCH + timedelta(microseconds=time_us)).isoformat()
    return {
        "heard": {
            "offset": int(row["offset"]),
            "time_utc": when.replace("+00:00", "Z") if when else None,
            "receiver": part.receiver(message),
            "own_ship": bool(row["own"]),
        }
    }
