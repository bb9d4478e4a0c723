"""Claims: collapsed to roots, held against each other, and graded where something can be said.

One vote for each root: a total computed from another (`derived_from`) adds nothing to it. A total whose
derivation nobody states stays a root of its own and is flagged when arithmetic would explain it (448 to 500
shells for a container, the factors that the South Korean ministry of defence used in 2024).

Credibility follows the Admiralty scale (6 to 1 of NATO's STANAG 2022) only where a rule says something: 2 when
an independent originator agrees, 4 in a contradiction that is real (of a denial and what it denies, the denial), 5 for a slip of unit or a lost
denominator; else null, which means "cannot be judged" and is no middle grade. Known limits: claims in words are
grouped and never held against each other; a subject is compared by its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from rubicon.assess.contradictions import contradictions
from rubicon.assess.stated import Stated, agree, near, stated
from rubicon.provenance import content_id
from rubicon.schema import CLAIM, CLAIM_ROOT, CONTRADICTION, SOURCE_RECORD, rows_to_table

SHELLS_IN_A_CONTAINER = (448.0, 500.0)
"""Factors that were stated for 152 mm shells in a 20-foot container: 448 (26 February 2024) and 500 (14 June 2024)."""
ROUNDED = 0.02
"""Slack on both ends of the factor: totals were published rounded."""
DERIVED_WITHIN_DAYS = 366
"""Reports repeat a count of containers for about a year (C036, August 2024; C044, July 2025: 500 times)."""
Row = dict[str, Any]


def judge_claims(table: pa.Table) -> dict[str, pa.Table]:
    """CLAIM with credibility filled, CLAIM_ROOT, CONTRADICTION and SOURCE_RECORD of CLAIM rows.

    The order of rows changes nothing but the order of the rows of CLAIM.
    """
    rows = table.to_pylist()
    read = sorted((stated(row) for row in rows), key=lambda one: one.claim_id)
    found = contradictions(read)
    grades = credibility(read, found)
    for row in rows:
        row["credibility"] = grades.get(row["claim_id"])
    roots_ = roots(read)
    return {
        "CLAIM": rows_to_table(rows, CLAIM),
        "CLAIM_ROOT": rows_to_table(roots_, CLAIM_ROOT),
        "CONTRADICTION": rows_to_table(
            [
                {**one, "contradiction_id": content_id("contradiction", one), "evidence_ids": one["claims"]}
                for one in found
            ],
            CONTRADICTION,
        ),
        "SOURCE_RECORD": rows_to_table(records(rows, found, grades), SOURCE_RECORD),
    }


def roots(claims: Sequence[Stated]) -> list[Row]:
    """Each root with its members; one that arithmetic would explain names its possible parent."""
    members: dict[str, list[Stated]] = {}
    for claim in claims:
        members.setdefault(claim.root, []).append(claim)
    by_id = {claim.claim_id: claim for claim in claims}
    made = []
    for root, those in sorted(members.items()):
        parent, factor = possible_parent(by_id[root], claims)
        row: Row = {
            "root": root,
            "members": [one.claim_id for one in those],
            "originators": sorted({one.originator for one in those}),
            "denial": by_id[root].denial,
            "possible_parent": parent,
            "possible_factor": factor,
        }
        row["evidence_ids"] = sorted({*row["members"], *([parent] if parent else [])})
        made.append({**row, "text": _root_text(row, by_id[root])})
    return made


def _root_text(row: Mapping[str, Any], root: Stated) -> str:
    said = f"{root.originator} stated {root.words}"
    if len(row["members"]) > 1:
        rest = [one for one in row["members"] if one != row["root"]]
        return f"{said}; {len(rest)} more {'repeats it or is' if len(rest) == 1 else 'repeat it or are'} computed from it: one vote [{', '.join(row['members'])}]."
    if row["possible_parent"]:
        return f"{said}; derivation not stated, but {row['possible_factor']:.0f} times {row['possible_parent']} gives it: it may be no independent vote [{', '.join(row['evidence_ids'])}]."
    return f"{said} [{row['root']}]."


def possible_parent(claim: Stated, claims: Iterable[Stated]) -> tuple[str | None, float | None]:
    """The earlier count of containers that 448 to 500 shells each would turn into this total of shells.

    Only for a root: a stated derivation needs no guess. Of several that fit, the latest published.
    """
    if claim.parent or claim.family != "munitions" or not claim.amount:
        return None, None
    low, high = SHELLS_IN_A_CONTAINER[0] * (1 - ROUNDED), SHELLS_IN_A_CONTAINER[1] * (1 + ROUNDED)
    fitting = [
        (other.published[0], other.claim_id, claim.amount / other.amount)
        for other in claims
        if other.family == "containers"
        and other.amount
        and other.published[0] <= claim.published[1]
        and near(claim, other, DERIVED_WITHIN_DAYS)
        and low <= claim.amount / other.amount <= high
    ]
    if not fitting:
        return None, None
    _, parent, factor = max(fitting)
    return parent, factor


def credibility(claims: Sequence[Stated], found: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Admiralty digits by claim, for the claims about which a rule says something."""
    grades: dict[str, str] = {}
    for claim in claims:
        if not claim.denial and any(agree(claim, other) for other in claims):
            grades[claim.claim_id] = "2"
    denials = {claim.claim_id for claim in claims if claim.denial}
    for one in found:
        if one["cause"] == "real":
            # A denial makes what it denies no less credible; it is what stands against all that assert it.
            doubted = denials.intersection(one["claims"]) or one["claims"]
            grades |= dict.fromkeys(doubted, "4")
    for one in found:
        if one["cause"] in ("probable_slip_of_unit", "denominator"):
            grades[one["claims"][-1]] = "5"
    return grades


def records(
    rows: Sequence[Mapping[str, Any]], found: Iterable[Mapping[str, Any]], grades: Mapping[str, str]
) -> list[Row]:
    """How each source has done in this case: claims, roots, agreements, contradictions, misreadings."""
    real = {key for one in found if one["cause"] == "real" for key in one["claims"]}
    by_source: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_source.setdefault(row["source"], []).append(row)
    return [
        {
            "source": source,
            "reliability": those[0]["reliability"],
            "claims": len(those),
            "roots": sum(row["root"] == row["claim_id"] for row in those),
            "agreeing": sum(grades.get(row["claim_id"]) == "2" for row in those),
            "contradicted": sum(row["claim_id"] in real for row in those),
            "misread": sum(grades.get(row["claim_id"]) == "5" for row in those),
            "evidence_ids": sorted(row["claim_id"] for row in those),
        }
        for source, those in sorted(by_source.items())
    ]
