"""What a run leaves for later commands: its case and every table between the stages, as Parquet.

    OUT/tables/case.json   OUT/tables/FINDING.parquet   OUT/tables/EVENT.parquet ...

Figures, exports and the web application read these instead of running the case again. They are a working copy:
what a stranger verifies is the dossier beside them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from rubicon.case import Case, reasons
from rubicon.errors import CaseError, InputMissing, UnknownFormat
from rubicon.schema import TABLES
from rubicon.store.lake import Lake

FOLDER, CASE = "tables", "case.json"


@dataclass(frozen=True)
class Output:
    """A case and the tables that its last run made, by name."""

    folder: Path
    case: Case
    tables: Mapping[str, pa.Table]

    @property
    def lake(self) -> Lake:
        """All positions that the run read; the table POSITION holds thinned tracks to draw."""
        return Lake(self.folder / "lake")


def write_output(out: Path, case: Case, tables: Mapping[str, pa.Table]) -> None:
    """Write the tables of a run under `out`; the case comes last, and what an older run left over is removed."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        whole = folder / f".{name}-{uuid4().hex[:12]}"
        pq.write_table(table, whole, compression="zstd")
        os.replace(whole, folder / f"{name}.parquet")
    for left in folder.glob("*.parquet"):
        if left.stem not in tables:
            left.unlink()
    whole = folder / f".{CASE}-{uuid4().hex[:12]}"
    whole.write_text(case.model_dump_json(indent=1, exclude_defaults=True), encoding="utf-8")
    os.replace(whole, folder / CASE)


def read_output(folder: Path) -> Output:
    """The case output in a folder.

    Raises InputMissing when no run wrote there, CaseError when the case is not one, UnknownFormat naming
    the table that cannot be read.
    """
    path = folder / FOLDER / CASE
    try:
        case = Case.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputMissing(
            "no case output here: rubicon run CASE.toml --out DIR", place=str(folder)
        ) from error
    except ValidationError as error:
        raise CaseError(reasons(error), place=str(path)) from error
    return Output(folder, case, {file.stem: _table(file) for file in sorted(path.parent.glob("*.parquet"))})


def earlier(folder: Path, case: Case, name: str) -> pa.Table | None:
    """A table that an earlier run of the same case left in a folder; None when there is none that can be read."""
    try:
        before = read_output(folder)
    except (InputMissing, CaseError, UnknownFormat):
        return None
    table = before.tables.get(name)
    return table if before.case.id == case.id and table is not None and table.schema == TABLES[name] else None


def _table(file: Path) -> pa.Table:
    try:
        return pq.read_table(file)
    except (pa.ArrowInvalid, OSError) as error:
        raise UnknownFormat(f"not a Parquet table: {error}", place=str(file)) from error
