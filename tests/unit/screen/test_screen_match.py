from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sdn_rows import sdn_row

from rubicon.case import Ship
from rubicon.schema import HIT, LISTING
from rubicon.screen.index import Index
from rubicon.screen.judge import Query
from rubicon.screen.match import receipt, screen, screen_case
from rubicon.screen.pairs import compare

Read = Callable[..., pa.Table]


def hits(query: Query, listings: pa.Table, **more: Any) -> list[dict[str, Any]]:
    table = screen([query], listings, **more)
    assert table.schema.equals(HIT)
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def of_day(listings: pa.Table, snapshot: str) -> pa.Table:
    return listings.filter(pc.equal(listings["snapshot"], snapshot))


def test_the_number_of_maria_finds_her_and_her_owner(extracts: pa.Table) -> None:
    (hit,) = hits(Query(imo="8517839"), of_day(extracts, "2023-12-12"))
    assert (hit["name"], hit["class"], hit["matched_on"], hit["listed_from"]) == (
        "MARIA",
        "match",
        "imo",
        "2023-12-12",
    )
    assert any("IBEX SHIPPING INC" in reason for reason in hit["reasons"])
    assert any("asked 8517839, listed 8517839" in reason for reason in hit["reasons"])


def test_the_version_before_has_nothing_and_the_receipt_says_what_that_means(extracts: pa.Table) -> None:
    before = of_day(extracts, "2022-05-08")
    assert hits(Query(imo="8517839"), before) == []
    told = receipt(before)
    assert [(v["snapshot"], v["entries"], v["ships"], v["extract"]) for v in told["searched"]] == [
        ("2022-05-08", 14, 11, True)
    ]
    assert told["not_loaded"] == ["KR", "EU", "UN", "UK", "JP", "AU", "CA", "NZ", "UA"]
    assert "does not mean that a ship or company is not sanctioned" in told["statement"]


@pytest.mark.parametrize("name", ["ANGARA", "Angara", "АНГАРА", "앙가라"])
def test_angara_in_three_scripts(extracts: pa.Table, name: str) -> None:
    first = hits(Query(name), extracts)[0]
    assert (first["imo"], first["class"]) == ("9179842", "probable")
    assert any(repr(name) in reason and "'ANGARA'" in reason for reason in first["reasons"])


def test_namesakes_of_maria_stay_apart(extracts: pa.Table) -> None:
    found = hits(Query("MARIA"), extracts)
    assert [(hit["name"], hit["imo"], hit["matched_on"]) for hit in found] == [
        ("MARIA", "8517839", "name"),
        ("MARIA E", "9617923", "alias"),
    ]
    assert {hit["class"] for hit in found} == {"probable"}
    assert all(any("8517839, 9617923" in reason for reason in hit["reasons"]) for hit in found)


def test_the_oil_tanker_maria_is_neither_matched_nor_dropped(extracts: pa.Table) -> None:
    found = hits(Query("MARIA", imo="9198783"), extracts)
    assert {hit["class"] for hit in found} == {"homonym_or_tampering"}
    assert {hit["imo"] for hit in found} == {"8517839", "9617923"}
    assert all(
        any("asked 9198783, listed" in reason and "different" in reason for reason in hit["reasons"])
        for hit in found
    )


def test_a_renamed_ship_is_found_by_its_number_alone(extracts: pa.Table) -> None:
    (hit,) = hits(Query("NEW NAME", imo="IMO 9179842"), extracts)
    assert (hit["name"], hit["class"]) == ("ANGARA", "match")
    assert any("'NEW NAME'" in reason and "'ANGARA'" in reason for reason in hit["reasons"])


def test_a_number_given_as_text_is_a_number(extracts: pa.Table) -> None:
    assert [hit["name"] for hit in hits(Query("IMO 9161003"), extracts)] == ["LADY R"]


def test_a_forged_number_is_shown_and_never_matches(read_sdn: Read) -> None:
    listed = read_sdn(sdn_row(1, "GHOST", remarks="Vessel Registration Identification IMO 9179843"))
    (hit,) = hits(Query("GHOST", imo="9179843"), listed)
    assert hit["class"] == "probable"
    assert any("check digit fails" in reason for reason in hit["reasons"])
    (hit,) = hits(Query("GHOST", imo="9179842"), listed)
    assert hit["class"] == "probable"


def test_a_query_without_a_readable_number_says_so(extracts: pa.Table) -> None:
    (hit,) = hits(Query("ANGARA", imo="unknown"), extracts)
    assert any("'unknown', which is no seven-digit number" in reason for reason in hit["reasons"])
    assert hit["query_imo"] == "unknown"


def test_a_company_number_joins_no_ship(read_sdn: Read) -> None:
    # The digits are the same; where they stand says whose number it is.
    listed = read_sdn(
        sdn_row(1, "SHIP", remarks="Vessel Registration Identification IMO 9179842"),
        sdn_row(2, "OWNER LTD", kind="", remarks="Identification Number IMO 9179842"),
    )
    assert [hit["name"] for hit in hits(Query(imo="9179842"), listed)] == ["SHIP"]
    assert hits(Query("OWNER LTD", imo="9179842"), listed)[0]["name"] == "SHIP"
    assert [hit["name"] for hit in hits(Query("OWNER LTD"), listed)] == ["OWNER LTD"]


def test_a_person_is_found_in_either_order(read_sdn: Read) -> None:
    listed = read_sdn(sdn_row(1, "EXAMPLE, Ivan Petrovich", kind="individual"))
    assert (
        len(hits(Query("Ivan Petrovich Example"), listed))
        == len(hits(Query("EXAMPLE Ivan Petrovich"), listed))
        == 1
    )


def test_hits_beyond_the_limit_are_counted(read_sdn: Read) -> None:
    listed = read_sdn(*(sdn_row(n, "STAR") for n in range(1, 8)))
    found = hits(Query("STAR"), listed, limit=3)
    assert len(found) == 3
    assert found[-1]["reasons"][-1] == "4 weaker hits left out (limit 3)"


def test_an_entry_that_left_a_whole_list_is_found_and_said_to_have_left(read_sdn: Read) -> None:
    old = read_sdn(sdn_row(1, "GONE"), snapshot="2024-01-01")
    new = read_sdn(sdn_row(2, "OTHER"), snapshot="2024-02-01")
    both = pa.concat_tables([old, new])
    at = LISTING.get_field_index("list_id")
    ids = [text.removesuffix(" extract") for text in both["list_id"].to_pylist()]
    both = both.set_column(at, LISTING.field(at), pa.array(ids))
    (hit,) = hits(Query("GONE"), both)
    assert "on the version of 2024-01-01, no longer on that of 2024-02-01" in hit["reasons"]


def test_order_and_duplicates_of_rows_change_nothing(extracts: pa.Table) -> None:
    queries = [Query("MARIA"), Query(imo="9179842"), Query("LADY R", imo="9161003")]
    expected = screen(queries, extracts)
    backwards = extracts.take(pa.array(range(extracts.num_rows - 1, -1, -1)))
    assert screen(queries, backwards).equals(expected)
    assert screen(queries, pa.concat_tables([extracts, extracts])).equals(expected)
    assert screen(queries, Index(extracts)).equals(expected)


def test_ships_of_a_case(extracts: pa.Table) -> None:
    ships = [Ship(name="Angara", imo="9179842", aliases=("앙가라",)), Ship(name="Nobody", imo="")]
    table = screen_case(ships, extracts)
    assert [(row["query"], row["class"]) for row in table.to_pylist()] == [("Angara", "match")]


def test_nothing_asked_and_nothing_loaded(extracts: pa.Table) -> None:
    assert screen([], extracts).num_rows == 0
    assert screen([Query()], extracts).num_rows == 0
    assert screen([Query("ANGARA")], LISTING.empty_table()).num_rows == 0
    assert receipt(LISTING.empty_table())["searched"] == []


@pytest.mark.parametrize(
    ("pair", "class_"),
    [
        (("MARIA", "MARIA", "8517839", "9198783"), "homonym_or_tampering"),
        (("MARIA", "OTHER", "8517839", "8517839"), "match"),
        (("MARIA", "OTHER", "8517839", "9198783"), "no_match"),
        (("MARIA", "MARIA", "", "9198783"), "probable"),
        (("MARIA", "MARIA", "", ""), "probable"),
        (("", "", "", ""), "no_match"),
        (("", "", "8517839", "8517839"), "match"),
    ],
)
def test_pairs(pair: tuple[str, str, str, str], class_: str) -> None:
    assert compare(*pair).class_ == class_
    name_a, name_b, imo_a, imo_b = pair
    assert compare(name_b, name_a, imo_b, imo_a).class_ == class_


def test_the_newest_version_of_an_entry_answers_with_the_earliest_date(read_sdn: Read) -> None:
    old = read_sdn(sdn_row(1, "OLD NAME", flag="Malta"), snapshot="2024-01-01")
    new = read_sdn(sdn_row(1, "NEW NAME", flag="Togo"), snapshot="2024-02-01")
    (hit,) = hits(Query("NEW NAME"), pa.concat_tables([new, old]))
    assert (hit["name"], hit["listed_from"]) == ("NEW NAME", "2024-01-01")
    assert hit["evidence_ids"] == [f"{new['source_id'][0].as_py()}@1"]
