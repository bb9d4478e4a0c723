"""One ship and her owner in every list format; layouts without a whole file at hand are built from their published schemas."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from list_documents import DOCUMENTS, SDN_ADVANCED

from rubicon.case import Input
from rubicon.errors import ListError
from rubicon.identifiers import imo_valid
from rubicon.provenance import source_file
from rubicon.registry import lists
from rubicon.schema import LISTING
from rubicon.screen.bounds import about


def read(
    tmp_path: Path, format_: str, text: str, *, extract: bool = True, snapshot: str = "2024-05-03"
) -> pa.Table:
    path = tmp_path / "list.txt"
    path.write_text(text, encoding="utf-8")
    options = Input(file=path.name, format=format_, snapshot=snapshot, extract=extract)
    return lists()[format_].read(source_file(path), options)


def test_every_format_has_a_document_here_or_a_test_of_its_own() -> None:
    assert set(lists()) == set(DOCUMENTS) | {"ofac-sdn-csv", "un-xml"}


@pytest.mark.parametrize("format_", DOCUMENTS)
def test_the_ship_of_every_format(tmp_path: Path, format_: str) -> None:
    table = read(tmp_path, format_, DOCUMENTS[format_])
    assert table.schema.equals(LISTING)
    ship = next(row for row in table.to_pylist() if row["kind"] == "vessel")
    assert ship["name"].upper() == "EXAMPLE STAR"
    assert ship["imo"] == "9000003"
    assert ship["imo_valid"] is imo_valid("9000003")
    assert ship["aliases"], "a former name or another spelling"
    assert ship["list_id"] == f"{format_} 2024-05-03 extract"
    assert (
        ship["authority"]
        == lists()[format_].META["authority"]
        == about(lists()[format_].__file__ or "").authority
    )


@pytest.mark.parametrize(
    ("format_", "listed_from", "linked_to"),
    [
        ("ofac-sdn-xml", "2024-05-03", ["EXAMPLE CO"]),
        ("eu-xml", "2017-12-22", []),
        ("uk-xml", "2024-06-13", ["EXAMPLE CO"]),
        ("ch-seco-xml", "2018-01-05", []),
        ("ca-sema-xml", "2024-02-23", []),
        ("ftm-json", "2024-05-03", ["EXAMPLE CO"]),
        ("kr-mofa-csv", "2024-01-17", []),
    ],
)
def test_dates_and_owners(tmp_path: Path, format_: str, listed_from: str, linked_to: list[str]) -> None:
    ship = next(
        row for row in read(tmp_path, format_, DOCUMENTS[format_]).to_pylist() if row["kind"] == "vessel"
    )
    assert (ship["listed_from"], ship["linked_to"]) == (listed_from, linked_to)


@pytest.mark.parametrize(
    "format_", ["ofac-sdn-xml", "eu-xml", "uk-xml", "ch-seco-xml", "ca-sema-xml", "ftm-json"]
)
def test_the_person_of_the_lists_that_name_one(tmp_path: Path, format_: str) -> None:
    (person,) = [
        row for row in read(tmp_path, format_, DOCUMENTS[format_]).to_pylist() if row["kind"] == "person"
    ]
    assert "EXAMPLE" in person["name"].upper()
    assert "IVAN" in person["name"].upper()
    assert person["imo"] is None


def test_the_advanced_layout_states_scripts_and_days(tmp_path: Path) -> None:
    ship, company = read(tmp_path, "ofac-sdn-xml", SDN_ADVANCED, snapshot="").to_pylist()
    assert (ship["name"], ship["aliases"], ship["kind"], ship["imo"]) == (
        "EXAMPLE STAR",
        ["ПРИМЕР"],
        "vessel",
        "9000003",
    )
    assert (ship["listed_from"], ship["program"], ship["snapshot"]) == (
        "2022-05-08",
        "RUSSIA-EO14024",
        "2024-05-03",
    )
    assert (company["name"], company["kind"], company["listed_from"]) == (
        "EXAMPLE CO",
        "company",
        "2024-05-03",
    )
    with pytest.raises(ListError, match="party type '9'"):
        read(tmp_path, "ofac-sdn-xml", SDN_ADVANCED.replace('PartySubTypeID="1"', 'PartySubTypeID="9"'))


def test_a_delisted_swiss_target_is_left_out(tmp_path: Path) -> None:
    names = read(tmp_path, "ch-seco-xml", DOCUMENTS["ch-seco-xml"])["name"].to_pylist()
    assert names == ["Example Star", "Ivan EXAMPLE"]


@pytest.mark.parametrize("format_", ["ofac-sdn-xml", "eu-xml", "uk-xml", "ch-seco-xml"])
def test_the_date_of_the_version_is_read_from_the_file(tmp_path: Path, format_: str) -> None:
    table = read(tmp_path, format_, DOCUMENTS[format_], snapshot="")
    assert set(table["snapshot"].to_pylist()) == {"2024-05-03"}


@pytest.mark.parametrize("format_", ["ofac-sdn-xml", "eu-xml", "uk-xml", "ch-seco-xml", "ca-sema-xml"])
def test_a_handful_of_entries_is_no_whole_list(tmp_path: Path, format_: str) -> None:
    with pytest.raises(ListError, match="2 entries, expected"):
        read(tmp_path, format_, DOCUMENTS[format_], extract=False)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("kind,name", "sort,name"), "missing columns"),
        (("1,vessel", "1,submarine"), "unknown kind 'submarine'"),
        (("2024-01-17,,", "Jan 2024,,"), "listed_from"),
        (("2025-01-17", "soon"), "listed_to"),
        (("2,company", "1,company"), "stands 2 times"),
    ],
)
def test_a_hand_kept_table_says_what_is_wrong(tmp_path: Path, change: tuple[str, str], reason: str) -> None:
    from rubicon.errors import RubiconError

    with pytest.raises(RubiconError, match=reason):
        read(tmp_path, "kr-mofa-csv", DOCUMENTS["kr-mofa-csv"].replace(*change))
