"""What the loaded versions of lists say of an entry over time: names, identifiers, designations and owners as dated rows.

Each row has two times. `from` and `to` are the days that the list itself states. `first_seen`, `last_seen` and `gone_by` are the loaded
versions that have the row and the first whole one that lacks it: what could be known on a day. Where a list states no date of
its own, `from` is null and not guessed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from rubicon.identifiers import imo_valid, normalise_imo

Fact = dict[str, Any]


def history(listings: pa.Table, ids: set[str]) -> list[Fact]:
    """Rows on the entries with these ids, in order of entry, sort and first version."""
    kept = [row for row in listings.to_pylist() if row["listing_id"] in ids]
    if not kept:
        return []
    versions = {row["snapshot"] for row in kept}
    whole = sorted(
        {
            (row["authority"], row["list_id"].split()[0], row["snapshot"])
            for row in listings.select(["authority", "list_id", "snapshot"]).to_pylist()
            if not row["list_id"].endswith(" extract")
        }
    )
    found: dict[tuple[Any, ...], Fact] = {}
    for row in kept:
        for fact in _facts(row, versions):
            key = (row["authority"], row["listing_id"], *(str(value) for value in fact.values()))
            one = found.setdefault(
                key,
                {"listing_id": row["listing_id"], "authority": row["authority"], **fact}
                | {
                    "list": row["list_id"].split()[0],
                    "first_seen": row["snapshot"],
                    "last_seen": row["snapshot"],
                },
            )
            one["first_seen"] = min(one["first_seen"], row["snapshot"])
            one["last_seen"] = max(one["last_seen"], row["snapshot"])
    for one in found.values():
        later = [
            day
            for authority, list_, day in whole
            if (authority, list_) == (one["authority"], one["list"]) and day > one["last_seen"]
        ]
        one["gone_by"] = min(later, default=None)
    order = ("names", "identifiers", "designations", "owners")
    return sorted(
        found.values(),
        key=lambda one: (one["listing_id"], order.index(one["sort"]), one["first_seen"], str(one)),
    )


def script(text: str) -> str:
    """The script of most letters of a name, such as Latin, Cyrillic or Hangul."""
    scripts = [unicodedata.name(char, "").split(" ")[0].title() for char in text if char.isalpha()]
    return max(sorted(set(scripts)), key=scripts.count, default="none")


def _facts(row: Fact, versions: set[str]) -> Iterator[Fact]:
    remarks = row["remarks"] or ""
    for text, kind in ((row["name"], "main"), *((alias, "other") for alias in row["aliases"])):
        former = kind == "other" and f"f.k.a. '{text}'" in remarks
        yield {
            "sort": "names",
            "text": text,
            "script": script(text),
            "kind": "former" if former else kind,
            "from": None,
            "to": None,
        }
    for kind in ("imo", "mmsi", "call_sign"):
        if row[kind]:
            normal = normalise_imo(row[kind]) if kind == "imo" else "".join(row[kind].split()).upper()
            valid = imo_valid(normal) if kind == "imo" else None
            yield {
                "sort": "identifiers",
                "kind": kind,
                "raw": row[kind],
                "normalised": normal,
                "valid": valid,
            }
    for programme in (row["program"] or "").split("] [") if row["program"] else [None]:
        yield {
            "sort": "designations", "programme": programme and programme.strip("[] "), "by": row["authority"],
            "from": None if row["listed_from"] in versions else row["listed_from"], "to": None,
        }  # fmt: skip
    for owner in row["linked_to"]:
        yield {
            "sort": "owners",
            "owner": owner,
            "share": None,
            "from": None,
            "to": None,
            "source": row["list_id"].split()[0],
        }
