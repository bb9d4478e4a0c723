"""Observations: sites are matched by listed spellings only, local dates move to UTC and stay marked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rubicon.case import Berth, Port
from rubicon.collect.observations import locate, read_observations
from rubicon.errors import NoUsableRows
from rubicon.provenance import source_file

NAJIN = Port(
    name="Najin",
    lat_deg=42.2333,
    lon_deg=130.3,
    aliases=("라진",),
    sites=("Najin and Vostochny",),
    utc_offset_h=9,
    berths=(Berth(name="DPRK pier", sites=("Najin DPRK pier",)),),
)
HEADER = "id,date,kind,site,observation,vessel,length_m,containers,shows,repeats,observer,url,note\n"


def read(tmp_path: Path, *lines: str):  # type: ignore[no-untyped-def]
    path = tmp_path / "observations.csv"
    path.write_text(HEADER + "\n".join(lines), encoding="utf-8")
    return read_observations(source_file(path), (NAJIN,))[0].to_pylist()


@pytest.mark.parametrize(
    ("site", "port", "berth"),
    [
        ("Najin DPRK pier", "Najin", "DPRK pier"),
        ("najin dprk PIER", "Najin", "DPRK pier"),
        ("Najin", "Najin", None),
        ("라진", "Najin", None),
        ("Najin and Vostochny", "Najin", None),
        ("Najin Pier 9", None, None),
        ("Vostochny", None, None),
    ],
)
def test_only_listed_spellings_locate(site: str, port: str | None, berth: str | None) -> None:
    found, at = locate(site, (NAJIN,))
    assert (found.name if found else None, at) == (port, berth)


def test_a_local_clock_time_becomes_utc_and_says_that_its_zone_was_not_stated(tmp_path: Path) -> None:
    row = read(
        tmp_path, "G1,2023-10-20T11:01,image,Najin DPRK pier,vessel present,,115,,ship_present,,VOA,u,"
    )[0]
    assert row["start"] == row["end"] == datetime(2023, 10, 20, 2, 1, tzinfo=UTC)
    assert (row["tz_stated"], row["berth"], row["length_m"], row["shows"]) == (
        False,
        "DPRK pier",
        115.0,
        ["ship_present"],
    )


def test_a_probable_ship_keeps_its_doubt_and_a_copy_its_originals(tmp_path: Path) -> None:
    row = read(
        tmp_path, "G1,2024-04,images,Najin,vessel,Lady R (probable),,,ship_present,G40;G41,Yomiuri,u,"
    )[0]
    assert (row["vessel"], row["vessel_probable"], row["repeats"]) == ("Lady R", True, ["G40", "G41"])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("G1,2024-04-01,image,Najin,v,,long,,ship_present,,O,u,", "'long' is not a number"),
        ("G1,2024-04-01,image,Najin,v,,,,submarine_seen,,O,u,", "submarine_seen"),
    ],
)
def test_broken_cells_are_named_with_their_row(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(NoUsableRows, match=reason) as error:
        read(tmp_path, line)
    assert error.value.place.endswith(":2")
