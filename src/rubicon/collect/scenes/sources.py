"""Where scenes are looked for: one row a source. Addresses and collections as their publishers documented them in 2026."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from rubicon.collect.fetch import Limits, fetch_text, post_form
from rubicon.errors import FetchFailed, KeychainError, UnknownService
from rubicon.keys import get as kept_key

SENTINEL_CREDIT = "Contains modified Copernicus Sentinel data {year}"
SENTINEL_RIGHTS = "Copernicus Sentinel licence: free use and redistribution with the credit line"


@dataclass(frozen=True)
class SceneSource:
    """A STAC API, its collections by sensor, and the assets that hold a picture and the classes of its pixels."""

    name: str
    title: str
    api: str
    collections: Mapping[str, str]
    """Sensor to collection."""
    pictures: Mapping[str, tuple[str, ...]]
    """Sensor to the keys of the assets that hold its picture, best first."""
    classes: tuple[str, ...] = ("scl", "SCL", "SCL_20m")
    """Keys of the asset with Sentinel-2's scene classification."""
    windows: bool = True
    """Whether the pictures are cloud-optimised, so that only the part over the port is read."""
    account: str = ""
    """The service of `rubicon keys` that a download needs."""
    token_url: str = ""
    """Where a short-lived token is given out."""
    credit: str = SENTINEL_CREDIT
    rights: str = SENTINEL_RIGHTS
    may_ship: bool = True
    limits: Limits = field(default=Limits(max_bytes=64_000_000, total_s=300.0))


SOURCES = {
    source.name: source
    for source in (
        SceneSource(
            "earth-search", "Earth Search: public Sentinel-2 on the AWS open data registry, no account",
            "https://earth-search.aws.element84.com/v1",
            {"optical": "sentinel-2-l2a"}, {"optical": ("visual",)},
        ),
        SceneSource(
            "planetary-computer", "Microsoft Planetary Computer: Sentinel-1 and Sentinel-2, no account",
            "https://planetarycomputer.microsoft.com/api/stac/v1",
            {"optical": "sentinel-2-l2a", "sar": "sentinel-1-grd"},
            {"optical": ("visual",), "sar": ("vv", "hh", "vh", "hv")},
            token_url="https://planetarycomputer.microsoft.com/api/sas/v1/token/{collection}",
        ),
        SceneSource(
            "copernicus", "Copernicus Data Space Ecosystem: the archive itself; whole products, needs an account",
            "https://stac.dataspace.copernicus.eu/v1",
            {"optical": "sentinel-2-l2a", "sar": "sentinel-1-grd"},
            {"optical": ("Product", "product"), "sar": ("Product", "product")},
            windows=False, account="copernicus",
            token_url="https://identity.dataspace.copernicus.eu/auth/realms/CDSE/protocol/openid-connect/token",
            limits=Limits(max_bytes=4_000_000_000, total_s=3600.0),
        ),
    )
}  # fmt: skip


def scene_source(name: str) -> SceneSource:
    """The source of that name.

    Raises UnknownService naming those that there are.
    """
    if name not in SOURCES:
        raise UnknownService(f"no source of scenes; known: {', '.join(SOURCES)}", place=name)
    return SOURCES[name]


def admission(source: SceneSource, collection: str, href: str) -> tuple[str, dict[str, str]]:
    """The address and headers with which an asset may be read now: as it is, with a signature, or with a token.

    Raises KeychainError for an account that is not there, FetchFailed when no token is given.
    """
    if not source.token_url or not urlsplit(href).scheme.startswith("http"):
        return href, {}
    small = replace(source.limits, max_bytes=1_000_000)
    if source.account:
        form = {
            "grant_type": "password", "client_id": "cdse-public",
            "username": _key(source, "user"), "password": _key(source, "password"),
        }  # fmt: skip
        token = _field(post_form(source.token_url, form, limits=small), "access_token", source.token_url)
        return href, {"Authorization": f"Bearer {token}"}
    url = source.token_url.format(collection=collection)
    signature = _field(fetch_text(url, limits=small), "token", url)
    return f"{href}{'&' if '?' in href else '?'}{signature}", {}


def _key(source: SceneSource, field_: str) -> str:
    value = kept_key(source.account, field_)
    if value is None:
        raise KeychainError(
            f"a download needs an account: rubicon keys add {source.account}", place=source.title
        )
    return value


def _field(text: str, key: str, place: str) -> str:
    try:
        return str(json.loads(text)[key])
    except (ValueError, KeyError, TypeError) as error:
        raise FetchFailed("answered without a token", place=place) from error
