"""What the benchmark scripts share: peers in an environment of their own, medians, and where tables go."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PEERS = HERE.parent / ".venv" / "peers"
RUNS = 5


def data_folder() -> Path | None:
    """Folder of real test data, or None when it is absent."""
    folder = Path(os.environ.get("RUBICON_TEST_DATA", HERE.parents[1] / "shared" / "data"))
    return folder if folder.is_dir() else None


def peer(packages: list[str], program: str, *arguments: str) -> dict[str, Any]:
    """Run a program in the peers' environment, which is made on first use; its last line of output is JSON."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
    wanted = [name for name in packages if not _installed(python, name)]
    if wanted:
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
        subprocess.run(install, check=True)
    done = subprocess.run(
        [python, "-W", "ignore", "-c", program, *arguments], check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _installed(python: Path, package: str) -> bool:
    check = f"import importlib.metadata as m; m.version({package!r})"
    return subprocess.run([python, "-c", check], check=False, capture_output=True).returncode == 0


def median_s(run: Callable[[], Any], runs: int = RUNS) -> float:
    """Median of the processor time of several runs, after one that compiles."""
    run()
    times = []
    for _ in range(runs):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return statistics.median(times)


def machine() -> str:
    """Where a table was measured."""
    return f"Python {platform.python_version()}, {platform.machine()}, one process, medians of {RUNS} of processor time."


def keep(name: str, table: str) -> None:
    """Print a table and write it to the results."""
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / f"{name}.md").write_text(table, encoding="utf-8")
    print(table)
