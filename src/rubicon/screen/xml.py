"""XML that a stranger wrote, read without letting it read or expand anything.

A file is refused when it declares a document type or an entity (billion laughs, quadratic blow-up, external entities), when
it includes other files (XInclude), when it is not UTF-8 (a search for declarations would not see them), when it nests
deeper than any real list, or when its root or namespace is another. Entries are freed once read: memory holds one.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

from rubicon.errors import InputTooLarge, ListError
from rubicon.provenance import SourceFile
from rubicon.screen.bounds import check_size

MAX_DEPTH = 24
MAX_BYTES = 256_000_000
"""The largest list in use, OFAC's advanced XML, has some 120 MB."""
MAX_TEXT = 1_000_000
"""Characters of one element's text."""

_FORBIDDEN = re.compile(rb"<!\s*(DOCTYPE|ENTITY)|(XInclude)", re.IGNORECASE)
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([\w.-]+)[\"']")
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Shape:
    """What the reader expects: names of the root, accepted namespaces (empty: none), names of the entries."""

    roots: tuple[str, ...]
    entries: tuple[str, ...]
    namespaces: tuple[str, ...] = ("",)


def entries(file: SourceFile, shape: Shape) -> Iterator[tuple[str, ET.Element]]:
    """The root's start (with its attributes), then each entry, by local name; an entry is emptied after its turn.

    Raises ListError with the place for what must not be read and for another root or namespace, InputTooLarge over
    the limit of bytes.
    """
    _refuse_declarations(file)
    depth, started = 0, False
    try:
        for event, element in ET.iterparse(file.path, events=("start", "end")):
            namespace, name = _split(element.tag)
            depth += 1 if event == "start" else -1
            if depth > MAX_DEPTH:
                raise ListError(f"elements nest deeper than {MAX_DEPTH}", place=str(file.path))
            if event == "start" and not started:
                started = True
                _check_root(namespace, name, shape, file)
                yield name, element
            elif event == "end" and name in shape.entries and namespace in shape.namespaces:
                yield name, strip(element)
                element.clear()
    except ET.ParseError as error:
        raise ListError(f"is not XML: {error}", place=str(file.path)) from error


def strip(element: ET.Element) -> ET.Element:
    """The element and all below it without namespaces in their names."""
    for one in element.iter():
        if isinstance(one.tag, str):
            one.tag = _split(one.tag)[1]
        if one.text and len(one.text) > MAX_TEXT:
            one.text = one.text[:MAX_TEXT]
    return element


def text(element: ET.Element | None, path: str = "") -> str | None:
    """The text of a child, one space between words; null when it is absent or empty."""
    found = (
        element.findtext(path)
        if element is not None and path
        else element.text
        if element is not None
        else None
    )
    return " ".join((found or "").split()) or None


def texts(element: ET.Element, name: str) -> list[str]:
    """Texts of all elements of that name below, empty ones left out, each once."""
    return list(dict.fromkeys(filter(None, (text(one) for one in element.iter(name)))))


def _check_root(namespace: str, name: str, shape: Shape, file: SourceFile) -> None:
    if name not in shape.roots:
        raise ListError(
            f"root element {name!r}, expected {' or '.join(map(repr, shape.roots))}", place=str(file.path)
        )
    if namespace not in shape.namespaces:
        known = " or ".join(repr(one) for one in shape.namespaces)
        raise ListError(
            f"namespace {namespace!r}, expected {known}: the schema changed", place=str(file.path)
        )


def _refuse_declarations(file: SourceFile) -> None:
    check_size(file)
    if file.size_bytes > MAX_BYTES:
        raise InputTooLarge(f"{file.size_bytes} bytes, limit {MAX_BYTES}", place=str(file.path))
    with file.path.open("rb") as handle:
        before, at = b"", 0
        while block := handle.read(_BLOCK):
            if not at:
                stated = _ENCODING.search(block[:200])
                if stated and stated.group(1).lower() not in (b"utf-8", b"us-ascii"):
                    raise ListError("is not UTF-8 text", place=str(file.path))
            data = before + block
            if b"\0" in data:
                raise ListError("is not UTF-8 text", place=str(file.path))
            if found := _FORBIDDEN.search(data):
                what = (found.group(1) or found.group(2)).decode()
                place = at - len(before) + found.start()
                raise ListError(f"declares a {what} at byte {place}", place=str(file.path))
            before, at = data[-64:], at + len(block)


def _split(tag: str) -> tuple[str, str]:
    namespace, brace, name = tag.rpartition("}")
    return (namespace.removeprefix("{"), name) if brace else ("", tag)
