"""Writes AIS sentences for tests: fields to bits, bits to armoured payloads, payloads to checked sentences."""

from __future__ import annotations

from naive.nmea import ARMOUR, TEXT, parity


def bits(*fields: tuple[int, int]) -> str:
    """Values and widths as zeros and ones; negative values in two's complement."""
    return "".join(format(value & ((1 << width) - 1), f"0{width}b") for value, width in fields)


def text(value: str, chars: int) -> str:
    return "".join(format(TEXT.index(c), "06b") for c in value.ljust(chars, "@"))


def armour(payload: str) -> tuple[str, int]:
    """Payload characters and number of fill bits."""
    fill = -len(payload) % 6
    padded = payload + "0" * fill
    return "".join(ARMOUR[int(padded[k : k + 6], 2)] for k in range(0, len(padded), 6)), fill


def checked(body: str, start: str = "!") -> str:
    return f"{start}{body}*{parity(body):02X}"


def sentence(
    payload: str, fill: int | str = 0, *, parts: str = "1,1,", channel: str = "A", head: str = "AIVDM"
) -> str:
    """A sentence around payload characters; `parts` is total, number and sequence."""
    return checked(f"{head},{parts},{channel},{payload},{fill}")


def sentences(
    payload: str, *, sequence: int | str = "", channel: str = "A", head: str = "AIVDM", at: int = 56
) -> list[str]:
    """The sentences of a message of bits, cut every `at` characters."""
    characters, fill = armour(payload)
    cut = [characters[k : k + at] for k in range(0, len(characters), at)] or [""]
    if len(cut) == 1:
        return [sentence(cut[0], fill, channel=channel, head=head)]
    return [
        sentence(
            part, fill if n == len(cut) else 0, parts=f"{len(cut)},{n},{sequence}", channel=channel, head=head
        )
        for n, part in enumerate(cut, start=1)
    ]


def tag(body: str) -> str:
    """A tag block."""
    return f"\\{body}*{parity(body):02X}\\"


def pghp(time: str, station: str, checksum: int) -> str:
    """A `$PGHP` line; `time` is year,month,day,hour,minute,second,milliseconds."""
    return checked(f"PGHP,1,{time},231,45,{station},1,{checksum:02X}", "$")


def class_a(mmsi: int = 273000001, *, kind: int = 1, lat: int = 25_800_000, lon: int = 78_000_000, speed: int = 123,
            course: int = 2240, heading: int = 215, status: int = 0) -> str:  # fmt: skip
    """Bits of a position report; latitude and longitude in 1/600,000 degree, speed and course in tenths."""
    return bits((kind, 6), (0, 2), (mmsi, 30), (status, 4), (0, 8), (speed, 10), (0, 1), (lon, 28), (lat, 27),
                (course, 12), (heading, 9), (0, 31))  # fmt: skip


def class_b(mmsi: int = 273000002, *, lat: int = 25_800_000, lon: int = 78_000_000, speed: int = 50) -> str:
    return bits(
        (18, 6),
        (0, 2),
        (mmsi, 30),
        (0, 8),
        (speed, 10),
        (0, 1),
        (lon, 28),
        (lat, 27),
        (900, 12),
        (91, 9),
        (0, 35),
    )


def class_b_extended(mmsi: int = 273000003, *, name: str = "EXTENDED", lat: int = 25_800_000) -> str:
    head = bits(
        (19, 6),
        (0, 2),
        (mmsi, 30),
        (0, 8),
        (50, 10),
        (0, 1),
        (78_000_000, 28),
        (lat, 27),
        (900, 12),
        (91, 9),
        (0, 10),
    )
    return head + text(name, 20) + bits((37, 8), (10, 9), (5, 9), (2, 6), (3, 6), (0, 11))


def long_range(
    mmsi: int = 273000004, *, lat: int = 25_800, lon: int = 78_000, speed: int = 12, course: int = 224
) -> str:
    """Bits of a type 27; latitude and longitude in 1/600 degree."""
    return bits(
        (27, 6), (0, 2), (mmsi, 30), (0, 2), (5, 4), (lon, 18), (lat, 17), (speed, 6), (course, 9), (0, 2)
    )


def static(mmsi: int = 273000001, *, imo: int = 9074729, name: str = "FICTION", length: int = 424) -> str:
    """Bits of a type 5."""
    whole = bits((5, 6), (0, 2), (mmsi, 30), (0, 2), (imo, 30)) + text("UABC", 7) + text(name, 20)
    whole += (
        bits((70, 8), (100, 9), (20, 9), (8, 6), (10, 6), (1, 4), (0, 20), (65, 8))
        + text("VOSTOCHNY", 20)
        + "00"
    )
    return whole[:length]


def part_a(mmsi: int = 273000002, name: str = "SMALL CRAFT") -> str:
    return bits((24, 6), (0, 2), (mmsi, 30), (0, 2)) + text(name, 20)


def part_b(mmsi: int = 273000002) -> str:
    head = bits((24, 6), (0, 2), (mmsi, 30), (1, 2), (36, 8)) + text("XYZ", 3) + bits((0, 24))
    return head + text("UB123", 7) + bits((8, 9), (4, 9), (2, 6), (2, 6), (0, 6))
