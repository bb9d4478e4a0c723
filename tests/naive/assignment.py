"""Slow, plain twin of `kernels.assignment`: every pairing written out."""

from __future__ import annotations

from itertools import product


def pairings(ratios: list[list[float]], unknown: list[float]) -> tuple[list[list[float]], list[float], float]:
    ships, found = len(ratios), len(unknown)
    total, pairs, none = 0.0, [[0.0] * found for _ in range(ships)], [0.0] * found
    # For each detection the ship that it is, or -1.
    for who in product(range(-1, ships), repeat=found):
        named = [ship for ship in who if ship >= 0]
        if len(set(named)) != len(named):
            continue
        weight = 1.0
        for j, ship in enumerate(who):
            weight *= unknown[j] if ship < 0 else ratios[ship][j]
        total += weight
        for j, ship in enumerate(who):
            if ship < 0:
                none[j] += weight
            else:
                pairs[ship][j] += weight
    return [[each / total for each in row] for row in pairs], [each / total for each in none], total
