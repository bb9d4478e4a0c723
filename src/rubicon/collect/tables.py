"""From the cells of a table to POSITION, VESSEL and REJECT rows: one reader for CSV, Parquet and JSON lines.

A row without a ship, a readable time or a possible place is a reject with its reason. Speed, course and
heading out of range (NOAA tables of 2015 to 2017 write negative ones, AIS itself 102.3, 360 and 511 for
"not available") do not make the position worse: they become null, and a note counts them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rubicon.case import Input
from rubicon.collect.batch import Batch
from rubicon.collect.cells import Faults, Floats, Ids, Mask, Numbers, ids, is_text, numbers
from rubicon.collect.columns import ColumnPlan
from rubicon.collect.statements import Statements
from rubicon.collect.times import Times, settle_order
from rubicon.errors import EmptyInput, InvalidPosition
from rubicon.provenance import SourceFile
from rubicon.schema import POSITION, REJECT, Flag, NavStatus

Offsets = npt.NDArray[np.int64]
RAW_CHARS = 512
SPEED_NOT_AVAILABLE_KN = 102.3
SWAP_MIN_ROWS = 3
SWAP_MIN_SHARE = 0.2
"""Share of latitudes beyond 90 from which swapped columns are suspected; a healthy feed has next to none."""
SWAP_FIT_SHARE = 0.99
SHIP_MMSI = r"^[2-7]\d{8}$"
SHIP_LENGTH = r"^\d{8,10}$"
"""Ids that look like an MMSI, one digit lost or doubled; in a column called MMSI every id must be one."""
STATUS_TEXTS = {
    "under way using engine": 0, "at anchor": 1, "not under command": 2, "restricted maneuverability": 3,
    "restricted manoeuvrability": 3, "constrained by her draught": 4, "moored": 5, "aground": 6,
    "engaged in fishing": 7, "under way sailing": 8, "unknown value": 15, "not defined": 15,
}  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """A part of a table: cells by meaning, row numbers, the text of given rows, and rows of a wrong shape."""

    cells: Mapping[str, pa.Array]
    offsets: Offsets
    raw: Callable[[npt.NDArray[np.int64]], list[str]]
    misshapen: tuple[tuple[int, str, str, str], ...] = ()
    """Offset, reason, detail and raw text of rows that have no cells."""


Frames = Callable[[Mapping[str, int]], Iterator[Frame]]
"""Reads the file from its start; takes meanings and the places of their columns in the header."""


@dataclass
class TableReader:
    """Reads the frames of one file; holds what is concluded for the whole file."""

    file: SourceFile
    options: Input
    plan: ColumnPlan
    frames: Frames
    notes: list[str] = field(default_factory=list)
    said: int = 0
    swap: Offsets = field(default_factory=lambda: np.zeros(3, np.int64))
    outside: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Values out of range by column: how many, first row."""

    def __post_init__(self) -> None:
        self.notes.extend(self.plan.notes)
        self.decimal: str = self.options.decimal
        self.times = Times(
            self.plan.names["time_utc"],
            self.plan.dates,
            self.options.timezone,
            self.plan.time_says_utc,
            self.notes,
            self._date_order,
        )
        self.statements = Statements(self.file.source_id)

    def batches(self) -> Iterator[Batch]:
        """Batches in the order of the file.

        Raises EmptyInput (no row), AmbiguousDates, InvalidPosition (columns that look swapped).
        """
        rows = 0
        for frame in self.frames(self.plan.positions):
            batch = self._batch(frame)
            rows += batch.messages
            yield batch
        if rows == 0:
            raise EmptyInput("a header and no rows", place=str(self.file.path))
        for column, (count, row) in self.outside.items():
            self.notes.append(
                f"{count} values of `{column}` out of range were read as not available, the first in row {row}"
            )
        if closing := self._new_notes():
            yield Batch(notes=closing)

    def _batch(self, frame: Frame) -> Batch:
        faults = Faults(len(frame.offsets))
        table = self._positions(frame, faults)
        vessels = self.statements.take(
            table, frame.cells, faults, self.decimal or ".", mmsi=self.plan.id_is_mmsi
        )
        rejects = self._rejects(frame, faults)
        if faults.kinds:
            table = table.filter(pa.array(~faults.bad))
        return Batch(
            positions=table,
            vessels=vessels,
            rejects=rejects,
            messages=len(frame.offsets) + len(frame.misshapen),
            notes=self._new_notes(),
        )

    def _positions(self, frame: Frame, faults: Faults) -> pa.Table:
        """POSITION rows for all rows of a frame; those with a fault are taken out later."""
        cells, names, rows = frame.cells, self.plan.names, len(frame.offsets)
        self._settle(cells)
        vessel = ids(cells["vessel_id"], faults, names["vessel_id"])
        if vessel.floats:
            self._note("ship numbers written as `416000000.0` were read as whole numbers")
        micros = self.times.read(cells["time_utc"], faults)
        lat, lon = self._place(cells, faults)
        speed, unavailable = self._speed(frame, faults)
        flags = np.where((lat == 0) & (lon == 0), int(Flag.NULL_ISLAND), 0)
        flags |= np.where(unavailable, int(Flag.NO_SPEED), 0)
        flags |= np.where(self._not_a_ship(vessel), int(Flag.MMSI_NOT_A_SHIP), 0)
        columns = {
            "vessel_id": vessel.text,
            "time_utc": pa.array(micros).cast(POSITION.field("time_utc").type),
            "lat_deg": pa.array(lat),
            "lon_deg": pa.array(lon),
            "speed_kn": speed,
            "course_deg": self._angle(frame, "course_deg", faults),
            "heading_deg": self._angle(frame, "heading_deg", faults),
            "nav_status": _status(cells.get("nav_status"), rows),
            "message_type": _small_int(cells.get("message_type"), rows, 1, 27),
            "receiver": cells["receiver"].cast(pa.string())
            if "receiver" in cells
            else pa.nulls(rows, pa.string()),
            "flags": pa.array(flags.astype(np.int32)),
            "source_id": pa.repeat(pa.scalar(self.file.source_id), rows),
            "offset": pa.array(frame.offsets),
        }
        return pa.table(columns, schema=POSITION)

    def _date_order(self) -> tuple[str, str]:
        """The order of day and month, from every row of the file."""
        only = {"time_utc": self.plan.positions["time_utc"]}
        times = ((frame.cells["time_utc"], frame.offsets) for frame in self.frames(only))
        return settle_order(times, str(self.file.path))

    def _settle(self, cells: Mapping[str, pa.Array]) -> None:
        """Conclude the decimal mark when it is not stated."""
        if not self.decimal:
            self.decimal = _decimal_mark([cells["lat_deg"], cells["lon_deg"]])
            if self.decimal == ",":
                self._note("the decimal mark is a comma: latitudes and longitudes hold commas and no dot")

    def _place(self, cells: Mapping[str, pa.Array], faults: Faults) -> tuple[Floats, Floats]:
        """Latitudes and longitudes in degrees; marks those that cannot be."""
        lat, lon = (numbers(cells[name], self.decimal or ".") for name in ("lat_deg", "lon_deg"))
        names = self.plan.names["lat_deg"], self.plan.names["lon_deg"]
        self._refuse_swapped(lat.values, lon.values)
        for made, name in zip((lat, lon), names, strict=True):
            faults.mark(made.missing, "no_position", name)
        for made, name, reason in ((lat, names[0], "lat_not_a_number"), (lon, names[1], "lon_not_a_number")):
            faults.mark(~np.isfinite(made.values), reason, name)
        faults.mark(lat.values == 91, "position_not_available", names[0])
        faults.mark(lon.values == 181, "position_not_available", names[1])
        faults.mark(np.abs(lat.values) > 90, "lat_out_of_range", names[0])
        faults.mark(np.abs(lon.values) > 180, "lon_out_of_range", names[1])
        return np.nan_to_num(lat.values), np.nan_to_num(lon.values)

    def _refuse_swapped(self, lat: Floats, lon: Floats) -> None:
        """Raise InvalidPosition when latitudes lie beyond 90 in many rows and exchanged columns would fit."""
        stated = np.isfinite(lat) & np.isfinite(lon) & (lat != 91) & (lon != 181)
        fits = stated & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
        self.swap += np.array([stated.sum(), fits.sum(), (fits & (np.abs(lat) > 90)).sum()])
        rows, fitting, beyond = (int(count) for count in self.swap)
        if beyond >= max(SWAP_MIN_ROWS, SWAP_MIN_SHARE * rows) and fitting >= SWAP_FIT_SHARE * rows:
            names = self.plan.names
            raise InvalidPosition(
                f"latitude and longitude look swapped: {beyond} of {rows} values of `{names['lat_deg']}` lie beyond 90 "
                f"and would fit as longitudes; if so: --map lat_deg={names['lon_deg']},lon_deg={names['lat_deg']}",
                place=str(self.file.path),
            )

    def _speed(self, frame: Frame, faults: Faults) -> tuple[pa.Array, Mask]:
        """Speed in knots, and where the message says that it is not available."""
        rows = len(frame.offsets)
        made = self._optional(frame, "speed", faults)
        if made is None:
            return pa.nulls(rows, pa.float64()), np.zeros(rows, bool)
        values = made.values * self.plan.kn_per_unit
        unavailable = np.abs(values - SPEED_NOT_AVAILABLE_KN) < 0.051
        impossible = (values < 0) | (values > SPEED_NOT_AVAILABLE_KN)
        self._count_outside("speed", impossible & ~unavailable, frame.offsets)
        empty = np.isnan(values) | unavailable | impossible
        return pa.array(values, mask=empty), unavailable

    def _angle(self, frame: Frame, meaning: str, faults: Faults) -> pa.Array:
        """Course or heading in degrees; 360 and 511 say that it is not available."""
        made = self._optional(frame, meaning, faults)
        if made is None:
            return pa.nulls(len(frame.offsets), pa.float64())
        values = made.values
        impossible = (values < 0) | (values >= 360)
        self._count_outside(meaning, impossible & (values != 360) & (values != 511), frame.offsets)
        return pa.array(values, mask=np.isnan(values) | impossible)

    def _optional(self, frame: Frame, meaning: str, faults: Faults) -> Numbers | None:
        if meaning not in frame.cells:
            return None
        made = numbers(frame.cells[meaning], self.decimal or ".")
        reason = f"{meaning.removesuffix('_deg')}_not_a_number"
        faults.mark(made.garbage | np.isinf(made.values), reason, self.plan.names[meaning])
        return made

    def _count_outside(self, meaning: str, mask: Mask, offsets: Offsets) -> None:
        if mask.any():
            name = self.plan.names[meaning]
            count, first = self.outside.get(name, (0, int(offsets[mask.argmax()])))
            self.outside[name] = count + int(mask.sum()), first

    def _not_a_ship(self, vessel: Ids) -> Mask:
        """Numbers that cannot be a ship's MMSI; an id of another kind is the source's own and no doubt."""
        claims = SHIP_LENGTH if not self.plan.id_is_mmsi else ""
        doubt = pc.and_not(
            pc.match_substring_regex(vessel.names, claims), pc.match_substring_regex(vessel.names, SHIP_MMSI)
        )
        made: Mask = doubt.to_numpy(zero_copy_only=False)[vessel.at]
        return made

    def _rejects(self, frame: Frame, faults: Faults) -> pa.Table:
        """REJECT rows of a frame, in the order of the file."""
        at = np.flatnonzero(faults.bad)
        rows = list(frame.misshapen)
        shown = {self.plan.names[meaning]: _texts(cells, at) for meaning, cells in frame.cells.items()}
        for i, (row, raw) in enumerate(zip(at, frame.raw(at), strict=True)):
            reason, column = faults.kinds[faults.code[row] - 1]
            rows.append((int(frame.offsets[row]), reason, f"{column}={shown[column][i]}", raw))
        rows.sort()
        offsets, reasons, details, raws = zip(*rows, strict=True) if rows else ((), (), (), ())
        return pa.table(
            [
                [self.file.source_id] * len(rows),
                offsets,
                reasons,
                [detail[:RAW_CHARS] for detail in details],
                [raw[:RAW_CHARS] for raw in raws],
            ],
            schema=REJECT,
        )

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def _new_notes(self) -> tuple[str, ...]:
        new = tuple(dict.fromkeys(self.notes[self.said :]))
        self.said = len(self.notes)
        return new


def _texts(cells: pa.Array, at: npt.NDArray[np.int64]) -> list[str]:
    return ["" if value is None else str(value) for value in cells.take(pa.array(at)).to_pylist()]


def _decimal_mark(cells: list[pa.Array]) -> str:
    """A comma when some latitude or longitude holds one and none holds a dot; empty when none is filled."""
    texts = [cell.drop_null() for cell in cells if is_text(cell.type)]
    if texts and not any(len(cell) for cell in texts):
        return ""

    def some(mark: str) -> bool:
        return any(pc.any(pc.match_substring(cell, mark)).as_py() for cell in texts)

    return "," if some(",") and not some(".") else "."


def _status(cells: pa.Array | None, rows: int) -> pa.Array:
    """Navigational status by number or by its name in ITU-R M.1371; null for anything else."""
    if cells is not None and is_text(cells.type):
        texts = pc.utf8_lower(pc.utf8_trim_whitespace(cells))
        codes = pa.array([str(code) for code in STATUS_TEXTS.values()])
        at = pc.index_in(texts, pa.array(list(STATUS_TEXTS)))
        cells = pc.coalesce(codes.take(at), texts)
    return _small_int(cells, rows, NavStatus.UNDER_WAY_ENGINE, NavStatus.NOT_DEFINED)


def _small_int(cells: pa.Array | None, rows: int, low: int, high: int) -> pa.Array:
    if cells is None:
        return pa.nulls(rows, pa.int8())
    values = numbers(cells).values
    usable = (values >= low) & (values <= high) & (values == np.floor(values))
    return pa.array(np.where(usable, values, 0).astype(np.int8), mask=~usable)
