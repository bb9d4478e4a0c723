"""`rubicon respond law`, `rubicon respond coverage` and `rubicon respond game`."""

from __future__ import annotations

import json
from datetime import date as Date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from rubicon.case import load_case
from rubicon.cli import policy, tasking
from rubicon.cli.common import Json, Set, answer, pairs, say
from rubicon.errors import UsageError
from rubicon.examples_folder import example
from rubicon.registry import games, named
from rubicon.respond import coverage as cover
from rubicon.respond import law as law_rules
from rubicon.respond.games._crosscheck import crosscheck
from rubicon.respond.place import Placed, place
from rubicon.schema import LISTING
from rubicon.screen import store

respond_app = typer.Typer(
    help="What lawful responses exist: who has listed whom, which paragraph lets whom do what.",
    no_args_is_help=True,
)


@respond_app.command()
def law(
    flag: Annotated[str, typer.Option(help="Flag State, ISO alpha-2, or none.")],
    cargo: Annotated[
        str, typer.Option(help="Supposed cargo: conventional_arms, missiles, wmd, coal or none.")
    ],
    date: Annotated[str, typer.Option(help="Day, YYYY-MM-DD.")],
    zone: Annotated[
        str, typer.Option(help="high_seas, eez:CC, territorial_sea:CC, internal_waters:CC or port:CC.")
    ] = "",
    at: Annotated[
        str, typer.Option(help="Or a position, LAT,LON in degrees, whose zone is then computed.")
    ] = "",
    case: Annotated[
        Path | None, typer.Option(help="Case whose boundaries and ports --at uses; by default Najin's.")
    ] = None,
    involvement: Annotated[str, typer.Option(help="aboard, past or none.")] = "aboard",
    regime: Annotated[str, typer.Option(help="dprk or libya.")] = "dprk",
    ship_type: Annotated[str, typer.Option(help="merchant, naval_auxiliary or warship.")] = "merchant",
    origin_pier: Annotated[str, typer.Option(help="Pier at which it loaded, as the case names it.")] = "",
    actor: Annotated[str, typer.Option(help="State that would act, ISO alpha-2.")] = "",
    json_: Json = False,
) -> None:
    """Paragraphs that would apply to a ship in a place, with whose consent; no legal advice.

    `--at` takes the zone from the case's boundaries, else from the coastline in use: indicative, no boundary.

    Example: rubicon respond law --flag RU --zone port:CN --cargo conventional_arms --involvement past --date 2024-02-09
    """
    placed = _placed(zone, at, case)
    question = law_rules.ask(
        flag=flag, zone=placed.zone if placed else zone, cargo=cargo, date=date, involvement=involvement, regime=regime,
        ship_type=ship_type, origin_pier=origin_pier, actor=actor,
    )  # fmt: skip
    found = law_rules.applicable(question)
    if json_:
        answer(found.record() | ({"place": placed.record()} if placed else {}))
        return
    if placed:
        print(f"{placed.zone}: {placed.basis}")
        for note in placed.notes:
            print(f"    note: {note}")
    for row in found.applicable:
        print(f"{row['id']} ({row['verification']}): {row['text']}")
        for what in ("obstacles", "missing"):
            for line in row[what]:
                print(f"    {what}: {line}")
    say(
        f"{len(found.applicable)} paragraphs would apply, {len(found.not_applicable)} would not (--json gives each reason). No legal advice."
    )


def _placed(zone: str, at: str, case: Path | None) -> Placed | None:
    """The zone of a position, when one is asked about."""
    if bool(zone) == bool(at):
        raise UsageError("give one of --zone and --at", place=at or zone or "rubicon respond law")
    if not at:
        return None
    try:
        lat, lon = (float(part) for part in at.split(","))
    except ValueError:
        raise UsageError("expected LAT,LON in degrees", place=at) from None
    return place(lat, lon, load_case(case or example("najin")))


@respond_app.command()
def coverage(
    imo: Annotated[list[str], typer.Option("--imo", help="IMO number; repeat for several.")],
    date: Annotated[str, typer.Option(help="As of which day, YYYY-MM-DD.")],
    from_event: Annotated[
        str,
        typer.Option(
            help="Count the lag from this day, or from first_listing; by default the case's first evidence."
        ),
    ] = "",
    case: Annotated[
        Path | None, typer.Option(help="Case whose facts are used; by default the Najin record.")
    ] = None,
    store_: Annotated[Path | None, typer.Option("--store", help="Folder of loaded lists.")] = None,
    json_: Json = False,
) -> None:
    """Who has listed these ships, since when and on what ground; unknown is not "not listed".

    Example: rubicon respond coverage --imo 9179842 --imo 8517839 --date 2024-12-31 --json
    """
    used = load_case(case or example("najin"))
    facts = cover.designations_of_case(used)
    listings = store.listings(store_) if store_ else LISTING.empty_table()
    try:
        day = Date.fromisoformat(date)
    except ValueError as error:
        raise UsageError(str(error), place="--date") from error
    event = from_event or used.first_evidence or cover.FIRST_LISTING
    ships = cover.ships_named(imo, facts, listings)
    cells = cover.coverage(ships, facts, listings, day=day, from_event=event)
    if json_:
        start = "" if str(event) == cover.FIRST_LISTING else str(event)
        owners = cover.owner_rows(ships, facts, day=day, start=start)
        answer(
            {
                "date": date,
                "from_event": str(event),
                "cells": [cell.record() for cell in cells],
                "owners": owners,
            }
        )
        return
    table = Table(title=f"Listings as of {date}; days counted from {event}", title_justify="left")
    for column in ("ship", "IMO", "authority", "status", "date", "days", "ground"):
        table.add_column(column)
    for cell in cells:
        table.add_row(
            cell.name,
            cell.imo,
            cell.authority,
            cell.status,
            cell.date or "",
            "" if cell.lag_days is None else str(cell.lag_days),
            cell.ground,
        )
    Console().print(table)
    say("unknown means that no list was read that would tell; it does not mean not listed")


def _parameters() -> str:
    """Every game with its parameters, for --help."""
    lines = [
        f"{name.replace('-', '_')}: {', '.join(model.META['parameters'])}" for name, model in games().items()
    ]
    return "Games and their parameters, fractions such as 3/5 allowed:\n\n" + "\n\n".join(lines)


@respond_app.command(epilog=_parameters())
def game(
    name: Annotated[str, typer.Argument(help="Name of the game, such as inspection or options.")],
    set_: Set = [],  # noqa: B006
    file: Annotated[
        Path | None, typer.Option(help="Game file of the options game; by default the shipped one.")
    ] = None,
    cross_check: Annotated[
        bool, typer.Option("--cross-check", help="Ask pygambit too (stackelberg, sanctions_severity).")
    ] = False,
    json_: Json = False,
) -> None:
    """Equilibria of a game in exact fractions; its payoffs are your assumptions, not measurements.

    Example: rubicon respond game inspection --set periods=10 --set inspections=3 --json
    """
    model = named(games(), name, "game")
    given: dict[str, Any] = dict(pairs(set_))
    if file is not None:
        if "file" not in model.META["parameters"]:
            raise UsageError("this game takes its parameters with --set", place="--file")
        given["file"] = file
    found = model.solve(given)
    if cross_check:
        if not hasattr(model, "bimatrix"):
            raise UsageError(
                "only games given as a table can be asked of another solver", place="--cross-check"
            )
        found["cross_check"] = crosscheck(*model.bimatrix(given))
    if json_:
        answer(found)
        return
    print(f"{model.META['title']} ({model.META['source']})")
    lines = model.lines(found) if hasattr(model, "lines") else _plain(found)
    for line in lines:
        print(line)
    say("Payoffs are assumptions; nothing here is the probability of a war.")


def _plain(found: dict[str, Any]) -> list[str]:
    return [f"{key}: {json.dumps(value, default=str)}" for key, value in found.items()]


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    policy.add_to(respond_app)
    tasking.add_to(respond_app)
    app.add_typer(respond_app, name="respond")
