"""Ships in a whole Sentinel-1 product: read, calibrate, mask and search in blocks of lines, two at a time.

Memory stays at a few blocks whatever the product's size. A block is searched with a margin of lines on both sides, and a
detection belongs to the block that its centre lies in, so where the blocks are cut does not change what is found.
"""

from __future__ import annotations

import hashlib
import math
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rubicon.collect.scenes.picture import Picture, Sensor, Values
from rubicon.collect.scenes.sentinel1 import Band, Safe, require_calibration
from rubicon.detect._found import Box, Found, Shape
from rubicon.errors import TruncatedInput
from rubicon.geo.coast import Coast
from rubicon.geo.water import water_grid
from rubicon.kernels.calibrate import clip_border, sigma_nought
from rubicon.provenance import ID_LENGTH

BLOCK = 1024
MARGIN = 110
"""Lines on both sides of a block: the ring's reach, and half of the longest ship with its merging."""
BORDER_M = 500.0
LAND_CELL_PX = 16
LAND_BUFFER_CELLS = 2
"""About 300 m of IW GRDH: the shore is drawn to some 100 m, and geolocation on steep coasts is off by more."""
MASK_MARGIN_PX = 3
SAMPLE = 256
"""Lines of a sample: some 6 million pixels of a full scene."""
BRIGHTER = 10.0
AMBIGUITY_PX = 12.0
Search = Callable[[npt.NDArray[np.float32], tuple[int, int]], list[Found]]
"""Sigma nought (bands, rows, columns) and the rows that are judged -> detections in pixels of the block."""


@dataclass(frozen=True)
class Tables:
    """Calibration and noise of a band spread to every column."""

    band: Band
    lines: npt.NDArray[np.float64]
    gain: npt.NDArray[np.float32]
    noise_lines: npt.NDArray[np.float64]
    noise: npt.NDArray[np.float32]


def tables(safe: Safe, band: Band) -> Tables:
    """Spread the vectors; a product without noise annotation gets none subtracted."""
    calibration, noise = require_calibration(band, safe.path)
    gain = band.per_column(calibration)
    if noise is None:
        return Tables(band, calibration.lines, gain, np.zeros(1), np.zeros((1, band.samples), np.float32))
    return Tables(band, calibration.lines, gain, noise.lines, band.per_column(noise))


def calibrated(
    safe: Safe, table: Tables, first: int, last: int, out: npt.NDArray[np.float32] | None = None
) -> npt.NDArray[np.float32]:
    """Sigma nought of lines `first` to `last`, into `out` where given; NaN where the product has no data."""
    from rasterio.errors import RasterioIOError
    from rasterio.windows import Window

    with safe.pixels(table.band) as dataset:
        try:
            dn = dataset.read(1, window=Window(0, first, table.band.samples, last - first))
        except RasterioIOError as error:
            raise TruncatedInput("pixels cannot be decoded", place=table.band.measurement) from error
    factors, block = table.band.azimuth_factors(np.arange(first, last))
    out = np.empty(dn.shape, np.float32) if out is None else out
    sigma_nought(dn, first, table.lines, table.gain, table.noise_lines, table.noise, factors, block, out)
    return out


def land_cells(band: Band, coast: Coast) -> tuple[npt.NDArray[np.bool_], bool]:
    """Land in cells of `LAND_CELL_PX` pixels with its buffer, and whether the coastline covers the whole scene."""
    rows = np.arange(0, band.lines + LAND_CELL_PX, LAND_CELL_PX, dtype=np.float64)
    columns = np.arange(0, band.samples + LAND_CELL_PX, LAND_CELL_PX, dtype=np.float64)
    r, c = np.meshgrid(rows, columns, indexing="ij")
    lat, lon = band.locate(c.ravel(), r.ravel())
    west, south, east, north = coast.bbox
    box = (max(west, lon.min()), max(south, lat.min()), min(east, lon.max()), min(north, lat.max()))
    land = np.zeros(r.size, bool)
    if box[0] < box[2] and box[1] < box[3]:
        grid = water_grid(coast, box)
        i, j = grid.lattice.place(lat, lon)
        inside = np.isfinite(i) & np.isfinite(j)
        ii, jj = np.rint(i[inside]).astype(int), np.rint(j[inside]).astype(int)
        ny, nx = grid.mask.shape
        land[inside] = grid.mask[np.clip(ii, 0, ny - 1), np.clip(jj, 0, nx - 1)] == 0
    covered = bool(lon.min() >= west and lon.max() <= east and lat.min() >= south and lat.max() <= north)
    return _grown(land.reshape(r.shape), LAND_BUFFER_CELLS), covered


def _grown(mask: npt.NDArray[np.bool_], cells: int) -> npt.NDArray[np.bool_]:
    for axis in (0, 1):
        wide = mask.copy()
        for shift in range(1, cells + 1):
            ahead = [slice(None)] * 2
            behind = [slice(None)] * 2
            ahead[axis], behind[axis] = slice(shift, None), slice(None, -shift)
            wide[tuple(ahead)] |= mask[tuple(behind)]
            wide[tuple(behind)] |= mask[tuple(ahead)]
        mask = wide
    return mask


def search(
    safe: Safe, find: Search, land: npt.NDArray[np.bool_] | None, ring: int, threads: int = 2
) -> list[Found]:
    """Detections of all blocks in pixels of the product, best first, azimuth ambiguities marked as not accepted.

    The outermost `ring` lines of a block's margin serve as clutter alone.
    """
    ready = [tables(safe, band) for band in safe.bands]
    band = safe.bands[0]

    def one(top: int) -> list[Found]:
        first, last = max(0, top - MARGIN), min(band.lines, top + BLOCK + MARGIN)
        sigma = np.empty((len(ready), last - first, band.samples), np.float32)
        for table, out in zip(ready, sigma, strict=True):
            calibrated(safe, table, first, last, out)
        _mask(sigma, band, first, land)
        judged = (ring if first else 0, last - first - (ring if last < band.lines else 0))
        found = find(sigma, judged)
        moved = [_moved(f, first) for f in found]
        return [f for f in moved if top <= f.shape.y < min(top + BLOCK, band.lines)]

    with ThreadPoolExecutor(threads) as pool:
        found = [f for part in pool.map(one, range(0, band.lines, BLOCK)) for f in part]
    if land is not None:
        found = [_cut_by_mask(f, land) for f in found]
    return sorted(without_ambiguities(found, band), key=lambda f: (-f.score, f.box))


def sample(safe: Safe, land: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.float32]:
    """Sigma nought of one block of the first band, border and land masked: of three, the one with most water."""
    table, band = tables(safe, safe.bands[0]), safe.bands[0]
    best = np.empty((0, 0), np.float32)
    for share in (0.25, 0.5, 0.75):
        first = max(0, min(int(share * band.lines) - SAMPLE // 2, band.lines - SAMPLE))
        sigma = calibrated(safe, table, first, min(band.lines, first + SAMPLE))[None]
        _mask(sigma, band, first, land)
        if np.isfinite(sigma).sum() > np.isfinite(best).sum() or not best.size:
            best = sigma[0]
    return best


def _cut_by_mask(one: Found, land: npt.NDArray[np.bool_]) -> Found:
    """Without measures where the mask of land touches it: what is seen may be a part of a ship, or a pier."""
    x0, y0, x1, y1 = (round(v) for v in one.box)
    rows = slice(max(0, y0 - MASK_MARGIN_PX) // LAND_CELL_PX, (y1 + MASK_MARGIN_PX) // LAND_CELL_PX + 1)
    columns = slice(max(0, x0 - MASK_MARGIN_PX) // LAND_CELL_PX, (x1 + MASK_MARGIN_PX) // LAND_CELL_PX + 1)
    if not land[rows, columns].any():
        return one
    return replace(
        one, measurable=False, notes=(*one.notes, "touches the mask of land: its length is not known")
    )


def _mask(sigma: npt.NDArray[np.float32], band: Band, first: int, land: npt.NDArray[np.bool_] | None) -> None:
    """Border and land to NaN, in place."""
    down, right = round(BORDER_M / band.line_m), round(BORDER_M / band.sample_m)
    for one in sigma:
        clip_border(one, right)
    if first < down:
        sigma[:, : down - first] = np.nan
    over = first + sigma.shape[1] - (band.lines - down)
    if over > 0:
        sigma[:, -over:] = np.nan
    if land is not None:
        rows = (np.arange(sigma.shape[1]) + first) // LAND_CELL_PX
        wide = np.repeat(land[rows.min() : rows.max() + 1], LAND_CELL_PX, axis=1)[:, : band.samples]
        sigma[:, wide[rows - rows.min()]] = np.nan


def _moved(one: Found, rows: float) -> Found:
    x0, y0, x1, y1 = one.box
    box: Box = (x0, y0 + rows, x1, y1 + rows)
    shape = one.shape
    return replace(
        one, box=box, shape=Shape(shape.x, shape.y + rows, shape.axis_deg, shape.length_px, shape.width_px)
    )


def ambiguity_lines(band: Band, x: float, y: float) -> float:
    """Lines between a target and its first azimuth ambiguity: lambda R PRF / (2 V), V over the ground."""
    swath = next((name for name, (first, last) in band.swaths.items() if first <= x <= last), None)
    prf = band.prf_hz.get(swath or "", float(np.mean(list(band.prf_hz.values()))))
    slant = float(band.at(band.slant_range_m, np.array([x]), np.array([y]))[0])
    return band.wavelength_m * slant * prf / (2 * band.speed_m_s) / band.line_m


def without_ambiguities(found: list[Found], band: Band) -> list[Found]:
    """Detections that lie one to three ambiguity distances from one ten times brighter are kept and not accepted.

    The phase at which an ambiguity comes in shifts it in range by some pixels; `AMBIGUITY_PX` allows for that. Ghosts of masked land
    have no detection as their source and stay.
    """
    if not found:
        return found
    x, y = np.array([f.shape.x for f in found]), np.array([f.shape.y for f in found])
    peak = np.array([math.exp(f.traits[1]) if len(f.traits) > 1 else 0.0 for f in found])
    made = []
    for k, one in enumerate(found):
        step = ambiguity_lines(band, one.shape.x, one.shape.y)
        away = np.abs(y - y[k])
        ghost = np.zeros(len(found), bool)
        for n in (1, 2, 3):
            ghost |= np.abs(away - n * step) < AMBIGUITY_PX * n
        ghost &= (np.abs(x - x[k]) < AMBIGUITY_PX) & (peak > BRIGHTER * peak[k])
        made.append(
            replace(one, accepted=False, notes=(*one.notes, "azimuth ambiguity of a brighter target"))
            if ghost.any()
            else one
        )
    return made


def frame(safe: Safe) -> Picture:
    """The product as a picture without pixels: name, place, time, unit, size."""
    band = safe.bands[0]
    return Picture(
        pixels=np.empty((len(safe.bands), 0, 0), np.uint16),
        valid=np.empty((0, 0), bool),
        name=safe.path.name,
        source_id=_identity(safe),
        sensor=Sensor.SAR,
        values=Values.DN,
        pixel_m=(band.line_m, band.sample_m),
        locate=band.locate,
        time_utc=band.start,
        time_at=band.time_at,
        bands=tuple(b.polarisation for b in safe.bands),
        platform=safe.platform,
        size=(band.lines, band.samples),
        geometry=_geometry(band),
    )


def _geometry(band: Band) -> dict[str, object]:
    """What matching needs of the look: heading, incidence, slant range of the middle, speed, footprint."""
    x, y = np.array([0.0, band.samples, band.samples, 0.0]), np.array([0.0, 0.0, band.lines, band.lines])
    lat, lon = band.locate(x, y)
    middle = (np.array([band.samples / 2]), np.array([band.lines / 2]))
    return {
        "platform_heading_deg": band.platform_heading_deg,
        "incidence_deg": float(band.at(band.incidence_deg, *middle)[0]),
        "slant_range_m": float(band.at(band.slant_range_m, *middle)[0]),
        "orbit_speed_m_s": band.speed_m_s,
        "footprint": [[float(a), float(o)] for a, o in zip(lat, lon, strict=True)],
    }


def _identity(safe: Safe) -> str:
    """Hash of the manifest, which holds a checksum of every file: the same for the folder and its zip."""
    if not safe.is_zip:
        text = (
            (safe.path / "manifest.safe").read_bytes()
            if (safe.path / "manifest.safe").is_file()
            else safe.path.name.encode()
        )
    else:
        with zipfile.ZipFile(safe.path) as archive:
            inside = [name for name in archive.namelist() if name.endswith("manifest.safe")]
            text = archive.read(inside[0]) if inside else safe.path.name.encode()
    return hashlib.sha256(text).hexdigest()[:ID_LENGTH]
