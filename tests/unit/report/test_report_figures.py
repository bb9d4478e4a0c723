from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
import shapely
from report_fixture import (
    SHIPS,
    exercise_case,
    exercise_file,
    exercise_tables,
    najin_case,
    najin_tables,
    options,
    utc,
    write_inputs,
)

from rubicon.case import Port
from rubicon.geo.coast import load_coast
from rubicon.report.calendar import calendar_svg
from rubicon.report.coverage import lag_words
from rubicon.report.figures import FIGURE_IDS, draw, files
from rubicon.report.map import map_svg
from rubicon.report.svg import NARROW_PX, WIDE_PX, el, fmt, text_width, wrap
from rubicon.report.text import SIMULATED
from rubicon.report.timeline import timeline_svg
from rubicon.schema import EVENT, OBSERVATION, OPTION, POSITION, rows_to_table

SVG = "{http://www.w3.org/2000/svg}"


class Square:
    """A coastline of one square island."""

    bbox = (120.0, 30.0, 140.0, 50.0)

    def land(self, bbox: Any, tolerance_deg: float) -> Any:
        return shapely.intersection(shapely.box(131, 42, 132, 43), shapely.box(*bbox))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return najin_case(), najin_tables(write_inputs(tmp_path_factory.mktemp("in")))


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return exercise_case(), exercise_tables(exercise_file(tmp_path_factory.mktemp("in")))


def words(svg: str) -> str:
    return " ".join("".join(node.itertext()) for node in ET.fromstring(svg).iter(f"{SVG}text"))


def of_class(svg: str, name: str) -> list[ET.Element]:
    return [node for node in ET.fromstring(svg).iter() if name in node.get("class", "").split()]


@pytest.mark.parametrize("width", [WIDE_PX, NARROW_PX])
@pytest.mark.parametrize("figure", FIGURE_IDS)
def test_every_figure_is_valid_svg_with_title_description_and_source(
    real: Any, figure: str, width: int
) -> None:
    svg = draw(figure, *real, Square(), width)
    root = ET.fromstring(svg)
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert title.text
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert "Source: " in words(svg)
    assert SIMULATED not in svg
    assert not re.search(r"[\d]\.\d{2,}", re.sub(r"<(title|desc|text)[^>]*>[^<]*", "", svg)), (
        "coordinates are rounded"
    )


@pytest.mark.parametrize("figure", FIGURE_IDS)
def test_every_figure_of_a_simulated_case_says_so(simulated: Any, figure: str) -> None:
    svg = draw(figure, *simulated, Square())
    assert SIMULATED in words(svg)
    assert "pattern" in svg
    assert "simulated by Rubicon" in words(svg)


@pytest.mark.parametrize("figure", FIGURE_IDS)
def test_a_case_without_tables_still_has_its_figures(figure: str) -> None:
    drawn = ET.fromstring(draw(figure, najin_case(ports=(), questions=(), ships=(), bbox=None), {}, None))
    assert drawn.tag.endswith("svg")


@pytest.mark.parametrize("figure", FIGURE_IDS)
def test_the_order_of_rows_has_no_meaning(simulated: Any, real: Any, figure: str) -> None:
    for case, tables in (simulated, real):
        turned = {name: table.take(list(range(table.num_rows))[::-1]) for name, table in tables.items()}
        assert draw(figure, case, turned, Square()) == draw(figure, case, tables, Square())


def test_ship_names_cannot_become_markup(simulated: Any) -> None:
    case, tables = simulated
    ship = case.ships[0].model_copy(update={"name": '<script>"&\x07'})
    evil = case.model_copy(update={"ships": (ship, *case.ships[1:]), "title": "</svg><script>"})
    for figure in FIGURE_IDS:
        svg = draw(figure, evil, tables, Square())
        assert "<script" not in svg
        ET.fromstring(svg)


def test_a_figure_as_a_file_carries_its_own_colours(real: Any) -> None:
    for name, text in files(*real, Square()).items():
        assert text.startswith("<?xml"), name
        assert "var(--" not in text
        assert "<style>" in text
        ET.fromstring(text)


# --- map --------------------------------------------------------------------------------------------


def test_land_ports_scale_and_north_are_on_the_map(real: Any) -> None:
    svg = map_svg(*real, Square())
    assert of_class(svg, "f-land")
    assert of_class(svg, "f-north")
    assert "100 km (54 nm)" in words(svg)
    assert "East Sea / Sea of Japan" in words(svg)
    assert "Najin" in words(svg)
    assert "North Korea · 6 dated looks" in words(svg), "the series of 109 imaged days is no dated look"
    assert "Not on the map: Zhoushan" in words(svg)


def test_the_scale_bar_is_true_at_the_middle_latitude(real: Any) -> None:
    svg = map_svg(*real, Square())
    bar = float(of_class(svg, "f-bar-a")[0].get("width", "0"))
    degree = WIDE_PX / (134.2 - 129.2)
    assert bar == pytest.approx(100 / 82.1 * degree, rel=0.01), "a degree of longitude at 42.55 N is 82.1 km"


def test_without_a_coastline_the_map_says_so(real: Any) -> None:
    case, tables = real
    away = case.model_copy(update={"bbox": (32.0, 29.0, 33.5, 31.5)})
    for svg in (
        map_svg(case, tables, None),
        map_svg(away, tables, Square()),
        map_svg(away, tables, load_coast()),
    ):
        assert not of_class(svg, "f-land")
        assert "outside the bundled coastline: land is not drawn" in words(svg)


def test_what_the_coastline_does_not_cover_is_marked(real: Any) -> None:
    case, tables = real
    svg = map_svg(case.model_copy(update={"bbox": (118.0, 40.0, 134.0, 45.0)}), tables, Square())
    assert of_class(svg, "f-nodata")
    assert "Dotted: outside the bundled coastline" in words(svg)


def labels(svg: str) -> list[tuple[str, float, float, float, float]]:
    made = []
    for node in (*of_class(svg, "f-p1"), *of_class(svg, "f-p2")):
        x, y, name = float(node.get("x", 0)), float(node.get("y", 0)), "".join(node.itertext())
        made.append((name, x, y - 12, x + text_width(name, 12.5), y + 3))
    return made


@pytest.mark.parametrize("width", [WIDE_PX, NARROW_PX])
def test_a_dozen_labels_do_not_overlap_and_none_is_lost(width: int) -> None:
    ports = tuple(
        Port(name=f"Port {chr(65 + i)}", lat_deg=42.2 + 0.09 * (i % 4), lon_deg=130.3 + 0.12 * (i // 4))
        for i in range(12)
    )
    svg = map_svg(najin_case(ports=ports, questions=()), {}, None, width)
    placed = labels(svg)
    for i, (name, left, top, right, bottom) in enumerate(placed):
        assert 0 <= left < right <= width
        for other, a, b, c, d in placed[i + 1 :]:
            assert right <= a or left >= c or bottom <= b or top >= d, f"{name} and {other} overlap"
    assert {name for name, *_ in placed} | set(re.findall(r"Port [A-L](?= \(no room)", words(svg))) == {
        p.name for p in ports
    }


def test_gaps_are_dashed_between_their_ends_and_tracks_break_there(simulated: Any) -> None:
    svg = map_svg(*simulated, None)
    dashes = [node for node in of_class(svg, "f-gap") if node.find(f"{SVG}title") is not None]
    assert len(dashes) == len(SHIPS)
    for node in dashes:
        assert node.get("d", "").count("L") == 1, "a gap is a straight line, no route"
    tracks = [node for node in of_class(svg, "f-track") if node.find(f"{SVG}title") is not None]
    assert [node.get("d", "").count("M") for node in tracks] == [2, 2, 2]
    assert "not a route" in words(svg)
    assert "other traffic (6 ships)" in words(svg)
    assert all(name in words(svg) for name in SHIPS)


def test_a_gap_that_is_still_open_has_one_end(simulated: Any) -> None:
    case, tables = simulated
    row = next(row for row in tables["EVENT"].to_pylist() if row["event_id"] == "gap0")
    detail = json.loads(row["detail"]) | {"end_lat_deg": None, "end_lon_deg": None}
    events = [row | {"end": None, "detail": json.dumps(detail)}]
    svg = map_svg(case, {**tables, "EVENT": rows_to_table(events, EVENT)}, None)
    assert not [node for node in of_class(svg, "f-gap") if node.find(f"{SVG}title") is not None]
    assert len([node for node in of_class(svg, "f-end") if node.find(f"{SVG}title") is not None]) == 1


def test_tracks_cross_the_date_line_the_short_way() -> None:
    rows = [
        {"vessel_id": "1", "time_utc": utc(2030, 1, 1, i), "lat_deg": 50.0, "lon_deg": lon, "flags": 0, "source_id": "s", "offset": i}
        for i, lon in enumerate((178.0, 179.5, -179.0, -177.5))
    ]  # fmt: skip
    svg = map_svg(
        najin_case(ports=(), questions=(), bbox=None), {"POSITION": rows_to_table(rows, POSITION)}, None
    )
    xs = [float(x) for x in re.findall(r"[ML]([\d.]+) ", of_class(svg, "f-traffic")[0].get("d", ""))]
    assert xs == sorted(xs)
    assert len(xs) == 4
    assert 0 < xs[0] < xs[-1] < WIDE_PX
    assert "180°" in words(svg)


# --- timeline, calendar, coverage -------------------------------------------------------------------


def test_lanes_count_what_they_hold(real: Any) -> None:
    svg = timeline_svg(*real)
    for lane in ("Looks at Najin", "Looks at Dunay", "Claims published", "Denials published", "Listed by US"):
        assert lane in words(svg)
    assert len([n for n in of_class(svg, "f-denied") if n.find(f"{SVG}title") is not None]) == 1
    assert "Named event: first public evidence (claim C006), 2023-10-13." in words(svg)


def test_what_lies_beyond_the_axis_or_has_no_date_is_counted(real: Any) -> None:
    case, tables = real
    rows = [row for row in options("x") if row["option_id"] == "Angara-US"]
    old = [
        rows[0] | {"date": "1999-01-01", "option_id": "old"},
        rows[0] | {"date": None, "option_id": "none"},
        *rows,
    ]
    svg = timeline_svg(case, {**tables, "OPTION": rows_to_table(old, OPTION)})
    assert "1 earlier, 1 without a date" in words(svg)


def test_the_calendar_keeps_unknown_apart_from_absent(real: Any) -> None:
    svg = calendar_svg(*real)
    titles = {node.text: node for node in ET.fromstring(svg).iter(f"{SVG}title") if node.text}
    day = next(text for text in titles if text.startswith("2023-10-20"))
    assert "G009" in day
    assert "G010" in day
    assert len([n for n in of_class(svg, "f-present") if n.tag == f"{SVG}rect"]) == 2 + 1 + 1, (
        "two at Najin, one at Dunay, the legend"
    )
    assert len(of_class(svg, "f-other")) == 1 + 1, "the pier leased to China is a ring, not a square"
    assert "That is not absence" in words(svg)
    assert of_class(svg, "f-series")


def test_a_local_evening_belongs_to_the_local_day(real: Any) -> None:
    case, tables = real
    rows = [
        row | {"start": utc(2023, 11, 4, 16), "end": utc(2023, 11, 4, 16)}
        for row in tables["OBSERVATION"].to_pylist()[2:3]
    ]
    svg = calendar_svg(case, {"OBSERVATION": rows_to_table(rows, OBSERVATION)})
    assert "2023-11-05" in svg, "16:00 UTC is one o'clock of the next day at Najin"


def test_months_without_a_record_are_folded_and_counted(real: Any) -> None:
    case, tables = real
    first = tables["OBSERVATION"].to_pylist()[0]
    later = first | {"observation_id": "G099", "start": utc(2024, 6, 2), "end": utc(2024, 6, 2)}
    svg = calendar_svg(case, {"OBSERVATION": rows_to_table([first, later], OBSERVATION)})
    assert "7 months: nothing recorded" in words(svg)


def test_a_cell_says_listed_not_listed_or_unknown(real: Any) -> None:
    svg = draw("coverage", *real, None)
    shown = words(svg)
    assert "2024-04-02" in shown
    assert "172 d after" in shown
    assert "523 d before" in shown
    assert len([n for n in of_class(svg, "f-unknown-cell") if n.find(f"{SVG}title") is not None]) == 2
    assert len([n for n in of_class(svg, "f-not-listed-cell") if n.find(f"{SVG}title") is not None]) == 1
    assert not re.search(r"\blate\b", svg)


def test_lags_in_words() -> None:
    assert [lag_words(x) for x in (None, 0, 1, -523)] == ["", "same day", "1 d after", "523 d before"]


# --- the writer -------------------------------------------------------------------------------------


def test_numbers_are_short_and_attributes_escaped() -> None:
    assert [fmt(x) for x in (0.04, -0.04, 1.0, 2.25, 100.0)] == ["0", "0", "1", "2.2", "100"]
    assert el("a", class_="x", data_y='"<', z=None) == '<a class="x" data-y="&#34;&lt;"/>'


def test_wrapped_lines_fit() -> None:
    lines = wrap("a sentence that is longer than one line of the figure", 120, 11)
    assert len(lines) > 2
    assert all(text_width(line, 11) <= 120 for line in lines)
