"""`rubicon lists load` and `rubicon screen`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from rubicon.cli.common import Json, answer, say
from rubicon.collect.rows import rows as csv_rows
from rubicon.errors import InputMissing, UsageError
from rubicon.provenance import source_file
from rubicon.screen import match, store
from rubicon.screen.index import Index
from rubicon.screen.judge import Query
from rubicon.screen.pairs import Pair, compare_pairs

Store = Annotated[Path, typer.Option("--store", help="Folder of loaded lists.")]
lists_app = typer.Typer(help="Load sanctions lists into a store.", no_args_is_help=True)


@lists_app.command()
def load(
    file: Annotated[Path, typer.Argument(help="List file as its publisher gives it.")],
    format_: Annotated[str, typer.Option("--format", help="Format: ofac_sdn_csv, un_xml.")],
    store_: Store,
    authority: Annotated[
        str, typer.Option(help="Who lists, such as US; by default the format's publisher.")
    ] = "",
    snapshot: Annotated[
        str, typer.Option(help="Date of this version, YYYY-MM-DD; by default from the file's name.")
    ] = "",
    extract: Annotated[
        bool, typer.Option("--extract", help="The file is a cut of the list: absence from it says nothing.")
    ] = False,
    json_: Json = False,
) -> None:
    """Load one version of one list; loading it again changes nothing.

    Example: rubicon lists load sdn_2024-05-03.csv --format ofac_sdn_csv --store lists
    """
    receipt = store.load(file, format_, store_, authority=authority, snapshot=snapshot, extract=extract)
    if json_:
        answer(asdict(receipt))
        return
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in receipt.kinds.items())
    say(f"{receipt.list_id}: {receipt.entries:,} entries ({kinds})")
    say(f"next: rubicon screen ANGARA --store {store_}")


def screen(
    text: Annotated[list[str] | None, typer.Argument(help="Names or IMO numbers.")] = None,
    store_: Store = Path("lists"),
    imo: Annotated[list[str] | None, typer.Option("--imo", help="IMO number; repeat for several.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="CSV with a column name, imo, or both.")] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(
            "--pairs", help="CSV name_a,name_b[,imo_a,imo_b,schema]: hold each pair against itself."
        ),
    ] = None,
    ignore_imo: Annotated[
        bool, typer.Option("--ignore-imo", help="With --pairs: compare by name alone.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most hits for each query.")] = 5,
    json_: Json = False,
) -> None:
    """Ask loaded lists for ships and companies; every hit says why, and the receipt says what was searched.

    With --pairs no list is needed; one that is loaded adds the former names of its ships.

    Example: rubicon screen ANGARA --store lists --json
    """
    if pairs:
        _screen_pairs(pairs, store_, ignore_imo, json_)
        return
    queries = [Query(one) for one in text or []] + [Query(imo=one) for one in imo or []]
    queries += _from_file(file) if file else []
    if not queries:
        raise UsageError("nothing to screen: give names, --imo, --file or --pairs")
    if not store_.is_dir():
        raise InputMissing("no list is loaded there; rubicon lists load ... makes it", place=str(store_))
    listings = store.listings(store_)
    index = Index(listings)
    results = [
        {"query": query.label, "imo": query.number, "hits": _hits(match.screen([query], index, limit=limit))}
        for query in queries
    ]
    receipt = match.receipt(listings)
    if json_:
        answer({"results": results, "receipt": receipt})
    else:
        _show(results, receipt)


def _screen_pairs(path: Path, store_: Path, ignore_imo: bool, json_: bool) -> None:
    """One verdict a row, in the order of the file."""
    index = Index(store.listings(store_)) if store_.is_dir() else None
    verdicts = compare_pairs(_pairs_in(path), index, ignore_imo=ignore_imo)
    if json_:
        answer({"results": verdicts, "receipt": match.receipt(store.listings(store_)) if index else None})
        return
    print("is_match,score,class,name_a,name_b")
    for one in verdicts:
        names = ",".join(f'"{one[key].replace(chr(34), chr(34) * 2)}"' for key in ("name_a", "name_b"))
        print(f"{str(one['is_match']).lower()},{one['score']},{one['class']},{names}")
    say(f"{sum(one['is_match'] for one in verdicts)} of {len(verdicts)} pairs meet")
    say("next: the same with --json for the reasons")


def _pairs_in(path: Path) -> list[Pair]:
    """Pairs from CSV with columns name_a and name_b, and where present imo_a, imo_b and schema."""
    found = []
    for row in csv_rows(source_file(path), ("name_a", "name_b")):
        name_a, name_b, imo_a, imo_b, schema = (
            row.take(name) or "" for name in ("name_a", "name_b", "imo_a", "imo_b", "schema")
        )
        found.append(Pair(name_a, name_b, imo_a, imo_b, schema, row.place))
    return found


def _from_file(path: Path) -> list[Query]:
    """Queries from CSV with a column `name`, `imo`, or both."""
    made = []
    for row in csv_rows(source_file(path), ()):
        query = Query(row.take("name") or "", row.take("imo") or "")
        if not query.text and not query.imo:
            raise UsageError("a row has neither `name` nor `imo`", place=row.place)
        made.append(query)
    return made


def _hits(table: Any) -> list[dict[str, Any]]:
    names = (
        "listing_id",
        "name",
        "imo",
        "authority",
        "class",
        "matched_on",
        "listed_from",
        "score",
        "reasons",
    )
    return [{name: row[name] for name in names} for row in table.to_pylist()]


def _show(results: list[dict[str, Any]], receipt: dict[str, Any]) -> None:
    """Hits as a table for a person, and the receipt below."""
    for result in results:
        if not result["hits"]:
            print(f"{result['query']}: no hit")
            continue
        table = Table(title=result["query"], title_justify="left")
        for column in ("class", "name", "IMO", "list", "listed from", "why"):
            table.add_column(column)
        for hit in result["hits"]:
            table.add_row(
                hit["class"],
                hit["name"],
                hit["imo"] or "",
                hit["listing_id"],
                hit["listed_from"] or "",
                "; ".join(hit["reasons"]),
            )
        Console().print(table)
    searched = ", ".join(f"{one['list_id']} ({one['entries']:,} entries)" for one in receipt["searched"])
    say(f"searched: {searched or 'nothing'}")
    say(receipt["statement"])


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    app.add_typer(lists_app, name="lists")
    app.command()(screen)
