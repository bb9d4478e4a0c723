"""`python -m benchmarks.screening`: accuracy and speed of screening beside nomenklatura and rapidfuzz, on the same input in one run.

Labelled pairs are split by hash into a tuning and a test half; both are printed. Data that may not travel are read from
RUBICON_TEST_DATA and skipped when absent. Nomenklatura runs in an environment of its own. No search of ours is timed before it has
given the same entries as a comparison with every entry, or the loss is printed.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rubicon.screen import store
from rubicon.screen.fleet import lookup
from rubicon.screen.index import Index
from rubicon.screen.index_cache import index_of
from rubicon.screen.judge import Name, Query, judge, names_of
from rubicon.screen.pairs import Pair, compare_pairs

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("RUBICON_TEST_DATA", HERE.parents[1] / "shared" / "data"))
PEERS = HERE.parent / ".venv" / "peers"
PEER = """
import json, sys, time
from followthemoney import model
from nomenklatura.matching import get_algorithm
from rapidfuzz import fuzz, utils
logic = get_algorithm("logic-v2"); config = logic.default_config()
def entity(number, pair, side):
    schema = {"": "Vessel", "LegalEntity": "LegalEntity"}.get(pair["schema"], pair["schema"])
    made = {"name": [pair["name_" + side]]}
    if pair.get("imo_" + side): made["imoNumber"] = [pair["imo_" + side]]
    return model.get_proxy({"id": f"{number}{side}", "schema": schema, "properties": made})
pairs = json.load(open(sys.argv[1])); found = []
began = time.process_time()
for number, pair in enumerate(pairs):
    found.append(logic.compare(entity(number, pair, "a"), entity(number, pair, "b"), config).score)
took = time.process_time() - began
fuzzy = [fuzz.token_sort_ratio(pair["name_a"], pair["name_b"], processor=utils.default_process) / 100 for pair in pairs]
print(json.dumps({"logic": found, "fuzzy": fuzzy, "seconds": took}))
"""
Row = dict[str, str]
BRUTE = 15
"""Queries that are also answered by comparing every entry, which takes seconds each."""


def labelled() -> dict[str, list[Row]]:
    """Sets of labelled pairs with one set of column names."""
    sets = {"ships, OFAC other names (published)": _rows(HERE / "data" / "vessel_pairs.csv")}
    sets["ships across scripts (sourced, all alike)"] = _rows(HERE / "data" / "cross_script.csv")
    ships = DATA / "labelled" / "vessel_pairs_dev.csv"
    names = DATA / "labelled" / "name_pairs_dev.csv"
    if ships.is_file():
        sets["ships, OFAC and EU"] = [
            {
                "name_a": r["us_name"], "name_b": r["eu_name"], "imo_a": r["us_imo"], "imo_b": r["eu_imo"], "schema": "Vessel",
                "is_match": r["is_match"].lower(),
            }
            for r in _rows(ships)
        ]  # fmt: skip
    if names.is_file():
        rows = [
            {"name_a": r["name1"], "name_b": r["name2"], "schema": r["schema"], "is_match": r["is_match"]}
            for r in _rows(names)
        ]
        sets["persons"] = [r for r in rows if r["schema"] == "Person"]
        sets["companies"] = [r for r in rows if r["schema"] in ("Company", "Organization", "LegalEntity")]
    return sets


def half(row: Row) -> str:
    """Which half a pair belongs to: by the hash of its names, so that nobody chose."""
    digest = hashlib.sha256(f"half:{row['name_a']}|{row['name_b']}".encode()).hexdigest()
    return "tuning" if int(digest, 16) % 2 == 0 else "test"


def measures(truth: Sequence[bool], said: Sequence[bool]) -> str:
    """Precision and recall in one cell."""
    hits = sum(a and b for a, b in zip(truth, said, strict=True))
    precision, recall = hits / max(1, sum(said)), hits / max(1, sum(truth))
    return f"P {precision:.3f} R {recall:.3f}"


def accuracy() -> list[str]:
    """A table of precision and recall by name alone, and the count of matches against conflicting numbers."""
    lines = [
        "| pairs | half | n | Rubicon | nomenklatura logic-v2, 0.7 | rapidfuzz token sort, .85 |",
        "|---|---|---|---|---|---|",
    ]
    for title, rows in labelled().items():
        bare = [{**row, "imo_a": "", "imo_b": ""} for row in rows]
        ours = [one["is_match"] for one in compare_pairs([_pair(row) for row in bare])]
        peers = _peers(bare)
        for part in ("tuning", "test"):
            at = [number for number, row in enumerate(rows) if half(row) == part]
            truth = [rows[number]["is_match"] == "true" for number in at]
            cells = [
                measures(truth, [bool(said[number]) for number in at])
                for said in (ours, [s >= 0.7 for s in peers["logic"]], [s >= 0.85 for s in peers["fuzzy"]])
            ]
            lines.append(f"| {title} | {part} | {len(at)} | {' | '.join(cells)} |")
        apart = [
            row for row in rows if row.get("imo_a") and row.get("imo_b") and row["imo_a"] != row["imo_b"]
        ]
        if apart:
            matched = sum(one["class"] == "match" for one in compare_pairs([_pair(row) for row in apart]))
            theirs = sum(score >= 0.7 for score in _peers(apart)["logic"])
            lines.append(
                f"| {title}: two different numbers | all | {len(apart)} | {matched} matched | {theirs} matched | |"
            )
    return lines


def speed(folder: Path) -> list[str]:
    """A table of times: cold and cached index, answers a second, and what the index loses against comparing all."""
    began = time.process_time()
    index = Index(store.listings(folder))
    size = sum(len(names.words) for names in index.made.parties.values())
    index.search(Query("NOBODY WHOM A LIST HAS"))
    cold = time.process_time() - began
    index_of(folder)
    began = time.process_time()
    index = index_of(folder)
    index.search(Query("NOBODY WHOM A LIST HAS"))
    cached = time.process_time() - began
    draw = random.Random(1)
    ships = [entry for entry in index.entries if entry["kind"] == "vessel"]
    parties = [entry for entry in index.entries if entry["kind"] in ("company", "person")]
    asked = [draw.choice(ships) for _ in range(50_000)]
    numbers, names = [ship["imo"] for ship in asked], [ship["name"] for ship in asked]
    nobody: list[str | None] = [None] * len(asked)
    queries = [Query(_slip(draw.choice(parties)["name"], draw)) for _ in range(2000)]
    times = sorted(_timed(lambda q=query: index.search(q)) for query in queries)
    by_number = len(asked) / _timed(lambda: lookup(index, numbers, nobody))
    by_name = len(asked) / _timed(lambda: lookup(index, nobody, names))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lost, judged = _lost(index, queries[:BRUTE])
    return [
        "| what | asked | measured |",
        "|---|---|---|",
        f"| entries, words of companies and persons | 24,000 | {len(index.entries):,}, {size:,} |",
        f"| load, index and first answer, cold | <= 4 s | {cold:.2f} s |",
        f"| load and first answer, cached | <= 0.5 s | {cached:.2f} s |",
        f"| ships by IMO number | >= 50,000 q/s | {by_number:,.0f} q/s |",
        f"| ships by name | >= 50,000 q/s | {by_name:,.0f} q/s |",
        f"| companies and persons, one letter dropped, {len(times):,} asked | >= 500 q/s, p95 <= 10 ms | "
        f"{len(times) / sum(times):,.0f} q/s, p95 {times[int(0.95 * len(times))] * 1000:.1f} ms, median {statistics.median(times) * 1000:.1f} ms |",
        f"| hits of comparing every entry that the index loses ({BRUTE} asked) | <= 0.5 % | {lost} of {judged} |",
        f"| peak memory of this process | <= 500 MB | {memory:,.0f} MB |",
        f"| five million additions in a Python loop, for the scale of this machine | | {_timed(_additions):.2f} s |",
    ]


def _additions() -> None:
    total = 0
    for number in range(5_000_000):
        total += number


def _lost(index: Index, queries: Sequence[Query]) -> tuple[int, int]:
    """Hits of a comparison with every entry, and how many of them the index misses."""
    lost = total = 0
    everyone = [(entry, names_of(entry)) for entry in index.entries if entry["kind"] in ("company", "person")]
    for query in queries:
        asked = [Name(text, "name") for text in query.names]
        best = {
            entry["listing_id"]
            for entry, names in everyone
            if judge(query, asked, entry, names).class_ != "no_match"
        }
        found = {entry["listing_id"] for entry, _ in index.search(query)}
        total += len(best)
        lost += len(best - found)
    return lost, total


def _slip(name: str, draw: random.Random) -> str:
    """The name with one letter of its longest word dropped."""
    word = max(name.split(), key=len)
    at = draw.randrange(1, max(2, len(word) - 1))
    return name.replace(word, word[:at] + word[at + 1 :]) if len(word) > 5 else name


def _timed(call: Callable[[], Any]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def _pair(row: Row) -> Pair:
    return Pair(row["name_a"], row["name_b"], row.get("imo_a", ""), row.get("imo_b", ""), row["schema"])


def _peers(rows: list[Row]) -> dict[str, Any]:
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
    have = subprocess.run([python, "-c", "import nomenklatura, rapidfuzz"], check=False, capture_output=True)
    if have.returncode:
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "nomenklatura==4.17.4", "rapidfuzz==3.14.6"],
            check=True,
        )
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as handle:
        json.dump(rows, handle)
        handle.flush()
        done = subprocess.run([python, "-c", PEER, handle.name], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def main() -> None:
    """Measure, print, and keep the last tables."""
    lines = [
        "# Screening beside its peers",
        "",
        "By name alone; both halves, split by hash.",
        "",
        *accuracy(),
        "",
    ]
    if (DATA / "lists").is_dir():
        with tempfile.TemporaryDirectory() as folder:
            lists = DATA / "lists"
            beside = sorted(lists.glob("ofac_alt_*.csv"))
            store.load(lists / "ofac_sdn_2024-05-03.csv", "ofac-sdn-csv", Path(folder), beside=beside)
            store.load(lists / "un_consolidated_2026-02-27.xml", "un-xml", Path(folder))
            # An older version under another name stands for a third list, to have as many entries as the bar is stated for.
            store.load(lists / "ofac_sdn_2021-08-18.csv", "ofac-sdn-csv", Path(folder), authority="US-2021")
            lines += [
                "One core, CPU time: the SDN list of 2024-05-03 with its other names, the UN list of 2026-02-27, and, to reach 24,000 entries, the SDN list",
                "of 2021-08-18 under a name of its own.",
                "",
                *speed(Path(folder)),
            ]
    text = "\n".join(lines) + "\n"
    (HERE / "results" / "screening.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
