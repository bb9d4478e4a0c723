"""`rubicon resolve`: one ship or company across lists, AIS and reports, and what people judged."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rubicon.cli.common import Json, answer, say
from rubicon.errors import InputMissing, UsageError
from rubicon.screen.identities import from_lists, from_observations, from_vessels
from rubicon.screen.index_cache import index_of
from rubicon.screen.resolve import Identity, judge_pair, judgements, resolve
from rubicon.screen.resolve import questions as open_questions
from rubicon.store.lake import Lake
from rubicon.store.ledger import Ledger
from rubicon.store.output import read_output

Store = Annotated[Path, typer.Option("--store", help="Folder of loaded lists.")]
Fleet = Annotated[
    Path | None, typer.Option("--fleet", help="Ships seen in a lake, or in the output folder of a case.")
]
LedgerFile = Annotated[
    Path | None,
    typer.Option("--ledger", help="File of judgements; by default judgements.sqlite in the store."),
]
ANSWERS = {"yes": "same", "no": "different", "unsure": "unsure"}
resolve_app = typer.Typer(
    help="Join identities of ships and companies; judge doubtful pairs.", no_args_is_help=True
)


@resolve_app.command()
def clusters(
    store: Store = Path("lists"),
    fleet: Fleet = None,
    ledger: LedgerFile = None,
    single: Annotated[bool, typer.Option("--single", help="Also identities that stand alone.")] = False,
    json_: Json = False,
) -> None:
    """Identities that are one: by a valid number, or because a person judged so; with what contradicts it.

    Example: rubicon resolve clusters --store lists --fleet out/najin --json
    """
    known = _identities(store, fleet)
    names = {one.id: one.name for one in known}
    found = [
        one for one in resolve(known, judgements(_ledger(store, ledger))) if single or len(one.members) > 1
    ]
    if json_:
        answer({"clusters": [asdict(one) | {"names": [names[id_] for id_ in one.members]} for one in found]})
        return
    for one in found:
        told = ", ".join(f"{id_} {names[id_]}" for id_ in one.members)
        print(f"{told}{'  JUDGED DIFFERENT: a person must look' if one.conflicts else ''}")
    say(f"{len(found)} clusters of {len(known)} identities; next: rubicon resolve questions --store {store}")


@resolve_app.command()
def questions(
    store: Store = Path("lists"),
    fleet: Fleet = None,
    ledger: LedgerFile = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most questions.")] = 20,
    json_: Json = False,
) -> None:
    """Pairs that share a name and that nobody has judged, the strongest first.

    Example: rubicon resolve questions --store lists --fleet out/najin
    """
    found = open_questions(_identities(store, fleet), judgements(_ledger(store, ledger)))
    if json_:
        answer({"questions": [asdict(one) for one in found[:limit]], "left_out": max(0, len(found) - limit)})
        return
    for one in found[:limit]:
        print(f"{one.one} | {one.other}: {'; '.join(one.reasons)}")
    say(
        f"{len(found)} questions; next: rubicon resolve judge ONE OTHER --answer yes|no|unsure --who NAME --why TEXT"
    )


@resolve_app.command()
def judge(
    one: Annotated[str, typer.Argument(help="Id of an identity, as `clusters` and `questions` print it.")],
    other: Annotated[str, typer.Argument(help="Id of the other.")],
    answer_: Annotated[str, typer.Option("--answer", help="yes (the same), no (two), unsure.")],
    who: Annotated[str, typer.Option("--who", help="Who judges.")],
    why: Annotated[str, typer.Option("--why", help="On what grounds.")],
    store: Store = Path("lists"),
    ledger: LedgerFile = None,
    json_: Json = False,
) -> None:
    """Write a judgement into the ledger; a later one overrules it, none is ever erased, and a reload of lists undoes none.

    Example: rubicon resolve judge ofac-sdn:44536 ship:273331000:ANGARA:9179842 --answer yes --who "A. N." --why "same call sign"
    """
    if answer_ not in ANSWERS:
        raise UsageError(f"an answer is yes, no or unsure, got {answer_!r}")
    book = _ledger(store, ledger)
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    judge_pair(book, one, other, ANSWERS[answer_], who=who, why=why, at_utc=at)
    if json_:
        answer({"one": one, "other": other, "answer": answer_, "who": who, "why": why, "head": book.head})
    say(f"kept as entry {book.verify()}; next: rubicon resolve clusters --store {store}")


def _identities(store: Path, fleet: Path | None) -> list[Identity]:
    if not store.is_dir():
        raise InputMissing("no list is loaded there; rubicon lists load ... makes it", place=str(store))
    known = from_lists(index_of(store))
    if fleet is None:
        return known
    if (fleet / "case.json").is_file():
        tables = read_output(fleet).tables
        return [*known, *from_vessels(tables["VESSEL"]), *from_observations(tables["OBSERVATION"])]
    if not fleet.is_dir():
        raise InputMissing("no lake and no output of a case", place=str(fleet))
    return [*known, *from_vessels(Lake(fleet).vessels())]


def _ledger(store: Path, ledger: Path | None) -> Ledger:
    return Ledger(ledger or store / "judgements.sqlite")


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    app.add_typer(resolve_app, name="resolve")
