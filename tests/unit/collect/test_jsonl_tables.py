"""Messages as JSON lines become positions; a bad line is a reject."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from table_files import read, reasons, row

MESSAGE = {
    "ssvid": 416000000,
    "lat": 22.5,
    "lon": 120.3,
    "timestamp": "2014-01-01 01:14:25.000000",
    "course": 0,
}


def lines(*changes: dict[str, Any] | str) -> str:
    texts = [change if isinstance(change, str) else json.dumps(MESSAGE | change) for change in ({}, *changes)]
    return "\n".join(texts) + "\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("not json", "bad_json"),
        ("[1]", "bad_json"),
        (json.dumps(MESSAGE)[:-9], "bad_json"),
        (json.dumps(MESSAGE | {"lat": float("nan")}), "bad_json"),
        (json.dumps(MESSAGE).replace('"lon"', '"lat"'), "bad_json"),
        (json.dumps(MESSAGE | {"lat": [1]}), "bad_json"),
        ("[" * 100_000, "bad_json"),
        (json.dumps(MESSAGE).replace("22.5", "1e400"), "lat_not_a_number"),
        (json.dumps(MESSAGE | {"lat": True}), "lat_not_a_number"),
        (json.dumps(MESSAGE | {"lat": None}), "no_position"),
        ('{"ssvid": ' + "9" * 5000 + "}", "vessel_id_damaged"),
        ("{}", "no_vessel_id"),
    ],
)
def test_a_bad_line_is_a_reject(tmp_path: Path, line: str, reason: str) -> None:
    made = read(tmp_path, lines(line, {}))
    assert reasons(made) == [(2, reason)]
    assert made.positions["offset"].to_pylist() == [1, 3]


def test_json_numbers_keep_their_digits_and_text_its_letters(tmp_path: Path) -> None:
    made = read(tmp_path, lines({"lat": 0.1, "ssvid": "012345678"}, {"ssvid": "\ud800x"}))
    assert made.positions["vessel_id"].to_pylist() == ["416000000", "012345678", "?x"]
    assert row(made)["course_deg"] == 0.0


def test_keys_that_cannot_be_printed_are_left_alone(tmp_path: Path) -> None:
    made = read(tmp_path, lines({"\ud800": 1, "a\x1b[2J": 2, "other": 3}))
    assert made.notes[0] == "columns not read: other"


def test_keys_may_appear_later(tmp_path: Path) -> None:
    made = read(tmp_path, lines({"heading": 7}))
    assert made.positions["heading_deg"].to_pylist() == [None, 7.0]
