"""Which column of a table holds what: stated by the case, or known by its name; never guessed in silence.

Names are compared without case, punctuation and a leading `#`. Known are the canonical names of
`schema.POSITION` and those of the feeds that analysts meet: NOAA MarineCadastre (`MMSI`,
`BaseDateTime`, `LAT` ...), the Danish Maritime Authority (`# Timestamp`, `Type of mobile` ...), Global
Fishing Watch (`ssvid`, `timestamp`, `course`) and plain exports (`id`, `t`, `x`, `y`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from rubicon.case import Columns, Input
from rubicon.collect.batch import Batch
from rubicon.collect.sniff import sniff
from rubicon.errors import AmbiguousUnits, MissingColumns, NoUsableRows, UnknownFormat
from rubicon.geo.earth import KNOT_MS
from rubicon.provenance import source_file
from rubicon.registry import named, sources

REQUIRED = ("vessel_id", "time_utc", "lat_deg", "lon_deg")
MEASURED = (*REQUIRED, "speed", "course_deg", "heading_deg")
TABLE_FORMATS = ("csv", "jsonl", "parquet")

KNOWN: Mapping[str, tuple[str, ...]] = {
    "vessel_id": (
        "vessel_id",
        "mmsi ssvid vessel_mmsi ship_mmsi mmsi_number source_mmsi sourcemmsi userid",
        "ship_id shipid vesselid vessel ship track_id trackid id",
    ),
    "time_utc": (
        "time_utc",
        "basedatetime base_date_time timestamp timestamp_utc datetime date_time datetime_utc date_time_utc "
        "ais_pos_timestamp position_timestamp time_position dt_pos_utc ts",
        "time t utc epoch date",
    ),
    "lat_deg": ("lat_deg", "lat latitude", "y"),
    "lon_deg": ("lon_deg", "lon long lng longitude", "x"),
    "speed": (
        "speed_kn",
        "sog sog_kn sog_kts sog_knots speed_kts speed_knots speed_over_ground speedoverground "
        "sog_ms sog_m_s sog_mps speed_ms speed_m_s speed_mps speed_kmh speed_km_h",
        "speed velocity",
    ),
    "course_deg": ("course_deg", "cog cog_deg course course_over_ground courseoverground"),
    "heading_deg": ("heading_deg", "heading true_heading trueheading hdg"),
    "nav_status": ("nav_status", "navigational_status navigation_status navstatus navstat", "status"),
    "message_type": ("message_type", "msg_type msgtype"),
    "receiver": ("receiver", "station receiver_id base_station"),
    "imo": ("imo", "imo_number imonumber imo_no"),
    "name": ("name", "vessel_name vesselname ship_name shipname"),
    "call_sign": ("call_sign", "callsign"),
    "flag": ("flag", "flag_state"),
    "ship_type": ("ship_type", "shiptype vessel_type vesseltype"),
    "length_m": ("length_m", "length loa"),
    "beam_m": ("beam_m", "beam width width_m"),
    "draught_m": ("draught_m", "draught draft draft_m"),
    "destination": ("destination", "dest"),
}
"""Names of each meaning, best first: a column of a better tier is taken before those of the next."""

IDENTITY = (
    "imo", "name", "call_sign", "flag", "ship_type", "length_m", "beam_m", "draught_m", "destination",
)  # fmt: skip
MMSI_NAMES = frozenset(KNOWN["vessel_id"][1].split())
SPEED_UNITS: Mapping[str, float] = {"kn": 1.0, "m/s": 1.0 / KNOT_MS, "km/h": 1.0 / (3.6 * KNOT_MS)}
"""Knots in one of the unit."""
KNOTS_BY_CONVENTION = frozenset({"sog", "speed_over_ground", "speedoverground"})
"""Names of the AIS message field itself, which is in knots (ITU-R M.1371)."""
DANISH = frozenset({"timestamp", "type_of_mobile", "mmsi"})
"""Columns by which the tables of the Danish Maritime Authority are known; they write dates day-first."""


@dataclass(frozen=True)
class ColumnPlan:
    """What each meaning is called in this table, the unit of speed, and what was concluded from the header."""

    names: Mapping[str, str]
    positions: Mapping[str, int]
    kn_per_unit: float
    id_is_mmsi: bool
    time_says_utc: bool
    dates: str
    notes: tuple[str, ...]


def normal(name: str) -> str:
    """A column's name as it is compared: lower case, words joined by underscores."""
    return re.sub(r"\W+", "_", name.casefold()).strip("_")


def plan_columns(header: Sequence[str], options: Input, place: str) -> ColumnPlan:
    """Map a header to the meanings of a position table.

    Raises MissingColumns (a meaning has no column, or two that could be it) with the header and a
    mapping that helps, and AmbiguousUnits when speed does not state its unit or states another.
    """
    found = _stated(header, options.columns, place)
    for meaning in KNOWN:
        if meaning not in found and (column := _detected(meaning, header, found, place)) is not None:
            found[meaning] = column
    notes = []
    if _speed_left_out(header, found, options):
        notes.append(
            f"column `{header[found.pop('speed')]}` does not say its unit and was not read; map it as speed_kn or speed_ms"
        )
    missing = [meaning for meaning in REQUIRED if meaning not in found]
    if missing:
        raise MissingColumns(_missing(missing, header), place=place)
    names = {meaning: header[column] for meaning, column in found.items()}
    forms = {normal(name) for name in header}
    danish = not options.dates and forms >= DANISH
    if left := _left(header, found):
        notes.append(f"columns not read: {', '.join(left)}")
    if danish:
        notes.append("dates were read day-first, as the Danish Maritime Authority publishes them")
    return ColumnPlan(
        names=names,
        positions=found,
        kn_per_unit=_kn_per_unit(names.get("speed"), options.speed_unit, place),
        id_is_mmsi=normal(names["vessel_id"]) in MMSI_NAMES,
        time_says_utc="utc" in normal(names["time_utc"]).split("_"),
        dates=options.dates or ("day-first" if danish else ""),
        notes=tuple(notes),
    )


def _speed_left_out(header: Sequence[str], found: Mapping[str, int], options: Input) -> bool:
    """Whether a speed without a unit was found only by its name, where the user said which columns to read."""
    mapped = all(getattr(options.columns, name) for name in REQUIRED) and not options.columns.speed
    if not mapped or "speed" not in found or options.speed_unit:
        return False
    name = normal(header[found["speed"]])
    return not _unit_in_name(name) and name not in KNOTS_BY_CONVENTION


def _stated(header: Sequence[str], columns: Columns, place: str) -> dict[str, int]:
    """Columns that the mapping names; a name that differs in case alone is accepted."""
    found, absent = {}, []
    for meaning, name in columns.model_dump().items():
        if not name:
            continue
        exact = [i for i, column in enumerate(header) if column == name]
        same = exact or [i for i, column in enumerate(header) if normal(column) == normal(name)]
        if len(same) > 1:
            raise MissingColumns(f"{len(same)} columns are called `{name}`", place=place)
        if same:
            found[meaning] = same[0]
        else:
            absent.append(meaning)
    if absent:
        raise MissingColumns(_missing(absent, header), place=place)
    return found


def _detected(meaning: str, header: Sequence[str], taken: Mapping[str, int], place: str) -> int | None:
    """The column of a meaning by its name; two of one tier are an error where the track depends on it."""
    for tier in KNOWN[meaning]:
        names = tier.split()
        fits = [i for i, column in enumerate(header) if normal(column) in names and i not in taken.values()]
        if len(fits) > 1 and meaning in MEASURED:
            both = " and ".join(f"`{header[i]}`" for i in fits)
            raise MissingColumns(
                f"columns {both} can both be {meaning}; say which: --map {meaning}=COLUMN", place=place
            )
        if fits:
            return fits[0]
    return None


def _missing(missing: Sequence[str], header: Sequence[str]) -> str:
    """Sentence that names the missing columns, the header, and a mapping with those that look right."""
    mapping = []
    for meaning in missing:
        names = " ".join(KNOWN[meaning]).split()
        like = [column for column in header if normal(column) in names]
        mapping.append(f"{meaning}={like[0] if like else 'COLUMN'}")
    shown = ", ".join(header[:40]) + (" ..." if len(header) > 40 else "")
    return f"missing columns {', '.join(missing)}; the header is: {shown[:500]}; say which: --map {','.join(mapping)}"


def _left(header: Sequence[str], found: Mapping[str, int]) -> list[str]:
    return [name[:40] for i, name in enumerate(header) if i not in found.values()][:40]


def _kn_per_unit(name: str | None, stated: str, place: str) -> float:
    """Factor to knots, by the header's word or the user's."""
    if name is None:
        return 1.0
    said = _unit_in_name(normal(name))
    unit = stated or said or ("kn" if normal(name) in KNOTS_BY_CONVENTION else "")
    if not unit:
        raise AmbiguousUnits(
            f"column `{name}` does not say its unit; state speed_unit as kn or m/s (--speed-unit kn)",
            place=place,
        )
    if said and said != unit:
        raise AmbiguousUnits(f"column `{name}` says {said}, the settings say {stated}", place=place)
    return SPEED_UNITS[unit]


def _unit_in_name(name: str) -> str:
    """The unit that a column's name ends in; empty when it has none."""
    if re.search(r"_(kn|kts|knots)$", name):
        return "kn"
    if re.search(r"_(ms|m_s|mps)$", name):
        return "m/s"
    return "km/h" if re.search(r"_(kmh|km_h)$", name) else ""


def read_positions(path: Path, options: Input, *, strict_header: bool) -> Batch:
    """All positions of one CSV, Parquet or JSON-lines file as one batch, in the order of the file.

    With `strict_header`, columns that the mapping does not name must be called `vessel_id, time_utc,
    lat_deg, lon_deg`. Raises the reader's errors, UnknownFormat for a file that is no table, and
    NoUsableRows when every row was rejected.
    """
    if strict_header:
        own = {name: getattr(options.columns, name) or name for name in REQUIRED}
        options = options.model_copy(update={"columns": options.columns.model_copy(update=own)})
    name = sniff(path) if options.format in ("", "auto") else options.format
    if name not in TABLE_FORMATS:
        raise UnknownFormat(f"is {name}; a table is needed: {', '.join(TABLE_FORMATS)}", place=str(path))
    batches = list(named(sources(), name, "format").read(source_file(path), options))
    made = Batch(
        positions=pa.concat_tables([batch.positions for batch in batches]),
        vessels=pa.concat_tables([batch.vessels for batch in batches]),
        rejects=pa.concat_tables([batch.rejects for batch in batches]),
        messages=sum(batch.messages for batch in batches),
        notes=tuple(dict.fromkeys(note for batch in batches for note in batch.notes)),
    )
    if made.positions.num_rows == 0:
        reasons = ", ".join(sorted(set(made.rejects["reason"].to_pylist())))
        raise NoUsableRows(f"every row was rejected: {reasons}", place=str(path))
    return made
