"""Segments: one ship number, several ships. Splits each vessel id into tracks that one ship could have sailed.

A segment is a stretch that can be followed from position to position. A new segment is not yet a new ship:
it also begins after a long silence and wherever two tracks can no longer be told apart.

Reads POSITION. Each position, in the order of time, goes to the open track whose continuation it most
resembles. With h hours since an earlier position, the discrepancy is the least of three distances: the mean
error of dead reckoning forward and backward; `shape_factor` times the distance between the two (the ship
stayed); `shape_factor` times the mean distance from the two courses (the ship is on its way). It must not
exceed the reach, hypot(h, buffer_h) x max_speed_kn; the likeness is exp(-(max_speed / penalty_speed x
discrepancy / reach)^2) per hour. When several tracks fit within `ambiguity_factor` of the best, all of them
end and the position opens a new one. A position that fits an earlier one much better than those after it
did makes noise of those. Hours are shortened by 1 + (h / penalty_h)^(1 - penalty_exponent), see `penalty_on`.

`assign` gives the segment id of each row; `detect` one EVENT of kind `segment` each. Score: n / (n + 10) for n
positions, how well the stretch is established. Rows in no segment keep their place in the input: noise is a
reported speed that stands for "not available" or a known fault (51.2, 63 and 102.3 kn), a moving ship's position
repeated word for word, and positions that later ones contradict. A missing speed or course is read as none.

Known false positives (splits of one ship): long silences under way, positions displaced by jamming, clocks that
jump; missed splits: ships with one number that stay within each other's reach.

Source: Global Fishing Watch, gpsdio-segment (`matcher.py`, `discrepancy.py`, `segmenter.py`).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from rubicon.detect._support import HOUR_US, Event, Ints, Tracks, event_table, tracks_of
from rubicon.kernels import segments as kernel
from rubicon.provenance import content_id
from rubicon.schema import EVENT

NEEDS = "POSITION"
KEY = ("vessel_id",)
ORDER = ("time_utc",)
GIVES = "EVENT"
VERSION = "1"
LOOKBACK_S = 30 * 86_400
"""A segment lives as long as its ship is heard; with less than its whole length its start, and id, differ."""

CLASS_BITS = {1: 1, 2: 1, 3: 1, 18: 2, 19: 2, 27: 3}
"""Message type to class of transponder: 1 is class A, 2 is class B, a type 27 may come from either."""
ENDED = {
    kernel.END_OF_DATA: "end_of_data",
    kernel.SILENT: "silent",
    kernel.AMBIGUOUS: "ambiguous",
    kernel.CROWDED: "too_many_open",
}


class Options(BaseModel):
    """Thresholds of the split."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_gap_h: float = Field(
        default=60.0,
        gt=0,
        description="A track ends after this silence. 60 h, as in the version of gpsdio-segment that made its "
        "published example: ships heard by satellite alone are silent in port for days.",
    )
    penalty_h: float = Field(
        default=0.75,
        gt=0,
        description="Silence from which hours count for less. That version has 1 h; between 0.5 and 1 h agreement "
        "with its example is highest and hardly changes. One example: state your own where ships are fast.",
    )
    penalty_exponent: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="How fast: hours grow as this power in the end. 0.5: straight runs are short.",
    )
    penalty_on: Literal["reach", "run"] = Field(
        default="reach",
        description="What the shortened hours limit: how far a ship may be from the place expected (reach), or how "
        "far its course is extrapolated (run). Reach keeps apart ships of harbours a night's sail from each other.",
    )
    buffer_h: float = Field(
        default=0.25, gt=0, description="Added to short intervals: clocks and positions are not exact."
    )
    max_speed_kn: float = Field(
        default=25.0, gt=0, description="Fastest departure from the expected place that is possible."
    )
    penalty_speed_kn: float = Field(default=5.0, gt=0, description="Departure that is strongly discouraged.")
    lookback: int = Field(
        default=5, ge=1, le=100, description="How many last positions of a track are compared."
    )
    lookback_factor: float = Field(
        default=2.0,
        gt=0,
        description="How many times better, for each step back, an earlier position must fit.",
    )
    ambiguity_factor: float = Field(
        default=10.0, ge=1, description="Tracks that fit within this factor of the best cannot be told apart."
    )
    shape_factor: float = Field(
        default=4.0,
        ge=1,
        description="Weight of the distance when a ship is taken to have stayed or to be on its way.",
    )
    class_mismatch_weight: float = Field(
        default=0.1,
        gt=0,
        le=1,
        description="Weight of a fit between class A and class B sets. Unknown class: no weight.",
    )
    short_positions: float = Field(
        default=10.0, gt=0, description="Tracks with fewer positions count for less in a contest."
    )
    max_open: int = Field(
        default=20, ge=1, le=1000, description="Open tracks of one vessel id; bounds the work."
    )
    faulty_speeds_kn: tuple[float, ...] = Field(
        default=(51.2, 63.0, 102.3),
        description="Reported speeds, to 0.05 kn, that are codes or faults: 102.3 and (in type 27) 63 mean not "
        "available, 51.2 is almost always noise.",
    )


PROFILES: dict[str, Options] = {
    "rubicon": Options(),
    "gfw": Options(max_gap_h=8.0, penalty_h=4.0, penalty_on="run"),
}


def assign(table: pa.Table, options: Options) -> pa.Array:
    """Segment id of each row of a POSITION table, in the order of its rows; null for noise."""
    if not table.num_rows:
        return pa.array([], pa.string())
    tracks = tracks_of(table)
    segment, _ = _split(tracks, options)
    first = np.unique(segment[segment != kernel.NOISE])
    ids = pa.array(_segment_ids(tracks, first), pa.string())
    index = np.searchsorted(first, segment)[tracks.place]
    noise = (segment == kernel.NOISE)[tracks.place]
    return ids.take(pa.array(index, mask=noise))


def detect(table: pa.Table, options: Options) -> pa.Table:
    """Find segments; see the module's text for what one is.

    `detail`: segment_id, positions, end_lat_deg, end_lon_deg, ended (why: silent, ambiguous, too_many_open,
    end_of_data). Start, latitude and longitude are those of the first position; the evidence is the first and
    the last.
    """
    if not table.num_rows:
        return EVENT.empty_table()
    tracks = tracks_of(table)
    segment, ended = _split(tracks, options)
    used = np.flatnonzero(segment != kernel.NOISE)
    first, count = np.unique(segment[used], return_counts=True)
    last = used[np.argsort(segment[used], kind="stable")][np.cumsum(count) - 1]
    rule = content_id(VERSION, options.model_dump(mode="json"))
    ids = zip(_segment_ids(tracks, first), tracks.names(first), strict=True)
    evidence = zip(tracks.evidence(first), tracks.evidence(last), strict=True)
    rows = zip(ids, evidence, first.tolist(), last.tolist(), count.tolist(), strict=True)
    return event_table([
        Event(
            "segment", vessel, int(tracks.time_us[i]), int(tracks.time_us[j]),
            float(tracks.lat_deg[i]), float(tracks.lon_deg[i]), n / (n + options.short_positions),
            {
                "segment_id": id_,
                "positions": n,
                "end_lat_deg": float(tracks.lat_deg[j]),
                "end_lon_deg": float(tracks.lon_deg[j]),
                "ended": ENDED[int(ended[i])],
            },
            shown, (rule,),
        )
        for (id_, vessel), shown, i, j, n in rows
    ])  # fmt: skip


def _split(tracks: Tracks, options: Options) -> tuple[Ints, npt.NDArray[np.int8]]:
    """Run the kernel: for each position the first position of its segment, and why segments ended."""
    limits = kernel.Limits(
        **{name: getattr(options, name) for name in kernel.Limits._fields if name != "penalty_on_reach"},
        penalty_on_reach=options.penalty_on == "reach",
    )
    speed_kn, course_deg = tracks.column("speed_kn"), tracks.column("course_deg")
    fixes = kernel.Fixes(
        tracks.time_us, tracks.lat_deg, tracks.lon_deg, speed_kn, course_deg, _class_bits(tracks)
    )  # fmt: skip
    usable = ~_repeated(tracks, options)
    for faulty in options.faulty_speeds_kn:
        usable &= ~(np.abs(speed_kn - faulty) < 0.05)
    segment, ended = kernel.assign(tracks.offsets, fixes, usable, limits)
    return segment, ended


def _class_bits(tracks: Tracks) -> npt.NDArray[np.uint8]:
    """Class of transponder of each position, from its message type; 0 when unknown."""
    table = np.zeros(256, dtype=np.uint8)
    table[list(CLASS_BITS)] = list(CLASS_BITS.values())
    types = np.nan_to_num(tracks.column("message_type"), nan=0.0).astype(np.uint8)
    return table[types]


def _repeated(tracks: Tracks, options: Options) -> npt.NDArray[np.bool_]:
    """Moving positions that were given before, the same in place, course, speed and heading.

    Places are compared to 1/60,000 degree. A ship that moves is not twice at one place to that measure:
    such a report was stored and sent again.
    """
    steps = {"lat_deg": 60_000, "lon_deg": 60_000, "course_deg": 10, "speed_kn": 10, "heading_deg": 1}
    moving = np.flatnonzero(tracks.column("speed_kn") > 0)
    frame = pl.DataFrame({name: tracks.column(name)[moving] for name in steps}, nan_to_null=True).select(
        *((pl.col(name) * step).round().cast(pl.Int32) for name, step in steps.items()),
        vessel=pl.Series(tracks.vessel_of(moving)),
        time=pl.Series(tracks.time_us[moving]),
    )
    since = frame.select(pl.col("time").diff().over("vessel", *steps)).to_series()
    again = np.zeros(tracks.time_us.size, dtype=np.bool_)
    again[moving[(since <= options.max_gap_h * HOUR_US).fill_null(False).to_numpy()]] = True
    return again


def _segment_ids(tracks: Tracks, first: Ints) -> list[str]:
    """Ids from the vessel and the first position: the same whatever comes later."""
    columns = (tracks.time_us[first].tolist(), tracks.lat_deg[first].tolist(), tracks.lon_deg[first].tolist())
    return [content_id("segment", *fix) for fix in zip(tracks.names(first), *columns, strict=True)]
