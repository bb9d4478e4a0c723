"""A remote file as a file object: only the parts that are read travel, each through the pinned fetcher."""

from __future__ import annotations

import io
from collections.abc import Mapping

from rubicon.collect.fetch import Limits, fetch_part
from rubicon.errors import FetchRefused, RubiconError

BLOCK = 1 << 16


class RemoteFile(io.RawIOBase):
    """Read-only and seekable; bytes come in blocks of 64 KiB, runs of blocks in one request, and are kept.

    The libraries that read from it cannot carry an error of ours: after a failure every read is empty, and `failure` holds the reason.
    """

    def __init__(self, url: str, limits: Limits, headers: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.url, self.limits, self.headers = url, limits, headers
        self.blocks: dict[int, bytes] = {}
        self.requests = self.bytes_read = self.at = 0
        self.failure: RubiconError | None = None
        self.size = 0
        self._get(0, 1)

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Byte that is read next."""
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move; gives the new place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        self.at = max(0, base + offset)
        return self.at

    def read(self, size: int | None = -1) -> bytes:
        """Up to `size` bytes from here; none at the end, and none once something has failed."""
        end = self.size if size is None or size < 0 else min(self.size, self.at + size)
        if end <= self.at or self.failure is not None:
            return b""
        first, last = self.at // BLOCK, (end - 1) // BLOCK
        try:
            self._fill(first, last)
        except RubiconError as error:
            self.failure = error
            return b""
        joined = b"".join(self.blocks[k] for k in range(first, last + 1))
        found = joined[self.at - first * BLOCK : end - first * BLOCK]
        self.at = end
        return found

    def _fill(self, first: int, last: int) -> None:
        """Fetch the blocks that are missing, in as few requests as they have runs."""
        begin = first
        while begin <= last:
            if begin in self.blocks:
                begin += 1
                continue
            end = begin
            while end < last and end + 1 not in self.blocks:
                end += 1
            self._get(begin, end - begin + 1)
            begin = end + 1

    def _get(self, block: int, count: int) -> None:
        if self.bytes_read + count * BLOCK > self.limits.max_bytes + BLOCK:
            raise FetchRefused(
                f"more than {self.limits.max_bytes} bytes would be read of it",
                place=self.url.partition("?")[0],
            )
        part = fetch_part(self.url, block * BLOCK, count * BLOCK, limits=self.limits, headers=self.headers)
        self.size, self.requests = part.total_bytes, self.requests + 1
        self.bytes_read += len(part.content)
        for k in range(count):
            self.blocks[block + k] = part.content[k * BLOCK : (k + 1) * BLOCK]
