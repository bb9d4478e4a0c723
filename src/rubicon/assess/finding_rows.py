"""Rows of FINDING: a verdict put into words, after its evidence was checked to be of one origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rubicon.assess.contest import Verdict, rows
from rubicon.assess.evidence import require_one_origin
from rubicon.assess.looks import window_words
from rubicon.assess.weights import weights
from rubicon.assess.words import clamp, percent, words
from rubicon.case import Case, Question, utc
from rubicon.provenance import content_id

VERSION = "2"
A_CALL_IS_NOT_A_CARGO = "A call is not a cargo: what the ship carried cannot be seen by these sources."
A_GAP_IS_NOT_A_CALL = "A gap in AIS is not a call: it says only what the ship could have done."
NOT_ABSENT = "Not observed is not absent: days without a look say nothing."
CALLED, NOT_CALLED = "called", "did not call"
"""What evidence for and against a call favours, whatever the rival hypotheses are."""


@dataclass
class Draft:
    """What a finding is made of; the first hypothesis is the one that the verdict is about."""

    question: Question
    verdict: Verdict
    hypotheses: list[dict[str, Any]]
    facts: list[str] = field(default_factory=list)
    background: list[str] = field(default_factory=list)
    weighed: list[dict[str, Any]] | None = None
    """Rows as they are, where they favour more than one hypothesis."""
    vessel: str = ""
    window: tuple[datetime, datetime] | None = None
    suffix: str = ""
    from_ais: bool = False


def hypothesis(id_: str, text: str, prior: float, probability: float) -> dict[str, Any]:
    """One rival hypothesis."""
    held = clamp(probability)
    return {"id": id_, "text": text, "prior": prior, "probability": held, "words": words(held)}


def row(case: Case, draft: Draft, evidence: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The FINDING row.

    Raises SimulatedEvidence when it would rest on evidence of another origin than its case.
    """
    question, told = draft.question, draft.verdict.told
    weighed = draft.weighed
    if weighed is None:
        weighed = rows(draft.verdict.added, CALLED, NOT_CALLED)
    background = sorted(set(draft.background) - {item["evidence_id"] for item in weighed})
    used = [evidence[key] for key in (*(item["evidence_id"] for item in weighed), *background)]
    origin = require_one_origin(case, used, draft.vessel)
    start, end = draft.window or (question.start, question.end)
    first = draft.hypotheses[0]
    most = told.most if told else ""
    by_piece = {one.piece.name: one.piece.evidence_ids[0] for one in draft.verdict.added}
    return {
        "finding_id": content_id("finding", VERSION, question.model_dump(mode="json"), draft.suffix, weighed, draft.hypotheses),
        "question_id": question.id,
        "question": question.text or _question_text(question, draft.vessel),
        "kind": question.kind,
        "origin": origin.value,
        "port": question.port,
        "start": utc(start),
        "end": utc(end),
        "vessel": draft.vessel or None,
        "answer": _answer(draft, weighed, window_words(start, end)),
        "probability": first["probability"],
        "words": first["words"],
        "hypotheses": draft.hypotheses,
        "weighed": weighed,
        "background": background,
        "facts": draft.facts,
        "limits": _limits(draft),
        "probability_low": told.low if told else None,
        "probability_high": told.high if told else None,
        "sensitive_to": by_piece.get(most) if most else None,
        "probability_without": told.without if told and most else None,
    }  # fmt: skip


def _answer(draft: Draft, weighed: Sequence[Mapping[str, Any]], when: str) -> str:
    """The answer in one sentence, with the evidence that moves it."""
    cited = sorted({item["evidence_id"] for item in weighed if item["likelihood_ratio"] != 1.0})
    best = draft.hypotheses[0]
    if not cited:
        return f"Not settled: nothing in the record weighs on whether {best['text']} {when}; the stated prior of {percent(best['prior'])} stands."
    if draft.question.kind == "which" and best["probability"] < 0.55:
        shares = ", ".join(f"{one['id']} {percent(one['probability'])}" for one in draft.hypotheses)
        return f"Not settled {when}: {shares} [{', '.join(cited)}]."
    return f"{best['words'].capitalize()} ({percent(best['probability'])}): {best['text']} {when} [{', '.join(cited)}]."


def _question_text(question: Question, vessel: str) -> str:
    when = window_words(question.start, question.end)
    if question.kind == "which":
        return f"Which ship called at {question.port} {when}?"
    return f"Did {vessel or 'a ship'} call at {question.port} {when}?"


def _limits(draft: Draft) -> list[str]:
    question = draft.question
    made = [A_CALL_IS_NOT_A_CARGO, A_GAP_IS_NOT_A_CALL if draft.from_ais else NOT_ABSENT]
    made.append(f"Prior {percent(question.prior)}: {question.prior_reason}.")
    if any(one.piece.detection for one in draft.verdict.added):
        rivals = (
            ""
            if draft.from_ais
            else f"; prior of each other ship of the case {percent(rival_prior(question))}"
        )
        made.append(
            f"Expected ships outside the case for each that is seen: {unknown_ships(question):g}{rivals}."
        )
    return made  # fmt: skip


def unknown_ships(question: Question) -> float:
    """Expected number of unknown ships, as the question or else the weights state it."""
    return weights()["unknown_ships"] if question.unknown_ships is None else question.unknown_ships


def rival_prior(question: Question) -> float:
    """Prior of each other ship of the case, as the question or else the weights state it."""
    return weights()["rival_prior"] if question.rival_prior is None else question.rival_prior
