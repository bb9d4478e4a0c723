"""`rubicon sign`, `rubicon stamp`, `rubicon export` and `rubicon figure`: what leaves a case's output."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rubicon.cli.common import Json, answer, say
from rubicon.geo.coast import load_coast
from rubicon.report import sign as signing
from rubicon.report.draw_file import figure_file
from rubicon.report.figures import FIGURE_IDS, OTHERS, Plates
from rubicon.report.gis import export_data, export_gis
from rubicon.report.pack import pack
from rubicon.report.templates import stem
from rubicon.store.output import read_output

Folder = Annotated[Path, typer.Argument(help="A folder that `rubicon run` wrote.")]
To = Annotated[
    Path | None, typer.Option(help="Where to write; else DIR/gis, DIR/export or DIR.zip, by what is written.")
]
"""Shared by all exports."""
export_app = typer.Typer(no_args_is_help=True, help="Write the case for other tools: gis, data, zip.")


def sign(
    folder: Folder,
    key: Annotated[
        Path, typer.Option(help="SSH private key, or public key with the private one in an agent.")
    ],
    identity: Annotated[
        str, typer.Option(help="Name under which readers know the key, such as an e-mail address.")
    ],
    json_: Json = False,
) -> None:
    """Sign a dossier with an SSH key; the signature lies beside the bag.

    Example: rubicon sign out --key ~/.ssh/id_ed25519 --identity desk@example.org
    """
    made = signing.sign(folder, key, identity)
    if json_:
        answer({"signature": str(folder / signing.SIGNATURE), "key": made, "identity": identity})
    say(
        f"signed with {made}; tell your readers this fingerprint by another way. next: rubicon verify {folder}"
    )


def stamp(
    folder: Folder,
    tsa: Annotated[str, typer.Option(help="Address of an RFC 3161 time-stamping authority.")],
    json_: Json = False,
) -> None:
    """Get a time stamp on a dossier; the whole reply lies beside the bag. Sends a hash and nothing else.

    Example: rubicon stamp out --tsa https://freetsa.org/tsr
    """
    made = signing.stamp(folder, tsa)
    if json_:
        answer({"reply": str(folder / signing.STAMP), "time_utc": made})
    say(f"stamped at {made}; next: the fourth command of {folder / 'VERIFY.md'}")


def figure(
    figure_id: Annotated[str, typer.Argument(metavar="ID", help=f"{', '.join((*FIGURE_IDS, *OTHERS))}.")],
    case: Annotated[Path, typer.Option(help="A folder that `rubicon run` wrote.")] = Path("."),
    about: Annotated[
        str, typer.Option(help="A ship, a port or a picture; else the whole case or its first.")
    ] = "",
    format_: Annotated[str, typer.Option("--format", help="svg, png or pdf.")] = "svg",
    width_mm: Annotated[float, typer.Option(help="Width on paper, millimetres.")] = 160.0,
    dpi: Annotated[int, typer.Option(help="Resolution of a png, dots per inch.")] = 300,
    out: Annotated[
        Path | None, typer.Option(help="File to write; else ID.FORMAT in the case's folder.")
    ] = None,
    json_: Json = False,
) -> None:
    """Write one figure of a case, with its source line.

    Example: rubicon figure map --case out --format pdf --width-mm 160
    """
    found = read_output(case)
    drawing = Plates(found.case, found.tables, load_coast())
    content = figure_file(drawing, figure_id, about, format_, width_mm=width_mm, dpi=dpi)
    target = out or case / f"{stem(figure_id, about, found.case) if about else figure_id}.{format_}"
    target.write_bytes(content)
    if json_:
        answer({"figure": figure_id, "file": str(target), "bytes": len(content), "width_mm": width_mm})
    else:
        print(target)


@export_app.command("gis")
def gis(
    folder: Folder,
    to: To = None,
    scenes: Annotated[
        Path | None,
        typer.Option(help="Folder that `rubicon scene fetch` filled: pictures for the KMZ, STAC items."),
    ] = None,
    json_: Json = False,
) -> None:
    """Write the case for maps: GeoJSON, GeoParquet, KMZ, GeoPackage with styles (extra `gis`), Moving Features, STAC.

    Example: rubicon export gis out --to gis
    """
    target = to or folder / "gis"
    _written(export_gis(read_output(folder), target, scenes), json_)
    say(f"next: open {target / 'case.gpkg'} in QGIS, or {target / 'case.kmz'} in Google Earth")


@export_app.command("data")
def data(
    folder: Folder,
    to: To = None,
    persons: Annotated[
        bool,
        typer.Option("--persons", help="Also natural persons that list entries name; not for publication."),
    ] = False,
    json_: Json = False,
) -> None:
    """Write the case's tables as CSV that no spreadsheet runs, and FollowTheMoney entities.

    Example: rubicon export data out --to export
    """
    target = to or folder / "export"
    _written(export_data(read_output(folder), target, persons=persons), json_)
    say(f"next: ftm validate -i {target / 'entities.ftm.json'}")


@export_app.command("zip")
def zip_(
    folder: Folder,
    to: To = None,
    json_: Json = False,
) -> None:
    """Pack the dossier and what lies beside it; the same dossier gives the same bytes.

    Example: rubicon export zip out --to najin.zip
    """
    target = pack(folder, to or folder.resolve().with_suffix(".zip"))
    _written({target.name: 1}, json_)
    say(f"next: rubicon verify {target}")


def _written(rows: dict[str, int], json_: bool) -> None:
    if json_:
        answer(rows)
    else:
        for name, count in rows.items():
            print(f"{count:>8,}  {name}")


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    app.command()(sign)
    app.command()(stamp)
    app.command()(figure)
    app.add_typer(export_app, name="export")
