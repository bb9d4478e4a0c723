"""Readers of GSHHG, the Global Self-consistent Hierarchical High-resolution Geography.

Two files of its distribution are read: the native binary (`gshhs_f.b`: big-endian headers of eleven
32-bit integers, then pairs of microdegrees) and the netCDF file that GMT uses (`binned_GSHHS_f.nc`:
bins of one degree that hold pieces of shoreline, which are joined here along the edges of the bin).
Levels: 1 land, 2 lake, 3 island in a lake, 4 pond on that island. Antarctica has levels of its own and
is not read.

Source of the data and of the native format: P. Wessel and W. H. F. Smith, "A global, self-consistent,
hierarchical, high-resolution shoreline database", J. Geophys. Res. 101, 8741 (1996). The layout of the
binned file is not documented; it was worked out from the file and is tested against the native polygons.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import Polygon, box

from rubicon.errors import InputMissing, MissingExtra, OptionError, TruncatedInput, UnknownFormat

Bbox = tuple[float, float, float, float]
"""West, south, east, north in degrees; east above 180 when the box crosses the date line."""
Floats = npt.NDArray[np.float64]

LEVELS = (1, 2, 3, 4)
WET = (2, 4)
ANTARCTIC_DEG = -60.0
SPAN = 65535
"""Units across one bin of the binned file."""
CLOSED = 4
"""Entry and exit side of a piece that lies wholly inside its bin."""
HEADER = np.dtype([(name, ">i4") for name in
                   ("id", "n", "flag", "west", "east", "south", "north", "area", "area_full", "container", "ancestor")])  # fmt: skip


class Source(NamedTuple):
    """Shore polygons of a region by level, longitudes running on over the date line."""

    version: str
    polygons: dict[int, list[Polygon]]


def normal_bbox(bbox: Bbox) -> Bbox:
    """The box with west in [-180, 180) and east above west, above 180 across the date line.

    Raises OptionError when it is not a box.
    """
    west, south, east, north = (float(edge) for edge in bbox)
    if not (-90 <= south < north <= 90 and -180 <= west <= 360 and -180 <= east <= 540 and west != east):
        raise OptionError("the box must be west, south, east, north in degrees", place=str(bbox))
    start = (west + 180.0) % 360.0 - 180.0
    width = east - west if east > west else east - west + 360.0
    if width > 360.0:
        raise OptionError("the box is wider than the Earth", place=str(bbox))
    return start, south, start + width, north


def read_gshhg(path: Path, bbox: Bbox) -> Source:
    """Shore polygons of a GSHHG file that touch a box, clipped to it, by level.

    Raises InputMissing, UnknownFormat, TruncatedInput, MissingExtra (netCDF4), and OptionError for a box
    that reaches south of 60 S.
    """
    west, south, east, north = normal_bbox(bbox)
    if south < ANTARCTIC_DEG:
        raise OptionError("Antarctica is not read; the box must lie north of 60 S", place=str(bbox))
    try:
        with path.open("rb") as handle:
            head = handle.read(HEADER.itemsize)
    except OSError as error:
        raise InputMissing(error.strerror or "cannot be opened", place=str(path)) from error
    reader = _read_binned if head.startswith(b"\x89HDF") else _read_native
    source = reader(path, (west, south, east, north))
    frame = box(west, south, east, north)
    return Source(source.version, {level: _clipped(found, frame) for level, found in source.polygons.items()})


def _clipped(polygons: list[Polygon], frame: Polygon) -> list[Polygon]:
    """Union of the polygons inside the frame, as simple polygons in an order that content alone decides."""
    merged = shapely.union_all(shapely.intersection(shapely.make_valid(np.array(polygons, object)), frame))
    parts = [part for part in shapely.get_parts(merged) if part.geom_type == "Polygon"]
    return sorted((part.normalize() for part in parts), key=lambda part: (part.bounds, part.wkb))


# --- native binary ---------------------------------------------------------------------------------------


def _read_native(path: Path, bbox: Bbox) -> Source:
    size = path.stat().st_size
    words = np.memmap(path, ">i4", "r", shape=(size // 4,)) if size >= 4 else np.empty(0, ">i4")
    polygons: dict[int, list[Polygon]] = {level: [] for level in LEVELS}
    version = 0
    for flag, ring in _native_rings(path, words):
        version = flag >> 8 & 255
        if flag & 255 in LEVELS:
            polygons[flag & 255] += [Polygon(turned) for turned in _turned(ring, bbox)]
    if size % 4:
        raise TruncatedInput("ends inside a number", place=str(path))
    # The header's version counts releases; 9 to 15 cover 2.2.0 to 2.3.7 without naming each one.
    return Source(f"native, release {version}", polygons)


def _native_rings(path: Path, words: npt.NDArray[np.int32]) -> Iterator[tuple[int, npt.NDArray[np.int32]]]:
    """Flag word and points (microdegrees, n x 2) of each polygon of the native file."""
    at, size = 0, HEADER.itemsize // 4
    while at < len(words):
        header = words[at : at + size]
        if len(header) < size:
            raise TruncatedInput("ends inside a polygon header", place=f"{path}: byte {at * 4}")
        n, flag = int(header[1]), int(header[2])
        if n < 3 or not 1 <= flag & 255 <= 6 or not 1 <= flag >> 8 & 255 <= 100:
            raise UnknownFormat(
                "neither GMT's binned netCDF nor a native GSHHG file", place=f"{path}: byte {at * 4}"
            )
        points = words[at + size : at + size + 2 * n]
        if len(points) < 2 * n:
            raise TruncatedInput("ends inside a polygon", place=f"{path}: byte {at * 4}")
        yield flag, points.reshape(n, 2)
        at += size + 2 * n
    if at == 0:
        raise UnknownFormat("the file is empty", place=str(path))


def _turned(ring: npt.NDArray[np.int32], bbox: Bbox) -> list[Floats]:
    """The ring in degrees, once for each whole turn of the Earth that brings it into the box."""
    west, south, east, north = bbox
    lat = ring[:, 1] * 1e-6
    if lat.max() < south or lat.min() > north:
        return []
    lon = np.unwrap(ring[:, 0] * 1e-6, period=360.0)
    turns = [360.0 * k for k in (-2, -1, 0, 1, 2)]
    return [np.column_stack([lon + t, lat]) for t in turns if lon.max() + t >= west and lon.min() + t <= east]


# --- GMT's binned netCDF -----------------------------------------------------------------------------------


class _Piece(NamedTuple):
    """A piece of shoreline in one bin, turned so that the higher level lies on its left."""

    level: int
    entry: int
    exit: int
    points: npt.NDArray[np.int64]


def _read_binned(path: Path, bbox: Bbox) -> Source:
    try:
        netcdf = importlib.import_module("netCDF4")
    except ImportError as error:
        raise MissingExtra(
            "install the extra `coast` (netCDF4) to read GMT's binned GSHHG", place=str(path)
        ) from error
    try:
        with netcdf.Dataset(path) as data:
            data.set_auto_mask(False)
            return _binned(data, bbox)
    except (OSError, KeyError, AttributeError, IndexError) as error:
        raise UnknownFormat(f"not a binned GSHHG shoreline file: {error}", place=str(path)) from error


def _binned(data: Any, bbox: Bbox) -> Source:
    west, south, east, north = bbox
    table = {name: data[name][:] for name in
             ("Id_of_first_segment_in_a_bin", "N_segments_in_a_bin", "Embedded_node_levels_in_a_bin")}  # fmt: skip
    if int(data["Bin_size_in_minutes"][0]) != 60:
        raise UnknownFormat("bins of one degree are expected (the full or high resolution of GSHHG)")
    polygons: dict[int, list[Polygon]] = {level: [] for level in LEVELS}
    for lat in range(int(np.floor(south)), int(np.ceil(north))):
        for lon in range(int(np.floor(west)), int(np.ceil(east))):
            index = (89 - lat) * 360 + lon % 360
            pieces = _pieces(data, *(int(table[name][index]) for name in list(table)[:2]))
            node_level = int(table["Embedded_node_levels_in_a_bin"][index]) >> 9 & 7
            for level in LEVELS:
                rings = bin_rings([p for p in pieces if p.level == level], node_level >= level)
                polygons[level] += [Polygon(ring / SPAN + (lon, lat)) for ring in rings]
    return Source(str(data.version), polygons)


def _pieces(data: Any, first: int, count: int) -> list[_Piece]:
    """The pieces of one bin: sides and level lie in the low nine bits, the number of points above them."""
    if not count:
        return []
    packed = data["Embedded_npts_levels_exit_entry_for_a_segment"][first : first + count]
    starts = data["Id_of_first_point_in_a_segment"][first : first + count]
    low, high = int(starts.min()), int((starts + (packed >> 9)).max())
    xy = np.column_stack([
        data[f"Relative_{axis}_from_SW_corner_of_bin"][low:high].view(np.uint16) for axis in ("longitude", "latitude")
    ]).astype(np.int64)  # fmt: skip
    made = []
    for word, start in zip(packed.tolist(), starts.tolist(), strict=True):
        level, entry, leave, points = word >> 6 & 7, word >> 3 & 7, word & 7, xy[start - low :][: word >> 9]
        # The file keeps dry ground on the left, so lakes and ponds run the other way round.
        made.append(
            _Piece(level, leave, entry, points[::-1]) if level in WET else _Piece(level, entry, leave, points)
        )
    return made


def bin_rings(pieces: list[_Piece], inside: bool) -> list[Floats]:
    """Rings, in bin units, of the region of one bin that the pieces of one level bound.

    The region lies left of each piece, so from the exit of one piece the ring runs counter-clockwise along
    the bin's edge to the next entry. Without a piece that crosses, the whole bin is `inside` or not.
    """
    rings = [p.points.astype(float) for p in pieces if p.entry == CLOSED and len(p.points) >= 4]
    crossing = [p for p in pieces if p.entry != CLOSED]
    if not crossing:
        square = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], float) * SPAN
        return [*rings, square] if inside else rings
    entries = np.array([_along(p.entry, p.points[0]) for p in crossing])
    exits = np.array([_along(p.exit, p.points[-1]) for p in crossing])
    free = set(range(len(crossing)))
    while free:
        start = at = min(free)
        ring: list[npt.NDArray[np.int64]] = []
        while at in free:
            free.remove(at)
            ahead = (entries - exits[at]) % (4 * SPAN)
            # Where pieces touch on the edge, a ring closes on itself only after the others were followed.
            step = int(np.lexsort((np.arange(len(ahead)) == at, ahead))[0])
            ring += [crossing[at].points, _corners(int(exits[at]), int(ahead[step]))]
            at = step
        if at != start:
            raise UnknownFormat("the pieces of shoreline in a bin do not close")
        rings.append(np.concatenate(ring).astype(float))
    return [ring for ring in rings if len(ring) >= 3]


def _along(side: int, point: npt.NDArray[np.int64]) -> int:
    """Place on the bin's edge, counter-clockwise from its south-west corner (sides south, east, north, west)."""
    x, y = int(point[0]), int(point[1])
    return side * SPAN + (x, y, SPAN - x, SPAN - y)[side]


def _corners(start: int, length: int) -> npt.NDArray[np.int64]:
    """Corners of the bin passed on the way along its edge."""
    at = [(0, 0), (SPAN, 0), (SPAN, SPAN), (0, SPAN)]
    passed = range(start // SPAN + 1, (start + length) // SPAN + 1)
    return np.array([at[k % 4] for k in passed], np.int64).reshape(-1, 2)
