from __future__ import annotations

import pytest

from rubicon.identifiers import company_imo_valid, imo_valid, normalise_imo


@pytest.mark.parametrize(
    "text",
    ["9179842", "IMO 9179842", "IMO  9179842", "imo9179842", "IMO No. 9179842", "９１７９８４２", "91-79842"],
)
def test_a_number_is_read_however_it_is_written(text: str) -> None:
    assert normalise_imo(text) == "9179842"
    assert imo_valid(text) is True


@pytest.mark.parametrize(
    "text", ["", None, "Does not exist", "IMO 15411", "RS 150443", "91798421", "9179842 (Russia)", "IMO"]
)
def test_what_is_no_number_becomes_null(text: str | None) -> None:
    assert normalise_imo(text) is None
    assert imo_valid(text) is None
    assert company_imo_valid(text) is None


@pytest.mark.parametrize("number", ["9179842", "9161003", "9358010", "8517839", "9617923", "9198783"])
def test_real_ships_pass(number: str) -> None:
    assert imo_valid(number) is True


def test_any_one_wrong_digit_fails() -> None:
    # Weights 5 and (for even steps) 2, 4, 6 share factors with 10, so only steps of the check digit are sure to be seen.
    for digit in "013456789":
        assert imo_valid("917984" + digit) is False
    assert imo_valid("0000000") is False


@pytest.mark.parametrize("number", ["5342883", "1790183", "5848165", "6016988", "5344160", "6246853"])
def test_real_companies_pass_their_own_test(number: str) -> None:
    assert company_imo_valid(number) is True


def test_company_and_ship_numbers_have_different_tests() -> None:
    assert imo_valid("5344160") is False
    assert company_imo_valid("9179842") is False
