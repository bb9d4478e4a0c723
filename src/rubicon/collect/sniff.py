"""Which format a file has, by its content alone; names and endings lie."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from rubicon.collect.opening import open_stream
from rubicon.errors import UnknownFormat
from rubicon.registry import sources

HEAD_BYTES = 1 << 16
FOREIGN = {
    b"PK\x03\x04": "a zip archive: unpack it first",
    b"\xfd7zXZ\x00": "xz-compressed: unpack it first",
    b"7z\xbc\xaf": "a 7z archive: unpack it first",
    b"SQLite format 3": "an SQLite database",
    b"%PDF": "a PDF document",
    b"II*\x00": "a TIFF image",
    b"MM\x00*": "a TIFF image",
    b"<?xml": "XML",
    b"[": "a JSON array: write one object on a line",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file: export it as CSV",
}
"""What else people hand over, to say more than that it is unknown."""


def sniff(path: Path) -> str:
    """Format name of a file, for `registry.sources()`; compression is seen through.

    Sources are asked from the most special to the most general (`META["generality"]`, 0 when absent).
    Raises UnknownFormat naming what was tried, and the errors of `open_stream`.
    """
    with open_stream(path) as stream:
        head = stream.read(HEAD_BYTES)
    asked = sorted(sources().items(), key=_generality)
    for name, module in asked:
        if module.sniff(head):
            return name
    known = next(
        (f" (it looks like {what})" for magic, what in FOREIGN.items() if head.startswith(magic)), ""
    )
    tried = ", ".join(name for name, _ in asked)
    raise UnknownFormat(f"the content is none of {tried}{known}", place=str(path))


def _generality(item: tuple[str, ModuleType]) -> tuple[int, str]:
    return item[1].META.get("generality", 0), item[0]
