"""The figures of a dossier by id: drawn once each, as they stand in the page, in PDF and as files of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import pyarrow as pa
from markupsafe import Markup

from rubicon.case import Case
from rubicon.errors import OptionError
from rubicon.geo.coast import Coast as OwnCoast
from rubicon.report import scope, voyage_map
from rubicon.report.calendar import calendar_svg
from rubicon.report.coverage import coverage_svg
from rubicon.report.document import Plate
from rubicon.report.map import Coast, map_svg
from rubicon.report.svg import NARROW_PX, WIDE_PX, standalone
from rubicon.report.timeline import timeline_svg
from rubicon.report.voyage import Journey, journey_of

FIGURE_IDS = ("map", "timeline", "calendar", "coverage")
"""Figures of the port report, about the whole case."""
OTHERS = ("voyage",)
"""Figures about one thing: a ship."""
WHAT = {
    "map": "Map of ports, tracks and gaps", "timeline": "Timeline", "calendar": "Presence calendar",
    "coverage": "Matrix of listings", "voyage": "Voyage map with the envelope of each gap",
}  # fmt: skip
"""What each figure is, for those who cannot see it."""


@dataclass(frozen=True)
class Plates:
    """Draws the figures of one case; each once for each width, however often it is asked for."""

    case: Case
    tables: Mapping[str, pa.Table]
    coast: Coast | None
    _drawn: dict[tuple[str, str, int], str] = field(default_factory=dict, compare=False)
    _journeys: dict[str, Journey] = field(default_factory=dict, compare=False)

    def svg(self, figure_id: str, about: str = "", width_px: int = WIDE_PX) -> str:
        """One figure as SVG to stand in a page.

        Raises OptionError for an unknown figure, UnknownItem for an unknown ship, port or picture.
        """
        key = (figure_id, about, width_px)
        if key not in self._drawn:
            self._drawn[key] = self._draw(figure_id, about, width_px)
        return self._drawn[key]

    def plate(self, figure_id: str, about: str = "") -> Plate:
        """One figure as a block of a document."""
        wide, narrow = (self.svg(figure_id, about, width) for width in (WIDE_PX, NARROW_PX))
        name = f"{figure_id}-{about}" if about else figure_id
        alt = f"{WHAT[figure_id]}{f': {about}' if about else ''}, case {self.case.id}"
        return Plate(name, wide, narrow, alt)

    def journey(self, about: str = "") -> Journey:
        """The voyages of a ship, put together once; of the first ship without a name.

        Raises UnknownItem for a ship that the case does not have.
        """
        ship = scope.ship_of(self.case, about or (self.case.ships[0].name if self.case.ships else ""))
        if ship.name not in self._journeys:
            coast = self.coast if isinstance(self.coast, OwnCoast) else None
            self._journeys[ship.name] = journey_of(self.case, self.tables, ship, coast)
        return self._journeys[ship.name]

    def page(self) -> dict[str, Markup]:
        """Each figure of the port report twice, for a desktop page and for a phone; the page's style shows one of them.

        The figures escape all text themselves, so they enter the page as markup.
        """
        plates = {each: self.plate(each) for each in FIGURE_IDS}
        return {each: Markup(plate.wide + plate.narrow) for each, plate in plates.items()}

    def files(self) -> dict[str, str]:
        """Each figure of the port report as the text of an SVG file."""
        return {f"{each}.svg": standalone(self.svg(each)) for each in FIGURE_IDS}

    def _draw(self, figure_id: str, about: str, width_px: int) -> str:
        case, tables = scope.narrowed(self.case, self.tables, about) if about else (self.case, self.tables)
        whole: dict[str, Callable[[], str]] = {
            "map": partial(map_svg, case, tables, self.coast, width_px),
            "timeline": partial(timeline_svg, case, tables, width_px),
            "calendar": partial(calendar_svg, case, tables, width_px),
            "coverage": partial(coverage_svg, case, tables, width_px),
            "voyage": lambda: voyage_map.voyage_svg(
                self.case, self.tables, self.coast, self.journey(about), width_px
            ),
        }
        if figure_id not in whole:
            raise OptionError(f"no such figure; there are {', '.join(whole)}", place=figure_id)
        return whole[figure_id]()


def draw(
    figure_id: str, case: Case, tables: Mapping[str, pa.Table], coast: Coast | None, width_px: int = WIDE_PX
) -> str:
    """One figure about the whole case as an SVG string."""
    return Plates(case, tables, coast).svg(figure_id, "", width_px)


def files(case: Case, tables: Mapping[str, pa.Table], coast: Coast | None) -> dict[str, str]:
    """Each figure of the port report as the text of an SVG file."""
    return Plates(case, tables, coast).files()
