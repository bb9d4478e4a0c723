"""Hashes and ids: the same content has the same id on every machine, with no clock in it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rubicon.errors import InputMissing

ID_LENGTH = 16


def sha256_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex.

    Raises InputMissing with the place when the file cannot be opened.
    """
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise InputMissing(error.strerror or "cannot be opened", place=str(path)) from error


def content_id(*parts: Any) -> str:
    """Short id of any JSON-able content: the first 16 hex digits of its SHA-256."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]


def evidence_id(source_id: str, offset: int) -> str:
    """Id of the row of a file: hash prefix and byte offset or row number."""
    return f"{source_id}@{offset}"


@dataclass(frozen=True)
class SourceFile:
    """A collected file: what it is, where it came from and what its publisher allows."""

    path: Path
    sha256: str
    size_bytes: int
    origin: str = "real"
    format: str = ""
    title: str = ""
    publisher: str = ""
    licence: str = ""
    url: str = ""
    raw_may_ship: bool = False
    derived_may_ship: bool = True
    thumbnail_may_ship: bool = False

    @property
    def source_id(self) -> str:
        """Hash prefix that the rows of this file carry."""
        return self.sha256[:ID_LENGTH]

    def record(self) -> dict[str, Any]:
        """All fields but the machine's own path, for manifests."""
        fields = asdict(self)
        fields["path"] = self.path.name
        return fields


def source_file(path: Path, **about: Any) -> SourceFile:
    """Hash a file and describe it."""
    digest = sha256_file(path)
    return SourceFile(path=path, sha256=digest, size_bytes=path.stat().st_size, **about)
