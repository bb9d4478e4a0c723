"""What a template makes: a document of sections and blocks, set as a page and as PDF from the same parts.

Every block of a document says what it is. A *fact* carries evidence: making one without it, or with an id that the case does
not hold, is an error. A *method* or a *limit* says how something is known or what it does not say, and states nothing
about a ship, a place or a day. Text is cleaned when it becomes a run, and is never read as markup afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from rubicon.errors import UnknownEvidence
from rubicon.report import text
from rubicon.report.source import Row, Source

Says = Literal["fact", "method", "limit"]
NOTHING = "Not in the record of this case."


@dataclass(frozen=True)
class Run:
    """A piece of a sentence; `to` is the anchor of the evidence that it leads to."""

    text: str
    to: str = ""


Words = tuple[Run, ...]


@dataclass(frozen=True)
class Line:
    """One sentence or a few that belong together, and what they are."""

    block: ClassVar[str] = "line"
    words: Words
    says: Says = "fact"


@dataclass(frozen=True)
class Bullets:
    """Lines that stand side by side."""

    block: ClassVar[str] = "bullets"
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Numbered:
    """Paragraphs with running numbers from `first` on, as an annex cites them."""

    block: ClassVar[str] = "numbered"
    lines: tuple[Line, ...]
    first: int = 1


@dataclass(frozen=True)
class Grid:
    """A table: names of its columns, their widths in parts of the whole, its rows in groups with a heading or none."""

    block: ClassVar[str] = "grid"
    head: tuple[str, ...]
    widths: tuple[float, ...]
    groups: tuple[tuple[str, tuple[tuple[Words, ...], ...]], ...]


@dataclass(frozen=True)
class Fields:
    """Named values."""

    block: ClassVar[str] = "fields"
    rows: tuple[tuple[str, Words], ...]


@dataclass(frozen=True)
class Plate:
    """A figure in two widths, with its words for those who cannot see it; its source line stands in it."""

    block: ClassVar[str] = "plate"
    name: str
    wide: str
    narrow: str
    alt: str


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    block: ClassVar[str] = "heading"
    title: str


Block = Line | Bullets | Numbered | Grid | Fields | Plate | Heading


@dataclass(frozen=True)
class Section:
    """One fixed field of a template, filled."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A filled template."""

    template: str
    kicker: str
    title: str
    standfirst: Line
    meta: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    alerts: tuple[str, ...] = field(default=())
    """Short notices at the head: what the reader must know before all else."""

    def lines(self) -> Iterable[tuple[str, Line]]:
        """Every line of the document with the key of its section."""
        yield "head", self.standfirst
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Line):
                    yield section.key, block
                elif isinstance(block, Bullets | Numbered):
                    yield from ((section.key, line) for line in block.lines)

    def cited(self) -> set[str]:
        """Anchors that any run of the document leads to."""
        found = {run.to for _, line in self.lines() for run in line.words}
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Grid):
                    found |= {r.to for _, rows in block.groups for row in rows for cell in row for r in cell}
                elif isinstance(block, Fields):
                    found |= {run.to for _, words in block.rows for run in words}
        return found - {""}


# --- making them ------------------------------------------------------------------------------------


def plain(value: object) -> Words:
    """Text without evidence: the cell of a table, a name."""
    shown = text.typeset(value)
    return (Run(shown),) if shown else ()


def refs(source: Source, ids: Iterable[str], place: str = "document") -> Words:
    """Evidence ids in brackets, each a link, in natural order; empty for none.

    Raises UnknownEvidence for an id that the case does not hold.
    """
    made: list[Run] = []
    for i, each in enumerate(sorted(set(ids), key=text.natural)):
        target = source.links.target(each)
        if target is None:
            raise UnknownEvidence(f"names evidence {each!r}, which the case does not hold", place=place)
        made += [Run(" [" if i == 0 else ", "), Run(text.clean(source.links.label(each)), target)]
    return (*made, Run("]")) if made else ()


def row_refs(source: Source, row: Row, *ids: str | None) -> Words:
    """Evidence of a table row: its own entries where it has some, else its row of a file."""
    known = [each for each in ids if each and source.links.target(each)]
    if not known and row.get("source_id"):
        known = [f"{row['source_id']}@{row['offset']}"]
    return refs(source, known)


def fact(source: Source, sentence: str, ids: Iterable[str] = (), place: str = "document") -> Line:
    """A statement of fact with its evidence: the ids given, or those in brackets in the sentence.

    Raises UnknownEvidence when there is none, or one that the case does not hold.
    """
    words = _runs(source, sentence)
    given = refs(source, ids, place)
    if not given and not any(run.to for run in words):
        raise UnknownEvidence(f"states a fact without evidence: {sentence!r}", place=place)
    if given and words and words[-1].text.endswith(".") and not words[-1].to:
        words = (*words[:-1], Run(words[-1].text[:-1]), *given, Run("."))
    else:
        words = (*words, *given)
    return Line(words)


def _runs(source: Source, sentence: str) -> Words:
    made: list[Run] = []
    for words, ids in text.pieces(sentence, source.links.target):
        if words:
            made.append(Run(text.typeset(words)))
        made += refs(source, ids)
    return tuple(made)


def cited(source: Source, sentence: str) -> Words:
    """Text whose known evidence ids in brackets are links."""
    return _runs(source, sentence)


def method(sentence: str) -> Line:
    """How something is known; no fact about a ship, a place or a day."""
    return Line(plain(sentence), "method")


def limit(sentence: str) -> Line:
    """What something does not say."""
    return Line(plain(sentence), "limit")


def or_nothing(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks; where there are none, a line that says so: a fixed field is never left out."""
    return tuple(blocks) or (limit(NOTHING),)


def grid(
    head: Sequence[str], widths: Sequence[float], rows: Iterable[Sequence[Words]], place: str = "table"
) -> list[Block]:
    """A table of facts, or no block when it has no row.

    Raises UnknownEvidence for a row without any link to evidence.
    """
    made = tuple(tuple(row) for row in rows)
    require(made, place)
    return [Grid(tuple(head), tuple(widths), (("", made),))] if made else []


def require(rows: Iterable[Sequence[Words]], place: str) -> None:
    """Refuse a row of facts without any link to evidence. Raises UnknownEvidence."""
    for row in rows:
        if not any(run.to for cell in row for run in cell):
            said = " | ".join("".join(run.text for run in cell) for cell in row)
            raise UnknownEvidence(f"states a fact without evidence: {said!r}", place=place)
