from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from rubicon.case import Input
from rubicon.provenance import source_file
from rubicon.screen import store
from rubicon.screen.lists import ofac_sdn_csv

REPO = Path(__file__).resolve().parents[3]


@pytest.fixture
def read_sdn(tmp_path: Path) -> Callable[..., pa.Table]:
    """Reads lines as one extract of a day."""

    def read(*lines: str, snapshot: str = "2024-01-01") -> pa.Table:
        path = tmp_path / f"sdn_{snapshot}.csv"
        path.write_bytes("".join(lines).encode() + b"\x1a")
        options = Input(file=path.name, format="ofac-sdn-csv", snapshot=snapshot, extract=True)
        return ofac_sdn_csv.read(source_file(path), options)

    return read


@pytest.fixture(scope="session")
def extracts() -> pa.Table:
    """The four extracts of the Najin case."""
    tables = []
    for path in sorted((REPO / "examples" / "najin" / "lists").glob("*.csv")):
        options = Input(file=path.name, format="ofac-sdn-csv", snapshot=path.name[9:19], extract=True)
        tables.append(ofac_sdn_csv.read(source_file(path), options))
    return store.merge(tables)
