"""What all sections of the page draw on: the case, its tables, its evidence, and the links to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from markupsafe import Markup

from rubicon.case import Case
from rubicon.report.analysis import Analysis
from rubicon.report.evidence import Held
from rubicon.report.text import Links, sorted_rows

Row = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Everything that the sections draw on."""

    case: Case
    tables: Mapping[str, pa.Table]
    evidence: Sequence[Row]
    held: Sequence[Held]
    links: Links
    analysis: Analysis | None = None
    """What analysts wrote, when something was accepted."""

    def rows(self, name: str) -> list[Row]:
        """Rows of a table; none when the case has no such table."""
        table = self.tables.get(name)
        return [] if table is None else list(table.to_pylist())

    def ordered(self, name: str, *keys: str) -> list[Row]:
        """Rows of a table in the natural order of the named columns, so that their order in the table does not matter."""
        return sorted_rows(self.rows(name), *keys)

    def refs(self, row: Mapping[str, Any], *ids: str | None) -> Markup:
        """Links of a table row: to its evidence where it has an entry, else to its row of a file."""
        known = [each for each in ids if each and self.links.target(each)]
        if not known and row.get("source_id"):
            known = [f"{row['source_id']}@{row['offset']}"]
        return self.links.links(known, f"row {ids}")
