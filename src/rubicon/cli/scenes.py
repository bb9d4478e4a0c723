"""`rubicon scene`: ships and berths in radar and optical pictures."""

from __future__ import annotations

import csv
import itertools
import json
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from rubicon.cli import archive
from rubicon.cli.collecting import input_of
from rubicon.cli.common import Dates, Json, Map, answer, say
from rubicon.collect.scenes.picture import Picture, Sensor, Values
from rubicon.errors import InputMissing, MissingColumns, NoUsableRows, UnknownFormat

scene = typer.Typer(
    help="Ships and berths in radar and optical scenes.", no_args_is_help=True, rich_markup_mode=None
)


class Method(StrEnum):
    """How ships are looked for."""

    AUTO = "auto"
    CFAR = "cfar"
    LEARNED = "learned"


@scene.command()
def detect(
    path: Annotated[Path, typer.Argument(metavar="SCENE", help="GeoTIFF, JPEG, PNG or JPEG 2000 picture.")],
    sensor: Annotated[
        Sensor | None, typer.Option(help="sar or optical; else from the file's own words.")
    ] = None,
    values: Annotated[
        Values | None, typer.Option(help="What a pixel's number means: dn, sigma0, db or 8bit.")
    ] = None,
    pixel_m: Annotated[
        float | None, typer.Option("--pixel-m", help="Size of a pixel in metres.", min=0.01, max=1000)
    ] = None,
    min_score: Annotated[
        float, typer.Option("--min-score", help="Print detections from this score on.")
    ] = 0.05,
    method: Annotated[Method, typer.Option(help="auto, cfar (statistics alone) or learned.")] = Method.AUTO,
    port: Annotated[str, typer.Option("--port", help="Port that a Sentinel-2 tile is looked at over.")] = "",
    half_km: archive.HalfKm = 4.0,
    json_: Json = False,
) -> None:
    """Find ships in one scene and print them as GeoJSON.

    Example: rubicon scene detect chip.jpg --sensor sar --values 8bit --pixel-m 3 --json
    """
    from rubicon.detect._found import features
    from rubicon.seeing import look

    place = archive.box_of(port, half_km) if port else None
    looked = look(path, sensor, values, pixel_m, method.value, place)
    picture, author = looked.picture, looked.author
    made = [f for f in features(picture, looked.found, author) if f["properties"]["score"] >= min_score]
    for note in (*picture.notes, *looked.notes):
        say(f"note: {note}")
    if json_:
        answer(collection(picture, made))
        return
    accepted = [f["properties"] for f in made if f["properties"]["accepted"]]
    say(f"{len(accepted)} ships accepted of {len(made)} detections ({author})")
    for one in accepted[:20]:
        length = f"{one['length_m']:.0f} m" if one["length_m"] is not None else f"{one['length_px']:.0f} px"
        print(
            f"{one['score']:.2f}  {length:>8}  {one['heading_deg']:5.1f} deg (or +180)  at {one['bbox_px']}"
        )
    say("next: --json for GeoJSON with corners and scores")


def collection(picture: Picture, made: list[dict[str, Any]]) -> dict[str, Any]:
    """A GeoJSON collection with the scene's own facts beside it."""
    assert picture.sensor is not None
    return {
        "type": "FeatureCollection",
        "scene": {
            "scene_id": picture.source_id,
            "name": picture.name,
            "sensor": picture.sensor.value,
            "values": picture.values.value if picture.values else None,
            "rows": picture.shape[0],
            "columns": picture.shape[1],
            "pixel_m": picture.pixel_m,
            "time_utc": picture.time_utc,
            "notes": list(picture.notes),
            **picture.geometry,
        },
        "features": made,
    }


@scene.command("match")
def match_(
    detections: Annotated[Path, typer.Argument(help="GeoJSON of `rubicon scene detect --json`.")],
    positions: Annotated[Path, typer.Argument(help="Positions: CSV, Parquet or JSON lines.")],
    scene_: Annotated[
        Path, typer.Option("--scene", help="The scene's facts: the same GeoJSON, or its `scene` object.")
    ],
    ships_: Annotated[
        Path | None, typer.Option("--ships", help="CSV vessel_id,length_m of the ships' own lengths.")
    ] = None,
    map_: Map = "",
    dates: Dates = "",
    all_: Annotated[bool, typer.Option("--all", help="Match detections below the threshold too.")] = False,
    json_: Json = False,
) -> None:
    """Match detections with AIS: correlated, ambiguous or dark; ships not seen: silent.

    Example: rubicon scene match found.geojson tracks.csv --scene found.geojson --ships register.csv --json
    """
    from rubicon.collect.columns import read_positions
    from rubicon.collect.scenes.look import read_look
    from rubicon.detect.match import match

    read = read_positions(positions, input_of(positions, "", map_, dates=dates), strict_header=True)
    rows = read_detections(detections, accepted_only=not all_)
    pairings, silent = match(rows, read.positions, read_look(scene_), read_lengths(ships_) if ships_ else {})
    if json_:
        answer({"detections": [asdict(p) for p in pairings], "silent": [asdict(s) for s in silent]})
        return
    for one in pairings:
        print(
            f"{one.status:<11} {one.detection_id}  {one.vessel_id or '-':<12} {one.probability:.2f}  {one.length_says}"
        )
    for ship in silent:
        print(f"silent      {ship.vessel_id}  {ship.probability:.2f}")
    say("A dark detection is one that no track given here explains. Next: --json for all candidates")


@scene.command()
def change(
    before: Annotated[Path, typer.Argument(help="The first look.")],
    after: Annotated[Path, typer.Argument(help="The second look: same sensor, size and pixels.")],
    area: Annotated[
        Path, typer.Option("--area", help="GeoJSON polygons of yards and piers, `name` in properties.")
    ],
    sensor: Annotated[
        Sensor | None, typer.Option(help="sar or optical; else from the file's own words.")
    ] = None,
    values: Annotated[
        Values | None, typer.Option(help="Unit of a radar picture: dn, sigma0, db or 8bit.")
    ] = None,
    json_: Json = False,
) -> None:
    """Find what changed between two looks inside the polygons of yards and piers.

    Example: rubicon scene change may.tif june.tif --area najin-yards.geojson --json
    """
    from rubicon.collect.scenes.areas import masks
    from rubicon.collect.scenes.geotiff import read_picture
    from rubicon.detect.berths import change as compare
    from rubicon.seeing import stated

    one, two = (stated(read_picture(path), sensor, values, None) for path in (before, after))
    made = []
    for name, mask in masks(area, one):
        compared = compare(one, two, mask)
        made.append(
            {"berth": name, "shift_px": compared.shift_px, "changes": [changed(c) for c in compared.changes]}
        )
    if json_:
        answer({"before": one.source_id, "after": two.source_id, "areas": made})
        return
    for each in made:
        print(f"{each['berth']}: {len(each['changes'])} changes")
    say("A change is not a cargo. Next: --json for area, length, sign and score of each")


@scene.command()
def berths(
    looks: Annotated[
        list[Path], typer.Argument(help="Four or more looks of one frame: sensor, size and pixels.")
    ],
    area: Annotated[
        Path,
        typer.Option("--area", help="GeoJSON polygons with `name`, and `kind` berth (default) or yard."),
    ],
    sensor: Annotated[
        Sensor | None, typer.Option(help="sar or optical; else from the files' own words.")
    ] = None,
    values: Annotated[
        Values | None, typer.Option(help="Unit of radar pictures: dn, sigma0, db or 8bit.")
    ] = None,
    json_: Json = False,
) -> None:
    """Say which berths hold a ship in which look, and between which looks a yard changed with no ship in frame.

    Example: rubicon scene berths looks/*.tif --area najin-berths.geojson --sensor sar --json
    """
    from rubicon.collect.scenes.areas import masks
    from rubicon.collect.scenes.geotiff import read_picture
    from rubicon.detect import occupancy as detector
    from rubicon.detect.berths import change as compare
    from rubicon.seeing import stated

    pictures = [stated(read_picture(path), sensor, values, None) for path in looks]
    named = list(masks(area, pictures[0]))
    kinds = area_kinds(area)
    found = detector.occupancy(pictures, {name: mask for name, mask in named if kinds.get(name) != "yard"})
    by_id = {picture.source_id: picture for picture in pictures}
    yards = [mask for name, mask in named if kinds.get(name) == "yard"]
    ordered = [by_id[one.scene_id] for one in found]
    counts = [
        sum(len(compare(one, two, yard).changes) for yard in yards)
        for one, two in itertools.pairwise(ordered)
    ]
    moved = detector.moved_between(found, counts)
    if json_:
        answer(
            {
                "looks": [occupied(one) for one in found],
                "moved_between": [
                    {
                        "before": one.scene_id,
                        "after": two.scene_id,
                        "times": [_iso(one.time_utc), _iso(two.time_utc)],
                    }
                    for one, two in moved
                ],
            }
        )
        return
    for one in found:
        says = ", ".join(f"{berth.name} {berth.status.value}" for berth in one.berths)
        print(f"{_iso(one.time_utc) or one.scene_id}  {says}")
    for one, two in moved:
        print(
            f"a yard changed between {_iso(one.time_utc)} and {_iso(two.time_utc)}; no ship is in frame in either"
        )
    say("An occupied berth says nothing of cargo; how things were moved between looks is not seen.")
    say("Next: --json for lengths")


def area_kinds(path: Path) -> dict[str, str]:
    """`kind` of each named polygon of a GeoJSON that `masks` has read."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {
        str(one["properties"].get("name")): str(one["properties"].get("kind", "berth"))
        for one in features
        if one.get("properties")
    }


def occupied(one: Any) -> dict[str, Any]:
    """One look's berths for JSON."""
    return {
        "scene_id": one.scene_id,
        "time_utc": _iso(one.time_utc),
        "berths": [
            {
                "berth": berth.name,
                "status": berth.status.value,
                "ships": [changed(ship) for ship in berth.ships],
            }
            for berth in one.berths
        ],
    }


def _iso(when: datetime | None) -> str | None:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}" if when else None


def changed(one: Any) -> dict[str, Any]:
    """One change for JSON."""
    return {
        "area_m2": one.area_m2,
        "length_m": one.length_m,
        "width_m": one.width_m,
        "pixels": one.pixels,
        "sign": one.sign,
        "score": round(one.score, 4),
        "corners_px": [[round(x, 1), round(y, 1)] for x, y in one.shape.corners],
    }


def read_detections(path: Path, *, accepted_only: bool) -> list[dict[str, Any]]:
    """Rows for matching from GeoJSON; raises UnknownFormat, and NoUsableRows when no detection has a place."""
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        rows = []
        for feature in features:
            about = feature["properties"]
            if feature["geometry"] is None or (accepted_only and not about.get("accepted", True)):
                continue
            lon, lat = feature["geometry"]["coordinates"][:2]
            time = datetime.fromisoformat(about["time_utc"]) if about.get("time_utc") else None
            rows.append({**about, "lat_deg": float(lat), "lon_deg": float(lon), "time_utc": time})
    except OSError as error:
        raise InputMissing(error.strerror or "cannot be opened", place=str(path)) from error
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownFormat(f"is no GeoJSON of detections: {error}", place=str(path)) from error
    if features and not rows:
        raise NoUsableRows("no detection has a place and is above the threshold", place=str(path))
    return rows


def read_lengths(path: Path) -> dict[str, float]:
    """Lengths by vessel id; rows without a number are left out."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            table = list(csv.DictReader(lines))
    except OSError as error:
        raise InputMissing(error.strerror or "cannot be opened", place=str(path)) from error
    if table and not {"vessel_id", "length_m"} <= set(table[0]):
        raise MissingColumns("expected vessel_id and length_m", place=str(path))
    found = {}
    for row in table:
        try:
            found[row["vessel_id"]] = float(row["length_m"])
        except (TypeError, ValueError):
            continue
    return found


scene.command()(archive.search)
scene.command()(archive.fetch)


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    app.add_typer(scene, name="scene")
