"""Which paragraph lets whom inspect this ship here, and with whose consent? Decision support, no legal advice.

The rules are data that a lawyer can read and extend: `law/measures.csv` says what each paragraph holds, with
its source and whether the official text was read; `law/rules.csv` says when it applies, one or several rows for a paragraph. The answer is
conditional throughout: "if the cargo was arms, paragraph X would prohibit ...". Whether reasonable grounds exist is for the
State concerned, and what a ship carried is for evidence, not for this module: a call is not a cargo.

The direction is from the DPRK (or, under `regime = libya`, to or from Libya). Boundaries are taken as asked; contested ones
need a lawyer. UNCLOS binds its parties; for others most of what is used here is held to be custom.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import pyarrow as pa
from pydantic import Field, ValidationError

from rubicon.case import Situation, Strict
from rubicon.errors import OptionError
from rubicon.provenance import content_id
from rubicon.respond.lawbook import (
    Agreement,
    Measure,
    Rule,
    agreements,
    endorsers,
    fact_rows,
    law_files,
    measures,
    rules,
)
from rubicon.schema import OPTION, rows_to_table

__all__ = [
    "LawAnswer",
    "LawQuestion",
    "applicable",
    "ask",
    "fact_rows",
    "from_situation",
    "law_files",
    "law_options",
]

CARGO_CONDITIONS = {
    "conventional_arms": "If the cargo was arms",
    "missiles": "If the cargo was missiles or parts of them",
    "wmd": "If the cargo was a weapon of mass destruction or material for one",
    "coal": "If the cargo was coal",
    "none": "Whatever the cargo is now",
}
ZONE = r"^(high_seas|(eez|territorial_sea|internal_waters|port):[A-Z]{2})$"
FOR_THE_STATE = "Whether reasonable grounds exist is for the State concerned."


class LawQuestion(Strict):
    """Flag, place, supposed cargo, ship, actor and day of one question; countries as ISO 3166 alpha-2."""

    flag: str = Field(pattern=r"^([A-Z]{2}|none)$")
    zone: str = Field(pattern=ZONE)
    cargo: Literal["conventional_arms", "missiles", "wmd", "coal", "none"]
    date: date
    involvement: Literal["aboard", "past", "none"] = "aboard"
    regime: Literal["dprk", "libya"] = "dprk"
    ship_type: Literal["merchant", "naval_auxiliary", "warship"] = "merchant"
    origin_pier: str = ""
    actor: str = Field("", pattern=r"^([A-Z]{2})?$")

    @property
    def zone_kind(self) -> str:
        """The zone without its State."""
        return self.zone.partition(":")[0]

    @property
    def coastal(self) -> str:
        """The State whose zone or port it is; empty on the high seas."""
        return self.zone.partition(":")[2]


@dataclass(frozen=True)
class LawAnswer:
    """Paragraphs that would apply, and those that would not, each with its reason."""

    applicable: list[dict[str, Any]] = field(default_factory=list)
    not_applicable: list[dict[str, Any]] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """The answer as a JSON object."""
        return {"applicable": self.applicable, "not_applicable": self.not_applicable}


def ask(**fields: Any) -> LawQuestion:
    """A question from raw values, such as options of the command line.

    Raises OptionError naming each value that cannot be.
    """
    try:
        return LawQuestion(**fields)
    except ValidationError as error:
        reasons = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise OptionError(reasons, place="law") from None


def from_situation(situation: Situation) -> LawQuestion:
    """The question that a situation of a case asks.

    Raises OptionError naming the situation's value that cannot be.
    """
    return ask(**{name: getattr(situation, name) for name in LawQuestion.model_fields})


def applicable(question: LawQuestion) -> LawAnswer:
    """Every paragraph held against the question, in the order of `measures.csv`, boarding agreements last."""
    answer = LawAnswer()
    for measure in measures().values():
        outcomes = [(rule, *_first_reason(rule, question)) for rule in rules()[measure.id]]
        fitting = next((rule for rule, _, reason in outcomes if not reason), None)
        if fitting:
            answer.applicable.append(_applied(measure, fitting, question))
        else:
            answer.not_applicable.append(_refused(measure, max(outcomes, key=lambda outcome: outcome[1])[2]))
    for agreement in agreements():
        if refused := _no_agreement(agreement, question):
            answer.not_applicable.append(_refused(agreement.measure, refused))
        else:
            answer.applicable.append(_by_agreement(agreement))
    return answer


def law_options(situations: Iterable[Situation]) -> pa.Table:
    """OPTION rows for the paragraphs that would apply in each situation; `detail` holds the whole row and question."""
    rows = []
    for situation in situations:
        question = from_situation(situation)
        asked = question.model_dump(mode="json") | {"situation": situation.id, "text": situation.text}
        for row in applicable(question).applicable:
            detail = row | {"question": asked}
            rows.append(
                {
                    "option_id": content_id("law", detail),
                    "kind": "law",
                    "subject": row["title"],
                    "actor": row["actor"],
                    "status": row["verb"],
                    "date": row["in_force_from"],
                    "text": f"{situation.text}. {row['text']}",
                    "detail": json.dumps(detail, sort_keys=True, ensure_ascii=False),
                    "verification": row["verification"],
                    "evidence_ids": [row["evidence_id"], *situation.evidence],
                }
            )
    return rows_to_table(rows, OPTION)


def _first_reason(rule: Rule, question: LawQuestion) -> tuple[int, str]:
    """How many tests the rule passes, and why it fails the next; an empty reason when it passes all."""
    tests = (_regime, _never, _dates, _ship_type, _flag, _involvement, _cargo, _zone, _who, _pier)
    for passed, test in enumerate(tests):
        if reason := test(rule, question):
            return passed, f"{reason}: {rule.aside}" if rule.aside and test in _EXPLAINED else reason
    return len(tests), ""


def _regime(rule: Rule, question: LawQuestion) -> str:
    if rule.regime in ("any", question.regime):
        return ""
    return f"belongs to the {rule.regime.upper() if rule.regime == 'dprk' else 'Libya'} measures, which were not asked about"


def _never(rule: Rule, question: LawQuestion) -> str:
    return rule.never


def _dates(rule: Rule, question: LawQuestion) -> str:
    day = question.date.isoformat()
    if day < rule.from_date:
        return f"begins on {rule.from_date}"
    return f"ended on {rule.until}" if rule.until and day > rule.until else ""


def _ship_type(rule: Rule, question: LawQuestion) -> str:
    if "any" in rule.ship_types or question.ship_type in rule.ship_types:
        return ""
    if question.ship_type == "merchant":
        return "speaks of ships entitled to sovereign immunity; this one is asked about as a merchant ship"
    kind = question.ship_type.replace("_", " ")
    return f"the ship is asked about as a {kind}: sovereign immunity (2375 paragraph 10; UNCLOS 32, 95, 96)"


def _flag(rule: Rule, question: LawQuestion) -> str:
    flag = question.flag
    fits = {
        "any": True,
        "none": flag == "none",
        "flagged": flag != "none",
        "foreign": flag != question.coastal,
        "KP": flag == "KP",
    }
    if fits[rule.flags]:
        return ""
    return {
        "none": f"speaks of ships without nationality; this one flies {flag}",
        "flagged": "there is no flag State to ask: the ship is without nationality (see UNCLOS 110)",
        "foreign": "speaks of foreign ships; this one flies the coastal State's flag",
        "KP": f"names ships of the DPRK; this one flies {flag}",
    }[rule.flags]


def _cargo(rule: Rule, question: LawQuestion) -> str:
    if question.cargo in rule.cargo:
        return ""
    covered = ", ".join(kind.replace("_", " ") for kind in rule.cargo)
    return f"covers {covered}; the question supposes {question.cargo.replace('_', ' ')}"


def _involvement(rule: Rule, question: LawQuestion) -> str:
    if question.involvement in rule.involvement:
        return ""
    if question.involvement == "none":
        return "no involvement is supposed, and it needs one"
    return f"needs cargo or conduct {' or '.join(rule.involvement)}; the question supposes {question.involvement}"


def _zone(rule: Rule, question: LawQuestion) -> str:
    if "any" in rule.zones or question.zone_kind in rule.zones:
        return ""
    named = dict.fromkeys(
        zone.replace("_", " ") for one in rules()[rule.id] for zone in one.zones if zone != "any"
    )
    return f"speaks of {', '.join(named)}; the ship is in {question.zone.replace('_', ' ')}"


def _who(rule: Rule, question: LawQuestion) -> str:
    if rule.who == "coastal" and question.actor not in ("", question.coastal):
        return f"speaks to the State whose port or waters these are ({question.coastal}), not to {question.actor}"
    return ""


def _pier(rule: Rule, question: LawQuestion) -> str:
    pier, _, why = rule.unless_pier.partition(": ")
    return why if pier and pier in question.origin_pier.casefold() else ""


_EXPLAINED = (_flag, _cargo)
"""Tests after whose reason the rule's own remark is printed."""


def _applied(measure: Measure, rule: Rule, question: LawQuestion) -> dict[str, Any]:
    """One row of the answer."""
    return {
        "id": measure.id,
        "title": measure.title,
        "verb": rule.verb,
        "actor": _actor(rule, question),
        "text": _sentence(measure, rule, question),
        "consent_needed": {"yes": True, "no": False}.get(rule.consent),
        "consent": rule.consent_note or "n/a",
        "obstacles": [*rule.obstacles, *_more_obstacles(rule, question)],
        "missing": [*rule.missing, *_more_missing(rule, question)],
        "in_force_from": rule.from_date,
        "place_bound": "any" not in rule.zones,
        "verification": measure.verification,
        "source_url": measure.source_url,
        "evidence_id": measure.evidence_id,
    }


def _refused(measure: Measure, reason: str) -> dict[str, Any]:
    return {
        "id": measure.id,
        "title": measure.title,
        "reason": reason,
        "verification": measure.verification,
        "source_url": measure.source_url,
    }


def _sentence(measure: Measure, rule: Rule, question: LawQuestion) -> str:
    if not rule.would.startswith("would"):
        return f"{measure.title}: {rule.would}."
    condition = rule.condition or CARGO_CONDITIONS[question.cargo]
    if question.involvement == "past" and not rule.condition:
        supposed = question.cargo in ("conventional_arms", "missiles", "wmd")
        condition = (
            condition.replace("the cargo", "an earlier cargo")
            if supposed
            else "If an earlier cargo was prohibited"
        )
    return f"{condition}, {measure.title} {rule.would}.{' ' + FOR_THE_STATE if rule.grounds else ''}"


def _actor(rule: Rule, question: LawQuestion) -> str:
    if rule.who == "coastal":
        return question.coastal
    if rule.who == "flag":
        return f"flag State {question.flag}"
    if rule.who == "committee":
        return "1718 Committee"
    return question.actor or ("an endorsing State" if rule.who == "endorser" else "any State")


def _more_obstacles(rule: Rule, question: LawQuestion) -> list[str]:
    """Obstacles that follow from the question rather than from the paragraph."""
    found = []
    if rule.who == "coastal" and question.coastal == question.flag:
        found.append(f"the State that would act is the ship's own flag State ({question.flag})")
    if question.zone_kind == "eez" and rule.consent == "yes":
        found.append("UNCLOS 58(2) carries the high-seas rules on boarding into the exclusive economic zone")
    return found


def _more_missing(rule: Rule, question: LawQuestion) -> list[str]:
    """What has to be known, beyond the paragraph, before it could be used."""
    found = []
    if rule.grounds:
        found.append("information that gives reasonable grounds, as the State concerned judges")
    if "none" not in rule.cargo and question.involvement == "aboard":
        found.append("evidence of the cargo itself: a call is not a cargo")
    if question.coastal and question.zone_kind != "port" and "any" not in rule.zones:
        found.append("the boundary: zones here are as asked, and some are disputed")
    if rule.who == "endorser":
        found.append(_about_endorser(question))
    return found


def _about_endorser(question: LawQuestion) -> str:
    own_waters = question.zone_kind not in ("high_seas", "eez")
    state = question.coastal if own_waters else question.actor
    if state in endorsers():
        return f"{state} is taken as an endorser from memory: check the list of endorsers"
    return f"check the list of endorsers for {state or 'the acting State'}"


def _no_agreement(agreement: Agreement, question: LawQuestion) -> str:
    """Why a boarding agreement does not help; empty when it would."""
    tests = (
        (question.flag != agreement.iso2, f"covers ships under the flag of {agreement.flag}; this one flies {question.flag}"),
        (question.cargo not in ("wmd", "missiles"), "covers weapons of mass destruction, their delivery systems and related materials only"),
        (question.involvement != "aboard", "speaks of cargo that is aboard"),
        (question.ship_type != "merchant", "the ship is entitled to sovereign immunity"),
        (question.zone_kind not in ("high_seas", "eez"), "speaks of international waters"),
        (question.actor not in ("", "US"), f"is between the United States and {agreement.flag}; the actor is {question.actor}"),
        (question.date.isoformat() < (agreement.in_force or agreement.signed), f"not in force before {agreement.in_force or agreement.signed}"),
    )  # fmt: skip
    return next((reason for fails, reason in tests if fails), "")


def _by_agreement(agreement: Agreement) -> dict[str, Any]:
    missing = [
        "information that gives reasonable grounds, as the State concerned judges",
        "evidence of the cargo itself: a call is not a cargo",
        "the text of the agreement: its procedure and time limits",
    ]
    if not agreement.in_force:
        missing.append("the day of its entry into force")
    return {
        "id": agreement.measure.id,
        "title": agreement.measure.title,
        "verb": "may",
        "actor": "US",
        "text": "If the cargo was a weapon of mass destruction, its delivery system or related material, "
        f"the agreement would give a procedure for boarding with the consent of {agreement.flag}. {FOR_THE_STATE}",
        "consent_needed": True,
        "consent": "flag State consent, by the agreement's own procedure",
        "obstacles": ["the agreement covers no conventional arms"],
        "missing": missing,
        "in_force_from": agreement.in_force or agreement.signed,
        "place_bound": True,
        "verification": agreement.measure.verification,
        "source_url": agreement.measure.source_url,
        "evidence_id": agreement.measure.evidence_id,
    }
