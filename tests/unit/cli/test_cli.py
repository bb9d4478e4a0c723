"""The command line as a person or a script meets it: run in a child process, judged by output and exit code."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from rubicon.cli import ROOMS, build

TRACK = "vessel_id,time_utc,lat_deg,lon_deg\n" + "\n".join(
    f"{ship},2024-05-0{1 + hour // 24}T{hour % 24:02d}:00:00Z,{42 + hour / 100:.2f},{131 + ship / 10:.1f}"
    for ship in (1, 2)
    for hour in (0, 1, 2, 20, 21, 40)
)
CASE = """
id = "small"
title = "Small"
origin = "real"
[period]
start = 2024-05-01
end = 2024-05-03
"""


def rubicon(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rubicon.cli", *map(str, arguments)]
    env = {**os.environ, "CI": "1", "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=env)


def commands(group: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    subs = getattr(group, "commands", None)
    if not subs:
        return [path]
    return [leaf for name, sub in subs.items() for leaf in commands(sub, (*path, name))]


@pytest.mark.parametrize("path", commands(typer.main.get_command(build())), ids=" ".join)
def test_every_command_has_help_with_an_example(path: tuple[str, ...]) -> None:
    command = typer.main.get_command(build())
    for name in path:
        command = command.commands[name]  # type: ignore[attr-defined]
    assert f"Example: rubicon {' '.join(path)}" in (command.help or "")


@pytest.mark.parametrize("room", ROOMS)
def test_a_verb_brings_its_own_room_and_no_other(room: str) -> None:
    for verb in ROOMS[room]:
        assert set(typer.main.get_command(build([verb])).commands) == set(ROOMS[room])  # type: ignore[attr-defined]


def test_the_smallest_case_runs_and_finds_its_one_call(tmp_path: Path) -> None:
    case = Path(__file__).parents[3] / "examples" / "smallest" / "case.toml"
    done = rubicon("run", case, "--out", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["events"] == {"gap": 1}
    found = json.loads((tmp_path / "findings.json").read_text())["findings"]
    assert [(one["vessel"], one["truth"], one["probability"] > 0.5) for one in found] == [
        ("EXERCISE ASPEN", "called", True)
    ]


def inputs(*files: str) -> str:
    return CASE + "".join(f'[[inputs]]\nfile = "{file}"\nformat = "auto"\n' for file in files)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "track.csv").write_text(TRACK)
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(TRACK.encode() * 50)[:-40])
    (tmp_path / "notimes.csv").write_text("vessel_id,lat_deg,lon_deg\n1,42,131\n")
    return tmp_path


BAD = [
    ("empty.csv", "EmptyInput"),
    ("noise.bin", "UnknownFormat"),
    ("cut.csv.gz", "TruncatedInput"),
    ("notimes.csv", "MissingColumns"),
]


@pytest.mark.parametrize(("name", "error"), BAD)
def test_a_bad_input_alone_ends_with_3_and_beside_a_good_one_with_4(
    folder: Path, name: str, error: str
) -> None:
    alone = rubicon("ingest", folder / name, "--lake", folder / "lake1", "--json")
    assert alone.returncode == 3, alone.stderr
    assert f"{error}: {folder / name}" in alone.stderr
    beside = rubicon("ingest", folder / name, folder / "track.csv", "--lake", folder / "lake2", "--json")
    assert beside.returncode == 4, beside.stderr
    assert json.loads(beside.stdout)["positions"] == 12
    assert json.loads(beside.stdout)["failed"][0]["error"] == error


@pytest.mark.parametrize(("name", "error"), BAD)
def test_a_case_with_a_bad_input_says_so_and_goes_on(folder: Path, name: str, error: str) -> None:
    (folder / "case.toml").write_text(inputs(name))
    alone = rubicon("run", folder / "case.toml", "--out", folder / "out")
    assert (alone.returncode, error in alone.stderr) == (3, True), alone.stderr
    assert not (folder / "out" / "dossier").exists()
    (folder / "case.toml").write_text(inputs(name, "track.csv"))
    beside = rubicon("run", folder / "case.toml", "--out", folder / "out", "--json")
    assert (beside.returncode, error in beside.stderr) == (4, True), beside.stderr
    assert json.loads(beside.stdout)["events"]["gap"] == 4
    assert rubicon("verify", folder / "out").returncode == 0


def test_a_misspelt_key_is_named(folder: Path) -> None:
    (folder / "case.toml").write_text(CASE.replace("title", "titel"))
    done = rubicon("run", folder / "case.toml", "--out", folder / "out")
    assert done.returncode == 3
    for word in ("CaseError", "`titel`: unknown key in line 3, did you mean `title`?", "case.toml"):
        assert word in done.stderr


def test_ingesting_twice_adds_nothing(folder: Path) -> None:
    first = rubicon("ingest", folder / "track.csv", "--lake", folder / "lake", "--json")
    files = {path: path.read_bytes() for path in (folder / "lake").rglob("*") if path.is_file()}
    second = rubicon("ingest", folder / "track.csv", "--lake", folder / "lake", "--json")
    assert json.loads(second.stdout) == json.loads(first.stdout) | {"already_in_lake": 1}
    assert {path: path.read_bytes() for path in (folder / "lake").rglob("*") if path.is_file()} == files
    assert first.returncode == second.returncode == 0


def test_detect_from_a_lake_and_from_a_file_agree(folder: Path) -> None:
    rubicon("ingest", folder / "track.csv", "--lake", folder / "lake")
    from_lake = rubicon("detect", "gaps", "--lake", folder / "lake", "--json")
    from_file = rubicon("detect", "gaps", "--positions", folder / "track.csv", "--json")
    events = json.loads(from_lake.stdout)
    assert [event["detail"]["duration_h"] for event in events] == [18.0, 19.0, 18.0, 19.0]
    assert [event["event_id"] for event in json.loads(from_file.stdout)] == [
        event["event_id"] for event in events
    ]
    assert events[0]["start"] == "2024-05-01T02:00:00Z"


def test_segments_keep_the_rows_of_the_input_in_their_order(folder: Path) -> None:
    out = folder / "segments.csv"
    done = rubicon("detect", "segments", "--positions", folder / "track.csv", "--out", out)
    assert done.returncode == 0, done.stderr
    lines = out.read_text().splitlines()
    assert lines[0].split(",")[-1] == "segment_id"
    assert len(lines) == 13
    assert [line.split(",")[0] for line in lines[1:]] == ["1"] * 6 + ["2"] * 6


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("detect", "mindreading", "--positions", "track.csv"), "mindreading"),
        (("detect", "gaps", "--positions", "track.csv", "--set", "min_gap=1"), "min_gap"),
        (("detect", "gaps", "--positions", "track.csv", "--set", "min_gap_s"), "NAME=VALUE"),
        (("detect", "gaps"), "--lake"),
        (("detect", "gaps", "--positions", "track.csv", "--profile", "gwf"), "gwf"),
        (("reach", "--from", "42,130", "--to", "1,2,3", "--port", "Najin"), "LAT,LON,TIME"),
        (("nonsense",), "nonsense"),
        (("screen", "--store", "x"), "nothing to screen"),
        (
            ("respond", "law", "--flag", "RU", "--zone", "moon", "--cargo", "coal", "--date", "2024-01-01"),
            "zone",
        ),
    ],
)
def test_usage_errors_end_with_2(folder: Path, arguments: tuple[str, ...], word: str) -> None:
    done = rubicon(*arguments, cwd=folder)
    assert done.returncode == 2, done.stderr
    assert word in done.stderr


def test_reach_answers_with_the_keys_of_the_contract() -> None:
    done = rubicon(
        "reach", "--from", "43.05,131.85,2024-05-03T06:00Z", "--to", "42.7,133.0,2024-05-06T06:00Z", "--port", "Rajin", "--json"
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert set(found) == {
        "feasible", "distance_km", "distance_min_km", "slack_h", "latest_arrival", "earliest_departure",
        "longest_stay_h", "speed_needed_kn", "probability", "likelihood_ratio",
    }  # fmt: skip
    assert found["feasible"] is True
    assert found["latest_arrival"].endswith("Z")


def test_an_unknown_port_is_named() -> None:
    done = rubicon(
        "reach",
        "--from",
        "43.05,131.85,2024-05-03T06:00Z",
        "--to",
        "42.7,133.0,2024-05-06T06:00Z",
        "--port",
        "Atlantis",
    )
    assert done.returncode == 3
    assert "UnknownPort: Atlantis" in done.stderr


def test_verify_finds_one_changed_byte(folder: Path) -> None:
    (folder / "case.toml").write_text(
        inputs("track.csv").replace('format = "auto"', 'format = "auto"\nraw_may_ship = true')
    )
    assert rubicon("run", folder / "case.toml", "--out", folder / "out").returncode == 0
    evidence = folder / "out" / "dossier" / "data" / "evidence" / "track.csv"
    data = bytearray(evidence.read_bytes())
    data[100] ^= 1
    evidence.write_bytes(bytes(data))
    done = rubicon("verify", folder / "out")
    assert done.returncode == 5
    assert "data/evidence/track.csv" in done.stdout


def test_law_and_coverage_answer_in_json() -> None:
    law = rubicon("respond", "law", "--flag", "RU", "--zone", "port:CN", "--cargo", "conventional_arms", "--involvement", "past",
                  "--date", "2024-02-09", "--json")  # fmt: skip
    assert "2397-9" in [row["id"] for row in json.loads(law.stdout)["applicable"]]
    cover = rubicon(
        "respond",
        "coverage",
        "--imo",
        "9179842",
        "--date",
        "2024-12-31",
        "--from-event",
        "first_listing",
        "--json",
    )
    cells = {cell["authority"]: cell for cell in json.loads(cover.stdout)["cells"]}
    assert (cells["KR"]["lag_days"], cells["EU"]["lag_days"], cells["UN"]["status"]) == (695, 778, "unknown")


def test_screening_reads_a_store(folder: Path, repo: Path) -> None:
    extract = repo / "examples" / "najin" / "lists" / "ofac_sdn_2023-12-12_extract.csv"
    loaded = rubicon(
        "lists",
        "load",
        extract,
        "--format",
        "ofac_sdn_csv",
        "--store",
        folder / "store",
        "--extract",
        "--json",
    )
    assert loaded.returncode == 0, loaded.stderr
    done = rubicon("screen", "--imo", "8517839", "--store", folder / "store", "--json")
    result = json.loads(done.stdout)["results"][0]
    assert [(hit["name"], hit["class"]) for hit in result["hits"]] == [("MARIA", "match")]
    missing = rubicon("screen", "MARIA", "--store", folder / "nowhere")
    assert (missing.returncode, "InputMissing" in missing.stderr) == (3, True)


def test_simulate_gives_the_same_bytes_for_a_seed(folder: Path, repo: Path) -> None:
    scenario = repo / "examples" / "exercise" / "scenario.toml"
    for name in ("a", "b"):
        assert rubicon("simulate", scenario, "--out", folder / name, "--seed", 3, "--json").returncode == 0
    assert (folder / "a" / "ais.nmea").read_bytes() == (folder / "b" / "ais.nmea").read_bytes()
    refused = rubicon("ingest", folder / "a" / "ais.nmea", "--lake", folder / "lake")
    assert (refused.returncode, "SimulatedEvidence" in refused.stderr) == (3, True)


def test_doctor_names_the_coastline() -> None:
    found = json.loads(rubicon("doctor", "--json").stdout)
    assert "GSHHG" in found["coastline"]["name"] + found["coastline"]["resolution"]
    assert {"gaps", "port-calls", "segments"} <= set(found["detectors"])


def test_the_demo_is_the_same_twice_and_verifies(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    first = rubicon("demo", "--out", out, "--no-serve", "--json")
    assert first.returncode == 0, first.stderr
    before = {name: (out / name / "findings.json").read_bytes() for name in ("najin", "exercise")}
    shutil.rmtree(out)
    assert rubicon("demo", "--out", out, "--no-serve").returncode == 0
    assert {name: (out / name / "findings.json").read_bytes() for name in before} == before
    for name in before:
        assert rubicon("verify", out / name).returncode == 0
        origin = json.loads(before[name])["origin"]
        assert origin == ("real" if name == "najin" else "simulated")


@pytest.mark.parametrize("format_", ["observation", "truth"])
def test_a_format_that_no_stage_may_read_is_named(folder: Path, format_: str) -> None:
    (folder / "case.toml").write_text(CASE + f'[[inputs]]\nfile = "track.csv"\nformat = "{format_}"\n')
    done = rubicon("run", folder / "case.toml", "--out", folder / "out")
    assert done.returncode == 3
    assert {"observation": "UnknownFormat", "truth": "SimulatedEvidence"}[format_] in done.stderr


def test_a_simulated_case_with_a_real_number_is_refused_even_without_a_question(folder: Path) -> None:
    text = (
        inputs("track.csv").replace('"real"', '"simulated"')
        + '[[ships]]\nname = "Angara"\nvessel_id = "imo:9179842"\n'
    )
    (folder / "case.toml").write_text(text)
    done = rubicon("run", folder / "case.toml", "--out", folder / "out")
    assert done.returncode == 3
    assert "SimulatedEvidence" in done.stderr


def test_a_changed_case_reads_only_its_own_inputs_from_an_older_lake(folder: Path) -> None:
    (folder / "other.csv").write_text(TRACK.replace("\n1,", "\n7,"))
    (folder / "case.toml").write_text(inputs("track.csv"))
    assert rubicon("run", folder / "case.toml", "--out", folder / "out").returncode == 0
    (folder / "case.toml").write_text(inputs("other.csv"))
    done = rubicon("run", folder / "case.toml", "--out", folder / "out", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ships"] == 2


def test_a_place_that_cannot_be_written_is_named(folder: Path) -> None:
    done = rubicon("detect", "gaps", "--positions", folder / "track.csv", "--out", folder / "no" / "x.csv")
    assert done.returncode == 3
    assert "OutputFailed" in done.stderr
