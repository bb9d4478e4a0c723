"""Tasking: ports, stays and traffic of a case, sensors with revisit, cloud and price, a budget -> which port and day to image.

Traffic and stays are the case's posterior: calls counted at each port from dated looks (a floor: half a call is added to
each port, so that a port without one is not ruled out), and stays of half, once and one and a half times the port's usual
one, weighed by how long the counted visits were seen to last. Sensors are rows of `tasking/sensors.csv`, each with its source
and mark; what nobody publishes (the chance that a look shows a ship, the share of cloudy looks) is an assumption that the
answer lists with its range. Free sensors count only when the day of a pass is given: their passes cannot be chosen.

The answer stays inside the application: it is never part of what is published.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from rubicon.assess.counts import STAYS
from rubicon.assess.visits import COUNTED, visits
from rubicon.case import Case, Port
from rubicon.errors import OptionError
from rubicon.respond import plan_looks as solver
from rubicon.respond.plan_looks import Floats, Plan, Season

FOLDER = Path(__file__).with_name("tasking")
MOST_DAYS, MOST_IMAGES = 180, 400
CLOUD = 0.5
"""Share of optical looks that cloud spoils where nothing else is known: about what coasts of the region see over a year."""
CADENCES = (1, 2, 3, 4, 5, 7, 10, 14)
PRIOR_CALLS = 0.5


@dataclass(frozen=True)
class Sensor:
    """One kind of image; fields as in `sensors.csv`."""

    id: str
    name: str
    price_usd: int
    revisit_days: int
    detect: float
    detect_low: float
    detect_high: float
    cloud: bool
    note: str
    source_url: str
    verification: str

    def seen(self, cloud: float) -> float:
        """Chance that a look shows a ship that is there."""
        return self.detect * (1 - cloud) if self.cloud else self.detect


@dataclass(frozen=True)
class Traffic:
    """Calls at one port for each day, stays in hours with their chances, and where both come from."""

    port: str
    calls_per_day: float
    dwell_h: tuple[float, ...]
    dwell_chance: tuple[float, ...]
    basis: str


@dataclass(frozen=True)
class Wish:
    """What is asked: a season, and a budget of images or of money."""

    start: date
    days: int = 60
    images: int = 0
    budget_usd: int = 0
    cloud: float = CLOUD
    ports: tuple[str, ...] = ()
    first_pass: Mapping[str, date] = field(default_factory=dict)
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.days <= MOST_DAYS:
            raise OptionError(f"a season has 1 to {MOST_DAYS} days", place="days")
        if (
            bool(self.images) == bool(self.budget_usd)
            or not 0 <= self.images <= MOST_IMAGES
            or self.budget_usd < 0
        ):
            raise OptionError(f"give 1 to {MOST_IMAGES} images, or a budget in dollars", place="budget")
        if not 0 <= self.cloud < 1:
            raise OptionError("cloud is a share of looks, 0 to less than 1", place="cloud")


@cache
def sensors() -> tuple[Sensor, ...]:
    """All sensors, in the order of the file."""
    with (FOLDER / "sensors.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(
            Sensor(
                row["id"], row["name"], int(row["price_usd"]), int(row["revisit_days"]), float(row["detect"]),
                float(row["detect_low"]), float(row["detect_high"]), row["cloud"] == "yes", row["note"], row["source_url"],
                row["verification"],
            )
            for row in csv.DictReader(handle, strict=True)
        )  # fmt: skip


def traffic(case: Case, observations: pa.Table, ports: Sequence[str] = ()) -> list[Traffic]:
    """Traffic and stays at ports of a case, from its dated looks.

    Raises OptionError for a port that the case does not have.
    """
    known = {port.name: port for port in case.ports}
    if unknown := [name for name in ports if name not in known]:
        raise OptionError(f"no such port; there are {', '.join(known)}", place=unknown[0])
    seen = [row for row in visits(case, observations).to_pylist() if row["status"] == COUNTED]
    days = (case.period.end - case.period.start).days + 1
    chosen = [known[name] for name in ports] or list(case.ports)
    if not chosen:
        raise OptionError("the case names no port", place=case.id)
    return [_traffic(port, [row for row in seen if row["port"] == port.name], days) for port in chosen]


def _traffic(port: Port, seen: Sequence[Mapping[str, Any]], days: int) -> Traffic:
    stays = [port.usual_stay_h * times for times in STAYS]
    spans = [max((row["last_seen"] - row["first_seen"]).total_seconds() / 3600, 0.0) for row in seen]
    return Traffic(
        port.name,
        (len(seen) + PRIOR_CALLS) / days,
        tuple(stays),
        tuple(stay_posterior(stays, spans)),
        f"{len(seen)} calls counted in {days} days, a floor; usual stay {port.usual_stay_h:g} h",
    )


def stay_posterior(stays_h: Sequence[float], spans_h: Sequence[float]) -> list[float]:
    """Chance of each stay: equal before the looks, then moved to stays that are no shorter than the spans seen.

    A span longer than every stay speaks for the longest.
    """
    counts = np.ones(len(stays_h))
    for span in spans_h:
        fits = np.array([stay >= span for stay in stays_h], float)
        if not fits.any():
            fits[int(np.argmax(stays_h))] = 1.0
        counts += fits / fits.sum()
    return [float(one) for one in counts / counts.sum()]


def tasking(case: Case, observations: pa.Table, wish: Wish) -> dict[str, Any]:
    """The whole answer: the plan, what it catches, cadence, baselines, and plans for a mover who knows.

    Raises OptionError for a port, a sensor or a budget that cannot be.
    """
    flow = traffic(case, observations, wish.ports)
    kinds, budget = kinds_for(wish)
    season = season_of(flow, kinds, wish)
    plan = solver.best_plan(season, budget)
    mix = solver.robust(season, budget)
    drawn = mix.plans[int(np.random.default_rng(wish.seed).choice(len(mix.odds), p=mix.odds))]
    calls = float(season.arrivals.sum())
    rows = plan_rows(plan.choices, flow, kinds, wish)
    return {
        "case": case.id,
        "season": {"start": wish.start.isoformat(), "days": wish.days},
        "budget": {"images": wish.images} if wish.images else {"usd": wish.budget_usd},
        "plan": rows,
        "images": len(rows),
        "cost_usd": sum(row["price_usd"] for row in rows),
        "detection_probability": plan.share,
        "season_probability": _inside(1 - float(np.exp(-calls * plan.share))),
        "expected_calls": calls,
        "baselines": {
            "greedy": solver.greedy(season, budget).share,
            "equal_spacing": solver.equal_spacing(season, budget).share,
        },
        "by_budget": solver.record_of(solver.best_by_budget(season, budget)),
        "cadence": cadence(season, flow),
        "robust": {
            "detection_probability": mix.guaranteed,
            "at_most": mix.at_most,
            "against_unaware": mix.against_unaware,
            "plans_mixed": len(mix.plans),
            "drawn_with_seed": wish.seed,
            "drawn_plan": plan_rows(drawn, flow, kinds, wish),
        },
        "if_the_days_are_known": solver.exposed(season, plan.choices),
        "ports": [asdict(one) for one in flow],
        "sensors": [asdict(one) | {"seen": one.seen(wish.cloud)} for one in sensors()],
        "assumptions": assumptions(wish, kinds),
        "publish": False,
        "text": _text(plan, mix, len(rows), wish),
    }


def kinds_for(wish: Wish) -> tuple[list[Sensor], int]:
    """Tasked sensors worth using, and the budget in whole steps.

    A sensor that another beats in chance and price is left out. With a budget of images each costs one step.
    """
    tasked = [one for one in sensors() if one.price_usd]
    if wish.images:
        return [max(tasked, key=lambda one: (one.seen(wish.cloud), -one.price_usd))], wish.images
    step = int(np.gcd.reduce([one.price_usd for one in tasked]))
    worth = [
        one
        for one in tasked
        if one.price_usd <= wish.budget_usd
        and not any(
            other.seen(wish.cloud) >= one.seen(wish.cloud) and other.price_usd < one.price_usd
            for other in tasked
        )
    ]
    if not worth:
        raise OptionError("the budget buys no image", place=f"{wish.budget_usd} dollars")
    return worth, wish.budget_usd // step


def season_of(flow: Sequence[Traffic], kinds: Sequence[Sensor], wish: Wish) -> Season:
    """The season as the solver takes it."""
    stays = [solver.stay_chances(one.dwell_h, one.dwell_chance) for one in flow]
    longest = max(len(one) for one in stays)
    stay = np.stack([np.pad(one, (0, longest - len(one))) for one in stays])
    arrivals = np.repeat(np.array([[one.calls_per_day] for one in flow]), wish.days, axis=1)
    step = 1 if wish.images else int(np.gcd.reduce([one.price_usd for one in sensors() if one.price_usd]))
    cost = tuple(1 if wish.images else one.price_usd // step for one in kinds)
    miss = np.array([[1 - one.seen(wish.cloud) for one in kinds]] * len(flow))
    return Season(arrivals, stay, np.tile(_free(wish), (len(flow), 1)), miss, cost)


def _free(wish: Wish) -> Floats:
    """Chance that the free passes of each day miss a ship."""
    free = {one.id: one for one in sensors() if not one.price_usd}
    made = np.ones(wish.days)
    for name, first in wish.first_pass.items():
        if name not in free:
            raise OptionError(f"no such free sensor; there are {', '.join(free)}", place=name)
        offset = (first - wish.start).days % free[name].revisit_days
        made[offset :: free[name].revisit_days] *= 1 - free[name].seen(wish.cloud)
    return made


def plan_rows(
    choices: Any, flow: Sequence[Traffic], kinds: Sequence[Sensor], wish: Wish
) -> list[dict[str, Any]]:
    """A plan as rows by day: date, port, sensor, price."""
    return [
        {
            "date": (wish.start + timedelta(days=day)).isoformat(),
            "port": flow[port].port,
            "sensor": kinds[int(choices[port, day]) - 1].id,
            "price_usd": kinds[int(choices[port, day]) - 1].price_usd,
        }
        for day in range(wish.days)
        for port in range(len(flow))
        if choices[port, day]
    ]


def cadence(season: Season, flow: Sequence[Traffic]) -> list[dict[str, Any]]:
    """Chance to catch a call at each port when it is imaged every so many days."""
    made = []
    for gap in CADENCES:
        choices = solver.every(season, gap)
        found = solver.caught(season, choices).mean(axis=1)
        made.append(
            {
                "every_days": gap,
                "images_per_port": int((choices[0] > 0).sum()),
                "detection_probability": {one.port: float(p) for one, p in zip(flow, found, strict=True)},
            }
        )
    return made


def assumptions(wish: Wish, kinds: Sequence[Sensor]) -> list[dict[str, Any]]:
    """What the answer rests on that nobody measured here, with range and who set it."""
    rows: list[dict[str, Any]] = [
        {"name": "share of optical looks spoiled by cloud", "value": wish.cloud, "range": [0.3, 0.7], "set_by": "the shipped default, or --cloud"},
        {"name": "calls come by chance at an even rate", "value": "Poisson", "range": None, "set_by": "the model"},
        {"name": "looks miss independently of each other", "value": True, "range": None, "set_by": "the model; cloud that lasts makes runs of looks worth less"},
        {"name": "half a call added to each port", "value": PRIOR_CALLS, "range": [0.1, 1.0], "set_by": "the shipped default"},
    ]  # fmt: skip
    rows += [
        {"name": f"chance that a usable look of {one.id} shows the ship", "value": one.detect, "range": [one.detect_low, one.detect_high], "set_by": "tasking/sensors.csv, judged by the compilers"}
        for one in kinds
    ]  # fmt: skip
    return rows


def _inside(chance: float) -> float:
    """Never 0 and never 1 in print."""
    return min(max(chance, 0.01), 0.99)


def _text(plan: Plan, mix: solver.Mix, images: int, wish: Wish) -> str:
    return (
        f"{images} images in {wish.days} days from {wish.start} catch a call with chance {100 * plan.share:.0f} % if the mover does "
        f"not know the plan; a mix of {len(mix.plans)} plans catches at least {100 * mix.guaranteed:.0f} % (no mix more than "
        f"{100 * mix.at_most:.0f} %) against one who knows the odds but not the days. A call is not a cargo."
    )
