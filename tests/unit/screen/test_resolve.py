from __future__ import annotations

from pathlib import Path

import pytest

from rubicon.errors import UsageError
from rubicon.screen.resolve import Identity, judge_pair, judgements, questions, resolve
from rubicon.store.ledger import Ledger

US, EU = Identity("us:1", "EXAMPLE STAR", imo="9179842"), Identity("eu:1", "OTHER NAME", imo="9179842")
AIS, CLAIM = Identity("ais:1", "EXAMPLE STAR"), Identity("claim:1", "Пример")
DAY = "2024-05-03T00:00:00Z"


def members(
    identities: list[Identity], judged: dict[tuple[str, str], tuple[str, str]]
) -> list[tuple[str, ...]]:
    return [cluster.members for cluster in resolve(identities, judged)]


def test_numbers_join_and_names_ask() -> None:
    assert members([US, EU, AIS], {}) == [("ais:1",), ("eu:1", "us:1")]
    (question,) = questions([US, EU, AIS], {})
    assert (question.one, question.other) == ("ais:1", "us:1")
    assert members([AIS, US, EU, US], {}) == members([US, EU, AIS], {})


def test_a_forged_number_joins_nothing() -> None:
    forged = [Identity("a", "X", imo="9179843"), Identity("b", "Y", imo="9179843")]
    assert members(forged, {}) == [("a",), ("b",)]


def test_a_judgement_holds_through_a_reload_and_the_latest_counts(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    judge_pair(ledger, "us:1", "ais:1", "same", who="A", why="same call sign", at_utc=DAY)
    assert members([US, EU, AIS], judgements(Ledger(ledger.path))) == [("ais:1", "eu:1", "us:1")]
    assert questions([US, EU, AIS], judgements(ledger)) == []
    # A list that comes back without, then with the entry finds the judgement again.
    assert members([EU, AIS], judgements(ledger)) == [("ais:1",), ("eu:1",)]
    assert members([US, EU, AIS], judgements(ledger)) == [("ais:1", "eu:1", "us:1")]
    judge_pair(ledger, "ais:1", "us:1", "unsure", who="B", why="the call sign was reissued", at_utc=DAY)
    assert members([US, EU, AIS], judgements(ledger)) == [("ais:1",), ("eu:1", "us:1")]
    assert len(ledger.entries()) == 2


def test_two_that_were_judged_different_are_not_joined_by_their_number(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    judge_pair(ledger, "us:1", "eu:1", "different", who="A", why="the number was painted over", at_utc=DAY)
    assert members([US, EU], judgements(ledger)) == [("eu:1",), ("us:1",)]
    third = Identity("uk:1", "THIRD", imo="9179842")
    (cluster,) = resolve([US, EU, third], judgements(ledger))
    assert cluster.conflicts == (("eu:1", "us:1"),)


def test_the_reasons_name_the_person(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    judge_pair(ledger, "claim:1", "us:1", "same", who="A", why="photograph", at_utc=DAY)
    reasons = resolve([US, CLAIM], judgements(ledger))[0].reasons
    assert reasons == ("claim:1, us:1: judged the same (A, 2024-05-03: photograph)",)


@pytest.mark.parametrize(
    ("one", "other", "answer", "why"),
    [("a", "a", "same", "x"), ("a", "b", "maybe", "x"), ("a", "b", "same", " ")],
)
def test_a_judgement_that_says_nothing_is_refused(
    tmp_path: Path, one: str, other: str, answer: str, why: str
) -> None:
    with pytest.raises(UsageError):
        judge_pair(Ledger(tmp_path / "l.sqlite"), one, other, answer, who="A", why=why, at_utc=DAY)


def test_a_shared_id_is_refused() -> None:
    with pytest.raises(UsageError, match="one id stands for two"):
        resolve([US, Identity("us:1", "ANOTHER")], {})
