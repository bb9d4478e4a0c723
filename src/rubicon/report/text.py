"""Words and links of the dossier: dates, probabilities, verification marks, addresses and citations.

Text that comes from inputs (ship names, claims, file names) is never trusted: it is cleaned of control
characters and of marks that reverse the reading direction, and escaped where it enters markup.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

from rubicon.errors import UnknownEvidence

MARKS = {
    "official_text": "official text read",
    "text_quoted": "paragraph read on a third party's page",
    "text_seen": "entry read in the list file itself",
    "secondary_seen": "seen in a secondary source",
    "recalled_check_text": "written from memory: check the text before use",
    "not_stated": "as reported by the source, not checked",
}
"""Verification marks in plain words. Only `official_text` says that the official document was read."""

SIMULATED = "SIMULATED - fictional ships"
"""The words that every file, figure and page of a simulated case carries."""

CANNOT_JUDGE = "cannot be judged"

_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
_UNIT = re.compile(r"(?<=\d) (?=(?:%|km|kn|nm|m|h|min|d)\b|%)")
_CITATION = re.compile(r"\s*\[([^\[\]]+)\](?=\s*(?:\.|$))")
"""Evidence ids in brackets before a full stop or at the end: `... at the pier [G009, G010].`"""
_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^]+", re.IGNORECASE)


def clean(value: object) -> str:
    """Text with control and direction-changing characters replaced by U+FFFD."""
    return _UNSAFE.sub("\ufffd", "" if value is None else str(value))


def typeset(value: object) -> str:
    """Cleaned text for the page: a number and its unit stay on one line."""
    return _UNIT.sub("\u00a0", clean(value))


def one_line(value: object) -> str:
    """Cleaned text with every run of white space as one space, for file headers and tags."""
    return " ".join(clean(value).split())


def natural(value: object) -> tuple[tuple[int, int, str], ...]:
    """Sort key under which G9 comes before G10."""
    return tuple(
        (0, int(p), "") if p.isdecimal() else (1, 0, p) for p in re.split(r"([0-9]+)", str(value)) if p
    )


def mark(value: str | None) -> str:
    """A verification mark in plain words; an unknown mark is not promoted to a known one."""
    return MARKS.get(value or "not_stated", f"not checked (mark: {one_line(value)})")


def number(value: float | None) -> str:
    """A number as people write it: no trailing zeros, thousands apart; empty when there is none."""
    if value is None:
        return ""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return text.replace(",", "\u202f")


def day(value: datetime | date | None) -> str:
    """The date in ISO form; empty when there is none."""
    return "" if value is None else value.isoformat()[:10]


def moment(value: datetime | None) -> str:
    """The time in UTC to the minute; empty when there is none."""
    return "" if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def iso(value: datetime | None) -> str | None:
    """The time in ISO 8601 UTC with a final Z, for JSON."""
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def plain(value: Any, digits: int | None = None) -> Any:
    """A value as JSON holds it: times as ISO 8601 UTC, numbers that are none as null, others rounded where `digits` says so."""
    if isinstance(value, dict):
        return {key: plain(each, digits) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, digits) for each in value]
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, float) or (digits is None and math.isfinite(value)):
        return value
    return round(value, digits) if math.isfinite(value) else None


def span(start: datetime | None, end: datetime | None) -> str:
    """A window of days: `2023-08-01 to 2023-10-14`, or one date."""
    first, last = day(start), day(end)
    return first if first == last or not last else f"{first} to {last}" if first else f"until {last}"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 ship`, `2 ships`, `1,204 ships`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def safe_url(url: str | None) -> str | None:
    """The address when it is plain http or https with a host, else None: nothing else becomes a link."""
    text = (url or "").strip()
    if not _ADDRESS.fullmatch(text) or _UNSAFE.search(text):
        return None
    try:
        return text if urlsplit(text).hostname else None
    except ValueError:
        return None


def host(url: str) -> str:
    """Host name of an address, without a leading `www.`."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def cited_ids(group: str) -> list[str]:
    """The ids inside a bracket."""
    return [part.strip() for part in group.split(",") if part.strip()]


def pieces(sentence: str, target: Callable[[str], str | None]) -> list[tuple[str, list[str]]]:
    """A sentence cut after each citation: the words, and the ids cited after them."""
    made, at = [], 0
    for found in _CITATION.finditer(sentence):
        ids = cited_ids(found[1])
        if all(map(target, ids)):
            made.append((sentence[at : found.start()], ids))
            at = found.end()
    return [*made, (sentence[at:], [])]


class Links:
    """Turns evidence ids into links; an id that leads nowhere is an error, not dead text.

    `evidence` are the ids of the EVIDENCE table; `files` maps the hash prefix of an input file to its
    name, so that `PREFIX@OFFSET` (a row or byte offset of that file) leads to the file's entry.
    """

    def __init__(self, evidence: Iterable[str], files: Mapping[str, str]) -> None:
        self.evidence = frozenset(evidence)
        self.files = dict(files)

    def target(self, evidence_id: str) -> str | None:
        """Anchor that an id leads to, None when it leads nowhere."""
        if evidence_id in self.evidence:
            return f"ev-{evidence_id}"
        prefix, at, _ = evidence_id.partition("@")
        return f"file-{prefix}" if at and prefix in self.files else None

    def label(self, evidence_id: str) -> str:
        """Short text of a link: the id, or file name and row for a hash prefix."""
        prefix, at, offset = evidence_id.partition("@")
        return f"{self.files[prefix]}:{offset}" if at and prefix in self.files else evidence_id

    def link(self, evidence_id: str, place: str) -> Markup:
        """Link to one piece of evidence.

        Raises UnknownEvidence, naming the place, when the case does not hold it.
        """
        target = self.target(evidence_id)
        if target is None:
            raise UnknownEvidence(
                f"names evidence {evidence_id!r}, which the case does not hold", place=place
            )
        shown = clean(self.label(evidence_id))
        return Markup('<a class="ev" href="#{}">{}</a>').format(quote(target, safe="-_.~@:"), shown)

    def links(self, evidence_ids: Iterable[str], place: str) -> Markup:
        """Links to several pieces of evidence, each once, in natural order."""
        return Markup(", ").join(self.link(each, place) for each in sorted(set(evidence_ids), key=natural))

    def cite(self, sentence: str, place: str, *, required: bool = True) -> Markup:
        """Text whose evidence ids in brackets become links.

        The last bracket decides: when it names an unknown id, or there is none and one is required,
        UnknownEvidence is raised. Earlier brackets may belong to a name and stay text unless all is known.
        """
        groups = list(_CITATION.finditer(sentence))
        if not groups:
            if required:
                raise UnknownEvidence(f"states a fact without evidence: {sentence!r}", place=place)
            return escape(typeset(sentence))
        made, at = Markup(""), 0
        for found in groups:
            ids = cited_ids(found[1])
            if found is groups[-1] or all(map(self.target, ids)):
                made += escape(typeset(sentence[at : found.start()]))
                made += Markup(' <span class="cite">[{}]</span>').format(self.links(ids, place))
                at = found.end()
        return made + escape(typeset(sentence[at:]))


def sorted_rows(
    rows: Iterable[dict[str, Any]], *keys: str | Callable[[dict[str, Any]], Any]
) -> list[dict[str, Any]]:
    """Rows in the natural order of the named columns, nulls last."""

    def key(row: dict[str, Any]) -> list[Any]:
        values = [part(row) if callable(part) else row.get(part) for part in keys]
        return [
            (value is None, natural(value.isoformat() if isinstance(value, date) else value))
            for value in values
        ]

    return sorted(rows, key=key)
