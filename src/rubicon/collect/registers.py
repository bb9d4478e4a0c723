"""Ship registers from CSV: statements about identity that are not AIS.

Columns: `imo, name` and optionally `type, gross_tonnage, length_m, beam_m, call_sign, flag, built, source,
verification`. These are the only ship dimensions besides AIS static data.
"""

from __future__ import annotations

import pyarrow as pa

from rubicon.collect.rows import rows
from rubicon.identifiers import imo_valid
from rubicon.provenance import SourceFile
from rubicon.schema import VESSEL, rows_to_table


def read_vessels(file: SourceFile) -> pa.Table:
    """Read a register; `vessel_id` is `imo:NUMBER`, since a register row is not bound to an MMSI."""
    made = []
    for row in rows(file, ("imo", "name")):
        imo = row.need("imo")
        made.append(
            {
                "vessel_id": f"imo:{imo}",
                "imo": imo,
                "imo_valid": imo_valid(imo),
                "name": row.need("name"),
                "ship_type": row.take("type"),
                "length_m": row.number_or_none("length_m"),
                "beam_m": row.number_or_none("beam_m"),
                "call_sign": row.take("call_sign"),
                "flag": row.take("flag"),
                "source_id": file.source_id,
                "offset": row.number,
            }
        )
    return rows_to_table(made, VESSEL)
