"""Lanes of time: what was asked, seen, heard, claimed and listed, each mark with the thing that it leads to."""

from __future__ import annotations

from datetime import timedelta

from rubicon.case import utc
from rubicon.collect.dates import interval
from rubicon.errors import InvalidPosition
from rubicon.report.text import iso
from rubicon.web.pages.briefs import findings_in_order
from rubicon.web.shelf import CaseView, Row

LONG = timedelta(days=3)
"""A statement that spans more than this says "at some time within", not "on this day"."""


def timeline(view: CaseView) -> list[Row]:
    """All lanes that hold anything, in the order in which the stages go."""
    lanes = [_findings(view), *_looks(view), *_ais(view), *_claims(view), *_listings(view)]
    for lane in lanes:
        lane["marks"].sort(key=lambda mark: (mark["start"], mark["words"]))
    return [lane for lane in lanes if lane["marks"] or lane["undated"]]


def _lane(title: str, group: str) -> Row:
    return {"title": title, "group": group, "marks": [], "undated": 0}


def _mark(kind: str, start: str, end: str | None, words: str, ref: tuple[str, str] | None) -> Row:
    """A mark; `ref` is the sort of page and the id that a click leads to."""
    return {"kind": kind, "start": start, "end": end, "words": words, "ref": ref}


def _findings(view: CaseView) -> Row:
    lane = _lane("Findings", "findings")
    for row in findings_in_order(view):
        ref = ("finding", row["finding_id"])
        lane["marks"].append(_mark("finding", row["start"], row["end"], row["answer"], ref))
    return lane


def _looks(view: CaseView) -> list[Row]:
    lanes = {port.name: _lane(f"Looks at {port.name}", "looks") for port in view.case.ports}
    elsewhere = _lane("Looks elsewhere", "looks")
    table = view.output.tables.get("OBSERVATION")
    spans = [] if table is None else table.select(["start", "end"]).to_pylist()
    for row, span in zip(view.rows("OBSERVATION"), spans, strict=True):
        long = span["end"] - span["start"] > LONG
        words = f"{row['date_stated']}, {row['site']}: {row['quantity']} ({row['observer']})"
        ref = ("evidence", row["observation_id"])
        mark = _mark("series" if long else "look", row["start"], row["end"] if long else None, words, ref)
        lanes.get(row["port"] or "", elsewhere)["marks"].append(mark)
    return [*lanes.values(), elsewhere]


def _ais(view: CaseView) -> list[Row]:
    """A lane for each ship of the case: gaps, and calls seen by AIS; other ships share one."""
    names = {ship.vessel_id: ship.name for ship in view.case.ships if ship.vessel_id}
    lanes = {key: _lane(name, "ais") | {"ship_key": key} for key, name in names.items()}
    others = _lane("Other ships", "ais")
    still_open = iso(utc(view.case.period.end) + timedelta(days=1))
    for row in view.rows("EVENT"):
        if row["kind"] not in ("gap", "port_call"):
            continue
        name = names.get(row["vessel_id"], row["vessel_id"])
        if row["kind"] == "gap":
            words = f"{name}: no AIS received for {row['detail'].get('duration_h', 0):.0f} h"
        else:
            words = f"{name}: at {row['detail'].get('port')}, with AIS"
        ref = ("vessel", row["vessel_id"])
        mark = _mark(row["kind"], row["start"], row["end"] or still_open, words, ref)
        lanes.get(row["vessel_id"], others)["marks"].append(mark)
    return [*lanes.values(), others]


def _claims(view: CaseView) -> list[Row]:
    said, denied = _lane("Claims", "claims"), _lane("Denials", "claims")
    for row in view.rows("CLAIM"):
        denial = "denial" in row["source_type"]
        lane = denied if denial else said
        try:
            when = interval(row["date_stated"])
        except InvalidPosition:
            lane["undated"] += 1
            continue
        long = when.end - when.start > LONG
        words = f"{row['date_stated']}: {row['source']}"
        ref = ("evidence", row["claim_id"])
        kind = "denial" if denial else "claim"
        end = iso(when.end) if long else None
        lane["marks"].append(_mark(kind, iso(when.start) or "", end, words, ref))
    return [said, denied]


def _listings(view: CaseView) -> list[Row]:
    """A lane for each jurisdiction that has listed a ship of the case."""
    lanes: dict[str, Row] = {}
    for row in view.rows("OPTION"):
        if row["kind"] != "coverage" or row["status"] != "listed":
            continue
        lane = lanes.setdefault(row["actor"], _lane(f"Listed by {row['actor']}", "listings"))
        try:
            when = iso(interval(row["date"] or "").start) or ""
        except InvalidPosition:
            lane["undated"] += 1
            continue
        words = f"{row['subject']} listed by {row['actor']} on {row['date']}"
        key = view.key_by_name.get(row["subject"].casefold())
        lane["marks"].append(_mark("listed", when, None, words, ("vessel", key) if key else None))
    return [lanes[actor] for actor in sorted(lanes)]
