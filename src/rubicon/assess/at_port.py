"""Ships detected at a port while ships of the case were silent: who of them, or none of them, was it?

All ships of the case whose gap holds the moment of the scene compete for its detections, each with what the
reach of its gap says; a detection may be none of them. Length, width and heading weigh as `assess.shape`
says. Correlated detections have a ship already and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rubicon.assess.fusion import Item, Window, fuse
from rubicon.assess.shape import length_ratio, shape_words, width_ratio
from rubicon.assess.weights import weights
from rubicon.assess.words import clamp
from rubicon.case import Port
from rubicon.geo.earth import distance_km

NEAR_KM = 5.0
"""How far from the stated position of a port a ship lies in it."""
LEAST_SCORE = 0.5
CHANCE_DETECTED = 0.8
"""Chance that a ship of 100 m at a berth is found in a scene that shows the berth."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """What one detection says about one ship's gap."""

    detection_id: str
    ratio: float
    """Odds that the ship called, with the detection over without."""
    why: str


def at_port(port: Port, detections: Iterable[Row]) -> list[Row]:
    """Detections at a port that no track explains, by time."""
    near = [
        row
        for row in detections
        if row["lat_deg"] is not None
        and row["time_utc"] is not None
        and row["status"] in ("dark", "ambiguous", None)
        and row["score"] >= LEAST_SCORE
        and float(distance_km(port.lat_deg, port.lon_deg, row["lat_deg"], row["lon_deg"])) <= NEAR_KM
    ]
    return sorted(near, key=lambda row: (row["time_utc"], row["detection_id"]))


def seen_in_scene(
    found: Sequence[Row], silent: Mapping[str, float], ships: Mapping[str, Row], vessel_id: str
) -> Seen:
    """What the detections of one scene say about one silent ship.

    `silent` gives for each ship that was silent at that moment the probability that it called, from reach
    alone; `ships` its register row (`length_m`, `beam_m`; absent or null weighs 1).
    """
    priors = {key: clamp(p) for key, p in silent.items()}
    expected = {row["detection_id"]: weights()["unknown_ships"] for row in found}
    items = [_item(row, key, ships.get(key, {})) for row in found for key in priors]
    told = fuse(Window(priors, expected, CHANCE_DETECTED), items, rho=weights()["rho"])
    best = max(found, key=lambda row: told.pairs[vessel_id, row["detection_id"]])
    why = _why(best, ships.get(vessel_id, {}), told.unknown[best["detection_id"]], len(priors))
    return Seen(best["detection_id"], _odds(told.called[vessel_id]) / _odds(priors[vessel_id]), why)


def _item(row: Row, vessel_id: str, ship: Row) -> Item:
    length = length_ratio(row["length_m"], ship.get("length_m"))
    width = width_ratio(row["width_m"], ship.get("beam_m"))
    # Length and width of one box share their errors.
    ratio = (length * width) ** 0.5 if row["width_m"] and ship.get("beam_m") else length
    return Item(f"{row['detection_id']} {vessel_id}", vessel_id, ratio, detection=row["detection_id"])


def _why(row: Row, ship: Row, unknown: float, rivals: int) -> str:
    shape = shape_words(
        length_ratio(row["length_m"], ship.get("length_m")), row["length_m"], ship.get("length_m")
    )
    others = (
        f"{rivals} silent ships of the case compete for it"
        if rivals > 1
        else "no other ship of the case was silent"
    )
    return f"a ship without AIS detected at the port; {shape}; {others}; none of them: {round(100 * clamp(unknown))} %"


def _odds(probability: float) -> float:
    return probability / (1 - probability)


def silent_ships(
    events: Iterable[Row], reach: Mapping[str, Row], vessel_ids: Iterable[str], when: datetime
) -> dict[str, float]:
    """Ships of the case whose gap holds a moment, with the probability of a call from reach alone."""
    known = set(vessel_ids)
    return {
        event["vessel_id"]: row["probability"]
        for event in events
        if event["kind"] == "gap"
        and event["vessel_id"] in known
        and event["end"]
        and event["start"] <= when <= event["end"]
        and (row := reach.get(event["event_id"]))
        and not row["reason"]
    }
