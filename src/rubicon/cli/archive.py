"""`rubicon scene search` and `rubicon scene fetch`: looks over a port in the public archives."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from rubicon.case import Port, load_case
from rubicon.cli.common import Json, answer, end, fail, say, stages
from rubicon.collect.scenes.fetching import Kept, keep_scene
from rubicon.collect.scenes.picture import Sensor
from rubicon.collect.scenes.sources import SOURCES, SceneSource, scene_source
from rubicon.collect.scenes.stac import Box, Catalogue, Listed, box_round
from rubicon.collect.scenes.stac import search as search_archive
from rubicon.errors import EmptyScene, FetchFailed, FetchRefused, RubiconError, UsageError
from rubicon.geo.ports import find_port

NEAR_DAYS = 6
"""A look within these days stands for `--date`: Sentinel-2 passes each place about every five days."""

PortName = Annotated[str, typer.Option("--port", help="Port by name or alias.")]
First = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")]
Last = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")]
Day = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help=f"One day: the nearest look within {NEAR_DAYS} days."),
]
Archive = Annotated[str, typer.Option("--source", help=f"Archive: {', '.join(SOURCES)}.")]
Kind = Annotated[
    Sensor | None, typer.Option("--sensor", help="sar or optical; else all that the archive has.")
]
HalfKm = Annotated[float, typer.Option("--half-km", min=0.5, max=50, help="Half side of the square, km.")]
CaseFile = Annotated[Path | None, typer.Option("--case", help="Case file whose ports come before the index.")]


def search(
    port: PortName,
    first: First = None,
    last: Last = None,
    day: Day = None,
    source: Archive = "earth-search",
    sensor: Kind = None,
    half_km: HalfKm = 4.0,
    case: CaseFile = None,
    json_: Json = False,
) -> None:
    """List the scenes over a port, and say which dates are worth a look.

    Example: rubicon scene search --port Najin --from 2023-10-01 --to 2023-10-31
    """
    where, catalogue = listed(port, (first, last, day), scene_source(source), sensor, half_km, case)
    found = catalogue.scenes
    if json_:
        answer({"port": where.name, "source": source, "scenes": [described(one) for one in found]})
        end(catalogue.failed, used=bool(found))
        return
    for one in found:
        cloud = "   -" if one.cloud_pct is None else f"{one.cloud_pct:3.0f}%"
        print(
            f"{one.time_utc:%Y-%m-%d %H:%M}Z  {one.sensor:<7} {one.platform:<12} cloud of scene {cloud}  "
            f"covers {100 * one.coverage:3.0f}%  {'usable' if one.usable else '-':<6}  {one.item_id}"
        )
    usable = sorted({f"{one.time_utc:%Y-%m-%d}" for one in found if one.usable})
    say(f"{len(found)} scenes over {where.name}; dates worth a look: {', '.join(usable) or 'none'}")
    say("Cloud is that of the whole scene; the port's own is known once a window is fetched.")
    if usable:
        say(f"Next: rubicon scene fetch --port {where.name!r} --date {usable[0]} --source {source}")
    end(catalogue.failed, used=bool(found))


def fetch(
    port: PortName,
    first: First = None,
    last: Last = None,
    day: Day = None,
    source: Archive = "earth-search",
    sensor: Kind = None,
    half_km: HalfKm = 4.0,
    out: Annotated[Path, typer.Option(help="Folder that keeps the scenes.")] = Path("scenes"),
    case: CaseFile = None,
    json_: Json = False,
) -> None:
    """Keep the scenes over a port: the pixels unchanged, a preview, hashes, and the record of how they came.

    Needs no account with the default archive. Only the part over the port travels where the archive allows it.

    Example: rubicon scene fetch --port Najin --date 2023-10-16
    """
    archive = scene_source(source)
    where, catalogue = listed(port, (first, last, day), archive, sensor, half_km, case)
    wanted = chosen(catalogue.scenes, day.date() if day else None)
    kept, failed = keep_all(wanted, archive, box_round(where.lat_deg, where.lon_deg, half_km), out)
    if json_:
        answer({"port": where.name, "scenes": [{"folder": str(one.folder), **one.record} for one in kept]})
    for one in kept:
        cloud = (
            "cloud not known"
            if one.cloud_over_port_pct is None
            else f"{one.cloud_over_port_pct:.0f}% cloud here"
        )
        say(f"{one.record['time_utc']}  {one.folder}  {cloud}. {one.record['credit']}")
    end([*catalogue.failed, *failed], used=bool(kept))
    if kept:
        look = kept[0].preview or kept[0].picture
        say(
            f"Next: look at {look}, or rubicon scene detect {kept[0].picture} --sensor {kept[0].record['sensor']}"
        )
    else:
        say(f"No usable scene over {where.name} in these days. Next: rubicon scene search with more days")


def box_of(port: str, half_km: float) -> Box:
    """The square round a port of the index."""
    where = find_port(port)
    return box_round(where.lat_deg, where.lon_deg, half_km)


def listed(
    port: str,
    days: tuple[datetime | None, datetime | None, datetime | None],
    source: SceneSource,
    sensor: Sensor | None,
    half_km: float,
    case: Path | None,
) -> tuple[Port, Catalogue]:
    """The port and the scenes over it.

    Raises UsageError when the days are not stated or end before they begin.
    """
    first, last, day = days
    if day is not None:
        first, last = day - timedelta(days=NEAR_DAYS), day + timedelta(days=NEAR_DAYS)
    if first is None or last is None or last < first:
        raise UsageError(
            "give --date DAY, or --from DAY --to DAY in that order", place="--from, --to, --date"
        )
    where = find_port(port, load_case(case).ports if case else ())
    place = box_round(where.lat_deg, where.lon_deg, half_km)
    sensors = (sensor.value,) if sensor else ()
    return where, search_archive(source, place, first.date(), last.date(), sensors=sensors)


def chosen(found: list[Listed], day: date | None) -> list[Listed]:
    """All usable scenes; those of the nearest usable day where one day was asked for."""
    usable = [one for one in found if one.usable]
    if day is None or not usable:
        return usable
    nearest = min(
        usable, key=lambda one: (abs((one.time_utc.date() - day).days), one.time_utc)
    ).time_utc.date()
    if nearest != day:
        say(f"No usable scene on {day}; the nearest is of {nearest}.")
    return [one for one in usable if one.time_utc.date() == nearest]


def keep_all(
    wanted: list[Listed], source: SceneSource, place: Box, out: Path
) -> tuple[list[Kept], list[RubiconError]]:
    """What could be kept, and what could not and why; a scene without data here is no failure."""
    kept: list[Kept] = []
    failed: list[RubiconError] = []
    with stages(len(wanted)) as advance:
        for one in wanted:
            advance(f"{one.time_utc:%Y-%m-%d} {one.sensor}")
            try:
                kept.append(keep_scene(one, source, place, out))
            except EmptyScene as error:
                fail(error)
            except (FetchFailed, FetchRefused) as error:
                failed.append(error)
    return kept, failed


def described(one: Listed) -> dict[str, Any]:
    """A listed scene for JSON."""
    return {
        "item_id": one.item_id, "collection": one.collection, "time_utc": f"{one.time_utc:%Y-%m-%dT%H:%M:%SZ}",
        "sensor": one.sensor, "platform": one.platform, "cloud_of_scene_pct": one.cloud_pct,
        "coverage": one.coverage, "usable": one.usable, "rights": one.rights, "credit": one.credit,
    }  # fmt: skip
