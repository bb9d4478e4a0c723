"""Vocabularies of AIS (ITU-R M.1371-5, IMO SN.1/Circ.236 and 289, inland AIS), in the wording of gpsd's JSON."""

from __future__ import annotations

from rubicon.collect.ais.fields import named

STATUS = named(
    (
        "Under way using engine", "At anchor", "Not under command", "Restricted maneuverability",
        "Constrained by her draught", "Moored", "Aground", "Engaged in fishing", "Under way sailing",
        "Reserved for HSC", "Reserved for WIG", "Power-driven vessel towing astern",
        "Power-driven vessel pushing ahead or towing alongside", "Reserved", "AIS-SART active", "Not defined",
    ),
    "",
)  # fmt: skip

_FIXING = (
    "Undefined", "GPS", "GLONASS", "Combined GPS/GLONASS", "Loran-C", "Chayka", "Integrated navigation system",
    "Surveyed", "Galileo",
)  # fmt: skip


def fixing_device(number: int) -> str:
    """Kind of electronic position fixing device."""
    return "Internal GNSS" if number == 15 else named(_FIXING, "Reserved ({})")(number)


_GROUPS = {
    2: "Wing in ground (WIG)", 4: "High speed craft (HSC)", 6: "Passenger", 7: "Cargo", 8: "Tanker", 9: "Other Type",
}  # fmt: skip
_CATEGORIES = ("all ships of this type", *(f"Hazardous category {letter}" for letter in "ABCD"))
_SPECIAL = {
    30: "Fishing", 31: "Towing", 32: "Towing: length exceeds 200m or breadth exceeds 25m",
    33: "Dredging or underwater ops", 34: "Diving ops", 35: "Military ops", 36: "Sailing", 37: "Pleasure Craft",
    38: "Reserved", 39: "Reserved",
    50: "Pilot Vessel", 51: "Search and Rescue vessel", 52: "Tug", 53: "Port Tender",
    54: "Anti-pollution equipment", 55: "Law Enforcement", 56: "Spare - Local Vessel", 57: "Spare - Local Vessel",
    58: "Medical Transport", 59: "Ship according to RR Resolution No. 18",
    0: "Not available", 99: "Other Type - no additional information",
}  # fmt: skip


def ship_type(number: int) -> str:
    """Kind of ship and cargo: the first digit is a group, the second a category of hazard."""
    if number in _SPECIAL:
        return _SPECIAL[number]
    if number > 99:
        return "INVALID SHIP TYPE"
    group, category = _GROUPS.get(number // 10, ""), number % 10
    if not group:
        return "Reserved for future use"
    if category < len(_CATEGORIES):
        return f"{group} - {_CATEGORIES[category]}"
    open_ = category < 9 or number == 29
    return f"{group} - {'Reserved for future use' if open_ else 'No additional information'}"


STATION_TYPE = named(
    (
        "All types of mobiles", "Reserved for future use", "All types of Class B mobile stations",
        "SAR airborne mobile station", "Aid to Navigation station", "Class B shipborne mobile station",
        *("Regional use and inland waterways",) * 4, *("Reserved for future use",) * 6,
    ),
    "",
)  # fmt: skip

AID_TYPE = named(
    (
        "Unspecified", "Reference point", "RACON", "Fixed offshore structure", "Spare, Reserved for future use.",
        "Light, without sectors", "Light, with sectors", "Leading Light Front", "Leading Light Rear",
        *(f"Beacon, Cardinal {point}" for point in "NESW"),
        "Beacon, Port hand", "Beacon, Starboard hand", "Beacon, Preferred Channel port hand",
        "Beacon, Preferred Channel starboard hand", "Beacon, Isolated danger", "Beacon, Safe water",
        "Beacon, Special mark", *(f"Cardinal Mark {point}" for point in "NESW"),
        "Port hand Mark", "Starboard hand Mark", "Preferred Channel Port hand",
        "Preferred Channel Starboard hand", "Isolated danger", "Safe Water", "Special Mark",
        "Light Vessel / LANBY / Rigs",
    ),
    "",
)  # fmt: skip

SIGNAL = named(
    (
        "N/A",
        "Serious emergency – stop or divert according to instructions.",
        "Vessels shall not proceed.",
        "Vessels may proceed. One way traffic.",
        "Vessels may proceed. Two way traffic.",
        "Vessels shall proceed on specific orders only.",
        "Vessels in main channel shall not proceed.",
        *("Vessels in main channel shall proceed on specific orders only.",) * 2,
        'I = "in-bound" only acceptable.',
        'O = "out-bound" only acceptable.',
        'F = both "in- and out-bound" acceptable.',
        'XI = Code will shift to "I" in due time.',
        'XO = Code will shift to "O" in due time.',
        "X = Vessels shall proceed only on direction.",
    ),
    "INVALID SIGNAL TYPE",
)

_ROUTES = (
    "Undefined (default)", "Mandatory", "Recommended", "Alternative", "Recommended route through ice",
    "Ship route plan",
)  # fmt: skip


def route_type(number: int) -> str:
    """Kind of route."""
    last = "Cancel route identified by message linkage"
    return last if number == 31 else named(_ROUTES, "Reserved for future use.")(number)


RACON = named(("No RACON installed", "RACON not monitored", "RACON operational", "RACON ERROR"), "")
LIGHT = named(("No light or no monitoring", "Light ON", "Light OFF", "Light ERROR"), "")
LOCK_STATUS = named(("Operational", "Limited operation", "Out of order", "N/A"), "")
MOORING = named(
    (
        "Not available", "Port-side to", "Starboard-side to", "Mediterranean (end-on) mooring", "Mooring buoy",
        "Anchorage", "Reserved for future use", "Reserved for future use",
    ),
    "",
)  # fmt: skip
TREND = named(("steady", "increasing", "decreasing", "N/A"), "")
PRECIPITATION = named(
    ("reserved", "rain", "thunderstorm", "freezing rain", "mixed/ice", "snow", "reserved", "N/A"), ""
)
"""WMO 306, code table 4.201."""
ICE = named(("no", "yes", "reserved", "N/A"), "")
ID_TYPES = ("mmsi", "imo", "callsign", "other")

HAZARD = named(
    (
        "0 blue cones/lights", "1 blue cone/light", "2 blue cones/lights", "3 blue cones/lights", "4 B-Flag",
        "Unknown",
    ),
    "INVALID HAZARD TYPE",
)  # fmt: skip
LOADED = named(("N/A (default)", "Unloaded", "Loaded"), "INVALID LOAD STATUS")
WEATHER = named(
    (
        "Not Available", "Wind", "Rain", "Snow and ice", "Thunderstorm", "Fog", "Low temperature",
        "High temperature", "Flood", "Forest Fire",
    ),
    "INVALID EMMA TYPE",
)  # fmt: skip
WEATHER_CLASS = named(("Slight", "Medium", "Strong"), "INVALID EMMA TYPE")
WIND = named(
    ("N/A", "North", "North East", "East", "South East", "South", "South West", "West", "North West"),
    "INVALID EMMA WIND DIRECTION",
)
STREAM = named(("Unknown", "Upstream", "Downstream", "To left bank", "To right bank"), "INVALID DIRECTION")
LAMP = named(
    ("Unknown", "No light", "White", "Yellow", "Green", "Red", "White flashing", "Yellow flashing."),
    "INVALID STATUS",
)

_COUNTS = ("one", "two", "three", "four", "five", "six", "seven", "eigth")
_INLAND = {
    8000: (99, "Vessel, type unknown"),
    8010: (79, "Motor freighter"),
    8020: (89, "Motor tanker"),
    8021: (80, "Motor tanker, liquid cargo, type N"),
    8022: (80, "Motor tanker, liquid cargo, type C"),
    8023: (89, "Motor tanker, dry cargo as if liquid (e.g. cement)"),
    8030: (79, "Container vessel"),
    8040: (80, "Gas tanker"),
    8050: (79, "Motor freighter, tug"),
    8060: (89, "Motor tanker, tug"),
    8070: (79, "Motor freighter with one or more ships alongside"),
    8080: (89, "Motor freighter with tanker"),
    8090: (79, "Motor freighter pushing one or more freighters"),
    8100: (89, "Motor freighter pushing at least one tank-ship"),
    8110: (79, "Tug, freighter"),
    8120: (89, "Tug, tanker"),
    8130: (31, "Tug freighter, coupled"),
    8140: (31, "Tug, freighter/tanker, coupled"),
    8150: (99, "Freightbarge"),
    8160: (99, "Tankbarge"),
    8161: (90, "Tankbarge, liquid cargo, type N"),
    8162: (90, "Tankbarge, liquid cargo, type C"),
    8163: (99, "Tankbarge, dry cargo as if liquid (e.g. cement)"),
    8170: (99, "Freightbarge with containers"),
    8180: (90, "Tankbarge, gas"),
    **{
        8210 + 10 * n: (79, f"Pushtow, {count} cargo barge{'s' if n else ''}")
        for n, count in enumerate(_COUNTS)
    },
    8290: (79, "Pushtow, nine or more barges"),
    8310: (80, "Pushtow, one tank/gas barge"),
    **{
        8310 + 10 * n: (80, f"Pushtow, {count} barges at least one tanker or gas barg{'e' if n < 6 else ''}")
        for n, count in enumerate(_COUNTS[:7])
        if n
    },
}
_INLAND_BY_AIS = {ais: word for ais, word in reversed(list(_INLAND.values()))}


def inland_ship_type(number: int) -> str:
    """Kind of inland vessel or combination by its ERI code; some stations send the code of sea-going AIS there."""
    if number in _INLAND:
        return _INLAND[number][1]
    return _INLAND_BY_AIS.get(number, "Illegal ship type value.")
