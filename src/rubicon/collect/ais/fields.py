"""Kinds of field that an AIS payload is made of; a layout is a tuple of them, in the order of the output.

A field knows its name, where its bits lie and how its value reads with and without units. Bits beyond the end of a
payload read as zero, which for a text is its end (ITU-R M.1371-5, 3.3.7).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

Answer = dict[str, Any]

BEYOND = 1200
"""Zero bits kept behind every payload: more than any fixed layout is long."""
SIX_BIT = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"


class Payload(NamedTuple):
    """The bits of one message as one number, followed by BEYOND zeros; `base` is added to every place."""

    value: int
    bits: int
    size: int
    """Bits of `value`, zeros behind the message included."""
    base: int = 0

    def unsigned(self, at: int, width: int) -> int:
        """The number in `width` bits from `at` on."""
        return (self.value >> (self.size - self.base - at - width)) & ((1 << width) - 1)

    def signed(self, at: int, width: int) -> int:
        """The same in two's complement."""
        found = self.unsigned(at, width)
        return found - (1 << width) if found >> (width - 1) else found

    def text(self, at: int, chars: int) -> str:
        """Six-bit characters up to the first `@`, without blanks at the end."""
        found = self.unsigned(at, chars * 6)
        letters = []
        for k in range(chars - 1, -1, -1):
            code = (found >> (6 * k)) & 63
            if code == 0:
                break
            letters.append(SIX_BIT[code])
        return "".join(letters).rstrip(" ")

    def text_left(self, at: int) -> int:
        """How many whole characters lie between a place and the end of the message."""
        return max((self.bits - self.base - at) // 6, 0)

    def within(self, at: int) -> Payload:
        """The same payload, read from a place on."""
        return self._replace(base=self.base + at)


class Unit(NamedTuple):
    """How a number gets its unit: (number + plus) / by, rounded to `digits`; a text where gpsd quotes it."""

    by: float
    digits: int
    plus: int = 0
    quoted: bool = False

    def of(self, number: int) -> float | int | str:
        """The value in its unit."""
        if self.quoted:
            return f"{(number + self.plus) / self.by:.{self.digits}f}"
        return round((number + self.plus) / self.by, self.digits) if self.digits else number + self.plus


TENTHS = Unit(10.0, 1)
DEGREES = Unit(600_000.0, 7)
"""From 1/10,000 minute of arc."""
MINUTE_THOUSANDTHS = Unit(60_000.0, 6)
"""Degrees from 1/1,000 minute of arc."""
MINUTE_TENTHS = Unit(600.0, 4)
"""Degrees from 1/10 minute of arc."""


class Field(Protocol):
    """Anything that reads its part of a payload."""

    def put(self, payload: Payload, scaled: bool, into: Answer) -> None:
        """Write what the field says into the answer, with units or without."""


Layout = tuple[Field, ...]


@dataclass(frozen=True)
class Number:
    """An integer; `codes` are values that stand for a word once units are asked for.

    `cut`: where the message ends within the field, the bits that are there are the number.
    """

    name: str
    at: int
    width: int
    signed: bool = False
    unit: Unit | None = None
    codes: Mapping[int, str] | None = None
    words: Callable[[int], str] | None = None
    words_as: Literal["beside", "beside_scaled", "instead_scaled"] = "beside"
    """Where the word of a number goes: beside it as `<name>_text`, that only with units, or with units in its place."""
    cut: bool = False

    def put(self, payload: Payload, scaled: bool, into: Answer) -> None:
        """Write the value."""
        width = min(self.width, max(payload.bits - self.at, 0)) if self.cut else self.width
        number = (payload.signed if self.signed else payload.unsigned)(self.at, width)
        into[self.name] = self._scaled(number) if scaled else number
        if self.words and (self.words_as == "beside" or (scaled and self.words_as == "beside_scaled")):
            into[f"{self.name}_text"] = self.words(number)

    def _scaled(self, number: int) -> float | int | str:
        if self.codes and number in self.codes:
            return self.codes[number]
        if self.words and self.words_as == "instead_scaled":
            return self.words(number)
        return self.unit.of(number) if self.unit else number


@dataclass(frozen=True)
class Turn:
    """Rate of turn: the transmitted number is 4.733 times the root of degrees a minute, with its sign."""

    name: str
    at: int
    width: int = 8

    def put(self, payload: Payload, scaled: bool, into: Answer) -> None:
        """Write the number, or degrees a minute as a text."""
        number = payload.signed(self.at, self.width)
        words = {-128: "n/a", -127: "fastleft", 127: "fastright"}
        root = number / 4.733
        into[self.name] = words.get(number, f"{root * abs(root):.2f}") if scaled else number


@dataclass(frozen=True)
class Truth:
    """One bit that means yes."""

    name: str
    at: int

    def put(self, payload: Payload, scaled: bool, into: Answer) -> None:
        """Write true or false."""
        into[self.name] = payload.unsigned(self.at, 1) == 1


@dataclass(frozen=True)
class Text:
    """Characters; without a length, all up to the end of the message."""

    name: str
    at: int
    chars: int | None = None

    def put(self, payload: Payload, scaled: bool, into: Answer) -> None:
        """Write the text."""
        into[self.name] = payload.text(
            self.at, payload.text_left(self.at) if self.chars is None else self.chars
        )


@dataclass(frozen=True)
class Stamp:
    """Several numbers as one text, such as a date without a year."""

    name: str
    pattern: str
    places: tuple[tuple[int, int], ...]

    def put(self, payload: Payload, scaled: bool, into: Answer) -> None:
        """Write the text."""
        into[self.name] = self.pattern.format(*(payload.unsigned(*place) for place in self.places))


@dataclass(frozen=True)
class Data:
    """The rest of the message as `<bits>:<hexadecimal>`, without `less` bits at its end.

    The last digits are filled up with the bits that follow, as gpsd does, to the end of the octet counted from
    `octets_from` (by default `at`).
    """

    name: str
    at: int
    less: int = 0
    octets_from: int | None = None

    def put(self, payload: Payload, scaled: bool, into: Answer) -> None:
        """Write the bits."""
        bits = max(payload.bits - payload.base - self.at - self.less, 0)
        octets = (bits + 7) // 8
        begin = self.at if self.octets_from is None else self.octets_from
        held = min(8 * octets, (self.at + bits - begin + 7) // 8 * 8 - (self.at - begin)) if bits else 0
        number = payload.unsigned(self.at, held) << (octets * 8 - held)
        into[self.name] = f"{bits}:{number.to_bytes(octets, 'big').hex()}"


@dataclass(frozen=True)
class Records:
    """A list of equal parts."""

    name: str
    at: int
    size: int
    fields: tuple[Field, ...]
    count: Callable[[Payload], int]

    def put(self, payload: Payload, scaled: bool, into: Answer) -> None:
        """Write one object for each part."""
        made = []
        for number in range(self.count(payload)):
            part, record = payload.within(self.at + number * self.size), Answer()
            for field in self.fields:
                field.put(part, scaled, record)
            made.append(record)
        into[self.name] = made


@dataclass(frozen=True)
class Constant:
    """A value that no bit carries."""

    name: str
    value: Any

    def put(self, payload: Payload, scaled: bool, into: Answer) -> None:
        """Write the value."""
        into[self.name] = self.value


@dataclass(frozen=True)
class When:
    """Fields that a message has only under a condition, and what stands there otherwise."""

    holds: Callable[[Payload], bool]
    fields: tuple[Field, ...]
    otherwise: tuple[Field, ...] = ()

    def put(self, payload: Payload, scaled: bool, into: Answer) -> None:
        """Write the fields of the branch that holds."""
        for field in self.fields if self.holds(payload) else self.otherwise:
            field.put(payload, scaled, into)


def zeros(*names: str) -> Layout:
    """Fields of a shorter form of a message, which read as 0."""
    return tuple(Constant(name, 0) for name in names)


def numbers(start: int, *fields: tuple[str, int]) -> Layout:
    """Unsigned numbers that follow each other without space between."""
    made, at = [], start
    for name, width in fields:
        made.append(Number(name, at, width))
        at += width
    return tuple(made)


def named(words: Sequence[str], otherwise: str) -> Callable[[int], str]:
    """The word of a number in a list; `otherwise` (which may hold `{}`) beyond its end."""
    return lambda number: words[number] if number < len(words) else otherwise.format(number)
