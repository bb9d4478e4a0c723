"""Walks a page, or the values that typst prints, and finds factual sentences that lead to no evidence.

A sentence is factual when it names a ship, a port, a berth or an observer of the case, or a date. It is covered by a link to
evidence or to a file in the same paragraph, list item or table row, or by standing in the card of a finding with its id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from rubicon.case import Case

UNITS = ("p", "li", "tr", "dd")
OUTSIDE = ("svg", "nav", "style", "thead", "h1", "h2", "h3", "h4", "summary", "footer")
# The standfirst is the case's own summary of its question, in its author's words.
APART = ("evidence", "verify", "method", "limits", "truth")
"""Sections that are evidence themselves, or say how something is known; the truth of a simulation is read from no source."""
DATE = re.compile(
    r"\b\d{4}-\d{2}(-\d{2})?\b|\b\d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
NOT_KNOWN = re.compile(
    r"\bunknown\b.*: no list of|^Supposed: |\(from the ladder of red lines, with its sources\)$"
)
"""A jurisdiction whose lists were not read; a situation that is supposed and not stated; what the ladder of red lines says of itself."""
FINDING = re.compile(r"finding(?:-| )([0-9a-f]{16})", re.IGNORECASE)


def factual(said: str, names: Iterable[str]) -> bool:
    """Whether a sentence states something about a ship, a place, an observer or a day."""
    return bool(DATE.search(said)) or any(
        re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said) for name in names
    )


def names_of(case: Case, tables: Mapping[str, Any]) -> set[str]:
    """Names whose mention makes a sentence factual."""
    names = {ship.name for ship in case.ships} | {port.name for port in case.ports}
    names |= {berth.name for port in case.ports for berth in port.berths}
    if "OBSERVATION" in tables:
        names |= set(tables["OBSERVATION"]["observer"].to_pylist())
    return {name for name in names if name}


class Walker(HTMLParser):
    """Collects the units of a page: their words, whether they lead to evidence, and what they stand in."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str]]] = []
        self.units: list[tuple[str, bool]] = []
        self.at: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag in ("meta", "br", "col", "link", "img", "input"):
            return
        self.open.append((tag, found))
        if tag in UNITS and not self.outside():
            self.units.append(("", self.in_finding()))
            self.at.append(len(self.units) - 1)
        href = found.get("href", "")
        if tag == "a" and (href.startswith(("#ev-", "#file-")) or href == "#truth") and self.at:
            for index in self.at:
                self.units[index] = (self.units[index][0], True)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open[-1][0] != tag:
            self.open.pop()
        if self.open:
            self.open.pop()
        if tag in UNITS and self.at and not self.outside():
            self.at.pop()

    def handle_data(self, data: str) -> None:
        if self.at and not self.outside():
            said, covered = self.units[self.at[-1]]
            self.units[self.at[-1]] = (said + data, covered)

    def outside(self) -> bool:
        return any(
            tag in OUTSIDE
            or attrs.get("id") in APART
            or {"meta", "group", "standfirst"} & set(attrs.get("class", "").split())
            for tag, attrs in self.open
        )

    def in_finding(self) -> bool:
        return any(FINDING.match(attrs.get("id", "")) for _, attrs in self.open)


def uncovered_in_page(html: str, names: Iterable[str]) -> list[str]:
    """Factual sentences of a page that lead to no evidence."""
    walker, known = Walker(), list(names)
    walker.feed(html[html.index("<body") :])
    return [
        " ".join(said.split())
        for said, covered in walker.units
        if not covered
        and not FINDING.search(said)
        and not NOT_KNOWN.search(" ".join(said.split()))
        and factual(said, known)
    ]


def uncovered_in_values(value: Any, names: Iterable[str], apart: Iterable[str] = ()) -> list[str]:
    """Factual sentences among the values of a typst template: lists of runs are sentences, a table row is one."""
    known = list(names)
    return [
        " ".join(said.split())
        for said, covered in _sentences(value, set(apart))
        if not covered and factual(said, known)
    ]


def _sentences(value: Any, apart: set[str]) -> Iterator[tuple[str, bool]]:  # noqa: C901
    if (
        isinstance(value, list)
        and value
        and all(isinstance(each, dict) and "text" in each and set(each) <= {"text", "to"} for each in value)
    ):
        said = "".join(each["text"] for each in value)
        yield said, any(each.get("to") for each in value) or bool(FINDING.search(said))
    elif isinstance(value, dict):
        if {"cells", "ref"} <= set(value):
            yield " ".join(value["cells"]), any(run.get("to") for run in value["ref"])
        elif value.get("block") == "grid":
            for _, rows in value["groups"]:
                for row in rows:
                    said = " ".join(run["text"] for cell in row for run in cell)
                    yield said, any(run.get("to") for cell in row for run in cell)
        else:
            for key, each in value.items():
                if key not in apart:
                    yield from _sentences(each, apart)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _sentences(each, apart)
