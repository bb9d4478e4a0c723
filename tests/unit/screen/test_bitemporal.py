from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from sdn_rows import sdn_row
from typer.testing import CliRunner

from rubicon.cli import build
from rubicon.schema import LISTING
from rubicon.screen import store
from rubicon.screen.bitemporal import as_of, known, spans
from rubicon.screen.index import Index
from rubicon.screen.index_cache import index_of
from rubicon.screen.judge import Query

Read = Callable[..., pa.Table]


@pytest.fixture
def versions(read_sdn: Read) -> pa.Table:
    """GONE stands on the first two versions, NEW on the last two, ALWAYS on all."""
    tables = [
        read_sdn(sdn_row(1, "ALWAYS"), sdn_row(2, "GONE"), snapshot="2024-01-01"),
        read_sdn(sdn_row(1, "ALWAYS"), sdn_row(2, "GONE"), sdn_row(3, "NEW"), snapshot="2024-02-01"),
        read_sdn(sdn_row(1, "ALWAYS"), sdn_row(3, "NEW"), snapshot="2024-03-01"),
    ]
    joined = store.merge(tables)
    at = LISTING.get_field_index("list_id")
    ids = [text.removesuffix(" extract") for text in joined["list_id"].to_pylist()]
    return joined.set_column(at, LISTING.field(at), pa.array(ids))


def names(listings: pa.Table) -> set[str]:
    return set(listings["name"].to_pylist())


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2023-12-31", set()),
        ("2024-01-15", {"ALWAYS", "GONE"}),
        ("2024-02-01", {"ALWAYS", "GONE", "NEW"}),
        ("2024-02-29", {"ALWAYS", "GONE", "NEW"}),
        ("2024-03-01", {"ALWAYS", "NEW"}),
    ],
)
def test_what_stood_on_the_list_on_a_day(versions: pa.Table, day: str, expected: set[str]) -> None:
    assert names(as_of(versions, date.fromisoformat(day))) == expected


def test_what_was_known_then_leaves_later_versions_out(versions: pa.Table) -> None:
    assert names(known(versions, date(2024, 1, 31))) == {"ALWAYS", "GONE"}
    # In February nobody knew that GONE would go.
    then = known(versions, date(2024, 2, 15))
    assert names(as_of(then, date(2024, 6, 1))) == {"ALWAYS", "GONE", "NEW"}


def test_spans(versions: pa.Table) -> None:
    rows = [tuple(row) for row in spans(versions).select("listed_from", "last_seen", "gone_by").rows()]
    assert rows == [
        ("2024-01-01", "2024-03-01", None),
        ("2024-01-01", "2024-02-01", "2024-03-01"),
        ("2024-02-01", "2024-03-01", None),
    ]


def test_an_extract_cannot_show_that_an_entry_went(read_sdn: Read) -> None:
    both = store.merge(
        [read_sdn(sdn_row(1, "A"), snapshot="2024-01-01"), read_sdn(sdn_row(2, "B"), snapshot="2024-02-01")]
    )
    assert names(as_of(both, date(2024, 3, 1))) == {"A", "B"}


def loaded(tmp_path: Path) -> Path:
    for day, number in (("2023-12-12", 1), ("2024-05-03", 2)):
        path = tmp_path / f"sdn_{day}.csv"
        path.write_text(
            "".join(sdn_row(n, f"STAR {n}", remarks=f"a.k.a. 'OLD {n}'.") for n in range(1, number + 1))
            + "\x1a"
        )
        store.load(path, "ofac_sdn_csv", tmp_path / "lists", extract=True)
    return tmp_path / "lists"


def test_a_cached_index_answers_as_a_fresh_one_and_a_broken_cache_is_made_again(tmp_path: Path) -> None:
    folder = loaded(tmp_path)
    queries = [Query("STAR 1"), Query("OLD 2"), Query("СТАР 1"), Query("STARR 2")]
    fresh = [Index(store.listings(folder)).search(query) for query in queries]
    assert [index_of(folder).search(query) for query in queries] == fresh
    (cache,) = (folder / ".index").glob("*.json")
    assert [index_of(folder).search(query) for query in queries] == fresh
    for broken in ("", "[]", '{"by_imo": 1}', "{"):
        cache.write_text(broken)
        assert [index_of(folder).search(query) for query in queries] == fresh


def test_the_days_on_the_command_line(tmp_path: Path) -> None:
    folder = loaded(tmp_path)

    def hits(*more: str) -> list[str]:
        told = CliRunner().invoke(
            build(["screen"]), ["screen", "STAR 2", "--store", str(folder), "--json", *more]
        )
        assert told.exit_code == 0, told.output
        return [hit["name"] for hit in json.loads(told.stdout)["results"][0]["hits"]]

    assert hits() == ["STAR 2"]
    assert hits("--as-of", "2024-01-01") == []
    assert hits("--known", "2024-01-01") == []
    assert hits("--known", "2024-06-01", "--as-of", "2024-06-01") == ["STAR 2"]


def test_names_beside_the_list_are_joined_and_strangers_counted(tmp_path: Path) -> None:
    path, alt, add = tmp_path / "sdn_2024-01-01.csv", tmp_path / "alt.csv", tmp_path / "add.csv"
    path.write_text(sdn_row(1, "STAR") + "\x1a")
    alt.write_text('1,12,"fka","DAWN",-0- \r\n9,1,"aka","STRANGER",-0- \r\n\x1a')
    add.write_text('1,25,-0- ,"Havana","Cuba",-0- \r\n\x1a')
    receipt = store.load(path, "ofac_sdn_csv", tmp_path / "lists", extract=True, beside=(alt, add))
    assert (receipt.beside, receipt.strangers) == (("alt.csv", "add.csv"), 1)
    assert store.receipts(tmp_path / "lists") == [receipt]
    ((entry, _),) = index_of(tmp_path / "lists").search(Query("DAWN"))
    assert (entry["name"], entry["remarks"]) == ("STAR", "Address: Havana, Cuba")
