"""Which berths hold a ship in which look, from several looks of one frame: what stands out from the pier as it usually looks.

The reference of a look is the pixelwise median of the other looks, laid on it by phase correlation: piers, cranes and quays are in most looks, a ship in few. What
is brighter than the reference inside a berth's polygon by more than `sigmas` robust deviations is grown and measured. A berth is *occupied* when a
part as long as a ship is found in it, *empty* when it was seen and none is, *not seen* when less than `least_seen` of it is valid.

Between two looks a yard can change although no ship is in frame in either: something was moved meanwhile, by sea or by land. Only that is said.

Known limits: a berth that is occupied in most looks becomes its own reference and reads as empty, so at least `least_looks` looks are asked for and a berth brighter
than its surroundings in nearly all is a structure here. Tides, ice and rain change brightness. An occupied berth says nothing of cargo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from rubicon.collect.scenes.picture import Picture, Sensor, Values
from rubicon.detect._found import Found
from rubicon.detect._laid import Change, Mask, Pixels32, laid, parts, registration, shown, smoothed
from rubicon.detect._length import measured_on
from rubicon.errors import ConflictingMetadata, EmptyInput

VERSION = "1"


class Options(BaseModel):
    """What counts as a ship at a berth."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    least_looks: int = Field(default=4, ge=3, description="fewer looks make no reference")
    sigmas: float = Field(
        default=5.0, gt=1, description="robust deviations above the reference that start a part"
    )
    grow: float = Field(default=0.5, gt=0.2, le=1, description="parts grow down to this share of it")
    least_length_m: float = Field(
        default=40.0, gt=0, description="shorter parts are cranes, barges and noise, metres"
    )
    least_px: int = Field(default=6, ge=1, description="smaller parts are noise, pixels")
    least_seen: float = Field(default=0.8, gt=0, le=1, description="share of a berth that must be valid")
    farthest_px: int = Field(
        default=12, ge=0, description="largest misregistration that is looked for, pixels"
    )


class Status(StrEnum):
    """What a look says of a berth."""

    OCCUPIED = "occupied"
    EMPTY = "empty"
    NOT_SEEN = "not seen"


@dataclass(frozen=True)
class Berth:
    """One berth in one look: its status and the parts that stand out, longest first."""

    name: str
    status: Status
    ships: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Occupancy:
    """All berths in one look, in the order in which they were given."""

    scene_id: str
    time_utc: datetime | None
    berths: tuple[Berth, ...]


def occupancy(
    looks: Sequence[Picture], berths: Mapping[str, Mask], options: Options | None = None
) -> list[Occupancy]:
    """Status of each berth (a mask, rows by columns) in each look, by time.

    Raises EmptyInput for fewer than `least_looks` looks, ConflictingMetadata for looks that differ in sensor or size.
    """
    chosen = options or Options()
    if len(looks) < chosen.least_looks:
        raise EmptyInput(f"{len(looks)} looks; {chosen.least_looks} or more make a reference", place="looks")
    first = looks[0]
    other = next((one for one in looks if one.shape != first.shape or one.sensor is not first.sensor), None)
    if other is not None:
        raise ConflictingMetadata(
            f"{first.name} and {other.name} differ in sensor or size; cut them to one frame", place=other.name
        )
    ordered = sorted(looks, key=lambda one: (one.time_utc is None, str(one.time_utc), one.source_id))
    stack, seen = _one_frame(ordered, chosen.farthest_px)
    made = []
    for k, picture in enumerate(ordered):
        others = [stack[i] for i in range(len(stack)) if i != k]
        difference = stack[k] - np.median(np.stack(others), axis=0).astype(np.float32)
        found = tuple(
            _berth(name, mask, difference, seen[k], picture, chosen) for name, mask in berths.items()
        )
        made.append(Occupancy(picture.source_id, picture.time_utc, found))
    return made


def _one_frame(looks: Sequence[Picture], farthest: int) -> tuple[list[Pixels32], list[Mask]]:
    """Smoothed brightness of all looks laid on the first, and where each was seen."""
    base = shown(looks[0])
    stack, seen = [smoothed(base)], [looks[0].valid]
    for one in looks[1:]:
        own = shown(one)
        shift = registration(base, own, farthest)
        moved, inside = laid(own, shift)
        valid, _ = laid(one.valid.astype(np.float32), shift)
        stack.append(smoothed(moved))
        seen.append(inside & (valid > 0.99))
    return stack, seen


def _berth(
    name: str, mask: Mask, difference: Pixels32, seen: Mask, picture: Picture, options: Options
) -> Berth:
    where = mask & seen
    if not mask.any() or where.sum() < options.least_seen * mask.sum():
        return Berth(name, Status.NOT_SEEN)
    # The deviation of everything that was seen: a berth is small, and a ship may fill it.
    values = difference[seen]
    middle = float(np.median(values))
    deviation = max(1.4826 * float(np.median(np.abs(values - middle))), 1e-6)
    score = np.where(where, (difference - middle) / (options.sigmas * deviation), 0.0).astype(np.float32)
    found = parts(picture, score, 1, options.least_px, options.grow)
    if picture.sensor is Sensor.SAR:
        found = _measured(found, picture, where)
    found = [one for one in found if one.length_m is None or one.length_m >= options.least_length_m]
    ships = tuple(sorted(found, key=lambda c: (-c.shape.length_px, c.shape.x)))
    return Berth(name, Status.OCCUPIED if ships else Status.EMPTY, ships)


def _measured(found: list[Change], picture: Picture, where: Mask) -> list[Change]:
    """Lengths by the spread of amplitude, as for ships at sea, with everything outside the berth taken for water."""
    amplitude = np.sqrt(picture.intensity(0, picture.values or Values.DN))
    cleared = np.where(where, amplitude, np.float32(np.nanmedian(amplitude)))[None]
    made = []
    for one in found:
        x0, y0 = np.min(one.shape.corners, axis=0).tolist()
        x1, y1 = np.max(one.shape.corners, axis=0).tolist()
        best = measured_on(
            cleared, picture.pixel_m, [Found((x0, y0, x1, y1), one.shape, one.score, True, "berth")]
        )[0]
        known = best.length_m is not None
        made.append(
            replace(one, shape=best.shape, length_m=best.length_m, width_m=best.width_m) if known else one
        )
    return made


def moved_between(looks: Sequence[Occupancy], changes: Sequence[int]) -> list[tuple[Occupancy, Occupancy]]:
    """Pairs of successive looks between which a yard changed (`changes[k]` parts between looks k and k + 1) with every berth empty in both."""

    def empty(one: Occupancy) -> bool:
        return all(berth.status is Status.EMPTY for berth in one.berths)

    return [
        (before, after)
        for before, after, count in zip(looks[:-1], looks[1:], changes, strict=True)
        if count and empty(before) and empty(after)
    ]
