"""Effects in a case of dated looks: a sequence of sightings, with no p where there is no exposure.

Published looks show what was seen and not where nothing was seen, so no rate can be formed from them and none is
tested. What would allow the test is listed with each row. Where the record holds looks without a ship too, each
imaged day is exposure, and the test is done (`assess.effect`). A pause that somebody pointed out gets its chance
under a constant rate, with the warning that the window was picked afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from rubicon.assess.counts import holds_empty_looks, is_look
from rubicon.assess.effect import LIMITS, effect, pause_chance, pause_somewhere
from rubicon.assess.visits import COUNTED, DATED
from rubicon.case import Case, EventStudy, Pause
from rubicon.provenance import content_id
from rubicon.schema import EFFECT, rows_to_table

MISSING = (
    "for each port, every day that was imaged, with and without a ship (a table date, port, imaged, calls for `rubicon assess effect`)",
    "cloud over the port on each of these days, so that a day without a view is no day without a ship",
    "the rule by which images were ordered: images taken because a ship was expected bias the rate",
)
PICKED = "The window was picked after the pause was seen, so this chance is too small to count as a test."


def effects(case: Case, tables: Mapping[str, pa.Table]) -> pa.Table:
    """EFFECT rows of the case's events: a sequence for each, and its pause where the case names one."""
    looks, claims = tables["OBSERVATION"].to_pylist(), tables["CLAIM"].to_pylist()
    made: list[dict[str, Any]] = []
    for study in case.effects:
        tested = _rates(study, tables)
        made.append(_rate(study, tested) if tested else _sequence(study, looks))
        if study.pause:
            made.append(_pause(study, study.pause, claims))
    return rows_to_table(made, EFFECT)


def _rates(study: EventStudy, tables: Mapping[str, pa.Table]) -> list[dict[str, Any]]:
    """Imaged days and calls by port, from a record that holds looks without a ship too; empty for any other."""
    made, visits = list[dict[str, Any]](), tables["VISIT"].to_pylist()
    for port in [one for one in (study.from_port, study.to_port) if one]:
        looks = [row for row in tables["OBSERVATION"].to_pylist() if row["port"] == port and is_look(row)]
        if not holds_empty_looks(looks):
            return []
        begun = [
            row["first_seen"].date() for row in visits if row["port"] == port and row["status"] == COUNTED
        ]
        for day in sorted({look["start"].date() for look in looks}):
            made.append(
                {
                    "date": day,
                    "port": port,
                    "imaged": 1,
                    "calls": begun.count(day),
                    "looks": [look["observation_id"] for look in looks if look["start"].date() == day],
                }
            )
    return made


def _rate(study: EventStudy, days: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The test of an event where every look is in the record."""
    tested = effect(days, [study.date], port=study.from_port)
    ids = sorted({*study.evidence, *(key for day in days for key in day["looks"])})
    moved = "".join(
        f" {one['from_port']} to {one['to_port']}: {one['text']}." for one in tested["displacement"]
    )
    made = _row(
        study,
        "rate",
        sorted({day["port"] for day in days}),
        f"{tested['text']}{moved} Calls begin on the day on which a stay is first seen [{', '.join(ids)}].",
        ids,
        limits=[*LIMITS, "A stay that began between two looks is counted on the later one."],
        missing=[],
    )
    low, high = tested["interval"]
    return made | {
        "rate_ratio": tested["rate_ratio"], "low": low, "high": high, "p": tested["p"],
        "smallest_fall_seen_percent": tested["smallest_fall_seen_percent"],
    }  # fmt: skip


def sightings(
    looks: Sequence[Mapping[str, Any]], port: str, study: EventStudy
) -> tuple[list[Any], list[Any]]:
    """Dated looks that show a ship at a port, before the event and from it on."""
    event = datetime(study.date.year, study.date.month, study.date.day, tzinfo=UTC)
    those = sorted(
        (
            look
            for look in looks
            if look["port"] == port
            and "ship_present" in look["shows"]
            and look["end"] - look["start"] <= DATED
        ),
        key=lambda look: (look["start"], look["observation_id"]),
    )
    return [look for look in those if look["end"] <= event], [look for look in those if look["end"] > event]


def _sequence(study: EventStudy, looks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What was seen at both ports in order of time, as a sequence."""
    ports = [port for port in (study.from_port, study.to_port) if port]
    parts, cited = [], list(study.evidence)
    for port in ports:
        before, after = sightings(looks, port, study)
        parts.append(f"{port}: {_dated(before)} before, {_dated(after)} after")
        cited += [look["observation_id"] for look in (*before, *after)]
    reported = [look for look in looks if look["observation_id"] in study.evidence]
    said = "".join(
        f"; {look['observer']} reported of {look['date_stated']}: {look['quantity']}" for look in reported
    )
    text = (
        f"After {study.text} ({study.date.isoformat()}), dated looks with a ship: {'; '.join(parts)}{said}. "
        f"This is a sequence and no test: exposure per port is unknown [{', '.join(sorted(set(cited)))}]."
    )
    return _row(
        study, "sequence", ports, text, sorted(set(cited)),
        limits=["A sequence does not say that the event caused what followed.", "Not observed is not absent."],
        missing=list(MISSING),
    )  # fmt: skip


def _dated(looks: Sequence[Mapping[str, Any]]) -> str:
    return f"{len(looks)} ({', '.join(look['date_stated'] for look in looks)})" if looks else "none"


def _pause(study: EventStudy, pause: Pause, claims: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The chance of so long a pause under the constant rate that quoted totals give."""
    quoted = [row for row in claims if row["claim_id"] in pause.quoted and row["low"]]
    before, length = (pause.start - pause.rate_from).days, (pause.end - pause.start).days
    ids = sorted([*(row["claim_id"] for row in quoted), *([pause.reported_by] if pause.reported_by else [])])
    chances = sorted(pause_chance(row["low"], before, length) for row in quoted)
    totals = " and ".join(f"{row['low']:.0f} {row['unit']} ({row['source']})" for row in quoted)
    shares = " to ".join(dict.fromkeys(f"{one:.3f}" for one in chances[::-1])) if chances else "not known"
    days = (pause.end - pause.rate_from).days
    anywhere = sorted(pause_somewhere(row["low"] / before, days, length) for row in quoted)
    somewhere = " to ".join(dict.fromkeys(f"{one:.2f}" for one in anywhere[::-1])) or "not known"
    text = (
        f"A pause of {length} days from {pause.start.isoformat()}: under a constant rate of {totals} in {before} days "
        f"its chance is {shares}; the window was picked after the pause was seen, so this is no test; "
        f"that a pause so long would begin somewhere in these {days} days has a chance of about {somewhere} [{', '.join(ids)}]."
    )
    return _row(
        study, "pause", [study.from_port], text, ids,
        limits=[PICKED, "The totals are quoted from others and are lower bounds."],
        missing=list(MISSING[:1]),
    )  # fmt: skip


def _row(
    study: EventStudy, kind: str, ports: list[str], text: str, ids: list[str], *, limits: list[str], missing: list[str]
) -> dict[str, Any]:  # fmt: skip
    row = {
        "question_id": study.id, "kind": kind, "event_date": study.date.isoformat(), "ports": ports, "text": text,
        "missing": missing, "limits": limits, "evidence_ids": ids,
    }  # fmt: skip
    return {"effect_id": content_id("effect", row), **row}
