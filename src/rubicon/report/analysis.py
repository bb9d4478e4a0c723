"""An analyst's text in a dossier: Markdown with references, written in `DIR/text.md`, accepted into `DIR/text.accepted.json`.

What is accepted goes into every later dossier of that folder; a draft does not. The text is read as CommonMark without
HTML and without pictures: nothing of it is markup but what the reader of Markdown makes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from rubicon.errors import InputMissing, InputTooLarge, UnknownFormat
from rubicon.report.evidence import canonical
from rubicon.report.references import PATTERN, Resolver, State, Value, states, values_of
from rubicon.report.text import Links, pieces, safe_url, typeset

DRAFT, ACCEPTED = "text.md", "text.accepted.json"
TEXT, REFERENCES = "text/text.md", "text/references.json"
"""Where both lie under `data/`."""
MAX_BYTES = 2_000_000
MAX_NESTING = 20


@dataclass(frozen=True)
class Analysis:
    """An accepted text, why it was last changed, and the state of its references in the case as it is now."""

    text: str
    why: str
    states: tuple[State, ...]

    def record(self) -> dict[str, Any]:
        """What the dossier keeps beside the text: each reference with the value accepted and the value now."""
        return {
            "why": self.why,
            "references": {
                each.reference: {
                    "status": each.status, "now": each.now.record() if each.now else None,
                    "accepted": each.accepted.record() if each.accepted else None,
                }
                for each in self.states
            },
        }  # fmt: skip


def read_draft(folder: Path) -> str:
    """The draft of a folder.

    Raises InputMissing when there is none, InputTooLarge above 2 MB, UnknownFormat for what is not UTF-8.
    """
    path = folder / DRAFT
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputMissing("no text here: rubicon text start DIR", place=str(path)) from error
    if len(content) > MAX_BYTES:
        raise InputTooLarge(f"is larger than {MAX_BYTES} bytes", place=str(path))
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UnknownFormat("is not UTF-8 text", place=str(path)) from error


def accepted(folder: Path) -> tuple[str, str, dict[str, Value]] | None:
    """Text, reason and values that were accepted last; None when none were.

    Raises UnknownFormat when the file is not one that was written here.
    """
    path = folder / ACCEPTED
    try:
        found = json.loads(path.read_bytes())
        return str(found["text"]), str(found["why"]), values_of(found["references"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnknownFormat(
            f"is no accepted text: {type(error).__name__} {error}", place=str(path)
        ) from error


def analysis_of(folder: Path, tables: Mapping[str, pa.Table]) -> Analysis | None:
    """The accepted text of a folder against the tables of a case."""
    found = accepted(folder)
    if found is None:
        return None
    text, why, values = found
    return Analysis(text, why, tuple(states(text, Resolver(tables), values)))


def place_text(analysis: Analysis | None, data: Path) -> None:
    """Write the accepted text and the state of its references into the bag's `data/`; nothing when there is no text."""
    if analysis is None:
        return
    (data / TEXT).parent.mkdir(exist_ok=True)
    (data / TEXT).write_bytes(analysis.text.encode())
    (data / REFERENCES).write_bytes(canonical(analysis.record()))


def render(analysis: Analysis, links: Links) -> Markup:
    """The text as markup for the page: references as values that lead to their finding, citations as links."""
    reader = _reader()
    tokens = reader.parse(analysis.text)
    by_name = {each.reference: each for each in analysis.states}
    for token in tokens:
        if token.type == "inline":
            token.children = [
                made for child in token.children or () for made in _inline(child, by_name, links)
            ]
        elif token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
    return Markup(reader.renderer.render(tokens, reader.options, {}))


@cache
def _reader() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING}).disable(
        ["image", "html_block", "html_inline"]
    )
    made.validateLink = lambda url: safe_url(url) is not None  # type: ignore[method-assign]
    return made


def _inline(token: Token, by_name: Mapping[str, State], links: Links) -> Iterator[Token]:
    """A piece of text with its references and citations as markup of ours; any other piece as it is."""
    if token.type != "text":
        yield token
        return
    made, at = Markup(""), 0
    for found in PATTERN.finditer(token.content):
        made += _cited(token.content[at : found.start()], links)
        made += _shown(by_name[found[0][1:-1]], links)
        at = found.end()
    made += _cited(token.content[at:], links)
    # Escaped above: the renderer writes this kind of piece as it is.
    yield Token("html_inline", "", 0, content=str(made))


def _cited(words: str, links: Links) -> Markup:
    made = Markup("")
    for part, ids in pieces(words, links.target):
        made += escape(typeset(part))
        if ids:
            made += Markup(' <span class="cite">[{}]</span>').format(links.links(ids, "the text"))
    return made


def _shown(state: State, links: Links) -> Markup:
    """The value now, a sentence with its citations; what is stale says so in words, not by colour alone."""
    if state.now is None:
        return Markup("<mark>[{}: not in this case any more]</mark>").format(typeset(state.reference))
    value = Markup("<b>{}</b>").format(typeset(state.now.text))
    if state.reference.endswith(".answer"):
        value = _cited(state.now.text, links)
    elif state.reference.startswith("finding:"):
        value = Markup('<a href="#finding-{}">{}</a>').format(state.now.row_id, value)
    if state.stale:
        value += Markup(" <mark>[{}]</mark>").format(typeset(f"since this was written: {state.told}"))
    return value
