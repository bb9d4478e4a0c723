"""Could a ship have called in a gap? The mathematics of reach, for one gap or many.

A ship is last heard at A, next heard T hours later at B. With d1 and d2 the ways by sea from A to the port
and on to B, a call of s hours at up to v knots is feasible when (d1 + d2) / v + s <= T. Distances are taken 2 %
short in every number that depends on the limit (`feasible`, slack, arrival, departure, stay, speed), so that
a call is ruled out only when it stays impossible with every error of the way by sea against the verdict.

How likely a call is, against a passage without one, follows from the densities of `geo.likely`; `likelihood_ratio` is what the
fusion of evidence multiplies odds by. A gap is not a call.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rubicon.case import utc
from rubicon.errors import InvalidPosition, OptionError
from rubicon.geo.earth import NAUTICAL_MILE_M
from rubicon.geo.gshhg import Floats
from rubicon.geo.likely import CALIBRATION, LEAST_PROBABILITY, Assumed, odds, tables
from rubicon.kernels.reaching import reach_pairs

REDUCTION = 0.02
"""Share by which distances are shortened: twice the largest error of the way by sea at 250 m."""


@dataclass(frozen=True)
class Reach:
    """Whether a call fits into a gap, and its margins; the keys of `rubicon reach --json`.

    `distance_km` are the estimated ways to the port and on from it; `distance_min_km` the same 2 % shorter,
    from which all other numbers but the last two follow. `probability` is that of a call at even odds before the gap's
    length is known, `likelihood_ratio` how many times likelier the gap's length is with a call than without. `latest_arrival` still leaves the stay asked for,
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
    likelihood_ratio: float


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
    assumed: Assumed | None = None,
) -> Envelope:
    """Reachability of a port for n gaps.

    `distance_km` (n x 2) are the ways to the port and from it, `least_km` (n x 2) lower bounds of them before
    the reduction, `straight_km` (n) the passage without a call, `gap_h` (n) the durations, `max_speed_kn` one
    speed or n. `stay_h` is the shortest stay that counts as a call, `assumed` what the probability rests on. Raises
    OptionError for a speed that is not positive, a negative stay or an assumption that cannot be.
    """
    assumed = assumed or Assumed()
    check_options(max_speed_kn, stay_h, assumed)
    speed_kmh = np.broadcast_to(np.asarray(max_speed_kn, float) * NAUTICAL_MILE_M / 1000.0, gap_h.shape)
    shortest = (1.0 - REDUCTION) * np.minimum(distance_km, least_km)
    to_h, from_h = shortest[:, 0] / speed_kmh, shortest[:, 1] / speed_kmh
    longest_h = gap_h - to_h - from_h
    slack_h, room_h = longest_h - stay_h, gap_h - stay_h
    way_nmi = shortest.sum(axis=1) * 1000.0 / NAUTICAL_MILE_M
    likely = probabilities(distance_km, least_km, straight_km, gap_h, speed_kmh, stay_h, assumed)[1]
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


def probabilities(
    distance_km: npt.ArrayLike,
    least_km: npt.ArrayLike,
    straight_km: npt.ArrayLike,
    gap_h: npt.ArrayLike,
    speed_kmh: npt.ArrayLike,
    stay_h: float,
    assumed: Assumed,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Slack in hours and probability of a call for n gaps and one port, as `envelope` takes them: the fast path.

    Works on 32-bit numbers, and copies none of those that are. Where a way is NaN, so are both numbers.
    """
    flat = [
        np.ascontiguousarray(part, np.float32)
        for part in (distance_km, least_km, straight_km, gap_h, speed_kmh)
    ]
    table = tables(stay_h, replace(assumed, basis=()))
    slack, even = reach_pairs(*flat, (stay_h, REDUCTION), table, odds(*CALIBRATION))
    return slack, even


def likelihood_ratio(probability: npt.ArrayLike) -> Floats:
    """How many times likelier a gap of this length is with a call than without, from the probability at even odds.

    Between 1/99 and 99, as probabilities are cut off at 1 and 99 %.
    """
    p = np.asarray(probability, float)
    return np.asarray(p / (1.0 - p))


def check_options(max_speed_kn: float | Floats, stay_h: float, assumed: Assumed | None = None) -> None:
    """Raise OptionError for a speed that is not positive, a negative stay, an assumption that cannot be."""
    speeds = np.asarray(max_speed_kn, float)
    if not (np.isfinite(speeds) & (speeds > 0.0)).all():
        raise OptionError("the highest speed must be above 0 kn", place=f"max_speed_kn={max_speed_kn}")
    if not 0.0 <= stay_h < np.inf:
        raise OptionError("the stay must be 0 h or more", place=f"stay_h={stay_h}")
    if assumed is not None:
        assumed.check()


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
        likelihood_ratio=_rounded(likelihood_ratio(_rounded(found.probability[i])).item()),
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
    assumed: Assumed | None = None,
) -> Reach:
    """Reachability for one gap: `envelope` with one row, so that both give the same numbers."""
    ways = np.array([distance_km], float)
    found = envelope(
        ways, np.array([least_km or distance_km], float), np.array([straight_km]),
        np.array([gap_hours(start, end)]), max_speed_kn=max_speed_kn, stay_h=stay_h,
        assumed=assumed,
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
