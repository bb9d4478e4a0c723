"""Numbers 45 to 52 of the list of bad inputs: catalogues and servers that lie, loop, drip or lead astray."""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pystac_client", reason="needs the extra imagery")

from archive_server import Api, item, serving
from rubicon.collect.fetch import Limits, fetch, fetch_text, shown
from rubicon.collect.scenes import stac
from rubicon.collect.scenes.fetching import keep_scene
from rubicon.collect.scenes.sources import SOURCES, SceneSource
from rubicon.collect.scenes.stac import box_round, search
from rubicon.errors import FetchFailed, FetchRefused, RubiconError

HERE = Limits(allow_loopback=True, max_bytes=1_000_000, timeout_s=3, total_s=2)
PORT = box_round(42.2333, 130.3000, 1.0)
OCTOBER = (date(2023, 10, 1), date(2023, 10, 31))
Reply = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(reply: Reply) -> Iterator[str]:
    """A server with one answer for everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply(self)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/x"
        server.shutdown()


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serving(tmp_path) as made:
        yield made


def source(api: Api) -> SceneSource:
    return replace(SOURCES["earth-search"], api=api.url + "/", limits=replace(HERE, total_s=30))


@pytest.mark.parametrize(
    "href",
    [
        "file:///etc/passwd", "http://169.254.169.254/latest/meta-data", "https://169.254.169.254/x", "https://localhost/x",
        "https://[::1]/x", "https://2130706433/x", "https://0x7f000001/x", "https://127.1/x", "https://10.0.0.1/x",
        "https://[::ffff:127.0.0.1]/x", "ftp://example.org/x", "gopher://example.org/x", "data:text/plain,x",
    ],
)  # fmt: skip
def test_45_addresses_that_must_not_be_asked(href: str, tmp_path: Path) -> None:
    with pytest.raises((FetchRefused, FetchFailed)) as raised:
        fetch(href, tmp_path / "x")
    assert not (tmp_path / "x").exists()
    if "example" not in href:
        assert isinstance(raised.value, FetchRefused) or "not known" in str(raised.value)


def test_45_a_redirect_to_a_private_address_is_not_followed(tmp_path: Path) -> None:
    with (
        answering(lambda h: send(h, 302, b"", Location="http://10.0.0.1/secret")) as url,
        pytest.raises(FetchRefused),
    ):
        fetch(url, tmp_path / "x", limits=HERE)


def test_45_a_name_is_resolved_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second answer of the resolver, which a rebinding server would use, is never asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def counting(host: Any, *rest: Any, **named: Any) -> Any:
        asked.append(str(host))
        return real("127.0.0.1", *rest, **named)

    with answering(lambda h: send(h, 200, b"ok")) as url:
        monkeypatch.setattr(socket, "getaddrinfo", counting)
        fetch_text(url.replace("127.0.0.1", "localhost"), limits=HERE)
    assert asked.count("localhost") == 1


def test_46_a_circle_of_pages_ends(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stac, "MAX_REQUESTS", 10)
    api.items["sentinel-2-l2a"] = [item("a", "2023-10-16", {}), item("b", "2023-10-17", {})]
    api.loop = True
    with pytest.raises(FetchRefused, match="circle"):
        search(source(api), PORT, *OCTOBER)
    assert len(api.asked) <= 12


def test_46_thousands_of_pages_are_cut_at_the_limit(api: Api) -> None:
    api.page = 100
    api.items["sentinel-2-l2a"] = [item(f"s{k}", "2023-10-16", {}) for k in range(3000)]
    assert len(search(source(api), PORT, *OCTOBER, limit=250).scenes) == 250


@pytest.mark.parametrize(
    "broken",
    [
        {"geometry": None}, {"properties": {}}, {"properties": {"datetime": "yesterday"}}, {"id": None},
        {"geometry": {"type": "Point", "coordinates": [130.3, 42.2]}}, {"geometry": {"type": "Polygon", "coordinates": [[[1]]]}},
        {"properties": {"datetime": "2023-10-16T00:00:00Z", "eo:cloud_cover": "much"}}, {"properties": None},
    ],
)  # fmt: skip
def test_47_an_item_that_does_not_read_is_named_and_the_others_go_on(
    api: Api, broken: dict[str, Any]
) -> None:
    good = item("good", "2023-10-16", {})
    bad = {**item("bad", "2023-10-16", {}), **broken}
    api.items["sentinel-2-l2a"] = [good, bad]
    api.any_time = True
    found = search(source(api), PORT, *OCTOBER)
    assert [one.item_id for one in found.scenes] == ["good"]
    assert len(found.failed) == 1


@pytest.mark.parametrize("box", [None, [129, 41, 0, 131, 43, 100], []])
def test_47_a_box_that_is_none_or_has_heights_does_no_harm(api: Api, box: Any) -> None:
    api.items["sentinel-2-l2a"] = [{**item("a", "2023-10-16", {}), "bbox": box}]
    assert [one.item_id for one in search(source(api), PORT, *OCTOBER).scenes] == ["a"]


def test_48_a_compressed_answer_is_not_unpacked(tmp_path: Path) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    with answering(lambda h: send(h, 200, bomb, Content_Encoding="gzip")) as url:
        assert fetch(url, tmp_path / "x", limits=HERE).size_bytes == len(bomb)
        with pytest.raises(FetchFailed, match="UTF-8"):
            fetch_text(url, limits=HERE)


def test_48_a_length_that_is_not_kept(tmp_path: Path) -> None:
    with answering(lambda h: send(h, 200, b"half", Content_Length="8")) as url, pytest.raises(FetchFailed):
        fetch(url, tmp_path / "x", limits=HERE)
    with answering(lambda h: send(h, 200, b"x" * 9, Content_Length="4")) as url:
        assert fetch(url, tmp_path / "x", limits=HERE).size_bytes == 4


def test_48_a_server_that_drips_is_left(tmp_path: Path) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(100):
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(0.2)
        except OSError:
            pass

    for read in (
        lambda url: fetch(url, tmp_path / "x", limits=HERE),
        lambda url: fetch_text(url, limits=HERE),
    ):
        begin = time.monotonic()
        with answering(drip) as url, pytest.raises(FetchRefused, match="longer"):
            read(url)
        assert time.monotonic() - begin < 15


def test_48_a_page_in_place_of_a_catalogue(api: Api) -> None:
    with answering(lambda h: send(h, 200, b"<html>Sign in to this network</html>")) as url:
        made = replace(source(api), api=url)
        with pytest.raises(FetchFailed, match="does not answer as a STAC API"):
            search(made, PORT, *OCTOBER)


@pytest.mark.parametrize("status", [429, 503])
def test_49_a_server_that_is_busy_is_not_waited_for(status: int, tmp_path: Path) -> None:
    begin = time.monotonic()
    with (
        answering(lambda h: send(h, status, b"", Retry_After="86400000")) as url,
        pytest.raises(FetchFailed, match=str(status)),
    ):
        fetch(url, tmp_path / "x", limits=HERE)
    assert time.monotonic() - begin < 5


def test_50_a_certificate_that_is_none(tmp_path: Path) -> None:
    with answering(lambda h: send(h, 200, b"ok")) as url, pytest.raises(FetchFailed, match="SSL"):
        fetch(url.replace("http://", "https://"), tmp_path / "x", limits=HERE)


@pytest.mark.parametrize(
    "href", ["http://127.0.0.1:9/" + "a" * 4000, "http://127.0.0.1:9/a\0b", "http://127.0.0.1:9/a b", "http://127.0.0.1:9/a\r\nX: y"]
)  # fmt: skip
def test_51_addresses_that_are_none(href: str, tmp_path: Path) -> None:
    with pytest.raises(FetchRefused) as raised:
        fetch(href, tmp_path / "x", limits=HERE)
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize("name", ["../../escape", "..", "/etc/cron.d/x", "a\0b", "x" * 4000, ".", "con"])
def test_51_the_name_of_an_item_leads_nowhere(api: Api, tmp_path: Path, name: str) -> None:
    home = tmp_path / "scenes"
    api.items["sentinel-2-l2a"] = [item(name, "2023-10-16", {"visual": {"href": f"{api.url}/none.tif"}})]
    listed = search(source(api), PORT, *OCTOBER).scenes[0]
    with pytest.raises(RubiconError):
        keep_scene(listed, source(api), PORT, home)
    made = [path for path in tmp_path.rglob("item.json")]
    assert all(path.parent.parent == home for path in made)
    assert len(made) == 1


def test_52_what_lets_one_in_is_never_said(api: Api, tmp_path: Path) -> None:
    with pytest.raises(FetchRefused) as refused:
        fetch("https://user:hunter2@example.org/x?sig=hunter2", tmp_path / "x")
    assert "hunter2" not in str(refused.value)
    with pytest.raises(FetchFailed) as failed:
        fetch(f"{api.url}/none?sig=hunter2", tmp_path / "x", limits=HERE)
    assert "hunter2" not in str(failed.value)
    assert shown("https://u:p@h/a?b=c") == "https://h/a"
    assert not re.search(r"hunter2", json.dumps([failed.value.record(), refused.value.record()]))
