"""Tracks and gaps on the map: what was heard as lines, silence as dashes between its two ends."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rubicon.case import Case
from rubicon.report.chart import Floats, View
from rubicon.report.svg import Key, el, marker, path, tip
from rubicon.report.text import counted, natural

SHAPES = ("circle", "square", "diamond", "triangle")
MAX_NAMED_SHIPS = 7
"""Ships that have a colour and a mark of their own."""


Track = tuple[str, str, list[tuple[float, float]]]
"""Path data of the heard parts, of the gaps, and the pixels of the gaps' ends."""


@dataclass(frozen=True)
class Gap:
    """A silence of one ship: microseconds and positions of its ends; the end is None when still silent."""

    start_us: int
    end_us: int | None
    first: tuple[float, float]
    last: tuple[float, float] | None


def _gaps(events: pa.Table | None) -> dict[str, list[Gap]]:
    made: dict[str, list[Gap]] = {}
    for row in _rows_of_kind(events, "gap"):
        detail = json.loads(row["detail"])
        lat, lon = detail.get("end_lat_deg"), detail.get("end_lon_deg")
        gap = Gap(
            _us(row["start"]),
            _us(row["end"]) if row["end"] else None,
            (row["lat_deg"], row["lon_deg"]),
            (float(lat), float(lon)) if lat is not None and lon is not None else None,
        )
        made.setdefault(row["vessel_id"], []).append(gap)
    return made


def _rows_of_kind(events: pa.Table | None, kind: str) -> list[dict[str, Any]]:
    if events is None or not events.num_rows:
        return []
    rows: list[dict[str, Any]] = events.filter(pc.equal(events["kind"], kind)).to_pylist()
    return rows


def _us(when: datetime) -> int:
    return round(when.timestamp() * 1e6)


def tracks(case: Case, tables: Mapping[str, pa.Table], view: View) -> tuple[str, list[Key], str]:
    """Tracks and gaps, ordinary traffic first and the case's ships over it; legend entries; words."""
    positions, gaps = tables.get("POSITION"), _gaps(tables.get("EVENT"))
    if positions is None or not positions.num_rows:
        return "", [], "No tracks are in the record."
    named = {ship.vessel_id: ship.name for ship in case.ships if ship.vessel_id}
    drawn = {
        vessel_id: _track(times, points, gaps.get(vessel_id, []), view)
        for vessel_id, times, points in _by_vessel(positions, view)
    }
    ours = [vessel_id for vessel_id in drawn if vessel_id in named]
    ours.sort(key=lambda each: (-_silence_us(gaps.get(each, [])), natural(named[each])))
    shown = sorted(ours[:MAX_NAMED_SHIPS], key=lambda each: natural(named[each]))
    ships = [_ship(drawn[vessel_id], i, named[vessel_id]) for i, vessel_id in enumerate(shown)]
    others = [track for vessel_id, track in drawn.items() if vessel_id not in shown]
    keys = [key for _, key in ships]
    keys += _track_keys(len(others), len(ours) - len(shown), any(dashes for _, dashes, _ in drawn.values()))
    words = f"Tracks of {counted(len(ours), 'ship')} of the case and {counted(len(drawn) - len(ours), 'other ship')}."
    return "".join([*map(_other, others), *(svg for svg, _ in ships)]), keys, words


def _silence_us(gaps: Sequence[Gap]) -> int:
    """Time without AIS, microseconds; ships that were silent longest get the colours when there are too few."""
    return sum((gap.end_us or gap.start_us) - gap.start_us for gap in gaps)


def _other(track: Track) -> str:
    """One ship of the ordinary traffic: thin and grey, its gaps dashed."""
    solid, dashes, _ = track
    made = el("path", d=solid, class_="f-traffic") if solid else ""
    return made + (el("path", d=dashes, class_="f-traffic f-silent") if dashes else "")


def _track_keys(others: int, of_case: int, silent: bool) -> list[Key]:
    """Legend entries for dashes and for the grey lines, `of_case` of which are ships of the case."""
    keys = []
    if silent:
        dashes = el("path", d="M0 0H16", class_="f-gap ship-7")
        keys.append(Key(dashes, "no AIS received between these ends (not a route)"))
    if others:
        words = f"other traffic ({counted(others, 'ship')})"
        if of_case:
            words = (
                f"{counted(others, 'further ship')}{f', {of_case}' if of_case < others else ''} of the case"
            )
        keys.append(Key(el("path", d="M0 0H16", class_="f-traffic"), words))
    return keys


def _by_vessel(positions: pa.Table, view: View) -> Iterable[tuple[str, npt.NDArray[np.int64], Floats]]:
    """Vessel id, times in microseconds and pixels of each ship, in time order."""
    table = positions.select(["vessel_id", "time_utc", "lat_deg", "lon_deg"])
    table = table.sort_by([("vessel_id", "ascending"), ("time_utc", "ascending"), ("lat_deg", "ascending")])
    ids = np.asarray(table["vessel_id"].to_pylist(), dtype=object)
    times = table["time_utc"].cast(pa.int64()).to_numpy()
    points = view.xys(table["lat_deg"].to_numpy(), table["lon_deg"].to_numpy())
    bounds = [0, *(np.flatnonzero(ids[1:] != ids[:-1]) + 1).tolist(), len(ids)]
    for start, end in pairwise(bounds):
        yield str(ids[start]), times[start:end], points[start:end]


def _track(times: npt.NDArray[np.int64], points: Floats, gaps: Sequence[Gap], view: View) -> Track:
    breaks, dashes, ends = set(), [], []
    for gap in gaps:
        breaks.add(int(np.searchsorted(times, gap.start_us, side="right")))
        first = view.xy(*gap.first)
        after = None if gap.end_us is None else int(np.searchsorted(times, gap.end_us, side="left"))
        last = view.xy(*gap.last) if gap.last else None
        if last is None and after is not None and after < len(points):
            last = (float(points[after][0]), float(points[after][1]))
        ends.append(first)
        if last is not None:
            ends.append(last)
            dashes.append(path([first, last]))
    cuts = sorted({0, len(times), *breaks})
    parts = [points[a:b].tolist() for a, b in pairwise(cuts)]
    solid = "".join(path([(x, y) for x, y in part]) for part in parts if len(part) > 1)
    return solid, "".join(dashes), ends


def _ship(track: Track, index: int, name: str) -> tuple[str, Key]:
    """One ship of the case: line, dashes, and end marks whose shape tells ships apart without colour."""
    solid, dashes, ends = track
    shape, colour = SHAPES[index % len(SHAPES)], f"ship-{index}"
    made = el("path", tip(name), d=solid, class_=f"f-track {colour}") if solid else ""
    made += el("path", tip(f"{name}: no AIS received"), d=dashes, class_=f"f-gap {colour}") if dashes else ""
    made += "".join(marker(shape, x, y, 4, f"f-end {colour}", tip(f"{name}: end of a gap")) for x, y in ends)
    sample = el("path", d="M0 0H16", class_=f"f-track {colour}") + marker(shape, 8, 0, 4, f"f-end {colour}")
    return made, Key(sample, name)
