"""`python -m benchmarks.reach`: the way by sea against geodesics on three seas, and against peers on the same pairs.

Needs the Debian package gmt-gshhg-full. Peers run in an environment of their own. Each pair sees each other over water, so
its way by sea is the geodesic, and every deviation is an error.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

from naive.sight import pairs, summary  # noqa: E402
from rubicon.geo.coast import Coast, build_extract, load_coast  # noqa: E402
from rubicon.geo.field import computed  # noqa: E402
from rubicon.geo.many import Gaps, reach_many  # noqa: E402
from rubicon.geo.ocean import ocean_field  # noqa: E402
from rubicon.geo.ports import load_ports  # noqa: E402
from rubicon.geo.sea import sea_distance_km, sea_field  # noqa: E402
from rubicon.geo.water import lattice_of, water_grid  # noqa: E402

GSHHG = Path("/usr/share/gmt-gshhg/binned_GSHHS_f.nc")
SEAS = {
    "East Sea / Sea of Japan": (129.0, 37.0, 140.0, 44.0),
    "North Sea": (-1.0, 52.0, 9.0, 60.0),
    "Fiji, across the date line": (176.0, -20.0, -176.0, -14.0),
}
SOURCES, EACH = 5, 100
PEERS = HERE.parent / ".venv" / "peers-reach"
PACKAGES = ("searoute==1.6.0", "scgraph==2.15.0", "scikit-image==0.26.0", "scikit-fmm==2025.6.23")
PEER = """
import json, sys
import numpy as np
ends = np.load(sys.argv[1]); masks = np.load(sys.argv[2]); out = {}
import searoute
def by_searoute(a):
    try: return searoute.searoute([a[1], a[0]], [a[3], a[2]])["properties"]["length"]
    except Exception: return float("nan")
out["searoute"] = [by_searoute(a) for a in ends]
try:
    from scgraph.geographs.marnet import marnet_geograph as graph
    out["scgraph"] = [graph.get_shortest_path({"latitude": a[0], "longitude": a[1]}, {"latitude": a[2], "longitude": a[3]}, output_units="km")["length"] for a in ends]
except ImportError:
    out["scgraph"] = [float("nan")] * len(ends)
print(json.dumps(out))
"""
GRID = """
import json, sys, time
import numpy as np
from skimage.graph import MCP_Geometric
import skfmm
data = np.load(sys.argv[1]); mask, north, east, start, ends = (data[k] for k in ("mask", "north", "east", "start", "ends"))
step = float(np.mean(north)), float(np.mean(east)); out = {}
t = time.perf_counter(); cost = np.where(mask > 0, 1.0, np.inf)
found, _ = MCP_Geometric(cost, sampling=step).find_costs([tuple(start)]); out["scikit-image"] = [[float(found[tuple(e)]) / 1000 for e in ends], time.perf_counter() - t]
t = time.perf_counter(); phi = np.ones(mask.shape); phi[tuple(start)] = -1
phi = np.ma.MaskedArray(phi, mask == 0)
found = skfmm.travel_time(phi, np.ones(mask.shape), dx=step, order=1); out["scikit-fmm"] = [[float(found[tuple(e)]) / 1000 for e in ends], time.perf_counter() - t]
print(json.dumps(out))
"""


def extract(name: str, bbox: tuple[float, float, float, float], folder: Path) -> Coast:
    """A sea's coastline from the full GSHHG."""
    path = folder / f"{name.split(maxsplit=1)[0].lower()}.npz"
    build_extract(GSHHG, bbox, path)
    return load_coast(path)


def peers() -> Path:
    """The peers' own environment."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return python


def row(name: str, found: np.ndarray, straight: np.ndarray) -> str:
    """One line of the table of errors."""
    known = np.isfinite(found)
    got = summary(found[known], straight[known])
    cells = (f"{100 * got[key]:.2f} %" for key in ("mean", "p95", "max", "min"))
    return f"| {name} | {got['pairs']:,} | {' | '.join(cells)} |"


def sight(folder: Path, python: Path) -> list[str]:
    """Errors on line-of-sight pairs of three seas, ours and the peers'."""
    lines = [
        "| error against the geodesic | pairs | mean | p95 | longest | shortest |",
        "|---|---|---|---|---|---|",
    ]
    everything = []
    for name, bbox in SEAS.items():
        coast = extract(name, bbox, folder)
        ends, found, straight = pairs(coast, coast.bbox, SOURCES, EACH, 7)
        lines.append(row(f"Rubicon, 250 m, {name}", found, straight))
        everything.append((ends, found, straight))
        print(lines[-1], flush=True)
    ends, found, straight = (np.concatenate(part) for part in zip(*everything, strict=True))
    lines.append(row("Rubicon, all three", found, straight))
    np.save(folder / "ends.npy", ends)
    np.save(folder / "none.npy", np.zeros(1))
    done = subprocess.run(
        [python, "-W", "ignore", "-c", PEER, folder / "ends.npy", folder / "none.npy"],
        check=True,
        capture_output=True,
        text=True,
    )
    for name, km in json.loads(done.stdout.splitlines()[-1]).items():
        lines.append(row(name, np.array(km), straight))
    return lines + grid_peers(folder, python)


def grid_peers(folder: Path, python: Path) -> list[str]:
    """The peers that march over a grid, on the same mask as ours, from one place."""
    coast = load_coast()
    bbox = (130.0, 40.0, 134.5, 43.6)
    ends, found, straight = pairs(coast, bbox, 1, 300, 11)
    grid = water_grid(coast, bbox, 250.0)
    north, east = grid.lattice.steps_m()
    cells = np.round(np.column_stack(grid.lattice.place(ends[:, 2], ends[:, 3]))).astype(int)
    start = np.round(np.array(grid.lattice.place(*ends[0, :2]))).astype(int)
    np.savez(folder / "grid.npz", mask=grid.mask, north=north, east=east, start=start, ends=cells)
    done = subprocess.run(
        [python, "-W", "ignore", "-c", GRID, folder / "grid.npz"], check=True, capture_output=True, text=True
    )
    begun = time.perf_counter()
    computed(coast, grid.lattice, *ends[0, :2].tolist())
    lines = [row(f"Rubicon, one place, {time.perf_counter() - begun:.2f} s", found, straight)]
    for name, (km, seconds) in json.loads(done.stdout.splitlines()[-1]).items():
        lines.append(row(f"{name}, same mask and place, {seconds:.2f} s", np.array(km), straight))
    return lines


def speeds(folder: Path) -> list[str]:
    """Fields of a sea and of an ocean, and a million gaps against a hundred ports."""
    lines = ["| what | processor seconds | peak GiB |", "|---|---|---|"]
    sea = extract("sea", (127.0, 34.0, 143.0, 52.5), folder)
    lattice = lattice_of(sea, (127.5, 34.5, 142.5, 52.0), 250.0)
    lines.append(
        timed(
            f"field of the Sea of Japan, {lattice.ny * lattice.nx / 1e6:.0f} million cells of 250 m",
            lambda: computed(sea, lattice, 42.2333, 130.3),
        )
    )
    ocean = extract("ocean", (30.0, -12.0, 165.0, 62.0), folder)
    wide = lattice_of(ocean, ocean.bbox, 250.0)
    lines.append(
        timed(
            f"field from Suez to Kamchatka, {wide.ny * wide.nx / 1e6:.0f} million coarse cells",
            lambda: ocean_field(ocean, wide, (29.93, 32.56), 250.0, "bench"),
        )
    )
    if "--million" in sys.argv:
        lines.append(million())
    return lines


def timed(name: str, work: object) -> str:
    """Processor seconds of a piece of work and the peak of memory so far."""
    assert callable(work)
    begun = time.process_time()
    work()
    seconds, peak = time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    line = f"| {name} | {seconds:.1f} | {peak:.2f} |"
    print(line, flush=True)
    return line


def million(gaps: int = 1_000_000, count: int = 100) -> str:
    """A million gaps against a hundred places of call, once their fields are cached (8 GB of cache)."""
    coast, rng = load_coast(), np.random.default_rng(1)
    ports = [port for port in load_ports() if coast.covers(port.lat_deg, port.lon_deg)]
    ports = [ports[i % len(ports)] for i in range(count)]
    grid = water_grid(coast, coast.bbox, 2000.0)
    # Positions at sea: cells whose neighbours are all water.
    inner = np.ones_like(grid.mask[1:-1, 1:-1])
    for r in range(3):
        for c in range(3):
            inner &= grid.mask[r : r + inner.shape[0], c : c + inner.shape[1]]
    wet = np.argwhere(inner) + 1
    at = [wet[rng.integers(0, len(wet), gaps)] + rng.uniform(-0.4, 0.4, (gaps, 2)) for _ in range(2)]
    fixes = [
        np.column_stack(
            [
                grid.lattice.south_deg + (p[:, 0] + 0.5) * grid.lattice.dlat_deg,
                grid.lattice.west_deg + (p[:, 1] + 0.5) * grid.lattice.dlon_deg,
            ]
        )
        for p in at
    ]
    asked = Gaps(*fixes, rng.exponential(60.0, gaps) + 6.0, rng.uniform(9.0, 18.0, gaps))
    few = Gaps(*(part[:10] for part in asked))
    for _ in reach_many(few, ports, coast=coast):
        pass
    return timed(
        f"{gaps:,} gaps against {count} ports, fields cached",
        lambda: [None for _ in reach_many(asked, ports, coast=coast)],
    )


def main() -> None:
    """Measure, print, and keep the table."""
    if not GSHHG.is_file():
        sys.exit("needs the full GSHHG: apt-get install gmt-gshhg-full")
    python = peers()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        najin = sea_field(42.2333, 130.3, coast=load_coast(), bbox=(129.0, 41.0, 134.5, 43.6))
        lines = [
            f"Najin to Vostochny {najin.at(42.72, 133.05):.1f} km (reference 242.5), to Vladivostok {najin.at(43.1, 131.9):.1f} km (176);",
            f"as single questions {sea_distance_km((42.2333, 130.3), (42.72, 133.05)):.1f} and {sea_distance_km((42.2333, 130.3), (43.1, 131.9)):.1f} km.", "",
        ]  # fmt: skip
        lines += [*sight(folder, python), "", *speeds(folder), ""]
    text = "\n".join(lines)
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / "reach.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
