"""Position tables as delimited text: CSV, and the same with semicolon, tab or bar.

The header decides the delimiter; columns are found by `collect.columns`. UTF-8 and, by their byte-order
mark, UTF-16 and UTF-32 are read; in other encodings (cp949, cp1251) names lose their letters, numbers
do not. Rows with more or fewer fields than the header are rejects. Quotes follow RFC 4180.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from rubicon.case import Input
from rubicon.collect.batch import Batch
from rubicon.collect.blocks import ENCODINGS, MAX_RECORD_BYTES, TextBlocks
from rubicon.collect.columns import plan_columns
from rubicon.collect.opening import open_stream
from rubicon.collect.tables import Frame, TableReader
from rubicon.errors import NoUsableRows, UnknownFormat
from rubicon.provenance import SourceFile

META = {"format": "csv", "title": "Position table, delimited text", "generality": 9}
DELIMITERS = (",", ";", "\t", "|")
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]")
OTHERS = ("{", "[", "!", "$", "\\", "<", "%PDF")
"""Beginnings of JSON, NMEA, tag blocks, XML and PDF."""


def sniff(head: bytes) -> bool:
    """Whether the content is text whose first line has at least two fields."""
    encoding = next((name for mark, name in ENCODINGS if head.startswith(mark)), "")
    if not encoding and CONTROL.search(head):
        return False
    text = head.decode(encoding or "utf-8-sig", "replace")
    line = next(iter(text.splitlines()), "")
    return not text.startswith(OTHERS) and len(_fields(line, _delimiter(line))) > 1


def read(file: SourceFile, options: Input) -> Iterator[Batch]:
    """Batches of positions, identity statements and rejects, in the order of the file.

    Raises the errors of `open_stream`, `plan_columns`, `TextBlocks.records` and `TableReader.batches`,
    and UnknownFormat when the first line is no header.
    """
    table = _Table(file)
    yield from TableReader(
        file, options, plan_columns(table.header, options, str(file.path)), table.frames, table.notes
    ).batches()


@dataclass
class _Table:
    """One delimited file: its header, and its rows as often as they are asked for."""

    file: SourceFile
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        with open_stream(self.file.path) as stream:
            blocks = TextBlocks(stream, str(self.file.path), block_bytes=MAX_RECORD_BYTES)
            line, _ = self._split(blocks.chunks())
        self.delimiter = _delimiter(line)
        self.header = _fields(line, self.delimiter)
        if len(self.header) < 2:
            raise UnknownFormat("the first line is no header of a table", place=f"{self.file.path}:1")

    def _split(self, chunks: Iterator[bytes]) -> tuple[str, bytes]:
        """The header line, and what follows it in its chunk."""
        line, _, rest = next(chunks, b"").partition(b"\n")
        if len(line) > MAX_RECORD_BYTES:
            raise UnknownFormat(
                f"the first line is over {MAX_RECORD_BYTES} bytes", place=f"{self.file.path}:1"
            )
        return line.decode("utf-8", "replace").strip("\r"), rest

    def frames(self, positions: Mapping[str, int]) -> Iterator[Frame]:
        """Rows as frames of text cells."""
        offset = 1
        with open_stream(self.file.path) as stream:
            blocks = TextBlocks(
                stream, str(self.file.path), self.delimiter.encode(), line=2, notes=self.notes
            )
            chunks = blocks.chunks()
            _, rest = self._split(chunks)
            for block in blocks.records(chain([rest], chunks)):
                frame, rows = self._frame(block, offset, positions, blocks.line)
                offset += rows
                yield frame
            self.notes.extend(note for note in stream.notes if note not in self.notes)

    def _frame(self, block: bytes, offset: int, columns: Mapping[str, int], line: int) -> tuple[Frame, int]:
        """Cells of one block, and how many rows it has."""
        bad: list[pa_csv.InvalidRow] = []
        try:
            table = self._parse(block, columns, bad)
        except pa.ArrowInvalid as error:
            raise NoUsableRows(f"is no delimited text: {error}", place=f"{self.file.path}:{line}") from error
        rows = table.num_rows + len(bad)
        offsets = np.delete(np.arange(offset, offset + rows), [row.number - 1 for row in bad])
        names = [str(column) for column in columns.values()]
        cells = {meaning: _one(table[name]) for meaning, name in zip(columns, names, strict=True)}
        misshapen = tuple(
            (
                row.number - 1 + offset,
                "wrong_number_of_fields",
                f"{row.actual_columns} fields, the header has {row.expected_columns}",
                row.text,
            )
            for row in bad
        )
        return Frame(cells, offsets, _Raw(block, rows, offsets - offset, cells), misshapen), rows

    def _parse(self, block: bytes, columns: Mapping[str, int], bad: list[pa_csv.InvalidRow]) -> pa.Table:
        def skip(row: pa_csv.InvalidRow) -> str:
            bad.append(row)
            return "skip"

        names = [str(i) for i in range(len(self.header))]
        wanted = [str(column) for column in columns.values()]
        return pa_csv.read_csv(
            pa.BufferReader(block),
            pa_csv.ReadOptions(use_threads=False, column_names=names, block_size=len(block) + 1),
            pa_csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=skip),
            pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=wanted,
                null_values=[""],
                strings_can_be_null=True,
                check_utf8=False,
            ),
        )


@dataclass
class _Raw:
    """Gives rows of a block as they were read; joins their cells again when quotes hide line ends."""

    block: bytes
    rows: int
    numbers: npt.NDArray[np.int64]
    cells: dict[str, pa.Array]

    def __call__(self, at: npt.NDArray[np.int64]) -> list[str]:
        if len(at) == 0:
            return []
        lines = [line for line in self.block.replace(b"\r", b"\n").split(b"\n") if line]
        if len(lines) == self.rows:
            return [lines[self.numbers[i]].decode("utf-8", "replace") for i in at]
        return [", ".join(f"{name}={cell[int(i)]}" for name, cell in self.cells.items()) for i in at]


def _one(column: pa.ChunkedArray) -> pa.Array:
    made = column.combine_chunks()
    return made if isinstance(made, pa.Array) else pa.concat_arrays(made.chunks)


def _delimiter(line: str) -> str:
    """The delimiter that cuts the header into most fields."""
    return max(DELIMITERS, key=lambda mark: len(_fields(line, mark)))


def _fields(line: str, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader(io.StringIO(line), delimiter=delimiter), [])]
    except csv.Error:
        return []
