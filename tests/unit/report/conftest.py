"""Dossiers that the tests of this folder read, built once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from report_fixture import (
    exercise_case,
    exercise_file,
    exercise_tables,
    najin_case,
    najin_tables,
    write_inputs,
)

from rubicon.report.dossier import build


@pytest.fixture(scope="session", autouse=True)
def _fixed_time() -> None:
    """The custody log's clock stands still, so that bags can be compared byte for byte."""
    os.environ["SOURCE_DATE_EPOCH"] = "1767225600"


@pytest.fixture(scope="session")
def najin_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("najin")
    files = write_inputs(folder / "in")
    build(najin_case(), najin_tables(files), files, folder / "out", counts={"positions_read": 0})
    return folder / "out"


@pytest.fixture(scope="session")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exercise")
    file = exercise_file(folder / "in")
    build(exercise_case(), exercise_tables(file), [file], folder / "out")
    return folder / "out"


@pytest.fixture
def najin(najin_once: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(najin_once, tmp_path / "najin"))


@pytest.fixture
def page() -> Callable[[Path], str]:
    return lambda out: (out / "dossier" / "data" / "report.html").read_text(encoding="utf-8")
