"""Which body can take a measure, by which rule, and who has held it up on the record of votes.

The rules are data: `councils/bodies.csv` says how each body decides, `councils/measures.csv` which body can take which measure. The
votes are facts of the case. A body is `closed_on_record` when a State whose vote alone can stop it has stopped a draft
of the case's record there before the day asked about; that is what happened, no forecast: the next vote may differ. The
1718 Committee publishes no votes, so what is said of it is inferred from the Council's, whose 15 members it shares.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from rubicon.errors import OptionError
from rubicon.provenance import SourceFile, content_id, evidence_id, source_file
from rubicon.respond.lawbook import measures as paragraphs
from rubicon.respond.record import Record, Vote
from rubicon.schema import OPTION, rows_to_table

FOLDER = Path(__file__).with_name("councils")
PERMANENT = ("CN", "FR", "RU", "UK", "US")
NEEDED = 9
"""Votes in favour that a decision of the Security Council needs, of 15 (Charter, Article 27(3))."""
STATUS_WORDS = {
    "open": "can act",
    "partly": "can do a part of it",
    "closed_on_record": "can act by its rule; held up on the record",
    "ended": "no longer exists",
    "not_yet": "does not exist yet",
    "not_able": "cannot take this measure",
}


@dataclass(frozen=True)
class Body:
    """One body: how it decides and for whom; fields as in `bodies.csv`."""

    id: str
    name: str
    decides_by: str
    members: str
    binding: str
    from_date: str
    until: str
    rule: str
    verification: str
    source_url: str
    evidence_id: str


@cache
def bodies() -> dict[str, Body]:
    """All bodies by id."""
    file = source_file(FOLDER / "bodies.csv")
    return {
        row["id"]: Body(**row, evidence_id=evidence_id(file.source_id, number))
        for number, row in enumerate(_read("bodies"), start=1)
    }


def council_files() -> list[SourceFile]:
    """The file of bodies as a source, for the dossier."""
    about = {"origin": "real", "format": "councils", "licence": "facts; our own words", "raw_may_ship": True}
    publisher = "compiled from public texts, address and mark in each row"
    return [
        source_file(FOLDER / "bodies.csv", title="Bodies and how they decide", publisher=publisher, **about)
    ]


def body_rows() -> list[dict[str, Any]]:
    """The bodies as rows of evidence."""
    made = []
    for body in bodies().values():
        source_id, _, offset = body.evidence_id.partition("@")
        text = f"{body.name}: {body.rule}; {body.binding}"
        made.append(
            {"source_id": source_id, "offset": int(offset), "kind": "law", "text": text, "source": body.name}
            | {"url": body.source_url, "verification": body.verification}
        )
    return made


@cache
def measure_titles() -> dict[str, str]:
    """The measures that can be asked about, with their titles."""
    return {row["measure"]: row["title"] for row in _read("measures")}


def passes(for_: int, against_by: tuple[str, ...]) -> bool:
    """Whether the Council adopts: nine in favour and no permanent member against."""
    return for_ >= NEEDED and not set(against_by) & set(PERMANENT)


def who_can(measure: str, record: Record, day: date) -> dict[str, Any]:
    """The answer for one measure on one day: each body, what it can do, who has held it up and on which votes.

    Raises OptionError for a measure that is not in the table, naming those that are.
    """
    if measure not in measure_titles():
        raise OptionError(f"no such measure; there are {', '.join(measure_titles())}", place=measure)
    rows = [row for row in _read("measures") if row["measure"] == measure]
    answers = [_answer(row, record, day) for row in rows]
    return {
        "measure": measure,
        "title": measure_titles()[measure],
        "date": day.isoformat(),
        "bodies": answers,
        "note": "What has happened on the record, no forecast of the next vote. No legal advice.",
    }


def _answer(row: dict[str, str], record: Record, day: date) -> dict[str, Any]:
    body = bodies()[row["body"]]
    able = row["able"] != "no"
    votes = [v for v in record.votes if able and v.body == _votes_of(body) and v.fact.date <= day.isoformat()]
    blocked = _blockers(body, votes)
    status = _status(body, row["able"], bool(blocked), day)
    named = [paragraphs()[key] for key in row["paragraphs"].split()]
    return {
        "id": body.id, "body": body.name, "status": status, "status_words": STATUS_WORDS[status], "what": row["what"],
        "rule": body.rule, "binding": body.binding, "members": body.members, "blocked_by": blocked,
        "record": [vote.record() for vote in votes], "verification": body.verification, "source_url": body.source_url,
        "paragraphs": [{"id": one.id, "title": one.title, "verification": one.verification, "source_url": one.source_url} for one in named],
        "evidence_ids": [body.evidence_id, *(vote.fact.evidence_id for vote in votes)],
    }  # fmt: skip


def _votes_of(body: Body) -> str:
    """Whose votes speak for a body."""
    return "security_council" if body.decides_by in ("charter_27", "consensus") else body.id


def _blockers(body: Body, votes: list[Vote]) -> list[dict[str, Any]]:
    """States whose vote alone stopped a draft that had nine votes, with those votes."""
    if body.decides_by not in ("charter_27", "consensus"):
        return []
    found: dict[str, list[Vote]] = {}
    for vote in votes:
        if not vote.adopted and vote.for_ >= NEEDED:
            for state in set(vote.against_by) & set(PERMANENT):
                found.setdefault(state, []).append(vote)
    return [
        {
            "state": state,
            "votes": [vote.fact.id for vote in against],
            "basis": "recorded votes"
            if body.decides_by == "charter_27"
            else "inferred from votes in the Council: the Committee decides by consensus and publishes no votes",
            "verification": [vote.fact.verification for vote in against],
        }
        for state, against in sorted(found.items())
    ]


def _status(body: Body, able: str, blocked: bool, day: date) -> str:
    if able == "no":
        return "not_able"
    if day.isoformat() < body.from_date:
        return "not_yet"
    if body.until and day.isoformat() > body.until:
        return "ended"
    if blocked:
        return "closed_on_record"
    return "open" if able == "yes" else "partly"


def council_options(record: Record, day: date) -> pa.Table:
    """OPTION rows of kind `council`: `subject` is the measure, `actor` the body."""
    rows = []
    for measure, title in measure_titles().items():
        for answer in who_can(measure, record, day)["bodies"]:
            rows.append(
                {
                    "option_id": content_id("council", [measure, answer]),
                    "kind": "council",
                    "subject": title,
                    "actor": answer["body"],
                    "status": answer["status"],
                    "date": day.isoformat(),
                    "text": sentence(title, answer),
                    "detail": json.dumps(answer, sort_keys=True, ensure_ascii=False),
                    "verification": answer["verification"],
                    "evidence_ids": answer["evidence_ids"],
                }
            )
    return rows_to_table(rows, OPTION)


def sentence(title: str, answer: dict[str, Any]) -> str:
    """One answer in words."""
    held = "; ".join(f"{one['state']} ({', '.join(one['votes'])}; {one['basis']})" for one in answer["blocked_by"])  # fmt: skip
    return f"{title}: {answer['body']} {answer['status_words']}: {answer['what']}. Rule: {answer['rule']}.{f' Held up by {held}.' if held else ''}"


@cache
def _read(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, strict=True))
