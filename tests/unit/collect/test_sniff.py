"""The content of a file tells its format."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from table_files import HEADER

from rubicon.case import Input
from rubicon.collect.columns import read_positions
from rubicon.collect.sniff import sniff
from rubicon.collect.sources import csv, jsonl, parquet
from rubicon.errors import RubiconError, UnknownFormat


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (HEADER.encode(), "csv"),
        ("a;b\n".encode("utf-16"), "csv"),
        (b'\xef\xbb\xbf{"a": 1}\n', "jsonl"),
        (b"PAR1....", "parquet"),
        (b"!AIVDM,1,1,,A,15M67FC000G?ufbE`FepT@3n00Sa,0*5C\n", "nmea"),
        (gzip.compress(HEADER.encode(), mtime=0), "csv"),
    ],
)
def test_the_content_tells_the_format(tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / "file").write_bytes(content)
    assert sniff(tmp_path / "file") == name


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (bytes(range(256)) * 8, "none of"),
        (b"PK\x03\x04" + bytes(100), "zip"),
        (b'<?xml version="1.0"?><a b="1,2"/>', "XML"),
        (b"[{}]", "one object on a line"),
        (b"just words\n", "none of .*csv"),
        (b"\n\n\n", "none of"),
    ],
)
def test_noise_is_named_with_what_was_tried(tmp_path: Path, content: bytes, hint: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(UnknownFormat, match=hint) as caught:
        sniff(tmp_path / "file")
    assert caught.value.place == str(tmp_path / "file")


@pytest.mark.parametrize("source", [csv, jsonl, parquet])
def test_a_format_that_is_claimed_and_not_there(tmp_path: Path, source: Any) -> None:
    (tmp_path / "file").write_bytes(b"\x01\x02 noise \xff\n" * 9)
    name = source.META["format"]
    with pytest.raises(RubiconError):
        read_positions(tmp_path / "file", Input(file="", format=name), strict_header=False)
