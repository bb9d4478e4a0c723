"""Template: presence calendar and tally of one port. How many calls were seen, out of how many days with a look, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from rubicon.report import scope, view
from rubicon.report.calendar import AIS, GONE, PRESENT, Days, recorded
from rubicon.report.document import (
    Block,
    Bullets,
    Document,
    Line,
    Section,
    Words,
    cited,
    fact,
    grid,
    limit,
    method,
    or_nothing,
    plain,
    refs,
    row_refs,
)
from rubicon.report.figures import Plates
from rubicon.report.map import LOOK_KINDS
from rubicon.report.source import Source
from rubicon.report.text import counted, moment, natural, number

TITLE, ABOUT = "Presence calendar and tally", "port"
FIELDS = (
    ("tally", "Calls counted, with bounds"), ("calendar", "Calendar"), ("denominator", "Days with a look"),
    ("months", "Month by month"), ("stays", "Stays put together from looks"), ("quoted", "Totals of others"),
    ("looks", "Every look"), ("method", "Method"), ("limits", "What these numbers do not say"),
)  # fmt: skip
STATUS = {
    "counted": "counted",
    "possible": "possible: pier not stated",
    "not_counted": "not counted: pier of others",
}


def subjects(source: Source) -> Sequence[str]:
    """Ports with a look or a call by AIS, those with most days on record first; without any, all ports."""
    days = {port.name: recorded(source.case, port, source.tables) for port in source.case.ports}
    ranked = sorted(days, key=lambda name: (-len(days[name].states), natural(name)))
    return [name for name in ranked if days[name].states or days[name].series] or ranked


def make(source: Source, plates: Plates, about: str) -> Document:
    """Calendar and tally of a port of the case. Raises UnknownItem."""
    port = scope.port_of(source.case, about)
    days = recorded(source.case, port, source.tables)
    looks = [row for row in view.observations(source) if row["port"] == port.name]
    filled: dict[str, Sequence[Block]] = {
        "tally": tally(source, port.name, days),
        "calendar": [plates.plate("calendar", port.name)] if days.states or days.series else [],
        "denominator": denominator(source, port.name, days),
        "months": months(source, days, port.name),
        "stays": stays(source, port.name),
        "quoted": quoted(source, port.name),
        "looks": every_look(source, looks),
        "method": _method(),
        "limits": _limits(source, port.name),
    }
    meta = (
        ("Port", port.name),
        ("Also called", ", ".join(port.aliases) or "no other name"),
        ("Period", view.span_of(source.case)),
        ("Case", source.case.id),
    )
    sections = tuple(Section(key, title, or_nothing(filled[key])) for key, title in FIELDS)
    return Document(
        "presence",
        TITLE,
        f"{port.name}: presence calendar and tally",
        _lead(source, port.name, days),
        meta,
        sections,
    )


def _ids(source: Source, port: str, days: Days) -> list[str]:
    """Evidence of all days on record: looks by their ids, AIS calls by theirs."""
    ids = [
        row["observation_id"]
        for row in source.ordered("OBSERVATION", "start", "observation_id")
        if row["port"] == port
    ]
    for row in view.events_of(source, "port_call"):
        if row["detail"].get("port") == port:
            ids += row["evidence_ids"] or []
    return sorted({each for each in ids if source.links.target(each)}, key=natural)


def _lead(source: Source, port: str, days: Days) -> Line:
    counts = [row for row in source.ordered("COUNT", "port", "start", "count_id") if row["port"] == port]
    if counts:
        return fact(source, _at_least(counts[0]), _own(source, counts[0]), "tally")
    present = sum(bool(states & {PRESENT, AIS}) for states in days.states.values())
    ids = _ids(source, port, days)
    if not ids:
        return limit("Nothing in this case dates a presence at this port.")
    return fact(
        source, f"A ship is on record at {port} on at least {counted(present, 'day')}.", ids[:8], "tally"
    )


def _at_least(row: dict[str, object]) -> str:
    high = row["high"]
    upper = (
        f"at most {number(float(str(high)))} (90 %)" if high is not None else "no upper bound can be stated"
    )
    return f"At least {counted(int(str(row['seen'])), 'separate call')} seen; {upper}."


def _own(source: Source, row: dict[str, object]) -> list[str]:
    """Looks behind a count, without the totals quoted beside it; all looks at the port where the count names none."""
    quoted_ = {each["claim_id"] for each in source.rows("CLAIM")}
    ids = [each for each in row["evidence_ids"] or [] if each not in quoted_]  # type: ignore[attr-defined]
    looks = [each["observation_id"] for each in source.rows("OBSERVATION") if each["port"] == row["port"]]
    return sorted(ids or [each for each in looks if source.links.target(each)], key=natural)


def tally(source: Source, port: str, days: Days) -> list[Block]:
    """Counts of calls, each with its bounds, its window and its evidence."""
    made = []
    for row in source.ordered("COUNT", "port", "start", "count_id"):
        if row["port"] == port:
            high = number(row["high"]) if row["high"] is not None else "open"
            made.append([
                plain(f"{moment(row['start'])} to {moment(row['end'])}"), plain(f"at least {number(row['seen'])}"),
                plain(number(row["low"]) or "not stated"), plain(high), plain(number(row["looks"])), refs(source, _own(source, row)),
            ])  # fmt: skip
    blocks = grid(
        ("Window", "Calls seen", "Low, 90 %", "High, 90 %", "Looks", "Evidence"),
        (26, 14, 11, 11, 8, 30),
        made,
        "tally",
    )
    if not blocks and (ids := _ids(source, port, days)):
        by_ais = sum(AIS in states for states in days.states.values())
        said = f"By AIS a ship lay at {port} on at least {counted(by_ais, 'day')}; looks show one on {sum(PRESENT in s for s in days.states.values())}."
        blocks = [fact(source, said, ids[:20], "tally")]
        if len(ids) > 20:
            blocks.append(
                limit(
                    f"20 of {len(ids)} pieces of evidence are named here; all of them stand below or in the data files."
                )
            )
    return blocks


def denominator(source: Source, port: str, days: Days) -> list[Block]:
    """How many days were looked at, out of how many."""
    case = source.case
    whole = (case.period.end - case.period.start).days + 1
    dated = {
        row["observation_id"]
        for row in source.ordered("OBSERVATION", "start", "observation_id")
        if row["port"] == port and row["kind"] in LOOK_KINDS
    }
    seen = [
        each
        for each, states in days.states.items()
        if case.period.start <= each <= case.period.end and states - {AIS}
    ]
    if not dated:
        return [
            limit(
                "No dated look by an observer is in the record: there is no denominator, and days without a mark say nothing."
            )
        ]
    gone = sum(GONE in days.states[each] for each in seen)
    said = f"A look is on record for {counted(len(seen), 'day')} of the {number(whole)} days of the period; on {number(gone)} of them a ship is reported gone."
    return [
        fact(source, said, sorted(dated, key=natural), "denominator"),
        limit(
            "Looks that showed nothing are mostly not published, so the share of days with a ship cannot be told from the share of days looked at."
        ),
    ]


def months(source: Source, days: Days, port: str) -> list[Block]:
    """Days on record in each month, by what is reported."""
    own = {
        row["observation_id"]: row
        for row in source.ordered("OBSERVATION", "start", "observation_id")
        if row["port"] == port
    }
    calls = [row for row in view.events_of(source, "port_call") if row["detail"].get("port") == port]
    rows: list[Sequence[Words]] = []
    for month in days.months() if days.states or days.series else ():
        inside = {each: states for each, states in days.states.items() if each.replace(day=1) == month}
        if not inside:
            continue
        last = (month + timedelta(days=32)).replace(day=1)
        ids = [
            key
            for key, row in own.items()
            if row["start"].date() < last
            and row["end"].date() >= month - timedelta(days=1)
            and source.links.target(key)
        ]
        for row in calls:
            if row["start"].date() < last and (row["end"] or row["start"]).date() >= month:
                ids += row["evidence_ids"][:1]
        counts = [sum(state in states for states in inside.values()) for state in (PRESENT, AIS, GONE)]
        rows.append(
            [
                plain(f"{month:%Y-%m}"),
                plain(len(inside)),
                *map(plain, counts),
                refs(source, sorted(set(ids), key=natural)[:12]),
            ]
        )
    head = (
        "Month",
        "Days on record",
        "Ship reported",
        "At the port by AIS",
        "Reported gone",
        "Evidence (first 12)",
    )
    return grid(head, (12, 14, 14, 16, 14, 30), rows, "months")


def stays(source: Source, port: str) -> list[Block]:
    """Stays, each with what counts and what does not."""
    lines = []
    for row in source.ordered("VISIT", "port", "first_seen", "visit_id"):
        if row["port"] == port:
            said = f"{row['text'].rstrip('.')} ({STATUS.get(row['status'], row['status'])})."
            lines.append(
                Line((*cited(source, row["text"]), *plain(f" ({STATUS.get(row['status'], row['status'])})")))
                if row["text"].endswith("].")
                else fact(source, said, row["evidence_ids"], "stay")
            )
    return [Bullets(tuple(lines))] if lines else []


def quoted(source: Source, port: str) -> list[Block]:
    """Totals that others state; they stand beside our count and never in it."""
    lines = [
        Line(cited(source, said))
        for row in source.ordered("COUNT", "port", "start", "count_id")
        if row["port"] == port
        for said in row["quoted"]
    ]
    return [Bullets(tuple(lines))] if lines else []


def every_look(source: Source, looks: Sequence[dict[str, object]]) -> list[Block]:
    """All looks at the port in order of time."""
    made = []
    for row in looks:
        ship = f"{row['vessel'] or ''}{' (probable)' if row['vessel_probable'] else ''}"
        made.append([
            plain(row["date_stated"]), plain(row["berth"] or "pier not stated"), plain(row["quantity"]), plain(ship), plain(row["observer"]),
            row_refs(source, dict(row), str(row["observation_id"])),
        ])  # fmt: skip
    return grid(
        ("Date as written", "Pier", "Reported", "Ship", "Observer", "Evidence"),
        (16, 17, 30, 12, 14, 11),
        made,
        "looks",
    )


def _method() -> list[Block]:
    return [
        method(
            "A day is a day of the port's own time. Looks at one pier that follow each other within the usual stay, with ships of about one length, are one stay. "
            "A stay at a pier that does not count, or at a pier that is not stated, is kept apart."
        ),
        method(
            "The lower bound is what was seen. An upper bound needs the days on which somebody looked and saw nothing: it follows from how long a stay lasts and how "
            "often a look falls on one, and is left open where those days are not in the record."
        ),
    ]


def _limits(source: Source, port: str) -> list[Block]:
    own = [
        each
        for row in source.ordered("COUNT", "port", "start", "count_id")
        if row["port"] == port
        for each in row["limits"]
    ]
    fixed = [
        "An empty cell of the calendar: nothing recorded. That is not absence.",
        "A call is not a cargo, and containers are not munitions.",
    ]
    return [Bullets(tuple(limit(each) for each in dict.fromkeys([*own, *fixed])))]
