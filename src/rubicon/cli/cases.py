"""`rubicon run`, `rubicon demo` and `rubicon warm`."""

from __future__ import annotations

import tempfile
import time
import webbrowser
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow.compute as pc
import typer

from rubicon import engine, pipeline, seeing
from rubicon.case import load_case
from rubicon.cli.common import Json, Out, answer, end, say, stages
from rubicon.cli.serving import on_a_terminal, serve_folder
from rubicon.errors import MissingExtra, UsageError
from rubicon.examples_folder import example
from rubicon.registry import detectors
from rubicon.report.edits import stale


def run(
    case: Annotated[Path, typer.Argument(help="Case file (TOML).")],
    out: Out,
    engine: Annotated[str, typer.Option(help="local.")] = "local",
    json_: Json = False,
) -> None:
    """Run all stages of a case and write its dossier.

    Example: rubicon run examples/najin/case.toml --out out
    """
    if engine != "local":
        raise UsageError("this version has the engine `local`", place=f"--engine {engine}")
    with stages(7) as advance:
        made = pipeline.run(load_case(case), out, progress=advance)
    for each in stale(out):
        say(f"the text is stale: {{{each.reference}}} {each.told}; next: rubicon text check {out}")
    if json_:
        answer(summary(made))
    else:
        show(made)
        say(f"next: open {out / 'dossier/data/report.html'}, or rubicon verify {out}")
    end(made.failed, used=True)


def demo(
    out: Out = Path("rubicon-demo"),
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Do not serve the cases and open a browser.")
    ] = False,
    json_: Json = False,
) -> None:
    """Build both cases: the real record of Najin, and an exercise with fictional ships; then open them.

    Example: rubicon demo --out demo
    """
    summaries, failed = {}, []
    for name in ("najin", "exercise"):
        with stages(7) as advance:
            made = pipeline.run(load_case(example(name)), out / name, progress=advance)
        failed += made.failed
        summaries[name] = summary(made)
        if not json_:
            show(made)
    if json_:
        answer(summaries)
    pages = [out / name / "dossier" / "data" / "report.html" for name in summaries]
    for page in pages:
        say(f"dossier: {page}")
    say(f"next: rubicon serve {out}, or rubicon verify {out / 'najin'}")
    end(failed, used=True)
    if not no_serve and on_a_terminal():
        _open(out, pages[0])


def _open(out: Path, page: Path) -> None:
    """Serve both cases and open a browser; without a built front end, open the report alone."""
    from rubicon.web.shell import Shell

    if Shell().built:
        serve_folder(out)
    say("the web application was not built here (make ui): opening the report instead")
    webbrowser.open(page.resolve().as_uri())


def warm() -> None:
    """Compile the numerical kernels now (once for each installation), so that no later command waits for them.

    Example: rubicon warm
    """
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, stages(8 + len(detectors())) as advance:
        made = pipeline.run(load_case(example("smallest")), Path(folder), progress=advance)
        for kind in detectors():
            advance(kind)
            engine.local(kind, made.gathered.lake, engine.options_for(kind))
        advance("scenes")
        try:
            look_once(Path(folder))
        except MissingExtra as error:
            say(f"scenes are left out: {error}")
    say(f"kernels ready after {time.perf_counter() - start:.0f} s; next: rubicon demo")


def look_once(folder: Path) -> None:
    """Look at a small simulated radar product and match what is found.

    Raises MissingExtra without the extra `imagery`.
    """
    from rubicon.kernels.association import association
    from rubicon.simulate.scenes import RadarView, SimulatedShip, paint, write_product

    view = RadarView(42.0, 131.0, rows=240, columns=240)
    ships = [SimulatedShip("EXERCISE WARM", *view.point(120, 120), 120.0, 20.0, 30.0)]
    seeing.look(write_product(folder, view, {"VV": paint(view, ships, 0)}, ships, 0))
    association(np.ones((1, 1)), 1e-9, 2)


def summary(made: pipeline.Run) -> dict[str, Any]:
    """What a run did, in numbers."""
    tables, read = made.tables, made.gathered.ingested
    kinds = tables["EVENT"]["kind"].to_pylist()
    return {
        "case": made.case.id,
        "origin": made.case.origin.value,
        "files": len(made.gathered.files),
        "failed": [error.record() for error in made.failed],
        "messages": read.messages,
        "positions": read.positions,
        "rejected": read.rejected,
        "ships": made.ships,
        "events": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
        "observations": tables["OBSERVATION"].num_rows,
        "claims": tables["CLAIM"].num_rows,
        "listings": tables["LISTING"].num_rows,
        "hits": tables["HIT"].num_rows,
        "findings": tables["FINDING"].num_rows,
        "options": tables["OPTION"].num_rows,
        "out": str(made.out),
    }


def show(made: pipeline.Run) -> None:
    """What a run did, for a person."""
    counts, tables = summary(made), made.tables
    label = "  SIMULATED: fictional ships" if counts["origin"] == "simulated" else ""
    print(f"{made.case.title}{label}")
    if counts["messages"]:
        events = ", ".join(
            f"{number} {kind.replace('_', ' ')}{'s' if number != 1 else ''}"
            for kind, number in counts["events"].items()
        )
        print(
            f"  {counts['messages']:,} messages, {counts['rejected']:,} rejected, {counts['ships']} ships: {events or 'no events'}"
        )
    if counts["observations"]:
        print(
            f"  {counts['observations']} observations, {counts['claims']} claims, {counts['listings']} list entries, {counts['hits']} hits"
        )
    options = f", {counts['options']} rows on coverage and law" if counts["options"] else ""
    print(f"  {counts['findings']} findings{options}")
    for finding in tables["FINDING"].slice(0, 4).to_pylist():
        print(f"    {finding['answer']}")
    if counts["origin"] == "simulated" and tables["FINDING"].num_rows:
        print(f"  {agreement(tables['FINDING'])}")
    for note in made.gathered.notes:
        say(f"note: {note}")


def agreement(findings: Any) -> str:
    """How the findings of a simulated case compare with its truth."""
    called = pc.equal(findings["truth"], "called")
    stated = pc.greater(findings["probability"], 0.5)
    right = pc.sum(pc.equal(called, stated)).as_py()
    return f"truth: {right} of {findings.num_rows} findings lie on the right side of even"


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    app.command()(demo)
    app.command()(run)
    app.command()(warm)
