"""A case judged again when a late image comes, the observations as they were published, and a fictional record that holds empty looks."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from rubicon import pipeline
from rubicon.assess.effect import pause_somewhere
from rubicon.assess.judgement import judge
from rubicon.assess.visits import visits
from rubicon.case import Case, load_case
from rubicon.cli import build
from rubicon.collect.observations import read_observations
from rubicon.provenance import source_file
from rubicon.schema import OBSERVATION, TABLES, rows_to_table

HEADER = "id,date,kind,site,observation,vessel,length_m,containers,shows,repeats,observer,url,note\n"
CASE = """
id = "late"
title = "A late image"
origin = "real"
[period]
start = 2023-10-01
end = 2023-10-31
[[ports]]
name = "Najin"
lat_deg = 42.2333
lon_deg = 130.3
[[ships]]
name = "Angara"
imo = "9179842"
[[ships]]
name = "Lady R"
imo = "9161003"
[[inputs]]
file = "looks.csv"
format = "observations"
raw_may_ship = true
[[questions]]
id = "Q1"
port = "Najin"
vessel = "Angara"
start = 2023-10-10T00:00:00Z
end = 2023-10-14T00:00:00Z
[[questions]]
id = "Q2"
port = "Najin"
start = 2023-10-20T00:00:00Z
end = 2023-10-24T00:00:00Z
"""


def test_a_late_image_makes_a_new_answer_and_the_command_says_what_changed(tmp_path: Path) -> None:
    first = "G1,2023-10-11,image,Najin,a ship,Angara (probable),,,ship_present,,CSIS,u,\n"
    late = "G2,2023-10-12,image,Najin,a ship,Angara,,,ship_present,,NK Pro,u,\n"
    (tmp_path / "case.toml").write_text(CASE)
    case, out = load_case(tmp_path / "case.toml"), tmp_path / "out"
    for looks in (first, first, first + late):
        (tmp_path / "looks.csv").write_text(HEADER + looks)
        pipeline.run(case, out)
    told = CliRunner().invoke(build(["assess"]), ["assess", "versions", str(out), "--json"])
    found = json.loads(told.stdout)["versions"]
    assert [(row["question_id"], row["version"]) for row in found] == [("Q1", 1), ("Q2", 1), ("Q1", 2)]
    assert found[2]["changed"] == "now weighs G2; 83 % became 98 %"
    assert [round(row["probability"], 2) for row in found] == [0.83, 0.5, 0.98]
    plain = CliRunner().invoke(build(["assess"]), ["assess", "versions", str(out)]).stdout
    assert "Q1, version 1: Very likely (83 %)" in plain
    assert "Q1, version 2 (now weighs G2; 83 % became 98 %): Almost certain (98 %)" in plain
    assert "1 questions were answered again" in plain


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


@pytest.fixture
def published(repo: Path, data_dir: Path, tmp_path: Path) -> tuple[Case, list[dict[str, Any]]]:
    """VISIT rows of the looks as the ground truth states them, with what our compilers read in each."""
    case = load_case(repo / "examples" / "najin" / "case.toml")
    read = {row["id"]: row for row in _rows(case.folder / "observations.csv")}
    truth = _rows(data_dir / "najin" / "najin_ground_truth.csv")
    assert {row["id"] for row in truth} <= set(read), "no published look is left out"
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER.strip().split(","), lineterminator="\n")
    writer.writeheader()
    for row in truth:
        writer.writerow(row | {key: read[row["id"]][key] for key in ("shows", "repeats")})
    (tmp_path / "looks.csv").write_text(text.getvalue(), encoding="utf-8")
    table, _ = read_observations(source_file(tmp_path / "looks.csv"), case.ports)
    return case, visits(case, table).to_pylist()  # fmt: skip


def test_the_october_sequence_as_published(published: tuple[Case, list[dict[str, Any]]]) -> None:
    rows = [
        row
        for row in published[1]
        if row["port"] == "Najin" and "2023-10-16" < f"{row['first_seen']:%Y-%m-%d}" < "2023-11-01"
    ]
    told = [(row["status"], sorted(row["evidence_ids"])) for row in rows]
    assert told == [
        ("counted", ["G007", "G008", "G009", "G010", "G011"]),
        ("possible", ["G012"]),
        ("not_counted", ["G013"]),
        ("possible", ["G014"]),
        ("not_counted", ["G015"]),
    ]
    call = rows[0]
    assert call["length_m"] == 115.0
    assert call["departed_before"] - call["last_seen"] == timedelta(hours=4, minutes=42)
    assert "another stack on 2023-10-21, after it left" in call["text"]  # fmt: skip


def fictional(days: int, calls: tuple[int, ...]) -> tuple[Case, dict[str, Any]]:
    """A record of a look a day, with ships of two days on given days, and all looks without one."""
    case = Case.model_validate(
        {
            "id": "t", "title": "t", "origin": "simulated", "period": {"start": "2024-05-01", "end": "2024-06-30"},
            "ports": [{"name": "Najin", "lat_deg": 42.2, "lon_deg": 130.3, "usual_stay_h": 48}],
            "questions": [{"id": "Q", "port": "Najin", "start": "2024-05-01T00:00Z", "end": "2024-06-30T00:00Z"}],
            "effects": [{"id": "E", "text": "a warning", "date": "2024-05-25", "from_port": "Najin"}],
        }
    )  # fmt: skip
    there = {day + k for day in calls for k in (0, 1)}
    rows = [
        {
            "observation_id": f"X{day:02d}", "start": when, "end": when, "date_stated": f"{when:%Y-%m-%d}", "tz_stated": True, "kind": "image",
            "shows": ["ship_present"] if day in there else ["ship_gone"], "port": "Najin", "site": "Najin", "berth": "pier",
            "vessel_probable": False, "quantity": "a ship", "observer": "EYE", "source": "s", "repeats": [], "source_id": "s", "offset": day,
        }
        for day in range(days)
        for when in [datetime(2024, 5, 1, 6, tzinfo=UTC) + timedelta(days=day)]
    ]  # fmt: skip
    tables = {name: schema.empty_table() for name, schema in TABLES.items()}
    return case, judge(case, {**tables, "OBSERVATION": rows_to_table(rows, OBSERVATION)})


def test_a_record_with_empty_looks_has_an_interval_and_a_rate() -> None:
    _, made = fictional(50, (2, 9, 16, 21))
    count = made["COUNT"].to_pylist()[0]
    assert count["seen"] == 4
    assert count["low"] == 4.0 < count["high"] <= 7.0, "eleven days of the period have no look"
    assert "90 % interval" in count["text"]
    row = made["EFFECT"].to_pylist()[0]
    assert (row["kind"], row["rate_ratio"]) == ("rate", 0.0)
    assert 0.01 < row["p"] < 0.2
    assert "would not be seen" in row["text"] or "full stop would be missed" in row["text"]
    assert len(row["evidence_ids"]) == 50


def test_a_window_picked_afterwards_has_to_beat_all_windows() -> None:
    bits = np.random.default_rng(5)
    for rate, days, pause in ((0.15, 198, 26), (0.19, 198, 26), (0.1, 100, 30)):
        runs, found = 3000, 0
        for _ in range(runs):
            times = np.sort(bits.random(int(bits.poisson(rate * days))) * days)
            edges = np.concatenate([[0.0], times, [days]])
            found += bool((np.diff(edges) >= pause).any())
        assert pause_somewhere(rate, days, pause) == pytest.approx(found / runs, abs=0.04)


def test_the_day_of_an_event_is_after_it() -> None:

    _, made = fictional(50, (24,))
    assert "0 calls on 24 imaged days before 2024-05-25, 1 on 26 from that day on" in made["EFFECT"].to_pylist()[0]["text"]  # fmt: skip
