"""Encounters: two ships that stay close to each other at sea, as ships do that pass cargo from one to the other.

An encounter is no transfer: what passed between the ships, if anything, is not in AIS.

Reads POSITION. Each track is put on a common clock: at every full `tick_s` the ship is on the straight line (the short way over
the date line) between two positions less than `max_gap_s` apart; at the ends of such a stretch it runs on by course and
speed for up to `extrapolate_s`. Two ships at most `max_distance_km` apart at a tick are together. A run goes on until a tick at
which both were heard and were not together; a tick at which one of them was silent does not end it, up to `max_unseen_s`. Runs
of `min_duration_s` count; those less than `merge_gap_s` apart are one encounter, which must last `min_total_s` in all, with a median
speed below `max_speed_kn`, at least `min_port_distance_km` from a port.

Gives one EVENT of kind `encounter` a pair, under the ship whose id sorts first; `detail` names the other. Start and end are the first and the last
tick together; latitude and longitude are the mean position of the other ship while together. Score: h / (h + 1) for h hours seen
together. Evidence: the positions before and after the first and the last tick, of both ships.

Known false positives: ships moored or anchored side by side where no list has a port, tugs and pilots, fishing fleets, convoys slower than
`max_speed_kn`, one ship with two transponders, a number used twice. Missed: encounters of which one side is dark, shorter than the clock can show.

Source: Global Fishing Watch, pipe-encounters (`resample.py`, `compute_adjacency.py`, `compute_encounters.py`, `merge_encounters.py`). It
cuts days at midnight and interpolates longitudes without regard to the date line; neither is done here.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from rubicon.case import Port
from rubicon.detect._support import HOUR_US, Event, Floats, Ints, Tracks, event_table, tracks_of
from rubicon.geo.ports import load_ports
from rubicon.kernels import encounters as kernel
from rubicon.kernels import port_calls as ports_kernel
from rubicon.kernels.geodesy import NAUTICAL_MILE_M
from rubicon.provenance import content_id
from rubicon.schema import EVENT

NEEDS = "POSITION"
KEY = ("space_time_cell",)
ORDER = ("time_utc",)
GIVES = "EVENT"
VERSION = "1"
LOOKBACK_S = 3 * 86_400
"""Runs may be silent for a day; three days hold the start of nearly every one."""


class Options(BaseModel):
    """Thresholds of the encounter detector."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_distance_km: float = Field(
        default=0.5,
        gt=0,
        le=20,
        description="Farthest distance at which ships are together. 500 m: antennas of two large ships side by side are up to "
        "300 m apart, and positions are good to some 10 m.",
    )
    min_duration_s: float = Field(
        default=3600.0,
        ge=0,
        description="Shortest run. An hour: ships that pass each other are close for minutes.",
    )
    min_total_s: float | None = Field(
        default=None, ge=0, description="Shortest encounter after runs are merged; null for min_duration_s."
    )
    max_gap_s: float = Field(
        default=3600.0,
        gt=0,
        description="Positions this far apart in time are not joined by a line: within an hour a slow ship cannot go far from it.",
    )
    tick_s: float = Field(
        default=600.0,
        ge=1,
        description="Tick of the common clock: class A sets at anchor report every 3 minutes.",
    )
    extrapolate_s: float = Field(
        default=0.0,
        ge=0,
        description="How long a ship runs on by course and speed where its positions end. None: where a ship would have been is no "
        "evidence. Global Fishing Watch has an hour.",
    )
    merge_gap_s: float = Field(
        default=14_400.0, ge=0, description="Runs of one pair less than this apart are one encounter (4 h)."
    )
    max_unseen_s: float = Field(
        default=86_400.0,
        ge=0,
        description="Longest time for which one of the two may be silent within a run, if they are together before and after.",
    )
    max_speed_kn: float | None = Field(
        default=2.0,
        gt=0,
        description="Median speed that an encounter stays below; null for any. Ships side by side drift.",
    )
    min_port_distance_km: float = Field(
        default=10.0,
        ge=0,
        description="Encounters nearer to a port point are left out: ships in port lie side by side.",
    )
    ports: tuple[Port, ...] = Field(
        default=(), description="Ports to keep away from; when empty, the bundled World Port Index."
    )


PROFILES: dict[str, Options] = {
    "rubicon": Options(),
    "gfw": Options(min_duration_s=3600.0, min_total_s=7200.0, extrapolate_s=3600.0),
}


def thin(table: pa.Table, options: Options) -> pa.Table:
    """The positions on either side of a tick, which alone decide where a ship is at ticks: the rest plays no part."""
    if not table.num_rows:
        return table
    tracks = tracks_of(table)
    tick = tracks.time_us // round(options.tick_s * 1e6)
    exact = tracks.time_us % round(options.tick_s * 1e6) == 0
    needed = exact.copy()
    crossing = (np.diff(tick) != 0) | exact[1:]
    needed[:-1] |= crossing
    needed[1:] |= crossing
    needed[tracks.offsets[:-1]] = True
    needed[tracks.offsets[1:] - 1] = True
    return table.take(pa.array(np.sort(tracks.rows[needed])))


def detect(table: pa.Table, options: Options) -> pa.Table:
    """Find encounters; see the module's text for what one is.

    `detail`: vessel_1, vessel_2, other_vessel_id, duration_h, together_h, unseen_h, ticks, runs, median_distance_km, median_speed_kn (of
    the first ship from tick to tick), mean_lat_deg and mean_lon_deg (as of the event), vessel_1_lat_deg, vessel_1_lon_deg, port_distance_km (null beyond
    min_port_distance_km).
    """
    if not table.num_rows:
        return EVENT.empty_table()
    tracks = tracks_of(table)
    tick_us = round(options.tick_s * 1e6)
    clock = kernel.Clock(tick_us, round(options.max_gap_s * 1e6), round(options.extrapolate_s * 1e6))
    motion = (tracks.column("speed_kn"), tracks.column("course_deg"))
    samples, ends = kernel.resample(
        tracks.offsets, tracks.time_us, tracks.lat_deg, tracks.lon_deg, motion, clock
    )
    ship = np.repeat(np.arange(len(tracks.vessels)), np.diff(ends))
    close = _ordered(kernel.pairs(samples, ship, options.max_distance_km * 1000.0), samples, ship)
    run = kernel.runs(samples, ship, close, int(options.max_unseen_s * 1e6) // tick_us)
    found = _encounters(samples, ship, close, run, options)
    return event_table(list(_events(tracks, samples, ship, found, options)))


def _ordered(close: kernel.Pairs, samples: kernel.Samples, ship: Ints) -> kernel.Pairs:
    """Pairs by ships and tick, each once."""
    order = np.lexsort((samples.tick[close.first], ship[close.second], ship[close.first]))
    first, second = close.first[order], close.second[order]
    fresh = np.ones(order.size, dtype=np.bool_)
    fresh[1:] = (np.diff(first) != 0) | (np.diff(second) != 0)
    return kernel.Pairs(first[fresh], second[fresh], close.metres[order][fresh])


def _encounters(
    samples: kernel.Samples, ship: Ints, close: kernel.Pairs, run: Ints, options: Options
) -> pl.DataFrame:
    """One row an encounter: first and last sample of both ships, and means and medians over what was seen together."""
    tick_s = options.tick_s
    pairs = pl.DataFrame(
        {
            "ship_1": ship[close.first],
            "ship_2": ship[close.second],
            "run": run,
            "tick": samples.tick[close.first],
            "a": close.first,
            "b": close.second,
            "metres": close.metres,
            **_direction("1", samples, close.first),
            **_direction("2", samples, close.second),
        }
    )
    same = pl.col("run") == pl.col("run").shift()
    step_s = (pl.col("tick") - pl.col("tick").shift()) * tick_s
    pairs = pairs.with_columns(
        step_s=pl.when(same).then(step_s),
        moved_m=pl.when(same).then(pl.Series(_moved(samples, close.first))),
    )
    spans = pairs.group_by("run", maintain_order=True).agg(
        pl.col("ship_1", "ship_2").first(), begin=pl.col("tick").first(), finish=pl.col("tick").last()
    )
    spans = spans.filter((pl.col("finish") - pl.col("begin")) * tick_s >= options.min_duration_s)
    apart_s = (pl.col("begin") - pl.col("finish").shift()) * tick_s
    alike = (pl.col("ship_1") == pl.col("ship_1").shift()) & (pl.col("ship_2") == pl.col("ship_2").shift())
    joined = (alike & (apart_s < options.merge_gap_s)).fill_null(False)
    spans = spans.with_columns(encounter=(~joined).cum_sum())
    pairs = pairs.join(spans.select("run", "encounter"), on="run", how="inner", maintain_order="left")
    found = pairs.group_by("encounter", maintain_order=True).agg(
        pl.col("ship_1", "ship_2").first(),
        a_first=pl.col("a").first(), a_last=pl.col("a").last(),
        b_first=pl.col("b").first(), b_last=pl.col("b").last(),
        begin=pl.col("tick").first(), finish=pl.col("tick").last(),
        ticks=pl.len(), runs=pl.col("run").n_unique(),
        together_s=pl.col("step_s").filter(pl.col("step_s") <= tick_s).sum(),
        median_m=pl.col("metres").median(),
        speed_kn=(pl.col("moved_m") / pl.col("step_s")).median() * 3600.0 / NAUTICAL_MILE_M,
        **{f"{axis}_{n}": pl.col(f"{axis}_{n}").mean() for axis in "xyz" for n in "12"},
    )  # fmt: skip
    least = options.min_duration_s if options.min_total_s is None else options.min_total_s
    slow = pl.lit(True) if options.max_speed_kn is None else pl.col("speed_kn") < options.max_speed_kn
    return found.filter(((pl.col("finish") - pl.col("begin")) * tick_s >= least) & slow)


def _direction(number: str, samples: kernel.Samples, at: Ints) -> dict[str, Floats]:
    """Latitude, and cosine and sine of the longitude: means of them know no date line."""
    lon = np.radians(samples.lon_deg[at])
    return {f"x_{number}": np.cos(lon), f"y_{number}": np.sin(lon), f"z_{number}": samples.lat_deg[at]}


def _moved(samples: kernel.Samples, at: Ints) -> Floats:
    """Metres from the sample before in the list."""
    moved = np.full(at.size, np.nan)
    if at.size > 1:
        moved[1:] = kernel.distances_m(samples.lat_deg[at], samples.lon_deg[at])
    return moved


def _events(
    tracks: Tracks, samples: kernel.Samples, ship: Ints, found: pl.DataFrame, options: Options
) -> Iterator[Event]:
    rule = content_id(VERSION, options.model_dump(mode="json", exclude={"ports"}))
    tick_us = round(options.tick_s * 1e6)
    lat, lon = (
        found["z_2"].to_numpy(),
        np.degrees(np.arctan2(found["y_2"].to_numpy(), found["x_2"].to_numpy())),
    )
    own_lon = np.degrees(np.arctan2(found["y_1"].to_numpy(), found["x_1"].to_numpy()))
    port_m = _to_port(lat, lon, options)
    evidence = _evidence(tracks, samples, found)
    for n, row in enumerate(found.iter_rows(named=True)):
        if port_m[n] < options.min_port_distance_km * 1000.0:
            continue
        first, second = tracks.vessels[row["ship_1"]], tracks.vessels[row["ship_2"]]
        hours = (row["finish"] - row["begin"]) * tick_us / HOUR_US
        together = row["together_s"] / 3600.0
        detail = {
            "vessel_1": first,
            "vessel_2": second,
            "other_vessel_id": second,
            "duration_h": round(hours, 4),
            "together_h": round(together, 4),
            "unseen_h": round(hours - together, 4),
            "ticks": row["ticks"],
            "runs": row["runs"],
            "median_distance_km": round(row["median_m"] / 1000.0, 5),
            "median_speed_kn": round(row["speed_kn"] or 0.0, 4),
            "mean_lat_deg": round(float(lat[n]), 7),
            "mean_lon_deg": round(float(lon[n]), 7),
            "vessel_1_lat_deg": round(row["z_1"], 7),
            "vessel_1_lon_deg": round(float(own_lon[n]), 7),
            "port_distance_km": round(float(port_m[n]) / 1000.0, 3) if np.isfinite(port_m[n]) else None,
        }
        yield Event(
            "encounter", first, row["begin"] * tick_us, row["finish"] * tick_us, float(lat[n]), float(lon[n]),
            together / (together + 1.0), detail, evidence[n], (rule, second),
        )  # fmt: skip


def _to_port(lat: Floats, lon: Floats, options: Options) -> Floats:
    """Metres to the nearest port point; infinite beyond `min_port_distance_km`."""
    ports = options.ports or load_ports()
    if not lat.size or not ports or not options.min_port_distance_km:
        return np.full(lat.size, np.inf)
    points = np.array([(port.lat_deg, port.lon_deg) for port in ports])
    index = ports_kernel.port_index(points[:, 0], points[:, 1], options.min_port_distance_km * 1000.0)
    _, metres = ports_kernel.nearest_ports(lat, lon, index)
    return np.asarray(metres)


def _evidence(tracks: Tracks, samples: kernel.Samples, found: pl.DataFrame) -> list[list[str]]:
    """For each encounter the positions around its first and its last tick, of both ships."""
    ids = []
    for name in ("a_first", "a_last", "b_first", "b_last"):
        before = samples.position[found[name].to_numpy()]
        last_of_ship = tracks.offsets[tracks.vessel_of(before) + 1] - 1
        ids += [tracks.evidence(before), tracks.evidence(np.minimum(before + 1, last_of_ship))]
    return [list(dict.fromkeys(row)) for row in zip(*ids, strict=True)]
