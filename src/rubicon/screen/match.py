"""Ships, companies and persons against every loaded list, with the reason for each answer.

Only a number joins a ship to an entry; a name raises a question. Four classes, in the words of the answer:

- `match`: the same IMO number, check digit holding, whatever the name.
- `probable`: the same name, and the numbers do not settle it, because one is missing or fails its check digit.
- `homonym_or_tampering`: the same name and two different valid numbers. Two ships with one name, or one ship that carries
  a false number: neither a match nor dropped.
- `no_match`: none of these (given for pairs; a search leaves such entries out).

Known false positives: ships share names often, and a name seen through another script is compared by a
skeleton of its sounds (`names.py`). Not found: renamed ships whose entry does not name the former name, and misspellings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
import pyarrow as pa

from rubicon.case import Ship
from rubicon.provenance import evidence_id
from rubicon.schema import HIT, rows_to_table
from rubicon.screen.index import Index
from rubicon.screen.judge import Query, Verdict

AUTHORITIES = ("US", "KR", "EU", "UN", "UK", "JP", "AU", "CA", "NZ", "UA")
"""Jurisdictions whose lists name ships or their owners in this trade; those not loaded are named in the receipt."""


def screen(queries: Sequence[Query], listings: pa.Table | Index, *, limit: int = 5) -> pa.Table:
    """HIT rows for each query, strongest first, at most `limit` each; the last one says how many were left out.

    `listings` are LISTING rows of any number of lists and versions, or an Index of them. No rows for a query
    means that nothing was found in what was searched (see `receipt`), not that the ship is not sanctioned.
    """
    index = listings if isinstance(listings, Index) else Index(listings)
    return rows_to_table([row for query in queries for row in _hits(query, index, limit)], HIT)


def screen_case(ships: Iterable[Ship], listings: pa.Table, *, limit: int = 5) -> pa.Table:
    """HIT rows for the ships of a case, by their numbers, names and aliases."""
    return screen([Query(ship.name, ship.imo, ship.aliases) for ship in ships], listings, limit=limit)


def receipt(listings: pa.Table) -> dict[str, Any]:
    """What a search over these rows covers: every list version with its counts, and authorities without a list."""
    if not listings.num_rows:
        searched = []
    else:
        versions = pl.DataFrame(listings.select(["authority", "list_id", "snapshot", "source_id", "kind"]))
        by_version = versions.group_by("authority", "list_id", "snapshot", "source_id")
        counts = by_version.agg(entries=pl.len(), ships=(pl.col("kind") == "vessel").sum())
        searched = counts.sort("authority", "snapshot", "list_id", "source_id").to_dicts()
    for version in searched:
        version["extract"] = version["list_id"].endswith(" extract")
    missing = [name for name in AUTHORITIES if name not in {version["authority"] for version in searched}]
    return {
        "searched": searched,
        "without_ships": sorted({v["list_id"] for v in searched if not v["ships"]}),
        "not_loaded": missing,
        "statement": "No hit means that no entry of the list versions named here met the query. It does not mean that a "
        "ship or company is not sanctioned: lists of other authorities were not read"
        f"{' (' + ', '.join(missing) + ')' if missing else ''}, an extract holds a part of its list, and lists change.",
    }


def _hits(query: Query, index: Index, limit: int) -> list[dict[str, Any]]:
    found = index.search(query)
    numbers = sorted(
        {entry["imo"] for entry, verdict in found if entry["imo"] and verdict.class_ == "probable"}
    )
    rows = []
    for entry, verdict in found[:limit]:
        reasons = [*verdict.reasons, index.standing(entry)]
        if entry["linked_to"]:
            reasons.append(f"the entry names as owner or link: {'; '.join(entry['linked_to'])}")
        if verdict.class_ == "probable" and len(numbers) > 1:
            reasons.append(
                f"{len(numbers)} ships of this name have numbers of their own: {', '.join(numbers)}"
            )
        rows.append(_row(query, entry, verdict, reasons))
    if len(found) > limit and rows:
        rows[-1]["reasons"].append(f"{len(found) - limit} weaker hits left out (limit {limit})")
    return rows


def _row(query: Query, entry: Mapping[str, Any], verdict: Verdict, reasons: list[str]) -> dict[str, Any]:
    return {
        "query": query.label,
        "query_imo": query.number or query.imo or None,
        **{name: entry[name] for name in ("listing_id", "name", "imo", "authority", "listed_from")},
        "class": verdict.class_,
        "matched_on": verdict.matched_on,
        "score": verdict.score,
        "reasons": reasons,
        "evidence_ids": [evidence_id(entry["source_id"], entry["offset"])],
    }
