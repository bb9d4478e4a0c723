"""Our equilibria beside another solver's, where it is installed; and what is said where it is not."""

from __future__ import annotations

import importlib.util
from fractions import Fraction

import pytest

from rubicon.respond.games import _crosscheck
from rubicon.respond.games._crosscheck import crosscheck
from rubicon.respond.games._exact import matrix

GAMES = [
    ("[[2,4],[1,3]]", "[[1,0],[0,1]]"),
    ("[[1,-1],[-1,1]]", "[[-1,1],[1,-1]]"),
    ("[[3,0,1],[0,2,1/2]]", "[[2,1,0],[0,1,3]]"),
    ("[[-4,2],[0,0]]", "[[1,-2],[-1,0]]"),
]
needs = pytest.mark.skipif(
    importlib.util.find_spec("pygambit") is None, reason="the extra `games-check` is not installed"
)


@needs
@pytest.mark.parametrize(("first", "second"), GAMES)
def test_the_other_solver_agrees(first: str, second: str) -> None:
    found = crosscheck(matrix(first, "first"), matrix(second, "second"))
    assert found["agrees"] is True, found


@needs
def test_a_time_limit_is_kept_and_said() -> None:
    found = crosscheck(matrix(GAMES[0][0], "first"), matrix(GAMES[0][1], "second"), limit_s=0.001)
    assert found["agrees"] is None
    assert "no answer within" in found["reason"]


def test_without_it_the_answer_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_crosscheck.importlib.util, "find_spec", lambda name: None)
    found = crosscheck(((Fraction(1),),), ((Fraction(1),),))
    assert found["agrees"] is None
    assert "games-check" in found["reason"]
