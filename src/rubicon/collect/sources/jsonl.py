"""Position messages as JSON, one object on a line, as Global Fishing Watch and many feeds write them.

Numbers are read as they are written, so that a ship number keeps its digits. A line that is no JSON object, has a key
twice, NaN, or a list where a value is wanted is a reject.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rubicon.case import Input
from rubicon.collect.batch import Batch
from rubicon.collect.blocks import TextBlocks
from rubicon.collect.columns import plan_columns
from rubicon.collect.opening import open_stream
from rubicon.collect.tables import RAW_CHARS, Frame, TableReader
from rubicon.errors import UnknownFormat
from rubicon.provenance import SourceFile

META = {"format": "jsonl", "title": "Position messages, JSON lines"}
HEADER_LINES = 1000
"""Keys are collected from the first so many lines."""
BLOCK_BYTES = 1 << 23
"""8 MiB: parsed objects take ten times the memory of their text."""


class _Refused(ValueError):
    """A line that is JSON by grammar and not by meaning."""


def sniff(head: bytes) -> bool:
    """Whether the first line that is not blank begins a JSON object."""
    return head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{")


def read(file: SourceFile, options: Input) -> Iterator[Batch]:
    """Batches of positions, identity statements and rejects, in the order of the file.

    Raises the errors of `open_stream`, `plan_columns`, `TextBlocks.records` and `TableReader.batches`,
    and UnknownFormat when none of the first lines is a JSON object.
    """
    lines = _Lines(file)
    plan = plan_columns(lines.keys, options, str(file.path))
    yield from TableReader(file, options, plan, lines.frames, lines.notes).batches()


@dataclass
class _Lines:
    """One file of JSON lines, read as often as it is asked for."""

    file: SourceFile
    notes: list[str] = field(default_factory=list)

    @cached_property
    def keys(self) -> list[str]:
        """Keys of the first objects that can be printed, in the order in which they appear."""
        keys: dict[str, None] = {}
        for block in self._blocks(1 << 20):
            for line in _lines(block)[:HEADER_LINES]:
                with suppress(ValueError, RecursionError):
                    keys |= dict.fromkeys(filter(str.isprintable, _object(line)))
            break
        if not keys:
            raise UnknownFormat(
                "none of the first lines is a JSON object with keys", place=str(self.file.path)
            )
        return list(keys)

    def frames(self, positions: Mapping[str, int]) -> Iterator[Frame]:
        """Objects as frames of text cells."""
        names, offset = {meaning: self.keys[at] for meaning, at in positions.items()}, 1
        for block in self._blocks(BLOCK_BYTES):
            lines = _lines(block)
            yield _frame(lines, offset, names)
            offset += len(lines)

    def _blocks(self, size: int) -> Iterator[bytes]:
        with open_stream(self.file.path) as stream:
            blocks = TextBlocks(stream, str(self.file.path), notes=self.notes, block_bytes=size)
            yield from blocks.records(blocks.chunks())
            self.notes.extend(note for note in stream.notes if note not in self.notes)


def _lines(block: bytes) -> list[bytes]:
    return [line for line in block.split(b"\n") if line.strip()]


def _frame(lines: list[bytes], offset: int, names: dict[str, str]) -> Frame:
    wanted, rows = list(names.values()), []
    offsets, misshapen = [], []
    for number, line in enumerate(lines, offset):
        try:
            found = _object(line)
            rows.append([_text(found.get(name)) for name in wanted])
        except (ValueError, RecursionError) as error:
            misshapen.append((number, "bad_json", str(error), line[:RAW_CHARS].decode("utf-8", "replace")))
        else:
            offsets.append(number)
    columns = zip(*rows, strict=True) if rows else [()] * len(wanted)
    arrays = {meaning: pa.array(column, pa.string()) for meaning, column in zip(names, columns, strict=True)}
    good = np.array(offsets, np.int64)

    def raw(at: npt.NDArray[np.int64]) -> list[str]:
        return [lines[good[i] - offset].decode("utf-8", "replace") for i in at]

    return Frame(arrays, good, raw, tuple(misshapen))


def _no_constant(text: str) -> None:
    raise _Refused(f"{text} is no JSON number")


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Refused("a key stands twice")
    return made


def _text(cell: Any) -> str | None:
    """A value as text without lone surrogates; true and false stay words, which are no numbers.

    Raises ValueError for a list or an object.
    """
    if type(cell) is str:
        return (cell if cell.isascii() else cell.encode("utf-8", "replace").decode()) or None
    if isinstance(cell, (dict, list)):
        raise _Refused("a list or an object stands where a value is wanted")
    return None if cell is None else json.dumps(cell)


_DECODER = json.JSONDecoder(
    parse_int=str, parse_float=str, parse_constant=_no_constant, object_pairs_hook=_no_twice
)


def _object(line: bytes) -> dict[str, Any]:
    """An object with its numbers as text.

    Raises ValueError or RecursionError for a line that is none.
    """
    made = _DECODER.decode(line.decode())
    if not isinstance(made, dict):
        raise _Refused("is no JSON object")
    return made
