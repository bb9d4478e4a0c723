"""What SAFE products share, Sentinel-1's and Sentinel-2's: a folder or a zip of XML and pictures, opened with limits."""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, XMLParser

from rubicon.errors import InputTooLarge, UnknownFormat

MAX_XML_BYTES = 64 << 20
MAX_MEMBERS = 10_000


def is_safe(path: Path) -> bool:
    """Whether a path looks like a product: a folder with a manifest, or a zip."""
    if path.is_dir():
        return (path / "manifest.safe").is_file()
    try:
        with path.open("rb") as handle:
            return handle.read(4) == b"PK\x03\x04"
    except OSError:
        return False


def members(path: Path) -> dict[str, str]:
    """Names of the product's files from its own root, with where to read them."""
    if path.is_dir():
        found = [p for p in path.rglob("*") if p.is_file()]
        return {p.relative_to(path).as_posix(): str(p) for p in found[:MAX_MEMBERS]}
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (OSError, zipfile.BadZipFile) as error:
        raise UnknownFormat("is neither a SAFE folder nor a zip", place=str(path)) from error
    if len(infos) > MAX_MEMBERS:
        raise InputTooLarge(f"{len(infos)} members, the limit is {MAX_MEMBERS}", place=str(path))
    for one in infos:
        if reason := _unsafe(one):
            raise UnknownFormat(f"{reason}: {one.filename[:80]!r}", place=str(path))
    folded = [one.filename.casefold() for one in infos]
    if len(set(folded)) < len(folded):
        raise UnknownFormat("a member stands in it twice, but for case perhaps", place=str(path))
    return {m.filename: m.filename for m in infos if not m.is_dir()}


def _unsafe(one: zipfile.ZipInfo) -> str:
    """Why a member is not taken; empty for one that is."""
    name = one.orig_filename
    if stat.S_ISLNK(one.external_attr >> 16):
        return "a member is a link"
    if name.startswith("/") or "\\" in name or "\0" in name or name[1:2] == ":" or ".." in name.split("/"):
        return "a member's name leads out of the archive"
    return ""


def document(path: Path, files: dict[str, str], name: str) -> Element:
    """Parse one XML file; a document type, which could define entities, is refused."""
    place = f"{path}/{name}"
    if path.is_dir():
        size = Path(files[name]).stat().st_size
        text = Path(files[name]).read_bytes() if size <= MAX_XML_BYTES else b""
    else:
        size, text = _member(path, name)
    if size > MAX_XML_BYTES:
        raise InputTooLarge(f"{size} bytes of XML, the limit is {MAX_XML_BYTES}", place=place)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise UnknownFormat("the document defines a type or entities", place=place)
    parser = XMLParser()
    try:
        parser.feed(text)
        root: Element = parser.close()
    except ParseError as error:
        raise UnknownFormat(f"the XML is broken: {error}", place=place) from error
    return root


def _member(path: Path, name: str) -> tuple[int, bytes]:
    """Declared size and content of a member, no content where it declares or holds more than is read."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = archive.getinfo(name).file_size
            if size > MAX_XML_BYTES:
                return size, b""
            with archive.open(name) as handle:
                text = handle.read(MAX_XML_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise UnknownFormat(f"a member does not unpack: {error}", place=f"{path}/{name}") from error
    return max(size, len(text)), text
