"""The tables of a run can be read again as they were written, and damage is named."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from rubicon.case import Case, load_case
from rubicon.errors import CaseError, InputMissing, UnknownFormat
from rubicon.schema import EVENT, TRUTH, rows_to_table
from rubicon.store.output import read_output, write_output


@pytest.fixture
def case(repo: Path) -> Case:
    return load_case(repo / "examples" / "najin" / "case.toml")


@pytest.fixture
def tables() -> dict[str, pa.Table]:
    row = {
        "vessel_id": "190000001",
        "name": "EXERCISE ASPEN",
        "event": "called",
        "port": "Najin",
        "start": datetime(2024, 6, 2, tzinfo=UTC),
    }
    return {"TRUTH": rows_to_table([row], TRUTH), "EVENT": EVENT.empty_table()}


def test_a_run_is_read_as_it_was_written(tmp_path: Path, case: Case, tables: dict[str, pa.Table]) -> None:
    write_output(tmp_path, case, tables)
    found = read_output(tmp_path)
    assert found.case.model_dump() == case.model_dump()
    assert {name: table.to_pylist() for name, table in found.tables.items()} == {
        name: table.to_pylist() for name, table in tables.items()
    }


def test_a_table_of_an_older_run_does_not_stay(
    tmp_path: Path, case: Case, tables: dict[str, pa.Table]
) -> None:
    write_output(tmp_path, case, tables)
    write_output(tmp_path, case, {"EVENT": tables["EVENT"]})
    assert list(read_output(tmp_path).tables) == ["EVENT"]


def test_what_is_no_output_is_named(tmp_path: Path, case: Case, tables: dict[str, pa.Table]) -> None:
    with pytest.raises(InputMissing, match="rubicon run"):
        read_output(tmp_path)
    write_output(tmp_path, case, tables)
    (tmp_path / "tables" / "EVENT.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(UnknownFormat, match=r"EVENT\.parquet"):
        read_output(tmp_path)
    (tmp_path / "tables" / "case.json").write_text('{"id": "x"}')
    with pytest.raises(CaseError, match="title"):
        read_output(tmp_path)
