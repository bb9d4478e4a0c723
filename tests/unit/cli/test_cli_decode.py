"""`rubicon decode` as a script meets it."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

from naive.nmea_writer import class_a, sentence, sentences


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rubicon.cli", "decode", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_lines_of_json_and_a_count_that_adds_up(tmp_path: Path) -> None:
    log = tmp_path / "log.nmea.gz"
    lines = [*sentences(class_a()), sentence("w000000000000")]
    log.write_bytes(gzip.compress("\n".join(lines).encode()))
    plain, scaled = run(log), run(log, "--scaled", "--out", tmp_path / "out.ndjson")
    assert (plain.returncode, scaled.returncode) == (0, 0)
    (found,) = map(json.loads, plain.stdout.splitlines())
    assert (found["type"], found["lat"], found["scaled"]) == (1, 25_800_000, False)
    (found,) = map(json.loads, (tmp_path / "out.ndjson").read_text().splitlines())
    assert (found["lat"], found["speed"]) == (43.0, 12.3)
    assert "2 messages: 1 decoded, 1 rejected" in plain.stderr
    assert plain.stderr.splitlines()[-1].startswith("next: ")


def test_a_file_without_a_sentence_is_named(tmp_path: Path) -> None:
    log = tmp_path / "log.nmea"
    log.write_text("$GPGLL,5250.53669,N,00542.34920,E,213950.00,A,A*67\n")
    done = run(log)
    assert done.returncode == 3
    assert "NoUsableRows" in done.stderr
