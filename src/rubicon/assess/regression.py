"""The cross-check of a rate ratio: a Poisson regression with exposure, and a negative-binomial one when days spread more.

Both by iteratively reweighted least squares (Nelder and Wedderburn 1972); the spread of the negative binomial
(NB2) is the one with the largest likelihood.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
STEPS = 50


def rate_regression(
    calls: npt.NDArray[np.int64], exposure: Floats, after: npt.NDArray[np.bool_]
) -> dict[str, Any]:
    """Rate ratio, 95 % interval and Wald p by regression; nulls when one side has no call or no day."""
    empty: dict[str, Any] = {"model": None, "rate_ratio": None, "interval": [None, None], "p": None}
    if not all(calls[side].sum() for side in (after, ~after)) or not all(
        exposure[side].sum() for side in (after, ~after)
    ):
        return empty | {"text": "no regression: one side has no call"}
    design = np.column_stack([np.ones(len(calls)), after.astype(float)])
    counts, offset = calls.astype(float), np.log(exposure)
    spread = likeliest_spread(counts, design, offset)
    beta, covariance = fit(counts, design, offset, spread)
    error = math.sqrt(covariance[1, 1])
    return {
        "model": "negative binomial (NB2)" if spread else "Poisson",
        "spread": spread,
        "rate_ratio": math.exp(beta[1]),
        "interval": [math.exp(beta[1] - 1.959964 * error), math.exp(beta[1] + 1.959964 * error)],
        "p": math.erfc(abs(beta[1]) / error / math.sqrt(2)),
    }


def fit(counts: Floats, design: Floats, offset: Floats, spread: float) -> tuple[Floats, Floats]:
    """Coefficients and their covariance at a given spread (0 is Poisson); variance = mean + spread x mean squared."""
    beta: Floats = np.zeros(design.shape[1])
    beta[0] = math.log(counts.sum() / np.exp(offset).sum())
    covariance: Floats = np.eye(len(beta))
    for _ in range(STEPS):
        mean = np.exp(design @ beta + offset)
        weight = mean / (1 + spread * mean)
        covariance = np.asarray(np.linalg.inv((design * weight[:, None]).T @ design), np.float64)
        step = covariance @ (design.T @ (weight * (counts - mean) / mean))
        beta = np.asarray(beta + step, np.float64)
        if float(np.abs(step).max()) < 1e-10:
            break
    return beta, covariance


def likeliest_spread(counts: Floats, design: Floats, offset: Floats) -> float:
    """Spread of the negative binomial by likelihood, 0 when the counts spread no more than Poisson's."""
    mean = np.exp(design @ fit(counts, design, offset, 0.0)[0] + offset)
    if float(((counts - mean) ** 2 - counts).sum()) <= 0:
        return 0.0
    low, high = math.log(1e-4), math.log(50.0)
    golden = (math.sqrt(5) - 1) / 2
    while high - low > 1e-3:
        one, two = high - golden * (high - low), low + golden * (high - low)
        better = _log_likelihood(counts, design, offset, math.exp(one)) > _log_likelihood(
            counts, design, offset, math.exp(two)
        )
        low, high = (low, two) if better else (one, high)
    return math.exp((low + high) / 2)


def _log_likelihood(counts: Floats, design: Floats, offset: Floats, spread: float) -> float:
    mean = np.exp(design @ fit(counts, design, offset, spread)[0] + offset)
    size = 1 / spread
    log_gamma = np.array([math.lgamma(count + size) for count in counts])
    made = (
        log_gamma
        - math.lgamma(size)
        + size * np.log(size / (size + mean))
        + counts * np.log(mean / (size + mean))
    )
    return float(made.sum())
