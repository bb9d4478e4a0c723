from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from rubicon.case import Input
from rubicon.errors import MissingColumns, OptionError
from rubicon.provenance import source_file
from rubicon.respond.coverage import (
    Cell,
    Designation,
    coverage,
    coverage_options,
    fact_rows,
    read_designations,
    read_owner_designations,
    ships_named,
)
from rubicon.schema import LISTING, OPTION, rows_to_table
from rubicon.screen import store
from rubicon.screen.lists import ofac_sdn_csv

SHIPS = {"9179842": "Angara", "9161003": "Lady R", "9358010": "Maia-1", "8517839": "Maria"}
NONE = LISTING.empty_table()
DAY = date(2024, 7, 1)


@pytest.fixture(scope="module")
def facts(repo: Path) -> list[Designation]:
    folder = repo / "examples" / "najin"
    return [
        *read_designations(source_file(folder / "designations.csv")),
        *read_owner_designations(source_file(folder / "owner_designations.csv")),
    ]


@pytest.fixture(scope="module")
def extracts(repo: Path) -> pa.Table:
    paths = sorted((repo / "examples" / "najin" / "lists").glob("*.csv"))
    return store.merge(
        ofac_sdn_csv.read(source_file(p), Input(file=p.name, format="f", snapshot=p.name[9:19], extract=True))
        for p in paths
    )


def cell(cells: Sequence[Cell], name: str, authority: str) -> Cell:
    (found,) = [one for one in cells if (one.name, one.authority) == (name, authority)]
    return found


def fact(day: str, authority: str = "US") -> Designation:
    return Designation(
        "Angara", "9179842", "ship", authority, day, "ground", (), "", "", "not_stated", "facts@1"
    )


def versions(*days: str, having: Sequence[str] = (), stated: str = "", extract: bool = False) -> pa.Table:
    """Versions of one list, each with one other ship, and with Angara on the days of `having`."""
    rows = []
    for day in days:
        common = {
            "list_id": f"x {day}{' extract' if extract else ''}", "authority": "US", "snapshot": day, "kind": "vessel",
            "aliases": [], "linked_to": [], "imo_valid": True, "source_id": day,
        }  # fmt: skip
        rows.append(
            common | {"listing_id": "x:1", "name": "OTHER", "imo": "9161003", "listed_from": day, "offset": 1}
        )
        if day in having:
            rows.append(
                common
                | {
                    "listing_id": "x:2",
                    "name": "ANGARA",
                    "imo": "9179842",
                    "listed_from": stated or day,
                    "offset": 2,
                }
            )
    return store.merge([rows_to_table(rows, LISTING)])


def one(listings: pa.Table, day: str, *known: Designation) -> Cell:
    return cell(coverage({"9179842": "Angara"}, known, listings, day=date.fromisoformat(day)), "Angara", "US")


@pytest.mark.parametrize("with_lists", [True, False])
def test_lags_from_the_first_listing(facts: list[Designation], extracts: pa.Table, with_lists: bool) -> None:
    cells = coverage(SHIPS, facts, extracts if with_lists else NONE, day=DAY)
    lags = {name: [cell(cells, name, who).lag_days for who in ("US", "KR", "EU")] for name in SHIPS.values()}
    assert lags == {
        "Angara": [0, 695, 778],
        "Lady R": [0, 695, 778],
        "Maia-1": [0, 747, 778],
        "Maria": [0, 164, 195],
    }
    assert [cell(cells, name, "EU").lag_in_force_days for name in ("Angara", "Maria")] == [779, 196]
    assert {one.basis for one in cells if one.authority == "US"} == {"list" if with_lists else "case_fact"}


def test_lags_from_the_first_public_evidence(facts: list[Designation], extracts: pa.Table) -> None:
    cells = coverage(SHIPS, facts, extracts, day=DAY, from_event=date(2023, 10, 13))
    assert [cell(cells, name, "KR").lag_days for name in SHIPS.values()] == [172, 172, 224, 224]
    assert [cell(cells, name, "EU").lag_days for name in SHIPS.values()] == [255] * 4
    assert [cell(cells, name, "US").lag_days for name in SHIPS.values()] == [-523, -523, -523, 60]


def test_what_was_not_read_is_unknown(facts: list[Designation], extracts: pa.Table) -> None:
    cells = coverage(SHIPS, facts, extracts, day=DAY)
    for authority in ("UN", "UK", "JP", "AU", "CA", "NZ", "UA"):
        for name in SHIPS.values():
            found = cell(cells, name, authority)
            assert (found.status, found.basis, found.date, found.lag_days) == ("unknown", "none", None, None)
            assert "no list of ships" in found.ground
    assert "1718" in cell(cells, "Angara", "UN").ground
    assert {one.status for one in cells} == {"listed", "unknown"}


def test_grounds_are_shown(facts: list[Designation], extracts: pa.Table) -> None:
    for listings in (extracts, NONE):
        assert "EO 14024" in cell(coverage(SHIPS, facts, listings, day=DAY), "Angara", "US").ground


def test_owners_stand_beside_the_ship_and_do_not_list_it(facts: list[Designation]) -> None:
    cells = coverage(SHIPS, facts, NONE, day=DAY)
    japan = cell(cells, "Maria", "JP")
    assert japan.status == "unknown"
    assert "IBEX Shipping Inc" in japan.owners[0]
    assert cell(cells, "Angara", "JP").owners == ()
    assert cell(coverage(SHIPS, facts, NONE, day=date(2024, 5, 23)), "Maria", "JP").owners == ()


def test_before_its_listing_a_ship_is_not_listed_where_a_whole_list_says_so() -> None:
    both = versions("2022-05-08", "2023-12-12", having=["2023-12-12"])
    assert one(both, "2022-05-08").status == "not_listed"
    assert one(both, "2022-05-08").date == "2022-05-08"
    assert one(both, "2022-08-08").status == "not_listed"
    assert one(both, "2022-08-09").status == "unknown"
    assert one(both, "2023-06-01", fact("2023-12-12")).status == "not_listed"
    assert one(both, "2023-12-12").status == "listed"
    assert one(both, "2021-01-01").status == "unknown"
    between = versions("2022-05-08", "2023-12-12")
    assert one(between, "2023-06-01").status == "not_listed"
    assert one(between, "2025-06-01").status == "unknown"


def test_absence_from_an_extract_says_nothing() -> None:
    cut = versions("2022-05-08", "2023-12-12", having=["2023-12-12"], extract=True)
    assert one(cut, "2022-05-08").status == "unknown"
    assert "extract" in one(cut, "2022-05-08").ground
    assert one(cut, "2023-12-12").status == "listed"
    # A later extract without the ship does not take it off the list.
    cut = versions("2022-05-08", "2023-12-12", having=["2022-05-08"], extract=True)
    assert one(cut, "2023-12-13").status == "listed"


def test_a_list_without_ships_cannot_say_that_one_is_absent() -> None:
    table = versions("2024-06-30").set_column(
        LISTING.get_field_index("kind"), LISTING.field("kind"), pa.array(["company"])
    )
    assert one(table, "2024-07-01").status == "unknown"


def test_a_list_decides_over_a_fact_and_both_stay_as_evidence() -> None:
    gone = versions("2024-06-30")
    found = one(gone, "2024-07-01", fact("2022-05-08"))
    assert (found.status, found.basis, found.evidence_ids) == ("not_listed", "list", ("facts@1",))
    has = versions("2024-06-30", having=["2024-06-30"])
    found = one(has, "2024-07-01", fact("2022-05-08"))
    assert (found.status, found.basis, found.date) == ("listed", "list", "2022-05-08")
    assert "dated 2022-05-08 by a fact" in found.ground
    assert found.evidence_ids == ("2024-06-30@2", "facts@1")


def test_a_fact_cannot_date_a_listing_to_before_a_version_without_it() -> None:
    both = versions("2023-01-01", "2024-06-30", having=["2024-06-30"])
    assert one(both, "2024-07-01", fact("2022-05-08")).date == "2024-06-30"
    assert one(both, "2024-07-01", fact("2023-05-08")).date == "2023-05-08"


def test_a_removed_ship_is_not_listed_and_the_ground_says_it_was() -> None:
    found = one(versions("2022-05-08", "2024-06-30", having=["2022-05-08"]), "2024-07-01")
    assert found.status == "not_listed"
    assert "an earlier version has it" in found.ground


def test_a_list_with_its_own_dates_speaks_for_days_before_its_version() -> None:
    table = versions("2024-06-30", having=["2024-06-30"], stated="2020-01-02")
    assert (one(table, "2020-01-02").status, one(table, "2020-01-02").date) == ("listed", "2020-01-02")
    assert one(table, "2020-01-01").status == "unknown"


def test_namesakes_are_not_joined(facts: list[Designation], extracts: pa.Table) -> None:
    cells = coverage({"9198783": "Maria"}, [f for f in facts if f.imo], extracts, day=DAY)
    assert {one.status for one in cells} == {"unknown"}


def test_options_lead_back_to_evidence(facts: list[Designation], extracts: pa.Table) -> None:
    cells = coverage(SHIPS, facts, extracts, day=DAY, from_event="2023-10-13")
    table = coverage_options(cells)
    assert table.schema.equals(OPTION)
    known = {f"{row['source_id']}@{row['offset']}" for row in fact_rows(facts)}
    known |= {f"{row['source_id']}@{row['offset']}" for row in extracts.to_pylist()}
    rows = table.to_pylist()
    assert len({row["option_id"] for row in rows}) == len(rows) == 4 * 10
    for row in rows:
        assert set(row["evidence_ids"]) <= known
        assert row["evidence_ids"] or row["status"] == "unknown"
        assert "late " not in row["text"]
        assert (row["date"] is not None) == (row["status"] == "listed")
    korea = next(row for row in rows if (row["subject"], row["actor"]) == ("Lady R", "KR"))
    assert korea["text"].endswith("172 days after 2023-10-13 (the named event).")
    assert json.loads(korea["detail"])["imo"] == "9161003"
    america = next(row for row in rows if (row["subject"], row["actor"]) == ("Lady R", "US"))
    assert (
        "523 days before 2023-10-13 (the named event). It came first, so its ground is another."
        in america["text"]
    )


def test_order_of_rows_changes_nothing(facts: list[Designation], extracts: pa.Table) -> None:
    backwards = extracts.take(pa.array(range(extracts.num_rows - 1, -1, -1)))
    assert coverage(SHIPS, facts, backwards, day=DAY) == coverage(SHIPS, facts, extracts, day=DAY)


def test_names_come_from_the_facts_then_the_lists(facts: list[Designation], extracts: pa.Table) -> None:
    assert ships_named(["9358010", "9617923", "1234567"], facts, extracts) == {
        "9358010": "Maia-1",
        "9617923": "MARIA E",
        "1234567": "",
    }


def test_wrong_questions_are_named(facts: list[Designation]) -> None:
    with pytest.raises(OptionError, match="123"):
        coverage({"123": "X"}, facts, NONE, day=DAY)
    with pytest.raises(OptionError, match="neither first_listing nor a date"):
        coverage(SHIPS, facts, NONE, day=DAY, from_event="yesterday")


def test_a_table_without_its_columns_is_named(tmp_path: Path) -> None:
    path = tmp_path / "designations.csv"
    path.write_text("vessel,imo\nX,1\n")
    with pytest.raises(MissingColumns, match="authority"):
        read_designations(source_file(path))
    with pytest.raises(MissingColumns, match="linked_vessels"):
        read_owner_designations(source_file(path))
