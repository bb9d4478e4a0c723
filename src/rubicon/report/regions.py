"""Region maps of an options game: where each option deters, over two assumptions; a cross stands at the values taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rubicon.report.svg import WIDE_PX, Frame, Key, el, legend, marker, paragraph, text, tip
from rubicon.report.text import number

CLASSES = {"every": "f-present", "some": "f-series", "in_part": "f-cargo", "none": "f-cell"}
WORDS = {
    "every": "deters in every equilibrium",
    "some": "deters in some equilibria",
    "in_part": "deters in part",
    "none": "does not deter",
}
SIDE_PX, GAP_PX, LEFT_PX = 186.0, 42.0, 22.0


def region_svg(answer: Mapping[str, Any], width_px: int = WIDE_PX, figure_id: str = "regions") -> str:
    """Each option's map over its own credibility and cost, of an answer of `rubicon.respond.games.options.solve`.

    Shares are shares of the stated ranges. Nothing is drawn of maps over several options.
    """
    titles = {each["id"]: each["title"] for each in answer["options"]}
    own = [each for each in answer["regions"] if each["id"] in titles]
    across = max(1, min(len(own), int((width_px + GAP_PX - LEFT_PX) // (SIDE_PX + GAP_PX))))
    body, y = [], 0.0
    for start in range(0, len(own), across):
        for i, shown in enumerate(own[start : start + across]):
            body.append(_panel(shown, titles[shown["id"]], LEFT_PX + i * (SIDE_PX + GAP_PX), y))
        y += SIDE_PX + 100
    if not own:
        body, y = [text(0, 16, "No region map was asked for.", "f-t")], 26.0
    samples = [
        Key(el("rect", x=2, y=-6, width=12, height=12, class_=kind), WORDS[name]) for name, kind in CLASSES.items()
    ]  # fmt: skip
    keys, keys_px = legend([*samples, Key(_cross(8, 0), "values taken")], 0, y + 6, width_px)
    note, note_px = paragraph(0, y + keys_px + 16, " ".join(answer["notes"]), width_px)
    frame = Frame(
        figure_id,
        "Where each option deters, over its credibility and its cost",
        "; ".join(f"{titles[each['id']]}: {_tally(each)}" for each in own) or "No map.",
        "Source: the assumptions of the game, listed beside it; they are not measurements. Figure: Rubicon.",
        width_px,
    )
    return frame.draw("".join(body) + keys + note, y + keys_px + note_px + 10)


def _tally(shown: Mapping[str, Any]) -> str:
    regions = shown["options"][shown["id"]]["regions"]
    return ", ".join(
        f"{WORDS[each['status']]} on {number(round(100 * float(each['share_of_map'])))} of 100 parts of the map" for each in regions
    )  # fmt: skip


def _panel(shown: Mapping[str, Any], title: str, left: float, top: float) -> str:
    """One map: title, cells in runs, axes with their ends, the cross."""
    rows, cell = shown["options"][shown["id"]]["rows"], SIDE_PX / shown["cells"]
    made = [text(left, top + 13, title, "f-p2")]
    top += 22
    for j, row in enumerate(rows):
        y = top + SIDE_PX - (j + 1) * cell
        for at, length, status in _runs(row):
            made.append(
                el("rect", tip(WORDS[status]), x=left + at * cell, y=y, width=length * cell, height=cell, class_=CLASSES[status])
            )  # fmt: skip
    made.append(el("rect", x=left, y=top, width=SIDE_PX, height=SIDE_PX, class_="f-frame"))
    x_axis, y_axis = shown["axes"]
    part = [
        float((axis["value"] - axis["low"]) / (axis["high"] - axis["low"])) if axis["high"] > axis["low"] else 0.5
        for axis in shown["axes"]
    ]  # fmt: skip
    made.append(_cross(left + part[0] * SIDE_PX, top + SIDE_PX * (1 - part[1])))
    for axis, ends in (
        (x_axis, [(left, top + SIDE_PX + 13, "low", "start"), (left + SIDE_PX, top + SIDE_PX + 13, "high", "end")]),
        (y_axis, [(left - 4, top + SIDE_PX, "low", "end"), (left - 4, top + 10, "high", "end")]),
    ):  # fmt: skip
        made += [
            text(x, y, number(float(axis[end])), "f-g", text_anchor=anchor) for x, y, end, anchor in ends
        ]
    y = top + SIDE_PX + 28
    for arrow, axis in (("across", x_axis), ("up", y_axis)):
        words, height = paragraph(left, y, f"{arrow}: {axis['label']}", SIDE_PX + 10, "f-g")
        made.append(words)
        y += height
    return "".join(made)


def _runs(row: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Neighbours of one status: where they begin, how many, which."""
    at = 0
    for status, group in groupby(row):
        length = len(list(group))
        yield at, length, status
        at += length


def _cross(x: float, y: float) -> str:
    return marker("diamond", x, y, 4.0, "f-end ship-6")
