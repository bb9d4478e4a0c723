"""The rules of the house can fail: planted violations are found, the network is closed, the core is lean."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import pytest_socket

PLANTED = {
    "src/rubicon/geo/planted.py": '"""Planted."""\nimport rubicon.report\n',
    "src/rubicon/kernels/planted.py": '"""Planted."""\nimport polars\n',
    "src/rubicon/detect/planted.py": '"""Planted."""\nimport rubicon.detect.gaps\n',
    "src/rubicon/assess/planted.py": '"""Planted."""\nimport typer\n',
}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run([program, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copied(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("house")
    shutil.copytree(repo / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy(repo / "pyproject.toml", root)
    return root


@pytest.mark.parametrize("place", PLANTED)
def test_a_planted_import_is_found(copied: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("PYTHONPATH", str(copied / "src"))
    planted = copied / place
    planted.write_text(PLANTED[place])
    try:
        found = lint(copied)
    finally:
        planted.unlink()
    assert found.returncode == 1, found.stdout
    assert "BROKEN" in found.stdout
    assert "planted" in found.stdout


def test_the_network_is_closed_beyond_loopback() -> None:
    refused = pytest.raises((pytest_socket.SocketConnectBlockedError, UserWarning), match=r"192\.0\.2\.1")
    with socket.socket() as outside, refused:
        outside.connect(("192.0.2.1", 80))


def test_the_whole_package_imports_without_extras() -> None:
    script = """
import importlib, pkgutil, sys
for extra in ("netCDF4", "rasterio", "onnxruntime", "bagit", "pytest", "hypothesis", "geographiclib"):
    sys.modules[extra] = None
import rubicon
for info in pkgutil.walk_packages(rubicon.__path__, "rubicon."):
    if not info.name.endswith("__main__") and ".examples" not in info.name:
        importlib.import_module(info.name)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
