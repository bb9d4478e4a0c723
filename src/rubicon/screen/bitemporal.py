"""Two times in every question: was it listed on the day of the voyage, and who could have known it then?

`known` leaves out the versions of lists that came after a day. `as_of` keeps the entries that stood on their
list on a day: listed by then, and still in the list's next version after it. A list between two of whose versions an entry went is not
decided for the days between: the entry is kept until the first version without it. Extracts cannot show that an entry went.
"""

from __future__ import annotations

from datetime import date

import polars as pl
import pyarrow as pa

from rubicon.schema import LISTING

_LIST = ["authority", "format"]


def known(listings: pa.Table, day: date | None) -> pa.Table:
    """Rows of versions that were published by a day; `listed_from` then says what those versions say."""
    if day is None:
        return listings
    kept = pl.DataFrame(listings).filter(pl.col("snapshot") <= day.isoformat())
    earliest = pl.min_horizontal(
        pl.col("listed_from"), pl.col("snapshot").min().over("authority", "listing_id")
    )
    return kept.with_columns(listed_from=earliest).to_arrow().cast(LISTING)


def as_of(listings: pa.Table, day: date | None) -> pa.Table:
    """Rows of entries that stood on their list on a day, in every version; see `spans`."""
    if day is None:
        return listings
    held = spans(listings).filter(
        (pl.col("listed_from") <= day.isoformat())
        & (pl.col("gone_by").is_null() | (pl.col("gone_by") > day.isoformat()))
    )
    table = pl.DataFrame(listings)
    return (
        table.join(held.select("authority", "listing_id"), on=["authority", "listing_id"], how="semi")
        .to_arrow()
        .cast(LISTING)
    )


def spans(listings: pa.Table) -> pl.DataFrame:
    """For each entry `authority, listing_id, listed_from, last_seen, gone_by`.

    `gone_by` is the day of the first whole version after the last that has the entry; null while it stands. `listed_from` is the day that
    the list states, else that of the first loaded version that has it: an upper bound.
    """
    rows = pl.DataFrame(
        listings.select(["authority", "list_id", "listing_id", "snapshot", "listed_from"])
    ).with_columns(
        format=pl.col("list_id").str.split(" ").list.first(),
        extract=pl.col("list_id").str.ends_with(" extract"),
    )
    entries = rows.group_by("authority", "format", "listing_id").agg(
        listed_from=pl.min_horizontal(pl.col("listed_from").min(), pl.col("snapshot").min()),
        last_seen=pl.col("snapshot").max(),
    )
    versions = rows.filter(~pl.col("extract")).select(*_LIST, version="snapshot").unique()
    after = (
        entries.join(versions, on=_LIST, how="left")
        .filter(pl.col("version") > pl.col("last_seen"))
        .group_by("authority", "format", "listing_id")
        .agg(gone_by=pl.col("version").min())
    )
    joined = entries.join(after, on=["authority", "format", "listing_id"], how="left")
    return joined.drop("format").sort("authority", "listing_id")
