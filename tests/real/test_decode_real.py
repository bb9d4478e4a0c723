"""gpsd's own decoding of three logs, message by message and field by field, through `rubicon decode`'s reader."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rubicon.collect.ais.decode import Decoder

pytestmark = pytest.mark.real

OF_THE_PROGRAM = {"device"}
"""What gpsd says about itself, not about the message."""


def gpsd(path: Path, *, beneath: bool) -> Iterator[dict[str, Any]]:
    """gpsd's AIS objects of a file; `beneath`: only those directly below a sentence (others are repeats)."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for last, line in zip(["", *lines], lines, strict=False):
        if line.startswith("{") and (not beneath or last.startswith("!")):
            entry = json.loads(line)
            if entry["class"] == "AIS":
                yield entry


@pytest.mark.parametrize(
    ("log", "answer", "scaled", "beneath", "messages", "fields"),
    [
        ("gpsd_sample.aivdm", "gpsd_sample.aivdm.ju.chk", False, False, 97, 1640),
        ("gpsd_sample.aivdm", "gpsd_sample.aivdm.js.chk", True, False, 97, 1642),
        ("gpsd_ais-nmea.log", "gpsd_ais-nmea.log.chk", False, True, 166, 3049),
        ("gpsd_ais-raw-messages.log", "gpsd_ais-raw-messages.log.chk", False, True, 108, 1968),
    ],
)
def test_every_field_is_as_gpsd_says(
    data_dir: Path, log: str, answer: str, scaled: bool, beneath: bool, messages: int, fields: int
) -> None:
    folder = data_dir / "ais" / "nmea"
    with (folder / log).open("rb") as stream:
        ours = [entry for entry in Decoder(scaled=scaled).decode(stream) if "part" not in entry]
    theirs = list(gpsd(folder / answer, beneath=beneath))
    assert len(ours) == len(theirs) == messages
    compared: Counter[int] = Counter()
    for mine, other in zip(ours, theirs, strict=True):
        expected = {name: value for name, value in other.items() if name not in OF_THE_PROGRAM}
        assert {name: value for name, value in mine.items() if name not in ("heard", "joined")} == expected
        compared[other["type"]] += len(expected)
    print(f"{log}: {compared.total()} fields of {len(theirs)} messages of {len(compared)} types equal")
    assert compared.total() == fields
