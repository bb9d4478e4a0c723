"""Position tables as Parquet, columns found by name as in text tables.

Row groups are read a batch at a time. Texts are kept dictionary-encoded while they are measured, so that
a small file cannot unfold into a large one. Geometry columns (GeoParquet) are not read: positions come
from number columns, in degrees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rubicon.case import Input
from rubicon.collect.batch import Batch
from rubicon.collect.cells import is_text
from rubicon.collect.columns import MEASURED, plan_columns
from rubicon.collect.opening import open_stream
from rubicon.collect.tables import Frame, TableReader
from rubicon.errors import EmptyInput, InputTooLarge, MissingColumns, TruncatedInput, UnknownFormat
from rubicon.provenance import SourceFile

META = {"format": "parquet", "title": "Position table, Parquet"}
MAGIC = b"PAR1"
BATCH_ROWS = 1 << 19
MAX_TEXT_BYTES = 1 << 28
"""256 MiB of text in one column of one batch: 512 bytes a row, far above any id, time or name."""
MAX_MEAN_BYTES = 4096
FREE_BYTES = 1 << 26
"""Declared size of a column in one row group from which its mean size of a value is judged."""
MAX_ROWS_PER_BYTE = 100
FREE_ROWS = 1_000_000
"""Rows from which their number is compared with the file's size; real tracks need more than a byte a row."""


def sniff(head: bytes) -> bool:
    """Whether the file begins as Parquet does."""
    return head.startswith(MAGIC)


def read(file: SourceFile, options: Input) -> Iterator[Batch]:
    """Batches of positions, identity statements and rejects, in the order of the file.

    Raises the errors of `open_stream`, `plan_columns` and `TableReader.batches`, UnknownFormat (not
    Parquet), TruncatedInput (the footer or a page is damaged), InputTooLarge (declared sizes or texts over
    the limits) and MissingColumns (a needed column holds lists or structures).
    """
    table = _Table(file)
    plan = plan_columns(table.header, options, str(file.path))
    table.check(plan.positions)
    yield from TableReader(file, options, plan, table.frames, table.notes).batches()


@dataclass
class _Table:
    """One Parquet file: its header, and its rows as often as they are asked for."""

    file: SourceFile
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.place = str(self.file.path)
        with open_stream(self.file.path) as stream:
            if not sniff(stream.peek(len(MAGIC))):
                raise UnknownFormat("is no Parquet file, or is compressed as a whole", place=self.place)
        with self._open() as opened:
            self.schema, self.rows = opened.schema_arrow, opened.metadata.num_rows
            self.sizes = _declared_sizes(opened.metadata)
        self.header: list[str] = self.schema.names
        if self.rows == 0:
            raise EmptyInput("a header and no rows", place=self.place)
        if self.rows > max(FREE_ROWS, MAX_ROWS_PER_BYTE * self.file.size_bytes):
            raise InputTooLarge(f"{self.file.size_bytes} bytes declare {self.rows} rows", place=self.place)

    def _open(self, texts: list[str] | None = None) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(self.file.path, read_dictionary=texts, coerce_int96_timestamp_unit="us")
        except (pa.ArrowException, OSError) as error:
            raise TruncatedInput(
                f"the Parquet footer is missing or damaged: {error}", place=self.place
            ) from error

    def check(self, positions: Mapping[str, int]) -> None:
        """Refuse columns of lists or structures where the track depends on them, and absurd declared sizes."""
        for meaning, at in positions.items():
            column = self.schema.field(at)
            if self.header.count(column.name) > 1:
                raise MissingColumns(f"several columns are called `{column.name}`", place=self.place)
            if pa.types.is_nested(column.type) and meaning in MEASURED:
                raise MissingColumns(
                    f"column `{column.name}` for {meaning} is {column.type}; a plain column is needed",
                    place=self.place,
                )
            if pa.types.is_nested(column.type):
                self.notes.append(f"column `{column.name}` was not read: it is {column.type}")
            if self.sizes.get(column.name, 0) > MAX_MEAN_BYTES:
                raise InputTooLarge(
                    f"column `{column.name}` declares {self.sizes[column.name]} bytes a row", place=self.place
                )

    def frames(self, positions: Mapping[str, int]) -> Iterator[Frame]:
        """Rows as frames of typed cells."""
        names = {
            meaning: self.header[at]
            for meaning, at in positions.items()
            if not pa.types.is_nested(self.schema.field(at).type)
        }
        texts = [name for name in names.values() if is_text(self.schema.field(name).type)]
        offset = 1
        with self._open(texts) as opened:
            batches = opened.iter_batches(BATCH_ROWS, columns=list(names.values()), use_threads=False)
            while (batch := self._next(batches, offset)) is not None:
                cells = {meaning: self._plain(batch.column(name), name) for meaning, name in names.items()}
                yield Frame(cells, np.arange(offset, offset + batch.num_rows), _Raw(batch))
                offset += batch.num_rows

    def _next(self, batches: Iterator[pa.RecordBatch], row: int) -> pa.RecordBatch | None:
        try:
            return next(batches, None)
        except (pa.ArrowException, OSError) as error:
            raise TruncatedInput(
                f"the data are damaged: {error}", place=f"{self.place} after row {row - 1}"
            ) from error

    def _plain(self, column: pa.Array, name: str) -> pa.Array:
        """A column as numbers, times or text; texts that would unfold too far are refused."""
        if pa.types.is_dictionary(column.type):
            if is_text(column.type.value_type):
                lengths = pc.binary_length(column.dictionary).take(column.indices)
                if (pc.sum(lengths).as_py() or 0) > MAX_TEXT_BYTES:
                    raise InputTooLarge(
                        f"texts of column `{name}` unfold to over {MAX_TEXT_BYTES} bytes in {len(column)} rows",
                        place=self.place,
                    )
            column = column.dictionary_decode()
        if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
            return pa.array(
                [None if cell is None else cell.decode("utf-8", "replace") for cell in column.to_pylist()]
            )
        return column


def _declared_sizes(metadata: pq.FileMetaData) -> dict[str, int]:
    """Largest declared mean size of a value in bytes, by column."""
    sizes: dict[str, int] = {}
    for i in range(metadata.num_row_groups):
        group = metadata.row_group(i)
        for j in range(group.num_columns):
            column = group.column(j)
            mean = column.total_uncompressed_size // max(group.num_rows, 1)
            large = column.total_uncompressed_size > FREE_BYTES
            sizes[column.path_in_schema] = max(sizes.get(column.path_in_schema, 0), mean if large else 0)
    return sizes


@dataclass(frozen=True)
class _Raw:
    """Gives rows of a batch as text."""

    batch: pa.RecordBatch

    def __call__(self, at: npt.NDArray[np.int64]) -> list[str]:
        rows: list[dict[str, Any]] = self.batch.take(pa.array(at)).to_pylist() if len(at) else []
        return [", ".join(f"{name}={value}" for name, value in row.items()) for row in rows]
