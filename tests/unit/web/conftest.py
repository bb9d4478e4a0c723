"""A small case of each origin, run once, and a real server over them on loopback."""

from __future__ import annotations

import csv
import json
import threading
from pathlib import Path

import pytest
from web_client import HOSTILE, Client

from rubicon import pipeline
from rubicon.case import load_case
from rubicon.examples_folder import example
from rubicon.web.server import Server, listen

REAL_CASE = """
id = "record"
title = "A small record"
origin = "real"
first_evidence = 2024-05-02
first_evidence_text = "a first report"
[period]
start = 2024-05-01
end = 2024-05-09
[[ports]]
name = "Najin"
lat_deg = 42.2333
lon_deg = 130.3
country = "KP"
aliases = ["나진", "Раджин"]
[[ships]]
name = {hostile}
imo = "9074729"
flag = "RU"
[[inputs]]
file = "observations.csv"
format = "observations"
raw_may_ship = true
[[inputs]]
file = "claims.csv"
format = "claims"
raw_may_ship = true
[[questions]]
id = "Q1"
port = "Najin"
start = 2024-05-02T00:00:00Z
end = 2024-05-05T00:00:00Z
[[situations]]
id = "L1"
text = "A Russian ship in a Chinese port, if it carried arms before"
flag = "RU"
zone = "port:CN"
cargo = "conventional_arms"
involvement = "past"
date = 2024-05-06
"""

OBSERVATIONS = [
    ["id", "date", "kind", "site", "observation", "vessel", "shows", "repeats", "observer", "url"],
    [
        "G1",
        "2024-05-03",
        "image",
        "Najin",
        "ship at the pier",
        HOSTILE,
        "ship_present",
        "",
        "An observer",
        "javascript:alert(1)",
    ],
    [
        "G2",
        "2024-05-04",
        "image",
        "Najin",
        "=HYPERLINK(1)",
        "",
        "stack_present",
        "",
        "Another",
        "https://example.org/a",
    ],
]
CLAIMS = [
    ["id", "date", "source", "source_type", "subject", "predicate", "value", "bound", "unit", "period_start", "period_end", "derived_from", "url", "note"],
    ["C1", "2024-05-05", "A ministry", "government", HOSTILE, "carried", "200", "at_least", "containers", "", "", "", "data:text/html,x", ""],
    ["C2", "2024-05-06", "A newspaper", "news", HOSTILE, "carried", "200", "at_least", "containers", "", "", "C1", "https://example.org/b", ""],
]  # fmt: skip


def _table(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture(scope="session")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the output of the smallest simulated case and of a small real one with a hostile name."""
    root = tmp_path_factory.mktemp("served")
    pipeline.run(load_case(example("smallest")), root / "smallest")
    source = root / "source"
    source.mkdir()
    # A JSON string is also a string of TOML.
    (source / "case.toml").write_text(REAL_CASE.replace("{hostile}", json.dumps(HOSTILE)))
    _table(source / "observations.csv", OBSERVATIONS)
    _table(source / "claims.csv", CLAIMS)
    pipeline.run(load_case(source / "case.toml"), root / "record")
    return root


@pytest.fixture(scope="session")
def server(outputs: Path) -> Server:
    """A server over both cases, in a thread of this process."""
    made = listen(outputs)
    ready = threading.Event()
    threading.Thread(target=made.run, args=(lambda url: ready.set(),), daemon=True).start()
    assert ready.wait(30)
    return made


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.policy.port, server.policy.token, server.policy.cookie)
