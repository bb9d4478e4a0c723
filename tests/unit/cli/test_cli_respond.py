"""`rubicon respond` as a person or a script meets it: what acceptance reads off its JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rubicon.cli import build
from rubicon.errors import RubiconError

SHIPS = {"9179842": "Angara", "9161003": "Lady R", "9358010": "Maia-1", "8517839": "Maria"}


def asked(*arguments: object) -> Any:
    """The JSON answer of `rubicon respond`; a named error is raised as it is."""
    words = ["respond", *map(str, arguments), "--json"]
    done = CliRunner().invoke(build(words), words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def printed(*arguments: object) -> str:
    words = ["respond", *map(str, arguments)]
    done = CliRunner().invoke(build(words), words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def lags(event: str) -> dict[tuple[str, str], int]:
    ships = [word for imo in SHIPS for word in ("--imo", imo)]
    cells = asked("coverage", *ships, "--date", "2024-12-31", "--from-event", event)["cells"]
    assert {cell["imo"] for cell in cells} == set(SHIPS)
    return {
        (SHIPS[cell["imo"]], cell["authority"]): cell["lag_days"]
        for cell in cells
        if cell["status"] == "listed"
    }


# --- coverage ----------------------------------------------------------------------------------------------


def test_lags_from_the_first_listing() -> None:
    assert lags("first_listing") == {
        ("Angara", "US"): 0, ("Lady R", "US"): 0, ("Maia-1", "US"): 0, ("Maria", "US"): 0,
        ("Angara", "KR"): 695, ("Lady R", "KR"): 695, ("Maia-1", "KR"): 747, ("Maria", "KR"): 164,
        ("Angara", "EU"): 778, ("Lady R", "EU"): 778, ("Maia-1", "EU"): 778, ("Maria", "EU"): 195,
    }  # fmt: skip


def test_lags_from_the_first_public_evidence() -> None:
    found = lags("2023-10-13")
    assert {found[name, "KR"] for name in ("Angara", "Lady R")} == {172}
    assert {found[name, "KR"] for name in ("Maia-1", "Maria")} == {224}
    assert {found[name, "EU"] for name in SHIPS.values()} == {255}


def test_the_named_event_of_the_case_is_the_default() -> None:
    given = asked("coverage", "--imo", "9179842", "--date", "2024-12-31")
    assert given["from_event"] == "2023-10-13"


@pytest.mark.parametrize("authority", ["UN", "UK", "JP", "AU", "CA", "NZ", "UA"])
def test_a_jurisdiction_whose_list_was_not_loaded_is_unknown(authority: str) -> None:
    cells = asked("coverage", "--imo", "8517839", "--date", "2024-12-31")["cells"]
    (cell,) = [one for one in cells if one["authority"] == authority]
    assert (cell["status"], cell["basis"], cell["lag_days"]) == ("unknown", "none", None)


def test_namesakes_of_maria_are_joined_by_number_alone(data_dir: Path, tmp_path: Path) -> None:
    store = tmp_path / "lists"
    for day in ("2022-05-08", "2023-12-12", "2024-05-03"):
        (file,) = (data_dir / "lists").glob(f"ofac_sdn_{day}*.csv")
        words = [
            "lists",
            "load",
            str(file),
            "--format",
            "ofac_sdn_csv",
            "--store",
            str(store),
            "--snapshot",
            day,
        ]
        done = CliRunner().invoke(build(words), words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
    numbers = ("8517839", "9198783", "9617923")
    ships = [word for imo in numbers for word in ("--imo", imo)]
    cells = asked("coverage", *ships, "--date", "2024-07-01", "--store", store)["cells"]
    america = {one["imo"]: (one["status"], one["date"]) for one in cells if one["authority"] == "US"}
    assert america["8517839"] == ("listed", "2023-12-12")
    assert america["9617923"][1] != "2023-12-12"
    korea = {one["imo"]: one["status"] for one in cells if one["authority"] == "KR"}
    assert korea == {"8517839": "listed", "9198783": "unknown", "9617923": "unknown"}


def test_claim_c018_names_no_number_and_is_not_joined_by_name(repo: Path) -> None:
    claims = (repo / "examples" / "najin" / "claims.csv").read_text(encoding="utf-8")
    (line,) = [one for one in claims.splitlines() if one.startswith("C018,")]
    assert "Maria" in line
    cells = asked("coverage", "--imo", "8517839", "--date", "2024-12-31")["cells"]
    for cell in cells:
        assert "C018" not in cell["evidence_ids"]
        assert "C018" not in cell["ground"]


# --- law ---------------------------------------------------------------------------------------------------


def test_the_zone_of_a_position_is_computed() -> None:
    given = asked("law", "--flag", "RU", "--at", "38.6,128.45", "--cargo", "conventional_arms", "--date", "2024-04-14")  # fmt: skip
    assert given["place"]["zone"] == "territorial_sea:KR"
    assert {"2397-9", "2270-22"} <= {row["id"] for row in given["applicable"]}
    same = asked("law", "--flag", "RU", "--zone", "territorial_sea:KR", "--cargo", "conventional_arms", "--date", "2024-04-14")  # fmt: skip
    assert same["applicable"] == given["applicable"]


def test_boundaries_of_a_case_decide(tmp_path: Path, repo: Path) -> None:
    text = (repo / "examples" / "smallest" / "case.toml").read_text(encoding="utf-8")
    zone = '\n[[zones]]\nkind = "eez"\ncountry = "JP"\nsource = "a chart"\nring = [[38, 130], [38, 133], [40, 133], [40, 130]]\n'
    (tmp_path / "case.toml").write_text(text + zone)
    given = asked("law", "--flag", "RU", "--at", "39,131", "--case", tmp_path / "case.toml", "--cargo", "conventional_arms", "--date", "2024-04-14")  # fmt: skip
    assert given["place"]["zone"] == "eez:JP"
    assert "a chart" in given["place"]["basis"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--zone", "high_seas", "--at", "39,131"), "one of --zone and --at"),
        ((), "one of --zone and --at"),
        (("--at", "39"), "LAT,LON"),
        (("--at", "42.45,130.2"), "on land"),
    ],
)
def test_wrong_places_are_named(arguments: tuple[str, ...], named: str) -> None:
    with pytest.raises(RubiconError, match=named):
        asked("law", "--flag", "RU", "--cargo", "none", "--date", "2024-04-14", *arguments)


def test_windows_of_the_record_and_of_a_plan(tmp_path: Path) -> None:
    found = asked("windows")["windows"]
    assert ["Angara", "port:CN"] in [[one["ship"], one["zone"]] for one in found]
    plan = tmp_path / "plan.csv"
    plan.write_text("vessel_id,time_utc,lat_deg,lon_deg\n1,2030-01-01T00:00:00Z,38.6,128.45\n")
    (window,) = asked("windows", "--plan", plan, "--flag", "RU", "--involvement", "aboard")["windows"]
    assert (window["planned"], window["publish"], window["zone"]) == (True, False, "territorial_sea:KR")
    assert printed("windows", "--plan", plan, "--flag", "RU").startswith("PLANNED, not for publication")


# --- bodies and States -------------------------------------------------------------------------------------


def test_council_says_who_is_held_up_by_whom() -> None:
    bodies = {one["id"]: one for one in asked("council", "--measure", "resolution")["bodies"]}
    assert [one["state"] for one in bodies["security_council"]["blocked_by"]] == ["CN", "RU"]
    for vote in bodies["security_council"]["record"]:
        assert vote["source_url"].startswith("http")
        assert vote["verification"]
    assert "at least 9 of 15" in bodies["security_council"]["rule"]


def test_statements_hold_votes_and_weights() -> None:
    given = asked("statements", "--date", "2024-12-31")
    assert given["columns"][:4] == ["condemned", "listed", "pledged", "acted"]
    assert {vote["body"] for vote in given["votes"]} == {"security_council", "general_assembly"}
    texts = [group["weights"]["insurance"]["text"] for group in given["coalitions"]]
    assert set(texts) == {"no open figure loaded"}


@pytest.mark.parametrize(
    "arguments",
    [
        (
            "law",
            "--flag",
            "RU",
            "--zone",
            "territorial_sea:KR",
            "--cargo",
            "missiles",
            "--date",
            "2024-04-14",
        ),
        ("windows",),
        ("council", "--measure", "resolution"),
    ],
)
def test_recalled_paragraphs_are_marked_where_they_are_printed(arguments: tuple[str, ...]) -> None:
    text = printed(*arguments)
    assert "(recalled_check_text)" in text or "(secondary_seen)" in text
    for line in text.splitlines():
        if line.startswith("UNCLOS-25/27"):
            assert "(recalled_check_text)" in line


def test_tasking_answers_with_the_keys_of_the_contract(repo: Path) -> None:
    given = asked("tasking", repo / "examples" / "najin" / "case.toml", "--images", "5", "--days", "20")
    assert given["publish"] is False
    assert len(given["plan"]) == 5
    assert 0 < given["detection_probability"] < 1
    assert given["robust"]["detection_probability"] <= given["robust"]["at_most"]


def test_owners_and_managers_have_their_own_cells() -> None:
    given = asked("coverage", "--imo", "9179842", "--date", "2024-12-31")["owners"]
    america, korea = (next(one for one in given if one["authority"] == who) for who in ("US", "KR"))
    assert [(one["owner"], one["date"]) for one in america["owners"]] == [("M Leasing LLC", "2022-05-08")]
    assert (korea["status"], korea["owners"]) == ("unknown", [])
    europe = next(one for one in given if one["authority"] == "EU")
    assert [one["lag_days"] for one in europe["owners"]] == [133]
