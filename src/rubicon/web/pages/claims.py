"""The page of claims: what was said by whom, and on which root each statement rests."""

from __future__ import annotations

from rubicon.report.text import natural, safe_url
from rubicon.web.shelf import CaseView, Row


def claims(view: CaseView) -> Row:
    """Claims by root, those with most repetitions first; contradictions when a run has found any."""
    roots: dict[str, list[Row]] = {}
    for row in view.rows("CLAIM"):
        roots.setdefault(row["root"], []).append(row | {"url": safe_url(row["url"])})
    groups = []
    for root in sorted(roots, key=lambda root: (-len(roots[root]), natural(root))):
        members = sorted(roots[root], key=lambda row: (row["claim_id"] != root, natural(row["claim_id"])))
        groups.append({"root": root, "claims": members})
    sources = {row["source"] for row in view.rows("CLAIM")}
    return {
        "counts": {"claims": len(view.rows("CLAIM")), "roots": len(groups), "sources": len(sources)},
        "groups": groups,
        "contradictions": view.rows("CONTRADICTION"),
        "sources": sorted(view.rows("SOURCE_RECORD"), key=lambda row: (-row["claims"], row["source"])),
    }
