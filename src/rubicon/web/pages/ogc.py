"""OGC API - Features over the layers of a case, so that QGIS and its kin can read them.

Part 1 of the standard (OGC 17-069r4): core and GeoJSON. Collections are the layers that the case holds; a bounding
box may cross the date line; a page of items is found by `offset`, so that there is no cursor to forge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import shapely
from pydantic import BaseModel, Field

from rubicon.errors import InvalidRequest, UnknownItem
from rubicon.report.text import iso
from rubicon.web.pages import chart
from rubicon.web.shelf import CaseView, Row

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CONFORMS = [
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{each}" for each in ("core", "geojson", "oas30")
]
MOST_ITEMS = 10_000
"""Items on one page; a larger limit is taken as this one, as the standard has it."""


class ItemsQuery(BaseModel):
    """What the standard lets a client ask of the items of a collection."""

    limit: int = Field(100, ge=1)
    offset: int = Field(0, ge=0, le=1_000_000_000)
    bbox: str = Field("", max_length=200)
    datetime: str = Field("", max_length=100)


def landing(view: CaseView, base: str) -> Row:
    """The landing page."""
    return {
        "title": view.case.title,
        "description": view.head()["label"] or view.case.summary.strip(),
        "links": [
            _link("self", base, "application/json"),
            _link("service-desc", "/openapi.json", "application/vnd.oai.openapi+json;version=3.0"),
            _link("conformance", f"{base}/conformance", "application/json"),
            _link("data", f"{base}/collections", "application/json"),
        ],
    }


def conformance() -> Row:
    """Which parts of the standard are kept."""
    return {"conformsTo": CONFORMS}


def collections(view: CaseView, base: str) -> Row:
    """Layers that hold anything."""
    held = [name for name in LAYERS if next(iter(LAYERS[name][1](view)), None)]
    return {
        "links": [_link("self", f"{base}/collections", "application/json")],
        "collections": [collection(view, base, name) for name in held],
    }


def collection(view: CaseView, base: str, name: str) -> Row:
    """What one layer holds.

    Raises UnknownItem.
    """
    about, _ = _layer(name)
    place = f"{base}/collections/{name}"
    period = view.case.period
    times = [f"{period.start.isoformat()}T00:00:00Z", f"{period.end.isoformat()}T23:59:59Z"]
    return {
        "id": name,
        "title": f"{view.head()['label']}: {name}" if view.simulated else name,
        "description": about,
        "itemType": "feature",
        "crs": [CRS84],
        "extent": {
            "spatial": {"bbox": [chart.bounds(view)], "crs": CRS84},
            "temporal": {"interval": [times]},
        },
        "links": [
            _link("self", place, "application/json"),
            _link("items", f"{place}/items", "application/geo+json"),
        ],
    }


def items(view: CaseView, base: str, name: str, asked: ItemsQuery) -> Row:
    """A page of features.

    Raises UnknownItem, and InvalidRequest for a box or a time that is none.
    """
    _, make = _layer(name)
    boxes, (first, last) = read_bbox(asked.bbox), read_datetime(asked.datetime)
    found = [each for each in make(view) if _meets(each, boxes) and _within(each, first, last)]
    limit = min(asked.limit, MOST_ITEMS)
    page = found[asked.offset : asked.offset + limit]
    place = f"{base}/collections/{name}/items"
    links = [_link("self", place, "application/geo+json")]
    if asked.offset + limit < len(found):
        kept = {key: value for key, value in asked.model_dump().items() if value not in ("", 0)}
        query = urlencode(kept | {"limit": limit, "offset": asked.offset + limit})
        links.append(_link("next", f"{place}?{query}", "application/geo+json"))
    return {
        "type": "FeatureCollection",
        "numberMatched": len(found),
        "numberReturned": len(page),
        "links": links,
        "features": page,
    }


def item(view: CaseView, base: str, name: str, feature_id: str) -> Row:
    """One feature.

    Raises UnknownItem.
    """
    _, make = _layer(name)
    for each in make(view):
        if each["id"] == feature_id:
            return {**each, "links": [_link("collection", f"{base}/collections/{name}", "application/json")]}
    raise UnknownItem("no such feature in this layer", place=feature_id[:80])


def read_bbox(text: str) -> list[Any]:
    """Boxes of a `bbox` of four or six numbers: one, or two when it crosses the date line; none means everywhere.

    Raises InvalidRequest.
    """
    if not text:
        return []
    try:
        numbers = [float(each) for each in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(
        abs(each) <= limit for each, limit in zip(numbers, (180, 90) * 2, strict=True)
    ):
        raise InvalidRequest("expected west,south,east,north in degrees", place="bbox")
    west, south, east, north = numbers
    if south > north:
        raise InvalidRequest("the south edge lies north of the north edge", place="bbox")
    if west <= east:
        return [shapely.box(west, south, east, north)]
    return [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]


def read_datetime(text: str) -> tuple[str, str]:
    """First and last time of a `datetime`: an instant, or an interval whose ends may be open (`..`).

    Raises InvalidRequest.
    """
    ends = text.split("/")
    if len(ends) > 2:
        raise InvalidRequest("expected a time, or two with / between", place="datetime")
    first, last = ends[0], ends[-1]
    low = "" if first in ("", "..") else _moment(first)
    high = "9999" if last in ("", "..") else _moment(last)
    if low > high:
        raise InvalidRequest("the interval ends before it starts", place="datetime")
    return low, high


def _moment(text: str) -> str:
    try:
        made = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidRequest("is no time in ISO 8601", place="datetime") from error
    try:
        return iso(made.replace(tzinfo=UTC) if made.tzinfo is None else made.astimezone(UTC)) or ""
    except OverflowError as error:
        raise InvalidRequest("is no time that can be", place="datetime") from error


def _meets(feature: Row, boxes: Sequence[Any]) -> bool:
    if not boxes:
        return True
    shape = shapely.geometry.shape(feature["geometry"])
    return any(shapely.intersects(shape, each) for each in boxes)


def _within(feature: Row, first: str, last: str) -> bool:
    """Whether a feature's time touches the interval; one without a time is always there."""
    start, end = feature["properties"].get("start"), feature["properties"].get("end")
    return start is None or (start <= last and (end is None or end >= first))


def _link(rel: str, href: str, kind: str) -> Row:
    return {"rel": rel, "href": href, "type": kind}


def _feature(id_: str, kind: str, coordinates: Any, properties: Row) -> Row:
    return {
        "type": "Feature",
        "id": id_,
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def _marked(view: CaseView, row: Row, *names: str) -> Row:
    """The named values of a row, with the origin that every file of a case carries."""
    return {"origin": view.case.origin.value, **{name: row[name] for name in names}}


def _ports(view: CaseView) -> Iterable[Row]:
    names = ("name", "country", "approximate", "source")
    return (
        _feature(row["name"], "Point", row["at"], _marked(view, row, *names)) for row in chart.ports(view)
    )


def _looks(view: CaseView) -> Iterable[Row]:
    at = {row["name"]: row["at"] for row in chart.ports(view)}
    for row in view.rows("OBSERVATION"):
        if row["port"] in at:
            names = ("port", "berth", "site", "vessel", "quantity", "observer", "start", "end")
            yield _feature(row["observation_id"], "Point", at[row["port"]], _marked(view, row, *names))


def _gaps(view: CaseView) -> Iterable[Row]:
    for row in chart.gaps(view):
        if row["to"] is not None:
            about = _marked(view, row, "key", "name", "start", "end", "hours")
            yield _feature(row["event_id"], "LineString", [row["from"], row["to"]], about)


def _calls(view: CaseView) -> Iterable[Row]:
    names = ("key", "name", "port", "start", "end")
    return (
        _feature(row["event_id"], "Point", row["at"], _marked(view, row, *names)) for row in chart.calls(view)
    )


def _positions(view: CaseView) -> Iterable[Row]:
    """The thinned fixes of tracks, one point each."""
    for track in chart.tracks(view):
        for t_s, lat, lon in zip(track["t_s"], track["lat_deg"], track["lon_deg"], strict=True):
            time = iso(datetime.fromtimestamp(t_s, UTC))
            about = _marked(view, track, "key", "name") | {"start": time, "end": time}
            yield _feature(f"{track['key']}@{t_s}", "Point", [lon, lat], about)


LAYERS: dict[str, tuple[str, Callable[[CaseView], Iterable[Row]]]] = {
    "ports": ("Ports of the case.", _ports),
    "looks": ("Dated observations, each at the position of its port.", _looks),
    "gaps": ("Silences: a line joins the last and the next fix and is no route.", _gaps),
    "calls": ("Calls at ports seen by AIS.", _calls),
    "positions": ("Fixes of the tracks, thinned to what a map can show.", _positions),
}


def _layer(name: str) -> tuple[str, Callable[[CaseView], Iterable[Row]]]:
    if name not in LAYERS:
        raise UnknownItem("no such layer", place=name[:80])
    return LAYERS[name]
