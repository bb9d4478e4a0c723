"""`rubicon ingest`, `rubicon decode` and `rubicon simulate`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from rubicon.case import Input, reasons
from rubicon.cli.common import (
    Dates,
    Decimal,
    Json,
    Map,
    Out,
    SpeedUnit,
    Timezone,
    answer,
    end,
    err,
    pairs,
    say,
    stages,
)
from rubicon.collect.ais.decode import Decoder
from rubicon.collect.ingest import ingest as ingest_files
from rubicon.collect.opening import open_stream
from rubicon.errors import NoUsableRows, UsageError
from rubicon.schema import Origin
from rubicon.simulate import simulate as run_scenario
from rubicon.simulate.fleet import simulate_positions
from rubicon.store.lake import Lake


def input_of(
    path: Path,
    name: str,
    map_: str,
    dates: str,
    *,
    speed_unit: str = "",
    timezone: str = "",
    decimal: str = "",
) -> Input:
    """The settings of one file, as a case would state them.

    Raises UsageError naming the setting that does not exist.
    """
    columns = pairs([part for part in map_.split(",") if part])
    for key, unit in (("speed_kn", "kn"), ("speed_ms", "m/s")):
        if key in columns:
            columns["speed"], speed_unit = columns.pop(key), unit
    given = {
        "file": str(path),
        "format": name,
        "columns": columns,
        "dates": dates,
        "speed_unit": speed_unit,
        "timezone": timezone,
        "decimal": decimal,
    }
    try:
        return Input.model_validate(given)
    except ValidationError as error:
        raise UsageError(reasons(error), place="settings") from error


def ingest(
    files: Annotated[
        list[Path], typer.Argument(help="Files: NMEA, CSV, Parquet or JSON lines; gzip, bzip2 and zstd too.")
    ],
    lake: Annotated[Path, typer.Option(help="Folder of the lake; made when absent.")],
    format_: Annotated[
        str, typer.Option("--format", help="Format name; by default the content decides.")
    ] = "",
    map_: Map = "",
    dates: Dates = "",
    speed_unit: SpeedUnit = "",
    timezone: Timezone = "",
    decimal: Decimal = "",
    simulated: Annotated[bool, typer.Option("--simulated", help="The files are simulated.")] = False,
    json_: Json = False,
) -> None:
    """Read files into a lake; rejected rows are kept and counted, a second run adds nothing.

    Example: rubicon ingest stream.nmea tracks.csv --lake lake --dates day-first
    """
    items = [
        (
            path,
            input_of(path, format_, map_, dates, speed_unit=speed_unit, timezone=timezone, decimal=decimal),
        )
        for path in files
    ]
    origin = Origin.SIMULATED if simulated else Origin.REAL
    with stages(len(files)) as advance:
        made = ingest_files(
            items, Lake(lake), origin=origin, progress=lambda name, count: advance(f"{name} {count:,}")
        )
    for note in made.notes:
        say(f"note: {note}")
    if json_:
        answer(made.record())
    elif made.files:
        say(
            f"{made.messages:,} messages, {made.positions:,} positions, {made.statics:,} identity statements, {made.rejected:,} rejected"
        )
        for reason, count in made.reject_reasons.most_common():
            say(f"  {count:,} {reason}")
        say(f"next: rubicon detect gaps --lake {lake}")
    end(made.failed, used=made.files > 0)


def decode(
    file: Annotated[Path, typer.Argument(help="NMEA log; gzip, bzip2 and zstd too.")],
    scaled: Annotated[
        bool, typer.Option("--scaled", help="Values with units, as gpsd scales them; by default as sent.")
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", help="File for the lines; by default stdout.")] = None,
) -> None:
    """Print every AIS message of a log as one JSON object a line, with gpsd's field names.

    `heard` is ours: byte offset of the first sentence, time as logged, receiver. A type 24 gives a line for each part, and
    after part B the joined record with `"joined":true`, which is no message of its own.

    Example: rubicon decode stream.nmea --scaled
    """
    decoder = Decoder(scaled=scaled)
    dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    with open_stream(file) as stream:
        target = out.open("w", encoding="utf-8") if out else sys.stdout
        try:
            for found in decoder.decode(stream):
                target.write(dumps(found) + "\n")
        finally:
            if out:
                target.close()
        for note in stream.notes:
            say(f"note: {note}")
    if decoder.sentences == 0:
        raise NoUsableRows("the file holds no AIS sentence (VDM or VDO)", place=str(file))
    say(
        f"{decoder.sentences:,} sentences ({decoder.sentences_refused:,} refused), {decoder.messages:,} messages: "
        f"{decoder.decoded:,} decoded, {decoder.refused.total():,} rejected"
    )
    for reason, count in decoder.refused.most_common():
        say(f"  {count:,} {reason}")
    say(f"next: rubicon ingest {file} --lake lake")


def simulate(
    out: Out,
    scenario: Annotated[Path | None, typer.Argument(help="Scenario file (TOML).")] = None,
    positions: Annotated[
        int,
        typer.Option(
            help="Instead of a scenario: so many positions of fictional ships, for measuring speed."
        ),
    ] = 0,
    seed: Annotated[int, typer.Option(help="Seed: the same gives the same bytes.")] = 0,
    json_: Json = False,
) -> None:
    """Make AIS with known truth from a scenario of fictional ships; every file says that it is simulated.

    With --positions N, one Parquet file of about N positions without truth, for measuring.

    Example: rubicon simulate scenario.toml --out sim --seed 1
    """
    if (scenario is None) == (not positions):
        raise UsageError("give one of a scenario and --positions")
    if scenario is None:
        path = simulate_positions(positions, out, seed)
        if json_:
            answer({"file": str(path)})
        say(f"next: rubicon ingest {path} --lake lake --simulated")
        return
    made = run_scenario(scenario, out, seed)
    if json_:
        answer(asdict(made))
    else:
        err.print(made)
        say(f"next: rubicon ingest {out / 'ais.nmea'} --lake lake --simulated")


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    app.command()(ingest)
    app.command()(decode)
    app.command()(simulate)
