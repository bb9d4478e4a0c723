"""Pages that were made already, sent again without asking the application: the same bytes until the case is run anew."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rubicon.web.shelf import CaseView, Shelf

MOST_PAGES = 20_000
MOST_BYTES = 512 << 20
"""All pages of a case of thousands of findings; beyond it, pages are made as they are asked for."""


@dataclass(frozen=True)
class _Page:
    view: CaseView
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Kept:
    """ASGI middleware that stands between the guard and the application."""

    def __init__(self, app: ASGIApp, shelf: Shelf) -> None:
        self.app = app
        self.shelf = shelf
        self.pages: dict[str, _Page] = {}
        self.held_bytes = 0

    def keep(self, path: str, view: CaseView, response: Response) -> Response:
        """Remember the answer of a path, whatever its query; gives it back."""
        body = bytes(response.body)
        if len(self.pages) < MOST_PAGES and self.held_bytes + len(body) <= MOST_BYTES:
            self.pages[path] = _Page(view, list(response.raw_headers), body)
            self.held_bytes += len(body)
        return response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the page when it is still that of the case, else ask the application."""
        page = self.pages.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if page is not None and not self.shelf.current(page.view):
            self.held_bytes -= len(self.pages.pop(scope["path"]).body)
            page = None
        if page is None:
            await self.app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": list(page.headers)})
        await send({"type": "http.response.body", "body": page.body})
