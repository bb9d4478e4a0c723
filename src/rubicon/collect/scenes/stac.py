"""Search of scenes over a place and a time in a STAC API, through pystac-client over the pinned fetcher.

STAC API - Item Search 1.0.0 (https://github.com/radiantearth/stac-api-spec). Only GET is used, links to files of this machine are not
followed, and each request is checked like every other address that is fetched.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from shapely.errors import ShapelyError
from shapely.geometry import box as rectangle
from shapely.geometry import shape

from rubicon.collect.fetch import fetch_text, shown
from rubicon.collect.scenes.sources import SceneSource
from rubicon.errors import FetchFailed, FetchRefused, MissingExtra, RubiconError

if TYPE_CHECKING:
    import pystac
    from pystac_client import Client

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""
MAX_SCENES = 500
MAX_REQUESTS = 60
USABLE_CLOUD_PCT = 60.0
"""Above this share of cloud in the whole scene a look over a port is rarely clear; the port's own share is known after `fetch`."""
USABLE_COVERAGE = 0.99
KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Listed:
    """One scene of a catalogue over a place: what it is, how much of the place it covers, and its item as it came."""

    item_id: str
    collection: str
    sensor: str
    platform: str
    time_utc: datetime
    cloud_pct: float | None
    """Of the whole scene, as its publisher states it."""
    coverage: float
    """Share of the box inside the scene's outline, 0 to 1."""
    rights: str
    credit: str
    item: Mapping[str, Any]

    @property
    def usable(self) -> bool:
        """Whether the date is worth a look: the box is covered, and the scene is not mostly cloud."""
        return self.coverage >= USABLE_COVERAGE and (self.cloud_pct or 0.0) <= USABLE_CLOUD_PCT


@dataclass(frozen=True)
class Catalogue:
    """What a search gave: scenes by time, and the items that did not read."""

    scenes: list[Listed]
    failed: list[RubiconError]


def box_round(lat_deg: float, lon_deg: float, half_km: float) -> Box:
    """A square round a point, in degrees; not for the poles and the date line, where no port is."""
    tall, wide = half_km / KM_PER_DEGREE, half_km / KM_PER_DEGREE / math.cos(math.radians(lat_deg))
    return lon_deg - wide, lat_deg - tall, lon_deg + wide, lat_deg + tall


def search(
    source: SceneSource,
    place: Box,
    begin: date,
    end: date,
    *,
    sensors: Iterable[str] = (),
    limit: int = MAX_SCENES,
) -> Catalogue:
    """Scenes that touch the box from the first day to the last, oldest first, no more than `limit` a sensor, each once.

    An item that does not read is named in `failed` and the others go on. Raises FetchFailed for an API that does not answer as one, FetchRefused for an address that must not be asked, MissingExtra.
    """
    wanted = [name for name in source.collections if not tuple(sensors) or name in tuple(sensors)]
    if not wanted:
        raise FetchFailed(
            f"has no scenes of that sensor; it has {', '.join(source.collections)}", place=source.title
        )
    period = f"{begin}T00:00:00Z/{end}T23:59:59Z"
    found: dict[str, Listed] = {}
    failed: list[RubiconError] = []
    for sensor in wanted:
        for item in _items(source, place, period, source.collections[sensor], limit):
            try:
                one = _listed(item, sensor, place, source)
                found.setdefault(one.item_id, one)
            except FetchFailed as error:
                failed.append(error)
    return Catalogue(sorted(found.values(), key=lambda one: (one.time_utc, one.item_id)), failed)


def _items(source: SceneSource, place: Box, period: str, collection: str, limit: int) -> list[dict[str, Any]]:
    try:
        from pystac.errors import STACError
        from pystac_client.exceptions import APIError
    except ImportError as error:
        raise MissingExtra("pip install 'rubicon-osint[imagery]'", place="pystac-client") from error
    try:
        asked = _client(source).search(
            method="GET",
            bbox=place,
            datetime=period,
            collections=[collection],
            max_items=limit,
            limit=min(limit, 100),
        )
        return list(asked.items_as_dicts())
    except (STACError, APIError, KeyError, TypeError, ValueError, NotImplementedError) as error:
        raise FetchFailed(f"does not answer as a STAC API: {error}", place=source.api) from error


def _client(source: SceneSource) -> Client:
    from pystac_client import Client
    from pystac_client.stac_api_io import StacApiIO

    limits = replace(source.limits, max_bytes=16_000_000)

    class Pinned(StacApiIO):
        """Reads through our own fetcher, so that a catalogue cannot lead to another address or to a file."""

        asked = 0

        def read_text(self, source: pystac.link.HREF, *args: Any, **kwargs: Any) -> str:
            href = getattr(source, "href", source)
            if urlsplit(str(href)).scheme not in ("http", "https"):
                raise FetchRefused("a catalogue may not point at a file", place=str(href))
            return str(super().read_text(source, *args, **kwargs))

        def request(
            self,
            href: str,
            method: str | None = None,
            headers: dict[str, str] | None = None,
            parameters: dict[str, Any] | None = None,
        ) -> str:
            self.asked += 1
            if self.asked > MAX_REQUESTS:
                raise FetchRefused(
                    f"more than {MAX_REQUESTS} pages: its links lead in a circle", place=shown(href)
                )
            if (method or "GET").upper() != "GET":
                raise FetchRefused("only GET is used", place=shown(href))
            plain = {key: _flat(value) for key, value in (parameters or {}).items()}
            return fetch_text(
                f"{href}{'&' if '?' in href else '?'}{urlencode(plain)}" if plain else href, limits=limits
            )

    return Client.open(source.api, stac_io=Pinned())


def _flat(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return json.dumps(value) if isinstance(value, dict) else str(value)


def _name(item: Mapping[str, Any]) -> str:
    name = item["id"]
    if not isinstance(name, str) or not name:
        raise ValueError("its id is no text")
    return name


def _listed(item: Mapping[str, Any], sensor: str, place: Box, source: SceneSource) -> Listed:
    """One item, judged; raises FetchFailed naming the item for one without an id, a time or an outline."""
    try:
        about = item["properties"]
        when = about.get("datetime") or about["start_datetime"]
        time = datetime.fromisoformat(when).astimezone(UTC)
        outline, wanted = shape(item["geometry"]), rectangle(*place)
        if outline.geom_type not in ("Polygon", "MultiPolygon") or not outline.is_valid:
            raise ValueError("its outline is no polygon")
        coverage = outline.intersection(wanted).area / wanted.area
        cloud = about.get("eo:cloud_cover")
        return Listed(
            _name(item), str(item.get("collection", "")), sensor, str(about.get("platform", "")), time,
            None if cloud is None else float(cloud), round(coverage, 3), source.rights,
            source.credit.format(year=time.year), item,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError, ShapelyError) as error:
        raise FetchFailed(f"an item does not read: {error}", place=str(item.get("id", source.api))) from error
