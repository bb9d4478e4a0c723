"""Reads cells of a table as numbers and ship ids: whole columns at once, a bad cell at a time.

Each column is first cast by Arrow, which is fast and refuses the whole column for one bad cell; only
then do slower expressions find out which cells are bad. Both ways give a cell the same value.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

NOT_STATED = ("", "null", "none", "na", "n/a", "\\n", "-", "--")
"""How tables write that there is no value (`nan` is read as the number that it is)."""
PROBE_ROWS = 32


@dataclass
class Faults:
    """The first fault of each row: its reason and the column that shows it."""

    rows: int
    kinds: list[tuple[str, str]] = field(default_factory=list)
    code: npt.NDArray[np.int16] = field(init=False)

    def __post_init__(self) -> None:
        self.code = np.zeros(self.rows, np.int16)

    def mark(self, mask: Mask, reason: str, column: str) -> None:
        """Note a fault for rows that have none yet."""
        if mask.any():
            self.kinds.append((reason, column))
            self.code[mask & (self.code == 0)] = len(self.kinds)

    def absorb(self, part: Faults, where: npt.NDArray[np.int64]) -> None:
        """Note the faults of a part; `where` gives the part's row for each row, or -1."""
        for code, (reason, column) in enumerate(part.kinds, 1):
            self.mark((where >= 0) & (part.code[where] == code), reason, column)

    def of(self, reasons: Container[str]) -> Mask:
        """Rows whose fault has one of the reasons."""
        codes = [code for code, (reason, _) in enumerate(self.kinds, 1) if reason in reasons]
        return np.isin(self.code, codes)

    @property
    def bad(self) -> Mask:
        """Rows that have a fault."""
        return self.code > 0


@dataclass(frozen=True)
class Numbers:
    """A column of numbers: NaN where there is none; `missing` cells are empty, `garbage` is no number."""

    values: Floats
    missing: Mask
    garbage: Mask


def is_text(type_: pa.DataType) -> bool:
    """Whether a column holds text."""
    return type_ in (pa.string(), pa.large_string(), pa.string_view())


def numbers(cells: pa.Array, decimal: str = ".") -> Numbers:
    """Read a column as float64; `decimal` is the decimal mark of text."""
    if pa.types.is_boolean(cells.type) or pa.types.is_temporal(cells.type):
        absent = nulls(cells)
        return Numbers(np.full(len(cells), np.nan), absent, ~absent)
    if is_text(cells.type) and decimal == ",":
        cells = pc.replace_substring(cells, ",", ".")
    missing = nulls(cells)
    try:
        made = cast_quickly(cells, pa.float64())
    except pa.ArrowInvalid:
        text = pl.Series(cells).str.strip_chars()
        missing |= text.str.to_lowercase().is_in(list(NOT_STATED)).fill_null(False).to_numpy()
        made = text.cast(pl.Float64, strict=False).to_arrow()
    return Numbers(made.to_numpy(zero_copy_only=False), missing, nulls(made) & ~missing)


def cast_quickly(cells: pa.Array, type_: pa.DataType) -> pa.Array:
    """Cast a column, trying its head first: Arrow words an error for every cell that fails, which is slow.

    Raises pyarrow.ArrowInvalid when any cell cannot be cast.
    """
    cells.slice(0, PROBE_ROWS).cast(type_, safe=False)
    return cells.cast(type_, safe=False)


def nulls(cells: pa.Array) -> Mask:
    """Which cells are null."""
    made: Mask = cells.is_null().to_numpy(zero_copy_only=False)
    return made


EXACT_TO = {pa.float16(): 1 << 11, pa.float32(): 1 << 24}
"""Up to where narrow floats tell whole numbers apart; a ship number of nine digits lies far beyond."""


def inexact(cells: pa.Array) -> Mask:
    """Numbers that their column's type is too narrow to hold: digits were lost before the file was written."""
    limit = EXACT_TO.get(cells.type, np.inf)
    made: Mask = np.abs(numbers(cells).values) > limit if np.isfinite(limit) else np.zeros(len(cells), bool)
    return made


DAMAGED_ID = r"^\d+\.\d*[1-9]\d*$|^[\d.]+[eE]\+?0?[6-9]$|[\x00-\x1f\x7f]"
"""A fraction or exponent form (a spreadsheet has lost digits of the number), or control characters."""
MAX_ID_CHARS = 128


@dataclass(frozen=True)
class Ids:
    """Ship ids as text: the distinct ones, and which of them each row has."""

    names: pa.Array
    at: npt.NDArray[np.int32]
    floats: bool
    """Whether whole numbers were written as floats."""

    @property
    def text(self) -> pa.Array:
        """The id of each row."""
        return self.names.take(pa.array(self.at))


def ids(cells: pa.Array, faults: Faults, column: str) -> Ids:
    """Read ship ids, without surrounding blanks; leading zeros stay.

    A fraction, an exponent (`4.16E8`) or a float of 32 bits (digits were lost) and control characters are refused.
    """
    faults.mark(inexact(cells), "vessel_id_damaged", column)
    if pa.types.is_floating(cells.type) or pa.types.is_decimal(cells.type):
        cells = pl.Series(cells).cast(pl.Float64).cast(pl.String).to_arrow()
    coded = pc.dictionary_encode(cells.cast(pa.string()), null_encoding="encode")
    names = pl.Series(coded.dictionary, dtype=pl.String).fill_null("").str.strip_chars()
    floats = names.str.contains(r"^\d+\.0*$")
    damaged = names.str.contains(DAMAGED_ID) | (names.str.len_chars() > MAX_ID_CHARS)
    absent = names.str.to_lowercase().is_in([*NOT_STATED, "nan"])
    whole = names.str.replace(r"\.0*$", "")
    made = pl.select(pl.when(floats).then(whole).otherwise(names)).to_series()
    at = coded.indices.to_numpy()
    faults.mark(absent.to_numpy()[at], "no_vessel_id", column)
    faults.mark(damaged.to_numpy()[at], "vessel_id_damaged", column)
    return Ids(made.to_arrow().cast(pa.string()), at, bool(floats.any()))


def located(at: npt.NDArray[np.int64], rows: int) -> npt.NDArray[np.int64]:
    """For each of all rows its place among the chosen ones, or -1."""
    where = np.full(rows, -1, np.int64)
    where[at] = np.arange(len(at))
    return where
