"""The column's own question: which option holds back the next transfer, and what would have to be true for that?

The coalition chooses an option in public: accommodate, condemn and sanction, interdict, reach out while sanctioning,
or what a file says. Then each option is a threat under doubt on both sides (`_threat.py`, after Kilgour and Zagare 1991,
Zagare and Kilgour 2000), and an onlooker moves last. Payoffs are sums of named terms: escalation, diversion to other
theatres and of satellites, third parties watching. All arithmetic is exact, but for Sobol's indices.

An answer says what follows from assumptions. It measures nothing, and is no probability of a transfer or of a war.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

from rubicon.errors import OptionError
from rubicon.respond.games._exact import fraction
from rubicon.respond.games._options_file import COALITIONS, MOVERS, OUTCOMES, Game, Option, load
from rubicon.respond.games._options_map import FINEST, Tip, region_map, tips
from rubicon.respond.games._options_play import (
    EVERY,
    STATUS_WORDS,
    STATUSES,
    Played,
    best_response_gap,
    coalition_worth,
    play,
    status,
)
from rubicon.respond.games._options_weigh import margin_of, swings, weighed

META = {
    "title": "Options before the next transfer",
    "source": "the threat under doubt on both sides of Kilgour and Zagare 1991, with an onlooker",
    "parameters": {
        "file": "a game file; by default the shipped one, respond/games/data/options.toml",
        "cells": "cells along each side of a region map, 0 for no maps (default 21)",
        "NAME": "another value for an assumption of the file, such as cost_sanctions=8",
    },
}
CELLS = 21
COARSE = 9
"""Cells of the maps behind the sentences when no maps are asked for."""
MOST_NAMED = 4
LESS = {"some": "it would deter in some equilibria", "in_part": "it would deter the opportunist alone"}
NOTE = (
    "Everything here follows from the assumptions listed, which are not measurements. "
    "No number is the probability of a transfer or of a war; shares are shares of stated ranges."
)


def solve(given: Mapping[str, Any], *, sobol: bool = True) -> dict[str, Any]:
    """`equilibria`, `regions`, `tipping_points`, `sensitivity`, `assumptions`, and `options` with their sentences.

    `given` may name a `file`, the `cells` of the maps, and other values of assumptions. Every equilibrium carries its
    best-response gap, counted from the raw payoffs. Without `sobol` the swings stand alone, which is quicker. Raises CaseError, InputMissing or OptionError for a wrong file,
    name or number.
    """
    changed = dict(given)
    path, cells = changed.pop("file", None), _cells(changed.pop("cells", CELLS))
    game = load(Path(str(path)) if path else None, changed)
    found = {option.entry.id: play(option, game.values) for option in game.options}
    tipping = {option.entry.id: list(tips(game, option)) for option in game.options}
    maps = _maps(game, cells or COARSE)
    return {
        "title": game.file.title,
        "question": game.file.question,
        "players": {
            "mover": game.file.mover.title, "coalition": game.file.coalition.title, "onlooker": game.file.onlooker.title,
        },
        "options": [
            _option(game, option, found, tipping[option.entry.id], maps) for option in game.options
        ],
        "equilibria": [
            _record(game, option, each) for option in game.options for each in found[option.entry.id]
        ],
        "regions": maps if cells else [],
        "tipping_points": [asdict(tip) for made in tipping.values() for tip in made],
        "sensitivity": {
            option.entry.id: {
                "margin": margin_of(option, game.values), "swings": swings(game, option), **(weighed(game, option) if sobol else {}),
            }
            for option in game.options
        },
        "assumptions": _assumptions(game),
        "terms": [{"id": each.id, "is": each.is_, "meaning": each.meaning} for each in game.file.terms],
        "unit": game.file.unit,
        "notes": [note for note in (game.file.note, NOTE) if note],
    }  # fmt: skip


def _cells(value: Any) -> int:
    cells = fraction(value, "cells")
    if cells.denominator != 1 or not 0 <= cells <= FINEST:
        raise OptionError(f"must be a whole number from 0 to {FINEST}", place=f"cells={value}")
    return int(cells)


def _maps(game: Game, cells: int) -> list[dict[str, Any]]:
    """Each option over its own credibility and cost, then the maps that the file asks for, over all options."""
    own = [
        {"id": option.entry.id, "title": f"{option.entry.title}: credibility and cost"}
        | region_map(game, [option], option.entry.axes, cells)
        for option in game.options
    ]
    asked = [
        {"id": each.id, "title": each.title} | region_map(game, game.options, each.axes, cells)
        for each in game.file.maps
    ]
    return own + asked


def _assumptions(game: Game) -> list[dict[str, Any]]:
    """Every assumption with its value, its range, who set it, and the options that rest on it."""
    return [
        {
            "id": each.id, "label": each.words, "value": game.values[each.id], "low": each.low, "high": each.high, "meaning": each.meaning,
            "set_by": each.set_by if game.values[each.id] == each.value else "whoever ran this, by --set",
            "why": each.why,
            "options": [option.entry.id for option in game.options if each.id in option.names],
        }
        for each in game.file.assumptions
    ]  # fmt: skip


def _record(game: Game, option: Option, played: Played) -> dict[str, Any]:
    """One equilibrium, with names for numbers, and its gap."""
    low, high = played.profile.belief
    return {
        "option": option.entry.id,
        "name": named(played),
        "transfer": dict(zip(MOVERS, played.profile.transfer, strict=True)),
        "carry_out": dict(zip(COALITIONS, played.profile.carry_out, strict=True)),
        "belief_after_transfer": [low, high],
        "rests_on_belief": not played.taught_nothing,
        "last_move": dict(zip(MOVERS, played.last, strict=True)),
        "onlooker": dict(played.onlooker),
        "coalition_worth": coalition_worth(option, game.values, played),
        "best_response_gap": best_response_gap(option, game.values, played),
    }


def named(played: Played) -> str:
    """The kind of equilibrium, in the words of Kilgour and Zagare where theirs fit."""
    determined, opportunist = played.profile.transfer
    if played.transfer == 0:
        return "Deterrence" if played.taught_nothing else "Deterrence by belief"
    if played.transfer == 1:
        return "Attack"
    if determined == 1 and opportunist == 0:
        return "Separating"
    return "Bluff" if determined == 1 else "Mixed"


def _option(
    game: Game, option: Option, found: Mapping[str, Sequence[Played]], tipping: Sequence[Tip],
    maps: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:  # fmt: skip
    """What an option is, whether it deters, and what would have to be true for that."""
    entry, now = option.entry, status(found[option.entry.id])
    return {
        "id": entry.id,
        "title": entry.title,
        "act": entry.act,
        "status": now,
        "status_words": STATUS_WORDS[now],
        "best_for_coalition": best(game, option, found),
        "what_would_have_to_be_true": sentence(game, option, now, tipping, maps),
        "payoffs": _payoffs(game, option, found[entry.id][0]),
    }


def best(game: Game, option: Option, found: Mapping[str, Sequence[Played]]) -> str:
    """Whether the coalition would choose the option: in every selection of equilibria, in some, or in none."""
    worth = {
        each.entry.id: [coalition_worth(each, game.values, one) for one in found[each.entry.id]]
        for each in game.options
    }
    own = worth.pop(option.entry.id)
    if not worth or min(own) >= max(max(others) for others in worth.values()):
        return "in every equilibrium"
    return (
        "in some equilibria"
        if max(own) >= max(min(others) for others in worth.values())
        else "in no equilibrium"
    )


def sentence(
    game: Game, option: Option, now: str, tipping: Sequence[Tip], maps: Sequence[Mapping[str, Any]]
) -> str:
    """What would have to be true for this option to deter, with exact values; the nearest changes come first."""
    who = option.entry.title
    if now == EVERY:
        ends = _changes(game, tipping, EVERY, leaving=True)
        until = f"it would stop doing so if {ends}" if ends else "no single assumption within its range changes that"  # fmt: skip
        return f"{who} deters in every equilibrium under these assumptions; {until}."
    if ways := _changes(game, tipping, EVERY):
        return f"For this option to deter in every equilibrium it would have to be true that {ways}, all else as assumed."
    pair = _pair(game, option, maps)
    parts = [
        "No single assumption within its range makes this option deter in every equilibrium; "
        + (f"it would have to be true together that {pair}" if pair else "nor do its credibility and its cost together")
    ]  # fmt: skip
    better = STATUSES[1 : STATUSES.index(now)]
    parts += [f"{LESS[each]} if {ways}" for each in better if (ways := _changes(game, tipping, each))]
    return "; ".join(parts) + ", all else as assumed."


def _changes(game: Game, tipping: Iterable[Tip], wanted: str, *, leaving: bool = False) -> str:
    """The changes of one assumption that enter (or leave) a status, each at its value nearest to the present one."""
    nearest: dict[str, tuple[Fraction, Tip]] = {}
    for tip in tipping:
        value, assumption = game.values[tip.assumption], game.assumptions[tip.assumption]
        near, far = (tip.below, tip.above) if value <= tip.at else (tip.above, tip.below)
        if (near if leaving else far) != wanted or near == far:
            continue
        way = abs(tip.at - value) / (assumption.high - assumption.low)
        if tip.assumption not in nearest or way < nearest[tip.assumption][0]:
            nearest[tip.assumption] = way, tip
    ordered = [tip for _, tip in sorted(nearest.values(), key=lambda each: each[0])]
    parts = [_until(game, tip) for tip in ordered[:MOST_NAMED]]
    if len(ordered) > MOST_NAMED:
        parts.append(f"one of {len(ordered) - MOST_NAMED} larger changes among the tipping points")
    return _either(parts) if parts else ""


def _until(game: Game, tip: Tip) -> str:
    value = game.values[tip.assumption]
    side = "above" if value <= tip.at else "below"
    return f"{game.assumptions[tip.assumption].words} lies {side} {number(tip.at, exact=tip.exact)} (taken as {number(value)})"


def _either(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def _pair(game: Game, option: Option, maps: Sequence[Mapping[str, Any]]) -> str:
    """The nearest cell of the option's own map in which it deters, in parts of each range."""
    shown = next((each for each in maps if each["id"] == option.entry.id), None)
    if shown is None:
        return ""
    axes, cells = shown["axes"], shown["cells"]
    at = [
        [axis["low"] + (axis["high"] - axis["low"]) * (2 * i + 1) / (2 * cells) for i in range(cells)]
        for axis in axes
    ]
    inside = [
        (at[0][i], at[1][j])
        for j, row in enumerate(shown["options"][option.entry.id]["rows"])
        for i, cell in enumerate(row)
        if cell == EVERY
    ]
    if not inside:
        return ""
    near = min(inside, key=lambda point: sum(abs(value - axis["value"]) / (axis["high"] - axis["low"]) for value, axis in zip(point, axes, strict=True)))  # fmt: skip
    parts = [
        f"{axis['label']} is about {number(value)} (taken as {number(axis['value'])})"
        for value, axis in zip(near, axes, strict=True)
    ]
    return " and ".join(parts)


def words(name: str) -> str:
    """The name of an assumption as words."""
    return name.replace("_", " ")


def number(value: Fraction, *, exact: bool = True) -> str:
    """A fraction as text, with its decimals where it is not whole; `about` where it is not exact."""
    if value.denominator == 1:
        return str(value)
    decimals = f"{float(value):.3g}"
    if not exact:
        return f"about {decimals}"
    short = Fraction(decimals) == value or value.denominator > 9999
    return decimals if short else f"{value} ({decimals})"


def _payoffs(game: Game, option: Option, played: Played) -> dict[str, Any]:
    """Payoffs of each outcome after the onlooker's move, by player and kind."""
    made: dict[str, Any] = {}
    for player, kinds, part in (("mover", MOVERS, option.mover), ("coalition", COALITIONS, option.coalition)):
        made[player] = {
            kind: {o: part[index, o, played.onlooker[o]].at(game.values) for o in OUTCOMES}
            for index, kind in enumerate(kinds)
        }
    made["onlooker"] = {o: option.onlooker[o, played.onlooker[o]].at(game.values) for o in OUTCOMES}
    return made


def lines(found: Mapping[str, Any]) -> list[str]:
    """The answer for a terminal: options with their sentences, equilibria, assumptions, what the maps show."""
    made = [found["question"], ""]
    for option in found["options"]:
        made += [
            f"{option['title']}: {option['status_words']}; best for the coalition {option['best_for_coalition']}",
            f"    {option['what_would_have_to_be_true']}",
        ]
        for each in found["equilibria"]:
            if each["option"] == option["id"]:
                moves = ", ".join(f"{kind} {each['transfer'][kind]}" for kind in MOVERS)
                made.append(
                    f"    {each['name']}: transfer {moves}; best-response gap {each['best_response_gap']}"
                )
    made += ["", "Assumptions (value, range, who set it):"]
    for each in found["assumptions"]:
        made.append(
            f"    {each['id']} = {each['value']} ({each['low']} to {each['high']}; {each['set_by']}): {each['meaning']}"
        )
    made += ["", "Shares of each region map (full maps with --json):"]
    for each in found["regions"]:
        for name, shown in each["options"].items():
            shares = ", ".join(
                f"{STATUS_WORDS[part['status']]} {float(part['share_of_map']):.2f}"
                for part in shown["regions"]
            )
            made.append(f"    {each['title']}, {words(name)}: {shares}")
    return [*made, "", *found["notes"]]
