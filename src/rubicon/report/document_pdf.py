"""A document as PDF/A by typst, from the same blocks as its page; words reach typst as JSON strings, never as markup."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rubicon.report import text
from rubicon.report.document import Block, Document, Line, Plate
from rubicon.report.document_page import cited_evidence
from rubicon.report.pdf import evidence_row, file_row, typeset_pdf
from rubicon.report.source import Row, Source
from rubicon.report.svg import standalone
from rubicon.schema import Origin

TEMPLATE = "document.typ"


def document_pdf(source: Source, document: Document) -> bytes:
    """The PDF of a filled template.

    Raises MissingExtra without the extra `pdf`, OutputFailed with typst's reason.
    """
    plates: dict[str, str] = {}
    values = data(source, document, plates)
    return typeset_pdf(TEMPLATE, values, plates, source.case.period.end)


def data(source: Source, document: Document, plates: dict[str, str]) -> Row:
    """Everything that the template prints, as plain values; figures are added to `plates` by file name."""
    groups, files = cited_evidence(source, document)
    simulated = source.case.origin is Origin.SIMULATED
    return {
        "title": text.clean(document.title),
        "kicker": f"Rubicon: {document.kicker.lower()}",
        "kind": "Simulated exercise" if simulated else "Real public record",
        "simulated": simulated,
        "notice": text.SIMULATED,
        "description": text.one_line("".join(run.text for run in document.standfirst.words))[:400],
        "footer": f"Case {source.case.id}. Made from the inputs listed at the end; no clock runs in this file.",
        "standfirst": _line(document.standfirst),
        "meta": [{"name": name, "value": text.clean(value)} for name, value in document.meta],
        "sections": [
            {"title": section.title, "blocks": [_block(block, plates) for block in section.blocks]} for section in document.sections
        ],
        "evidence": [{"title": group["title"], "rows": [evidence_row(source, row) for row in group["rows"]]} for group in groups],
        "files": [file_row(each) for each in files],
    }  # fmt: skip


def _line(line: Line) -> Row:
    return {"says": line.says, "words": [asdict(run) for run in line.words]}


def _block(block: Block, plates: dict[str, str]) -> Row:
    if isinstance(block, Plate):
        name = f"figure-{len(plates)}.svg"
        plates[name] = standalone(block.wide)
        return {"block": block.block, "file": name, "alt": text.clean(block.alt)}
    if isinstance(block, Line):
        return {"block": block.block, **_line(block)}
    made: dict[str, Any] = asdict(block)
    return {"block": block.block, **made}
