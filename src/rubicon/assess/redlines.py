"""Red lines: for each line of the ladder what could be seen, what was, and what nobody with these sources can see.

An indicator is `observed` when a dated look of the record shows it, `not_observed` when a source of the case
could have seen it and none did (which is not absence), and else `not_observable_with_these_sources`. A claim is
no observation. "Crossed" is said only on an indicator that shows the thing itself, and names its evidence.

The lines stand in `redlines.yml`: rule, claim, indicators, other explanations. Known false results: patterns read
words of reports, and a report that words the same thing otherwise is not found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import pyarrow as pa
import yaml

from rubicon.case import Case
from rubicon.errors import OptionError
from rubicon.schema import RED_LINE, rows_to_table

OBSERVED, NOT_OBSERVED, NOT_OBSERVABLE = "observed", "not_observed", "not_observable_with_these_sources"
STATE_WORDS = {
    OBSERVED: "indicators observed",
    NOT_OBSERVED: "no indicator observed, which is not absence",
    NOT_OBSERVABLE: "not observable with these sources",
}
SENSORS = {"image": "satellite images", "ais": "AIS", "report": "published reports"}
Row = Mapping[str, Any]


@cache
def lines() -> dict[str, dict[str, Any]]:
    """The lines by id, as `redlines.yml` states them."""
    text = resources.files("rubicon.assess").joinpath("redlines.yml").read_text(encoding="utf-8")
    return {line["id"]: line for line in yaml.safe_load(text)}


def red_lines(case: Case, tables: Mapping[str, pa.Table]) -> pa.Table:
    """RED_LINE rows of the lines that the case watches, in its order.

    Raises OptionError for a line that does not exist.
    """
    if unknown := sorted(set(case.red_lines) - set(lines())):
        raise OptionError(f"no such red line; there are {', '.join(lines())}", place=unknown[0])
    looks = sorted(tables["OBSERVATION"].to_pylist(), key=lambda row: (row["start"], row["observation_id"]))
    claims = sorted(tables["CLAIM"].to_pylist(), key=lambda row: (row["date_stated"], row["claim_id"]))
    sources = sources_of(tables)
    return rows_to_table([_line(lines()[one], looks, claims, sources) for one in case.red_lines], RED_LINE)


def sources_of(tables: Mapping[str, pa.Table]) -> frozenset[str]:
    """Kinds of source that the case has."""
    rows = {"image": ("OBSERVATION", "DETECTION"), "ais": ("EVENT",), "report": ("CLAIM", "OBSERVATION")}
    return frozenset(
        kind
        for kind, names in rows.items()
        if any(name in tables and tables[name].num_rows for name in names)
    )


def _line(line: Row, looks: Sequence[Row], claims: Sequence[Row], sources: frozenset[str]) -> dict[str, Any]:
    indicators = [_indicator(one, looks, sources) for one in line["indicators"]]
    claimed = [row for row in claims if _claims(line.get("claim"), row)]
    seen = [row for row in looks if any(row["observation_id"] in one["evidence_ids"] for one in indicators)]
    states = [one["state"] for one in indicators]
    state = next((each for each in (OBSERVED, NOT_OBSERVED) if each in states), NOT_OBSERVABLE)
    ids = sorted({*(row["observation_id"] for row in seen), *(row["claim_id"] for row in claimed)})
    return {
        "line_id": line["id"],
        "text": line["text"],
        "rules": list(line["rules"]),
        "state": state,
        "indicators": indicators,
        "claimed_first": claimed[0]["date_stated"] if claimed else None,
        "observed_first": seen[0]["date_stated"] if seen else None,
        "next_indicator": _next(line, indicators),
        "alternatives": list(line["alternatives"]),
        "answer": _answer(line, indicators, seen, claimed, state),
        "evidence_ids": ids,
    }


def _indicator(indicator: Row, looks: Sequence[Row], sources: frozenset[str]) -> dict[str, Any]:
    """State of one indicator, with the looks that show it."""
    found = [row["observation_id"] for row in looks if _shows(indicator.get("look"), row)]
    able = [kind for kind in indicator["seen_by"] if kind in sources]
    if found:
        state, why = OBSERVED, "seen by the observers named in the evidence"
    elif able:
        state = NOT_OBSERVED
        why = f"{' and '.join(SENSORS[kind] for kind in able)} could see it and no look of the record shows it; this is not absence"
    else:
        state, why = NOT_OBSERVABLE, "no source of this case can see it"
    return {
        "id": indicator["id"],
        "text": indicator["text"],
        "state": state,
        "seen_by": list(indicator["seen_by"]),
        "evidence_ids": found,
        "why": why,
    }


def _shows(look: Row | None, row: Row) -> bool:
    """Whether a look of the record shows an indicator: every stated pattern must fit."""
    if not look:
        return False
    text = f"{row['quantity']} {row['site']} {row['note'] or ''}"
    return (
        _fits(look.get("site"), row["site"])
        and _fits(look.get("words"), text)
        and (not look.get("named") or bool(row["vessel"]))
        and (not look.get("shows") or bool(set(look["shows"]) & set(row["shows"])))
    )


def _claims(claim: Row | None, row: Row) -> bool:
    """Whether a claim states that the line was crossed; a denial states the opposite."""
    if not claim or "denial" in row["source_type"]:
        return False
    return _fits(claim.get("subject"), row["subject"]) and _fits(claim.get("predicate"), row["predicate"])


def _fits(pattern: str | None, text: str) -> bool:
    return pattern is None or re.search(pattern, text, re.IGNORECASE) is not None


def _next(line: Row, indicators: Sequence[Row]) -> str | None:
    """What to look for next: the first indicator that some sensor could see and nobody has seen."""
    for one in indicators:
        if one["state"] != OBSERVED and one["seen_by"]:
            return f"{one['text']}: {' or '.join(SENSORS[kind] for kind in one['seen_by'])} could see it"
    return None


def _answer(
    line: Row, indicators: Sequence[Row], seen: Sequence[Row], claimed: Sequence[Row], state: str
) -> str:
    decisive = {one["id"] for one in line["indicators"] if one.get("decisive")}
    shown = [key for one in indicators if one["id"] in decisive for key in one["evidence_ids"]]
    ids = sorted({*(row["observation_id"] for row in seen), *(row["claim_id"] for row in claimed)})
    parts = [f"{line['id']}, {line['text']}: {STATE_WORDS[state]}"]
    if shown:
        parts.append(f"crossed, on {', '.join(dict.fromkeys(shown))}")
    elif state == OBSERVED:
        what = [one["text"] for one in indicators if one["state"] == OBSERVED]
        parts.append(
            f"seen were {'; '.join(what)}; none of them shows that the line is crossed, other explanations stand"
        )
    if claimed:
        parts.append(
            f"first claimed {claimed[0]['date_stated']} by {claimed[0]['source']}, and a claim is no observation"
        )
    elif line.get("known_claim"):
        parts.append(f"first public claim known to the compilers: {line['known_claim']}, not in this record")
    else:
        parts.append("no claim in this record")
    return "; ".join(parts) + (f" [{', '.join(ids)}]." if ids else ".")
