"""The case file: what is wrong is named by key and file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from rubicon.case import load_case, utc
from rubicon.errors import CaseError, InputMissing

GOOD = """
id = "x"
title = "X"
origin = "real"
[period]
start = 2024-01-01
end = 2024-02-01
[[ports]]
name = "Najin"
lat_deg = 42.2
lon_deg = 130.3
"""
QUESTION = '[[questions]]\nid = "Q"\nport = "{port}"\nstart = {start}\nend = 2024-01-05\n'


def case(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "case.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GOOD.replace("lat_deg", "latitude"), "`ports.0.latitude`: unknown key in line 10"),
        (
            GOOD.replace("title", "titel"),
            "`titel`: unknown key in line 3, did you mean `title`?; `title`: Field",
        ),
        (
            GOOD.replace("lon_deg", "lon_degr"),
            "`ports.0.lon_degr`: unknown key in line 11, did you mean `lon_deg`?",
        ),
        (GOOD.replace("[period]", "[perod]"), "`perod`: unknown key in line 5, did you mean `period`?"),
        (GOOD.replace("42.2", "142.2"), "`ports.0.lat_deg`"),
        (GOOD.replace('"real"', '"imagined"'), "`origin`"),
        (GOOD.replace('id = "x"', 'id = "../x"'), "`id`"),
        (GOOD.replace("[period]", "[[[period]"), "is not TOML"),
        ('scenario = "s.toml"\n' + GOOD, "a scenario needs"),
        ('folder = "/"\n' + GOOD, "`folder`: unknown key"),
        (GOOD + QUESTION.format(port="Nowhere", start="2024-01-01"), "'Nowhere'"),
        (GOOD + QUESTION.format(port="Najin", start="2024-01-09"), "start must be before end"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, reason: str) -> None:
    path = case(tmp_path, text)
    with pytest.raises(CaseError) as error:
        load_case(path)
    assert reason in error.value.reason
    assert error.value.place == str(path)


def test_a_missing_case_and_a_missing_input_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputMissing):
        load_case(tmp_path / "none.toml")
    made = load_case(case(tmp_path, GOOD + '[[inputs]]\nfile = "none.csv"\nformat = "csv"\n'))
    with pytest.raises(InputMissing, match=r"none\.csv"):
        made.paths(made.inputs[0])


def test_times_without_a_zone_are_utc() -> None:
    assert utc(date(2024, 1, 1)) == datetime(2024, 1, 1, tzinfo=UTC)
    assert utc(datetime.fromisoformat("2024-01-01T09:00+09:00")) == datetime(2024, 1, 1, tzinfo=UTC)
