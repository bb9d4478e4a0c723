"""Slow twins of the CFAR kernels: rings pixel by pixel, K clutter by drawing it."""

from __future__ import annotations

import numpy as np


def ring(values: np.ndarray, r: int, c: int, guard: int, reach: int) -> np.ndarray:
    """Values of the square ring round a pixel that count."""
    found = [
        values[y, x]
        for y in range(max(0, r - reach), min(values.shape[0], r + reach + 1))
        for x in range(max(0, c - reach), min(values.shape[1], c + reach + 1))
        if max(abs(y - r), abs(x - c)) > guard
    ]
    kept = np.array(found, dtype=np.float64)
    return kept[~np.isnan(kept)]


def ratio(
    tested: np.ndarray,
    values: np.ndarray,
    guard: int,
    reach: int,
    least: int,
    looks: float,
    table: np.ndarray,
    smallest_nu: float,
) -> np.ndarray:
    """x / threshold for every pixel, by the definition."""
    made = np.zeros(tested.shape)
    for r in range(tested.shape[0]):
        for c in range(tested.shape[1]):
            clutter = ring(values, r, c, guard, reach)
            x = float(tested[r, c])
            if np.isnan(x) or len(clutter) < least or clutter.sum() <= 0 or x <= 0.5 * clutter.mean():
                continue
            inverse_nu = (clutter**2).mean() / clutter.mean() ** 2 / (1 + 1 / looks) - 1
            place = np.clip(inverse_nu * smallest_nu * (len(table) - 1), 0, len(table) - 1)
            found = x / (clutter.mean() * np.interp(place, np.arange(len(table)), table))
            made[r, c] = found if found > 0.25 else 0.0
    return made


def parts(values: np.ndarray, seed: float, level: float) -> set[frozenset[tuple[int, int]]]:
    """8-connected parts above `level` with a pixel above `seed`, by growing sets."""
    above = {(int(r), int(c)) for r, c in zip(*np.nonzero(values > level), strict=True)}
    made: set[frozenset[tuple[int, int]]] = set()
    for start in zip(*np.nonzero(values > seed), strict=True):
        grown = {(int(start[0]), int(start[1]))}
        while True:
            more = {(r + i, c + j) for r, c in grown for i in (-1, 0, 1) for j in (-1, 0, 1)} & above
            if more <= grown:
                break
            grown |= more
        made.add(frozenset(grown))
    return made
