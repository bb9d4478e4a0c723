"""Keeps a listed scene over a port: what came, unchanged, with its hash, and how it came.

    FOLDER/<item id>/item.json      the catalogue's own words, as they came
                     scene_<key>.tif    the pixels over the port, as they are in the publisher's file; or the whole product
                     preview.png    to look at
                     capture.json   addresses, windows, bytes, hashes, cloud over the port, rights and the credit line

A hash shows that what is kept has not changed since it was fetched, not that the publisher's file is true.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rubicon import __version__
from rubicon.collect.fetch import fetch
from rubicon.collect.scenes.remote import RemoteFile
from rubicon.collect.scenes.sources import SceneSource, admission
from rubicon.collect.scenes.stac import Box, Listed
from rubicon.collect.scenes.window import Cut, cloud_share, cut, write_cut, write_preview
from rubicon.errors import ChecksumMismatch, FetchFailed
from rubicon.provenance import sha256_file

MULTIHASH = {0x11: "sha1", 0x12: "sha256", 0x13: "sha512", 0xD5: "md5"}
"""Codes of the multihash table that a publisher's `file:checksum` may begin with and that can be computed here."""


@dataclass(frozen=True)
class Kept:
    """A scene as it lies in its folder."""

    folder: Path
    picture: Path
    preview: Path | None
    cloud_over_port_pct: float | None
    record: Mapping[str, Any]


def keep_scene(listed: Listed, source: SceneSource, place: Box, folder: Path) -> Kept:
    """Fetch a scene over a box into a folder of its own.

    Raises FetchFailed for an item without a picture, ChecksumMismatch when a whole file is not what the catalogue says, and what reading a
    window raises.
    """
    keys = [key for key in source.pictures[listed.sensor] if key in listed.item.get("assets", {})]
    if not keys:
        raise FetchFailed(
            f"the item has no asset {' or '.join(source.pictures[listed.sensor])}", place=listed.item_id
        )
    home = folder / (re.sub(r"[^A-Za-z0-9_.-]", "_", listed.item_id)[:120].lstrip(".") or "scene")
    home.mkdir(parents=True, exist_ok=True)
    (home / "item.json").write_text(json.dumps(listed.item, ensure_ascii=False, indent=1), encoding="utf-8")
    if not source.windows:
        return _whole(listed, source, keys[0], home)
    wanted = keys[:2] if listed.sensor == "sar" else keys[:1]
    cuts, assets = {}, {}
    for key in wanted:
        cuts[key], assets[key] = _window(listed, source, key, place)
    cloud = _cloud(listed, source, place, assets)
    for key, made in cuts.items():
        path = home / f"scene_{key}.tif"
        write_cut(made, path, _tags(listed))
        assets[key] |= _file(path)
    write_preview(cuts[wanted[0]], home / "preview.png")
    return _record(listed, source, home, assets, cloud)


def _window(listed: Listed, source: SceneSource, key: str, place: Box) -> tuple[Cut, dict[str, Any]]:
    asset = listed.item["assets"][key]
    href, headers = admission(source, listed.collection, asset["href"])
    remote = RemoteFile(href, source.limits, headers)
    made = cut(remote, place)
    return made, {
        "source_url": asset["href"], "window": made.window, "scene_px": made.scene_px,
        "requests": remote.requests, "bytes_read": remote.bytes_read, "bytes_of_source": remote.size,
        "checksum_stated": asset.get("file:checksum"),
        "checksum_compared": "no: a window was read, not the whole file",
    }  # fmt: skip


def _cloud(
    listed: Listed, source: SceneSource, place: Box, assets: dict[str, dict[str, Any]]
) -> float | None:
    key = next((k for k in source.classes if k in listed.item["assets"]), None)
    if listed.sensor != "optical" or key is None:
        return None
    classes, assets[key] = _window(listed, source, key, place)
    share = cloud_share(classes)
    return None if share is None else round(100 * share, 1)


def _whole(listed: Listed, source: SceneSource, key: str, home: Path) -> Kept:
    asset = listed.item["assets"][key]
    href = asset.get("alternate", {}).get("https", {}).get("href", asset["href"])
    address, headers = admission(source, listed.collection, href)
    path = home / f"{home.name.removesuffix('.SAFE')}.zip"
    got = fetch(address, path, limits=source.limits, headers=headers)
    compared = _compare(path, asset.get("file:checksum"))
    about = {
        "source_url": href, "bytes_read": got.size_bytes, "checksum_stated": asset.get("file:checksum"),
        "checksum_compared": compared, **_file(path),
    }  # fmt: skip
    return _record(listed, source, home, {key: about}, None)


def _compare(path: Path, stated: str | None) -> str:
    """Whether a file is what a multihash says; in words.

    Raises ChecksumMismatch.
    """
    if not stated:
        return "no: the catalogue states none"
    try:
        raw = bytes.fromhex(stated)
        code, rest = (raw[0], raw[1:]) if raw[0] < 0x80 else (raw[0] & 0x7F | raw[1] << 7, raw[2:])
        name = MULTIHASH[code]
    except (ValueError, IndexError, KeyError):
        return f"no: {stated[:8]}... is of a kind that is not computed here"
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, name).digest()
    if digest != rest[1 : 1 + rest[0]]:
        raise ChecksumMismatch(
            f"its {name} is {digest.hex()}, the catalogue says {rest[1:].hex()}", place=str(path)
        )
    return f"yes: {name} as stated"


def _file(path: Path) -> dict[str, Any]:
    digest = sha256_file(path)
    return {
        "file": path.name,
        "sha256": digest,
        "file:checksum": f"1220{digest}",
        "bytes": path.stat().st_size,
    }


def _tags(listed: Listed) -> dict[str, str]:
    return {
        "ACQUISITION_DATE": f"{listed.time_utc:%Y-%m-%dT%H:%M:%S}", "SCENE_ID": listed.item_id, "CREDIT": listed.credit,
    }  # fmt: skip


def _record(
    listed: Listed, source: SceneSource, home: Path, assets: dict[str, dict[str, Any]], cloud: float | None
) -> Kept:
    preview = home / "preview.png" if (home / "preview.png").exists() else None
    record = {
        "item_id": listed.item_id, "collection": listed.collection, "catalogue": source.api, "sensor": listed.sensor,
        "platform": listed.platform, "time_utc": f"{listed.time_utc:%Y-%m-%dT%H:%M:%SZ}",
        "captured_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "item_sha256": sha256_file(home / "item.json"),
        "cloud_of_scene_pct": listed.cloud_pct, "cloud_over_port_pct": cloud, "assets": assets,
        "preview": preview.name if preview else None, "rights": listed.rights, "raw_may_ship": source.may_ship,
        "credit": listed.credit, "tool": f"rubicon {__version__}",
    }  # fmt: skip
    (home / "capture.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    picture = next(home / about["file"] for about in assets.values() if "file" in about)
    return Kept(home, picture, preview, cloud, record)
