"""`rubicon ingest` on real files of two kinds: counts, a second run that adds nothing, one file that fails."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.real


def ingest(lake: Path, *files: Path | str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "rubicon.cli", "ingest", *map(str, files), "--lake", str(lake), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def test_a_table_and_a_log(data_dir: Path, tmp_path: Path) -> None:
    suez, stream = data_dir / "ais/tracks/suez_2021.csv", data_dir / "ais/nmea/aislib_stream_example.txt"
    code, made = ingest(tmp_path, suez, stream)
    assert (code, made["files"], made["already_in_lake"], made["failed"]) == (0, 2, 0, [])
    assert (made["sentences"], made["messages"]) == (4_500, 22_287 + 4_051)
    assert (made["positions"], made["statics"], made["rejected"]) == (22_287 + 2_965, 498, 23)
    assert len(Path(made["rejects_file"]).read_text().splitlines()) == 23
    assert any("day-first" in note for note in made["notes"])
    before = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    code, again = ingest(tmp_path, suez, stream)
    assert (code, again["already_in_lake"], again["positions"]) == (0, 2, made["positions"])
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == before


def test_a_speed_without_a_unit_fails_its_file_alone(data_dir: Path, tmp_path: Path) -> None:
    files = data_dir / "ais/tracks/shared_mmsi_416000000.json", data_dir / "ais/encounters_gfw/real.csv"
    code, made = ingest(tmp_path, *files)
    assert (code, made["positions"], [error["error"] for error in made["failed"]]) == (
        4,
        346,
        ["AmbiguousUnits"],
    )
    code, made = ingest(tmp_path, *files, "--speed-unit", "kn")
    assert (code, made["positions"], made["rejected"]) == (0, 346 + 1_668, 0)
