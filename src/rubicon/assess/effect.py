"""Effect: did calls change after an event?

Rates are calls for each imaged day: days without an image say nothing. Default: the conditional binomial test
of two Poisson rates with exposure (mid-p; the conservative exact p stands beside it). Where the daily counts
are plainly not Poisson, the exact permutation test of days decides. Cross-checks: a Poisson or
negative-binomial regression with exposure, and a scan for the change point with a permutation p. Power is
always stated. Several events are corrected by Holm's method (1979).

What counts as evidence: dated counts with their exposure. Known false positives: an event picked after the
series was seen, image days chosen because something was there, season. A ratio is no cause.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from rubicon.assess.exact import (
    binomial,
    log_factorials,
    odds_weights,
    share_interval,
    sum_weights,
    two_sided,
)
from rubicon.assess.regression import rate_regression
from rubicon.errors import OptionError

Floats = npt.NDArray[np.float64]
ALPHA = 0.05
POWER = 0.8
FALLS = (10, 20, 30, 40, 50, 60, 70, 80, 90)
MOST_DAYS = 4000
"""Imaged days up to which the permutation test is exact and quick."""
SCAN_EDGE = 5
"""Imaged days that a change point must leave on either side."""
PERMUTATIONS = 999


@dataclass(frozen=True)
class Series:
    """Imaged days of one port in order: day, exposure (images or share of a day) and calls."""

    port: str
    days: tuple[date, ...]
    exposure: Floats
    calls: npt.NDArray[np.int64]

    def split(self, event: date) -> npt.NDArray[np.bool_]:
        """Which days lie on or after the event."""
        return np.array([day >= event for day in self.days], bool)


@dataclass(frozen=True)
class Change:
    """Calls and exposure on both sides of an event, and what they say."""

    port: str
    event: str
    calls_before: int
    imaged_days_before: float
    calls_after: int
    imaged_days_after: float
    rate_ratio: float | None
    rate_ratio_low: float | None
    rate_ratio_high: float | None
    p: float | None
    p_exact: float | None
    p_permutation: float | None
    method: str
    dispersion: float | None
    """Variance over mean of the daily counts within each side; 1 under a constant rate."""


def series_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Series]:
    """Series by port from rows `date, port, imaged, calls`; days without an image are left out."""
    by_port: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_port.setdefault(row["port"], []).append(row)
    made = {}
    for port, those in by_port.items():
        used = sorted((row for row in those if row["imaged"] > 0), key=lambda row: row["date"])
        made[port] = Series(
            port,
            tuple(row["date"] for row in used),
            np.array([row["imaged"] for row in used], float),
            np.array([row["calls"] for row in used], np.int64),
        )
    return made


def change(series: Series, event: date) -> Change:
    """The rate after an event over the rate before, its interval and p."""
    after = series.split(event)
    calls = int(series.calls[~after].sum()), int(series.calls[after].sum())
    exposure = float(series.exposure[~after].sum()), float(series.exposure[after].sum())
    spread = dispersion(series, after)
    base = Change(
        series.port, event.isoformat(), calls[0], exposure[0], calls[1], exposure[1],
        None, None, None, None, None, None, "no test: one side has no imaged day", spread,
    )  # fmt: skip
    total = sum(calls)
    if not all(exposure):
        return base
    if not total:
        return Change(**asdict(base) | {"method": "no test: no call on either side"})
    weights = binomial(total, exposure[1] / sum(exposure))
    p, strict = two_sided(weights, calls[1]), two_sided(weights, calls[1], mid=False)
    permuted = permutation_p(series, after)
    odd = permuted is not None and not_poisson(series, spread)
    low, high = (_ratio(share, exposure) for share in share_interval(calls[1], total))
    return Change(
        **asdict(base)
        | {
            "rate_ratio": _ratio(calls[1] / total, exposure),
            "rate_ratio_low": low,
            "rate_ratio_high": high,
            "p": permuted if odd else p,
            "p_exact": strict,
            "p_permutation": permuted,
            "method": "exact permutation of imaged days (the daily counts are not Poisson), mid-p"
            if odd
            else "conditional binomial of two Poisson rates with exposure, mid-p",
        }
    )


def _ratio(share: float, exposure: tuple[float, float]) -> float | None:
    """A share of calls that fall after, as a ratio of rates; None where it is infinite."""
    return None if share >= 1 else share / (1 - share) * exposure[0] / exposure[1]


def dispersion(series: Series, after: npt.NDArray[np.bool_]) -> float | None:
    """Pearson's chi-square over its degrees of freedom, each side with its own rate."""
    chi, free = 0.0, 0
    for side in (~after, after):
        calls, exposure = series.calls[side], series.exposure[side]
        if len(calls) < 2 or not calls.sum():
            continue
        expected = exposure * calls.sum() / exposure.sum()
        chi += float((((calls - expected) ** 2) / expected).sum())
        free += len(calls) - 1
    return chi / free if free else None


def not_poisson(series: Series, spread: float | None) -> bool:
    """Whether the daily counts are yes or no only, or spread beyond what a constant rate allows (3 deviations)."""
    if spread is None:
        return False
    yes_no = int(series.calls.max(initial=0)) <= 1
    return yes_no or abs(spread - 1) > 3 * float(np.sqrt(2 / max(len(series.calls) - 2, 1)))


def permutation_p(series: Series, after: npt.NDArray[np.bool_]) -> float | None:
    """Mid-p of the calls after among all ways to pick as many imaged days; None where days weigh unequally."""
    exposure = series.exposure
    if len(exposure) > MOST_DAYS or not np.allclose(exposure, exposure[0]):
        return None
    return two_sided(sum_weights(series.calls, int(after.sum())), int(series.calls[after].sum()))


def power(rate: float, exposure: tuple[float, float], fall: float) -> float:
    """Chance that the default test says p < 0.05 when calls fall by `fall` (0 to 1), under Poisson counts.

    Exact: summed over all totals and splits that matter.
    """
    means = rate * exposure[0], rate * exposure[1] * (1 - fall)
    mean = sum(means)
    if mean <= 0:
        return 0.0
    spread = 6 * np.sqrt(mean) + 10
    totals = np.arange(max(0, int(mean - spread)), int(mean + spread) + 1)
    logs = log_factorials(int(totals[-1]) + 1)
    chance_of = np.exp(totals * np.log(mean) - mean - logs[totals])
    found = 0.0
    for total, chance in zip(totals.tolist(), chance_of.tolist(), strict=True):
        rejected = _rejected(total, exposure[1] / sum(exposure))
        found += chance * float(binomial(total, means[1] / mean)[rejected].sum())
    return min(found, 1.0)


def _rejected(total: int, share: float) -> npt.NDArray[np.bool_]:
    """For each split of a total, whether the mid-p lies under the level."""
    chances = binomial(total, share)
    order = np.argsort(chances, kind="stable")
    ranked = chances[order]
    up_to = np.concatenate([[0.0], np.cumsum(ranked)])
    first = np.searchsorted(ranked, ranked * (1 - 1e-9), side="left")
    last = np.searchsorted(ranked, ranked * (1 + 1e-9), side="right")
    made = np.empty(total + 1, bool)
    made[order] = (up_to[first] + up_to[last]) / 2 < ALPHA
    return made


def smallest_fall_seen(rate: float, exposure: tuple[float, float]) -> float | None:
    """The fall (0 to 1) that the test sees four times in five; None when even a stop would be missed."""
    if power(rate, exposure, 1.0) < POWER:
        return None
    low, high = 0.0, 1.0
    for _ in range(10):
        middle = (low + high) / 2
        low, high = (low, middle) if power(rate, exposure, middle) >= POWER else (middle, high)
    return high


def displacement(one: Series, other: Series, event: date) -> dict[str, Any]:
    """Whether calls moved from one port to another: the ratio of the two rate ratios.

    Exact and conditional on all totals (Fisher's noncentral hypergeometric with the exposures of both ports),
    so that a change that hit both ports alike is no displacement.
    """
    sides = one.split(event), other.split(event)
    after = int(one.calls[sides[0]].sum()), int(other.calls[sides[1]].sum())
    totals = int(one.calls.sum()), int(other.calls.sum())
    exposures = [
        float(series.exposure[side].sum())
        for series, split in zip((one, other), sides, strict=True)
        for side in (~split, split)
    ]
    made: dict[str, Any] = {"from_port": one.port, "to_port": other.port, "p": None, "ratio_of_ratios": None}
    if not all(exposures) or not all(totals) or not 0 < sum(after) < sum(totals):
        return made | {"text": "no test: a port has no imaged day or no call on one side"}
    log_odds = float(np.log(exposures[1] / exposures[0]) - np.log(exposures[3] / exposures[2]))
    p = two_sided(odds_weights(after, totals, log_odds), after[0])
    before = totals[0] - after[0], totals[1] - after[1]
    ratio = None
    if before[1] and after[0] and before[0] and after[1]:
        ratio = float((after[1] / before[1]) / (after[0] / before[0]) * np.exp(log_odds))
    moved = p < ALPHA and after[1] * before[0] * np.exp(log_odds) > after[0] * before[1]
    text = (
        f"the rate at {other.port} rose against that at {one.port}: calls moved"
        if moved
        else f"no move from {one.port} to {other.port} is seen beyond chance"
    )
    return made | {"p": p, "ratio_of_ratios": ratio, "text": text}


def scan(series: Series, *, seed: int = 0, permutations: int = PERMUTATIONS) -> dict[str, Any]:
    """The day at which the rate most likely changed, whatever the event, with a permutation p.

    Statistic: the largest Poisson log-likelihood ratio over all splits that leave `SCAN_EDGE` imaged days.
    """
    if len(series.days) < 2 * SCAN_EDGE + 1 or not series.calls.sum():
        return {"date": None, "p": None, "text": "too few imaged days or calls for a scan"}
    best, where = _best_split(series.calls[None, :], series.exposure)
    bits = np.random.default_rng(seed)
    orders = np.argsort(bits.random((permutations, len(series.calls))), axis=1)
    # Exposure travels with its day: pairs are permuted, not counts alone.
    others = _best_split(series.calls[orders], series.exposure[orders])[0]
    p = float((1 + (others >= best[0] - 1e-12).sum()) / (1 + permutations))
    return {
        "date": series.days[int(where[0])].isoformat(),
        "p": p,
        "permutations": permutations,
        "text": "the day was searched for, and the p counts the search",
    }


def _best_split(calls: npt.NDArray[np.int64], exposure: Floats) -> tuple[Floats, npt.NDArray[np.intp]]:
    """For each row of counts the largest log-likelihood ratio, and the first day of its later part."""
    exposure = np.broadcast_to(exposure, calls.shape)
    n, e = np.cumsum(calls, axis=1)[:, :-1].astype(float), np.cumsum(exposure, axis=1)[:, :-1]
    total, whole = calls.sum(axis=1, keepdims=True).astype(float), exposure.sum(axis=1, keepdims=True)

    def term(count: Floats, time: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(count > 0, count * np.log(count / time * whole / total), 0.0)

    ratio = term(n, e) + term(total - n, whole - e)
    ratio[:, : SCAN_EDGE - 1] = -1.0
    ratio[:, len(calls[0]) - SCAN_EDGE :] = -1.0
    where = ratio.argmax(axis=1)
    return ratio[np.arange(len(ratio)), where], where + 1


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down correction: p values that stay honest over several events."""
    order = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    made: list[float | None] = [None] * len(p_values)
    worst = 0.0
    for rank, (p, i) in enumerate(order):
        worst = max(worst, min(1.0, p * (len(order) - rank)))
        made[i] = worst
    return made


def pause_chance(calls: float, days: float, pause_days: float) -> float:
    """Chance of no call in a stated window under the constant rate `calls / days`, for a window not picked afterwards."""
    if min(calls, days, pause_days) < 0 or days == 0:
        raise OptionError("calls and days must not be negative, and the days before not zero", place="pause")
    return float(np.exp(-calls / days * pause_days))


def pause_somewhere(rate: float, days: float, pause_days: float) -> float:
    """Chance that a constant rate leaves a pause so long anywhere in so many days: what a picked window has to beat.

    Pauses begin at the start and after each call, `rate` a day, and each lasts so long with the chance
    exp(-rate x pause); they are taken to come independently (Poisson clumping, Aldous 1989), within 0.03 of simulation.
    """
    alone = math.exp(-rate * pause_days)
    return 1 - (1 - alone) * math.exp(-rate * max(days - pause_days, 0.0) * alone)


def effect(
    rows: Sequence[Mapping[str, Any]], events: Sequence[date], *, port: str = "", seed: int = 0
) -> dict[str, Any]:
    """The whole answer for a table `date, port, imaged, calls` and one or more events.

    The first event and `port` (else the port with most calls before it) give the numbers at the top; every port
    and event stands below. Raises OptionError for a port that the table lacks.
    """
    all_series = series_of(rows)
    if port and port not in all_series:
        raise OptionError(f"no such port in the table; there are {', '.join(all_series)}", place=port)
    main = port or _busiest(all_series, events[0])
    series = all_series[main]
    changes = [change(series, event) for event in events]
    first, corrected = changes[0], holm([one.p for one in changes])
    made = {
        "port": main,
        "event": first.event,
        "rate_ratio": first.rate_ratio,
        "interval": [first.rate_ratio_low, first.rate_ratio_high],
        "interval_level": 0.95,
        **{key: value for key, value in asdict(first).items() if key not in ("port", "event", "rate_ratio")},
        "p_corrected": corrected[0],
        **_power_of(first),
        "displacement": [displacement(series, other, events[0]) for name, other in sorted(all_series.items()) if name != main],
        "cross_check": rate_regression(series.calls, series.exposure, series.split(events[0])),
        "changepoint": scan(series, seed=seed),
        "ports": [asdict(change(one, events[0])) for _, one in sorted(all_series.items())],
        "events": [{**asdict(one), "p_corrected": p} for one, p in zip(changes, corrected, strict=True)],
        "events_tested": len(events),
    }  # fmt: skip
    return made | {"text": sentence(made), "limits": list(LIMITS)}


LIMITS = (
    "A change after an event is no proof that the event caused it.",
    "Days without an image say nothing; images taken because a ship was expected bias the rate.",
    "An event picked after the series was seen makes every p too small.",
)


def _busiest(all_series: Mapping[str, Series], event: date) -> str:
    return max(
        sorted(all_series),
        key=lambda name: int(all_series[name].calls[~all_series[name].split(event)].sum()),
    )


def _power_of(found: Change) -> dict[str, Any]:
    """What the test could have seen, at the rate before the event."""
    exposure = found.imaged_days_before, found.imaged_days_after
    if not all(exposure) or not found.calls_before:
        return {
            "power": None,
            "power_for_fall_percent": 50,
            "power_curve": [],
            "smallest_fall_seen_percent": None,
        }
    rate = found.calls_before / exposure[0]
    fall = smallest_fall_seen(rate, exposure)
    return {
        "power": power(rate, exposure, 0.5),
        "power_for_fall_percent": 50,
        "power_curve": [{"fall_percent": one, "power": power(rate, exposure, one / 100)} for one in FALLS],
        "smallest_fall_seen_percent": None if fall is None else 100 * fall,
    }


def sentence(made: Mapping[str, Any]) -> str:
    """The answer in words, with what would have been missed."""
    days = made["imaged_days_before"] + made["imaged_days_after"]
    seen = made["smallest_fall_seen_percent"]
    missed = (
        f"with {days:g} imaged days even a full stop would be missed more than one time in five"
        if seen is None
        else f"with {days:g} imaged days a fall under {seen:.0f} % would not be seen (missed more than one time in five)"
    )
    if made["p"] is None:
        return f"{made['port']}, {made['event']}: {made['method']}; {missed}."
    low, high = made["interval"]
    ratio = "open" if made["rate_ratio"] is None else f"{made['rate_ratio']:.2f}"
    upper = "open" if high is None else f"{high:.2f}"
    return (
        f"{made['port']}: {made['calls_before']} calls on {made['imaged_days_before']:g} imaged days before {made['event']}, "
        f"{made['calls_after']} on {made['imaged_days_after']:g} from that day on: rate ratio {ratio} "
        f"(95 % interval {low:.2f} to {upper}), {p_words(made['p'])}; {missed}."
    )


def p_words(p: float) -> str:
    """A p value in print, never 0 and never 1."""
    return "p < 0.001" if p < 0.001 else "p > 0.99" if p > 0.99 else f"p = {p:.3f}"
