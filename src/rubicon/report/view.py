"""What the page shows, section by section: rows in a fixed order, with words and links made.

The templates only lay out what stands here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from rubicon.assess.truth import CALLED
from rubicon.assess.words import TERMS, percent
from rubicon.case import Case, Port, Ship
from rubicon.report.findings import ordered_findings, rejected
from rubicon.report.response import cover, detail_words, law
from rubicon.report.source import Row, Source
from rubicon.report.text import CANNOT_JUDGE, counted, moment, natural, sorted_rows

BOUNDS = {
    "exact": "one number",
    "at_least": "at least",
    "more_than": "more than",
    "at_most": "at most",
    "up_to": "up to",
    "less_than": "less than",
    "range": "range",
    "text": "in words",
}

HIT_CLASSES = {
    "match": "match",
    "probable": "probable match",
    "homonym_or_tampering": "same name, other number: a namesake or a false number",
    "no_match": "no match",
}

KINDS = {
    "ais_message": "AIS messages",
    "observation": "Observations",
    "claim": "Claims",
    "listing": "List entries",
    "case_fact": "Facts of the case",
    "law": "Law",
    "file": "Files",
}

EVENT_KINDS = {"gap": "Gaps in AIS", "port_call": "Port calls seen by AIS", "segment": "Track segments"}

WITHHELD_NAME = "name of a natural person, left out"


def sections(source: Source) -> dict[str, Any]:
    """All that the template needs, by name."""
    return {
        "case": source.case,
        "period": span_of(source.case),
        "record": record(source),
        "findings": findings(source),
        "looks": looks(source),
        "events": events(source),
        "truth": sorted_rows(source.rows("TRUTH"), "start", "vessel_id", "event"),
        "claims": claims(source),
        "ships": ships(source),
        "screened": "HIT" in source.tables,
        "other_hits": other_hits(source),
        "coverage": cover(source),
        "law": law(source),
        "ports": [port_row(port) for port in source.case.ports],
        "rejected": [] if "REJECT" not in source.tables else rejected(source.tables["REJECT"]),
        "words": words_table(),
        "evidence": evidence_groups(source),
        "files": [each.record() for each in source.held],
    }


def span_of(case: Case) -> str:
    """The period of the case in words."""
    return f"{case.period.start.isoformat()} to {case.period.end.isoformat()}"


def record(source: Source) -> list[str]:
    """What the dossier rests on, as counts in words."""
    claims_ = source.tables.get("CLAIM")
    roots = len(set(claims_["root"].to_pylist())) if claims_ is not None else 0
    listings = source.tables.get("LISTING")
    lists = len(set(listings["list_id"].to_pylist())) if listings is not None else 0
    made = []
    for name, one in (("OBSERVATION", "observation"), ("CLAIM", "published claim"), ("EVENT", "AIS event")):
        if (table := source.tables.get(name)) is not None and table.num_rows:
            made.append(
                counted(table.num_rows, one) + (f" on {counted(roots, 'root')}" if name == "CLAIM" else "")
            )
    if lists:
        made.append(counted(lists, "list version"))
    return [*made, counted(len(source.held), "input file")]


# --- findings ---------------------------------------------------------------------------------------


def findings_plain(source: Source) -> list[Row]:
    """FINDING rows in the order of the page, as they are."""
    return ordered_findings(source.case, source.tables.get("FINDING"))


def findings(source: Source) -> list[Row]:
    """Cards: the answer, each hypothesis with its probability, facts, evidence weighed, limits.

    Raises UnknownEvidence when a fact, an answer or a weighing names evidence that the case does not hold.
    """
    return [finding(source, row) for row in ordered_findings(source.case, source.tables.get("FINDING"))]


def finding(source: Source, row: Row) -> Row:
    """One card."""
    place, links = f"finding {row['finding_id']}", source.links
    texts = {each["id"]: each["text"] for each in row["hypotheses"]}
    hypotheses = [each | {"percent": percent(each["probability"])} for each in row["hypotheses"]]
    weighed: list[Row] = [
        each
        | {"ref": links.link(each["evidence_id"], place), "text": texts.get(each["favours"], each["favours"])}
        for each in row["weighed"] or []
    ]
    weighed.sort(key=lambda each: (-each["likelihood_ratio"], natural(each["evidence_id"])))
    return row | {
        "answer": links.cite(row["answer"], place, required=False),
        "window": f"{moment(row['start'])} to {moment(row['end'])}",
        "hypotheses": sorted(hypotheses, key=lambda each: (-each["probability"], natural(each["id"]))),
        "facts": [links.cite(fact, place) for fact in row["facts"] or []],
        "weighed": weighed,
        "background": links.links(row["background"] or [], place),
        "background_count": len(row["background"] or []),
        "missed": bool(row["truth"]) and (row["truth"] == CALLED) != (row["probability"] >= 0.5),
    }


# --- what was seen, heard and said ------------------------------------------------------------------


def observations(source: Source) -> list[Row]:
    """Observations in order of time."""
    return sorted_rows(source.rows("OBSERVATION"), "start", "end", "observation_id")


def events_of(source: Source, kind: str) -> list[Row]:
    """AIS events of one kind with their JSON detail read, in order of time."""
    rows = [
        row | {"detail": json.loads(row["detail"])} for row in source.rows("EVENT") if row["kind"] == kind
    ]
    return sorted_rows(rows, "start", "vessel_id", "event_id")


def looks(source: Source) -> list[Row]:
    """Observations by place, each with its piers in the order of the case and its rows in order of time."""
    order = {port.name: i for i, port in enumerate(source.case.ports)}
    by_port: dict[str, list[Row]] = {}
    for row in observations(source):
        row["ref"] = source.refs(row, row["observation_id"])
        row["zone"] = row["tz_stated"] or row["end"] - row["start"] >= timedelta(days=1)
        by_port.setdefault(row["port"] or "", []).append(row)
    names = sorted(by_port, key=lambda name: (order.get(name, len(order)), name))
    return [
        {
            "port": name or "elsewhere",
            "count": len(by_port[name]),
            "berths": _berths(source.case, name, by_port[name]),
        }
        for name in names
    ]


def _berths(case: Case, port: str, rows: Sequence[Row]) -> list[Row]:
    known = {berth.name: berth for each in case.ports if each.name == port for berth in each.berths}
    order = [*known, None]
    found: dict[str | None, list[Row]] = {}
    for row in rows:
        found.setdefault(row["berth"], []).append(row)
    made = []
    for name in sorted(
        found, key=lambda each: (order.index(each) if each in order else len(order), str(each))
    ):
        berth = known.get(name or "")
        made.append(
            {
                "name": name or ("pier not stated" if port else "outside the ports of the case"),
                "counts": berth.counts if berth else True,
                "note": berth.note if berth else "",
                "rows": found[name],
            }
        )
    return made


def events(source: Source) -> list[Row]:
    """AIS events by kind, gaps and calls first."""
    names = {ship.vessel_id: ship.name for ship in source.case.ships if ship.vessel_id}
    by_kind: dict[str, list[Row]] = {}
    for row in sorted_rows(source.rows("EVENT"), "start", "vessel_id", "event_id"):
        row["ship"] = names.get(row["vessel_id"], "")
        row["ref"] = source.links.links(row["evidence_ids"] or [], f"event {row['event_id']}")
        row["detail"] = detail_words(json.loads(row["detail"]))
        by_kind.setdefault(row["kind"], []).append(row)
    order = list(EVENT_KINDS)
    kinds = sorted(by_kind, key=lambda kind: (order.index(kind) if kind in order else len(order), kind))
    return [
        {"kind": EVENT_KINDS.get(kind, kind.replace("_", " ").capitalize()), "rows": by_kind[kind]}
        for kind in kinds
    ]


def claims(source: Source) -> Row:
    """Claims in order of id, with grade, root, value, bound and window in words."""
    rows = sorted_rows(source.rows("CLAIM"), "date_stated", "claim_id")
    by_root = Counter(row["root"] for row in rows)
    for row in rows:
        row["ref"] = source.refs(row, row["claim_id"])
        row["grade"] = grade(row["reliability"], row["credibility"])
        row["said"] = f"{row['subject']}: {row['predicate'].replace('_', ' ')}"
        row["bound_words"] = BOUNDS.get(row["bound"], row["bound"])
        row["window"] = [each for each in (row["period_start"], row["period_end"]) if each]
        row["root_ref"] = (
            "" if row["root"] == row["claim_id"] else source.refs({}, row["root"]) or row["root"]
        )
    return {
        "rows": rows,
        "roots": len(by_root),
        "repeats": len(rows) - len(by_root),
        "ungraded": sum(row["reliability"] is None for row in rows),
        "denials": sum("denial" in row["source_type"] for row in rows),
    }


def grade(reliability: str | None, credibility: str | None) -> str:
    """Admiralty grade: letter of the source and digit of the claim; a null is not a middle grade."""
    if reliability is None and credibility is None:
        return CANNOT_JUDGE
    return f"source: {reliability or CANNOT_JUDGE}; claim: {credibility or CANNOT_JUDGE}"


# --- ships and lists --------------------------------------------------------------------------------


def ships(source: Source) -> list[Row]:
    """Each ship of the case: what is stated about its identity, and the entries that screening found."""
    statements, found = source.rows("VESSEL"), hits(source)
    return [_ship(source, ship, statements, found) for ship in source.case.ships]


def _ship(source: Source, ship: Ship, statements: Iterable[Row], found: Iterable[Row]) -> Row:
    about = [
        row
        for row in statements
        if (ship.imo and row["imo"] == ship.imo) or (ship.vessel_id and row["vessel_id"] == ship.vessel_id)
    ]
    return {
        "ship": ship,
        "statements": _distinct(source, about),
        "hits": [hit for hit in found if _asks_about(hit, ship)],
    }


def _distinct(source: Source, rows: Iterable[Row]) -> list[Row]:
    """Identity statements that say the same, once, with their number and the first place."""
    fields = ("name", "imo", "mmsi", "call_sign", "flag", "ship_type", "length_m", "beam_m")
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in sorted_rows(rows, "time_utc", "source_id", "offset"):
        groups.setdefault(tuple(row[field] for field in fields), []).append(row)
    return [same[0] | {"count": len(same), "ref": source.refs(same[0])} for same in groups.values()]


def _asks_about(hit: Row, ship: Ship) -> bool:
    """Whether a hit answers a query about a ship: by number where both have one, else by name."""
    if hit["query_imo"] and ship.imo:
        return bool(hit["query_imo"] == ship.imo)
    return bool(hit["query"].casefold() == ship.name.casefold())


def hits(source: Source) -> list[Row]:
    """Answers of screening in order; names of natural persons are left out."""
    listings = source.tables.get("LISTING")
    persons: set[str] = set()
    if listings is not None:
        columns = listings.select(["listing_id", "kind"]).to_pylist()
        persons = {row["listing_id"] for row in columns if row["kind"] == "person"}
    rows = sorted_rows(
        (row for row in source.rows("HIT") if row["class"] != "no_match"),
        "query",
        lambda row: list(HIT_CLASSES).index(row["class"]) if row["class"] in HIT_CLASSES else 9,
        lambda row: f"{1 - row['score']:.6f}",
        "listed_from",
        "listing_id",
    )
    for row in rows:
        row["class_words"] = HIT_CLASSES.get(row["class"], row["class"])
        row["shown"] = WITHHELD_NAME if row["listing_id"] in persons else row["name"]
        row["reasons"] = [] if row["listing_id"] in persons else row["reasons"] or []
        row["ref"] = source.links.links(row["evidence_ids"] or [], f"hit {row['listing_id']}")
    return rows


def other_hits(source: Source) -> list[Row]:
    """Answers to queries that are about no ship of the case: owners, managers, others."""
    return [hit for hit in hits(source) if not any(_asks_about(hit, ship) for ship in source.case.ships)]


# --- method and evidence ----------------------------------------------------------------------------


def port_row(port: Port) -> Row:
    """A port as the method section lists it."""
    return {
        "port": port,
        "aliases": ", ".join(port.aliases),
        "position": f"{port.lat_deg:.4f}, {port.lon_deg:.4f}",
    }


def words_table() -> list[tuple[str, str]]:
    """The seven terms of probability and their ranges."""
    lows = [0.01, *(upper for upper, _ in TERMS[:-1])]
    return [
        (term, f"{round(100 * low)} to {min(round(100 * upper), 99)} %")
        for low, (upper, term) in zip(lows, TERMS, strict=True)
    ]


def evidence_groups(source: Source) -> list[Row]:
    """Evidence by kind, in the order in which a reader meets the kinds."""
    by_kind: dict[str, list[Row]] = {}
    for row in source.evidence:
        by_kind.setdefault(row["kind"], []).append(row | {"source_id": (row["sha256"] or "")[:16]})
    order = list(KINDS)
    kinds = sorted(by_kind, key=lambda kind: (order.index(kind) if kind in order else len(order), kind))
    return [
        {"kind": kind, "title": KINDS.get(kind, kind.replace("_", " ")), "rows": by_kind[kind]}
        for kind in kinds
    ]
