"""A case for Google Earth: placemarks with time spans, tracks of ships, pictures of scenes, in one KMZ."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from rubicon.report.geopackage import OTHER, SYMBOLS
from rubicon.report.kept import Kept
from rubicon.report.layers import Feature, simulated
from rubicon.report.small_pictures import Chip, chips
from rubicon.report.text import SIMULATED, clean
from rubicon.store.output import Output

KML_NAMESPACES = 'xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"'
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml(value: Any) -> str:
    """Text that is safe between the tags of an XML file."""
    return escape(_NOT_XML.sub("\ufffd", clean(value)))


def balloon(properties: Mapping[str, Any], picture: str = "") -> str:
    """A table of properties for a balloon, which Google Earth reads as HTML: escaped as HTML, then as XML.

    `picture` is the name of a file in the archive, of our own making.
    """
    rows = "".join(
        f"<tr><td>{xml(key)}</td><td>{xml(value)}</td></tr>"
        for key, value in properties.items()
        if value is not None
    )
    shown = f'<img src="{escape(picture)}"/>' if picture else ""
    return escape(f"{shown}<table>{rows}</table>")


def kmz(output: Output, made: Mapping[str, list[Feature]], scenes: Sequence[Kept] = ()) -> bytes:
    """Placemarks with time spans, one `gx:Track` for each ship, and the pictures that may travel.

    A zip with fixed dates. The picture of a fetched scene is laid between its four corners and shows with its day; the chip
    of a detected ship stands in its balloon.
    """
    small = chips(output)
    title = (f"{SIMULATED}: " if simulated(output) else "") + output.case.title
    folders = [
        f"<Folder><name>{xml(name.replace('_', ' '))}</name>{''.join(_placemark(name, each, small) for each in features)}</Folder>"
        for name, features in made.items()
        if name != "positions"
    ]
    pictures = [each for each in scenes if each.picture is not None]
    if pictures:
        folders.append(f"<Folder><name>scenes</name>{''.join(map(_overlay, pictures))}</Folder>")
    folders.append(f"<Folder><name>tracks</name>{''.join(_tracks(made.get('positions', [])))}</Folder>")
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<kml {KML_NAMESPACES}><Document><name>{xml(title)}</name>'
        f"{''.join(map(_style, made))}{''.join(folders)}</Document></kml>\n"
    )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(
            zipfile.ZipInfo("doc.kml", (1980, 1, 1, 0, 0, 0)), text.encode(), zipfile.ZIP_DEFLATED
        )
        for each in pictures:
            archive.writestr(zipfile.ZipInfo(each.inside, (1980, 1, 1, 0, 0, 0)), each.picture or b"")
        for chip in sorted(small.values()):
            archive.writestr(zipfile.ZipInfo(chip.name, (1980, 1, 1, 0, 0, 0)), chip.content)
    return sink.getvalue()


def _placemark(layer: str, feature: Feature, small: Mapping[str, Chip]) -> str:
    properties = feature["properties"]
    chip = small.get(properties["name"]) if layer == "detections" else None
    lon, lat = feature["geometry"]["coordinates"]
    ends = "".join(
        f"<{tag}>{xml(properties[key])}</{tag}>"
        for tag, key in (("begin", "start"), ("end", "end"))
        if properties.get(key)
    )
    told = (
        balloon(properties | {"rights of the picture": chip.rights}, chip.name)
        if chip
        else balloon(properties)
    )
    span = f"<TimeSpan>{ends}</TimeSpan>" if ends else _stamp(properties.get("time_utc"))
    return (
        f"<Placemark><name>{xml(properties.get('name', ''))}</name><styleUrl>#{layer}</styleUrl><description>{told}</description>"
        f"{span}<Point><coordinates>{lon},{lat}</coordinates></Point></Placemark>"
    )


def _style(layer: str) -> str:
    """A marker of the layer's colour; the icon is the one that Google Earth has, nothing is loaded."""
    red, green, blue = (int(part) for part in SYMBOLS.get(layer, OTHER)[1].split(","))
    colour = f"ff{blue:02x}{green:02x}{red:02x}"
    return f'<Style id="{layer}"><IconStyle><color>{colour}</color></IconStyle></Style>'


def _stamp(when: str | None) -> str:
    return f"<TimeStamp><when>{xml(when)}</when></TimeStamp>" if when else ""


def _overlay(scene: Kept) -> str:
    corners = " ".join(f"{lon:.6f},{lat:.6f},0" for lon, lat in scene.corners)
    told = {"sensor": scene.sensor, "platform": scene.platform, "time_utc": scene.time_utc, "credit": scene.credit, "sha256 of the picture": scene.sha256}  # fmt: skip
    return (
        f"<GroundOverlay><name>{xml(scene.item_id)}</name><description>{balloon(told)}</description>{_stamp(scene.time_utc)}"
        f"<Icon><href>{scene.inside}</href></Icon><gx:LatLonQuad><coordinates>{corners}</coordinates></gx:LatLonQuad></GroundOverlay>"
    )


def by_ship(positions: Iterable[Feature]) -> dict[str, list[Feature]]:
    """Points of each ship in order of time."""
    ships: dict[str, list[Feature]] = {}
    for each in positions:
        ships.setdefault(each["properties"]["vessel_id"], []).append(each)
    return ships


def _tracks(positions: Iterable[Feature]) -> Iterable[str]:
    for ship, points in by_ship(positions).items():
        when = "".join(f"<when>{point['properties']['time_utc']}</when>" for point in points)
        where = "".join(
            "<gx:coord>{} {} 0</gx:coord>".format(*point["geometry"]["coordinates"]) for point in points
        )
        yield f"<Placemark><name>{xml(ship)}</name><gx:Track>{when}{where}</gx:Track></Placemark>"
