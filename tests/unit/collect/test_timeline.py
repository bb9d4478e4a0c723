"""Claims from timelines: what is read, what is left out and said, what is refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rubicon.collect.timeline import read_timeline
from rubicon.errors import EmptyInput, NoUsableRows
from rubicon.provenance import source_file


def claims(folder: Path, document: Any) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    path = folder / "timeline.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    table, notes = read_timeline(source_file(path, publisher="an institute"))
    return table.to_pylist(), notes


def test_timelinejs(tmp_path: Path) -> None:
    events = [
        {"unique_id": "a", "start_date": {"year": "2023", "month": "10", "day": "13"}, "group": "DPRK", "text": {"headline": "<b>More than 1,000</b> containers delivered"}, "media": {"url": "https://example.org", "credit": "White House"}},
        {"start_date": {"year": 2023, "month": 12}, "text": {"headline": "49 of 109 imaged days show a ship"}},
        {"start_date": {"year": 2024}, "text": {"headline": "Ministers condemn the transfer"}},
        {"text": {"headline": "no date"}},
    ]  # fmt: skip
    rows, notes = claims(tmp_path, {"events": events})
    assert [(row["claim_id"], row["date_stated"], row["bound"], row["low"], row["unit"], row["denominator"]) for row in rows] == [
        ("a", "2023-10-13", "more_than", 1000.0, "containers", None),
        ("T002", "2023-12", "exact", 49.0, "imaged days", 109.0),
        ("T003", "2024", "text", None, None, None),
    ]  # fmt: skip
    assert (rows[0]["source"], rows[1]["source"], rows[0]["subject"]) == (
        "White House",
        "an institute",
        "DPRK",
    )
    assert notes == ("1 events without a date or words were left out",)


def test_a_plain_list_with_a_derived_entry(tmp_path: Path) -> None:
    entries = [
        {"id": "x", "date": "2024-02-26", "title": "6,700 containers", "source": "minister"},
        {"id": "y", "date": "2024-02-26", "title": "could hold 3 million artillery shells", "source": "minister", "derived_from": "x"},
    ]  # fmt: skip
    rows, _ = claims(tmp_path, entries)
    assert [(row["root"], row["low"]) for row in rows] == [("x", 6700.0), ("x", 3e6)]


@pytest.mark.parametrize(
    ("document", "reason"),
    [("{", "not JSON"), ({"slides": []}, "no list"), ([{"title": "x"}], "no event"), ([1, 2], "no event"),
     ([{"id": "x", "date": "2024", "title": "a"}] * 2, "one id"), ("[" * 100_000, "not JSON")],
)  # fmt: skip
def test_what_is_no_timeline_is_named(tmp_path: Path, document: Any, reason: str) -> None:
    with pytest.raises(NoUsableRows, match=reason):
        claims(tmp_path, document)


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmptyInput):
        claims(tmp_path, "")
