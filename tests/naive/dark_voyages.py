"""Simulated dark voyages with known truth, over ways from a visibility graph: nothing of the grid, the kernel or the
densities that they test is used. Everything here is simulated.

A voyage: a ship is last heard at one place at sea, first heard again at another, and in between called at a port or did
not. Its highest speed is known to the judge; its speeds, stays and idle times are drawn here, some from other families
than the judge assumes: stays are gamma, idle time is a mixture, each leg has a speed and a slow-down of its own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from naive.visibility import Shores
from rubicon.case import Port

BOX = (129.0, 40.8, 134.5, 43.6)
ASKED = {
    "Najin": (42.2333, 130.3), "Vladivostok": (43.1167, 131.9), "Vostochny": (42.742, 133.066),
    "Dunay": (42.873, 132.374), "Chongjin": (41.7667, 129.8167), "Nakhodka": (42.8, 132.8833),
}  # fmt: skip
"""Positions of ports as the cases and the World Port Index have them, some of them on land."""
STAY_H = 12.0


def ports() -> list[Port]:
    return [Port(name=name, lat_deg=lat, lon_deg=lon) for name, (lat, lon) in ASKED.items()]


class World(NamedTuple):
    """Places at sea (lat, lon) and ways in km between them and the ports, and between each other."""

    places: np.ndarray
    to_port: np.ndarray
    between: np.ndarray


class Voyages(NamedTuple):
    """One row a voyage: indices of the places, the port asked about, hours, top speed, whether it called.

    `at_limit` marks callers that sailed at top speed all the way and left no minute: they test what is feasible, and no
    fleet is made of them, so they have no part in calibration.
    """

    start: np.ndarray
    end: np.ndarray
    port: np.ndarray
    gap_h: np.ndarray
    max_kn: np.ndarray
    called: np.ndarray
    at_limit: np.ndarray


def world(shores: Shores, berths: np.ndarray, count: int, seed: int) -> World:
    """Places off the shore, half of them within 30 km of it, as receivers there would lose and find ships.

    `berths` (lat, lon) is the water of each port of ASKED.
    """
    rng = np.random.default_rng(seed)
    west, south, east, north = BOX
    places = []
    while len(places) < count:
        lon, lat = rng.uniform(west + 0.3, east - 0.3), rng.uniform(south + 0.3, north)
        off = shores.land.distance(shapely.Point(lon, lat))
        if shores.at_sea((lon, lat)) and off > 0.01 and (off < 0.3 or len(places) % 2):
            places.append((lon, lat))
    sources = np.array(places)
    at_port = np.array([shores.nearest_sea(lon, lat) for lat, lon in berths])
    everything = shores.ways(sources, np.concatenate([at_port, sources]))
    good = np.isfinite(everything[:, : len(at_port)]).all(axis=1)
    kept = np.concatenate([np.zeros(len(at_port), bool), good])
    return World(sources[good][:, ::-1], everything[good, : len(at_port)], everything[np.ix_(good, kept)])


def voyages(made: World, count: int, seed: int, at_limit: float = 0.1) -> Voyages:
    """Draw voyages, half of them with a call; a share `at_limit` of the callers sails at top speed and leaves no minute."""
    rng = np.random.default_rng(seed)
    n = len(made.places)
    start, end = rng.integers(0, n, count), rng.integers(0, n, count)
    port = rng.integers(0, len(ASKED), count)
    called = rng.random(count) < 0.5
    max_kn = rng.uniform(9.0, 18.0, count)
    usual = np.clip(rng.normal(0.8, 0.1, count), 0.42, 1.0)
    limit = called & (rng.random(count) < at_limit)
    stay = np.maximum(rng.gamma(4.0, 6.5, count), STAY_H + rng.exponential(1.0, count))
    idle = np.where(
        rng.random(count) < 0.6,
        rng.exponential(4.0, count),
        rng.exponential(18.0, count) * rng.gamma(2.0, 0.5, count),
    )
    share = [np.clip(usual * rng.normal(1.0, 0.05, count), 0.4, 1.0) for _ in range(2)]
    share = [np.where(limit, 1.0, leg) for leg in share]
    stay, idle = np.where(limit, STAY_H, stay), np.where(limit, 0.0, idle)
    kmh = max_kn * 1.852
    by_port = made.to_port[start, port] / (kmh * share[0]) + stay + made.to_port[end, port] / (kmh * share[1])
    # Without a call: half go straight, half stay as long at another port or adrift at another place.
    elsewhere = rng.random(count) < 0.5
    other_port, other_place = (
        (port + rng.integers(1, len(ASKED), count)) % len(ASKED),
        rng.integers(0, n, count),
    )
    at_port = rng.random(count) < 0.5
    to_other = np.where(at_port, made.to_port[start, other_port], made.between[start, other_place])
    from_other = np.where(at_port, made.to_port[end, other_port], made.between[end, other_place])
    aside = to_other / (kmh * share[0]) + stay + from_other / (kmh * share[1])
    straight = made.between[start, end] / (kmh * share[0])
    gap_h = np.where(called, by_port, np.where(elsewhere, aside, straight)) + idle
    return Voyages(start, end, port, gap_h, max_kn, called, limit)
