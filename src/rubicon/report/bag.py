"""A dossier as a BagIt 1.0 bag (RFC 8493): manifests of SHA-256 and SHA-512, no clock of its own, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from rubicon.errors import UsageError
from rubicon.provenance import sha256_file
from rubicon.report.text import one_line

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
MANIFEST_512, TAG_MANIFEST_512 = "manifest-sha512.txt", "tagmanifest-sha512.txt"
TAG_MANIFESTS = (TAG_MANIFEST, TAG_MANIFEST_512)
PAGE_TAG = "Verify-Page-SHA256"
"""Tag that holds the hash of `VERIFY.md` with zeros in place of the fingerprint, which is not known before the bag is sealed."""
BLANK = "0" * 64


def manifest_text(entries: Mapping[str, str]) -> str:
    """Lines `digest  path`, sorted by path, in the form that `sha256sum -c` reads."""
    return "".join(f"{entries[name]}  {name}\n" for name in sorted(entries))


def payload(root: Path) -> list[Path]:
    """All files under `data/`, sorted by path."""
    return sorted(path for path in (root / "data").rglob("*") if path.is_file())


def seal(root: Path, info: Mapping[str, str]) -> str:
    """Write the tag files of a bag around its `data/` folder; gives the SHA-256 of the tag manifest.

    That hash is the fingerprint of the whole bag: any change to any file of it changes the fingerprint.
    """
    files = payload(root)
    oxum = f"{sum(path.stat().st_size for path in files)}.{len(files)}"
    tags = {**info, "Payload-Oxum": oxum}
    _write(root / "bagit.txt", DECLARATION)
    _write(root / "bag-info.txt", "".join(f"{key}: {one_line(tags[key])}\n" for key in sorted(tags)))
    _write(root / MANIFEST, manifest_text({_name(path, root): sha256_file(path) for path in files}))
    _write(root / MANIFEST_512, manifest_text({_name(path, root): sha512_file(path) for path in files}))
    named = ("bagit.txt", "bag-info.txt", MANIFEST, MANIFEST_512)
    made = {name: sha256_file(root / name) for name in named}
    _write(root / TAG_MANIFEST, manifest_text(made))
    _write(root / TAG_MANIFEST_512, manifest_text({name: sha512_file(root / name) for name in named}))
    return hashlib.sha256(manifest_text(made).encode()).hexdigest()


def page_hash(page: str, fingerprint: str) -> str:
    """SHA-256 of `VERIFY.md` with zeros in place of the fingerprint."""
    return hashlib.sha256(page.replace(fingerprint, BLANK).encode()).hexdigest()


def sha512_file(path: Path) -> str:
    """SHA-512 of a file's bytes, in hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha512").hexdigest()


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A fresh folder beside `target` that takes its place when the block ends without an error.

    Until then an older dossier stays as it was. Raises UsageError when `target` is something that
    Rubicon did not write: it is never deleted.
    """
    if target.is_symlink() or (target.exists() and not (target / "bagit.txt").is_file()):
        raise UsageError("exists and is not a dossier; it is left alone", place=str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = target.with_name(f".{target.name}-{uuid4().hex[:12]}")
    old = staging.with_suffix(".old")
    staging.mkdir()
    try:
        yield staging
        if target.exists():
            target.rename(old)
        staging.rename(target)
    finally:
        if old.exists() and not target.exists():
            old.rename(target)
        shutil.rmtree(staging, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it, so that a reader never sees a part."""
    temporary = path.with_name(f".{path.name}-{uuid4().hex[:12]}")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
