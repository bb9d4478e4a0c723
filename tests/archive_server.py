"""A STAC API on loopback with pictures behind it, in the documented shapes of the public archives."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import rasterio
from rasterio.control import GroundControlPoint
from rasterio.transform import from_origin
from rasterio.warp import transform

LAT, LON = 42.2333, 130.3000
SIDE = 2000


def optical_tif(path: Path, *, seed: int = 0) -> np.ndarray:
    """A tile of 20 x 20 km round Najin at 10 m, in UTM zone 52, tiled as a cloud-optimised file is."""
    xs, ys = transform("EPSG:4326", "EPSG:32652", [LON], [LAT])
    pixels = np.random.default_rng(seed).integers(1, 255, (3, SIDE, SIDE), dtype=np.uint8)
    place = from_origin(xs[0] - 10 * SIDE / 2, ys[0] + 10 * SIDE / 2, 10, 10)
    _write(path, pixels, crs="EPSG:32652", transform=place)
    return pixels


def classes_tif(path: Path, *, cloud: float) -> None:
    """The scene classification of the same tile at 20 m: cloud in its northern part."""
    xs, ys = transform("EPSG:4326", "EPSG:32652", [LON], [LAT])
    pixels = np.full((1, SIDE // 2, SIDE // 2), 6, dtype=np.uint8)
    pixels[:, : int(SIDE // 2 * cloud)] = 9
    _write(path, pixels, crs="EPSG:32652", transform=from_origin(xs[0] - 10_000, ys[0] + 10_000, 20, 20))


def radar_tif(path: Path) -> np.ndarray:
    """Digital numbers without a projection, placed by ground control points, as Sentinel-1 GRD is."""
    pixels = np.random.default_rng(1).integers(20, 400, (1, SIDE, SIDE), dtype=np.uint16)
    step = 0.1 / SIDE * 2
    points = [
        GroundControlPoint(row, col, LON - 0.1 + col * step, LAT + 0.1 - row * step, 0.0)
        for row in np.linspace(0, SIDE, 6)
        for col in np.linspace(0, SIDE, 6)
    ]
    _write(path, pixels, gcps=points, crs="EPSG:4326")
    return pixels


def _write(path: Path, pixels: np.ndarray, **place: Any) -> None:
    count, rows, columns = pixels.shape
    path.unlink(missing_ok=True)
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=count, dtype=pixels.dtype, tiled=True,
        blockxsize=256, blockysize=256, compress="deflate", **place,
    ) as out:  # fmt: skip
        out.write(pixels)


def item(name: str, day: str, assets: dict[str, dict[str, Any]], **about: Any) -> dict[str, Any]:
    """A STAC item whose outline covers the port."""
    ring = [
        [LON - 1, LAT - 1],
        [LON + 1, LAT - 1],
        [LON + 1, LAT + 1],
        [LON - 1, LAT + 1],
        [LON - 1, LAT - 1],
    ]
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": name, "bbox": [LON - 1, LAT - 1, LON + 1, LAT + 1],
        "geometry": {"type": "Polygon", "coordinates": [ring]}, "links": [], "assets": assets,
        "properties": {"datetime": f"{day}T02:10:00Z", "platform": "sentinel-2a", **about},
    }  # fmt: skip


class Api(ThreadingHTTPServer):
    """Items by collection, files by name, and the requests that came."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.items: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.root_extra: list[dict[str, Any]] = []
        self.page = 100
        self.loop = self.any_time = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.asked.append((self.path, dict(self.headers)))
        if parts.path == "/":
            self._json(self._root())
        elif parts.path == "/search":
            self._json(self._found(parse_qs(parts.query)))
        elif parts.path.startswith("/token/"):
            self._json({"token": "sig=abc&se=2030"})
        elif parts.path.startswith("/signed/") and "sig=abc" not in parts.query:
            self.send_error(403)
        elif parts.path.startswith("/product/") and self.headers.get("Authorization") != "Bearer t0k":
            self.send_error(401)
        else:
            self._file(self.server.folder / Path(parts.path).name)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append((self.path, {"body": body}))
        self._json({"access_token": "t0k"} if "password=right" in body else {"error": "no"})

    def _root(self) -> dict[str, Any]:
        links = [
            {"rel": "self", "href": self.server.url + "/"}, {"rel": "root", "href": self.server.url + "/"},
            {"rel": "search", "href": self.server.url + "/search", "type": "application/geo+json", "method": "GET"},
            *self.server.root_extra,
        ]  # fmt: skip
        return {
            "type": "Catalog", "stac_version": "1.0.0", "id": "loopback", "description": "test", "links": links,
            "conformsTo": ["https://api.stacspec.org/v1.0.0/core", "https://api.stacspec.org/v1.0.0/item-search"],
        }  # fmt: skip

    def _found(self, query: dict[str, list[str]]) -> dict[str, Any]:
        begin, end = query["datetime"][0].split("/")
        listed = [
            {**one, "collection": name}
            for name in query["collections"][0].split(",")
            for one in self.server.items.get(name, [])
            if self.server.any_time or begin <= one["properties"]["datetime"] <= end
        ]
        offset = int(query.get("offset", ["0"])[0])
        page = listed[offset : offset + self.server.page]
        links = []
        if offset + self.server.page < len(listed):
            after = re.sub(r"&offset=\d+", "", self.path) + f"&offset={offset + self.server.page}"
            links = [{"rel": "next", "href": self.server.url + after, "method": "GET"}]
        if self.server.loop:
            links = [{"rel": "next", "href": self.server.url + self.path, "method": "GET"}]
        return {"type": "FeatureCollection", "features": page, "links": links}

    def _json(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _file(self, path: Path) -> None:
        if not path.is_file():
            self.send_error(404)
            return
        body, wanted = path.read_bytes(), re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        first, last = (int(wanted[1]), min(int(wanted[2]), len(body) - 1)) if wanted else (0, len(body) - 1)
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(body)}")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        self.wfile.write(body[first : last + 1])

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@contextmanager
def serving(folder: Path) -> Iterator[Api]:
    """The API while the block runs."""
    api = Api(folder)
    thread = threading.Thread(target=api.serve_forever)
    thread.start()
    try:
        yield api
    finally:
        api.shutdown()
        thread.join()
        api.server_close()
