"""What follows from the tables of a case beside its findings: claims judged, visits counted, lines watched."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from rubicon.assess.claims import judge_claims
from rubicon.assess.counts import counts
from rubicon.assess.sequences import effects
from rubicon.assess.visits import visits
from rubicon.case import Case
from rubicon.schema import TABLES

GIVES = (
    "CLAIM", "CLAIM_ROOT", "CONTRADICTION", "SOURCE_RECORD", "VISIT", "COUNT", "EFFECT", "RED_LINE", "ACH_ROW",
    "FINDING_VERSION",
)  # fmt: skip


def judge(case: Case, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables named in `GIVES`, each of its schema, empty where the case gives nothing to judge."""
    made = {name: TABLES[name].empty_table() for name in GIVES}
    made |= judge_claims(tables["CLAIM"])
    made["VISIT"] = visits(case, tables["OBSERVATION"])
    made["COUNT"] = counts(case, {**tables, **made})
    made["EFFECT"] = effects(case, tables)
    return made
