"""The order of the page: its own sections, and those that stand in the room `report/sections`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rubicon.registry import modules
from rubicon.report.source import Source

SECTION_NAMES = ("ORDER", "TITLE", "rows")


@dataclass(frozen=True)
class Part:
    """One section: where it stands, its template, its lines in the contents as (anchor, title), its rows."""

    order: int
    template: str
    contents: tuple[tuple[str, str], ...]
    anchor: str = ""
    rows: Any = None


def parts(source: Source, shown: Mapping[str, Any]) -> list[Part]:
    """All sections that have something to say, in the order of the page.

    `shown` is what `view.sections` made. A section of the room stands where its ORDER says: findings 100, map 200,
    timeline 300, what was seen 400, ships 500, response 600, method 800, evidence 900.
    """
    return sorted([*_own(shown), *_room(source)], key=lambda part: (part.order, part.template))


def _own(shown: Mapping[str, Any]) -> list[Part]:
    seen = [("presence", "What was seen")]
    seen += [("ais", "What AIS shows")] if shown["events"] else []
    seen += [("claims", "What was claimed")] if shown["claims"]["rows"] else []
    made: list[tuple[int, str, tuple[tuple[str, str], ...]]] = [
        (100, "findings", (("findings", "Key findings"),)),
        (200, "where", (("map", "Map"),)),
        (300, "when", (("timeline", "Timeline"),)),
        (400, "seen", tuple(seen)),
        (500, "ships", (("ships", "Ships and lists"),)),
        (600, "response", (("coverage", "Who has listed them"), ("law", "Law"))),
        (800, "method", (("method", "Method and limits"),)),
        (900, "evidence", (("evidence", "Evidence"), ("verify", "Verify"))),
    ]
    return [Part(order, f"{name}.html.j2", contents) for order, name, contents in made]


def _room(source: Source) -> list[Part]:
    made = []
    for name, module in modules("rubicon.report.sections", SECTION_NAMES).items():
        if rows := module.rows(source):
            template = f"sections/{name.replace('-', '_')}.html.j2"
            made.append(Part(module.ORDER, template, ((name, module.TITLE),), name, rows))
    return made
