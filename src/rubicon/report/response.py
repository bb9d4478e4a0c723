"""The response sections of the page: who has listed the ships, and which paragraphs would apply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rubicon.report import coverage
from rubicon.report.findings import ordered_options
from rubicon.report.source import Row, Source
from rubicon.report.text import natural, number

VERBS = {
    "prohibits": "prohibits",
    "shall": "States shall act",
    "requires": "States shall act",
    "authorises+requires": "States may, and in part shall, act",
    "requires+authorises": "States shall, and in part may, act",
    "may": "States may act",
    "authorises": "States may act",
    "authorises (Committee)": "the 1718 Committee may act",
    "calls_upon": "calls upon States to act; no duty",
    "political_commitment": "political commitment; not binding",
    "commits (political)": "political commitment; not binding",
    "limits": "limits what may be done",
    "exempts": "exempts",
    "clarifies": "clarifies",
    "establishes": "establishes",
    "rule": "rule of procedure",
}
"""Verbs of law rows in words that keep `shall` and `may` apart."""

ZONES = {
    "high_seas": "high seas",
    "eez": "exclusive economic zone",
    "territorial_sea": "territorial sea",
    "internal_waters": "internal waters",
    "port": "port",
}
INVOLVEMENT = {"aboard": "aboard", "past": "on earlier voyages", "none": "no involvement"}


def cover(source: Source) -> list[Row]:
    """Cells of the coverage matrix as table rows."""
    made = []
    for row in ordered_options(source.tables.get("OPTION"), "coverage"):
        detail = row["detail"]
        made.append(
            row
            | {
                "status_words": coverage.STATUS_WORDS.get(row["status"], row["status"]),
                "lag": coverage.lag_words(detail.get("lag_days")),
                "ground": detail.get("ground") or detail.get("program") or "",
                "ref": source.links.links(
                    row["evidence_ids"] or [], f"coverage of {row['subject']} by {row['actor']}"
                ),
            }
        )
    return made


def law(source: Source) -> list[Row]:
    """For each situation that the case asks about: the paragraphs that would apply, and those that would not.

    What is still to be shown for every paragraph of a situation stands once, above them.
    """
    found: dict[str, list[Row]] = {}
    for row in ordered_options(source.tables.get("OPTION"), "law"):
        asked = row["detail"].get("question") or {}
        found.setdefault(asked.get("situation", ""), []).append(_paragraph(source, row))
    made = []
    for name in sorted(found, key=natural):
        rows = found[name]
        shared = [
            each
            for each in rows[0]["missing"]
            if len(rows) > 1 and all(each in row["missing"] for row in rows)
        ]
        for row in rows:
            row["missing"] = [each for each in row["missing"] if each not in shared]
        asked = rows[0]["detail"].get("question") or {}
        put = [
            each
            for one in source.case.situations
            if one.id == name
            for each in one.evidence
            if source.links.target(each)
        ]
        parts = {
            "name": name, "text": asked.get("text", ""), "asked": asked_words(asked), "shared": shared,
            "refs": source.links.links(put, f"situation {name}"),
        }  # fmt: skip
        groups = {
            True: [row for row in rows if row["applies"]],
            False: [row for row in rows if not row["applies"]],
        }
        made.append(parts | {"applies": sorted(groups[True], key=_by_verb), "others": groups[False]})
    return made


def _paragraph(source: Source, row: Row) -> Row:
    """One paragraph with its words; `text` is its own, without the situation's."""
    detail = row["detail"]
    return row | {
        "applies": detail.get("applicable", True),
        "text": detail.get("text") or row["text"],
        "verb": VERBS.get(row["status"], row["status"].replace("_", " ")),
        "consent": in_words(detail.get("consent") or detail.get("consent_needed")) or "not stated",
        "obstacles": listed(detail.get("obstacles")),
        "missing": listed(detail.get("missing")),
        "reason": detail.get("reason") or "",
        "ref": source.links.links(row["evidence_ids"] or [], f"paragraph {row['subject']}"),
    }


def _by_verb(row: Row) -> tuple[int, Any]:
    """What binds first: prohibitions, duties, powers, the rest; then by paragraph."""
    order = list(VERBS)
    return order.index(row["status"]) if row["status"] in VERBS else len(order), natural(row["subject"])


def asked_words(asked: Mapping[str, Any]) -> str:
    """The question that a situation asks, in a line."""
    if not asked:
        return ""
    place, _, state = str(asked["zone"]).partition(":")
    parts = [
        f"{str(asked['ship_type']).replace('_', ' ')} ship, flag {asked['flag']}",
        f"{ZONES.get(place, place)}{f' of {state}' if state else ''}",
        f"supposed cargo: {str(asked['cargo']).replace('_', ' ')}, {INVOLVEMENT.get(asked['involvement'], asked['involvement'])}",
        f"on {asked['date']}",
    ]
    return "; ".join(parts)


def listed(value: Any) -> list[str]:
    """A value of a JSON detail as a list of phrases."""
    if not value:
        return []
    return [in_words(each) for each in value] if isinstance(value, list) else [in_words(value)]


def in_words(value: Any) -> str:
    """A value of a JSON detail as words."""
    if isinstance(value, bool):
        return "yes" if value else "none"
    if isinstance(value, dict):
        return detail_words(value)
    return "" if value is None else str(value).replace("n/a", "does not arise")


def detail_words(detail: Mapping[str, Any]) -> str:
    """A detail object as `name value unit` in a line; positions are left to the map."""
    parts = []
    for key in sorted(detail):
        value = detail[key]
        if (
            value is None
            or value is False
            or key.endswith(("_deg", "_id", "_ids"))
            or isinstance(value, dict | list)
        ):
            continue
        name, _, unit = key.rpartition("_")
        if isinstance(value, bool) or unit not in ("h", "km", "kn", "m", "s", "days"):
            name, unit = key, ""
        shown = (
            ("yes" if value else "no")
            if isinstance(value, bool)
            else number(value)
            if isinstance(value, int | float)
            else value
        )
        parts.append(f"{name.replace('_', ' ')}: {shown}{' ' + unit if unit else ''}")
    return "; ".join(parts)
