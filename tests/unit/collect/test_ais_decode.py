"""Every kind of message by its declared layout: contents of types 6 and 8 from a table, forms of the others."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import yaml

from naive.nmea_writer import bits, sentence, sentences, tag, text
from rubicon.collect.ais.decode import Decoder
from rubicon.collect.ais.messages import LAYOUTS

CASES = yaml.safe_load(
    Path(__file__).parents[2].joinpath("cases", "ais_contents.yml").read_text(encoding="utf-8")
)


def objects(*payloads: str, scaled: bool = False) -> list[dict[str, Any]]:
    log = "".join(line + "\n" for payload in payloads for line in sentences(payload, sequence=3))
    return list(Decoder(scaled=scaled).decode(io.BytesIO(log.encode())))


def head(kind: int, mmsi: int = 190000001) -> str:
    return bits((kind, 6), (1, 2), (mmsi, 30))


def content_bits(case: dict[str, Any]) -> str:
    made = head(case["type"])
    made += bits((2, 2), (190000002, 30), (0, 2)) if case["type"] == 6 else bits((0, 2))
    area, function = case["content"]
    made += bits((area, 10), (function, 6))
    for item in case["fields"]:
        made += text(*_text(item)) if isinstance(item, str) else bits(tuple(item))
    return made


def _text(item: str) -> tuple[str, int]:
    value, _, chars = item.rpartition("/")
    return value, int(chars)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['type']}-{case['what'][:40]}")
def test_a_content_reads_as_the_table_says(case: dict[str, Any]) -> None:
    (plain,), (scaled,) = objects(content_bits(case)), objects(content_bits(case), scaled=True)
    assert {name: plain[name] for name in case["is"]} == case["is"]
    units = case.get("scaled", {})
    assert {name: scaled[name] for name in units} == units
    assert [plain["dac"], plain["fid"]] == case["content"]
    assert set(plain) == set(scaled)


def test_every_type_has_a_layout() -> None:
    assert set(LAYOUTS) == set(range(1, 28)) - {24}


@pytest.mark.parametrize(
    ("turn", "word"), [(-128, "n/a"), (127, "fastright"), (-127, "fastleft"), (0, "0.00"), (20, "17.86"), (-20, "-17.86")]
)  # fmt: skip
def test_a_turn_has_its_sign(turn: int, word: str) -> None:
    payload = head(1) + bits((0, 4), (turn, 8), (1023, 10), (0, 108))
    (plain,), (scaled,) = objects(payload), objects(payload, scaled=True)
    assert (plain["turn"], scaled["turn"], scaled["speed"]) == (turn, word, "n/a")


def test_both_parts_and_the_joined_record() -> None:
    part_a = head(24) + bits((0, 2)) + text("EXERCISE ALDER", 20)
    part_b = head(24) + bits((1, 2), (70, 8)) + text("ABC", 3) + bits((3, 4), (77, 20)) + text("9ZZ12", 7)
    part_b += bits((10, 9), (20, 9), (3, 6), (4, 6), (0, 6))
    a, b, joined, again = objects(part_a, part_b, part_b)
    assert (a["part"], a["shipname"]) == ("A", "EXERCISE ALDER")
    assert (b["part"], b["callsign"], b["to_stern"], "shipname" in b) == ("B", "9ZZ12", 20, False)
    assert (joined["joined"], joined["shipname"], joined["callsign"]) == (True, "EXERCISE ALDER", "9ZZ12")
    assert again["part"] == "B", "a name is joined once"


def test_an_auxiliary_craft_names_its_mother_ship() -> None:
    payload = (
        head(24, 982190001)
        + bits((1, 2), (37, 8))
        + text("", 7)
        + text("", 7)
        + bits((219000001, 30), (0, 6))
    )
    (craft,) = objects(payload)
    assert craft["mothership_mmsi"] == 219000001
    assert "to_bow" not in craft


def test_a_long_name_of_an_aid_goes_on_at_the_end() -> None:
    name = "EXERCISE LIGHT NORTH"
    payload = head(21) + bits((1, 5)) + text(name, 20) + bits((0, 109)) + text("OF THE BAY", 10)
    assert objects(payload)[0]["name"] == name + "OF THE BAY"
    short = head(21) + bits((1, 5)) + text("BUOY", 20) + bits((0, 109))
    assert objects(short)[0]["name"] == "BUOY"


@pytest.mark.parametrize(
    ("kind", "rest", "is_"),
    [
        (7, bits((0, 2), (11, 30), (0, 2)), {"mmsi1": 11, "mmsi2": 0, "mmsi4": 0}),
        (13, bits((0, 2), (11, 30), (1, 2), (22, 30), (2, 2)), {"mmsi1": 11, "mmsi2": 22, "mmsi3": 0}),
        (15, bits((0, 2), (11, 30), (5, 6), (9, 12)), {"type1_1": 5, "offset1_1": 9, "type1_2": 0, "mmsi2": 0}),
        (15, bits((0, 2), (11, 30), (5, 6), (9, 12), (0, 2), (3, 6), (4, 12), (0, 2), (22, 30), (24, 6), (8, 12), (0, 2)),
         {"type1_2": 3, "offset1_2": 4, "mmsi2": 22, "type2_1": 24, "offset2_1": 8}),
        (16, bits((0, 2), (11, 30), (200, 12), (10, 10), (0, 4)), {"offset1": 200, "mmsi2": 0, "increment2": 0}),
        (22, bits((0, 2), (2087, 12), (2088, 12), (0, 4), (1, 1), (100, 30), (0, 5), (200, 30), (0, 5), (1, 1), (0, 28)),
         {"dest1": 100, "dest2": 200, "addressed": True}),
        (23, bits((0, 2), (10, 18), (-20, 17), (30, 18), (-40, 17), (6, 4), (70, 8), (0, 22), (2, 2), (9, 4), (3, 4), (0, 6)),
         {"ne_lat": -20, "sw_lon": 30, "stationtype": 6, "shiptype": 70, "interval": 9, "quiet": 3}),
        (25, bits((1, 1), (1, 1), (11, 30), (16000, 16), (0xABCDE, 20)), {"dest_mmsi": 11, "app_id": 16000, "data": "20:abcde0"}),
        (26, bits((0, 1), (1, 1), (16000, 16), (0xABCDEF, 24), (0, 20)), {"app_id": 16000, "data": "24:abcdef"}),
    ],
)  # fmt: skip
def test_forms_of_a_type(kind: int, rest: str, is_: dict[str, Any]) -> None:
    (found,) = objects(head(kind) + rest)
    assert {name: found[name] for name in is_} == is_


def test_messages_are_decoded_or_counted() -> None:
    good = sentences(head(10) + bits((0, 2), (11, 30), (0, 2)))[0]
    log = "\n".join(
        [
            tag("s:station1,c:1714521600") + good,
            sentence("w0000000000"),
            sentence("1"),
            "!AIVDM,1,1,,A,15,0*00",
        ]
    )
    decoder = Decoder()
    found = list(decoder.decode(io.BytesIO(log.encode())))
    assert decoder.messages == decoder.decoded + decoder.refused.total() == 3
    assert (decoder.sentences, decoder.sentences_refused) == (4, 1)
    assert found[0]["heard"] == {
        "offset": log.index("!AIVDM"), "time_utc": "2024-05-01T00:00:00Z", "receiver": "station1", "own_ship": False,
    }  # fmt: skip
