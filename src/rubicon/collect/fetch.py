"""Fetches public files over HTTP without being led astray.

The host's name is resolved once, every address must be a public one, and the connection goes to that very address (so a second answer of
the resolver cannot change it); the certificate is checked against the name. Each redirect is checked the same way. Size, time and number of
redirects are bounded. Conditional requests spare both sides a file that has not changed.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import os
import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

from rubicon import __version__
from rubicon.errors import FetchFailed, FetchRefused

MAX_URL = 2_000
MAX_SHOWN = 200
AGENT = f"rubicon/{__version__}"


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
    url: str,
    out: Path,
    *,
    validators: Mapping[str, str] | None = None,
    limits: Limits = Limits(),
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """Fetch a URL into a file; with the validators of the last time nothing is written when the file has not changed.

    Raises FetchRefused for an address that must not be asked and for what exceeds the limits, FetchFailed when the other side does
    not answer with the file. `out` is written whole or not at all.
    """
    began = time.monotonic()
    asked = {
        theirs: validators[ours]
        for ours, theirs in (("etag", "If-None-Match"), ("last_modified", "If-Modified-Since"))
        if validators and validators.get(ours)
    }
    with _answered(url, {**(headers or {}), **asked}, limits) as (response, last, address):
        if response.status == 304 and validators:
            return Fetched(False, last, address, validators=dict(validators))
        if response.status != 200:
            raise FetchFailed(f"answered {response.status} {response.reason}", place=shown(last))
        return _keep(response, last, address, out, began, limits)


@dataclass(frozen=True)
class Part:
    """Some bytes of a remote file, and its whole size."""

    content: bytes
    total_bytes: int
    url: str


def fetch_part(
    url: str, first: int, count: int, *, limits: Limits = Limits(), headers: Mapping[str, str] | None = None
) -> Part:
    """`count` bytes of a remote file from byte `first` on, fewer at its end.

    Raises FetchRefused as `fetch` does, FetchFailed also for a server that gives no parts of files.
    """
    if count > limits.max_bytes:
        raise FetchRefused(f"{count} bytes, limit {limits.max_bytes}", place=shown(url))
    wanted = {**(headers or {}), "Range": f"bytes={first}-{first + count - 1}"}
    with _answered(url, wanted, limits) as (response, last, _):
        stated = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", response.getheader("Content-Range") or "")
        if response.status != 206 or stated is None or int(stated[1]) != first:
            raise FetchFailed(f"answered {response.status}, not with a part of the file", place=shown(last))
        content = _whole(response, count, last, time.monotonic() + limits.total_s)
        if len(content) != int(stated[2]) - first + 1:
            raise FetchFailed(
                f"{len(content)} bytes of a part came, not {stated[2]} - {first} + 1", place=shown(last)
            )
        return Part(content, int(stated[3]), last)


def fetch_text(url: str, *, limits: Limits = Limits(max_bytes=16_000_000)) -> str:
    """A small public text, such as an answer in JSON.

    Raises FetchRefused and FetchFailed as `fetch` does, FetchFailed also for what is no UTF-8.
    """
    with _answered(url, {}, limits) as (response, last, _):
        return _text(response, last, limits)


def post_form(url: str, form: Mapping[str, str], *, limits: Limits = Limits(max_bytes=1_000_000)) -> str:
    """The answer to a form: how services give out tokens. Redirects are refused, so that no password travels on.

    Raises FetchRefused, FetchFailed; neither names what the form holds.
    """
    body = urlencode(form).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    with _answered(url, kind, replace(limits, max_redirects=0), body) as (response, last, _):
        return _text(response, last, limits)


def _text(response: http.client.HTTPResponse, url: str, limits: Limits) -> str:
    if response.status != 200:
        raise FetchFailed(f"answered {response.status} {response.reason}", place=shown(url))
    content = _whole(response, limits.max_bytes, url, time.monotonic() + limits.total_s)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise FetchFailed("the answer is no UTF-8", place=shown(url)) from error


def shown(url: str) -> str:
    """An address as it may stand in a log: without what lets one in, and cut at a stated length."""
    plain = url.partition("?")[0]
    scheme, slashes, rest = plain.partition("://")
    host, slash, path = rest.partition("/")
    kept = f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}" if slashes else plain
    return "".join(c for c in kept[:MAX_SHOWN] if c.isprintable())


def _block(response: http.client.HTTPResponse, most: int, url: str, deadline: float) -> bytes:
    """Up to `most` bytes of an answer, none at its end; a server that drips is left at the deadline."""
    if time.monotonic() > deadline:
        raise FetchRefused("took longer than is waited for", place=shown(url))
    return response.read1(most)


def _whole(response: http.client.HTTPResponse, most: int, url: str, deadline: float) -> bytes:
    """An answer of at most `most` bytes."""
    parts: list[bytes] = []
    while block := _block(response, 1 << 16, url, deadline):
        parts.append(block)
        if sum(map(len, parts)) > most:
            raise FetchRefused(f"more than {most} bytes", place=shown(url))
    return b"".join(parts)


@contextmanager
def _answered(
    url: str, headers: Mapping[str, str], limits: Limits, body: bytes | None = None
) -> Iterator[tuple[http.client.HTTPResponse, str, str]]:
    """The answer of a checked address behind checked redirects, with the last URL and its IP address."""
    host = urlsplit(url).hostname
    for _ in range(limits.max_redirects + 1):
        parts, address = _checked(url, limits)
        # What proves who we are is for the first host alone.
        sent = {
            key: value for key, value in headers.items() if key != "Authorization" or parts.hostname == host
        }
        connection = _connect(parts, address, limits)
        try:
            # An answer that closes its connection holds the socket itself, and is often not read to its end.
            with _ask(connection, parts, sent, body) as response:
                if response.status in (301, 302, 303, 307, 308):
                    url = urljoin(url, response.getheader("Location") or "")
                    continue
                yield response, url, address
                return
        except (OSError, http.client.HTTPException) as error:
            raise FetchFailed(f"{type(error).__name__}: {error}", place=shown(url)) from error
        finally:
            connection.close()
    raise FetchRefused(f"more than {limits.max_redirects} redirects", place=shown(url))


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
    if len(url) > MAX_URL:
        raise FetchRefused(f"an address of {len(url)} characters; at most {MAX_URL}", place=shown(url))
    if not url.isprintable() or " " in url:
        raise FetchRefused("an address with a space or a control character", place=shown(url))
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise FetchRefused(f"is no address: {error}", place=shown(url)) from error
    loopback = limits.allow_loopback and parts.hostname in ("127.0.0.1", "::1", "localhost")
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise FetchRefused("only https is fetched", place=shown(url))
    if not parts.hostname or parts.username or parts.password:
        raise FetchRefused("an address has a host and no password", place=shown(url))
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
        raise FetchFailed(f"{type(error).__name__}: {error}", place=shown(parts.geturl())) from error
    return connection


def _ask(
    connection: http.client.HTTPConnection, parts: SplitResult, headers: Mapping[str, str], body: bytes | None
) -> http.client.HTTPResponse:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
    connection.request("GET" if body is None else "POST", target, body, sent)
    return connection.getresponse()


def _keep(
    response: http.client.HTTPResponse, url: str, address: str, out: Path, began: float, limits: Limits
) -> Fetched:
    digest, size = hashlib.sha256(), 0
    stated = response.getheader("Content-Length")
    if stated and stated.isdigit() and int(stated) > limits.max_bytes:
        raise FetchRefused(f"{stated} bytes, limit {limits.max_bytes}", place=shown(url))
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as handle:
            while block := _block(response, 1 << 16, url, began + limits.total_s):
                size += len(block)
                if size > limits.max_bytes:
                    raise FetchRefused(f"more than {limits.max_bytes} bytes", place=shown(url))
                digest.update(block)
                handle.write(block)
        if stated and stated.isdigit() and size != int(stated):
            raise FetchFailed(f"{size} of {stated} bytes came", place=shown(url))
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
