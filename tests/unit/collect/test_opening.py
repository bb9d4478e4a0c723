"""Compression is seen through, size is bounded, damage is named with its place."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from rubicon.collect import opening
from rubicon.collect.opening import compression, open_stream
from rubicon.errors import EmptyInput, InputMissing, InputTooLarge, RubiconError, TruncatedInput

TEXT = b"".join(b"%d,some words\n" % number for number in range(120_000))


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return bytes(sink.getvalue().to_pybytes())


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "zstd": zstd,
}


def write(folder: Path, data: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(data)
    return path


def read(path: Path) -> bytes:
    with open_stream(path) as stream:
        return stream.read()


@pytest.mark.parametrize("kind", PACKERS)
def test_every_compression_gives_the_same_bytes(tmp_path: Path, kind: str) -> None:
    packed = PACKERS[kind](TEXT)
    assert compression(packed) == kind
    assert read(write(tmp_path, packed)) == TEXT


def test_members_of_mixed_kinds_read_as_one(tmp_path: Path) -> None:
    packed = (
        gzip.compress(TEXT)
        + bz2.compress(TEXT)
        + gzip.compress(b"", mtime=0)
        + b"\0" * 512
        + zstd(TEXT)
        + zstd(TEXT)
    )
    assert read(write(tmp_path, packed)) == TEXT * 4


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_what_follows_the_last_member_is_not_read_and_said(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    packed = pack(TEXT)
    with open_stream(write(tmp_path, packed + b"\0\0junk")) as stream:
        assert stream.read() == TEXT
        assert stream.notes == (
            f"4 bytes after the end of the compressed data, from byte {len(packed) + 2} on, were not read",
        )


def test_zero_padding_needs_no_note(tmp_path: Path) -> None:
    with open_stream(write(tmp_path, gzip.compress(TEXT) + b"\0" * 3000)) as stream:
        assert stream.read() == TEXT
        assert stream.notes == ()


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "zstd"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_truncated_member_names_file_and_byte(tmp_path: Path, kind: str, share: float) -> None:
    packed = PACKERS[kind](TEXT)
    path = write(tmp_path, packed[: int(len(packed) * share)])
    with pytest.raises(TruncatedInput) as caught:
        read(path)
    assert caught.value.place == f"{path} at byte {path.stat().st_size}"


@pytest.mark.parametrize("kind", ["gzip", "bzip2"])
def test_a_flipped_bit_is_named(tmp_path: Path, kind: str) -> None:
    packed = bytearray(PACKERS[kind](TEXT))
    packed[len(packed) // 2] ^= 0x10
    with pytest.raises(TruncatedInput, match="corrupt"):
        read(write(tmp_path, bytes(packed)))


def test_garbage_after_zstd_is_named(tmp_path: Path) -> None:
    with pytest.raises(TruncatedInput, match="corrupt"):
        read(write(tmp_path, zstd(TEXT) + b"junk"))


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "zstd"])
def test_a_bomb_stops_at_the_ratio(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "RATIO_FREE_BYTES", 1 << 20)
    with pytest.raises(InputTooLarge, match="grew more than 200 times"):
        read(write(tmp_path, PACKERS[kind](bytes(1 << 27))))


@pytest.mark.parametrize("kind", PACKERS)
def test_the_limit_on_bytes_holds(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path, PACKERS[kind](TEXT))
    with open_stream(path, max_bytes=len(TEXT)) as stream:
        assert len(stream.read()) == len(TEXT)
    with pytest.raises(InputTooLarge), open_stream(path, max_bytes=len(TEXT) - 1) as stream:
        stream.read()


@pytest.mark.parametrize("content", [b"", gzip.compress(b"", mtime=0), bz2.compress(b""), zstd(b"")])
def test_no_content_is_empty_input(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(EmptyInput):
        open_stream(write(tmp_path, content))


@pytest.mark.parametrize("name", ["absent", ".", "nul\0byte"])
def test_what_is_no_file_is_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputMissing):
        open_stream(tmp_path / name)


def test_a_device_is_no_file() -> None:
    with pytest.raises(InputMissing, match="regular"):
        open_stream(Path("/dev/zero"))


def test_every_prefix_of_a_member_ends_in_a_named_error(tmp_path: Path) -> None:
    packed = gzip.compress(b"a few words", mtime=0)
    for length in (0, *range(2, len(packed))):
        with pytest.raises(RubiconError):
            read(write(tmp_path, packed[:length]))
