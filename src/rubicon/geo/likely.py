"""From "can" to "how likely": two stories of a silence, each as the density of a gap that lasts just T hours.

- The ship called: the way by the port at the ship's usual speed, a stay, and idle time.
- It did not: the straight passage at the same speeds, and then idle time alone, or a stay elsewhere (another port, an
  anchorage, adrift) as long as stays in this port are, with idle time. Both are taken to be equally likely: reach alone
  cannot tell a call here from a stay elsewhere, and what speaks for this port is that the way there and on fills
  the silence too.

Usual speed is normal, as a share of the highest (mean 0.8, standard deviation 0.1; both follow the ship's own history
when there is one), cut off at 0.4 and 1. Stays are log-normal around the port's usual stay, those of the shortest that
counts or more. Idle time (waiting, drifting, silence that goes on after arrival) is exponential with a mean that differs
from ship to ship: mixed over a gamma distribution it is a Lomax distribution, here of mean 12 h and shape 2. Its long
tail makes a silence of months say nothing about one call.

The ratio of the two densities is the likelihood ratio that evidence is fused with. Its logarithm is stretched by two
numbers that were fitted to simulated voyages (`docs/reach.md` says which, and how well they hold on others). They are
as good as that simulation. A gap is not a call.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from rubicon.errors import OptionError
from rubicon.geo.gshhg import Floats
from rubicon.kernels.reaching import PER_OCTAVE, RATIO_OCTAVES, stories

LEAST_PROBABILITY = 0.01
"""No probability is stated below this or above one less this; infeasible calls get it: read "under 1 %"."""
SPEED_LEAST = 0.4
IDLE_MEAN_H, IDLE_SHAPE = 12.0, 2.0
ELSEWHERE = 0.5
"""Share of the silences without a call in which the ship stayed somewhere else; no data says more or less."""
CALIBRATION = (0.30, 0.38)
"""Offset and slope of the logarithm of the likelihood ratio; see `benchmarks/reach_voyages.py`, which fits them."""
SPEEDS = 32
STAYS = 400
MAX_STAY_TABLE_H = 1e6
WAY_CELLS, LEFT_CELLS = 10 * PER_OCTAVE, 14 * PER_OCTAVE
"""Ways of up to 1,000 h and gaps of up to two years; beyond, the last cell counts."""
EVEN_H, STEP_H = 400.0, 0.1
"""Hours up to which stays are tabulated in even steps, and these steps."""
PRIOR_REPORTS, PRIOR_STAYS = 20.0, 4.0
"""How many reports under way, and how many calls, weigh as much as the assumption for all ships or ports."""
UNDER_WAY_SHARE = 0.4
LADEN_DRAUGHT, LADEN_SLOWER = 0.8, 0.03
"""From this share of her greatest draught on, a ship counts as laden, and runs this share of her top speed slower."""
CLASSES: dict[str, tuple[float, float]] = {
    "cargo": (0.80, 0.10), "tanker": (0.82, 0.08), "container": (0.75, 0.12), "bulk": (0.82, 0.08),
    "ro-ro": (0.82, 0.10), "fishing": (0.65, 0.15), "": (0.80, 0.10),
}  # fmt: skip
"""Mean and standard deviation of the usual speed by class of ship, as shares of the highest: assumptions."""


@dataclass(frozen=True)
class Assumed:
    """What is assumed about a ship's speed and a port's stays.

    Speeds are shares of the ship's highest; `usual_stay_h` is the median of stays, `stay_sigma` the spread of their
    logarithm. `basis` says where the numbers come from.
    """

    speed_mean: float = 0.8
    speed_sd: float = 0.1
    usual_stay_h: float = 24.0
    stay_sigma: float = 0.5
    basis: tuple[str, ...] = ("assumption for merchant ships", "usual stay of the port as stated")

    def check(self) -> None:
        """Raise OptionError for a number that cannot be."""
        if not 0.0 < self.usual_stay_h < math.inf:
            raise OptionError("the usual stay must be above 0 h", place=f"usual_stay_h={self.usual_stay_h}")
        if not (
            SPEED_LEAST <= self.speed_mean <= 1.0 and 0.0 < self.speed_sd <= 1.0 and self.stay_sigma > 0.0
        ):
            raise OptionError("speeds are shares of the highest, and spreads above 0", place=f"{self}")


def for_ship(
    assumed: Assumed,
    max_speed_kn: float,
    *,
    history_kn: Sequence[float] | Floats = (),
    ship_class: str = "",
    draught_share: float | None = None,
    weather_margin: float = 0.0,
) -> Assumed:
    """The assumption about speed from the ship's class, its own reported speeds, draught and a margin for weather.

    `history_kn` are speeds over ground; those under 40 % of the highest are taken for manoeuvring and left out.
    `draught_share` is the draught over the greatest known. `weather_margin` is the share of speed that wind and sea
    take, 0 to 0.5: it lowers the mean, widens the spread by half of itself, and never moves what is feasible. Raises
    OptionError for an unknown class or a margin out of range.
    """
    if ship_class not in CLASSES:
        raise OptionError(
            f"unknown class of ship; there are {', '.join(filter(None, CLASSES))}", place=ship_class
        )
    if not 0.0 <= weather_margin <= 0.5:
        raise OptionError("the margin for weather must be 0 to 0.5", place=f"weather_margin={weather_margin}")
    mean, sd = CLASSES[ship_class]
    words = [f"usual speed assumed for {ship_class or 'merchant'} ships"]
    shares = np.asarray(history_kn, float) / max_speed_kn
    shares = np.clip(shares[np.isfinite(shares) & (shares >= UNDER_WAY_SHARE)], None, 1.0)
    if len(shares):
        weight = len(shares) / (len(shares) + PRIOR_REPORTS)
        spread = weight * float(shares.var()) + (1.0 - weight) * sd**2
        spread += weight * (1.0 - weight) * (float(shares.mean()) - mean) ** 2
        mean, sd = weight * float(shares.mean()) + (1.0 - weight) * mean, math.sqrt(spread)
        words = [f"usual speed from {len(shares)} of its own reports under way"]
    if draught_share is not None and draught_share >= LADEN_DRAUGHT:
        mean, words = mean - LADEN_SLOWER, [*words, "laden"]
    if weather_margin:
        mean, sd = mean * (1.0 - weather_margin), math.hypot(sd, 0.5 * weather_margin)
        words.append(f"margin for weather {100 * weather_margin:.0f} %")
    mean = round(min(max(mean, SPEED_LEAST + 0.05), 0.98), 3)
    return replace(
        assumed,
        speed_mean=mean,
        speed_sd=round(max(sd, 0.03), 3),
        basis=(", ".join(words), *assumed.basis[1:]),
    )


def for_port(assumed: Assumed, dwells_h: Sequence[float] | Floats, *, usual_stay_h: float) -> Assumed:
    """The assumption about stays from the dwell times of similar calls, in hours, and the usual stay as stated.

    Calls weigh against the stated stay by their number (four weigh as much as it). Dwells that are not positive are left
    out.
    """
    logs = np.log([hours for hours in np.asarray(dwells_h, float).tolist() if 0.0 < hours < math.inf])
    if not len(logs):
        return replace(assumed, usual_stay_h=usual_stay_h)
    weight = len(logs) / (len(logs) + PRIOR_STAYS)
    middle = weight * float(logs.mean()) + (1.0 - weight) * math.log(usual_stay_h)
    spread = math.sqrt(weight * float(logs.var()) + (1.0 - weight) * assumed.stay_sigma**2)
    return replace(
        assumed, usual_stay_h=round(math.exp(middle), 2), stay_sigma=round(max(spread, 0.1), 3),
        basis=(*assumed.basis[:1], f"stays from {len(logs)} similar calls and the usual stay as stated"),
    )  # fmt: skip


# --- densities ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def tables(stay_h: float, assumed: Assumed) -> npt.NDArray[np.float64]:
    """Densities per hour with a call and without, over the hours of the way at top speed and the hours left.

    Axes as `kernels.reaching` reads them.
    """
    way_h, left_h = (octaves(np.arange(n)) - 1.0 for n in (WAY_CELLS, LEFT_CELLS))
    hours, staying = stay_table(stay_h, assumed.usual_stay_h, assumed.stay_sigma)
    shares = speed_shares(assumed.speed_mean, assumed.speed_sd)
    called, idling = stories(way_h, left_h, shares, (hours, staying, idle(hours), round(EVEN_H / STEP_H)))
    made = np.stack([called, ELSEWHERE * called + (1.0 - ELSEWHERE) * idling])
    made.flags.writeable = False
    return made


def octaves(cells: npt.NDArray[np.int64]) -> Floats:
    """The numbers at cells of an axis that is spaced evenly within each octave; cell 0 is 1."""
    return np.ldexp(1.0 + (cells % PER_OCTAVE) / PER_OCTAVE, cells // PER_OCTAVE)


@lru_cache(maxsize=4)
def odds(offset: float, slope: float) -> Floats:
    """Probabilities at even odds, by the ratio of the two densities, its logarithm stretched by the calibration."""
    half = PER_OCTAVE * RATIO_OCTAVES
    stretched = offset + slope * np.log(octaves(np.arange(-half, half + 1)))
    made = np.clip(1.0 / (1.0 + np.exp(-stretched)), LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY)
    made.flags.writeable = False
    return made


def _middles(n: int) -> Floats:
    return (np.arange(n) + 0.5) / n


@lru_cache(maxsize=64)
def speed_shares(mean: float, sd: float) -> Floats:
    """Equally likely speeds, as shares of the highest."""
    usual = NormalDist(mean, sd)
    low, high = usual.cdf(SPEED_LEAST), usual.cdf(1.0)
    return np.array([usual.inv_cdf(low + (high - low) * p) for p in _middles(SPEEDS)])


def idle(hours: Floats) -> Floats:
    """Density of idle time per hour (Lomax), 0 for negative times."""
    scale = IDLE_MEAN_H * (IDLE_SHAPE - 1.0)
    return np.where(
        hours >= 0.0, IDLE_SHAPE / scale * (1.0 + np.maximum(hours, 0.0) / scale) ** (-IDLE_SHAPE - 1.0), 0.0
    )


def stays(stay_h: float, usual_stay_h: float, sigma: float = 0.5) -> Floats:
    """Equally likely stays of `stay_h` or more."""
    normal = NormalDist()
    share = max(stay_h / usual_stay_h, 1e-9)
    above = normal.cdf(-math.log(share) / sigma)
    # Far out in the tail nothing is left of the distribution but its lower end.
    tails = [-normal.inv_cdf(above * p) if above * p > 0.0 else -np.inf for p in _middles(STAYS)]
    return np.maximum(usual_stay_h * np.exp(sigma * np.array(tails)), stay_h)


@lru_cache(maxsize=64)
def stay_table(stay_h: float, usual_stay_h: float, sigma: float = 0.5) -> tuple[Floats, Floats]:
    """Hours and the density of stay and idle time together, for interpolation."""
    likely = stays(stay_h, usual_stay_h, sigma)
    even = np.linspace(0.0, EVEN_H, round(EVEN_H / STEP_H) + 1)
    hours = np.concatenate([even, np.geomspace(EVEN_H, MAX_STAY_TABLE_H, 1000)[1:]])
    return hours, np.array([idle(hour - likely).mean() for hour in hours])


def stay_and_idle(hours: Floats, stay_h: float, assumed: Assumed) -> Floats:
    """Density of a stay of `stay_h` or more and idle time together, per hour."""
    return np.interp(hours, *stay_table(stay_h, assumed.usual_stay_h, assumed.stay_sigma), left=0.0)
