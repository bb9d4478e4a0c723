"""Ships seen at a port that nobody names: in scenes, or by observers. Who of the ships that may have called was it, or none of them?

Detections of one visit (scenes within the time of a visit, places within `NEAR_M`, lengths that agree) are one
ship seen, with as many images; images of one ship share their errors. Every ship that may have called competes for
every ship seen, with her length and width against those measured, with the measured error, her heading where it
was known in the port, and the chance that the moment falls into a stay of hers. Correlated detections have a ship
already and are left out.

A scene that shows the port and no ship speaks against a call, as far as its moment could have fallen into the stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import shapely
from shapely.errors import ShapelyError

from rubicon.assess.contest import Piece
from rubicon.assess.fusion import Item
from rubicon.assess.likelihoods import Candidate, cover
from rubicon.assess.looks import SAME_VISIT
from rubicon.assess.shape import heading_ratio, length_ratio, shape_words, width_ratio
from rubicon.assess.weights import weights
from rubicon.case import Port
from rubicon.geo.earth import distance_km

NEAR_KM = 5.0
"""How far from the stated position of a port a ship lies in it."""
NEAR_M = 300.0
"""How far apart one moored ship is found in two scenes: geolocation, and the length of the ship."""
LEAST_SCORE = 0.5
OUTSIDE, UNLIKELY = 1e-6, 0.01
"""Ratio of a time outside the ship's window, and the least of one inside: reach can be wrong, clocks hardly."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Image:
    """One measurement of a ship seen."""

    evidence_id: str
    time: datetime
    length_m: float | None = None
    length_sd_m: float | None = None
    width_m: float | None = None
    heading_deg: float | None = None
    place: tuple[float, float] | None = None
    dated: bool = True
    """Whether its moment is known to the hour: then the stay must hold it."""


@dataclass
class Seen:
    """A ship seen at the port, with its images in order of time."""

    images: list[Image] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The first image's."""
        return self.images[0].evidence_id

    @property
    def length_m(self) -> float | None:
        """Mean of the measured lengths."""
        measured = [one.length_m for one in self.images if one.length_m]
        return sum(measured) / len(measured) if measured else None

    def holds(self, other: Image) -> bool:
        """Whether an image is of the same ship on the same visit."""
        last = self.images[-1]
        if other.time - last.time > SAME_VISIT or any(one.time == other.time for one in self.images):
            return False
        if last.place and other.place and 1000 * float(distance_km(*last.place, *other.place)) > NEAR_M:
            return False
        if not (other.length_m and self.length_m):
            return True
        sd = weights()["length_sd_m"]
        apart = (last.length_sd_m or sd) ** 2 + (other.length_sd_m or sd) ** 2
        return bool(abs(other.length_m - self.length_m) <= 2 * apart**0.5)


def at_port(port: Port, detections: Iterable[Row]) -> list[Row]:
    """Detections at a port that no track explains, by time."""
    near = [
        row
        for row in detections
        if row["lat_deg"] is not None
        and row["time_utc"] is not None
        and row["status"] in ("dark", "ambiguous", None)
        and row["score"] >= LEAST_SCORE
        and float(distance_km(port.lat_deg, port.lon_deg, row["lat_deg"], row["lon_deg"])) <= NEAR_KM
    ]
    return sorted(near, key=lambda row: (row["time_utc"], row["detection_id"]))


def seen_in_scenes(port: Port, detections: Iterable[Row]) -> list[Seen]:
    """Ships seen in scenes of the port, by their first image."""
    made: list[Seen] = []
    for row in at_port(port, detections):
        image = Image(
            row["detection_id"], row["time_utc"], row["length_m"], row.get("length_error_m"), row["width_m"],
            row["heading_deg"], (row["lat_deg"], row["lon_deg"]),
        )  # fmt: skip
        own = next((one for one in reversed(made) if one.holds(image)), None)
        if own is None:
            own = Seen()
            made.append(own)
        own.images.append(image)
    return made


def scenes_of(port: Port, scenes: Iterable[Row], start: datetime, end: datetime) -> list[Row]:
    """Scenes that show the port in a window, by time."""
    point = shapely.Point(port.lon_deg, port.lat_deg)
    shown = [row for row in scenes if start <= row["start"] <= end and _covers(row["footprint_wkt"], point)]
    return sorted(shown, key=lambda row: (row["start"], row["scene_id"]))


def _covers(outline: str | None, point: shapely.Point) -> bool:
    try:
        return bool(outline and shapely.from_wkt(outline).covers(point))
    except ShapelyError:
        return False


def items_of(seen: Seen, ships: Iterable[Candidate], stay_h: float) -> list[Item]:
    """For each ship that it could be: size, heading and time of a ship seen."""
    made = []
    for one in ships:
        for image in seen.images:
            name = f"{image.evidence_id} {one.key}"
            size, heading = size_ratio(image, one), heading_ratio(image.heading_deg, one.heading_deg)
            if size != 1.0:
                made.append(Item(f"size {name}", one.key, size, cluster=f"size of {seen.name}", detection=seen.name, kind="size"))  # fmt: skip
            if heading != 1.0:
                made.append(Item(f"heading {name}", one.key, heading, cluster=f"heading of {seen.name}", detection=seen.name, kind="heading"))  # fmt: skip
        times = [image.time for image in seen.images if image.dated]
        if times:
            inside = all(one.start <= time <= one.end for time in times)
            # That later images hold the ship too is as likely of an unknown ship, and falls out.
            shares = [cover(one, stay_h, [time]) for time in times]
            share = max(UNLIKELY, sum(shares) / len(shares)) if inside else OUTSIDE
            made.append(Item(f"time {seen.name} {one.key}", one.key, share, detection=seen.name, kind="time", spread=1.5))  # fmt: skip
    return made


def size_ratio(image: Image, one: Candidate) -> float:
    """Length and width of one box share their errors: the root of their product."""
    length = length_ratio(image.length_m, one.length_m, image.length_sd_m)
    width = width_ratio(image.width_m, one.beam_m, image.length_sd_m and image.length_sd_m / 3)
    return (length * width) ** 0.5 if image.width_m and one.beam_m else length


def misses(ships: Iterable[Candidate], scenes: Sequence[Row], stay_h: float) -> dict[str, float]:
    """For each ship the chance that a call of hers would show in the scenes."""
    made = {}
    for one in ships:
        times = [row["start"] for row in scenes if one.start <= row["start"] <= one.end]
        clear = [1 - (row["cloud"] or 0.0) for row in scenes if row["start"] in times]
        if times:
            made[one.key] = weights()["chance_found"] * cover(one, stay_h, times) * sum(clear) / len(clear)
    return made


def unseen_piece(scenes: Sequence[Row], seen: Iterable[Seen], detections: Iterable[Row]) -> list[Piece]:
    """The scenes that show no ship which could be one of those that may have called; none when there is no scene."""
    shown = {image.evidence_id for one in seen for image in one.images}
    full = {row["scene_id"] for row in detections if row["detection_id"] in shown}
    empty = [row["scene_id"] for row in scenes if row["scene_id"] not in full]
    ids = tuple(empty or [row["scene_id"] for row in scenes])
    what = f"{len(empty)} of {len(scenes)} scenes of the port show no ship without AIS" if empty else "no further ship without AIS in the scenes of the port"  # fmt: skip
    return [Piece("scenes without a ship", ids, f"{what}; not observed is not absent")] if scenes else []


def seen_words(seen: Seen, one: Candidate, rivals: int, none: float) -> str:
    """Why a ship seen weighs as it does, for one of the ships that it could be."""
    image = next((each for each in seen.images if each.length_m), seen.images[0])
    ratio = length_ratio(image.length_m, one.length_m, image.length_sd_m)
    others = f"{rivals} ships of the case compete for it" if rivals > 1 else "no other ship of the case could be it"  # fmt: skip
    return f"a ship seen at the port that nobody names, in {len(seen.images)} {'look' if len(seen.images) == 1 else 'looks'}; {shape_words(ratio, image.length_m, one.length_m)}; {others}; none of them: {round(100 * min(0.99, max(0.01, none)))} %"
