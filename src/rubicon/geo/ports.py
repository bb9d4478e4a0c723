"""Ports by name: the World Port Index, a file of other names, and a few ports that no list has.

Names are compared without case, accents, apostrophes, hyphens and spaces, so that Ch'ongjin, Chongjin and
CHONGJIN are one. Positions of the index are whole minutes of arc and lie up to 1.4 km inland.

Source: World Port Index (US National Geospatial-Intelligence Agency, public domain).
"""

from __future__ import annotations

import csv
import difflib
import string
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources

from rubicon.case import Port
from rubicon.errors import UnknownPort

INDEX_SOURCE = "World Port Index (US NGA, public domain)"
NEAR_NAMES = 5
USUAL_STAY_H = 24.0
"""A day: no list states stays; a case states those of its ports."""
HARBOUR_WORDS = ("Ko", "Hang", "Gang")
"""Words for harbour that the index puts behind Japanese, Korean and Chinese names."""


def port_key(name: str) -> str:
    """The letters and digits of a name, without case and accents, in any script."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return unicodedata.normalize("NFC", "".join(c for c in plain if c.isalnum()))


@cache
def load_ports() -> tuple[Port, ...]:
    """All bundled ports: hand-entered ones first, then the index, each with its other names.

    `country` is ISO 3166 alpha-3. A port that was entered by hand takes the place of the index's row of that
    name and country.
    """
    aliases: dict[tuple[str, str], list[str]] = {}
    for row in _rows("port_aliases.csv"):
        aliases.setdefault((port_key(row["name"]), row["country"]), []).append(row["alias"])
    hand = [_port(row, aliases, row["approximate"] == "true") for row in _rows("ports_by_hand.csv")]
    taken = {(key, port.country) for port in hand for key in _keys(port)}
    index = [
        _port(_as_hand(row), aliases)
        for row in _rows("world_port_index.csv")
        if (port_key(row["label"]), row["iso3"]) not in taken
    ]
    return (*hand, *index)


def _as_hand(row: Mapping[str, str]) -> dict[str, str]:
    """A row of the index under the column names of the hand-entered file."""
    return {
        "name": string.capwords(row["label"]), "country": row["iso3"],
        "lat_deg": row["latitude"], "lon_deg": row["longitude"], "source": INDEX_SOURCE,
    }  # fmt: skip


def _port(
    row: Mapping[str, str], aliases: Mapping[tuple[str, str], list[str]], approximate: bool = False
) -> Port:
    name = row["name"]
    short, _, last = name.rpartition(" ")
    also = [short] if short and last in HARBOUR_WORDS else []
    return Port(
        name=name, country=row["country"], lat_deg=round(float(row["lat_deg"]), 6),
        lon_deg=round(float(row["lon_deg"]), 6), approximate=approximate, source=row["source"],
        usual_stay_h=USUAL_STAY_H,
        aliases=(*also, *aliases.get((port_key(name), row["country"]), ())),
    )  # fmt: skip


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (resources.files("rubicon.geo") / "data" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


def find_port(name: str, extra: Sequence[Port] = ()) -> Port:
    """The port of a name or other name; `extra` (the ports of a case) come before the bundled ones.

    A name that several countries have needs one: "Victoria, CAN". Raises UnknownPort, with names that come
    near, or with the countries.
    """
    wanted, _, country = (part.strip() for part in name.partition(","))
    for ports in (extra, load_ports()):
        found = [p for p in ports if port_key(wanted) in _keys(p) and country.upper() in ("", p.country)]
        if len(found) == 1:
            return found[0]
        if found:
            choices = "; ".join(
                sorted(f"{p.name}, {p.country} ({p.lat_deg:.2f}, {p.lon_deg:.2f})" for p in found)
            )
            raise UnknownPort(f"several ports have that name: {choices}", place=name)
    raise UnknownPort(f"no such port; near names: {_near(wanted, extra)}", place=name)


def _keys(port: Port) -> set[str]:
    return {port_key(name) for name in (port.name, *port.aliases)} - {""}


def _near(name: str, extra: Sequence[Port]) -> str:
    known = {key: port.name for port in (*load_ports(), *extra) for key in _keys(port)}
    close = difflib.get_close_matches(port_key(name), known, n=NEAR_NAMES, cutoff=0.6)
    return ", ".join(dict.fromkeys(known[key] for key in close)) or "none"
