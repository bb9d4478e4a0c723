"""`rubicon assess`: claims traced to roots, effects tested, evidence fused, visits counted, red lines watched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rubicon.assess.claims import judge_claims
from rubicon.cli.common import Json, answer, say
from rubicon.collect.claims import read_claims, read_grades
from rubicon.provenance import source_file

assess_app = typer.Typer(
    help="What the evidence says and how surely: claims, effects, counts, red lines.", no_args_is_help=True
)


@assess_app.command()
def claims(
    file: Annotated[Path, typer.Argument(help="CSV: id, date, source, source_type, subject, predicate, value, unit, period_start, period_end, derived_from, url, note.")],
    grades: Annotated[Path | None, typer.Option(help="CSV: source, reliability (A to F), reason.")] = None,
    json_: Json = False,
) -> None:  # fmt: skip
    """Trace claims to their roots and name the cause of each contradiction.

    Example: rubicon assess claims examples/najin/claims.csv --json
    """
    graded = read_grades(source_file(grades)) if grades else {}
    table, notes = read_claims(source_file(file), graded)
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


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    app.add_typer(assess_app, name="assess")
