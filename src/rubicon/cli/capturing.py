"""`rubicon capture`: keep the page or file behind a claim, and write the claim down."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rubicon.cli.common import Json, Set, answer, fail, pairs, say
from rubicon.collect.capture import MAX_BYTES, Capture, Fetched, from_file
from rubicon.collect.capture import capture as keep
from rubicon.collect.claim_file import add_claim
from rubicon.collect.fetch import Limits, fetch
from rubicon.errors import FetchFailed, FetchRefused, UsageError

LIMITS = Limits(max_bytes=MAX_BYTES, total_s=120.0)


def capture(
    what: Annotated[str, typer.Argument(help="An https address, or a page, PDF or picture saved by hand.")],
    out: Annotated[Path, typer.Option(help="Folder that keeps the captures.")] = Path("captures"),
    url: Annotated[str, typer.Option(help="Where a file saved by hand came from.")] = "",
    quote: Annotated[
        str, typer.Option(help="The passage that counts: it must stand in the words of the page.")
    ] = "",
    screenshot: Annotated[
        bool, typer.Option(help="Draw the saved page where a browser is installed.")
    ] = True,
    claims: Annotated[Path | None, typer.Option(help="CSV of claims that gets a new row.")] = None,
    set_: Set = [],  # noqa: B006 - typer copies it
    json_: Json = False,
) -> None:
    """Keep the page or file behind a claim: its bytes, words, picture, hash and the quoted passage.

    With --claims a row is added, its columns given by --set. Where the page cannot be fetched the row says "original not captured".

    Example: rubicon capture page.html --url https://example.org/a --quote "more than 1,000 containers" --claims claims.csv
    --set id=C100 --set "source=White House" --set source_type=government --set date=2023-10-13 --set subject=DPRK
    --set predicate=delivered --set value=">1000" --set unit=containers
    """
    claim = pairs(set_)
    if claim and claims is None:
        raise UsageError("--set fills a row of --claims FILE", place="--set")
    remote = what.startswith(("https://", "http://"))
    made, failure = None, None
    try:
        fetched = _fetched(what) if remote else from_file(Path(what), url)
    except (FetchFailed, FetchRefused) as error:
        failure = error
    else:
        made = keep(fetched, out, quote=quote, screenshot=screenshot)
    if claims is not None:
        add_claim(claims, _row(claim, made, what if remote else url))
    if json_:
        answer(_described(made, out, claims))
    elif made is not None:
        _tell(made, out)
    if failure is not None:
        fail(failure)
        say("Original not captured." + (f" The claim stands in {claims} and says so." if claims else ""))
        raise typer.Exit(4 if claims else 3)
    say(
        f"Next: add {claims} to the case and run it."
        if claims
        else "Next: --claims FILE writes the claim down."
    )


def _fetched(url: str) -> Fetched:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "page"
        got = fetch(url, path, limits=LIMITS)
        headers = {key.replace("_", "-"): value for key, value in got.validators.items()}
        return Fetched(path.read_bytes(), got.url, datetime.now(UTC), headers)


def _row(claim: dict[str, str], made: Capture | None, url: str) -> dict[str, str]:
    """The claim's columns with what the capture knows: address, passage and hash."""
    known = [f"original sha256 {made.sha256}" if made else "original not captured"]
    if made and made.quote:
        known.insert(0, f"“{made.quote.text}” (characters {made.quote.start} to {made.quote.end})")
    note = "; ".join(filter(None, [claim.get("note", ""), *known]))
    return {"url": url, **claim, "note": note}


def _described(made: Capture | None, out: Path, claims: Path | None) -> dict[str, object]:
    if made is None:
        return {"captured": False, "claims": str(claims) if claims else None}
    return {
        "captured": True,
        "folder": str(out / made.id),
        **asdict(made),
        "claims": str(claims) if claims else None,
    }


def _tell(made: Capture, out: Path) -> None:
    say(f"{made.title or made.original}: {made.bytes:,} bytes, sha256 {made.sha256[:16]}, in {out / made.id}")
    if made.quote:
        say(f"The passage stands at characters {made.quote.start} to {made.quote.end} of text.txt.")
    if made.text is None:
        say("Its words could not be read here: a passage cannot be checked.")
    if made.screenshot is None:
        say("No picture: no browser is installed, or the kind of file needs none.")


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    app.command()(capture)
