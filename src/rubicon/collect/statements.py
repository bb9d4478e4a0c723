"""Statements about the identity of ships that a table of positions carries: each distinct one once per ship."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa

from rubicon.collect.cells import NOT_STATED, Faults, is_text, numbers
from rubicon.collect.columns import IDENTITY
from rubicon.identifiers import imo_valid
from rubicon.schema import VESSEL, conform

UNKNOWN = (*NOT_STATED, "nan", "unknown", "undefined")
"""What tables write when AIS static data are not available; such a statement states nothing."""
MAX_REMEMBERED = 1_000_000
"""Statements remembered to leave out repeats; beyond that some are given twice, which does no harm."""
NO_PLACE = frozenset(
    {
        "no_position",
        "position_not_available",
        "lat_not_a_number",
        "lon_not_a_number",
        "lat_out_of_range",
        "lon_out_of_range",
    }
)
"""Faults that leave ship and time readable."""


@dataclass
class Statements:
    """Collects the identity columns of one file."""

    source_id: str
    seen: set[tuple[object, ...]] = field(default_factory=set)

    def take(
        self, positions: pa.Table, cells: Mapping[str, pa.Array], faults: Faults, decimal: str, *, mmsi: bool
    ) -> pa.Table:
        """VESSEL rows of statements not seen before in this file, at the time and row of the first.

        A row whose place is refused still says what its ship is called; one without a ship or a time
        says nothing.
        """
        present = [name for name in IDENTITY if name in cells]
        if not present:
            return VESSEL.empty_table()
        frame = pl.DataFrame(positions.select(["vessel_id", "time_utc", "offset"]))
        frame = frame.with_columns(**{name: self._stated(name, cells[name], decimal) for name in present})
        silent = faults.bad & ~faults.of(NO_PLACE)
        frame = frame.filter(pl.Series(~silent) & ~pl.all_horizontal(pl.col(present).is_null()))
        key = ["vessel_id", *present]
        frame = frame.unique(key, keep="first", maintain_order=True)
        fresh = [row not in self.seen for row in frame.select(key).iter_rows()]
        frame = frame.filter(pl.Series(fresh, dtype=pl.Boolean))
        if len(self.seen) > MAX_REMEMBERED:
            self.seen.clear()
        self.seen.update(frame.select(key).iter_rows())
        return self._rows(frame, mmsi)

    def _stated(self, name: str, cells: pa.Array, decimal: str) -> pl.Series:
        """One identity column: text without blanks, metres above zero; null where nothing is stated."""
        if VESSEL.field(name).type == pa.float64():
            values = numbers(cells, decimal).values
            return pl.Series(np.where(np.isfinite(values) & (values > 0), values, np.nan), nan_to_null=True)
        text = pl.Series(cells if is_text(cells.type) else cells.cast(pa.string())).str.strip_chars()
        if name == "imo":
            text = text.str.replace(r"(?i)^imo[\s:]*", "").str.replace(r"^0*$", "")
        return text.set(text.str.to_lowercase().is_in(list(UNKNOWN)), None)

    def _rows(self, frame: pl.DataFrame, mmsi: bool) -> pa.Table:
        ids = frame["vessel_id"]
        numbered = ids.str.contains(r"^\d{9}$") if mmsi else ids.str.contains(r"^[2-7]\d{8}$")
        frame = frame.with_columns(mmsi=ids.set(~numbered, None), source_id=pl.lit(self.source_id))
        if "imo" in frame.columns:
            holds = pl.Series([imo_valid(imo) for imo in frame["imo"]], dtype=pl.Boolean)
            frame = frame.with_columns(imo_valid=holds)
        return conform(frame.to_arrow(), VESSEL)
