"""Every message of a log as Arrow columns, a table for each layout, derived from the same declarations as the objects.

Columns are named as gpsd names the fields and hold what was sent, without units; latitude and longitude of position reports stand beside
in degrees. Lists and contents that depend on the message (types 6, 7, 8, 12 to 17, 20, 22, 23, 25, 26) go to the table `other` as
octets; `decode` unfolds those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rubicon.collect.ais.fields import DEGREES, MINUTE_TENTHS, Layout, Number, Stamp, Text, Truth, Turn, When
from rubicon.collect.ais.messages import LAYOUTS, STATIC_A, STATIC_B
from rubicon.collect.nmea_messages import PART_B, Messages, messages, text_field
from rubicon.kernels import nmea_bits as kernel
from rubicon.kernels.nmea import NO_TIME
from rubicon.schema import TIME

Places = npt.NDArray[Any]

TABLES: Mapping[str, tuple[int, ...]] = {
    "position_a": (1, 2, 3), "base_station": (4, 11), "voyage": (5,), "aircraft": (9,), "utc_inquiry": (10,),
    "position_b": (18,), "extended_b": (19,), "aid": (21,), "static_a": (24,), "static_b": (PART_B,), "long_range": (27,),
}  # fmt: skip
"""Kinds of message in each table; what is in none goes to `other`."""
_HEAD = (("type", 0, 6, 0), ("repeat", 6, 2, 0), ("mmsi", 8, 30, 0))


class Plan(NamedTuple):
    """Columns of one table: integer fields (name, bit, width, signed) and texts (name, bit, characters)."""

    integers: tuple[tuple[str, int, int, int], ...]
    texts: tuple[tuple[str, int, int], ...]
    degrees: tuple[tuple[str, str, float], ...]
    """New column, column that it comes from, and by what that is divided."""
    cut: tuple[int, ...]
    """Places in `integers` of fields within which a short message may end: what is there is the number."""


@cache
def plan(table: str) -> Plan:
    """The columns of a table, from the layout of its messages."""
    kinds = TABLES[table]
    layout = {24: STATIC_A, PART_B: STATIC_B}.get(kinds[0]) or LAYOUTS[kinds[0]]
    integers, texts, degrees, cut = list(_HEAD), [], [], []
    for field in _flat(layout):
        if isinstance(field, Number | Turn):
            signed = isinstance(field, Turn) or field.signed
            if isinstance(field, Number) and field.cut:
                cut.append(len(integers))
            integers.append((field.name, field.at, field.width, int(signed)))
            unit = field.unit if isinstance(field, Number) else None
            if unit in (DEGREES, MINUTE_TENTHS):
                degrees.append((f"{field.name}_deg", field.name, unit.by))
        elif isinstance(field, Truth):
            integers.append((field.name, field.at, 1, 0))
        elif isinstance(field, Text):
            texts.append((field.name, field.at, field.chars or 0))
        elif isinstance(field, Stamp):
            integers += [(f"{field.name}_{n}", at, width, 0) for n, (at, width) in enumerate(field.places)]
    return Plan(tuple(integers), tuple(texts), tuple(degrees), tuple(cut))


def _flat(layout: Layout) -> Iterator[Any]:
    """Fields of a layout, those of both branches of a condition included; the name of an aid as 20 characters and the rest."""
    for field in layout:
        if isinstance(field, When):
            yield from _flat(field.fields)
            yield from _flat(field.otherwise)
        elif getattr(field, "name", "") == "name":
            yield Text("name", 43, 20)
            yield Text("name_extension", 272, 14)
        else:
            yield field


def decode_tables(stream: BinaryIO) -> Iterator[dict[str, pa.Table]]:
    """Tables of the messages of each stretch of a stream; every table also has offset, time_utc and the receiver.

    Messages that cannot be read are in none: they are counted by `decode` and by the ingest.
    """
    for part in messages(stream):
        yield tables_of(part)


def tables_of(part: Messages) -> dict[str, pa.Table]:
    """The tables of one stretch, those without rows left out."""
    kind = np.where(part.fault == 0, part.kind, 0).astype(np.int8)
    order = np.argsort(kind, kind="stable")
    ends = np.searchsorted(kind[order], np.arange(PART_B + 2))
    groups = {k: order[ends[k] : ends[k + 1]] for k in range(1, PART_B + 1)}
    found = {}
    for name, kinds in TABLES.items():
        which = (
            np.sort(np.concatenate([groups.pop(k) for k in kinds]))
            if len(kinds) > 1
            else groups.pop(kinds[0])
        )
        if which.size:
            found[name] = _table(part, name, which)
    rest = np.sort(np.concatenate(list(groups.values())))
    if rest.size:
        found["other"] = _other(part, rest)
    return found


def _table(part: Messages, name: str, which: Places) -> pa.Table:
    columns = plan(name)
    layout = np.array([field[1:] for field in columns.integers], np.int64)
    out = np.empty((len(columns.integers), which.size), np.int32)
    kernel.fields(part.words, part.starts, which, layout, out)
    for n in columns.cut:
        _, at, width, _ = columns.integers[n]
        out[n] >>= np.clip(at + width - part.bits[which], 0, width).astype(np.int32)
    made = {field[0]: out[n] for n, field in enumerate(columns.integers)}
    arrays = {key: _plain(column, pa.int32()) for key, column in made.items()}
    for key, source, by in columns.degrees:
        arrays[key] = _plain(made[source] / by, pa.float64())
    kind = int(part.kind[which[0]])
    for key, at, chars in columns.texts:
        arrays[key] = _strings(*part.texts(text_field({kind: (at, chars)}), which))
    return pa.table(arrays | _heard(part, which))


def _other(part: Messages, which: Places) -> pa.Table:
    layout = np.array([field[1:] for field in _HEAD], np.int64)
    out = np.empty((len(_HEAD), which.size), np.int32)
    kernel.fields(part.words, part.starts, which, layout, out)
    ends, data = kernel.octets(part.words, part.starts, part.bits, which)
    payload = pa.BinaryArray.from_buffers(
        pa.binary(), which.size, [None, pa.py_buffer(ends), pa.py_buffer(data)]
    )
    arrays = {field[0]: _plain(out[n], pa.int32()) for n, field in enumerate(_HEAD)}
    return pa.table(arrays | {"bits": part.bits[which], "payload": payload} | _heard(part, which))


def _heard(part: Messages, which: Places) -> dict[str, Any]:
    offset, time_us = kernel.heard(part.rows, part.first[which])
    return {
        "offset": _plain(offset, pa.int64()),
        "time_utc": pa.array(time_us, pa.int64(), mask=time_us == NO_TIME).view(TIME),
        "receiver": _strings(*part.receivers(which)),
    }


def _plain(column: Places, type_: pa.DataType) -> pa.Array:
    """A column without nulls, not copied."""
    return pa.Array.from_buffers(type_, column.size, [None, pa.py_buffer(column)])


def _strings(ends: Places, data: Places) -> pa.Array:
    return pa.StringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(data))
