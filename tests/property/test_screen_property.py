from __future__ import annotations

from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rubicon.errors import ListError
from rubicon.identifiers import SHIP_WEIGHTS, imo_valid
from rubicon.schema import LISTING, rows_to_table
from rubicon.screen.index import Index
from rubicon.screen.judge import CLASSES, Query
from rubicon.screen.match import screen
from rubicon.screen.names import name_keys, normalise_name
from rubicon.screen.pairs import compare
from rubicon.screen.parties import likeness, party

names = st.text(max_size=40)
scripts = st.text(alphabet="ABCХМАРИЯнгё가라앙삼정 019-'/.&", max_size=20)


def entry(number: int, name: str, imo: str) -> dict[str, object]:
    return {
        "listing_id": f"x:{number}", "list_id": "x 2024-01-01", "authority": "US", "snapshot": "2024-01-01", "kind": "vessel", "name": name,
        "aliases": [], "imo": imo, "imo_valid": True, "listed_from": "2024-01-01", "linked_to": [], "source_id": "x", "offset": number,
    }  # fmt: skip


def ship_number(first_six: int) -> str:
    digits = f"{first_six:06d}"
    return digits + str(sum(int(d) * w for d, w in zip(digits, SHIP_WEIGHTS, strict=True)) % 10)


valid_numbers = st.integers(1, 999_999).map(ship_number)


@settings(max_examples=150, deadline=None)
@given(names, valid_numbers, valid_numbers)
def test_two_valid_numbers_decide(name: str, one: str, other: str) -> None:
    verdict = compare(name, name, one, other)
    assert (verdict.class_ == "match") == (one == other)
    assert one == other or verdict.class_ in ("homonym_or_tampering", "no_match")


@settings(max_examples=150, deadline=None)
@given(names | scripts, names | scripts, valid_numbers | st.just(""), valid_numbers | st.just(""))
def test_comparison_has_no_direction(name_a: str, name_b: str, imo_a: str, imo_b: str) -> None:
    one, other = compare(name_a, name_b, imo_a, imo_b), compare(name_b, name_a, imo_b, imo_a)
    assert (one.class_, one.score) == (other.class_, other.score)
    assert one.class_ in CLASSES
    assert 0 < one.score < 1
    assert all(one.reasons)


@settings(max_examples=150, deadline=None)
@given(names | scripts)
def test_a_name_is_itself_and_normalising_is_done_once(name: str) -> None:
    keys = name_keys(name)
    assert len(set(keys.exact)) == len(keys.exact)
    assert all(key == key.strip() and "  " not in key for key in keys.exact)
    if keys.exact:
        assert compare(name, name).class_ == "probable"
    if name.isascii():
        assert normalise_name(normalise_name(name)) == normalise_name(name)
        assert normalise_name(name.swapcase()) == normalise_name(name)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ABCDEFG ", min_size=1, max_size=10), st.integers(0, 99), st.integers(0, 99))
def test_numbers_in_names_tell_hulls_apart(name: str, one: int, other: int) -> None:
    assume(name.strip() and one != other)
    assert compare(f"{name} {one}", f"{name} {other}").class_ == "no_match"


@settings(max_examples=100, deadline=None)
@given(valid_numbers, st.integers(1, 9))
def test_a_wrong_check_digit_is_always_seen(number: str, step: int) -> None:
    assert imo_valid(number)
    assert imo_valid(number[:6] + str((int(number[6]) + step) % 10)) is False


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(names | scripts, valid_numbers), min_size=1, max_size=6), st.randoms())
def test_order_and_duplicates_of_entries_change_nothing(ships: list[tuple[str, str]], draw: Random) -> None:
    rows = [entry(number, name or "X", imo) for number, (name, imo) in enumerate(ships)]
    mixed = rows + draw.sample(rows, 1)
    draw.shuffle(mixed)
    queries = [Query(name, imo) for name, imo in ships]
    straight = screen(queries, rows_to_table(rows, LISTING))
    assert screen(queries, rows_to_table(mixed, LISTING)).equals(straight)
    for row in straight.to_pylist():
        assert (row["class"] == "match") == (row["query_imo"] == row["imo"])


@settings(max_examples=30, deadline=None)
@given(names, names)
def test_a_shared_id_is_refused(one: str, other: str) -> None:
    rows = [entry(1, one or "X", "9179842"), entry(1, other or "Y", "8517839") | {"offset": 2}]
    with pytest.raises(ListError, match="stands 2 times"):
        Index(rows_to_table(rows, LISTING))


@settings(max_examples=100, deadline=None)
@given(names | scripts, names | scripts, st.sampled_from(["person", "company"]))
def test_likeness_has_no_direction_and_stays_within_bounds(one: str, other: str, kind: str) -> None:
    there = likeness(one, other, kind)
    assert there == likeness(other, one, kind)
    assert 0 <= there.score <= 1
    if party(one, kind).words:
        assert likeness(one, one, kind).score == 1
