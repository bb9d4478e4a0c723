"""Radar looks of a scenario: what a satellite would have seen of its ships, as Sentinel-1 products, labelled simulated.

A zip for each pass of each `[[overflights]]` of the scenario. Ships are where their tracks put them, broadcasting or not. The same scenario
and seed give the same bytes.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from rubicon.geo.coast import Coast, load_coast
from rubicon.simulate.scenario import Overflight, Scenario
from rubicon.simulate.scenes import RadarView, SimulatedShip, paint, write_product
from rubicon.simulate.tracks import Track

STAMP = (2024, 1, 1, 0, 0, 0)
"""Time of every entry in a zip: a clock would make two runs differ."""
POLARISATION = "VV"


def write_overflights(scenario: Scenario, tracks: Sequence[Track], folder: Path, seed: int) -> list[Path]:
    """Write all looks into a folder; returns the zips in order of time.

    Raises MissingExtra without rasterio.
    """
    made = []
    coast = load_coast()
    for number, flight in enumerate(scenario.overflights):
        land = None
        for passed, when in enumerate(passes(flight, scenario.end)):
            view = view_of(flight, when)
            land = land_of(view, coast) if land is None else land
            ships = [ship for track in tracks for ship in seen_at(track, when, view)]
            stream = seed * 1_000_003 + number * 10_007 + passed
            bands = {POLARISATION: paint(view, ships, stream, land)}
            folder.mkdir(parents=True, exist_ok=True)
            made.append(_zipped(folder, view, bands, ships, stream))
    return sorted(made)


def passes(flight: Overflight, end: datetime) -> Iterator[datetime]:
    """The times of an overflight."""
    when = flight.first_pass
    while when < end:
        yield when
        when += timedelta(hours=flight.every_h)


def view_of(flight: Overflight, when: datetime) -> RadarView:
    """The look that has the overflight's place in its middle."""
    side = round(2 * flight.half_km * 1000 / RadarView.pixel_m)
    heading = flight.heading_deg
    corner = RadarView(*flight.at, rows=side, columns=side, platform_heading_deg=heading)
    lat, lon = corner.point(-side / 2, -side / 2)
    return RadarView(lat, lon, side, side, heading, when, sea_sigma0=flight.sea_sigma0)


def land_of(view: RadarView, coast: Coast) -> npt.NDArray[np.bool_]:
    """Which pixels have their middle on land."""
    rows, columns = np.mgrid[: view.rows, : view.columns] + 0.5
    (lat0, lon0), (lat1, lon1), (lat2, lon2) = view.point(0, 0), view.point(1, 0), view.point(0, 1)
    lat = lat0 + columns * (lat1 - lat0) + rows * (lat2 - lat0)
    lon = lon0 + columns * (lon1 - lon0) + rows * (lon2 - lon0)
    land = coast.land((lon.min(), lat.min(), lon.max(), lat.max()))
    shapely.prepare(land)
    return np.asarray(shapely.contains_xy(land, lon.ravel(), lat.ravel())).reshape(rows.shape)


def seen_at(track: Track, when: datetime, view: RadarView) -> list[SimulatedShip]:
    """The ship of a track when it lies in the view at that time: none or one."""
    at = when.timestamp()
    if not track.time_s[0] <= at <= track.time_s[-1]:
        return []
    lat, lon = (float(np.interp(at, track.time_s, values)) for values in (track.lat_deg, track.lon_deg))
    k = int(np.searchsorted(track.time_s, at))
    column, row = view.place(lat, lon)
    if not (0 <= column < view.columns and 0 <= row < view.rows):
        return []
    ship = track.ship
    return [
        SimulatedShip(
            ship.name,
            lat,
            lon,
            ship.length_m,
            ship.beam_m,
            float(track.course_deg[k]),
            float(track.speed_kn[k]),
        )
    ]


def _zipped(
    folder: Path,
    view: RadarView,
    bands: dict[str, npt.NDArray[np.float64]],
    ships: Sequence[SimulatedShip],
    seed: int,
) -> Path:
    """Write a product, then pack it into one file."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        product = write_product(Path(scratch), view, bands, ships, seed)
        packed = folder / f"{product.stem}.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
            for path in sorted(p for p in product.rglob("*") if p.is_file()):
                name = path.relative_to(product.parent).as_posix()
                out.writestr(zipfile.ZipInfo(name, STAMP), path.read_bytes(), zipfile.ZIP_DEFLATED, 6)
        shutil.move(Path(scratch) / f"{product.stem}.truth.json", folder / f"{product.stem}.truth.json")
    return packed
