"""How much each kind of evidence weighs: from rows of the tables to items and pieces of one ship's case.

- a gap in AIS: the likelihood ratio of the reach model (`geo.likely`), and how well the feed hears there;
- AIS at the port: a call that positions show;
- looks of named observers: one vote for each observer and visit, copies none;
- claims that name the ship (or the port) for a window no longer than the question's, and denials;
- ships seen in scenes or by observers who name none: size, heading and time against each ship that it could be
  (`assess.at_port`).

Listings weigh nothing: that a ship is listed does not say where it was. All ratios stand in `weights.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from rubicon.assess.contest import Piece
from rubicon.assess.fusion import Item
from rubicon.assess.looks import SAME_VISIT, Look, roots
from rubicon.assess.stated import SAME_NAME, stated
from rubicon.assess.units import FAMILIES
from rubicon.assess.weights import reasons, weights
from rubicon.assess.words import clamp
from rubicon.case import Port, Ship
from rubicon.geo import likely

Row = Mapping[str, Any]
Told = tuple[Piece, list[Item]]
"""A piece of evidence and its items."""
STAY_H = 12.0
"""The shortest stay that a call is reckoned with, as in `detect.reach`."""
_VOYAGES = re.compile(dict(FAMILIES)["voyages"] + "|arriv|moor|berth|load", re.IGNORECASE)


@dataclass(frozen=True)
class Candidate:
    """A ship that may have called in a window: of a question, or of one gap of hers."""

    key: str
    """Its name in the contest."""
    ship: Ship | None
    """None: any ship."""
    start: datetime
    end: datetime
    prior: float
    gap: Row | None = None
    reach: Row | None = None
    """The row of `detect.reach` of that gap, null where there is none or it has a reason and no numbers."""
    length_m: float | None = None
    beam_m: float | None = None
    heading_deg: float | None = None
    """Her heading where she was last or next heard, when that was in the port."""

    @property
    def name(self) -> str:
        """The ship's name; empty for any ship."""
        return self.ship.name if self.ship else ""


def gap_told(one: Candidate, detail: Row) -> list[Told]:
    """What a silence says: the reach of its length, and how well the feed would have heard the ship."""
    if one.gap is None:
        return []
    ids, made = tuple(one.gap["evidence_ids"]), []
    if one.reach:
        made.append(
            _told(f"gap of {one.key}", ids, one.key, reach_ratio(one.reach), "the gap's length against the way by sea, with and without a call")
        )  # fmt: skip
    heard = detail.get("reception")
    if heard is not None:
        why = f"a ship that sends is heard there in {round(100 * clamp(heard))} % of hours, so it sent nothing: {_dark_words()}"
        made.append(_told(f"silence of {one.key}", ids, one.key, silence_ratio(heard), why))
    return made


def _dark_words() -> str:
    calling, otherwise = (round(100 * clamp(weights()[key])) for key in ("dark_calling", "dark_otherwise"))
    return f"so do {calling} % of ships that call there and {otherwise} % of others whose silence is asked about, as stated"


def reach_ratio(reach: Row) -> float:
    """The likelihood ratio of a row of `detect.reach`."""
    probability = clamp(reach["probability"])
    return float(reach.get("likelihood_ratio") or probability / (1 - probability))


def silence_ratio(heard: float) -> float:
    """How many times likelier a silence is of a ship that called than of one that did not.

    `heard` is the chance that a ship which sends is heard there; 1 comes out where nobody is, for then silence says
    nothing.
    """
    calling, else_ = weights()["dark_calling"], weights()["dark_otherwise"]
    return (calling + (1 - calling) * (1 - heard)) / (else_ + (1 - else_) * (1 - heard))


def stayed_elsewhere(one: Candidate, detail: Row) -> float:
    """Share of the silences without a call in which the ship stayed somewhere else, from the length of the gap.

    The two stories of `geo.likely`: a passage with idle time, and one with a stay as well.
    """
    assumed = likely.Assumed()
    if not (one.gap and one.reach and one.ship and one.gap["end"]):
        return likely.ELSEWHERE
    hours = (one.gap["end"] - one.gap["start"]).total_seconds() / 3600
    to_km, from_km = one.reach["distance_km"]
    way_h = max(detail.get("distance_km") or 0.0, abs(to_km - from_km)) / (one.ship.max_speed_kn * 1.852)
    free = hours - way_h / likely.speed_shares(assumed.speed_mean, assumed.speed_sd)
    stay = likely.ELSEWHERE * float(likely.stay_and_idle(free, STAY_H, assumed).mean())
    passed = (1 - likely.ELSEWHERE) * float(likely.idle(free).mean())
    return min(0.99, max(0.01, stay / (stay + passed))) if stay + passed > 0 else likely.ELSEWHERE


def ais_told(one: Candidate, port: Port, events: Iterable[Row]) -> list[Told]:
    """Calls that AIS itself shows in the window."""
    return [
        _told(event["event_id"], tuple(event["evidence_ids"]), one.key, weights()["ais_call"], reasons()["ais_call"])
        for event in events
        if event["kind"] == "port_call"
        and one.ship
        and event["vessel_id"] == one.ship.vessel_id
        and (detail := event["parsed"])["port"] == port.name
        and detail["stop_begin_utc"]
        and event["start"] < one.end
        and (event["end"] or event["start"]) > one.start
    ]  # fmt: skip


def looks_told(one: Candidate, looks: Sequence[Look], *, some_do_not_count: bool) -> list[Told]:
    """One piece for each observer and visit: the strongest look, with the rest as its copies."""
    root_of, made = roots(looks), []
    for root in dict.fromkeys(root_of.values()):
        weighed = sorted(
            (
                (*look_weight(look, one.name, some_do_not_count), look["observation_id"])
                for look in looks
                if root_of[look["observation_id"]] == root
            ),
            key=lambda each: -each[0],
        )
        ratio, why, name = weighed[0]
        ids = tuple(each[2] for each in weighed)
        items = [Item(key, one.key, ratio, root="" if key == name else name, kind="look") for key in ids]
        made.append((Piece(name, ids, why), items))
    return made


def look_weight(look: Look, vessel: str, some_do_not_count: bool) -> tuple[float, str]:
    """Likelihood ratio of one look for a call of a ship (of any ship when it has no name), and why."""
    if vessel:
        if look["vessel"] != vessel or "ship_present" not in look["shows"]:
            return 1.0, f"does not name {vessel}"
        key = "ship_named_probable" if look["vessel_probable"] else "ship_named"
    elif "ship_present" in look["shows"]:
        pier_known = look["berth"] or look["vessel"] or not some_do_not_count
        key = "ship_seen" if pier_known else "ship_seen_pier_not_stated"
    elif {"change", "stack_gone"} & set(look["shows"]):
        key = "cargo_changed"
    else:
        return 1.0, "shows no ship and no change"
    return weights()[key], reasons()[key]


def claims_told(one: Candidate, port: Port, claims: Iterable[Row]) -> tuple[list[Told], list[str]]:
    """Pieces from claims of calls, and the claims that speak of too long a time to weigh on this window.

    Copies are no votes of their own, and claims that lean on one originator share their errors.
    """
    those = [row for row in claims if _speaks_of(row, one, port)]
    inside = [row for row in those if _window_fits(row, one)]
    made: dict[str, Told] = {}
    for row in sorted(inside, key=lambda row: (row["root"] != row["claim_id"], row["claim_id"])):
        key, why = _claim_weight(row)
        own = row["root"] not in made
        piece, items = made.setdefault(row["root"], (Piece(row["root"], (), why), []))
        cluster = f"words of {row['originator'] or row['source']} on {one.key}"
        root = "" if row["claim_id"] == row["root"] else row["root"]
        items.append(Item(row["claim_id"], one.key, key, root=root, cluster=cluster, kind="claim"))
        ids = (*piece.evidence_ids, row["claim_id"])
        made[row["root"]] = Piece(row["root"], ids, why if own else piece.why), items
    return list(made.values()), sorted(row["claim_id"] for row in those if row not in inside)


def _claim_weight(row: Row) -> tuple[float, str]:
    if "denial" in row["source_type"]:
        key = "claim_denied"
    else:
        key = "claim_reliable" if row["reliability"] in ("A", "B") else "claim_other"
    return weights()[key], reasons()[key]


def _speaks_of(row: Row, one: Candidate, port: Port) -> bool:
    """Whether a claim is about calls of the ship (or, for any ship, of the port), and shares a day with the window."""
    if not _VOYAGES.search(f"{row['predicate'].replace('_', ' ')} {row['unit'] or ''}"):
        return False
    about = {SAME_NAME.get(part.strip().casefold(), part.strip().casefold()) for part in re.split(r"[+,/;]| and ", row["subject"])}  # fmt: skip
    names = [one.name, *one.ship.aliases] if one.ship else [port.name, *port.aliases]
    if not about & {SAME_NAME.get(name.casefold(), name.casefold()) for name in names}:
        return False
    start, end = stated(row).window
    return bool(row["period_start"]) and start < one.end and end > one.start


def _window_fits(row: Row, one: Candidate) -> bool:
    """Whether a claim's window lies in the question's, but for the days of one visit on each side."""
    start, end = stated(row).window
    return one.start - SAME_VISIT <= start and end <= one.end + SAME_VISIT


def _told(name: str, ids: tuple[str, ...], key: str, ratio: float, why: str) -> Told:
    return Piece(name, ids, why), [Item(name, key, ratio)]


def cover(one: Candidate, stay_h: float, times: Sequence[datetime]) -> float:
    """Chance that one of these moments falls into the ship's stay, were she to call.

    The stay (half, once and one and a half times the usual one) begins at any time after the earliest arrival and
    ends before the latest departure; without reach, anywhere in the window.
    """
    start, end = one.start, one.end
    if one.reach and one.ship:
        speed = one.ship.max_speed_kn * 1.852
        start += timedelta(hours=one.reach["distance_km"][0] / speed)
        end -= timedelta(hours=one.reach["distance_km"][1] / speed)
    length_h = (end - start).total_seconds() / 3600
    if length_h <= 0 or not times:
        return 0.0
    at = np.array([(time - start).total_seconds() / 3600 for time in times])
    shares = []
    for stay in (min(times_ * stay_h, length_h) for times_ in (0.5, 1.0, 1.5)):
        begins = np.linspace(0.0, length_h - stay, 60)[:, None]
        shares.append(float(((begins <= at) & (at <= begins + stay)).any(axis=1).mean()))
    return sum(shares) / len(shares)
