"""What every detector, source and list must do, whoever wrote it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest

from rubicon import engine
from rubicon.errors import OptionError
from rubicon.registry import detectors, lists, named, sources
from rubicon.schema import EVENT, POSITION, VESSEL, rows_to_table

START = datetime(2024, 5, 1, tzinfo=UTC)
VOYAGE = [
    {
        "vessel_id": ship,
        "time_utc": START + timedelta(hours=hour if hour < 30 else hour + 20),
        "lat_deg": 42.23 + min(hour, 60 - hour) * 0.02,
        "lon_deg": 130.30 + min(hour, 60 - hour) * 0.02,
        "speed_kn": 0.1 if hour in (0, 60) else 6.0,
        "flags": 0,
        "source_id": "s",
        "offset": number * 1000 + hour,
    }
    for number, ship in enumerate(("190000001", "190000002", "190000003"))
    for hour in range(61)
]
PAIR = [
    row | {"vessel_id": ship, "time_utc": START + timedelta(minutes=10 * n), "lat_deg": 10.0, "lon_deg": 20.0 + n % 2 * 0.001,
           "speed_kn": 0.3, "offset": 5000 + n + 1000 * number}
    for n, row in enumerate(VOYAGE[:30])
    for number, ship in enumerate(("190000001", "190000002"))
]  # fmt: skip
"""Two ships side by side at sea for five hours."""
LEAPING = [row | {"lat_deg": -10.0} if n % 7 == 3 else row for n, row in enumerate(VOYAGE)]
SHOWN = {"encounters": PAIR, "loitering": PAIR, "spoofing": LEAPING}
"""Rows in which a detector finds something, where a voyage is not enough."""


STATEMENTS = [
    {"vessel_id": "190000001", "time_utc": START + timedelta(hours=hour), "name": name, "draught_m": draught, "source_id": "v", "offset": hour}
    for hour, name, draught in ((1, "EXERCISE ALDER", 5.0), (2, "EXERCISE ALDER", 5.1), (59, "EXERCISE BIRCH", 7.5))
]  # fmt: skip
"""A ship that changes its name and its draught."""


def given(rows: list[dict[str, object]], statements: list[dict[str, object]] = STATEMENTS) -> engine.Given:
    return engine.Given(rows_to_table(rows, POSITION), rows_to_table(statements, VESSEL))


def shown(kind: str) -> list[dict[str, object]]:
    return SHOWN.get(kind.replace("_", "-"), VOYAGE)


def test_all_rooms_are_found() -> None:
    assert {
        "segments",
        "gaps",
        "port-calls",
        "encounters",
        "loitering",
        "identity",
        "spoofing",
        "voyages",
    } <= set(detectors())
    assert {"nmea", "csv", "parquet", "jsonl"} <= set(sources())
    assert {"ofac-sdn-csv", "un-xml"} <= set(lists())
    with pytest.raises(OptionError, match="there are"):
        named(detectors(), "mindreading", "detector")


def _alone(events: list[dict[str, object]]) -> list[dict[str, object]]:
    """Events without what other ships say about being heard."""
    told = [(event, json.loads(str(event["detail"]))) for event in events]
    return [
        event | {"detail": {key: value for key, value in detail.items() if not key.startswith("reception")}}
        for event, detail in told
    ]


@pytest.mark.parametrize("module", detectors().values(), ids=detectors())
class TestDetector:
    """The contract of a detector."""

    def test_says_what_it_finds_and_where_it_errs(self, module: ModuleType) -> None:
        assert "false positive" in (module.__doc__ or "").lower()
        assert set(module.PROFILES) >= {"rubicon", "gfw"}
        assert all(field.description for field in module.Options.model_fields.values())

    def test_nothing_in_nothing_out(self, module: ModuleType) -> None:
        empty = VESSEL.empty_table() if module.NEEDS == "VESSEL" else POSITION.empty_table()
        found = module.detect(empty, module.PROFILES["rubicon"])
        assert found.num_rows == 0
        assert found.schema.equals(EVENT)

    @pytest.mark.parametrize("profile", ["rubicon", "gfw"])
    def test_order_and_repetition_of_rows_change_nothing(self, module: ModuleType, profile: str) -> None:
        options = module.PROFILES[profile]
        kind = module.__name__.rsplit(".", 1)[-1]
        rows = shown(kind)
        straight = engine.local(kind, given(rows), options)
        mixed = engine.local(kind, given(rows[::-1] + rows[::3], STATEMENTS[::-1] + STATEMENTS), options)
        assert straight.num_rows > 0
        assert straight.drop_columns("evidence_ids").equals(mixed.drop_columns("evidence_ids"))

    def test_ships_apart_are_ships_together(self, module: ModuleType) -> None:
        options = module.PROFILES["rubicon"]
        kind = module.__name__.rsplit(".", 1)[-1]
        rows = LEAPING if kind == "spoofing" else VOYAGE
        if tuple(module.KEY) != ("vessel_id",):
            assert callable(module.thin), "a detector of pairs says what it needs of whole vessels"
            return
        together = engine.local(kind, given(rows), options).to_pylist()
        apart = [
            event
            for ship in ("190000001", "190000002", "190000003")
            for event in engine.local(
                kind,
                given(
                    [r for r in rows if r["vessel_id"] == ship],
                    [r for r in STATEMENTS if r["vessel_id"] == ship],
                ),
                options,
            ).to_pylist()
        ]
        assert _alone(together) == _alone(apart)

    def test_an_unknown_option_is_named(self, module: ModuleType) -> None:
        kind = module.__name__.rsplit(".", 1)[-1]
        with pytest.raises(OptionError, match="no_such_option"):
            engine.options_for(kind, settings={"no_such_option": 1})
