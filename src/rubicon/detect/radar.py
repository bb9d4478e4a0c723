"""Ships in radar scenes: K-distributed two-pass CFAR, shapes, scores.

Every pixel is held against the clutter in a ring round it (`kernels.cfar`). The first pass finds what is bright; the second
leaves those pixels out of the rings, so that a ship does not hide its neighbour. Bands are joined: a pixel counts when it
stands out in any. Parts are grown from the threshold T down to `grow` T, those closer than `merge_m` are joined, and each
gets an oriented rectangle. The score is a logistic of contrast, size and shape, fitted on SSDD chips (docs/eyes.md).

Evidence is a bright, compact thing on dark water. Known false positives: piers, cranes, breakwaters and rocks where no land
mask is given, buoys and platforms, azimuth ambiguities of bright land, wind fronts, wakes. Known misses: wood and plastic
boats, ships in a high sea state, ships moored along a bright quay (use the learned detector there).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from rubicon.collect.scenes.picture import Picture, Values
from rubicon.collect.scenes.sentinel1 import Safe
from rubicon.detect import _safe, _sar_net
from rubicon.detect._centre_net import load
from rubicon.detect._found import FLOOR_SCORE, Found, Shape, rectangle
from rubicon.detect._length import measured_on, with_length
from rubicon.errors import InputMissing, MissingExtra
from rubicon.geo.coast import Coast
from rubicon.kernels.cfar import cfar, cfar_of, threshold_table
from rubicon.kernels.parts import grown_parts

VERSION = "1"
Pixels32 = npt.NDArray[np.float32]


class Options(BaseModel):
    """How the clutter is judged and parts are grown."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    false_alarms: float = Field(
        default=1e-7, gt=1e-12, lt=0.01, description="probability that a pixel of clutter passes"
    )
    looks: float = Field(
        default=4.4, gt=0.3, le=200, description="equivalent number of looks; 4.4 for Sentinel-1 IW GRDH"
    )
    guard_px: int = Field(default=25, ge=1, le=200, description="half-width of the hole in the ring, pixels")
    reach_px: int = Field(default=45, ge=2, le=400, description="half-width of the ring, pixels")
    grow: float = Field(
        default=0.6, gt=0.25, le=1.0, description="parts grow down to this share of the threshold"
    )
    merge_px: float = Field(
        default=3.0, ge=0, le=50, description="parts with a smaller gap between them are one, pixels"
    )
    least_px: int = Field(default=4, ge=1, description="smaller parts are speckle, pixels")
    longest_px: float = Field(default=300.0, gt=1, description="longer parts are coast or pier, pixels")
    stretched: bool = Field(
        default=False, description="8-bit picture: score by the logistic fitted on such chips"
    )
    accept: float = Field(default=0.6, gt=0, lt=1, description="score from which a detection is accepted")


EIGHT_BIT = Options(
    false_alarms=1e-4,
    looks=2.0,
    guard_px=60,
    reach_px=120,
    grow=0.5,
    merge_px=6.0,
    least_px=12,
    accept=0.5,
    stretched=True,
)
"""Chips of 1 to 15 m pixels: larger ships in pixels, and a stretch for display that lifts the speckle."""


@cache
def _table(looks: float, false_alarms: float) -> npt.NDArray[np.float64]:
    return np.asarray(threshold_table(looks, false_alarms))


def fitted(options: Options, shape: tuple[int, int]) -> Options:
    """The ring shrunk to a picture that is smaller than it: a hole of a fifth of the side, a ring of half of it."""
    side = min(shape)
    if side > 2 * options.reach_px:
        return options
    guard = max(1, min(options.guard_px, side // 5))
    return options.model_copy(
        update={"guard_px": guard, "reach_px": max(guard + 1, min(options.reach_px, side // 2))}
    )


def contrast(intensity: Pixels32, options: Options, rows: tuple[int, int] | None = None) -> Pixels32:
    """Two passes over one band: intensities with NaN where masked -> x / threshold after the second pass, 0 where below a quarter.

    `rows` (first, last) limits what is judged to some rows; those beyond serve as rings alone and read 0.
    """
    options = fitted(options, (intensity.shape[0], intensity.shape[1]))
    table = _table(options.looks, options.false_alarms)
    first, last = rows or (0, intensity.shape[0])
    ratio, hits = np.zeros(intensity.shape, np.float32), np.zeros(intensity.shape, np.uint8)
    least = max(32, ((2 * options.reach_px + 1) ** 2 - (2 * options.guard_px + 1) ** 2) // 16)
    shape = (options.guard_px, options.reach_px, least)
    cfar(intensity, first, last, *shape, options.looks, table, ratio[first:last], hits[first:last])
    _second_pass(intensity, options, least, ratio, hits, (first, last))
    return ratio


def false_alarm_rate(intensity: Pixels32, options: Options) -> float:
    """Share of water pixels that pass the threshold."""
    water = int(np.isfinite(intensity).sum())
    return float((contrast(intensity, options) > 1).sum()) / max(water, 1)


CELL = 32
SELF_CHECK_RATE = 1e-3
LEAST_SELF_CHECK_PX = 20_000


def _second_pass(
    intensity: Pixels32,
    options: Options,
    least: int,
    ratio: Pixels32,
    hits: npt.NDArray[np.uint8],
    rows: tuple[int, int],
) -> None:
    """Thresholds from rings without the first pass's detections; those are judged against the same rings.

    Away from detections the rings have not changed, so only boxes within their reach are worked again.
    """
    table, reach = _table(options.looks, options.false_alarms), options.reach_px
    for top, bottom, left, right in _boxes_near(hits, reach, rows):
        low, begin = max(0, top - reach), max(0, left - reach)
        near = (slice(low, bottom + reach), slice(begin, right + reach))
        clipped = np.where(hits[near] == 1, np.float32(np.nan), intensity[near])
        shape = (bottom - top, clipped.shape[1])
        part, part_hits = np.empty(shape, np.float32), np.empty(shape, np.uint8)
        rings = (options.guard_px, reach, least)
        span = (top - low, bottom - low)
        cfar_of(intensity[near], clipped, *span, *rings, options.looks, table, part, part_hits)
        ratio[top:bottom, left:right] = part[:, left - begin : right - begin]


def _boxes_near(
    hits: npt.NDArray[np.uint8], reach: int, rows: tuple[int, int]
) -> Iterator[tuple[int, int, int, int]]:
    """Boxes (top, bottom, left, right) that hold every pixel within `reach` of a hit, by connected cells of CELL pixels."""
    tall, wide = hits.shape
    if not hits.any():
        return
    padded = np.pad(hits, ((0, -tall % CELL), (0, -wide % CELL)))
    down = padded.reshape(-1, CELL, padded.shape[1]).max(axis=1)
    cells = down.reshape(len(down), -1, CELL).max(axis=2)
    steps = -(-reach // CELL)
    padded = np.pad(cells, steps)
    near = np.zeros(cells.shape, np.float32)
    for i in range(2 * steps + 1):
        for j in range(2 * steps + 1):
            np.maximum(near, padded[i : i + cells.shape[0], j : j + cells.shape[1]], out=near)
    y, x, offsets = grown_parts(near, np.float32(0.5), np.float32(0.5))
    for k in range(len(offsets) - 1):
        r, c = y[offsets[k] : offsets[k + 1]], x[offsets[k] : offsets[k + 1]]
        top, bottom = max(rows[0], int(r.min()) * CELL), min(rows[1], (int(r.max()) + 1) * CELL)
        if top < bottom:
            yield top, bottom, int(c.min()) * CELL, min(wide, (int(c.max()) + 1) * CELL)


def ships(picture: Picture, method: str = "auto") -> tuple[list[Found], str, tuple[str, ...]]:
    """Ships of a radar picture, the author's name, and notes for the user. Method: `cfar`, `learned` or `auto`.

    Automatic means the learned detector on 8-bit pictures (where the statistics of clutter are lost in the stretch) and CFAR
    on linear ones. Raises MissingExtra when the learned detector is asked for and cannot be run; automatic goes on with CFAR.
    """
    assert picture.values is not None
    notes: tuple[str, ...] = ()
    if method == "learned" or (method == "auto" and picture.values is Values.EIGHT_BIT):
        try:
            run, digest = load()
            found = _sar_net.detect(picture, picture.values, run)
            return found, f"rubicon.radar.learned/{VERSION}.{digest}", notes
        except (MissingExtra, InputMissing) as error:
            if method == "learned":
                raise
            notes = (f"the learned detector was not used: {error}",)
    author = f"rubicon.radar.cfar/{VERSION}"
    if picture.values is Values.EIGHT_BIT:
        return detect(picture, picture.values, EIGHT_BIT), author, notes
    return with_length(picture, picture.values, detect(picture, picture.values, Options())), author, notes


def ships_in_product(
    safe: Safe, coast: Coast | None, options: Options | None = None
) -> tuple[list[Found], str, tuple[str, ...]]:
    """Ships of a whole Sentinel-1 product, as `ships`: calibrated, border and land masked, azimuth ambiguities not accepted."""
    chosen = options or Options()
    land, notes = None, ["land is not masked: no coastline was given"]
    if coast is not None:
        land, covered = _safe.land_cells(safe.bands[0], coast)
        notes = [] if covered else ["land is masked only where the coastline reaches; give a wider extract"]
    notes.append(self_check(_safe.sample(safe, land), chosen))
    size = (safe.bands[0].line_m, safe.bands[0].sample_m)

    def find(sigma: Pixels32, rows: tuple[int, int]) -> list[Found]:
        joined = contrast(sigma[0], chosen, rows)
        for band in sigma[1:]:
            np.maximum(joined, contrast(band, chosen, rows), out=joined)
        found = objects(joined, chosen)
        return measured_on(np.sqrt(sigma), size, found) if found else []

    return _safe.search(safe, find, land, chosen.reach_px), f"rubicon.radar.cfar/{VERSION}", tuple(notes)


def self_check(sigma: Pixels32, options: Options) -> str:
    """How the threshold fits this scene's own clutter, in a sentence: realised over nominal false alarms at 1 in 1,000.

    Ships pass too, so a crowded roadstead reads too high. A scene whose clutter fits reads 0.3 to 3.
    """
    water = int(np.isfinite(sigma).sum())
    if water < LEAST_SELF_CHECK_PX:
        return f"false alarms were not checked: {water} px of water in the sample"
    realised = false_alarm_rate(sigma, options.model_copy(update={"false_alarms": SELF_CHECK_RATE}))
    fits = 1 / 3 <= realised / SELF_CHECK_RATE <= 3
    verdict = "fits" if fits else "does not fit"
    return f"self-check: the threshold {verdict} this sea, {realised / SELF_CHECK_RATE:.1f} times the nominal false alarms on {water} px"


def detect(picture: Picture, values: Values, options: Options) -> list[Found]:
    """Find ships in all bands of a picture, best first."""
    joined: Pixels32 | None = None
    for band in range(min(picture.pixels.shape[0], 2)):
        ratio = contrast(picture.intensity(band, values), options)
        joined = ratio if joined is None else np.maximum(joined, ratio)
    assert joined is not None
    return sorted(objects(joined, options), key=lambda f: (-f.score, f.box))


def objects(ratio: Pixels32, options: Options) -> list[Found]:
    """Parts of the contrast picture as scored objects; parts too small or too long are left out."""
    rows, columns, offsets = grown_parts(ratio, np.float32(1.0), np.float32(options.grow))
    groups = _merged(rows, columns, offsets, options.merge_px)
    bright = float((ratio > 1.0).mean())
    made = []
    for at in groups:
        if len(at) < options.least_px:
            continue
        x, y = columns[at].astype(np.float64), rows[at].astype(np.float64)
        weight = ratio[rows[at], columns[at]].astype(np.float64)
        shape = rectangle(x, y, np.ones_like(weight))
        if shape.length_px > options.longest_px:
            continue
        traits = traits_of(shape, weight, ratio, bright)
        score = score_of(traits) if options.stretched else strength(weight)
        if score >= FLOOR_SCORE:
            box = (float(x.min()), float(y.min()), float(x.max()) + 1, float(y.max()) + 1)
            made.append(Found(box, shape, score, score >= options.accept, "cfar", traits))
    return made


def _merged(
    rows: npt.NDArray[np.int32], columns: npt.NDArray[np.int32], offsets: npt.NDArray[np.int64], gap_px: float
) -> list[npt.NDArray[np.int64]]:
    """Pixel numbers of each object: parts whose upright boxes come closer than the gap are joined."""
    parts = [np.arange(offsets[k], offsets[k + 1]) for k in range(len(offsets) - 1)]
    boxes = [(columns[p].min(), rows[p].min(), columns[p].max(), rows[p].max()) for p in parts]
    parent = list(range(len(parts)))

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    order = sorted(range(len(parts)), key=lambda k: boxes[k][0])
    for position, i in enumerate(order):
        for j in order[position + 1 :]:
            if boxes[j][0] - boxes[i][2] - 1 >= gap_px:
                break
            if max(boxes[j][1] - boxes[i][3], boxes[i][1] - boxes[j][3]) - 1 < gap_px:
                parent[root(i)] = root(j)
    joined: dict[int, list[npt.NDArray[np.int64]]] = {}
    for k, part in enumerate(parts):
        joined.setdefault(root(k), []).append(part)
    return [np.concatenate(group) for group in joined.values()]


def traits_of(
    shape: Shape, weight: npt.NDArray[np.float64], ratio: Pixels32, bright: float
) -> tuple[float, ...]:
    """What the score looks at: contrast, size, fill, elongation, brightness of the picture and of the surroundings."""
    half = int(max(shape.length_px, 12.0) * 1.5)
    y, x = int(shape.y), int(shape.x)
    around = ratio[max(0, y - half) : y + half + 1, max(0, x - half) : x + half + 1] > 0.5
    others = (float(around.sum()) - len(weight)) / max(around.size - len(weight), 1)
    return (
        1.0,
        math.log(float(weight.max())),
        math.log(float(weight.mean())),
        math.log(len(weight)),
        len(weight) / max(shape.length_px * shape.width_px, 1.0),
        math.log(shape.length_px / shape.width_px),
        math.log(bright + 1e-4),
        math.log(max(others, 0.0) + 1e-3),
    )


def strength(weight: npt.NDArray[np.float64]) -> float:
    """Score of a part in a linear scene: peak contrast and size; a part at the threshold, of a few pixels, has one half.

    There is no public set of Sentinel-1 scenes with every ship marked to calibrate it on: it orders, and is no probability.
    """
    return 1.0 - 0.5 / (float(weight.max()) * max(1.0, math.sqrt(len(weight)) / 3.0))


def score_of(traits: tuple[float, ...]) -> float:
    """Probability that a part is a ship."""
    z = sum(w * t for w, t in zip(SCORE_WEIGHTS, traits, strict=True))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))


SCORE_WEIGHTS = (-9.3557, -3.2594, 5.3508, 1.2648, 0.6183, -0.5962, -0.2565, -0.6898)
"""Fitted by training/radar/fit_score.py on the train and val chips of SSDD."""
