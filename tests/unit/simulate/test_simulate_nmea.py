from __future__ import annotations

import numpy as np
import pytest

from naive.plain_ais import bits_of, decode, read_log, xor
from rubicon.simulate import nmea

HULL = nmea.Hull("EXERCISE ALDER", "SIM01", 70, 118, 18)


def one(fields: list[nmea.Field]) -> dict[str, object]:
    payload = nmea.payloads(fields)[0]
    return decode(bits_of(payload, nmea.fill_bits(sum(width for _, width in fields))))


def motion(**changed: object) -> nmea.Motion:
    values = {
        "second": 7, "lat_deg": 42.2333, "lon_deg": 130.3, "speed_kn": 12.34, "course_deg": 359.97,
        "heading_deg": 359.6,
    }  # fmt: skip
    columns = {
        key: np.array([value]) if not isinstance(value, int) else value
        for key, value in (values | changed).items()
    }
    return nmea.Motion(**columns)


def test_plain_decoder_reads_a_real_message() -> None:
    # A published example of type 5, of a real ship: it keeps the oracle from sharing our own mistakes.
    bits = bits_of("55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8" + "88888888880", 2)
    found = decode(bits)
    assert (found["mmsi"], found["imo"], found["name"]) == (351759000, 9134270, "EVER DIADEM")
    assert (found["to"], found["draught"], found["bits"]) == ("NEW YORK", 122, 424)


def test_class_a_position() -> None:
    found = one(nmea.position_a(190000001, np.array([1]), np.array([0]), motion()))
    assert found == {
        "type": 1, "mmsi": 190000001, "bits": 168, "status": 0, "turn": -128, "sog": 123, "accuracy": 1,
        "lon": 78180000, "lat": 25339980, "cog": 0, "heading": 0, "second": 7,
    }  # fmt: skip


def test_south_and_west_are_negative() -> None:
    found = one(nmea.position_b(190000001, motion(lat_deg=-33.5, lon_deg=-179.25)))
    assert (found["lat"], found["lon"]) == (-20100000, -107550000)


def test_class_b_position_has_no_heading() -> None:
    found = one(nmea.position_b(190000015, motion(course_deg=360.0, heading_deg=nmea.NO_HEADING)))
    assert (found["type"], found["heading"], found["cog"], found["carrier_sense"]) == (18, 511, 3600, 1)
    assert found["bits"] == 168


def test_static_a() -> None:
    found = one(nmea.static_a(190000001, 1, HULL, 6.1, "Busan"))
    assert found == {
        "type": 5, "mmsi": 190000001, "bits": 424, "version": 2, "imo": 1, "call_sign": "SIM01",
        "name": "EXERCISE ALDER", "ship_type": 70, "dims": (95, 23, 9, 9), "epfd": 1, "eta": (0, 0, 24, 60),
        "draught": 61, "to": "BUSAN",
    }  # fmt: skip


def test_static_b() -> None:
    name, ship = (one(part) for part in nmea.static_b(190000015, HULL))
    assert (name["type"], name["part"], name["name"], name["bits"]) == (24, 0, "EXERCISE ALDER", 160)
    assert (ship["part"], ship["call_sign"], ship["dims"], ship["bits"]) == (1, "SIM01", (95, 23, 9, 9), 168)
    assert ship["vendor"] == "SIM"


def test_texts_are_cut_and_padded() -> None:
    assert len(nmea.text("a", 20)) == 20
    fields = nmea.text("abc?_ 9 and far too long a name", 20)
    bits = bits_of(nmea.payloads(fields)[0], 0)
    assert "".join(
        chr(int(bits[i : i + 6], 2) + 64 * (int(bits[i : i + 6], 2) < 32)) for i in range(0, 120, 6)
    ) == ("ABC?_ 9 AND FAR TOO ")


def test_checksums_of_uneven_lengths() -> None:
    bodies = ["AIVDM,1,1,,A,1,0", "A", "s:SIMULATED-VLA,c:1714521600"]
    assert nmea.checksums(bodies) == [xor(body) for body in bodies]
    assert nmea.checksums([]) == []


def test_long_messages_become_two_lines_of_one_group() -> None:
    payload = nmea.payloads(nmea.static_a(190000001, 1, HULL, 6.1, "Busan"))
    lines = nmea.log_lines(payload, 2, [1714521601], ["SIMULATED-VLA"], 190000001)
    assert len(lines) == 1
    first, second = lines[0].splitlines()
    assert first.startswith("\\g:1-2-")
    assert second.startswith("\\g:2-2-")
    assert first.split("*")[0].split(",", 1)[1] == "s:SIMULATED-VLA,c:1714521601"
    (found,) = read_log(lines[0])
    assert (found["name"], found["station"], found["time"]) == ("EXERCISE ALDER", "SIMULATED-VLA", 1714521601)


def test_text_of_another_script_is_question_marks() -> None:
    assert one(nmea.static_a(190000001, 1, HULL, 6.1, "Дунай"))["to"] == "?????"


@pytest.mark.parametrize(("bits", "fill"), [(168, 0), (424, 2), (160, 2), (1, 5)])
def test_fill_bits(bits: int, fill: int) -> None:
    assert nmea.fill_bits(bits) == fill
