"""`rubicon text` and `rubicon diff` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from report_fixture import finding, najin_case, najin_tables, write_inputs
from typer.testing import CliRunner

from rubicon.cli import build as command_line
from rubicon.errors import VerificationFailed
from rubicon.report.dossier import build
from rubicon.schema import FINDING, rows_to_table
from rubicon.store.output import write_output


def call(*words: str | Path) -> str:
    done = CliRunner().invoke(
        command_line(["text"] if words[0] == "text" else ["diff"]), [str(word) for word in words]
    )
    if done.exception:
        raise done.exception
    return done.stdout


def make(tmp_path: Path, probability: float) -> Path:
    files = write_inputs(tmp_path / "in")
    tables = najin_tables(files) | {"FINDING": rows_to_table([finding(probability=probability)], FINDING)}
    build(najin_case(), tables, files, tmp_path / "out")
    write_output(tmp_path / "out", najin_case(), tables)
    return tmp_path / "out"


def test_from_a_first_draft_to_a_stale_number(tmp_path: Path) -> None:
    out = make(tmp_path, 0.98)
    call("text", "start", out)
    with (out / "text.md").open("a") as draft:
        draft.write("{finding:Q1.probability}")
    assert "new       {finding:Q1.probability}: 98 %, not accepted yet" in call("text", "check", out)
    assert json.loads(call("text", "accept", out, "--why", "draft", "--json"))["references"] == 2
    told = json.loads(call("text", "check", out, "--json"))
    assert told["accepted"]
    assert {each["status"] for each in told["references"]} == {"ok"}
    make(tmp_path, 0.9)
    with pytest.raises(VerificationFailed, match="1 of 2 references are stale") as raised:
        call("text", "check", out)
    assert raised.value.exit_code == 5


def test_a_diff_of_two_folders(tmp_path: Path) -> None:
    old, new = make(tmp_path / "a", 0.98), make(tmp_path / "b", 0.9)
    assert "finding Q1: 98 % -> 90 %" in call("diff", old, new)
    assert json.loads(call("diff", old, new, "--json"))["findings"]["changed"][0]["question_id"] == "Q1"
