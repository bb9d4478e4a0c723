"""The ledger: judgements that people made, in order, never changed, each chained to the one before by its hash.

SQLite from the standard library: the core stays lean, and one file on one machine is what a desk needs; the statements are plain SQL, so a
server's database can follow. A judgement is corrected by a later one; the earlier stays. Triggers refuse changes and
deletions, and the chain shows those that were made behind the program's back, except of the last entries: publish
`head` where others keep it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rubicon.errors import LedgerError

GENESIS = "0" * 64
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, at_utc TEXT NOT NULL, who TEXT NOT NULL,
    body TEXT NOT NULL, before TEXT NOT NULL UNIQUE, hash TEXT NOT NULL UNIQUE);
CREATE TRIGGER IF NOT EXISTS entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER IF NOT EXISTS entry_remains BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""


@dataclass(frozen=True)
class Entry:
    """One entry: what was said, by whom, when, and its place in the chain."""

    number: int
    kind: str
    at_utc: str
    who: str
    body: Mapping[str, Any]
    before: str
    hash: str


class Ledger:
    """An append-only, hash-chained file of entries."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as db:
            db.executescript(_SCHEMA)

    def add(self, kind: str, who: str, body: Mapping[str, Any], *, at_utc: str) -> Entry:
        """Append an entry; two processes that append at once do so one after the other.

        Raises LedgerError for an entry without author or kind, or when the file cannot be written.
        """
        if not who.strip() or not kind.strip():
            raise LedgerError("an entry names its kind and who made it", place=str(self.path))
        text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            last = db.execute("SELECT number, hash FROM entry ORDER BY number DESC LIMIT 1").fetchone() or (
                0,
                GENESIS,
            )
            number = last[0] + 1
            digest = _hash(number, kind, at_utc, who, text, last[1])
            db.execute(
                "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, kind, at_utc, who, text, last[1], digest),
            )
            db.execute("COMMIT")
        return Entry(number, kind, at_utc, who, json.loads(text), last[1], digest)

    def entries(self, kind: str = "") -> list[Entry]:
        """All entries, or those of one kind, in order."""
        with self._open() as db:
            rows = db.execute("SELECT * FROM entry WHERE ? IN ('', kind) ORDER BY number", (kind,)).fetchall()
        return [
            Entry(number, kind_, at_utc, who, json.loads(body), before, digest)
            for number, kind_, at_utc, who, body, before, digest in rows
        ]

    @property
    def head(self) -> str:
        """Hash of the last entry: what to publish, so that nobody can shorten the ledger unseen."""
        with self._open() as db:
            row = db.execute("SELECT hash FROM entry ORDER BY number DESC LIMIT 1").fetchone()
        return str(row[0]) if row else GENESIS

    def verify(self) -> int:
        """The number of entries, once every link of the chain holds.

        Raises LedgerError naming the first entry that does not.
        """
        before = GENESIS
        with self._open() as db:
            rows = db.execute("SELECT * FROM entry ORDER BY number").fetchall()
        for at, (number, kind, at_utc, who, text, linked, digest) in enumerate(rows, start=1):
            if number != at or linked != before or digest != _hash(number, kind, at_utc, who, text, before):
                raise LedgerError(
                    "the chain of hashes is broken: an entry was changed, added or removed",
                    place=f"{self.path} entry {at}",
                )
            before = digest
        return len(rows)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            try:
                db.execute("PRAGMA journal_mode=WAL")
                yield db
            finally:
                db.close()
        except sqlite3.Error as error:
            raise LedgerError(str(error), place=str(self.path)) from error


def _hash(number: int, kind: str, at_utc: str, who: str, text: str, before: str) -> str:
    parts = json.dumps([number, kind, at_utc, who, text, before], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(parts.encode()).hexdigest()
