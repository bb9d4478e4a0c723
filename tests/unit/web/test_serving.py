"""`rubicon serve` as a script meets it: one line of JSON, pages that answer, Ctrl-C ends it with 0."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_serve_prints_an_address_and_ends_with_0(outputs: Path, stop: signal.Signals) -> None:
    command = [sys.executable, "-m", "rubicon.cli", "serve", str(outputs / "smallest"), "--json"]
    env = {**os.environ, "CI": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
    ) as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        address, _, token = url.partition("?")
        assert address.endswith("/smallest")
        with urllib.request.urlopen(f"{address}.json?{token}") as answer:
            assert json.load(answer)["case"]["simulated"] is True
        process.send_signal(stop)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def test_a_folder_without_a_case_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rubicon.cli", "serve", str(tmp_path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "InputMissing" in done.stderr
