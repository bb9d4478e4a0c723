"""A small AIS decoder in plain Python, one bit string a message: the oracle for what the simulator encodes."""

from __future__ import annotations

import re
from functools import reduce
from typing import Any

LINE = re.compile(
    r"^\\(?P<tag>[^*]*)\*(?P<tag_sum>[0-9A-F]{2})\\!(?P<body>AIVDM,(?P<parts>\d),(?P<part>\d),(?P<seq>\d?),"
    r"(?P<channel>[AB]),(?P<payload>[^,]*),(?P<fill>\d))\*(?P<sum>[0-9A-F]{2})\n$"
)
SIXBIT = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"


def xor(text: str) -> str:
    return f"{reduce(lambda a, b: a ^ b, text.encode()):02X}"


def bits_of(payload: str, fill: int) -> str:
    values = [ord(c) - 48 if ord(c) < 88 else ord(c) - 56 for c in payload]
    joined = "".join(f"{v:06b}" for v in values)
    return joined[: len(joined) - fill] if fill else joined


class Bits:
    def __init__(self, bits: str) -> None:
        self.bits, self.at = bits, 0

    def uint(self, width: int) -> int:
        self.at += width
        return int(self.bits[self.at - width : self.at], 2)

    def int(self, width: int) -> int:
        value = self.uint(width)
        return value - (1 << width) if value >> (width - 1) else value

    def text(self, characters: int) -> str:
        return "".join(SIXBIT[self.uint(6)] for _ in range(characters)).split("@")[0].rstrip()


def motion(b: Bits) -> dict[str, Any]:
    return {
        "sog": b.uint(10), "accuracy": b.uint(1), "lon": b.int(28), "lat": b.int(27), "cog": b.uint(12),
        "heading": b.uint(9), "second": b.uint(6),
    }  # fmt: skip


def decode(bits: str) -> dict[str, Any]:
    """Fields of types 1, 3, 5, 18 and 24, in the message's own units; checks the length."""
    b = Bits(bits)
    kind, _repeat, mmsi = b.uint(6), b.uint(2), b.uint(30)
    made: dict[str, Any] = {"type": kind, "mmsi": mmsi, "bits": len(bits)}
    if kind in (1, 2, 3):
        made |= {"status": b.uint(4), "turn": b.int(8)} | motion(b)
    elif kind == 18:
        b.uint(8)
        made |= motion(b) | {"reserved": b.uint(2), "carrier_sense": b.uint(1)}
    elif kind == 5:
        made |= {"version": b.uint(2), "imo": b.uint(30), "call_sign": b.text(7), "name": b.text(20)}
        made |= {
            "ship_type": b.uint(8),
            "dims": (b.uint(9), b.uint(9), b.uint(6), b.uint(6)),
            "epfd": b.uint(4),
        }
        made |= {"eta": (b.uint(4), b.uint(5), b.uint(5), b.uint(6)), "draught": b.uint(8), "to": b.text(20)}
    elif kind == 24:
        made["part"] = b.uint(2)
        if made["part"] == 0:
            made["name"] = b.text(20)
        else:
            made |= {
                "ship_type": b.uint(8),
                "vendor": b.text(3),
                "serial": b.uint(24),
                "call_sign": b.text(7),
            }
            made["dims"] = (b.uint(9), b.uint(9), b.uint(6), b.uint(6))
    return made


def read_log(text: str) -> list[dict[str, Any]]:
    """Messages of a log in its order; every checksum, part and tag must hold."""
    messages, parts = [], []
    for line in text.splitlines(keepends=True):
        found = LINE.match(line)
        assert found, line
        assert xor(found["tag"]) == found["tag_sum"], line
        assert xor(found["body"]) == found["sum"], line
        assert len(line.strip().rpartition("\\")[2]) <= 80, line
        tag = dict(item.split(":", 1) for item in found["tag"].split(","))
        parts.append(found)
        if found["part"] == found["parts"]:
            assert [int(p["part"]) for p in parts] == list(range(1, int(found["parts"]) + 1)), line
            assert {p["seq"] for p in parts} == {found["seq"]}, line
            bits = bits_of("".join(p["payload"] for p in parts), int(found["fill"]))
            messages.append(decode(bits) | {"station": tag["s"], "time": int(tag["c"])})
            parts = []
    assert not parts
    return messages
