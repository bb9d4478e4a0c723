from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rubicon.collect.fetch import Limits, fetch, public_address
from rubicon.errors import FetchFailed, FetchRefused

HERE = Limits(allow_loopback=True, max_bytes=1000, timeout_s=5)


class Publisher(BaseHTTPRequestHandler):
    """Gives a file, redirects, lies about lengths."""

    def do_GET(self) -> None:
        if self.path == "/list" and self.headers.get("If-None-Match") == '"v1"':
            self.send_response(304)
            self.end_headers()
        elif self.path == "/list":
            self._send(b"a list", ETag='"v1"')
        elif self.path == "/big":
            self._send(b"x" * 2000)
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * 2000)
        elif self.path == "/short":
            self._send(b"half", length=8)
        elif self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/").replace("LOOP", "/to/LOOP"))
            self.end_headers()
        else:
            self.send_error(404)

    def _send(self, body: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(length or len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_file_is_kept_whole_with_its_hash_and_asked_for_again_only_if_changed(
    site: str, tmp_path: Path
) -> None:
    out = tmp_path / "list"
    found = fetch(f"{site}/list", out, limits=HERE)
    assert (found.changed, found.size_bytes, found.address) == (True, 6, "127.0.0.1")
    assert found.sha256 == hashlib.sha256(b"a list").hexdigest()
    assert out.read_bytes() == b"a list"
    out.unlink()
    again = fetch(f"{site}/list", out, validators=found.validators, limits=HERE)
    assert not again.changed
    assert not out.exists()


def test_a_redirect_is_followed_and_checked_again(site: str, tmp_path: Path) -> None:
    assert fetch(f"{site}/to//list", tmp_path / "a", limits=HERE).url == f"{site}/list"
    for target, reason in (
        ("http://10.0.0.1/", "only https"),
        ("file:///etc/passwd", "only https"),
        ("https://169.254.169.254/x", "no public address"),
        ("LOOP", "redirects"),
    ):
        with pytest.raises(FetchRefused, match=reason):
            fetch(f"{site}/to/{target}", tmp_path / "b", limits=HERE)
    assert not list(tmp_path.glob("*b*"))


@pytest.mark.parametrize(
    ("page", "error"),
    [("big", FetchRefused), ("endless", FetchRefused), ("short", FetchFailed), ("none", FetchFailed)],
)
def test_what_is_too_big_cut_or_absent_leaves_nothing(
    site: str, tmp_path: Path, page: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        fetch(f"{site}/{page}", tmp_path / "out", limits=HERE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "fe80::1",
        "fc00::1",
    ],
)
def test_no_private_address_is_asked(host: str) -> None:
    with pytest.raises(FetchRefused, match="no public address"):
        public_address(host, 443)


def test_loopback_is_for_tests_alone(site: str, tmp_path: Path) -> None:
    with pytest.raises(FetchRefused, match="only https"):
        fetch(f"{site}/list", tmp_path / "x")
    with pytest.raises(FetchRefused, match="no password"):
        fetch("https://user:secret@example.org/", tmp_path / "x")
