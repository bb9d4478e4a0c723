"""The shape of a detected ship against the ships that it could be.

Length and width as measured, with the deviation that the detector states, against the register; heading against
the course that the ship was on, where one is known. What is not known weighs exactly 1. Unknown ships are spread
evenly over 50 to 200 m (weights.csv). Known false results: moored ships that touch are measured as one, a radar
image lengthens a ship by its side lobes, a register can be wrong.
"""

from __future__ import annotations

import math

from rubicon.assess.weights import weights

UNCLEAR = (1 / 3, 3.0)
"""A ratio between these does not distinguish a ship from others."""
WIDTH_RANGE_M = 25.0
"""Widths of unknown cargo ships are spread over so much: 8 to 33 m."""


def length_ratio(measured_m: float | None, length_m: float | None, sd_m: float | None = None) -> float:
    """How many times likelier the measured length is from this ship than from an unknown one; 1 when either is unknown.

    Never under a hundredth: registers and measurements are sometimes plainly wrong.
    """
    return _ratio(measured_m, length_m, sd_m or weights()["length_sd_m"], weights()["length_range_m"])


def width_ratio(measured_m: float | None, beam_m: float | None, sd_m: float | None = None) -> float:
    """The same for width; a third of the deviation of a length is assumed where none is stated."""
    return _ratio(measured_m, beam_m, sd_m or weights()["length_sd_m"] / 3, WIDTH_RANGE_M)


def _ratio(measured: float | None, known: float | None, sd: float, spread: float) -> float:
    if not measured or not known:
        return 1.0
    density = math.exp(-0.5 * ((measured - known) / sd) ** 2) / (sd * math.sqrt(2 * math.pi))
    return max(density * spread, 0.01)


def heading_ratio(heading_deg: float | None, course_deg: float | None, sd_deg: float = 15.0) -> float:
    """How many times likelier a heading (ambiguous by 180) is on this course than on any; 1 when either is unknown."""
    if heading_deg is None or course_deg is None:
        return 1.0
    apart = abs((heading_deg - course_deg + 90) % 180 - 90)
    return max(180 * math.exp(-0.5 * (apart / sd_deg) ** 2) / (sd_deg * math.sqrt(2 * math.pi)), 0.01)


def shape_words(ratio: float, measured_m: float | None, length_m: float | None) -> str:
    """What a length says, in words."""
    if not measured_m or not length_m:
        return "length not known: weighs nothing"
    if UNCLEAR[0] <= ratio <= UNCLEAR[1]:
        return f"measured {measured_m:.0f} m, register {length_m:.0f} m: length does not distinguish (ratio {ratio:.1f})"
    side = "for" if ratio > 1 else "against"
    return f"measured {measured_m:.0f} m, register {length_m:.0f} m: {side} this ship (ratio {ratio:.2g})"
