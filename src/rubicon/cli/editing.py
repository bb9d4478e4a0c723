"""`rubicon text` and `rubicon diff`: what analysts write around findings, and what changed between two dossiers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rubicon.cli.common import Json, answer, say
from rubicon.errors import VerificationFailed
from rubicon.report import compare as comparing
from rubicon.report import edits

Folder = Annotated[Path, typer.Argument(help="A folder that `rubicon run` wrote.")]
text_app = typer.Typer(
    no_args_is_help=True, help="Text around findings, whose numbers follow them: start, check, accept."
)


@text_app.command("start")
def start(folder: Folder, json_: Json = False) -> None:
    """Write DIR/text.md: a paragraph for each finding, its answer as a reference. An existing text is left alone.

    Example: rubicon text start out
    """
    path = edits.start(folder)
    if json_:
        answer({"file": str(path)})
    say(f"next: edit {path}, then rubicon text accept {folder} --why 'first draft'")


@text_app.command("check")
def check(folder: Folder, json_: Json = False) -> None:
    """Say which references of the text are stale, and which numbers are typed by hand; ends with 5 when one is stale.

    Example: rubicon text check out
    """
    found, typed, same = edits.check(folder)
    if json_:
        references = [
            {
                "reference": each.reference, "status": each.status, "now": each.now.text if each.now else None,
                "accepted": each.accepted.text if each.accepted else None, "told": each.told,
            }
            for each in found
        ]  # fmt: skip
        answer(
            {
                "references": references,
                "typed_numbers": [{"line": line, "number": text} for line, text in typed],
                "accepted": same,
            }
        )
    else:
        for each in found:
            print(f"{each.status:<8}  {{{each.reference}}}: {each.told}")
        for line, text in typed:
            print(f"typed     line {line}: {text} follows no finding")
    stale = [each.reference for each in found if each.stale]
    if stale:
        raise VerificationFailed(
            f"{len(stale)} of {len(found)} references are stale", place=", ".join(stale[:5])
        )
    say("the dossier holds this text" if same else f"next: rubicon text accept {folder} --why REASON")


@text_app.command("accept")
def accept(
    folder: Folder,
    why: Annotated[
        str, typer.Option("--why", help="Reason of the edit, for the custody log, which is published.")
    ],
    json_: Json = False,
) -> None:
    """Put DIR/text.md into the dossier: values are accepted as they are, the custody log gains a line, the bag is sealed again.

    Example: rubicon text accept out --why "rewritten after the image of 14 March"
    """
    found = edits.accept(folder, why)
    if json_:
        answer({"references": len(found), "bag": str(folder / "dossier")})
    say(
        f"{len(found)} references accepted; a signature or time stamp made before no longer fits. next: rubicon verify {folder}"
    )


def diff(
    old: Annotated[Path, typer.Argument(help="The earlier dossier: folder, bag or zip.")],
    new: Annotated[Path, typer.Argument(help="The later one.")],
    json_: Json = False,
) -> None:
    """Say what changed between two versions of a dossier, and why: findings, counts, evidence, inputs, texts.

    Example: rubicon diff najin-may.zip out
    """
    versions = comparing.version(old), comparing.version(new)
    made = comparing.compare(*versions)
    if json_:
        answer(made)
    else:
        for line in comparing.in_words(made):
            print(line)
    for each in versions:
        if not each.whole:
            say(f"{each.place} is not as it was sealed: rubicon verify {each.place}")


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    app.add_typer(text_app, name="text")
    app.command()(diff)
