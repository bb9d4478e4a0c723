"""A client that asks a real server, and the name that must never become markup."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from dataclasses import dataclass
from typing import Any

HOSTILE = '<img src=x onerror="alert(1)"></script>\u202e=1+1'
"""A ship name that is markup, ends a script, reverses the reading direction and is a formula."""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Client:
    """Asks the server over a real connection; `token=True` sends it as a script would."""

    port: int
    token: str
    cookie: str

    def ask(
        self, path: str, method: str = "GET", *, token: bool = True, body: bytes | None = None, **headers: str
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            given.setdefault("Authorization", f"Bearer {self.token}")
        with closing(connection):
            connection.request(method, path, body=body, headers=given)
            with connection.getresponse() as response:
                headers_ = {k.lower(): v for k, v in response.getheaders()}
                return Answer(response.status, headers_, response.read())
