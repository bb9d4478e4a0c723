"""Template: one ship. Who she says she is over time, who lists her, where she was, where she fell silent, what is open."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from rubicon.assess.words import percent
from rubicon.case import Ship
from rubicon.detect.reach import reach_gaps
from rubicon.report import scope, view
from rubicon.report.document import (
    Block,
    Bullets,
    Document,
    Line,
    Section,
    Words,
    cited,
    fact,
    grid,
    limit,
    method,
    or_nothing,
    plain,
    refs,
    row_refs,
)
from rubicon.report.figures import Plates
from rubicon.report.findings import ordered_options
from rubicon.report.response import detail_words
from rubicon.report.source import Row, Source
from rubicon.report.text import counted, day, moment, natural, number

TITLE, ABOUT = "Vessel profile", "ship"
FIELDS = (
    ("identity", "Identity over time"), ("listings", "Who lists her"), ("owners", "Owners and managers"),
    ("events", "What is on record, in order of time"), ("voyages", "Voyages"), ("gaps", "Silences, and ports within reach"),
    ("related", "Related ships"), ("findings", "Findings"), ("pictures", "Pictures"), ("open", "Open questions"),
    ("limits", "What this profile does not say"),
)  # fmt: skip
SAID = ("name", "imo", "mmsi", "call_sign", "flag", "ship_type", "length_m")
MOST_EVENTS = 400
"""Rows of the table of events; more are counted and left to the data files."""


def subjects(source: Source) -> Sequence[str]:
    """Ships of the case."""
    return [ship.name for ship in source.case.ships]


def make(source: Source, plates: Plates, about: str) -> Document:
    """The profile of a ship of the case. Raises UnknownItem."""
    ship = scope.ship_of(source.case, about)
    _, mine = scope.narrowed(source.case, source.tables, ship.name)
    own = Source(source.case, mine, source.evidence, source.held, source.links)
    filled: dict[str, Sequence[Block]] = {
        "identity": identity(own),
        "listings": listings(own),
        "owners": owners(source, own, ship),
        "events": [*_drawn(own, plates, ship), *events(own)],
        "voyages": voyages(source, plates, ship),
        "gaps": gaps(own, ship),
        "related": related(source, ship),
        "findings": findings(own),
        "pictures": [],
        "open": open_questions(own, ship),
        "limits": _limits(),
    }
    return Document(
        "vessel-profile", TITLE, ship.name, _lead(own, ship), _meta(source, ship),
        tuple(Section(key, title, or_nothing(filled[key])) for key, title in FIELDS),
    )  # fmt: skip


def _meta(source: Source, ship: Ship) -> tuple[tuple[str, str], ...]:
    numbers = [f"IMO {ship.imo}" if ship.imo else "", f"AIS {ship.vessel_id}" if ship.vessel_id else ""]
    return (
        ("Ship", ", ".join(filter(None, [ship.name, *numbers]))),
        ("Period", view.span_of(source.case)),
        ("Case", source.case.id),
    )


def _lead(source: Source, ship: Ship) -> Line:
    """How much is on record, with the first and the last of it."""
    looks, events_ = source.rows("OBSERVATION"), source.rows("EVENT")
    gaps_ = [row for row in events_ if row["kind"] == "gap"]
    listed = [row for row in _cells(source) if row["status"] == "listed"]
    parts = [
        counted(len(listed), "jurisdiction lists her", "jurisdictions list her") if _cells(source) else "",
        counted(len(looks), "dated look names her", "dated looks name her") if looks else "",
        counted(len(gaps_), "silence on AIS", "silences on AIS") if events_ else "",
    ]
    ids = [row["observation_id"] for row in looks]
    ids += [each for row in [*gaps_, *listed] for each in row["evidence_ids"]]
    said = "; ".join(filter(None, parts))
    if not ids:
        return limit("Nothing in this case names this ship.")
    return fact(source, f"{said[:1].upper()}{said[1:]}.", _few(source, ids), f"profile of {ship.name}")


def _few(source: Source, ids: Iterable[str], most: int = 8) -> list[str]:
    """The first few ids that the case holds: the whole list stands in the tables below."""
    known = sorted({each for each in ids if source.links.target(each)}, key=natural)
    return known[:most]


def identity(source: Source) -> list[Block]:
    """Equal statements that follow each other, with the time of the first and the last."""
    rows = source.rows("VESSEL")
    rows.sort(key=lambda row: (str(row["time_utc"] or ""), row["source_id"], row["offset"]))
    groups: list[tuple[tuple[object, ...], list[Row]]] = []
    for row in rows:
        said = (*(row[name] for name in SAID), row["source_id"])
        if groups and groups[-1][0] == said:
            groups[-1][1].append(row)
        else:
            groups.append((said, [row]))
    made = []
    for _, same in groups:
        first, last = same[0], same[-1]
        number_ = (first["imo"] or "") + (" (check digit fails)" if first["imo_valid"] is False else "")
        dates = [moment(first["time_utc"]) or "date not stated", moment(last["time_utc"])]
        made.append([
            plain(dates[0]), plain(f"{dates[1]}, {len(same)} times" if len(same) > 1 else ""), plain(first["name"]),
            plain(number_), plain(first["call_sign"]), plain(first["flag"]),
            plain(f"{first['ship_type'] or ''}{', ' if first['ship_type'] and first['length_m'] else ''}{number(first['length_m'])}{' m' if first['length_m'] else ''}"),
            row_refs(source, first),
        ])  # fmt: skip
    head = ("Said from", "Until", "Name", "IMO", "Call sign", "Flag", "Type, length", "Evidence")
    return grid(head, (15, 17, 15, 13, 9, 9, 12, 12), made, "identity")


def _cells(source: Source) -> list[Row]:
    return ordered_options(source.tables.get("OPTION"), "coverage")


def listings(source: Source) -> list[Block]:
    """One row for each jurisdiction: listed, not listed or unknown; then what screening found."""
    made = []
    for row in _cells(source):
        lag = row["detail"].get("lag_days")
        words = "" if lag is None else f"{abs(lag)} d {'after' if lag > 0 else 'before'} the named event"
        if row["status"] != "unknown":
            made.append([
                plain(row["actor"]), plain(row["status"].replace("_", " ")), plain(row["date"]), plain(words),
                plain(row["detail"].get("ground") or ""), refs(source, _few(source, row["evidence_ids"])),
            ])  # fmt: skip
    blocks = grid(
        ("Authority", "Status", "Date", "Lag", "Ground", "Evidence"),
        (9, 11, 12, 16, 38, 14),
        made,
        "listings",
    )
    unknown = [row["actor"] for row in _cells(source) if row["status"] == "unknown"]
    if unknown:
        blocks.append(
            limit(
                f"Unknown for {', '.join(unknown)}: no list of theirs was read. Unknown is not “not listed”."
            )
        )
    hits = [
        [
            plain(row["authority"]), plain(row["shown"]), plain(row["class_words"]), plain(row["listed_from"]),
            plain("; ".join(row["reasons"])), refs(source, row["evidence_ids"] or []),
        ]
        for row in view.hits(source)
    ]  # fmt: skip
    return [
        *blocks,
        *grid(
            ("List", "Entry", "Answer", "Listed from", "Why", "Evidence"),
            (7, 14, 18, 12, 35, 14),
            hits,
            "hits",
        ),
    ]


def owners(source: Source, own: Source, ship: Ship) -> list[Block]:
    """Who the list entries of the ship name as owner or link, and which of those are themselves listed."""
    entries = {row["listing_id"] for row in own.rows("HIT") if row["class"] in ("match", "probable")}
    made: list[Sequence[Words]] = []
    seen: set[tuple[str, str]] = set()
    for row in source.ordered("LISTING", "authority", "snapshot", "listing_id"):
        for name in row["linked_to"] if row["listing_id"] in entries else ():
            if (row["authority"], name) not in seen:
                seen.add((row["authority"], name))
                said = f"named in the entry of {row['name']}, version of {row['snapshot']}"
                made.append([plain(name), plain(row["authority"]), plain(said), row_refs(source, row)])
    for cell in _cells(own):
        for said in cell["detail"].get("owners") or ():
            made.append(
                [
                    plain(""),
                    plain(cell["actor"]),
                    plain(said),
                    refs(source, _few(source, cell["evidence_ids"])),
                ]
            )
    blocks = grid(
        ("Company", "Authority", "What is said", "Evidence"), (28, 12, 44, 16), made, f"owners of {ship.name}"
    )
    return [*blocks, limit("A listing of an owner is not one of the ship.")] if blocks else []


def _drawn(source: Source, plates: Plates, ship: Ship) -> list[Block]:
    if not source.rows("EVENT") and not source.rows("OBSERVATION"):
        return []
    return [plates.plate("timeline", ship.name)]


def events(source: Source) -> list[Block]:
    """Looks, AIS events, claims and listings in one table, in order of time."""
    rows: list[tuple[str, str, str, Words]] = []
    for look in source.rows("OBSERVATION"):
        place = look["site"] + (
            f", {look['berth']}" if look["berth"] and look["berth"] not in look["site"] else ""
        )
        doubt = " (identification probable)" if look["vessel_probable"] else ""
        said = f"{place}: {look['quantity']}{doubt}, says {look['observer']}"
        rows.append(
            (day(look["start"]), look["date_stated"], said, row_refs(source, look, look["observation_id"]))
        )
    for event in source.ordered("EVENT", "start", "vessel_id", "event_id"):
        until = moment(event["end"]) or "not heard again"
        window = f"{moment(event['start'])} to {until}"
        rows.append(
            (event["start"].isoformat(), window, event_words(event), refs(source, event["evidence_ids"]))
        )
    for claim in source.rows("CLAIM"):
        said = f"claimed by {claim['source']}: {claim['predicate'].replace('_', ' ')} {claim['value']}"
        rows.append(
            (claim["date_stated"], claim["date_stated"], said, row_refs(source, claim, claim["claim_id"]))
        )
    for cell in _cells(source):
        if cell["status"] == "listed" and cell["date"]:
            rows.append(
                (
                    cell["date"],
                    cell["date"],
                    f"listed by {cell['actor']}",
                    refs(source, _few(source, cell["evidence_ids"])),
                )
            )
    rows.sort(key=lambda row: (row[0], row[2], row[1]))
    made = [[plain(when), plain(said), ref] for _, when, said, ref in rows[:MOST_EVENTS]]
    blocks = grid(("When", "What", "Evidence"), (28, 54, 18), made, "events")
    if len(rows) > MOST_EVENTS:
        blocks.append(limit(f"The first {MOST_EVENTS} of {len(rows)} rows; all stand in the data files."))
    return blocks


def event_words(event: Row) -> str:
    """An AIS event in a few words: what, where, how long; all its numbers stand in the data files."""
    detail = json.loads(event["detail"])
    if event["kind"] == "gap":
        apart = detail.get("distance_km")
        said = (
            f"no AIS received for {number(round(detail['duration_h'], 1))} h"
            if detail.get("duration_h")
            else "no AIS received"
        )
        return said + (f"; {number(round(apart, 1))} km between its ends" if apart is not None else "")
    if event["kind"] == "port_call":
        stay = detail.get("stay_h")
        return f"at {detail.get('port') or 'a port'} by AIS" + (
            f", a stay of {number(round(stay, 1))} h" if stay else ""
        )
    return f"{event['kind'].replace('_', ' ')}: {detail_words(detail)}"


def voyages(source: Source, plates: Plates, ship: Ship) -> list[Block]:
    """The likeliest alternative of each voyage, in a line; the reconstruction is a document of its own."""
    journey = plates.journey(ship.name)
    found, left = journey.voyages, journey.left_out
    lines = []
    for index, each in enumerate(found, start=1):
        for chain in each.chains[:1]:
            ids = {key for stop in chain.stops for key in stop.evidence_ids}
            way = ", then ".join(
                stop.name + (" (supposed)" if stop.kind == "call" else "") for stop in chain.stops
            )
            share = (
                f"{percent(chain.share)} among the alternatives"
                if len(each.chains) > 1
                else "no alternative was tried"
            )
            lines.append(fact(source, f"Voyage {index}: {way}; {share}.", sorted(ids), f"voyage {index}"))
    if not lines:
        return []
    rest = [limit(f"{counted(left, 'shorter silence')} left out.")] if left else []
    return [
        plates.plate("voyage", ship.name),
        Bullets(tuple(lines)),
        *rest,
        method("A leg that fits is no voyage, and a call that fits is no call."),
    ]


def gaps(source: Source, ship: Ship) -> list[Block]:
    """Each silence against each port of the case."""
    table = source.tables.get("EVENT")
    if table is None or not table.num_rows:
        return []
    held = {row["event_id"]: row for row in table.to_pylist() if row["kind"] == "gap"}
    made = []
    for row in reach_gaps(table, source.case.ports, max_speed_kn=ship.max_speed_kn):
        event = held[row["event_id"]]
        window = f"{moment(event['start'])} to {moment(event['end']) or 'not heard again'}"
        if row["reason"]:
            cells = ["not known", "", "", row["reason"]]
        else:
            speed = row["speed_needed_kn"]
            cells = [
                "fits" if row["feasible"] else "does not fit", f"{number(round(row['slack_h'], 1))} h",
                f"{number(round(speed, 1))} kn" if speed is not None else "", f"{number(round(row['likelihood_ratio'], 2))} times",
            ]  # fmt: skip
        made.append(
            [plain(window), plain(row["port"]), *map(plain, cells), refs(source, event["evidence_ids"])]
        )
    head = (
        "Silence",
        "Port",
        "A call of 12 h",
        "Time to spare",
        "Speed needed",
        "Likelier with a call",
        "Evidence",
    )
    blocks = grid(head, (26, 12, 13, 11, 11, 13, 14), made, f"gaps of {ship.name}")
    return (
        [
            *blocks,
            method(
                f"At most {number(ship.max_speed_kn)} kn, by sea, ways taken 2 % short. A gap is not a call."
            ),
        ]
        if blocks
        else []
    )


def related(source: Source, ship: Ship) -> list[Block]:
    """Ships of the case that share an owner, an entry or a meeting at sea with this one."""
    lines: list[Line] = []
    linked: dict[str, list[Row]] = {}
    names = {name: other for other in source.case.ships for name in scope.names_of(other)}
    for row in source.ordered("LISTING", "authority", "snapshot", "listing_id"):
        for owner in row["linked_to"]:
            linked.setdefault(owner, []).append(row)
    done = set()
    for owner, rows in sorted(linked.items()):
        ours = [
            row
            for row in rows
            if names.get(row["name"].casefold()) == ship or (ship.imo and row["imo"] == ship.imo)
        ]
        for row in rows:
            other = names.get(row["name"].casefold())
            if ours and other and other != ship and (other.name, owner) not in done:
                done.add((other.name, owner))
                ids = [f"{each['source_id']}@{each['offset']}" for each in (ours[0], row)]
                lines.append(
                    fact(source, f"{other.name}: the same company in the list entries, {owner}.", ids)
                )
    for event in source.ordered("EVENT", "start", "vessel_id", "event_id"):
        if (
            event["kind"] == "encounter"
            and ship.vessel_id
            and ship.vessel_id in (event["vessel_id"], json.loads(event["detail"]).get("other_vessel_id"))
        ):
            lines.append(
                fact(
                    source,
                    f"Met another ship at sea, {moment(event['start'])} to {moment(event['end'])}.",
                    event["evidence_ids"],
                )
            )
    return [Bullets(tuple(lines))] if lines else []


def findings(source: Source) -> list[Block]:
    """Answers of the case about the ship, each with its finding id."""
    lines = [
        Line((*cited(source, row["answer"]), *plain(f" Finding {row['finding_id']}.")))
        for row in view.findings_plain(source)
    ]
    return [Bullets(tuple(lines))] if lines else []


def open_questions(source: Source, ship: Ship) -> list[Block]:
    """What the record leaves open: unsettled findings, silences without an end, conflicting numbers, unread lists."""
    lines: list[Line] = []
    for row in view.findings_plain(source):
        if 0.2 < row["probability"] < 0.8:
            lines.append(
                Line((*plain(f"Not settled: {row['question']}"), *plain(f" Finding {row['finding_id']}.")))
            )
    for event in source.ordered("EVENT", "start", "vessel_id", "event_id"):
        if event["kind"] == "gap" and event["end"] is None:
            lines.append(
                fact(source, f"Not heard again since {moment(event['start'])}.", event["evidence_ids"])
            )
    numbers = {row["imo"]: row for row in source.rows("VESSEL") if row["imo"]}
    if len(numbers) > 1:
        ids = [f"{row['source_id']}@{row['offset']}" for row in numbers.values()]
        lines.append(
            fact(source, f"Which IMO number is hers: {', '.join(sorted(numbers))}?", _few(source, ids))
        )
    if not ship.imo:
        lines.append(limit("No IMO number is stated: the ship cannot be told from a namesake by number."))
    return [Bullets(tuple(lines))] if lines else []


def _limits() -> list[Block]:
    return [
        Bullets(
            (
                limit(
                    "A name, a number and a flag are what the ship or a register says, not what was checked on board."
                ),
                limit("A gap is not a call, a call is not a cargo, and “not observed” is not “absent”."),
                limit("No listing found is not “not sanctioned”: lists that were not read say nothing."),
            )
        )
    ]
