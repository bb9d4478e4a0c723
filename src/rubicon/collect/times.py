"""Reads columns of times as UTC, without guessing the order of day and month, the zone or the calendar.

Understood are timestamps, seconds, milliseconds and microseconds since 1970 (their magnitudes tell them
apart), ISO 8601 with or without a zone, and day, month and year in an order that is stated or proven,
each with a 24 or 12 hour clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from rubicon.collect.cells import (
    NOT_STATED,
    Faults,
    Floats,
    Mask,
    cast_quickly,
    inexact,
    is_text,
    located,
    nulls,
    numbers,
)
from rubicon.errors import AmbiguousDates, OptionError

Micros = npt.NDArray[np.int64]
UTC = pa.timestamp("us", tz="UTC")
DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "%d-%m-%Y", "%m-%d-%Y", "%Y-%m-%d"
CLOCKS = ("%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M:%S%p", "%I:%M %p", "%I:%M%p")
_CLOCK = r"[T ]+\d{1,2}:\d\d"
_YEAR_FIRST = r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}" + _CLOCK
_YEAR_LAST = r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}" + _CLOCK
_NO_CLOCK = r"^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}-?\d{2}-?\d{2})$"
EPOCHS = (
    (6e8, 4.2e9, 1e6, "seconds"),
    (6e11, 4.2e12, 1e3, "milliseconds"),
    (6e14, 4.2e15, 1.0, "microseconds"),
)
"""Magnitudes of times of 1989 to 2103 since 1970, microseconds in their unit, its name; they do not overlap."""
EXCEL_DAYS = (20_000.0, 80_000.0)
"""Day numbers of a spreadsheet for 1954 to 2119; a point in time needs the calendar and zone that it leaves out."""


@dataclass
class Times:
    """Reads times of one table; what was assumed is said in `notes`."""

    column: str
    dates: str = ""
    """day-first, month-first, iso; empty when not known."""
    timezone: str = ""
    says_utc: bool = False
    notes: list[str] = field(default_factory=list)
    settle: Callable[[], tuple[str, str]] | None = None
    """Finds the order of day and month in the whole file, with the sentence that says why."""

    def read(self, cells: pa.Array, faults: Faults) -> Micros:
        """Microseconds since 1970 UTC; 0 where a fault is marked."""
        type_ = cells.type
        faults.mark(nulls(cells), "no_time", self.column)
        if pa.types.is_timestamp(type_):
            return self._stamps(cells.cast(pa.timestamp("us", tz=type_.tz), safe=False), faults)
        if pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_):
            faults.mark(inexact(cells), "time_damaged", self.column)
            return self._epoch(numbers(cells).values, faults, ~faults.bad)
        if not is_text(type_):
            cells = pl.Series(cells).cast(pl.String).to_arrow()
        fast = self._iso(cells)
        return self._distinct(cells, faults) if fast is None else self._stamps(fast, faults)

    def _iso(self, cells: pa.Array) -> pa.Array | None:
        """A column in which every cell is ISO 8601 with a clock; None when one is not."""
        shortest = pc.min(pc.binary_length(cells)).as_py()
        if shortest is None or shortest < len("2021-03-20 00:22"):
            return None
        for type_ in (UTC, pa.timestamp("us")):
            try:
                return cast_quickly(cells, type_)
            except pa.ArrowInvalid:
                continue
        return None

    def _stamps(self, stamps: pa.Array, faults: Faults) -> Micros:
        if stamps.type.tz is None:
            stamps = self._local(pl.Series(stamps), faults).to_arrow()
        made: Micros = stamps.cast(pa.int64()).fill_null(0).to_numpy()
        return made

    def _local(self, naive: pl.Series, faults: Faults) -> pl.Series:
        """Times without a zone as UTC; those that the clocks skip or repeat are faults."""
        if not (self.timezone or self.says_utc):
            self._note("times without a zone were read as UTC; state `timezone` if they are local")
        if not self.timezone:
            return naive.dt.replace_time_zone("UTC")
        self._note(f"times without a zone were read as {self.timezone}")
        try:
            once = naive.dt.replace_time_zone(self.timezone, ambiguous="null", non_existent="null")
            twice = naive.dt.replace_time_zone(self.timezone, ambiguous="earliest", non_existent="null")
        except pl.exceptions.ComputeError as error:
            raise OptionError(
                "no such time zone; give an IANA name such as Asia/Seoul", place=self.timezone
            ) from error
        stated = naive.is_not_null()
        faults.mark((stated & twice.is_null()).to_numpy(), "local_time_skipped", self.column)
        faults.mark((twice.is_not_null() & once.is_null()).to_numpy(), "local_time_repeated", self.column)
        return once.dt.convert_time_zone("UTC")

    def _epoch(self, values: Floats, faults: Faults, mask: Mask) -> Micros:
        """Numbers since 1970 in the unit that their magnitude tells."""
        made, read = np.zeros(len(values), np.int64), ~mask
        for low, high, micros, unit in EPOCHS:
            fits = mask & (values >= low) & (values < high)
            if fits.any():
                self._note(f"times were read as {unit} since 1970 UTC")
                made[fits] = np.round(values[fits] * micros).astype(np.int64)
                read |= fits
        excel = ~read & (values >= EXCEL_DAYS[0]) & (values < EXCEL_DAYS[1])
        faults.mark(excel, "excel_serial_date", self.column)
        faults.mark(~read, "time_not_read", self.column)
        return made

    def _distinct(self, cells: pa.Array, faults: Faults) -> Micros:
        """Read each distinct text once: ships report in the same seconds."""
        coded = cells.dictionary_encode(null_encoding="encode")
        part, at = Faults(len(coded.dictionary)), coded.indices.to_numpy()
        made = self._text(coded.dictionary, part)
        faults.absorb(part, at)
        every: Micros = made[at]
        return every

    def _text(self, cells: pa.Array, faults: Faults) -> Micros:
        """Cells of any shape: numbers, year first, year last."""
        text = pl.Series(cells, dtype=pl.String).str.strip_chars().fill_null("")
        faults.mark(text.str.to_lowercase().is_in(list(NOT_STATED)).to_numpy(), "no_time", self.column)
        faults.mark(text.str.contains(_NO_CLOCK).to_numpy(), "time_without_clock", self.column)
        values = text.cast(pl.Float64, strict=False).to_numpy()
        made = self._epoch(values, faults, ~np.isnan(values) & ~faults.bad)
        if self.settle and not self.dates and text.str.contains(_YEAR_LAST).any():
            self.dates, why = self.settle()
            self._note(why)
        last = {"day-first": DAY_FIRST, "month-first": MONTH_FIRST}.get(self.dates, "")
        read = ~np.isnan(values)
        for shape, date in ((_YEAR_FIRST, YEAR_FIRST), (_YEAR_LAST, last)):
            at = np.flatnonzero(text.str.contains(shape).to_numpy() & ~faults.bad)
            if date and len(at):
                part = Faults(len(at))
                made[at] = self._dated(text.gather(at), date, part)
                faults.absorb(part, located(at, len(text)))
                read[at] = True
        faults.mark(~read, "time_not_read", self.column)
        return made

    def _dated(self, text: pl.Series, date: str, faults: Faults) -> Micros:
        """Texts of one date order, with or without a zone."""
        tidy = (
            text.str.replace(r"^(\d+)[-/.](\d+)[-/.](\d+)[T ]+", "${1}-${2}-${3} ")
            .str.replace(r"\s*([zZ]|UTC|GMT)$", "+00:00")
            .str.replace(r"\s+([+-]\d[\d:]*)$", "${1}")
        )
        zoned = tidy.str.contains(r":\d\d(\.\d+)?\s?([AaPp][Mm])?[+-]\d\d(:?\d\d)?$")
        made = np.zeros(len(text), np.int64)
        for mask, zone in ((zoned, "UTC"), (~zoned, None)):
            at = np.flatnonzero(mask.to_numpy())
            if len(at):
                formats = [f"{date} {clock}{'%#z' if zone else ''}" for clock in CLOCKS]
                stamps, part = _parsed(tidy.gather(at), formats, zone), Faults(len(at))
                part.mark(stamps.is_null().to_numpy(), "time_not_read", self.column)
                made[at] = self._stamps(stamps.to_arrow(), part)
                faults.absorb(part, located(at, len(text)))
        return made

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


def _parsed(text: pl.Series, formats: list[str], zone: str | None) -> pl.Series:
    """Each text by the first format that fits; null when none does."""
    made = pl.Series([None] * len(text), dtype=pl.Datetime("us", zone))
    for form in formats:
        if made.null_count() == 0:
            break
        made = made.fill_null(text.str.to_datetime(form, strict=False, time_unit="us", time_zone=zone))
    return made


def settle_order(columns: Iterable[tuple[pa.Array, npt.NDArray[np.int64]]], place: str) -> tuple[str, str]:
    """The one order of day and month that every date of a file allows, and the sentence that says so.

    Takes the time cells of the whole file with their row numbers. Raises AmbiguousDates when both
    orders fit every row, or when one row proves one and another row the other.
    """
    proof: dict[str, tuple[str, int]] = {}
    example = ""
    for cells, offsets in columns:
        coded = cells.dictionary_encode()
        text = pl.Series(coded.dictionary, dtype=pl.String).str.strip_chars()
        first = text.str.extract(_YEAR_LAST, 1).cast(pl.Int32)
        second = text.str.extract(_YEAR_LAST, 2).cast(pl.Int32)
        for order, days, months in (("day-first", first, second), ("month-first", second, first)):
            at = ((days > 12) & (days <= 31) & (months <= 12)).fill_null(False).arg_true()
            if len(at) and order not in proof:
                row = pc.index(coded.indices, pa.scalar(at[0], pa.int32())).as_py()
                proof[order] = (str(text[at[0]]), int(offsets[row]))
        example = example or next(iter(text.filter(first.is_not_null()).head(1)), "")
    if len(proof) == 1:
        ((order, (shown, row)),) = proof.items()
        return order, f"dates were read {order}: row {row} says {shown} and no row contradicts"
    if proof:
        rows = " but ".join(
            f"row {row} ({shown}) can only be {order}" for order, (shown, row) in proof.items()
        )
        raise AmbiguousDates(f"the dates contradict each other: {rows}", place=place)
    raise AmbiguousDates(
        f"every date fits both orders of day and month, such as {example}; state --dates day-first or month-first",
        place=place,
    )
