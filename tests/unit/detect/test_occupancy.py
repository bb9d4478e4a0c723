"""Berths in simulated looks: a bright pier that is always there, ships that come and go, yards that change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from rubicon.collect.scenes.picture import Picture, Sensor, Values
from rubicon.detect.occupancy import Occupancy, Options, Status, moved_between, occupancy
from rubicon.errors import ConflictingMetadata, EmptyInput
from rubicon.simulate.scenes import RadarView, SimulatedShip, paint

VIEW = RadarView(42.23, 130.29, rows=160, columns=160)
PIER = (slice(60, 64), slice(30, 130))
NORTH, SOUTH = (slice(54, 60), slice(40, 70)), (slice(64, 70), slice(80, 120))


def mask(part: tuple[slice, slice]) -> npt.NDArray[np.bool_]:
    made = np.zeros((VIEW.rows, VIEW.columns), bool)
    made[part] = True
    return made


BERTHS = {"north": mask(NORTH), "south": mask(SOUTH)}


def ship(column: float, row: float, length_m: float) -> SimulatedShip:
    """Along the pier, which lies along the columns: course at right angles to the flight."""
    return SimulatedShip(
        "EXERCISE BERTH", *VIEW.point(column, row), length_m, 18.0, VIEW.platform_heading_deg + 90
    )


def a_look(number: int, ships: list[SimulatedShip], shift: int = 0) -> Picture:
    """The pier has one texture of its own; sea, speckle and ships are new in each look."""
    speckle = np.random.default_rng(9000 + number).gamma(VIEW.looks, 1 / VIEW.looks, (4, 100))
    power = paint(VIEW, ships, 100 + number, ghosts=False)
    power[PIER] += 0.12 * np.random.default_rng(1).gamma(1.5, 1 / 1.5, (4, 100)) * speckle
    power = np.roll(power, shift, axis=1)
    return Picture(
        power.astype(np.float32)[None], np.ones(power.shape, bool), f"look{number}", f"id{number:04}",
        sensor=Sensor.SAR, values=Values.SIGMA0, pixel_m=(10.0, 10.0),
        time_utc=datetime(2024, 5, 1, tzinfo=UTC) + timedelta(days=number),
    )  # fmt: skip


PLAN: list[list[SimulatedShip]] = [
    [], [ship(55, 57, 120)], [], [ship(100, 67, 150)], [ship(55, 57, 120), ship(100, 67, 150)], [], [], [],
]  # fmt: skip
TRUTH = [(False, False), (True, False), (False, False), (False, True), (True, True)] + [(False, False)] * 3


def states(found: list[Occupancy]) -> list[tuple[bool, ...]]:
    return [tuple(berth.status is Status.OCCUPIED for berth in one.berths) for one in found]


def test_ships_at_a_pier_are_told_from_the_pier_with_their_lengths() -> None:
    found = occupancy([a_look(k, ships) for k, ships in enumerate(PLAN)], BERTHS)
    assert states(found) == TRUTH
    assert found[1].berths[0].ships[0].length_m == pytest.approx(120, abs=35)
    assert found[3].berths[1].ships[0].length_m == pytest.approx(150, abs=35)


def test_the_order_of_looks_and_a_shift_of_two_pixels_change_nothing() -> None:
    looks = [a_look(k, ships, shift=2 if k == 3 else 0) for k, ships in enumerate(PLAN)]
    assert states(occupancy(looks[::-1], BERTHS)) == TRUTH


def test_over_many_draws_few_berths_are_called_wrong() -> None:
    rng = np.random.default_rng(8)
    wrong = total = 0
    for trial in range(6):
        truth = rng.random((8, 2)) < 0.25
        looks = [
            a_look(
                1000 + 10 * trial + k,
                [ship(55, 57, float(rng.uniform(90, 160)))] * bool(north)
                + [ship(100, 67, 140)] * bool(south),
            )
            for k, (north, south) in enumerate(truth)
        ]
        for look, expected in zip(states(occupancy(looks, BERTHS)), truth, strict=True):
            wrong += sum(a != bool(b) for a, b in zip(look, expected, strict=True))
            total += 2
    assert wrong <= 0.05 * total


def test_what_was_not_seen_is_not_called_empty() -> None:
    looks = [a_look(k, ships) for k, ships in enumerate(PLAN)]
    valid = looks[1].valid.copy()
    valid[:, :90] = False
    looks[1] = replace(looks[1], valid=valid)
    found = occupancy(looks, BERTHS)
    assert found[1].berths[0].status is Status.NOT_SEEN
    assert found[1].berths[1].status is not Status.OCCUPIED


def test_too_few_looks_and_looks_of_another_frame_are_refused() -> None:
    looks = [a_look(k, []) for k in range(4)]
    with pytest.raises(EmptyInput):
        occupancy(looks[:3], BERTHS)
    small = replace(looks[3], pixels=looks[3].pixels[:, :50], valid=looks[3].valid[:50])
    with pytest.raises(ConflictingMetadata):
        occupancy([*looks[:3], small], BERTHS)
    assert len(occupancy(looks[:3], BERTHS, Options(least_looks=3))) == 3


def test_a_yard_that_changed_with_empty_berths_is_said_and_one_with_a_ship_is_not() -> None:
    found = occupancy([a_look(k, ships) for k, ships in enumerate(PLAN)], BERTHS)
    pairs = moved_between(found, [1, 1, 1, 1, 1, 2, 0])
    assert [(one.scene_id, two.scene_id) for one, two in pairs] == [("id0005", "id0006")]


def test_the_verb_prints_looks_and_what_moved_between(tmp_path: Path) -> None:
    pytest.importorskip("rasterio", reason="needs the extra imagery")
    import rasterio
    import rasterio.transform
    import rasterio.warp
    from typer.testing import CliRunner

    from rubicon.cli import build

    rng = np.random.default_rng(2)
    for k in range(5):
        power = 0.01 * rng.gamma(4.4, 1 / 4.4, (120, 120)).astype(np.float32)
        if k == 1:
            power[40:43, 30:45] *= 80
        if k >= 4:
            power[80:84, 60:80] *= 60
        with rasterio.open(
            tmp_path / f"2024-05-0{k + 1}.tif", "w", driver="GTiff", width=120, height=120, count=1, dtype="float32",
            crs="EPSG:32652", transform=rasterio.transform.from_origin(600_000, 4_680_000, 10, 10),
        ) as out:  # fmt: skip
            out.write(power, 1)
    lon, lat = rasterio.warp.transform("EPSG:32652", "EPSG:4326", [600_000, 601_200], [4_680_000, 4_678_800])

    def polygon(name: str, kind: str, columns: tuple[int, int], rows: tuple[int, int]) -> dict[str, object]:
        def at(column: int, row: int) -> list[float]:
            xs, ys = rasterio.warp.transform(
                "EPSG:32652", "EPSG:4326", [600_000 + 10 * column], [4_680_000 - 10 * row]
            )
            return [xs[0], ys[0]]

        (c0, c1), (r0, r1) = columns, rows
        ring = [at(c0, r0), at(c1, r0), at(c1, r1), at(c0, r1), at(c0, r0)]
        return {
            "type": "Feature", "properties": {"name": name, "kind": kind},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }  # fmt: skip

    assert lon[0] < lon[1]
    assert lat[0] > lat[1]
    area = tmp_path / "area.geojson"
    features = [polygon("pier", "berth", (25, 50), (37, 46)), polygon("apron", "yard", (50, 95), (70, 95))]
    area.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    looks = sorted(map(str, tmp_path.glob("*.tif")))
    result = CliRunner().invoke(
        build(["scene"]),
        ["scene", "berths", *looks, "--area", str(area), "--sensor", "sar", "--values", "sigma0", "--json"],
    )
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert [one["berths"][0]["status"] for one in said["looks"]] == [
        "empty",
        "occupied",
        "empty",
        "empty",
        "empty",
    ]
    assert said["looks"][1]["berths"][0]["ships"][0]["length_m"] == pytest.approx(150, abs=40)
    assert [pair["times"] for pair in said["moved_between"]] == [
        ["2024-05-04T00:00:00Z", "2024-05-05T00:00:00Z"]
    ]
