"""The contest of a question: its ships, what speaks of each, and the ships seen that they compete for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rubicon.assess.at_port import (
    Image,
    Seen,
    items_of,
    misses,
    scenes_of,
    seen_in_scenes,
    seen_words,
    unseen_piece,
)
from rubicon.assess.contest import Contest, Piece, Read, Verdict, decide, fused
from rubicon.assess.finding_rows import unknown_ships
from rubicon.assess.fusion import MOST_DETECTIONS, Fused, Item, Window
from rubicon.assess.known import Known
from rubicon.assess.likelihoods import Candidate, Told, ais_told, claims_told, gap_told, looks_told
from rubicon.assess.looks import Look
from rubicon.assess.visits import COUNTED, status
from rubicon.assess.weights import weights
from rubicon.case import Case, Port, Question

Row = Mapping[str, Any]


@dataclass
class Arena:
    """A contest with what is shown for each of its ships."""

    contest: Contest
    ships: dict[str, Candidate]
    own: dict[str, list[Piece]] = field(default_factory=dict)
    """Pieces that speak of a ship alone, by its key."""
    seen: list[Seen] = field(default_factory=list)
    background: dict[str, list[str]] = field(default_factory=dict)
    found: Fused | None = None

    def verdict(self, key: str, read: Read) -> Verdict:
        """The verdict on one ship, with the ships seen that could be her."""
        one = self.ships[key]
        shown = [*self.own[key], *(self._seen_piece(seen, one) for seen in self.seen_by(key))]
        return decide(self.contest, read, one.prior, shown)

    def seen_by(self, key: str) -> list[Seen]:
        """Ships seen in the window of a ship."""
        one = self.ships[key]
        return [
            seen for seen in self.seen if any(one.start <= image.time <= one.end for image in seen.images)
        ]

    def _seen_piece(self, seen: Seen, one: Candidate) -> Piece:
        self.found = self.found or fused(self.contest)
        rivals = sum(seen in self.seen_by(key) for key in self.ships)
        ids = tuple(image.evidence_id for image in seen.images)
        return Piece(seen.name, ids, seen_words(seen, one, rivals, self.found.unknown[seen.name]), True)  # fmt: skip


def arena(
    case: Case, question: Question, known: Known, ships: Sequence[Candidate], looks: Mapping[str, Sequence[Look]]
) -> Arena:  # fmt: skip
    """The contest of ships at the question's port.

    `looks` are those that may weigh, by key of the ship in whose window they lie. Looks that name no ship are ships
    seen, for which all compete.
    """
    port = case.port(question.port)
    made = Arena(Contest(Window({one.key: one.prior for one in ships}, {})), {one.key: one for one in ships})
    items: list[Item] = []
    for one in ships:
        told, background = _told_of(port, known, one, looks.get(one.key, ()))
        made.own[one.key] = [piece for piece, _ in told]
        made.background[one.key] = background
        items += [item for _, each in told for item in each]
    every = {look["observation_id"]: look for each in looks.values() for look in each}
    scenes = scenes_of(port, known.scenes, min(one.start for one in ships), max(one.end for one in ships))
    made.seen = [
        seen
        for seen in (*seen_in_scenes(port, known.detections), *seen_by_observers(port, every.values()))
        if any(one.start <= image.time <= one.end for one in ships for image in seen.images)
    ]
    # The likeliest to be one of few are those that were seen most often; the others are shown and weigh nothing.
    made.seen.sort(key=lambda seen: -len(seen.images))
    left_out = [image.evidence_id for seen in made.seen[MOST_DETECTIONS:] for image in seen.images]
    made.seen = sorted(made.seen[:MOST_DETECTIONS], key=lambda seen: seen.images[0].time)
    for background in made.background.values():
        background.extend(left_out)
    for seen in made.seen:
        items += items_of(seen, ships, port.usual_stay_h)
    made.contest = Contest(
        Window(
            {one.key: one.prior for one in ships},
            {seen.name: unknown_ships(question) for seen in made.seen},
            weights()["chance_found"],
            misses(ships, scenes, port.usual_stay_h),
        ),
        tuple(items),
        unseen=tuple(unseen_piece(scenes, made.seen, known.detections)),
    )
    return made


def _told_of(port: Port, known: Known, one: Candidate, looks: Sequence[Look]) -> tuple[list[Told], list[str]]:
    """Pieces that speak of one ship alone, and her background."""
    others = not all(berth.counts for berth in port.berths)
    theirs = [look for look in looks if not one.ship or not unnamed_sighting(port, look)]
    detail = one.gap["parsed"] if one.gap else {}
    claims, wide = claims_told(one, port, known.claim_rows)
    told = [
        *gap_told(one, detail),
        *ais_told(one, port, known.event_rows),
        *looks_told(one, theirs, some_do_not_count=others),
        *claims,
    ]
    listed = known.listed(one.ship) if one.ship else []
    return told, [key for key in (*wide, *listed) if key in known.evidence]


def unnamed_sighting(port: Port, look: Look) -> bool:
    """Whether a look shows a ship that counts and names none: a ship seen, for which all compete."""
    shown = "ship_present" in look["shows"] and not look["vessel"]
    return bool(shown and status(port, look["berth"], None) == COUNTED)


def seen_by_observers(port: Port, looks: Iterable[Look]) -> list[Seen]:
    """Ships that observers saw and did not name, each with its looks."""
    made: list[Seen] = []
    for look in sorted(looks, key=lambda row: (row["start"], row["observation_id"])):
        if unnamed_sighting(port, look):
            image = Image(look["observation_id"], look["start"], look["length_m"], dated=False)
            own = next((one for one in reversed(made) if one.holds(image)), None)
            if own is None:
                made.append(own := Seen())
            own.images.append(image)
    return made


def with_scene_items(made: Arena, ratio: float) -> Arena:
    """For any ship: each ship seen in scenes is a piece for a call of its own, and nothing competes for it."""
    key = next(iter(made.ships))
    scenes = [seen for seen in made.seen if seen.images[0].dated]
    for seen in scenes:
        ids = tuple(image.evidence_id for image in seen.images)
        why = f"a ship that no AIS explains was found in {len(ids)} {'scene' if len(ids) == 1 else 'scenes'} of the port"
        made.own[key].append(Piece(seen.name, ids, why))
    items = (
        *(item for item in made.contest.items if not item.detection),
        *(Item(seen.name, key, ratio) for seen in scenes),
    )
    alone = replace(made.contest.window, detections={}, misses={} if scenes else made.contest.window.misses)
    unseen = () if scenes else made.contest.unseen
    made.contest, made.seen = Contest(alone, items, unseen=unseen), []
    return made
