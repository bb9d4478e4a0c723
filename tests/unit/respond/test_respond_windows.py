from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from rubicon.case import Case, Port, Ship, ZoneArea, load_case
from rubicon.collect.observations import read_observations
from rubicon.errors import InvalidPosition, OptionError, OutsideCoastline
from rubicon.provenance import source_file
from rubicon.respond import windows as wins
from rubicon.respond.place import place
from rubicon.schema import OPTION, POSITION, rows_to_table

START = datetime(2024, 4, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def najin(repo: Path) -> Case:
    return load_case(repo / "examples" / "najin" / "case.toml")


def track(*fixes: tuple[float, float, float, float | None], ship: str = "x") -> pa.Table:
    """Fixes as (hour, latitude, longitude, speed in knots)."""
    return rows_to_table(
        [
            {
                "vessel_id": ship, "time_utc": START + timedelta(hours=hour), "lat_deg": lat, "lon_deg": lon,
                "speed_kn": speed, "source_id": "s", "offset": number,
            }
            for number, (hour, lat, lon, speed) in enumerate(fixes)
        ],
        POSITION,
    )  # fmt: skip


def reports(case: Case, repo: Path) -> list[wins.Window]:
    file = source_file(repo / "examples" / "najin" / "observations.csv")
    return wins.windows_of_reports(case, read_observations(file, case.ports)[0], wins.Supposed())


# --- where a position lies ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "stopped", "zone", "note"),
    [
        ((42.21, 130.31), False, "territorial_sea:KP", "if the ship lies in the port"),
        ((42.23, 130.30), True, "port:KP", ""),
        ((42.00, 131.00), False, "high_seas", "same rules on boarding"),
        ((42.90, 132.00), False, "territorial_sea:RU", "takes no side"),
        ((38.60, 128.45), False, "territorial_sea:KR", ""),
    ],
)
def test_a_position_has_the_zone_that_the_rules_know(
    najin: Case, at: tuple[float, float], stopped: bool, zone: str, note: str
) -> None:
    found = place(*at, najin, stopped=stopped)
    assert found.zone == zone
    assert found.approximate
    assert note in " | ".join(found.notes)


def test_boundaries_of_the_case_come_first(najin: Case) -> None:
    ring = ((41.5, 130.5), (41.5, 131.5), (42.1, 131.5), (42.1, 130.5))
    drawn = ZoneArea(kind="eez", country="KP", ring=ring, source="drawn by a lawyer", approximate=False)
    case = najin.model_copy(update={"zones": (drawn,)})
    found = place(42.0, 131.0, case)
    assert (found.zone, found.approximate) == ("eez:KP", False)
    assert "drawn by a lawyer" in found.basis
    wider = drawn.model_copy(update={"kind": "contiguous_zone"})
    asked = place(42.0, 131.0, najin.model_copy(update={"zones": (wider,)}))
    assert asked.zone == "eez:KP"
    assert "contiguous zone" in asked.notes[0]


@pytest.mark.parametrize(
    ("at", "error"),
    [
        ((42.45, 130.2), OptionError),
        ((37.24, 131.9), OptionError),
        ((0.0, 0.0), OutsideCoastline),
        ((95.0, 0.0), InvalidPosition),
    ],
)
def test_places_without_a_zone_are_named(
    najin: Case, at: tuple[float, float], error: type[Exception]
) -> None:
    with pytest.raises(error):
        place(*at, najin)


# --- windows of reports ------------------------------------------------------------------------------------


def test_angara_at_zhoushan_is_a_window_in_which_2397_bites(najin: Case, repo: Path) -> None:
    (window,) = [one for one in reports(najin, repo) if one.zone == "port:CN"]
    assert (window.ship, window.evidence_ids) == ("Angara", ("G022",))
    assert window.start.date() <= date(2024, 2, 9) <= window.end.date()
    assert {row["id"]: row["verb"] for row in window.paragraphs} == {"2270-18": "shall", "2397-9": "shall"}
    assert "a port of CN" in window.text
    assert "would apply if" in window.text


def test_reports_in_one_port_on_following_days_are_one_window(najin: Case, repo: Path) -> None:
    vostochny = [one for one in reports(najin, repo) if one.ship == "Lady R" and one.zone == "port:RU"]
    assert ("G029", "G030") in [one.evidence_ids for one in vostochny]


# --- windows of tracks -------------------------------------------------------------------------------------


def test_a_track_through_a_territorial_sea_and_out(najin: Case) -> None:
    case = najin.model_copy(update={"ships": (Ship(name="X", vessel_id="x", flag="RU"),)})
    found, notes = wins.windows_of_track(
        case,
        track((0, 38.6, 128.45, 12), (1, 38.61, 128.46, 12), (4, 38.9, 129.2, 12), (5, 39.0, 129.4, 12)),
        wins.Supposed(),
    )
    assert [(one.zone, one.fixes) for one in found] == [("territorial_sea:KR", 2), ("high_seas", 2)]
    assert notes == []
    assert {"2397-9", "UNCLOS-25/27"} <= {row["id"] for row in found[0].paragraphs}
    assert {row["actor"] for row in found[0].paragraphs} == {"KR"}


def test_a_silence_ends_a_window(najin: Case) -> None:
    long, short = wins.MOST_SILENCE_H + 1, wins.MOST_SILENCE_H - 1
    for hours, windows in ((long, 2), (short, 1)):
        fixes = track((0, 38.6, 128.45, 5), (hours, 38.6, 128.46, 5))
        found, _ = wins.windows_of_track(najin, fixes, wins.Supposed(), flag="RU")
        assert len(found) == windows


def test_a_ship_that_stops_near_a_port_is_in_it_and_one_that_passes_is_not(najin: Case) -> None:
    for speed, zone in ((0.1, "port:KP"), (9.0, "territorial_sea:KP"), (None, "territorial_sea:KP")):
        found, _ = wins.windows_of_track(najin, track((0, 42.21, 130.31, speed)), wins.Supposed(), flag="RU")
        assert [one.zone for one in found] == [zone]


def test_fixes_without_a_zone_are_counted_and_order_changes_nothing(najin: Case) -> None:
    fixes = track((0, 0.0, 0.0, 9), (1, 37.24, 131.9, 9), (2, 38.6, 128.45, 9))
    found, notes = wins.windows_of_track(najin, fixes, wins.Supposed(), flag="RU")
    assert len(found) == 1
    assert notes == [
        "1 fixes without a zone: outside the coastline in use",
        "1 fixes without a zone: zone not clear",
    ]
    backwards = fixes.take(pa.array([2, 1, 0]))
    assert wins.windows_of_track(najin, backwards, wins.Supposed(), flag="RU") == (found, notes)


def test_without_a_flag_no_law_is_asked(najin: Case) -> None:
    found, _ = wins.windows_of_track(najin, track((0, 38.6, 128.45, 9)), wins.Supposed())
    assert found[0].paragraphs == ()
    assert "no paragraph" in found[0].text


def test_a_ship_moored_among_islands_outside_the_index_uses_the_case_port() -> None:
    case = Case.model_validate(
        {"id": "x", "title": "x", "origin": "real", "period": {"start": "2024-01-01", "end": "2024-02-01"}}
    ).model_copy(update={"ports": (Port(name="Pier", lat_deg=38.6, lon_deg=128.45, country="KR"),)})
    assert place(38.61, 128.46, case, stopped=True).zone == "port:KR"


# --- what is published -------------------------------------------------------------------------------------


def test_what_a_ship_will_do_is_never_published(najin: Case) -> None:
    fixes = track((0, 38.6, 128.45, 9))
    planned, _ = wins.windows_of_track(najin, fixes, wins.Supposed(), flag="RU", planned=True)
    done, _ = wins.windows_of_track(najin, fixes, wins.Supposed(), flag="RU")
    assert planned[0].record()["publish"] is False
    assert "would be in" in planned[0].text
    assert wins.publishable([*planned, *done], date(2030, 1, 1)) == done
    assert wins.publishable(done, START.date() + timedelta(days=wins.YOUNG_DAYS - 1)) == []
    with pytest.raises(OptionError, match="planned"):
        wins.window_options(planned)
    table = wins.window_options(done)
    assert table.schema.equals(OPTION)
    assert table["verification"].to_pylist() == ["recalled_check_text"]
