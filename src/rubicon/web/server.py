"""The server on loopback: a free port, a token of this run, and the address that opens the first page."""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from rubicon.errors import OutputFailed
from rubicon.web.app import create_app
from rubicon.web.guard import Policy
from rubicon.web.pages.chart import coast
from rubicon.web.protocol import Patient
from rubicon.web.shelf import Shelf

MOST_CONNECTIONS = 400


@dataclass(frozen=True)
class Server:
    """A socket that listens, and the application behind it."""

    listening: socket.socket
    policy: Policy
    shelf: Shelf

    @property
    def url(self) -> str:
        """The address of the first page, with the token."""
        cases = self.shelf.cases()
        path = cases[0].id if len({view.simulated for view in cases}) == 2 or len(cases) == 1 else ""
        host = "127.0.0.1" if self.policy.host in ("0.0.0.0", "::") else self.policy.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.policy.port}/{path}?token={self.policy.token}"

    def run(self, ready: Callable[[str], None] = lambda url: None) -> None:
        """Serve until the process is told to stop; `ready` is called with the address when it listens."""
        app = create_app(self.shelf, self.policy)
        # The first map needs the coast, which takes seconds to simplify: begin before anybody asks.
        threading.Thread(target=coast, daemon=True).start()
        config = uvicorn.Config(
            app, http=Patient, lifespan="off", log_level="warning", access_log=False, server_header=False,
            limit_concurrency=MOST_CONNECTIONS, timeout_keep_alive=30, timeout_graceful_shutdown=2,
        )  # fmt: skip
        server = uvicorn.Server(config)

        async def go() -> None:
            serving = asyncio.create_task(server.serve([self.listening]))
            while not server.started and not serving.done():
                await asyncio.sleep(0.005)
            if server.started:
                ready(self.url)
            await serving

        asyncio.run(go())


def listen(folder: Path, host: str = "127.0.0.1", port: int = 0) -> Server:
    """Open the cases of a folder and a port; port 0 takes a free one.

    Raises InputMissing when no case output is there, OutputFailed when the address cannot be used.
    """
    shelf = Shelf(folder)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise OutputFailed(error.strerror or str(error), place=f"{host}:{port}") from error
    listening.listen(512)
    token = secrets.token_urlsafe(24)
    return Server(listening, Policy(token=token, port=listening.getsockname()[1], host=host), shelf)
