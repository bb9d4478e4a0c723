"""The room of templates: each by its name, filled for what it is about, set as a page and as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from rubicon.case import Case
from rubicon.errors import OptionError
from rubicon.registry import modules, named
from rubicon.report.document import Document
from rubicon.report.document_page import document_html
from rubicon.report.document_pdf import document_pdf
from rubicon.report.figures import Plates
from rubicon.report.source import Source
from rubicon.report.text import one_line

NAMES = ("TITLE", "ABOUT", "FIELDS", "subjects", "make")
DEFAULT = ("presence", "annex")
"""Documents that every dossier holds beside its port report."""
MOST_DOCUMENTS = 60
"""Documents that one case may ask for: each is set twice."""


def templates() -> dict[str, ModuleType]:
    """All templates by command-line name."""
    return modules("rubicon.report.documents", NAMES)


def fill(name: str, source: Source, plates: Plates, about: str = "") -> Document:
    """A template filled; without `about`, for the first thing that it can be about.

    Raises OptionError for an unknown template or when the case has nothing that it can be about, UnknownItem for an
    unknown ship, port or picture.
    """
    template = named(templates(), name, "template")
    if not about:
        found = template.subjects(source)
        if not found:
            raise OptionError(f"this case has no {template.ABOUT} that it could be about", place=name)
        about = found[0]
    made: Document = template.make(source, plates, about)
    return made


def asked(case: Case, source: Source) -> list[tuple[str, str]]:
    """Template and subject of each document that the case asks for: by default the calendar and tally, and the annex.

    Raises OptionError for an unknown template and for more than MOST_DOCUMENTS.
    """
    pairs: list[tuple[str, str]] = []
    for wish in case.documents or DEFAULT:
        name, _, about = wish.partition(":")
        template = named(templates(), name, "template")
        subjects: Sequence[str] = template.subjects(source)
        pairs += [
            (name, each) for each in (subjects if about == "*" else [about or (subjects or [""])[0]]) if each
        ]
    if len(pairs) > MOST_DOCUMENTS:
        raise OptionError(f"{len(pairs)} documents asked for; at most {MOST_DOCUMENTS}", place="documents")
    return list(dict.fromkeys(pairs))


def stem(name: str, about: str, case: Case) -> str:
    """File name of a document without its ending."""
    if about == case.id:
        return name
    safe = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign == "-") else "-"
        for sign in one_line(about).lower()
    )
    return f"{name}-{safe.strip('-')[:60]}" if safe.strip("-") else name


__all__ = ["DEFAULT", "asked", "document_html", "document_pdf", "fill", "stem", "templates"]
