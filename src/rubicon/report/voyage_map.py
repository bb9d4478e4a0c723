"""The voyage map of one ship: track, silences with their envelopes, stops with numbers, legs with the speed they need.

An envelope is every place from which both ends of a silence lie within the ship's highest speed by sea: an upper bound of
where it can have been, no forecast. A dashed leg joins two stops and is no route.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pyarrow as pa
import shapely

from rubicon.assess.voyages import Chain
from rubicon.case import Case
from rubicon.report.chart import Placer, View, graticule, scale_and_north
from rubicon.report.map import Coast, backdrop, window
from rubicon.report.scope import narrowed
from rubicon.report.svg import WIDE_PX, Frame, Key, el, legend, marker, paragraph, path, text, text_width, tip
from rubicon.report.text import moment, number
from rubicon.report.tracks import tracks as track_layer
from rubicon.report.voyage import Journey, Voyage
from rubicon.schema import Origin

JOIN_PX = 2.5


def voyage_svg(
    case: Case, tables: Mapping[str, pa.Table], coast: Coast | None, journey: Journey, width_px: int = WIDE_PX
) -> str:
    """The map of a ship's voyages."""
    ship, known = journey.ship, journey.voyages
    own, mine = narrowed(case, tables, ship.name)
    view = window(case, mine.get("POSITION"), width_px)
    land, coast_words = backdrop(view, coast)
    placer = Placer(view)
    furniture = scale_and_north(view, placer)
    areas, notes = _envelopes(journey, view), journey.notes
    drawn, keys, words = track_layer(own, mine, view)
    stops = _stops(known, view, placer)
    clip = f"voyage-{width_px}-clip"
    frame = el("rect", x=0, y=0, width=view.width_px, height=view.height_px, class_="f-frame")
    body = "".join(
        [land, graticule(view), areas, drawn, _legs(known, view), _ports(case, view), stops, furniture, frame]
    )
    inner = el("clipPath", el("rect", x=0, y=0, width=view.width_px, height=view.height_px), id=clip)
    inner += el("g", body, clip_path=f"url(#{clip})")
    key, key_px = legend([*_keys(known, bool(areas)), *keys], 0, view.height_px + 18, width_px)
    note, note_px = (
        paragraph(0, view.height_px + key_px + 24, " ".join(notes), width_px) if notes else ("", 0.0)
    )
    source = f"Source: {_sources(mine)} {coast_words} Names and lines on maps imply no position. Figure: Rubicon, case {case.id}."
    desc = f"Map of the voyages of {ship.name}, north up. {words}"
    title = f"{ship.name}: stops, legs, and where she can have been while silent"
    made = Frame("voyage", title, desc, source, width_px, case.origin is Origin.SIMULATED)
    return made.draw(inner + key + note, view.height_px + key_px + note_px + 20)


def _sources(tables: Mapping[str, pa.Table]) -> str:
    parts = []
    if (fixes := tables.get("POSITION")) is not None and fixes.num_rows:
        parts.append("AIS positions")
    if (looks := tables.get("OBSERVATION")) is not None and looks.num_rows:
        observers = sorted(set(looks["observer"].to_pylist()))
        more = f" and {len(observers) - 4} more" if len(observers) > 4 else ""
        parts.append(f"observations by {', '.join(observers[:4])}{more}")
    return f"{' and '.join(parts) or 'positions of the ports from the case file'}."


def _envelopes(journey: Journey, view: View) -> str:
    """Outlines of the silences' envelopes."""
    made, speed = [], number(journey.ship.max_speed_kn)
    for gap, area in journey.envelopes:
        shape = shapely.transform(area.polygon, lambda lonlat: view.xys(lonlat[:, 1], lonlat[:, 0]))
        # Rows of cells touch only up to the simplification of their outline: a hair's breadth joins them.
        shape = shape.buffer(JOIN_PX, join_style="mitre").buffer(-JOIN_PX, join_style="mitre")
        rings = [
            path([(float(x), float(y)) for x, y in ring.coords[:-1]], close=True)
            for part in shapely.get_parts(shapely.simplify(shape, 0.7))
            if part.geom_type == "Polygon" and part.area > 2.0
            for ring in (part.exterior, *part.interiors)
        ]
        words = f"Envelope of the silence of {number(round(gap.hours, 1))} h from {moment(gap.start)} at {speed} kn"
        made.append(el("path", tip(words), d="".join(rings), class_="f-envelope", fill_rule="evenodd"))
    return "".join(made)


def _best(known: Sequence[Voyage]) -> list[Chain]:
    """The likeliest alternative of each voyage."""
    return [voyage.chains[0] for voyage in known if voyage.chains]


def _legs(known: Sequence[Voyage], view: View) -> str:
    """Legs of the likeliest alternatives between different places."""
    made = []
    for chain in _best(known):
        for (before, after), leg in zip(pairwise(chain.stops), chain.legs, strict=True):
            if before.place != after.place:
                ends = [view.xy(*before.place), view.xy(*after.place)]
                speed = f", needs {number(leg.speed_needed_kn)} kn" if leg.speed_needed_kn is not None else ""
                words = f"{leg.start} to {leg.end}: {number(leg.distance_km)} km by sea{speed}"
                class_ = "f-leg" if leg.fits else "f-leg f-leg-no"
                made.append(el("path", tip(words), d=path(ends), class_=class_))
    return "".join(made)


def _stops(known: Sequence[Voyage], view: View, placer: Placer) -> str:
    """Stops of the likeliest alternatives; those at one place share a mark and the numbers of their voyages."""
    at: dict[tuple[float, float], list[tuple[int, str]]] = {}
    for index, chain in enumerate(_best(known), start=1):
        for stop in chain.stops:
            at.setdefault(stop.place, []).append((index, stop.kind))
    made = []
    for place, stops in at.items():
        x, y = view.xy(*place)
        if not view.inside(x, y):
            continue
        placer.anchors.append((x, y))
        kind = "call" if all(each == "call" for _, each in stops) else "stop"
        made.append(marker("circle", x, y, 5, f"f-{kind}-mark"))
        words = _numbers(sorted({index for index, _ in stops}))
        spot = placer.place(x, y, text_width(words, 12) + 2, 15)
        if spot:
            made.append(text(spot[0], spot[1] + 12, words, "f-p2 f-halo"))
    return "".join(made)


def _numbers(indices: Sequence[int]) -> str:
    """`1, 4` for few voyages, `1 to 9` for many."""
    return ", ".join(map(str, indices)) if len(indices) <= 4 else f"{indices[0]} to {indices[-1]}"


def _ports(case: Case, view: View) -> str:
    made = []
    for port in case.ports:
        x, y = view.xy(port.lat_deg, port.lon_deg)
        if view.inside(x, y):
            made.append(marker("circle", x, y, 2.6, "f-port", tip(port.name)))
            if x + text_width(port.name, 11) + 8 < view.width_px:
                made.append(text(x + 6, y - 6, port.name, "f-p3 f-halo"))
    return "".join(made)


def _keys(known: Sequence[Voyage], envelopes: bool) -> list[Key]:
    keys, stops = [], [stop for chain in _best(known) for stop in chain.stops]
    if envelopes:
        area = el("rect", x=1, y=-6, width=14, height=12, class_="f-envelope")
        keys.append(Key(area, "where she can have been in a silence (no forecast)"))
    if stops:
        keys.append(Key(marker("circle", 8, 0, 5, "f-stop-mark"), "stop, with the number of its voyage"))
        keys.append(
            Key(el("path", d="M0 0H16", class_="f-leg"), "leg of the likeliest alternative (no route)")
        )
    if any(stop.kind == "call" for stop in stops):
        keys.append(
            Key(marker("circle", 8, 0, 5, "f-call-mark"), "call that fits a silence: supposed, not seen")
        )
    return keys
