"""New Zealand, Russia sanctions register: published as a workbook.

Kept by hand in the table of `screen/tables.py`, each row with its source.
"""

from __future__ import annotations

import pyarrow as pa

from rubicon.case import Input
from rubicon.provenance import SourceFile
from rubicon.screen.tables import read_table

META = {
    "format": "nz-mfat-csv",
    "authority": "NZ",
    "title": "New Zealand, Russia sanctions register, hand-kept CSV",
}


def read(file: SourceFile, options: Input) -> pa.Table:
    """Read the table into LISTING rows.

    Raises ListError with the row for an unknown kind or column, a date that is none, or a row without source.
    """
    return read_table(__file__, META, file, options)
