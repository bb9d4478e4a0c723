"""Any text is harmless in page and figure."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from rubicon.report.environment import outside_link
from rubicon.report.svg import el, fmt, text
from rubicon.report.text import Links, clean, natural, safe_url

FEW = settings(max_examples=60, deadline=None)
words = st.text(max_size=60)


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@FEW
@given(words)
def test_a_citation_adds_no_tags_of_its_text(sentence: str) -> None:
    made = Links(["G1"], {}).cite(f"{sentence} seen [G1].", "x")
    assert [tag for tag, _ in Tags(made).seen] == ["span", "a"]


@FEW
@given(
    st.one_of(words, words.map(lambda w: f"https://a.example/{w}"), words.map(lambda w: f"javascript:{w}"))
)
def test_only_plain_addresses_become_links(url: str) -> None:
    for tag, attributes in Tags(outside_link(url)).seen:
        assert tag == "a"
        assert (attributes["href"] or "").lower().startswith(("http://", "https://"))
        assert attributes.keys() == {"rel", "href"}
    assert (safe_url(url) is None) == (not Tags(outside_link(url)).seen)


@FEW
@given(words, words)
def test_svg_with_any_words_is_well_formed(inside: str, attribute: str) -> None:
    root = ET.fromstring(el("svg", text(1, 2, inside), data_x=attribute))
    normal = clean(inside).replace("\r\n", "\n").replace("\r", "\n")
    assert root[0].text in (normal, None)
    assert len(root) == 1


@FEW
@given(st.floats(-1e6, 1e6))
def test_coordinates_are_short_and_near(value: float) -> None:
    assert abs(float(fmt(value)) - value) <= 0.0501
    assert len(fmt(value).partition(".")[2]) <= 1


@FEW
@given(st.lists(st.tuples(st.sampled_from("GC"), st.integers(0, 10**6)), unique=True))
def test_natural_order_is_the_order_of_the_numbers(items: list[tuple[str, int]]) -> None:
    assert sorted((f"{letter}{n}" for letter, n in items), key=natural) == [
        f"{letter}{n}" for letter, n in sorted(items)
    ]
