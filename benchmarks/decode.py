"""Decode real NMEA logs to typed Arrow columns, beside pyais and libais; fields are compared before any figure is printed."""

from __future__ import annotations

import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks._peers import data_folder, keep, machine, median_s, peer
from rubicon.collect.ais.decode import Decoder
from rubicon.collect.ais.tables import decode_tables

LOGS = ("aislib_stream_example.txt", "gpsd_ais-raw-messages.log", "gpsd_ais-nmea.log")
TIMES = 20
COMPARED = {
    1: ("status", "speed", "lon", "lat", "course", "heading", "second", "radio"),
    4: ("lon", "lat", "epfd"), 5: ("imo", "callsign", "shipname", "destination", "to_bow", "to_stern", "draught"),
    18: ("speed", "lon", "lat", "course", "heading"), 21: ("lon", "lat", "name"), 27: ("lon", "lat", "speed"),
}  # fmt: skip
for _same, _as in ((2, 1), (3, 1), (11, 4)):
    COMPARED[_same] = COMPARED[_as]

PYAIS = """
import json, statistics, sys, time
import pyais
from pyais.stream import IterMessages
lines = open(sys.argv[1], "rb").read().splitlines()
compared, times, runs = json.loads(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
UNITS = {"speed": 10, "course": 10, "draught": 10}
def rows(lines):
    found = []
    for message in IterMessages(lines):
        d = message.decode()
        names = compared.get(str(d.msg_type))
        if names is None:
            continue
        row = [d.msg_type, int(d.mmsi)]
        for name in names:
            value = getattr(d, name)
            if name in ("lon", "lat"):
                value = round(value * (600 if d.msg_type == 27 else 600000))
            elif name in UNITS and not (name == "speed" and d.msg_type == 27):
                value = round(value * UNITS[name])
            elif isinstance(value, str):
                value = value.split("@")[0].strip()
            else:
                value = int(value)
            row.append(value)
        found.append(row)
    return found
def decode_all(lines):
    n = 0
    for message in IterMessages(lines):
        message.decode()
        n += 1
    return n
seconds = []
for _ in range(runs):
    start = time.process_time()
    n = decode_all(lines * times)
    seconds.append(time.process_time() - start)
print(json.dumps({"version": pyais.__version__, "rate": n / statistics.median(seconds), "rows": rows(lines)}))
"""

LIBAIS = """
import json, statistics, sys, time
import ais, ais.stream
payloads = [tuple(p) for p in json.load(open(sys.argv[1]))] * int(sys.argv[3])
def core():
    n = 0
    for payload, fill in payloads:
        try:
            ais.decode(payload, fill)
        except ais.DecodeError:
            pass
        n += 1
    return n
def stream():
    n = 0
    with open(sys.argv[2]) as f:
        for _ in ais.stream.decode(f, keep_nmea=False, errors="ignore"):
            n += 1
    return n
def rate(run):
    seconds = []
    for _ in range(int(sys.argv[4])):
        start = time.process_time()
        n = run()
        seconds.append(time.process_time() - start)
    return n / statistics.median(seconds)
found = []
for payload, fill in payloads[:len(payloads) // int(sys.argv[3])]:
    try:
        d = ais.decode(payload, fill)
    except ais.DecodeError:
        continue
    if d["id"] in (1, 2, 3, 18):
        found.append([d["id"], d["mmsi"], round(d["x"] * 600000), round(d["y"] * 600000)])
print(json.dumps({"core": rate(core), "stream": rate(stream), "rows": found}))
"""


def sentences(folder: Path) -> list[bytes]:
    """AIS sentences of the logs, without what stands before and after them."""
    lines = b"\n".join((folder / name).read_bytes() for name in LOGS).splitlines()
    found = [line[line.index(b"!") :] for line in lines if b"!" in line]
    return [line for line in found if line[3:6] in (b"VDM", b"VDO")]


def payloads(lines: list[bytes]) -> list[tuple[str, int]]:
    """Payload and fill bits of each message, as libais's core wants them split before."""
    waiting: dict[tuple[bytes, ...], list[bytes]] = {}
    found = []
    for line in lines:
        head, total, number, sequence, channel, payload, tail = line.split(b",")[:7]
        if total == b"1":
            found.append((payload.decode(), int(tail[:1])))
            continue
        parts = waiting.setdefault((head, total, sequence, channel), [])
        parts.append(payload)
        if number == total:
            found.append((b"".join(parts).decode(), int(tail[:1])))
            del waiting[head, total, sequence, channel]
    return found


def ours(lines: list[bytes]) -> list[list[Any]]:
    """The compared fields of all messages."""
    rows = []
    for found in Decoder().decode(io.BytesIO(b"\n".join(lines))):
        names = COMPARED.get(found["type"])
        if names:
            rows.append(
                [
                    found["type"],
                    found["mmsi"],
                    *(v.strip() if isinstance(v := found[n], str) else v for n in names),
                ]
            )
    return rows


def main() -> None:
    """Compare, measure, print, keep."""
    folder = data_folder()
    if folder is None:
        print("decode: real test data not found, set RUBICON_TEST_DATA; nothing measured")
        return
    lines = sentences(folder / "ais" / "nmea")
    with tempfile.TemporaryDirectory() as temporary:
        log, split = Path(temporary, "log.nmea"), Path(temporary, "payloads.json")
        log.write_bytes(b"\n".join(lines))
        many = b"\n".join(lines * TIMES)
        Path(temporary, "many.nmea").write_bytes(many)
        split.write_text(json.dumps(payloads(lines)))
        dumped = json.dumps(COMPARED)
        pyais = peer(["pyais"], PYAIS, str(log), dumped, str(max(TIMES // 4, 1)), "5")
        libais = peer(["libais"], LIBAIS, str(split), str(Path(temporary, "many.nmea")), str(TIMES), "5")
    mine = ours(lines)
    if sorted(map(repr, mine)) != sorted(map(repr, pyais["rows"])):
        sys.exit("decode: fields differ from pyais; no figure is printed")
    place = sorted([r[0], r[1], *(r[4:6] if r[0] != 18 else r[3:5])] for r in mine if r[0] in (1, 2, 3, 18))
    if place != sorted(libais["rows"]):
        sys.exit("decode: positions differ from libais; no figure is printed")
    count = sum(table.num_rows for tables in decode_tables(io.BytesIO(many)) for table in tables.values())
    rate = count / median_s(lambda: list(decode_tables(io.BytesIO(many))))
    keep("decode", _table(rate, count, len(mine), pyais, libais))


def _table(rate: float, count: int, compared: int, pyais: dict[str, Any], libais: dict[str, Any]) -> str:
    rows = [
        ("Rubicon: checksums, parts, times, all fields of 27 types to Arrow", rate),
        (f"pyais {pyais['version']}: objects", pyais["rate"]),
        ("libais 0.17: stream", libais["stream"]),
        ("libais 0.17: core, payloads split before", libais["core"]),
    ]
    lines = [
        f"{machine()} {count:,} messages; fields of {compared:,} compared equal with pyais, positions with libais.",
        "",
    ]
    lines += ["| decode real NMEA logs | messages/s | Rubicon is |", "|---|---|---|"]
    lines += [f"| {name} | {value:,.0f} | {rate / value:.1f}x |" for name, value in rows]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
