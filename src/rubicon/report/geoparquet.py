"""Layers as GeoParquet 1.1: points as WKB in longitude and latitude (OGC:CRS84), times as UTC timestamps."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rubicon.report.layers import TIMES, Feature
from rubicon.schema import TIME

VERSION = "1.1.0"


def geoparquet(features: Sequence[Feature], about: dict[str, Any]) -> bytes:
    """One layer as a file; `about` goes into the file's metadata under `rubicon`. The same features give the same bytes."""
    names = list(dict.fromkeys(key for each in features for key in each["properties"]))
    columns = {name: _column(name, [each["properties"].get(name) for each in features]) for name in names}
    points = [each["geometry"]["coordinates"] for each in features]
    columns["geometry"] = pa.array([struct.pack("<BIdd", 1, 1, lon, lat) for lon, lat in points], pa.binary())
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    geometry = {
        "encoding": "WKB", "geometry_types": ["Point"], "edges": "spherical",
        "bbox": [min(lons), min(lats), max(lons), max(lats)],
    }  # fmt: skip
    geo = {"version": VERSION, "primary_column": "geometry", "columns": {"geometry": geometry}}
    table = pa.table(columns).replace_schema_metadata(
        {"geo": json.dumps(geo), "rubicon": json.dumps(about, sort_keys=True, ensure_ascii=False)}
    )
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _column(name: str, values: list[Any]) -> pa.Array:
    if name in TIMES:
        return pa.array([datetime.fromisoformat(value) if value else None for value in values], TIME)
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds and kinds <= {int, float}:
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return pa.array([None if value is None else str(value) for value in values], pa.string())
