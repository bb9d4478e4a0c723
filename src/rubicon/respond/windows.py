"""Windows: when a ship was where a paragraph bites.

"Ship X was in jurisdiction Y, where paragraph Z would apply if ..." is the most useful sentence that the law can give. A
window is an unbroken run of fixes of one ship in one zone, or a dated report that names the ship and a port. A paragraph
bites there when its rules name places (not "any place") and it obliges, lets or calls upon a State to act.

Nothing is claimed for a silence: two fixes further apart than `MOST_SILENCE_H` end one window and begin another. Windows of a
voyage plan are marked `planned`; they are for the desk alone and never become part of what is published. The zone is that of
`place`, with its false answers; a report of a port is a report, not a fix.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from rubicon.case import Case
from rubicon.errors import OptionError, OutsideCoastline
from rubicon.geo.coast import Coast, load_coast
from rubicon.geo.earth import distance_km
from rubicon.provenance import content_id
from rubicon.respond import law
from rubicon.respond.lawbook import weakest
from rubicon.respond.place import Placed, place
from rubicon.schema import OPTION, rows_to_table

MOST_SILENCE_H = 6.0
"""Half a day of silence is time enough to cross into another zone and back."""
STOPPED_KN = 1.0
SAME_PLACE_KM = 0.5
"""A fix so near the last one is in the same zone: twelve miles are forty times as far."""
YOUNG_DAYS = 30
"""Positions younger than this stay out of what is published."""
BITING = ("shall", "may", "calls_upon", "political_commitment")
ZONE_WORDS = {
    "port": "a port of {}",
    "internal_waters": "the internal waters of {}",
    "territorial_sea": "the territorial sea of {}",
    "eez": "the exclusive economic zone of {}",
    "high_seas": "waters beyond 12 nautical miles (high seas, or an exclusive economic zone)",
}


@dataclass(frozen=True)
class Supposed:
    """What is supposed of the ship: the parts of a law question that a track does not give."""

    cargo: str = "conventional_arms"
    involvement: str = "past"
    regime: str = "dprk"
    ship_type: str = "merchant"


@dataclass(frozen=True)
class Window:
    """One stay of a ship in one zone. `end` is the last fix there; `basis` says where the zone comes from."""

    ship: str
    flag: str
    zone: str
    start: datetime
    end: datetime
    basis: str
    fixes: int = 0
    planned: bool = False
    disputed: bool = False
    paragraphs: tuple[Mapping[str, Any], ...] = ()
    evidence_ids: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        """The window in one sentence."""
        kind, _, state = self.zone.partition(":")
        where = ZONE_WORDS[kind].format(state)
        when = f"on {self.start:%Y-%m-%d}"
        if self.start.date() != self.end.date():
            when = f"from {self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M} UTC"
        verb = "would be" if self.planned else "was"
        if not self.paragraphs:
            return f"{self.ship} {verb} in {where} {when}: no paragraph asked about bites there."
        names = "; ".join(f"{row['title']} ({row['verb'].replace('_', ' ')})" for row in self.paragraphs)
        return f"{self.ship} {verb} in {where} {when}, where these would apply if what they suppose holds: {names}."

    def record(self) -> dict[str, Any]:
        """The window as a JSON object."""
        return {
            "ship": self.ship, "flag": self.flag, "zone": self.zone, "start": self.start.isoformat(),
            "end": self.end.isoformat(), "basis": self.basis, "fixes": self.fixes, "planned": self.planned,
            "publish": not self.planned, "disputed": self.disputed, "text": self.text,
            "paragraphs": [dict(row) for row in self.paragraphs], "evidence_ids": list(self.evidence_ids),
        }  # fmt: skip


def windows_of_reports(case: Case, observations: pa.Table, supposed: Supposed) -> list[Window]:
    """Windows of dated reports that name a ship of the case and a port with a country, by time.

    Reports that continue each other in one port are one window.
    """
    ships = {ship.name: ship for ship in case.ships}
    countries = {port.name: port.country for port in case.ports}
    found: list[Window] = []
    for row in sorted(observations.to_pylist(), key=lambda row: (row["start"], row["observation_id"])):
        ship, country = ships.get(row["vessel"] or ""), countries.get(row["port"] or "")
        if ship is None or not country:
            continue
        probable = " (the identity is probable)" if row["vessel_probable"] else ""
        basis = f"reported at {row['site'] or row['port']} by {row['observer']}{probable}"
        window = Window(
            ship.name, ship.flag, f"port:{country}", row["start"], row["end"], basis, evidence_ids=(row["observation_id"],)
        )  # fmt: skip
        found.append(window)
    return [_bitten(window, supposed) for window in _joined(found)]


def windows_of_track(
    case: Case,
    positions: pa.Table,
    supposed: Supposed,
    *,
    flag: str = "",
    planned: bool = False,
    coast: Coast | None = None,
) -> tuple[list[Window], list[str]]:
    """Windows of POSITION rows, ship by ship in order of time, and notes on fixes whose zone cannot be told.

    A ship that the case does not know keeps its id as its name and flies `flag`; without a flag the law is not asked.
    """
    used = coast or load_coast()
    ships = {ship.vessel_id: ship for ship in case.ships if ship.vessel_id}
    rows = positions.select(["vessel_id", "time_utc", "lat_deg", "lon_deg", "speed_kn"]).to_pylist()
    rows.sort(key=lambda row: (row["vessel_id"], row["time_utc"]))
    found: list[Window] = []
    unplaced: dict[str, int] = {}
    for row, placed in _placed(rows, case, used, unplaced):
        ship = ships.get(row["vessel_id"])
        name, flies = (ship.name, ship.flag) if ship else (row["vessel_id"], flag)
        window = Window(
            name, flies, placed.zone, row["time_utc"], row["time_utc"], placed.basis, 1, planned, placed.disputed
        )  # fmt: skip
        if found and _continues(found[-1], window):
            found[-1] = replace(
                found[-1],
                end=window.end,
                fixes=found[-1].fixes + 1,
                disputed=found[-1].disputed or window.disputed,
            )
        else:
            found.append(window)
    notes = [f"{count} fixes without a zone: {reason}" for reason, count in sorted(unplaced.items())]
    return [_bitten(window, supposed) for window in found], notes


def _placed(
    rows: Sequence[Mapping[str, Any]], case: Case, coast: Coast, unplaced: dict[str, int]
) -> Iterator[tuple[Mapping[str, Any], Placed]]:
    """Each fix with its zone; fixes without one are counted by reason."""
    last: tuple[str, float, float, bool, Placed] | None = None
    for row in rows:
        lat, lon = row["lat_deg"], row["lon_deg"]
        stopped = row["speed_kn"] is not None and row["speed_kn"] <= STOPPED_KN
        same = last is not None and (row["vessel_id"], stopped) == (last[0], last[3])
        if last and same and distance_km(lat, lon, last[1], last[2]) <= SAME_PLACE_KM:
            yield row, last[4]
            continue
        try:
            zone = place(lat, lon, case, stopped=stopped, coast=coast)
        except (OutsideCoastline, OptionError) as error:
            reason = (
                "outside the coastline in use" if isinstance(error, OutsideCoastline) else "zone not clear"
            )
            unplaced[reason] = unplaced.get(reason, 0) + 1
            continue
        last = (row["vessel_id"], lat, lon, stopped, zone)
        yield row, zone


def _continues(before: Window, window: Window) -> bool:
    same = (before.ship, before.zone) == (window.ship, window.zone)
    return same and window.start - before.end <= timedelta(hours=MOST_SILENCE_H)


def _joined(found: Iterable[Window]) -> list[Window]:
    """Reports of one ship in one zone on the same or the next day are one window."""
    made: list[Window] = []
    for window in sorted(found, key=lambda one: (one.ship, one.start, one.zone)):
        before = made[-1] if made else None
        if (
            before
            and (before.ship, before.zone) == (window.ship, window.zone)
            and window.start - before.end <= timedelta(days=1)
        ):
            basis = before.basis if window.basis == before.basis else f"{before.basis}; {window.basis}"
            made[-1] = replace(before, end=max(before.end, window.end), basis=basis, evidence_ids=(*before.evidence_ids, *window.evidence_ids))  # fmt: skip
        else:
            made.append(window)
    return sorted(made, key=lambda one: (one.start, one.ship))


def _bitten(window: Window, supposed: Supposed) -> Window:
    """The window with the paragraphs that bite there."""
    if not window.flag:
        return window
    question = law.ask(
        flag=window.flag, zone=window.zone, cargo=supposed.cargo, involvement=supposed.involvement, regime=supposed.regime,
        ship_type=supposed.ship_type, date=window.start.date(),
    )  # fmt: skip
    rows = [
        {
            key: row[key]
            for key in (
                "id",
                "title",
                "verb",
                "actor",
                "text",
                "consent_needed",
                "obstacles",
                "missing",
                "verification",
                "source_url",
                "evidence_id",
            )
        }
        for row in law.applicable(question).applicable
        if row["place_bound"] and row["verb"] in BITING
    ]
    return replace(window, paragraphs=tuple(rows))


def publishable(windows: Iterable[Window], today: date) -> list[Window]:
    """Windows that may be published: none of a plan, none that ended within the last `YOUNG_DAYS`."""
    newest = today - timedelta(days=YOUNG_DAYS)
    return [window for window in windows if not window.planned and window.end.date() <= newest]


def window_options(windows: Iterable[Window]) -> pa.Table:
    """OPTION rows of kind `window`: `subject` is the ship, `actor` the State whose zone it is.

    Raises OptionError for a planned window: what a ship will do is not published.
    """
    rows = []
    for window in windows:
        if window.planned:
            raise OptionError("a planned window stays inside the application", place=window.text)
        if not window.paragraphs:
            continue
        marks = [row["verification"] for row in window.paragraphs]
        rows.append(
            {
                "option_id": content_id("window", window.record()),
                "kind": "window",
                "subject": window.ship,
                "actor": window.zone.partition(":")[2] or "any State",
                "status": window.zone,
                "date": window.start.date().isoformat(),
                "text": window.text,
                "detail": json.dumps(window.record(), sort_keys=True, ensure_ascii=False),
                "verification": weakest(marks),
                "evidence_ids": [
                    *window.evidence_ids,
                    *dict.fromkeys(row["evidence_id"] for row in window.paragraphs),
                ],
            }
        )
    return rows_to_table(rows, OPTION)
