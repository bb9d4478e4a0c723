from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from list_documents import UK_XML

from rubicon.collect.fetch import Limits
from rubicon.screen import store
from rubicon.screen.update import update

TODAY = date(2024, 5, 4)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    folder = tmp_path / "site"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}/list.xml"
    server.shutdown()
    thread.join()
    server.server_close()


def document(count: int) -> str:
    entry = UK_XML[UK_XML.index("<Designation>") : UK_XML.index("</Designation>") + len("</Designation>")]
    entries = "".join(entry.replace("RUS9001", f"RUS{number}") for number in range(count))
    return f"<Designations><DateGenerated>03/05/2024</DateGenerated>{entries}</Designations>"


def test_a_list_is_fetched_once_and_a_shrunken_one_refused(
    publisher: tuple[Path, str], tmp_path: Path
) -> None:
    site, url = publisher
    folder, limits = tmp_path / "store", Limits(allow_loopback=True)

    def run() -> tuple[str, str]:
        (one,) = update(folder, ["uk-xml"], today=TODAY, urls={"uk-xml": url}, limits=limits)
        return one.status, one.error.reason if one.error else ""

    (site / "list.xml").write_text(document(2500), encoding="utf-8")
    assert run() == ("loaded", "")
    assert run() == ("unchanged", "")
    (site / "list.xml").write_text(document(2100).replace("03/05", "04/05"), encoding="utf-8")
    # The server dates files by the second, and both versions may have been written in one.
    later = (site / "list.xml").stat().st_mtime + 10
    os.utime(site / "list.xml", (later, later))
    status, reason = run()
    assert status == "failed"
    assert "lost more than a tenth" in reason
    (site / "list.xml").unlink()
    assert run() == ("failed", "answered 404 File not found")
    assert [(one.snapshot, one.entries) for one in store.receipts(folder)] == [("2024-05-03", 2500)]
    assert len(list((folder / "raw" / "uk-xml").glob("uk-xml_*"))) == 2
