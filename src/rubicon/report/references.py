"""References in an analyst's text: `{finding:N1.probability}` stands for a value of the case and follows it.

    finding    ID of a finding, or of a question that has one answer: answer, probability, words, low, high, without, start, end, port, vessel, question, weighed
    count      ID of a count, or the name of its port: seen, looks, low, median, high, chance_seen, start, end, port
    effect     ID of an effect, or of its question: rate_ratio, low, high, p, event_date
    table      name of a table: rows

A value that was accepted with a text is kept beside it. When a later run gives another value, or another finding answers the
question, the text shows the new value and the reference is stale until somebody has looked at it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from rubicon.assess.words import percent
from rubicon.report.text import day, number

PATTERN = re.compile(r"\{(finding|count|effect|table):([^{}.\n]{1,80})\.([a-z_]{1,40})\}")
Row = Mapping[str, Any]
Show = Callable[[Row], str]


def _percent(name: str) -> Show:
    return lambda row: "" if row[name] is None else percent(row[name])


def _number(name: str) -> Show:
    return lambda row: number(row[name])


def _day(name: str) -> Show:
    return lambda row: day(row[name])


def _text(name: str) -> Show:
    return lambda row: row[name] or ""


FIELDS: Mapping[str, Mapping[str, Show]] = {
    "finding": {
        "probability": _percent("probability"), "low": _percent("probability_low"), "high": _percent("probability_high"),
        "without": _percent("probability_without"), "words": _text("words"), "answer": _text("answer"), "question": _text("question"), "port": _text("port"),
        "vessel": _text("vessel"), "start": _day("start"), "end": _day("end"),
        "weighed": lambda row: number(sum(one["likelihood_ratio"] != 1.0 for one in row["weighed"])),
    },
    "count": {
        **{name: _number(name) for name in ("seen", "looks", "low", "median", "high")},
        "chance_seen": _percent("chance_seen"), "start": _day("start"), "end": _day("end"), "port": _text("port"),
    },
    "effect": {**{name: _number(name) for name in ("rate_ratio", "low", "high", "p")}, "event_date": _text("event_date")},
    "table": {"rows": lambda row: number(row["rows"])},
}  # fmt: skip
KEYS = {
    "finding": ("FINDING", "finding_id", "question_id"), "count": ("COUNT", "count_id", "port"), "effect": ("EFFECT", "effect_id", "question_id"),
}  # fmt: skip


@dataclass(frozen=True)
class Value:
    """What a reference stands for now: its text, and the id of the row behind it."""

    text: str
    row_id: str

    def record(self) -> dict[str, str]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True)
class State:
    """A reference of a text: what it says now, what was accepted, and what is to be told.

    `status` is ok, new (not accepted yet), changed (another value), revised (same value, another row behind it) or gone.
    """

    reference: str
    status: str
    now: Value | None
    accepted: Value | None
    told: str

    @property
    def stale(self) -> bool:
        """Whether somebody has to look at it."""
        return self.status in ("changed", "revised", "gone")


class Resolver:
    """Looks references up in the tables of a case."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self.tables = tables
        self.rows: dict[tuple[str, str], list[Row]] = {}
        for kind, (table, *keys) in KEYS.items():
            for row in tables[table].to_pylist() if table in tables else ():
                for key in {row[name] for name in keys}:
                    self.rows.setdefault((kind, key), []).append(row)
        versions = tables["FINDING_VERSION"].to_pylist() if "FINDING_VERSION" in tables else []
        self.version = {row["finding_id"]: row for row in versions}
        self.latest = {(row["question_id"], row["subject"]): row for row in versions}

    def value(self, kind: str, key: str, field: str) -> Value | None:
        """The value of a reference; None when there is no such row or field, or more than one row of that name."""
        show = FIELDS[kind].get(field)
        if show is None:
            return None
        if kind == "table":
            return Value(number(self.tables[key].num_rows), key) if key in self.tables else None
        rows = self.rows.get((kind, key)) or self.rows.get((kind, self._successor(kind, key)), [])
        if len(rows) != 1:
            return None
        return Value(show(rows[0]) or "not stated", rows[0][KEYS[kind][1]])

    def why(self, row_id: str) -> str:
        """What changed with the version of a finding, in words; nothing when it is the first or no finding."""
        return (self.version.get(row_id) or {}).get("changed") or ""

    def _successor(self, kind: str, key: str) -> str:
        """The finding that now answers the question of an earlier one."""
        before = self.version.get(key) if kind == "finding" else None
        return str(self.latest[before["question_id"], before["subject"]]["finding_id"]) if before else ""


def states(text: str, resolver: Resolver, accepted: Mapping[str, Value]) -> list[State]:
    """The state of every reference of a text, each once, in the order in which they stand."""
    seen = dict.fromkeys((found[1], found[2], found[3]) for found in PATTERN.finditer(text))
    return [_state(parts, resolver, accepted) for parts in seen]


def _state(parts: tuple[str, str, str], resolver: Resolver, accepted: Mapping[str, Value]) -> State:
    kind, key, field = parts
    name = f"{kind}:{key}.{field}"
    now, before = resolver.value(kind, key, field), accepted.get(name)
    why = resolver.why(now.row_id) if now else ""
    reason = f" ({why})" if why else ""
    if now is None:
        known = ", ".join(FIELDS[kind])
        return State(
            name,
            "gone",
            None,
            before,
            f"the case has no single {kind} {key} with that field; fields are {known}",
        )
    if before is None:
        return State(name, "new", now, None, f"{now.text}, not accepted yet")
    if before.text != now.text:
        return State(name, "changed", now, before, f"was {before.text}, is {now.text}{reason}")
    if before.row_id != now.row_id:
        return State(
            name,
            "revised",
            now,
            before,
            f"still {now.text}, but {kind} {before.row_id} is now {now.row_id}{reason}",
        )
    return State(name, "ok", now, before, now.text)


_KNOWN_FORM = re.compile(
    r"\{[^{}]*\}|`[^`]*`|\[[^\]]*\]|\d{4}-\d{2}-\d{2}|\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"(?: \d{4})?|\bIMO \d{7}\b|\b(?:19|20)\d{2}\b|https?://\S+|^\s*\d+[.)]\s", re.MULTILINE,
)  # fmt: skip
_TYPED = re.compile(r"(?<![\w.])\d[\d.,\u202f]*(?:\s?%)?")


def typed_numbers(text: str) -> list[tuple[int, str]]:
    """Numbers that are written out and follow nothing, with their line; dates, citations and code are none."""
    found = []
    for line, words in enumerate(text.splitlines(), start=1):
        bare = _KNOWN_FORM.sub(" ", words)
        found += [(line, each[0].rstrip(".,")) for each in _TYPED.finditer(bare)]
    return found


def values_of(record: Any) -> dict[str, Value]:
    """Accepted values as they were written."""
    return {name: Value(str(each["text"]), str(each["row_id"])) for name, each in record.items()}


def accepted_now(every: Iterable[State]) -> dict[str, dict[str, str]]:
    """What to keep when a text is accepted as it stands."""
    return {each.reference: each.now.record() for each in every if each.now is not None}
