"""`rubicon dossier`: one document of a finished run, filled from a template with fixed fields."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rubicon.cli.common import Json, answer, say
from rubicon.errors import OptionError
from rubicon.geo.coast import load_coast
from rubicon.registry import named
from rubicon.report import templates
from rubicon.report.figures import Plates
from rubicon.report.reopen import source_of
from rubicon.store.output import read_output

FORMATS = ("html", "pdf")


def dossier(
    template: Annotated[str, typer.Argument(help=f"{', '.join(templates.templates())}.")],
    case: Annotated[Path, typer.Option(help="A folder that `rubicon run` wrote.")] = Path("."),
    about: Annotated[str, typer.Option(help="A ship, a port or a picture of the case; else its first.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="File to write, .html or .pdf; else both, in the case's folder.")
    ] = None,
    list_: Annotated[
        bool, typer.Option("--list", help="Print what the template can be about, and end.")
    ] = False,
    json_: Json = False,
) -> None:
    """Fill a template from a finished run: vessel profile, voyage, presence, annex, chip; as page and as PDF.

    Example: rubicon dossier vessel-profile --case out --about Angara --out angara.pdf
    """
    output = read_output(case)
    source = source_of(output)
    if list_:
        _list(list(named(templates.templates(), template, "template").subjects(source)), json_)
        return
    made = templates.fill(template, source, Plates(output.case, output.tables, load_coast()), about)
    targets = (
        [out]
        if out
        else [case / f"{templates.stem(made.template, about, output.case)}.{each}" for each in FORMATS]
    )
    for target in targets:
        kind = target.suffix.removeprefix(".").lower()
        if kind not in FORMATS:
            raise OptionError("the file must end in .html or .pdf", place=str(target))
        html = kind == "html"
        target.write_bytes(
            templates.document_html(source, made).encode() if html else templates.document_pdf(source, made)
        )
    if json_:
        fields = [section.title for section in made.sections]
        answer(
            {
                "template": made.template,
                "title": made.title,
                "fields": fields,
                "files": [str(each) for each in targets],
            }
        )
    else:
        for target in targets:
            print(target)
    say(
        "the dossier in the folder is unchanged: name the document in the case file (`documents`) to seal it with the next run"
    )


def _list(subjects: list[str], json_: bool) -> None:
    if json_:
        answer({"subjects": subjects})
    for each in [] if json_ else subjects:
        print(each)


def add_to(app: typer.Typer) -> None:
    """Put the verb of this room on the command line."""
    app.command()(dossier)
