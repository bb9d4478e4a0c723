"""A small SVG writer: elements with rounded numbers and escaped text, and the frame that all figures share.

Figures are deterministic strings. Colours come from CSS variables, so that a figure inlined in the page
follows its light and dark palette; `standalone` fixes the light palette for a file on its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from markupsafe import escape

from rubicon.report.text import SIMULATED, clean

BAND_PX = 22.0
LINE_PX = 14.0
WIDE_PX = 920
NARROW_PX = 358
"""Widths for a desktop page and for a phone of 390 px: text keeps its size in both."""


def fmt(value: float) -> str:
    """A coordinate with one decimal at most; no minus zero."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def el(tag: str, *children: str, **attributes: str | float | None) -> str:
    """One element; `class_` becomes `class`, underscores become dashes, None leaves an attribute out."""
    parts = []
    for name, value in attributes.items():
        if value is not None:
            shown = escape(clean(value)) if isinstance(value, str) else fmt(value)
            parts.append(f' {name.rstrip("_").replace("_", "-")}="{shown}"')
    inner = "".join(children)
    return f"<{tag}{''.join(parts)}>{inner}</{tag}>" if inner else f"<{tag}{''.join(parts)}/>"


def text(x: float, y: float, words: str, class_: str = "f-t", **attributes: str | float | None) -> str:
    """Text at a baseline point; the words are escaped."""
    return el("text", str(escape(clean(words))), x=x, y=y, class_=class_, **attributes)


def tip(words: str) -> str:
    """A tooltip, which screen readers read too."""
    return el("title", str(escape(clean(words))))


def path(points: list[tuple[float, float]], close: bool = False) -> str:
    """Path data through points, with repeated points left out."""
    made: list[str] = []
    for x, y in points:
        step = f"{fmt(x)} {fmt(y)}"
        if not made or made[-1] != step:
            made.append(step)
    return "M" + "L".join(made) + ("Z" if close else "")


def text_width(words: str, size_px: float = 12.0) -> float:
    """Estimated width of a line: generic fonts differ, so this is generous."""
    return size_px * sum(
        1.02 if ord(c) > 0x2E80 else 0.36 if c in "iljI.,:;'|! ()[]" else 0.64 for c in words
    )


def wrap(words: str, width_px: float, size_px: float = 11.0) -> list[str]:
    """Break a sentence into lines of at most the width."""
    lines: list[str] = []
    for word in words.split():
        if lines and text_width(f"{lines[-1]} {word}", size_px) <= width_px:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def paragraph(x: float, y: float, words: str, width_px: float, class_: str = "f-s") -> tuple[str, float]:
    """Wrapped lines from a first baseline on, and the height that they take."""
    lines = wrap(words, width_px)
    return "".join(text(x, y + LINE_PX * i, line, class_) for i, line in enumerate(lines)), LINE_PX * len(
        lines
    )


def marker(shape: str, x: float, y: float, r: float, class_: str, *children: str) -> str:
    """A mark that differs by shape as well as colour: circle, square, diamond, triangle, ring, tick."""
    if shape in ("circle", "ring"):
        return el("circle", *children, cx=x, cy=y, r=r, class_=class_)
    if shape == "square":
        return el("rect", *children, x=x - r, y=y - r, width=2 * r, height=2 * r, class_=class_)
    if shape == "tick":
        return el("rect", *children, x=x - 1.2, y=y - r, width=2.4, height=2 * r, class_=class_)
    corners = {
        "diamond": [(x, y - r * 1.3), (x + r * 1.3, y), (x, y + r * 1.3), (x - r * 1.3, y)],
        "triangle": [(x, y - r * 1.15), (x + r * 1.1, y + r * 0.85), (x - r * 1.1, y + r * 0.85)],
    }[shape]
    return el("path", *children, d=path(corners, close=True), class_=class_)


@dataclass(frozen=True)
class Key:
    """One entry of a legend: a drawn sample (16 px wide, centred on 8, 0) and its words."""

    sample: str
    words: str


def legend(keys: list[Key], x: float, y: float, width_px: float) -> tuple[str, float]:
    """Entries in rows that fit the width; gives the markup and its height."""
    made, at_x, at_y = [], x, y
    for key in keys:
        need = 22 + text_width(key.words, 11.5) + 14
        if at_x > x and at_x + need > x + width_px + 14:
            at_x, at_y = x, at_y + 18
        made.append(el("g", key.sample, transform=f"translate({fmt(at_x)} {fmt(at_y)})"))
        made.append(text(at_x + 22, at_y + 4, key.words, "f-k"))
        at_x += need
    return "".join(made), (at_y - y + 18) if keys else 0.0


@dataclass(frozen=True)
class Frame:
    """What every figure carries: an id, a title, a description for those who cannot see it, its source."""

    figure_id: str
    title: str
    desc: str
    source: str
    width_px: int = WIDE_PX
    simulated: bool = False

    def draw(self, body: str, height_px: float) -> str:
        """The whole figure around a body that is `height_px` tall."""
        ident = f"{self.figure_id}-{self.width_px}"
        top = BAND_PX + 8 if self.simulated else 0.0
        lines = wrap(self.title, self.width_px * 0.97, 16.5)
        heading = "".join(text(0, top + 15 + 19 * i, line, "f-h") for i, line in enumerate(lines))
        top += 19 * len(lines) + 7
        words = (
            self.source.replace("Source: ", "Source: simulated by Rubicon; ", 1)
            if self.simulated
            else self.source
        )
        source, source_px = paragraph(0, top + height_px + 14, words, self.width_px)
        total = top + height_px + source_px + 8
        return el(
            "svg",
            el("title", str(escape(clean(self.title))), id=f"{ident}-t"),
            el("desc", str(escape(clean(self._words()))), id=f"{ident}-d"),
            self._band(ident) if self.simulated else "",
            heading,
            el("g", body, transform=f"translate(0 {fmt(top)})"),
            source,
            xmlns="http://www.w3.org/2000/svg",
            class_=f"figure {'wide' if self.width_px == WIDE_PX else 'narrow'}",
            viewBox=f"0 0 {self.width_px} {fmt(total)}",
            width=self.width_px,
            height=total,
            role="img",
            aria_labelledby=f"{ident}-t {ident}-d",
        )

    def _words(self) -> str:
        return f"{SIMULATED}. {self.desc}" if self.simulated else self.desc

    def _band(self, ident: str) -> str:
        pattern = el(
            "pattern",
            el("rect", width=12, height=12, class_="f-sim-a"),
            el("path", d="M-3 3L3 -3M0 12L12 0M9 15L15 9", class_="f-sim-b"),
            id=f"{ident}-hatch",
            width=12,
            height=12,
            patternUnits="userSpaceOnUse",
        )
        plate_px = 1.2 * text_width(SIMULATED, 12) + 20
        return (
            el("defs", pattern)
            + el("rect", x=0, y=0, width=self.width_px, height=BAND_PX, fill=f"url(#{ident}-hatch)")
            + el("rect", x=8, y=3, width=plate_px, height=BAND_PX - 6, class_="f-sim-plate")
            + text(18, BAND_PX - 7, SIMULATED, "f-sim-text")
        )


@cache
def template_text(name: str) -> str:
    """Text of a file of the templates folder."""
    return (resources.files("rubicon.report") / "templates" / name).read_text(encoding="utf-8")


def standalone(svg: str) -> str:
    """A figure as a file of its own: the light palette written into it, for any SVG reader."""
    css = template_text("figure.css")
    palette = dict(re.findall(r"(--[a-z-]+):\s*([^;]+);", css.split("}", 1)[0]))
    rules = re.sub(r"var\((--[a-z-]+)\)", lambda found: palette[found[1]], css.split("/* rules */", 1)[1])
    head, rest = svg.split(">", 1)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}><style>{rules}</style>{rest}\n'
