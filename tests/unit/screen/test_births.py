from __future__ import annotations

import json
from pathlib import Path

import pytest
from sdn_rows import sdn_row
from typer.testing import CliRunner

from rubicon.cli import build
from rubicon.screen import store
from rubicon.screen.births import born, contradict, iso_birth


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("10 Dec 1948", "1948-12-10"),
        ("Dec 1948", "1948-12"),
        ("1948", "1948"),
        ("circa 1948", "1945/1951"),
        ("1947 to 1949", "1947/1949"),
        ("01 Jan 1962 to 31 Dec 1963", "1962-01-01/1963-12-31"),
        ("unknown", None),
        ("10 Dez 1948", None),
    ],
)
def test_dates_as_lists_write_them(stated: str, kept: str | None) -> None:
    assert born(stated) == kept


@pytest.mark.parametrize(
    ("asked", "listed", "apart"),
    [
        (["1948-12-10"], ["1949-12-10"], False),
        (["1948-12-10"], ["1950"], True),
        (["1948"], ["1945/1951"], False),
        (["1990"], ["1945/1951", "1991-01"], False),
        (["1990"], [], False),
        ([], ["1990"], False),
    ],
)
def test_dates_contradict_when_all_are_more_than_a_year_apart(
    asked: list[str], listed: list[str], apart: bool
) -> None:
    assert contradict(asked, listed) is apart
    assert contradict(listed, asked) is apart


def test_a_time_behind_a_date_is_left_out() -> None:
    assert iso_birth("1948-12-10T00:00:00Z") == "1948-12-10"
    assert iso_birth("10.12.1948") is None


def test_a_date_of_birth_tells_namesakes_apart(tmp_path: Path) -> None:
    lines = sdn_row(
        1, "EXAMPLE, Ivan", kind="individual", remarks="DOB 10 Dec 1948; alt. DOB 1950"
    ) + sdn_row(2, "EXAMPLE, Ivan", kind="individual", remarks="DOB circa 1980")
    (tmp_path / "sdn_2024-01-01.csv").write_text(lines + "\x1a")
    store.load(tmp_path / "sdn_2024-01-01.csv", "ofac_sdn_csv", tmp_path / "lists", extract=True)
    assert store.listings(tmp_path / "lists")["born"].to_pylist() == [["1948-12-10", "1950"], ["1977/1983"]]
    (tmp_path / "asked.csv").write_text("name,born\nIvan Example,1948-12-10\n")
    for asked in (["Ivan Example", "--born", "1948-12-10"], ["--file", str(tmp_path / "asked.csv")]):
        told = CliRunner().invoke(
            build(["screen"]), ["screen", *asked, "--store", str(tmp_path / "lists"), "--json"]
        )
        assert told.exit_code == 0, told.output
        hits = json.loads(told.stdout)["results"][0]["hits"]
        assert [(hit["listing_id"], hit["class"]) for hit in hits] == [
            ("ofac-sdn:1", "probable"),
            ("ofac-sdn:2", "homonym_or_tampering"),
        ]
        assert "date of birth: asked 1948-12-10, listed 1948-12-10, 1950: the same day" in hits[0]["reasons"]
        assert (
            "date of birth: asked 1948-12-10, listed 1977/1983: more than a year apart" in hits[1]["reasons"]
        )
    wrong = CliRunner().invoke(
        build(["screen"]), ["screen", "X", "--born", "10.12.1948", "--store", str(tmp_path)]
    )
    assert wrong.exit_code != 0
