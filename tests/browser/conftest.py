"""Both cases of the demo, served on loopback, and Debian's Chromium in front of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rubicon.web.shell import Shell

FLAGS = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--no-sandbox"]
SHOTS = os.environ.get("RUBICON_SHOTS", "")
"""A folder to keep screenshots in; `docs/assets/web` makes those of the walk-through anew."""


@dataclass(frozen=True)
class Site:
    """Where the server answers, and the token that opens it."""

    origin: str
    token: str


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`rubicon demo` and `rubicon serve`, each in a process of its own."""
    if not Shell().built:
        pytest.skip("the front end was not built: make ui")
    out = tmp_path_factory.mktemp("demo")
    command, env = [sys.executable, "-m", "rubicon.cli"], {**os.environ, "CI": "1"}
    subprocess.run(
        [*command, "demo", "--out", str(out), "--no-serve"], check=True, env=env, capture_output=True
    )
    serve = [*command, "serve", str(out), "--json"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout
        url, _, token = json.loads(process.stdout.readline())["url"].partition("?token=")
        yield Site(url.rpartition("/")[0], token)
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert process.returncode == 0


@pytest.fixture(scope="session")
def chromium(program: Callable[[str, str], str]) -> Iterator[Any]:
    """A browser."""
    playwright = pytest.importorskip("playwright.sync_api")
    path = program("chromium", "chromium")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """One reader: a page, and everything that went wrong behind it."""

    page: Any
    site: Site
    complaints: list[str]

    def open(self, path: str) -> None:
        """Open an address of the application, the first time with the token."""
        mark = "&" if "?" in path else "?"
        self.page.goto(f"{self.site.origin}{path}{mark}token={self.site.token}")

    def drawn(self) -> None:
        """Wait until the map stands."""
        self.page.wait_for_selector("[data-drawn=true]", timeout=30_000)
        self.page.wait_for_timeout(400)

    def shot(self, name: str) -> bytes:
        """A picture of what is seen, kept when a folder was named."""
        made: bytes = self.page.screenshot()
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            (Path(SHOTS) / f"{name}.png").write_bytes(made)
        return made


@pytest.fixture
def visit(chromium: Any, site: Site, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A fresh reader; `wide`, `narrow` or `dark` through a parameter. Ends red when the console complained,
    a policy was broken or a request left the origin."""
    kind = getattr(request, "param", "wide")
    size = {"width": 390, "height": 844} if kind == "narrow" else {"width": 1280, "height": 800}
    context = chromium.new_context(viewport=size, color_scheme="dark" if kind == "dark" else "light")
    page, complaints = context.new_page(), []
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: _foreign(asked.url, site, complaints))
    yield Visit(page, site, complaints)
    context.close()
    assert complaints == []


def _foreign(url: str, site: Site, complaints: list[str]) -> None:
    if not url.startswith((f"{site.origin}/", "data:", "blob:")):
        complaints.append(f"left the origin: {url}")
