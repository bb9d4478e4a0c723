from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from sdn_rows import REPO, sdn_row

from rubicon.errors import ListError, OptionError
from rubicon.schema import LISTING
from rubicon.screen import bounds, store
from rubicon.screen.lists import ofac_sdn_csv

LISTS = REPO / "examples" / "najin" / "lists"
Read = Callable[..., pa.Table]


def load(name: str, folder: Path) -> store.Receipt:
    return store.load(LISTS / name, "ofac_sdn_csv", folder, extract=True)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    first = load("ofac_sdn_2023-12-12_extract.csv", tmp_path)
    before = files(tmp_path)
    assert load("ofac_sdn_2023-12-12_extract.csv", tmp_path) == first
    assert files(tmp_path) == before
    assert len(before) == 2
    assert (first.entries, first.snapshot, first.kinds["vessel"]) == (20, "2023-12-12", 14)
    assert store.receipts(tmp_path) == [first]


def test_versions_in_any_order_give_the_same_table(tmp_path: Path) -> None:
    names = sorted(path.name for path in LISTS.glob("*.csv"))
    for name in names:
        load(name, tmp_path / "a")
    for name in reversed(names):
        load(name, tmp_path / "b")
    table = store.listings(tmp_path / "a")
    assert table.equals(store.listings(tmp_path / "b"))
    assert table.schema.equals(LISTING)
    assert table.num_rows == 1 + 14 + 20 + 21
    dates = {(row["imo"], row["snapshot"]): row["listed_from"] for row in table.to_pylist()}
    assert dates["8517839", "2024-05-03"] == dates["8517839", "2023-12-12"] == "2023-12-12"
    assert dates["9179842", "2024-05-03"] == "2022-05-08"


def test_an_empty_store_has_no_listings(tmp_path: Path) -> None:
    assert store.listings(tmp_path / "none").num_rows == 0
    assert store.receipts(tmp_path / "none") == []


def test_a_version_without_receipt_does_not_exist(tmp_path: Path) -> None:
    load("ofac_sdn_2023-12-12_extract.csv", tmp_path)
    next(tmp_path.rglob("*.json")).unlink()
    assert store.listings(tmp_path).num_rows == 0
    load("ofac_sdn_2023-12-12_extract.csv", tmp_path)
    assert store.listings(tmp_path).num_rows == 20


def test_a_lost_or_broken_table_is_named(tmp_path: Path) -> None:
    load("ofac_sdn_2023-12-12_extract.csv", tmp_path)
    table = next(tmp_path.rglob("*.parquet"))
    whole = table.read_bytes()
    table.write_bytes(whole[:100])
    with pytest.raises(ListError, match="cannot be read"):
        store.listings(tmp_path)
    table.unlink()
    with pytest.raises(ListError, match="cannot be read"):
        store.listings(tmp_path)
    table.write_bytes(whole)
    receipt = next(tmp_path.rglob("*.json"))
    receipt.write_text(json.dumps(json.loads(receipt.read_text()) | {"entries": 3}))
    with pytest.raises(ListError, match="20 entries, 3 in the receipt"):
        store.listings(tmp_path)
    receipt.write_text("{")
    with pytest.raises(ListError, match="is no receipt"):
        store.receipts(tmp_path)


def test_a_refused_list_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    load("ofac_sdn_2023-12-12_extract.csv", tmp_path)
    before = files(tmp_path)
    broken = tmp_path.parent / "broken_2024-01-01.csv"
    broken.write_text("1,2,3\n")
    with pytest.raises(ListError):
        store.load(broken, "ofac-sdn-csv", tmp_path, extract=True)
    assert files(tmp_path) == before


def test_a_list_that_lost_more_than_a_tenth_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    any_count = bounds.About(
        title="t", authority="US", publisher="p", url="u", cadence="c", licence="l", raw_may_ship=True,
        entries=bounds.Bounds(min=0, max=100),
    )  # fmt: skip
    monkeypatch.setattr(ofac_sdn_csv, "about", lambda _: any_count)

    def whole(day: str, count: int) -> store.Receipt:
        path = tmp_path / f"sdn_{day}.csv"
        path.write_text("".join(sdn_row(n, f"SHIP {n}") for n in range(1, count + 1)) + "\x1a", newline="")
        return store.load(path, "ofac-sdn-csv", tmp_path / "store")

    whole("2024-01-02", 20)
    assert whole("2024-01-03", 18).entries == 18
    with pytest.raises(ListError, match="16 entries, 18 in the version of 2024-01-03"):
        whole("2024-01-04", 16)
    assert whole("2024-01-01", 10).entries == 10
    assert len(store.receipts(tmp_path / "store")) == 3


def test_two_loads_at_once_are_harmless(tmp_path: Path) -> None:
    threads = [
        threading.Thread(target=load, args=("ofac_sdn_2023-12-12_extract.csv", tmp_path)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(files(tmp_path)) == 2
    assert store.listings(tmp_path).num_rows == 20


@pytest.mark.parametrize("authority", ["../etc", "us", "US/..", "X" * 40])
def test_an_authority_is_no_path(tmp_path: Path, authority: str) -> None:
    with pytest.raises(ListError, match="authority"):
        store.load(
            LISTS / "ofac_sdn_2023-12-12_extract.csv",
            "ofac-sdn-csv",
            tmp_path,
            authority=authority,
            extract=True,
        )
    assert files(tmp_path) == {}


def test_an_unknown_format_lists_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"ofac-sdn-csv, .*un-xml"):
        store.load(LISTS / "README.md", "no_such", tmp_path)


def test_merge_fills_the_earliest_date_and_keeps_every_row(read_sdn: Read) -> None:
    late = read_sdn(sdn_row(1, "A"), sdn_row(2, "B"), snapshot="2024-02-01")
    early = read_sdn(sdn_row(1, "A"), snapshot="2024-01-01")
    for order in ([late, early], [early, late]):
        merged = store.merge(order)
        found = [(row["snapshot"], row["name"], row["listed_from"]) for row in merged.to_pylist()]
        assert found == [
            ("2024-01-01", "A", "2024-01-01"),
            ("2024-02-01", "A", "2024-01-01"),
            ("2024-02-01", "B", "2024-02-01"),
        ]
