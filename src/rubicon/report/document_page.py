"""A document as one page: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from markupsafe import Markup

from rubicon.report import text, view
from rubicon.report.document import Document
from rubicon.report.environment import environment
from rubicon.report.source import Row, Source
from rubicon.report.svg import template_text
from rubicon.schema import Origin


def document_html(source: Source, document: Document) -> str:
    """The page of a filled template, with the evidence that it cites and the files behind it."""
    css = template_text("figure.css") + template_text("report.css") + template_text("document.css")
    groups, files = cited_evidence(source, document)
    template = environment().get_template("document.html.j2")
    return template.render(
        document=document, groups=groups, files=files, css=Markup(css), Markup=Markup, case=source.case,
        simulated=source.case.origin is Origin.SIMULATED, SIMULATED=text.SIMULATED, links=source.links,
    )  # fmt: skip


def cited_evidence(source: Source, document: Document) -> tuple[list[Row], list[Row]]:
    """Evidence that the document leads to, by kind, and the files that it or they lie in."""
    anchors = document.cited()
    groups = []
    for group in view.evidence_groups(source):
        rows = [row for row in group["rows"] if f"ev-{row['evidence_id']}" in anchors]
        if rows:
            groups.append(group | {"rows": rows})
    behind = {row["source_id"] for group in groups for row in group["rows"]}
    records = [each.record() for each in source.held]
    return groups, [
        each for each in records if each["source_id"] in behind or f"file-{each['source_id']}" in anchors
    ]
