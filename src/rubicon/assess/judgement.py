"""What follows from the tables of a case beside its findings: claims judged, visits counted, lines watched."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from rubicon.assess.ach import ach_rows
from rubicon.assess.claims import judge_claims
from rubicon.assess.counts import counts
from rubicon.assess.redlines import red_lines
from rubicon.assess.sequences import effects
from rubicon.assess.stability import versions
from rubicon.assess.visits import visits
from rubicon.case import Case
from rubicon.schema import TABLES

GIVES = (
    "FINDING", "CLAIM", "CLAIM_ROOT", "CONTRADICTION", "SOURCE_RECORD", "VISIT", "COUNT", "EFFECT", "RED_LINE", "ACH_ROW",
    "FINDING_VERSION",
)  # fmt: skip


def judge(case: Case, tables: Mapping[str, pa.Table], earlier: pa.Table | None = None) -> dict[str, pa.Table]:
    """The tables named in `GIVES`, each of its schema, empty where the case gives nothing to judge.

    `earlier` are the FINDING_VERSION rows of the run before, which are kept.
    """
    made = {name: TABLES[name].empty_table() for name in GIVES}
    made |= judge_claims(tables["CLAIM"])
    made["VISIT"] = visits(case, tables["OBSERVATION"])
    made["COUNT"] = counts(case, {**tables, **made})
    made["EFFECT"] = effects(case, {**tables, **made})
    made["RED_LINE"] = red_lines(case, tables)
    made["FINDING"] = tables["FINDING"]
    made["ACH_ROW"] = ach_rows(tables["FINDING"])
    made["FINDING_VERSION"] = versions(tables["FINDING"], earlier)
    return made
