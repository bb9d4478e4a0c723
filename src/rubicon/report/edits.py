"""Editing a dossier: begin a text, see which of its references are stale, accept it into the dossier.

Accepting writes `DIR/text.accepted.json`, adds a line to the custody log with the hash of the text and the reason, and seals
the dossier again from its own bag and tables; nothing is collected or detected anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rubicon import __version__
from rubicon.errors import InputMissing, UnknownFormat, UsageError, VerificationFailed
from rubicon.provenance import SourceFile
from rubicon.report import dossier, findings
from rubicon.report.analysis import ACCEPTED, DRAFT, TEXT, accepted, read_draft
from rubicon.report.bag import write_whole
from rubicon.report.evidence import INDEX, canonical
from rubicon.report.references import Resolver, State, accepted_now, states, typed_numbers
from rubicon.report.text import one_line
from rubicon.report.verify import verify
from rubicon.store import custody
from rubicon.store.output import Output, read_output

NAMED = ("origin", "format", "title", "publisher", "licence", "url")


def start(folder: Path) -> Path:
    """Write a draft with one paragraph for each finding, its answer as a reference; gives its path.

    Raises UsageError when there is a draft: it is never overwritten.
    """
    output, path = read_output(folder), folder / DRAFT
    if path.exists():
        raise UsageError("exists and is left alone", place=str(path))
    rows = findings.ordered_findings(output.case, output.tables.get("FINDING"))
    alone = {
        row["question_id"] for row in rows if sum(r["question_id"] == row["question_id"] for r in rows) == 1
    }
    parts = [f"# {one_line(output.case.title)}", ""]
    for row in rows:
        key = row["question_id"] if row["question_id"] in alone else row["finding_id"]
        parts += [f"## {one_line(row['question'])}", "", f"{{finding:{key}.answer}}", ""]
    write_whole(path, "\n".join(parts).encode())
    return path


def check(folder: Path) -> tuple[list[State], list[tuple[int, str]], bool]:
    """States of the draft's references, numbers typed by hand with their line, and whether the draft is the accepted text.

    Without a draft the accepted text is looked at.
    """
    output, known = read_output(folder), accepted(folder)
    text = read_draft(folder) if known is None or (folder / DRAFT).exists() else known[0]
    values = known[2] if known else {}
    return (
        states(text, Resolver(output.tables), values),
        typed_numbers(text),
        known is not None and known[0] == text,
    )


def stale(folder: Path) -> list[State]:
    """References of the accepted text that somebody has to look at after a run; none without a text."""
    known = accepted(folder)
    if known is None:
        return []
    return [each for each in states(known[0], Resolver(read_output(folder).tables), known[2]) if each.stale]


def accept(folder: Path, why: str) -> list[State]:
    """Put the draft into the dossier and seal it again; gives the references as they now stand.

    Raises UsageError without a reason or for a reference that leads nowhere, VerificationFailed when the dossier that is
    there is not as it was sealed.
    """
    reason = one_line(why)
    if not reason:
        raise UsageError("an edit states why it was made", place="--why")
    output, text = read_output(folder), read_draft(folder)
    if wrong := [each for each in verify(folder / "dossier").checked if not each.ok]:
        raise VerificationFailed(f"is not edited: {wrong[0].reason}", place=wrong[0].name)
    before = accepted(folder)
    found = states(text, Resolver(output.tables), before[2] if before else {})
    if gone := [each for each in found if each.status == "gone"]:
        raise UsageError(gone[0].told, place=f"{DRAFT}: {{{gone[0].reference}}}")
    document = {"text": text, "why": reason, "references": accepted_now(found)}
    write_whole(folder / ACCEPTED, canonical(document))
    changed = [f"{each.reference}: {each.told}" for each in found if each.status in ("changed", "revised")]
    entry = {
        "action": "edited", "subject": TEXT, "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "detail": one_line("; ".join([reason, *changed])),
    }  # fmt: skip
    custody.append(folder / custody.LOG, [entry], tool=f"Rubicon {__version__}")
    rebuild(output)
    return found


def rebuild(output: Output) -> None:
    """Seal the dossier of a folder again from its own bag and tables.

    Raises InputMissing when there is no bag, UnknownFormat when its index cannot be read.
    """
    root = output.folder / "dossier"
    try:
        index = json.loads((root / INDEX).read_bytes())
        stated = json.loads((root / "data/findings.json").read_bytes())["counts"]
        with tempfile.TemporaryDirectory() as scratch:
            files = [_file(root, record, Path(scratch) / str(i)) for i, record in enumerate(index["files"])]
            derived = findings.counts(output.tables, {})
            extra = {key: value for key, value in stated.items() if key not in derived}
            dossier.build(output.case, output.tables, files, output.folder, counts=extra)
    except OSError as error:
        raise InputMissing("no dossier here: rubicon run CASE.toml --out DIR", place=str(root)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UnknownFormat(f"is no dossier: {type(error).__name__} {error}", place=str(root)) from error


def _file(root: Path, record: Mapping[str, Any], scratch: Path) -> SourceFile:
    """An input as the run described it, under its own name; what may not travel has no bytes here either."""
    scratch.mkdir()
    included = record["bytes"] == "included"
    path = scratch / Path(record["name"]).name
    if included:
        shutil.copyfile(root / record["path"], path)
    return SourceFile(
        path,
        record["sha256"],
        record["size_bytes"],
        raw_may_ship=included,
        **{key: record[key] for key in NAMED},
    )
