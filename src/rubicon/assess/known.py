"""What the earlier stages found, as the questions of a case need it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa

from rubicon.assess.at_port import NEAR_KM
from rubicon.assess.likelihoods import Candidate
from rubicon.assess.looks import in_order, looks_at
from rubicon.case import Case, Port, Question, Ship, utc
from rubicon.geo.earth import distance_km

Row = Mapping[str, Any]
MOVING_KN = 3.0
"""Slower ships swing, and their course is no heading."""


@dataclass(frozen=True)
class Known:
    """Tables between the stages, and the evidence that they may point at."""

    observations: pa.Table
    vessels: pa.Table
    events: pa.Table
    reach: Sequence[Row]
    """One row for each gap and port, from `detect.reach.reach_gaps`."""
    evidence: Mapping[str, Row]
    detections: Sequence[Row] = ()
    """DETECTION rows: ships found in scenes."""
    scenes: Sequence[Row] = ()
    """SCENE rows that can be pointed at."""
    claims: pa.Table | None = None
    hits: Sequence[Row] = ()
    """HIT rows: what screening found of the case's ships."""
    fixes: Mapping[str, Row] = field(default_factory=dict)
    """Positions that events lead back to, by evidence id."""

    @cached_property
    def event_rows(self) -> list[Row]:
        """Events with their detail read."""
        return [row | {"parsed": json.loads(row["detail"])} for row in self.events.to_pylist()]

    @cached_property
    def _looks(self) -> list[Row]:
        return in_order(self.observations)

    @cached_property
    def claim_rows(self) -> list[Row]:
        """Claims."""
        return [] if self.claims is None else self.claims.to_pylist()

    @cached_property
    def _statements(self) -> dict[str, dict[str, float]]:
        """Length and beam as stated, by vessel id and by IMO number."""
        made: dict[str, dict[str, float]] = {}
        for row in self.vessels.to_pylist():
            told = {key: row[key] for key in ("length_m", "beam_m") if row[key]}
            for key in {row["vessel_id"], row["imo"]} - {None, ""}:
                made.setdefault(key, {}).update(told)
        return made

    def size(self, ship: Ship) -> dict[str, float]:
        """Stated length and beam of a ship; the one under its IMO number goes before the one under its MMSI."""
        return {**self._statements.get(ship.vessel_id, {}), **self._statements.get(ship.imo, {})}

    def listed(self, ship: Ship) -> list[str]:
        """Listings of a ship by its number: background, for they do not say where it was."""
        return [
            key
            for row in self.hits
            if ship.imo and row["query_imo"] == ship.imo and row["class"] == "match"
            for key in row["evidence_ids"]
            if key in self.evidence
        ]

    def heading(self, event: Row, port: Port) -> float | None:
        """True heading of a ship where a gap of hers began or ended, when that was in the port: moored ships keep it."""
        for key in event["evidence_ids"]:
            row = self.fixes.get(key)
            if (
                row
                and float(distance_km(port.lat_deg, port.lon_deg, row["lat_deg"], row["lon_deg"])) <= NEAR_KM
            ):
                moving = (row["speed_kn"] or 0.0) > MOVING_KN
                heading = (
                    row["heading_deg"]
                    if row["heading_deg"] is not None
                    else row["course_deg"]
                    if moving
                    else None
                )
                if heading is not None:
                    return float(heading)
        return None  # fmt: skip

    def looks(self, case: Case, question: Question) -> tuple[list[Row], list[Row]]:
        """Looks of a question: those that may weigh, and those that are background."""
        return looks_at(case, question, self._looks)


def any_ship(question: Question) -> Candidate:
    """Any ship in the window of a question."""
    return Candidate("a ship", None, utc(question.start), utc(question.end), question.prior)


def of_window(known: Known, ship: Ship, question: Question, prior: float) -> Candidate:
    """A ship in the window of a question, with the gap of hers that says most about it.

    A gap in which no call fits rules out a call in the window only when it holds the whole window.
    """
    start, end = utc(question.start), utc(question.end)
    reach = {
        row["event_id"]: row for row in known.reach if row["port"] == question.port and not row["reason"]
    }
    best: tuple[float, Row] | None = None
    for event in known.event_rows:
        if event["kind"] != "gap" or event["vessel_id"] != ship.vessel_id or not ship.vessel_id:
            continue
        over = event["end"] and event["start"] < end and event["end"] > start
        whole = over and event["start"] <= start and event["end"] >= end
        if over and (row := reach.get(event["event_id"])) and (row["feasible"] or whole):
            best = max(best or (-1.0, event), (row["probability"], event), key=lambda pair: pair[0])
    gap = best[1] if best else None
    return Candidate(
        ship.name, ship, start, end, prior, gap, reach[gap["event_id"]] if gap else None, **known.size(ship)
    )  # fmt: skip
