"""The region maps of the options game, as a figure and as a section of the page."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from xml.etree import ElementTree

import pytest

from rubicon.report.regions import SIDE_PX, WORDS, region_svg
from rubicon.report.svg import NARROW_PX, WIDE_PX, standalone
from rubicon.respond.games.options import solve


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    return solve({"cells": 3}, sobol=False)


@pytest.mark.parametrize("width_px", [WIDE_PX, NARROW_PX])
def test_each_option_has_its_map_and_every_cell_is_drawn_once(answer: dict[str, Any], width_px: int) -> None:
    drawn = ElementTree.fromstring(standalone(region_svg(answer, width_px)))
    told = "".join(drawn.itertext())
    for option in answer["options"]:
        assert option["title"] in told
    cells = [
        float(rect.attrib["width"]) * float(rect.attrib["height"])
        for rect in drawn.iter("{http://www.w3.org/2000/svg}rect")
        if rect.find("{http://www.w3.org/2000/svg}title") is not None
    ]
    assert sum(cells) == pytest.approx(4 * SIDE_PX**2, rel=0.01)
    assert "not measurements" in told


def test_a_status_is_told_where_it_is_drawn(answer: dict[str, Any]) -> None:
    one = next(each for each in answer["regions"] if each["id"] == "interdict")
    one = one | {"options": {"interdict": {"rows": [["none", "every"], ["every", "every"]], "regions": [{"status": "every", "share_of_map": Fraction(3, 4)}]}}, "cells": 2}  # fmt: skip
    drawn = ElementTree.fromstring(region_svg(answer | {"regions": [one]}))
    rects = [
        (rect.find("{http://www.w3.org/2000/svg}title").text, float(rect.attrib["width"]))  # type: ignore[union-attr]
        for rect in drawn.iter("{http://www.w3.org/2000/svg}rect")
        if rect.find("{http://www.w3.org/2000/svg}title") is not None
    ]
    assert rects == [(WORDS["none"], SIDE_PX / 2), (WORDS["every"], SIDE_PX / 2), (WORDS["every"], SIDE_PX)]
    assert "75 of 100 parts" in "".join(drawn.itertext())
