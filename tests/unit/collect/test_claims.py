"""Claims: values as bounds, roots of derived claims, grades that may be absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from rubicon.collect.claims import bounds, read_claims, read_grades
from rubicon.errors import EmptyInput, MissingColumns, NoUsableRows
from rubicon.provenance import source_file

HEADER = (
    "id,date,source,source_type,subject,predicate,value,unit,period_start,period_end,derived_from,url,note\n"
)


def claims(tmp_path: Path, *lines: str, header: str = HEADER) -> Path:
    path = tmp_path / "claims.csv"
    path.write_text(header + "\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (">1000", "containers", ("more_than", 1000.0, None)),
        (">=5", "trips", ("at_least", 5.0, None)),
        ("6700", "containers (approx.)", ("exact", 6700.0, 6700.0)),
        ("9000000", "rounds (up to)", ("at_most", None, 9000000.0)),
        ("200000-260000", "shells/month", ("range", 200000.0, 260000.0)),
        ("49 of 109", "imaged days", ("exact", 49.0, 49.0)),
        ("<3", None, ("less_than", None, 3.0)),
        ("condemned", None, ("text", None, None)),
        ("Malligyong-1", None, ("text", None, None)),
    ],
)
def test_bounds(value: str, unit: str | None, expected: tuple[str, float | None, float | None]) -> None:
    assert bounds(value, unit) == expected


def test_derived_claims_collapse_to_their_root_and_ungraded_sources_stay_null(tmp_path: Path) -> None:
    path = claims(
        tmp_path,
        "C1,2024-02-26,Minister,government,DPRK,delivered,6700,containers,,,,u,",
        "C2,2024-02-26,Minister,government,DPRK,capacity,3000000,rounds,,,C1;x448,u,",
        "C3,2024-02-27,Paper,media,DPRK,capacity,3000000,rounds,,,C2,u,copy",
    )
    grades = tmp_path / "grades.csv"
    grades.write_text("source,reliability,reason\nMinister,C,party to the dispute\n")
    table, notes = read_claims(source_file(path), read_grades(source_file(grades)))
    assert table["root"].to_pylist() == ["C1", "C1", "C1"]
    assert table["reliability"].to_pylist() == ["C", "C", None]
    assert table["offset"].to_pylist() == [1, 2, 3]
    assert notes == ()


def test_a_column_that_nobody_knows_is_said(tmp_path: Path) -> None:
    path = claims(tmp_path, "C1,2024,A,b,s,p,1,,,,,,,mood", header=HEADER.strip() + ",feeling\n")
    assert read_claims(source_file(path))[1] == ("columns not used: feeling",)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["C1,2024,A,b,s,p,1,,,,C2,,", "C2,2024,A,b,s,p,1,,,,C1,,"], "circle"),
        (["C1,2024,A,b,s,p,1,,,,C9,,"], "not in the file"),
        (["C1,2024,A,b,s,p,1,,,,,,,extra"], "more fields"),
    ],
)
def test_broken_rows_are_named(tmp_path: Path, lines: list[str], reason: str) -> None:
    with pytest.raises(NoUsableRows, match=reason) as error:
        read_claims(source_file(claims(tmp_path, *lines)))
    assert "claims.csv" in error.value.place


def test_missing_columns_and_cells_are_named(tmp_path: Path) -> None:
    with pytest.raises(MissingColumns, match="source_type"):
        read_claims(source_file(claims(tmp_path, "C1", header="id,date,source,subject,predicate,value\n")))
    with pytest.raises(MissingColumns, match="`subject` is empty") as error:
        read_claims(source_file(claims(tmp_path, "C1,2024,A,b,,p,1,,,,,,")))
    assert error.value.place.endswith("claims.csv:2")


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmptyInput):
        read_claims(source_file(claims(tmp_path, header="")))


def test_a_grade_outside_the_scale_is_named(tmp_path: Path) -> None:
    grades = tmp_path / "grades.csv"
    grades.write_text("source,reliability,reason\nMinister,G,?\n")
    with pytest.raises(NoUsableRows, match="A to F"):
        read_grades(source_file(grades))
