from __future__ import annotations

from pathlib import Path

import pytest

from rubicon.errors import CaseError, InputMissing, OptionError
from rubicon.simulate import load_scenario, simulate

GOOD = """
id = "small"
title = "small (simulated)"
start = 2024-05-01T00:00:00Z
end = 2024-05-03T00:00:00Z
[[stations]]
name = "SIMULATED-A"
at = [42.0, 131.0]
range_km = 60
[[ports]]
name = "Here"
berths = [[42.0, 131.0]]
[[ships]]
name = "EXERCISE ALDER"
mmsi = "190000001"
imo = "0000001"
length_m = 100
beam_m = 16
service_speed_kn = 12
start = "Here"
repeat = true
plan = [{ do = "moor", hours = 5 }, { do = "sail", to = [41.5, 131.5] }]
"""


def load(tmp_path: Path, text: str) -> object:
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return load_scenario(path)


def test_good(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"EXERCISE ALDER"', '"ANGARA"', "ships.0.name"),
        ('"190000001"', '"273000001"', "ships.0.mmsi"),
        ('"190000001"', '"111000001"', "ships.0.mmsi"),
        ('"0000001"', '"9179842"', "ships.0.imo"),
        ('"0000001"', '"0000012"', "valid check digit"),
        ('"SIMULATED-A"', '"VLADIVOSTOK"', "stations.0.name"),
        ('start = "Here"', 'start = "Nowhere"', "Nowhere"),
        ("to = [41.5, 131.5]", 'to = "Nowhere"', "Nowhere"),
        ("to = [41.5, 131.5]", "to = [95.0, 131.5]", "ships.0.plan.1"),
        ('plan = [{ do = "moor", hours = 5 }, ', "plan = [", "stay somewhere"),
        ("repeat = true", "repeats = true", "ships.0.repeats"),
        ("repeat = true", "appears = 2024-05-02T23:30:00Z", "appear within"),
        ("end = 2024-05-03T00:00:00Z", "end = 2024-05-01T00:30:00Z", "end must be"),
        ("[[stations]]", "[sampling]\nunder_way_s = [0, 60]\n[[stations]]", "sampling.under_way_s.0"),
        ("[[stations]]", "[sampling]\nunder_way_s = [90, 60]\n[[stations]]", "shortest"),
        ('id = "small"', "id = ", "not TOML"),
    ],
)
def test_refused_with_place_and_reason(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(CaseError, match=r"scenario\.toml") as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert says in str(caught.value)


def test_number_given_twice_is_refused(tmp_path: Path) -> None:
    second = GOOD[GOOD.index("[[ships]]") :]
    with pytest.raises(CaseError, match="mmsi given twice: 190000001"):
        load(tmp_path, GOOD + second)


def test_missing_and_unreadable(tmp_path: Path) -> None:
    with pytest.raises(InputMissing):
        load_scenario(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CaseError, match="UTF-8"):
        load_scenario(tmp_path / "bytes.toml")


def test_a_sea_where_nobody_listens_has_an_empty_log(tmp_path: Path) -> None:
    path = tmp_path / "scenario.toml"
    path.write_text(GOOD[: GOOD.index("[[stations]]")] + GOOD[GOOD.index("[[ports]]") :], encoding="utf-8")
    made = simulate(path, tmp_path / "out", 3)
    assert (made.messages, made.ais.read_bytes()) == (0, b"")
    assert "190000001,EXERCISE ALDER,called,Here,2024-05-01T00:00:00Z,2024-05-01T05:00:00Z,simulated" in (
        made.truth.read_text(encoding="utf-8")
    )


def test_a_negative_seed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="seed -1"):
        simulate(tmp_path / "scenario.toml", tmp_path, -1)
