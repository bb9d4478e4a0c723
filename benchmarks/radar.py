"""CFAR speed beside scipy and OpenCV on the same pixels with equal detections, and a full-size dual-band product from SAFE to detections.

    python -m benchmarks.radar --data ../shared/data/imagery/sentinel1 [--lines 16705] [--tile 4096]

scipy and opencv-python-headless are peers, not dependencies: what is not installed is left out and said so. The product has the real annotation of a
full IW GRDH scene and generated pixels (K-distributed sea with ships), written to a temporary folder before the clock starts.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rubicon.collect.scenes.sentinel1 import read_safe
from rubicon.detect import radar
from rubicon.kernels.cfar import SMALLEST_NU, cfar, threshold_table

GUARD, REACH, LEAST, LOOKS, FALSE_ALARMS = 25, 45, 355, 4.4, 1e-7
PRODUCT = "S1B_IW_GRDH_1SDV_20211223T051122_20211223T051147_030148_039993_5371.SAFE"
Mean = Callable[[np.ndarray, int], np.ndarray]


def sea(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Sigma nought of K-distributed sea with a bright target every 500 pixels."""
    made = (
        0.01 * rng.gamma(8.0, 1 / 8.0, (rows, columns)) * rng.gamma(LOOKS, 1 / LOOKS, (rows, columns))
    ).astype(np.float32)
    for row in range(250, rows - 20, 500):
        for column in range(250, columns - 20, 500):
            made[row : row + 4, column : column + 14] += 1.0
    return made


def ours(values: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Hits of the kernel, one core."""
    ratio, hits = np.empty(values.shape, np.float32), np.empty(values.shape, np.uint8)
    cfar(values, 0, len(values), GUARD, REACH, LEAST, LOOKS, table, ratio, hits)
    return hits == 1


def by_means(values: np.ndarray, table: np.ndarray, mean: Mean) -> np.ndarray:
    """The same rule from box means of whole arrays, as array libraries do it."""
    x = values.astype(np.float64)
    outer, inner = (2 * REACH + 1) ** 2, (2 * GUARD + 1) ** 2

    def ring(a: np.ndarray) -> np.ndarray:
        return mean(a, 2 * REACH + 1) * outer - mean(a, 2 * GUARD + 1) * inner

    count, total, square = ring(np.ones_like(x)), ring(x), ring(x * x)
    place = np.clip(
        (square * count / total**2 / (1 + 1 / LOOKS) - 1) * SMALLEST_NU * (len(table) - 1), 0, len(table) - 1
    )
    return np.asarray((count >= LEAST) & (x * count > total * np.interp(place, np.arange(len(table)), table)))


def peers() -> dict[str, Mean]:
    """Box means of the libraries that are installed."""
    found: dict[str, Mean] = {}
    try:
        from scipy.ndimage import uniform_filter

        found["scipy"] = lambda a, size: uniform_filter(a, size, mode="constant")
    except ImportError:
        print("scipy is not installed: left out")
    try:
        import cv2

        cv2.setNumThreads(1)
        found["OpenCV"] = lambda a, size: cv2.boxFilter(
            a, cv2.CV_64F, (size, size), borderType=cv2.BORDER_CONSTANT
        )
    except ImportError:
        print("OpenCV is not installed: left out")
    return found


def timed(run: Callable[[], object], runs: int) -> float:
    """Median seconds."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def kernels(tile: int) -> list[str]:
    """Ratios on one tile, one core each, after equal detections were shown."""
    values, table = sea(np.random.default_rng(1), tile, tile), threshold_table(LOOKS, FALSE_ALARMS)
    mine = ours(values, table)
    base = timed(lambda: ours(values, table), 3)
    lines = [f"| rubicon | {base:.2f} s | 1 | {int(mine.sum())} |"]
    for name, mean in peers().items():
        theirs = by_means(values, table, mean)
        if not np.array_equal(mine, theirs):
            sys.exit(
                f"{name}: {int((mine != theirs).sum())} of {int(mine.sum())} detected pixels differ; no figure is printed"
            )
        took = timed(lambda mean=mean: by_means(values, table, mean), 1)  # type: ignore[misc]
        lines.append(f"| {name} | {took:.2f} s | {took / base:.1f} | {int(theirs.sum())} |")
    return [
        f"## CFAR, first pass, {tile} x {tile} px, one core",
        "",
        "| | seconds | times rubicon | detected pixels |",
        "|---|---|---|---|",
        *lines,
    ]


def product(source: Path, folder: Path, lines: int) -> Path:
    """A dual-band product: the real annotation, generated pixels, cut to some lines."""
    import rasterio
    from rasterio.windows import Window

    made = folder / source.name
    shutil.copytree(source, made, ignore=shutil.ignore_patterns("*.tiff"))
    safe, rng = read_safe(source), np.random.default_rng(2)
    band = safe.bands[0]
    for polarisation in ("vv", "vh"):
        for name in [p for p in source.rglob("*-vv-*.xml") if "rfi" not in p.name]:
            text = name.read_text().replace("<polarisation>VV", f"<polarisation>{polarisation.upper()}")
            text = text.replace(f"<numberOfLines>{band.lines}<", f"<numberOfLines>{lines}<")
            (
                made / name.relative_to(source).parent / name.name.replace("-vv-", f"-{polarisation}-")
            ).write_text(text)
        target = made / band.measurement.replace("-vv-", f"-{polarisation}-")
        target.parent.mkdir(exist_ok=True)
        with rasterio.open(
            target, "w", driver="GTiff", height=lines, width=band.samples, count=1, dtype="uint16"
        ) as out:
            pattern = np.sqrt(sea(rng, 1000, band.samples)) * 400
            for top in range(0, lines, 1000):
                rows = min(1000, lines - top)
                out.write(pattern[:rows].astype(np.uint16), 1, window=Window(0, top, band.samples, rows))
    return made


def whole(data: Path, lines: int) -> list[str]:
    """Seconds from the folder to detections, and the highest memory of the process."""
    with tempfile.TemporaryDirectory() as folder:
        path = product(data / PRODUCT, Path(folder), lines)
        radar.contrast(sea(np.random.default_rng(3), 200, 200), radar.Options())
        begin = time.perf_counter()
        found = radar.ships_in_product(read_safe(path), None)[0]
        took = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return [
        f"## SAFE folder to detections, {lines} lines x 26,102 px, two bands, two threads",
        "",
        f"{took:.1f} s with decoding, {len(found)} detections, highest memory {peak:.2f} GiB.",
    ]


def main() -> None:
    """Measure and print; a full-size run is kept under results/."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--lines", type=int, default=16_705)
    parser.add_argument("--tile", type=int, default=4_096)
    asked = parser.parse_args()
    lines = ["# Radar: speed", ""]
    if asked.data:
        lines += [*whole(asked.data, asked.lines), ""]
    lines += kernels(asked.tile)
    print("\n".join(lines))
    if asked.data and asked.lines == 16_705:
        (Path(__file__).parent / "results" / "radar.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
