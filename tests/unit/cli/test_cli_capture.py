"""`rubicon capture` as an analyst meets it: a page kept, a passage found, a claim written, and what could not be kept said."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rubicon.cli import build, capturing
from rubicon.collect.fetch import Limits
from rubicon.errors import MissingColumns, NoUsableRows, QuoteNotFound, UsageError

PAGE = "<!doctype html><meta charset=utf-8><title>Statement</title><p>More than 1,000 containers, 라진."
CLAIM = {
    "id": "C1", "date": "2023-10-13", "source": "White House", "source_type": "government", "subject": "DPRK",
    "predicate": "delivered", "value": ">1000", "unit": "containers",
}  # fmt: skip


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = PAGE.encode()
        self.send_response(200 if self.path == "/statement" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("ETag", '"v1"')
        self.send_header("Set-Cookie", "secret=1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(capturing, "LIMITS", Limits(allow_loopback=True))
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def run(*arguments: object) -> tuple[int, str, BaseException | None]:
    result = CliRunner().invoke(build(["capture"]), ["capture", *map(str, arguments)])
    return result.exit_code, result.stdout, result.exception


def claim(**changed: str) -> list[str]:
    return [part for key, value in {**CLAIM, **changed}.items() for part in ("--set", f"{key}={value}")]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_page_a_passage_and_a_claim(site: str, tmp_path: Path) -> None:
    claims = tmp_path / "claims.csv"
    code, out, _ = run(
        f"{site}/statement", "--out", tmp_path / "kept", "--quote", "more than 1,000 containers", "--no-screenshot",
        "--claims", claims, *claim(), "--json",
    )  # fmt: skip
    assert code == 0
    said = json.loads(out)
    assert (Path(said["folder"]) / "original.html").read_text(encoding="utf-8") == PAGE
    assert said["headers"] == {"etag": '"v1"'}
    row = rows(claims)[0]
    assert row["url"] == f"{site}/statement"
    assert said["sha256"] in row["note"]
    assert "“More than 1,000 containers” (characters 0 to 26)" in row["note"]


def test_what_was_not_captured_is_said_in_the_claim(site: str, tmp_path: Path) -> None:
    claims = tmp_path / "claims.csv"
    code, out, _ = run(f"{site}/gone", "--out", tmp_path, "--claims", claims, *claim(), "--json")
    assert code == 4
    assert json.loads(out)["captured"] is False
    assert rows(claims)[0]["note"] == "original not captured"
    assert run(f"{site}/gone", "--out", tmp_path)[0] == 3


def test_a_private_address_is_not_asked(tmp_path: Path) -> None:
    assert run("https://127.0.0.1/secret", "--out", tmp_path)[0] == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--quote", "more than 2,000 containers"], QuoteNotFound),
        (["--set", "id=C1"], UsageError),
        (["--claims", "claims.csv", *claim(), "--set", "colour=red"], UsageError),
        (["--claims", "claims.csv", *claim(value="")], MissingColumns),
        (["--claims", "claims.csv", *claim(derived_from="C9")], NoUsableRows),
    ],
)
def test_a_claim_that_would_not_read_is_not_written(
    arguments: list[str], error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("page.html").write_text(PAGE, encoding="utf-8")
    _, _, raised = run("page.html", "--no-screenshot", *arguments)
    assert isinstance(raised, error)
    assert not Path("claims.csv").exists()


def test_rows_that_stand_are_left_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("page.html").write_text(PAGE, encoding="utf-8")
    head = "note,id,date,source,source_type,subject,predicate,value\n"
    Path("claims.csv").write_text(head + '"a, b",C0,2023-10-01,X,press,DPRK,sent,1', encoding="utf-8")
    plain = {key: value for key, value in CLAIM.items() if key != "unit"}
    arguments = [part for key, value in plain.items() for part in ("--set", f"{key}={value}")]
    _, _, raised = run("page.html", "--no-screenshot", "--claims", "claims.csv", *arguments)
    assert isinstance(raised, UsageError)  # this file has no column for the address
    Path("claims.csv").write_text(
        head.replace("note", "url,note") + ',"a, b",C0,2023-10-01,X,press,DPRK,sent,1'
    )
    assert run("page.html", "--no-screenshot", "--claims", "claims.csv", *arguments)[0] == 0
    assert [row["id"] for row in rows(Path("claims.csv"))] == ["C0", "C1"]
    assert rows(Path("claims.csv"))[0]["note"] == "a, b"
    assert isinstance(
        run("page.html", "--no-screenshot", "--claims", "claims.csv", *arguments)[2], NoUsableRows
    )
