"""Who has listed which ship: one cell for each ship and jurisdiction, on a given day.

`listed` rests on an entry of a loaded list, or else on a fact of the case. `not_listed` needs a list of ships that was
read whole, speaks for the day, and does not have the number. All else is `unknown`, which is never "not listed": a list
that was not loaded, an extract, a list without ships, or a version too old for the day.

Where both a list and a fact of the case speak for one authority, the list decides and both stay as evidence. Lag is
counted in days from a named event and may be negative; a listing has its own ground, which need not be that event.

Known false positives: a list without dates gives the first loaded version that has the entry, so the true date may be
earlier; a ship that was removed and listed again counts from its first listing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa

from rubicon.case import Case
from rubicon.collect.gather import described
from rubicon.collect.rows import rows
from rubicon.errors import OptionError
from rubicon.identifiers import normalise_imo
from rubicon.provenance import SourceFile, content_id, evidence_id
from rubicon.schema import OPTION, rows_to_table
from rubicon.screen.match import AUTHORITIES

FIRST_LISTING = "first_listing"
FRESH_DAYS = 92
"""A list version says "not listed" for at most a quarter after its day, unless a later one or a dated fact bears it
out: OFAC publishes several times a week, so an older version has been overtaken many times."""

MARK_OF_A_LIST = "text_seen"
NOT_STATED = "not_stated"

_IN_FORCE = re.compile(r"in force (\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True)
class Designation:
    """A fact of the case: an authority listed a ship, or an owner of ships, on a day (empty when not known)."""

    subject: str
    imo: str
    kind: str
    authority: str
    day: str
    programme: str
    ships: tuple[str, ...]
    note: str
    source: str
    verification: str
    evidence_id: str

    def sentence(self) -> str:
        """The fact in one sentence."""
        when = f"on {self.day}" if self.day else "on a day that is not known"
        return f"{self.authority} listed {self.subject}{f' (IMO {self.imo})' if self.imo else ''} {when} ({self.programme})"


@dataclass(frozen=True)
class Cell:
    """What is known of one ship and one authority on one day."""

    imo: str
    name: str
    authority: str
    status: str
    date: str | None
    ground: str
    lag_days: int | None = None
    basis: str = "none"
    verification: str = NOT_STATED
    from_event: str = ""
    in_force: str | None = None
    lag_in_force_days: int | None = None
    owners: tuple[str, ...] = ()
    evidence_ids: tuple[str, ...] = field(default=())

    def record(self) -> dict[str, Any]:
        """The cell as a JSON object."""
        return asdict(self) | {"owners": list(self.owners), "evidence_ids": list(self.evidence_ids)}


@dataclass(frozen=True)
class Version:
    """One loaded version of a list that names ships."""

    list_id: str
    snapshot: str
    whole: bool


def read_designations(file: SourceFile) -> list[Designation]:
    """Facts about ships: CSV with `vessel, imo, authority, date, program, url, note`.

    A row without a date says that nothing is known yet; it becomes no listing. Raises MissingColumns and NoUsableRows.
    """
    needed = ("vessel", "imo", "authority", "date", "program", "url", "note")
    return [
        Designation(
            subject=row.need("vessel"),
            imo=normalise_imo(row.need("imo")) or "",
            kind="ship",
            authority=row.need("authority"),
            day=row.take("date") or "",
            programme=row.take("program") or "",
            ships=(),
            note=row.take("note") or "",
            source=row.take("url") or "",
            verification=row.take("verification") or NOT_STATED,
            evidence_id=evidence_id(file.source_id, row.number),
        )
        for row in rows(file, needed)
    ]


def read_owner_designations(file: SourceFile) -> list[Designation]:
    """Facts about owners and managers: CSV with `entity, kind, authority, date, program, linked_vessels, source`.

    Raises MissingColumns and NoUsableRows with file and line.
    """
    needed = ("entity", "kind", "authority", "date", "program", "linked_vessels", "verification", "source")
    return [
        Designation(
            subject=row.need("entity"),
            imo="",
            kind=row.need("kind"),
            authority=row.need("authority"),
            day=row.take("date") or "",
            programme=row.take("program") or "",
            ships=tuple(
                part.strip() for part in (row.take("linked_vessels") or "").split(";") if part.strip()
            ),
            note=row.take("note") or "",
            source=row.take("source") or "",
            verification=row.take("verification") or NOT_STATED,
            evidence_id=evidence_id(file.source_id, row.number),
        )
        for row in rows(file, needed)
    ]


def designations_of_case(case: Case) -> list[Designation]:
    """The designations that a case names as inputs."""
    return [
        fact
        for input_ in case.inputs
        if input_.format in READERS
        for path in case.paths(input_)
        for fact in READERS[input_.format](described(case, input_, path))
    ]


READERS: Mapping[str, Callable[[SourceFile], list[Designation]]] = {
    "designations": read_designations,
    "owner-designations": read_owner_designations,
}
"""Readers by the format that a case names."""


def fact_rows(facts: Iterable[Designation]) -> list[dict[str, Any]]:
    """The facts as rows of evidence: `source_id, offset, kind, text, source, url, verification`."""
    made = []
    for fact in facts:
        source_id, _, offset = fact.evidence_id.partition("@")
        url = fact.source if fact.source.startswith("http") else None
        made.append(
            {"source_id": source_id, "offset": int(offset), "kind": "case_fact", "text": fact.sentence()}
            | {"source": fact.source or "not stated", "url": url, "verification": fact.verification}
        )
    return made


def coverage(
    ships: Mapping[str, str],
    facts: Sequence[Designation],
    listings: pa.Table,
    *,
    day: date,
    from_event: str | date = FIRST_LISTING,
) -> list[Cell]:
    """Cells for each ship (IMO number to name) and each authority, by ship as given and authority.

    `from_event` is a date, or `first_listing`: the first listing of that ship by anyone. Ships are joined by IMO
    number only; owners of the facts are shown beside the ship that the fact names. Raises OptionError for a
    number that is no IMO number or an event that is no date.
    """
    if wrong := [imo for imo in ships if normalise_imo(imo) != imo]:
        raise OptionError("no seven-digit IMO number", place=", ".join(wrong))
    event = _event(from_event)
    authorities = list(
        dict.fromkeys([*AUTHORITIES, *(fact.authority for fact in facts), *_strings(listings, "authority")])
    )
    table, versions = _ship_rows(listings), _versions(listings)
    cells = []
    for imo, name in ships.items():
        own = [fact for fact in facts if fact.imo == imo]
        owners = [fact for fact in facts if name in fact.ships and _by(fact.day, day)]
        row = [
            _cell(imo, name, authority, day, [f for f in own if f.authority == authority],
                  table.get((authority, imo), []), versions.get(authority, []))
            for authority in authorities
        ]  # fmt: skip
        start = event or min(
            (cell.date for cell in row if cell.status == "listed" and cell.date), default=None
        )
        cells += [
            _dated(cell, start, event is None, [f for f in owners if f.authority == cell.authority])
            for cell in row
        ]
    return cells


def ships_named(imos: Iterable[str], facts: Iterable[Designation], listings: pa.Table) -> dict[str, str]:
    """IMO numbers with the name that the facts give them, else the newest list, else none."""
    names = {row["imo"]: row["name"] for entries in _ship_rows(listings).values() for row in entries}
    names |= {fact.imo: fact.subject for fact in facts if fact.imo}
    return {imo: names.get(imo, "") for imo in imos}


def owner_rows(
    ships: Mapping[str, str], facts: Iterable[Designation], *, day: date, start: str
) -> list[dict[str, Any]]:
    """For each ship and authority, what the case's facts say of its owners and managers on a day.

    Listed with the facts, their days and the lag from `start` (a date, or empty), else unknown. Owners are named as each
    authority names them: their names are not joined.
    """
    known = list(facts)
    made = []
    for imo, name in ships.items():
        for authority in dict.fromkeys([*AUTHORITIES, *(fact.authority for fact in known)]):
            named = [f for f in known if name in f.ships and f.authority == authority and _by(f.day, day)]
            listed = [
                {
                    "owner": fact.subject, "kind": fact.kind, "date": fact.day or None, "ground": fact.programme,
                    "lag_days": _days(start, fact.day) if start and fact.day else None, "verification": fact.verification,
                    "source": fact.source, "evidence_id": fact.evidence_id,
                }
                for fact in named
            ]  # fmt: skip
            status = "listed" if listed else "unknown"
            made.append(
                {"imo": imo, "ship": name, "authority": authority, "status": status, "owners": listed}
            )
    return made


def coverage_options(cells: Iterable[Cell]) -> pa.Table:
    """The cells as OPTION rows: `subject` is the ship, `actor` the authority, `detail` the whole cell."""
    return rows_to_table(
        [
            {
                "option_id": content_id("coverage", cell.record()),
                "kind": "coverage",
                "subject": cell.name,
                "actor": cell.authority,
                "status": cell.status,
                "date": cell.date if cell.status == "listed" else None,
                "text": _text(cell),
                "detail": json.dumps(cell.record(), sort_keys=True, ensure_ascii=False),
                "verification": cell.verification,
                "evidence_ids": list(cell.evidence_ids),
            }
            for cell in cells
        ],
        OPTION,
    )


def _cell(
    imo: str,
    name: str,
    authority: str,
    day: date,
    facts: list[Designation],
    entries: list[dict[str, Any]],
    versions: list[Version],
) -> Cell:
    """The answer for one ship and authority; the list first, then the facts of the case."""
    ids = tuple(
        dict.fromkeys(
            [*(_entry_id(e) for e in entries if _by(e["snapshot"], day)), *(f.evidence_id for f in facts)]
        )
    )
    shown = Cell(imo, name, authority, "unknown", None, "", evidence_ids=ids)
    dated = [fact for fact in facts if fact.day]
    spoken = _from_list(shown, day, dated, entries, versions)
    if spoken is not None:
        return spoken
    known = min((fact for fact in dated if _by(fact.day, day)), key=lambda fact: fact.day, default=None)
    if known is not None:
        return _with(shown, status="listed", date=known.day, basis="case_fact", ground=_ground(known),
                     verification=known.verification, in_force=_in_force(known))  # fmt: skip
    return _with(shown, ground=_why_unknown(authority, day, facts, versions))


def _from_list(
    shown: Cell, day: date, facts: list[Designation], entries: list[dict[str, Any]], versions: list[Version]
) -> Cell | None:
    """What the loaded versions say of the day; None when they do not speak."""
    read = [version for version in versions if _by(version.snapshot, day)]
    on = {entry["snapshot"] for entry in entries}
    newest = max((v.snapshot for v in read if v.whole or v.snapshot in on), default="")
    if newest in on:
        entry = min((e for e in entries if _by(e["snapshot"], day)), key=lambda e: e["snapshot"])
        return _listed(shown, entry, facts, versions)
    stated = min((e["listed_from"] for e in entries if e["listed_from"] < e["snapshot"]), default="")
    if not newest and stated and _by(stated, day):
        return _listed(shown, min(entries, key=lambda e: e["snapshot"]), facts, versions)
    speaks = newest and (
        (day - date.fromisoformat(newest)).days <= FRESH_DAYS
        or any(v.whole and v.snapshot not in on and not _by(v.snapshot, day) for v in versions)
        or any(not _by(fact.day, day) for fact in facts)
    )
    if not speaks:
        return None
    gone = ", although an earlier version has it" if any(_by(snapshot, day) for snapshot in on) else ""
    return _with(shown, status="not_listed", date=newest, basis="list", verification=MARK_OF_A_LIST,
                 ground=f"the list was read in the version of {newest} and does not have this number{gone}")  # fmt: skip


def _listed(shown: Cell, entry: dict[str, Any], facts: list[Designation], versions: list[Version]) -> Cell:
    """A listing that a loaded list shows; a fact may date it better when it lies between two loaded versions."""
    first, programme = min(entry["listed_from"], entry["snapshot"]), entry["program"] or "no programme stated"
    before = max((v.snapshot for v in versions if v.whole and v.snapshot < first), default="")
    fact = min((f for f in facts if before < f.day < first), key=lambda f: f.day, default=None)
    stated = dict.fromkeys(
        [*(fact.programme for fact in facts if fact.programme), f"{programme} on the list"]
    )
    about = f"{', '.join(stated)}; entry {entry['name']!r} of {entry['list_id']}"
    notes = "".join(f"; {fact.note}" for fact in facts if fact.note)
    dated = f"; dated {fact.day} by a fact of the case" if fact else ""
    return _with(shown, status="listed", date=fact.day if fact else first, basis="list", verification=MARK_OF_A_LIST,
                 ground=f"{about}{dated}{notes}", in_force=next(filter(None, map(_in_force, facts)), None))  # fmt: skip


def _why_unknown(authority: str, day: date, facts: list[Designation], versions: list[Version]) -> str:
    """Why a cell stays unknown, naming the nearest thing that is known."""
    late = min((fact.day for fact in facts if fact.day and not _by(fact.day, day)), default="")
    read = sorted(v.snapshot for v in versions if v.whole and _by(v.snapshot, day))
    if late:
        return f"the case dates a listing to {late}, after this day; no list of {authority} that speaks for this day was read"
    if read:
        return f"the newest version read is of {read[-1]}, too old to speak for {day}; it does not have this number"
    if versions:
        return f"only an extract of the list of {authority}, or a version after this day, was read: absence says nothing"
    note = "".join(f"; {fact.note}" for fact in facts if fact.note)
    return f"no list of ships of {authority} was read{note}"


def _dated(cell: Cell, start: str | None, first: bool, owners: list[Designation]) -> Cell:
    """The cell with its lag from the event, and the listings of the ship's owners beside it."""
    words = "the first listing of this ship" if first else "the named event"
    event = f"{start} ({words})" if start else ""
    lags = {}
    if start and cell.status == "listed" and cell.date:
        lags["lag_days"] = _days(start, cell.date)
        if cell.in_force:
            lags["lag_in_force_days"] = _days(start, cell.in_force)
    shown = tuple(fact.sentence() for fact in owners)
    ids = (*cell.evidence_ids, *(fact.evidence_id for fact in owners))
    return _with(cell, from_event=event, owners=shown, evidence_ids=ids, **lags)


def _text(cell: Cell) -> str:
    who = f"{cell.name} (IMO {cell.imo})"
    owners = (
        f" Beside the ship: {'; '.join(cell.owners)}. A listing of an owner is not one of the ship."
        if cell.owners
        else ""
    )
    if cell.status == "unknown":
        return f"Whether {cell.authority} lists {who} is unknown: {cell.ground}.{owners}"
    if cell.status == "not_listed":
        return f"{cell.authority}: {who} was not on the list of {cell.date}: {cell.ground}.{owners}"
    force = f", in force {cell.in_force}" if cell.in_force else ""
    lag = ""
    if cell.lag_days is not None:
        side = "after" if cell.lag_days >= 0 else "before"
        lag = f" {abs(cell.lag_days)} days {side} {cell.from_event}."
        lag += " It came first, so its ground is another." if cell.lag_days < 0 else ""
    return f"{cell.authority} listed {who} on {cell.date}{force}: {cell.ground}.{lag}{owners}"


def _ground(fact: Designation) -> str:
    return "; ".join(filter(None, (fact.programme, fact.note, fact.source and f"source: {fact.source}")))


def _in_force(fact: Designation) -> str | None:
    found = _IN_FORCE.search(fact.note)
    return found.group(1) if found else None


def _event(from_event: str | date) -> str | None:
    """The date of the event; None for the first listing of each ship."""
    if from_event == FIRST_LISTING:
        return None
    try:
        return date.fromisoformat(str(from_event)[:10]).isoformat()
    except ValueError:
        raise OptionError(
            f"{from_event!r} is neither {FIRST_LISTING} nor a date", place="from_event"
        ) from None


def _ship_rows(listings: pa.Table) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Entries of ships by authority and valid number; numbers that fail their check digit join nothing."""
    table = pl.DataFrame(listings).filter((pl.col("kind") == "vessel") & pl.col("imo_valid"))
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in table.sort("authority", "snapshot", "source_id", "offset").to_dicts():
        row["listed_from"] = row["listed_from"] or row["snapshot"]
        found.setdefault((row["authority"], row["imo"]), []).append(row)
    return found


def _versions(listings: pa.Table) -> dict[str, list[Version]]:
    """Loaded versions that name ships, by authority: a list without ships cannot say that one is absent."""
    ships = pl.DataFrame(listings).filter(pl.col("kind") == "vessel")
    found: dict[str, list[Version]] = {}
    for row in (
        ships.select("authority", "list_id", "snapshot").unique().sort("snapshot", "list_id").to_dicts()
    ):
        whole = not row["list_id"].endswith(" extract")
        found.setdefault(row["authority"], []).append(Version(row["list_id"], row["snapshot"], whole))
    return found


def _strings(table: pa.Table, column: str) -> list[str]:
    return sorted(set(table[column].to_pylist()))


def _entry_id(entry: Mapping[str, Any]) -> str:
    return evidence_id(entry["source_id"], entry["offset"])


def _by(text: str, day: date) -> bool:
    """Whether a stated date is known and not after the day."""
    return bool(text) and date.fromisoformat(text) <= day


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def _with(cell: Cell, **changes: Any) -> Cell:
    return replace(cell, **changes)
