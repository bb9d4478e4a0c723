"""The page of responses: who has listed whom, and which paragraph lets whom do what, where, with whose consent."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import BaseModel, Field

from rubicon.geo.zones import zone_of
from rubicon.report.response import VERBS
from rubicon.report.text import mark, natural, safe_url
from rubicon.respond import law
from rubicon.web.shelf import CaseView, Row

DISCLAIMER = (
    "Decision support, no legal advice. Whether reasonable grounds exist is for the State concerned. "
    "Twelve miles from a coastline is indicative and no boundary; contested zones need a lawyer."
)


def respond(view: CaseView) -> Row:
    """Coverage matrix, the situations of the case, and the values that a law question can take."""
    return {
        "disclaimer": DISCLAIMER,
        "coverage": coverage(view),
        "situations": situations(view),
        "first_evidence": view.case.first_evidence.isoformat() if view.case.first_evidence else None,
        "first_evidence_text": view.case.first_evidence_text,
        "asked": {
            "flag": next((ship.flag for ship in view.case.ships if ship.flag), "RU"),
            "date": view.case.period.end.isoformat(),
            "piers": [berth.name for port in view.case.ports for berth in port.berths],
        },
    }


def coverage(view: CaseView) -> Row:
    """Cells by ship and jurisdiction; jurisdictions that list most come first."""
    cells = [row for row in view.rows("OPTION") if row["kind"] == "coverage"]
    listed: dict[str, int] = {}
    for row in cells:
        listed[row["actor"]] = listed.get(row["actor"], 0) + (row["status"] == "listed")
    subjects = sorted({row["subject"] for row in cells}, key=natural)
    return {
        "ships": [{"name": name, "key": view.key_by_name.get(name.casefold())} for name in subjects],
        "actors": sorted(listed, key=lambda actor: (-listed[actor], actor)),
        "cells": [
            {
                "ship": row["subject"],
                "actor": row["actor"],
                "status": row["status"],
                "date": row["date"],
                "lag_days": row["detail"].get("lag_days"),
                "owners": row["detail"].get("owners") or [],
                "text": row["text"],
                "verification_words": mark(row["verification"]),
                "evidence_ids": row["evidence_ids"],
            }
            for row in cells
        ],
    }


def situations(view: CaseView) -> list[Row]:
    """The legal situations that the case asks about, as questions that the form can be filled with."""
    return [
        {
            "id": each.id,
            "text": each.text,
            "evidence": list(each.evidence),
            "question": law.from_situation(each).model_dump(mode="json"),
        }
        for each in view.case.situations
    ]


class LawQuery(BaseModel):
    """A law question as it stands in an address; the law itself judges the values."""

    flag: str
    zone: str
    cargo: str
    date: str
    involvement: str = "aboard"
    regime: str = "dprk"
    ship_type: str = "merchant"
    origin_pier: str = Field("", max_length=120)
    actor: str = ""


def law_answer(asked: LawQuery) -> Row:
    """Paragraphs that would apply in the situation asked about, and those that would not, with reasons.

    Raises OptionError naming each value that cannot be.
    """
    question = law.ask(**asked.model_dump())
    answer = law.applicable(question)
    order = list(VERBS)
    would = sorted(
        answer.applicable, key=lambda row: order.index(row["verb"]) if row["verb"] in VERBS else len(order)
    )
    return {
        "disclaimer": DISCLAIMER,
        "question": question.model_dump(mode="json"),
        "applicable": [_words(row) | {"verb_words": VERBS.get(row["verb"], row["verb"])} for row in would],
        "not_applicable": [_words(row) for row in answer.not_applicable],
    }


def zone(view: CaseView, lat_deg: float, lon_deg: float) -> Row:
    """The zone of a position with the words of where it comes from.

    Raises OutsideCoastline.
    """
    found = zone_of(lat_deg, lon_deg, view.case.zones)
    return {**asdict(found), "code": found.code}


def _words(row: Row) -> Row:
    return row | {
        "verification_words": mark(row["verification"]),
        "source_url": safe_url(row["source_url"]),
        "evidence_id": row.get("evidence_id"),
    }
