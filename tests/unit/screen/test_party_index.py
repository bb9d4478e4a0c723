from __future__ import annotations

from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA
from sdn_rows import REPO

from naive.parties import all_like
from rubicon.schema import LISTING, rows_to_table
from rubicon.screen.index import Index
from rubicon.screen.judge import Query
from rubicon.screen.near_words import NearWords
from rubicon.screen.parties import word_likeness
from rubicon.screen.party_index import PartyIndex, gather

CASES = yaml.safe_load((REPO / "tests" / "cases" / "parties.yml").read_text(encoding="utf-8"))
WORDS = sorted({word for _, one, other, _ in CASES for text in (one, other) for word in text.split()})
PERSONS = [
    "Ali",
    "Aly",
    "Muhammad",
    "Mohammed",
    "Al",
    "Bin",
    "Abd",
    "Rahman",
    "Rehman",
    "Kim",
    "Jong",
    "Un",
    "Song",
    "Chol",
    "Hassan",
    "Hasan",
    "O",
    "A",
    "Petrov",
    "Petrova",
    "Ivanovich",
]
COMPANIES = [
    "Gazprom",
    "Gasprom",
    "Neft",
    "LLC",
    "OOO",
    "Ltd",
    "Trading",
    "Trade",
    "Bank",
    "of",
    "Korea",
    "Ryonbong",
    "1",
    "2",
    "II",
    "Sov",
    "Com",
    "Flot",
    "SovComFlot",
    "AG",
    "GmbH",
]


def index_of_names(kind: str, names: list[list[str]]) -> Index:
    rows: list[dict[str, Any]] = [
        {
            "listing_id": f"x:{number}", "list_id": "x 2024-01-01", "authority": "US", "snapshot": "2024-01-01", "kind": kind, "name": first,
            "aliases": aliases, "listed_from": "2024-01-01", "linked_to": [], "source_id": "x", "offset": number,
        }
        for number, (first, *aliases) in enumerate(names)
    ]  # fmt: skip
    return Index(rows_to_table(rows, LISTING))


def slip(text: str, draw: Random) -> str:
    """One letter dropped, doubled, swapped with the next or changed."""
    at = draw.randrange(max(1, len(text) - 1))
    return draw.choice(
        [text[:at] + text[at + 1 :], text[:at] + text[at : at + 1] + text[at:], text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :],
         text[:at] + draw.choice("aeiknst") + text[at + 1 :]]
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "words"), [("person", PERSONS), ("company", COMPANIES)])
@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_lost_against_comparing_every_entry(kind: str, words: list[str], seed: int) -> None:
    draw = Random(seed)

    def name() -> str:
        return " ".join(draw.choice([*words, *WORDS]) for _ in range(draw.randint(1, 5)))

    index = index_of_names(kind, [[name() for _ in range(draw.randint(1, 3))] for _ in range(120)])
    asked = [entry["name"] for entry in index.entries][:20] + [name() for _ in range(10)]
    met = 0
    for text in [*asked, *(slip(text, draw) for text in asked), "", "-", "Al", "A"]:
        slow = all_like(index.entries, text)
        fast = {entry["listing_id"]: verdict for entry, verdict in index.search(Query(text))}
        assert {id_: one.score for id_, one in fast.items()} == {
            id_: one.score for id_, one in slow.items()
        }, text
        assert {id_: one.reasons for id_, one in fast.items()} == {
            id_: one.reasons for id_, one in slow.items()
        }
        met += len(fast)
    assert met > 40


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.text(alphabet="abcehijksyxш7", min_size=1, max_size=12), min_size=1, max_size=30, unique=True
    ),
    st.text(alphabet="abcehijksyxш7", min_size=1, max_size=12),
)
def test_the_words_that_meet_a_word_are_those_that_its_likeness_says(words: list[str], asked: str) -> None:
    index = PartyIndex(
        gather("company", [(at, {"name": word, "aliases": []}) for at, word in enumerate(words)])
    )
    listed = index.names.words
    found = {listed[at]: like for at, like in index._likes(asked).items() if like > 0.7}
    assert found == {word: like for word in listed if (like := word_likeness(asked, word)) > 0.7}


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.text(alphabet="abcdé1", min_size=1, max_size=9), max_size=30),
    st.text(alphabet="abcdé1", min_size=1, max_size=9),
)
def test_near_words_are_those_of_the_distance(words: list[str], asked: str) -> None:
    near = dict(NearWords(words, range(len(words))).near(asked))
    slow = {
        at: share
        for at, word in enumerate(words)
        if (share := OSA.normalized_similarity(asked, word)) >= 0.75
    }
    assert near == slow
