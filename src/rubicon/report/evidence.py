"""Evidence in the bag: the input files, or a record in their place, and the index of all evidence.

A file travels only when its source declares that it may (`raw_may_ship`); else a small JSON record with
its hash, size, title, publisher, licence and address stands in its place.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from rubicon.case import Case
from rubicon.errors import RightsRefused, SimulatedEvidence, VerificationFailed
from rubicon.provenance import SourceFile
from rubicon.report.text import SIMULATED, iso, one_line, sorted_rows
from rubicon.schema import Origin

FOLDER = "data/evidence"
INDEX = f"{FOLDER}/index.json"
WITHHELD = "bytes not included: licence"
WITHHELD_SUFFIX = ".withheld.json"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Held:
    """An input file and where it, or the record in its place, lies in the bag."""

    file: SourceFile
    path: str
    included: bool

    def record(self) -> dict[str, Any]:
        """What the index and a record in place of the bytes say; no path of the machine."""
        fields = self.file.record()
        named = {
            key: one_line(fields[key]) for key in ("title", "publisher", "licence", "url", "format", "origin")
        }
        return {
            **named,
            "name": one_line(self.file.path.name),
            "sha256": self.file.sha256,
            "size_bytes": self.file.size_bytes,
            "source_id": self.file.source_id,
            "path": self.path,
            "bytes": "included" if self.included else WITHHELD,
        }


def hold(files: Iterable[SourceFile]) -> list[Held]:
    """Give every distinct file its place in the bag, under its own name where that is free."""
    made: list[Held] = []
    taken = {"index.json"}
    unique = {
        file.sha256: file for file in sorted(files, key=lambda f: (f.path.name, f.sha256), reverse=True)
    }
    for file in sorted(unique.values(), key=lambda f: (f.path.name, f.sha256)):
        name = re.sub(r"[^A-Za-z0-9._-]", "_", file.path.name).lstrip(".")[-100:] or "file"
        if not file.raw_may_ship:
            name += WITHHELD_SUFFIX
        if name.casefold() in taken:
            name = f"{file.source_id}-{name}"
        taken.add(name.casefold())
        made.append(Held(file, f"{FOLDER}/{name}", file.raw_may_ship))
    return made


def place(held: Iterable[Held], root: Path) -> None:
    """Write the files or their records under the bag's root.

    Raises VerificationFailed when a file's bytes are no longer those that were hashed when it was read.
    """
    for each in held:
        target = root / each.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if each.included:
            _copy(each.file, target)
        else:
            target.write_bytes(canonical(each.record()))


def _copy(file: SourceFile, target: Path) -> None:
    """Copy by pieces, hashing what is written."""
    digest = hashlib.sha256()
    with file.path.open("rb") as source, target.open("wb") as sink:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            sink.write(chunk)
    if digest.hexdigest() != file.sha256:
        raise VerificationFailed("the file has changed since it was read", place=str(file.path))


def entries(table: pa.Table | None, held: Sequence[Held]) -> list[dict[str, Any]]:
    """EVIDENCE rows in order of id, each with the true path in the bag.

    `captured` stays true only when the bytes are in the bag; `held_elsewhere` marks a file that was read
    but whose licence keeps it out.
    """
    by_hash = {each.file.sha256: each for each in held}
    rows = [] if table is None else table.to_pylist()
    for row in rows:
        where = by_hash.get(row["sha256"] or "")
        row["file"] = where.path if where else None
        row["held_elsewhere"] = bool(row["captured"] and where and not where.included)
        row["captured"] = bool(row["captured"] and where and where.included)
    return sorted_rows(rows, "evidence_id")


def require_origin(case: Case, rows: Iterable[Mapping[str, Any]], files: Iterable[SourceFile]) -> None:
    """Refuse to print real and simulated material in one dossier.

    Raises SimulatedEvidence naming the row or file whose origin is not that of the case.
    """
    named = [(row.get("evidence_id") or row.get("finding_id"), row["origin"]) for row in rows]
    named += [(file.path.name, file.origin) for file in files]
    for name, origin in named:
        if origin != case.origin.value:
            raise SimulatedEvidence(f"is {origin}, and the case is {case.origin.value}", place=str(name))


def require_rights(rows: Iterable[Mapping[str, Any]], held: Iterable[Held]) -> None:
    """Refuse to pack what was derived from a file whose declared rights do not allow it.

    Raises RightsRefused naming the file and the first evidence that rests on it.
    """
    closed = {each.file.sha256: each for each in held if not each.file.derived_may_ship}
    for row in rows:
        if (each := closed.get(row["sha256"] or "")) is not None:
            raise RightsRefused(
                f"its rights ({each.file.licence or 'no licence stated'}) keep back what is derived from it, and "
                f"evidence {row['evidence_id']} is",
                place=each.file.path.name,
            )


def index(case: Case, rows: Iterable[Mapping[str, Any]], held: Iterable[Held]) -> bytes:
    """`index.json`: every file and every piece of evidence, without a clock."""
    evidence = [
        {key: iso(value) if key in ("start", "end") else value for key, value in row.items()} for row in rows
    ]
    return canonical({**head(case), "files": [each.record() for each in held], "evidence": evidence})


def head(case: Case) -> dict[str, Any]:
    """The first keys of every JSON file of a dossier."""
    notice = {"notice": SIMULATED} if case.origin is Origin.SIMULATED else {}
    return {"case": case.id, "title": case.title, "origin": case.origin.value, **notice}


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, two spaces, UTF-8 and a final newline; floats are never infinite or NaN."""
    text = json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()
