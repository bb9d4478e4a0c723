"""The coastline: a compact extract of GSHHG that ships with the project, or one that the user builds.

An extract holds the shore polygons of one box, clipped to it, in whole 1e-5 degrees (1.1 m; GSHHG's own
accuracy is some hundred metres). Land is level 1; lakes (2) are no sea, so for ships they count as land.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import Polygon, box

from rubicon.errors import InputMissing, OutsideCoastline, UnknownFormat
from rubicon.geo.gshhg import Bbox, Floats, Source, normal_bbox, read_gshhg
from rubicon.kernels.geodesy import distance_m
from rubicon.provenance import sha256_file

FORMAT = "rubicon-coast-1"
UNITS_PER_DEG = 100_000
BUNDLED = "coast_east_sea.npz"
LICENCE = "LGPL-3.0-or-later"
ATTRIBUTION = "GSHHG, P. Wessel (University of Hawaii) and W. H. F. Smith (NOAA)"


@dataclass(frozen=True)
class CoastInfo:
    """What an extract is made of; `bbox` is west, south, east, north in degrees."""

    bbox: Bbox
    source: str
    source_file: str
    source_sha256: str
    rings: int
    vertices: int
    spacing_m: float
    """Median distance between neighbouring vertices of the sea shore."""
    licence: str = LICENCE
    attribution: str = ATTRIBUTION
    sha256: str = ""
    """Hash of content, the same whichever way the file is compressed."""

    @property
    def resolution(self) -> str:
        """Resolution in words, for reports and `doctor`."""
        west, south, east, north = self.bbox
        return (
            f"GSHHG {self.source}, {self.spacing_m:.0f} m (median) between vertices, "
            f"{south:g} to {north:g} N, {west:g} to {east:g} E"
        )


class ShoreEdges(NamedTuple):
    """Vertices of the shore (degrees); edge i runs from vertex i to `following[i]`, `shore[i]` says if it is one."""

    lon_deg: Floats
    lat_deg: Floats
    following: npt.NDArray[np.int64]
    shore: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Coast:
    """Shore polygons of a box: flat rings of longitude and latitude in degrees, with the level of each.

    Ring i is `lon_deg[offsets[i]:offsets[i + 1]]` (not repeated at its end). Longitudes run on past 180
    when the box crosses the date line.
    """

    info: CoastInfo
    lon_deg: Floats
    lat_deg: Floats
    offsets: npt.NDArray[np.int64]
    levels: npt.NDArray[np.int8]

    @property
    def sha256(self) -> str:
        """Hash of the content."""
        return self.info.sha256

    @property
    def name(self) -> str:
        """Source and release."""
        return f"GSHHG {self.info.source}"

    @property
    def resolution(self) -> str:
        """Resolution in words."""
        return self.info.resolution

    @property
    def bbox(self) -> Bbox:
        """West, south, east, north in degrees; east above 180 over the date line."""
        return self.info.bbox

    @property
    def bounds(self) -> Bbox:
        """The same as `bbox`, under the name that shapely uses."""
        return self.info.bbox

    def within(self, bbox: Bbox) -> Bbox:
        """The box in the longitudes of this extract.

        Raises OutsideCoastline when the extract does not cover it.
        """
        west, south, east, north = normal_bbox(bbox)
        own = self.bbox
        west = own[0] + (west - own[0] + 1e-9) % 360.0 - 1e-9
        east += west - normal_bbox(bbox)[0]
        if west < own[0] - 1e-9 or east > own[2] + 1e-9 or south < own[1] - 1e-9 or north > own[3] + 1e-9:
            raise OutsideCoastline(f"the coastline in use covers {self.info.resolution}", place=str(bbox))
        return max(west, own[0]), max(south, own[1]), min(east, own[2]), min(north, own[3])

    def covers(self, lat_deg: float, lon_deg: float) -> bool:
        """Whether a point lies in the extract's box."""
        west, south, east, north = self.bbox
        return south <= lat_deg <= north and (lon_deg - west) % 360.0 <= east - west

    def sea_rings(self) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
        """Longitudes, latitudes and offsets of the rings between sea and land (lakes left out)."""
        keep = self.levels == 1
        sizes = np.diff(self.offsets)
        points = np.repeat(keep, sizes)
        return self.lon_deg[points], self.lat_deg[points], _offsets(sizes[keep])

    @cached_property
    def shore_edges(self) -> ShoreEdges:
        """The edges between sea and land; those along the edge of the extract's box are marked as no shore."""
        lon, lat, offsets = self.sea_rings()
        following = np.arange(1, len(lon) + 1, dtype=np.int64)
        following[offsets[1:] - 1] = offsets[:-1]
        west, south, east, north = self.bbox
        shore = np.ones(len(lon), np.bool_)
        for values, edge in ((lon, west), (lon, east), (lat, south), (lat, north)):
            on = np.abs(values - edge) < 2.0 / UNITS_PER_DEG
            shore &= ~(on & on[following])
        return ShoreEdges(lon, lat, following, shore)

    def land(self, bbox: Bbox | None = None, tolerance_deg: float = 0.0) -> Any:
        """Land without lakes, for maps: a shapely geometry clipped to a box of the extract.

        `tolerance_deg` simplifies (Douglas and Peucker) and keeps the polygons valid.
        """
        frame = box(*(self.within(bbox) if bbox else self.bbox))
        made: Any = Polygon()
        for level in (1, 2, 3, 4):
            region = shapely.union_all(self._polygons(level, frame))
            made = made.difference(region) if level in (2, 4) else made.union(region)
        return made.simplify(tolerance_deg) if tolerance_deg else made

    def _polygons(self, level: int, frame: Polygon) -> npt.NDArray[np.object_]:
        rings = [
            Polygon(np.column_stack([self.lon_deg[a:b], self.lat_deg[a:b]]))
            for (a, b), own in zip(pairwise(self.offsets), self.levels, strict=True)
            if own == level
        ]
        found = np.array(rings, object)
        touching = found[shapely.intersects(found, frame)] if len(found) else found
        clipped: npt.NDArray[np.object_] = shapely.intersection(shapely.make_valid(touching), frame)
        return clipped


def _offsets(sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


# --- building ----------------------------------------------------------------------------------------------


def build_extract(source: Path, bbox: Bbox, out: Path) -> CoastInfo:
    """Write the extract of a box (west, south, east, north, degrees) from a GSHHG file.

    `source` is `gshhs_f.b` or GMT's `binned_GSHHS_f.nc`. The same source and box give the same bytes.
    Raises as `read_gshhg` does. The licence of GSHHG asks that its notice goes with the extract: it is
    part of the file, and `geo/data` holds the text.
    """
    bounds = normal_bbox(bbox)
    found = read_gshhg(source, bounds)
    units, levels = _quantised(found, bounds)
    sizes = np.array([len(ring) for ring in units], np.int64)
    info = CoastInfo(
        bbox=bounds, source=found.version, source_file=source.name, source_sha256=sha256_file(source),
        rings=len(units), vertices=int(sizes.sum()), spacing_m=round(_spacing_m(units, levels, bounds), 1),
    )  # fmt: skip
    flat = np.concatenate([np.zeros((0, 2), np.int32), *units])
    deltas = np.diff(flat, axis=0, prepend=np.zeros((1, 2), np.int32)).astype(np.int32)
    parts: dict[str, npt.NDArray[Any]] = {
        "about": _about(info),
        "sizes": sizes.astype(np.int32),
        "levels": levels,
        "deltas": deltas.T,
    }
    _write(out, parts)
    return load_coast(out).info


def _quantised(source: Source, bbox: Bbox) -> tuple[list[npt.NDArray[np.int32]], npt.NDArray[np.int8]]:
    """Rings in whole units east and north of the box's corner, and their levels; what collapses is left out."""
    rings, levels = [], []
    for level, polygons in source.polygons.items():
        for polygon in polygons:
            if len(polygon.interiors):
                raise UnknownFormat(f"shore polygons of level {level} overlap", place=source.version)
            units = np.rint((np.asarray(polygon.exterior.coords) - bbox[:2]) * UNITS_PER_DEG).astype(np.int32)
            kept = units[:-1][np.any(units[1:] != units[:-1], axis=1)]
            if len(kept) >= 3:
                rings.append(kept)
                levels.append(level)
    return rings, np.array(levels, np.int8)


def _spacing_m(units: list[npt.NDArray[np.int32]], levels: npt.NDArray[np.int8], bbox: Bbox) -> float:
    shores = [
        ring / UNITS_PER_DEG + bbox[:2] for ring, level in zip(units, levels, strict=True) if level == 1
    ]
    steps = [distance_m(a[1], a[0], b[1], b[0]) for shore in shores for a, b in pairwise(shore)]
    return float(np.median(steps)) if steps else 0.0


def _about(info: CoastInfo) -> npt.NDArray[np.uint8]:
    fields = {"format": FORMAT, **{key: value for key, value in asdict(info).items() if key != "sha256"}}
    return np.frombuffer(json.dumps(fields, sort_keys=True).encode(), np.uint8)


def _write(out: Path, parts: Mapping[str, npt.NDArray[Any]]) -> None:
    """A compressed npz without the clock and the machine that numpy's own writer may put in."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name, array in parts.items():
            data = io.BytesIO()
            np.lib.format.write_array(data, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            target.writestr(entry, data.getvalue())


# --- loading -----------------------------------------------------------------------------------------------


def load_coast(path: Path | None = None) -> Coast:
    """Load an extract; without a path that of RUBICON_COAST, else the one that ships: the northern East Sea / Sea of Japan.

    Raises InputMissing when there is no file, UnknownFormat when it is not an extract.
    """
    own = os.environ.get("RUBICON_COAST")
    if path or own:
        return _loaded(path or Path(str(own)))
    return _bundled()


@cache
def _bundled() -> Coast:
    return _loaded(None)


def _loaded(path: Path | None) -> Coast:
    place = str(path) if path else BUNDLED
    try:
        data = path.read_bytes() if path else (resources.files("rubicon.geo") / "data" / BUNDLED).read_bytes()
    except OSError as error:
        raise InputMissing(error.strerror or "cannot be opened", place=place) from error
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return _coast(*(arrays[name] for name in ("about", "sizes", "levels", "deltas")))
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, EOFError, OSError) as error:
        raise UnknownFormat(f"not a coastline extract: {error}", place=place) from error


def _coast(about: Any, sizes: Any, levels: Any, deltas: Any) -> Coast:
    fields = json.loads(about.tobytes())
    if fields.pop("format") != FORMAT:
        raise ValueError("another version of the format")
    digest = hashlib.sha256(b"".join(part.tobytes() for part in (about, sizes, levels, deltas))).hexdigest()
    info = CoastInfo(**{**fields, "bbox": tuple(fields["bbox"]), "sha256": digest})
    units = np.cumsum(deltas, axis=1, dtype=np.int64)
    lon, lat = (units[axis] / UNITS_PER_DEG + info.bbox[axis] for axis in (0, 1))
    for array in (lon, lat):
        array.flags.writeable = False
    return Coast(info, lon, lat, _offsets(sizes), levels)
