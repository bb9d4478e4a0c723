"""Scenes that `rubicon scene fetch` kept in a folder, as exports need them."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rubicon.errors import InputMissing, UnknownFormat, VerificationFailed
from rubicon.provenance import sha256_file
from rubicon.report.text import one_line

MAX_PICTURE_BYTES = 20_000_000
Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Kept:
    """A scene: its record, the catalogue's own item, and the picture where its rights allow it to travel.

    `corners` are longitude and latitude of the picture's lower left, lower right, upper right and upper left.
    """

    folder: Path
    record: Mapping[str, Any]
    item: Mapping[str, Any]
    corners: Corners = ()
    picture: bytes | None = None
    sha256: str = ""

    @property
    def item_id(self) -> str:
        """The catalogue's id."""
        return one_line(self.record["item_id"])

    @property
    def inside(self) -> str:
        """Name of the picture in a KMZ: the record's hash, since an id may hold anything."""
        return f"scenes/{self.sha256[:16]}.png"

    @property
    def time_utc(self) -> str:
        """Start of the look."""
        return one_line(self.record["time_utc"])

    @property
    def sensor(self) -> str:
        """`sar` or `optical`."""
        return one_line(self.record["sensor"])

    @property
    def platform(self) -> str:
        """The satellite."""
        return one_line(self.record["platform"])

    @property
    def credit(self) -> str:
        """The line that its licence wants under it."""
        return one_line(self.record["credit"])


def kept_scenes(folder: Path | None) -> list[Kept]:
    """All scenes under a folder, by id; none for None.

    Raises InputMissing when the folder holds none, UnknownFormat for a record that cannot be read, VerificationFailed
    when a kept file is not the one that was fetched.
    """
    if folder is None:
        return []
    found = [
        _read(path.parent)
        for path in sorted(folder.glob("**/capture.json"))
        if (path.parent / "item.json").is_file()
    ]
    if not found:
        raise InputMissing("holds no scene that `rubicon scene fetch` kept", place=str(folder))
    return sorted(found, key=lambda each: each.item_id)


def _read(folder: Path) -> Kept:
    try:
        record = json.loads((folder / "capture.json").read_bytes())
        item = json.loads((folder / "item.json").read_bytes())
        assets = {key: each for key, each in record["assets"].items() if each.get("file")}
        for key in ("item_id", "time_utc", "sensor", "platform", "credit", "raw_may_ship", "preview"):
            record[key]
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise UnknownFormat(
            f"is no record of a scene: {type(error).__name__} {error}", place=str(folder)
        ) from error
    for each in assets.values():
        path = folder / Path(each["file"]).name
        if sha256_file(path) != each["sha256"]:
            raise VerificationFailed("is not the file that was fetched", place=str(path))
    preview = folder / "preview.png"
    if record["raw_may_ship"] is not True or not record["preview"] or not preview.is_file():
        return Kept(folder, record, item)
    corners = next(
        (found for each in assets.values() if (found := _corners(folder / Path(each["file"]).name))), ()
    )
    small = preview.stat().st_size <= MAX_PICTURE_BYTES
    picture = preview.read_bytes() if corners and small else None
    return Kept(folder, record, item, corners, picture, sha256_file(preview))


def _corners(path: Path) -> Corners:
    """Corners of a geocoded picture; none for one in radar geometry, or without the extra `imagery`."""
    if importlib.util.find_spec("rasterio") is None or not re.fullmatch(r"\.tiff?", path.suffix.lower()):
        return ()
    rasterio = importlib.import_module("rasterio")
    warp = importlib.import_module("rasterio.warp")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(path) as scene:
            if scene.crs is None:
                return ()
            rows, columns = (scene.height, scene.height, 0, 0), (0, scene.width, scene.width, 0)
            xs, ys = rasterio.transform.xy(scene.transform, rows, columns, offset="ul")
            lons, lats = warp.transform(scene.crs, "EPSG:4326", list(xs), list(ys))
    return tuple(zip(lons, lats, strict=True))
