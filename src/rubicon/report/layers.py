"""Layers of a case for maps: ports, looks, events by kind, ships found in scenes and track points, as plain features."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from rubicon.report.text import clean, iso, sorted_rows
from rubicon.schema import Origin
from rubicon.store.output import Output

Feature = dict[str, Any]
TIMES = frozenset({"start", "end", "time_utc"})
"""Properties that hold a time in ISO 8601 UTC."""
NAMES = {"gap": "gaps", "port_call": "port_calls", "encounter": "encounters"}
OWN = frozenset({"ports", "looks", "detections", "positions", "layer_styles", "tracks"})


def layers(output: Output) -> dict[str, list[Feature]]:
    """GeoJSON features by layer; every feature names its origin, and times are ISO 8601 UTC."""
    made = {
        "ports": list(_ports(output)),
        "looks": list(_looks(output)),
        **_events(output),
        "detections": list(_detections(output)),
        "positions": list(_positions(output)),
    }
    return {name: features for name, features in made.items() if features}


def rows_of(output: Output, name: str) -> list[dict[str, Any]]:
    """Rows of a table of the output; none when it has no such table."""
    return list(output.tables[name].to_pylist()) if name in output.tables else []


def feature(output: Output, lat_deg: float, lon_deg: float, **properties: Any) -> Feature:
    """A point with cleaned properties, the origin first."""
    shown = {key: clean(value) if isinstance(value, str) else value for key, value in properties.items()}
    point = {"type": "Point", "coordinates": [round(lon_deg, 6), round(lat_deg, 6)]}
    return {"type": "Feature", "geometry": point, "properties": {"origin": output.case.origin.value, **shown}}


def simulated(output: Output) -> bool:
    """Whether the case is simulated, which every file says."""
    return output.case.origin is Origin.SIMULATED


def _ports(output: Output) -> Iterable[Feature]:
    for port in output.case.ports:
        yield feature(
            output, port.lat_deg, port.lon_deg, name=port.name, country=port.country,
            aliases=", ".join(port.aliases), approximate=port.approximate, source=port.source,
        )  # fmt: skip


def _looks(output: Output) -> Iterable[Feature]:
    ports = {port.name: port for port in output.case.ports}
    for row in sorted_rows(rows_of(output, "OBSERVATION"), "start", "observation_id"):
        if (port := ports.get(row["port"])) is not None:
            yield feature(
                output, port.lat_deg, port.lon_deg, name=row["observation_id"], start=iso(row["start"]), end=iso(row["end"]),
                port=port.name, berth=row["berth"], vessel=row["vessel"], length_m=row["length_m"], containers=row["containers"],
                reported=row["quantity"], observer=row["observer"], source=row["source"],
                position="that of the port, not of the ship",
            )  # fmt: skip


def layer_name(kind: str) -> str:
    """A layer's name for a kind of event: a word that can be a file's name."""
    name = NAMES.get(kind) or re.sub(r"[^a-z0-9_]", "_", kind.lower())[:40].strip("_")
    return f"events_{name}" if not name or name in OWN else name


def _events(output: Output) -> dict[str, list[Feature]]:
    made: dict[str, list[Feature]] = {}
    for row in sorted_rows(rows_of(output, "EVENT"), "kind", "start", "vessel_id", "event_id"):
        if row["lat_deg"] is not None and row["lon_deg"] is not None:
            one = feature(
                output, row["lat_deg"], row["lon_deg"], name=row["event_id"], vessel_id=row["vessel_id"], start=iso(row["start"]),
                end=iso(row["end"]), score=row["score"], detail=json.dumps(json.loads(row["detail"]), sort_keys=True),
            )  # fmt: skip
            made.setdefault(layer_name(row["kind"]), []).append(one)
    return made


def _detections(output: Output) -> Iterable[Feature]:
    for row in sorted_rows(rows_of(output, "DETECTION"), "time_utc", "detection_id"):
        if row["lat_deg"] is not None and row["lon_deg"] is not None:
            yield feature(
                output, row["lat_deg"], row["lon_deg"], name=row["detection_id"], time_utc=iso(row["time_utc"]), scene=row["scene_id"],
                length_m=row["length_m"], width_m=row["width_m"], heading_deg=row["heading_deg"], score=row["score"],
                status=row["status"], author=row["author"],
            )  # fmt: skip


def _positions(output: Output) -> Iterable[Feature]:
    for row in sorted_rows(rows_of(output, "POSITION"), "vessel_id", "time_utc", "source_id", "offset"):
        yield feature(
            output, row["lat_deg"], row["lon_deg"], vessel_id=row["vessel_id"], time_utc=iso(row["time_utc"]),
            speed_kn=row["speed_kn"], course_deg=row["course_deg"], evidence_id=f"{row['source_id']}@{row['offset']}",
        )  # fmt: skip
