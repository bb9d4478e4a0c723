"""`rubicon reach` and `rubicon coast`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

import rubicon.detect.reach as reach_module
from rubicon.case import Port, load_case
from rubicon.cli.common import Json, answer, err, say
from rubicon.errors import InputMissing, OptionError, UsageError
from rubicon.geo.area import gap_area
from rubicon.geo.coast import Coast, build_extract, load_coast
from rubicon.geo.envelope import Reach, gap_hours
from rubicon.geo.likely import Assumed, for_ship
from rubicon.geo.ports import find_port, load_ports

CoastFile = Annotated[
    Path | None,
    typer.Option(
        "--coast", help="Coastline extract made by `coast build`; else RUBICON_COAST, else the bundled one."
    ),
]


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
    port: Annotated[
        str, typer.Option(help="Port name or alias; `all` for every port that the gap leaves time for.")
    ] = "all",
    max_speed_kn: Annotated[float, typer.Option(help="Highest speed of the ship, knots.")] = 14.0,
    stay_h: Annotated[float, typer.Option(help="Shortest stay that counts as a call, hours.")] = 12.0,
    ship_class: Annotated[
        str, typer.Option("--class", help="cargo, tanker, container, bulk, ro-ro, fishing.")
    ] = "",
    weather_margin: Annotated[float, typer.Option(help="Share of speed that weather takes, 0 to 0.5.")] = 0.0,
    case: Annotated[Path | None, typer.Option(help="Case file whose ports come before the index.")] = None,
    coast: CoastFile = None,
    area: Annotated[Path | None, typer.Option(help="File for the envelope of the gap, GeoJSON.")] = None,
    json_: Json = False,
) -> None:
    """Answer: could the ship have called at the port in the gap between two fixes?

    Example: rubicon reach --from 43.05,131.85,2024-05-03T06:00Z --to 42.7,133.0,2024-05-06T06:00Z --port Najin
    """
    shore = load_coast(coast)
    own = load_case(case).ports if case else ()
    start, end = fix(from_), fix(to)
    assumed = for_ship(Assumed(), max_speed_kn, ship_class=ship_class, weather_margin=weather_margin)
    options: dict[str, Any] = {
        "max_speed_kn": max_speed_kn,
        "stay_h": stay_h,
        "coast": shore,
        "assumed": assumed,
    }
    if area:
        _write_area(start, end, max_speed_kn, shore, area)
    if port == "all":
        _all(reach_module.ports_inside(start, end, own or load_ports(), **options), json_)
        return
    found = find_port(port, own)
    made = reach_module.reach(start, end, found, **options)
    if json_:
        answer(_plain(made))
        return
    _tell(found, made, max_speed_kn, stay_h)


def _plain(made: Reach) -> dict[str, Any]:
    return {
        key: value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
        for key, value in asdict(made).items()
    }


def _write_area(
    start: reach_module.Fix, end: reach_module.Fix, max_speed_kn: float, coast: Coast, path: Path
) -> None:
    hours = gap_hours(start.time_utc, end.time_utc)
    found = gap_area(start.place, end.place, hours, max_speed_kn=max_speed_kn, coast=coast)
    path.write_text(json.dumps(found.geojson()) + "\n", encoding="utf-8")
    beyond = "; it reaches the edge of the coastline in use and may go on" if found.clipped else ""
    say(f"envelope in cells of {found.cell_m:.0f} m: {path}{beyond}")


def _all(rows: list[tuple[Port, Reach]], json_: bool) -> None:
    if json_:
        answer([{"port": port.name, "country": port.country, **_plain(made)} for port, made in rows])
        return
    for port, made in rows:
        print(
            f"{port.name:<24} {port.country:<4} longest stay {made.longest_stay_h:7.1f} h  needs {made.speed_needed_kn or 0:5.1f} kn"
            f"  ratio {made.likelihood_ratio:6.2f}"
        )
    err.print(f"{len(rows)} ports inside. A gap is not a call: this says what the ship could have done.")


def _tell(port: Port, made: Reach, max_speed_kn: float, stay_h: float) -> None:
    say(
        f"{port.name}: {made.distance_km[0]:.1f} km by sea from the last fix, {made.distance_km[1]:.1f} km to the next"
    )
    if made.feasible:
        say(
            f"feasible at {max_speed_kn:g} kn with a stay of {stay_h:g} h: slack {made.slack_h:.1f} h, longest stay {made.longest_stay_h:.1f} h"
        )
        say(f"the gap's length is {made.likelihood_ratio:.2g} times as likely with a call as without")
    else:
        say(f"not feasible at {max_speed_kn:g} kn with a stay of {stay_h:g} h")
    if made.speed_needed_kn is not None:
        say(f"speed needed: {made.speed_needed_kn:.1f} kn")
    err.print("A gap is not a call: this says what the ship could have done.")


coast_app = typer.Typer(
    help="Coastlines cut from GSHHG.", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)


@coast_app.command("build")
def build(
    source: Annotated[
        Path, typer.Argument(help="gshhs_f.b, or binned_GSHHS_f.nc of the Debian package gmt-gshhg-full.")
    ],
    bbox: Annotated[
        str, typer.Option(help="WEST,SOUTH,EAST,NORTH in degrees; west above east crosses the date line.")
    ],
    out: Annotated[Path, typer.Option("--out", help="File for the extract (.npz).")],
    json_: Json = False,
) -> None:
    """Cut a regional coastline for masks and distances from a GSHHG file.

    Example: rubicon coast build binned_GSHHS_f.nc --bbox 117,20,143,53 --out east_asia.npz
    """
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError as error:
        raise UsageError("expected WEST,SOUTH,EAST,NORTH such as 127,36,142,46", place=bbox) from error
    if not out.parent.is_dir():
        raise InputMissing("no such folder", place=str(out.parent))
    if out.suffix != ".npz":
        raise OptionError("the extract is written as .npz", place=str(out))
    say("reading; an ocean takes a minute")
    info = build_extract(source, (west, south, east, north), out)
    if json_:
        answer(asdict(info))
        return
    say(f"{info.rings:,} shores, {info.vertices:,} vertices: {info.resolution}")
    say(f"next: export RUBICON_COAST={out}, and `rubicon doctor` says that it is in use")


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    app.command()(reach)
    app.add_typer(coast_app, name="coast")
