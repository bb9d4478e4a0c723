"""The timeline: what was seen, heard, claimed and listed, each in its own lane, on one axis of time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from rubicon.case import Case, utc
from rubicon.collect.dates import interval
from rubicon.errors import InvalidPosition
from rubicon.report.svg import WIDE_PX, Frame, Key, el, fmt, legend, marker, paragraph, text, text_width, tip
from rubicon.report.text import counted, day, natural, span
from rubicon.schema import Origin

LANE_PX = 24.0
MAX_LANES = 40
MAX_MARGIN = timedelta(days=760)
"""How far beyond the case's period the axis follows single marks; what lies beyond is counted at the edge."""


@dataclass(frozen=True)
class Mark:
    """One thing on a lane: an instant (end None) or a stretch of time."""

    start: datetime
    end: datetime | None
    shape: str
    class_: str
    words: str


@dataclass
class Lane:
    """One row of the timeline."""

    title: str
    marks: list[Mark] = field(default_factory=list)
    undated: int = 0


@dataclass(frozen=True)
class Axis:
    """Linear time from left to right, in pixels."""

    start: datetime
    end: datetime
    left_px: float
    right_px: float

    def x(self, when: datetime) -> float:
        """Pixel of a time, held to the axis."""
        share = (when - self.start) / (self.end - self.start)
        return self.left_px + min(max(share, 0.0), 1.0) * (self.right_px - self.left_px)

    def holds(self, mark: Mark) -> bool:
        """Whether any part of a mark lies on the axis."""
        return mark.start <= self.end and (mark.end or mark.start) >= self.start


def timeline_svg(case: Case, tables: Mapping[str, pa.Table], width_px: int = WIDE_PX) -> str:
    """Lanes for questions, looks at each port, AIS events of each ship, claims and listings.

    Stretches (a month, a series) are drawn as thin bars: something happened within, not throughout. What
    lies beyond the axis or has no date is counted at the lane's edge.
    """
    lanes = _lanes(case, tables)
    narrow = width_px != WIDE_PX
    axis = _axis(case, lanes, 0.0 if narrow else 190.0, width_px - 34.0)
    pitch = LANE_PX + 17 if narrow else LANE_PX + 6
    top = 34.0
    body = [_ticks(axis, top, pitch * len(lanes))]
    for i, lane in enumerate(lanes):
        body.append(_lane(lane, axis, top + i * pitch, pitch, narrow))
    height = top + pitch * len(lanes) + 6
    body.append(_named_event(case, axis, top, height))
    keys, keys_px = legend(_keys(lanes), 0, height + 28, width_px)
    words = (
        f"Named event: {case.first_evidence_text or 'first evidence'}, {day(case.first_evidence)}."
        if case.first_evidence
        else ""
    )
    note, note_px = paragraph(0, height + keys_px + 34, words, width_px) if words else ("", 0.0)
    return _frame(case, lanes, width_px).draw("".join(body) + keys + note, height + keys_px + note_px + 28)


def _frame(case: Case, lanes: list[Lane], width_px: int) -> Frame:
    desc = "Lanes of time: " + "; ".join(
        f"{lane.title}, {counted(len(lane.marks), 'mark')}" for lane in lanes
    )
    source = (
        "Source: the observations, claims, lists and AIS events of this dossier, each listed below with its "
        f"evidence. Figure: Rubicon, case {case.id}."
    )
    title = f"What is on record, {span(utc(case.period.start), utc(case.period.end))}"
    return Frame("timeline", title, desc, source, width_px, case.origin is Origin.SIMULATED)


# --- lanes ------------------------------------------------------------------------------------------


def _lanes(case: Case, tables: Mapping[str, pa.Table]) -> list[Lane]:
    """All lanes that hold anything; ships beyond the limit share one lane."""
    lanes = [*_question_lane(case), *_look_lanes(case, tables), *_event_lanes(case, tables)]
    lanes += [*_claim_lanes(tables), *_listing_lanes(tables)]
    return [lane for lane in lanes if lane.marks or lane.undated]


def _rows(tables: Mapping[str, pa.Table], name: str) -> list[dict[str, Any]]:
    table = tables.get(name)
    return [] if table is None else list(table.to_pylist())


def _question_lane(case: Case) -> list[Lane]:
    marks = [
        Mark(utc(q.start), utc(q.end), "bar", "f-ask", f"Question {q.id}: {span(utc(q.start), utc(q.end))}")
        for q in case.questions
    ]
    return [Lane("Questions asked", sorted(marks, key=lambda m: (m.start, m.words)))]


def _look_lanes(case: Case, tables: Mapping[str, pa.Table]) -> list[Lane]:
    lanes = {port.name: Lane(f"Looks at {port.name}") for port in case.ports}
    elsewhere = Lane("Looks elsewhere")
    for row in _rows(tables, "OBSERVATION"):
        long = row["end"] - row["start"] > timedelta(days=3)
        words = f"{row['observation_id']} {row['date_stated']}, {row['site']}: {row['quantity']} ({row['observer']})"
        made = Mark(row["start"], row["end"] if long else None, "bar" if long else "tick", "f-look", words)
        lanes.get(row["port"] or "", elsewhere).marks.append(made)
    return [_sorted(lane) for lane in (*lanes.values(), elsewhere)]


def _event_lanes(case: Case, tables: Mapping[str, pa.Table]) -> list[Lane]:
    """Gaps and port calls of each ship: a bar for a call, a dashed bar for a gap."""
    names = {ship.vessel_id: ship.name for ship in case.ships if ship.vessel_id}
    lanes: dict[str, Lane] = {name: Lane(f"AIS of {name}") for name in names.values()}
    others = Lane("AIS of other ships")
    for row in _rows(tables, "EVENT"):
        if row["kind"] in ("gap", "port_call"):
            what = "no AIS received" if row["kind"] == "gap" else "at a port, with AIS"
            class_ = "f-dark" if row["kind"] == "gap" else "f-call"
            end = row["end"] or utc(case.period.end) + timedelta(days=1)
            ship = names.get(row["vessel_id"], "")
            words = f"{ship or row['vessel_id']}: {what}, {span(row['start'], row['end'])}"
            lanes.get(ship, others).marks.append(Mark(row["start"], end, "bar", class_, words))
    shown = [lane for lane in lanes.values() if lane.marks]
    for lane in shown[MAX_LANES:]:
        others.marks.extend(lane.marks)
    return [_sorted(lane) for lane in (*shown[:MAX_LANES], others)]


def _claim_lanes(tables: Mapping[str, pa.Table]) -> list[Lane]:
    said, denied = Lane("Claims published"), Lane("Denials published")
    for row in _rows(tables, "CLAIM"):
        denial = "denial" in row["source_type"]
        lane = denied if denial else said
        words = f"{row['claim_id']} {row['date_stated']}: {row['source']}"
        try:
            when = interval(row["date_stated"])
        except InvalidPosition:
            lane.undated += 1
            continue
        month = when.end - when.start > timedelta(days=3)
        shape, class_ = ("bar" if month else "circle"), ("f-denied" if denial else "f-said")
        lane.marks.append(Mark(when.start, when.end if month else None, shape, class_, words))
    return [_sorted(said), _sorted(denied)]


def _listing_lanes(tables: Mapping[str, pa.Table]) -> list[Lane]:
    """Dates on which jurisdictions listed the case's ships, a lane for each jurisdiction."""
    lanes: dict[str, Lane] = {}
    for row in _rows(tables, "OPTION"):
        if row["kind"] != "coverage" or row["status"] != "listed":
            continue
        lane = lanes.setdefault(row["actor"], Lane(f"Listed by {row['actor']}"))
        try:
            when = interval(row["date"] or "").start
        except InvalidPosition:
            lane.undated += 1
            continue
        words = f"{row['subject']} listed by {row['actor']} on {row['date']}"
        lane.marks.append(Mark(when, None, "diamond", "f-listed", words))
    return [_sorted(lanes[actor]) for actor in sorted(lanes, key=natural)]


def _sorted(lane: Lane) -> Lane:
    lane.marks.sort(key=lambda mark: (mark.start, mark.words))
    return lane


# --- axis and drawing -------------------------------------------------------------------------------


def _axis(case: Case, lanes: Iterable[Lane], left_px: float, right_px: float) -> Axis:
    first, last = utc(case.period.start), utc(case.period.end) + timedelta(days=1)
    for lane in lanes:
        for mark in lane.marks:
            if first - mark.start <= MAX_MARGIN and mark.start <= last + MAX_MARGIN:
                first, last = (
                    min(first, mark.start),
                    max(last, min(mark.end or mark.start, last + MAX_MARGIN)),
                )
    margin = (last - first) / 60
    return Axis(first - margin, last + margin, left_px, right_px)


def _ticks(axis: Axis, top: float, height: float) -> str:
    """Lines at the starts of days, months or years; labels where there is room, years first."""
    made: list[str] = []
    taken: list[tuple[float, float]] = []
    steps = list(enumerate(_steps(axis)))
    for i, (when, label, strong) in sorted(steps, key=lambda step: not step[1][2]):
        x = axis.x(when)
        words = f"{label} {when.year}" if not i and not strong else label
        class_ = "f-tick-strong" if strong else "f-tick"
        made.append(el("path", d=f"M{fmt(x)} {fmt(top - 6)}V{fmt(top + height)}", class_=class_))
        end = x + text_width(words, 11) + 6
        if end < axis.right_px + 40 and all(end < a or x > b for a, b in taken):
            made.append(text(x + 2, top - 10, words, "f-g"))
            taken.append((x, end))
    return "".join(made)


def _steps(axis: Axis) -> list[tuple[datetime, str, bool]]:
    days = (axis.end - axis.start).days
    if days <= 75:
        step = max(1, round(days / 14))
        first = datetime(axis.start.year, axis.start.month, axis.start.day, tzinfo=UTC) + timedelta(days=1)
        times = [first + timedelta(days=i) for i in range(0, days + 1, step)]
        return [(t, f"{t.day} {t:%b}", t.day == 1) for t in times if t <= axis.end]
    step = next((s for s in (1, 2, 3, 6, 12) if days / 30.4 / s <= 18), 12)
    made, month = [], date(axis.start.year, 1, 1)
    while (when := utc(month)) <= axis.end:
        if when >= axis.start:
            words = str(month.year) if month.month == 1 else f"{month:%b}"
            made.append((when, words, month.month == 1))
        months = month.month - 1 + step
        month = date(month.year + months // 12, months % 12 + 1, 1)
    return made


def _lane(lane: Lane, axis: Axis, y: float, pitch: float, narrow: bool) -> str:
    middle = y + pitch - LANE_PX / 2 - 2
    shown = [mark for mark in lane.marks if axis.holds(mark)]
    made = [el("path", d=f"M0 {fmt(y)}H{fmt(axis.right_px + 34)}", class_="f-rule")]
    made.append(text(0, y + 13 if narrow else middle + 4, lane.title, "f-l"))
    made += [_mark(mark, axis, middle) for mark in sorted(shown, key=lambda mark: mark.shape != "bar")]
    made.append(text(axis.right_px + 34, middle + 4, str(len(lane.marks)), "f-c", text_anchor="end"))
    before = sum((mark.end or mark.start) < axis.start for mark in lane.marks)
    after = len(lane.marks) - len(shown) - before
    edges = [f"{before} earlier"] * bool(before) + [f"{after} after"] * bool(after)
    edges += [f"{lane.undated} without a date"] * bool(lane.undated)
    if edges:
        made.append(text(axis.right_px, y + 12, ", ".join(edges), "f-c", text_anchor="end"))
    return "".join(made)


def _mark(mark: Mark, axis: Axis, y: float) -> str:
    x = axis.x(mark.start)
    if mark.shape != "bar" or mark.end is None:
        return marker(mark.shape, x, y, 7 if mark.shape == "tick" else 4, mark.class_, tip(mark.words))
    wide = max(axis.x(mark.end) - x, 2.0)
    tall = {"f-ask": 8.0, "f-dark": 10.0, "f-call": 12.0}.get(mark.class_, 4.0)
    return el(
        "rect", tip(mark.words), x=x, y=y - tall / 2, width=wide, height=tall, class_=f"{mark.class_} f-span"
    )


def _named_event(case: Case, axis: Axis, top: float, height: float) -> str:
    """The event from which lags are counted, as a line through all lanes."""
    if case.first_evidence is None:
        return ""
    x = axis.x(utc(case.first_evidence))
    line = el("path", d=f"M{fmt(x)} {fmt(top - 6)}V{fmt(height + 2)}", class_="f-event")
    side = "start" if x < (axis.left_px + axis.right_px) / 2 else "end"
    words = text(x + (8 if side == "start" else -8), height + 9, "named event", "f-g", text_anchor=side)
    return line + marker("triangle", x, height + 6, 4.5, "f-event-mark", tip("Named event")) + words


def _keys(lanes: Iterable[Lane]) -> list[Key]:
    """Legend entries for the marks that occur."""
    used = {(mark.shape, mark.class_) for lane in lanes for mark in lane.marks}
    samples = {
        ("tick", "f-look"): (marker("tick", 8, 0, 6, "f-look"), "one dated look"),
        ("bar", "f-look"): (
            el("rect", x=0, y=-2, width=16, height=4, class_="f-look f-span"),
            "seen at some time within",
        ),
        ("bar", "f-dark"): (
            el("rect", x=0, y=-5, width=16, height=10, class_="f-dark f-span"),
            "no AIS received",
        ),
        ("bar", "f-call"): (
            el("rect", x=0, y=-6, width=16, height=12, class_="f-call f-span"),
            "at a port, with AIS",
        ),
        ("circle", "f-said"): (marker("circle", 8, 0, 4, "f-said"), "claim"),
        ("circle", "f-denied"): (marker("circle", 8, 0, 4, "f-denied"), "denial"),
        ("diamond", "f-listed"): (marker("diamond", 8, 0, 4, "f-listed"), "ship listed"),
    }
    return [Key(*value) for key, value in samples.items() if key in used]
