"""Pairs of places at sea that see each other, whose way is the geodesic: the measure of a field's error."""

from __future__ import annotations

import numpy as np

from rubicon.geo.coast import Coast
from rubicon.geo.earth import distance_km
from rubicon.geo.sea import sea_field
from rubicon.geo.water import water_grid
from rubicon.kernels.marching import sees

NEAREST_KM, FARTHEST_KM = 50.0, 500.0


def pairs(coast: Coast, bbox, sources: int, each: int, seed: int, cell_m: float = 250.0):
    """Latitude and longitude of both ends (n x 4), between cell centres, and the field's and the geodesic's km (n)."""
    rng = np.random.default_rng(seed)
    grid = water_grid(coast, bbox, cell_m)
    wet = np.argwhere(grid.mask)
    ends, found, straight = [], [], []
    for row, column in wet[rng.choice(len(wet), sources, replace=False)].tolist():
        start = grid.lattice.centre(row, column)
        taken = []
        for r, c in wet[rng.choice(len(wet), 60 * each)].tolist():
            end = grid.lattice.centre(r, c)
            km = distance_km(*start, *end)
            if NEAREST_KM <= km <= FARTHEST_KM and sees(
                grid.mask, float(row), float(column), float(r), float(c)
            ):
                taken.append((*end, km))
                if len(taken) == each:
                    break
        field = sea_field(*start, coast=coast, bbox=bbox, cell_m=cell_m)
        lat, lon, km = np.array(taken).T
        ends += [(*start, y, x) for y, x in zip(lat, lon, strict=True)]
        found += field.ways(lat, lon).km.tolist()
        straight += km.tolist()
    return np.array(ends), np.array(found), np.array(straight)


def summary(found: np.ndarray, straight: np.ndarray) -> dict[str, float]:
    """Mean, 95th percentile, largest and smallest relative error."""
    error = found / straight - 1.0
    return {
        "pairs": len(error), "mean": float(np.abs(error).mean()), "p95": float(np.quantile(np.abs(error), 0.95)),
        "max": float(error.max()), "min": float(error.min()),
    }  # fmt: skip
