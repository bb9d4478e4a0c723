"""Opens a file safely: compression seen through, size bounded, damage named with its place.

gzip, bzip2 and Zstandard are recognised by their first bytes, never by the file's name; several
members one after another, of one kind or mixed, read as one stream. Memory stays at some chunks.

Zero padding after gzip or bzip2 data is part of the convention and skipped. Other bytes after the last
member are not read: the data before them was complete and its checksum held. The stream's `notes` say
where they begin and how many they are, and readers pass the note on. After Zstandard data they are an error.
"""

from __future__ import annotations

import bz2
import io
import stat
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from rubicon.errors import EmptyInput, InputMissing, InputTooLarge, TruncatedInput

MAX_BYTES = 1 << 36
"""64 GiB of decompressed content: more than a month of a national AIS archive in one file."""
MAX_RATIO = 200
"""Tracks and NMEA logs shrink 3 to 30 times; a file that grows 200 times is made to exhaust a machine."""
RATIO_FREE_BYTES = 1 << 26
"""Below 64 MiB of content the ratio is not judged."""
CHUNK_BYTES = 1 << 18
MAGIC_BYTES = 4


class Stream(io.BufferedReader):
    """Decompressed bytes of one file; `notes` are sentences that the user must see, complete at the end."""

    def __init__(self, raw: io.RawIOBase, notes: list[str]) -> None:
        super().__init__(raw, CHUNK_BYTES)
        self._notes = notes

    @property
    def notes(self) -> tuple[str, ...]:
        """How the file was read, as far as it was read."""
        return tuple(self._notes)


def open_stream(path: Path, *, max_bytes: int = MAX_BYTES) -> Stream:
    """Open a file for reading bytes, decompressed; a context manager, not seekable when compressed.

    Raises InputMissing (no such file, a folder, a device), EmptyInput (no content, also after
    decompression) and InputTooLarge (a plain file over `max_bytes`). Reading raises TruncatedInput with
    the byte position in the compressed file when data end early or are corrupt, and InputTooLarge when
    they grow over `max_bytes` or more than `MAX_RATIO` times.
    """
    size = _size(path)
    try:
        handle = path.open("rb", buffering=0)
    except OSError as error:
        raise InputMissing(error.strerror or "cannot be opened", place=str(path)) from error
    with ExitStack() as unless_returned:
        stream = unless_returned.enter_context(_stream(handle, path, size, max_bytes))
        if not stream.peek(1):
            raise EmptyInput("the file has no content after decompression", place=str(path))
        unless_returned.pop_all()
    return stream


def _size(path: Path) -> int:
    try:
        about = path.stat()
    except (OSError, ValueError) as error:
        raise InputMissing(getattr(error, "strerror", None) or "cannot be opened", place=str(path)) from error
    if not stat.S_ISREG(about.st_mode):
        raise InputMissing("is not a regular file", place=str(path))
    if about.st_size == 0:
        raise EmptyInput("the file has no content", place=str(path))
    return about.st_size


def _stream(handle: io.FileIO, path: Path, size: int, max_bytes: int) -> Stream:
    """Wrap an open file: as it is, or decompressed and counted."""
    source, notes = _Compressed(handle, path, size), list[str]()
    if compression(source.peek()) == "":
        if size > max_bytes:
            handle.close()
            raise InputTooLarge(f"{size} bytes, the limit is {max_bytes}", place=str(path))
        handle.seek(0)
        return Stream(handle, notes)
    return Stream(_Chunks(handle, _limited(_members(source, notes), source, max_bytes)), notes)


def compression(head: bytes) -> str:
    """Kind of compression that the first bytes tell: gzip, bzip2, zstd, or empty for none."""
    if head[:2] == b"\x1f\x8b":
        return "gzip"
    if head[:3] == b"BZh" and head[3:4].isdigit():
        return "bzip2"
    skippable = head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5
    return "zstd" if head[:4] == b"\x28\xb5\x2f\xfd" or skippable else ""


class _Compressed:
    """The file's own bytes, with push-back and a count of those used; file-like enough for Arrow."""

    closed = False

    def __init__(self, handle: io.FileIO, path: Path, size: int) -> None:
        self.handle, self.path, self.size = handle, path, size
        self.pushed, self.position = b"", 0

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        data = self.pushed or self.handle.read(max(size, MAGIC_BYTES)) or b""
        data, self.pushed = data[:size], data[size:]
        self.position += len(data)
        return data

    def push(self, data: bytes) -> None:
        self.pushed = data + self.pushed
        self.position -= len(data)

    def peek(self) -> bytes:
        while len(self.pushed) < MAGIC_BYTES and (more := self.handle.read(CHUNK_BYTES)):
            self.pushed += more
        return self.pushed[:MAGIC_BYTES]

    def skip_zeros(self) -> None:
        while (data := self.read()) and not (rest := data.lstrip(b"\0")):
            pass
        if data:
            self.push(rest)

    def close(self) -> None:
        """Arrow closes what it reads; the file belongs to the stream above."""

    def damaged(self, reason: str) -> TruncatedInput:
        return TruncatedInput(reason, place=f"{self.path} at byte {self.position}")


class _Chunks(io.RawIOBase):
    """A raw stream over an iterator of chunks; closes the file beneath."""

    def __init__(self, handle: io.FileIO, chunks: Iterator[bytes]) -> None:
        self.handle, self.chunks, self.left = handle, chunks, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.left:
            chunk = next(self.chunks, None)
            if chunk is None:
                return 0
            self.left = memoryview(chunk)
        count = min(len(buffer), len(self.left))
        buffer[:count], self.left = self.left[:count], self.left[count:]
        return count

    def close(self) -> None:
        self.handle.close()
        super().close()


def _limited(chunks: Iterator[bytes], source: _Compressed, max_bytes: int) -> Iterator[bytes]:
    """Pass chunks on until they are more than is believable."""
    total, place = 0, str(source.path)
    for chunk in chunks:
        total += len(chunk)
        if total > max_bytes:
            raise InputTooLarge(f"more than {max_bytes} bytes after decompression", place=place)
        if total > RATIO_FREE_BYTES and total > MAX_RATIO * source.position:
            raise InputTooLarge(
                f"{source.position} compressed bytes grew more than {MAX_RATIO} times", place=place
            )
        yield chunk


def _members(source: _Compressed, notes: list[str]) -> Iterator[bytes]:
    """Decompress members one after another until the file ends or no member begins."""
    while kind := compression(source.peek()):
        if kind == "zstd":
            yield from _zstd(source)
        else:
            yield from _member(source, kind)
            source.skip_zeros()
    if source.peek():
        left = source.size - source.position
        notes.append(
            f"{left} bytes after the end of the compressed data, from byte {source.position} on, were not read"
        )


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """zlib's decoder with the manner of bz2's: it keeps the input that it has not used yet."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)


def _member(source: _Compressed, kind: str) -> Iterator[bytes]:
    """Decompress one gzip or bzip2 member and push back what follows it."""
    decoder: _Decoder = _Gzip() if kind == "gzip" else bz2.BZ2Decompressor()
    out = b""
    while not decoder.eof:
        data = b"" if len(out) == CHUNK_BYTES else source.read()
        if not data and len(out) < CHUNK_BYTES:
            raise source.damaged(f"the {kind} data end before their end mark")
        try:
            out = decoder.decompress(data, CHUNK_BYTES)
        except (zlib.error, OSError) as error:
            raise source.damaged(f"the {kind} data are corrupt: {error}") from error
        if out:
            yield out
    source.push(decoder.unused_data)


def _zstd(source: _Compressed) -> Iterator[bytes]:
    """Decompress the rest of the file as Zstandard frames."""
    with pa.CompressedInputStream(pa.PythonFile(source, mode="r"), "zstd") as stream:
        while True:
            try:
                out = stream.read(CHUNK_BYTES)
            except (pa.ArrowInvalid, OSError) as error:
                raise source.damaged(f"the zstd data are truncated or corrupt: {error}") from error
            if not out:
                return
            yield out
