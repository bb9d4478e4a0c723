"""How well a feed hears ships, on feeds of which it is known."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from naive.positions import fix, table
from rubicon.detect import gaps
from rubicon.kernels import reception as kernel


def ships(heard: list[int], hours: list[int], lat: float = 10.0) -> list[dict[str, Any]]:
    """One ship for each number in `heard`, anchored near one place, heard in every so many of these hours."""
    return [
        fix(60 * hour + 30, lat, 20.0 + n * 0.001, f"ship{n:02}")
        for n, every in enumerate(heard)
        for hour in hours
        if hour % every == 0
    ]


def gap_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    (event,) = [e for e in gaps.detect(table(rows), gaps.Options()).to_pylist() if e["vessel_id"] == "dark"]
    detail: dict[str, Any] = json.loads(event["detail"])
    return detail


DARK = [fix(30, 10.0, 20.0, "dark"), fix(60 * 11 + 30, 10.1, 20.1, "dark")]


def test_a_gap_where_all_others_are_heard() -> None:
    found = gap_of(DARK + ships([1] * 30, list(range(13))))
    assert found["reception"] > 0.97
    assert found["reception_trials"] == 30 * 10


def test_a_gap_where_others_are_heard_every_fourth_hour() -> None:
    found = gap_of(DARK + ships([4] * 60, list(range(25))))
    assert found["reception"] == pytest.approx(0.25, abs=0.05)


def test_a_gap_where_nobody_else_ever_was_says_nothing() -> None:
    assert gap_of(DARK + ships([1] * 5, list(range(13)), lat=-40.0))["reception"] is None


def test_an_outage_is_seen_at_its_hours() -> None:
    before_and_after = [hour for hour in range(24) if not 2 <= hour <= 9]
    found = gap_of(DARK + ships([1] * 40, before_and_after))
    assert found["reception"] < 0.35, "the feed was out for eight of ten hours"


def test_own_silence_is_no_trial() -> None:
    alone = gap_of([*DARK, fix(60 * 12, 10.0, 20.0, "dark")])
    assert alone["reception"] is None
    assert alone["reception_trials"] == 0


def test_trials_are_each_hour_of_each_ship_once() -> None:
    times = (np.array([0, 0.2, 0.9, 3.5, 30.0]) * kernel.HOUR_US).astype(np.int64)
    model = kernel.reception(np.array([0, 5]), times, np.zeros(5), np.full(5, 179.9))
    assert (model.trials, model.heard) == (5, 3), (
        "hours 0, 3 and 30 heard, 1 and 2 not, the long silence gives none"
    )
    assert model.key_trials.sum() == model.cell_trials.sum() == 5
