"""A large dossier: 500 findings, 200 images, tables of 5,000 rows; time, memory and size of page, PDF and bag."""

from __future__ import annotations

import resource
import struct
import tempfile
import time
import zlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from rubicon.case import Case, Period, Port, Question
from rubicon.provenance import SourceFile, source_file
from rubicon.report.dossier import build
from rubicon.report.verify import verify
from rubicon.schema import EVIDENCE, FINDING, OBSERVATION, rows_to_table

FINDINGS, IMAGES, ROWS = 500, 200, 5000
MOST_S, MOST_GIB, MOST_PDF_MB = 60, 2, 50
START = datetime(2023, 1, 1, tzinfo=UTC)


def image(number: int, side: int = 256) -> bytes:
    """A grey PNG of noise, as large as a compressed chip."""
    state, lines = number + 1, bytearray()
    for _ in range(side):
        lines.append(0)
        for _ in range(side):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            lines.append(state >> 16 & 0xFF)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(lines)))
        + chunk(b"IEND", b"")
    )


def case() -> Case:
    questions = tuple(
        Question(id=f"Q{i}", port="Alpha", start=START + timedelta(days=i), end=START + timedelta(days=i + 1))
        for i in range(FINDINGS)
    )
    port = Port(name="Alpha", lat_deg=42.2, lon_deg=130.3, source="made for the measurement")
    return Case(
        id="large", title="A large case, made for the measurement", origin="simulated", ports=(port,), questions=questions,
        period=Period(start=date(2023, 1, 1), end=date(2024, 12, 31)), bbox=(129.2, 41.4, 134.2, 43.7),
    )  # fmt: skip


def tables(table: SourceFile) -> dict[str, pa.Table]:
    looks = [
        {
            "observation_id": f"G{i}", "start": START + timedelta(hours=3 * i), "end": START + timedelta(hours=3 * i + 1),
            "date_stated": f"look {i}", "tz_stated": True, "kind": "image", "shows": ["ship_present"], "port": "Alpha", "site": "Alpha",
            "vessel_probable": False, "length_m": 100.0, "quantity": "a ship at the pier", "observer": "simulated", "source": "simulated",
            "repeats": [], "source_id": table.source_id, "offset": i,
        }
        for i in range(ROWS)
    ]  # fmt: skip
    known = [
        {
            "evidence_id": row["observation_id"], "kind": "observation", "origin": "simulated", "text": row["quantity"],
            "source": "simulated", "verification": "not_stated", "captured": True, "sha256": table.sha256, "root": row["observation_id"],
        }
        for row in looks
    ]  # fmt: skip
    sides = ("called", "did not call")
    found: list[dict[str, Any]] = [
        {
            "finding_id": f"{i:016d}", "question_id": f"Q{i}", "question": "Did a ship call at Alpha?", "kind": "call",
            "origin": "simulated", "port": "Alpha", "start": START + timedelta(days=i), "end": START + timedelta(days=i + 1),
            "answer": f"Likely (70 %): a ship called at Alpha [G{i}].", "probability": 0.7, "words": "likely",
            "hypotheses": [{"id": s, "text": f"a ship {s}", "prior": 0.5, "probability": p, "words": w} for s, p, w in zip(sides, (0.7, 0.3), ("likely", "unlikely"), strict=True)],
            "weighed": [{"evidence_id": f"G{i}", "favours": "called", "likelihood_ratio": 2.3, "why": "a named observer saw a ship"}],
            "background": [], "facts": [f"A ship was seen [G{i}]."], "limits": ["A call is not a cargo."],
        }
        for i in range(FINDINGS)
    ]  # fmt: skip
    return {
        "OBSERVATION": rows_to_table(looks, OBSERVATION),
        "EVIDENCE": rows_to_table(known, EVIDENCE),
        "FINDING": rows_to_table(found, FINDING),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "looks.csv").write_text("id\n", encoding="utf-8")
        table = source_file(folder / "looks.csv", origin="simulated", raw_may_ship=True)
        images = []
        for i in range(IMAGES):
            (folder / f"image_{i:03d}.png").write_bytes(image(i, 64))
            images.append(source_file(folder / f"image_{i:03d}.png", origin="simulated", raw_may_ship=True))
        made = tables(table)
        start, used = time.perf_counter(), time.process_time()
        build(case(), made, [table, *images], folder / "out")
        took, used = time.perf_counter() - start, time.process_time() - used
        memory_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        bag = folder / "out/dossier"
        pdf_mb = (bag / "data/report.pdf").stat().st_size / 1e6
        assert verify(folder / "out").ok
        lines = [
            "| dossier of 500 findings, 200 images, 5,000 rows | measured | bar |",
            "|---|---|---|",
            f"| time, s | {took:.1f} | {MOST_S} |",
            f"| of it computing, all threads, s | {used:.1f} | |",
            f"| peak memory, GiB | {memory_gib:.2f} | {MOST_GIB} |",
            f"| PDF, MB | {pdf_mb:.1f} | {MOST_PDF_MB} |",
            f"| page, MB | {(bag / 'data/report.html').stat().st_size / 1e6:.1f} | |",
        ]
    text = "\n".join(lines) + "\n"
    (Path(__file__).parent / "results" / "dossier.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
