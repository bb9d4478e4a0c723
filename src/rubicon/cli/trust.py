"""`rubicon verify` and `rubicon doctor`."""

from __future__ import annotations

import importlib.util
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from rubicon import __version__
from rubicon.cli.common import Json, answer, say
from rubicon.errors import VerificationFailed
from rubicon.geo.coast import load_coast
from rubicon.geo.ports import load_ports
from rubicon.registry import detectors, lists, sources
from rubicon.report.verify import verify as verify_bag


def verify(
    path: Annotated[Path, typer.Argument(help="A bag, or a folder that contains dossier/.")],
    json_: Json = False,
) -> None:
    """Check a dossier against its manifests; names every change and ends with 5 when there is one.

    Example: rubicon verify demo/najin
    """
    made = verify_bag(path)
    if json_:
        answer(
            {
                "ok": made.ok,
                "checked": [{"name": c.name, "ok": c.ok, "reason": c.reason} for c in made.checked],
            }
        )
    else:
        for check in made.checked:
            print(
                f"{'ok  ' if check.ok else 'FAIL'}  {check.name}{': ' + check.reason if check.reason else ''}"
            )
    if not made.ok:
        bad = [check for check in made.checked if not check.ok]
        raise VerificationFailed(
            f"{len(bad)} of {len(made.checked)} checks failed",
            place=", ".join(check.name for check in bad[:5]),
        )
    say("every byte is as it was when the dossier was made; that does not show that what it says is true")


def doctor(json_: Json = False) -> None:
    """Say what this installation has: versions, optional packages, coastline, readers.

    Example: rubicon doctor
    """
    coast = load_coast()
    found = {
        "rubicon": __version__,
        "python": sys.version.split()[0],
        "system": platform.platform(terse=True),
        "packages": {
            name: metadata.version(name)
            for name in ("numpy", "numba", "polars", "pyarrow", "pydantic", "shapely", "typer")
        },
        "optional": {"netCDF4": importlib.util.find_spec("netCDF4") is not None},
        "coastline": {"name": coast.name, "bounds": list(coast.bounds), "resolution": coast.resolution},
        "ports": len(load_ports()),
        "sources": list(sources()),
        "detectors": list(detectors()),
        "lists": list(lists()),
    }
    if json_:
        answer(found)
        return
    for key, value in found.items():
        shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        print(f"{key:<10} {', '.join(map(str, shown)) if isinstance(shown, list) else shown}")


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    app.command()(verify)
    app.command()(doctor)
