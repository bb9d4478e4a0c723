"""Arrow tables of messages hold what the objects hold, field by field; every message is in one table."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from naive.nmea_writer import bits, class_a, sentence, sentences, static
from rubicon.collect.ais.decode import Decoder
from rubicon.collect.ais.tables import TABLES, decode_tables, plan


def tables(data: bytes) -> dict[str, pa.Table]:
    found: dict[str, list[pa.Table]] = {}
    for made in decode_tables(io.BytesIO(data)):
        for name, table in made.items():
            found.setdefault(name, []).append(table)
    return {name: pa.concat_tables(parts) for name, parts in found.items()}


def compare(data: bytes) -> int:
    """Compare every column that an object has under the same name; gives how many fields were compared."""
    decoder = Decoder()
    objects = [o for o in decoder.decode(io.BytesIO(data)) if not o.get("joined")]
    by_offset = {(o["heard"]["offset"], o.get("part")): o for o in objects}
    compared, seen = 0, 0
    for name, table in tables(data).items():
        for row in table.to_pylist():
            part = {"static_a": "A", "static_b": "B"}.get(name)
            found = by_offset[row["offset"], part]
            seen += 1
            if name == "aid":
                row["name"] = row["name"].ljust(20) * bool(row["name_extension"]) + (
                    row["name_extension"] or row["name"]
                )
            for key in row.keys() & found.keys():
                value: Any = found[key].lstrip() if isinstance(found[key], str) else found[key]
                assert row[key] == int(value) if isinstance(value, bool) else row[key] == value, (name, key)
                compared += 1
    assert seen == decoder.decoded
    return compared


def test_tables_equal_objects_on_written_messages() -> None:
    payloads = [
        class_a(),
        class_a(kind=3, lat=-1, lon=-2),
        static(),
        bits((25, 6), (0, 2), (190000001, 30), (0, 40)),
    ]
    lines = [line for n, payload in enumerate(payloads) for line in sentences(payload, sequence=n)]
    data = "\n".join([*lines, sentence("w000000000"), "!AIVDM,1,1,,A,15,0*00"]).encode()
    assert compare(data) > 40
    (other,) = tables(data)["other"].to_pylist()
    assert (other["type"], other["bits"], len(other["payload"])) == (25, 78, 10)


def test_plans_name_the_fields_of_gpsd() -> None:
    assert [name for name, *_ in plan("position_a").integers][:6] == [
        "type",
        "repeat",
        "mmsi",
        "status",
        "turn",
        "speed",
    ]
    assert plan("long_range").degrees == (("lon_deg", "lon", 600.0), ("lat_deg", "lat", 600.0))
    assert set(TABLES) >= {"position_a", "voyage", "aid", "aircraft", "static_a", "static_b"}


@pytest.mark.real
@pytest.mark.parametrize(
    "log", ["gpsd_sample.aivdm", "libais_test.aivdm", "gpsd_ais-nmea.log", "gpsd_ais-raw-messages.log"]
)
def test_tables_equal_objects_on_real_logs(data_dir: Path, log: str) -> None:
    assert compare((data_dir / "ais" / "nmea" / log).read_bytes()) > 500
