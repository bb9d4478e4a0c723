"""Contents of types 6 (addressed) and 8 (broadcast), by designated area code and function identifier.

International: IMO SN.1/Circ.236 and Circ.289. Area 200: inland AIS (CESNI, formerly CCNR). Areas 235 and 250: monitoring of aids
to navigation by the General Lighthouse Authorities. What is not declared here reads as `data`. gpsd reads the number of persons
on board from a place that no circular names; here it is read where the circulars put it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rubicon.collect.ais import words
from rubicon.collect.ais.fields import (
    DEGREES,
    MINUTE_THOUSANDTHS,
    TENTHS,
    Data,
    Field,
    Layout,
    Number,
    Payload,
    Records,
    Stamp,
    Text,
    Truth,
    Unit,
    numbers,
)

INTERNATIONAL, INLAND, LIGHTHOUSES = (1,), (200,), (235, 250)
_ANALOGUE = Unit(20.0, 2)
_HUNDREDTHS = Unit(100.0, 1, plus=-1000)


class Content(NamedTuple):
    """One content: whose (`areas`), which (`function`), of which length, and its fields."""

    areas: tuple[int, ...]
    function: int
    layout: Layout
    bits: int | None = None
    holds: Callable[[Payload], bool] | None = None


def _lon_lat(lon: int, lat: int, prefix: str = "") -> Layout:
    """A place to 1/1,000 minute."""
    return (
        Number(f"{prefix}lon", lon, 25, signed=True, unit=MINUTE_THOUSANDTHS),
        Number(f"{prefix}lat", lat, 24, signed=True, unit=MINUTE_THOUSANDTHS),
    )


def _lat_lon(lat: int, lon: int) -> Layout:
    return _lon_lat(lon, lat)[::-1]


def _day_time(name: str, at: int) -> Stamp:
    """Month, day, hour and minute that follow each other."""
    return Stamp(name, "{:02}-{:02}T{:02}:{:02}Z", ((at, 4), (at + 4, 5), (at + 9, 5), (at + 14, 6)))


def _bare_day_time(name: str, at: int) -> Stamp:
    """The same as gpsd writes it for inland AIS and berths: without leading zeros."""
    return Stamp(name, "{}-{}T{}:{}", ((at, 4), (at + 4, 5), (at + 9, 5), (at + 14, 6)))


def _parts(base: int, size: int) -> Callable[[Payload], int]:
    """How many whole parts the message has room for."""
    return lambda payload: max((payload.bits - base) // size, 0)


def _begun(base: int, size: int) -> Callable[[Payload], int]:
    """How many parts begin before the end of the message."""
    return lambda payload: max(-((base - payload.bits) // size), 0)


def _route(at: int) -> Layout:
    """A route with its waypoints."""
    return (
        *numbers(at, ("linkage", 10), ("sender", 3)),
        Number("rtype", at + 13, 5, words=words.route_type),
        _day_time("start", at + 18),
        Number("duration", at + 38, 18),
        Records(
            "waypoints", at + 61, 55,
            (
                Number("lon", 0, 28, signed=True, unit=Unit(600_000.0, 6)),
                Number("lat", 28, 27, signed=True, unit=Unit(600_000.0, 6)),
            ),
            lambda payload: payload.unsigned(at + 56, 5),
        ),
    )  # fmt: skip


def _tides(size: int, place: Layout, at: int, current: int) -> Layout:
    """Tidal windows: a place, two times and the current."""
    fields = (
        *place,
        *numbers(at, ("from_hour", 5), ("from_min", 6), ("to_hour", 5), ("to_min", 6), ("cdir", 9)),
        Number("cspeed", at + 31, current, unit=TENTHS),
    )
    return (*numbers(88, ("month", 4), ("day", 5)), Records("tidals", 97, size, fields, _begun(97, size)))


def _weather(at: int, precipitation: Layout) -> Layout:
    """What both circulars order alike: from the trend of the water level to the ice; `at` is that trend."""
    trend = Number("leveltrend", at, 2, words=words.TREND, words_as="instead_scaled")
    made: list[Field] = [trend]
    place = at + 2
    for name, width, unit in (
        ("cspeed", 8, TENTHS), ("cdir", 9, None), ("cspeed2", 8, TENTHS), ("cdir2", 9, None), ("cdepth2", 5, None),
        ("cspeed3", 8, TENTHS), ("cdir3", 9, None), ("cdepth3", 5, None), ("waveheight", 8, TENTHS),
        ("waveperiod", 6, None), ("wavedir", 9, None), ("swellheight", 8, TENTHS), ("swellperiod", 6, None),
        ("swelldir", 9, None), ("seastate", 4, None),
    ):  # fmt: skip
        made.append(Number(name, place, width, unit=unit))
        place += width
    return (*made, *precipitation)


_WEATHER_236: Layout = (
    *_lat_lon(56, 80),
    Stamp("timestamp", "{:02}T{:02}:{:02}Z", ((105, 5), (110, 5), (115, 6))),
    *numbers(121, ("wspeed", 7), ("wgust", 7), ("wdir", 9), ("wgustdir", 9)),
    Number("humidity", 164, 7),
    Number("airtemp", 153, 11, unit=Unit(10.0, 1, plus=-600)),
    Number("dewpoint", 171, 10, unit=Unit(10.0, 1, plus=-200)),
    Number("pressure", 181, 9, unit=Unit(1.0, 0, plus=800)),
    Number("pressuretend", 190, 2, words=words.TREND, words_as="instead_scaled"),
    Number("visibility", 192, 8, unit=TENTHS),
    Number("waterlevel", 200, 9, unit=Unit(10.0, 1, plus=-100)),
    *_weather(
        209,
        (
            Number("watertemp", 322, 10, unit=Unit(10.0, 1, plus=-100)),
            Number("preciptype", 332, 3, words=words.PRECIPITATION),
            Number("salinity", 335, 9, unit=TENTHS),
            Number("ice", 344, 2, words=words.ICE),
        ),
    ),
)

_WEATHER_289: Layout = (
    *_lat_lon(81, 56),
    Truth("accuracy", 105),
    Stamp("timestamp", "{:02}T{:02}:{:02}Z", ((106, 5), (111, 5), (116, 6))),
    *numbers(122, ("wspeed", 7), ("wgust", 7), ("wdir", 9), ("wgustdir", 9)),
    Number("humidity", 165, 7),
    Number("airtemp", 154, 11, signed=True, unit=TENTHS),
    Number("dewpoint", 172, 10, signed=True, unit=TENTHS),
    Number("pressure", 182, 9, unit=Unit(1.0, 0, plus=799)),
    Number("pressuretend", 191, 2, words=words.TREND, words_as="instead_scaled"),
    Truth("visgreater", 193),
    Number("visibility", 194, 7, unit=TENTHS),
    Number("waterlevel", 201, 12, unit=_HUNDREDTHS),
    *_weather(
        213,
        (
            Number("watertemp", 326, 10, signed=True, unit=TENTHS),
            Number("preciptype", 336, 3, words=words.PRECIPITATION, words_as="instead_scaled"),
            Number("salinity", 339, 9, unit=TENTHS),
            Number("ice", 348, 2, words=words.ICE, words_as="instead_scaled"),
        ),
    ),
)

_LOCK: Layout = (
    Text("country", 88, 2),
    Text("locode", 100, 3),
    Text("section", 118, 5),
    Text("terminal", 148, 5),
    Text("hectometre", 178, 5),
    _bare_day_time("eta", 208),
)

_SERVICES = (
    "agent", "fuel", "chandler", "stevedore", "electrical", "water", "customs", "cartage", "crane", "lift", "medical",
    "navrepair", "provisions", "shiprepair", "surveyor", "steam", "tugs", "solidwaste", "liquidwaste",
    "hazardouswaste", "ballast", "additional", "regional1", "regional2", "future1", "future2",
)  # fmt: skip

_BERTH: Layout = (
    *numbers(88, ("linkage", 10), ("berth_length", 9)),
    Number("position", 115, 3, words=words.MOORING),
    _bare_day_time("arrival", 118),
    Number("availability", 138, 1),
    *numbers(139, *((name, 2) for name in _SERVICES)),
    Text("berth_name", 191, 20),
    *_lon_lat(311, 336, "berth_"),
    Number("berth_depth", 107, 8, unit=TENTHS),
)


def _identity(payload: Payload) -> int:
    return payload.unsigned(0, 2)


class _TargetId:
    """Who a target is: a number or a name, under the key that its kind says."""

    name = "idtype"

    @staticmethod
    def put(payload: Payload, scaled: bool, into: dict[str, object]) -> None:
        """Write kind and identity."""
        kind = _identity(payload)
        key = words.ID_TYPES[kind]
        into["idtype"], into["idtype_text"] = kind, key
        into[key] = str(payload.unsigned(2, 42)) if kind < 2 else payload.text(2, 7)


_TARGETS: Layout = (
    Records(
        "targets", 56, 122,
        (
            _TargetId(),
            *_lat_lon(48, 72),
            *numbers(97, ("course", 9), ("second", 6), ("speed", 10)),
        ),
        _parts(56, 122),
    ),
)  # fmt: skip

_SIGNAL: Layout = (
    Number("linkage", 56, 10),
    Text("station", 66, 20),
    *_lon_lat(186, 211),
    Number("status", 235, 2),
    Number("signal", 237, 5, words=words.SIGNAL),
    *numbers(242, ("hour", 5), ("minute", 6)),
    Number("nextsignal", 253, 5, words=words.SIGNAL),
)

_CLOSED: Layout = (
    Text("reason", 56, 20),
    Text("closefrom", 176, 20),
    Text("closeto", 296, 20),
    *numbers(416, ("radius", 10), ("extunit", 2)),
    Stamp("from", "{:02}-{:02}T{:02}:{:02}", ((433, 4), (428, 5), (437, 5), (442, 6))),
    Stamp("to", "{:02}-{:02}T{:02}:{:02}", ((453, 4), (448, 5), (457, 5), (462, 6))),
)

_INLAND_SHIP: Layout = (
    Text("vin", 56, 8),
    *numbers(104, ("length", 13), ("beam", 10)),
    Number("shiptype", 127, 14, words=words.inland_ship_type),
    Number("hazard", 141, 3, words=words.HAZARD),
    Number("draught", 144, 11),
    Number("loaded", 155, 2, words=words.LOADED),
    *(Truth(name, 157 + n) for n, name in enumerate(("speed_q", "course_q", "heading_q"))),
)


class _Period:
    """Start and end of a weather warning: years count from 2000."""

    name = "start"

    @staticmethod
    def put(payload: Payload, scaled: bool, into: dict[str, object]) -> None:
        """Write both times."""
        for name, date, clock in (("start", 56, 90), ("end", 73, 101)):
            year, month, day = (payload.unsigned(date + at, width) for at, width in ((0, 8), (8, 4), (12, 5)))
            hour, minute = payload.unsigned(clock, 5), payload.unsigned(clock + 5, 6)
            into[name] = f"{year + 2000}-{month:02}-{day:02}T{hour:02}:{minute:02}"


_WARNING: Layout = (
    _Period(),
    Number("start_lon", 112, 28, signed=True, unit=DEGREES),
    Number("start_lat", 140, 27, signed=True, unit=DEGREES),
    Number("end_lon", 167, 28, signed=True, unit=DEGREES),
    Number("end_lat", 195, 27, signed=True, unit=DEGREES),
    Number("type", 222, 4, words=words.WEATHER),
    Number("min", 226, 9, signed=True),
    Number("max", 235, 9, signed=True),
    Number("class", 244, 2, words=words.WEATHER_CLASS),
    Number("wind", 246, 4, words=words.WIND),
)

_GAUGES: Layout = (
    Text("country", 56, 2),
    Records("gauges", 68, 25, (Number("id", 0, 11), Number("level", 11, 14, signed=True)), _parts(68, 25)),
)

_LAMPS: Layout = (
    Number("lon", 56, 28, signed=True, unit=DEGREES),
    Number("lat", 84, 27, signed=True, unit=DEGREES),
    *numbers(111, ("form", 4), ("facing", 9)),
    Number("direction", 124, 3, words=words.STREAM),
    Number("status", 127, 30, words=words.LAMP),
)

_AID_STATE: Layout = (
    Truth("off_pos", 131),
    Truth("alarm", 122),
    Number("stat_ext", 123, 8),
    *(
        Number(name, 88 + 10 * n, 10, unit=_ANALOGUE)
        for n, name in enumerate(("ana_int", "ana_ext1", "ana_ext2"))
    ),
    Number("racon", 118, 2, words=words.RACON),
    Number("light", 120, 2, words=words.LIGHT),
)

_CARGO_236: Layout = (
    Text("lastport", 88, 5),
    _day_time("departure", 118),
    Text("nextport", 138, 5),
    _day_time("eta", 168),
    Text("dangerous", 188, 20),
    Text("imdcat", 308, 4),
    *numbers(332, ("unid", 13), ("amount", 10), ("unit", 2)),
)

_CARGO_289: Layout = (
    *numbers(88, ("unit", 2), ("amount", 10)),
    Records("cargos", 100, 17, numbers(0, ("code", 4), ("subtype", 13)), _begun(100, 17)),
)

_CLEARANCE: Layout = (
    Number("linkage", 88, 10),
    _day_time("arrival", 98),
    Text("portname", 118, 20),
    Text("destination", 238, 5),
    *_lon_lat(268, 293),
)

_TIDE_236: Layout = (
    Number("lon", 27, 28, signed=True, unit=MINUTE_THOUSANDTHS),
    Number("lat", 0, 27, signed=True, unit=MINUTE_THOUSANDTHS),
)

_INSIDE_6 = (
    Content(INLAND, 21, (*_LOCK, Number("tugs", 228, 3), Number("airdraught", 231, 12)), bits=248),
    Content(INLAND, 22, (*_LOCK, Number("status", 228, 2, words=words.LOCK_STATUS)), bits=232),
    Content(INLAND, 55, numbers(88, ("crew", 8), ("passengers", 13), ("personnel", 8)), bits=168),
    Content(LIGHTHOUSES, 10, _AID_STATE, bits=136),
    Content(INTERNATIONAL, 12, _CARGO_236),
    Content(INTERNATIONAL, 14, _tides(93, _TIDE_236, 55, 7)),
    Content(INTERNATIONAL, 15, numbers(88, ("airdraught", 11))),
    Content(INTERNATIONAL, 16, numbers(88, ("persons", 13))),
    Content(INTERNATIONAL, 18, _CLEARANCE),
    Content(INTERNATIONAL, 20, _BERTH),
    Content(INTERNATIONAL, 25, _CARGO_289),
    Content(INTERNATIONAL, 28, _route(88)),
    Content(INTERNATIONAL, 30, (Number("linkage", 88, 10), Text("text", 98))),
    Content(INTERNATIONAL, 32, _tides(88, _lon_lat(0, 25), 49, 8)),
)
_INSIDE_8 = (
    Content(INTERNATIONAL, 11, _WEATHER_236),
    Content(INTERNATIONAL, 13, _CLOSED),
    Content(INTERNATIONAL, 15, numbers(56, ("airdraught", 11))),
    Content(INTERNATIONAL, 16, numbers(56, ("persons", 13)), bits=72),
    Content(INTERNATIONAL, 16, numbers(88, ("persons", 13)), bits=136),
    Content(INTERNATIONAL, 17, _TARGETS),
    Content(INTERNATIONAL, 19, _SIGNAL),
    Content(INTERNATIONAL, 27, _route(56)),
    Content(INTERNATIONAL, 29, (Number("linkage", 56, 10), Text("text", 66))),
    Content(INTERNATIONAL, 31, _WEATHER_289),
    Content(INLAND, 10, _INLAND_SHIP, bits=168, holds=lambda payload: payload.unsigned(141, 3) <= 5),
    Content(INLAND, 23, _WARNING, bits=256),
    Content(INLAND, 24, _GAUGES, bits=168),
    Content(INLAND, 40, _LAMPS, bits=168),
)


def _head(at: int) -> Layout:
    return numbers(at, ("dac", 10), ("fid", 6))


class _Inside:
    """The content that area, function and length say, or else the bits as they are."""

    name = "data"

    def __init__(self, contents: tuple[Content, ...], at: int) -> None:
        self.at = at
        self.known: dict[tuple[int, int], list[Content]] = {}
        for content in contents:
            for area in content.areas:
                self.known.setdefault((area, content.function), []).append(content)

    def put(self, payload: Payload, scaled: bool, into: dict[str, object]) -> None:
        """Write the fields of the content."""
        key = (payload.unsigned(self.at - 16, 10), payload.unsigned(self.at - 6, 6))
        for content in self.known.get(key, ()):
            fits = content.bits is None or content.bits == payload.bits
            if fits and (content.holds is None or content.holds(payload)):
                for field in content.layout:
                    field.put(payload, scaled, into)
                return
        Data("data", self.at).put(payload, scaled, into)


ADDRESSED: Layout = (
    Number("seqno", 38, 2),
    Number("dest_mmsi", 40, 30),
    Truth("retransmit", 70),
    *_head(72),
    _Inside(_INSIDE_6, 88),
)
BROADCAST: Layout = (*_head(40), _Inside(_INSIDE_8, 56))
