from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from report_fixture import najin_case

from rubicon.report import page
from rubicon.report.source import Source
from rubicon.report.text import Links

SHOWN = {"events": [], "claims": {"rows": []}}


def source() -> Source:
    return Source(najin_case(), {}, [], [], Links([], {}))


def test_every_line_of_the_contents_leads_to_a_section(najin: Path, page: Callable[[Path], str]) -> None:
    html = page(najin)
    toc = html[html.index('<nav class="toc"') : html.index("</nav>")]
    anchors = re.findall(r'href="#([^"]+)"', toc)
    assert anchors[:3] == ["findings", "map", "timeline"]
    assert anchors[-2:] == ["evidence", "verify"]
    assert all(f'<section id="{anchor}">' in html for anchor in anchors)


def test_a_section_of_the_room_stands_where_its_order_says(monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(source: Source) -> list[str]:
        return [source.case.id]

    room: dict[str, Any] = {
        "red-lines": SimpleNamespace(ORDER=450, TITLE="Red lines", rows=rows),
        "silent": SimpleNamespace(ORDER=1, TITLE="Nothing to say", rows=lambda _: []),
    }
    monkeypatch.setattr(page, "modules", lambda *_: room)
    made = page.parts(source(), SHOWN)
    names = [part.template for part in made]
    assert "sections/silent.html.j2" not in names
    at = names.index("sections/red_lines.html.j2")
    assert (names[at - 1], names[at + 1]) == ("seen.html.j2", "ships.html.j2")
    assert made[at].rows == ["najin"]
    assert made[at].contents == (("red-lines", "Red lines"),)
