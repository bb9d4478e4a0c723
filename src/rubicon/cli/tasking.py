"""`rubicon respond tasking`: which port to image on which day."""

from __future__ import annotations

from datetime import date as Date
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from rubicon.case import load_case
from rubicon.cli.common import Json, answer, pairs, say
from rubicon.cli.policy import observations
from rubicon.errors import UsageError
from rubicon.respond import tasking as planner


def tasking(
    case: Annotated[Path, typer.Argument(help="Case file: its ports, visits and stays are used.")],
    images: Annotated[int, typer.Option(help="Budget: number of tasked images.")] = 0,
    budget_usd: Annotated[int, typer.Option(help="Or a budget in US dollars, at the listed prices.")] = 0,
    start: Annotated[str, typer.Option(help="First day; by default the day after the case ends.")] = "",
    days: Annotated[int, typer.Option(help="Days of the season.")] = 60,
    port: Annotated[list[str], typer.Option(help="Only these ports; repeat for several.")] = [],  # noqa: B006
    cloud: Annotated[float, typer.Option(help="Share of optical looks spoiled by cloud.")] = planner.CLOUD,
    first_pass: Annotated[
        list[str], typer.Option(help="Day of one pass of a free sensor, such as sentinel1=2026-02-03.")
    ] = [],  # noqa: B006
    seed: Annotated[int, typer.Option(help="Draws the plan from the mix against a mover who knows.")] = 0,
    json_: Json = False,
) -> None:
    """Which port and day to image, what it catches, and the same against a mover who knows the plan.

    For the desk alone: never part of what is published.

    Example: rubicon respond tasking examples/najin/case.toml --images 20 --json
    """
    used = load_case(case)
    try:
        first = Date.fromisoformat(start) if start else used.period.end + timedelta(days=1)
        passes = {name: Date.fromisoformat(day) for name, day in pairs(first_pass).items()}
    except ValueError as error:
        raise UsageError(str(error), place="--start, --first-pass") from error
    wish = planner.Wish(first, days, images, budget_usd, cloud, tuple(port), passes, seed)
    found = planner.tasking(used, observations(used), wish)
    if json_:
        answer(found)
        return
    table = Table(title="Not for publication: images to task", title_justify="left")
    for column in ("day", "port", "sensor", "dollars"):
        table.add_column(column)
    for row in found["plan"]:
        table.add_row(row["date"], row["port"], row["sensor"], str(row["price_usd"]))
    Console().print(table)
    print(found["text"])
    base = found["baselines"]
    print(f"greedy {base['greedy']:.3f}, equal spacing {base['equal_spacing']:.3f}, this plan {found['detection_probability']:.3f}")  # fmt: skip
    for row in found["cadence"]:
        shares = ", ".join(f"{name} {100 * p:.0f} %" for name, p in row["detection_probability"].items())
        print(f"every {row['every_days']} days: {shares}")
    say("next: --json for the plan against a mover who knows, sensors with their marks, and the assumptions")


def add_to(respond_app: typer.Typer) -> None:
    """Put the verb under `rubicon respond`."""
    respond_app.command()(tasking)
