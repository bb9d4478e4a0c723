"""Findings: the answer to each question of the case, with rival hypotheses and the evidence for each.

Every question goes one way: rows become pieces of evidence (`assess.likelihoods`, `assess.at_port`), pieces meet in a
contest of all ships that may have called (`assess.contest`), and `assess.fusion` gives the probabilities. Weights and
priors are stated and editable: `weights.csv`, and `prior`, `rival_prior` and `unknown_ships` of a question. What weighs
nothing is shown as background. Probabilities stay within 1 to 99 %.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from rubicon.assess.arena import arena, with_scene_items
from rubicon.assess.contest import SAME_ROOT, called
from rubicon.assess.finding_rows import CALLED, NOT_CALLED, Draft, hypothesis, rival_prior, row
from rubicon.assess.gap_findings import each_gap
from rubicon.assess.known import Known, any_ship, of_window
from rubicon.assess.looks import departure_sentence, departures, sentence
from rubicon.assess.weights import weights
from rubicon.assess.which_findings import which
from rubicon.case import Case, Question
from rubicon.schema import FINDING, rows_to_table

__all__ = ["SAME_ROOT", "Known", "answer"]


def answer(case: Case, known: Known) -> pa.Table:
    """FINDING rows for all questions of the case, in the order of the questions.

    Raises SimulatedEvidence when a finding would rest on evidence of another origin than its case.
    """
    made: list[dict[str, Any]] = []
    for question in case.questions:
        if question.each_gap:
            made.extend(each_gap(case, question, known))
        elif question.kind == "which":
            made.extend(which(case, question, known))
        else:
            made.append(_call(case, question, known))
    return rows_to_table(made, FINDING)


def _call(case: Case, question: Question, known: Known) -> dict[str, Any]:
    """Did a ship (or the named ship) call at the port in the window?"""
    looks, background = known.looks(case, question)
    if question.vessel:
        ships = [
            of_window(known, ship, question, question.prior if ship.name == question.vessel else rival_prior(question))
            for ship in case.ships
        ]  # fmt: skip
        made = arena(case, question, known, ships, {one.key: looks for one in ships})
        key = question.vessel
    else:
        one = any_ship(question)
        made = arena(case, question, known, [one], {one.key: looks})
        made, key = with_scene_items(made, weights()["ship_detected"]), one.key
    verdict = made.verdict(key, called(key))
    seen = made.seen_by(key)
    subject = question.vessel or "a ship"
    other = f"{subject} did not call at {question.port}{': another ship did' if seen else ''}"
    hypotheses = [
        hypothesis(CALLED, f"{subject} called at {question.port}", question.prior, verdict.probability),
        hypothesis(NOT_CALLED, other, 1 - question.prior, 1 - verdict.probability),
    ]
    facts = [sentence(look) for look in looks] + [departure_sentence(*pair) for pair in departures(looks)]
    draft = Draft(
        question, verdict, hypotheses, facts,
        [*(look["observation_id"] for look in background), *made.background[key]], vessel=question.vessel,
    )  # fmt: skip
    return row(case, draft, known.evidence)
