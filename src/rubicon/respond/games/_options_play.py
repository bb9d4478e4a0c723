"""One option played out: the onlooker's answers, the mover's last word, every equilibrium of the threat, each gap."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from rubicon.errors import OptionError
from rubicon.respond.games._exact import share
from rubicon.respond.games._options_file import (
    BACKED_DOWN,
    CONTEST,
    HELD,
    LET_GO,
    OUTCOMES,
    Option,
)
from rubicon.respond.games._threat import NIL, Profile, Threat, equilibria

EVERY, SOME, IN_PART, NONE = STATUSES = ("every", "some", "in_part", "none")
STATUS_WORDS = {
    EVERY: "deters in every equilibrium",
    SOME: "deters in some equilibria, not in all",
    IN_PART: "deters the opportunist alone, or in part: the transfer is neither certain nor ruled out",
    NONE: "does not deter",
}
MOST_TIES = 256


@dataclass(frozen=True)
class Played:
    """One equilibrium of an option, down to the last move."""

    threat: Threat
    profile: Profile
    onlooker: Mapping[str, str]
    last: tuple[str, str]
    """What a determined mover and an opportunist do when the threat is carried out: the outcome that follows."""

    @property
    def transfer(self) -> Fraction:
        """Probability of the transfer in the model."""
        return self.threat.transferred(self.profile.transfer)

    @property
    def taught_nothing(self) -> bool:
        """Whether it also holds when an unexpected transfer teaches the coalition nothing."""
        low, high = self.profile.belief
        return self.transfer > 0 or low <= self.threat.determined <= high


def play(option: Option, values: Mapping[str, Fraction]) -> list[Played]:
    """All extreme equilibria under one option; at a tie of the onlooker or of the last word each way is followed.

    Raises OptionError when a probability lies outside 0 to 1, or when more ways are tied than can be followed.
    """
    found = []
    for chosen in continuations(option, values):
        threat, last = chosen[0], chosen[2]
        found += [Played(threat, profile, chosen[1], last) for profile in equilibria(threat)]
    return found


def continuations(
    option: Option, values: Mapping[str, Fraction]
) -> Iterator[tuple[Threat, Mapping[str, str], tuple[str, str]]]:
    """The threat that is left when the last movers have been put in, for each way in which they may break ties."""
    p = share(option.determined.at(values), "determined")
    q = share(option.credibility.at(values), f"credibility of {option.entry.id}")
    answers = [_answers(option, outcome, values) for outcome in OUTCOMES]
    tried = 0
    for actions in product(*answers):
        onlooker = dict(zip(OUTCOMES, actions, strict=True))
        mover = [{o: option.mover[k, o, onlooker[o]].at(values) for o in OUTCOMES} for k in (0, 1)]
        coalition = [{o: option.coalition[j, o, onlooker[o]].at(values) for o in OUTCOMES} for j in (0, 1)]
        for last in product(*(_best({o: mover[k][o] for o in (CONTEST, BACKED_DOWN)}) for k in (0, 1))):
            tried += 1
            if tried > MOST_TIES:
                raise OptionError("too many moves are tied", place=option.entry.id)
            yield _threat(p, q, mover, coalition, (last[0], last[1])), onlooker, (last[0], last[1])


def _threat(
    p: Fraction, q: Fraction, mover: Sequence[Mapping[str, Fraction]],
    coalition: Sequence[Mapping[str, Fraction]], last: tuple[str, str],
) -> Threat:  # fmt: skip
    return Threat(
        p, q,
        hold=(mover[0][HELD], mover[1][HELD]),
        let_go=(mover[0][LET_GO], mover[1][LET_GO]),
        fight=(mover[0][last[0]], mover[1][last[1]]),
        stay=(coalition[0][LET_GO], coalition[1][LET_GO]),
        act=(
            (coalition[0][last[0]], coalition[0][last[1]]),
            (coalition[1][last[0]], coalition[1][last[1]]),
        ),
    )  # fmt: skip


def _answers(option: Option, outcome: str, values: Mapping[str, Fraction]) -> tuple[str, ...]:
    """The onlooker's best actions after an outcome; of those that are alike for all others, the first."""
    actions = [action for at, action in option.onlooker if at == outcome]
    best = _best({action: option.onlooker[outcome, action].at(values) for action in actions})
    if len(best) == 1:
        return best
    alike: dict[Any, str] = {}
    for action in best:
        cells = (part[k, outcome, action] for part in (option.mover, option.coalition) for k in (0, 1))
        alike.setdefault(tuple(cell.at(values) for cell in cells), action)
    return tuple(alike.values())


def _best(worth: Mapping[str, Fraction]) -> tuple[str, ...]:
    most = max(worth.values())
    return tuple(name for name, value in worth.items() if value == most)


def status(found: Sequence[Played]) -> str:
    """Whether the transfer is held back: in every equilibrium, in some, in part, or not.

    An equilibrium that rests on a belief which an unexpected transfer would have to teach counts for "every" alone.
    """
    plain = [each for each in found if each.taught_nothing] or list(found)
    if all(each.transfer == 0 for each in found):
        return EVERY
    if any(each.transfer == 0 for each in plain):
        return SOME
    return IN_PART if all(each.transfer < 1 for each in plain) else NONE


def best_response_gap(option: Option, values: Mapping[str, Fraction], played: Played) -> Fraction:
    """The most that anybody could gain by another action at any point of the tree, counted from the raw payoffs."""
    p, q = option.determined.at(values), option.credibility.at(values)
    seen, profile, gaps = played.onlooker, played.profile, [NIL]

    def worth(part: Mapping[Any, Any], kind: int) -> Callable[[str], Fraction]:
        return lambda outcome: Fraction(part[kind, outcome, seen[outcome]].at(values))

    for (outcome, action), each in option.onlooker.items():
        gaps.append(each.at(values) - option.onlooker[outcome, seen[outcome]].at(values) if action else NIL)
    carried = q * profile.carry_out[0] + (1 - q) * profile.carry_out[1]
    for kind in (0, 1):
        at = worth(option.mover, kind)
        gaps.append(max(at(CONTEST), at(BACKED_DOWN)) - at(played.last[kind]))
        moves = {1: (1 - carried) * at(LET_GO) + carried * at(played.last[kind]), 0: at(HELD)}
        x = profile.transfer[kind]
        gaps.append(max(moves.values()) - (x * moves[1] + (1 - x) * moves[0]))
    reach = p * profile.transfer[0] + (1 - p) * profile.transfer[1]
    beliefs = (p * profile.transfer[0] / reach,) if reach else profile.belief
    for kind, belief in product((0, 1), beliefs):
        at, y = worth(option.coalition, kind), profile.carry_out[kind]
        acts = belief * at(played.last[0]) + (1 - belief) * at(played.last[1])
        gaps.append(max(acts, at(LET_GO)) - (y * acts + (1 - y) * at(LET_GO)))
    return max(gaps)


def coalition_worth(option: Option, values: Mapping[str, Fraction], played: Played) -> Fraction:
    """What the coalition expects from the option before it knows its own resolve."""
    total = NIL
    p, q = played.threat.determined, played.threat.credibility
    for (k, chance_k), (j, chance_j) in product(((0, p), (1, 1 - p)), ((0, q), (1, 1 - q))):
        x, y = played.profile.transfer[k], played.profile.carry_out[j]
        at = {o: option.coalition[j, o, played.onlooker[o]].at(values) for o in OUTCOMES}
        after = y * at[played.last[k]] + (1 - y) * at[LET_GO]
        total += chance_k * chance_j * (x * after + (1 - x) * at[HELD])
    return total
