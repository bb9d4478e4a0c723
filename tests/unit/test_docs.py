"""The documentation builds without a broken link, and leaves out no command, table, detector or error."""

from __future__ import annotations

import importlib.util
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from rubicon import errors
from rubicon.registry import detectors, lists, sources
from rubicon.schema import TABLES

pytest.importorskip("mkdocs")


@pytest.fixture(scope="module")
def site(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", folder],
        cwd=repo, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def reference(repo: Path) -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("reference", repo / "docs" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert {name for name, _ in module.commands()} >= {"rubicon demo", "rubicon respond law"}
    pages: dict[str, str] = module.pages()
    return pages


def test_the_site_builds_and_needs_no_other_host(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 6
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for loaded in ('src="http', 'rel="stylesheet" href="http', "fonts.g"):
            assert loaded not in text, page


def test_every_room_is_in_the_reference(reference: dict[str, str]) -> None:
    text = "".join(reference.values())
    kinds = [k for _, k in inspect.getmembers(errors, inspect.isclass) if issubclass(k, errors.RubiconError)]
    names = [*TABLES, *detectors(), *sources(), *lists(), *(kind.__name__ for kind in kinds)]
    assert [name for name in names if name not in text] == []


def test_a_key_of_the_case_is_told_with_its_meaning(reference: dict[str, str]) -> None:
    assert "| `each_gap` | true or false | `false` | Ask for every gap" in reference["reference/case.md"]
    assert "list of [Question](#question)" in reference["reference/case.md"]
