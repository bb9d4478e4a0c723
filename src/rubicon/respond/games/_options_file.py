"""The file of an options game: players, assumptions with ranges, named terms, options, onlooker.

The protocol is fixed, everything else is the analyst's: which options there are, what each puts at stake, every number
and its range. A mistake in the file is a named error with the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib import resources
from itertools import product
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from rubicon.case import Strict, read_model
from rubicon.errors import OptionError
from rubicon.respond.games._exact import fraction
from rubicon.respond.games._terms import Term, assumed, constant, term

HELD, LET_GO, BACKED_DOWN, CONTEST = OUTCOMES = ("held", "let_go", "backed_down", "contest")
MOVERS = ("determined", "opportunist")
COALITIONS = ("resolved", "unresolved")
NAME = r"^[a-z][a-z0-9_]{0,39}$"
Name = Annotated[str, Field(pattern=NAME)]


def _number(value: Any) -> Fraction:
    """A number of the file, exactly; pydantic names the key."""
    try:
        return fraction(value, "")
    except OptionError as error:
        raise ValueError(error.reason) from None


Number = Annotated[Fraction, BeforeValidator(_number)]
Texts = dict[str, str]


class Assumption(Strict):
    """A number that somebody set, with the range that they think possible."""

    id: Name
    label: str = ""
    """How a sentence names it; by default its id as words."""
    value: Number
    low: Number
    high: Number
    meaning: str = Field(min_length=1)
    set_by: str = Field(min_length=1)
    why: str = ""

    @property
    def words(self) -> str:
        """How a sentence names it."""
        return self.label or self.id.replace("_", " ")


class NamedTerm(Strict):
    """A sum of assumptions and earlier terms that has a name of its own."""

    id: Name
    is_: str = Field(alias="is")
    meaning: str = Field(min_length=1)


class Kind(Strict):
    """One of the two kinds that a player may be, and what names mean for it."""

    title: str
    names: Texts = Field({})


class Player(Strict):
    """A player whose kind the other does not know."""

    title: str
    kinds: dict[str, Kind]


class Action(Strict):
    """What the onlooker may do, and what it adds to the payoffs of each outcome."""

    id: Name
    title: str
    mover: Texts = Field({})
    coalition: Texts = Field({})
    onlooker: Texts = Field({})


class Onlooker(Strict):
    """A third party that sees the outcome and then moves."""

    title: str
    actions: tuple[Action, ...] = Field(min_length=1, max_length=4)


class Payoffs(Strict):
    """Payoffs of each outcome; what an option states goes before what the game states."""

    mover: Texts = Field({})
    coalition: Texts = Field({})


class OptionEntry(Strict):
    """One option of the coalition."""

    id: Name
    title: str
    act: str
    """What carrying out the threat would be."""
    credibility: str
    axes: tuple[Name, Name]
    """The two assumptions of its region map: its credibility and its cost."""
    names: Texts = Field({})
    payoffs: Payoffs = Payoffs(mover={}, coalition={})


class Map(Strict):
    """A region map over two assumptions, for all options."""

    id: Name
    title: str
    axes: tuple[Name, Name]


class GameFile(Strict):
    """The whole file."""

    title: str
    question: str
    unit: str
    note: str = ""
    mover: Player
    coalition: Player
    onlooker: Onlooker
    determined: str
    assumptions: tuple[Assumption, ...] = Field(min_length=1, max_length=60)
    terms: tuple[NamedTerm, ...] = Field((), max_length=60)
    payoffs: Payoffs
    options: tuple[OptionEntry, ...] = Field(min_length=1, max_length=12)
    maps: tuple[Map, ...] = Field((), max_length=6)


Cell = tuple[int, str, str]
"""Kind, outcome and action of the onlooker."""


@dataclass(frozen=True)
class Option:
    """One option with every payoff written out in assumptions."""

    entry: OptionEntry
    determined: Term
    credibility: Term
    mover: Mapping[Cell, Term]
    coalition: Mapping[Cell, Term]
    onlooker: Mapping[tuple[str, str], Term]

    @property
    def names(self) -> frozenset[str]:
        """The assumptions that it rests on."""
        return frozenset(name for each in self._terms() for name in each.names)

    def _terms(self) -> list[Term]:
        cells = (self.mover, self.coalition, self.onlooker)
        return [self.determined, self.credibility, *(each for part in cells for each in part.values())]

    def fold(self, values: Mapping[str, Fraction], *free: str) -> Option:
        """The same option with all assumptions put in but the free ones."""
        left = frozenset(free)

        def put(part: Mapping[Any, Term]) -> dict[Any, Term]:
            return {key: each.fold(values, left) for key, each in part.items()}

        return replace(
            self,
            determined=self.determined.fold(values, left), credibility=self.credibility.fold(values, left),
            mover=put(self.mover), coalition=put(self.coalition), onlooker=put(self.onlooker),
        )  # fmt: skip


@dataclass(frozen=True)
class Game:
    """A game that was read and checked."""

    file: GameFile
    options: tuple[Option, ...]
    values: Mapping[str, Fraction]

    @property
    def assumptions(self) -> Mapping[str, Assumption]:
        """Assumptions by name."""
        return {each.id: each for each in self.file.assumptions}


def load(path: Path | None = None, changed: Mapping[str, Any] | None = None) -> Game:
    """Read a game file, the shipped one by default; `changed` puts other values in.

    Raises CaseError for a wrong key, InputMissing when the file is not there, OptionError for a name that is not
    known, a value outside its range or an outcome without a payoff.
    """
    if path is None:
        with resources.as_file(resources.files("rubicon.respond.games") / "data" / "options.toml") as shipped:
            file = read_model(shipped, GameFile)
    else:
        file = read_model(path, GameFile)
    _no_twins(file)
    values = {each.id: each.value for each in file.assumptions}
    for name, value in (changed or {}).items():
        if name not in values:
            raise OptionError(f"unknown assumption; there are {', '.join(values)}", place=name)
        values[name] = fraction(value, name)
    for each in file.assumptions:
        if not each.low <= values[each.id] <= each.high:
            raise OptionError(f"lies outside its range, {each.low} to {each.high}", place=f"{each.id}={values[each.id]}")  # fmt: skip
    return Game(file, tuple(_option(file, entry) for entry in file.options), values)


def _no_twins(file: GameFile) -> None:
    groups = (file.options, file.maps, file.onlooker.actions, (*file.assumptions, *file.terms))
    for group in groups:
        ids = [each.id for each in group]  # type: ignore[attr-defined]
        if twins := sorted({each for each in ids if ids.count(each) > 1}):
            raise OptionError("stands twice in the file", place=", ".join(twins))
    for player, kinds in ((file.mover, MOVERS), (file.coalition, COALITIONS)):
        if set(player.kinds) != set(kinds):
            raise OptionError(f"needs the kinds {' and '.join(kinds)}", place=player.title)
    axes = [axis for part in file.options for axis in part.axes]
    axes += [axis for part in file.maps for axis in part.axes]
    if wrong := sorted(set(axes) - {each.id for each in file.assumptions}):
        raise OptionError("an axis must be an assumption", place=", ".join(wrong))


def _known(file: GameFile, entry: OptionEntry) -> dict[str, Term]:
    """What names mean under an option: assumptions, then the option's names, then terms in the order of the file."""
    place = f"options.{entry.id}"
    known = {each.id: assumed(each.id) for each in file.assumptions}
    for name, text in entry.names.items():
        known[name] = term(text, known, f"{place}.names.{name}")
    for each in file.terms:
        known[each.id] = term(each.is_, known, f"{place}, terms.{each.id}")
    return known


def _option(file: GameFile, entry: OptionEntry) -> Option:
    """An option with its own names bound, and those of each kind of player."""
    place, known = f"options.{entry.id}", _known(file, entry)
    actions = file.onlooker.actions
    return Option(
        entry,
        term(file.determined, known, "determined"),
        term(entry.credibility, known, f"{place}.credibility"),
        _cells(file.mover, MOVERS, file.payoffs.mover | entry.payoffs.mover, {a.id: a.mover for a in actions}, known, f"{place}.mover"),
        _cells(file.coalition, COALITIONS, file.payoffs.coalition | entry.payoffs.coalition, {a.id: a.coalition for a in actions}, known, f"{place}.coalition"),
        {
            (outcome, action.id): _one(action.onlooker, outcome, known, f"onlooker.{action.id}")
            for outcome in OUTCOMES
            for action in actions
        },
    )  # fmt: skip


def _cells(
    player: Player, kinds: tuple[str, str], payoffs: Texts, effects: Mapping[str, Texts],
    shared: Mapping[str, Term], place: str,
) -> dict[Cell, Term]:  # fmt: skip
    """A player's payoffs: of the outcome, and what the onlooker adds to it."""
    if missing := [outcome for outcome in OUTCOMES if outcome not in payoffs]:
        raise OptionError(f"needs a payoff for {', '.join(missing)}", place=place)
    made = {}
    for index, kind in enumerate(kinds):
        known = dict(shared)
        for name, text in player.kinds[kind].names.items():
            known[name] = term(text, known, f"{place}.{kind}.{name}")
        for outcome, (action, added) in product(OUTCOMES, effects.items()):
            base = _one(payoffs, outcome, known, place)
            made[index, outcome, action] = base + _one(added, outcome, known, f"onlooker.{action}")
    return made


def _one(texts: Texts, outcome: str, known: Mapping[str, Term], place: str) -> Term:
    if wrong := sorted(set(texts) - set(OUTCOMES)):
        raise OptionError(f"no such outcome; there are {', '.join(OUTCOMES)}", place=f"{place}.{wrong[0]}")
    text = texts.get(outcome)
    return constant(Fraction(0)) if text is None else term(text, known, f"{place}.{outcome}")
