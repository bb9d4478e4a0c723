"""Shared fixtures: where real test data lies, and a rule that nothing is read from it by product code."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
PEERS = "make peers"
"""In place of a Debian package: the programs of tests/peers.txt, in an environment of their own."""


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of real test data; skips when it is absent, so that any clone passes."""
    folder = Path(os.environ.get("RUBICON_TEST_DATA", REPO.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("real test data not found, set RUBICON_TEST_DATA")
    return folder


@pytest.fixture(scope="session")
def program() -> Callable[[str, str], str]:
    """Path of a program that .venv does not hold: `program("qpdf", "qpdf")` with its Debian package, or PEERS.

    The test skips, naming the package, when the program is absent; it fails when RUBICON_REQUIRE names the
    program, as continuous integration does for those that it installed.
    """

    def find(name: str, package: str) -> str:
        found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{REPO / '.venv-peers' / 'bin'}")
        if found is None:
            required = name in os.environ.get("RUBICON_REQUIRE", "").split(",")
            how = f"apt-get install {package}" if package != PEERS else package
            (pytest.fail if required else pytest.skip)(f"needs {name}: {how}")
        return found

    return find


@pytest.fixture(scope="session")
def repo() -> Path:
    """Root of the checkout."""
    return REPO


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Computed fields go to a folder of the test run, never to the user's cache."""
    os.environ["RUBICON_CACHE"] = str(tmp_path_factory.mktemp("cache"))
