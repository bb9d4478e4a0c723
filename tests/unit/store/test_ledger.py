from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rubicon.errors import LedgerError
from rubicon.store.ledger import GENESIS, Ledger

DAY = "2024-05-03T00:00:00Z"


def test_entries_are_chained_in_order(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "a" / "ledger.sqlite")
    assert (ledger.head, ledger.verify()) == (GENESIS, 0)
    first = ledger.add("identity", "an analyst", {"b": 1, "a": "앙가라"}, at_utc=DAY)
    second = ledger.add("note", "an analyst", {}, at_utc=DAY)
    assert (first.before, second.before, ledger.head) == (GENESIS, first.hash, second.hash)
    assert Ledger(ledger.path).entries() == [first, second]
    assert ledger.entries("note") == [second]
    assert ledger.verify() == 2


@pytest.mark.parametrize("change", ["UPDATE entry SET body = '{}'", "DELETE FROM entry"])
def test_the_ledger_is_append_only(tmp_path: Path, change: str) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.add("identity", "x", {"a": 1}, at_utc=DAY)
    with sqlite3.connect(ledger.path) as db, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute(change)
    db.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET who = 'y' WHERE number = 2",
        "DELETE FROM entry WHERE number = 1",
        "UPDATE entry SET number = 9 WHERE number = 3",
    ],
)
def test_a_change_behind_its_back_is_seen(tmp_path: Path, change: str) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for number in range(3):
        ledger.add("identity", "x", {"a": number}, at_utc=DAY)
    db = sqlite3.connect(ledger.path)
    db.executescript("DROP TRIGGER entry_stays; DROP TRIGGER entry_remains;")
    db.execute(change)
    db.commit()
    db.close()
    with pytest.raises(LedgerError, match="chain of hashes is broken"):
        ledger.verify()


def test_many_hands_at_once_make_one_chain(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda n: Ledger(ledger.path).add("identity", f"hand {n}", {"n": n}, at_utc=DAY), range(40)
            )
        )
    assert ledger.verify() == 40
    assert {entry.body["n"] for entry in ledger.entries()} == set(range(40))


def test_what_is_no_ledger_and_an_entry_without_author_are_refused(tmp_path: Path) -> None:
    (tmp_path / "no.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(LedgerError):
        Ledger(tmp_path / "no.sqlite")
    with pytest.raises(LedgerError, match="who made it"):
        Ledger(tmp_path / "ledger.sqlite").add("identity", " ", {}, at_utc=DAY)
