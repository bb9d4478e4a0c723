"""Draws the pictures of the tutorial into docs/assets: `python docs/pictures.py`. No network, the same bytes each time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import shapely

from rubicon.assess.voyages import Stop, reconstruct
from rubicon.detect.reach import Fix, reach
from rubicon.geo.area import gap_area
from rubicon.geo.coast import load_coast
from rubicon.geo.ports import find_port

ASSETS = Path(__file__).resolve().parent / "assets"
LAST, NEXT = (42.88129, 131.95664), (42.69678, 132.42151)
START, END = datetime(2024, 5, 3, 11, 38, 55, tzinfo=UTC), datetime(2024, 5, 5, 10, 10, 52, tzinfo=UTC)
FRAME = (129.4, 41.2, 134.2, 43.6)
PORTS = ("Najin", "Vladivostok", "Vostochny", "Chongjin")
WIDTH, HEIGHT = 720, 490
SHADES = ("#0b5d7a", "#2b8aa6", "#67b3c7", "#a6d3de", "#d6ebf0")
STEP_H = 3.0


def xy(lon: float, lat: float) -> tuple[float, float]:
    """Pixels of a place; plain steps of longitude and latitude."""
    west, south, east, north = FRAME
    return (lon - west) / (east - west) * WIDTH, (north - lat) / (north - south) * HEIGHT


def path(shape: shapely.Geometry, style: str) -> str:
    """Polygons as one SVG path."""
    parts = []
    for polygon in shapely.get_parts(shape):
        if polygon.geom_type == "Polygon":
            for ring in (polygon.exterior, *polygon.interiors):
                spots = " L".join(f"{x:.1f},{y:.1f}" for x, y in (xy(*point) for point in ring.coords))
                parts.append(f"M{spots}Z")
    return f'<path d="{"".join(parts)}" fill-rule="evenodd" {style}/>'


def label(lon: float, lat: float, words: str, style: str = "") -> str:
    """A dot and its name."""
    x, y = xy(lon, lat)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#b3311f"/><text x="{x + 7:.1f}" y="{y - 6:.1f}" {style}>{words}</text>'


def svg(body: list[str], height: int, title: str) -> str:
    """A page of SVG with a title for readers of screens."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13" role="img">'
    return "\n".join([head, f"<title>{title}</title>", *body, "</svg>", ""])


def exercise() -> str:
    """Where EXERCISE ALDER can have been: bands of earliest arrival inside the envelope."""
    coast = load_coast()
    hours = (END - START).total_seconds() / 3600.0
    body = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#f7f9fa"/>']
    for k in reversed(range(len(SHADES))):
        limit = STEP_H * (k + 1)
        # The places reached by then are those of a gap that ends where it began after twice as long.
        area = gap_area(LAST, LAST, 2.0 * limit, max_speed_kn=14.0, coast=coast)
        body.append(path(area.polygon.simplify(0.01), f'fill="{SHADES[k]}"'))
    whole = gap_area(LAST, NEXT, hours, max_speed_kn=14.0, coast=coast)
    body.append(path(whole.polygon.simplify(0.01), 'fill="none" stroke="#0b5d7a" stroke-width="1"'))
    body.append(path(coast.land(FRAME, 0.006), 'fill="#e4dfd3" stroke="#8b8370" stroke-width="0.6"'))
    body += [label(*reversed(LAST), "last fix"), label(*reversed(NEXT), "next fix")]
    for name in PORTS:
        port = find_port(name)
        made = reach(Fix(*LAST, START), Fix(*NEXT, END), port)
        words = f"{name}: stay of at most {made.longest_stay_h:.0f} h, ratio {made.likelihood_ratio:.1f}"
        body.append(label(port.lon_deg, port.lat_deg, words if made.feasible else f"{name}: no call fits"))
    note = f"SIMULATED. Shades: reached first after {', '.join(f'{STEP_H * (k + 1):.0f}' for k in range(len(SHADES)))} h at 14 kn. Coastline: GSHHG. Names imply no position."
    body.append(
        f'<rect y="{HEIGHT}" width="{WIDTH}" height="30" fill="#ffffff"/><text x="8" y="{HEIGHT + 20}">{note}</text>'
    )
    return svg(body, HEIGHT + 30, "Where a fictional ship can have been in a gap (simulated)")


def lady_r() -> str:
    """What two dated observations allow: windows on a line of days."""
    days = [datetime(2024, 4, day, tzinfo=UTC) for day in (2, 4, 14, 15)]
    vostochny, najin = find_port("Vostochny"), find_port("Najin")
    stops = [
        Stop("observation", "Vostochny (G040)", vostochny.lat_deg, vostochny.lon_deg, days[0], days[1]),
        Stop("observation", "Najin (G041)", najin.lat_deg, najin.lon_deg, days[2], days[3]),
    ]
    (chain,) = reconstruct(stops)
    (leg,) = chain.legs

    def at(when: datetime) -> float:
        return 40.0 + (when - datetime(2024, 4, 1, tzinfo=UTC)).total_seconds() / 86_400.0 * 44.0

    body = [f'<rect width="{WIDTH}" height="170" fill="#ffffff"/>']
    for day in range(1, 16):
        x = at(datetime(2024, 4, day, tzinfo=UTC))
        body.append(
            f'<line x1="{x:.0f}" x2="{x:.0f}" y1="26" y2="120" stroke="#dddddd"/><text x="{x + 14:.0f}" y="20">{day}</text>'
        )
    for row, stop in enumerate(stops):
        x, end = at(stop.start), at(stop.end)
        y = 40 + 40 * row
        words_x = end + 8 if row == 0 else x - 150
        body.append(
            f'<rect x="{x:.0f}" y="{y}" width="{end - x:.0f}" height="20" fill="#0b5d7a"/><text x="{words_x:.0f}" y="{y + 15}">{stop.name}</text>'
        )
    a, b = at(days[1]), at(days[2])
    body.append(f'<line x1="{a:.0f}" x2="{b:.0f}" y1="110" y2="110" stroke="#b3311f" stroke-width="2"/>')
    sail = leg.distance_km / (14.0 * 1.852)
    body.append(
        f'<text x="{a + 8:.0f}" y="104">10 to 13 days; the way is {leg.distance_km:.0f} km, {sail:.1f} h at 14 kn</text>'
    )
    body.append(
        '<text x="40" y="146">April 2024. One voyage fits, and so would several: the record does not say which.</text>'
    )
    return svg(body, 170, "Lady R: two dated observations and what lies between them")


def main() -> None:
    """Write both."""
    ASSETS.mkdir(exist_ok=True)
    (ASSETS / "reach_exercise.svg").write_text(exercise(), encoding="utf-8")
    (ASSETS / "reach_lady_r.svg").write_text(lady_r(), encoding="utf-8")


if __name__ == "__main__":
    main()
