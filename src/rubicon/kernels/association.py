"""Who belongs to whom: probabilities that pairs belong together when each has at most one partner."""

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def association(weights, tolerance, most):  # type: ignore[no-untyped-def]
    """Marginal probabilities of all pairs under one-to-one matching, by loopy belief propagation.

    `weights[i, j]` is how many times likelier the pair (i, j) is than both being alone. Returns (rows, columns)
    probabilities; what a row or column lacks to 1 is the probability that it is alone. The messages converge for every
    input (Williams and Lau, IEEE Transactions on Aerospace and Electronic Systems 50, 2014); `most` bounds the rounds.
    """
    rows, columns = weights.shape
    up = np.ones((rows, columns))
    down = np.ones((rows, columns))
    for _ in range(most):
        change = 0.0
        for i in range(rows):
            total = 1.0
            for j in range(columns):
                total += weights[i, j] * up[i, j]
            for j in range(columns):
                down[i, j] = weights[i, j] / max(total - weights[i, j] * up[i, j], 1e-300)
        for j in range(columns):
            total = 1.0
            for i in range(rows):
                total += down[i, j]
            for i in range(rows):
                fresh = 1.0 / max(total - down[i, j], 1e-300)
                change = max(change, abs(fresh - up[i, j]))
                up[i, j] = fresh
        if change < tolerance:
            break
    made = np.empty((rows, columns))
    for i in range(rows):
        total = 1.0
        for j in range(columns):
            total += weights[i, j] * up[i, j]
        for j in range(columns):
            made[i, j] = weights[i, j] * up[i, j] / total
    return made
