"""`make bench`: decode the exercise's NMEA log with Rubicon and with pyais, and print the ratio.

The peer is installed into an environment of its own. Both decode the same sentences, the positions are
compared row by row before any figure is printed, and each figure is the median of five runs.
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rubicon.case import Input
from rubicon.collect.sources import nmea
from rubicon.examples_folder import example
from rubicon.provenance import source_file
from rubicon.simulate import simulate

HERE = Path(__file__).resolve().parent
PEERS = HERE.parent / ".venv" / "peers"
RUNS = 5
PEER = """
import json, statistics, sys, time
import pyais
lines = [line.split(b"\\\\")[2] for line in open(sys.argv[1], "rb")]
def run():
    found = []
    for message in pyais.stream.IterMessages(lines):
        decoded = message.decode()
        if decoded.msg_type in (1, 2, 3, 18, 19):
            found.append((decoded.mmsi, round(decoded.lat, 6), round(decoded.lon, 6), decoded.speed))
    return found
times = []
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    found = run()
    times.append(time.perf_counter() - start)
print(json.dumps({"version": pyais.__version__, "seconds": statistics.median(times), "found": found}))
"""


def peer(log: Path) -> dict[str, object]:
    """Run pyais over the log in its own environment."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "pyais==3.3.1"], check=True)
    done = subprocess.run([python, "-c", PEER, log, str(RUNS)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def ours(log: Path) -> tuple[float, list[tuple[object, ...]], int]:
    """Median seconds, positions and number of messages of Rubicon's NMEA source."""
    file, options, times = source_file(log, format="nmea"), Input(file=log.name, format="nmea"), []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        batches = list(nmea.read(file, options))
        times.append(time.perf_counter() - start)
    found = [
        (int(row["vessel_id"]), round(row["lat_deg"], 6), round(row["lon_deg"], 6), row["speed_kn"])
        for batch in batches
        for row in batch.positions.to_pylist()
    ]
    return statistics.median(times[1:]), found, sum(batch.messages for batch in batches)


def main() -> None:
    """Measure, check, print, and keep the last table."""
    with tempfile.TemporaryDirectory() as folder:
        case = example("exercise")
        log = simulate(case.parent / "scenario.toml", Path(folder), 1).ais
        seconds, found, messages = ours(log)
        other = peer(log)
    if [list(row) for row in sorted(found)] != sorted(other["found"]):  # type: ignore[type-var]
        sys.exit("positions differ: no figure is printed")
    rate, peer_rate = messages / seconds, messages / float(str(other["seconds"]))
    table = "\n".join(
        [
            f"Python {platform.python_version()}, {platform.machine()}, median of {RUNS} runs, {messages:,} simulated messages,",
            f"{len(found):,} positions compared equal before timing.",
            "",
            "| decode NMEA to typed columns | messages/s | ratio |",
            "|---|---|---|",
            f"| Rubicon (checksums, tag blocks, multipart; types 1, 2, 3, 5, 18, 19, 24, 27) | {rate:,.0f} | {rate / peer_rate:.0f}x |",
            f"| pyais {other['version']} (tag blocks stripped beforehand) | {peer_rate:,.0f} | 1x |",
            "",
        ]
    )
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / "decode.md").write_text(table, encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
