"""Layouts of the 27 message types of ITU-R M.1371-5, annex 8, with gpsd's field names.

Where the contents of types 6 and 8 are declared, `binary` has them.
"""

from __future__ import annotations

from collections.abc import Callable

from rubicon.collect.ais import words
from rubicon.collect.ais.binary import ADDRESSED, BROADCAST
from rubicon.collect.ais.fields import (
    DEGREES,
    MINUTE_TENTHS,
    TENTHS,
    Constant,
    Data,
    Layout,
    Number,
    Payload,
    Stamp,
    Text,
    Truth,
    Turn,
    Unit,
    When,
    numbers,
    zeros,
)

NOT_AVAILABLE = "n/a"
_COARSE = Unit(600.0, 1)
_CORNER = Unit(600.0, 6, quoted=True)


def _place(lon: int, lat: int) -> Layout:
    """Longitude and latitude of a position report."""
    return (
        Number("lon", lon, 28, signed=True, unit=DEGREES),
        Number("lat", lat, 27, signed=True, unit=DEGREES),
    )


def _hull(at: int) -> Layout:
    """Distances from the antenna to the four sides, metres."""
    return numbers(at, ("to_bow", 9), ("to_stern", 9), ("to_port", 6), ("to_starboard", 6))


def _ship_type(at: int) -> Number:
    return Number("shiptype", at, 8, words=words.ship_type)


def _fixing_device(at: int) -> Number:
    return Number("epfd", at, 4, words=words.fixing_device)


_SPEED_CODES = {1023: NOT_AVAILABLE, 1022: "fast"}

POSITION_A: Layout = (
    Number("status", 38, 4, words=words.STATUS),
    Turn("turn", 42),
    Number("speed", 50, 10, unit=TENTHS, codes=_SPEED_CODES),
    Truth("accuracy", 60),
    *_place(61, 89),
    Number("course", 116, 12, unit=TENTHS),
    *numbers(128, ("heading", 9), ("second", 6), ("maneuver", 2)),
    Truth("raim", 148),
    Number("radio", 149, 19, cut=True),
)

BASE_STATION: Layout = (
    Stamp(
        "timestamp", "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        ((38, 14), (52, 4), (56, 5), (61, 5), (66, 6), (72, 6)),
    ),
    Truth("accuracy", 78),
    *_place(79, 107),
    _fixing_device(134),
    Truth("raim", 148),
    Number("radio", 149, 19),
)  # fmt: skip

VOYAGE: Layout = (
    Number("imo", 40, 30),
    Number("ais_version", 38, 2),
    Text("callsign", 70, 7),
    Text("shipname", 112, 20),
    _ship_type(232),
    *_hull(240),
    _fixing_device(270),
    Stamp("eta", "{:02}-{:02}T{:02}:{:02}Z", ((274, 4), (278, 5), (283, 5), (288, 6))),
    Number("draught", 294, 8, unit=TENTHS),
    Text("destination", 302, 20),
    Number("dte", 422, 1),
)


def _longer(bits: int) -> Callable[[Payload], bool]:
    return lambda payload: payload.bits > bits


ACKNOWLEDGE: Layout = (
    Number("mmsi1", 40, 30),
    *(
        When(_longer(at), (Number(f"mmsi{n}", at, 30),), zeros(f"mmsi{n}"))
        for n, at in ((2, 72), (3, 104), (4, 136))
    ),
)

AIRCRAFT: Layout = (
    Number("alt", 38, 12, codes={4095: NOT_AVAILABLE, 4094: "high"}),
    Number("speed", 50, 10, codes=_SPEED_CODES),
    Truth("accuracy", 60),
    *_place(61, 89),
    Number("course", 116, 12, unit=TENTHS),
    *numbers(128, ("second", 6), ("regional", 8), ("dte", 1)),
    Truth("raim", 147),
    Number("radio", 148, 20),
)

ADDRESSED_TEXT: Layout = (
    Number("seqno", 38, 2),
    Number("dest_mmsi", 40, 30),
    Truth("retransmit", 70),
    Text("text", 72),
)

INTERROGATION: Layout = (
    *numbers(40, ("mmsi1", 30), ("type1_1", 6), ("offset1_1", 12)),
    When(_longer(90), numbers(90, ("type1_2", 6), ("offset1_2", 12)), zeros("type1_2", "offset1_2")),
    When(
        _longer(110),
        numbers(110, ("mmsi2", 30), ("type2_1", 6), ("offset2_1", 12)),
        zeros("mmsi2", "type2_1", "offset2_1"),
    ),
)

ASSIGNMENT: Layout = (
    *numbers(40, ("mmsi1", 30), ("offset1", 12), ("increment1", 10)),
    When(
        _longer(143),
        numbers(92, ("mmsi2", 30), ("offset2", 12), ("increment2", 10)),
        zeros("mmsi2", "offset2", "increment2"),
    ),
)

DIFFERENTIAL: Layout = (
    Number("lon", 40, 18, signed=True, unit=_COARSE),
    Number("lat", 58, 17, signed=True, unit=_COARSE),
    Data("data", 80),
)

_MOTION_B: Layout = (
    Number("reserved", 38, 8),
    Number("speed", 46, 10, unit=TENTHS),
    Truth("accuracy", 56),
    *_place(57, 85),
    Number("course", 112, 12, unit=TENTHS),
    *numbers(124, ("heading", 9), ("second", 6)),
)

POSITION_B: Layout = (
    *_MOTION_B,
    Number("regional", 139, 2),
    *(Truth(name, 141 + n) for n, name in enumerate(("cs", "display", "dsc", "band", "msg22"))),
    Truth("raim", 147),
    Number("radio", 148, 20),
)

EXTENDED_B: Layout = (
    *_MOTION_B,
    Number("regional", 139, 4),
    Text("shipname", 143, 20),
    _ship_type(263),
    *_hull(271),
    _fixing_device(301),
    Truth("raim", 305),
    Number("dte", 306, 1),
    Truth("assigned", 307),
)

LINK_MANAGEMENT: Layout = numbers(
    40,
    *(
        (f"{name}{n}", width)
        for n in range(1, 5)
        for name, width in (("offset", 12), ("number", 4), ("timeout", 3), ("increment", 11))
    ),
)


class _AidName:
    """Name of an aid to navigation: 20 characters, continued at the end of the message when they are all used."""

    name = "name"

    @staticmethod
    def put(payload: Payload, scaled: bool, into: dict[str, object]) -> None:
        """Write the text."""
        stem = payload.unsigned(43, 120)
        full = all((stem >> (6 * k)) & 63 for k in range(20))
        text = payload.text(43, 20)
        if full and payload.bits > 272:
            text = text.ljust(20) + payload.text(272, payload.text_left(272))
        into["name"] = text.rstrip(" ")


AID: Layout = (
    Number("aid_type", 38, 5, words=words.AID_TYPE),
    _AidName(),
    Truth("accuracy", 163),
    *_place(164, 192),
    *_hull(219),
    _fixing_device(249),
    Number("second", 253, 6),
    Number("regional", 260, 8),
    Truth("off_position", 259),
    Truth("raim", 268),
    Truth("virtual_aid", 269),
)


def _corners(at: int) -> Layout:
    """Two corners of an area."""
    return (
        Number("ne_lon", at, 18, signed=True, unit=_CORNER),
        Number("ne_lat", at + 18, 17, signed=True, unit=_CORNER),
        Number("sw_lon", at + 35, 18, signed=True, unit=_CORNER),
        Number("sw_lat", at + 53, 17, signed=True, unit=_CORNER),
    )


CHANNELS: Layout = (
    *numbers(40, ("channel_a", 12), ("channel_b", 12), ("txrx", 4)),
    Truth("power", 68),
    When(
        lambda p: p.unsigned(139, 1) == 1,
        (Number("dest1", 69, 30), Number("dest2", 104, 30)),
        _corners(69),
    ),
    Truth("addressed", 139),
    Truth("band_a", 140),
    Truth("band_b", 141),
    Number("zonesize", 142, 3),
)

GROUP_ASSIGNMENT: Layout = (
    *_corners(40),
    Number("stationtype", 110, 4, words=words.STATION_TYPE),
    _ship_type(114),
    Number("interval", 146, 4),
    Number("quiet", 150, 4),
)

STATIC_A: Layout = (Text("shipname", 40, 20),)

STATIC_B: Layout = (
    _ship_type(40),
    Text("vendorid", 48, 7),
    Number("model", 66, 4),
    Number("serial", 70, 20),
    Text("callsign", 90, 7),
    When(
        lambda p: p.unsigned(8, 30) // 10_000_000 == 98,
        (Number("mothership_mmsi", 132, 30),),
        _hull(132),
    ),
)
"""An auxiliary craft (MMSI 98...) names its mother ship in place of its own size."""


def _addressed(payload: Payload) -> bool:
    return payload.unsigned(38, 1) == 1


def _structured(payload: Payload) -> bool:
    return payload.unsigned(39, 1) == 1


def _slots(less: int) -> Layout:
    """Types 25 and 26: four forms, by two bits; `less` bits of radio state stand at the end."""

    def form(at: int) -> When:
        known = (Number("app_id", at, 16), Data("data", at + 16, less, octets_from=56))
        return When(_structured, known, (*zeros("app_id"), Data("data", at, less, octets_from=40)))

    return (
        Truth("addressed", 38),
        Truth("structured", 39),
        When(_addressed, (Number("dest_mmsi", 40, 30), form(70)), (*zeros("dest_mmsi"), form(40))),
    )


LONG_RANGE: Layout = (
    Number("status", 40, 4, words=words.STATUS, words_as="beside_scaled"),
    Truth("accuracy", 38),
    Number("lon", 44, 18, signed=True, unit=MINUTE_TENTHS),
    Number("lat", 62, 17, signed=True, unit=MINUTE_TENTHS),
    *numbers(79, ("speed", 6), ("course", 9)),
    Truth("raim", 39),
    Truth("gnss", 94),
)

LAYOUTS: dict[int, Layout] = {
    1: POSITION_A, 2: POSITION_A, 3: POSITION_A, 4: BASE_STATION, 5: VOYAGE, 6: ADDRESSED, 7: ACKNOWLEDGE,
    8: BROADCAST, 9: AIRCRAFT, 10: (Number("dest_mmsi", 40, 30),), 11: BASE_STATION, 12: ADDRESSED_TEXT,
    13: ACKNOWLEDGE, 14: (Text("text", 40),), 15: INTERROGATION, 16: ASSIGNMENT, 17: DIFFERENTIAL, 18: POSITION_B,
    19: EXTENDED_B, 20: LINK_MANAGEMENT, 21: AID, 22: CHANNELS, 23: GROUP_ASSIGNMENT, 25: _slots(0),
    26: (*_slots(20), Constant("radio", 0)), 27: LONG_RANGE,
}  # fmt: skip
"""Type 24 has two layouts, STATIC_A and STATIC_B, by its part number. gpsd states the radio state of type 26 as 0."""
