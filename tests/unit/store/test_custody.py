from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubicon.errors import VerificationFailed
from rubicon.store.custody import START, append, faults, head, lines

ENTRIES = [{"action": "read", "subject": f"file {i}", "sha256": f"{i}" * 64} for i in range(4)]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    return append(tmp_path / "custody.jsonl", ENTRIES, tool="test")


def test_each_line_names_the_one_before(log: bytes) -> None:
    entries = [json.loads(line) for line in lines(log)]
    assert entries[0]["previous"] == START
    assert entries[0]["time_utc"] == "1970-01-01T00:00:00Z"
    assert [entry["seq"] for entry in entries] == [1, 2, 3, 4]
    assert len({entry["previous"] for entry in entries}) == 4
    assert faults(log) == []
    assert head(b"") == START


def test_a_step_that_changed_nothing_adds_nothing(log: bytes, tmp_path: Path) -> None:
    path = tmp_path / "custody.jsonl"
    assert append(path, ENTRIES, tool="test") == log
    changed = append(path, [{**ENTRIES[0], "sha256": "f" * 64}], tool="test")
    assert changed.startswith(log)
    assert len(lines(changed)) == 5


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_changed_dropped_or_moved_line_is_found(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = append(tmp_path_factory.mktemp("log") / "custody.jsonl", ENTRIES, tool="test")
    made, at = lines(whole), data.draw(st.integers(0, 2))
    kind = data.draw(st.sampled_from(["change", "drop", "swap"]))
    if kind == "change":
        made[at] = made[at].replace(b'"read"', b'"Read"')
    elif kind == "drop":
        del made[at]
    else:
        made[at], made[at + 1] = made[at + 1], made[at]
    assert faults(b"\n".join([*made, b""]))


@pytest.mark.parametrize("tail", [b"{}\n", b"no json\n", b"torn", b"[]\n"])
def test_what_is_no_entry_is_named_and_nothing_is_added_to_it(
    log: bytes, tail: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "custody.jsonl"
    path.write_bytes(log + tail)
    assert faults(log + tail)
    with pytest.raises(VerificationFailed):
        append(path, [{"action": "read", "subject": "x", "sha256": "0"}], tool="test")
