"""Events on the Suez tracks of March 2021, beside MovingPandas and Global Fishing Watch's definitions in plain Python.

Gaps: the same pairs of positions. Port visits and encounters: the same events, proven equal before a figure is printed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from benchmarks import _gfw
from benchmarks._peers import data_folder, keep, machine, median_s, peer
from rubicon.detect import encounters, gaps, port_calls
from rubicon.detect._support import tracks_of
from rubicon.geo.ports import load_ports
from rubicon.schema import POSITION, conform

LEAST = {"port visits": 100_000, "encounters": 13_000}
"""Points a second that Global Fishing Watch's own core reached: a slower stand-in does not count."""

MOVINGPANDAS = """
import json, statistics, sys, time, warnings
warnings.filterwarnings("ignore")
import movingpandas as mpd, pandas as pd
from datetime import timedelta
frame = pd.read_csv(sys.argv[1], parse_dates=["t"], dtype={"id": str})
def run():
    collection = mpd.TrajectoryCollection(frame, "id", t="t", x="lon", y="lat", crs="EPSG:4326", min_length=-1)
    split = mpd.ObservationGapSplitter(collection).split(gap=timedelta(hours=6), min_length=-1)
    return len(collection.trajectories), len(split.trajectories), split
seconds = []
for _ in range(3):
    start = time.process_time()
    ships, pieces, split = run()
    seconds.append(time.process_time() - start)
pieces = sorted([str(t.df["id"].iloc[0]).split("_")[0], t.get_start_time().isoformat(), t.get_end_time().isoformat()] for t in split.trajectories)
print(json.dumps({"version": mpd.__version__, "rate": len(frame) / statistics.median(seconds), "pieces": pieces}))
"""


def suez(folder: Path) -> pa.Table:
    """The tracks as a POSITION table, in the order of the file; speed and course are those from the position before."""
    frame = pl.read_csv(folder / "ais/tracks/suez_2021.csv").select(
        pl.col("^.*ID$").cast(pl.String).alias("vessel_id"),
        pl.col("ais_pos_timestamp").str.to_datetime("%d/%m/%Y %H:%M", time_zone="UTC", time_unit="us").alias("time_utc"),
        lat_deg="latitude", lon_deg="longitude",
        flags=pl.lit(0, pl.Int32), source_id=pl.lit("suez"), offset=pl.int_range(1, pl.len() + 1),
    )  # fmt: skip
    table = conform(frame.to_arrow(), POSITION)
    tracks = tracks_of(table)
    lat, lon, hours = np.radians(tracks.lat_deg), np.radians(tracks.lon_deg), np.diff(tracks.time_us) / 3.6e9
    east, north = np.diff(lon) * np.cos(lat[1:]), np.diff(lat)
    with np.errstate(all="ignore"):
        speed = np.append(0.0, np.hypot(east, north) * 3440.065 / hours)
    course = np.append(0.0, np.degrees(np.arctan2(east, north)) % 360.0)
    speed[tracks.offsets[:-1]] = 0.0
    speed = np.where(np.isfinite(speed), speed, 0.0)
    table = table.set_column(
        table.column_names.index("speed_kn"), POSITION.field("speed_kn"), pa.array(speed[tracks.place])
    )
    at = table.column_names.index("course_deg")
    return conform(
        table.set_column(at, POSITION.field("course_deg"), pa.array(course[tracks.place])), POSITION
    )


def plain(table: pa.Table) -> dict[str, _gfw.Track]:
    """The tracks as lists, for plain Python."""
    tracks = tracks_of(table)
    columns = [
        tracks.time_us / 1e6,
        tracks.lat_deg,
        tracks.lon_deg,
        tracks.column("speed_kn"),
        tracks.column("course_deg"),
    ]
    cuts = list(zip(tracks.vessels, tracks.offsets[:-1], tracks.offsets[1:], strict=True))
    return {ship: tuple(column[a:b].tolist() for column in columns) for ship, a, b in cuts}  # type: ignore[misc]


def silent(table: pa.Table) -> np.ndarray:
    """Positions before a gap of more than 6 h: the sort and the kernel, without EVENT rows."""
    tracks = tracks_of(table)
    found = np.diff(tracks.time_us) > 21_600_000_000
    found[tracks.offsets[1:-1] - 1] = False
    return np.flatnonzero(found)


def main() -> None:
    """Compare, measure, print, keep."""
    folder = data_folder()
    if folder is None:
        print("events: real test data not found, set RUBICON_TEST_DATA; nothing measured")
        return
    table = suez(folder)
    lines = [f"{machine()} Suez, {table.num_rows:,} positions of {len(plain(table))} ships.", ""]
    lines += ["| events | Rubicon, points/s | peer | peer, points/s | ratio |", "|---|---|---|---|---|"]
    lines += _gaps(table)
    lines.append(_beside(table, "port visits", _visits, _plain_visits))
    lines.append(_beside(table, "encounters", _meetings, _plain_meetings))
    keep("events", "\n".join([*lines, ""]))


def _pieces(table: pa.Table) -> list[list[str]]:
    """What lies between gaps, as MovingPandas gives it: ship, first and last time; pieces of one position are left out."""
    tracks = tracks_of(table)
    cuts = np.unique(np.concatenate([tracks.offsets, silent(table) + 1]))
    iso = np.datetime_as_string(tracks.time_us.astype("datetime64[us]"), unit="s")
    names = tracks.names(cuts[:-1])
    found = [
        [ship, str(iso[a]), str(iso[b - 1])]
        for ship, a, b in zip(names, cuts[:-1], cuts[1:], strict=True)
        if iso[b - 1] != iso[a]
    ]
    return sorted(found)


def _row(name: str, rate: float, peer_name: str, peer_rate: float) -> str:
    return f"| {name} | {rate:,.0f} | {peer_name} | {peer_rate:,.0f} | {rate / peer_rate:,.0f}x |"


def _gaps(table: pa.Table) -> list[str]:
    frame = pl.DataFrame(table).select(
        id="vessel_id", t=pl.col("time_utc").dt.replace_time_zone(None), lat="lat_deg", lon="lon_deg"
    )
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary, "suez.csv")
        frame.unique(["id", "t"], keep="first", maintain_order=True).write_csv(path)
        other = peer(["movingpandas", "geopandas"], MOVINGPANDAS, str(path))
    options = gaps.Options(reception=False)
    events = gaps.detect(table, options).num_rows
    if silent(table).size != events or _pieces(table) != other["pieces"]:
        sys.exit(
            f"gaps differ: {silent(table).size}, {events}, {len(other['pieces'])} pieces; no figure is printed"
        )
    name = f"MovingPandas {other['version']}"
    return [
        _row("gaps, sort and kernel", table.num_rows / median_s(lambda: silent(table)), name, other["rate"]),
        _row(
            "gaps, to EVENT rows",
            table.num_rows / median_s(lambda: gaps.detect(table, options)),
            name,
            other["rate"],
        ),
    ]


def _visits(table: pa.Table) -> list[Any]:
    made = port_calls.detect(table, port_calls.PROFILES["gfw"]).to_pylist()
    return sorted(
        (e["vessel_id"], e["start"].timestamp(), e["end"].timestamp(), json.loads(e["detail"])["confidence"])
        for e in made
    )


def _plain_visits(tracks: dict[str, _gfw.Track]) -> list[Any]:
    return sorted(_gfw.port_visits(tracks, CELLS))


CELLS = _gfw.ports_by_cell([(port.lat_deg, port.lon_deg) for port in load_ports()])
MEETINGS = encounters.PROFILES["gfw"].model_copy(update={"min_port_distance_km": 0.0})


def _meetings(table: pa.Table) -> list[Any]:
    made = encounters.detect(table, MEETINGS).to_pylist()
    return sorted(
        (e["vessel_id"], json.loads(e["detail"])["vessel_2"], e["start"].timestamp(), e["end"].timestamp())
        for e in made
    )


def _plain_meetings(tracks: dict[str, _gfw.Track]) -> list[Any]:
    return sorted(_gfw.encounters(tracks))


def _beside(
    table: pa.Table,
    name: str,
    ours: Callable[[pa.Table], list[Any]],
    theirs: Callable[[dict[str, _gfw.Track]], list[Any]],
) -> str:
    tracks = plain(table)
    mine, other = ours(table), theirs(tracks)
    if mine != other:
        only = [list(set(a) - set(b))[:3] for a, b in ((mine, other), (other, mine))]
        sys.exit(f"{name} differ ({len(mine)}, {len(other)}): {only}; no figure is printed")
    detect = port_calls.detect if name == "port visits" else encounters.detect
    options: Any = port_calls.PROFILES["gfw"] if name == "port visits" else MEETINGS
    rate = table.num_rows / median_s(lambda: detect(table, options))
    peer_rate = table.num_rows / median_s(lambda: theirs(tracks))
    scaled = max(peer_rate, LEAST[name])
    note = "" if scaled == peer_rate else f" (measured {peer_rate:,.0f}, counted at its core's rate)"
    return _row(
        f"{name}, {len(mine)} events, to EVENT rows", rate, f"GFW's definition in plain Python{note}", scaled
    )


if __name__ == "__main__":
    main()
