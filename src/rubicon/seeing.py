"""Looks at scenes: ships found in them, who they may be by their tracks, and chips to look at.

One scene through `look`; all scenes of a case through `see`, which gives the tables SCENE and DETECTION.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from rubicon.case import Case, Input
from rubicon.collect.scenes.look import look_of
from rubicon.collect.scenes.picture import Picture, Sensor, Values
from rubicon.detect._found import Found, features
from rubicon.errors import MissingExtra, RubiconError, SimulatedEvidence, UsageError
from rubicon.provenance import SourceFile
from rubicon.schema import DETECTION, SCENE, Origin, rows_to_table
from rubicon.store.lake import Lake

CHIPS = "chips"
ALL_IS_WELL = "self-check: the threshold fits"
"""A note for who looks at one scene; in a run of many it would hide the others."""
LEAST_CHIP_PX = 48
"""Half side of a chip: about half a kilometre on either side at 10 m."""
NEAR_H = 24
"""Fixes within these hours of a look are matched with it."""

Box = tuple[float, float, float, float]
Window = tuple[int, int, int, int]
"""First row, last row, first column, last column."""
Chip = Callable[[Window], npt.NDArray[np.uint8]]


@dataclass(frozen=True)
class Looked:
    """One scene after detection: its facts, the detections, who made them, notes, and pixels for the eye by window."""

    picture: Picture
    found: Sequence[Found]
    author: str
    notes: tuple[str, ...]
    chip: Chip


def look(
    path: Path,
    sensor: Sensor | None = None,
    values: Values | None = None,
    pixel_m: float | None = None,
    method: str = "auto",
    place: Box | None = None,
) -> Looked:
    """Find ships in one scene: a Sentinel-1 or Sentinel-2 product, or a picture.

    A Sentinel-2 tile is looked at over a `place` (west, south, east, north in degrees).

    Raises UsageError when a picture's sensor, or the unit of a radar picture, stays unknown; MissingExtra without the extra `imagery`;
    and what opening untrusted pictures raises.
    """
    from rubicon.collect.scenes.geotiff import read_picture
    from rubicon.collect.scenes.safe import is_safe
    from rubicon.collect.scenes.sentinel2 import metadata_of, read_sentinel2

    if not is_safe(path):
        return in_picture(read_picture(path), sensor, values, pixel_m, method)
    if metadata_of(path) is not None:
        return in_picture(read_sentinel2(path, place), sensor, values, pixel_m, method)
    return in_product(path)


def in_product(path: Path) -> Looked:
    """Ships of a Sentinel-1 product, land masked by the coastline."""
    from rubicon.collect.scenes.png import stretched
    from rubicon.collect.scenes.sentinel1 import read_safe
    from rubicon.detect import _safe, radar
    from rubicon.geo.coast import load_coast

    safe = read_safe(path)
    found, author, notes = radar.ships_in_product(safe, load_coast())

    def chip(window: Window) -> npt.NDArray[np.uint8]:
        table = _safe.tables(safe, safe.bands[0])
        return stretched(_safe.calibrated(safe, table, window[0], window[1])[:, window[2] : window[3]])

    return Looked(_safe.frame(safe), found, author, notes, chip)


def in_picture(
    read: Picture, sensor: Sensor | None, values: Values | None, pixel_m: float | None, method: str
) -> Looked:
    """Ships of a single picture."""
    from rubicon.collect.scenes.png import stretched
    from rubicon.detect import optical, radar

    picture = stated(read, sensor, values, pixel_m)
    seen_by = optical.ships(picture) if picture.sensor is Sensor.OPTICAL else radar.ships(picture, method)

    def chip(window: Window) -> npt.NDArray[np.uint8]:
        top, bottom, left, right = window
        part = picture.pixels[:, top:bottom, left:right]
        if part.dtype == np.uint8:
            return np.asarray(part[:3] if part.shape[0] >= 3 else part[0])
        if picture.sensor is Sensor.OPTICAL:
            low, high = np.percentile(picture.pixels[:3], (2, 99.5))
            shown = np.clip((part[:3] - low) / max(float(high - low), 1e-9) * 255, 0, 255).astype(np.uint8)
            return np.asarray(shown if shown.shape[0] == 3 else shown[0])
        assert picture.values is not None
        return stretched(picture.intensity(0, picture.values)[top:bottom, left:right])

    return Looked(picture, *seen_by, chip)


def stated(picture: Picture, sensor: Sensor | None, values: Values | None, pixel_m: float | None) -> Picture:
    """The picture with what the user said about it; the user's word goes before the file's.

    Raises UsageError when the sensor, or the unit of a radar scene, stays unknown.
    """
    sensor, values = sensor or picture.sensor, values or picture.values
    if sensor is None:
        raise UsageError(
            "the file does not say what kind of sensor saw it; give --sensor sar or optical",
            place=picture.name,
        )
    if sensor is Sensor.SAR and values is None:
        raise UsageError(
            "the unit of the pixels is not plain; give --values dn, sigma0, db or 8bit", place=picture.name
        )
    size = (pixel_m, pixel_m) if pixel_m else picture.pixel_m
    return replace(picture, sensor=sensor, values=values, pixel_m=size)


@dataclass
class Seen:
    """What the scenes of a case gave, and what could not be used."""

    scenes: pa.Table
    detections: pa.Table
    failed: list[RubiconError]
    notes: list[str]


def see(
    case: Case, files: Sequence[tuple[SourceFile, Input]], lake: Lake, vessels: pa.Table, out: Path
) -> Seen:
    """SCENE and DETECTION rows of a case's scenes, chips under `out/chips`; a scene that fails is named and the others go on.

    Raises SimulatedEvidence for a simulated scene in a case that is not. Without the extra `imagery` one note says so and the tables are empty.
    """
    scenes: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    made = Seen(SCENE.empty_table(), DETECTION.empty_table(), [], [])
    lengths = ship_lengths(case, vessels)
    for file, input_ in files:
        try:
            looked = look(
                file.path,
                Sensor(input_.sensor) if input_.sensor else None,
                Values(input_.values) if input_.values else None,
                input_.pixel_m,
            )
        except MissingExtra as error:
            made.notes.append(f"scenes were not looked at: {error}")
            break
        except RubiconError as error:
            made.failed.append(error)
            continue
        if simulated(looked.picture) and case.origin is not Origin.SIMULATED:
            raise SimulatedEvidence("a simulated scene in a case that is not simulated", place=str(file.path))
        said = (note for note in (*looked.picture.notes, *looked.notes) if not note.startswith(ALL_IS_WELL))
        made.notes += [f"{file.path.name}: {note}" for note in said]
        row = scene_row(looked.picture, file)
        if row is None:
            made.notes.append(f"{file.path.name}: its time is not known; it is not matched and not shown")
            continue
        scenes.append(row)
        found += detection_rows(looked, lake, lengths, out)
    made.scenes, made.detections = rows_to_table(scenes, SCENE), rows_to_table(found, DETECTION)
    return made


def simulated(picture: Picture) -> bool:
    """Whether a scene says of itself that the simulator wrote it."""
    return "_SIMU" in picture.name or "simulated" in picture.tags.get("TIFFTAG_IMAGEDESCRIPTION", "")


def ship_lengths(case: Case, vessels: pa.Table) -> dict[str, float]:
    """Stated lengths by vessel id, joined by vessel id or, for ships of the case, by IMO number."""
    by_imo = {ship.imo: ship.vessel_id for ship in case.ships if ship.imo and ship.vessel_id}
    made: dict[str, float] = {}
    for row in vessels.to_pylist():
        for key in (row["vessel_id"], by_imo.get(row["imo"] or "")):
            if key and row["length_m"]:
                made[key] = float(row["length_m"])
    return made


def scene_row(picture: Picture, file: SourceFile) -> dict[str, Any] | None:
    """The SCENE row of a picture; None when its time is not known."""
    if picture.time_utc is None:
        return None
    rows = picture.shape[0]
    ring = picture.geometry.get("footprint") or _ring(picture)
    return {
        "scene_id": picture.source_id,
        "sensor": picture.sensor.value if picture.sensor else "",
        "platform": "simulated radar" if simulated(picture) else picture.platform,
        "start": picture.time_utc,
        "end": picture.time_at(float(rows)) if picture.time_at else picture.time_utc,
        "pixel_m": float(np.mean(picture.pixel_m)) if picture.pixel_m else None,
        "footprint_wkt": "POLYGON(("
        + ", ".join(f"{lon:.6f} {lat:.6f}" for lat, lon in [*ring, ring[0]])
        + "))"
        if ring
        else None,
        "rights": file.licence or "not stated",
        "source_id": file.source_id,
    }


def _ring(picture: Picture) -> list[tuple[float, float]]:
    if picture.locate is None:
        return []
    rows, columns = picture.shape
    lat, lon = picture.locate(np.array([0.0, columns, columns, 0]), np.array([0.0, 0, rows, rows]))
    return list(zip(lat.tolist(), lon.tolist(), strict=True))


def detection_rows(
    looked: Looked, lake: Lake, lengths: Mapping[str, float], out: Path
) -> list[dict[str, Any]]:
    """DETECTION rows of what was accepted in a scene, matched with the tracks of the lake where the scene has a place."""
    accepted = [one["properties"] | {"geometry": one["geometry"]} for one in _features(looked)]
    rows = []
    for about in accepted:
        place = about["geometry"]["coordinates"] if about["geometry"] else (None, None)
        rows.append({**about, "lat_deg": place[1], "lon_deg": place[0], "time_utc": _time(about["time_utc"])})
    status = _matched(looked.picture, rows, lake, lengths)
    return [_detection(row, status.get(row["detection_id"], {}), _chip(looked, row, out)) for row in rows]


def _features(looked: Looked) -> list[dict[str, Any]]:
    return features(looked.picture, [one for one in looked.found if one.accepted], looked.author)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _matched(
    picture: Picture, rows: Sequence[Mapping[str, Any]], lake: Lake, lengths: Mapping[str, float]
) -> dict[str, dict[str, Any]]:
    """Status, ship and probability by detection; empty where a picture has no place or its look is not known."""
    from rubicon.detect.match import match

    if picture.time_utc is None or not rows or any(row["lat_deg"] is None for row in rows):
        return {}
    try:
        seen = look_of(
            {
                "time_utc": picture.time_utc.isoformat(),
                "sensor": picture.sensor.value if picture.sensor else "",
                **picture.geometry,
            }
        )
    except KeyError:
        return {}
    pairings, _ = match(rows, _near(lake, picture.time_utc), seen, lengths)
    return {
        one.detection_id: {
            "status": one.status, "vessel_id": one.vessel_id,
            "probability": one.probability if one.vessel_id else None,
            "could_be": list(one.could_be), "length_says": one.length_says,
        }
        for one in pairings
    }  # fmt: skip


def _near(lake: Lake, when: datetime) -> pa.Table:
    positions = lake.positions()
    frame = pl.DataFrame(positions)
    low, high = when - timedelta(hours=NEAR_H), when + timedelta(hours=NEAR_H)
    return frame.filter(pl.col("time_utc").is_between(low, high)).to_arrow().cast(positions.schema)


def _chip(looked: Looked, row: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """Write the pixels round a detection; gives where they lie and where their corner is in the scene."""
    from rubicon.collect.scenes.png import write_png

    x0, y0, x1, y1 = row["bbox_px"]
    half = max(LEAST_CHIP_PX, round(1.5 * row["length_px"]))
    rows, columns = looked.picture.shape
    x, y = round((x0 + x1) / 2), round((y0 + y1) / 2)
    window = (max(0, y - half), min(rows, y + half), max(0, x - half), min(columns, x + half))
    name = f"{CHIPS}/{row['detection_id']}.png"
    write_png(looked.chip(window), out / name)
    return {"chip": name, "chip_row": window[0], "chip_column": window[2]}


def _detection(row: Mapping[str, Any], status: Mapping[str, Any], chip: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("detection_id", "scene_id", "time_utc", "lat_deg", "lon_deg", "length_m", "width_m", "heading_deg", "score",
            "author", "length_error_m")  # fmt: skip
    detail = {
        **chip,
        "bbox_px": row["bbox_px"], "corners_px": row["corners_px"], "notes": row["notes"],
        "heading_ambiguous_180": row["heading_ambiguous_180"],
        "could_be": status.get("could_be", []), "length_says": status.get("length_says"),
    }  # fmt: skip
    return {
        **{key: row[key] for key in keys},
        **{key: status.get(key) for key in ("status", "vessel_id", "probability")},
        "detail": json.dumps(detail, ensure_ascii=False, sort_keys=True),
    }
