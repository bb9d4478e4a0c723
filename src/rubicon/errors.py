"""Every error that Rubicon names: one base class, one sentence each, with the place and the reason.

The command line and the web application translate the classes by one table each; nothing else
catches them broadly.
"""

from __future__ import annotations


class RubiconError(Exception):
    """Base of all named errors; `place` says where (file, line, offset, key), `reason` says why."""

    exit_code = 3

    def __init__(self, reason: str, *, place: str = "") -> None:
        self.reason = reason
        self.place = place
        super().__init__(f"{place}: {reason}" if place else reason)

    @property
    def code(self) -> str:
        """The name under which the error is documented and tested: its class name."""
        return type(self).__name__

    def record(self) -> dict[str, str]:
        """The error as a JSON object."""
        return {"error": self.code, "place": self.place, "reason": self.reason}


class UsageError(RubiconError):
    """The command was called in a way that it cannot understand."""

    exit_code = 2


class CaseError(RubiconError):
    """The case file cannot be read: a key is unknown, missing or of the wrong type."""


class InputMissing(RubiconError):
    """A named file does not exist or cannot be opened."""


class EmptyInput(RubiconError):
    """The file has no content, or a header and no rows."""


class UnknownFormat(RubiconError):
    """No source recognises the content of the file."""


class NoUsableRows(RubiconError):
    """The file was read to its end and every row was rejected."""


class TruncatedInput(RubiconError):
    """A compressed or framed file ends before its content does."""


class InputTooLarge(RubiconError):
    """The input is larger than the stated limit on bytes, rows or declared size."""


class MissingColumns(RubiconError):
    """A table lacks columns that the schema needs, and no mapping names them."""


class AmbiguousDates(RubiconError):
    """The dates can be read in more than one way; the order must be stated."""


class AmbiguousUnits(RubiconError):
    """A speed column does not say its unit; knots or metres per second must be stated."""


class InvalidPosition(RubiconError):
    """A latitude, longitude or time cannot be that of a ship."""


class OptionError(RubiconError):
    """A detector or model was given an option that it does not have, or a value out of range."""

    exit_code = 2


class UnknownPort(RubiconError):
    """No port of that name or alias is known."""


class OutsideCoastline(RubiconError):
    """The place lies outside the coastline extract in use."""


class NoWater(RubiconError):
    """No water lies within the snapping distance of the place."""


class SimulatedEvidence(RubiconError):
    """A finding about a real ship would rest on simulated evidence, or real and simulated evidence mix."""


class UnknownEvidence(RubiconError):
    """A sentence of the dossier states a fact without evidence, or names evidence that the case does not hold."""


class ListError(RubiconError):
    """A sanctions list does not have the shape that its format declares."""


class FetchRefused(RubiconError):
    """An address must not be asked, or what it sends exceeds the limits on size, time or redirects."""


class FetchFailed(RubiconError):
    """The other side did not answer with the file."""


class LedgerError(RubiconError):
    """The ledger cannot be read or written, or its chain of hashes does not hold."""


class LakeError(RubiconError):
    """The lake's manifest and its files do not agree."""


class VerificationFailed(RubiconError):
    """A bag differs from its manifest."""

    exit_code = 5


class SigningFailed(RubiconError):
    """A signature or time stamp cannot be made, or is not one over this dossier."""


class RightsRefused(RubiconError):
    """The dossier would carry something that the declared rights of its source do not allow."""


class OutputFailed(RubiconError):
    """A result cannot be written where it was asked for."""


class MissingExtra(RubiconError):
    """An optional package is needed for this and is not installed."""


class UnknownService(RubiconError):
    """No service of that name is known."""

    exit_code = 2


class KeychainError(RubiconError):
    """The system's keychain is missing or locked."""


class UnknownItem(RubiconError):
    """No case, ship, finding or other thing of that id is held here."""


class InvalidRequest(RubiconError):
    """A request to the web application has a parameter out of range or of the wrong form."""

    exit_code = 2


class TokenMissing(RubiconError):
    """A request to the web application carries no token, or a wrong one."""


class RequestRefused(RubiconError):
    """A request to the web application comes from another site, or names a host that this is not."""


class RequestTooLarge(RubiconError):
    """The body of a request is larger than the web application takes."""


class RequestTooSlow(RubiconError):
    """The body of a request did not arrive within the stated time."""


class EmptyScene(RubiconError):
    """A scene has no valid pixel: all nodata, all border, or all cloud."""


class ConflictingMetadata(RubiconError):
    """A scene says two things about itself that cannot both hold."""


class QuoteNotFound(RubiconError):
    """A quoted passage does not stand in the page that it is said to come from."""


class ChecksumMismatch(RubiconError):
    """A fetched file is not the one that its catalogue describes."""
