"""The truth of a simulated case from CSV, for display beside its findings; no detector reads it."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from rubicon.collect.rows import rows
from rubicon.provenance import SourceFile
from rubicon.schema import TRUTH, rows_to_table


def read_truth(file: SourceFile) -> pa.Table:
    """Read `vessel_id, name, event, port, start, end` as `rubicon simulate` writes it."""
    made = []
    for row in rows(file, ("vessel_id", "name", "event", "port", "start", "end")):
        end = row.take("end")
        made.append(
            {
                "vessel_id": row.need("vessel_id"),
                "name": row.need("name"),
                "event": row.need("event"),
                "port": row.take("port"),
                "start": datetime.fromisoformat(row.need("start")),
                "end": datetime.fromisoformat(end) if end else None,
            }
        )
    return rows_to_table(made, TRUTH)
