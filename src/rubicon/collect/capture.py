"""Capture: the page or file behind a claim, kept as it was, with its hash, its words and the quoted passage.

    FOLDER/<first 16 digits of the hash>/original.html  text.txt  screenshot.png  capture.json

The original is the bytes that came, unchanged. The words are read without running or loading anything; the picture is
drawn from the saved bytes by a browser with scripts off and no network, so a page that builds itself by script shows
less than a reader saw, and `capture.json` says how it was made. A capture shows what was published at an address
at a time, not that it is true.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from pathlib import Path

from rubicon import __version__
from rubicon.collect.page_text import page_text
from rubicon.errors import EmptyInput, InputMissing, InputTooLarge, QuoteNotFound

MAX_BYTES = 64 << 20
SCREENSHOT_S = 60
KINDS = {
    b"%PDF-": ("pdf", "application/pdf"),
    b"\x89PNG": ("png", "image/png"),
    b"\xff\xd8\xff": ("jpg", "image/jpeg"),
}
FRAME = (
    '<!doctype html><meta charset="utf-8"><style>html, body, iframe {{ margin: 0; border: 0; width: 100%; height: 100% }}'
    '</style><iframe sandbox src="{}"></iframe>'
)
"""A sandboxed frame runs no script of the page in it."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
KEPT_HEADERS = ("content-type", "date", "etag", "last-modified", "content-language")
"""Headers of the answer that are kept; cookies and tokens never are."""


@dataclass(frozen=True)
class Fetched:
    """Bytes as they came, with where from and when."""

    content: bytes
    url: str
    captured_at: datetime
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Quote:
    """A passage and its place in `text.txt`, in characters from the start."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Capture:
    """What was kept of one page or file; written as `capture.json`."""

    sha256: str
    bytes: int
    media_type: str
    original: str
    url: str
    captured_at: str
    title: str
    text: str | None
    screenshot: str | None
    screenshot_by: str | None
    quote: Quote | None
    headers: Mapping[str, str]
    tool: str = f"rubicon {__version__}"

    @property
    def id(self) -> str:
        """First 16 digits of the hash: the folder's name."""
        return self.sha256[:16]


def from_file(path: Path, url: str = "") -> Fetched:
    """A file that was saved by hand; its time is that of the capture, and the address is as the user states it.

    Raises InputMissing, InputTooLarge.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputTooLarge(f"more than {MAX_BYTES:,} bytes", place=str(path))
        content = path.read_bytes()
    except OSError as error:
        raise InputMissing(error.strerror or "cannot be opened", place=str(path)) from error
    return Fetched(content, url, datetime.now(UTC), {})


def capture(fetched: Fetched, folder: Path, *, quote: str = "", screenshot: bool = True) -> Capture:
    """Keep a page or file under `folder`; the same bytes again change nothing but a quote that is added.

    Raises EmptyInput for no bytes, QuoteNotFound when the passage does not stand in the words of the page.
    """
    if not fetched.content:
        raise EmptyInput("nothing was captured: no bytes", place=fetched.url or "file")
    digest = sha256(fetched.content).hexdigest()
    suffix, media = _kind(fetched.content)
    title, text = _words(fetched.content, suffix)
    passage = find_quote(text, quote, fetched.url or digest[:16]) if quote else None
    place = folder / digest[:16]
    place.mkdir(parents=True, exist_ok=True)
    original = place / f"original.{suffix}"
    original.write_bytes(fetched.content)
    if text is not None:
        (place / "text.txt").write_text(text, encoding="utf-8")
    drawn = (
        _screenshot(original, place / "screenshot.png") if screenshot and suffix in ("html", "txt") else None
    )
    made = Capture(
        sha256=digest, bytes=len(fetched.content), media_type=media, original=original.name, url=fetched.url,
        captured_at=f"{fetched.captured_at:%Y-%m-%dT%H:%M:%SZ}", title=title,
        text="text.txt" if text is not None else None, screenshot="screenshot.png" if drawn else None,
        screenshot_by=drawn, quote=passage,
        headers={key: value for key, value in sorted(fetched.headers.items()) if key in KEPT_HEADERS},
    )  # fmt: skip
    (place / "capture.json").write_text(
        json.dumps(asdict(made), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    return made


def find_quote(text: str | None, quote: str, place: str) -> Quote:
    """Where a passage stands: letter case, quotation marks and the width of spaces do not matter, words do.

    Raises QuoteNotFound.
    """
    words = [re.escape(word) for word in _plain(quote).split()]
    found = re.search(r"\s+".join(words), _plain(text or ""), re.IGNORECASE) if words else None
    if found is None or text is None:
        raise QuoteNotFound("the quoted passage does not stand in the text of the page", place=place)
    return Quote(text[found.start() : found.end()], found.start(), found.end())


def _plain(text: str) -> str:
    """The text with plain quotation marks and dashes, character for character."""
    return text.translate(str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014\u00a0", "''\"\"-- "))


def _kind(content: bytes) -> tuple[str, str]:
    for head, found in KINDS.items():
        if content.startswith(head):
            return found
    start = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<html" in start or start.startswith((b"<!doctype html", b"<head", b"<body")):
        return "html", "text/html"
    return ("txt", "text/plain") if b"\0" not in content[:8192] else ("bin", "application/octet-stream")


def _words(content: bytes, suffix: str) -> tuple[str, str | None]:
    """Title and words; None where the words cannot be read here."""
    if suffix == "html":
        return page_text(_decoded(content))
    if suffix == "txt":
        return "", _decoded(content)
    if suffix == "pdf" and (program := shutil.which("pdftotext")):
        return "", _run([program, "-enc", "UTF-8", "-", "-"], content)
    return "", None


def _decoded(content: bytes) -> str:
    """Text by the encoding that the page declares, else UTF-8; what does not fit is marked, not dropped."""
    declared = re.search(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", content[:4096])
    names = ([declared[1].decode("ascii")] if declared else []) + ["utf-8"]
    for name in names:
        try:
            return content.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("utf-8", errors="replace")


def _run(command: list[str], content: bytes) -> str | None:
    """Output of a child process that is given the bytes; None when it fails or takes too long."""
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SCREENSHOT_S, check=True)
    except (subprocess.SubprocessError, OSError):
        return None
    return done.stdout.decode("utf-8", errors="replace")


def _screenshot(original: Path, out: Path) -> str | None:
    """Draw the saved page in a sandboxed frame without a network; gives the browser's version, None without a browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return None
    with tempfile.TemporaryDirectory() as scratch:
        frame = Path(scratch) / "frame.html"
        frame.write_text(FRAME.format(escape(original.resolve().as_uri())), encoding="utf-8")
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
            # Names lead nowhere, and addresses, loopback too, to a proxy that is not there.
            "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=<-loopback>",
            f"--user-data-dir={scratch}/profile", "--window-size=1280,2000", f"--screenshot={out.resolve()}",
            frame.as_uri(),
        ]  # fmt: skip
        if _run(command, b"") is None or not out.is_file():
            return None
    version = _run([browser, "--version"], b"")
    return f"{(version or 'browser').strip()}, scripts off, no network"
