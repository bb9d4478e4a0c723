"""What the server refuses: wrong host, other sites, missing tokens, bodies too large or too slow."""

from __future__ import annotations

import http.client
import socket
import time

import pytest
from web_client import Client

from rubicon.web.guard import CSP, Policy

PAGES = ("/", "/smallest", "/smallest.json", "/smallest/map.json", "/openapi.json", "/coast.json", "/nothing")


@pytest.mark.parametrize("path", PAGES)
def test_without_a_token_nothing_of_a_case_is_told(client: Client, path: str) -> None:
    refused = client.ask(path, token=False)
    assert (refused.status, refused.json["error"]) == (401, "TokenMissing")
    wrong = client.ask(path, Authorization="Bearer " + "x" * len(client.token))
    assert wrong.status == 401


def test_health_needs_no_token_and_says_nothing_of_cases(client: Client) -> None:
    answer = client.ask("/health", token=False)
    assert (answer.status, answer.json["status"]) == (200, "ok")
    assert b"smallest" not in answer.body


def test_the_token_in_the_address_becomes_a_cookie_that_scripts_cannot_read(client: Client) -> None:
    opened = client.ask(f"/smallest?token={client.token}", token=False)
    assert opened.status == 200
    cookie = opened.headers["set-cookie"]
    assert cookie.startswith(f"rubicon_{client.port}={client.token};")
    assert {"HttpOnly", "SameSite=Strict"} <= {part.strip() for part in cookie.split(";")}
    assert client.ask("/smallest.json", token=False, Cookie=cookie.partition(";")[0]).status == 200
    assert client.ask("/smallest.json", token=False, Cookie=f"rubicon_1={client.token}").status == 401


@pytest.mark.parametrize("cookie", ["rubicon", 'a="\x80', ";;==;", "x" * 9000])
def test_a_broken_cookie_is_none(client: Client, cookie: str) -> None:
    assert (
        client.ask("/smallest.json", token=False, Cookie=cookie.encode("latin-1").decode("latin-1")).status
        == 401
    )


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost:{port}:1", "a@127.0.0.1:{port}", "", "[::1", "127.0.0.1:{port}/x"],
)  # fmt: skip
def test_a_request_for_another_host_is_refused(client: Client, host: str) -> None:
    refused = client.ask("/health", Host=host.format(port=client.port))
    assert (refused.status, refused.json["error"]) == (403, "RequestRefused")


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}", "LOCALHOST:{port}"])
def test_the_names_of_loopback_pass(client: Client, host: str) -> None:
    assert client.ask("/health", Host=host.format(port=client.port)).status == 200


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "cors"}, False),
        ({"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "no-cors"}, False),
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}, True),
        ({"Sec_Fetch_Site": "none", "Sec_Fetch_Mode": "navigate"}, True),
        ({"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "cors"}, True),
        ({"Origin": "http://127.0.0.1:1"}, False),
        ({"Origin": "https://127.0.0.1:{port}"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://127.0.0.1:{port}"}, True),
    ],
)
def test_pages_of_other_sites_cannot_ask(client: Client, headers: dict[str, str], allowed: bool) -> None:
    given = {name: value.format(port=client.port) for name, value in headers.items()}
    assert client.ask("/smallest.json", **given).status == (200 if allowed else 403)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_forged_post_is_refused_before_anything_reads_it(client: Client, method: str) -> None:
    cookie = f"{client.cookie}={client.token}"
    forged = {"Cookie": cookie, "Content_Type": "text/plain"}
    for more in (
        {},
        {"Origin": "http://evil.example"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"},
    ):
        refused = client.ask("/smallest", method, token=False, body=b"x", **forged, **more)
        assert (refused.status, refused.json["error"]) == (403, "RequestRefused")


def test_a_body_of_5_gb_is_refused_unread(client: Client) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=10)
    connection.putrequest("POST", "/smallest")
    connection.putheader("Authorization", f"Bearer {client.token}")
    connection.putheader("Content-Length", str(5 << 30))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize("length", ["-1", "1e9", "9" * 60, "abc"])
def test_a_length_that_is_none_is_refused(client: Client, length: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=10)
    connection.putrequest("POST", "/smallest")
    connection.putheader("Authorization", f"Bearer {client.token}")
    connection.putheader("Content-Length", length)
    connection.endheaders()
    assert connection.getresponse().status in (400, 413)
    connection.close()


def test_every_answer_carries_the_policy(client: Client) -> None:
    for path, token in (
        ("/smallest", True),
        ("/smallest.json", True),
        ("/nothing", True),
        ("/smallest", False),
    ):
        headers = client.ask(path, token=token).headers
        assert headers["content-security-policy"] == CSP
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
    assert "unsafe" not in CSP


def test_the_report_is_shown_without_unsafe_styles(client: Client) -> None:
    report = client.ask("/smallest/report.html")
    policy = report.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert b"unsafe-inline" not in report.body
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert b" style=" not in report.body


def test_a_head_that_trickles_in_is_cut_off(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rubicon.web.protocol.HEAD_TIMEOUT_S", 0.3)
    with socket.create_connection(("127.0.0.1", client.port), timeout=10) as slow:
        slow.sendall(b"GET /health HTTP/1.1\r\nHost: ")
        began = time.monotonic()
        assert slow.recv(100) == b""
        assert time.monotonic() - began < 8


def test_bound_to_all_addresses_no_foreign_name_passes() -> None:
    policy = Policy(token="t", port=80, host="0.0.0.0")
    assert policy.knows("192.0.2.7:80")
    assert policy.knows("localhost:80")
    assert not policy.knows("evil.example:80")
    assert not Policy(token="t", port=80).knows("192.0.2.7:80")


def pour(endless: socket.socket) -> None:
    """Four megabytes of one head."""
    for _ in range(4000):
        endless.sendall(b"X-More: " + b"y" * 1000 + b"\r\n")


def test_a_head_without_end_is_cut_off(client: Client) -> None:
    with socket.create_connection(("127.0.0.1", client.port), timeout=10) as endless:
        endless.sendall(b"GET /health HTTP/1.1\r\n")
        with pytest.raises(ConnectionError):
            pour(endless)
    assert client.ask("/health").status == 200


def test_connections_are_kept_and_answer_again(client: Client) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=10)
    for _ in range(3):
        connection.request("GET", "/health")
        assert connection.getresponse().read().startswith(b'{"status"')
    connection.close()
