"""How named errors become HTTP answers: one table, class -> status."""

from __future__ import annotations

from rubicon import errors
from rubicon.errors import RubiconError

STATUS: dict[type[RubiconError], int] = {
    errors.TokenMissing: 401,
    errors.RequestRefused: 403,
    errors.UnknownItem: 404,
    errors.InputMissing: 404,
    errors.RequestTooSlow: 408,
    errors.RequestTooLarge: 413,
    errors.InputTooLarge: 413,
    errors.InvalidRequest: 422,
    errors.UsageError: 422,
    errors.OptionError: 422,
    errors.UnknownPort: 422,
    errors.OutsideCoastline: 422,
    errors.NoWater: 422,
    errors.MissingExtra: 501,
    errors.OutputFailed: 507,
}
"""Statuses of the errors that a request can cause; every other named error is the server's state, 500."""


def status(error: RubiconError) -> int:
    """The HTTP status of an error: that of its nearest class in the table."""
    return next((STATUS[each] for each in type(error).__mro__ if each in STATUS), 500)
