"""How well a feed hears ships, learnt from the feed itself, by place and hour.

Every hour of every ship between two positions not too far apart is a trial: the ship was there, and the feed heard it in
that hour or did not. The chance at a place and hour is the share of trials that succeeded, drawn towards that of the place
over all hours, and that towards the whole feed's, by a few trials each (empirical Bayes with fixed weight).
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from rubicon.kernels.geodesy import lon_delta_deg

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

HOUR_US = 3_600_000_000
CELL_DEG = 0.5
"""Side of a cell: about the reach of a shore receiver for class B, and a small part of a satellite's footprint."""
LONGEST_US = 12 * HOUR_US
"""A longer silence says more about the ship than about the feed, so it gives no trials."""
WEIGHT = 4.0
"""Trials that the wider average counts for."""
HOURS = 1 << 24


class Reception(NamedTuple):
    """Trials and successes by cell and hour (`key`) and by cell (with its ships), both sorted, and of the whole feed."""

    key: Ints
    key_trials: Ints
    key_heard: Ints
    cell: Ints
    cell_trials: Ints
    cell_heard: Ints
    cell_ships: Ints
    trials: int
    heard: int


@njit(nogil=True, cache=True)
def _cell(lat_deg: float, lon_deg: float) -> int:
    row = int((lat_deg + 90.0) / CELL_DEG)
    column = int(((lon_deg + 180.0) % 360.0) / CELL_DEG)
    return row * 1024 + column


@njit(nogil=True, cache=True)
def _silent_hours(t0: int, t1: int) -> int:
    """Full hours that lie between the hours of two times."""
    found: int = max(t1 // HOUR_US - t0 // HOUR_US - 1, 0)
    return found


@njit(nogil=True, cache=True)
def _trials(
    offsets: Ints, track: Any, keys: Ints, heard: npt.NDArray[np.bool_], ship: npt.NDArray[np.int32]
) -> int:
    """Write the trials of all ships where there is room; gives how many there are."""
    time_us, lat_deg, lon_deg = track
    at = 0
    for v in range(offsets.size - 1):
        for i in range(offsets[v], offsets[v + 1]):
            hour = time_us[i] // HOUR_US
            if i == offsets[v] or time_us[i - 1] // HOUR_US != hour:
                if at < keys.size:
                    keys[at], heard[at] = _cell(lat_deg[i], lon_deg[i]) * HOURS + hour % HOURS, True
                    ship[at] = v
                at += 1
            if i + 1 == offsets[v + 1] or time_us[i + 1] - time_us[i] > LONGEST_US:
                continue
            for n in range(1, _silent_hours(time_us[i], time_us[i + 1]) + 1):
                if at < keys.size:
                    keys[at], heard[at] = (
                        _between(track, i, i + 1, hour + n) * HOURS + (hour + n) % HOURS,
                        False,
                    )
                    ship[at] = v
                at += 1
    return at


@njit(nogil=True, cache=True)
def _between(track: Any, i: int, j: int, hour: int) -> int:
    """Cell in which a ship was in the middle of an hour, on the straight line between two positions."""
    time_us, lat_deg, lon_deg = track
    share = (hour * HOUR_US + HOUR_US // 2 - time_us[i]) / (time_us[j] - time_us[i])
    share = min(max(share, 0.0), 1.0)
    lat = lat_deg[i] + (lat_deg[j] - lat_deg[i]) * share
    return int(_cell(lat, lon_deg[i] + lon_delta_deg(lon_deg[i], lon_deg[j]) * share))


def reception(offsets: Ints, time_us: Ints, lat_deg: Floats, lon_deg: Floats) -> Reception:
    """Learn from positions sorted by ship and time."""
    track, room = (time_us, lat_deg, lon_deg), int(time_us.size // 4 + 1024)
    while True:
        keys, heard, ship = np.empty(room, np.int64), np.empty(room, np.bool_), np.empty(room, np.int32)
        count = _trials(offsets, track, keys, heard, ship)
        if count <= room:
            break
        room = count
    keys, heard = keys[:count], heard[:count]
    key, place = np.unique(keys, return_inverse=True)
    key_trials = np.bincount(place, minlength=key.size)
    key_heard = np.bincount(place, weights=heard, minlength=key.size).astype(np.int64)
    cell, place = np.unique(key // HOURS, return_inverse=True)
    cell_trials = np.bincount(place, weights=key_trials, minlength=cell.size).astype(np.int64)
    cell_heard = np.bincount(place, weights=key_heard, minlength=cell.size).astype(np.int64)
    pair = np.unique(keys // HOURS * (offsets.size + 1) + ship[:count])
    cell_ships = np.bincount(np.searchsorted(cell, pair // (offsets.size + 1)), minlength=cell.size)
    return Reception(
        key, key_trials, key_heard, cell, cell_trials, cell_heard, cell_ships, count, int(heard.sum())
    )


@njit(nogil=True, cache=True)
def _find(sorted_: Ints, value: int) -> int:
    at = int(np.searchsorted(sorted_, value))
    return at if at < sorted_.size and sorted_[at] == value else -1


@njit(nogil=True, cache=True)
def _own_hours(track: Any, i: int, hours: int, cell: int) -> int:
    """How many hours of the silence after position i the ship itself spent in a cell."""
    found = 0
    for n in range(1, hours + 1):
        found += _between(track, i, i + 1, track[0][i] // HOUR_US + n) == cell
    return found


@njit(nogil=True, cache=True)
def in_silence(model: Reception, starts: Ints, track: Any) -> tuple[Floats, Ints]:
    """For silences between positions `starts` and the next ones: mean chance of being heard in an hour, and others' trials.

    The ship's own silent hours are taken out. NaN and 0 when no other ship was ever in these places, or the
    silence holds no full hour.
    """
    time_us = track[0]
    chance, others = np.full(starts.size, np.nan), np.zeros(starts.size, np.int64)
    whole = (model.heard + 1.0) / (model.trials + 2.0)
    for g in range(starts.size):
        i = starts[g]
        hours, total, known = _silent_hours(time_us[i], time_us[i + 1]), 0.0, 0
        own = 1 if time_us[i + 1] - time_us[i] <= LONGEST_US else 0
        for n in range(1, hours + 1):
            hour = time_us[i] // HOUR_US + n
            cell = _between(track, i, i + 1, hour)
            c, k = _find(model.cell, cell), _find(model.key, cell * HOURS + hour % HOURS)
            mine = _own_hours(track, i, hours, cell) if own else 0
            cell_trials = model.cell_trials[c] - mine if c >= 0 else 0
            trials = model.key_trials[k] - own if k >= 0 else 0
            cell_heard = model.cell_heard[c] if c >= 0 else 0
            heard = model.key_heard[k] if k >= 0 else 0
            of_cell = (cell_heard + WEIGHT * whole) / (cell_trials + WEIGHT)
            total += (heard + WEIGHT * of_cell) / (trials + WEIGHT)
            others[g] += trials
            known += c >= 0 and model.cell_ships[c] > 1
        if hours > 0 and known > 0:
            chance[g] = total / hours
    return chance, others
