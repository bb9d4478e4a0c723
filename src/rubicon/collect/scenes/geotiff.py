"""Reads GeoTIFF, JPEG, PNG and JPEG 2000 pictures safely: kind by content, size before pixels, nothing beside the file.

A raster library opens far more than pictures: a file named `.tif` may be a VRT, a web service or a list of other files.
So the first bytes decide, exactly one driver is allowed, sidecars (`.aux.xml`, `.ovr`, `.tfw`) are not looked for and no
address is opened. Declared dimensions are judged before a pixel is read.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rubicon.collect.scenes.picture import Floats, Locate, Picture, Sensor, Values
from rubicon.errors import (
    ConflictingMetadata,
    EmptyInput,
    EmptyScene,
    InputMissing,
    InputTooLarge,
    MissingExtra,
    TruncatedInput,
    UnknownFormat,
)
from rubicon.provenance import ID_LENGTH, sha256_file

MAX_PIXELS = 1 << 30
"""About 2.5 full Sentinel-1 bands; a picture that declares more is refused before it is read."""
MAX_SIDE = 100_000
MAX_BANDS = 32
MAX_DECODED_BYTES = 4 << 30
MAX_RATIO = 500
"""Decoded bytes over file bytes; above it (and above 64 MiB) the file is mostly promise: a sparse or compressed bomb.
Deflate cannot pass 1,032; real scenes stay below 50."""
RATIO_FREE_BYTES = 1 << 26
MAX_TAG_CHARS = 4_096
NODATA_GUESSES = (-9999.0, -32768.0, -3.4028234663852886e38)
ENVIRONMENT = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_GEOREF_SOURCES": "INTERNAL",
    "GTIFF_READ_ANGULAR_PARAMS_IN_DEGREE": "NO",
    "GDAL_TIFF_INTERNAL_MASK": "YES",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_MAX_DATASET_POOL_SIZE": "2",
    "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
}


def kind_of(path: Path) -> str:
    """The one driver that may open the file, by its first bytes.

    Raises InputMissing, EmptyInput, and UnknownFormat for everything that is not a picture: a VRT or another
    driver's description in text, an archive, a page.
    """
    try:
        if not path.is_file():
            raise InputMissing("is not a regular file", place=str(path))
        with path.open("rb") as handle:
            head = handle.read(64)
    except (OSError, ValueError) as error:
        raise InputMissing(getattr(error, "strerror", None) or "cannot be opened", place=str(path)) from error
    if not head:
        raise EmptyInput("the file has no content", place=str(path))
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "GTiff"
    if head[:3] == b"\xff\xd8\xff":
        return "JPEG"
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "PNG"
    if head[4:12] == b"jP  \r\n\x87\n" or head[:4] == b"\xff\x4f\xff\x51":
        return "JP2OpenJPEG"
    what = (
        "text that describes other files (VRT or similar)"
        if head.lstrip()[:1] in (b"<", b"{")
        else "no picture"
    )
    raise UnknownFormat(f"{what}: only TIFF, JPEG, PNG and JPEG 2000 content is opened", place=str(path))


@contextmanager
def opened(path: Path, max_ratio: float = MAX_RATIO) -> Iterator[Any]:
    """A rasterio dataset opened with the one driver of its content and nothing else reachable.

    Raises as `kind_of`, MissingExtra without rasterio, TruncatedInput when the library cannot follow the file, and
    InputTooLarge for declared sizes over the limits.
    """
    driver = kind_of(path)
    try:
        import rasterio
        from rasterio.errors import NotGeoreferencedWarning, RasterioIOError
    except ImportError as error:
        raise MissingExtra("reading scenes needs the extra: pip install 'rubicon-osint[imagery]'") from error
    with rasterio.Env(**ENVIRONMENT), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            dataset = rasterio.open(path.absolute(), driver=driver, sharing=False)
        except RasterioIOError as error:
            raise TruncatedInput(
                f"the {driver} structure is damaged: {_short(error)}", place=str(path)
            ) from error
        with dataset:
            _judge_size(dataset, path, max_ratio)
            yield dataset


def _judge_size(dataset: Any, path: Path, max_ratio: float) -> None:
    """Refuse what would exhaust memory, from the declared numbers alone."""
    rows, columns, bands = dataset.height, dataset.width, dataset.count
    if max(rows, columns) > MAX_SIDE or rows * columns > MAX_PIXELS or bands > MAX_BANDS:
        raise InputTooLarge(
            f"declares {columns} x {rows} px in {bands} bands; the limits are {MAX_SIDE} px a side, {MAX_PIXELS} px and {MAX_BANDS} bands",
            place=str(path),
        )
    decoded = (
        rows
        * columns
        * sum(np.dtype(kind).itemsize if kind != "complex_int16" else 4 for kind in dataset.dtypes)
    )
    if decoded > MAX_DECODED_BYTES or decoded > max(RATIO_FREE_BYTES, max_ratio * path.stat().st_size):
        raise InputTooLarge(
            f"would unpack to {decoded} bytes from {path.stat().st_size}; the limits are {MAX_DECODED_BYTES} bytes and {max_ratio:g} times the file",
            place=str(path),
        )


def read_picture(path: Path, window: tuple[int, int, int, int] | None = None) -> Picture:
    """Read a picture, or the window (column, row, width, height) of it, with what its own tags say.

    Raises as `opened`, TruncatedInput when a strip cannot be decoded, EmptyScene when no pixel is valid, and
    ConflictingMetadata when its times contradict each other by more than a day.
    """
    with opened(path) as dataset:
        from rasterio.errors import RasterioIOError
        from rasterio.windows import Window

        frame = Window(*window) if window else None
        try:
            pixels = dataset.read(window=frame)
            valid = dataset.dataset_mask(window=frame) > 0
        except RasterioIOError as error:
            raise TruncatedInput(f"pixels cannot be decoded: {_short(error)}", place=str(path)) from error
        pixels, colour_notes = _colours(dataset, pixels)
        valid = _valid(pixels, valid, dataset.nodata)
        if not valid.any():
            raise EmptyScene("no pixel is valid: all nodata", place=str(path))
        locate, pixel_m, place_notes = place_of(dataset, window or (0, 0, 0, 0))
        tags = {key: _tag(value) for key, value in dataset.tags().items()}
        names = tuple(_tag(name or "") for name in dataset.descriptions)
    return Picture(
        pixels=pixels,
        valid=valid,
        name=path.name,
        source_id=sha256_file(path)[:ID_LENGTH],
        sensor=_sensor(path.name, names),
        values=_values(pixels, valid),
        pixel_m=pixel_m,
        locate=locate,
        time_utc=_time(path, tags),
        bands=names,
        notes=(*colour_notes, *place_notes),
        tags=tags,
    )


def _short(error: Exception) -> str:
    return str(error.__cause__ or error).split("\n", maxsplit=1)[0][:200]


def _tag(text: str) -> str:
    """A tag as text that is safe to print: printable characters only, cut at a stated length."""
    return "".join(c for c in text[:MAX_TAG_CHARS] if c.isprintable())


def _colours(dataset: Any, pixels: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], list[str]]:
    """Palette to red, green, blue; an alpha band is dropped (it is in the mask already)."""
    from rasterio.enums import ColorInterp

    kinds = dataset.colorinterp
    if kinds[0] is ColorInterp.palette:
        table = np.zeros((256, 3), dtype=np.uint8)
        for entry, colour in dataset.colormap(1).items():
            table[entry & 255] = colour[:3]
        return np.moveaxis(table[pixels[0].astype(np.uint8)], -1, 0), [
            "palette colours turned into red, green, blue"
        ]
    if len(kinds) > 1 and kinds[-1] is ColorInterp.alpha:
        return pixels[:-1], []
    return pixels, []


def _valid(
    pixels: npt.NDArray[Any], mask: npt.NDArray[np.bool_], nodata: float | None
) -> npt.NDArray[np.bool_]:
    """The file's own mask, less NaN, infinities and undeclared nodata numbers that touch the edge of the picture."""
    first = pixels[0]
    if np.iscomplexobj(first):
        return np.asarray(mask & np.isfinite(first) & (first != 0))
    if first.dtype.kind == "f":
        mask = mask & np.isfinite(pixels).all(axis=0)
        if nodata is None:
            for guess in NODATA_GUESSES:
                mask = mask & (first != np.asarray(guess, dtype=first.dtype))
    return mask


def place_of(
    dataset: Any, window: tuple[int, int, int, int]
) -> tuple[Locate | None, tuple[float, float] | None, list[str]]:
    """How pixels lead to latitude and longitude, and how large they are: transform, else ground points, else RPC."""
    from rasterio.transform import from_gcps

    transform, crs, notes = dataset.transform, dataset.crs, list[str]()
    points, points_crs = dataset.gcps
    if transform.is_identity or crs is None:
        if len(points) >= 3 and points_crs is not None:
            transform, crs = from_gcps(points), points_crs
            notes.append(f"placed by an affine fit to {len(points)} ground control points")
        elif dataset.rpcs is not None:
            return _by_rpc(dataset, window)
        else:
            return None, None, [*notes, "no coordinate system: the picture has no place and no pixel size"]
    if dataset.tags().get("AREA_OR_POINT") == "Point":
        notes.append("the file says pixel-is-point; the library has shifted the transform by half a pixel")
    to_degrees = _to_degrees(crs)

    a, b, c, d, e, f = tuple(transform)[:6]

    def locate(columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
        across = np.asarray(columns, dtype=np.float64) + window[0]
        down = np.asarray(rows, dtype=np.float64) + window[1]
        x, y = a * across + b * down + c, d * across + e * down + f
        lat, lon = to_degrees(x, y)
        return lat, lon

    return locate, _pixel_m(locate, dataset.width, dataset.height), notes


def _to_degrees(crs: Any) -> Any:
    """Coordinates of the system -> latitude and longitude, wrapped to 180 degrees."""
    from rasterio.warp import transform as warp

    def convert(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        if crs.is_geographic:
            lon, lat = np.asarray(x), np.asarray(y)
        else:
            lon, lat = (np.asarray(v) for v in warp(crs, "EPSG:4326", np.ravel(x), np.ravel(y)))
        return lat, (lon + 180.0) % 360.0 - 180.0

    return convert


def _by_rpc(
    dataset: Any, window: tuple[int, int, int, int]
) -> tuple[Locate, tuple[float, float] | None, list[str]]:
    """Rational polynomials at the height that they were centred on."""
    from rasterio.rpc import RPC
    from rasterio.transform import RPCTransformer

    rpc: RPC = dataset.rpcs

    def locate(columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
        with RPCTransformer(rpc, RPC_HEIGHT=rpc.height_off) as transformer:
            lon, lat = transformer.xy(
                np.ravel(rows) + window[1] - 0.5, np.ravel(columns) + window[0] - 0.5, offset="center"
            )
        return np.asarray(lat), np.asarray(lon)

    note = f"placed by rational polynomials at {rpc.height_off:.0f} m height: sea level may be displaced"
    return locate, _pixel_m(locate, dataset.width, dataset.height), [note]


def _pixel_m(locate: Locate, width: int, height: int) -> tuple[float, float] | None:
    """Size of the middle pixel in metres, down and right."""
    from rubicon.geo.earth import distance_m

    c, r = width / 2, height / 2
    lat, lon = locate(np.array([c, c, c + 1]), np.array([r, r + 1, r]))
    down, right = (float(distance_m(lat[0], lon[0], lat[k], lon[k])) for k in (1, 2))
    return (down, right) if math.isfinite(down) and math.isfinite(right) and min(down, right) > 0 else None


def _sensor(name: str, bands: tuple[str, ...]) -> Sensor | None:
    """The sensor, where the name or the bands state it."""
    text = f"{name} {' '.join(bands)}".upper()
    if re.search(r"\bS1[ABCD]_|SIGMA0|\b[VH][VH]\b|_(VV|VH|HH|HV)[_.]|SENTINEL-?1", text):
        return Sensor.SAR
    if re.search(r"\bS2[ABC]_|\bB0?[2348]\b|_TCI|MSIL[12]|SENTINEL-?2", text):
        return Sensor.OPTICAL
    return None


def _values(pixels: npt.NDArray[Any], valid: npt.NDArray[np.bool_]) -> Values | None:
    """The unit, where the numbers leave no choice: 8 bits, complex, whole 16-bit steps, negative decibels."""
    kind = pixels.dtype
    if kind == np.uint8:
        return Values.EIGHT_BIT
    if kind.kind in "uic":
        return Values.DN
    band = pixels[0][valid]
    if float(band.min()) < 0 and float(np.median(band)) < 0:
        return Values.DB
    if float(np.median(band)) < 2.0:
        return Values.SIGMA0
    return Values.DN if np.array_equal(band, np.round(band)) else None


NAME_TIME = re.compile(r"(?<!\d)(20\d{2})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2}):?(\d{2}))?(?!\d)")


def _time(path: Path, tags: dict[str, str]) -> datetime | None:
    """Time of acquisition by name or by tag; the tag that a program wrote on saving is not one."""
    named = _parsed(path.name)
    tagged = next(
        (
            _parsed(tags[key].replace(":", "-", 2))
            for key in ("ACQUISITION_DATE", "EXIF_DateTimeOriginal")
            if key in tags
        ),
        None,
    )
    if named and tagged and abs((named - tagged).total_seconds()) > 86_400:
        raise ConflictingMetadata(
            f"the name says {named:%Y-%m-%d}, the tags say {tagged:%Y-%m-%d}", place=str(path)
        )
    return tagged or named


def _parsed(text: str) -> datetime | None:
    found = NAME_TIME.search(text)
    if not found:
        return None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
