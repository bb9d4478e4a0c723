"""Numbers 31 to 44 of the list of bad inputs: each picture is read right, or refused by name before it can do harm."""

from __future__ import annotations

import json
import math
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from rubicon.cli import build
from rubicon.collect.scenes.geotiff import kind_of, read_picture
from rubicon.collect.scenes.picture import Values
from rubicon.errors import (
    ConflictingMetadata,
    EmptyInput,
    EmptyScene,
    InputMissing,
    InputTooLarge,
    RubiconError,
    TruncatedInput,
    UnknownFormat,
)

rasterio = pytest.importorskip("rasterio")
NAJIN = (130.30, 42.23)


def write(path: Path, pixels: np.ndarray, *, tags: dict[str, str] | None = None, **profile: Any) -> Path:
    import warnings

    from rasterio.errors import NotGeoreferencedWarning

    shape = {
        "count": pixels.shape[0],
        "height": pixels.shape[1],
        "width": pixels.shape[2],
        "dtype": pixels.dtype.name,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", **{"driver": "GTiff", **shape, **profile}) as out:
            out.write(pixels)
            out.update_tags(**(tags or {}))
    return path


def noise(*shape: int, kind: str = "uint16") -> np.ndarray:
    return np.random.default_rng(1).integers(1, 200, shape).astype(kind)


@pytest.fixture
def spied() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Spy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Spy)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("name", ["vrt", "wms", "json", "warped"])
def test_31_a_description_named_tif_makes_no_request_and_reads_no_file(
    tmp_path: Path, spied: tuple[str, list[str]], name: str
) -> None:
    address, asked = spied
    secret = write(tmp_path / "secret.tif", noise(1, 8, 8))
    text = {
        "vrt": f'<VRTDataset rasterXSize="8" rasterYSize="8"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
        f"<SourceFilename>/vsicurl/{address}/a.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>",
        "wms": f'<GDAL_WMS><Service name="TMS"><ServerUrl>{address}/${{z}}</ServerUrl></Service></GDAL_WMS>',
        "json": json.dumps(
            {"type": "gdal_streamed_alg", "command_line": f"gdal raster pipeline ! read {secret}"}
        ),
        "warped": f"  \n<VRTDataset><SourceFilename>{secret}</SourceFilename></VRTDataset>",
    }[name]
    (tmp_path / "scene.tif").write_text(text)
    with pytest.raises(UnknownFormat, match="describes other files"):
        read_picture(tmp_path / "scene.tif")
    assert asked == []


@pytest.mark.parametrize(
    "name", ["/vsicurl/http://127.0.0.1/a.tif", "http://127.0.0.1:9/a.tif", "GTIFF_DIR:1:scene.tif", "a\0b"]
)
def test_31_a_name_that_is_an_address_is_no_file(name: str) -> None:
    with pytest.raises(InputMissing):
        kind_of(Path(name))


def header(columns: int, rows: int, *more: tuple[int, int, int, int]) -> bytes:
    """A little-endian TIFF of one entry a line: (tag, type, count, value)."""
    entries = [
        (256, 4, 1, columns),
        (257, 4, 1, rows),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 4, 1, rows),
        (279, 4, 1, 100),
        *more,
    ]
    body = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + body + struct.pack("<I", 0)


def test_32_huge_declared_dimensions_are_refused_before_reading(tmp_path: Path) -> None:
    path = tmp_path / "huge.tif"
    path.write_bytes(header(200_000, 200_000) + bytes(100))
    begin = time.monotonic()
    with pytest.raises(InputTooLarge, match="200000 x 200000"):
        read_picture(path)
    assert time.monotonic() - begin < 5


def test_32_a_sparse_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sparse.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=20_000, height=20_000, count=1, dtype="uint16", sparse_ok=True, tiled=True,
        crs="EPSG:4326", transform=rasterio.transform.from_origin(130, 43, 1e-4, 1e-4),
    ):  # fmt: skip
        pass
    with pytest.raises(InputTooLarge, match="times the file"):
        read_picture(path)


def test_33_a_deflate_bomb_is_refused(tmp_path: Path) -> None:
    path = write(
        tmp_path / "bomb.tif",
        np.zeros((1, 9_000, 9_000), np.uint8),
        compress="deflate",
        zlevel=9,
        blockysize=9_000,
    )
    assert path.stat().st_size < 2_000_000
    with pytest.raises(InputTooLarge, match="times the file"):
        read_picture(path)
    strip = zlib.compress(bytes(1 << 26), 9)
    bomb = bytearray(header(64, 64)) + strip
    bomb[8 + 2 : 8 + 2 + 12 * 9] = b"".join(
        struct.pack("<HHII", *e)
        for e in sorted(
            [
                (256, 4, 1, 64),
                (257, 4, 1, 64),
                (258, 3, 1, 8),
                (259, 3, 1, 8),
                (262, 3, 1, 1),
                (273, 4, 1, 122),
                (277, 3, 1, 1),
                (278, 4, 1, 64),
                (279, 4, 1, len(strip)),
            ]
        )
    )
    (tmp_path / "strip.tif").write_bytes(bytes(bomb))
    # 4,096 pixels are declared: the decoder stops there whatever the strip would grow to.
    assert read_picture(tmp_path / "strip.tif").shape == (64, 64)


def test_34_truncated_and_looping_files_are_named(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.tif", noise(1, 300, 300)).read_bytes()
    for cut in (5, 9, 120, len(whole) // 2):
        (tmp_path / "cut.tif").write_bytes(whole[:cut])
        with pytest.raises(TruncatedInput):
            read_picture(tmp_path / "cut.tif")
    loop = bytearray(header(16, 16) + bytes(300))
    loop[8 + 2 + 12 * 9 : 8 + 2 + 12 * 9 + 4] = struct.pack("<I", 8)
    (tmp_path / "loop.tif").write_bytes(bytes(loop))
    assert read_picture(tmp_path / "loop.tif").shape == (16, 16)
    (tmp_path / "tags.tif").write_bytes(struct.pack("<2sHIH", b"II", 42, 8, 65_535) + bytes(2000))
    with pytest.raises(TruncatedInput):
        read_picture(tmp_path / "tags.tif")


def test_34_an_empty_file_a_folder_and_a_page_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty.tif").touch()
    with pytest.raises(EmptyInput):
        read_picture(tmp_path / "empty.tif")
    with pytest.raises(InputMissing):
        read_picture(tmp_path)
    (tmp_path / "page.tif").write_text("Not found")
    with pytest.raises(UnknownFormat):
        read_picture(tmp_path / "page.tif")


def test_35_no_place_ground_points_and_polynomials(tmp_path: Path) -> None:
    plain = read_picture(write(tmp_path / "plain.tif", noise(1, 20, 20)))
    assert plain.locate is None
    assert plain.pixel_m is None
    assert "no coordinate system" in plain.notes[0]
    points = [
        rasterio.control.GroundControlPoint(row, column, NAJIN[0] + column * 1e-4, NAJIN[1] - row * 1e-4)
        for row, column in ((0, 0), (0, 20), (20, 0), (20, 20))
    ]
    placed = read_picture(write(tmp_path / "gcp.tif", noise(1, 20, 20), gcps=points, crs="EPSG:4326"))
    assert placed.locate is not None
    lat, lon = placed.locate(np.array([10.0]), np.array([10.0]))
    assert (lon[0], lat[0]) == pytest.approx((NAJIN[0] + 1e-3, NAJIN[1] - 1e-3), abs=1e-7)
    assert any("ground control points" in note for note in placed.notes)


@pytest.mark.parametrize("turn", [0.0, 30.0, 180.0])
def test_36_rotated_and_south_up_pictures_keep_their_place(tmp_path: Path, turn: float) -> None:
    from rasterio.transform import Affine

    transform = Affine.translation(500_000, 4_675_000) * Affine.rotation(turn) * Affine.scale(10, -10)
    scene = read_picture(
        write(tmp_path / "turned.tif", noise(1, 30, 30), crs="EPSG:32652", transform=transform)
    )
    assert scene.locate is not None
    assert scene.pixel_m == pytest.approx((10, 10), rel=2e-3)
    lat, lon = scene.locate(np.array([0.0, 0.0]), np.array([0.0, 30.0]))
    east = (lon[1] - lon[0]) * 111_320 * math.cos(math.radians(lat[0]))
    assert math.degrees(math.atan2(east, (lat[1] - lat[0]) * 111_100)) % 360 == pytest.approx(
        (180 - turn) % 360, abs=1
    )


def test_37_complex_and_16_bit_and_decibel_and_linear_are_told_apart(tmp_path: Path) -> None:
    amplitude = noise(1, 40, 40)
    made = {
        "dn": (amplitude, Values.DN),
        "complex": ((amplitude * (0.6 + 0.8j)).astype(np.complex64), Values.DN),
        "db": ((20 * np.log10(amplitude) - 60).astype(np.float32), Values.DB),
        "linear": ((amplitude.astype(np.float32) / 1000) ** 2, Values.SIGMA0),
        "eight": (amplitude.astype(np.uint8), Values.EIGHT_BIT),
    }
    power = {}
    for name, (pixels, values) in made.items():
        scene = read_picture(write(tmp_path / f"{name}.tif", pixels))
        assert scene.values is values, name
        power[name] = scene.intensity(0, values)
    np.testing.assert_allclose(power["complex"], power["dn"], rtol=1e-5)
    np.testing.assert_allclose(power["db"], power["linear"], rtol=1e-4)


def test_38_nodata_at_the_edges_is_no_sea(tmp_path: Path) -> None:
    for edge, nodata in ((0.0, 0.0), (math.nan, None), (-9999.0, None), (-9999.0, -9999.0)):
        pixels = noise(1, 40, 40, kind="float32")
        pixels[:, :, :10] = edge
        scene = read_picture(write(tmp_path / "edge.tif", pixels, nodata=nodata))
        assert not scene.valid[:, :10].any()
        assert scene.valid[:, 10:].all()
    with pytest.raises(EmptyScene):
        read_picture(write(tmp_path / "nothing.tif", np.full((1, 9, 9), -9999, np.float32), nodata=-9999))


@pytest.mark.parametrize(
    ("pixels", "profile"),
    [
        (noise(1, 1, 1), {}),
        (noise(13, 30, 30), {}),
        (noise(4, 30, 30, kind="uint8"), {"photometric": "RGB"}),
        (noise(3, 64, 64, kind="uint8"), {"compress": "jpeg", "photometric": "ycbcr"}),
        (noise(1, 30, 30, kind="uint8"), {"photometric": "palette"}),
    ],
)
def test_39_unusual_shapes_are_read_or_named(
    tmp_path: Path, pixels: np.ndarray, profile: dict[str, str]
) -> None:
    scene = read_picture(write(tmp_path / "odd.tif", pixels, **profile))
    assert scene.shape == pixels.shape[1:]
    shown = CliRunner().invoke(
        build(["scene"]),
        ["scene", "detect", str(tmp_path / "odd.tif"), "--sensor", "sar", "--values", "dn", "--json"],
    )
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.stdout)["type"] == "FeatureCollection"


def test_39_more_bands_than_any_instrument_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputTooLarge, match="bands"):
        read_picture(write(tmp_path / "bands.tif", noise(40, 4, 4)))


def test_40_sidecars_are_not_looked_at(tmp_path: Path, spied: tuple[str, list[str]]) -> None:
    address, asked = spied
    path = write(tmp_path / "scene.tif", noise(1, 20, 20))
    (tmp_path / "scene.tif.aux.xml").write_text(
        f"<PAMDataset><SRS>EPSG:4326</SRS><GeoTransform>1,1,0,1,0,-1</GeoTransform>"
        f'<Metadata domain="x"><MDI key="u">{address}</MDI></Metadata></PAMDataset>'
    )
    (tmp_path / "scene.tif.ovr").write_text(
        f"<VRTDataset><SourceFilename>/vsicurl/{address}/o.tif</SourceFilename></VRTDataset>"
    )
    (tmp_path / "scene.tfw").write_text("1\n0\n0\n-1\n130\n42\n")
    scene = read_picture(path)
    assert scene.locate is None
    assert asked == []


def test_41_times_of_name_and_tag(tmp_path: Path) -> None:
    assert read_picture(write(tmp_path / "a.tif", noise(1, 9, 9))).time_utc is None
    named = read_picture(write(tmp_path / "S1A_20240503T212233.tif", noise(1, 9, 9)))
    assert named.time_utc == datetime(2024, 5, 3, 21, 22, 33, tzinfo=UTC)
    assert read_picture(write(tmp_path / "S1A_20249903.tif", noise(1, 9, 9))).time_utc is None
    with pytest.raises(ConflictingMetadata, match=r"2024-05-03.*2023-01-01"):
        read_picture(
            write(tmp_path / "b_20240503.tif", noise(1, 9, 9), tags={"ACQUISITION_DATE": "2023-01-01"})
        )


def test_42_the_date_line_and_a_neighbouring_zone(tmp_path: Path) -> None:
    from rasterio.transform import from_origin

    scene = read_picture(
        write(
            tmp_path / "line.tif",
            noise(1, 20, 20),
            crs="EPSG:4326",
            transform=from_origin(179.999, 50, 1e-4, 1e-4),
        )
    )
    assert scene.locate is not None
    _, lon = scene.locate(np.array([0.0, 20.0]), np.array([10.0, 10.0]))
    assert lon == pytest.approx([179.999, -179.999], abs=1e-6)
    far = read_picture(
        write(
            tmp_path / "zone.tif",
            noise(1, 20, 20),
            crs="EPSG:32652",
            transform=from_origin(900_000, 4_675_000, 10, 10),
        )
    )
    assert far.locate is not None
    lat, lon = far.locate(np.array([0.0]), np.array([0.0]))
    assert (lat[0], lon[0]) == pytest.approx((42.1, 133.8), abs=0.3)


def test_43_text_in_tags_is_cut_and_cleaned(tmp_path: Path) -> None:
    tags = {"TIFFTAG_IMAGEDESCRIPTION": "<script>alert(1)</script>\x1b[31m" + "A" * 5_000_000}
    scene = read_picture(write(tmp_path / "tags.tif", noise(1, 9, 9), tags=tags))
    kept = scene.tags["TIFFTAG_IMAGEDESCRIPTION"]
    assert len(kept) <= 4_096
    assert kept.isprintable()


def test_44_the_same_scene_under_two_names_is_one(tmp_path: Path) -> None:
    first = write(tmp_path / "a.tif", noise(1, 30, 30))
    (tmp_path / "b.tif").write_bytes(first.read_bytes())
    assert read_picture(first).source_id == read_picture(tmp_path / "b.tif").source_id
    cropped = write(tmp_path / "c.tif", noise(1, 30, 30)[:, :20])
    assert read_picture(cropped).source_id != read_picture(first).source_id


def test_every_refusal_ends_the_command_with_3_and_names_itself(tmp_path: Path) -> None:
    (tmp_path / "scene.tif").write_text("<VRTDataset/>")
    ended = CliRunner().invoke(
        build(["scene"]), ["scene", "detect", str(tmp_path / "scene.tif"), "--sensor", "sar"]
    )
    assert isinstance(ended.exception, RubiconError)
    assert ended.exception.exit_code == 3
    unknown = CliRunner().invoke(
        build(["scene"]), ["scene", "detect", str(write(tmp_path / "x.tif", noise(1, 20, 20)))]
    )
    assert isinstance(unknown.exception, RubiconError)
    assert unknown.exception.exit_code == 2
