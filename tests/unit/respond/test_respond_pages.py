"""Every page that shows a paragraph shows the mark of how its text was read, above all when it was written from memory."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from rubicon import pipeline
from rubicon.case import load_case
from rubicon.report.text import MARKS, mark
from rubicon.respond import lawbook
from rubicon.web.pages import respond as page

RECALLED = MARKS["recalled_check_text"]


@pytest.fixture(scope="module")
def html(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("najin")
    done = pipeline.run(load_case(repo / "examples" / "najin" / "case.toml"), out)
    assert done.failed == []
    text = (out / "dossier" / "data" / "report.html").read_text(encoding="utf-8")
    return unescape(text).replace("\u00a0", " ")


def recalled_titles() -> set[str]:
    return {one.title for one in lawbook.measures().values() if one.verification == "recalled_check_text"}


def section(html: str, anchor: str) -> str:
    found = re.search(rf'<section id="{anchor}">.*?</section>', html, re.DOTALL)
    assert found, anchor
    return found.group(0)


def test_law_marks_every_paragraph(html: str) -> None:
    articles = re.findall(r'<article class="para">.*?</article>', section(html, "law"), re.DOTALL)
    marked = 0
    for article in articles:
        title = re.search(r"<h4>(.*?) <span", article)
        assert title
        (measure,) = [m for m in _all_measures() if m.title == title.group(1)]
        assert mark(measure.verification) in article
        marked += measure.verification == "recalled_check_text"
    assert marked > 10


def _all_measures() -> list[lawbook.Measure]:
    return [*lawbook.measures().values(), *(one.measure for one in lawbook.agreements())]


@pytest.mark.parametrize("anchor", ["windows", "states"])
def test_sections_that_name_paragraphs_or_bodies_mark_them(html: str, anchor: str) -> None:
    text = section(html, anchor)
    rows = [row for row in re.findall(r"<tr>.*?</tr>", text, re.DOTALL) if "<th>" not in row]
    named = [row for row in rows if 'data-label="Paragraphs"' in row or 'data-label="Rule"' in row]
    assert len(named) > 10
    for row in named:
        assert any(words in row for words in MARKS.values())


def test_no_page_says_that_an_official_text_was_read(html: str) -> None:
    assert MARKS["official_text"] not in html


def test_what_is_published_holds_no_plan_and_no_tasking(html: str) -> None:
    assert "would be in" not in html
    assert "tasking" not in html.casefold()


def test_the_answer_of_the_application_marks_every_row() -> None:
    asked = page.LawQuery(flag="RU", zone="territorial_sea:KR", cargo="missiles", date="2024-04-14")
    answer = page.law_answer(asked)
    recalled = recalled_titles()
    seen = [row for row in [*answer["applicable"], *answer["not_applicable"]] if row["title"] in recalled]
    assert len(seen) > 10
    assert {row["verification_words"] for row in seen} == {RECALLED}


def test_the_memo_marks_every_paragraph_and_every_body(html: str) -> None:
    articles = re.findall(r'<article class="para">.*?</article>', section(html, "options-memo"), re.DOTALL)
    assert len(articles) == 4
    by_title = {one.title: one for one in lawbook.measures().values()}
    for article in articles:
        for head in (
            "Who must act",
            "Lawful basis",
            "Coverage",
            "Weeks of looks",
            "Risks",
            "What the game says",
        ):
            assert f"<dt>{head}</dt>" in article
        basis = article.split("<dt>Lawful basis</dt>")[1].split("</div>")[0]
        named = [title for title in by_title if f"{title} (" in basis]
        assert len(named) >= 3
        for title in named:
            assert f"{title} ({mark(by_title[title].verification)})" in basis
