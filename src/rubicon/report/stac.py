"""Scenes and files of a case as a STAC 1.1 collection whose assets carry `file:checksum`.

One item for each scene that was kept, one for each row of SCENE that has an outline, and one for the dossier itself, whose
assets are the files of the bag. A checksum is a multihash: `1220` and the SHA-256. A kept scene whose rights do not let it
travel is described by its hash and where it came from, without a link to the file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import shapely

from rubicon.case import utc
from rubicon.provenance import ID_LENGTH, content_id, sha256_file
from rubicon.report.bag import payload, write_whole
from rubicon.report.crate import MEDIA
from rubicon.report.evidence import canonical
from rubicon.report.kept import Kept
from rubicon.report.layers import rows_of, simulated
from rubicon.report.text import SIMULATED, iso, one_line, safe_url
from rubicon.store.output import Output

VERSION = "1.1.0"
FILE = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
MULTIHASH_SHA256 = "1220"
SENSORS = {"sar": "synthetic aperture radar", "optical": "optical camera"}
Item = dict[str, Any]


def export_stac(output: Output, folder: Path, scenes: Sequence[Kept]) -> dict[str, int]:
    """Write `collection.json` and its items; gives the number of items."""
    items = [
        *(_kept(output, each, folder) for each in scenes),
        *_scenes(output, folder),
        *_dossier(output, folder),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    names = {}
    for item in items:
        name = f"items/{content_id(item['id'])}.json"
        names[name] = item
        (folder / "items").mkdir(exist_ok=True)
        write_whole(folder / name, canonical(item))
    write_whole(folder / "collection.json", canonical(_collection(output, names)))
    return {"stac/collection.json": len(items)}


def _collection(output: Output, items: Mapping[str, Item]) -> dict[str, Any]:
    case = output.case
    boxes = [item["bbox"] for item in items.values() if item.get("bbox")] or [[-180.0, -90.0, 180.0, 90.0]]
    whole = [
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    ]
    notice = f"{SIMULATED}: " if simulated(output) else ""
    links = [
        {"rel": rel, "href": "./collection.json", "type": "application/json"} for rel in ("self", "root")
    ]
    links += [{"rel": "item", "href": f"./{name}", "type": "application/geo+json"} for name in items]
    return {
        "type": "Collection", "stac_version": VERSION, "stac_extensions": [], "id": case.id,
        "title": f"{notice}{one_line(case.title)}", "description": f"{notice}{one_line(case.summary) or one_line(case.title)}",
        "license": "other", "links": links[1:], "summaries": {"origin": [case.origin.value]},
        "extent": {
            "spatial": {"bbox": [whole]},
            "temporal": {"interval": [[iso(utc(case.period.start)), iso(_end(output))]]},
        },
    }  # fmt: skip


def _end(output: Output) -> datetime:
    """The last second of the case's last day."""
    return utc(output.case.period.end) + timedelta(days=1) - timedelta(seconds=1)


def _item(
    output: Output, key: str, geometry: Any, bbox: list[float] | None, properties: Mapping[str, Any]
) -> Item:
    origin = {"origin": output.case.origin.value, **({"notice": SIMULATED} if simulated(output) else {})}
    return {
        "type": "Feature", "stac_version": VERSION, "stac_extensions": [FILE], "id": key, "collection": output.case.id,
        "geometry": geometry, "bbox": bbox, "properties": {**origin, **properties}, "assets": {},
        "links": [
            {"rel": "collection", "href": "../collection.json", "type": "application/json"},
            {"rel": "root", "href": "../collection.json", "type": "application/json"},
        ],
    }  # fmt: skip


def _asset(path: Path, href: str, roles: list[str], **more: str) -> dict[str, Any]:
    return {
        "href": href, "type": MEDIA.get(path.suffix, "image/tiff" if path.suffix == ".tif" else "application/octet-stream"),
        "roles": roles, "file:checksum": MULTIHASH_SHA256 + sha256_file(path), "file:size": path.stat().st_size, **more,
    }  # fmt: skip


def _kept(output: Output, scene: Kept, folder: Path) -> Item:
    """The item of a kept scene: the catalogue's outline and time, the kept files with their hashes."""
    shape = shapely.from_geojson(canonical(scene.item["geometry"]).decode())
    made = _item(
        output, scene.item_id, scene.item["geometry"], [round(x, 6) for x in shapely.bounds(shape).tolist()],
        {
            "datetime": _utc(scene.time_utc), "platform": scene.platform, "instruments": [SENSORS.get(scene.sensor, scene.sensor)],
            "rights": one_line(scene.record.get("rights")), "credit": scene.credit, "captured_at": one_line(scene.record.get("captured_at")),
        },
    )  # fmt: skip
    for key, about in scene.record["assets"].items():
        if about.get("file"):
            path = scene.folder / Path(about["file"]).name
            made["assets"][one_line(key)] = _travelling(scene, path, folder, about)
    return made


def _travelling(scene: Kept, path: Path, folder: Path, about: Mapping[str, Any]) -> dict[str, Any]:
    """A kept file, by path when its rights let it travel, else by the address that it came from."""
    source = safe_url(about.get("source_url")) or "address-not-kept"
    if scene.record["raw_may_ship"] is True:
        return _asset(path, _relative(path, folder), ["data"], source_url=source)
    return _asset(
        path,
        source,
        ["data"],
        description="not included: rights; the checksum is of the window that was kept",
    )


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path.resolve(), (folder / "items").resolve())).as_posix()


def _utc(text: str) -> str:
    when = datetime.fromisoformat(text)
    return str(iso(when if when.tzinfo else when.replace(tzinfo=UTC)))


def _scenes(output: Output, folder: Path) -> list[Item]:
    """Scenes that the case read from files, where their outline is known; the file is an asset when it is in the bag."""
    held: dict[str, list[Path]] = {}
    for path in sorted((output.folder / "dossier/data/evidence").glob("*")):
        if path.is_file() and rows_of(output, "SCENE"):
            held.setdefault(sha256_file(path)[:ID_LENGTH], []).append(path)
    made = []
    for row in rows_of(output, "SCENE"):
        if not row["footprint_wkt"]:
            continue
        shape = shapely.from_wkt(row["footprint_wkt"])
        about = {
            "datetime": iso(row["start"]), "start_datetime": iso(row["start"]), "end_datetime": iso(row["end"]), "rights": one_line(row["rights"]),
            "instruments": [SENSORS.get(row["sensor"], row["sensor"])], "source_id": row["source_id"],
        }  # fmt: skip
        about |= {"platform": one_line(row["platform"])} if row["platform"] else {}
        about |= {"gsd": row["pixel_m"]} if row["pixel_m"] else {}
        item = _item(output, row["scene_id"], shapely.geometry.mapping(shape), list(shape.bounds), about)
        for path in held.get(row["source_id"], ()):
            item["assets"]["scene"] = _asset(path, _relative(path, folder), ["data"])
        made.append(item)
    return made


def _dossier(output: Output, folder: Path) -> list[Item]:
    """The bag as one item: every file of its payload with its checksum, over the area and the time of the case."""
    root = output.folder / "dossier"
    files = payload(root) if root.is_dir() else []
    if not files:
        return []
    box = _area(output)
    geometry = shapely.geometry.mapping(shapely.box(*box)) if box else None
    times = {
        "datetime": None,
        "start_datetime": iso(utc(output.case.period.start)),
        "end_datetime": iso(_end(output)),
    }
    item = _item(output, f"{output.case.id}-dossier", geometry, box, times)
    if box is None:
        del item["bbox"]
    for path in files:
        name = path.relative_to(root / "data").as_posix()
        item["assets"][name] = _asset(
            path, _relative(path, folder), ["metadata" if path.suffix in (".json", ".jsonl") else "data"]
        )
    return [item]


def _area(output: Output) -> list[float] | None:
    case = output.case
    if case.bbox:
        return list(case.bbox)
    lats, lons = [port.lat_deg for port in case.ports], [port.lon_deg for port in case.ports]
    return [min(lons), min(lats), max(lons), max(lats)] if lats else None
