"""The first line on a file that was fetched: from where and when, as the record beside it says.

`rubicon capture` and `rubicon scene fetch` keep a file with a `capture.json` beside it. Where such a record names the hash
of an input, the custody log begins with the fetch; an input that was brought by hand begins with its reading.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rubicon.provenance import SourceFile
from rubicon.report.text import one_line

RECORD = "capture.json"
MAX_BYTES = 10_000_000


def entry(file: SourceFile) -> dict[str, str] | None:
    """A custody entry on the fetch of a file; None when no record beside it names its hash."""
    path = file.path.parent / RECORD
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        record = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    address = _address(record, file.sha256)
    if address is None:
        return None
    when = one_line(record.get("captured_at")) or "at an unknown time"
    return {
        "action": "fetched", "subject": one_line(file.path.name), "sha256": file.sha256, "detail": f"{address}, {when}",
    }  # fmt: skip


def _address(record: Any, sha256: str) -> str | None:
    """Where the bytes of that hash came from, when the record is on them."""
    if not isinstance(record, Mapping):
        return None
    if record.get("sha256") == sha256:
        return one_line(record.get("url")) or "brought as a file"
    assets = record.get("assets")
    for each in assets.values() if isinstance(assets, Mapping) else ():
        if isinstance(each, Mapping) and each.get("sha256") == sha256:
            return one_line(each.get("source_url")) or "address not kept"
    return None
