"""Columns are found by name or by mapping, and never guessed in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from rubicon.case import Columns, Input
from rubicon.collect.columns import KNOWN, ColumnPlan, plan_columns, read_positions
from rubicon.errors import AmbiguousUnits, MissingColumns, NoUsableRows, UnknownFormat
from rubicon.geo.earth import KNOT_MS

NOAA = (
    "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,"
    "Cargo,TransceiverClass"
)
DANISH = (
    "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,"
    "Name,Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA"
)


def plan(header: str, **options: object) -> ColumnPlan:
    return plan_columns(header.split(","), Input(file="f", format="csv", **options), "f")


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("vessel_id,time_utc,lat_deg,lon_deg", ("vessel_id", "time_utc", "lat_deg", "lon_deg")),
        (NOAA, ("MMSI", "BaseDateTime", "LAT", "LON")),
        (DANISH, ("MMSI", "# Timestamp", "Latitude", "Longitude")),
        ("ID,ais_pos_timestamp,longitude,latitude", ("ID", "ais_pos_timestamp", "latitude", "longitude")),
        ("ssvid,lat,lon,timestamp", ("ssvid", "timestamp", "lat", "lon")),
        ("id,t,x,y", ("id", "t", "y", "x")),
        ("ship_id,Date-Time,Lat,Long", ("ship_id", "Date-Time", "Lat", "Long")),
        ("id,MMSI,t,timestamp,x,y,lat,lon", ("MMSI", "timestamp", "lat", "lon")),
    ],
)
def test_known_headers(header: str, names: tuple[str, ...]) -> None:
    made = plan(header)
    assert tuple(made.names[m] for m in ("vessel_id", "time_utc", "lat_deg", "lon_deg")) == names


def test_a_mapping_goes_before_the_names_and_case_does_not_matter() -> None:
    made = plan("MMSI,ship,t,lat,lon", columns=Columns(vessel_id="Ship", time_utc="t"))
    assert made.names["vessel_id"] == "ship"
    assert not made.id_is_mmsi
    assert plan("MMSI,ship,t,lat,lon").id_is_mmsi


def test_a_column_has_one_meaning() -> None:
    assert "course_deg" not in plan("mmsi,t,lat,lon,cog", columns=Columns(heading_deg="cog")).names


def test_missing_columns_are_named_with_the_header_and_a_mapping_that_helps() -> None:
    with pytest.raises(
        MissingColumns, match=r"missing columns lat_deg, lon_deg; the header is: MMSI, t, north"
    ):
        plan("MMSI,t,north")
    with pytest.raises(MissingColumns, match=r"--map time_utc=COLUMN$"):
        plan("MMSI,when,lat,lon")


def test_a_mapping_to_a_column_that_is_not_there_names_the_one_that_looks_right() -> None:
    with pytest.raises(MissingColumns, match=r"missing columns lat_deg.*--map lat_deg=latitude"):
        plan("MMSI,t,latitude,lon", columns=Columns(lat_deg="north"))


@pytest.mark.parametrize("header", ["mmsi,t,lat,latitude,lon", "mmsi,t,lat,LAT,lon", "mmsi,t,lat,lat,lon"])
def test_two_columns_of_one_meaning_are_both_named(header: str) -> None:
    both = header.split(",")[2:4]
    with pytest.raises(MissingColumns, match=rf"`{both[0]}` and `{both[1]}` can both be lat_deg"):
        plan(header)


def test_two_columns_of_a_mapped_name_are_an_error() -> None:
    with pytest.raises(MissingColumns, match="2 columns are called `a`"):
        plan("a,a,t,lat,lon", columns=Columns(vessel_id="a"))


@pytest.mark.parametrize(
    ("name", "stated", "factor"),
    [
        ("speed_kn", "", 1.0),
        ("SOG", "", 1.0),
        ("speed_over_ground", "", 1.0),
        ("Speed (knots)", "", 1.0),
        ("speed_ms", "", 1 / KNOT_MS),
        ("speed [m/s]", "", 1 / KNOT_MS),
        ("speed_kmh", "", 1 / 1.852),
        ("speed", "kn", 1.0),
        ("speed", "m/s", 1 / KNOT_MS),
        ("SOG", "m/s", 1 / KNOT_MS),
    ],
)
def test_the_unit_of_speed(name: str, stated: str, factor: float) -> None:
    assert plan(f"mmsi,t,lat,lon,{name}", speed_unit=stated).kn_per_unit == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "stated"), [("speed", ""), ("velocity", ""), ("speed_kn", "m/s"), ("speed_ms", "kn")]
)
def test_a_unit_that_is_not_stated_or_contradicts_is_an_error(name: str, stated: str) -> None:
    with pytest.raises(AmbiguousUnits, match=name):
        plan(f"mmsi,t,lat,lon,{name}", speed_unit=stated)


def test_columns_that_are_not_read_are_said() -> None:
    assert plan(NOAA).notes == ("columns not read: Cargo, TransceiverClass",)


def test_danish_dates_are_known_and_said() -> None:
    made = plan(DANISH)
    assert made.dates == "day-first"
    assert any("Danish" in note for note in made.notes)
    assert plan(DANISH, dates="iso").dates == "iso"
    assert plan(NOAA).dates == ""


def test_no_name_has_two_meanings() -> None:
    names = [name for tiers in KNOWN.values() for name in " ".join(tiers).split()]
    assert len(names) == len(set(names))


def write(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text)
    return path


ROW = "7,2021-03-20T00:22:11Z,31.4,32.3\n"


def test_a_strict_header_refuses_other_names_and_says_which_would_do(tmp_path: Path) -> None:
    path = write(tmp_path, "ID,timestamp,latitude,longitude\n" + ROW)
    with pytest.raises(MissingColumns) as caught:
        read_positions(path, Input(file="", format=""), strict_header=True)
    assert "missing columns vessel_id, time_utc, lat_deg, lon_deg" in caught.value.reason
    mapping = Columns(vessel_id="ID", time_utc="timestamp", lat_deg="latitude", lon_deg="longitude")
    assert (
        "--map " + ",".join(f"{m}={n}" for m, n in mapping.model_dump().items() if n) in caught.value.reason
    )
    made = read_positions(path, Input(file="", format="", columns=mapping), strict_header=True)
    assert made.positions["vessel_id"].to_pylist() == ["7"]


@pytest.mark.parametrize("absent", ["vessel_id", "time_utc", "lat_deg", "lon_deg"])
def test_a_strict_header_names_the_one_missing_column(tmp_path: Path, absent: str) -> None:
    header = "vessel_id,time_utc,lat_deg,lon_deg".replace(absent, "other")
    with pytest.raises(MissingColumns, match=rf"missing columns {absent};"):
        read_positions(write(tmp_path, f"{header}\n{ROW}"), Input(file="", format=""), strict_header=True)


def test_positions_keep_the_order_of_the_file_and_rejects_their_reasons(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "vessel_id,time_utc,lat_deg,lon_deg,speed_kn\nb,2021-03-20T00:22:11Z,1,2,3\nx,,1,2,3\n"
        "a,2021-03-20T00:22:11Z,1,2,\n",
    )
    made = read_positions(path, Input(file="", format=""), strict_header=True)
    assert made.positions["vessel_id"].to_pylist() == ["b", "a"]
    assert made.positions["offset"].to_pylist() == [1, 3]
    assert made.positions["speed_kn"].to_pylist() == [3.0, None]
    assert made.rejects["reason"].to_pylist() == ["no_time"]
    assert made.messages == 3


def test_a_file_without_a_usable_row_says_why(tmp_path: Path) -> None:
    path = write(tmp_path, "vessel_id,time_utc,lat_deg,lon_deg\nb,never,1,2\n,2021-03-20T00:22:11Z,1,2\n")
    with pytest.raises(NoUsableRows, match="no_vessel_id, time_not_read"):
        read_positions(path, Input(file="", format=""), strict_header=True)


def test_a_log_of_sentences_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "log.nmea"
    path.write_text("!AIVDM,1,1,,A,15M67FC000G?ufbE`FepT@3n00Sa,0*5C\n")
    with pytest.raises(UnknownFormat, match="is nmea"):
        read_positions(path, Input(file="", format=""), strict_header=True)
