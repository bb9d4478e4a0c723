"""The command line: parse, call, print. One verb a stage, and `run` for all of them."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from rubicon import __version__
from rubicon.cli import cases, collecting, detecting, responding, screening, trust
from rubicon.cli.common import app_help, fail
from rubicon.errors import OutputFailed, RubiconError

app = typer.Typer(
    name="rubicon",
    help=app_help,
    no_args_is_help=True,
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for room in (cases, collecting, detecting, screening, responding, trust):
    room.add_to(app)


@app.callback()
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
        app()
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
