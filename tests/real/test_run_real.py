"""The whole chain on real input: the Suez tracks of March 2021 and a live NMEA stream, to a dossier that verifies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rubicon.case import load_case
from rubicon.pipeline import Run, run
from rubicon.report.verify import verify

pytestmark = pytest.mark.real

SUEZ = """
id = "suez"
title = "Approaches to Suez, 20 to 24 March 2021"
origin = "real"
[period]
start = 2021-03-20
end = 2021-03-25
[[inputs]]
file = "{data}/ais/tracks/suez_2021.csv"
format = "auto"
title = "Ships off Suez, March 2021"
licence = "BSD-3-Clause"
raw_may_ship = true
dates = "day-first"
timezone = "UTC"
"""
STREAM = """
id = "stream"
title = "A live AIS stream, 11 June 2010"
origin = "real"
[period]
start = 2010-06-11
end = 2010-06-12
[[inputs]]
file = "{data}/ais/nmea/aislib_stream_example.txt"
format = "auto"
title = "Example stream of AisLib"
licence = "Apache-2.0"
raw_may_ship = true
"""


def made(text: str, data_dir: Path, folder: Path) -> Run:
    path = folder / "case.toml"
    path.write_text(text.format(data=data_dir), encoding="utf-8")
    return run(load_case(path), folder / "out")


def test_suez(data_dir: Path, tmp_path: Path) -> None:
    result = made(SUEZ, data_dir, tmp_path)
    read, kinds = result.gathered.ingested, result.tables["EVENT"]["kind"].to_pylist()
    assert (read.messages, read.positions, read.rejected, result.ships) == (22_287, 22_287, 0, 256)
    assert kinds.count("gap") == 141
    assert kinds.count("port_call") > 0
    assert verify(tmp_path / "out").ok
    assert json.loads((tmp_path / "out" / "findings.json").read_text())["origin"] == "real"


def test_stream(data_dir: Path, tmp_path: Path) -> None:
    result = made(STREAM, data_dir, tmp_path)
    read = result.gathered.ingested
    assert (read.sentences, read.messages) == (4_500, 4_051)
    assert read.positions + read.statics <= read.messages
    assert dict(read.reject_reasons) == {"no_position": 23}
    assert result.ships > 1_000
    assert verify(tmp_path / "out").ok


def test_the_same_file_under_another_name_is_the_same_evidence(data_dir: Path, tmp_path: Path) -> None:
    first = made(SUEZ, data_dir, tmp_path)
    copied = tmp_path / "copy"
    copied.mkdir()
    (copied / "ships.csv").write_bytes((data_dir / "ais" / "tracks" / "suez_2021.csv").read_bytes())
    second = made(
        SUEZ.replace("{data}/ais/tracks/suez_2021.csv", str(copied / "ships.csv")), data_dir, copied
    )
    assert first.tables["EVENT"].equals(second.tables["EVENT"])
