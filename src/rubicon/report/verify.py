"""Verify a dossier: every byte of the bag against its manifests, and the copies beside it.

Takes the bag's root, a folder that contains `dossier/`, or a zip of either. Nothing is unpacked to disk.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple, Protocol

from rubicon.errors import InputMissing, InputTooLarge, UnknownFormat
from rubicon.report.bag import (
    DECLARATION,
    MANIFEST,
    MANIFEST_512,
    PAGE_TAG,
    TAG_MANIFEST,
    TAG_MANIFEST_512,
    TAG_MANIFESTS,
    manifest_text,
    page_hash,
)
from rubicon.report.chain import Check, beside_checks, crate_checks, custody_checks
from rubicon.report.evidence import INDEX

MAX_ZIP_BYTES = 20_000_000_000
MAX_ZIP_RATIO = 1000
MAX_JSON_BYTES = 1_000_000_000
KEPT_OUT = "whose rights keep them out"
RESERVED = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{d}{i}" for d in ("COM", "LPT") for i in range(1, 10))})
_LINE = re.compile(r"([0-9a-fA-F]{64}|[0-9a-fA-F]{128})[ \t]+\*?(.+)")


class Digest(NamedTuple):
    """What a file's bytes come to; for one that cannot be read, words that match no hash."""

    sha256: str
    sha512: str
    size_bytes: int


@dataclass(frozen=True)
class Verification:
    """All that was checked, in order; `fingerprint` is the SHA-256 of the tag manifest."""

    checked: tuple[Check, ...]
    fingerprint: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return all(check.ok for check in self.checked)


class Reader(Protocol):
    """Files by relative name, in a folder or a zip."""

    def names(self) -> list[str]:
        """All files, sorted, as paths with forward slashes."""

    def odd(self) -> list[Check]:
        """Entries that no bag may hold: links, unsafe or repeated names."""

    def open(self, name: str) -> IO[bytes]:
        """The bytes of a file."""


class FolderReader:
    """A bag in a folder; links and special files are reported and not read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        found = [path for path in sorted(root.rglob("*")) if path.is_symlink() or not path.is_dir()]
        self.strange = [path for path in found if path.is_symlink() or not path.is_file()]
        self.files = [path for path in found if path.is_file() and not path.is_symlink()]

    def names(self) -> list[str]:
        """All plain files."""
        return [path.relative_to(self.root).as_posix() for path in self.files]

    def odd(self) -> list[Check]:
        """Links and special files."""
        return [
            Check(path.relative_to(self.root).as_posix(), False, "is no plain file") for path in self.strange
        ]

    def open(self, name: str) -> IO[bytes]:
        """The bytes of a file."""
        return (self.root / name).open("rb")


class ZipReader:
    """A bag in a zip, read in place; names that would leave the folder are reported and never used."""

    def __init__(self, archive: zipfile.ZipFile, prefix: str = "") -> None:
        self.archive, self.prefix = archive, prefix
        self.files = [
            info for info in archive.infolist() if not info.is_dir() and info.filename.startswith(prefix)
        ]

    def names(self) -> list[str]:
        """All files under the prefix that have a safe name."""
        return sorted({self._name(info) for info in self.files if not unsafe(self._name(info))})

    def odd(self) -> list[Check]:
        """Unsafe and repeated names, links."""
        count = Counter(self._name(info) for info in self.files)
        made = [
            Check(name, False, "is a name that leaves the folder") for name in sorted(count) if unsafe(name)
        ]
        made += [Check(name, False, "stands twice in the zip") for name in sorted(count) if count[name] > 1]
        links = [info for info in self.files if stat.S_ISLNK(info.external_attr >> 16)]
        return made + [Check(self._name(info), False, "is no plain file") for info in links]

    def open(self, name: str) -> IO[bytes]:
        """The bytes of a file."""
        return self.archive.open(self.prefix + name)

    def _name(self, info: zipfile.ZipInfo) -> str:
        return info.filename.removeprefix(self.prefix)


def unsafe(name: str) -> bool:
    """Whether a path is absolute, leaves its folder, or is not written in one plain way."""
    path = PurePosixPath(name)
    return (
        not name
        or "\\" in name
        or ":" in name
        or path.is_absolute()
        or ".." in path.parts
        or str(path) != name
    )


def verify(path: Path) -> Verification:
    """Check a dossier; every changed, missing or extra file is named.

    Raises InputMissing when there is nothing at the path, UnknownFormat and InputTooLarge for a zip that
    cannot be read or is larger than the limits. That a dossier is not as it was is no error but a
    Verification that is not `ok`.
    """
    if path.is_dir():
        root = path / "dossier" if (path / "dossier").is_dir() else path
        beside = root.parent if root.name == "dossier" else None
        return _verify(FolderReader(root), FolderBeside(beside))
    if not path.is_file():
        raise InputMissing("no such file or folder", place=str(path))
    try:
        with zipfile.ZipFile(path) as archive:
            return _verify_zip(archive, path)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnknownFormat(
            f"is neither a folder nor a zip that can be read: {error}", place=str(path)
        ) from error


def _verify_zip(archive: zipfile.ZipFile, path: Path) -> Verification:
    total = sum(info.file_size for info in archive.infolist())
    if total > MAX_ZIP_BYTES or total > MAX_ZIP_RATIO * max(path.stat().st_size, 1):
        raise InputTooLarge(f"the zip declares {total} bytes", place=str(path))
    roots = {
        info.filename.rpartition("bagit.txt")[0]
        for info in archive.infolist()
        if info.filename.endswith("bagit.txt")
    }
    prefix = min(roots, key=lambda each: (len(each), each), default="")
    around = prefix.removesuffix("dossier/") if prefix.endswith("dossier/") else None
    return _verify(ZipReader(archive, prefix), ZipBeside(archive, around))


class Beside(Protocol):
    """The copies that lie beside a bag."""

    def read(self, name: str) -> bytes | None:
        """A file beside the bag, when it is there."""


@dataclass(frozen=True)
class ZipBeside:
    """What lies beside the bag in a zip; `around` is the folder that holds both, None when the bag stands alone."""

    archive: zipfile.ZipFile
    around: str | None

    def read(self, name: str) -> bytes | None:
        """A file beside the bag, when it is there and can be read."""
        if self.around is None or self.around + name not in self.archive.namelist():
            return None
        try:
            return self.archive.read(self.around + name)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            return f"cannot be read ({error})".encode()


@dataclass(frozen=True)
class FolderBeside:
    """The folder around the bag, with the copies that lie beside it; None when there is none."""

    folder: Path | None

    def read(self, name: str) -> bytes | None:
        """A file beside the bag, when it is there."""
        path = self.folder / name if self.folder else None
        return path.read_bytes() if path and path.is_file() else None


def _verify(reader: Reader, beside: Beside) -> Verification:
    """The checks, in the order in which a reader would make them by hand."""
    names = set(reader.names())
    read = {name: _digest(reader, name) for name in sorted(names)}
    digests = {name: made.sha256 for name, made in read.items()}
    longer = {name: made.sha512 for name, made in read.items()}
    sizes = {name: made.size_bytes for name, made in read.items() if name.startswith("data/")}
    checked = [*reader.odd(), *_clashes(names), *_declaration(reader, names)]
    payload = {name for name in names if name.startswith("data/")}
    own = names - payload - set(TAG_MANIFESTS)
    for manifest, present, hashes in (
        (MANIFEST, payload, digests),
        (TAG_MANIFEST, own, digests),
        (MANIFEST_512, payload, longer),
        (TAG_MANIFEST_512, own, longer),
    ):
        entries, lines = _manifest(reader, manifest, names)
        checked += lines
        checked += _compare(entries, hashes, present, manifest)
    checked += _oxum(reader, names, sizes)
    checked += _index(reader, digests)
    facts = {name: (made.sha256, made.size_bytes) for name, made in read.items()}
    checked += crate_checks(lambda name: _bytes(reader, name), names, facts)
    checked += custody_checks(lambda name: _bytes(reader, name), names, facts)
    fingerprint = digests.get(TAG_MANIFEST, "")
    tags = _bytes(reader, TAG_MANIFEST) if TAG_MANIFEST in names else b""
    checked += _beside(reader, names, beside, fingerprint)
    checked += beside_checks(beside.read, lambda name: _bytes(reader, name), digests, tags)
    return Verification(tuple(checked), fingerprint)


def _bytes(reader: Reader, name: str) -> bytes:
    """A file's bytes up to the limit; nothing when it cannot be read, which its hash has told already."""
    try:
        with reader.open(name) as handle:
            return handle.read(MAX_JSON_BYTES)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
        return b""


def _clashes(names: set[str]) -> Iterator[Check]:
    """Names that a file system of another kind could not keep apart or could not hold."""
    by_fold: dict[str, list[str]] = {}
    for name in sorted(names):
        by_fold.setdefault(name.casefold(), []).append(name)
        parts = [part.split(".")[0].upper() for part in PurePosixPath(name).parts]
        if any(part in RESERVED for part in parts) or name.endswith((".", " ")):
            yield Check(name, False, "is a name that Windows keeps for itself")
    for same in by_fold.values():
        if len(same) > 1:
            yield Check(same[1], False, f"differs from {same[0]} by case alone")


def _digest(reader: Reader, name: str) -> Digest:
    """Hashes and size of a file; a file that cannot be read to its end has no hash that matches."""
    digest, longer, size = hashlib.sha256(), hashlib.sha512(), 0
    try:
        with reader.open(name) as handle:
            while chunk := handle.read(1 << 20):
                digest.update(chunk)
                longer.update(chunk)
                size += len(chunk)
        return Digest(digest.hexdigest(), longer.hexdigest(), size)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        return Digest(f"cannot be read ({error})", f"cannot be read ({error})", size)


def _text(reader: Reader, name: str) -> str:
    with reader.open(name) as handle:
        return handle.read(MAX_JSON_BYTES).decode("utf-8", errors="replace")


def _declaration(reader: Reader, names: set[str]) -> Iterator[Check]:
    """`bagit.txt` as BagIt 1.0 wants it, and no `fetch.txt`, which would send the reader to the network."""
    if "bagit.txt" not in names:
        yield Check("bagit.txt", False, "is missing: this is no bag")
    else:
        good = _text(reader, "bagit.txt") == DECLARATION
        yield Check("bagit.txt", good, "" if good else "does not declare BagIt 1.0 in UTF-8")
    if "fetch.txt" in names:
        yield Check("fetch.txt", False, "is refused: a dossier holds all its bytes")


def _manifest(reader: Reader, name: str, names: set[str]) -> tuple[dict[str, str], list[Check]]:
    """Entries of a manifest and what is wrong with the manifest itself."""
    if name not in names:
        return {}, [Check(name, False, "is missing")]
    text, entries, wrong = _text(reader, name), {}, []
    for number, line in enumerate(text.splitlines(), start=1):
        found = _LINE.fullmatch(line)
        if not found or len(found[1]) != (128 if "sha512" in name else 64):
            wrong.append(Check(name, False, f"line {number} is not a hash and a path"))
        elif unsafe(found[2]) or (name in (MANIFEST, MANIFEST_512)) != found[2].startswith("data/"):
            wrong.append(Check(name, False, f"line {number} names {found[2]!r}, a path outside its place"))
        elif found[2] in entries:
            wrong.append(Check(name, False, f"line {number} names {found[2]!r} again"))
        else:
            entries[found[2]] = found[1].lower()
    if not wrong and text != manifest_text(entries):
        wrong.append(Check(name, False, "is not in the form in which it was written"))
    return entries, wrong or [Check(name, True)]


def _compare(
    entries: dict[str, str], digests: dict[str, str], present: set[str], manifest: str
) -> Iterator[Check]:
    """Each named file against its hash, and each file that no line names."""
    for name in sorted(entries.keys() | present):
        if name not in present:
            yield Check(name, False, f"is missing; {manifest} names it")
        elif name not in entries:
            yield Check(name, False, f"is extra: {manifest} does not name it")
        else:
            same = digests[name] == entries[name]
            yield Check(
                name,
                same,
                "" if same else f"is changed: its hash is {digests[name]}, {manifest} says {entries[name]}",
            )


def _oxum(reader: Reader, names: set[str], sizes: dict[str, int]) -> Iterator[Check]:
    """The number of bytes and files that `bag-info.txt` states."""
    if "bag-info.txt" not in names:
        yield Check("bag-info.txt", False, "is missing")
        return
    true = f"{sum(sizes.values())}.{len(sizes)}"
    found = re.search(r"^Payload-Oxum: (\S+)$", _text(reader, "bag-info.txt"), re.MULTILINE)
    said = found[1] if found else "nothing"
    yield Check(
        "Payload-Oxum",
        said == true,
        "" if said == true else f"bag-info.txt says {said}, the payload is {true}",
    )


def _index(reader: Reader, digests: dict[str, str]) -> Iterator[Check]:
    """The hashes that `index.json` names: of included files, of records in place of files, of evidence."""
    if INDEX not in digests:
        yield Check(INDEX, False, "is missing")
        return
    try:
        index = json.loads(_text(reader, INDEX))
        files = {each["path"]: each for each in index["files"]}
        for path, each in sorted(files.items()):
            yield _file(reader, digests, path, each)
        wrong = [
            row["evidence_id"]
            for row in index["evidence"]
            if row["file"] and files[row["file"]]["sha256"] != row["sha256"]
        ]
        yield from withheld_inside(index, digests)
    except (ValueError, KeyError, TypeError) as error:
        yield Check(INDEX, False, f"cannot be read: {type(error).__name__} {error}")
        return
    reason = f"names another hash than the file's own for {', '.join(map(str, wrong[:10]))}" if wrong else ""
    yield Check(f"{INDEX}: {len(index['evidence'])} pieces of evidence", not wrong, reason)


def withheld_inside(index: Mapping[str, Any], digests: Mapping[str, str]) -> Iterator[Check]:
    """Files of the payload that hold the very bytes that a licence keeps out."""
    closed = {each["sha256"]: each["name"] for each in index["files"] if each["bytes"] != "included"}
    for name, sha256 in digests.items():
        if name.startswith("data/") and sha256 in closed:
            yield Check(name, False, f"holds the bytes of {closed[sha256]}, {KEPT_OUT}")


def _file(reader: Reader, digests: dict[str, str], path: str, each: dict[str, Any]) -> Check:
    """One file of the index: its bytes, or the record that stands in their place, carry its hash."""
    name = f"{INDEX}: {path}"
    if path not in digests:
        return Check(name, False, "the file is missing")
    said = digests[path] if each["bytes"] == "included" else json.loads(_text(reader, path))["sha256"]
    return Check(
        name,
        said == each["sha256"],
        "" if said == each["sha256"] else f"the index says {each['sha256']}, the bag {said}",
    )


def _beside(reader: Reader, names: set[str], beside: Beside, fingerprint: str) -> Iterator[Check]:
    """The copy of `findings.json` beside the bag, and the fingerprint in `VERIFY.md`."""
    copy = beside.read("findings.json")
    if copy is not None and "data/findings.json" in names:
        with reader.open("data/findings.json") as handle:
            same = handle.read() == copy
        yield Check("../findings.json", same, "" if same else "differs from data/findings.json in the bag")
    words = beside.read("VERIFY.md")
    if words is not None:
        reason = _page(words, _text(reader, "bag-info.txt") if "bag-info.txt" in names else "", fingerprint)
        yield Check("../VERIFY.md", not reason, reason)


def _page(words: bytes, info: str, fingerprint: str) -> str:
    """What is wrong with `VERIFY.md`; nothing when it names the bag and is the page that was written for it."""
    if not fingerprint or fingerprint.encode() not in words:
        return f"does not name this bag's fingerprint, {fingerprint or 'none'}"
    stated = re.search(rf"^{PAGE_TAG}: ([0-9a-f]{{64}})$", info, re.MULTILINE)
    if stated and stated[1] != page_hash(words.decode("utf-8", errors="replace"), fingerprint):
        return "is changed: bag-info.txt holds another hash for it"
    return ""
