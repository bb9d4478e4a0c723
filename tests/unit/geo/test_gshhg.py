from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import Polygon, box

from naive.shores import LAKE, SQUARE, native, written
from rubicon.errors import InputMissing, OptionError, TruncatedInput, UnknownFormat
from rubicon.geo.gshhg import SPAN, normal_bbox, read_gshhg


def test_native_levels_and_clipping(tmp_path: Path) -> None:
    path = written(tmp_path, native((1, SQUARE), (2, LAKE), (5, SQUARE), (6, SQUARE)))
    found = read_gshhg(path, (130.0, 42.0, 130.5, 43.0))
    assert found.version == "native, release 15"
    assert found.polygons[1][0].symmetric_difference(box(130.2, 42.2, 130.5, 42.8)).area < 1e-9
    assert found.polygons[2][0].symmetric_difference(box(130.4, 42.4, 130.5, 42.6)).area < 1e-9
    assert [len(found.polygons[level]) for level in (1, 2, 3, 4)] == [1, 1, 0, 0]


@pytest.mark.parametrize("west", [-1.0, 179.0])
def test_native_rings_across_greenwich_and_the_date_line(tmp_path: Path, west: float) -> None:
    path = written(tmp_path, native((1, [(west, 10), (west + 2, 10), (west + 2, 12), (west, 12)])))
    for bbox in ((west, 9.0, west + 2, 13.0), (west + 1, 9.0, (west + 2 + 180) % 360 - 180, 13.0)):
        found = read_gshhg(path, bbox)
        frame = normal_bbox(bbox)
        assert found.polygons[1][0].area == pytest.approx((frame[2] - frame[0]) * 2)
        assert found.polygons[1][0].bounds[::2] == pytest.approx(frame[::2])


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", UnknownFormat),
        (b"lat,lon\n" * 40, UnknownFormat),
        (native((1, SQUARE))[:50], TruncatedInput),
        (native((1, SQUARE)) + b"\0", TruncatedInput),
        (native((1, SQUARE)) + b"\0" * 20, TruncatedInput),
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 60, UnknownFormat),
    ],
)
def test_damaged_files_are_named(tmp_path: Path, data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"gshhs_f\.b"):
        read_gshhg(written(tmp_path, data), (130, 42, 131, 43))


def test_missing_file_and_impossible_boxes(tmp_path: Path) -> None:
    with pytest.raises(InputMissing):
        read_gshhg(tmp_path / "none.b", (130, 42, 131, 43))
    path = written(tmp_path, native((1, SQUARE)))
    for bbox in (
        (130, 43, 131, 42),
        (130, 42, 130, 43),
        (0, -70, 1, -65),
        (130, 42, 131, 95),
        (-180, 0, 181, 1),
    ):
        with pytest.raises(OptionError):
            read_gshhg(path, bbox)


def binned(
    path: Path, bins: dict[tuple[int, int], tuple[int, list[tuple[int, int, int, list[tuple[int, int]]]]]]
) -> Path:
    """A binned file: for each bin (lon, lat) the level of its corner and pieces (level, entry, exit, points)."""
    netcdf = pytest.importorskip("netCDF4")
    first, count, levels = (np.zeros(64800, np.int32) for _ in range(3))
    packed, starts, points = [], [], []
    for (lon, lat), (node, pieces) in bins.items():
        index = (89 - lat) * 360 + lon % 360
        first[index], count[index], levels[index] = len(packed), len(pieces), node << 9
        for level, entry, leave, xy in pieces:
            packed.append(len(xy) << 9 | level << 6 | entry << 3 | leave)
            starts.append(len(points))
            points += xy
    xy = np.array(points, np.uint16).view(np.int16)
    columns = {
        "Bin_size_in_minutes": [60],
        "Id_of_first_segment_in_a_bin": first,
        "N_segments_in_a_bin": count,
        "Embedded_node_levels_in_a_bin": levels,
        "Embedded_npts_levels_exit_entry_for_a_segment": packed,
        "Id_of_first_point_in_a_segment": starts,
        "Relative_longitude_from_SW_corner_of_bin": xy[:, 0],
        "Relative_latitude_from_SW_corner_of_bin": xy[:, 1],
    }
    with netcdf.Dataset(path, "w") as data:
        data.version = "test"
        for name, values in columns.items():
            array = np.asarray(values)
            data.createDimension(name, len(array))
            data.createVariable(name, array.dtype, (name,))[:] = array
    return path


HALF = 32768


def test_binned_pieces_join_across_bins(tmp_path: Path) -> None:
    """Land south of a shore that runs through two bins, an island, and a lake that crosses their border."""
    # Land keeps to the left: seen from the west, the shore is walked towards the west.
    west = [
        (1, 1, 3, [(SPAN, HALF), (0, HALF)]),
        (1, 4, 4, [(100, 50000), (200, 50000), (200, 50100), (100, 50000)]),
        (2, 1, 1, [(SPAN, 6000), (60000, 6000), (60000, 9000), (SPAN, 9000)]),
    ]
    east = [
        (1, 1, 3, [(SPAN, HALF), (0, HALF)]),
        (2, 3, 3, [(0, 9000), (5000, 9000), (5000, 6000), (0, 6000)]),
    ]
    path = binned(tmp_path / "b.nc", {(130, 42): (1, west), (131, 42): (1, east), (131, 41): (1, [])})
    found = read_gshhg(path, (130, 41, 132, 43))
    share = HALF / SPAN
    land = box(130, 42, 132, 42 + share).union(box(131, 41, 132, 42))
    shore = max(found.polygons[1], key=lambda polygon: polygon.area)
    assert shore.symmetric_difference(land).area < 1e-12
    assert len(found.polygons[1]) == 2
    lake = box(130 + 60000 / SPAN, 42 + 6000 / SPAN, 131 + 5000 / SPAN, 42 + 9000 / SPAN)
    assert found.polygons[2][0].symmetric_difference(lake).area < 1e-12


def test_binned_corner_of_land(tmp_path: Path) -> None:
    """A piece from the south side to the west side leaves sea only in the south-west corner, and the reverse."""
    cut = [(HALF, 0), (0, HALF)]
    triangle = Polygon([(130, 42), (130 + HALF / SPAN, 42), (130, 42 + HALF / SPAN)])
    path = binned(
        tmp_path / "b.nc", {(130, 42): (1, [(1, 0, 3, cut)]), (131, 42): (0, [(1, 3, 0, cut[::-1])])}
    )
    found = read_gshhg(path, (130, 42, 131, 43)).polygons[1]
    assert found[0].symmetric_difference(triangle).area < 1e-12
    rest = read_gshhg(path, (131, 42, 132, 43)).polygons[1]
    assert rest[0].area == pytest.approx(1 - triangle.area)


def test_binned_pieces_that_do_not_close_are_refused(tmp_path: Path) -> None:
    both = [
        (1, 0, 3, [(HALF, 0), (0, HALF)]),
        (1, 0, 1, [(HALF, 0), (SPAN, HALF)]),
        (1, 1, 1, [(SPAN, 5), (SPAN, 6)]),
    ]
    with pytest.raises(UnknownFormat, match="do not close"):
        read_gshhg(binned(tmp_path / "b.nc", {(130, 42): (1, both)}), (130, 42, 131, 43))
