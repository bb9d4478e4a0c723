"""The command line: parse, call, print. One verb a stage, and `run` for all of them."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from rubicon import __version__
from rubicon.cli.common import app_help, fail
from rubicon.errors import OutputFailed, RubiconError

ROOMS = {
    "cases": ("demo", "run", "warm"),
    "collecting": ("ingest", "decode", "simulate"),
    "detecting": ("detect",),
    "reaching": ("reach", "coast"),
    "screening": ("lists", "screen"),
    "owning": ("ownership",),
    "resolving": ("resolve",),
    "assessing": ("assess",),
    "responding": ("respond",),
    "capturing": ("capture",),
    "keeping": ("keys",),
    "serving": ("serve",),
    "scenes": ("scene",),
    "publishing": ("sign", "stamp", "figure", "export"),
    "editing": ("text", "diff"),
    "dossiers": ("dossier",),
    "trust": ("verify", "doctor"),
}
"""The verbs of each file beside this one; each has `add_to(app)`."""


def build(arguments: Sequence[str] = ()) -> typer.Typer:
    """The command line; when the first argument is a verb, with its room alone, which starts sooner."""
    app = typer.Typer(
        name="rubicon",
        help=app_help,
        no_args_is_help=True,
        invoke_without_command=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(version)
    verb = arguments[0] if arguments else ""
    asked = [room for room, verbs in ROOMS.items() if verb in verbs]
    for room in [] if verb == "--version" else asked or ROOMS:
        importlib.import_module(f"rubicon.cli.{room}").add_to(app)
    return app


def version(
    show: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", is_eager=True)
    ] = False,
) -> None:
    """Ship tracks, sanctions lists and claims: dated findings that anybody can check."""
    if show:
        print(f"rubicon {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; a named error becomes one line on stderr and its exit code."""
    try:
        build(sys.argv[1:])()
    except RubiconError as error:
        fail(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output left; what it did not want to read is no error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        # Inputs that cannot be read have errors of their own; what is left is a place that cannot be written.
        fail(OutputFailed(error.strerror or str(error), place=str(error.filename or "")))
        sys.exit(OutputFailed.exit_code)
