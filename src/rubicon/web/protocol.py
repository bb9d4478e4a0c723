"""HTTP/1.1 with limits on the head of a request: how long it may take to arrive, and how large it may be.

The server that uvicorn brings waits for a head without end, so that a few hundred connections that trickle would
stop everybody else (known as slowloris).
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_TIMEOUT_S = 15.0
MOST_HEAD_BYTES = 64 << 10
"""Beyond what browsers send in a head by far; a chunk that brings the end of the head may be larger."""


class Patient(HttpToolsProtocol):
    """A connection that is closed when the head of a request does not arrive in time or has no end."""

    _clock: asyncio.TimerHandle | None = None
    _taken = 0
    _in_head = True

    def connection_made(self, transport: Any) -> None:
        """Start the clock of the first head."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Count what comes before a head has ended."""
        if self._in_head and self._clock is None:
            self._wait()
        super().data_received(data)
        self._taken += len(data) if self._in_head else 0
        if self._taken > MOST_HEAD_BYTES:
            self.transport.close()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._stop()
        self._in_head, self._taken = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """What follows is the next head; an idle connection is closed by uvicorn's own clock."""
        super().on_message_complete()
        self._in_head = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._clock = asyncio.get_running_loop().call_later(HEAD_TIMEOUT_S, self._too_slow)

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _too_slow(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
