"""What a case lays out beside coverage and law: windows, councils, what States said and did, and the options memo.

Only what may be published: windows come from dated reports of the case, never from a plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from rubicon.case import Case
from rubicon.collect.gather import Gathered
from rubicon.errors import RubiconError
from rubicon.respond import council, memo, record, statements, windows
from rubicon.respond.coverage import Cell


def laid_out(
    case: Case, gathered: Gathered, cells: Sequence[Cell]
) -> tuple[list[pa.Table], list[dict[str, Any]]]:
    """OPTION tables, and the facts behind them as rows of evidence.

    A table that cannot be read is named in `gathered.failed` and the rest goes on.
    """
    day = case.period.end
    known = record.Record()
    try:
        known = record.record_of((file, input_.format) for file, input_ in gathered.aside)
    except RubiconError as error:
        gathered.failed.append(error)
    found = windows.windows_of_reports(case, gathered.tables["OBSERVATION"], windows.Supposed())
    tables = [windows.window_options(windows.publishable(found, day))]
    if known.votes or known.acts:
        claims = frozenset(gathered.tables["CLAIM"]["claim_id"].to_pylist())
        entries = memo.memo(known, cells, day, claims, memo.played_options())
        tables += [
            council.council_options(known, day),
            statements.statement_options(known, cells, day),
            memo.memo_options(entries),
        ]
    return tables, [*record.fact_rows(known), *council.body_rows()]
