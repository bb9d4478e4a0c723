"""Search over ships, ports, claims, observations, findings and law of one case."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rubicon.errors import InvalidRequest
from rubicon.web.shelf import CaseView, Row, ship_key

MOST = 40
MOST_QUERY = 200


def search(view: CaseView, query: str) -> Row:
    """Things whose words hold every word of the query; those that begin with it come first.

    Raises InvalidRequest for a query that is too long.
    """
    if len(query) > MOST_QUERY:
        raise InvalidRequest(f"at most {MOST_QUERY} characters", place="q")
    words = fold(query).split()
    found = [each for each in things(view) if words and all(word in each["folded"] for word in words)]
    found.sort(key=lambda each: (not each["folded"].startswith(" ".join(words)), each["rank"]))
    shown = [{k: v for k, v in each.items() if k not in ("folded", "rank")} for each in found[:MOST]]
    return {"query": query, "count": len(found), "results": shown}


def fold(text: str) -> str:
    """Text without accents and case, so that Hangul and Cyrillic names match as typed."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def things(view: CaseView) -> Iterator[Row]:
    """Everything that can be found, with the page that it leads to."""
    for ship in view.case.ships:
        words = [ship.name, *ship.aliases, ship.imo, ship.vessel_id]
        yield _thing("ship", ship.name, " ".join(filter(None, words[1:])), "vessel", ship_key(ship), 0)
    for port in view.case.ports:
        words = [*port.aliases, *(berth.name for berth in port.berths)]
        yield _thing("port", port.name, ", ".join(words), "port", port.name, 1)
    for row in view.rows("FINDING"):
        yield _thing("finding", row["answer"], row["question"], "finding", row["finding_id"], 2)
    for row in view.rows("EVIDENCE"):
        if row["kind"] != "ais_message":
            about = f"{row['evidence_id']} {row['source']}"
            yield _thing(row["kind"], row["text"], about, "evidence", row["evidence_id"], 3)


def _thing(kind: str, title: str, about: str, page: str, id_: str, rank: int) -> Row:
    folded = fold(f"{title} {about}")
    return {
        "kind": kind,
        "title": title,
        "about": about,
        "page": page,
        "id": id_,
        "rank": rank,
        "folded": folded,
    }
