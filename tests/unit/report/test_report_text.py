from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from rubicon.errors import UnknownEvidence
from rubicon.report.text import (
    Links,
    clean,
    counted,
    iso,
    mark,
    moment,
    natural,
    number,
    one_line,
    safe_url,
    sorted_rows,
    span,
)

LINKS = Links(["G009", "G010", "law 1"], {"abcdef0123456789": "claims.csv"})


def test_a_citation_becomes_a_link_for_each_id() -> None:
    made = LINKS.cite("A ship was at the pier [G010, G009].", "fact")
    assert made == (
        'A ship was at the pier <span class="cite">[<a class="ev" href="#ev-G009">G009</a>, '
        '<a class="ev" href="#ev-G010">G010</a>]</span>.'
    )


def test_a_citation_may_stand_before_a_further_sentence() -> None:
    made = LINKS.cite("It left within 4 h 42 min [G009]. No zone is stated.", "fact")
    assert 'href="#ev-G009"' in made
    assert made.endswith("</span>. No zone is stated.")
    assert "4\u00a0h 42\u00a0min" in made


def test_a_row_of_a_file_is_evidence_too() -> None:
    assert (
        LINKS.link("abcdef0123456789@12", "x")
        == '<a class="ev" href="#file-abcdef0123456789">claims.csv:12</a>'
    )


@pytest.mark.parametrize(
    "sentence",
    ["A ship was there.", "A ship was there [G999].", "It was there [G009, G999].", "No [G009] end"],
)
def test_a_fact_without_known_evidence_is_an_error(sentence: str) -> None:
    with pytest.raises(UnknownEvidence, match="finding 7"):
        LINKS.cite(sentence, "finding 7")


def test_brackets_in_a_name_stay_text_and_do_not_break_the_build() -> None:
    made = LINKS.cite("EVIL [Z9]. was seen [G009].", "fact")
    assert "EVIL [Z9]. was seen" in made
    assert 'href="#ev-G009"' in made


def test_markup_in_a_sentence_is_escaped() -> None:
    made = LINKS.cite("<script>x</script> & co was seen [G009].", "fact")
    assert "<script>" not in made
    assert "&lt;script&gt;x&lt;/script&gt; &amp; co" in made


def test_an_id_with_a_space_has_a_valid_target() -> None:
    assert 'href="#ev-law%201"' in LINKS.link("law 1", "x")


@pytest.mark.parametrize(
    "url",
    ["http://a.example/b?c=1&d=%20#e", "https://undocs.org/S/RES/2270(2016)", "HTTPS://A.EXAMPLE"],
)
def test_plain_addresses_are_links(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None, "", "javascript:alert(1)", "data:text/html,x", "ftp://a.example", "//a.example", "https://",
        "https://japannews.yomiuri.co.jp (20240609-190941)", 'https://a.example/"onload=1', "https://a.example/\n",
        "https://[::1", "beyondparallel.csis.org", "java\tscript:x", "https://a.example/\u202egpj.exe",
    ],
)  # fmt: skip
def test_everything_else_stays_text(url: str | None) -> None:
    assert safe_url(url if url is None else url.replace("\n", "\n x")) is None


def test_only_the_official_text_is_called_read() -> None:
    assert mark("official_text") == "official text read"
    assert mark("recalled_check_text") == "written from memory: check the text before use"
    assert mark(None) == mark("not_stated") == "as reported by the source, not checked"
    assert mark("verified!") == "not checked (mark: verified!)"


def test_control_and_direction_characters_are_replaced() -> None:
    assert clean("A\u202eB\x00C\u2066") == "A\ufffdB\ufffdC\ufffd"
    assert clean("라진, Раджин, 羅津") == "라진, Раджин, 羅津"
    assert one_line("a\r\nb: c") == "a b: c"


def test_numbers_times_and_counts() -> None:
    assert [number(x) for x in (None, 0.0, 115.0, 2.5, 10000.0, -0.001)] == [
        "",
        "0",
        "115",
        "2.5",
        "10\u202f000",
        "-0",
    ]
    assert counted(1, "ship") == "1 ship"
    assert counted(0, "entry", "entries") == "0 entries"
    kst = datetime(2023, 10, 20, 11, 1, tzinfo=timezone(timedelta(hours=9)))
    assert moment(kst) == "2023-10-20 02:01 UTC"
    assert iso(kst) == "2023-10-20T02:01:00Z"
    assert span(datetime(2023, 1, 1, tzinfo=UTC), None) == "2023-01-01"


def test_natural_order() -> None:
    assert sorted(["G10", "G9", "G009b", "A", "10", "9"], key=natural) == [
        "9",
        "10",
        "A",
        "G9",
        "G009b",
        "G10",
    ]
    assert [r["a"] for r in sorted_rows([{"a": None}, {"a": "b2"}, {"a": "b10"}], "a")] == ["b2", "b10", None]
