"""What stands before every page: host, site, token, size of body, and the headers of every answer.

The application holds an analyst's unpublished work and listens on loopback, where any web page that is open in the
same browser can send requests. So a request must name this host (against DNS rebinding), must not come from another
site (against forged posts), and must carry the token of this run: in the address when the page is first opened,
then in a cookie that scripts cannot read. The cookie's name holds the port, because cookies do not keep ports apart.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rubicon.errors import RequestRefused, RequestTooLarge, RequestTooSlow, RubiconError, TokenMissing
from rubicon.web.errors import status

CSP = (
    "default-src 'self'; script-src 'self'; worker-src 'self'; img-src 'self' data: blob:; style-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Content security policy of every answer that does not bring a stricter one."""

HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}
"""Headers of every answer; an answer may bring its own in their place."""

OPEN = ("/health", "/favicon.svg", "/assets/")
"""Paths without a token: nothing of a case lies there. A path that ends in a slash stands for all below it."""

SAFE = ("GET", "HEAD")


@dataclass(frozen=True)
class Policy:
    """Who may ask, and for how much."""

    token: str
    port: int
    host: str = "127.0.0.1"
    """Address that the server listens on; it and the names of loopback may stand in `Host`."""
    max_body_bytes: int = 1 << 20
    body_timeout_s: float = 20.0
    names: frozenset[str] = field(default=frozenset({"127.0.0.1", "localhost", "::1"}))

    @property
    def cookie(self) -> str:
        """Name of the cookie."""
        return f"rubicon_{self.port}"

    def knows(self, authority: str) -> bool:
        """Whether a `Host` names this server: its own address or loopback, with its port.

        Bound to all addresses, it cannot know its own; then any plain IP address passes and no name but
        `localhost` does, because rebinding needs a name.
        """
        try:
            parts = urlsplit(f"//{authority}")
            name, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return False
        if port != self.port or parts.username is not None or parts.path:
            return False
        return name in self.names or name == self.host.lower() or (self._everywhere and _is_ip(name))

    @property
    def _everywhere(self) -> bool:
        return self.host in ("0.0.0.0", "::")


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guard:
    """ASGI middleware that refuses what `Policy` does not allow."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self.app = app
        self.policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer with a named error."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        request = _Request(scope)
        try:
            self._check(request)
        except RubiconError as error:
            await _refuse(error, request, send)
            return
        dressed = self._dressed(send, set_cookie=self._matches(request.query_token))
        body = _Body(receive, self.policy)
        try:
            await self.app(scope, body, dressed)
        except RubiconError as error:
            if body.failed is not error:
                raise
            await _refuse(error, request, send)

    def _check(self, request: _Request) -> None:
        if not self.policy.knows(request.header("host")):
            raise RequestRefused("this server has another name", place="Host")
        self._check_site(request)
        length = request.header("content-length") or "0"
        if not length.isdecimal() or int(length) > self.policy.max_body_bytes:
            raise RequestTooLarge(
                f"at most {self.policy.max_body_bytes:,} bytes are taken", place="Content-Length"
            )
        if not _open(request.path) and not any(map(self._matches, request.tokens(self.policy.cookie))):
            raise TokenMissing("open the address that `rubicon serve` printed", place=request.path)

    def _check_site(self, request: _Request) -> None:
        """Refuse what another site's page sent; following a link to a page from elsewhere is allowed."""
        site, origin = request.header("sec-fetch-site"), request.header("origin")
        opened = request.method in SAFE and request.header("sec-fetch-mode") == "navigate"
        if site in ("cross-site", "same-site") and not opened:
            raise RequestRefused("sent by a page of another site", place="Sec-Fetch-Site")
        if origin and not self._own(origin):
            raise RequestRefused("sent by a page of another site", place="Origin")
        bearer = self._matches(request.bearer)
        if request.method not in SAFE and not (origin or site == "same-origin" or bearer):
            raise RequestRefused("a change needs an Origin, or the token in `Authorization`", place="Origin")

    def _own(self, origin: str) -> bool:
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return parts.scheme == "http" and self.policy.knows(parts.netloc)

    def _matches(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self.policy.token.encode())

    def _dressed(self, send: Send, *, set_cookie: bool) -> Send:
        """`send` that adds the headers, and the cookie when the token came in the address."""

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", []))
                have = {name.lower() for name, _ in given}
                given += [(k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in have]
                if set_cookie:
                    cookie = f"{self.policy.cookie}={self.policy.token}; Path=/; HttpOnly; SameSite=Strict"
                    given.append((b"set-cookie", cookie.encode()))
                message = {**message, "headers": given}
            await send(message)

        return dressed


class _Request:
    """What the guard reads of a request."""

    def __init__(self, scope: Scope) -> None:
        self.path: str = scope["path"]
        self.method: str = scope["method"]
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]
        query = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=100)
        self.query_token = query.get("token", [""])[-1]
        scheme, _, value = self.header("authorization").partition(" ")
        self.bearer = value.strip() if scheme.lower() == "bearer" else ""

    def header(self, name: str) -> str:
        """The header's value; that of a header given twice is none that passes any check."""
        found = [value.decode("latin-1") for key, value in self._headers if key == name.encode()]
        return found[0] if len(found) == 1 else "" if not found else "\0".join(found)

    def tokens(self, cookie: str) -> Iterable[str]:
        """Tokens in the address, in `Authorization` and in the cookie."""
        yield self.query_token
        yield self.bearer
        try:
            held = SimpleCookie(self.header("cookie"))
        except CookieError:
            return
        if cookie in held:
            yield held[cookie].value

    @property
    def wants_json(self) -> bool:
        return "text/html" not in self.header("accept")


class _Body:
    """The body of a request, counted as it comes, with a time limit for all of it."""

    def __init__(self, receive: Receive, policy: Policy) -> None:
        self.receive = receive
        self.policy = policy
        self.left = policy.max_body_bytes
        self.ended = False
        self.failed: RubiconError | None = None
        self.until: float | None = None

    async def __call__(self) -> Message:
        if self.ended:
            # What follows the body is only the news that the client left, for which no time is set.
            return await self.receive()
        now = asyncio.get_running_loop().time
        self.until = self.until or now() + self.policy.body_timeout_s
        try:
            message = await asyncio.wait_for(self.receive(), max(self.until - now(), 0.0))
        except TimeoutError as error:
            self.failed = RequestTooSlow(f"no whole body in {self.policy.body_timeout_s:g} s", place="body")
            raise self.failed from error
        self.ended = not message.get("more_body", False)
        self.left -= len(message.get("body", b""))
        if self.left < 0:
            self.failed = RequestTooLarge(
                f"at most {self.policy.max_body_bytes:,} bytes are taken", place="body"
            )
            raise self.failed
        return message


def _open(path: str) -> bool:
    return any(path == each or (each.endswith("/") and path.startswith(each)) for each in OPEN)


async def _refuse(error: RubiconError, request: _Request, send: Send) -> None:
    """Answer with the error: JSON, or one sentence for a person's browser."""
    if request.wants_json or request.path.endswith(".json"):
        kind, body = "application/json", json.dumps(error.record()).encode()
    else:
        kind, body = "text/plain; charset=utf-8", f"{error.code}: {error}\n".encode()
    headers: dict[str, Any] = {
        **HEADERS, "content-type": kind, "content-length": str(len(body)), "connection": "close",
    }  # fmt: skip
    raw = [(key.encode(), value.encode()) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": status(error), "headers": raw})
    await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else body})
