"""The lead map: land, ports, tracks and gaps of a case, drawn in Mercator as SVG.

A gap is drawn as a straight dashed line between its ends, which is no route. Ports are labelled without
overlaps; a name that finds no room is listed under the map. Lines and names imply no position.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pyarrow as pa
import shapely

from rubicon.case import Case, Port
from rubicon.report.chart import Box, Placer, View, graticule, mercator, scale_and_north
from rubicon.report.svg import (
    WIDE_PX,
    Frame,
    Key,
    el,
    legend,
    marker,
    paragraph,
    path,
    text,
    text_width,
    tip,
)
from rubicon.report.text import counted, natural, number
from rubicon.report.tracks import tracks as track_layer
from rubicon.schema import Origin

SEAS = (
    ("East Sea / Sea of Japan", (128.0, 35.0, 142.0, 51.0)),
    ("Yellow Sea / West Sea", (118.0, 34.0, 126.5, 41.0)),
)
"""Seas with more than one name in use, each with the area that its name may stand in."""

COUNTRIES = {
    "CN": "China", "EG": "Egypt", "JP": "Japan", "KP": "North Korea", "KR": "South Korea", "RU": "Russia",
}  # fmt: skip
"""Names of countries on labels; other codes are printed as they are."""

LOOK_KINDS = ("image", "visit", "AIS+image")


class Coast(Protocol):
    """What the map needs of a coastline."""

    @property
    def bbox(self) -> Box:
        """West, south, east, north in degrees of the area that it covers; east above 180 over the date line."""

    def land(self, bbox: Box, tolerance_deg: float, /) -> Any:
        """Land polygons in a box inside that area, simplified, as shapely geometry in degrees."""


def map_svg(case: Case, tables: Mapping[str, pa.Table], coast: Coast | None, width_px: int = WIDE_PX) -> str:
    """The map of a case: ports with their dated looks, tracks, gaps; without land where no coastline is.

    `tables` may hold POSITION (thinned tracks), EVENT (kind `gap`) and OBSERVATION. False impressions to
    expect: a thinned track cuts corners; a dashed gap may cross land because it is no route.
    """
    view = window(case, tables.get("POSITION"), width_px)
    land, dry, coast_words = _land(view, coast)
    placer = Placer(view)
    furniture = scale_and_north(view, placer)
    tracks, keys, drawn = track_layer(case, tables, view)
    ports, port_keys, missing = _ports(case, tables, view, placer)
    body = [
        el("rect", x=0, y=0, width=view.width_px, height=view.height_px, class_="f-sea"),
        _polygons(dry, "f-nodata"),
        _polygons(land, "f-land"),
        graticule(view),
        tracks,
        _sea_names(view, shapely.union(land, dry), placer),
        ports,
        furniture,
        el("rect", x=0, y=0, width=view.width_px, height=view.height_px, class_="f-frame"),
    ]
    clip = f"map-{width_px}-clip"
    inner = el("clipPath", el("rect", x=0, y=0, width=view.width_px, height=view.height_px), id=clip)
    inner += el("g", *body, clip_path=f"url(#{clip})")
    key, key_px = legend([*port_keys, *keys], 0, view.height_px + 18, width_px)
    notes, notes_px = _notes(missing, view, key_px, width_px)
    return _frame(case, tables, coast_words, drawn, width_px).draw(
        inner + key + notes, view.height_px + key_px + notes_px + 14
    )


def _frame(case: Case, tables: Mapping[str, pa.Table], coast_words: str, drawn: str, width_px: int) -> Frame:
    names = ", ".join(port.name for port in case.ports)
    observers = _observers(tables.get("OBSERVATION"))
    source = f"Source: {observers}{coast_words} Names and lines on maps imply no position. Figure: Rubicon, case {case.id}."
    desc = f"Map in Mercator projection, north up, with the ports {names}. {drawn}"
    return Frame("map", _title(case, tables), desc, source, width_px, case.origin is Origin.SIMULATED)


def _title(case: Case, tables: Mapping[str, pa.Table]) -> str:
    """What the map shows, with its count."""
    looks, positions = looks_by_port(tables.get("OBSERVATION")), tables.get("POSITION")
    if looks:
        return f"{counted(looks.total(), 'dated look')} at {counted(len(looks), 'port')}"
    if positions is not None and positions.num_rows:
        return f"Tracks of {counted(len(set(positions['vessel_id'].to_pylist())), 'ship')}, and where AIS fell silent"
    return f"{counted(len(case.ports), 'port')} of the case"


def _observers(observations: pa.Table | None) -> str:
    """Who saw what the rings count, most frequent first."""
    if observations is None or not observations.num_rows:
        return "positions of the ports from the case file. "
    count = Counter(observations["observer"].to_pylist())
    names = [name for name, _ in sorted(count.items(), key=lambda item: (-item[1], item[0]))]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"observations by {', '.join(names[:5])}{more}. "


def _notes(missing: Sequence[str], view: View, key_px: float, width_px: int) -> tuple[str, float]:
    """What could not be drawn, under the map."""
    if not missing:
        return "", 0.0
    return paragraph(0, view.height_px + key_px + 26, f"Not on the map: {'; '.join(missing)}.", width_px)


# --- the window -------------------------------------------------------------------------------------


def window(case: Case, positions: pa.Table | None, width_px: int) -> View:
    """The part of the Earth that a map of the case shows: its own box, or one around its ports and positions."""
    west, south, east, north = case.bbox or _bounds(case, positions)
    east += 360.0 if east < west else 0.0
    tall, flat = (0.78, 0.5) if width_px == WIDE_PX else (1.25, 0.85)
    bottom, top = mercator(max(south, -80.0)), mercator(min(north, 80.0))
    wide, high = max(east - west, 1e-3), max(top - bottom, 1e-3)
    if high > tall * wide:
        west, wide = west - (high / tall - wide) / 2, high / tall
    elif high < flat * wide:
        top, high = top + (flat * wide - high) / 2, flat * wide
    scale = width_px / wide
    return View(west, top, scale, width_px, high * scale)


def _bounds(case: Case, positions: pa.Table | None) -> Box:
    """Box around ports and positions with a margin, taking the shorter way over the date line."""
    lats = [port.lat_deg for port in case.ports]
    lons = [port.lon_deg for port in case.ports]
    if positions is not None and positions.num_rows:
        lats += positions["lat_deg"].to_numpy().tolist()
        lons += positions["lon_deg"].to_numpy().tolist()
    if not lats:
        return (-180.0, -60.0, 180.0, 75.0)
    if max(lons) - min(lons) > 180:
        lons = [lon % 360 for lon in lons]
    pad = max(0.08 * max(max(lats) - min(lats), max(lons) - min(lons)), 0.05)
    return (min(lons) - pad, min(lats) - pad, max(lons) + pad, max(lats) + pad)


# --- land, graticule, furniture ---------------------------------------------------------------------


def backdrop(view: View, coast: Coast | None) -> tuple[str, str]:
    """Sea and land under a map, and the words about the coastline."""
    land, dry, words = _land(view, coast)
    sea = el("rect", x=0, y=0, width=view.width_px, height=view.height_px, class_="f-sea")
    return sea + _polygons(dry, "f-nodata") + _polygons(land, "f-land"), words


def _land(view: View, coast: Coast | None) -> tuple[Any, Any, str]:
    """Land in pixels, the part of the map that the coastline does not cover, and the words about both."""
    window = shapely.box(0, 0, view.width_px, view.height_px)
    box = _covered(view, coast.bbox) if coast else None
    if coast is None or box is None:
        return shapely.Polygon(), window, "The area lies outside the bundled coastline: land is not drawn."
    degrees = shapely.clip_by_rect(coast.land(box, 0.4 / view.px_per_deg), *box)
    land = shapely.transform(degrees, lambda lonlat: view.xys(lonlat[:, 1], lonlat[:, 0]))
    (left, bottom), (right, top) = view.xy(box[1], box[0]), view.xy(box[3], box[2])
    seen = shapely.buffer(shapely.box(left, top, right, bottom), 0.5, join_style="mitre")
    rest = shapely.difference(window, seen)
    words = "Coastline: GSHHG (Wessel and Smith), simplified."
    if not rest.is_empty:
        words += " Dotted: outside the bundled coastline, land is not drawn there."
    return land, rest, words


def _covered(view: View, covered: Box) -> Box | None:
    """The part of the view that a coastline covers, in the longitudes of the view; None when there is none."""
    west, south, east, north = view.bbox
    for shift in (0.0, -360.0, 360.0):
        box = (
            max(west, covered[0] + shift),
            max(south, covered[1]),
            min(east, covered[2] + shift),
            min(north, covered[3]),
        )
        if box[0] < box[2] and box[1] < box[3]:
            return box
    return None


def _polygons(area: Any, class_: str) -> str:
    """One path for all polygons of at least a square pixel."""
    rings = []
    for polygon in shapely.get_parts(area):
        if polygon.geom_type == "Polygon" and polygon.area >= 1.0:
            for ring in (polygon.exterior, *polygon.interiors):
                rings.append(path([(float(x), float(y)) for x, y in ring.coords[:-1]], close=True))
    return el("path", d="".join(rings), class_=class_, fill_rule="evenodd") if rings else ""


def _sea_names(view: View, no_water: Any, placer: Placer) -> str:
    """Each sea's name once, on the water farthest from land and labels, when there is room for it."""
    made = []
    for name, (west, south, east, north) in SEAS:
        width = text_width(name, 14)
        x0, y0 = view.xy(north, west)
        x1, y1 = view.xy(south, east)
        best: tuple[float, float, float] | None = None
        for i in range(1, 16):
            for j in range(1, 16):
                x, y = view.width_px * i / 16, view.height_px * j / 16
                box = (x - width / 2 - 4, y - 14, x + width / 2 + 4, y + 6)
                if x0 <= x <= x1 and y0 <= y <= y1 and placer.free(box):
                    room = (
                        float(shapely.distance(no_water, shapely.box(*box))) if not no_water.is_empty else 1.0
                    )
                    if room > 0 and (best is None or room > best[0] + 1e-6):
                        best = (room, x, y)
        if best:
            _, x, y = best
            placer.taken.append((x - width / 2, y - 14, x + width / 2, y + 6))
            made.append(text(x, y, name, "f-water f-halo", text_anchor="middle"))
    return "".join(made)


# --- ports ------------------------------------------------------------------------------------------


def looks_by_port(observations: pa.Table | None) -> Counter[str]:
    """Number of dated looks (images and visits, not summaries of a series) at each port of the case."""
    if observations is None:
        return Counter()
    rows = observations.select(["port", "kind"]).to_pylist()
    return Counter(row["port"] for row in rows if row["port"] and row["kind"] in LOOK_KINDS)


def _ports(
    case: Case, tables: Mapping[str, pa.Table], view: View, placer: Placer
) -> tuple[str, list[Key], list[str]]:
    """Ports with rings and labels, the legend's entries for them, and the ports that are not drawn."""
    looks = looks_by_port(tables.get("OBSERVATION"))
    asked = {question.port for question in case.questions}
    order = sorted(case.ports, key=lambda p: (p.name not in asked, -looks[p.name], natural(p.name)))
    spots, outside = [], []
    for port in order:
        x, y = view.xy(port.lat_deg, port.lon_deg)
        if view.inside(x, y):
            spots.append((port, x, y))
            placer.anchors.append((x, y))
            half = max(_ring_px(looks[port.name]) * 0.7, 5.0)
            placer.taken.append((x - half, y - half, x + half, y + half))
        else:
            outside.append(f"{port.name} ({number(port.lat_deg)}, {number(port.lon_deg)})")
    made = []
    for port, x, y in spots:
        looked = looks[port.name]
        about = f"{port.name}{' (position approximate)' if port.approximate else ''}: {counted(looked, 'dated look')}"
        if looked:
            made.append(el("circle", tip(about), cx=x, cy=y, r=_ring_px(looked), class_="f-ring"))
        made.append(
            marker("circle", x, y, 3.6, "f-port-approx" if port.approximate else "f-port", tip(about))
        )
    for port, x, y in spots:
        label = _label(port, looks[port.name], x, y, placer, port.name in asked)
        made.append(label)
        if not label:
            outside.append(f"{port.name} (no room for its name)")
    return "".join(made), _port_keys(case, looks), outside


def _ring_px(looks: int) -> float:
    """Radius whose area grows with the number of looks."""
    return 6.0 + 3.4 * math.sqrt(looks) if looks else 0.0


def _label(port: Port, looks: int, x: float, y: float, placer: Placer, asked: bool) -> str:
    """Name, with country and looks in a second line; empty when there is no room for it."""
    country = COUNTRIES.get(port.country, port.country)
    second = " · ".join(filter(None, (country, counted(looks, "dated look") if looks else "")))
    width = max(text_width(port.name, 14 if asked else 12.5), text_width(second, 11))
    height = 29.0 if second else 16.0
    spot = placer.place(x, y, width, height)
    if spot is None:
        return ""
    left, top = spot
    near_x, near_y = min(max(x, left), left + width), min(max(y, top), top + height)
    away = math.hypot(near_x - x, near_y - y)
    line = el("path", d=path([(x, y), (near_x, near_y)]), class_="f-leader") if away > 22 else ""
    words = text(left, top + 12, port.name, "f-p1 f-halo" if asked else "f-p2 f-halo")
    return line + words + (text(left, top + 26, second, "f-p3 f-halo") if second else "")


def _port_keys(case: Case, looks: Counter[str]) -> list[Key]:
    keys = [Key(marker("circle", 8, 0, 3.6, "f-port"), "port of the case")]
    if any(port.approximate for port in case.ports):
        keys.append(Key(marker("circle", 8, 0, 3.6, "f-port-approx"), "position approximate"))
    if looks:
        keys.append(Key(el("circle", cx=8, cy=0, r=7, class_="f-ring"), "area: number of dated looks"))
    return keys
