"""The slow twin of the association kernel: every one-to-one matching, weighed."""

from __future__ import annotations

import numpy as np


def marginals(weights: np.ndarray) -> np.ndarray:
    """Exact marginal probabilities of all pairs, by going through all matchings."""
    rows, columns = weights.shape
    made, total = np.zeros((rows, columns)), 0.0

    def go(i: int, free: frozenset[int], weight: float, pairs: tuple[tuple[int, int], ...]) -> None:
        nonlocal total
        if i == rows:
            total += weight
            for a, b in pairs:
                made[a, b] += weight
            return
        go(i + 1, free, weight, pairs)
        for j in free:
            if weights[i, j] > 0:
                go(i + 1, free - {j}, weight * float(weights[i, j]), (*pairs, (i, j)))

    go(0, frozenset(range(columns)), 1.0, ())
    return made / total
