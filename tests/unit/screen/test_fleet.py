from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from sdn_rows import sdn_row
from typer.testing import CliRunner

from rubicon.cli import build
from rubicon.schema import VESSEL, rows_to_table
from rubicon.screen import store
from rubicon.screen.fleet import changes, fleet_of, lookup
from rubicon.screen.index import Index
from rubicon.screen.judge import Query

Read = Callable[..., pa.Table]
MARIA = sdn_row(1, "MARIA", remarks="Vessel Registration Identification IMO 8517839; f.k.a. 'OLD MARIA'.")
GHOST = sdn_row(2, "GHOST", remarks="Vessel Registration Identification IMO 9179843.")


def test_a_fleet_gets_the_answers_that_each_ship_gets(read_sdn: Read) -> None:
    index = Index(read_sdn(MARIA, GHOST, sdn_row(3, "OWNER", kind="")))
    ships = [
        ("8517839", None), ("8517839", "NEW NAME"), ("9198783", "MARIA"), (None, "Мария"), (None, "old maria"),
        ("9179843", None), (None, "OWNER"), (None, "NOBODY"), (None, None),
    ]  # fmt: skip
    found = lookup(index, [imo for imo, _ in ships], [name for _, name in ships]).to_pylist()
    told = {(row["ship"], row["entry"]): (row["class"], row["score"]) for row in found}
    for number, (imo, name) in enumerate(ships):
        alone = (
            {at: (v.class_, v.score) for at, v in index.ships_for(Query(name or "", imo or ""))}
            if imo or name
            else {}
        )
        mine = {at: answer for (ship, at), answer in told.items() if ship == number}
        assert {at: class_ for at, (class_, _) in mine.items()} == {
            at: class_ for at, (class_, _) in alone.items()
        }, (imo, name)


def test_ships_of_a_lake_are_asked_once_for_each_identity() -> None:
    said = {"vessel_id": "1", "time_utc": None, "source_id": "x", "offset": 0}
    rows = [
        said | {"name": "A", "imo": "8517839"},
        said | {"name": "A", "imo": "8517839"},
        said | {"name": None, "imo": None},
        said | {"name": "B"},
    ]
    keys = set(VESSEL.names)
    table = rows_to_table([{k: v for k, v in row.items() if k in keys} for row in rows], VESSEL)
    assert fleet_of(table) == [Query("A", "8517839"), Query("B")]


def test_a_new_listing_changes_the_answers_of_its_ships(read_sdn: Read) -> None:
    before, after = Index(read_sdn(GHOST)), Index(read_sdn(GHOST, MARIA))
    queries = [Query("MARIA", "8517839"), Query("GHOST"), Query("MARIA", "9198783")]
    assert [
        (one.query.imo, one.listing_id, one.before, one.after) for one in changes(queries, before, after)
    ] == [
        ("8517839", "ofac-sdn:1", "no_match", "match"),
        ("9198783", "ofac-sdn:1", "no_match", "homonym_or_tampering"),
    ]
    assert [one.after for one in changes(queries, after, before)] == ["no_match", "no_match"]


def test_the_fleet_of_a_file_and_what_a_new_version_changed(tmp_path: Path) -> None:
    for day, lines in (("2023-01-01", GHOST), ("2024-01-01", GHOST + MARIA)):
        path = tmp_path / f"sdn_{day}.csv"
        path.write_text(lines + "\x1a")
        store.load(path, "ofac_sdn_csv", tmp_path / "lists", extract=True)
    ships = tmp_path / "ships.csv"
    ships.write_text("name,imo\nMARIA,8517839\nGHOST,\n")
    told = CliRunner().invoke(
        build(["screen"]),
        [
            "screen",
            "--file",
            str(ships),
            "--changed-since",
            "2023-06-01",
            "--store",
            str(tmp_path / "lists"),
            "--json",
        ],
    )
    assert told.exit_code == 0, told.output
    assert [
        (one["listing_id"], one["before"], one["after"]) for one in json.loads(told.stdout)["changes"]
    ] == [("ofac-sdn:1", "no_match", "match")]
