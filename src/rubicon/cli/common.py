"""What the verbs share: how they speak, how they read settings, how they end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from rubicon.errors import RubiconError, UsageError

app_help = "Ship tracks, satellite scenes, sanctions lists and claims: dated findings that anybody can check."
err = Console(stderr=True, highlight=False)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
Set = Annotated[list[str], typer.Option("--set", help="option=value; repeat for several.")]
Map = Annotated[
    str,
    typer.Option(
        "--map",
        help="Columns: vessel_id=ID,time_utc=COL,lat_deg=COL,lon_deg=COL,speed_kn=COL (or speed_ms), course_deg=COL.",
    ),
]
Dates = Annotated[str, typer.Option("--dates", help="Order of dates: day-first, month-first or iso.")]

SpeedUnit = Annotated[str, typer.Option("--speed-unit", help="Unit of a speed column: kn or m/s.")]
Timezone = Annotated[
    str, typer.Option("--timezone", help="Zone of times that state none, such as Asia/Seoul.")
]
Decimal = Annotated[str, typer.Option("--decimal", help="Decimal mark: . or ,")]


def fail(error: RubiconError) -> None:
    """One line for a named error: its name, the place and the reason."""
    err.print(f"{error.code}: {error}", style="red", markup=False, soft_wrap=True)


def say(text: str) -> None:
    """One line for a person, on stderr."""
    err.print(text, markup=False, soft_wrap=True)


def answer(value: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def rows(table: pa.Table) -> list[dict[str, Any]]:
    """Rows for JSON: times in ISO 8601 UTC, JSON columns unfolded."""
    made: list[dict[str, Any]] = table.to_pylist()
    for row in made:
        for key, value in row.items():
            if hasattr(value, "isoformat"):
                row[key] = value.isoformat().replace("+00:00", "Z")
        if isinstance(row.get("detail"), str):
            row["detail"] = json.loads(row["detail"])
    return made


def end(failed: Sequence[RubiconError], *, used: bool) -> None:
    """Name the inputs that failed whole and leave with 3 when none could be used, 4 when others were."""
    for error in failed:
        fail(error)
    if failed:
        raise typer.Exit(4 if used else 3)


@contextmanager
def stages(total: int) -> Iterator[Any]:
    """Show a progress line on a terminal, nothing elsewhere; yields `advance(stage)`."""
    columns = (TextColumn("{task.description:<24}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("start", total=total)

        def advance(stage: str) -> None:
            bar.update(task, description=stage, advance=1)

        yield advance


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """Split `name=value` texts.

    Raises UsageError naming the text that has no `=`.
    """
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError("expected NAME=VALUE", place=text)
        found[name.strip()] = value
    return found


def settings(texts: Sequence[str]) -> Mapping[str, Any]:
    """Read `--set` pairs; a value that is JSON is read as such, any other is text."""
    found: dict[str, Any] = {}
    for name, text in pairs(texts).items():
        try:
            found[name] = json.loads(text)
        except json.JSONDecodeError:
            found[name] = text
    return found
