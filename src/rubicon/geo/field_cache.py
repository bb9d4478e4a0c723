"""Computed fields on disk: one file each, named by what it was made of, shared between runs and workers.

A file is a header of 64 bytes (mark, rows, columns, place, check sum) and the field's metres as they lie in memory, so
that many fields are read as fast as the disk's cache gives them. It is written under a temporary name and renamed: no
reader sees half a file. A file whose check sum fails is computed anew.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import struct
import tempfile
from pathlib import Path

import numpy as np

from rubicon.geo.field import SeaField
from rubicon.geo.water import Lattice
from rubicon.kernels.marching import check_sum

MARK = b"RUBFLD03"
HEADER = struct.Struct("<8sqqdddQ8x")


def cache_folder() -> Path:
    """RUBICON_CACHE, else `rubicon` in the user's cache folder (XDG_CACHE_HOME or ~/.cache)."""
    own = os.environ.get("RUBICON_CACHE")
    home = os.environ.get("XDG_CACHE_HOME")
    return Path(own) if own else (Path(home) if home else Path.home() / ".cache") / "rubicon"


def read_field(path: Path, lattice: Lattice) -> SeaField | None:
    """A cached field, mapped into memory; None when there is none or its file is damaged."""
    size = lattice.ny * lattice.nx * 4
    try:
        with path.open("rb") as handle:
            if os.fstat(handle.fileno()).st_size != HEADER.size + size:
                return None
            data = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return None
    mark, ny, nx, lat_deg, lon_deg, moved_km, total = HEADER.unpack_from(data)
    flat = np.frombuffer(data, np.float32, offset=HEADER.size)
    if (mark, ny, nx) != (MARK, lattice.ny, lattice.nx) or _sum(flat, lat_deg, lon_deg, moved_km) != total:
        return None
    return SeaField(lattice, flat.reshape(ny, nx), lat_deg, lon_deg, moved_km)


def write_field(path: Path, field: SeaField) -> SeaField:
    """Put a field into the cache and give it back; without a place for the cache, go on."""
    flat = np.ascontiguousarray(field.distance_m, np.float32)
    place = field.lat_deg, field.lon_deg, field.moved_km
    header = HEADER.pack(MARK, *flat.shape, *place, _sum(flat.ravel(), *place))
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(header)
                target.write(flat.data)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    return field


def _sum(flat: np.ndarray[tuple[int, ...], np.dtype[np.float32]], *place: float) -> int:
    # In words of 64 bits, as fast as memory gives them; an odd value at the end counts with the place.
    whole = len(flat) - len(flat) % 2
    more = np.array([*place, *flat[whole:]], np.float64)
    return int(check_sum(flat[:whole].view(np.uint64), more.view(np.uint64)))
