"""The port report as PDF/A-2a by typst: the same bytes on a second run, no font but those that ship.

Words reach typst as JSON strings, never as markup. The date in the PDF is the last day of the case's period, because
the file has no clock of its own.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from rubicon.assess.words import percent
from rubicon.errors import MissingExtra, OutputFailed
from rubicon.report import text, view
from rubicon.report.figures import FIGURE_IDS
from rubicon.report.source import Row, Source
from rubicon.schema import Origin

HOUSE, TEMPLATE = "house.typ", "port_report.typ"
STANDARDS = ["a-2a"]
LOOKS_NOTE = (
    "Lengths and counts are the observers' own. Sensor, ground sample distance, cloud and the length of stacks are not "
    "stated by them and so are not given. What a ship carried cannot be seen: containers are not munitions."
)
METHOD = (
    "Each question has at least two rival hypotheses. The odds of each start from a stated prior and are multiplied by one "
    "likelihood ratio for each root of evidence: whatever repeats another source adds nothing. Probabilities are held "
    "between 1 and 99 %."
)
LIMITS = (
    "Cargo cannot be identified by these sources: a call is not a cargo, and containers are not munitions.",
    "A gap in AIS is not a call. “Not observed” is not “absent”.",
    "Names and lines on maps imply no position: “East Sea / Sea of Japan”.",
)


def available() -> bool:
    """Whether the extra `pdf` is installed."""
    return importlib.util.find_spec("typst") is not None


def port_report(source: Source, shown: Mapping[str, Any], svgs: Mapping[str, str]) -> bytes:
    """The PDF; `shown` is what `view.sections` made, `svgs` are the figures by id as files of their own.

    Raises MissingExtra without the extra `pdf`, OutputFailed with typst's reason.
    """
    files = {f"{figure_id}.svg": svg for figure_id, svg in svgs.items()}
    return typeset_pdf(TEMPLATE, data(source, shown), files, source.case.period.end)


def typeset_pdf(template: str, values: Row, svgs: Mapping[str, str], day: date) -> bytes:
    """A template of the typst room with its values and figures (by file name) as PDF/A.

    Raises MissingExtra without the extra `pdf`, OutputFailed with typst's reason.
    """
    if not available():
        raise MissingExtra("PDF needs: pip install 'rubicon-osint[pdf]'")
    typst = importlib.import_module("typst")
    room = resources.files("rubicon.report")
    with tempfile.TemporaryDirectory() as name, resources.as_file(room / "fonts") as fonts:
        folder = Path(name)
        for each in (HOUSE, template):
            (folder / each).write_bytes((room / "typst" / each).read_bytes())
        (folder / "data.json").write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        for file_name, svg in svgs.items():
            (folder / file_name).write_text(svg, encoding="utf-8")
        try:
            made: bytes = typst.compile(
                str(folder / template), root=str(folder), font_paths=[str(fonts)], ignore_system_fonts=True,
                pdf_standards=STANDARDS, timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
            )  # fmt: skip
        except RuntimeError as error:
            raise OutputFailed(f"the PDF cannot be set: {error}", place=template) from error
    return made


def data(source: Source, shown: Mapping[str, Any]) -> Row:
    """Everything that the template prints, as plain values."""
    case, simulated = source.case, source.case.origin is Origin.SIMULATED
    found = [_finding(source, row) for row in view.findings_plain(source)]
    return {
        "title": text.clean(case.title),
        "kicker": "Rubicon port report",
        "kind": "Simulated exercise" if simulated else "Real public record",
        "simulated": simulated,
        "notice": text.SIMULATED,
        "description": text.one_line(case.summary)[:400],
        "keywords": [text.one_line(port.name) for port in case.ports],
        "footer": f"Case {case.id}. Made from the inputs listed at the end; no clock runs in this file.",
        "standfirst": runs(source, case.summary.strip()),
        "meta": [
            {"name": "Period", "value": view.span_of(case)},
            {"name": "Rests on", "value": "; ".join(view.record(source))},
            {"name": "Case", "value": case.id},
        ],
        "findings": found,
        "reasons": [row for row in found if row["facts"] or row["weighed"]],
        "words_note": "Each bar shows the probability of one hypothesis; the words are those of ICD 203.",
        "alt": {each: f"Figure: {each} of the case {case.id}" for each in FIGURE_IDS},
        "looks": [_place(place) for place in shown["looks"]],
        "looks_note": LOOKS_NOTE,
        "method": METHOD,
        "limits": [*LIMITS, *map(text.clean, case.limits)],
        "words": [list(each) for each in view.words_table()],
        "evidence": [
            {"title": group["title"], "rows": [evidence_row(source, row) for row in group["rows"]]}
            for group in shown["evidence"]
        ],
        "files": [file_row(each) for each in shown["files"]],
    }


def runs(source: Source, sentence: str) -> list[Row]:
    """A sentence as runs of text, those that cite evidence with the anchor that they lead to."""
    made: list[Row] = []
    for words, ids in text.pieces(sentence, source.links.target):
        made.append({"text": text.typeset(words)})
        made += refs(source, ids)
    return made


def refs(source: Source, ids: Iterable[str]) -> list[Row]:
    """Evidence ids in brackets, each with its anchor."""
    known = sorted(set(ids), key=text.natural)
    made: list[Row] = []
    for i, each in enumerate(known):
        made.append({"text": " [" if i == 0 else ", "})
        made.append({"text": text.clean(source.links.label(each)), "to": source.links.target(each) or ""})
    return [*made, {"text": "]"}] if known else made


def _finding(source: Source, row: Row) -> Row:
    texts = {each["id"]: each["text"] for each in row["hypotheses"]}
    ranked = sorted(row["hypotheses"], key=lambda each: -each["probability"])[:6]
    return {
        "id": row["question_id"], "question": text.clean(row["question"]), "finding_id": row["finding_id"],
        "port": text.clean(row["port"]), "window": f"{text.moment(row['start'])} to {text.moment(row['end'])}",
        "answer": runs(source, row["answer"]),
        "hypotheses": [
            {"text": text.clean(each["text"]), "words": each["words"], "percent": percent(each["probability"]),
             "probability": each["probability"], "first": i == 0}
            for i, each in enumerate(ranked)
        ],
        "facts": [runs(source, fact) for fact in row["facts"] or []],
        "weighed": [
            {"ref": refs(source, [each["evidence_id"]]), "why": text.clean(each["why"]),
             "weight": "adds no weight" if each["likelihood_ratio"] == 1 else
             f"{text.number(each['likelihood_ratio'])} times likelier if {text.clean(texts.get(each['favours'], each['favours']))}"}
            for each in row["weighed"] or []
        ],
        "limits": [text.clean(limit) for limit in row["limits"] or []],
    }  # fmt: skip


def _place(place: Row) -> Row:
    berths = []
    for berth in place["berths"]:
        note = "" if berth["counts"] else f" (not counted: {berth['note'] or 'no evidence in this case'})"
        berths.append(
            {"name": text.clean(berth["name"] + note), "rows": [_look(row) for row in berth["rows"]]}
        )
    return {"port": text.clean(place["port"]), "berths": berths}


def _look(row: Row) -> Row:
    date = row["date_stated"] + ("" if row["zone"] else " (zone not stated)")
    ship = (row["vessel"] or "") + (" (probable)" if row["vessel_probable"] else "")
    cells = [
        date,
        row["quantity"],
        ship,
        text.number(row["length_m"]),
        text.number(row["containers"]),
        row["observer"],
    ]
    return {
        "cells": [text.clean(each) for each in cells],
        "ref": [{"text": row["observation_id"], "to": f"ev-{row['observation_id']}"}],
    }


def evidence_row(source: Source, row: Row) -> Row:
    """One piece of evidence as the list at the end prints it."""
    held = (
        "original in the bag"
        if row["captured"]
        else "original read, not in the bag: licence"
        if row["held_elsewhere"]
        else "original not captured"
    )
    parts = [
        row["source"],
        row["url"] if row["url"] != row["source"] else "",
        text.mark(row["verification"]),
        held,
    ]
    parts.append(f"repeats {row['root']}" if row["root"] and row["root"] != row["evidence_id"] else "")
    parts.append(f"sha256 {row['sha256'][:16]}…" if row["sha256"] else "")
    return {
        "id": text.clean(source.links.label(row["evidence_id"])), "anchor": f"ev-{row['evidence_id']}",
        "text": text.clean(row["text"]), "source": text.clean(" · ".join(part for part in parts if part)),
    }  # fmt: skip


def file_row(record: Row) -> Row:
    """One input file as the list at the end prints it."""
    about = [
        record["publisher"],
        record["licence"],
        f"{text.number(record['size_bytes'])} bytes",
        record["bytes"],
    ]
    return {
        "name": record["name"], "title": record["title"], "sha256": record["sha256"], "anchor": f"file-{record['source_id']}",
        "about": " · ".join(part for part in about if part),
    }  # fmt: skip
