"""Exact tests of counts with exposure, on arrays of probabilities instead of approximations.

Conditional on their total, the calls before and after an event are binomial when calls come at a constant rate
(Przyborowski and Wilenski 1940); counts of days are exchangeable under the same hypothesis whatever their
spread, which gives a permutation test. The p of both is the mid-p (Lancaster 1961): exact p values of counts
lie above the level that they state.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
TIE = 1e-9
"""Relative slack within which two outcomes count as equally likely."""


def log_factorials(top: int) -> Floats:
    """Natural logarithms of 0! to at least top!."""
    return _log_factorials(max(1024, 1 << top.bit_length()))


@lru_cache(maxsize=8)
def _log_factorials(top: int) -> Floats:
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, top + 1)))])


def binomial(total: int, share: float) -> Floats:
    """Probabilities of 0 to `total` successes."""
    if share <= 0 or share >= 1:
        made = np.zeros(total + 1)
        made[total if share >= 1 else 0] = 1.0
        return made
    logs = log_factorials(max(total, 1))
    k = np.arange(total + 1)
    log = logs[total] - logs[k] - logs[total - k] + k * math.log(share) + (total - k) * math.log1p(-share)
    return np.asarray(np.exp(log))


def two_sided(weights: Floats, seen: int, *, mid: bool = True) -> float:
    """Probability of outcomes no likelier than the one seen; `mid` counts equally likely ones half."""
    chances = weights / weights.sum()
    own = chances[seen]
    rarer = chances[chances < own * (1 - TIE)].sum()
    equal = chances[np.abs(chances - own) <= own * TIE].sum()
    return float(min(1.0, rarer + equal * (0.5 if mid else 1.0)))


def share_interval(seen: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Clopper and Pearson's interval of a binomial share (1934), by bisection."""
    tail = (1 - level) / 2
    low = 0.0 if seen == 0 else _bisect(lambda share: float(binomial(total, share)[seen:].sum()) - tail)
    high = (
        1.0
        if seen == total
        else _bisect(lambda share: tail - float(binomial(total, share)[: seen + 1].sum()))
    )
    return low, high


def _bisect(rising: object, low: float = 0.0, high: float = 1.0) -> float:
    """Where a rising function is zero."""
    assert callable(rising)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2


def odds_weights(after: tuple[int, int], totals: tuple[int, int], log_odds: float) -> Floats:
    """Fisher's noncentral hypergeometric weights of the first count after, given all margins.

    `after` are the counts after the event at two ports, `totals` their counts at all times, `log_odds` the
    logarithm of the odds ratio that exposure alone would give. The result is indexed by the first count from 0.
    """
    drawn, size = sum(after), sum(totals)
    logs = log_factorials(max(size, 1))
    k = np.arange(max(0, drawn - totals[1]), min(drawn, totals[0]) + 1)
    rest = drawn - k
    log = (
        logs[totals[0]] - logs[k] - logs[totals[0] - k]
        + logs[totals[1]] - logs[rest] - logs[totals[1] - rest] + k * log_odds
    )  # fmt: skip
    made = np.zeros(min(drawn, totals[0]) + 1)
    made[k] = np.exp(log - log.max())
    return made


def sum_weights(counts: npt.NDArray[np.int64], drawn: int) -> Floats:
    """Probabilities of each total of `drawn` days picked from all days, by their counts.

    Exact, by building the number of ways day by day; cost is days x drawn x total.
    """
    total = int(counts.sum())
    ways = np.zeros((drawn + 1, total + 1))
    ways[0, 0] = 1.0
    for taken, count in enumerate(np.sort(counts)[::-1].tolist(), start=1):
        top = min(taken, drawn)
        # Scaled as a share of subsets, so that no number overflows.
        ways[1 : top + 1, count:] += ways[:top, : total + 1 - count]
        if taken % 64 == 0:
            ways /= ways.max()
    return np.asarray(ways[drawn] / ways[drawn].sum())
