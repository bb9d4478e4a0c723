"""What the documents of a finished run draw on, read again from its tables and the index of its bag."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rubicon.errors import InputMissing, UnknownFormat
from rubicon.provenance import SourceFile
from rubicon.report import evidence, text
from rubicon.report.analysis import Analysis, analysis_of
from rubicon.report.evidence import INDEX, Held
from rubicon.report.source import Source
from rubicon.store.output import Output

BAG = "dossier"
NAMED = ("origin", "format", "title", "publisher", "licence", "url")


def source_of(output: Output) -> Source:
    """The source of a run's documents: its tables, its evidence, its files with their rights.

    Raises InputMissing when the run left no bag, UnknownFormat when its index cannot be read.
    """
    root = output.folder / BAG
    try:
        index = json.loads((root / INDEX).read_text(encoding="utf-8"))
        held = [_held(root, record) for record in index["files"]]
    except OSError as error:
        raise InputMissing(
            "no dossier here: rubicon run CASE.toml --out DIR", place=str(root / INDEX)
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UnknownFormat(f"is no index of evidence: {error}", place=str(root / INDEX)) from error
    rows = evidence.entries(output.tables.get("EVIDENCE"), held)
    return make_source(output.case, output.tables, rows, held, analysis_of(output.folder, output.tables))


def make_source(
    case: Any,
    tables: Mapping[str, Any],
    rows: list[dict[str, Any]],
    held: list[Held],
    analysis: Analysis | None = None,
) -> Source:
    """A source with links to all its evidence and files."""
    names = {each.file.source_id: text.one_line(each.file.path.name) for each in held}
    links = text.Links((row["evidence_id"] for row in rows), names)
    return Source(case, tables, rows, held, links, analysis)


def _held(root: Path, record: Mapping[str, Any]) -> Held:
    included = record["bytes"] == "included"
    file = SourceFile(
        path=root / record["path"] if included else Path(record["name"]),
        sha256=record["sha256"],
        size_bytes=record["size_bytes"],
        raw_may_ship=included,
        **{key: record[key] for key in NAMED},
    )
    return Held(file, record["path"], included)
