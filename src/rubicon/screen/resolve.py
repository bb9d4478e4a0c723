"""One ship or company across lists, registers, AIS and claims: who is the same as whom, and who said so.

Identities that share a valid IMO number are joined by the program. Everything else is a question: candidates are proposed by
name, and a person's judgement (`same`, `different`, `unsure`) decides. Judgements lie in the ledger under the identities' own
ids, so that a reload of lists neither loses nor undoes one; the latest of a pair holds. A judgement that two
identities are different is kept even against equal numbers, and a cluster that would join them says so instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rubicon.errors import UsageError
from rubicon.identifiers import company_imo_valid, imo_valid
from rubicon.screen.names import name_keys
from rubicon.screen.pairs import compare
from rubicon.screen.parties import party
from rubicon.store.ledger import Ledger

ANSWERS = ("same", "different", "unsure")
KIND = "identity"


@dataclass(frozen=True)
class Identity:
    """What one source calls a ship, company or person: an id that a reload gives again, a name, a ship's number."""

    id: str
    name: str
    kind: str = "vessel"
    imo: str = ""


@dataclass(frozen=True)
class Cluster:
    """Identities that are one, why, and pairs within that were judged different: such a cluster needs a person."""

    members: tuple[str, ...]
    reasons: tuple[str, ...]
    conflicts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Question:
    """Two identities that may be one: a person decides."""

    one: str
    other: str
    score: float
    reasons: tuple[str, ...]


def judge_pair(ledger: Ledger, one: str, other: str, answer: str, *, who: str, why: str, at_utc: str) -> None:
    """Write down a person's judgement on a pair.

    Raises UsageError for an answer that is none of `same, different, unsure`, a pair of one, or no reason.
    """
    if answer not in ANSWERS:
        raise UsageError(f"a judgement is one of {', '.join(ANSWERS)}, got {answer!r}")
    if one == other or not one or not other:
        raise UsageError("a judgement is on two identities", place=one or other)
    if not why.strip():
        raise UsageError("a judgement gives its reason", place=f"{one}, {other}")
    first, second = sorted((one, other))
    ledger.add(KIND, who, {"one": first, "other": second, "answer": answer, "why": why}, at_utc=at_utc)


def judgements(ledger: Ledger) -> dict[tuple[str, str], tuple[str, str]]:
    """For each pair judged: the latest answer, and who gave it and why."""
    found = {}
    for entry in ledger.entries(KIND):
        body = entry.body
        found[body["one"], body["other"]] = (
            body["answer"],
            f"{entry.who}, {entry.at_utc[:10]}: {body['why']}",
        )
    return found


def resolve(
    identities: Iterable[Identity], judged: Mapping[tuple[str, str], tuple[str, str]]
) -> list[Cluster]:
    """Clusters of identities, single ones included, by their first member; order and repetition change nothing.

    Raises UsageError when one id stands for two different identities.
    """
    known = _by_id(identities)
    links = _number_links(known, judged)
    for (one, other), (answer, said) in judged.items():
        if answer == "same" and one in known and other in known:
            links.append((one, other, f"judged the same ({said})"))
    groups = _joined(known, [(one, other) for one, other, _ in links])
    apart = [pair for pair, (answer, _) in judged.items() if answer == "different"]
    made = []
    for members in groups:
        inside = set(members)
        reasons = sorted(f"{one}, {other}: {why}" for one, other, why in links if one in inside)
        conflicts = sorted(pair for pair in apart if set(pair) <= inside)
        made.append(Cluster(members, tuple(reasons), tuple(conflicts)))
    return made


def questions(
    identities: Iterable[Identity], judged: Mapping[tuple[str, str], tuple[str, str]]
) -> list[Question]:
    """Pairs of ships, or of companies, that share a name and are neither joined by number nor judged, the strongest first."""
    known = _by_id(identities)
    by_key: dict[str, set[str]] = defaultdict(set)
    for id_, identity in known.items():
        if identity.kind == "vessel":
            keys = name_keys(identity.name)
            for key in (*keys.exact, *keys.spellings, *keys.sounds):
                by_key[key].add(id_)
        elif words := party(identity.name, identity.kind).words:
            by_key[f"{identity.kind} {' '.join(sorted(words))}"].add(id_)
    pairs = {(one, other) for ids in by_key.values() for one in ids for other in ids if one < other}
    made = []
    for one, other in pairs - set(judged):
        a, b = known[one], known[other]
        verdict = compare(a.name, b.name, a.imo, b.imo, kind=a.kind)
        if verdict.class_ in ("probable", "homonym_or_tampering"):
            made.append(Question(one, other, verdict.score, verdict.reasons))
    return sorted(made, key=lambda question: (-question.score, question.one, question.other))


def _by_id(identities: Iterable[Identity]) -> dict[str, Identity]:
    known: dict[str, Identity] = {}
    for one in identities:
        if known.setdefault(one.id, one) != one:
            raise UsageError("one id stands for two identities", place=one.id)
    return dict(sorted(known.items()))


def _number_links(
    known: Mapping[str, Identity], judged: Mapping[tuple[str, str], tuple[str, str]]
) -> list[tuple[str, str, str]]:
    """Ships, or companies, of one valid number, each joined to the others unless a person judged the pair different."""
    by_number: dict[tuple[str, str], list[str]] = defaultdict(list)
    for id_, identity in known.items():
        valid = company_imo_valid if identity.kind == "company" else imo_valid
        if identity.imo and valid(identity.imo):
            by_number[identity.kind, identity.imo].append(id_)
    return [
        (one, other, f"the same IMO number {number}")
        for (_, number), ids in by_number.items()
        for at, one in enumerate(ids)
        for other in ids[at + 1 :]
        if judged.get((one, other), ("",))[0] != "different"
    ]


def _joined(known: Mapping[str, Identity], pairs: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    root = {id_: id_ for id_ in known}

    def find(id_: str) -> str:
        while root[id_] != id_:
            root[id_] = root[root[id_]]
            id_ = root[id_]
        return id_

    for one, other in pairs:
        low, high = sorted((find(one), find(other)))
        root[high] = low
    groups: dict[str, list[str]] = defaultdict(list)
    for id_ in known:
        groups[find(id_)].append(id_)
    return [tuple(members) for _, members in sorted(groups.items())]
