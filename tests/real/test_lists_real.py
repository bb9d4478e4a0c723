"""Whole lists as published: counts, the facts of the Najin case, and the extracts that ship."""

from __future__ import annotations

import csv
import importlib.util
from collections import Counter
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from rubicon.errors import ListError
from rubicon.identifiers import company_imo_valid, imo_valid
from rubicon.provenance import sha256_file, source_file
from rubicon.respond.coverage import coverage, read_designations
from rubicon.screen import store
from rubicon.screen.index import Index
from rubicon.screen.judge import Query
from rubicon.screen.lists import ofac_sdn_csv
from rubicon.screen.match import receipt, screen
from rubicon.screen.pairs import compare

pytestmark = pytest.mark.real

SDN_DAYS = {
    "2021-08-18": (9083, 407),
    "2022-05-08": (10150, 502),
    "2023-12-12": (13855, 763),
    "2024-05-03": (14965, 851),
}


@pytest.fixture(scope="module")
def listings(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    folder = tmp_path_factory.mktemp("lists")
    for day, (entries, ships) in SDN_DAYS.items():
        loaded = store.load(data_dir / "lists" / f"ofac_sdn_{day}.csv", "ofac_sdn_csv", folder)
        assert (loaded.snapshot, loaded.entries, loaded.kinds["vessel"]) == (day, entries, ships)
    loaded = store.load(data_dir / "lists" / "un_consolidated_2026-02-27.xml", "un_xml", folder)
    assert (loaded.snapshot, loaded.kinds) == ("2026-02-27", {"company": 273, "person": 730})
    return store.listings(folder)


def of_day(listings: pa.Table, snapshot: str) -> pa.Table:
    return listings.filter(pc.equal(listings["snapshot"], snapshot))


def test_maria_by_number(listings: pa.Table) -> None:
    (hit,) = screen([Query(imo="8517839")], of_day(listings, "2023-12-12")).to_pylist()
    assert (hit["name"], hit["class"], hit["listed_from"]) == ("MARIA", "match", "2023-12-12")
    assert any("IBEX SHIPPING INC" in reason for reason in hit["reasons"])
    assert screen([Query(imo="8517839")], of_day(listings, "2022-05-08")).num_rows == 0
    assert "UN" in receipt(of_day(listings, "2022-05-08"))["not_loaded"]


def test_names_in_three_scripts_and_namesakes(listings: pa.Table) -> None:
    index = Index(listings)
    for name in ("ANGARA", "АНГАРА", "앙가라"):
        assert [row["imo"] for row in screen([Query(name)], index).to_pylist() if row["imo"]] == ["9179842"]
    ships = [(row["name"], row["imo"]) for row in screen([Query("MARIA")], index).to_pylist() if row["imo"]]
    assert ships == [("MARIA", "8517839"), ("MARIA E", "9617923")]


def test_numbers_of_ships_and_companies_as_listed(data_dir: Path, listings: pa.Table) -> None:
    newest = of_day(listings, "2024-05-03")
    ships = newest.filter(pc.equal(newest["kind"], "vessel"))
    assert Counter(ships["imo_valid"].to_pylist()) == {True: 846, None: 5}
    others = newest.filter(pc.not_equal(newest["kind"], "vessel"))
    assert others["imo"].null_count == others.num_rows
    mark = "Identification Number IMO "
    numbers = {text.split(mark)[1][:7] for text in others["remarks"].to_pylist() if text and mark in text}
    assert len(numbers) > 80
    assert all(company_imo_valid(number) for number in numbers)
    assert 0 < sum(bool(imo_valid(number)) for number in numbers) < len(numbers) / 5


def test_aliases_and_addresses(data_dir: Path, listings: pa.Table) -> None:
    sdn = of_day(listings, "2023-12-12")
    named, strangers = ofac_sdn_csv.with_aliases(
        sdn, source_file(data_dir / "lists" / "ofac_alt_2024-01-08.csv")
    )
    assert sum(map(len, named["aliases"].to_pylist())) > 17000
    assert strangers < 200
    placed, _ = ofac_sdn_csv.with_addresses(
        named, source_file(data_dir / "lists" / "ofac_add_2024-01-08.csv")
    )
    assert "Address: Havana, Cuba" in placed["remarks"][0].as_py()


def test_half_a_list_is_refused(data_dir: Path, tmp_path: Path) -> None:
    whole = (data_dir / "lists" / "ofac_sdn_2024-05-03.csv").read_bytes()
    half = tmp_path / "ofac_sdn_2024-05-04.csv"
    at_a_line_end = whole[: whole.index(b"\r\n", len(whole) // 2) + 2]
    half.write_bytes(at_a_line_end)
    with pytest.raises(ListError, match="0x1A"):
        store.load(half, "ofac-sdn-csv", tmp_path / "store")
    half.write_bytes(at_a_line_end + b"\x1a")
    with pytest.raises(ListError, match="expected 12000"):
        store.load(half, "ofac-sdn-csv", tmp_path / "store")
    half.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ListError):
        store.load(half, "ofac-sdn-csv", tmp_path / "store")


def test_extracts_are_cut_as_their_page_says(data_dir: Path, repo: Path, tmp_path: Path) -> None:
    folder = repo / "examples" / "najin" / "lists"
    page = (folder / "README.md").read_text(encoding="utf-8")
    spec = importlib.util.spec_from_file_location("extract", folder / "extract.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for day, (entries, _) in SDN_DAYS.items():
        whole, extract = data_dir / "lists" / f"ofac_sdn_{day}.csv", folder / f"ofac_sdn_{day}_extract.csv"
        assert b"".join(script.cut(whole.read_bytes())) == extract.read_bytes()
        rows = len(list(csv.reader(extract.read_text().splitlines())))
        row = f"| {day} | {entries} | `{sha256_file(whole)}` | {rows} | `{sha256_file(extract)}` |"
        assert row in page


def test_coverage_from_whole_lists(repo: Path, listings: pa.Table) -> None:
    facts = read_designations(source_file(repo / "examples" / "najin" / "designations.csv"))
    ships = {"9179842": "Angara", "8517839": "Maria", "9198783": "MARIA"}

    def status(day: str, name: str, authority: str = "US") -> str:
        cells = coverage(ships, facts, listings, day=date.fromisoformat(day))
        return next(cell.status for cell in cells if (cell.name, cell.authority) == (name, authority))

    assert status("2021-09-01", "Angara") == "not_listed"
    assert status("2022-05-08", "Angara") == "listed"
    assert status("2022-05-08", "Maria") == "not_listed"
    assert status("2023-10-13", "Maria") == "not_listed"
    assert status("2023-12-12", "Maria") == "listed"
    assert status("2024-05-03", "MARIA") == "not_listed"
    # The consolidated list of the UN holds no ships: it cannot say that one is absent.
    assert status("2026-03-01", "Angara", "UN") == "unknown"


def test_ships_with_different_valid_numbers_never_match(data_dir: Path) -> None:
    with (data_dir / "labelled" / "vessel_pairs_dev.csv").open(encoding="utf-8", newline="") as handle:
        pairs = list(csv.DictReader(handle))
    classes = Counter(
        (pair["is_match"], compare(pair["us_name"], pair["eu_name"], pair["us_imo"], pair["eu_imo"]).class_)
        for pair in pairs
    )
    assert classes["True", "match"] == sum(pair["is_match"] == "True" for pair in pairs)
    assert {class_ for label, class_ in classes if label == "False"} <= {"no_match", "homonym_or_tampering"}


def test_by_name_alone_precision_is_kept(data_dir: Path) -> None:
    with (data_dir / "labelled" / "vessel_pairs_dev.csv").open(encoding="utf-8", newline="") as handle:
        pairs = list(csv.DictReader(handle))
    found = Counter(
        (pair["is_match"], compare(pair["us_name"], pair["eu_name"]).class_ == "probable") for pair in pairs
    )
    assert found["True", True] >= 31
    assert found["False", True] <= 1
