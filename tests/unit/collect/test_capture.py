"""A capture keeps the bytes, the words, the passage and the picture; nothing of a page is run or loaded."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from rubicon.collect.capture import capture, from_file
from rubicon.collect.page_text import page_text
from rubicon.errors import EmptyInput, InputMissing, QuoteNotFound

PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Ships &amp; shells</title>
<style>p { color: red }</style><script>document.write("written by script")</script></head>
<body><h1>Ships</h1><p>More than <b>1,000</b>\u00a0containers were
shipped, the \u201cWhite House\u201d said.</p><iframe src="http://127.0.0.1:{port}/frame">framed</iframe>
<img src="http://127.0.0.1:{port}/pixel.png"><script src="http://127.0.0.1:{port}/x.js"></script>
<p>\ub77c\uc9c4 \u0420\u0430\u0434\u0436\u0438\u043d</p></body></html>"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(PAGE.replace("{port}", "9"), encoding="utf-8")
    return path


def test_the_original_is_kept_byte_for_byte_with_its_passage(page: Path, tmp_path: Path) -> None:
    made = capture(
        from_file(page, "https://example.org/a"), tmp_path / "kept",
        quote='more than 1,000 containers were shipped, the "White House"', screenshot=False,
    )  # fmt: skip
    folder = tmp_path / "kept" / made.id
    assert (folder / made.original).read_bytes() == page.read_bytes()
    assert made.sha256 == hashlib.sha256(page.read_bytes()).hexdigest()
    assert made.title == "Ships & shells"
    text = (folder / "text.txt").read_text(encoding="utf-8")
    assert made.quote is not None
    assert text[made.quote.start : made.quote.end] == made.quote.text
    assert "\ub77c\uc9c4" in text
    assert json.loads((folder / "capture.json").read_text(encoding="utf-8"))["url"] == "https://example.org/a"


def test_nothing_of_a_page_is_run_or_read_that_a_reader_would_not_see(page: Path) -> None:
    _, text = page_text(page.read_text(encoding="utf-8"))
    for hidden in ("script", "color", "framed"):
        assert hidden not in text


def test_the_picture_is_drawn_without_the_network(tmp_path: Path, program: Callable[[str, str], str]) -> None:
    program("chromium", "chromium")
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    heard.append(server.accept()[0].recv(100))
                except TimeoutError:
                    continue

        thread = threading.Thread(target=listen)
        thread.start()
        path = tmp_path / "page.html"
        path.write_text(PAGE.replace("{port}", str(server.getsockname()[1])), encoding="utf-8")
        made = capture(from_file(path), tmp_path / "kept")
        done.set()
        thread.join()
    assert made.screenshot_by is not None
    assert (tmp_path / "kept" / made.id / "screenshot.png").read_bytes().startswith(b"\x89PNG")
    assert heard == []
    assert (tmp_path / "kept" / made.id / "screenshot.png").stat().st_size > 8_000


def test_a_passage_that_is_not_there_is_refused_and_nothing_is_kept(page: Path, tmp_path: Path) -> None:
    with pytest.raises(QuoteNotFound, match="does not stand"):
        capture(from_file(page), tmp_path / "kept", quote="1,000 shells", screenshot=False)
    assert not (tmp_path / "kept").exists()


def test_what_cannot_be_captured_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.html").write_bytes(b"")
    with pytest.raises(EmptyInput):
        capture(from_file(tmp_path / "empty.html"), tmp_path / "kept")
    with pytest.raises(InputMissing):
        from_file(tmp_path / "none.html")


@pytest.mark.parametrize(
    "html",
    [
        "<p>open <b>tags <p>everywhere",
        "<" * 50_000,
        "<p " + "a=b " * 50_000,
        "</p></p></html>",
        "<title>only",
        "&#xD800;x",
    ],
)
def test_broken_pages_give_words_and_no_crash(html: str) -> None:
    _, text = page_text(html)
    assert isinstance(text, str)
    assert "<title" not in text


def test_a_declared_encoding_is_used(tmp_path: Path) -> None:
    path = tmp_path / "ru.html"
    path.write_bytes('<html><head><meta charset="windows-1251"></head><p>Раджин</p></html>'.encode("cp1251"))
    made = capture(from_file(path), tmp_path / "kept", quote="Раджин", screenshot=False)
    assert made.quote is not None
