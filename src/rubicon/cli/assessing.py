"""`rubicon assess`: claims traced to roots, effects tested, evidence fused, visits counted, red lines watched."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from rubicon.assess import redlines as red_line_rules
from rubicon.assess.ach import compare, read_matrix
from rubicon.assess.claims import judge_claims
from rubicon.assess.effect import effect as run_effect
from rubicon.assess.effect import p_words
from rubicon.assess.fusion import fuse as fuse_items
from rubicon.assess.fusion import sensitivity
from rubicon.assess.fusion_file import read_window
from rubicon.assess.weights import weights
from rubicon.assess.words import clamp, percent, words
from rubicon.cli.common import Json, answer, rows, say
from rubicon.collect.claims import read_claims, read_grades
from rubicon.collect.daily_counts import read_daily_counts
from rubicon.collect.rows import rows as table_rows
from rubicon.collect.timeline import read_timeline
from rubicon.errors import NoUsableRows, UsageError
from rubicon.provenance import source_file
from rubicon.store.output import read_output

assess_app = typer.Typer(
    help="What the evidence says and how surely: claims, effects, counts, red lines.", no_args_is_help=True
)


@assess_app.command()
def claims(
    file: Annotated[Path, typer.Argument(help="CSV: id, date, source, source_type, subject, predicate, value, unit, period_start, period_end, derived_from, url, note; or a timeline (.json).")],
    grades: Annotated[Path | None, typer.Option(help="CSV: source, reliability (A to F), reason.")] = None,
    json_: Json = False,
) -> None:  # fmt: skip
    """Trace claims to their roots and name the cause of each contradiction.

    Example: rubicon assess claims examples/najin/claims.csv --json
    """
    graded = read_grades(source_file(grades)) if grades else {}
    read = read_timeline if file.suffix.lower() == ".json" else read_claims
    table, notes = read(source_file(file), graded)
    for note in notes:
        say(f"note: {note}")
    made = judge_claims(table)
    if json_:
        answer(claims_document({name: one.to_pylist() for name, one in made.items()}))
        return
    roots = made["CLAIM_ROOT"].to_pylist()
    print(f"{table.num_rows} claims on {len(roots)} roots, {made['CONTRADICTION'].num_rows} contradictions")
    for root in roots:
        if len(root["members"]) > 1 or root["possible_parent"]:
            print(f"  {root['text']}")
    for one in made["CONTRADICTION"].to_pylist():
        print(f"  {one['cause'].replace('_', ' ')}: {one['reason']}")
    say("next: --json for all fields, --grades FILE for the reliability of sources")


def claims_document(made: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The JSON answer: claims, roots, contradictions; a derivation found by arithmetic says `inferred`."""
    possible = {row["root"]: row for row in made["CLAIM_ROOT"] if row["possible_parent"]}
    return {
        "claims": [
            {
                "id": row["claim_id"],
                "root": row["root"],
                "reliability": row["reliability"],
                "credibility": row["credibility"],
                "derived_from": row["derived_from"],
                "factor": row["factor"],
                "originator": row["originator"],
                "denial": "denial" in row["source_type"],
                "bound": row["bound"],
                "low": row["low"],
                "high": row["high"],
                "denominator": row["denominator"],
                "unit": row["unit"],
                **_inferred(possible.get(row["claim_id"])),
            }
            for row in made["CLAIM"]
        ],
        "roots": [
            {
                "root": row["root"],
                "members": row["members"],
                "originators": row["originators"],
                **_inferred(possible.get(row["root"])),
            }
            for row in made["CLAIM_ROOT"]
        ],
        "contradictions": [{key: row[key] for key in ("claims", "cause", "reason")} for row in made["CONTRADICTION"]],
        "sources": made["SOURCE_RECORD"],
    }  # fmt: skip


def _inferred(root: dict[str, Any] | None) -> dict[str, Any]:
    if root is None:
        return {}
    return {
        "inferred": True,
        "derivation": "not stated",
        "possibly_derived_from": root["possible_parent"],
        "possible_factor": root["possible_factor"],
    }


@assess_app.command()
def effect(
    counts_: Annotated[Path, typer.Option("--counts", help="CSV: date, port, imaged (0, 1 or a number of images), calls.")],
    event: Annotated[list[str], typer.Option("--event", help="Day of the event, YYYY-MM-DD; repeat for several.")],
    port: Annotated[str, typer.Option(help="Port that the numbers at the top are about; else the busiest before the event.")] = "",
    seed: Annotated[int, typer.Option(help="Seed of the permutations of the change-point scan.")] = 0,
    json_: Json = False,
) -> None:  # fmt: skip
    """Test whether calls changed after an event: rate ratio for imaged days, p, power, displacement.

    Example: rubicon assess effect --counts counts.csv --event 2024-05-01 --json
    """
    table, notes = read_daily_counts(source_file(counts_))
    for note in notes:
        say(f"note: {note}")
    made = run_effect(table, [_day(one) for one in event], port=port, seed=seed)
    if json_:
        answer(made)
        return
    print(made["text"])
    for one in made["displacement"]:
        print(
            f"{one['from_port']} to {one['to_port']}: {one['text']}"
            + (f" ({p_words(one['p'])})" if one["p"] is not None else "")
        )
    for limit in made["limits"]:
        say(f"note: {limit}")
    say("next: --json for power at other falls, the regression, and the change-point scan")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("expected a day such as 2024-05-01", place=text) from error


@assess_app.command()
def counts(
    folder: Annotated[Path, typer.Argument(help="Folder that `rubicon run` wrote.")], json_: Json = False
) -> None:
    """Calls seen at each port of a case, put together from dated looks, with bounds; totals of others beside them.

    Example: rubicon assess counts rubicon-demo/najin
    """
    tables = read_output(folder).tables
    if json_:
        answer({"counts": rows(tables["COUNT"]), "visits": rows(tables["VISIT"])})
        return
    for row in tables["COUNT"].to_pylist():
        print(row["text"], *row["quoted"], sep="\n  ")
    for row in tables["VISIT"].to_pylist():
        print(f"  {row['text']}")
    say("next: --json for times and brackets")


@assess_app.command()
def versions(
    folder: Annotated[Path, typer.Argument(help="Folder that `rubicon run` wrote, more than once.")], json_: Json = False
) -> None:  # fmt: skip
    """Every answer that was given to each question, oldest first, and what changed when later data came.

    Run a case again into the same folder after its inputs grew: earlier answers are kept.

    Example: rubicon assess versions rubicon-demo/najin
    """
    found = read_output(folder).tables["FINDING_VERSION"].to_pylist()
    if json_:
        answer({"versions": found})
        return
    several = {(row["question_id"], row["subject"]) for row in found if row["version"] > 1}
    for row in sorted(found, key=lambda row: (row["question_id"], row["subject"], row["version"])):
        if (row["question_id"], row["subject"]) in several:
            changed = f" ({row['changed']})" if row["changed"] else ""
            print(f"{row['question_id']}, version {row['version']}{changed}: {row['answer']}")
    print(f"{len(found)} answers; {len(several)} questions were answered again")
    say("next: --json for the evidence behind each version")


@assess_app.command()
def redlines(
    folder: Annotated[Path | None, typer.Argument(help="Folder that `rubicon run` wrote.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="Name all lines with their indicators instead.")] = False,
    json_: Json = False,
) -> None:  # fmt: skip
    """Red lines of a case: what could be seen, what was, and what these sources cannot see.

    Example: rubicon assess redlines rubicon-demo/najin
    """
    if list_:
        known = list(red_line_rules.lines().values())
        if json_:
            answer(known)
        for line in [] if json_ else known:
            print(
                f"{line['id']}: {line['text']}", *(f"  {one['text']}" for one in line["indicators"]), sep="\n"
            )
        return
    if folder is None:
        raise UsageError("give the folder of a run, or --list")
    found = read_output(folder).tables["RED_LINE"]
    if json_:
        answer({"red_lines": rows(found)})
        return
    for row in found.to_pylist():
        print(row["answer"])
        for one in row["indicators"]:
            ids = f" [{', '.join(one['evidence_ids'])}]" if one["evidence_ids"] else ""
            print(f"    {one['text']}: {one['state'].replace('_', ' ')}{ids}")
        if row["next_indicator"]:
            print(f"    next: {row['next_indicator']}")


@assess_app.command()
def ach(
    file: Annotated[Path, typer.Argument(help="CSV: evidence, root, and a column for each hypothesis with a likelihood such as 0.8 or 0.5-0.9.")],
    json_: Json = False,
) -> None:  # fmt: skip
    """Rank competing hypotheses by inconsistency and by Bayes; name the item on which the ranking turns.

    Example: rubicon assess ach matrix.csv --json
    """
    table = [dict(row.fields) for row in table_rows(source_file(file), ("evidence",))]
    if not table:
        raise NoUsableRows("no row after the header", place=str(file))
    made = compare(read_matrix(table))
    if json_:
        answer(made)
        return
    for one in made["ranking"]:
        print(
            f"{one['hypothesis']}: {one['inconsistency_bits']:.1f} bits against it; {one['words']}, {percent(one['probability'])} "
            f"({percent(one['probability_low'])} to {percent(one['probability_high'])})"
        )
    print(f"turns on: {made['turns_on'] or 'no single item'}")


@assess_app.command()
def fuse(
    file: Annotated[Path, typer.Argument(help="JSON: ships {name: prior}, detections {id: expected unknown ships}, chance_detected, items [{item_id, ship, ratio, root, cluster, detection}].")],
    rho: Annotated[float | None, typer.Option(help="Correlation of roots in one cluster, 0 to 1; else the stated weight.")] = None,
    json_: Json = False,
) -> None:  # fmt: skip
    """Fuse items of evidence about several ships: copies are one vote, ships compete for detections.

    Example: rubicon assess fuse window.json --json
    """
    window, items = read_window(source_file(file))
    weight = weights()["rho"] if rho is None else rho
    made = fuse_items(window, items, rho=weight)
    told = {ship: sensitivity(window, items, ship, rho=weight) for ship in window.priors}
    ships: list[dict[str, Any]] = [
        {
            "ship": ship, "probability": p, "words": words(p), "probability_low": told[ship].low,
            "probability_high": told[ship].high, "sensitive_to": told[ship].most or None,
            "probability_without": told[ship].without,
        }
        for ship, p in made.called.items()
    ]  # fmt: skip
    if json_:
        detections = [
            {
                "detection": one,
                "none_of_these_ships": clamp(p),
                "ships": {ship: clamp(made.pairs[ship, one]) for ship in window.priors},
            }
            for one, p in made.unknown.items()
        ]
        answer({"ships": ships, "detections": detections, "rho": weight})
        return
    for each in ships:
        print(
            f"{each['ship']}: {each['words']} ({percent(each['probability'])}, {percent(each['probability_low'])} to "
            f"{percent(each['probability_high'])}); without {each['sensitive_to'] or 'any one item'}: {percent(each['probability_without'])}"
        )


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    app.add_typer(assess_app, name="assess")
