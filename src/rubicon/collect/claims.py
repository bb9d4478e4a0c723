"""Claims from CSV: published statements with value, unit, window, source and the claim that they repeat.

Columns: `id, date, source, source_type, subject, predicate, value, unit, period_start, period_end,
derived_from, url, note`. Grades (`source, reliability, reason`) come from a second, editable file; a
source without a grade "cannot be judged", which is null and not 50 %.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from rubicon.collect.rows import Row, leftovers, rows
from rubicon.errors import NoUsableRows
from rubicon.provenance import SourceFile
from rubicon.schema import CLAIM, rows_to_table

REQUIRED = ("id", "date", "source", "source_type", "subject", "predicate", "value")
_BOUNDS = {"": "exact", ">": "more_than", ">=": "at_least", "<": "less_than", "<=": "at_most"}
_NUMBER = r"\d+(?:\.\d+)?"
_VALUE = re.compile(
    rf"(?P<sign>>=|<=|>|<|)\s*(?P<low>{_NUMBER})(?:-(?P<high>{_NUMBER})| of (?P<whole>{_NUMBER}))?"
)


def read_claims(
    file: SourceFile, grades: Mapping[str, str] | None = None
) -> tuple[pa.Table, tuple[str, ...]]:
    """Read a file of claims; gives the table, with each claim's root, and notes on unused columns.

    Raises NoUsableRows when a chain of `derived_from` runs in a circle or names an unknown claim.
    """
    made, unused = [], set()
    for row in rows(file, REQUIRED):
        made.append(_claim(row, file, grades or {}))
        unused |= leftovers(row)
    derived = {claim["claim_id"]: claim["derived_from"] for claim in made}
    for claim in made:
        claim["root"] = root_of(claim["claim_id"], derived, str(file.path))
    notes = (f"columns not used: {', '.join(sorted(unused))}",) if unused else ()
    return rows_to_table(made, CLAIM), notes


def _claim(row: Row, file: SourceFile, grades: Mapping[str, str]) -> dict[str, Any]:
    value, unit, source = row.need("value"), row.take("unit"), row.need("source")
    bound, low, high = bounds(value, unit)
    return {
        "claim_id": row.need("id"),
        "date_stated": row.need("date"),
        "source": source,
        "source_type": row.need("source_type"),
        "subject": row.need("subject"),
        "predicate": row.need("predicate"),
        "value": value,
        "bound": bound,
        "low": low,
        "high": high,
        "unit": unit,
        "period_start": row.take("period_start"),
        "period_end": row.take("period_end"),
        "derived_from": (row.take("derived_from") or "").split(";")[0] or None,
        "reliability": grades.get(source),
        "credibility": None,
        "url": row.take("url"),
        "note": row.take("note"),
        "source_id": file.source_id,
        "offset": row.number,
    }


def bounds(value: str, unit: str | None) -> tuple[str, float | None, float | None]:
    """Kind of bound, lower and upper end of a value as written; `text` when it is no number.

    `49 of 109` is an exact 49; its denominator stays in the value as written.
    """
    found = _VALUE.fullmatch(value.strip())
    if not found:
        return "text", None, None
    low = float(found["low"])
    if found["high"]:
        return "range", low, float(found["high"])
    bound = _BOUNDS[found["sign"]]
    if bound == "exact" and unit and "up to" in unit:
        bound = "at_most"
    if bound in ("less_than", "at_most"):
        return bound, None, low
    return bound, low, (low if bound == "exact" else None)


def root_of(claim_id: str, derived: Mapping[str, str | None], place: str) -> str:
    """Follow `derived_from` to the claim that stands on its own."""
    seen = [claim_id]
    while (parent := derived[seen[-1]]) is not None:
        if parent in seen:
            raise NoUsableRows(
                f"claims derive from each other in a circle: {' -> '.join([*seen, parent])}", place=place
            )
        if parent not in derived:
            raise NoUsableRows(
                f"claim {seen[-1]} derives from {parent}, which is not in the file", place=place
            )
        seen.append(parent)
    return seen[-1]


def read_grades(file: SourceFile) -> dict[str, str]:
    """Reliability grade (A to F) of each source, from CSV `source, reliability, reason`."""
    grades = {}
    for row in rows(file, ("source", "reliability", "reason")):
        grade = row.need("reliability")
        if grade not in "ABCDEF":
            raise NoUsableRows(f"reliability {grade!r} is not a letter from A to F", place=row.place)
        grades[row.need("source")] = grade
    return grades
