"""`rubicon lists load, update, show` and `rubicon screen`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from rubicon.cli.common import Json, answer, end, say
from rubicon.collect.rows import rows as csv_rows
from rubicon.errors import InputMissing, UsageError
from rubicon.identifiers import imo_valid, normalise_imo
from rubicon.provenance import source_file
from rubicon.registry import lists
from rubicon.screen import bitemporal, match, store
from rubicon.screen.births import iso_birth
from rubicon.screen.fleet import changes, fleet_of
from rubicon.screen.history import history
from rubicon.screen.index_cache import index_of
from rubicon.screen.judge import Query
from rubicon.screen.pairs import Pair, compare_pairs
from rubicon.screen.tables import KEPT_SNAPSHOT
from rubicon.screen.tables import kept as kept_tables
from rubicon.screen.update import FETCHED
from rubicon.screen.update import update as update_lists
from rubicon.store.lake import Lake
from rubicon.store.output import read_output

Store = Annotated[Path, typer.Option("--store", help="Folder of loaded lists.")]
lists_app = typer.Typer(help="Load sanctions lists into a store.", no_args_is_help=True)


@lists_app.command()
def load(
    file: Annotated[Path, typer.Argument(help="List file as its publisher gives it.")],
    format_: Annotated[
        str,
        typer.Option("--format", help=f"Format: {', '.join(name.replace('-', '_') for name in lists())}."),
    ],
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
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            "--beside", help="File of the same day that belongs to the list: OFAC's ALT.CSV or ADD.CSV."
        ),
    ] = None,
    json_: Json = False,
) -> None:
    """Load one version of one list; loading it again changes nothing.

    Example: rubicon lists load sdn_2024-05-03.csv --format ofac_sdn_csv --beside alt.csv --store lists
    """
    receipt = store.load(
        file, format_, store_, authority=authority, snapshot=snapshot, extract=extract, beside=beside or ()
    )
    if json_:
        answer(asdict(receipt))
        return
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in receipt.kinds.items())
    say(f"{receipt.list_id}: {receipt.entries:,} entries ({kinds})")
    say(f"next: rubicon screen ANGARA --store {store_}")


@lists_app.command()
def update(
    store_: Store,
    format_: Annotated[
        list[str] | None,
        typer.Option("--format", help="Format; repeat for several, by default all with an address."),
    ] = None,
    json_: Json = False,
) -> None:
    """Fetch the lists that their publishers give as files, and load those that changed.

    A list that shrank by more than a tenth or changed its schema is refused, and its last good version stays.

    Example: rubicon lists update --store lists --format un_xml
    """
    formats = [name.replace("_", "-") for name in format_ or FETCHED]
    found = update_lists(store_, formats, today=datetime.now(UTC).date())
    if json_:
        answer(
            [
                {
                    "format": one.format,
                    "status": one.status,
                    "url": one.url,
                    "receipt": one.receipt and asdict(one.receipt),
                    "error": one.error and one.error.record(),
                }
                for one in found
            ]
        )
    else:
        for one in found:
            say(f"{one.format}: {one.status}{f', {one.receipt.entries:,} entries' if one.receipt else ''}")
        say(f"next: rubicon screen ANGARA --store {store_}")
    end([one.error for one in found if one.error], used=any(not one.error for one in found))


@lists_app.command()
def kept(store_: Store, json_: Json = False) -> None:
    """Load the hand-kept tables that travel with the package: parts of lists that their publishers give as documents.

    Every row names its source and how far it was checked; nothing follows from absence in them.

    Example: rubicon lists kept --store lists
    """
    loaded = [
        store.load(path, format_, store_, snapshot=KEPT_SNAPSHOT, extract=True)
        for format_, path in kept_tables()
    ]
    if json_:
        answer([asdict(one) for one in loaded])
        return
    for one in loaded:
        print(f"{one.authority}  {one.list_id}  {one.entries:,} entries")
    say(f"next: rubicon screen ANGARA --store {store_}")


@lists_app.command()
def show(store_: Store, json_: Json = False) -> None:
    """Say which versions of which lists are loaded.

    Example: rubicon lists show --store lists
    """
    found = store.receipts(store_)
    if json_:
        answer([asdict(one) for one in found])
        return
    for one in found:
        print(f"{one.authority}  {one.list_id}  {one.entries:,} entries  sha256 {one.sha256[:16]}")
    say("next: rubicon screen ANGARA --store " + str(store_))


@lists_app.command("history")
def history_(
    text: Annotated[list[str], typer.Argument(help="IMO numbers, or ids of entries such as ofac-sdn:4238.")],
    store_: Store,
    known_on: Annotated[
        str, typer.Option("--known-on", help="Only list versions published by this day, YYYY-MM-DD.")
    ] = "",
    json_: Json = False,
) -> None:
    """Names, identifiers, designations and owners of an entry as dated rows: stated days, and the versions that have each.

    Example: rubicon lists history 9179842 --store lists --json
    """
    table = bitemporal.known(store.listings(store_), _day(known_on))
    numbers = {normalise_imo(one) for one in text if imo_valid(one)}
    ids = {
        id_
        for id_, imo in zip(table["listing_id"].to_pylist(), table["imo"].to_pylist(), strict=True)
        if id_ in text or (imo and imo in numbers)
    }
    found = history(table, ids)
    if json_:
        answer({"facts": found, "receipt": match.receipt(table) | {"known_on": known_on or None}})
        return
    for one in found:
        value = one.get("text") or one.get("raw") or one.get("programme") or one.get("owner") or ""
        until = f", gone by {one['gone_by']}" if one["gone_by"] else ""
        print(
            f"{one['listing_id']}  {one['sort']:<12} {value}  seen {one['first_seen']} to {one['last_seen']}{until}"
        )
    say(
        f"{len(found)} facts of {len(ids)} entries; next: rubicon screen --imo N --as-of DAY --known-on DAY --store {store_}"
    )


def screen(
    text: Annotated[list[str] | None, typer.Argument(help="Names or IMO numbers.")] = None,
    store_: Store = Path("lists"),
    imo: Annotated[list[str] | None, typer.Option("--imo", help="IMO number; repeat for several.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="CSV with a column name, imo, or both; and born, for persons."),
    ] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(
            "--pairs", help="CSV name_a,name_b[,imo_a,imo_b,schema]: hold each pair against itself."
        ),
    ] = None,
    ignore_imo: Annotated[
        bool, typer.Option("--ignore-imo", help="With --pairs: compare by name alone.")
    ] = False,
    fleet: Annotated[
        Path | None,
        typer.Option("--fleet", help="All ships seen in a lake, or in the output folder of a case."),
    ] = None,
    changed_since: Annotated[
        str, typer.Option("--changed-since", help="Only answers that lists published after this day changed.")
    ] = "",
    born: Annotated[
        str, typer.Option("--born", help="Date of birth of the person asked: YYYY, YYYY-MM or YYYY-MM-DD.")
    ] = "",
    as_of: Annotated[
        str, typer.Option("--as-of", help="Entries that stood on their list on this day, YYYY-MM-DD.")
    ] = "",
    known: Annotated[
        str,
        typer.Option("--known-on", "--known", help="Only list versions published by this day, YYYY-MM-DD."),
    ] = "",
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
    queries = [Query(one, born=_birth(born)) for one in text or []] + [Query(imo=one) for one in imo or []]
    queries += _from_file(file) if file else []
    queries += _ships_in(fleet) if fleet else []
    if not queries:
        raise UsageError("nothing to screen: give names, --imo, --file, --fleet or --pairs")
    if not store_.is_dir():
        raise InputMissing("no list is loaded there; rubicon lists load ... makes it", place=str(store_))
    if changed_since:
        _show_changes(queries, store_, changed_since, json_)
        return
    listings = bitemporal.known(store.listings(store_), _day(known))
    index = index_of(store_, as_of=_day(as_of), known=_day(known))
    results = [
        {"query": query.label, "imo": query.number, "hits": _hits(match.screen([query], index, limit=limit))}
        for query in queries
    ]
    receipt = match.receipt(listings) | {"as_of": as_of or None, "known": known or None}
    if json_:
        answer({"results": results, "receipt": receipt})
    else:
        _show(results, receipt)


def _screen_pairs(path: Path, store_: Path, ignore_imo: bool, json_: bool) -> None:
    """One verdict a row, in the order of the file."""
    index = index_of(store_) if store_.is_dir() else None
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


def _ships_in(folder: Path) -> list[Query]:
    """Ships of a case's output, or else of a lake."""
    if (folder / "case.json").is_file():
        return fleet_of(read_output(folder).tables["VESSEL"])
    if not folder.is_dir():
        raise InputMissing("no lake and no output of a case", place=str(folder))
    return fleet_of(Lake(folder).vessels())


def _show_changes(queries: list[Query], store_: Path, since: str, json_: bool) -> None:
    """Answers that the lists since a day changed."""
    found = changes(queries, index_of(store_, known=_day(since)), index_of(store_))
    if json_:
        answer(
            {
                "changes": [
                    asdict(one) | {"query": one.query.label, "imo": one.query.number} for one in found
                ],
                "receipt": match.receipt(store.listings(store_)),
            }
        )
        return
    for one in found:
        print(f"{one.query.label}: {one.listing_id} {one.name}: {one.before} -> {one.after}")
    say(f"{len(found)} answers changed since {since}")
    say("next: read the findings that name these ships again")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"a day is written YYYY-MM-DD, got {text!r}") from None


def _birth(text: str) -> tuple[str, ...]:
    if text and iso_birth(text) is None:
        raise UsageError(f"a date of birth is written YYYY, YYYY-MM or YYYY-MM-DD, got {text!r}")
    return (text,) if text else ()


def _from_file(path: Path) -> list[Query]:
    """Queries from CSV with a column `name`, `imo`, or both."""
    made = []
    for row in csv_rows(source_file(path), ()):
        query = Query(row.take("name") or "", row.take("imo") or "", born=_birth(row.take("born") or ""))
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
