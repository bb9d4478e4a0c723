"""Latency of the web application on loopback: pages at 50 clients, density tiles of 10 million fixes at 20 clients.

    .venv/bin/python -m benchmarks.web            writes benchmarks/results/web.md

The server runs in a process of its own, the clients in this one, over kept connections. Before anything is timed, a tile is
compared with a plain histogram of the same positions. Each figure is the median of three runs. With Chromium at hand, the frames of
the map while it is dragged are counted too, with the tiles and without any layer of the case.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa

from rubicon import pipeline
from rubicon.case import load_case
from rubicon.examples_folder import example
from rubicon.provenance import source_file
from rubicon.schema import POSITION, rows_to_table
from rubicon.store.lake import BatchWriter, Lake

HERE = Path(__file__).resolve().parent
RUNS, PAGES, TILES = 3, 1500, 600
FIXES, SHIPS = int(os.environ.get("RUBICON_BENCH_FIXES", "10000000")), 4000
BOX = (129.0, 41.0, 135.0, 44.0)
FLAGS = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--no-sandbox"]


def walks(fixes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ships that wander about in a box: ship number, latitude and longitude of each fix."""
    draws = np.random.default_rng(1)
    each = fixes // SHIPS
    west, south, east, north = BOX
    start = draws.uniform((south, west), (north, east), (SHIPS, 2))
    steps = draws.normal(0, 0.002, (SHIPS, each, 2))
    places = start[:, None, :] + np.cumsum(steps, axis=1)
    lat = south + np.abs((places[..., 0] - south) % (2 * (north - south)) - (north - south))
    lon = west + np.abs((places[..., 1] - west) % (2 * (east - west)) - (east - west))
    return np.repeat(np.arange(SHIPS), each), lat.ravel(), lon.ravel()


def fill_lake(root: Path, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Put the walks into a lake; gives the positions."""
    ship, lat, lon = walks(FIXES)
    stub = folder / "walks.txt"
    stub.write_text("positions of the benchmark\n")
    lake = Lake(root)
    with BatchWriter(lake, source_file(stub, format="benchmark", origin="simulated")) as writer:
        empty = rows_to_table([], POSITION)
        for first in range(0, len(lat), 1_000_000):
            part = slice(first, first + 1_000_000)
            rows = len(lat[part])
            columns = {
                "vessel_id": pa.array(ship[part].astype(str)),
                "time_utc": pa.array(np.full(rows, np.datetime64("2024-05-01", "us"))).cast(POSITION.field("time_utc").type),
                "lat_deg": lat[part], "lon_deg": lon[part], "flags": np.zeros(rows, np.int32),
                "source_id": pa.array(["walks"] * rows), "offset": np.arange(first, first + rows),
            }  # fmt: skip
            made = [
                pa.array(columns[field.name], field.type)
                if field.name in columns
                else pa.nulls(rows, field.type)
                for field in POSITION
            ]
            writer.add(pa.table(made, schema=POSITION), empty, empty)
        writer.commit({"messages": len(lat), "origin": "simulated"})
    return lat, lon


@contextmanager
def server(folder: Path) -> Iterator[tuple[int, str]]:
    """`rubicon serve` in a process; gives port and token."""
    command = [sys.executable, "-m", "rubicon.cli", "serve", str(folder), "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "CI": "1"}
    ) as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        yield int(url.split(":")[2].split("/")[0]), url.partition("token=")[2]
        process.send_signal(signal.SIGTERM)


async def client(port: int, token: str, paths: Sequence[str], times: list[float]) -> None:
    """One client that asks for paths one after the other over one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for path in paths:
        began = time.perf_counter()
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        status = head.split(b" ", 2)[1]
        assert status == b"200", (path, head)
        length = next(
            int(line[16:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length: ")
        )
        await reader.readexactly(length)
        times.append(time.perf_counter() - began)
    writer.close()


async def load(port: int, token: str, paths: Sequence[str], clients: int) -> tuple[float, float, float]:
    """Milliseconds at the median and the 95th percentile, and requests a second."""
    times: list[float] = []
    began = time.perf_counter()
    await asyncio.gather(*(client(port, token, paths[i::clients], times) for i in range(clients)))
    wall = time.perf_counter() - began
    return statistics.median(times) * 1e3, float(np.percentile(times, 95)) * 1e3, len(times) / wall


def timed(port: int, token: str, paths: Sequence[str], clients: int) -> tuple[float, float, float]:
    """Medians of three runs, after one that is not counted."""
    asyncio.run(load(port, token, paths[: len(paths) // 4], clients))
    found = [asyncio.run(load(port, token, paths, clients)) for _ in range(RUNS)]
    return tuple(statistics.median(part) for part in zip(*found, strict=True))  # type: ignore[return-value]


def ask(port: int, token: str, path: str) -> bytes:
    """One answer."""
    import urllib.request

    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as answer:
        return bytes(answer.read())


def same_as_histogram(port: int, token: str, lat: np.ndarray, lon: np.ndarray) -> int:
    """Compare which pixels of a tile are filled with a plain histogram; gives how many are."""
    zoom, side = 8, 256 << 8
    x = (lon + 180) / 360 * side
    y = (0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)) * side
    column, row = int(x[0]) // 256, int(y[0]) // 256
    edges_x, edges_y = (np.arange(257) + 256 * at for at in (column, row))
    plain = np.histogram2d(y, x, bins=(edges_y, edges_x))[0] > 0
    png = ask(port, token, f"/exercise/tiles/{zoom}/{column}/{row}.png")
    at = png.index(b"IDAT")
    size = int.from_bytes(png[at - 4 : at])
    tile = np.frombuffer(zlib.decompress(png[at + 4 : at + 4 + size]), np.uint8).reshape(256, 257)[:, 1:] > 0
    assert np.count_nonzero(tile != plain) <= 2, "the tile is not the histogram of the positions"
    return int(tile.sum())


def tile_paths() -> list[str]:
    """Tiles over the walks, more of the finer zooms, as a reader who pans and zooms asks for them."""
    random.seed(1)
    west, south, east, north = BOX
    made = []
    for _ in range(TILES):
        zoom = random.randint(5, 12)
        lon, lat = random.uniform(west, east), random.uniform(south, north)
        y = 0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)
        made.append(f"/exercise/tiles/{zoom}/{int((lon + 180) / 360 * 2**zoom)}/{int(y * 2**zoom)}.png")
    return made


def frames(port: int, token: str) -> str:
    """Frames a second while the map is dragged: with the tiles, and with the bare coast."""
    path = shutil.which("chromium")
    if path is None:
        return "frames: no Chromium here"
    from playwright.sync_api import sync_playwright

    counting = (
        "() => { window.frames_ = 0; const f = () => { window.frames_++; requestAnimationFrame(f) }; f() }"
    )
    found = {}
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"http://127.0.0.1:{port}/exercise?token={token}")
        page.wait_for_selector("[data-drawn=true]", timeout=60_000)
        page.evaluate(counting)
        for name in ("tiles", "bare"):
            if name == "bare":
                for box in page.locator(".legend input:checked").all():
                    box.uncheck()
            first, began = page.evaluate("() => window.frames_"), time.perf_counter()
            page.mouse.move(400, 400)
            page.mouse.down()
            while time.perf_counter() - began < 5:
                turn = (time.perf_counter() - began) * 2
                page.mouse.move(400 + 150 * np.sin(turn), 400 + 100 * np.cos(turn))
            page.mouse.up()
            found[name] = (page.evaluate("() => window.frames_") - first) / (time.perf_counter() - began)
        browser.close()
    return f"dragging the map, software GL: {found['tiles']:.1f} frames a second with the tiles, {found['bare']:.1f} with the coast alone"


def main() -> None:
    """Measure and write the table."""
    lines = [
        "# The web application on loopback",
        "",
        f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}; median of {RUNS} runs.",
        "",
    ]
    lines += [
        "| what | clients | median ms | 95th percentile ms | requests a second |",
        "|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        for case in ("najin", "exercise"):
            pipeline.run(load_case(example(case)), out / case)
        with server(out) as (port, token):
            found = json.loads(ask(port, token, "/exercise/findings.json"))["findings"]
            ships = [row["key"] for row in json.loads(ask(port, token, "/exercise/vessels.json"))["ships"]]
            for what, paths in (
                ("finding pages", [f"/exercise/finding/{row['finding_id']}" for row in found]),
                ("ship pages", [f"/exercise/vessel/{key}" for key in ships]),
                ("the case's page", ["/exercise"]),
            ):
                many = (paths * (PAGES // len(paths) + 1))[:PAGES]
                middle, slow, rate = timed(port, token, many, 50)
                lines.append(f"| {what} | 50 | {middle:.1f} | {slow:.1f} | {rate:.0f} |")
                print(lines[-1], flush=True)
        shutil.rmtree(out / "exercise" / "lake")
        lat, lon = fill_lake(out / "exercise" / "lake", out)
        with server(out / "exercise") as (port, token):
            began = time.perf_counter()
            filled = same_as_histogram(port, token, lat, lon)
            first = time.perf_counter() - began
            middle, slow, rate = timed(port, token, tile_paths(), 20)
            lines.append(
                f"| density tiles of {len(lat):,} fixes | 20 | {middle:.1f} | {slow:.1f} | {rate:.0f} |"
            )
            print(lines[-1], flush=True)
            lines += [
                "",
                f"The first tile, for which all fixes are read and counted, took {first:.1f} s; its {filled:,} filled pixels are those of a plain histogram.",
            ]
            lines.append(frames(port, token))
    text = "\n".join(lines) + "\n"
    print(text)
    (HERE / "results" / "web.md").write_text(text)


if __name__ == "__main__":
    main()
