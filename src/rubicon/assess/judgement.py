"""What follows from the tables of a case beside its findings: claims judged, visits counted, lines watched."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from rubicon.assess.claims import judge_claims
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
    return made
