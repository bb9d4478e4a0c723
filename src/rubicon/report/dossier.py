"""The dossier of a case: one page, the findings for machines, the evidence, all in a bag."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from markupsafe import Markup

from rubicon import __version__
from rubicon.case import Case
from rubicon.geo.coast import load_coast
from rubicon.provenance import SourceFile, sha256_file
from rubicon.report import bag, crate, evidence, fetched, page, pdf, templates, text, view
from rubicon.report.analysis import analysis_of, place_text
from rubicon.report.environment import environment
from rubicon.report.figures import Plates
from rubicon.report.findings import findings_json
from rubicon.report.map import Coast
from rubicon.report.reopen import make_source
from rubicon.report.source import Source
from rubicon.report.svg import template_text
from rubicon.schema import Origin
from rubicon.store import custody

DOCUMENTS = "documents"
"""Folder of the documents beside the port report."""
LONG = 60
"""Tables of more rows than this are folded, with their number of rows on the fold."""
CARDS = 12
"""Findings that stand open on the page; further ones are folded."""


def build(
    case: Case,
    tables: Mapping[str, pa.Table],
    files: Sequence[SourceFile],
    out: Path,
    *,
    counts: Mapping[str, int] | None = None,
    coast: Coast | None = None,
) -> Path:
    """Write `out/dossier/` (a bag), `out/findings.json`, `out/VERIFY.md` and `out/custody.jsonl`; gives the bag's root.

    `tables` holds tables of `rubicon.schema` by name, any of them absent; POSITION holds the thinned tracks
    to draw. `counts` are numbers to print that the tables do not show. Without `coast` the bundled one is
    used. The same input gives the same bytes; only lines that the custody log gains carry the time. An older dossier is replaced only by a whole new one.

    Raises UnknownEvidence for a sentence whose evidence the case does not hold, SimulatedEvidence when
    origins mix, RightsRefused when a source keeps back what is derived from it, VerificationFailed when an input file changed since it was read.
    """
    held = evidence.hold(files)
    rows = evidence.entries(tables.get("EVIDENCE"), held)
    _require_one_origin(case, tables, rows, files)
    evidence.require_rights(rows, held)
    source = make_source(case, tables, rows, held, analysis_of(out, tables))
    plates = Plates(case, tables, coast or load_coast())
    shown = view.sections(source)
    findings = findings_json(case, tables, rows, held, counts or {})
    html = render(source, shown, plates, counts or {})
    with bag.replacing(out / "dossier") as root:
        evidence.place(held, root)
        (root / "data" / "figures").mkdir(parents=True)
        (root / evidence.INDEX).parent.mkdir(exist_ok=True)
        (root / evidence.INDEX).write_bytes(evidence.index(case, rows, held))
        (root / "data" / "findings.json").write_bytes(findings)
        (root / "data" / "report.html").write_bytes(html.encode())
        svgs = plates.files()
        for name, svg in svgs.items():
            (root / "data" / "figures" / name).write_bytes(svg.encode())
        if pdf.available():
            named = {Path(name).stem: svg for name, svg in svgs.items()}
            (root / "data" / "report.pdf").write_bytes(pdf.port_report(source, shown, named))
        documents(source, plates, root / "data" / DOCUMENTS)
        place_text(source.analysis, root / "data")
        log = custody.until_sealed(record(out, held, root / "data"))
        (root / "data" / custody.LOG).write_bytes(log)
        describe(case, root / "data", held, log)
        tags = {
            "Custody-Head": custody.head(log),
            bag.PAGE_TAG: bag.page_hash(verify_page(case, bag.BLANK), bag.BLANK),
        }
        fingerprint = bag.seal(root, bag_info(case) | tags)
    bag.write_whole(out / "findings.json", findings)
    bag.write_whole(out / "VERIFY.md", verify_page(case, fingerprint).encode())
    closed = [
        {"action": "closed", "subject": name, "sha256": sha256_file(out / "dossier" / name)}
        for name in bag.TAG_MANIFESTS
    ]
    custody.append(out / custody.LOG, closed, tool=f"Rubicon {__version__}")
    return out / "dossier"


def documents(source: Source, plates: Plates, folder: Path) -> None:
    """Write the documents that the case asks for, each as page and as PDF."""
    folder.mkdir(exist_ok=True)
    for name, about in templates.asked(source.case, source):
        made = templates.fill(name, source, plates, about)
        stem = templates.stem(name, about, source.case)
        (folder / f"{stem}.html").write_bytes(templates.document_html(source, made).encode())
        if pdf.available():
            (folder / f"{stem}.pdf").write_bytes(templates.document_pdf(source, made))


def record(out: Path, held: Sequence[evidence.Held], data: Path) -> bytes:
    """Add to the custody log what was fetched, read, sealed and removed, where that is new; gives the whole log."""
    entries = [entry for each in held if (entry := fetched.entry(each.file))]
    entries += [
        {"action": "read", "subject": text.one_line(each.file.path.name), "sha256": each.file.sha256,
         "detail": text.one_line(each.file.publisher)}
        for each in held
    ]  # fmt: skip
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        name = path.relative_to(data).as_posix()
        if not name.startswith("evidence/") or name == "evidence/index.json":
            entries.append({"action": "sealed", "subject": name, "sha256": sha256_file(path)})
    there = {entry["subject"] for entry in entries if entry["action"] == "sealed"}
    path = out / custody.LOG
    before = path.read_bytes() if path.is_file() else b""
    earlier = {} if custody.faults(before) else custody.sealed(before)
    entries += [
        {"action": "removed", "subject": name, "sha256": earlier[name]}
        for name in sorted(set(earlier) - there)
    ]
    return custody.append(out / custody.LOG, entries, tool=f"Rubicon {__version__}")


def describe(case: Case, data: Path, held: Sequence[evidence.Held], log: bytes) -> None:
    """Write the RO-Crate metadata of all files in the bag's `data/`."""
    hashes = {
        path.relative_to(data).as_posix(): sha256_file(path) for path in data.rglob("*") if path.is_file()
    }
    last = json.loads(custody.lines(log)[-1])["time_utc"][:10]
    (data / crate.CRATE).write_bytes(crate.crate(case, data, hashes, held, last))


def _require_one_origin(
    case: Case, tables: Mapping[str, pa.Table], rows: Sequence[dict[str, Any]], files: Sequence[SourceFile]
) -> None:
    found = tables.get("FINDING")
    stated = [*rows, *(found.select(["finding_id", "origin"]).to_pylist() if found is not None else [])]
    evidence.require_origin(case, stated, files)


def bag_info(case: Case) -> dict[str, str]:
    """Tags of the bag; no clock, so that the same case gives the same bag."""
    simulated = case.origin is Origin.SIMULATED
    return {
        "Bag-Software-Agent": f"Rubicon {__version__}",
        "Case-Origin": case.origin.value,
        "Case-Period": f"{case.period.start.isoformat()}/{case.period.end.isoformat()}",
        "External-Description": f"{text.SIMULATED}: {case.title}" if simulated else case.title,
        "External-Identifier": case.id,
    }


def render(source: Source, shown: Mapping[str, Any], plates: Plates, counts: Mapping[str, int]) -> str:
    """The page: one file, no script, nothing loaded from elsewhere; `shown` is what `view.sections` made."""
    css = template_text("figure.css") + template_text("report.css")
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            shown,
            parts=page.parts(source, shown),
            links=source.links,
            figures=plates.page(),
            css=Markup(css),
            simulated=source.case.origin is Origin.SIMULATED,
            SIMULATED=text.SIMULATED,
            counts=dict(sorted(counts.items())),
            LONG=LONG,
            CARDS=CARDS,
        )
    )


def verify_page(case: Case, fingerprint: str) -> str:
    """`VERIFY.md`: how a stranger checks the bag, and what a hash proves and what it does not."""
    template = template_text("VERIFY.md")
    simulated = f"**{text.SIMULATED}.**\n\n" if case.origin is Origin.SIMULATED else ""
    return template.format(case=case.id, fingerprint=fingerprint, simulated=simulated)
