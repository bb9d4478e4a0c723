"""The figures of a dossier by id, as they stand in the page and as files of their own."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
from markupsafe import Markup

from rubicon.case import Case
from rubicon.report.calendar import calendar_svg
from rubicon.report.coverage import coverage_svg
from rubicon.report.map import Coast, map_svg
from rubicon.report.svg import NARROW_PX, WIDE_PX, standalone
from rubicon.report.timeline import timeline_svg

FIGURE_IDS = ("map", "timeline", "calendar", "coverage")


def draw(
    figure_id: str, case: Case, tables: Mapping[str, pa.Table], coast: Coast | None, width_px: int = WIDE_PX
) -> str:
    """One figure as an SVG string; `figure_id` is one of FIGURE_IDS."""
    if figure_id == "map":
        return map_svg(case, tables, coast, width_px)
    plain = {"timeline": timeline_svg, "calendar": calendar_svg, "coverage": coverage_svg}
    return plain[figure_id](case, tables, width_px)


def for_page(case: Case, tables: Mapping[str, pa.Table], coast: Coast | None) -> dict[str, Markup]:
    """Each figure twice, for a desktop page and for a phone; the page's style shows one of them.

    The figures escape all text themselves, so they enter the page as markup.
    """
    widths = (WIDE_PX, NARROW_PX)
    return {each: Markup("".join(draw(each, case, tables, coast, w) for w in widths)) for each in FIGURE_IDS}


def files(case: Case, tables: Mapping[str, pa.Table], coast: Coast | None) -> dict[str, str]:
    """Each figure as the text of an SVG file."""
    return {f"{each}.svg": standalone(draw(each, case, tables, coast)) for each in FIGURE_IDS}
