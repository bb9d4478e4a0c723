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
    errors.InvalidRequest: 400,
    errors.UsageError: 400,
    errors.OptionError: 400,
    errors.UnknownPort: 400,
    errors.OutsideCoastline: 400,
    errors.NoWater: 400,
    errors.MissingExtra: 501,
    errors.OutputFailed: 507,
}
"""Statuses of the errors that a request can cause; every other named error is the server's state, 500."""


def status(error: RubiconError) -> int:
    """The HTTP status of an error: that of its nearest class in the table."""
    return next((STATUS[each] for each in type(error).__mro__ if each in STATUS), 500)
