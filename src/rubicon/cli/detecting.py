"""`rubicon detect` and `rubicon reach`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import polars as pl
import pyarrow as pa
import typer

import rubicon.detect.reach as reach_module
from rubicon import engine
from rubicon.cli.collecting import input_of
from rubicon.cli.common import (
    Dates,
    Decimal,
    Json,
    Map,
    Set,
    SpeedUnit,
    Timezone,
    answer,
    err,
    rows,
    say,
    settings,
)
from rubicon.collect.columns import read_positions
from rubicon.detect import segments
from rubicon.errors import InputMissing, UsageError
from rubicon.geo.ports import find_port
from rubicon.store.lake import Lake


def detect(
    kind: Annotated[str, typer.Argument(help="segments, gaps, port-calls ...")],
    lake: Annotated[Path | None, typer.Option(help="Lake to read.")] = None,
    positions: Annotated[
        Path | None,
        typer.Option(help="CSV, Parquet or JSON lines with vessel_id, time_utc, lat_deg, lon_deg."),
    ] = None,
    map_: Map = "",
    dates: Dates = "",
    speed_unit: SpeedUnit = "",
    timezone: Timezone = "",
    decimal: Decimal = "",
    set_: Set = [],  # noqa: B006 - typer copies it
    profile: Annotated[
        str, typer.Option(help="rubicon, or gfw for the definitions of Global Fishing Watch.")
    ] = "rubicon",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="File for the events (.csv, .parquet, .json); for segments, the input rows with segment_id.",
        ),
    ] = None,
    json_: Json = False,
) -> None:
    """Find events in a lake or a file of positions.

    Example: rubicon detect gaps --positions tracks.csv --set min_gap_s=21600 --json
    """
    options = engine.options_for(kind, profile, settings(set_))
    source = _source(
        lake,
        positions,
        map_,
        {"dates": dates, "speed_unit": speed_unit, "timezone": timezone, "decimal": decimal},
    )
    events = engine.local(kind, source, options)
    if out and kind == "segments" and isinstance(source, engine.Given):
        assert isinstance(options, segments.Options)
        assigned = segments.assign(source.positions, options)
        _write(source.positions.append_column("segment_id", assigned), out)
    elif out:
        _write(events, out)
    if json_:
        answer(rows(events))
        return
    say(f"{events.num_rows:,} events of kind {kind}, profile {profile}")
    shown = pl.DataFrame(events.select(["vessel_id", "start", "end", "lat_deg", "lon_deg", "score"]))
    if shown.height:
        print(shown.head(20))
    say("next: --json for all fields, --out FILE to keep them" if not out else f"written: {out}")


def _source(
    lake: Path | None, positions: Path | None, map_: str, read_as: dict[str, str]
) -> Lake | engine.Given:
    if (lake is None) == (positions is None):
        raise UsageError("give one of --lake and --positions")
    if positions is not None:
        read = read_positions(positions, input_of(positions, "", map_, **read_as), strict_header=True)
        for note in read.notes:
            say(f"note: {note}")
        if read.rejects.num_rows:
            say(
                f"{read.rejects.num_rows:,} rows rejected: {', '.join(sorted(set(read.rejects['reason'].to_pylist())))}"
            )
        return engine.Given(read.positions, read.vessels)
    assert lake is not None
    if not (lake / "manifest").is_dir():
        raise InputMissing("is not a lake (no manifest folder)", place=str(lake))
    return Lake(lake)


def _write(table: pa.Table, path: Path) -> None:
    """Write a table in the format that the file's ending names."""
    frame = pl.DataFrame(table)
    if path.suffix == ".parquet":
        frame.write_parquet(path)
    elif path.suffix in (".json", ".ndjson", ".jsonl"):
        frame.write_ndjson(path)
    else:
        flat = (
            frame.with_columns(pl.col(pl.List(pl.String)).list.join(" "))
            if "evidence_ids" in frame.columns
            else frame
        )
        flat.with_columns(pl.col(pl.Datetime).dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")).write_csv(path)


def fix(text: str) -> reach_module.Fix:
    """Read LAT,LON,TIME.

    Raises UsageError naming the text that is no fix.
    """
    try:
        lat, lon, when = text.split(",", maxsplit=2)
        time = datetime.fromisoformat(when.strip())
        return reach_module.Fix(float(lat), float(lon), time if time.tzinfo else time.replace(tzinfo=UTC))
    except ValueError as error:
        raise UsageError("expected LAT,LON,TIME such as 42.9,132.0,2024-05-03T06:00Z", place=text) from error


def reach(
    from_: Annotated[str, typer.Option("--from", help="Last fix before the gap: LAT,LON,TIME.")],
    to: Annotated[str, typer.Option("--to", help="First fix after it: LAT,LON,TIME.")],
    port: Annotated[str, typer.Option(help="Port name or alias.")],
    max_speed_kn: Annotated[float, typer.Option(help="Highest speed of the ship, knots.")] = 14.0,
    stay_h: Annotated[float, typer.Option(help="Shortest stay that counts as a call, hours.")] = 12.0,
    json_: Json = False,
) -> None:
    """Answer: could the ship have called at the port in the gap between two fixes?

    Example: rubicon reach --from 43.05,131.85,2024-05-03T06:00Z --to 42.7,133.0,2024-05-06T06:00Z --port Najin
    """
    found = find_port(port)
    made = reach_module.reach(fix(from_), fix(to), found, max_speed_kn=max_speed_kn, stay_h=stay_h)
    if json_:
        answer(
            {
                key: value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value
                for key, value in asdict(made).items()
            }
        )
        return
    say(
        f"{found.name}: {made.distance_km[0]:.1f} km by sea from the last fix, {made.distance_km[1]:.1f} km to the next"
    )
    if made.feasible:
        say(
            f"feasible at {max_speed_kn:g} kn with a stay of {stay_h:g} h: slack {made.slack_h:.1f} h, longest stay {made.longest_stay_h:.1f} h"
        )
    else:
        say(f"not feasible at {max_speed_kn:g} kn with a stay of {stay_h:g} h")
    if made.speed_needed_kn is not None:
        say(f"speed needed: {made.speed_needed_kn:.1f} kn")
    err.print("A gap is not a call: this says what the ship could have done.")


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    app.command()(detect)
    app.command()(reach)
