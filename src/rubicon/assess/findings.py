"""Findings: the answer to each question of the case, with rival hypotheses and the evidence for each.

First-order Bayes with stated, editable weights (`weights.csv`): prior odds times one likelihood ratio for
each root of evidence. What weighs nothing is shown as background. Probabilities stay within 1 to 99 %.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from rubicon.assess.at_port import Seen, at_port, seen_in_scene, silent_ships
from rubicon.assess.evidence import require_one_origin
from rubicon.assess.looks import Look, departure_sentence, departures, looks_at, roots, sentence, window_words
from rubicon.assess.weights import reasons, weights
from rubicon.assess.words import clamp, percent, words
from rubicon.case import Case, Question, Ship, utc
from rubicon.provenance import content_id
from rubicon.schema import FINDING, rows_to_table

VERSION = "1"
A_CALL_IS_NOT_A_CARGO = "A call is not a cargo: what the ship carried cannot be seen by these sources."
A_GAP_IS_NOT_A_CALL = "A gap in AIS is not a call: it says only what the ship could have done."
NOT_ABSENT = "Not observed is not absent: days without a look say nothing."

SAME_ROOT = "same root as the item before: one vote"
"""Why further evidence of a root weighs nothing."""


@dataclass(frozen=True)
class Known:
    """What the earlier stages found, as the questions need it."""

    observations: pa.Table
    vessels: pa.Table
    events: pa.Table
    reach: Sequence[Mapping[str, Any]]
    """One row for each gap and port, from `detect.reach.reach_gaps`."""
    evidence: Mapping[str, Mapping[str, Any]]
    detections: Sequence[Mapping[str, Any]] = ()
    """DETECTION rows: ships found in scenes."""


@dataclass
class Weighing:
    """Evidence gathered for one finding while it is being weighed."""

    items: list[dict[str, Any]] = field(default_factory=list)
    background: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    def add(self, evidence_ids: Iterable[str], favours: str, ratio: float, why: str) -> None:
        """Weigh one root of evidence; further ids of the same root are listed with a ratio of 1."""
        for number, evidence_id in enumerate(evidence_ids):
            item = {"evidence_id": evidence_id, "favours": favours, "likelihood_ratio": ratio, "why": why}
            if number:
                item |= {"likelihood_ratio": 1.0, "why": SAME_ROOT}
            self.items.append(item)


def answer(case: Case, known: Known) -> pa.Table:
    """FINDING rows for all questions of the case, in the order of the questions.

    Raises SimulatedEvidence when a finding would rest on evidence of another origin than its case.
    """
    made: list[dict[str, Any]] = []
    for question in case.questions:
        if question.each_gap:
            made.extend(_each_gap(case, question, known))
        elif question.kind == "which":
            made.append(_which(case, question, known))
        else:
            made.append(_call(case, question, known))
    return rows_to_table(made, FINDING)


def _call(case: Case, question: Question, known: Known) -> dict[str, Any]:
    """Did a ship (or the named ship) call at the port in the window?"""
    seen, background = looks_at(case, question, known.observations)
    weighing = Weighing(background=[look["observation_id"] for look in background])
    some_do_not_count = not all(berth.counts for berth in case.port(question.port).berths)
    root_of = roots(seen)
    for root in dict.fromkeys(root_of.values()):
        members = [look for look in seen if root_of[look["observation_id"]] == root]
        ratio, why = max(
            (_look_weight(look, question, some_do_not_count) for look in members), key=lambda pair: pair[0]
        )
        members.sort(key=lambda look: -_look_weight(look, question, some_do_not_count)[0])
        weighing.add((look["observation_id"] for look in members), "called", ratio, why)
    weighing.facts = [sentence(look) for look in seen] + [
        departure_sentence(*pair) for pair in departures(seen)
    ]
    odds = (
        question.prior / (1 - question.prior) * math.prod(item["likelihood_ratio"] for item in weighing.items)
    )
    subject = question.vessel or "a ship"
    hypotheses = _two(
        question,
        clamp(odds / (1 + odds)),
        f"{subject} called at {question.port}",
        f"{subject} did not call at {question.port}",
    )
    return _finding(case, question, weighing, hypotheses, known, vessel=question.vessel)


def _look_weight(look: Look, question: Question, some_do_not_count: bool) -> tuple[float, str]:
    """Likelihood ratio of one look for the question, and why."""
    weight, reason = weights(), reasons()
    if question.vessel:
        if look["vessel"] != question.vessel or "ship_present" not in look["shows"]:
            return 1.0, f"does not name {question.vessel}"
        key = "ship_named_probable" if look["vessel_probable"] else "ship_named"
    elif "ship_present" in look["shows"]:
        pier_known = look["berth"] or look["vessel"] or not some_do_not_count
        key = "ship_seen" if pier_known else "ship_seen_pier_not_stated"
    elif {"change", "stack_gone"} & set(look["shows"]):
        key = "cargo_changed"
    else:
        return 1.0, "shows no ship and no change"
    return weight[key], reason[key]


def _which(case: Case, question: Question, known: Known) -> dict[str, Any]:
    """Which of the case's ships was it, or none of them?"""
    seen, background = looks_at(case, question, known.observations)
    weighing = Weighing(background=[look["observation_id"] for look in background])
    scores = {ship.name: (1 - question.prior) / len(case.ships) for ship in case.ships}
    none_of_them = "none of these ships"
    scores[none_of_them] = question.prior
    lengths = _register_lengths(known.vessels)
    for ship in case.ships:
        for root, (ratio, ids, why) in _ship_weights(ship, seen, lengths.get(ship.imo)).items():
            weighing.add([root, *(i for i in ids if i != root)], ship.name, ratio, why)
            scores[ship.name] *= ratio
    weighing.facts = [sentence(look) for look in seen]
    total = sum(scores.values())
    hypotheses = [
        {
            "id": name,
            "text": f"it was {name}" if name != none_of_them else "it was none of the ships of this case",
            "prior": question.prior if name == none_of_them else (1 - question.prior) / len(case.ships),
            "probability": clamp(score / total),
            "words": words(clamp(score / total)),
        }
        for name, score in sorted(scores.items(), key=lambda pair: -pair[1])
    ]
    return _finding(case, question, weighing, hypotheses, known)


def _register_lengths(vessels: pa.Table) -> dict[str, float]:
    """Length by IMO number, from registers and static data."""
    return {row["imo"]: row["length_m"] for row in vessels.to_pylist() if row["imo"] and row["length_m"]}


def _ship_weights(
    ship: Ship, seen: Sequence[Look], length_m: float | None
) -> dict[str, tuple[float, list[str], str]]:
    """For one ship, by root: likelihood ratio against an unknown ship, the looks behind it, and why."""
    root_of, found = roots(seen), {}
    weight, reason = weights(), reasons()
    for root in dict.fromkeys(root_of.values()):
        members = [look for look in seen if root_of[look["observation_id"]] == root]
        named = [look for look in members if look["vessel"] == ship.name and "ship_present" in look["shows"]]
        measured = [look for look in members if look["length_m"] and not look["vessel"]]
        if named:
            sure = [look for look in named if not look["vessel_probable"]]
            key = "ship_named" if sure else "ship_named_probable"
            found[(sure or named)[0]["observation_id"]] = (
                weight[key],
                [look["observation_id"] for look in named],
                reason[key],
            )
        elif measured and length_m:
            value = measured[0]["length_m"]
            ratio = _length_ratio(value, length_m)
            why = f"measured {value:.0f} m, {ship.name} is {length_m:.0f} m: the length is {ratio:.1f} times likelier than from an unknown cargo ship"
            found[measured[0]["observation_id"]] = (ratio, [look["observation_id"] for look in measured], why)
    return found


def _length_ratio(measured_m: float, length_m: float) -> float:
    """Density of a measured length under the ship's own length, over that under an unknown ship's."""
    sd, spread = weights()["length_sd_m"], weights()["length_range_m"]
    density = math.exp(-0.5 * ((measured_m - length_m) / sd) ** 2) / (sd * math.sqrt(2 * math.pi))
    return density * spread


def _each_gap(case: Case, question: Question, known: Known) -> list[dict[str, Any]]:
    """One finding for each dark gap of each ship of the case, and for each stop in the port that AIS shows."""
    start, end = utc(question.start), utc(question.end)
    ships = {ship.vessel_id: ship for ship in case.ships if ship.vessel_id}
    reach = {row["event_id"]: row for row in known.reach if row["port"] == question.port}
    made = []
    for event in known.events.to_pylist():
        ship = ships.get(event["vessel_id"])
        if ship is None or event["start"] < start or (event["end"] or event["start"]) > end:
            continue
        detail = json.loads(event["detail"])
        if event["kind"] == "gap" and event["event_id"] in reach:
            made.append(_gap(case, question, known, ship, event, detail, reach[event["event_id"]]))
        elif event["kind"] == "port_call" and detail["port"] == question.port and detail["stop_begin_utc"]:
            made.append(_open_call(case, question, known, ship, event, detail))
    return made


def _gap(
    case: Case,
    question: Question,
    known: Known,
    ship: Ship,
    event: Mapping[str, Any],
    detail: Mapping[str, Any],
    reach: Mapping[str, Any],
) -> dict[str, Any]:
    """Could the ship have called at the port in this gap, and how likely did it?"""
    weighing, ids = Weighing(), event["evidence_ids"]
    cited = ", ".join(ids)
    weighing.facts.append(
        f"{ship.name} was last heard on {event['start']:%d %B %Y at %H:%M} UTC"
        + (
            f" and next on {event['end']:%d %B %Y at %H:%M} UTC, a gap of {detail['duration_h']:.1f} h [{cited}]."
            if event["end"]
            else f" and not again [{cited}]."
        )
    )
    if reach["reason"]:
        probability, why = question.prior, reach["reason"]
        weighing.facts.append(f"Reachability is not known: {why} [{cited}].")
        ratio = 1.0
    else:
        to_port, from_port = reach["distance_km"]
        ratio = reach.get("likelihood_ratio") or clamp(reach["probability"]) / (
            1 - clamp(reach["probability"])
        )
        odds = question.prior / (1 - question.prior) * ratio
        probability = clamp(odds / (1 + odds))
        why = "the gap's length against the way by sea, with and without a call"
        weighing.facts.append(_reach_sentence(question, ship, reach, to_port, from_port, cited))
    weighing.add(ids, "called" if ratio >= 1 else "did not call", max(ratio, 1 / ratio), why)
    for one in _seen(case, question, known, event):
        odds = probability / (1 - probability) * one.ratio
        probability = clamp(odds / (1 + odds))
        side = "called" if one.ratio >= 1 else "did not call"
        weighing.add([one.detection_id], side, max(one.ratio, 1 / one.ratio), one.why)
    texts = (
        f"{ship.name} called at {question.port} while dark",
        f"{ship.name} passed by or stayed elsewhere",
    )
    return _finding(
        case, question, weighing, _two(question, probability, *texts), known,
        vessel=ship.name, window=(event["start"], event["end"] or utc(question.end)), suffix=event["event_id"],
    )  # fmt: skip


def _seen(case: Case, question: Question, known: Known, event: Mapping[str, Any]) -> list[Seen]:
    """What each scene of a gap shows at the port, against all ships of the case that were silent then."""
    scenes: dict[str, list[Mapping[str, Any]]] = {}
    for row in at_port(case.port(question.port), known.detections):
        if event["start"] <= row["time_utc"] <= (event["end"] or row["time_utc"]):
            scenes.setdefault(row["scene_id"], []).append(row)
    if not scenes:
        return []
    reach = {row["event_id"]: row for row in known.reach if row["port"] == question.port}
    ids = {one.vessel_id: one.imo for one in case.ships if one.vessel_id}
    register = _register(known.vessels, ids)
    events, made = known.events.to_pylist(), []
    for found in scenes.values():
        silent = silent_ships(events, reach, ids, found[0]["time_utc"])
        if event["vessel_id"] in silent:
            made.append(seen_in_scene(found, silent, register, event["vessel_id"]))
    return made


def _register(vessels: pa.Table, ids: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Stated length and beam of each ship of the case, by vessel id; joined by vessel id or IMO number."""
    made: dict[str, dict[str, Any]] = {}
    for row in vessels.to_pylist():
        for vessel_id, imo in ids.items():
            if row["vessel_id"] == vessel_id or (imo and row["imo"] == imo):
                made.setdefault(vessel_id, {}).update(
                    {key: row[key] for key in ("length_m", "beam_m") if row[key]}
                )
    return made


def _reach_sentence(
    question: Question, ship: Ship, reach: Mapping[str, Any], to_port: float, from_port: float, cited: str
) -> str:
    way = (
        f"{question.port} lies {to_port:.0f} km by sea from the last fix and {from_port:.0f} km from the next"
    )
    if reach["feasible"]:
        return f"{way}: at up to {ship.max_speed_kn:.0f} kn a call of at most {reach['longest_stay_h']:.1f} h fits into the gap [{cited}]."
    needed = reach["speed_needed_kn"]
    speed = (
        "" if needed is None else f"; it would need {'more than 40' if needed > 40 else f'{needed:.1f}'} kn"
    )
    return f"{way}: no call of the assumed stay fits into the gap at up to {ship.max_speed_kn:.0f} kn{speed} [{cited}]."


def _open_call(
    case: Case,
    question: Question,
    known: Known,
    ship: Ship,
    event: Mapping[str, Any],
    detail: Mapping[str, Any],
) -> dict[str, Any]:
    """A call that AIS itself shows."""
    weighing, ids = Weighing(), event["evidence_ids"]
    until = f"{event['end']:%d %B %Y at %H:%M}" if event["end"] else "the end of the data"
    weighing.facts.append(
        f"AIS shows {ship.name} at {question.port} from {event['start']:%d %B %Y at %H:%M} to {until} UTC [{', '.join(ids)}]."
    )
    weighing.add(ids, "called", weights()["ais_call"], reasons()["ais_call"])
    odds = question.prior / (1 - question.prior) * weights()["ais_call"]
    texts = (
        f"{ship.name} called at {question.port} with AIS on",
        f"{ship.name} did not call, and the positions are false",
    )
    return _finding(
        case, question, weighing, _two(question, clamp(odds / (1 + odds)), *texts), known,
        vessel=ship.name, window=(event["start"], event["end"] or utc(question.end)), suffix=event["event_id"],
    )  # fmt: skip


def _two(question: Question, probability: float, yes: str, no: str) -> list[dict[str, Any]]:
    """The two rival hypotheses of a yes-or-no question."""
    return [
        {
            "id": "called",
            "text": yes,
            "prior": question.prior,
            "probability": probability,
            "words": words(probability),
        },
        {
            "id": "did not call",
            "text": no,
            "prior": 1 - question.prior,
            "probability": 1 - probability,
            "words": words(1 - probability),
        },
    ]


def _finding(
    case: Case, question: Question, weighing: Weighing, hypotheses: list[dict[str, Any]], known: Known, *,
    vessel: str = "", window: tuple[datetime, datetime] | None = None, suffix: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Put a finding together, after its evidence was checked to be of one origin."""
    used = [known.evidence[item["evidence_id"]] for item in weighing.items]
    used += [known.evidence[key] for key in weighing.background]
    origin = require_one_origin(case, used, vessel)
    start, end = window or (question.start, question.end)
    return {
        "finding_id": content_id(
            "finding", VERSION, question.model_dump(mode="json"), suffix, weighing.items, hypotheses
        ),
        "question_id": question.id,
        "question": question.text or _question_text(question, vessel),
        "kind": question.kind,
        "origin": origin.value,
        "port": question.port,
        "start": utc(start),
        "end": utc(end),
        "vessel": vessel or None,
        "answer": _answer(hypotheses, weighing, window_words(start, end)),
        "probability": hypotheses[0]["probability"],
        "words": hypotheses[0]["words"],
        "hypotheses": hypotheses,
        "weighed": weighing.items,
        "background": sorted(set(weighing.background)),
        "facts": weighing.facts,
        "limits": _limits(question, bool(suffix)),
    }


def _answer(hypotheses: list[dict[str, Any]], weighing: Weighing, when: str) -> str:
    """The answer in one sentence, with the evidence that moves it."""
    cited = sorted({item["evidence_id"] for item in weighing.items if item["likelihood_ratio"] != 1.0})
    best = hypotheses[0]
    if not cited:
        return f"Not settled: nothing in the record weighs on whether {best['text']} {when}; the stated prior of {percent(best['prior'])} stands."
    if len(hypotheses) > 2 and best["probability"] < 0.55:
        shares = ", ".join(f"{one['id']} {percent(one['probability'])}" for one in hypotheses)
        return f"Not settled {when}: {shares} [{', '.join(cited)}]."
    return f"{best['words'].capitalize()} ({percent(best['probability'])}): {best['text']} {when} [{', '.join(cited)}]."


def _question_text(question: Question, vessel: str) -> str:
    when = window_words(question.start, question.end)
    if question.kind == "which":
        return f"Which ship called at {question.port} {when}?"
    return f"Did {vessel or 'a ship'} call at {question.port} {when}?"


def _limits(question: Question, from_ais: bool) -> list[str]:
    prior = f"Prior {percent(question.prior)}: {question.prior_reason}."
    return [A_CALL_IS_NOT_A_CARGO, A_GAP_IS_NOT_A_CALL if from_ais else NOT_ABSENT, prior]
