"""`rubicon serve`."""

from __future__ import annotations

import json
import os
import signal
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from rubicon.cli.common import Json, say


def serve(
    folder: Annotated[
        Path, typer.Argument(help="Output of a run, or a folder of several.", metavar="[DIR]")
    ] = Path(),
    host: Annotated[
        str, typer.Option(help="Address to listen on; loopback unless you say otherwise.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 0,
    json_: Json = False,
) -> None:
    """Open a case in the browser: map, timeline, ships, evidence, claims, responses, dossier.

    Example: rubicon serve rubicon-demo
    """
    serve_folder(folder, host=host, port=port, as_json=json_)


def serve_folder(folder: Path, *, host: str = "127.0.0.1", port: int = 0, as_json: bool = False) -> None:
    """Serve until Ctrl-C or a signal ends it, which is exit code 0; opens a browser on a terminal alone."""
    from rubicon.web.server import listen

    server = listen(folder, host, port)

    def ready(url: str) -> None:
        if as_json:
            print(json.dumps({"url": url}), flush=True)
        else:
            print(f"serving {folder} at {url}", flush=True)
            say("next: open that address; Ctrl-C ends the server")
        if on_a_terminal() and not as_json:
            webbrowser.open(url)

    # Both signals end the loop in order; uvicorn then raises the first one again, which is no failure here.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        server.run(ready)
    raise typer.Exit


def on_a_terminal() -> bool:
    """Whether a person sits in front of this, so that a browser may open."""
    return sys.stdout.isatty() and not os.environ.get("CI")


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    app.command()(serve)
