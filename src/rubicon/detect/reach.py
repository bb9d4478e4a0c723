"""Reach: could a ship have called at a port in a gap?

For each gap between two fixes and each port: the ways by sea, whether a call of the stated stay fits in at the
stated speed, with what margin, and how likely a call is against a passage without one. The mathematics and its
assumptions stand in `geo.envelope`, the ways in `geo.sea`.

What counts as evidence: the two fixes and the length of the silence, nothing else. A call that fits in is no
call; a call that does not fit in would need a faster ship, a shorter stay or a wrong fix. Known false
positives: ships that lie at anchor or drift in silence, poor reception near the port, a highest speed set too
high. Fields cover the coastline in use; a gap or port outside it gets a reason and no numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from rubicon.case import Port, utc
from rubicon.errors import NoWater, OutsideCoastline
from rubicon.geo.coast import Coast, load_coast
from rubicon.geo.earth import NAUTICAL_MILE_M, distance_km
from rubicon.geo.envelope import REDUCTION, Reach, check_options, envelope, gap_hours, reach_at, reach_one
from rubicon.geo.gshhg import Floats
from rubicon.geo.likely import Assumed
from rubicon.geo.many import CELL_KM
from rubicon.geo.sea import SNAP_KM, Way, check_position, no_way, ways_to

NUMBERS = tuple(Reach.__dataclass_fields__)


@dataclass(frozen=True)
class Fix:
    """A position at a time: degrees, and a time that is UTC when it states no zone.

    Raises InvalidPosition for degrees that no ship can have.
    """

    lat_deg: float
    lon_deg: float
    time_utc: datetime

    def __post_init__(self) -> None:
        check_position(self.lat_deg, self.lon_deg)

    @property
    def place(self) -> tuple[float, float]:
        """Latitude and longitude in degrees."""
        return self.lat_deg, self.lon_deg


def reach(
    from_fix: Fix,
    to_fix: Fix,
    port: Port,
    *,
    max_speed_kn: float = 14.0,
    stay_h: float = 12.0,
    coast: Coast | None = None,
    assumed: Assumed | None = None,
) -> Reach:
    """Could a ship have called at the port between two fixes?

    `assumed` is what the probability rests on: `geo.likely.for_ship` and `for_port` make it from a ship's own history
    and a port's calls; without it the assumption for all ships counts, with the port's usual stay.

    A fix or port on land counts from the water near it. Raises InvalidPosition (a fix later than the next),
    OptionError (speed, stay), OutsideCoastline, NoWater.
    """
    check_options(max_speed_kn, stay_h)
    gap_hours(from_fix.time_utc, to_fix.time_utc)
    ends = [from_fix.place, to_fix.place]
    ways = ways_to((port.lat_deg, port.lon_deg), ends, coast=coast)
    for place, km in zip(ends, ways.km, strict=True):
        if np.isnan(km):
            raise no_way(place)
    (to_km, from_km), least = ways.km.tolist(), lower_bound(ways.least_km).tolist()
    return reach_one(
        (to_km, from_km), from_fix.time_utc, to_fix.time_utc, least_km=(least[0], least[1]),
        straight_km=_straight_km(distance_km(*ends[0], *ends[1]), to_km, from_km),
        max_speed_kn=max_speed_kn, stay_h=stay_h, assumed=_of_port(assumed or Assumed(), port),
    )  # fmt: skip


def ports_inside(
    from_fix: Fix,
    to_fix: Fix,
    ports: Sequence[Port],
    *,
    max_speed_kn: float = 14.0,
    stay_h: float = 12.0,
    coast: Coast | None = None,
    assumed: Assumed | None = None,
) -> list[tuple[Port, Reach]]:
    """Every port that the gap leaves time for, with the numbers of `reach`, likeliest first.

    Ports outside the coastline in use, and those without water, are passed over. Raises as `reach` does for the fixes.
    """
    coast = coast or load_coast()
    check_options(max_speed_kn, stay_h)
    reach_km = gap_hours(from_fix.time_utc, to_fix.time_utc) * max_speed_kn * NAUTICAL_MILE_M / 1000.0
    found = []
    for port in ports:
        place = port.lat_deg, port.lon_deg
        # The geodesic is never longer than the way by sea, so most ports of the world are passed over at once.
        nearest = distance_km(*from_fix.place, *place) + distance_km(*place, *to_fix.place) - 2.0 * SNAP_KM
        if (1.0 - REDUCTION) * nearest > reach_km or not coast.covers(*place):
            continue
        try:
            made = reach(
                from_fix, to_fix, port, max_speed_kn=max_speed_kn, stay_h=stay_h, coast=coast, assumed=assumed
            )
        except NoWater as error:
            if error.place in (_words(from_fix.place), _words(to_fix.place)):
                raise
            continue
        if made.feasible:
            found.append((port, made))
    return sorted(found, key=lambda pair: (-pair[1].likelihood_ratio, pair[0].name))


def _words(place: tuple[float, float]) -> str:
    return f"{place[0]:g}, {place[1]:g}"


def _of_port(assumed: Assumed, port: Port) -> Assumed:
    """The assumption with the port's own usual stay, unless calls were counted for it."""
    return (
        assumed
        if assumed.basis[1:] != Assumed().basis[1:]
        else replace(assumed, usual_stay_h=port.usual_stay_h)
    )


def lower_bound(least_km: Floats) -> Floats:
    """The shortest that ways can be, in km, before the reduction."""
    return np.maximum(least_km - CELL_KM, 0.0)


def _straight_km(direct_km: Any, to_km: Any, from_km: Any) -> Any:
    """Lower bound of the passage without a call: the geodesic, and the difference of the two ways."""
    return np.maximum(direct_km, np.abs(to_km - from_km))


def reach_gaps(
    gaps: pa.Table,
    ports: Sequence[Port],
    max_speed_kn: float | Mapping[str, float] = 14.0,
    *,
    stay_h: float = 12.0,
    coast: Coast | None = None,
    assumed: Mapping[str, Assumed] | None = None,
) -> list[dict[str, Any]]:
    """Reachability of each port in each gap: a row for each pair, in the order of gaps and ports.

    `gaps` are EVENT rows of kind `gap` (others are passed over). `max_speed_kn` is one speed or speeds by
    `vessel_id` (14 for ships that it leaves out). A row has
    `event_id`, `vessel_id`, `port`, the numbers of `Reach` (with the likelihood ratio that evidence is fused with), and
    `reason`: null, or why the numbers are. `assumed` holds assumptions by `vessel_id`. One field is computed, or read from the cache, for each port.
    """
    coast = coast or load_coast()
    rows = [_Gap.of(row, coast) for row in gaps.to_pylist() if row["kind"] == "gap"]
    usable = [row for row in rows if not row.reason]
    by_port = [_port_rows(usable, port, max_speed_kn, (stay_h, assumed or {}), coast) for port in ports]
    done = {(row.event_id, p): found for p, found_rows in enumerate(by_port)
            for row, found in zip(usable, found_rows, strict=True)}  # fmt: skip
    return [
        {"event_id": row.event_id, "vessel_id": row.vessel_id, "port": port.name,
         **(done.get((row.event_id, p)) or _nothing(row.reason))}
        for row in rows for p, port in enumerate(ports)
    ]  # fmt: skip


def _nothing(reason: str) -> dict[str, Any]:
    return {**dict.fromkeys(NUMBERS), "reason": reason}


@dataclass(frozen=True)
class _Gap:
    """A gap's two fixes, or the reason why it has no two."""

    event_id: str
    vessel_id: str
    ends: tuple[Fix, Fix] | None
    reason: str = ""

    @classmethod
    def of(cls, event: Mapping[str, Any], coast: Coast) -> _Gap:
        detail, ids = json.loads(event["detail"]), (event["event_id"], event["vessel_id"])
        if event["end"] is None:
            return cls(*ids, None, "the gap has no end: the ship was not heard again")
        start, end = (
            Fix(detail[f"{end}_lat_deg"], detail[f"{end}_lon_deg"], utc(event[end]))
            for end in ("start", "end")
        )
        for name, fix in (("last", start), ("next", end)):
            if not coast.covers(*fix.place):
                return cls(
                    *ids, None, f"the {name} fix lies outside the coastline in use ({coast.resolution})"
                )
        gap_hours(start.time_utc, end.time_utc)
        return cls(*ids, (start, end))


def _port_rows(
    gaps: Sequence[_Gap],
    port: Port,
    max_speed_kn: float | Mapping[str, float],
    stay: tuple[float, Mapping[str, Assumed]],
    coast: Coast,
) -> list[dict[str, Any]]:
    """Numbers or a reason for one port and each gap."""
    ends = [gap.ends for gap in gaps if gap.ends]
    places = np.array([[fix.place for fix in pair] for pair in ends])
    speeds = np.array([_speed(max_speed_kn, gap.vessel_id) for gap in gaps])
    check_options(speeds, stay[0])
    if not ends:
        return []
    try:
        ways = ways_to((port.lat_deg, port.lon_deg), places, coast=coast)
    except (OutsideCoastline, NoWater) as error:
        return [_nothing(f"{port.name}: {error.reason}") for _ in gaps]
    of_ship = [_of_port(stay[1].get(gap.vessel_id, Assumed()), port) for gap in gaps]
    return _numbers(ways, ends, speeds, stay[0], of_ship)


def _speed(max_speed_kn: float | Mapping[str, float], vessel_id: str) -> float:
    return max_speed_kn.get(vessel_id, 14.0) if isinstance(max_speed_kn, Mapping) else max_speed_kn


def _numbers(
    ways: Way,
    ends: Sequence[tuple[Fix, Fix]],
    speeds: Floats,
    stay_h: float,
    assumed: Sequence[Assumed],
) -> list[dict[str, Any]]:
    """Numbers of each gap from its two ways, which follow each other in `ways`."""
    known = np.isfinite(ways.km.reshape(-1, 2).sum(axis=1))
    bounds = (ways.km, lower_bound(ways.least_km))
    km, least_km = (np.where(known[:, None], part.reshape(-1, 2), 0.0) for part in bounds)
    direct = np.array([distance_km(*start.place, *end.place) for start, end in ends])
    hours = np.array([gap_hours(start.time_utc, end.time_utc) for start, end in ends])
    straight = _straight_km(direct, km[:, 0], km[:, 1])
    dry = _nothing("no water near one of the fixes from which a way leads to the port")
    rows: list[dict[str, Any]] = [dry] * len(ends)
    for one in sorted(set(assumed), key=str):
        at = np.flatnonzero(known & np.array([own == one for own in assumed]))
        found = envelope(
            km[at], least_km[at], straight[at], hours[at], max_speed_kn=speeds[at], stay_h=stay_h, assumed=one
        )
        for k, i in enumerate(at.tolist()):
            rows[i] = {**asdict(reach_at(found, k, ends[i][0].time_utc, km[at])), "reason": None}
    return rows
