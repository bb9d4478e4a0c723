"""Scenes from an archive: listed, cut to the port with pixels unchanged, kept with hashes, and nothing else asked."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rasterio", reason="needs the extra imagery")
pytest.importorskip("pystac_client", reason="needs the extra imagery")

import rasterio
from typer.testing import CliRunner

from archive_server import LAT, LON, Api, classes_tif, item, optical_tif, radar_tif, serving
from rubicon.cli import build
from rubicon.collect.fetch import Limits
from rubicon.collect.scenes import sources
from rubicon.collect.scenes.fetching import keep_scene
from rubicon.collect.scenes.remote import BLOCK, RemoteFile
from rubicon.collect.scenes.sources import SOURCES, SceneSource, scene_source
from rubicon.collect.scenes.stac import box_round, search
from rubicon.errors import (
    ChecksumMismatch,
    EmptyScene,
    FetchFailed,
    FetchRefused,
    InputTooLarge,
    KeychainError,
    UnknownService,
)

HERE = Limits(allow_loopback=True, max_bytes=32_000_000, timeout_s=10)
PORT = box_round(LAT, LON, 1.0)
OCTOBER = (date(2023, 10, 1), date(2023, 10, 31))


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    folder = tmp_path / "archive"
    folder.mkdir()
    with serving(folder) as made:
        yield made


def source(api: Api, name: str = "earth-search", **changed: Any) -> SceneSource:
    return replace(SOURCES[name], api=api.url + "/", limits=HERE, **changed)


def assets(api: Api, *names: str, prefix: str = "") -> dict[str, dict[str, Any]]:
    return {name: {"href": f"{api.url}{prefix}/{name}.tif"} for name in names}


def test_scenes_are_listed_over_pages_and_judged(api: Api) -> None:
    api.page = 1
    api.items["sentinel-2-l2a"] = [
        item("late", "2023-10-21", {}, **{"eo:cloud_cover": 95.0}),
        item("clear", "2023-10-16", {}, **{"eo:cloud_cover": 5.0}),
        item("other-month", "2023-11-16", {}),
    ]
    half = item("half", "2023-10-11", {})
    half["geometry"]["coordinates"] = [[[LON, 40], [132, 40], [132, 44], [LON, 44], [LON, 40]]]
    api.items["sentinel-2-l2a"].append(half)
    found = search(source(api), PORT, *OCTOBER).scenes
    assert [(one.item_id, one.usable) for one in found] == [("half", False), ("clear", True), ("late", False)]
    assert found[0].coverage == pytest.approx(0.5, abs=0.01)
    assert found[1].credit == "Contains modified Copernicus Sentinel data 2023"


def test_a_window_keeps_the_pixels_and_leaves_the_rest(api: Api, tmp_path: Path) -> None:
    pixels = optical_tif(api.folder / "visual.tif")
    classes_tif(api.folder / "scl.tif", cloud=0.5)
    api.items["sentinel-2-l2a"] = [item("S2A_52TFN", "2023-10-16", assets(api, "visual", "scl"))]
    listed = search(source(api), PORT, *OCTOBER).scenes[0]
    kept = keep_scene(listed, source(api), PORT, tmp_path / "scenes")
    left, top, wide, tall = kept.record["assets"]["visual"]["window"]
    with rasterio.open(kept.picture) as cut:
        assert np.array_equal(cut.read(), pixels[:, top : top + tall, left : left + wide])
        lon, lat = rasterio.warp.transform(
            cut.crs, "EPSG:4326", *map(list, zip(cut.xy(tall / 2, wide / 2), strict=True))
        )
        assert (lon[0], lat[0]) == pytest.approx((LON, LAT), abs=2e-4)
    about = kept.record["assets"]["visual"]
    assert about["bytes_read"] < (api.folder / "visual.tif").stat().st_size / 4
    assert about["file:checksum"] == "1220" + hashlib.sha256(kept.picture.read_bytes()).hexdigest()
    assert kept.cloud_over_port_pct == pytest.approx(50, abs=2)
    assert kept.preview is not None
    assert json.loads((kept.folder / "item.json").read_text())["id"] == "S2A_52TFN"
    again = keep_scene(listed, source(api), PORT, tmp_path / "again")
    assert again.picture.read_bytes() == kept.picture.read_bytes()


def test_radar_without_a_projection_is_cut_by_its_control_points(api: Api, tmp_path: Path) -> None:
    pixels = radar_tif(api.folder / "vv.tif")
    archive = source(api, "planetary-computer", token_url=f"{api.url}/token/{{collection}}")
    api.items["sentinel-1-grd"] = [item("S1A_IW_GRDH", "2023-10-16", assets(api, "vv", prefix="/signed"))]
    listed = search(archive, PORT, *OCTOBER, sensors=("sar",)).scenes[0]
    kept = keep_scene(listed, archive, PORT, tmp_path)
    left, top, wide, tall = kept.record["assets"]["vv"]["window"]
    with rasterio.open(kept.picture) as cut:
        assert np.array_equal(cut.read(), pixels[:, top : top + tall, left : left + wide])
        points, _ = cut.gcps
        corner = points[0]
    assert corner.x == pytest.approx(LON - 0.1)
    assert (corner.col, corner.row) == pytest.approx((-left, -top))
    assert "sig=abc" not in json.dumps(kept.record)


def test_a_whole_product_is_held_against_the_catalogues_checksum(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(api.folder / "P.zip", "w") as out:
        out.writestr("P.SAFE/manifest.safe", "<x/>")
    right = "1220" + hashlib.sha256((api.folder / "P.zip").read_bytes()).hexdigest()
    archive = source(api, "copernicus", token_url=f"{api.url}/token")
    href = f"{api.url}/product/P.zip"
    api.items["sentinel-1-grd"] = [
        item("right.SAFE", "2023-10-16", {"Product": {"href": href, "file:checksum": right}}),
        item("wrong.SAFE", "2023-10-17", {"Product": {"href": href, "file:checksum": "1220" + "00" * 32}}),
    ]
    right_one, wrong_one = search(archive, PORT, *OCTOBER, sensors=("sar",)).scenes
    monkeypatch.setattr(sources, "kept_key", lambda name, field: None)
    with pytest.raises(KeychainError, match="rubicon keys add copernicus"):
        keep_scene(right_one, archive, PORT, tmp_path)
    monkeypatch.setattr(sources, "kept_key", lambda name, field: {"user": "u", "password": "right"}[field])
    kept = keep_scene(right_one, archive, PORT, tmp_path)
    assert kept.record["assets"]["Product"]["checksum_compared"] == "yes: sha256 as stated"
    assert "right" not in json.dumps({**kept.record, "item_id": ""}).replace("rights", "").replace(
        "right.", ""
    )
    with pytest.raises(ChecksumMismatch):
        keep_scene(wrong_one, archive, PORT, tmp_path)


@pytest.mark.parametrize(
    "href", ["file:///etc/passwd", "/etc/passwd", "http://10.0.0.1/x.tif", "s3://bucket/x.tif"]
)
def test_an_item_leads_nowhere_else(api: Api, tmp_path: Path, href: str) -> None:
    api.items["sentinel-2-l2a"] = [item("evil", "2023-10-16", {"visual": {"href": href}})]
    listed = search(source(api), PORT, *OCTOBER).scenes[0]
    with pytest.raises(FetchRefused):
        keep_scene(listed, source(api), PORT, tmp_path)


def test_a_catalogue_may_not_lead_its_search_to_a_file_or_another_host(api: Api) -> None:
    optical_tif(api.folder / "visual.tif")
    api.items["sentinel-2-l2a"] = [item("a", "2023-10-16", assets(api, "visual"))]
    for target in ("file:///etc/passwd", "http://10.0.0.1/search"):
        api.root_extra = [{"rel": "search", "href": target, "type": "application/geo+json", "method": "GET"}]
        with pytest.raises((FetchRefused, FetchFailed)):
            search(replace(source(api), api=api.url + "/missing"), PORT, *OCTOBER)
    assert not any("10.0.0.1" in path for path, _ in api.asked)


def test_a_picture_that_is_none_and_a_place_that_is_not_there_are_named(api: Api, tmp_path: Path) -> None:
    (api.folder / "visual.tif").write_bytes(b"<VRTDataset/>" * 100)
    api.items["sentinel-2-l2a"] = [item("vrt", "2023-10-16", assets(api, "visual"))]
    listed = search(source(api), PORT, *OCTOBER).scenes[0]
    with pytest.raises(FetchFailed, match="does not read as a GeoTIFF"):
        keep_scene(listed, source(api), PORT, tmp_path)
    optical_tif(api.folder / "visual.tif")
    with pytest.raises(EmptyScene):
        keep_scene(listed, source(api), box_round(43.2, 130.3, 1.0), tmp_path)
    small = replace(source(api), limits=replace(HERE, max_bytes=200_000))
    with pytest.raises(FetchRefused, match="would be read"):
        keep_scene(listed, small, box_round(LAT, LON, 9.0), tmp_path)
    with pytest.raises(FetchFailed, match="no asset"):
        keep_scene(replace(listed, item={**listed.item, "assets": {}}), source(api), PORT, tmp_path)


def test_a_block_that_unpacks_to_too_much_is_not_read(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rubicon.collect.scenes.window.MAX_BLOCK_PX", 1000)
    optical_tif(api.folder / "visual.tif")
    api.items["sentinel-2-l2a"] = [item("a", "2023-10-16", assets(api, "visual"))]
    with pytest.raises(InputTooLarge):
        keep_scene(search(source(api), PORT, *OCTOBER).scenes[0], source(api), PORT, tmp_path)


def test_a_remote_file_reads_as_the_file_does(api: Api) -> None:
    content = np.random.default_rng(2).bytes(5 * BLOCK + 77)
    (api.folder / "f.bin").write_bytes(content)
    remote = RemoteFile(f"{api.url}/f.bin", HERE)
    rng = np.random.default_rng(3)
    for _ in range(40):
        start, count = int(rng.integers(0, len(content) + 10)), int(rng.integers(0, 2 * BLOCK))
        remote.seek(start)
        assert remote.read(count) == content[start : start + count]
    assert remote.requests <= 6
    assert remote.bytes_read <= len(content) + BLOCK
    with pytest.raises(FetchFailed):
        RemoteFile(f"{api.url}/missing", HERE)


def run(*arguments: object) -> tuple[int, Any]:
    result = CliRunner().invoke(build(["scene"]), ["scene", *map(str, arguments), "--json"])
    return result.exit_code, json.loads(result.stdout) if result.stdout.startswith("{") else result.exception


def test_the_verbs_search_and_fetch_the_nearest_usable_day(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SOURCES, "earth-search", source(api))
    optical_tif(api.folder / "visual.tif")
    api.items["sentinel-2-l2a"] = [
        item("cloudy", "2023-10-16", assets(api, "visual"), **{"eo:cloud_cover": 99.0}),
        item("near", "2023-10-18", assets(api, "visual"), **{"eo:cloud_cover": 9.0}),
        item("far", "2023-10-21", assets(api, "visual"), **{"eo:cloud_cover": 1.0}),
    ]
    code, found = run("search", "--port", "Najin", "--from", "2023-10-10", "--to", "2023-10-20")
    assert (code, [one["item_id"] for one in found["scenes"]]) == (0, ["cloudy", "near"])
    code, kept = run("fetch", "--port", "Rajin", "--date", "2023-10-16", "--out", tmp_path, "--half-km", 2)
    assert (code, [one["item_id"] for one in kept["scenes"]]) == (0, ["near"])
    assert (Path(kept["scenes"][0]["folder"]) / "preview.png").read_bytes().startswith(b"\x89PNG")
    api.items["sentinel-2-l2a"][1]["assets"]["visual"]["href"] += ".gone"
    assert run("fetch", "--port", "Najin", "--date", "2023-10-16", "--out", tmp_path)[0] == 3
    assert run("search", "--port", "Najin", "--from", "2023-10-10")[0] != 0


def test_an_unknown_archive_is_named() -> None:
    with pytest.raises(UnknownService, match="earth-search"):
        scene_source("google")
