"""The exercise as it ships: what the log and the truth must have in common with the scenario."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from naive.plain_ais import read_log
from rubicon.case import Input, load_case
from rubicon.collect.sources import nmea as source
from rubicon.geo.coast import load_coast
from rubicon.geo.earth import distance_km
from rubicon.provenance import source_file
from rubicon.schema import Flag
from rubicon.simulate import Simulated, load_scenario, simulate
from rubicon.simulate.scenario import Scenario

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "exercise"
SCENARIO = FOLDER / "scenario.toml"
HARBOUR_KM = 15.0
DARK_CALLS_AT_NAJIN = {"EXERCISE ALDER": 2, "EXERCISE BIRCH": 1, "EXERCISE CEDAR": 1}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return simulate(SCENARIO, tmp_path_factory.mktemp("exercise"), 1)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(SCENARIO)


@pytest.fixture(scope="module")
def messages(made: Simulated) -> list[dict[str, Any]]:
    return read_log(made.ais.read_text(encoding="ascii"))


@pytest.fixture(scope="module")
def truth(made: Simulated) -> list[dict[str, str]]:
    with made.truth.open(encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def dark_periods(truth: list[dict[str, str]]) -> dict[str, list[tuple[float, float]]]:
    open_since: dict[str, float] = {}
    found: dict[str, list[tuple[float, float]]] = {}
    for row in truth:
        if row["event"] == "dark_from":
            open_since[row["vessel_id"]] = seconds(row["start"])
        elif row["event"] == "dark_until":
            found.setdefault(row["vessel_id"], []).append(
                (open_since.pop(row["vessel_id"]), seconds(row["start"]))
            )
    assert not open_since
    return found


def test_log_is_whole_small_and_in_order(
    made: Simulated, messages: list[dict[str, Any]], scenario: Scenario
) -> None:
    assert len(messages) == made.messages
    assert made.ais.stat().st_size == made.size_bytes < 4_000_000
    times = [message["time"] for message in messages]
    assert times == sorted(times)
    assert scenario.start.timestamp() <= times[0]
    assert times[-1] <= scenario.end.timestamp()
    assert {message["type"] for message in messages} == {1, 3, 5, 18, 24}


def test_every_line_says_simulated(made: Simulated, messages: list[dict[str, Any]]) -> None:
    assert all("s:SIMULATED-" in line for line in made.ais.read_text(encoding="ascii").splitlines())
    assert {message["mmsi"] // 10**8 for message in messages} == {1}
    assert all(m["name"].startswith("EXERCISE ") for m in messages if "name" in m)
    assert "SIMULATED - fictional ships" in made.readme.read_text(encoding="utf-8")
    table = pq.read_table(made.truth_positions)
    assert set(table["origin"].to_pylist()) == {"simulated"}
    assert table.schema.metadata[b"origin"] == b"simulated"


def test_dark_ships_send_nothing(messages: list[dict[str, Any]], truth: list[dict[str, str]]) -> None:
    dark = dark_periods(truth)
    assert len(dark) == 7
    for message in messages:
        for start, end in dark.get(str(message["mmsi"]), []):
            # The transponder is switched between two minutes of the track.
            assert not start + 60 < message["time"] < end - 60, message


def test_dark_calls_at_najin_are_those_of_the_readme(truth: list[dict[str, str]]) -> None:
    dark = dark_periods(truth)
    calls = [row for row in truth if row["event"] == "called" and row["port"] == "Najin"]
    hidden = [
        row["name"]
        for row in calls
        if any(
            a < seconds(row["start"]) and seconds(row["end"]) < b for a, b in dark.get(row["vessel_id"], [])
        )
    ]
    assert Counter(hidden) == DARK_CALLS_AT_NAJIN
    assert [row["name"] for row in calls if row["name"] not in hidden] == ["EXERCISE IVY"]
    stays_h = [(seconds(row["end"]) - seconds(row["start"])) / 3600 for row in calls if row["name"] in hidden]
    assert all(20 <= stay <= 48 for stay in stays_h)


def test_a_call_lasts_from_arrival_to_departure(truth: list[dict[str, str]], scenario: Scenario) -> None:
    first, last = (at.strftime("%Y-%m-%dT%H:%M:%SZ") for at in (scenario.start, scenario.end))
    instants = {(row["vessel_id"], row["event"], row["port"], row["start"]) for row in truth}
    for row in truth:
        if row["event"] == "called":
            own = row["vessel_id"], row["port"]
            assert row["start"] == first or (own[0], "arrived", own[1], row["start"]) in instants, row
            assert row["end"] == last or (own[0], "departed", own[1], row["end"]) in instants, row


def test_reports_agree_with_the_true_track(made: Simulated, messages: list[dict[str, Any]]) -> None:
    table = pq.read_table(made.truth_positions)
    ids = table["vessel_id"].to_numpy(zero_copy_only=False)
    for mmsi in ("190000001", "190000008", "190000015"):
        own = table.filter(ids == mmsi)
        at = own["time_utc"].cast("int64").to_numpy() / 1e6
        sent = [m for m in messages if str(m["mmsi"]) == mmsi and "lat" in m]
        lat = np.interp([m["time"] for m in sent], at, own["lat_deg"].to_numpy())
        lon = np.interp([m["time"] for m in sent], at, own["lon_deg"].to_numpy())
        off = [
            distance_km(a, b, m["lat"] / 6e5, m["lon"] / 6e5) for a, b, m in zip(lat, lon, sent, strict=True)
        ]
        # Between two truth rows a ship may turn a corner: half of ten minutes' way at most.
        assert max(off) < 1.6
        assert np.median(off) < 0.1


def test_stations_on_land_do_not_hear_najin(messages: list[dict[str, Any]]) -> None:
    near = [
        m for m in messages if "lat" in m and distance_km(42.2333, 130.3, m["lat"] / 6e5, m["lon"] / 6e5) < 20
    ]
    assert near
    assert all(m["station"].startswith("SIMULATED-SAT") for m in near)


def test_ships_keep_to_the_water(made: Simulated, scenario: Scenario) -> None:
    table = pq.read_table(made.truth_positions, columns=["lat_deg", "lon_deg"])
    lat, lon = (table[name].to_numpy() for name in ("lat_deg", "lon_deg"))
    here = lat > 41.0
    lat, lon = lat[here], lon[here]
    land = load_coast().land((129.0, 41.0, 136.0, 44.0))
    shapely.prepare(land)
    assert not shapely.contains_xy(land, lon, lat).any()
    berths = np.array([berth for port in scenario.ports for berth in port.berths])
    berth_km = np.hypot((lat[:, None] - berths[:, 0]) * 111.2, (lon[:, None] - berths[:, 1]) * 82.0).min(
        axis=1
    )
    open_lat, open_lon = lat[berth_km > HARBOUR_KM], lon[berth_km > HARBOUR_KM]
    # One degree of longitude is shorter than one of latitude, so 0.0125 degrees is at least 1 km either way.
    off_deg = shapely.distance(land, shapely.points(open_lon, open_lat))
    assert off_deg.min() > 0.0125


def test_speeds_stay_below_what_the_case_assumes(made: Simulated) -> None:
    limits = {ship.vessel_id: ship.max_speed_kn for ship in load_case(FOLDER / "case.toml").ships}
    table = pq.read_table(made.truth_positions)
    fastest = table.group_by("vessel_id").aggregate([("speed_kn", "max")]).to_pylist()
    assert all(row["speed_kn_max"] <= limits[row["vessel_id"]] for row in fastest)
    moving = table.filter(np.asarray(table["nav_status"].to_numpy()) == 0)["speed_kn"].to_numpy()
    assert 8 < np.median(moving) < 16


def test_case_and_scenario_name_the_same_ships(scenario: Scenario) -> None:
    case = load_case(FOLDER / "case.toml")
    assert [(s.name, s.vessel_id, s.imo) for s in case.ships] == [
        (s.name, s.mmsi, s.imo) for s in scenario.ships
    ]
    assert (case.origin, case.scenario) == ("simulated", "scenario.toml")
    assert {i.file for i in case.inputs} == {
        "ais.nmea", "truth.csv", "looks/*.zip", "observations.csv", "claims.csv",
    }  # fmt: skip


def test_the_source_reads_the_log_without_a_reject(made: Simulated, messages: list[dict[str, Any]]) -> None:
    batches = list(
        source.read(source_file(made.ais, origin="simulated"), Input(file="ais.nmea", format="nmea"))
    )
    assert sum(batch.rejects.num_rows for batch in batches) == 0
    assert sum(batch.messages for batch in batches) == len(messages)
    assert sum(batch.positions.num_rows for batch in batches) == sum("lat" in m for m in messages)
    flags = [flag for batch in batches for flag in batch.positions["flags"].to_pylist()]
    assert all(flag & Flag.MMSI_NOT_A_SHIP for flag in flags)
    imo_valid = {v for batch in batches for v in batch.vessels["imo_valid"].to_pylist()}
    assert imo_valid == {False, None}


def test_same_seed_same_bytes_other_seed_other_bytes(made: Simulated, tmp_path: Path) -> None:
    again, other = simulate(SCENARIO, tmp_path / "a", 1), simulate(SCENARIO, tmp_path / "b", 2)
    for one, two in (
        (made.ais, again.ais),
        (made.truth, again.truth),
        (made.truth_positions, again.truth_positions),
    ):
        assert one.read_bytes() == two.read_bytes()
    assert made.ais.read_bytes() != other.ais.read_bytes()


def test_a_ships_lines_do_not_depend_on_the_other_ships(
    made: Simulated, scenario: Scenario, tmp_path: Path
) -> None:
    text = SCENARIO.read_text(encoding="utf-8")
    head, ships = text[: text.index("[[ships]]")], text[text.index("[[ships]]") :].split("[[ships]]\n")[1:]
    alone = tmp_path / "alone.toml"
    alone.write_text(head + "[[ships]]\n" + ships[1], encoding="utf-8")
    assert tomllib.loads(alone.read_text())["ships"][0]["name"] == "EXERCISE BIRCH"
    lines = simulate(alone, tmp_path / "out", 1).ais.read_text().splitlines()
    assert set(lines) < set(made.ais.read_text().splitlines())
    assert len(lines) > 1000
