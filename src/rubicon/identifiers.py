"""IMO numbers of ships and of companies, two schemes with two check digits that never join; MMSI of ships.

Source: IMO resolution A.1117(30), IMO Ship Identification Number Scheme; IMO circular MSC.1/Circ.1490 for
companies and registered owners.
"""

from __future__ import annotations

import re
import unicodedata

SHIP_WEIGHTS = (7, 6, 5, 4, 3, 2)
COMPANY_WEIGHTS = (8, 6, 4, 2, 9, 7)

_NUMBER = re.compile(r"^(?:IMO)?(?:NUMBER|NO)?[.:#]*(\d{7})$")


def normalise_imo(text: str | None) -> str | None:
    """The seven digits of a number as written, without "IMO", spaces and punctuation; null for anything else.

    The check digit is not tested here: a number that fails it is kept, because a forged or mistyped
    number is itself a clue.
    """
    squeezed = re.sub(r"[\s\-_]+", "", unicodedata.normalize("NFKC", text or "")).upper()
    found = _NUMBER.match(squeezed)
    return found.group(1) if found and found.group(1).isascii() else None


def imo_valid(text: str | None) -> bool | None:
    """Whether a ship's check digit holds; null when the text holds no seven-digit number.

    The sum of the first six digits times 7, 6, 5, 4, 3, 2 ends in the seventh. One random number in ten passes.
    """
    digits = normalise_imo(text)
    if digits is None:
        return None
    return digits != "0000000" and _weighted(digits, SHIP_WEIGHTS) % 10 == int(digits[6])


def company_imo_valid(text: str | None) -> bool | None:
    """Whether a company's check digit holds; null when the text holds no seven-digit number.

    About one valid company number in ten also passes the test for ships, so the two are told apart by where
    they are written, never by the digits.
    """
    digits = normalise_imo(text)
    if digits is None:
        return None
    return digits != "0000000" and (11 - _weighted(digits, COMPANY_WEIGHTS) % 11) % 10 == int(digits[6])


def could_be_a_ships_mmsi(mmsi: str) -> bool:
    """Whether a ship station can hold the number: nine digits, the first from 2 to 7 (ITU-R M.585)."""
    return len(mmsi) == 9 and mmsi.isascii() and mmsi.isdigit() and mmsi[0] in "234567"


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))
