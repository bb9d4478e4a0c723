"""Where the cases that come with Rubicon lie: in the wheel, or beside the sources of a clone."""

from __future__ import annotations

from pathlib import Path

from rubicon.errors import InputMissing

HERE = Path(__file__).resolve().parent


def example(name: str) -> Path:
    """Case file of an example.

    Raises InputMissing naming the places that were tried.
    """
    places = [HERE / "examples", HERE.parents[1] / "examples"]
    for place in places:
        if (found := place / name / "case.toml").is_file():
            return found
    raise InputMissing("example not found", place=", ".join(str(place / name) for place in places))
