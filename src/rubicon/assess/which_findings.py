"""Which of the case's ships was it, or none of them? One finding for each ship seen, decided together.

Sightings are put together into stays (`assess.visits`). Each stay is a ship for which all ships of the case compete, and
no ship is two that were seen apart in one window. The prior shares what `prior` leaves for "none of these ships"
evenly among them; what AIS says of a ship in the window moves her share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rubicon.assess.contest import SAME_ROOT, Contest, Piece, decide, fused, none_of_them, was
from rubicon.assess.finding_rows import Draft, hypothesis, row
from rubicon.assess.fusion import MOST_DETECTIONS, Item, Window
from rubicon.assess.known import Known, of_window
from rubicon.assess.likelihoods import Candidate, Told, ais_told, claims_told, gap_told
from rubicon.assess.looks import Look, roots, sentence
from rubicon.assess.shape import length_ratio
from rubicon.assess.visits import COUNTED, Stay, status, stays_of
from rubicon.assess.weights import reasons, weights
from rubicon.case import Case, Port, Question

NONE = "none of these ships"
CHANCE = 0.6
"""Chance that a call is seen; it stands on both sides of the comparison and falls out."""
Weighed = tuple[str, float, tuple[str, ...], str]
"""Ship, ratio against an unknown ship, looks, why."""


@dataclass(frozen=True)
class _Asked:
    """The question with the contest that all its ships seen share."""

    case: Case
    question: Question
    known: Known
    contest: Contest
    about: Sequence[Told]
    """What speaks of a ship alone."""
    background: Sequence[str]


@dataclass(frozen=True)
class _Sighted:
    """A ship seen: its name in the contest, its looks, and how they weigh."""

    name: str
    looks: Sequence[Look]
    told: Sequence[Weighed]


def which(case: Case, question: Question, known: Known) -> list[dict[str, Any]]:
    """FINDING rows: one, or one for each ship seen where they were several."""
    looks, background = known.looks(case, question)
    port = case.port(question.port)
    counted = [stay for stay in stays_of(looks) if status(port, stay.berth, stay.vessel) == COUNTED]
    groups = [_looks_of(stay) for stay in counted] if len(counted) > 1 else [list(looks)]
    ships = [of_window(known, ship, question, _share(case, question)) for ship in case.ships]
    sighted = [
        _Sighted(
            f"ship seen {number}", group, [*_weights_of(ships, group), *_elsewhere(known, ships, port, group)]
        )
        for number, group in enumerate(groups, start=1)
    ]
    about, made = _about_ships(case, question, known, ships), list[dict[str, Any]]()
    for first in range(0, len(sighted), MOST_DETECTIONS):
        together = sighted[first : first + MOST_DETECTIONS]
        contest = _contest(question, ships, together, about)
        asked = _Asked(case, question, known, contest, about, [look["observation_id"] for look in background])
        made += [_one(asked, one, several=len(sighted) > 1) for one in together]
    return made  # fmt: skip


def _contest(
    question: Question, ships: Sequence[Candidate], together: Sequence[_Sighted], about: Sequence[Told]
) -> Contest:
    """The contest of all ships for ships seen, as many as are paired exactly."""
    items = [_item(each, one.name) for one in together for each in one.told]
    window = Window(
        {one.key: one.prior for one in ships},
        {one.name: question.prior * CHANCE for one in together},
        CHANCE,
        misses={},
    )
    return Contest(window, (*items, *(item for _, each in about for item in each)))


def _share(case: Case, question: Question) -> float:
    """Prior of each ship of the case."""
    return (1 - question.prior) / max(len(case.ships), 1)


def _looks_of(stay: Stay) -> list[Look]:
    return [*stay.looks, *([stay.gone] if stay.gone else [])]


def _about_ships(case: Case, question: Question, known: Known, ships: Sequence[Candidate]) -> list[Told]:
    """What AIS and claims say of each ship in the window."""
    port = case.port(question.port)
    return [
        told
        for one in ships
        for told in (
            *gap_told(one, one.gap["parsed"] if one.gap else {}),
            *ais_told(one, port, known.event_rows),
            *claims_told(one, port, known.claim_rows)[0],
        )
    ]


def _weights_of(ships: Sequence[Candidate], seen: Sequence[Look]) -> list[Weighed]:
    """For each ship and root of looks: how many times likelier it is from her than from an unknown ship."""
    root_of, made = roots(seen), list[Weighed]()
    for one in ships:
        for root in dict.fromkeys(root_of.values()):
            members = [look for look in seen if root_of[look["observation_id"]] == root]
            named = [
                look for look in members if look["vessel"] == one.name and "ship_present" in look["shows"]
            ]
            measured = [look for look in members if look["length_m"] and not look["vessel"]]
            if named:
                sure = [look for look in named if not look["vessel_probable"]]
                key = "ship_named" if sure else "ship_named_probable"
                ids = dict.fromkeys(look["observation_id"] for look in (*sure, *named))
                made.append((one.key, weights()[key], tuple(ids), reasons()[key]))
            elif measured and one.length_m:
                value = measured[0]["length_m"]
                ratio = length_ratio(value, one.length_m)
                why = f"measured {value:.0f} m, {one.name} is {one.length_m:.0f} m: the length is {ratio:.2g} times likelier than from an unknown cargo ship"
                made.append((one.key, ratio, tuple(look["observation_id"] for look in measured), why))
    return made  # fmt: skip


def _elsewhere(known: Known, ships: Sequence[Candidate], port: Port, seen: Sequence[Look]) -> list[Weighed]:
    """Ships that AIS shows in another port the whole time of the looks."""
    if not seen:
        return []
    start, end = min(look["start"] for look in seen), max(look["end"] for look in seen)
    return [
        (
            one.key,
            1 / weights()["ais_call"],
            tuple(event["evidence_ids"]),
            f"AIS shows her at {event['parsed']['port']} then",
        )
        for one in ships
        for event in known.event_rows
        if event["kind"] == "port_call"
        and one.ship
        and event["vessel_id"] == one.ship.vessel_id
        and event["parsed"]["port"] != port.name
        and event["start"] <= start
        and (event["end"] is None or event["end"] >= end)
    ]


def _item(each: Weighed, name: str) -> Item:
    ship, ratio, ids, _ = each
    return Item(f"{ids[0]} {ship}", ship, ratio, root=ids[0], detection=name)


def _one(asked: _Asked, one: _Sighted, *, several: bool) -> dict[str, Any]:
    """The finding about one ship seen."""
    case, question = asked.case, asked.question
    found = fused(asked.contest)
    chances = {ship.name: found.pairs[ship.name, one.name] for ship in case.ships} | {
        NONE: found.unknown[one.name]
    }
    hypotheses = [
        hypothesis(
            name,
            f"it was {name}" if name != NONE else "it was none of the ships of this case",
            question.prior if name == NONE else _share(case, question),
            p,
        )
        for name, p in sorted(chances.items(), key=lambda pair: -pair[1])
    ]
    first = hypotheses[0]["id"]
    pieces = {ids[0]: Piece(ids[0], ids, why) for _, _, ids, why in one.told}
    pieces |= {piece.name: piece for piece, _ in asked.about}
    read = none_of_them(one.name) if first == NONE else was(first, one.name)
    verdict = decide(asked.contest, read, hypotheses[0]["prior"], list(pieces.values()))
    weighed = [each for told in one.told for each in _rows(*told)]
    weighed += [
        each
        for piece, items in asked.about
        for each in _rows(items[0].ship, items[0].ratio, piece.evidence_ids, piece.why)
    ]
    draft = Draft(
        question,
        verdict,
        hypotheses,
        [sentence(look) for look in one.looks],
        list(asked.background),
        weighed=weighed,
        window=(one.looks[0]["start"], one.looks[-1]["end"]) if several else None,
        suffix=one.name if several else "",
    )
    return row(case, draft, asked.known.evidence)  # fmt: skip


def _rows(ship: str, ratio: float, ids: Sequence[str], why: str) -> list[dict[str, Any]]:
    return [
        {"evidence_id": key, "favours": ship, "likelihood_ratio": 1.0 if n else ratio, "why": SAME_ROOT if n else why}
        for n, key in enumerate(ids)
    ]  # fmt: skip
