"""Chips of detected ships that may leave the desk: those of scenes whose input declares that a thumbnail, or the scene, may travel."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from rubicon.report.evidence import INDEX
from rubicon.report.layers import rows_of
from rubicon.report.text import one_line
from rubicon.store.output import Output

MAX_BYTES = 2_000_000
_NAME = re.compile(r"chips/[0-9a-f]{16}\.png")


class Chip(NamedTuple):
    """A PNG, its name beside the tables, and the rights of its scene in words."""

    name: str
    content: bytes
    rights: str


def chips(output: Output) -> dict[str, Chip]:
    """Chips by detection; one without a scene, without rights or without a file is left out."""
    free = _free_sources(output)
    scenes = {row["scene_id"]: row for row in rows_of(output, "SCENE") if row["source_id"] in free}
    made = {}
    for row in rows_of(output, "DETECTION"):
        scene = scenes.get(row["scene_id"])
        name = str(json.loads(row.get("detail") or "{}").get("chip", ""))
        path = output.folder / name
        if scene and _NAME.fullmatch(name) and path.is_file() and path.stat().st_size <= MAX_BYTES:
            made[row["detection_id"]] = Chip(name, path.read_bytes(), one_line(scene["rights"]))
    return made


def _free_sources(output: Output) -> set[str]:
    """Hash prefixes of the inputs whose pictures may travel, by the names that the bag's index holds."""
    patterns = [
        Path(each.file).name
        for each in output.case.inputs
        if each.format == "scene" and (each.thumbnail_may_ship or each.raw_may_ship)
    ]
    try:
        files = json.loads((output.folder / "dossier" / INDEX).read_bytes())["files"]
        return {
            row["source_id"] for row in files if any(fnmatch(row["name"], pattern) for pattern in patterns)
        }
    except (OSError, ValueError, KeyError, TypeError):
        return set()
