"""What changed between two versions of a dossier, and why: findings, counts, evidence, inputs, law and coverage, texts, edits.

Reads two bags, each a folder, the folder around it or a zip; nothing is run again. A finding is the same when it answers the
same question on the same ship and window; its id is a hash and changes with its evidence. The reason of a change is what
the two versions weigh differently, as far as both say it.
"""

from __future__ import annotations

import difflib
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rubicon.assess.words import percent
from rubicon.errors import InputMissing, UnknownFormat, UsageError
from rubicon.report.analysis import REFERENCES, TEXT
from rubicon.report.text import natural, number
from rubicon.report.verify import verify
from rubicon.store import custody

Row = Mapping[str, Any]
Change = dict[str, Any]


@dataclass(frozen=True)
class Version:
    """What a comparison needs of a dossier."""

    place: str
    whole: bool
    fingerprint: str
    findings: Mapping[str, Any]
    evidence: Mapping[str, Row]
    text: str
    references: Mapping[str, Row]
    log: tuple[Row, ...]


def version(path: Path) -> Version:
    """Read a dossier.

    Raises InputMissing when there is none, UnknownFormat naming what cannot be read, and what `verify` raises for a zip.
    """
    checked = verify(path)
    read = _reader(path)
    try:
        findings, index = (
            json.loads(_need(read, "findings.json", path)),
            json.loads(_need(read, "evidence/index.json", path)),
        )
        log = read(custody.LOG) or b""
        return Version(
            str(path), checked.ok, checked.fingerprint, findings, {row["evidence_id"]: row for row in index["evidence"]},
            (read(TEXT) or b"").decode("utf-8", errors="replace"),
            json.loads(read(REFERENCES) or b'{"references": {}}')["references"],
            () if custody.faults(log) else tuple(custody.entries_of(log)),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise UnknownFormat(f"is no dossier: {type(error).__name__} {error}", place=str(path)) from error


def _reader(path: Path) -> Callable[[str], bytes | None]:
    """A function from a path under `data/` to its bytes, None when it is not there."""
    if path.is_dir():
        root = path / "dossier" if (path / "dossier").is_dir() else path

        def from_folder(name: str) -> bytes | None:
            file = root / "data" / name
            return file.read_bytes() if file.is_file() and not file.is_symlink() else None

        return from_folder

    def from_zip(name: str) -> bytes | None:
        with zipfile.ZipFile(path) as archive:
            ends = [each for each in archive.namelist() if each.endswith(f"data/{name}")]
            return archive.read(min(ends, key=len)) if ends else None

    return from_zip


def _need(read: Callable[[str], bytes | None], name: str, path: Path) -> bytes:
    found = read(name)
    if found is None:
        raise InputMissing(f"holds no data/{name}", place=str(path))
    return found


def compare(old: Version, new: Version) -> dict[str, Any]:
    """All differences, as JSON. Raises UsageError when the two are not of one case and origin."""
    for key in ("case", "origin"):
        if old.findings[key] != new.findings[key]:
            raise UsageError(
                f"is of {key} {new.findings[key]}, {old.place} of {old.findings[key]}", place=new.place
            )
    return {
        "case": new.findings["case"], "origin": new.findings["origin"],
        "old": {"place": old.place, "fingerprint": old.fingerprint, "verified": old.whole},
        "new": {"place": new.place, "fingerprint": new.fingerprint, "verified": new.whole},
        "findings": _findings(old, new),
        "counts": _counts(old.findings["counts"], new.findings["counts"]),
        "evidence": _keyed(old.evidence, new.evidence, _evidence_change),
        "inputs": _keyed(_inputs(old), _inputs(new), _input_change),
        "options": _keyed(_options(old), _options(new), _option_change),
        "text": _text(old, new),
        "edits": _edits(old, new),
    }  # fmt: skip


def _keyed(old: Mapping[str, Row], new: Mapping[str, Row], changed: Callable[[Row, Row], str]) -> Change:
    """Keys that came, went, and whose rows differ, with how."""
    both = sorted(old.keys() & new.keys(), key=natural)
    told = {key: how for key in both if (how := changed(old[key], new[key]))}
    return {
        "added": sorted(new.keys() - old.keys(), key=natural),
        "removed": sorted(old.keys() - new.keys(), key=natural),
        "changed": told,
    }


def _findings(old: Version, new: Version) -> Change:
    before, after = ({_question(row): row for row in each.findings["findings"]} for each in (old, new))
    both = [key for key in after if key in before]
    return {
        "added": [_said(row) for key, row in after.items() if key not in before],
        "removed": [_said(row) for key, row in before.items() if key not in after],
        "changed": [made for key in both if (made := _finding(before[key], after[key], new.evidence))],
    }


def _question(row: Row) -> tuple[str, str, str, str]:
    return row["question_id"], row["vessel"] or "", row["start"], row["end"]


def _said(row: Row) -> Change:
    return {"finding_id": row["finding_id"], "question_id": row["question_id"], "answer": row["answer"]}


def _finding(before: Row, after: Row, evidence: Mapping[str, Row]) -> Change | None:
    """How a finding differs, and why; None when it is the same."""
    if before == after:
        return None
    why = _why(before, after, evidence)
    other = sorted(
        key for key in after if before.get(key) != after[key]
        and key not in ("finding_id", "probability", "answer", "words", "weighed", "hypotheses", "probability_low", "probability_high", "probability_without", "sensitive_to")
    )  # fmt: skip
    if not why:
        why = (
            [f"other words: {', '.join(other)}"]
            if other
            else ["the same evidence, weighed by another version of the model"]
        )
    return {
        "question_id": after["question_id"], "question": after["question"], "vessel": after["vessel"],
        "old": {key: before[key] for key in ("finding_id", "probability", "words", "answer")},
        "new": {key: after[key] for key in ("finding_id", "probability", "words", "answer")},
        "why": why,
    }  # fmt: skip


def _why(before: Row, after: Row, evidence: Mapping[str, Row]) -> list[str]:
    """Evidence that came, went or weighs otherwise, and priors that were changed."""
    old, new = ({one["evidence_id"]: one for one in row["weighed"]} for row in (before, after))
    told = []
    for key in sorted(new.keys() - old.keys(), key=natural):
        one, about = new[key], evidence.get(key, {}).get("text", "")
        told.append(
            f"now weighs {key}, {number(one['likelihood_ratio'])} times likelier if {one['favours']}: {about or one['why']}"
        )
    told += [f"no longer weighs {key}" for key in sorted(old.keys() - new.keys(), key=natural)]
    for key in sorted(old.keys() & new.keys(), key=natural):
        a, b = old[key], new[key]
        if (a["likelihood_ratio"], a["favours"]) != (b["likelihood_ratio"], b["favours"]):
            told.append(
                f"{key} weighs {number(b['likelihood_ratio'])} for {b['favours']}, was {number(a['likelihood_ratio'])} for {a['favours']}: {b['why']}"
            )
    priors = [{one["id"]: one["prior"] for one in row["hypotheses"]} for row in (before, after)]
    if priors[0] != priors[1]:
        told.append("the prior was changed")
    return told


def _counts(old: Row, new: Row) -> Change:
    """Numbers that differ, those of kinds and reasons by dotted name."""
    flat = [_flat(each) for each in (old, new)]
    keys = sorted(flat[0].keys() | flat[1].keys())
    return {key: [flat[0].get(key), flat[1].get(key)] for key in keys if flat[0].get(key) != flat[1].get(key)}


def _flat(row: Row, before: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in row.items():
        made |= _flat(value, f"{before}{key}.") if isinstance(value, Mapping) else {f"{before}{key}": value}
    return made


def _evidence_change(old: Row, new: Row) -> str:
    keys = ("kind", "text", "source", "url", "verification", "captured", "locator", "root")
    return "; ".join(f"{key}: {old[key]} -> {new[key]}" for key in keys if old.get(key) != new.get(key))


def _inputs(each: Version) -> dict[str, Row]:
    return {row["name"]: row for row in each.findings["files"]}


def _input_change(old: Row, new: Row) -> str:
    keys = ("sha256", "bytes", "licence", "publisher")
    return "; ".join(f"{key}: {old[key]} -> {new[key]}" for key in keys if old.get(key) != new.get(key))


def _options(each: Version) -> dict[str, Row]:
    rows = each.findings["options"]
    named = {f"coverage {row['subject']} {row['actor']}": row for row in rows.get("coverage", ())}
    return named | {
        f"law {row['subject']} {row['actor']} {row['detail'].get('situation', '')}".strip(): row
        for row in rows.get("law", ())
    }


def _option_change(old: Row, new: Row) -> str:
    keys = ("status", "date", "verification", "text")
    return "; ".join(f"{key}: {old[key]} -> {new[key]}" for key in keys if old.get(key) != new.get(key))


def _text(old: Version, new: Version) -> Change:
    """Lines of the text that came and went, and references whose value is another."""
    lines = difflib.unified_diff(old.text.splitlines(), new.text.splitlines(), "old", "new", lineterm="", n=0)
    shown = [line for line in lines if not line.startswith(("---", "+++", "@@"))]

    def value(each: Version, name: str) -> str | None:
        now = each.references.get(name, {}).get("now")
        return now["text"] if now else None

    names = sorted(old.references.keys() | new.references.keys(), key=natural)
    moved = {
        name: [value(old, name), value(new, name)] for name in names if value(old, name) != value(new, name)
    }
    return {"lines": shown, "references": moved}


def _edits(old: Version, new: Version) -> list[Change]:
    """Edits of the newer log that the older did not have, with the reasons that were given."""
    known = {each["own"] for each in old.log}
    keep = ("time_utc", "action", "subject", "sha256", "detail")
    return [
        {key: each[key] for key in keep}
        for each in new.log
        if each["action"] == "edited" and each["own"] not in known
    ]


def in_words(made: Mapping[str, Any]) -> list[str]:
    """The differences for a reader, a line each; one line when there are none."""
    lines: list[str] = []
    for row in made["findings"]["changed"]:
        was, now = row["old"], row["new"]
        lines.append(
            f"finding {row['question_id']}{' ' + row['vessel'] if row['vessel'] else ''}: {percent(was['probability'])} -> {percent(now['probability'])}: {now['answer']}"
        )
        lines += [f"    because {why}" for why in row["why"]]
    for kind in ("added", "removed"):
        lines += [f"finding {kind}: {row['answer']}" for row in made["findings"][kind]]
    lines += [f"count {key}: {a} -> {b}" for key, (a, b) in made["counts"].items()]
    for what in ("evidence", "inputs", "options"):
        lines += [f"{what} {kind}: {key}" for kind in ("added", "removed") for key in made[what][kind]]
        lines += [f"{what} changed: {key}: {how}" for key, how in made[what]["changed"].items()]
    lines += [f"text {line}" for line in made["text"]["lines"]]
    lines += [f"reference {key}: {a} -> {b}" for key, (a, b) in made["text"]["references"].items()]
    lines += [f"edit {each['time_utc']}: {each['detail']}" for each in made["edits"]]
    return lines or ["nothing that the dossiers say differs"]
