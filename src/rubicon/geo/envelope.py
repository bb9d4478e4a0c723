"""Could a ship have called in a gap, and how likely did it? The mathematics, for one gap or many.

A ship is last heard at A, next heard T hours later at B. With d1 and d2 the ways by sea from A to the port
and on to B, a call of s hours at up to v knots is feasible when (d1 + d2) / v + s <= T. Distances are taken 2 %
short in every number that depends on the limit (`feasible`, slack, arrival, departure, stay, speed), so that
a call is ruled out only when it stays impossible with every error of the way by sea against the verdict.

The probability compares two stories, each as the density of a gap that lasts just T hours:

- it called: the way by the port at the ship's usual speed (normal, mean 0.8 v, standard deviation 0.1 v, cut off
  at 0.4 v and v), a stay (log-normal around the port's usual stay, sigma 0.5, those of s hours or more), and
  idle time;
- it did not: the straight passage at the same speeds, and then either idle time alone, or a stay elsewhere
  (another port, an anchorage, adrift) as long as stays in this port are, with idle time. Both are taken to be
  equally likely: reach alone cannot tell a call here from a stay elsewhere, and what speaks for this port
  is that the way there and on fills the silence too.

Idle time (waiting, drifting, anchoring, or silence that goes on after arrival) is exponential with a mean that
differs from ship to ship: mixed over a gamma distribution it is a Lomax distribution, here of mean 12 h and
shape 2. Its long tail makes a silence of months say nothing about one call. The numbers are assumptions
that no data was fitted to; they rank gaps of one ship and are no measured frequency. A gap is not a call.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rubicon.case import utc
from rubicon.errors import InvalidPosition, OptionError
from rubicon.geo.earth import NAUTICAL_MILE_M

Floats = npt.NDArray[np.float64]

REDUCTION = 0.02
"""Share by which distances are shortened: twice the largest error of the way by sea at 250 m."""
LEAST_PROBABILITY = 0.01
"""No probability is stated below this or above one less this; infeasible calls get it: read "under 1 %"."""
SPEED_MEAN, SPEED_SD, SPEED_LEAST = 0.8, 0.1, 0.4
"""Usual speed as a share of the highest: merchant ships run at 75 to 85 % of it."""
STAY_SIGMA = 0.5
IDLE_MEAN_H, IDLE_SHAPE = 12.0, 2.0
ELSEWHERE = 0.5
"""Share of the silences without a call in which the ship stayed somewhere else; no data says more or less."""
SPEEDS = 32
STAYS = 400
MAX_STAY_TABLE_H = 1e6
CHUNK = 100_000


@dataclass(frozen=True)
class Reach:
    """Whether a call fits into a gap, and its margins; the keys of `rubicon reach --json`.

    `distance_km` are the estimated ways to the port and on from it; `distance_min_km` the same 2 % shorter,
    from which all other numbers but `probability` follow. `latest_arrival` still leaves the stay asked for,
    `earliest_departure` follows the earliest arrival and that stay. `longest_stay_h` is null when no time
    is left for any, `speed_needed_kn` when the gap is no longer than the stay.
    """

    feasible: bool
    distance_km: tuple[float, float]
    distance_min_km: tuple[float, float]
    slack_h: float
    latest_arrival: datetime
    earliest_departure: datetime
    longest_stay_h: float | None
    speed_needed_kn: float | None
    probability: float


class Envelope(NamedTuple):
    """The numbers of `Reach` for n gaps, as arrays; hours count from the last fix, NaN stands for null."""

    feasible: npt.NDArray[np.bool_]
    distance_min_km: Floats
    slack_h: Floats
    latest_arrival_h: Floats
    earliest_departure_h: Floats
    longest_stay_h: Floats
    speed_needed_kn: Floats
    probability: Floats


def envelope(
    distance_km: Floats,
    least_km: Floats,
    straight_km: Floats,
    gap_h: Floats,
    *,
    max_speed_kn: float | Floats = 14.0,
    stay_h: float = 12.0,
    usual_stay_h: float = 24.0,
    prior: float = 0.5,
) -> Envelope:
    """Reachability of a port for n gaps.

    `distance_km` (n x 2) are the ways to the port and from it, `least_km` (n x 2) lower bounds of them before
    the reduction, `straight_km` (n) the passage without a call, `gap_h` (n) the durations, `max_speed_kn` one
    speed or n. `stay_h` is the shortest stay that counts as a call, `usual_stay_h` the median of stays. `prior` is the probability of a call before the gap's length is known.
    Raises OptionError for a speed that is not positive, a negative stay or a prior outside 0 to 1.
    """
    check_options(max_speed_kn, stay_h, usual_stay_h, prior)
    speed_kmh = np.broadcast_to(np.asarray(max_speed_kn, float) * NAUTICAL_MILE_M / 1000.0, gap_h.shape)
    shortest = (1.0 - REDUCTION) * np.minimum(distance_km, least_km)
    to_h, from_h = shortest[:, 0] / speed_kmh, shortest[:, 1] / speed_kmh
    longest_h = gap_h - to_h - from_h
    slack_h, room_h = longest_h - stay_h, gap_h - stay_h
    way_nmi = shortest.sum(axis=1) * 1000.0 / NAUTICAL_MILE_M
    likely = _probability(
        distance_km.sum(axis=1), straight_km, gap_h, speed_kmh, (stay_h, usual_stay_h), prior
    )
    feasible = slack_h >= 0.0
    return Envelope(
        feasible=feasible,
        distance_min_km=shortest,
        slack_h=slack_h,
        latest_arrival_h=gap_h - stay_h - from_h,
        earliest_departure_h=to_h + stay_h,
        longest_stay_h=np.where(longest_h >= 0.0, longest_h, np.nan),
        speed_needed_kn=np.where(room_h > 0.0, way_nmi / np.where(room_h > 0.0, room_h, 1.0), np.nan),
        probability=np.where(feasible, likely, LEAST_PROBABILITY),
    )


def check_options(
    max_speed_kn: float | Floats, stay_h: float, usual_stay_h: float = 24.0, prior: float = 0.5
) -> None:
    """Raise OptionError for a speed or usual stay that is not positive, a negative stay, a prior of 0 or 1."""
    speeds = np.asarray(max_speed_kn, float)
    if not (np.isfinite(speeds) & (speeds > 0.0)).all():
        raise OptionError("the highest speed must be above 0 kn", place=f"max_speed_kn={max_speed_kn}")
    if not 0.0 <= stay_h < np.inf:
        raise OptionError("the stay must be 0 h or more", place=f"stay_h={stay_h}")
    if not 0.0 < usual_stay_h < np.inf:
        raise OptionError("the usual stay must be above 0 h", place=f"usual_stay_h={usual_stay_h}")
    if not 0.0 < prior < 1.0:
        raise OptionError("the prior must lie between 0 and 1", place=f"prior={prior}")


def gap_hours(start: datetime, end: datetime) -> float:
    """Hours between two fixes (times without a zone are UTC).

    Raises InvalidPosition when the first is the later one.
    """
    hours = (utc(end) - utc(start)) / timedelta(hours=1)
    if hours < 0.0:
        raise InvalidPosition(
            "the last fix before the gap is later than the first one after it", place=f"{start}"
        )
    return hours


def reach_at(found: Envelope, i: int, start: datetime, distance_km: Floats) -> Reach:
    """The numbers of gap i, which begins at `start`, with times for hours and null for NaN.

    A time that lies outside the calendar is cut off at its ends.
    """
    to_km, from_km, min_to, min_from = (
        _rounded(km, 3) for km in (*distance_km[i], *found.distance_min_km[i])
    )
    return Reach(
        feasible=bool(found.feasible[i]),
        distance_km=(to_km, from_km),
        distance_min_km=(min_to, min_from),
        # Rounded down, so that its sign always agrees with the verdict.
        slack_h=_rounded(np.floor(found.slack_h[i] * 1e4) / 1e4),
        latest_arrival=_after(start, found.latest_arrival_h[i]),
        earliest_departure=_after(start, found.earliest_departure_h[i]),
        longest_stay_h=_number(found.longest_stay_h[i]),
        speed_needed_kn=_number(found.speed_needed_kn[i]),
        probability=_rounded(found.probability[i]),
    )


def reach_one(
    distance_km: tuple[float, float],
    start: datetime,
    end: datetime,
    *,
    straight_km: float,
    least_km: tuple[float, float] | None = None,
    max_speed_kn: float = 14.0,
    stay_h: float = 12.0,
    usual_stay_h: float = 24.0,
) -> Reach:
    """Reachability for one gap: `envelope` with one row, so that both give the same numbers."""
    ways = np.array([distance_km], float)
    found = envelope(
        ways, np.array([least_km or distance_km], float), np.array([straight_km]),
        np.array([gap_hours(start, end)]), max_speed_kn=max_speed_kn, stay_h=stay_h,
        usual_stay_h=usual_stay_h,
    )  # fmt: skip
    return reach_at(found, 0, start, ways)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else _rounded(value)


def _rounded(value: float, digits: int = 4) -> float:
    """Far finer than what is known, and coarse enough to be the same on every machine; never minus zero."""
    return round(float(value), digits) + 0.0


def _after(start: datetime, hours: float) -> datetime:
    """A time so many hours later, to the second."""
    first = utc(start)
    try:
        return first + timedelta(seconds=round(float(hours) * 3600.0))
    except OverflowError:
        edge = datetime.max if hours > 0 else datetime.min
        return edge.replace(microsecond=0, tzinfo=first.tzinfo)


# --- how likely --------------------------------------------------------------------------------------------


def _probability(
    called_km: Floats,
    straight_km: Floats,
    gap_h: Floats,
    speed_kmh: Floats,
    stays_h: tuple[float, float],
    prior: float,
) -> Floats:
    """Probability of a call given the gap's length, between LEAST_PROBABILITY and one less that."""
    made = np.empty(len(gap_h))
    for start in range(0, len(gap_h), CHUNK):
        part = slice(start, start + CHUNK)
        speeds = speed_kmh[part, None] * _speed_shares()
        calling = _stay_and_idle(gap_h[part, None] - called_km[part, None] / speeds, *stays_h).mean(axis=1)
        left_h = gap_h[part, None] - straight_km[part, None] / speeds
        elsewhere = ELSEWHERE * _stay_and_idle(left_h, *stays_h) + (1.0 - ELSEWHERE) * _idle(left_h)
        passing = elsewhere.mean(axis=1)
        odds_for, odds_against = prior * calling, (1.0 - prior) * passing
        both = odds_for + odds_against
        made[part] = np.where(both > 0.0, odds_for / np.where(both > 0.0, both, 1.0), prior)
    return np.clip(made, LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY)


def _middles(n: int) -> Floats:
    return (np.arange(n) + 0.5) / n


@lru_cache(maxsize=1)
def _speed_shares() -> Floats:
    """Equally likely speeds, as shares of the highest."""
    usual = NormalDist(SPEED_MEAN, SPEED_SD)
    low, high = usual.cdf(SPEED_LEAST), usual.cdf(1.0)
    return np.array([usual.inv_cdf(low + (high - low) * p) for p in _middles(SPEEDS)])


def _idle(hours: Floats) -> Floats:
    """Density of idle time per hour (Lomax), 0 for negative times."""
    scale = IDLE_MEAN_H * (IDLE_SHAPE - 1.0)
    return np.where(
        hours >= 0.0, IDLE_SHAPE / scale * (1.0 + np.maximum(hours, 0.0) / scale) ** (-IDLE_SHAPE - 1.0), 0.0
    )


def _stays(stay_h: float, usual_stay_h: float) -> Floats:
    """Equally likely stays of `stay_h` or more."""
    normal = NormalDist()
    share = max(stay_h / usual_stay_h, 1e-9)
    above = normal.cdf(-math.log(share) / STAY_SIGMA)
    # Far out in the tail nothing is left of the distribution but its lower end.
    tails = [-normal.inv_cdf(above * p) if above * p > 0.0 else -np.inf for p in _middles(STAYS)]
    return np.maximum(usual_stay_h * np.exp(STAY_SIGMA * np.array(tails)), stay_h)


@lru_cache(maxsize=16)
def _stay_table(stay_h: float, usual_stay_h: float) -> tuple[Floats, Floats]:
    """Hours and the density of stay and idle time together, for interpolation."""
    stays = _stays(stay_h, usual_stay_h)
    hours = np.concatenate([np.linspace(0.0, 400.0, 4001), np.geomspace(401.0, MAX_STAY_TABLE_H, 1000)])
    return hours, np.array([_idle(hour - stays).mean() for hour in hours])


def _stay_and_idle(hours: Floats, stay_h: float, usual_stay_h: float) -> Floats:
    return np.interp(hours, *_stay_table(stay_h, usual_stay_h), left=0.0)
