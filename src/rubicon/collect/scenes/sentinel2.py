"""Reads the part of a Sentinel-2 product over a place: L1C or L2A in SAFE form, a folder or a zip, one tile.

Terms as in ESA's "Sentinel-2 Products Specification Document" (S2-PDGS-TAS-DI-PSD). Reflectance = (DN + offset) / quantification value; the offset
came with processing baseline 04.00 (January 2022), before it is 0. No real product is in the test data: the tests write the
published layout. Only the bands of 10 m and the scene classification are read, and of those only the window.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from rubicon.collect.scenes.geotiff import ENVIRONMENT, place_of
from rubicon.collect.scenes.picture import Picture, Sensor
from rubicon.collect.scenes.safe import document, members
from rubicon.collect.scenes.stac import Box
from rubicon.collect.scenes.window import cloud_share_of, window_over
from rubicon.errors import EmptyScene, InputMissing, MissingExtra, TruncatedInput, UnknownFormat, UsageError
from rubicon.provenance import content_id

METADATA = re.compile(r"(^|/)MTD_MSI(L1C|L2A)\.xml$")
BANDS = ("B04", "B03", "B02", "B08")
"""Red, green, blue and near infrared: those of 10 m."""


def metadata_of(path: Path) -> str | None:
    """Name of the product's metadata file; None when this is no Sentinel-2 product."""
    return next((name for name in sorted(members(path)) if METADATA.search(name)), None)


def read_sentinel2(path: Path, place: Box | None) -> Picture:
    """The bands of 10 m over a box (west, south, east, north in degrees) as reflectance from 0 to 1, with the cloud there in the notes.

    Raises UsageError without a box (a tile is 110 km wide), EmptyScene when the tile does not show it, InputMissing for a band that the
    product lacks, UnknownFormat for broken metadata, TruncatedInput for a band that does not decode.
    """
    files = members(path)
    name = metadata_of(path)
    if name is None:
        raise UnknownFormat("no metadata of a Sentinel-2 product in it", place=str(path))
    if place is None:
        raise UsageError("a tile is 110 km wide: say which port with --port", place=path.name)
    root = document(path, files, name)
    scale, offsets = _radiometry(root, f"{path}/{name}")
    stack, frame = [], None
    for band in BANDS:
        with _opened(path, _image(files, band, path)) as dataset:
            from rasterio.windows import Window

            window = window_over(dataset, place, str(path))
            dn = dataset.read(1, window=Window(*window))
            if frame is None:
                frame = place_of(dataset, window)
        valid = dn > 0
        stack.append(
            np.where(valid, np.clip((dn.astype(np.float32) + offsets.get(band, 0.0)) / scale, 0, 1), 0)
        )
    pixels = np.stack(stack).astype(np.float32)
    if not pixels.any():
        raise EmptyScene("no data over the place", place=str(path))
    assert frame is not None
    locate, pixel_m, notes = frame
    platform = _text(root, "SPACECRAFT_NAME") or "Sentinel-2"
    return Picture(
        pixels=pixels, valid=np.asarray((pixels > 0).all(axis=0)), name=path.name,
        source_id=content_id(path.name, _text(root, "PRODUCT_URI"), _text(root, "GENERATION_TIME")),
        sensor=Sensor.OPTICAL, pixel_m=pixel_m, locate=locate, time_utc=_time(root, f"{path}/{name}"), bands=BANDS,
        platform=platform, notes=(*notes, *_cloud(path, files, place)),
    )  # fmt: skip


def _radiometry(root: Element, place: str) -> tuple[float, dict[str, float]]:
    """Quantification value, and the offset in DN by band."""
    stated = _text(root, "BOA_QUANTIFICATION_VALUE") or _text(root, "QUANTIFICATION_VALUE")
    try:
        scale = float(stated or "")
        offsets = {
            BAND_IDS[int(one.get("band_id", "-1"))]: float(one.text or 0)
            for one in root.iter()
            if one.tag.rsplit("}", 1)[-1] in ("BOA_ADD_OFFSET", "RADIO_ADD_OFFSET")
            and int(one.get("band_id", "-1")) in BAND_IDS
        }
    except ValueError as error:
        raise UnknownFormat(f"the radiometry is garbled: {error}", place=place) from error
    if not scale > 0:
        raise UnknownFormat("the quantification value is not positive", place=place)
    return scale, offsets


BAND_IDS = {1: "B02", 2: "B03", 3: "B04", 7: "B08"}
"""`band_id` of the bands of 10 m."""


def _text(root: Element, tag: str) -> str:
    return next(((one.text or "").strip() for one in root.iter() if one.tag.rsplit("}", 1)[-1] == tag), "")


def _time(root: Element, place: str) -> datetime:
    try:
        return datetime.fromisoformat(_text(root, "PRODUCT_START_TIME")).astimezone(UTC)
    except ValueError as error:
        raise UnknownFormat("the metadata states no time of the scene", place=place) from error


def _image(files: dict[str, str], band: str, path: Path) -> str:
    """The picture of a band: `..._B04_10m.jp2` in L2A, `..._B04.jp2` in L1C."""
    wanted = re.compile(rf"/IMG_DATA/(R10m/)?[^/]*_{band}(_10m)?\.jp2$")
    found = sorted(name for name in files if wanted.search(name))
    if not found:
        raise InputMissing(f"the product has no picture of band {band}", place=str(path))
    return found[0]


@contextmanager
def _opened(path: Path, name: str) -> Iterator[Any]:
    """A picture of the product as an open dataset, JPEG 2000 driver only."""
    try:
        import rasterio
        from rasterio.errors import RasterioError
    except ImportError as error:
        raise MissingExtra("reading scenes needs the extra: pip install 'rubicon-osint[imagery]'") from error
    place = f"/vsizip/{path.absolute()}/{name}" if path.is_file() else str(path / name)
    with rasterio.Env(**ENVIRONMENT):
        try:
            with rasterio.open(place, driver="JP2OpenJPEG", sharing=False) as dataset:
                yield dataset
        except RasterioError as error:
            raise TruncatedInput("a band is damaged or no JPEG 2000", place=f"{path}/{name}") from error


def _cloud(path: Path, files: dict[str, str], place: Box) -> list[str]:
    """The share of cloud over the box by the product's own classes, as a note; L1C has none."""
    found = sorted(name for name in files if re.search(r"/IMG_DATA/R20m/[^/]*_SCL_20m\.jp2$", name))
    if not found:
        return ["cloud over the place is not known: the product has no scene classification"]
    with _opened(path, found[0]) as dataset:
        from rasterio.windows import Window

        classes = dataset.read(1, window=Window(*window_over(dataset, place, str(path))))
    share = cloud_share_of(classes)
    return [] if share is None else [f"{100 * share:.0f} % of the place lies under cloud or its shadow"]
