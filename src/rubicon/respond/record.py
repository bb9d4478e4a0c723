"""Facts of a case about States: how they voted, what they said and did, and how much they weigh.

Hand-kept tables that a person extends: every row has its id, its address and a mark that says how far it was read.

`votes.csv`: `id, date, body, draft, subject, for, against, abstain, adopted, against_by, abstained_by, note, url, verification`;
`against_by` and `abstained_by` name the States that matter here, for a body without veto not always all of them.
`acts.csv`: `id, date, act, states, text, claim, captured, url, verification`; act = condemned, pledged, acted, denied.
`weights.csv`: `id, measure, state, value, unit, year, url, verification`; the state `world` is the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rubicon.case import Case
from rubicon.collect.gather import described
from rubicon.collect.rows import Row, rows
from rubicon.errors import NoUsableRows
from rubicon.provenance import SourceFile, evidence_id

ACTS = ("condemned", "pledged", "acted", "denied")
MEASURES = {
    "gdp": "gross domestic product",
    "port_calls": "port calls",
    "flag": "tonnage under the flag",
    "insurance": "tonnage insured",
}
"""What a coalition may weigh by; a measure without rows has no open figure loaded."""


@dataclass(frozen=True)
class Fact:
    """What every row has: id, day as stated, its words, where it was published and how far it was read."""

    id: str
    date: str
    text: str
    url: str
    verification: str
    evidence_id: str


@dataclass(frozen=True)
class Vote:
    """One recorded vote."""

    fact: Fact
    body: str
    draft: str
    subject: str
    for_: int
    against: int
    abstain: int
    adopted: bool
    against_by: tuple[str, ...]
    abstained_by: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """The vote as a JSON object."""
        return {
            "id": self.fact.id, "date": self.fact.date, "body": self.body, "draft": self.draft, "subject": self.subject,
            "for": self.for_, "against": self.against, "abstain": self.abstain, "adopted": self.adopted,
            "against_by": list(self.against_by), "abstained_by": list(self.abstained_by), "text": self.fact.text,
            "source_url": self.fact.url, "verification": self.fact.verification,
        }  # fmt: skip


@dataclass(frozen=True)
class Act:
    """What one or several States said or did on a day."""

    fact: Fact
    act: str
    states: tuple[str, ...]
    claim: str
    captured: bool

    def record(self) -> dict[str, Any]:
        """The act as a JSON object."""
        return {
            "id": self.fact.id, "date": self.fact.date, "act": self.act, "states": list(self.states), "text": self.fact.text,
            "claim": self.claim or None, "captured": self.captured, "source_url": self.fact.url,
            "verification": self.fact.verification,
        }  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """One open figure of one State."""

    fact: Fact
    measure: str
    state: str
    value: float
    unit: str


@dataclass(frozen=True)
class Record:
    """All such facts of a case."""

    votes: tuple[Vote, ...] = ()
    acts: tuple[Act, ...] = ()
    figures: tuple[Figure, ...] = ()

    def facts(self) -> list[Fact]:
        """Every fact, in the order of the files."""
        return [row.fact for group in (self.votes, self.acts, self.figures) for row in group]


def read_votes(file: SourceFile) -> list[Vote]:
    """Votes of a CSV file. Raises MissingColumns and NoUsableRows with file and line."""
    needed = ("id", "date", "body", "draft", "subject", "for", "against", "abstain", "adopted", "against_by", "url", "verification")  # fmt: skip
    made = []
    for row in rows(file, needed):
        counts = {name: _whole(row, name) for name in ("for", "against", "abstain", "adopted")}
        body, draft, subject = (row.need(name) for name in ("body", "draft", "subject"))
        said = f"{draft}, {subject}: {counts['for']} for, {counts['against']} against, {counts['abstain']} abstained; {'adopted' if counts['adopted'] else 'not adopted'}"
        note = row.take("note")
        made.append(
            Vote(
                _fact(row, file, f"{said}{f' ({note})' if note else ''}"), body, draft, subject, counts["for"], counts["against"],
                counts["abstain"], bool(counts["adopted"]), _words(row, "against_by"), _words(row, "abstained_by"),
            )
        )  # fmt: skip
    return made


def read_acts(file: SourceFile) -> list[Act]:
    """Statements and acts of a CSV file. Raises MissingColumns and NoUsableRows with file and line."""
    needed = ("id", "date", "act", "states", "text", "captured", "url", "verification")
    made = []
    for row in rows(file, needed):
        act = row.need("act")
        if act not in ACTS:
            raise NoUsableRows(f"column `act`: {act!r} is none of {', '.join(ACTS)}", place=row.place)
        states, claim = tuple(row.need("states").split()), row.take("claim") or ""
        captured = row.need("captured") == "yes"
        made.append(Act(_fact(row, file, row.need("text")), act, states, claim, captured))
    return made


def read_figures(file: SourceFile) -> list[Figure]:
    """Figures of a CSV file. Raises MissingColumns and NoUsableRows with file and line."""
    needed = ("id", "measure", "state", "value", "unit", "year", "url", "verification")
    made = []
    for row in rows(file, needed):
        measure, state, unit = (row.need(name) for name in ("measure", "state", "unit"))
        value = row.number_or_none("value")
        if measure not in MEASURES or value is None or value < 0:
            raise NoUsableRows(f"measure {measure!r} with value {value!r}", place=row.place)
        row.fields["date"] = row.need("year")
        text = f"{MEASURES[measure]} of {state}: {value:g} {unit}"
        made.append(Figure(_fact(row, file, text), measure, state, value, unit))
    return made


READERS: Mapping[str, Callable[[SourceFile], list[Any]]] = {
    "votes": read_votes,
    "acts": read_acts,
    "weights": read_figures,
}
"""Readers by the format that a case names."""


def record_of(files: Iterable[tuple[SourceFile, str]]) -> Record:
    """The facts of files with their formats; other formats are passed over."""
    read: dict[str, list[Any]] = {name: [] for name in READERS}
    for file, format_ in files:
        if format_ in READERS:
            read[format_] += READERS[format_](file)
    return Record(tuple(read["votes"]), tuple(read["acts"]), tuple(read["weights"]))


def record_of_case(case: Case) -> Record:
    """The facts that a case names as inputs."""
    return record_of(
        (described(case, input_, path), input_.format)
        for input_ in case.inputs
        if input_.format in READERS
        for path in case.paths(input_)
    )


def fact_rows(record: Record) -> list[dict[str, Any]]:
    """The facts as rows of evidence: `source_id, offset, kind, text, source, url, verification`."""
    made = []
    for fact in record.facts():
        source_id, _, offset = fact.evidence_id.partition("@")
        url = fact.url if fact.url.startswith("http") else None
        made.append(
            {
                "source_id": source_id,
                "offset": int(offset),
                "kind": "case_fact",
                "text": f"{fact.date}: {fact.text}",
                "source": fact.url,
                "url": url,
                "verification": fact.verification,
            }
        )
    return made


def _fact(row: Row, file: SourceFile, text: str) -> Fact:
    return Fact(
        row.need("id"), row.need("date"), text, row.need("url"), row.need("verification"), evidence_id(file.source_id, row.number)
    )  # fmt: skip


def _words(row: Row, name: str) -> tuple[str, ...]:
    return tuple((row.take(name) or "").split())


def _whole(row: Row, name: str) -> int:
    value = row.number_or_none(name)
    if value is None or value < 0 or value != int(value):
        raise NoUsableRows(f"column `{name}`: {value!r} is no count", place=row.place)
    return int(value)
