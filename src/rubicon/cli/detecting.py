"""`rubicon detect`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import pyarrow as pa
import typer

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
    rows,
    say,
    settings,
)
from rubicon.collect.columns import read_positions
from rubicon.detect import segments
from rubicon.errors import InputMissing, UsageError
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


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    app.command()(detect)
