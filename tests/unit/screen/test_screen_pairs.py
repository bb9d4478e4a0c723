from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from sdn_rows import sdn_row
from typer.testing import CliRunner

from rubicon.cli import build
from rubicon.errors import MissingColumns, UsageError
from rubicon.screen.index import Index
from rubicon.screen.pairs import Pair, compare_pairs

Read = Callable[..., pa.Table]
HISTORY = sdn_row(7, "EAST WIND", remarks="f.k.a. 'OLD DAWN'; a.k.a. 'MARIA'.")


def verdict(pair: Pair, index: Index | None = None, **more: bool) -> tuple[bool, str]:
    (one,) = compare_pairs([pair], index, **more)
    return one["is_match"], one["class"]


def test_numbers_decide_unless_they_are_to_be_ignored() -> None:
    same, other = Pair("A NAME", "B NAME", "9179842", "9179842"), Pair("MARIA", "Maria", "8517839", "9198783")
    assert verdict(same) == (True, "match")
    assert verdict(same, ignore_imo=True) == (False, "no_match")
    assert verdict(other) == (False, "homonym_or_tampering")
    assert verdict(other, ignore_imo=True) == (True, "probable")


def test_a_listed_rename_joins_two_names(read_sdn: Read) -> None:
    index = Index(read_sdn(HISTORY, sdn_row(8, "MARIA")))
    renamed = Pair("OLD DAWN", "East Wind")
    assert verdict(renamed) == (False, "no_match")
    assert verdict(renamed, index) == (True, "probable")
    assert verdict(Pair("OLD DAWN", "East Wind", "9179842", "9198783"), index) == (
        False,
        "homonym_or_tampering",
    )


def test_an_alias_that_is_another_ships_name_joins_nothing(read_sdn: Read) -> None:
    index = Index(read_sdn(HISTORY, sdn_row(8, "MARIA")))
    assert verdict(Pair("EAST WIND", "Maria"), index) == (False, "no_match")


def test_the_schema_says_what_is_compared() -> None:
    assert verdict(Pair("Siemens AG", "Siemens Aktiengesellschaft", schema="Company")) == (True, "probable")
    assert verdict(Pair("Lavrov, Sergey", "Sergei Lavrov", schema="Person")) == (True, "probable")
    with pytest.raises(UsageError, match="unknown schema 'Car'"):
        verdict(Pair("a", "b", schema="Car"))


def test_the_command_gives_one_verdict_a_row(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(
        'name_a,name_b,imo_a,imo_b,schema\nANGARA,АНГАРА,,,\n"A ""B""",X,,,Vessel\n', encoding="utf-8"
    )
    app = build(["screen"])
    told = CliRunner().invoke(
        app, ["screen", "--pairs", str(path), "--store", str(tmp_path / "none"), "--json"]
    )
    assert told.exit_code == 0
    results = json.loads(told.stdout)["results"]
    assert [(row["is_match"], row["score"]) for row in results] == [(True, 0.7), (False, 0.01)]
    plain = CliRunner().invoke(app, ["screen", "--pairs", str(path), "--store", str(tmp_path / "none")])
    assert plain.stdout.splitlines()[1:] == [
        'true,0.7,probable,"ANGARA","АНГАРА"',
        'false,0.01,no_match,"A ""B""","X"',
    ]


def test_a_pairs_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("name,other\nA,B\n", encoding="utf-8")
    told = CliRunner().invoke(build(["screen"]), ["screen", "--pairs", str(path)])
    assert isinstance(told.exception, MissingColumns)
