"""The law as data: paragraphs, the rules that say when each applies, boarding agreements, endorsers of the PSI.

A lawyer reads and extends the CSV files in `law/`; `law.py` holds a question against them. Every row has its source and a
mark that says how far it was checked; only `official_text` means that the official document was read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rubicon.provenance import SourceFile, evidence_id, source_file

FOLDER = Path(__file__).with_name("law")
MARKS = ("official_text", "text_quoted", "secondary_seen", "recalled_check_text")


@dataclass(frozen=True)
class Measure:
    """One paragraph: what it says, its source and mark, and the row of the file that holds it."""

    id: str
    instrument: str
    paragraph: str
    summary: str
    verification: str
    source_url: str
    evidence_id: str

    @property
    def title(self) -> str:
        """How the paragraph is cited."""
        return f"{self.instrument} {self.paragraph}".strip()


@dataclass(frozen=True)
class Rule:
    """When a paragraph applies, and what it would do; fields as in `rules.csv`."""

    id: str
    regime: str
    never: str
    zones: tuple[str, ...]
    who: str
    cargo: tuple[str, ...]
    involvement: tuple[str, ...]
    flags: str
    ship_types: tuple[str, ...]
    from_date: str
    until: str
    verb: str
    consent: str
    consent_note: str
    condition: str
    would: str
    grounds: bool
    unless_pier: str
    obstacles: tuple[str, ...]
    missing: tuple[str, ...]
    aside: str


@dataclass(frozen=True)
class Agreement:
    """A ship-boarding agreement between the United States and a flag State; `in_force` is empty when not known."""

    flag: str
    iso2: str
    signed: str
    in_force: str
    measure: Measure


def law_files() -> list[SourceFile]:
    """The files of rules as sources, for the dossier."""
    about = {
        "origin": "real",
        "format": "law",
        "publisher": "compiled from public texts, address and mark in each row",
        "licence": "facts; our own words",
        "raw_may_ship": True,
    }
    titles = {
        "measures": "Paragraphs of resolutions and treaties",
        "boarding_agreements": "Ship-boarding agreements",
    }
    return [source_file(FOLDER / f"{name}.csv", title=title, **about) for name, title in titles.items()]


def fact_rows(evidence_ids: Iterable[str]) -> list[dict[str, Any]]:
    """The paragraphs with these evidence ids as rows of evidence, in the order of the files."""
    wanted = set(evidence_ids)
    known = [*measures().values(), *(agreement.measure for agreement in agreements())]
    return [_fact_row(measure) for measure in known if measure.evidence_id in wanted]


def weakest(marks: Iterable[str]) -> str:
    """The least checked of several marks: a chain is as strong as its weakest link."""
    order = (
        "not_stated",
        "recalled_check_text",
        "secondary_seen",
        "text_seen",
        "text_quoted",
        "official_text",
    )
    return min((mark if mark in order else order[0] for mark in marks), key=order.index, default=order[0])


@cache
def measures() -> dict[str, Measure]:
    """All paragraphs by id."""
    file = source_file(FOLDER / "measures.csv")
    return {
        row["id"]: Measure(
            row["id"],
            row["instrument"],
            _paragraph(row),
            row["summary"],
            _mark(row["verification"]),
            row["source_url"],
            evidence_id(file.source_id, number),
        )
        for number, row in enumerate(_read("measures"), start=1)
    }


def _paragraph(row: dict[str, str]) -> str:
    """How a paragraph is cited: resolutions by paragraph, treaties as their rows have it."""
    if not row["instrument"].startswith("S/RES"):
        return row["paragraph"]
    several = "-" in row["paragraph"] or "," in row["paragraph"]
    return f"{'paragraphs' if several else 'paragraph'} {row['paragraph']}"


def _mark(text: str) -> str:
    """A known mark; free text says how little was checked, so it becomes the weakest."""
    return text if text in MARKS else "recalled_check_text"


@cache
def rules() -> dict[str, tuple[Rule, ...]]:
    """Rules by the id of their paragraph, in the order of the file."""
    found: dict[str, tuple[Rule, ...]] = {}
    for row in _read("rules"):
        found[row["id"]] = (*found.get(row["id"], ()), _rule(row))
    return found


def _rule(row: dict[str, str]) -> Rule:
    """One row of `rules.csv`: words between spaces, clauses between bars."""
    fields: dict[str, Any] = dict(row)
    for name in ("zones", "cargo", "involvement", "ship_types"):
        fields[name] = tuple(row[name].split())
    for name in ("obstacles", "missing"):
        fields[name] = tuple(filter(None, row[name].split("|")))
    return Rule(**fields | {"grounds": row["grounds"] == "yes"})


@cache
def agreements() -> tuple[Agreement, ...]:
    """Ship-boarding agreements with the United States, in the order of the file."""
    file = source_file(FOLDER / "boarding_agreements.csv")
    return tuple(
        Agreement(
            row["flag"], row["iso2"], row["signed"], row["in_force"], _agreement_measure(row, file, number)
        )
        for number, row in enumerate(_read("boarding_agreements"), start=1)
    )


@cache
def endorsers() -> frozenset[str]:
    """Some States that endorsed the PSI Statement, from memory: the full list must be checked."""
    return frozenset(row["iso2"] for row in _read("psi_endorsers"))


def _read(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, strict=True))


def _agreement_measure(row: dict[str, str], file: SourceFile, number: int) -> Measure:
    return Measure(
        f"PSI-BOARDING-{row['iso2']}",
        f"Ship-boarding agreement United States and {row['flag']}",
        "",
        f"signed {row['signed']}, in force {row['in_force'] or 'on a day that is not known'}",
        _mark(row["verification"]),
        row["url"],
        evidence_id(file.source_id, number),
    )


def _fact_row(measure: Measure) -> dict[str, Any]:
    source_id, _, offset = measure.evidence_id.partition("@")
    return {
        "source_id": source_id,
        "offset": int(offset),
        "kind": "law",
        "text": f"{measure.title}{': ' if measure.summary else ''}{measure.summary}",
        "source": measure.title,
        "url": measure.source_url,
        "verification": measure.verification,
    }
