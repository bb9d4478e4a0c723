"""Cuts a stream of text into blocks of whole records, in bounded memory."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from rubicon.collect.opening import Stream
from rubicon.errors import InputTooLarge, TruncatedInput

BLOCK_BYTES = 1 << 25
"""32 MiB: some 700,000 short rows, a few hundred MB of memory at the peak."""
MAX_RECORD_BYTES = 1 << 20
"""1 MiB: no row of a feed comes near; a quote that is never closed does."""
ENCODINGS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LOSSY = "some bytes are not {encoding} text and were replaced by the replacement character; numbers are not affected"


@dataclass
class TextBlocks:
    """Blocks of UTF-8 text that end where a record ends.

    `delimiter` empty: a record is a line. Otherwise records follow RFC 4180: a quote at the start of a
    field hides line ends until it is closed. `line` is the line where the next block begins.
    """

    stream: Stream
    place: str
    delimiter: bytes = b""
    line: int = 1
    notes: list[str] = field(default_factory=list)
    block_bytes: int = field(default_factory=lambda: BLOCK_BYTES)

    def chunks(self) -> Iterator[bytes]:
        """Text as UTF-8, cut anywhere; old Macintosh line ends become line feeds."""
        head = self.stream.peek(4)[:4]
        encoding = next((name for mark, name in ENCODINGS if head.startswith(mark)), "")
        if head.startswith(codecs.BOM_UTF8):
            self.stream.read(len(codecs.BOM_UTF8))
        decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding else None
        returns = None
        while data := self.stream.read(self.block_bytes):
            if decoder:
                data = self._transcoded(decoder.decode(data, len(data) < self.block_bytes), encoding)
            if returns is None:
                returns = b"\r" in data and b"\n" not in data
            yield data.replace(b"\r", b"\n") if returns else data

    def records(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Blocks of whole records.

        Raises InputTooLarge for a record over `MAX_RECORD_BYTES` and TruncatedInput for a quote that the
        file never closes, each with the line where it begins.
        """
        tail = b""
        for chunk in chunks:
            data = tail + chunk
            cut = self._cut(data)
            block, tail = data[:cut], data[cut:]
            if len(tail) > MAX_RECORD_BYTES:
                raise self._too_long(self.line + block.count(b"\n"))
            if block:
                yield self._utf8(block)
                self.line += block.count(b"\n")
        if tail:
            if self.delimiter and (opened := self._quoted(tail)) and not opened[-1][2]:
                line = self.line + tail.count(b"\n", 0, opened[-1][0] + 1)
                raise TruncatedInput("a quote is opened here and never closed", place=f"{self.place}:{line}")
            yield self._utf8(tail)

    def _cut(self, data: bytes) -> int:
        """Where the last whole record ends."""
        cut = data.rfind(b"\n") + 1
        octets = np.frombuffer(data, np.uint8, cut)
        ends = np.flatnonzero(octets == ord("\n"))
        if cut and (longest := np.diff(ends, prepend=-1)).max() > MAX_RECORD_BYTES:
            raise self._too_long(self.line + int(longest.argmax()))
        if not self.delimiter or b'"' not in data:
            return cut
        inside = np.cumsum(octets == ord('"'), dtype=np.uint8)[ends] & 1
        return self._cut_outside_quotes(data, cut) if inside.any() else cut

    def _cut_outside_quotes(self, data: bytes, cut: int) -> int:
        for start, end, _ in reversed(self._quoted(data)):
            if end - start > MAX_RECORD_BYTES:
                raise self._too_long(self.line + data.count(b"\n", 0, start + 1))
            if start < cut - 1 < end:
                cut = data.rfind(b"\n", 0, start + 1) + 1
        return cut

    def _quoted(self, data: bytes) -> list[tuple[int, int, bool]]:
        """Quoted fields that hold a line end or stay open: start, end, whether closed."""
        before = re.escape(self.delimiter) + rb"\n\r"
        fields = re.compile(rb'(?:\A|[%b])"((?:[^"]++|"")*+)("?)' % before)
        return [
            (m.start(), m.end(), bool(m[2]))
            for m in fields.finditer(data)
            if not m[2] or data.find(b"\n", m.start(1), m.end(1)) >= 0
        ]

    def _too_long(self, line: int) -> InputTooLarge:
        hint = "; a quote that is never closed?" if self.delimiter else ""
        return InputTooLarge(
            f"the record that begins here is over {MAX_RECORD_BYTES} bytes{hint}",
            place=f"{self.place}:{line}",
        )

    def _transcoded(self, text: str, encoding: str) -> bytes:
        self._note(f"the file was read as {encoding.upper()}, as its byte-order mark says")
        if "\ufffd" in text:
            self._note(LOSSY.format(encoding=encoding.upper()))
        return text.encode("utf-8", "replace")

    def _utf8(self, block: bytes) -> bytes:
        """The block itself when it is UTF-8, else with what is not replaced."""
        if block.isascii():
            return block
        try:
            block.decode()
        except UnicodeDecodeError:
            self._note(LOSSY.format(encoding="UTF-8"))
            return block.decode("utf-8", "replace").encode()
        return block

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)
