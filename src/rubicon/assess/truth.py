"""What happened in a simulated case, set beside its findings after they were made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from rubicon.case import Case
from rubicon.schema import FINDING, rows_to_table

CALLED, DID_NOT_CALL = "called", "did not call"


def beside(case: Case, findings: pa.Table, truth: pa.Table) -> pa.Table:
    """Findings with `truth` filled: whether the ship called at the port within the finding's window."""
    calls = [row for row in truth.to_pylist() if row["event"] == CALLED]
    ids = {ship.name: ship.vessel_id for ship in case.ships}
    made = findings.to_pylist()
    for finding in made:
        if finding["kind"] == "which":
            finding["truth"] = _which(finding, ids, calls)
        else:
            finding["truth"] = _truth(finding, ids.get(finding["vessel"] or ""), calls)
    return rows_to_table(made, FINDING)


def _which(finding: dict[str, Any], ids: Mapping[str, str], calls: list[dict[str, Any]]) -> str:
    """Whether the ship that ranks first called; for "none of these ships", whether none of them did."""
    first = finding["hypotheses"][0]["id"]
    if first in ids:
        return _truth(finding, ids[first], calls)
    theirs = [_truth(finding, one, calls) for one in ids.values()]
    return DID_NOT_CALL if CALLED in theirs else CALLED


def _truth(finding: dict[str, Any], vessel_id: str | None, calls: list[dict[str, Any]]) -> str:
    for call in calls:
        same = call["port"] == finding["port"] and vessel_id in (None, call["vessel_id"])
        if same and call["start"] <= finding["end"] and (call["end"] or call["start"]) >= finding["start"]:
            return CALLED
    return DID_NOT_CALL
