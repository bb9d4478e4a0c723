"""The presence calendar: one row a month, one cell a day, for each port with observations.

An empty cell means that nothing is recorded, never that no ship was there.
"""

from __future__ import annotations

import calendar
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from rubicon.case import Case, Port
from rubicon.report.svg import WIDE_PX, Frame, Key, el, legend, marker, paragraph, path, text, tip
from rubicon.report.text import counted, natural
from rubicon.schema import Origin

ROW_PX = 20.0
SERIES_DAYS = 3
"""A statement that spans more days than this covers a period and marks no single day."""

PRESENT, AIS, GONE, CARGO, OTHER, LOOKED = "present", "ais", "gone", "cargo", "other", "looked"
WORDS = {
    PRESENT: "ship reported",
    AIS: "ship at the port by AIS",
    GONE: "ship reported gone",
    CARGO: "containers or a change reported, no ship",
    OTHER: "seen at a pier not counted in this case",
    LOOKED: "report of this day says neither",
}
"""States of a day; several may hold on one day, and each has its own shape."""

_SHOWS = {
    "ship_present": PRESENT,
    "ship_gone": GONE,
    "stack_present": CARGO,
    "stack_gone": CARGO,
    "change": CARGO,
}


@dataclass
class Days:
    """What is recorded for one port: states of single days, and the days that series cover."""

    states: dict[date, set[str]] = field(default_factory=lambda: defaultdict(set))
    words: dict[date, list[str]] = field(default_factory=lambda: defaultdict(list))
    series: set[date] = field(default_factory=set)

    def months(self) -> list[date]:
        """First days of the months from the first to the last record."""
        known = sorted([*self.states, *self.series])
        made, month = [], known[0].replace(day=1)
        while month <= known[-1]:
            made.append(month)
            month = (month + timedelta(days=32)).replace(day=1)
        return made


def calendar_svg(case: Case, tables: Mapping[str, pa.Table], width_px: int = WIDE_PX) -> str:
    """Days on which something is recorded at each port, in the port's own time.

    The reading of each observation is the compiler's (`shows`); a row without one is drawn as a day on
    which a report exists and says neither. Months without any record are folded into one line.
    """
    ports = [
        (port, days) for port in case.ports if (days := recorded(case, port, tables)).states or days.series
    ]
    y, body = 0.0, []
    for port, days in ports:
        drawn, height = _panel(port, days, y, width_px)
        body.append(drawn)
        y += height + 14
    if not ports:
        body.append(text(0, 16, "No observation of a day at a port of this case is in the record.", "f-t"))
        y = 26.0
    used = {state for _, days in ports for states in days.states.values() for state in states}
    keys, keys_px = legend(_keys(used, any(days.series for _, days in ports)), 0, y + 6, width_px)
    words = "An empty cell: nothing recorded. That is not absence; nobody may have looked. Days are counted in the port's own time."
    note, note_px = paragraph(0, y + keys_px + 14, words, width_px)
    return _frame(case, ports, width_px).draw("".join(body) + keys + note, y + keys_px + note_px + 6)


def _frame(case: Case, ports: list[tuple[Port, Days]], width_px: int) -> Frame:
    counts = "; ".join(f"{port.name}: {_tally(days)}" for port, days in ports)
    desc = f"Calendar of days with a record. {counts or 'Nothing is recorded'}. Unknown is not absent."
    source = f"Source: observations and AIS events listed below. Figure: Rubicon, case {case.id}."
    title = "Presence calendar: days on which something is on record"
    return Frame("calendar", title, desc, source, width_px, case.origin is Origin.SIMULATED)


def _tally(days: Days) -> str:
    """Counts of days by state, in words."""
    states = [state for found in days.states.values() for state in found]
    parts = [
        f"{words}: {counted(states.count(state), 'day')}" for state, words in WORDS.items() if state in states
    ]
    return "; ".join(parts) or "covered by series only"


# --- what is recorded -------------------------------------------------------------------------------


def recorded(case: Case, port: Port, tables: Mapping[str, pa.Table]) -> Days:
    """What is on record for one port, day by day in its own time: observations, and calls seen by AIS."""
    made = Days()
    not_counted = {berth.name for berth in port.berths if not berth.counts}
    for row in _rows(tables, "OBSERVATION"):
        if row["port"] == port.name:
            _add_look(made, row, port, row["berth"] in not_counted)
    names = {ship.vessel_id: ship.name for ship in case.ships if ship.vessel_id}
    for row in _rows(tables, "EVENT"):
        if row["kind"] == "port_call" and json.loads(row["detail"]).get("port") == port.name:
            ship = names.get(row["vessel_id"], row["vessel_id"])
            for each in _dates(row["start"], row["end"] or row["start"], port):
                made.states[each].add(AIS)
                made.words[each].append(f"{ship} by AIS")
    return made


def _rows(tables: Mapping[str, pa.Table], name: str) -> list[dict[str, Any]]:
    table = tables.get(name)
    return [] if table is None else list(table.to_pylist())


def _dates(start: datetime, end: datetime, port: Port) -> list[date]:
    """Local days that an interval touches; an interval that ends at midnight does not touch the next day."""
    offset = timedelta(hours=port.utc_offset_h)
    first = (start + offset).date()
    last = (max(end - timedelta(microseconds=1), start) + offset).date()
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def _add_look(made: Days, row: Mapping[str, Any], port: Port, elsewhere: bool) -> None:
    dates = _dates(row["start"], row["end"], port)
    if len(dates) > SERIES_DAYS:
        made.series.update(dates)
        return
    states = (
        {OTHER} if elsewhere else {_SHOWS[word] for word in row["shows"] or () if word in _SHOWS} or {LOOKED}
    )
    if states & {PRESENT, GONE}:
        states.discard(CARGO)
    for each in dates:
        made.states[each] |= states
        made.words[each].append(f"{row['observation_id']} {row['quantity']} ({row['observer']})")


# --- drawing ----------------------------------------------------------------------------------------


def _panel(port: Port, days: Days, top: float, width_px: int) -> tuple[str, float]:
    """One port: its name and count, a header of days, a row for each month with a record."""
    narrow = width_px != WIDE_PX
    left = 74.0 if narrow else 96.0
    cell = min((width_px - left) / 31, 25.0)
    body, at = [], top
    for line in (port.name, _tally(days)):
        drawn, height = paragraph(0, at + 14, line, width_px, "f-p1" if line == port.name else "f-s")
        body.append(drawn)
        at += height + 2
    at += 18
    for number in range(1, 32):
        if not narrow or number % 5 == 0 or number == 1:
            x = left + (number - 0.5) * cell
            body.append(text(x, at, str(number), "f-g", text_anchor="middle"))
    at += 5
    for month, empty in _folded(days):
        if empty:
            body.append(text(left, at + 12, f"{counted(empty, 'month')}: nothing recorded", "f-g"))
        else:
            body.append(_month(month, days, left, at, cell))
        at += ROW_PX
    return "".join(body), at - top


def _folded(days: Days) -> Iterable[tuple[date, int]]:
    """Months with a record, and in their place in time the number of months without any."""
    empty = 0
    recorded = {each.replace(day=1) for each in (*days.states, *days.series)}
    for month in days.months():
        if month in recorded:
            if empty:
                yield month, empty
            empty = 0
            yield month, 0
        else:
            empty += 1


def _month(month: date, days: Days, left: float, top: float, cell: float) -> str:
    made = [text(left - 8, top + 13, f"{month:%b} {month.year}", "f-l", text_anchor="end")]
    for number in range(1, calendar.monthrange(month.year, month.month)[1] + 1):
        each, x = month.replace(day=number), left + (number - 1) * cell
        made.append(el("rect", x=x + 0.5, y=top + 1, width=cell - 1, height=ROW_PX - 3, class_="f-cell"))
        if each in days.series:
            made.append(
                el("rect", x=x + 0.5, y=top + ROW_PX - 5, width=cell - 1, height=3, class_="f-series")
            )
        if each in days.states:
            words = tip(f"{each.isoformat()}: {'; '.join(sorted(days.words[each], key=natural))}")
            marks = "".join(
                _sign(state, x + cell / 2, top + 8.5, cell) for state in WORDS if state in days.states[each]
            )
            made.append(el("g", words, marks))
    return "".join(made)


def _sign(state: str, x: float, y: float, cell: float) -> str:
    """The mark of a state: full square, bordered square, slash, triangle, ring, dot."""
    half = min(cell / 2 - 1, 6.5)
    if state == GONE:
        slash = path([(x - half, y + half), (x + half, y - half)])
        return el("path", d=slash, class_="f-gone-under") + el("path", d=slash, class_="f-gone")
    shape, size = {
        PRESENT: ("square", half),
        AIS: ("diamond", half * 0.72),
        CARGO: ("triangle", half * 0.85),
        OTHER: ("ring", half * 0.8),
        LOOKED: ("circle", half * 0.4),
    }[state]
    return marker(shape, x, y, size, f"f-{state}")


def _keys(used: set[str], series: bool) -> list[Key]:
    keys = [Key(_sign(state, 8, 0, 14), words) for state, words in WORDS.items() if state in used]
    if series:
        keys.append(
            Key(
                el("rect", x=1, y=0, width=14, height=3, class_="f-series"),
                "within a series that names no day",
            )
        )
    return [*keys, Key(el("rect", x=2, y=-6, width=12, height=12, class_="f-cell"), "nothing recorded")]
