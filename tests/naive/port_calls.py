"""Port calls by measuring from every position to every port: slow, plain, from the definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from geographiclib.geodesic import Geodesic

from naive.positions import by_vessel, hours

Fix = Mapping[str, Any]


def metres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    return float(Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2)["s12"])


def port_calls(rows: Iterable[Fix], ports: Sequence[Any], options: Any) -> list[dict[str, Any]]:
    """One dict a call: vessel, start, end, port, confidence and the times of what was seen."""
    return [
        call
        for vessel, fixes in sorted(by_vessel(rows).items())
        for call in _calls(vessel, fixes, ports, options)
        if call["confidence"] >= options.min_confidence
    ]


def _calls(vessel: str, fixes: Sequence[Fix], ports: Sequence[Any], options: Any) -> list[dict[str, Any]]:
    near = [_nearest(fix, ports) for fix in fixes]
    speeds = [_speed(fixes, i) for i in range(len(fixes))]
    states = _states([km for km, _ in near], speeds, options)
    found, i = [], 0
    while i < len(fixes):
        if states[i] == "sea":
            i += 1
            continue
        end = i
        while end + 1 < len(fixes) and states[end + 1] != "sea":
            end += 1
        found.append(_call(vessel, fixes, near, speeds, states, i, end, options))
        i = end + 1
    return found


def _nearest(fix: Fix, ports: Sequence[Any]) -> tuple[float, str]:
    return min((metres(fix["lat_deg"], fix["lon_deg"], p.lat_deg, p.lon_deg) / 1000, p.name) for p in ports)


def _states(km: Sequence[float], speeds: Sequence[float | None], options: Any) -> list[str]:
    states: list[str] = []
    for distance, speed in zip(km, speeds, strict=True):
        before = states[-1] if states else "sea"
        outside = distance >= options.exit_km if before != "sea" else True
        if distance > options.enter_km and outside:
            states.append("sea")
        elif speed is None:
            states.append("stopped" if before == "stopped" else "port")
        else:
            limit = options.stop_ends_kn if before == "stopped" else options.stop_begins_kn
            below = speed <= options.stop_begins_kn or speed < limit
            states.append("stopped" if below else "port")
    return states


def _speed(fixes: Sequence[Fix], i: int) -> float | None:
    if fixes[i].get("speed_kn") is not None:
        return float(fixes[i]["speed_kn"])
    earlier = [k for k in range(i) if hours(fixes[k], fixes[i]) >= 1 / 6]
    later = [k for k in range(i, len(fixes)) if hours(fixes[i], fixes[k]) >= 1 / 6]
    other = earlier[-1] if earlier else later[0] if later else None
    if other is None or abs(hours(fixes[i], fixes[other])) > 4:
        return None
    a, b = fixes[i], fixes[other]
    return metres(a["lat_deg"], a["lon_deg"], b["lat_deg"], b["lon_deg"]) / 1852 / abs(hours(a, b))


def _call(
    vessel: str, fixes: Sequence[Fix], near: Sequence[tuple[float, str]], speeds: Sequence[float | None],
    states: Sequence[str], begin: int, end: int, options: Any,
) -> dict[str, Any]:  # fmt: skip
    stopped = [i for i in range(begin, end + 1) if states[i] == "stopped"]
    limit = options.max_gap_speed_kn
    silent = [
        (i, k)
        for i, k in pairwise(range(begin, min(end + 2, len(fixes))))
        if hours(fixes[i], fixes[k]) * 60 >= options.min_gap_min
        and (limit is None or (speeds[i] is not None and speeds[i] <= limit))
    ]
    entered, left = begin > 0, end + 1 < len(fixes)
    nearest = min(stopped or range(begin, end + 1), key=lambda i: near[i][0])
    return {
        "vessel": vessel,
        "start": fixes[begin]["time_utc"],
        "end": fixes[end]["time_utc"],
        "port": near[nearest][1],
        "confidence": 2 + entered + left if stopped or silent else int(entered or left),
        "stop": (fixes[stopped[0]]["time_utc"], fixes[stopped[-1]]["time_utc"]) if stopped else None,
        "gap": (fixes[silent[0][0]]["time_utc"], fixes[silent[0][1]]["time_utc"]) if silent else None,
        "exit": fixes[end + 1]["time_utc"] if left else None,
    }
