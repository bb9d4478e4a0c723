"""The words of a saved page, without running or loading anything of it."""

from __future__ import annotations

from html.parser import HTMLParser

from rubicon.errors import InputTooLarge

MAX_CHARS = 20_000_000
SILENT = frozenset(("script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "head"))
"""Elements whose content is not read; a page's own frames and scripts are never followed."""
BREAKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "tr",
        "ul",
    ]
)
VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)


class _Words(HTMLParser):
    """Collects text, one line a block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[list[str]] = [[]]
        self.title: list[str] = []
        self.open: list[str] = []

    @property
    def silent(self) -> bool:
        return any(tag in SILENT for tag in self.open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BREAKS:
            self.lines.append([])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in BREAKS:
            self.lines.append([])
        if tag in self.open:
            # What was left open inside an element ends with it.
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title":
            self.title.append(data)
        elif not self.silent:
            self.lines[-1].append(data)


def page_text(html: str) -> tuple[str, str]:
    """Title and words of an HTML page: one line for each block, spaces joined, nothing executed.

    Raises InputTooLarge for a page of more than 20 million characters.
    """
    if len(html) > MAX_CHARS:
        raise InputTooLarge(
            f"a page of {len(html):,} characters; at most {MAX_CHARS:,} are read", place="page"
        )
    words = _Words()
    words.feed(html)
    words.close()
    lines = (" ".join("".join(line).split()) for line in words.lines)
    return " ".join("".join(words.title).split()), "\n".join(line for line in lines if line)
