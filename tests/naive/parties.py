"""Companies and persons like a name: every entry compared, nothing left out beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rubicon.screen.judge import Name, Query, Verdict, judge, names_of


def all_like(entries: Sequence[Mapping[str, Any]], text: str) -> dict[str, Verdict]:
    """Verdicts other than no_match, by id of the entry."""
    query, asked = Query(text), [Name(text, "name")]
    found = {}
    for entry in entries:
        if entry["kind"] in ("company", "person"):
            verdict = judge(query, asked, entry, names_of(entry))
            if verdict.class_ != "no_match":
                found[entry["listing_id"]] = verdict
    return found
