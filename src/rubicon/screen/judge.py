"""The verdict on one query against one entry: class, strength, and reasons that show both values.

Four classes: `match` (the same IMO number, check digit holding, whatever the name), `probable` (the names meet and the numbers do
not settle it), `homonym_or_tampering` (the names meet and two valid numbers differ: two ships, or one with a false
number), `no_match`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rubicon.identifiers import imo_valid, normalise_imo
from rubicon.screen.births import agree, contradict
from rubicon.screen.names import NameKeys, name_keys, nearly_sounds, nearly_spelt
from rubicon.screen.parties import ACCEPT, Likeness, likeness

CLASSES = ("match", "probable", "homonym_or_tampering", "no_match")

SCORES = {
    "imo": 0.99,
    "imo, check digit fails": 0.6,
    "name": 0.7,
    "alias": 0.6,
    "name in another script": 0.65,
    "alias in another script": 0.55,
    "name in another spelling": 0.62,
    "alias in another spelling": 0.52,
    "name but for one letter": 0.56,
    "alias but for one letter": 0.51,
    "name nearly alike in another script": 0.54,
    "alias nearly alike in another script": 0.5,
    "two names of one entry": 0.58,
    "name, numbers differ": 0.3,
    "nothing": 0.01,
}
"""Order of strength, not probabilities. A number is worth more than any name, because one in ten random numbers passes the
check digit while several ships on any day share a common name."""

HOW = {
    "": "the same once normalised",
    " in another script": "alike in sound only",
    " in another spelling": "the same but for the way they are romanised",
    " but for one letter": "the same but for one letter",
    " nearly alike in another script": "nearly alike in sound only",
}


@dataclass(frozen=True)
class Query:
    """What is asked: a name, an IMO number, or both; `aliases` are other names of the same ship."""

    text: str = ""
    imo: str = ""
    aliases: tuple[str, ...] = ()
    mmsi: str = ""
    call_sign: str = ""
    born: tuple[str, ...] = ()
    """Dates of birth of a person, YYYY[-MM[-DD]] or a span with a stroke."""

    @property
    def label(self) -> str:
        """The query in one line."""
        return self.text or (
            f"IMO {self.imo}" if self.imo else f"MMSI {self.mmsi}" if self.mmsi else self.call_sign
        )

    @property
    def number(self) -> str | None:
        """The number asked about: as given, or a text that is itself a valid IMO number."""
        if self.imo:
            return normalise_imo(self.imo)
        return normalise_imo(self.text) if imo_valid(self.text) else None

    @property
    def names(self) -> tuple[str, ...]:
        """The names asked about."""
        given = () if normalise_imo(self.text) else (self.text,)
        return tuple(name for name in (*given, *self.aliases) if name)


@dataclass(frozen=True)
class Verdict:
    """How a query and an entry compare."""

    class_: str
    matched_on: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Name:
    """One name of one entry, with its keys."""

    text: str
    what: str

    @property
    def keys(self) -> NameKeys:
        """Keys under which it meets other spellings."""
        return name_keys(self.text)


Shared = tuple[Name, Name, str]
"""Two names that meet: asked, listed, and what they meet in."""


def judge(query: Query, asked: Sequence[Name], entry: Mapping[str, Any], names: Sequence[Name]) -> Verdict:
    """Class, strength and reasons for one query against one entry; every reason shows both values.

    A query with a ship's number is never held against a company or a person, whose numbers follow another scheme.
    """
    if entry["kind"] in ACCEPT:
        return _judge_party(query, asked, entry, names)
    number, listed = query.number, entry["imo"]
    is_ship = entry["kind"] == "vessel"
    shared = best_name(asked, names)
    about = [number_reason(query, entry), *_support(query, entry)]
    if is_ship and number and number == listed:
        basis = "imo" if imo_valid(number) else "imo, check digit fails"
        class_ = "match" if imo_valid(number) else "probable"
        return Verdict(class_, "imo", SCORES[basis], (*about, name_reason(query, entry, shared)))
    if shared is None or (query.imo and not is_ship):
        reasons = (*about, name_reason(query, entry, None))
        return Verdict("no_match", "nothing", SCORES["nothing"], reasons)
    reasons = (name_reason(query, entry, shared), *about)
    if imo_valid(number) and entry["imo_valid"]:
        return Verdict("homonym_or_tampering", shared[2], SCORES["name, numbers differ"], reasons)
    return Verdict("probable", shared[2], SCORES[shared[2]], reasons)


def _judge_party(
    query: Query, asked: Sequence[Name], entry: Mapping[str, Any], names: Sequence[Name]
) -> Verdict:
    """A company or person: by the likeness of the names alone."""
    about = number_reason(query, entry)
    kind = entry["kind"]
    found = ((likeness(a.text, b.text, kind), a, b) for a in asked for b in names)
    best = max(found, key=lambda one: (one[0].score, one[2].what == "name"), default=None)
    if query.imo or best is None or best[0].score < ACCEPT[kind]:
        return Verdict("no_match", "nothing", SCORES["nothing"], (about, name_reason(query, entry, None)))
    like, one, other = best
    return party_verdict(query, entry, one, other, like)


def party_verdict(query: Query, entry: Mapping[str, Any], one: Name, other: Name, like: Likeness) -> Verdict:
    """A company or person whose name is like the asked one."""
    words = (
        f"{other.what}: asked {one.text!r}, listed {other.text!r}: {like.reason} (likeness {like.score:.2f})"
    )
    score = round(SCORES[other.what] * like.score, 4)
    reasons = (words, number_reason(query, entry))
    dates = entry.get("born") or ()
    if not query.born or entry["kind"] != "person":
        return Verdict("probable", other.what, score, reasons)
    told = f"date of birth: asked {', '.join(query.born)}, listed {', '.join(dates) or 'none'}"
    if contradict(query.born, dates):
        # As two numbers of ships do: two persons of one name, or one with a false date; neither a match nor dropped.
        end = f"{told}: more than a year apart"
        return Verdict("homonym_or_tampering", other.what, SCORES["name, numbers differ"], (*reasons, end))
    end = "the same day" if agree(query.born, dates) else "do not contradict" if dates else "cannot tell"
    return Verdict("probable", other.what, score, (*reasons, f"{told}: {end}"))


def best_name(asked: Sequence[Name], names: Sequence[Name]) -> Shared | None:
    """The strongest pair of names that meet."""
    pairs = [
        (one, other, other.what + how)
        for one in asked
        for other in names
        if (how := meeting(one.keys, other.keys)) is not None
    ]
    return max(pairs, key=lambda pair: SCORES[pair[2]], default=None)


def meeting(one: NameKeys, other: NameKeys) -> str | None:
    """What two names meet in, as a key of HOW; null when they do not."""
    if not set(one.exact).isdisjoint(other.exact):
        return ""
    if one.latin and other.latin:
        if not set(one.spellings).isdisjoint(other.spellings):
            return " in another spelling"
        return " but for one letter" if nearly_spelt(one, other) else None
    if not set(one.sounds).isdisjoint(other.sounds):
        return " in another script"
    return " nearly alike in another script" if nearly_sounds(one, other) else None


def name_reason(query: Query, entry: Mapping[str, Any], shared: Shared | None) -> str:
    """Both names, and what they meet in."""
    if shared is None:
        asked = f"asked {query.names[0]!r}" if query.names else "none asked"
        return f"name: {asked}, listed {entry['name']!r}"
    one, other, what = shared
    return f"{other.what}: asked {one.text!r}, listed {other.text!r}: {HOW[what.removeprefix(other.what)]}"


def number_reason(query: Query, entry: Mapping[str, Any]) -> str:
    """Both IMO numbers, and whether they agree."""
    if entry["kind"] != "vessel":
        return f"the entry is a {entry['kind']}, which has no ship's IMO number"
    asked, listed = query.number, entry["imo"]
    words = [
        f"{verb} {number}{'' if imo_valid(number) else ' (check digit fails)'}" if number else f"none {verb}"
        for verb, number in (("asked", asked), ("listed", listed))
    ]
    if query.imo and not asked:
        words[0] = f"asked {query.imo!r}, which is no seven-digit number"
    end = (
        "the same"
        if asked and asked == listed
        else "different"
        if asked and listed
        else "cannot tell namesakes apart"
    )
    return f"IMO number: {words[0]}, {words[1]}: {end}"


def _support(query: Query, entry: Mapping[str, Any]) -> list[str]:
    """MMSI and call sign, which a change of flag hands on: they are shown and decide nothing."""
    told = []
    for what, asked, listed in (
        ("MMSI", query.mmsi, entry.get("mmsi")),
        ("call sign", query.call_sign, entry.get("call_sign")),
    ):
        if asked and listed:
            end = "the same" if asked.strip().upper() == listed.strip().upper() else "different"
            told.append(f"{what}: asked {asked}, listed {listed}: {end} (reissued with a change of flag)")
    return told


def names_of(entry: Mapping[str, Any]) -> list[Name]:
    """Names of an entry, the main one first."""
    return [Name(entry["name"], "name"), *(Name(alias, "alias") for alias in entry["aliases"])]
