"""Section: the options memo, option by option."""

from __future__ import annotations

from typing import Any

from rubicon.report.findings import ordered_options
from rubicon.report.source import Source

ORDER, TITLE = 640, "Options"


def rows(source: Source) -> list[dict[str, Any]]:
    """Each option in the order of the memo's file, its paragraphs with marks and links."""
    found = []
    for row in ordered_options(source.tables.get("OPTION"), "memo"):
        detail = row["detail"]
        links = dict(zip([one["id"] for one in detail["paragraphs"]], detail["evidence_ids"], strict=False))
        found.append(
            detail
            | {
                "paragraphs": [
                    one | {"ref": source.links.links([links[one["id"]]], one["title"])}
                    for one in detail["paragraphs"]
                ],
                "rate_ref": source.links.links(
                    detail["evidence_ids"][len(detail["paragraphs"]) :], f"rate behind {row['subject']}"
                ),
            }
        )
    return sorted(found, key=lambda row: str(row["title"]))
