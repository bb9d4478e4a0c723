"""The list store: every version of every list that was loaded, by hash, never overwritten.

A folder with one Parquet file and one JSON receipt for each version. The receipt is written last, under a
temporary name that is then renamed: a version without a receipt does not exist, so a killed load leaves nothing
and two processes that load the same file write the same bytes.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import ModuleType

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rubicon import registry
from rubicon.case import Input
from rubicon.errors import ListError
from rubicon.provenance import SourceFile, source_file
from rubicon.schema import LISTING, conform

MOST_SHRINKAGE = 0.1
"""A list that lost more than this share of its entries since the version before it is refused: half a file
looks like a mass delisting, and lists have not shrunk so in the versions seen (they grew by 4 to 36 %)."""

_DATED_NAME = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")
_AUTHORITY = re.compile(r"[A-Z][A-Z0-9-]{1,15}")


@dataclass(frozen=True)
class Receipt:
    """One loaded version of one list: which file, whose, of which day, how many entries."""

    list_id: str
    authority: str
    snapshot: str
    format: str
    file: str
    sha256: str
    entries: int
    kinds: dict[str, int] = field(default_factory=dict)
    extract: bool = False
    beside: tuple[str, ...] = ()
    """Files of the same day that were joined to the list."""
    strangers: int = 0
    """Rows of those files whose entry is not in the list."""


def load(
    file: Path,
    format_: str,
    store: Path,
    *,
    authority: str = "",
    snapshot: str = "",
    extract: bool = False,
    beside: Sequence[Path] = (),
) -> Receipt:
    """Read a list file into the store and give its receipt; a version that is there already is left alone.

    Without `snapshot` the date is taken from the file's name (`..._2023-12-12.csv`), else from its content
    where the format states one. Raises ListError as the reader does, and when a whole list shrank by more than a
    tenth since the version before it; the store is then as it was. `beside` are files of the same day that belong to the
    list (OFAC's ALT.CSV of names and ADD.CSV of addresses); what in them belongs to no entry is counted in the receipt.
    """
    reader = registry.named(registry.lists(), format_, "list format")
    source = source_file(file)
    stated = snapshot or next(iter(_DATED_NAME.findall(file.name)), "")
    if authority and not _AUTHORITY.fullmatch(authority):
        raise ListError(
            f"an authority is written in capital letters, such as US or UN, got {authority!r}",
            place=str(file),
        )
    options = Input(file=file.name, format=format_, authority=authority, snapshot=stated, extract=extract)
    listings = reader.read(source, options)
    receipt = receipt_of(listings, source)
    hashes, strangers = [source.source_id], 0
    for path in beside:
        extra = source_file(path)
        listings, lost = _joined(reader, listings, extra)
        hashes.append(extra.source_id)
        strangers += lost
    receipt = replace(receipt, beside=tuple(path.name for path in beside), strangers=strangers)
    stem = Path(store) / receipt.authority / f"{receipt.list_id.replace(' ', '_')}_{'_'.join(hashes)}"
    if not stem.with_name(f"{stem.name}.json").exists():
        _refuse_shrinkage(receipt, receipts(store), file)
        stem.parent.mkdir(parents=True, exist_ok=True)
        _write(stem.with_name(f"{stem.name}.parquet"), lambda path: pq.write_table(listings, path))
        _write(
            stem.with_name(f"{stem.name}.json"),
            lambda path: path.write_text(_json(receipt), encoding="utf-8"),
        )
    return receipt


def receipt_of(listings: pa.Table, source: SourceFile) -> Receipt:
    """The receipt of one version that was read into a table.

    Raises ListError when the table is empty.
    """
    if not listings.num_rows:
        raise ListError("the list has no entries", place=str(source.path))
    first = listings.slice(0, 1).to_pylist()[0]
    counts = pc.value_counts(listings["kind"]).to_pylist()
    return Receipt(
        list_id=first["list_id"],
        authority=first["authority"],
        snapshot=first["snapshot"],
        format=first["list_id"].split()[0],
        file=source.path.name,
        sha256=source.sha256,
        entries=listings.num_rows,
        kinds=dict(sorted((row["values"], row["counts"]) for row in counts)),
        extract=first["list_id"].endswith(" extract"),
    )


def receipts(store: Path) -> list[Receipt]:
    """Receipts of all versions in a store, by authority, format, date and hash; none for a folder that is not there.

    Raises ListError for a receipt that cannot be read.
    """
    return [_read_receipt(path) for path in sorted(Path(store).glob("[A-Z]*/*.json"))]


def listings(store: Path) -> pa.Table:
    """Entries of all versions in a store, each with the earliest date at which it is known to stand on its list.

    Raises ListError when a version's table is missing or differs from its receipt.
    """
    return merge(_read_table(path) for path in sorted(Path(store).glob("[A-Z]*/*.json")))


def merge(tables: Iterable[pa.Table]) -> pa.Table:
    """Join versions of lists; `listed_from` becomes the earliest date over all versions of an entry.

    For a list that states no dates that is the first loaded version which has the entry: an upper bound.
    Rows come out by authority, version and row, whatever the order of the tables.
    """
    joined = pl.DataFrame(pa.concat_tables([LISTING.empty_table(), *tables]))
    earliest = pl.col("listed_from").min().over("authority", "listing_id")
    ordered = joined.with_columns(earliest).sort("authority", "snapshot", "source_id", "offset")
    return ordered.to_arrow().cast(LISTING)


def _joined(reader: ModuleType, listings: pa.Table, extra: SourceFile) -> tuple[pa.Table, int]:
    """The table with what a file beside the list adds; whose rows have five columns are names, six are addresses.

    Raises ListError when the format has no such files.
    """
    if not hasattr(reader, "with_aliases"):
        raise ListError("the format has no files beside the list", place=str(extra.path))
    try:
        named: tuple[pa.Table, int] = reader.with_aliases(listings, extra)
    except ListError as error:
        if "6 columns, expected 5" not in error.reason:
            raise
        named = reader.with_addresses(listings, extra)
    return named


def _refuse_shrinkage(receipt: Receipt, known: list[Receipt], file: Path) -> None:
    """Raise ListError when a whole list has lost more than a tenth since the whole version before it."""
    same = [
        other
        for other in known
        if (other.authority, other.format, other.extract) == (receipt.authority, receipt.format, False)
        and other.snapshot <= receipt.snapshot
    ]
    before = max(same, key=lambda other: other.snapshot, default=None)
    if before and not receipt.extract and receipt.entries < before.entries * (1 - MOST_SHRINKAGE):
        raise ListError(
            f"{receipt.entries} entries, {before.entries} in the version of {before.snapshot}: lost more than a tenth",
            place=str(file),
        )


def _write(path: Path, write: Callable[[Path], object]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        write(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _json(receipt: Receipt) -> str:
    return json.dumps(asdict(receipt), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _read_receipt(path: Path) -> Receipt:
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
        return Receipt(**stated | {"beside": tuple(stated.get("beside", ()))})
    except (ValueError, TypeError) as error:
        raise ListError(f"is no receipt: {error}", place=str(path)) from error


def _read_table(receipt_path: Path) -> pa.Table:
    receipt, path = _read_receipt(receipt_path), receipt_path.with_suffix(".parquet")
    try:
        # A version that was kept by an earlier release lacks the columns that came since.
        table = conform(pq.read_table(path), LISTING)
    except (OSError, pa.ArrowException) as error:
        raise ListError(f"cannot be read: {error}", place=str(path)) from error
    if table.num_rows != receipt.entries:
        raise ListError(f"{table.num_rows} entries, {receipt.entries} in the receipt", place=str(path))
    return table
