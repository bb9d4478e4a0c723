"""Stays from dated looks, counts with bounds, and sequences where there is no exposure: the public record."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rubicon.assess.counts import calls_given_seen, chance_seen, counts
from rubicon.assess.sequences import effects
from rubicon.assess.visits import visits
from rubicon.case import Case, load_case
from rubicon.collect.claims import read_claims
from rubicon.collect.observations import read_observations
from rubicon.provenance import source_file
from rubicon.schema import TABLES


@pytest.fixture(scope="module")
def record(repo: Path) -> tuple[Case, dict[str, pa.Table]]:
    case = load_case(repo / "examples" / "najin" / "case.toml")
    tables = {name: schema.empty_table() for name, schema in TABLES.items()}
    tables["OBSERVATION"] = read_observations(source_file(case.folder / "observations.csv"), case.ports)[0]
    tables["CLAIM"] = read_claims(source_file(case.folder / "claims.csv"))[0]
    tables["VISIT"] = visits(case, tables["OBSERVATION"])
    return case, tables


def holding(table: pa.Table, look: str) -> dict[str, Any]:
    return next(row for row in table.to_pylist() if look in row["evidence_ids"])


def test_october_2023_is_one_call_with_a_bracket_and_a_second_stack(record: Any) -> None:
    stay = holding(record[1]["VISIT"], "G008")
    assert stay["evidence_ids"] == ["G008", "G009", "G010", "G007", "G011"]
    assert stay["status"] == "counted"
    assert stay["bracket_h"] == pytest.approx(4.7)
    assert stay["departed_before"] - stay["last_seen"] == timedelta(hours=4, minutes=42)
    for words in ("a bracket of 4 h 42 min", "a stack stood there on 2023-10-17", "another stack on 2023-10-21, after it left", "one call"):  # fmt: skip
        assert words in stay["text"]


def test_a_pier_not_stated_stays_apart_and_the_leased_pier_counts_for_nothing(record: Any) -> None:
    table = record[1]["VISIT"]
    by_look = {key: holding(table, key) for key in ("G012", "G013", "G014", "G015")}
    assert {key: row["status"] for key, row in by_look.items()} == {
        "G012": "possible", "G013": "not_counted", "G014": "possible", "G015": "not_counted",
    }  # fmt: skip
    assert len({row["visit_id"] for row in by_look.values()}) == 4


def test_two_piers_of_one_ship_are_one_call(record: Any) -> None:
    table = record[1]["VISIT"]
    assert holding(table, "G027")["evidence_ids"] == ["G027", "G028"], "named, at two terminals"
    assert holding(table, "G033")["evidence_ids"] == ["G033", "G034"], "one observer, one length"


def test_the_order_of_looks_changes_nothing(record: Any) -> None:
    case, tables = record
    rows = list(range(tables["OBSERVATION"].num_rows))
    random.Random(3).shuffle(rows)
    assert visits(case, tables["OBSERVATION"].take(rows)).equals(tables["VISIT"])


def test_our_count_stands_beside_the_totals_of_others(record: Any) -> None:
    row = counts(*record).to_pylist()[0]
    assert row["text"].startswith("Ours: 11 separate calls at Najin from 24 dated looks, so at least 11")
    assert "CSIS Beyond Parallel: at least 25 visits, 2023-08 to 2024-02-12 [C026]." in row["quoted"]
    assert (row["seen"], row["high"]) == (11, None), "a record picked for what it shows has no upper end"
    others = {**record[1], "CLAIM": record[1]["CLAIM"].slice(0, 0)}
    without = counts(record[0], others).to_pylist()[0]
    assert (without["seen"], without["low"], without["text"]) == (row["seen"], row["low"], row["text"])


def test_a_sequence_has_no_p_and_says_what_is_missing(record: Any) -> None:
    sequence, pause = effects(*record).to_pylist()
    assert (sequence["kind"], sequence["p"], sequence["rate_ratio"]) == ("sequence", None, None)
    for words in ("Dunay: 1 (2023-09-12) before, none after", "Vostochny: none before, 4", "no longer seen at Dunay from late December", "a sequence and no test: exposure per port is unknown"):  # fmt: skip
        assert words in sequence["text"]
    assert "every day that was imaged, with and without a ship" in sequence["missing"][0]
    assert (pause["kind"], pause["p"]) == ("pause", None)
    assert "its chance is 0.022 to 0.008; the window was picked after" in pause["text"]


@pytest.mark.parametrize("every_h", [24, 72, 120])
def test_the_interval_holds_the_true_number_about_as_often_as_it_says(every_h: int) -> None:
    bits, held, runs = np.random.default_rng(every_h), 0, 400
    looks = np.arange(0.0, 200 * 24, every_h)
    chance = chance_seen(looks.tolist(), 200 * 24, 48)
    for _ in range(runs):
        calls = int(bits.integers(1, 60))
        begins = bits.random(calls) * 200 * 24
        stays = 48 * bits.choice([0.5, 1.0, 1.5], calls)
        seen = sum(bool(((looks >= b) & (looks <= b + s)).any()) for b, s in zip(begins, stays, strict=True))
        low, _, high = calls_given_seen(seen, chance)
        held += low <= calls <= high
    assert held / runs >= 0.87


def test_no_look_is_no_chance_and_cloud_lowers_it() -> None:
    assert chance_seen([], 100, 48) == 0.0
    assert chance_seen([10.0], 100, 48, cloud=0.5) == pytest.approx(chance_seen([10.0], 100, 48) / 2)
