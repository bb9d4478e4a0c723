"""One finding for each dark gap of each ship of the case, and for each stop in the port that AIS shows.

Gaps that hold the moment of one ship seen are decided together: their ships compete for it. Hypotheses for a gap: the
ship called; it passed by; it stayed elsewhere; and where a ship was seen at the port, another ship did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow.compute as pc

from rubicon.assess.arena import Arena, arena
from rubicon.assess.at_port import seen_in_scenes
from rubicon.assess.contest import Verdict, called
from rubicon.assess.finding_rows import CALLED, NOT_CALLED, Draft, hypothesis, row
from rubicon.assess.known import Known
from rubicon.assess.likelihoods import Candidate, stayed_elsewhere
from rubicon.assess.looks import Look, sentence
from rubicon.case import Case, Port, Question, Ship, utc

Row = Mapping[str, Any]


def each_gap(case: Case, question: Question, known: Known) -> list[dict[str, Any]]:
    """FINDING rows in the order of the events."""
    start, end = utc(question.start), utc(question.end)
    ships = {ship.vessel_id: ship for ship in case.ships if ship.vessel_id}
    reach = {row["event_id"]: row for row in known.reach if row["port"] == question.port}
    gaps, calls = list[Candidate](), list[Candidate]()
    for event in known.event_rows:
        ship = ships.get(event["vessel_id"])
        if ship is None or event["start"] < start or (event["end"] or event["start"]) > end:
            continue
        if event["kind"] == "gap" and event["event_id"] in reach:
            gaps.append(_candidate(case, question, known, ship, event, reach[event["event_id"]]))
        elif event["kind"] == "port_call" and _in_port(event, question.port):
            calls.append(_candidate(case, question, known, ship, event, None))
    made = {
        one.key: _gap(case, question, known, together, one, looks)
        for group in _groups(case.port(question.port), known, gaps)
        for together, looks in [_together(case, question, known, group)]
        for one in group
    }
    for one in calls:
        made[one.key] = _open_call(case, question, known, one)
    return [made[event["event_id"]] for event in known.event_rows if event["event_id"] in made]


def _in_port(event: Row, port: str) -> bool:
    return event["parsed"]["port"] == port and bool(event["parsed"]["stop_begin_utc"])


def _candidate(
    case: Case, question: Question, known: Known, ship: Ship, event: Row, reach: Row | None
) -> Candidate:
    usable = reach if reach and not reach["reason"] else None
    return Candidate(
        event["event_id"], ship, event["start"], event["end"] or utc(question.end), question.prior,
        event if event["kind"] == "gap" else None, usable, heading_deg=known.heading(event, case.port(question.port)),
        **known.size(ship),
    )  # fmt: skip


def _groups(port: Port, known: Known, gaps: Sequence[Candidate]) -> list[list[Candidate]]:
    """Gaps that compete for a ship seen stand together, at any remove; others alone."""
    parent = {one.key: one.key for one in gaps}

    def top(key: str) -> str:
        while parent[key] != key:
            key = parent[key]
        return key

    for seen in seen_in_scenes(port, known.detections):
        holding = [
            one.key for one in gaps if any(one.start <= image.time <= one.end for image in seen.images)
        ]
        for key in holding[1:]:
            parent[top(key)] = top(holding[0])
    made: dict[str, list[Candidate]] = {}
    for one in gaps:
        made.setdefault(top(one.key), []).append(one)
    return list(made.values())


def _together(
    case: Case, question: Question, known: Known, group: Sequence[Candidate]
) -> tuple[Arena, dict[str, list[Look]]]:
    """The contest of a group, with the looks that lie in each gap."""
    looks = {
        one.key: known.looks(case, question.model_copy(update={"start": one.start, "end": one.end}))[0]
        for one in group
    }
    return arena(case, question, known, group, looks), looks


def _gap(
    case: Case, question: Question, known: Known, together: Arena, one: Candidate, looks: Mapping[str, Sequence[Look]]
) -> dict[str, Any]:  # fmt: skip
    """Could the ship have called at the port in this gap, and how likely did it?"""
    assert one.gap is not None
    verdict, event = together.verdict(one.key, called(one.key)), one.gap
    naming = [look for look in looks[one.key] if look["vessel"] == one.name]
    facts = [*_facts(question, known, one), *(sentence(look) for look in naming)]
    draft = Draft(
        question, verdict, _hypotheses(question, together, one, verdict), facts, together.background[one.key],
        vessel=one.name, window=(one.start, one.end), suffix=event["event_id"], from_ais=True,
    )  # fmt: skip
    return row(case, draft, known.evidence)


def _hypotheses(question: Question, together: Arena, one: Candidate, verdict: Verdict) -> list[dict[str, Any]]:  # fmt: skip
    p, prior, port = verdict.probability, question.prior, question.port
    first = hypothesis(CALLED, f"{one.name} called at {port} while dark", prior, p)
    if together.seen_by(one.key):
        text = f"another ship was seen at {port}, and {one.name} passed by or stayed elsewhere"
        return [first, hypothesis("another ship did", text, 1 - prior, 1 - p)]
    assert one.gap is not None
    stayed = stayed_elsewhere(one, one.gap["parsed"])
    return [
        first,
        hypothesis("passed by", f"{one.name} passed by without a stop", (1 - prior) / 2, (1 - p) * (1 - stayed)),
        hypothesis("stayed elsewhere", f"{one.name} stayed elsewhere: another port, at anchor or adrift", (1 - prior) / 2, (1 - p) * stayed),
    ]  # fmt: skip


def _facts(question: Question, known: Known, one: Candidate) -> list[str]:
    """When the ship was heard last and next, and what its reach allows."""
    assert one.gap is not None
    event, cited = one.gap, ", ".join(one.gap["evidence_ids"])
    until = (
        f" and next on {event['end']:%d %B %Y at %H:%M} UTC, a gap of {event['parsed']['duration_h']:.1f} h"
        if event["end"]
        else " and not again"
    )
    facts = [f"{one.name} was last heard on {event['start']:%d %B %Y at %H:%M} UTC{until} [{cited}]."]
    if one.reach is None:
        why = next(row["reason"] for row in known.reach if row["event_id"] == one.key and row["port"] == question.port)  # fmt: skip
        return [*facts, f"Reachability is not known: {why} [{cited}]."]
    facts.append(_reach_sentence(question, one, one.reach, cited))
    return facts


def _reach_sentence(question: Question, one: Candidate, reach: Row, cited: str) -> str:
    (to_port, from_port), speed = reach["distance_km"], one.ship.max_speed_kn if one.ship else 0.0
    way = (
        f"{question.port} lies {to_port:.0f} km by sea from the last fix and {from_port:.0f} km from the next"
    )
    if reach["feasible"]:
        return f"{way}: at up to {speed:.0f} kn a call of at most {reach['longest_stay_h']:.1f} h fits into the gap [{cited}]."
    needed = reach["speed_needed_kn"]
    words = "" if needed is None else f"; it would need {'more than 40' if needed > 40 else f'{needed:.1f}'} kn"  # fmt: skip
    return f"{way}: no call of the assumed stay fits into the gap at up to {speed:.0f} kn{words} [{cited}]."


def _open_call(case: Case, question: Question, known: Known, one: Candidate) -> dict[str, Any]:
    """A call that AIS itself shows: nothing else is asked, for no silence hides the ship."""
    event = next(row for row in known.event_rows if row["event_id"] == one.key)
    only = replace(
        known,
        detections=(),
        scenes=(),
        events=known.events.filter(pc.equal(known.events["event_id"], one.key)),
    )
    together = arena(case, question, only, [one], {})
    verdict, until = together.verdict(one.key, called(one.key)), "the end of the data"
    if event["end"]:
        until = f"{event['end']:%d %B %Y at %H:%M}"
    fact = f"AIS shows {one.name} at {question.port} from {event['start']:%d %B %Y at %H:%M} to {until} UTC [{', '.join(event['evidence_ids'])}]."
    hypotheses = [
        hypothesis(CALLED, f"{one.name} called at {question.port} with AIS on", question.prior, verdict.probability),
        hypothesis(NOT_CALLED, f"{one.name} did not call, and the positions are false", 1 - question.prior, 1 - verdict.probability),
    ]  # fmt: skip
    draft = Draft(
        question, verdict, hypotheses, [fact], together.background[one.key], vessel=one.name,
        window=(one.start, one.end), suffix=event["event_id"], from_ais=True,
    )  # fmt: skip
    return row(case, draft, known.evidence)
