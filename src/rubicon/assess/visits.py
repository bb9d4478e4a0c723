"""Visits: dated looks put together into stays of ships, and how many calls that makes with which bounds.

One stay: sightings of a named ship within `SAME_VISIT`; of an unnamed one at the same pier, or by one observer
at two piers with the same length. A look that shows the pier empty ends it and brackets the departure. A
sighting whose pier is not stated stays alone and is only possible where some piers do not count; piers of
others count for nothing. Merging may join two ships of one length: the count is a floor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from rubicon.assess.looks import SAME_VISIT, departure_sentence, roots
from rubicon.case import Case, Port
from rubicon.provenance import content_id
from rubicon.schema import VISIT, rows_to_table

Look = Mapping[str, Any]
COUNTED, POSSIBLE, NOT_COUNTED = "counted", "possible", "not_counted"
DATED = timedelta(days=4)
"""A statement about a longer time is a series, not a look."""
SAME_LENGTH_M = 10.0
"""Lengths that one observer measured of one ship on two days differ by less (weights.csv: length_sd_m)."""


@dataclass
class Stay:
    """A stay while looks are added to it."""

    berth: str | None
    vessel: str | None
    looks: list[Look] = field(default_factory=list)
    gone: Look | None = None
    stacks: list[Look] = field(default_factory=list)

    @property
    def length_m(self) -> float | None:
        """Mean of the measured lengths."""
        measured = [look["length_m"] for look in self.looks if look["length_m"]]
        return sum(measured) / len(measured) if measured else None

    def holds(self, look: Look) -> bool:
        """Whether a sighting is of this stay."""
        last = self.looks[-1]
        if self.gone is not None or look["start"] - last["end"] > SAME_VISIT:
            return False
        if look["vessel"] and self.vessel:
            return bool(look["vessel"] == self.vessel)
        if not look["berth"] or not self.berth:
            return False
        alike = self._alike(look)
        return alike is not False and (
            look["berth"] == self.berth or (alike is True and look["observer"] == last["observer"])
        )

    def _alike(self, look: Look) -> bool | None:
        """Whether the lengths agree; None when one is not known."""
        if not look["length_m"] or self.length_m is None:
            return None
        return bool(abs(look["length_m"] - self.length_m) <= SAME_LENGTH_M)


def visits(case: Case, observations: pa.Table) -> pa.Table:
    """VISIT rows of all ports of a case, by port and time; the order of the looks changes nothing."""
    rows = sorted(observations.to_pylist(), key=lambda row: (row["start"], row["end"], row["observation_id"]))
    root_of = roots(rows)
    made = []
    for port in case.ports:
        looks = [row for row in rows if row["port"] == port.name and row["end"] - row["start"] <= DATED]
        present = [row for row in looks if "ship_present" in row["shows"] and not _copy(row, rows, root_of)]
        for stay in _stays(looks, present):
            made.append(_visit(port, stay))
    return rows_to_table(made, VISIT)


def _copy(row: Look, rows: Sequence[Look], root_of: Mapping[str, str]) -> bool:
    """Whether a look only repeats another one that the record holds."""
    known = {one["observation_id"] for one in rows}
    return bool(known & set(row["repeats"])) and root_of[row["observation_id"]] != row["observation_id"]


def stays_of(looks: Sequence[Look]) -> list[Stay]:
    """Stays that the looks of one port show, in order of their first look."""
    return _stays(looks, [look for look in looks if "ship_present" in look["shows"]])


def _stays(looks: Sequence[Look], present: Sequence[Look]) -> list[Stay]:
    """Stays in order of their first look, each with the look that shows it gone and the stacks about it."""
    stays: list[Stay] = []
    for look in looks:
        if look in present:
            _sighted(stays, look)
        elif "ship_gone" in look["shows"] and look["berth"]:
            for stay in stays:
                recent = look["start"] - stay.looks[-1]["end"] <= SAME_VISIT
                if stay.berth == look["berth"] and stay.gone is None and recent:
                    stay.gone = look
    for look in looks:
        if "stack_present" in look["shows"] and look["berth"]:
            for stay in stays:
                if stay.berth == look["berth"] and _close(look, stay):
                    stay.stacks.append(look)
    return stays


def _sighted(stays: list[Stay], look: Look) -> None:
    """Add a sighting to the latest stay that holds it, or begin one."""
    stay = next((one for one in reversed(stays) if one.holds(look)), None)
    if stay is None:
        stay = Stay(look["berth"], look["vessel"])
        stays.append(stay)
    stay.vessel = stay.vessel or look["vessel"]
    stay.looks.append(look)


def _close(look: Look, stay: Stay) -> bool:
    """Whether a look lies within the time of one visit of a stay."""
    end = stay.gone or stay.looks[-1]
    return bool(
        look["end"] >= stay.looks[0]["start"] - SAME_VISIT and look["start"] <= end["end"] + SAME_VISIT
    )


def _visit(port: Port, stay: Stay) -> dict[str, Any]:
    first, last = stay.looks[0], stay.looks[-1]
    width = (stay.gone["start"] - last["end"]).total_seconds() / 3600 if stay.gone else None
    cited = [*stay.looks, *([stay.gone] if stay.gone else []), *stay.stacks]
    row = {
        "port": port.name,
        "berth": stay.berth,
        "vessel": stay.vessel,
        "length_m": stay.length_m,
        "status": status(port, stay.berth, stay.vessel),
        "first_seen": first["end"],
        "last_seen": last["start"],
        "departed_before": stay.gone["start"] if stay.gone else None,
        "bracket_h": width,
        "evidence_ids": list(dict.fromkeys(look["observation_id"] for look in cited)),
    }
    return {"visit_id": content_id("visit", row), **row, "text": _text(row, stay)}


def status(port: Port, berth: str | None, vessel: str | None) -> str:
    """Whether a sighting counts as a call in this case."""
    others = {one.name for one in port.berths if not one.counts}
    if berth in others:
        return NOT_COUNTED
    return POSSIBLE if others and not berth and not vessel else COUNTED


def _text(row: Mapping[str, Any], stay: Stay) -> str:
    first, last = stay.looks[0]["date_stated"], stay.looks[-1]["date_stated"]
    ship = stay.vessel or ("a ship" + (f" about {stay.length_m:.0f} m long" if stay.length_m else ""))
    where = f"{row['port']}, {stay.berth or 'pier not stated'}"
    when = f"on {first}" if first == last else f"from {first} to {last}"
    parts = [f"{where}: {ship} seen {when}"]
    if stay.gone:
        gone = departure_sentence(stay.looks[-1], stay.gone).split(" [")[0]
        parts.append(gone[0].lower() + gone[1:])
    before = [look for look in stay.stacks if look["end"] <= stay.looks[0]["start"]]
    after = [look for look in stay.stacks if stay.gone and look["start"] >= stay.gone["end"]]
    if before:
        parts.append(f"a stack stood there on {before[-1]['date_stated']}")
    if after:
        parts.append(f"another stack on {after[0]['date_stated']}, after it left")
    note = {
        COUNTED: "one call",
        POSSIBLE: "a possible call, kept apart: it may have lain at a pier that does not count",
        NOT_COUNTED: "counts for nothing: a pier of others",
    }[row["status"]]
    return f"{'; '.join(parts)}; {note} [{', '.join(row['evidence_ids'])}]."


def seen_between(table: pa.Table, port: str, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Counted visits of a port that lie in a window."""
    return [
        row
        for row in table.to_pylist()
        if row["port"] == port
        and row["status"] == COUNTED
        and start <= row["last_seen"]
        and row["first_seen"] <= end
    ]
