"""`rubicon respond windows`, `council`, `statements`, `joint-action` and `memo`."""

from __future__ import annotations

from datetime import date as Date
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer
from rich.console import Console
from rich.table import Table

from rubicon.case import Case, load_case
from rubicon.cli.collecting import input_of
from rubicon.cli.common import Dates, Json, Map, SpeedUnit, Timezone, answer, say
from rubicon.collect.columns import read_positions
from rubicon.collect.gather import described
from rubicon.collect.observations import read_observations
from rubicon.collect.rows import rows
from rubicon.errors import UsageError
from rubicon.examples_folder import example
from rubicon.respond import council as councils
from rubicon.respond import joint
from rubicon.respond import memo as memos
from rubicon.respond import statements as said
from rubicon.respond import windows as wins
from rubicon.respond.coverage import FIRST_LISTING, Cell, coverage, designations_of_case
from rubicon.respond.record import record_of_case
from rubicon.schema import LISTING, OBSERVATION

CaseFile = Annotated[Path | None, typer.Option("--case", help="Case file; by default the Najin record.")]
Day = Annotated[str, typer.Option("--date", help="As of which day, YYYY-MM-DD; by default the case's last.")]
MEASURES = "resolution, committee_designation, autonomous_listing, condemnation, monitoring, inspection or high_seas_boarding"


def windows(
    case: CaseFile = None,
    positions: Annotated[
        Path | None, typer.Option(help="Track: CSV, Parquet or JSON lines of positions.")
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(help="Planned voyage in the same columns: shown here only, never published."),
    ] = None,
    flag: Annotated[str, typer.Option(help="Flag of ships that the case does not know, ISO alpha-2.")] = "",
    cargo: Annotated[str, typer.Option(help="Supposed cargo, as for `respond law`.")] = "conventional_arms",
    involvement: Annotated[str, typer.Option(help="aboard, past or none.")] = "past",
    ship_type: Annotated[str, typer.Option(help="merchant, naval_auxiliary or warship.")] = "merchant",
    map_: Map = "",
    dates: Dates = "",
    speed_unit: SpeedUnit = "",
    timezone: Timezone = "",
    json_: Json = False,
) -> None:
    """When a ship was in a jurisdiction where a paragraph bites: from its track, its plan, or dated reports.

    Without a track the dated reports of the case are used. No legal advice.

    Example: rubicon respond windows --case examples/najin/case.toml --json
    """
    used = load_case(case or example("najin"))
    supposed = wins.Supposed(cargo=cargo, involvement=involvement, ship_type=ship_type)
    found = [] if positions or plan else wins.windows_of_reports(used, observations(used), supposed)
    for path, planned in ((positions, False), (plan, True)):
        if path:
            input_ = input_of(path, "", map_, dates=dates, speed_unit=speed_unit, timezone=timezone)
            read = read_positions(path, input_, strict_header=True)
            more, notes = wins.windows_of_track(used, read.positions, supposed, flag=flag, planned=planned)
            found += more
            for note in [*read.notes, *notes]:
                say(f"note: {note}")
    if json_:
        answer({"windows": [window.record() for window in found]})
        return
    for window in found:
        print(f"{'PLANNED, not for publication: ' if window.planned else ''}{window.text}")
        for row in window.paragraphs:
            print(f"    {row['title']}, {row['verb']} ({row['verification']}): {row['text']}")
    say(
        f"{len(found)} windows. Zones are indicative; no legal advice. Next: --json for consent and obstacles"
    )


def council(
    measure: Annotated[str, typer.Option(help=MEASURES)],
    case: CaseFile = None,
    date: Day = "",
    json_: Json = False,
) -> None:
    """Which body can take a measure, by which rule, and who has held it up on which votes.

    Example: rubicon respond council --measure resolution --json
    """
    used = load_case(case or example("najin"))
    found = councils.who_can(measure, record_of_case(used), day_of(date, used))
    if json_:
        answer(found)
        return
    print(f"{found['title']}, as of {found['date']}")
    for body in found["bodies"]:
        print(f"  {councils.sentence(found['title'], body)} ({body['verification']})")
        for vote in body["record"]:
            print(f"      {vote['id']} {vote['date']} {vote['text']} ({vote['verification']})")
    say(found["note"])


def statements(case: CaseFile = None, date: Day = "", json_: Json = False) -> None:
    """Who condemned, listed, pledged, acted, denied or held up, with dates, sources and what coalitions weigh.

    Example: rubicon respond statements --json
    """
    used = load_case(case or example("najin"))
    day, record = day_of(date, used), record_of_case(used)
    cells = cells_of(used, day)
    states, groups = said.matrix(record, cells, day), said.coalitions(record, cells, day)
    if json_:
        votes = [vote.record() for vote in record.votes if vote.fact.date <= day.isoformat()]
        answer({"date": day, "columns": said.COLUMNS, "states": states, "votes": votes, "coalitions": groups})
        return
    table = Table(title=f"On the record up to {day}; an empty cell says nothing", title_justify="left")
    for column in ("State", *said.COLUMNS):
        table.add_column(column.replace("_", " "), no_wrap=True)
    for state, columns in states.items():
        table.add_row(state, *(_dates(columns[name]) for name in said.COLUMNS))
    Console().print(table)
    for group in groups:
        print(f"{group['coalition']} ({group['size']}): {said.weight_words(group)}")
    say("next: --json for every entry with its source, mark and whether the original was captured")


def _dates(entries: list[said.Entry]) -> str:
    """The first day of a cell and how many entries follow."""
    if not entries:
        return ""
    more = len(entries) - 1
    return f"{entries[0]['date']}{f' +{more}' if more else ''}"


def joint_action(
    case: CaseFile = None,
    date: Day = "",
    out: Annotated[Path | None, typer.Option(help="File for the draft annex (Markdown).")] = None,
    json_: Json = False,
) -> None:
    """Who could close which gap in coverage, on what evidence: a draft annex with numbered exhibits.

    Example: rubicon respond joint-action --out annex.md
    """
    used = load_case(case or example("najin"))
    day = day_of(date, used)
    found = joint.package(
        used, cells_of(used, day), observations(used), claim_rows(used), record_of_case(used), day
    )
    if out:
        out.write_text(found["annex"], encoding="utf-8")
    if json_:
        answer(found)
        return
    if not out:
        print(found["annex"])
    say(f"{len(found['gaps'])} gaps, {len(found['exhibits'])} exhibits. {found['disclaimer']}")


def memo(case: CaseFile = None, date: Day = "", json_: Json = False) -> None:
    """The options memo: who must act, on what basis, what it changes, how one would know, what may go wrong.

    Example: rubicon respond memo --json
    """
    used = load_case(case or example("najin"))
    day = day_of(date, used)
    claims = frozenset(row["id"] for row in claim_rows(used))
    found = memos.memo(record_of_case(used), cells_of(used, day), day, claims, memos.played_options())
    if json_:
        answer({"date": day, "options": found})
        return
    for row in found:
        print(f"{row['title']}\n  who: {row['who']}")
        for body in row["bodies"]:
            held = f", held up by {', '.join(body['held_up_by'])}" if body["held_up_by"] else ""
            print(f"      {body['measure']}: {body['body']} {body['status']}{held} ({body['verification']})")
        print(f"  basis: {row['basis_note']}")
        for one in row["paragraphs"]:
            print(f"      {one['title']} ({one['verification']})")
        weeks = "; ".join(f"{w['fall_percent']} % at {w['looks_a_week']} looks a week: {w['weeks'] or 'more than 104'} weeks" for w in row["weeks"])  # fmt: skip
        print(f"  coverage: {row['coverage']['text']}\n  sign: {row['sign']}\n  weeks of looks: {weeks}")
        print(f"  risks: {'; '.join(row['risks'])}\n  game: {row['game']['text']}")
    say("Nothing here weighs the options against each other. No legal advice, no forecast.")


def claim_rows(case: Case) -> list[dict[str, str]]:
    """Rows of the case's tables of claims, as they stand in the files."""
    found: list[dict[str, str]] = []
    for input_ in case.inputs:
        if input_.format == "claims":
            for path in case.paths(input_):
                for row in rows(
                    described(case, input_, path), ("id", "date", "source", "subject", "predicate")
                ):
                    found.append(row.fields)
    return found


def observations(case: Case) -> pa.Table:
    """The dated reports of a case."""
    parts = [OBSERVATION.empty_table()]
    for input_ in case.inputs:
        if input_.format == "observations":
            parts += [
                read_observations(described(case, input_, path), case.ports)[0] for path in case.paths(input_)
            ]
    return pa.concat_tables(parts)


def cells_of(case: Case, day: Date) -> list[Cell]:
    """Coverage of the ships of a case, from its own facts."""
    ships = {ship.imo: ship.name for ship in case.ships if ship.imo}
    event: Any = case.first_evidence or FIRST_LISTING
    return coverage(ships, designations_of_case(case), LISTING.empty_table(), day=day, from_event=event)


def day_of(text: str, case: Case) -> Date:
    """The day asked about, or the last of the case.

    Raises UsageError for text that is no date.
    """
    try:
        return Date.fromisoformat(text) if text else case.period.end
    except ValueError as error:
        raise UsageError(str(error), place="--date") from error


def add_to(respond_app: typer.Typer) -> None:
    """Put these verbs under `rubicon respond`."""
    for verb in (windows, council, statements, memo):
        respond_app.command()(verb)
    respond_app.command("joint-action")(joint_action)
