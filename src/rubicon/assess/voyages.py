"""Voyage reconstruction: what one ship's fixes, sightings and silences allow, as chains of legs, the best first.

A stop is a place with a window of time: a fix (window of no length), an image or visit (as long as its date allows), or a
detection that may or may not be this ship. Between two stops lies a leg: its way by sea, the speed that it needs at
least, and whether it fits at the ship's highest speed. In each leg that leaves time for it, a call at a port may stand
between; a doubtful stop may be another ship and fall out. The chains that remain are ranked by the product of the
probabilities of their doubtful stops and the likelihood ratios of their calls, each against the chain without it.

What two chains differ in is what would tell them apart: where and when one has the ship and the other has not. Windows are
taken whole: a date without a clock time is a day. Ways are taken 2 % short, so that no chain is ruled out by the error
of a distance. Two observations of one report count as the report counts them. A leg that fits is no voyage, and a call that
fits is no call.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise, product

import pyarrow as pa

from rubicon.case import Port, utc
from rubicon.detect.reach import Fix, reach
from rubicon.errors import InputTooLarge, InvalidPosition, OptionError
from rubicon.geo.coast import Coast, load_coast
from rubicon.geo.earth import KNOT_MS
from rubicon.geo.envelope import REDUCTION
from rubicon.geo.likely import Assumed
from rubicon.geo.many import CELL_KM
from rubicon.geo.sea import sea_distance_km

MOST_CHAINS = 200_000
"""Alternatives that are tried: 10 doubtful stops and 4 ports in each of 3 long silences stay below it."""
LEAST_GAP_H = 6.0
"""A silence shorter than this holds no call that is looked for."""


@dataclass(frozen=True)
class Stop:
    """A place where the ship was, or may have been, some time in a window.

    `probability` is that the thing seen there was this ship: 1 for a fix. `kind` is fix, observation, detection or call.
    """

    kind: str
    name: str
    lat_deg: float
    lon_deg: float
    start: datetime
    end: datetime
    probability: float = 1.0
    evidence_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if utc(self.end) < utc(self.start):
            raise InvalidPosition("the window ends before it starts", place=self.name)
        if not 0.0 < self.probability <= 1.0:
            raise OptionError("the probability must be above 0 and at most 1", place=self.name)

    @property
    def place(self) -> tuple[float, float]:
        """Latitude and longitude in degrees."""
        return self.lat_deg, self.lon_deg


@dataclass(frozen=True)
class Leg:
    """The way from one stop to the next.

    The ship left in the window `departure` and arrived in `arrival`, both narrowed by what the way takes at top speed.
    `speed_needed_kn` is the least that fits the whole windows, null when they overlap so that no time need pass.
    """

    start: str
    end: str
    distance_km: float
    departure: tuple[datetime, datetime]
    arrival: tuple[datetime, datetime]
    speed_needed_kn: float | None
    fits: bool


@dataclass(frozen=True)
class Chain:
    """One alternative: its stops and legs, its share among the alternatives, and the stops that it leaves out."""

    stops: tuple[Stop, ...]
    legs: tuple[Leg, ...]
    share: float
    left_out: tuple[Stop, ...]


@dataclass(frozen=True)
class Test:
    """What would tell two chains apart: a look at a place in a window, which one has the ship in and the other not."""

    place: str
    start: datetime
    end: datetime
    present_in: int
    absent_in: int


@dataclass(frozen=True)
class Limits:
    """The ship's highest speed, the shortest stay of a call, how many chains are given, and what likelihoods rest on."""

    max_speed_kn: float = 14.0
    stay_h: float = 12.0
    best: int = 5
    assumed: Assumed = field(default_factory=Assumed)


def reconstruct(
    stops: Sequence[Stop],
    ports: Sequence[Port] = (),
    limits: Limits = Limits(),
    *,
    coast: Coast | None = None,
) -> list[Chain]:
    """The best chains through the stops, with a call at one of the ports in each silence that leaves time for one.

    Chains with a leg that needs more than the highest speed are left out; when every chain has one, all of them are given with
    `fits` false on that leg: then a stop, the speed or an identity is wrong. Raises InputTooLarge for more than
    MOST_CHAINS alternatives, and as `geo.sea.sea_distance_km` does.
    """
    coast = coast or load_coast()
    ways = _Ways(coast)
    ordered = sorted(stops, key=lambda stop: (utc(stop.start), utc(stop.end), stop.name))
    doubtful = [k for k, stop in enumerate(ordered) if stop.probability < 1.0]
    if 2 ** len(doubtful) > MOST_CHAINS:
        raise InputTooLarge(f"{len(doubtful)} doubtful stops make more than {MOST_CHAINS:,} chains")
    weighed: list[tuple[float, tuple[Stop, ...], tuple[Stop, ...]]] = []
    for kept in product((True, False), repeat=len(doubtful)):
        out = {k for k, keep in zip(doubtful, kept, strict=True) if not keep}
        through = [stop for k, stop in enumerate(ordered) if k not in out]
        weight = math.prod(
            ordered[k].probability if k not in out else 1.0 - ordered[k].probability for k in doubtful
        )
        gone = tuple(ordered[k] for k in sorted(out))
        weighed += [
            (weight * more, chain, gone) for more, chain in _with_calls(through, ports, limits, coast)
        ]
        if len(weighed) > MOST_CHAINS:
            raise InputTooLarge(f"more than {MOST_CHAINS:,} chains; ask about fewer ports or a shorter time")
    chains = [(weight, _chain(through, gone, ways, limits)) for weight, through, gone in weighed]
    possible = [pair for pair in chains if all(leg.fits for leg in pair[1].legs)] or chains
    total = sum(weight for weight, _ in possible) or 1.0
    possible.sort(key=lambda pair: (-pair[0], [stop.name for stop in pair[1].stops]))
    return [
        Chain(made.stops, made.legs, round(weight / total, 4), made.left_out)
        for weight, made in possible[: limits.best]
    ]


class _Ways:
    """Ways by sea between stops, each measured once."""

    def __init__(self, coast: Coast) -> None:
        self.coast, self.known = coast, dict[frozenset[tuple[float, float]], float]()

    def km(self, a: Stop, b: Stop) -> float:
        """Length of the way in km; 0 between stops at one place."""
        key = frozenset((a.place, b.place))
        if key not in self.known:
            self.known[key] = 0.0 if len(key) == 1 else sea_distance_km(a.place, b.place, coast=self.coast)
        return self.known[key]


def _with_calls(
    stops: Sequence[Stop], ports: Sequence[Port], limits: Limits, coast: Coast
) -> list[tuple[float, tuple[Stop, ...]]]:
    """The stops as they are, and with a call at a port in each silence that leaves time for one, with weights."""
    made: list[tuple[float, tuple[Stop, ...]]] = [(1.0, tuple(stops[:1]))]
    for before, after in pairwise(stops):
        calls = _calls(before, after, ports, limits, coast)
        made = [
            (weight * ratio, (*chain, *call, after))
            for weight, chain in made
            for ratio, call in [(1.0, ()), *calls]
        ]
    return made


def _calls(
    before: Stop, after: Stop, ports: Sequence[Port], limits: Limits, coast: Coast
) -> list[tuple[float, tuple[Stop, ...]]]:
    """Calls that fit between two stops: likelihood ratio, shared among the ports, and the call as a stop."""
    longest = utc(after.end) - utc(before.start)
    # Only silences between fixes have a length that speaks for or against a call; else all that fits is as likely.
    sharp = before.start == before.end and after.start == after.end
    found = []
    if longest > timedelta(hours=LEAST_GAP_H):
        ends = Fix(*before.place, utc(before.start)), Fix(*after.place, utc(after.end))
        for port in ports:
            if port.name in (before.name, after.name):
                continue
            made = reach(
                *ends,
                port,
                max_speed_kn=limits.max_speed_kn,
                stay_h=limits.stay_h,
                coast=coast,
                assumed=limits.assumed,
            )
            if made.feasible:
                arrival = made.earliest_departure - timedelta(hours=limits.stay_h)
                leaving = made.latest_arrival + timedelta(hours=limits.stay_h)
                call = Stop("call", port.name, port.lat_deg, port.lon_deg, arrival, leaving)
                found.append((made.likelihood_ratio if sharp else 1.0, (call,)))
    return [(ratio / len(found), call) for ratio, call in found]


def _chain(stops: tuple[Stop, ...], left_out: tuple[Stop, ...], ways: _Ways, limits: Limits) -> Chain:
    return Chain(stops, tuple(_leg(a, b, ways.km(a, b), limits) for a, b in pairwise(stops)), 0.0, left_out)


def _leg(a: Stop, b: Stop, km: float, limits: Limits) -> Leg:
    shortest_m = 1000.0 * max(0.0, (1.0 - REDUCTION) * (km - CELL_KM))
    longest_s = (utc(b.end) - utc(a.start)).total_seconds()
    sail = timedelta(seconds=shortest_m / (limits.max_speed_kn * KNOT_MS))
    needed = (
        None if shortest_m == 0.0 else (shortest_m / longest_s / KNOT_MS if longest_s > 0.0 else math.inf)
    )
    fits = needed is None or needed <= limits.max_speed_kn
    latest = max(utc(b.end) - sail, utc(a.start))
    earliest = min(utc(a.start) + sail, utc(b.end))
    return Leg(
        a.name, b.name, round(km, 1),
        (utc(a.start), latest if a.kind in ("observation", "call") else min(utc(a.end), latest)),
        (max(utc(b.start), earliest) if b.kind == "fix" else earliest, utc(b.end)),
        None if needed is None or math.isinf(needed) else round(needed, 2), fits,
    )  # fmt: skip


def apart(chains: Sequence[Chain]) -> list[Test]:
    """Looks that would tell the first chain from each other one: places that one of the two has the ship at."""
    made = []
    for k, other in enumerate(chains[1:], start=1):
        for one, two, here, there in ((chains[0], other, 0, k), (other, chains[0], k, 0)):
            held = {(stop.name, stop.start, stop.end) for stop in two.stops}
            made += [
                Test(stop.name, utc(stop.start), utc(stop.end), here, there)
                for stop in one.stops
                if (stop.name, stop.start, stop.end) not in held
            ]
    return made


def stops_from_observations(
    observations: pa.Table, vessel: str, ports: Mapping[str, Port], *, probable: float = 0.7
) -> list[Stop]:
    """Stops of a ship from OBSERVATION rows that show it in a port of the case; copies of other rows are left out.

    A row whose identification the observer calls probable counts with `probable`. Its window is that of the row.
    """
    rows = observations.to_pylist()
    made = []
    for row in rows:
        seen = row["vessel"] == vessel and row["port"] in ports and "ship_present" in row["shows"]
        if seen and not row["repeats"]:
            port = ports[row["port"]]
            made.append(
                Stop(
                    "observation",
                    port.name,
                    port.lat_deg,
                    port.lon_deg,
                    row["start"],
                    row["end"],
                    probable if row["vessel_probable"] else 1.0,
                    (row["observation_id"],),
                )
            )
    return made
