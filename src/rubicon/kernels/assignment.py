"""Sums over all ways to pair ships with detections: each ship with at most one, each detection with at most one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]


@njit(nogil=True, cache=True)
def pairings(ratios: Floats, unknown: Floats) -> tuple[Floats, Floats, float]:
    """Share of each pair, share of each detection that is none of the ships, and the sum over all pairings.

    `ratios[i, j]` weighs the pair of ship i and detection j against ship i staying unpaired, `unknown[j]` a
    detection that is none of the ships. A pairing weighs the product. Cost: ships x detections x 2^detections.
    """
    ships, found = ratios.shape
    masks = 1 << found
    ahead = np.zeros((ships + 1, masks))
    back = np.zeros((ships + 1, masks))
    ahead[0, 0] = 1.0
    for mask in range(masks):
        weight = 1.0
        for j in range(found):
            if not mask >> j & 1:
                weight *= unknown[j]
        back[ships, mask] = weight
    for i in range(ships):
        for mask in range(masks):
            value = ahead[i, mask]
            if value == 0.0:
                continue
            ahead[i + 1, mask] += value
            for j in range(found):
                if not mask >> j & 1:
                    ahead[i + 1, mask | 1 << j] += value * ratios[i, j]
    for i in range(ships - 1, -1, -1):
        for mask in range(masks):
            value = back[i + 1, mask]
            for j in range(found):
                if not mask >> j & 1:
                    value += ratios[i, j] * back[i + 1, mask | 1 << j]
            back[i, mask] = value
    total = back[0, 0]
    pairs = np.zeros((ships, found))
    none = np.ones(found)
    if total <= 0.0:
        return pairs, none, total
    for i in range(ships):
        for mask in range(masks):
            value = ahead[i, mask]
            if value == 0.0:
                continue
            for j in range(found):
                if not mask >> j & 1:
                    pairs[i, j] += value * ratios[i, j] * back[i + 1, mask | 1 << j] / total
    for j in range(found):
        for i in range(ships):
            none[j] -= pairs[i, j]
    return pairs, none, total
