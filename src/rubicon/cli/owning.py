"""`rubicon ownership`: whose listing reaches which company, under three tests that are kept apart."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from rubicon.cli.common import Json, answer, say
from rubicon.collect.rows import rows as csv_rows
from rubicon.errors import UsageError
from rubicon.provenance import source_file
from rubicon.screen.index_cache import index_of
from rubicon.screen.judge import SCORES, Query
from rubicon.screen.ownership import TESTS, Stake, graph, reach, stake


def ownership(
    file: Annotated[
        Path,
        typer.Argument(help="CSV owner,asset,share,source[,control,from,to]; a share as 49.5 %, 1/3 or 0.4."),
    ],
    designated: Annotated[
        list[str] | None, typer.Option("--designated", help="Name of a listed owner; repeat for several.")
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option("--store", help="Folder of loaded lists: owners that carry a listed name count."),
    ] = None,
    day: Annotated[str, typer.Option("--day", help="Stakes held on this day, YYYY-MM-DD.")] = "",
    graph_: Annotated[
        Path | None, typer.Option("--graph", help="Write owners and stakes there as JSON (nodes, edges).")
    ] = None,
    json_: Json = False,
) -> None:
    """Say for each company whether listed owners reach it: 50 % in aggregate (US), more than half or control (UK), 50 % or control (EU).

    A share that is not stated is unknown, not nought. No legal advice: what follows from stated shares.

    Example: rubicon ownership stakes.csv --designated "IBEX SHIPPING INC" --json
    """
    stakes = _stakes(file)
    listed = {name: ["named on the command line"] for name in designated or []}
    if store:
        listed |= _listed_owners(stakes, store)
    if not listed:
        say("no owner is designated: every answer below rests on that")
    on = _day(day)
    found = {test: reach(stakes, listed, test, day=on) for test in TESTS}
    if graph_:
        graph_.write_text(json.dumps(graph(stakes, listed), ensure_ascii=False, indent=1), encoding="utf-8")
    assets = sorted({one.asset for one in stakes})
    if json_:
        answer(
            {"designated": listed, "day": day or None, "companies": [_told(asset, found) for asset in assets]}
        )
        return
    for asset in assets:
        answers = ", ".join(f"{test} {found[test][asset].answer}" for test in TESTS if asset in found[test])
        print(f"{asset}: {answers or 'no stake on that day'}")
    say("next: the same with --json for the reasons, or --graph FILE for the owners as nodes and edges")


def _told(asset: str, found: dict[str, Any]) -> dict[str, Any]:
    tests = {
        test: asdict(one[asset]) | {"share": float(one[asset].share)}
        for test, one in found.items()
        if asset in one
    }
    return {"asset": asset, "tests": tests}


def _stakes(file: Path) -> list[Stake]:
    made = []
    for row in csv_rows(source_file(file), ("owner", "asset", "source")):
        owner, asset, source = row.need("owner"), row.need("asset"), row.need("source")
        share, control, from_, to = (row.take(name) or "" for name in ("share", "control", "from", "to"))
        if control.casefold() not in ("", "yes", "no", "true", "false"):
            raise UsageError(f"control is yes or no, got {control!r}", place=row.place)
        controls = control.casefold() in ("yes", "true")
        for text in (from_, to):
            _day(text)
        made.append(stake(owner, asset, share, source, control=controls, from_=from_, to=to))
    return made


def _listed_owners(stakes: list[Stake], store: Path) -> dict[str, list[str]]:
    """Owners whose very name a listed company or person carries, with the entries."""
    index, found = index_of(store), {}
    for owner in sorted({one.owner for one in stakes}):
        same = [
            f"{entry['listing_id']} {entry['name']}"
            for entry, verdict in index.search(Query(owner))
            if entry["kind"] in ("company", "person") and verdict.score in (SCORES["name"], SCORES["alias"])
        ]
        if same:
            found[owner] = same
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"a day is written YYYY-MM-DD, got {text!r}") from None


def add_to(app: typer.Typer) -> None:
    """Put the verb of this room on the command line."""
    app.command()(ownership)
