"""Voyages of one ship as the voyage map and the voyage document show them: what each silence, or a row of looks, allows.

A voyage around a silence runs from the last call that AIS shows before it to the first one after it. Inside, looks that name the ship
are stops, and a call at a port of the case may stand wherever it fits. A ship without AIS has one voyage: its looks in order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from rubicon.assess.voyages import Chain, Limits, Stop, Test, apart, reconstruct, stops_from_observations
from rubicon.case import Case, Ship
from rubicon.errors import InputTooLarge, NoWater, OptionError, OutsideCoastline
from rubicon.geo.area import Area, gap_area
from rubicon.geo.coast import Coast, load_coast
from rubicon.report.scope import narrowed
from rubicon.report.text import moment

MOST_VOYAGES = 6
"""Silences that are reconstructed, the longest ones: more make a document that nobody checks."""
MOST_ENVELOPES = 4
"""Silences whose envelope is drawn, the longest first: more cover each other."""
MOST_LOOKS = 24
"""Looks that one voyage without AIS starts from, the latest ones."""


@dataclass(frozen=True)
class Silence:
    """A gap of a ship with both ends: places in degrees, times, hours, the event and its evidence."""

    event_id: str
    first: tuple[float, float]
    last: tuple[float, float]
    start: datetime
    end: datetime
    hours: float
    evidence_ids: tuple[str, ...]


@dataclass(frozen=True)
class Voyage:
    """What the record allows: alternatives, the best first, and what would tell them apart; or why there is none."""

    stops: tuple[Stop, ...]
    chains: tuple[Chain, ...]
    tests: tuple[Test, ...]
    silence: Silence | None = None
    trouble: str = ""


def silences(tables: Mapping[str, pa.Table]) -> list[Silence]:
    """Closed gaps among the events, in order of time."""
    made = []
    for row in tables["EVENT"].to_pylist() if "EVENT" in tables else ():
        detail: dict[str, Any] = json.loads(row["detail"])
        if row["kind"] != "gap" or row["end"] is None or detail.get("end_lat_deg") is None:
            continue
        hours = (row["end"] - row["start"]).total_seconds() / 3600.0
        ends = ((row["lat_deg"], row["lon_deg"]), (detail["end_lat_deg"], detail["end_lon_deg"]))
        ids = tuple(row["evidence_ids"])
        made.append(Silence(row["event_id"], *ends, row["start"], row["end"], hours, ids))
    return sorted(made, key=lambda gap: (gap.start, gap.event_id))


def looks_of(case: Case, tables: Mapping[str, pa.Table], ship: Ship) -> list[Stop]:
    """Dated looks that name the ship at a port of the case, in order of time."""
    _, mine = narrowed(case, tables, ship.name)
    ports = {port.name: port for port in case.ports}
    names = (
        sorted({name for name in mine["OBSERVATION"]["vessel"].to_pylist()}) if "OBSERVATION" in mine else []
    )
    made = [stop for name in names for stop in stops_from_observations(mine["OBSERVATION"], name, ports)]
    return sorted(made, key=lambda stop: (stop.start, stop.end, stop.name))


def calls_of(case: Case, tables: Mapping[str, pa.Table], ship: Ship) -> list[Stop]:
    """Calls of a ship at ports of the case that AIS shows, in order of time."""
    _, mine = narrowed(case, tables, ship.name)
    ports = {port.name: port for port in case.ports}
    made = []
    for row in mine["EVENT"].to_pylist() if "EVENT" in mine else ():
        port = ports.get(json.loads(row["detail"]).get("port") or "") if row["kind"] == "port_call" else None
        if port:
            ends, ids = (row["start"], row["end"] or row["start"]), tuple(row["evidence_ids"])
            made.append(Stop("port call", port.name, port.lat_deg, port.lon_deg, *ends, 1.0, ids))
    return sorted(made, key=lambda stop: (stop.start, stop.end, stop.name))


@dataclass(frozen=True)
class Journey:
    """All of a ship that the voyage map and the documents show: voyages in order of time, envelopes of silences, words on what is left out."""

    ship: Ship
    voyages: tuple[Voyage, ...]
    left_out: int
    envelopes: tuple[tuple[Silence, Area], ...]
    notes: tuple[str, ...]


def journey_of(case: Case, tables: Mapping[str, pa.Table], ship: Ship, coast: Coast | None = None) -> Journey:
    """The journey of a ship, as far as the coastline reaches."""
    coast = coast or load_coast()
    voyages, left = voyages_of(case, tables, ship, coast)
    gaps = sorted((each.silence for each in voyages if each.silence), key=lambda gap: (-gap.hours, gap.start))
    envelopes, notes = [], []
    for gap in gaps[:MOST_ENVELOPES]:
        try:
            area = gap_area(gap.first, gap.last, gap.hours, max_speed_kn=ship.max_speed_kn, coast=coast)
        except (NoWater, OptionError, OutsideCoastline) as error:
            notes.append(
                f"The envelope of the silence from {moment(gap.start)} is not drawn: {error.reason}."
            )
            continue
        envelopes.append((gap, area))
    if any(area.clipped for _, area in envelopes):
        notes.append("An envelope reaches the edge of the coastline in use and may go on beyond it.")
    if len(gaps) > MOST_ENVELOPES:
        notes.append(f"Envelopes of the {MOST_ENVELOPES} longest of {len(gaps)} silences are drawn.")
    return Journey(ship, tuple(voyages), left, tuple(envelopes), tuple(notes))


def voyages_of(
    case: Case, tables: Mapping[str, pa.Table], ship: Ship, coast: Coast
) -> tuple[list[Voyage], int]:
    """The voyages that a ship's record allows, in order of time, and the number of silences left out."""
    _, mine = narrowed(case, tables, ship.name)
    gaps, looks, calls = silences(mine), looks_of(case, tables, ship), calls_of(case, tables, ship)
    chosen = sorted(sorted(gaps, key=lambda gap: -gap.hours)[:MOST_VOYAGES], key=lambda gap: gap.start)
    if not chosen:
        return ([_through(looks[-MOST_LOOKS:], ship, coast)] if len(looks) > 1 else []), 0
    return [_around(gap, looks, calls, case, ship, coast) for gap in chosen], len(gaps) - len(chosen)


def _through(stops: Sequence[Stop], ship: Ship, coast: Coast) -> Voyage:
    """One voyage through looks alone; no call is supposed between them."""
    try:
        chains = reconstruct(stops, (), Limits(max_speed_kn=ship.max_speed_kn), coast=coast)
    except (InputTooLarge, OutsideCoastline, NoWater) as error:
        return Voyage(tuple(stops), (), (), None, error.reason)
    return Voyage(tuple(stops), tuple(chains), tuple(apart(chains)))


def _around(
    gap: Silence, looks: Sequence[Stop], calls: Sequence[Stop], case: Case, ship: Ship, coast: Coast
) -> Voyage:
    """The voyage around one silence: alternatives inside it, and the calls that AIS shows before and after."""
    first = Stop("fix", "last fix", *gap.first, gap.start, gap.start, 1.0, gap.evidence_ids[:1])
    last = Stop("fix", "next fix", *gap.last, gap.end, gap.end, 1.0, gap.evidence_ids[-1:])
    seen = [stop for stop in looks if stop.end > gap.start and stop.start < gap.end]
    before = [stop for stop in calls if stop.end <= gap.start][-1:]
    after = [stop for stop in calls if stop.start >= gap.end][:1]
    limits = Limits(max_speed_kn=ship.max_speed_kn)
    try:
        inner = reconstruct([first, *seen, last], case.ports, limits, coast=coast)
        outer = [reconstruct([*before, *chain.stops, *after], (), limits, coast=coast)[0] for chain in inner]
    except (InputTooLarge, OutsideCoastline, NoWater) as error:
        return Voyage((*before, first, *seen, last, *after), (), (), gap, error.reason)
    whole = [
        replace(out, share=chain.share, left_out=chain.left_out)
        for out, chain in zip(outer, inner, strict=True)
    ]
    return Voyage((*before, first, *seen, last, *after), tuple(whole), tuple(apart(inner)), gap)
