"""Random numbers that are the same on every machine and under every numpy version.

Only the raw words of a PCG64 generator are used: numpy keeps those fixed, while the methods that turn them into
normal numbers may change from version to version and call the machine's own logarithm.
"""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Draws:
    """One stream of random numbers; streams of different keys are independent of each other."""

    def __init__(self, *key: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(key))

    def _words(self, count: int) -> npt.NDArray[np.uint64]:
        return np.asarray(self._bits.random_raw(count), np.uint64)

    def uniform(self, count: int) -> Floats:
        """Evenly distributed over [0, 1)."""
        words: npt.NDArray[np.uint64] = self._words(count) >> np.uint64(11)
        return words.astype(np.float64) * 2.0**-53

    def normal(self, count: int) -> Floats:
        """Mean 0, deviation 1, and never beyond 6: the sum of twelve even numbers, exact in integers."""
        pieces = self._words(3 * count).view(np.uint16).reshape(count, 12)
        whole: npt.NDArray[np.int64] = pieces.sum(axis=1, dtype=np.int64) + 6
        return whole.astype(np.float64) / 65536.0 - 6.0

    def wander(self, count: int, memory: float) -> Floats:
        """Autocorrelated, mean 0, deviation 1: each value forgets the one before at the rate 1 / `memory` steps."""
        keep = 1.0 - 1.0 / memory
        fresh = self.normal(count) * math.sqrt(1.0 - keep * keep)
        fresh[:1] = self.normal(1)
        return remembered(fresh, keep)


def remembered(fresh: Floats, keep: float) -> Floats:
    """Running sum in which each value keeps a share of the one before: y[n] = keep * y[n - 1] + fresh[n]."""
    return np.fromiter(accumulate(fresh.tolist(), lambda last, new: keep * last + new), float, len(fresh))
