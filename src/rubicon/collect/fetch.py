"""Fetches one public file over HTTP without being led astray.

The host's name is resolved once, every address must be a public one, and the connection goes to that very address (so a second answer of
the resolver cannot change it); the certificate is checked against the name. Each redirect is checked the same way. Size, time and number of
redirects are bounded. Conditional requests spare both sides a file that has not changed.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import os
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from rubicon import __version__
from rubicon.errors import FetchFailed, FetchRefused

AGENT = f"rubicon/{__version__} (sanctions lists)"


@dataclass(frozen=True)
class Limits:
    """Bounds on one fetch, and whether this machine itself may be asked (tests alone say so)."""

    max_bytes: int = 256_000_000
    timeout_s: float = 30.0
    """For each wait on the other side."""
    total_s: float = 600.0
    """For the whole file: a server that drips holds nobody for ever."""
    max_redirects: int = 5
    allow_loopback: bool = False


@dataclass(frozen=True)
class Fetched:
    """What came: whether it is new, from where in the end, its hash, and what to send the next time."""

    changed: bool
    url: str
    address: str
    sha256: str = ""
    size_bytes: int = 0
    validators: Mapping[str, str] = field(default_factory=dict)


def fetch(
    url: str, out: Path, *, validators: Mapping[str, str] | None = None, limits: Limits = Limits()
) -> Fetched:
    """Fetch a URL into a file; with the validators of the last time nothing is written when the file has not changed.

    Raises FetchRefused for an address that must not be asked and for what exceeds the limits, FetchFailed when the other side does
    not answer with the file. `out` is written whole or not at all.
    """
    began = time.monotonic()
    for _ in range(limits.max_redirects + 1):
        parts, address = _checked(url, limits)
        connection = _connect(parts, address, limits)
        try:
            # An answer that closes its connection holds the socket itself, and is often not read to its end.
            with _ask(connection, parts, validators or {}) as response:
                if response.status in (301, 302, 303, 307, 308):
                    url = urljoin(url, response.getheader("Location") or "")
                    continue
                if response.status == 304 and validators:
                    return Fetched(False, url, address, validators=dict(validators))
                if response.status != 200:
                    raise FetchFailed(f"answered {response.status} {response.reason}", place=url)
                return _keep(response, url, address, out, began, limits)
        except (OSError, http.client.HTTPException) as error:
            raise FetchFailed(f"{type(error).__name__}: {error}", place=url) from error
        finally:
            connection.close()
    raise FetchRefused(f"more than {limits.max_redirects} redirects", place=url)


def public_address(host: str, port: int, *, allow_loopback: bool = False) -> str:
    """One address of a host, all of which are public.

    Raises FetchFailed when the name is not known, FetchRefused when any of its addresses is private, local or reserved.
    """
    try:
        found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise FetchFailed(f"the host's name is not known: {error}", place=host) from error
    addresses = [ipaddress.ip_address(str(one).partition("%")[0]) for one in found]
    for one in addresses:
        plain = getattr(one, "ipv4_mapped", None) or one
        if (not plain.is_global and not (allow_loopback and plain.is_loopback)) or plain.is_multicast:
            raise FetchRefused(f"{one} is no public address", place=host)
    if not addresses:
        raise FetchFailed("the host has no address", place=host)
    return str(min(addresses, key=lambda one: (one.version, int(one))))


def _checked(url: str, limits: Limits) -> tuple[SplitResult, str]:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise FetchRefused(f"is no address: {error}", place=url) from error
    loopback = limits.allow_loopback and parts.hostname in ("127.0.0.1", "::1", "localhost")
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise FetchRefused("only https is fetched", place=url)
    if not parts.hostname or parts.username or parts.password:
        raise FetchRefused("an address has a host and no password", place=url)
    return parts, public_address(parts.hostname, port, allow_loopback=limits.allow_loopback)


def _connect(parts: SplitResult, address: str, limits: Limits) -> http.client.HTTPConnection:
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    connection = http.client.HTTPConnection(host, port, timeout=limits.timeout_s)
    try:
        plain = socket.create_connection((address, port), timeout=limits.timeout_s)
        connection.sock = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain
        )
    except OSError as error:
        raise FetchFailed(f"{type(error).__name__}: {error}", place=parts.geturl()) from error
    return connection


def _ask(
    connection: http.client.HTTPConnection, parts: SplitResult, validators: Mapping[str, str]
) -> http.client.HTTPResponse:
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    for ours, theirs in (("etag", "If-None-Match"), ("last_modified", "If-Modified-Since")):
        if validators.get(ours):
            headers[theirs] = validators[ours]
    connection.request(
        "GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), headers=headers
    )
    return connection.getresponse()


def _keep(
    response: http.client.HTTPResponse, url: str, address: str, out: Path, began: float, limits: Limits
) -> Fetched:
    digest, size = hashlib.sha256(), 0
    stated = response.getheader("Content-Length")
    if stated and stated.isdigit() and int(stated) > limits.max_bytes:
        raise FetchRefused(f"{stated} bytes, limit {limits.max_bytes}", place=url)
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as handle:
            while block := response.read(1 << 16):
                size += len(block)
                if size > limits.max_bytes:
                    raise FetchRefused(f"more than {limits.max_bytes} bytes", place=url)
                if time.monotonic() - began > limits.total_s:
                    raise FetchRefused(f"took longer than {limits.total_s:.0f} s", place=url)
                digest.update(block)
                handle.write(block)
        if stated and stated.isdigit() and size != int(stated):
            raise FetchFailed(f"{size} of {stated} bytes came", place=url)
        os.replace(temporary, out)
    finally:
        temporary.unlink(missing_ok=True)
    kept = {
        "etag": response.getheader("ETag") or "",
        "last_modified": response.getheader("Last-Modified") or "",
    }
    return Fetched(
        True, url, address, digest.hexdigest(), size, {key: value for key, value in kept.items() if value}
    )
