"""Simulated questions of judgement with known truth: ships, decoys, dark gaps, images, reports, copies, lies.

Every ship is fictional (EXERCISE 1, 2, ...). The world is made so that the stated weights are right on average
and wrong in each single case: how well a gap tells, how often an observer errs and how strongly two images share
their errors are drawn anew for each case. Copies name their root mostly, and sometimes only their
originator; a few name nothing and pass as votes of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from rubicon.assess.fusion import Item, Window
from rubicon.assess.shape import length_ratio
from rubicon.simulate.draws import Draws

CALL_PRIOR = 0.25
DECOYS = 0.5
"""Expected number of unknown ships in a window."""
DETECTED = 0.6
FALSE_ALARMS = 0.05
LENGTH_KNOWN = 0.7
NAMED = 0.5
"""Chance that an observer names a detected ship."""
NAMED_RIGHT = 0.85
CLAIMED = (0.5, 0.12)
"""Chance that a ship is claimed to have called, when it did and when it did not."""
DENIED = (0.25, 0.35)
REPORTS_RATIO, SILENCE_RATIO, NAMES_RATIO, DENIAL_RATIO = 4.2, 0.57, 12.0, 0.7
"""Likelihood ratios that are stated for such items: a claim, the silence of one who is known to watch, a named ship, a denial."""
UNNAMED_COPY = 0.03
"""Chance that a copy names neither root nor originator."""


@dataclass
class Puzzle:
    """One simulated question: what is known, and what happened."""

    window: Window
    items: list[Item] = field(default_factory=list)
    called: dict[str, bool] = field(default_factory=dict)


def puzzle(seed: int) -> Puzzle:
    """The puzzle of a seed, the same on every machine."""
    draws = Draws(4, seed)
    ships = [f"EXERCISE {i + 1}" for i in range(3 + _below(draws, 4))]
    lengths = {ship: 80 + 80 * _one(draws) for ship in ships}
    known = {ship: length if _one(draws) < LENGTH_KNOWN else None for ship, length in lengths.items()}
    called = {ship: _one(draws) < CALL_PRIOR for ship in ships}
    truth: dict[str, str] = {}
    measured: dict[str, list[float]] = {}
    for ship in ships:
        if called[ship] and _one(draws) < DETECTED:
            _detect(draws, truth, measured, ship, lengths[ship])
    for _ in range(_poisson(draws, DECOYS * DETECTED + FALSE_ALARMS)):
        if len(truth) < 6:
            _detect(draws, truth, measured, "", 50 + 150 * _one(draws))
    unknown = (DECOYS * DETECTED + FALSE_ALARMS) / 1.0
    made = Puzzle(
        Window(dict.fromkeys(ships, CALL_PRIOR), dict.fromkeys(truth, unknown), DETECTED), [], called
    )
    for one, values in measured.items():
        for number, value in enumerate(values):
            made.items += [
                Item(f"{one}-{number}-{ship}", ship, length_ratio(value, known[ship]), cluster=f"length of {one}", detection=one, kind="length")
                for ship in ships
            ]  # fmt: skip
    _names(draws, made, truth, ships)
    for ship in ships:
        _gap(draws, made, ship)
        _claims(draws, made, ship)
    return made


def _detect(
    draws: Draws, truth: dict[str, str], measured: dict[str, list[float]], ship: str, length: float
) -> None:
    """One detection with one to three images of the same visit, which share a part of their error."""
    one = f"D{len(truth) + 1}"
    truth[one] = ship
    shared = 8.0 * _normal(draws)
    images = 1 + _below(draws, 3)
    measured[one] = [length + shared + 6.0 * _normal(draws) for _ in range(images)]


def _names(draws: Draws, made: Puzzle, truth: dict[str, str], ships: list[str]) -> None:
    """Observers who name a detected ship, rightly or not, and those who copy them."""
    for one, ship in truth.items():
        if _one(draws) >= (NAMED if ship else NAMED * 0.6):
            continue
        right = ship and _one(draws) < NAMED_RIGHT
        name = ship if right else ships[_below(draws, len(ships))]
        item = Item(
            f"name of {one}", name, NAMES_RATIO, detection=one, kind="name", cluster=f"naming of {one}"
        )
        _with_copies(draws, made, item, 1.5)


def _gap(draws: Draws, made: Puzzle, ship: str) -> None:
    """How well the length of a dark gap tells: a score with one deviation whose distance differs by case."""
    distance = 0.6 + 1.2 * _one(draws)
    score = _normal(draws) + (distance / 2 if made.called[ship] else -distance / 2)
    made.items.append(Item(f"gap of {ship}", ship, math.exp(1.2 * score), kind="gap", spread=1.5))


def _claims(draws: Draws, made: Puzzle, ship: str) -> None:
    """A claim that the ship called, true or false, its copies, and a denial."""
    happened = made.called[ship]
    if _one(draws) < CLAIMED[0 if happened else 1]:
        _with_copies(
            draws,
            made,
            Item(f"claim on {ship}", ship, REPORTS_RATIO, kind="claim", cluster=f"talk of {ship}"),
            3.0,
        )
    else:
        made.items.append(Item(f"silence on {ship}", ship, SILENCE_RATIO, kind="silence"))
    if _one(draws) < DENIED[0 if happened else 1]:
        made.items.append(Item(f"denial of {ship}", ship, DENIAL_RATIO, kind="denial"))


def _with_copies(draws: Draws, made: Puzzle, item: Item, mean: float) -> None:
    """An item and its copies: most name their root, some only whom they lean on, few nothing."""
    made.items.append(item)
    for number in range(_poisson(draws, mean)):
        honest, silent = _one(draws) < 0.75, _one(draws) < UNNAMED_COPY
        made.items.append(
            Item(
                f"{item.item_id}, copy {number + 1}", item.ship, item.ratio, detection=item.detection, kind=item.kind,
                root="" if silent or not honest else item.item_id, cluster="" if silent else item.cluster,
            )
        )  # fmt: skip


def _one(draws: Draws) -> float:
    return float(draws.uniform(1)[0])


def _normal(draws: Draws) -> float:
    return float(draws.normal(1)[0])


def _below(draws: Draws, count: int) -> int:
    return min(count - 1, int(_one(draws) * count))


def _poisson(draws: Draws, mean: float) -> int:
    """Knuth's method: how many even draws multiply to no less than e to the minus mean."""
    count, product, least = 0, _one(draws), math.exp(-mean)
    while product >= least:
        count, product = count + 1, product * _one(draws)
    return count
