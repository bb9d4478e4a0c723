"""Keys of services that need an account: kept in the operating system's keychain and nowhere else.

No key is ever an argument of a command, a line of a case, a log or a dossier. On a server without a keychain the
environment variable `RUBICON_KEY_<SERVICE>_<FIELD>` stands in for one field; it is read and never written.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from types import ModuleType

from rubicon.errors import KeychainError, MissingExtra, UnknownService

KEYCHAIN = "rubicon"
"""The name under which the keychain shows our entries."""


@dataclass(frozen=True)
class Service:
    """A service that needs an account, and what it asks for."""

    name: str
    title: str
    gives: str
    fields: tuple[str, ...]
    account: str
    """Where a person gets one."""

    def variable(self, field: str) -> str:
        """The environment variable that stands in for a field of this service."""
        return f"RUBICON_KEY_{self.name}_{field}".upper()


SERVICES = {
    service.name: service
    for service in (
        Service(
            "aisstream", "aisstream.io", "live AIS of coastal stations", ("key",),
            "https://aisstream.io/apikeys",
        ),
        Service(
            "copernicus", "Copernicus Data Space Ecosystem", "download of Sentinel-1 and Sentinel-2 scenes",
            ("user", "password"), "https://dataspace.copernicus.eu/",
        ),
        Service(
            "gfw", "Global Fishing Watch", "events and identities of ships (non-commercial use)", ("token",),
            "https://globalfishingwatch.org/our-apis/tokens",
        ),
        Service("planet", "Planet Labs", "orders and scenes under your own licence", ("key",),
                "https://www.planet.com/account/"),
    )
}  # fmt: skip


def service(name: str) -> Service:
    """The service of that name.

    Raises UnknownService naming those that there are.
    """
    if name not in SERVICES:
        raise UnknownService(f"no such service; there are {', '.join(SERVICES)}", place=name)
    return SERVICES[name]


def put(name: str, field: str, value: str) -> None:
    """Put one field of a service into the keychain, in place of an older one.

    Raises KeychainError when there is no keychain or it is locked, MissingExtra without the extra `keys`.
    """
    keyring = _keyring()
    try:
        keyring.set_password(KEYCHAIN, f"{name}/{field}", value)
    except keyring.errors.KeyringError as error:
        raise _closed(error) from error


def get(name: str, field: str) -> str | None:
    """One field of a service, from the environment or else the keychain; None when there is none.

    Raises KeychainError when the keychain is there and locked.
    """
    if stated := os.environ.get(service(name).variable(field)):
        return stated
    try:
        keyring = _keyring()
    except MissingExtra:
        return None
    try:
        found: str | None = keyring.get_password(KEYCHAIN, f"{name}/{field}")
    except keyring.errors.NoKeyringError:
        return None
    except keyring.errors.KeyringError as error:
        raise _closed(error) from error
    return found


def remove(name: str) -> int:
    """Take all fields of a service out of the keychain; gives how many there were.

    Raises KeychainError when there is no keychain or it is locked.
    """
    keyring, removed = _keyring(), 0
    for field in service(name).fields:
        try:
            if keyring.get_password(KEYCHAIN, f"{name}/{field}") is not None:
                keyring.delete_password(KEYCHAIN, f"{name}/{field}")
                removed += 1
        except keyring.errors.KeyringError as error:
            raise _closed(error) from error
    return removed


def complete(name: str) -> bool:
    """Whether every field of a service is known."""
    return all(get(name, field) for field in service(name).fields)


def _keyring() -> ModuleType:
    try:
        import keyring
        import keyring.errors
    except ImportError as error:
        raise MissingExtra("pip install 'rubicon-osint[keys]'", place="keyring") from error
    return keyring


def _closed(error: Exception) -> KeychainError:
    return KeychainError(
        f"the system's keychain cannot be used ({type(error).__name__}); on a machine without one, set the "
        "environment variable that `rubicon keys list` names",
        place="keychain",
    )
