"""What must be shown, through the command line: on whole lists where they are, and on small files that anybody has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sdn_rows import sdn_row
from typer.testing import CliRunner

from rubicon.cli import build
from rubicon.screen import store

MARIA = sdn_row(
    1, "MARIA", remarks="Vessel Registration Identification IMO 8517839; Linked To: IBEX SHIPPING INC."
)
OTHER = sdn_row(2, "MARIA", remarks="Vessel Registration Identification IMO 9198783; f.k.a. 'DAWN'.")
OWNER = sdn_row(3, "IBEX SHIPPING INC", kind="", remarks="Identification Number IMO 5344160.")


def ask(*arguments: str, code: int = 0) -> Any:
    told = CliRunner().invoke(build(arguments[:1]), [*arguments, "--json"])
    assert told.exit_code == code, (told.output, told.exception)
    return json.loads(told.stdout) if not code else told


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """Two versions of a made-up extract: the second adds a ship and its owner."""
    for day, lines in (("2022-05-08", OTHER), ("2023-12-12", OTHER + MARIA + OWNER)):
        path = tmp_path / f"sdn_{day}.csv"
        path.write_text(lines + "\x1a")
        store.load(path, "ofac_sdn_csv", tmp_path / "lists", extract=True)
    return tmp_path / "lists"


@pytest.fixture(scope="module")
def whole(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    for day in ("2022-05-08", "2023-12-12"):
        store.load(data_dir / "lists" / f"ofac_sdn_{day}.csv", "ofac-sdn-csv", folder / day)
    return folder


@pytest.mark.real
def test_maria_on_the_whole_list_of_each_day(whole: Path) -> None:
    found = ask("screen", "--imo", "8517839", "--store", str(whole / "2023-12-12"))
    (hit,) = found["results"][0]["hits"]
    assert (hit["name"], hit["class"]) == ("MARIA", "match")
    assert any("IBEX SHIPPING INC" in reason for reason in hit["reasons"])
    nothing = ask("screen", "--imo", "8517839", "--store", str(whole / "2022-05-08"))
    assert nothing["results"][0]["hits"] == []
    (searched,) = nothing["receipt"]["searched"]
    assert (searched["snapshot"], searched["entries"], searched["ships"]) == ("2022-05-08", 10150, 502)
    assert "EU" in nothing["receipt"]["not_loaded"]


@pytest.mark.real
def test_three_scripts_and_namesakes_on_the_whole_list(whole: Path) -> None:
    found = ask("screen", "АНГАРА", "앙가라", "ANGARA", "MARIA", "--store", str(whole / "2023-12-12"))
    *angara, maria = ([hit["imo"] for hit in one["hits"] if hit["imo"]] for one in found["results"])
    assert angara == [["9179842"]] * 3
    assert maria == ["8517839", "9617923"]


def test_namesakes_are_shown_apart(lists: Path) -> None:
    hits = ask("screen", "MARIA", "--store", str(lists))["results"][0]["hits"]
    assert sorted(hit["imo"] for hit in hits) == ["8517839", "9198783"]
    assert all(
        any("2 ships of this name have numbers of their own" in r for r in hit["reasons"]) for hit in hits
    )


def test_no_hit_never_says_not_sanctioned(lists: Path) -> None:
    told = CliRunner().invoke(build(["screen"]), ["screen", "NOBODY", "--store", str(lists)])
    assert told.exit_code == 0
    assert "NOBODY: no hit" in told.output
    assert "It does not mean that a ship or company is not sanctioned" in told.output
    assert "is not sanctioned" not in told.output.replace(
        "does not mean that a ship or company is not sanctioned", ""
    )


def test_as_of_the_voyage_and_as_known_on_a_day(lists: Path) -> None:
    def met(*more: str) -> list[str]:
        return [
            hit["imo"]
            for hit in ask("screen", "--imo", "8517839", "--store", str(lists), *more)["results"][0]["hits"]
        ]

    assert met() == ["8517839"]
    assert met("--as-of", "2023-10-13") == []
    assert met("--known-on", "2023-12-11") == []
    assert met("--as-of", "2023-12-12", "--known-on", "2023-12-12") == ["8517839"]


def test_the_history_of_an_entry(lists: Path) -> None:
    facts = ask("lists", "history", "9198783", "--store", str(lists))["facts"]
    names = [
        (one["text"], one["kind"], one["script"], one["first_seen"])
        for one in facts
        if one["sort"] == "names"
    ]
    assert names == [("DAWN", "former", "Latin", "2022-05-08"), ("MARIA", "main", "Latin", "2022-05-08")]
    (number,) = [one for one in facts if one["sort"] == "identifiers"]
    assert (number["normalised"], number["valid"], number["last_seen"]) == ("9198783", True, "2023-12-12")
    assert (
        ask("lists", "history", "8517839", "--store", str(lists), "--known-on", "2023-01-01")["facts"] == []
    )


def test_owners_by_three_tests_and_the_graph(lists: Path, tmp_path: Path) -> None:
    stakes, graph = tmp_path / "stakes.csv", tmp_path / "graph.json"
    stakes.write_text(
        "owner,asset,share,source,control,from,to\n"
        "Ibex Shipping Inc.,LINE,50 %,register,,,\n"
        "LINE,TRADER,,register,,,\n"
        "Ibex Shipping Inc.,DESK,1 %,report,yes,,2023-06-30\n"
    )
    found = ask("ownership", str(stakes), "--store", str(lists), "--graph", str(graph))
    assert list(found["designated"]) == ["Ibex Shipping Inc."]
    told = {
        one["asset"]: {test: r["answer"] for test, r in one["tests"].items()} for one in found["companies"]
    }
    assert told["LINE"] == {"us_50": "yes", "uk_over_50": "no", "eu_50_or_control": "yes"}
    assert told["TRADER"]["us_50"] == "unknown"
    assert told["DESK"] == {"us_50": "no", "uk_over_50": "yes", "eu_50_or_control": "yes"}
    drawn = json.loads(graph.read_text())
    assert {node["id"] for node in drawn["nodes"] if node["designated"]} == {"Ibex Shipping Inc."}
    assert len(drawn["edges"]) == 3
    later = ask("ownership", str(stakes), "--store", str(lists), "--day", "2024-01-01")
    assert next(one["tests"] for one in later["companies"] if one["asset"] == "DESK") == {}


def test_a_judgement_survives_a_reload_of_the_lists(lists: Path, tmp_path: Path) -> None:
    where = ("--store", str(lists))
    (question,) = ask("resolve", "questions", *where)["questions"]
    one, other = question["one"], question["other"]
    assert ask("resolve", "clusters", *where)["clusters"] == []
    ask("resolve", "judge", one, other, "--answer", "yes", "--who", "A", "--why", "photograph", *where)
    path = tmp_path / "sdn_2024-05-03.csv"
    path.write_text(OTHER + MARIA + OWNER + sdn_row(4, "NEW") + "\x1a")
    store.load(path, "ofac_sdn_csv", lists, extract=True)
    (cluster,) = ask("resolve", "clusters", *where)["clusters"]
    assert cluster["members"] == [one, other]
    assert ask("resolve", "questions", *where)["questions"] == []
    ask("resolve", "judge", one, other, "--answer", "no", "--who", "B", "--why", "two hulls", *where)
    assert ask("resolve", "clusters", *where)["clusters"] == []
    ask("resolve", "judge", one, other, "--answer", "unsure", "--who", "B", "--why", "not sure now", *where)
    assert ask("resolve", "questions", *where)["questions"] == []


def test_companies_are_joined_by_their_own_number_only() -> None:
    from rubicon.screen.resolve import Identity, questions, resolve

    us, eu = (
        Identity("us", "IBEX SHIPPING INC", "company", "5344160"),
        Identity("eu", "Ibex", "company", "5344160"),
    )
    ship = Identity("ship", "IBEX", "vessel", "5344160")
    assert [one.members for one in resolve([us, eu, ship], {})] == [("eu", "us"), ("ship",)]
    same = Identity("uk", "Ibex Shipping Incorporated", "company")
    assert [(one.one, one.other) for one in questions([us, same, ship], {})] == [("uk", "us")]


def test_the_kept_tables_name_their_sources(tmp_path: Path) -> None:
    loaded = ask("lists", "kept", "--store", str(tmp_path / "lists"))
    assert {one["authority"] for one in loaded} == {"AU", "EU", "JP", "KR", "UN"}
    assert all(one["extract"] for one in loaded)
    table = store.listings(tmp_path / "lists")
    assert all("Source: " in text and "Verification: " in text for text in table["remarks"].to_pylist())
    assert set(table["imo_valid"].to_pylist()) == {True, None}
    hits = ask("screen", "--imo", "8517839", "--store", str(tmp_path / "lists"))["results"][0]["hits"]
    assert {(hit["authority"], hit["listed_from"]) for hit in hits} == {
        ("EU", "2024-06-24"),
        ("KR", "2024-05-24"),
    }


def test_a_reported_renaming_joins_a_pair_but_not_against_numbers(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text(
        "name_a,name_b,imo_a,imo_b,schema\nHYOK SIN 2,Ji Hye San,,,Vessel\nHYOK SIN 2,Ji Hye San,8018900,9412359,Vessel\n"
        "HYOK SIN 2,Ryong Rim,,,Vessel\n"
    )
    told = ask("screen", "--pairs", str(pairs), "--store", str(tmp_path / "none"))["results"]
    assert [one["class"] for one in told] == ["probable", "homonym_or_tampering", "no_match"]
    assert "2270" in told[0]["reasons"][0]
