"""Simulated Sentinel-1 products over given waters: sea of a stated roughness, land, ships with Doppler shift and ghosts, truth beside them.

Everything written says that it is simulated: the product's name, its manifest and its truth. Geometry is a plane tangent to the
ellipsoid at the first pixel; the platform flies straight and looks to the right. A ship moving with the velocity v_los away from the radar is
drawn -(R / V) v_los along the track from where it is, as a focused picture shows it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rubicon.errors import MissingExtra
from rubicon.geo.earth import KNOT_MS, metres_per_degree

LIGHT_M_S = 299_792_458.0
WAVELENGTH_M = 0.05547
ORBIT_SPEED_M_S = 7_590.0
PRF_HZ = 1_685.8
GAIN = 400.0
NOISE_DN2 = 60.0
GRID_STEPS = 10


@dataclass(frozen=True)
class SimulatedShip:
    """A fictional ship: name, place, hull in metres, course over ground and speed, mean backscatter (linear)."""

    name: str
    lat_deg: float
    lon_deg: float
    length_m: float
    width_m: float
    course_deg: float
    speed_kn: float = 0.0
    sigma0: float = 1.0


@dataclass(frozen=True)
class RadarView:
    """Where the product lies and how it was flown: place of its first pixel, heading of the platform, size, sea."""

    lat_deg: float
    lon_deg: float
    rows: int = 1200
    columns: int = 1200
    platform_heading_deg: float = 347.0
    start: datetime = datetime(2024, 5, 3, 21, 22, 33, tzinfo=UTC)
    pixel_m: float = 10.0
    incidence_deg: float = 38.0
    slant_range_m: float = 880_000.0
    sea_sigma0: float = 0.01
    sea_order: float = 8.0
    looks: float = 4.4

    def place(self, lat_deg: float, lon_deg: float) -> tuple[float, float]:
        """Column and row of a point at rest."""
        north_m, east_m = metres_per_degree(self.lat_deg)
        north, east = (lat_deg - self.lat_deg) * north_m, (lon_deg - self.lon_deg) * east_m
        h = math.radians(self.platform_heading_deg)
        along = north * math.cos(h) + east * math.sin(h)
        across = -north * math.sin(h) + east * math.cos(h)
        return across / self.pixel_m, along / self.pixel_m

    def point(self, column: float, row: float) -> tuple[float, float]:
        """Latitude and longitude of a pixel place."""
        north_m, east_m = metres_per_degree(self.lat_deg)
        h = math.radians(self.platform_heading_deg)
        along, across = row * self.pixel_m, column * self.pixel_m
        north, east = along * math.cos(h) - across * math.sin(h), along * math.sin(h) + across * math.cos(h)
        return self.lat_deg + north / north_m, self.lon_deg + east / east_m

    def shift_rows(self, ship: SimulatedShip) -> float:
        """Doppler displacement along the track in rows."""
        look = math.radians(ship.course_deg - self.platform_heading_deg - 90.0)
        los = ship.speed_kn * KNOT_MS * math.cos(look) * math.sin(math.radians(self.incidence_deg))
        return -self.slant_range_m / ORBIT_SPEED_M_S * los / self.pixel_m

    def ghost_rows(self) -> float:
        """Rows to the first azimuth ambiguity."""
        return WAVELENGTH_M * self.slant_range_m * PRF_HZ / (2 * ORBIT_SPEED_M_S) / self.pixel_m


def paint(
    view: RadarView,
    ships: Sequence[SimulatedShip],
    seed: int,
    land: npt.NDArray[np.bool_] | None = None,
    ghosts: bool = True,
) -> npt.NDArray[np.float64]:
    """Sigma nought of the scene (rows, columns): K-distributed sea, bright land, hulls with bright ends, ghosts 25 dB down."""
    rng = np.random.default_rng(seed)
    shape = (view.rows, view.columns)
    texture = view.sea_sigma0 * rng.gamma(view.sea_order, 1 / view.sea_order, shape)
    if land is not None:
        texture[land] = 0.12 * rng.gamma(1.5, 1 / 1.5, int(land.sum()))
    for ship in ships:
        column, row = view.place(ship.lat_deg, ship.lon_deg)
        row += view.shift_rows(ship)
        _hull(texture, view, (column, row), ship, ship.sigma0)
        for n in (-1, 1) if ghosts else ():
            _hull(texture, view, (column, row + n * view.ghost_rows()), ship, ship.sigma0 * 10**-2.5)
    return np.asarray(_blurred(texture) * rng.gamma(view.looks, 1 / view.looks, shape))


def _blurred(power: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The response of a 20 m resolution cell on 10 m pixels: a Gaussian of half width 2 px, along rows and columns."""
    weights = np.exp(-(np.arange(-2, 3) ** 2) / (2 * 0.85**2))
    weights /= weights.sum()
    for axis in (0, 1):
        power = np.sum([w * np.roll(power, k - 2, axis) for k, w in enumerate(weights)], axis=0)
    return power


def _hull(
    texture: npt.NDArray[np.float64],
    view: RadarView,
    at: tuple[float, float],
    ship: SimulatedShip,
    level: float,
) -> None:
    """Add a bar whose stern third is four times as bright, as superstructure is."""
    half = ship.length_m / view.pixel_m + 2
    x0, y0 = max(0, int(at[0] - half)), max(0, int(at[1] - half))
    part = texture[y0 : max(0, int(at[1] + half + 1)), x0 : max(0, int(at[0] + half + 1))]
    if part.size == 0:
        return
    rows, columns = np.mgrid[: part.shape[0], : part.shape[1]]
    angle = math.radians(ship.course_deg - view.platform_heading_deg)
    down, right = (rows + y0 + 0.5 - at[1]) * view.pixel_m, (columns + x0 + 0.5 - at[0]) * view.pixel_m
    along, across = (
        down * math.cos(angle) + right * math.sin(angle),
        right * math.cos(angle) - down * math.sin(angle),
    )
    inside = (np.abs(along) <= ship.length_m / 2) & (np.abs(across) <= max(ship.width_m, view.pixel_m) / 2)
    part[inside] += np.where(along[inside] < -ship.length_m / 6, 4 * level, level)


def write_product(
    folder: Path,
    view: RadarView,
    bands: dict[str, npt.NDArray[np.float64]],
    ships: Sequence[SimulatedShip],
    seed: int,
) -> Path:
    """Write bands of sigma nought as a SAFE folder with its truth beside it; returns the folder of the product.

    Raises MissingExtra without rasterio.
    """
    try:
        import rasterio
    except ImportError as error:
        raise MissingExtra("writing scenes needs the extra: pip install 'rubicon-osint[imagery]'") from error
    stop = view.start + timedelta(seconds=view.rows * view.pixel_m / 6_800.0)
    stamp = f"{view.start:%Y%m%dT%H%M%S}_{stop:%Y%m%dT%H%M%S}"
    product = folder / f"S1A_IW_GRDH_1SDV_{stamp}_000000_000000_SIMU.SAFE"
    for part in ("annotation/calibration", "measurement"):
        (product / part).mkdir(parents=True, exist_ok=True)
    for number, (polarisation, sigma0) in enumerate(bands.items(), start=1):
        stem = f"s1a-iw-grd-{polarisation.lower()}-{view.start:%Y%m%dt%H%M%S}-{stop:%Y%m%dt%H%M%S}-000000-000000-{number:03d}"
        dn = np.clip(np.round(np.sqrt(sigma0 * GAIN**2 + NOISE_DN2)), 1, 65535).astype(np.uint16)
        profile = {
            "driver": "GTiff",
            "height": view.rows,
            "width": view.columns,
            "count": 1,
            "dtype": "uint16",
        }
        with rasterio.open(product / "measurement" / f"{stem}.tiff", "w", **profile, **_points(view)) as out:
            out.write(dn, 1)
            out.update_tags(TIFFTAG_IMAGEDESCRIPTION="simulated by rubicon")
        (product / "annotation" / f"{stem}.xml").write_text(_annotation(view, polarisation, stop))
        for name, text in (("calibration", _calibration(view)), ("noise", _noise(view))):
            (product / "annotation" / "calibration" / f"{name}-{stem}.xml").write_text(text)
    about = {
        "simulated": True,
        "seed": seed,
        "view": asdict(view),
        "ships": [_truth(view, ship) for ship in ships],
    }
    (product / "manifest.safe").write_text(
        f"<simulated>{json.dumps(about, default=str, sort_keys=True)}</simulated>"
    )
    (folder / f"{product.stem}.truth.json").write_text(
        json.dumps(about, default=str, indent=1, sort_keys=True)
    )
    return product


def _truth(view: RadarView, ship: SimulatedShip) -> dict[str, Any]:
    column, row = view.place(ship.lat_deg, ship.lon_deg)
    return {**asdict(ship), "column_px": column, "row_px": row + view.shift_rows(ship), "simulated": True}


def _points(view: RadarView) -> dict[str, Any]:
    """Ground control points of the corners."""
    from rasterio.control import GroundControlPoint

    corners = [(0, 0), (0, view.columns), (view.rows, 0), (view.rows, view.columns)]
    made = []
    for row, column in corners:
        lat, lon = view.point(column, row)
        made.append(GroundControlPoint(row, column, lon, lat))
    return {"gcps": made, "crs": "EPSG:4326"}


def _list(values: npt.ArrayLike) -> str:
    return " ".join(f"{v:g}" for v in np.ravel(values))


def _annotation(view: RadarView, polarisation: str, stop: datetime) -> str:
    points = []
    for row in np.unique(np.linspace(0, view.rows - 1, GRID_STEPS).astype(int)):
        for column in np.unique(np.linspace(0, view.columns - 1, GRID_STEPS).astype(int)):
            lat, lon = view.point(column + 0.5, row + 0.5)
            points.append(
                f"<geolocationGridPoint><slantRangeTime>{2 * view.slant_range_m / LIGHT_M_S:.15g}</slantRangeTime><line>{row}</line><pixel>{column}</pixel>"
                f"<latitude>{lat:.12g}</latitude><longitude>{lon:.12g}</longitude><incidenceAngle>{view.incidence_deg}</incidenceAngle></geolocationGridPoint>"
            )
    return (
        f"<product><adsHeader><polarisation>{polarisation}</polarisation></adsHeader><generalAnnotation><productInformation>"
        f"<platformHeading>{view.platform_heading_deg}</platformHeading><radarFrequency>{LIGHT_M_S / WAVELENGTH_M:.9g}</radarFrequency></productInformation>"
        f"<downlinkInformationList><downlinkInformation><swath>IW2</swath><prf>{PRF_HZ}</prf></downlinkInformation></downlinkInformationList>"
        f"<orbitList><orbit><velocity><x>{ORBIT_SPEED_M_S}</x><y>0</y><z>0</z></velocity></orbit></orbitList></generalAnnotation>"
        f"<imageAnnotation><imageInformation><productFirstLineUtcTime>{view.start:%Y-%m-%dT%H:%M:%S.%f}</productFirstLineUtcTime>"
        f"<productLastLineUtcTime>{stop:%Y-%m-%dT%H:%M:%S.%f}</productLastLineUtcTime><rangePixelSpacing>{view.pixel_m}</rangePixelSpacing>"
        f"<azimuthPixelSpacing>{view.pixel_m}</azimuthPixelSpacing><numberOfSamples>{view.columns}</numberOfSamples><numberOfLines>{view.rows}</numberOfLines>"
        f"</imageInformation></imageAnnotation><geolocationGrid><geolocationGridPointList>{''.join(points)}</geolocationGridPointList></geolocationGrid>"
        f"<swathMerging><swathMergeList><swathMerge><swath>IW2</swath><swathBoundsList><swathBounds><firstRangeSample>0</firstRangeSample>"
        f"<lastRangeSample>{view.columns - 1}</lastRangeSample></swathBounds></swathBoundsList></swathMerge></swathMergeList></swathMerging></product>"
    )


def _calibration(view: RadarView) -> str:
    pixels = np.arange(0, view.columns + 40, 40)
    vectors = "".join(
        f"<calibrationVector><line>{line}</line><pixel>{_list(pixels)}</pixel><sigmaNought>{_list(np.full(len(pixels), GAIN))}</sigmaNought></calibrationVector>"
        for line in (0, view.rows)
    )
    return f"<calibration><calibrationVectorList>{vectors}</calibrationVectorList></calibration>"


def _noise(view: RadarView) -> str:
    pixels = np.arange(0, view.columns + 40, 40)
    vectors = "".join(
        f"<noiseRangeVector><line>{line}</line><pixel>{_list(pixels)}</pixel><noiseRangeLut>{_list(np.full(len(pixels), NOISE_DN2))}</noiseRangeLut></noiseRangeVector>"
        for line in (0, view.rows)
    )
    return (
        f"<noise><noiseRangeVectorList>{vectors}</noiseRangeVectorList><noiseAzimuthVectorList><noiseAzimuthVector><firstAzimuthLine>0</firstAzimuthLine>"
        f"<firstRangeSample>0</firstRangeSample><lastAzimuthLine>{view.rows - 1}</lastAzimuthLine><lastRangeSample>{view.columns - 1}</lastRangeSample>"
        f"<line>0 {view.rows}</line><noiseAzimuthLut>1 1</noiseAzimuthLut></noiseAzimuthVector></noiseAzimuthVectorList></noise>"
    )
