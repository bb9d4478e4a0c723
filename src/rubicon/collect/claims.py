"""Claims from CSV: published statements with value, unit, window, source and the claim that they repeat.

Columns: `id, date, source, source_type, subject, predicate, value, unit, period_start, period_end,
derived_from, url, note`. `derived_from` names the parent and, where stated, the factor: `C024;x448`. Grades
(`source, reliability, reason`) come from a second, editable file; a source without a grade "cannot be
judged", which is null and not 50 %.
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
_BOUNDS = {
    "": "exact", "~": "exact", "about": "exact", "around": "exact", "some": "exact", "approx.": "exact",
    "approximately": "exact", "nearly": "exact", "almost": "exact",
    ">": "more_than", "over": "more_than", "more than": "more_than",
    ">=": "at_least", "≥": "at_least", "at least": "at_least", "no fewer than": "at_least",
    "<": "less_than", "under": "less_than", "less than": "less_than", "fewer than": "less_than",
    "<=": "at_most", "≤": "at_most", "at most": "at_most", "up to": "at_most", "no more than": "at_most",
}  # fmt: skip
_SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "mln": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9}
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_SIGN = "|".join(re.escape(sign) for sign in sorted(_BOUNDS, key=len, reverse=True))
_VALUE = re.compile(
    rf"(?P<sign>{_SIGN})\s*(?P<low>{_NUMBER})\s*(?P<scale>{_SCALE})?"
    rf"(?:\s*(?:-|–|to)\s*(?P<high>{_NUMBER})\s*(?P<high_scale>{_SCALE})?|\s+(?:out )?of (?P<whole>{_NUMBER}))?",
    re.IGNORECASE,
)
_FACTOR = re.compile(rf"[x×*]\s*(?P<factor>{_NUMBER})", re.IGNORECASE)


def read_claims(
    file: SourceFile, grades: Mapping[str, str] | None = None
) -> tuple[pa.Table, tuple[str, ...]]:
    """Read a file of claims; gives the table, with each claim's root, and notes on unused columns.

    Raises NoUsableRows when two claims have one id, or a chain of `derived_from` runs in a circle or names an
    unknown claim.
    """
    made: list[dict[str, Any]] = []
    unused: set[str] = set()
    known: set[str] = set()
    for row in rows(file, REQUIRED):
        claim = _claim(row, file, grades or {})
        if claim["claim_id"] in known:
            raise NoUsableRows(f"the id {claim['claim_id']} is given twice", place=row.place)
        known.add(claim["claim_id"])
        made.append(claim)
        unused |= leftovers(row)
    return rooted(made, str(file.path)), (
        (f"columns not used: {', '.join(sorted(unused))}",) if unused else ()
    )


def rooted(made: list[dict[str, Any]], place: str) -> pa.Table:
    """CLAIM rows with the root of each filled in."""
    derived = {claim["claim_id"]: claim["derived_from"] for claim in made}
    for claim in made:
        claim["root"] = root_of(claim["claim_id"], derived, place)
    return rows_to_table(made, CLAIM)


def _claim(row: Row, file: SourceFile, grades: Mapping[str, str]) -> dict[str, Any]:
    value, unit, source = row.need("value"), row.take("unit"), row.need("source")
    bound, low, high = bounds(value, unit)
    parent, factor = derivation(row.take("derived_from"))
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
        "derived_from": parent,
        "reliability": grades.get(source),
        "credibility": None,
        "url": row.take("url"),
        "note": row.take("note"),
        "source_id": file.source_id,
        "offset": row.number,
        "denominator": denominator(value),
        "factor": factor,
        "originator": originator(source),
    }


def bounds(value: str, unit: str | None) -> tuple[str, float | None, float | None]:
    """Kind of bound, lower and upper end of a value as written; `text` when it is no number.

    Read are signs and words (`>`, `over`, `at least`, `up to`, `nearly`), thousands separators, `1.5 million`
    and ranges. `49 of 109` is an exact 49 whose denominator `denominator` gives.
    """
    found = _VALUE.fullmatch(value.strip())
    if not found:
        return "text", None, None
    low = _amount(found["low"], found["scale"] or (found["high_scale"] if found["high"] else None))
    if found["high"]:
        return "range", low, _amount(found["high"], found["high_scale"] or found["scale"])
    bound = _BOUNDS[found["sign"].lower()]
    if bound == "exact" and unit and "up to" in unit:
        bound = "at_most"
    if bound in ("less_than", "at_most"):
        return bound, None, low
    return bound, low, (low if bound == "exact" else None)


def denominator(value: str) -> float | None:
    """The 109 of `49 of 109`; None when no whole is stated."""
    found = _VALUE.fullmatch(value.strip())
    return _amount(found["whole"], None) if found and found["whole"] else None


def _amount(digits: str, scale: str | None) -> float:
    return float(digits.replace(",", "")) * (_SCALES[scale.lower()] if scale else 1.0)


def derivation(text: str | None) -> tuple[str | None, float | None]:
    """The parent and the factor of `C024;x448`; further parents are not followed."""
    parent, factor = None, None
    for part in (one.strip() for one in (text or "").split(";")):
        if found := _FACTOR.fullmatch(part):
            factor = _amount(found["factor"], None)
        elif part and parent is None:
            parent = part
    return parent, factor


def originator(source: str) -> str:
    """Who says so: `RUSI` of `RUSI via Washington Post`; two papers that carry one study are one originator."""
    return re.split(r"\s+via\s+|\s+according to\s+", source, maxsplit=1)[0].strip()


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
