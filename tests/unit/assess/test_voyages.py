from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from naive.shores import made, rectangle
from rubicon.assess.voyages import Limits, Stop, apart, reconstruct
from rubicon.case import Port
from rubicon.errors import InputTooLarge, InvalidPosition, OptionError
from rubicon.geo.coast import Coast

DAY = datetime(2024, 4, 1, tzinfo=UTC)
WEST, EAST = Port(name="West", lat_deg=42.5, lon_deg=130.2), Port(name="East", lat_deg=42.5, lon_deg=131.8)


@pytest.fixture(scope="module")
def coast(tmp_path_factory: pytest.TempPathFactory) -> Coast:
    return made(
        tmp_path_factory.mktemp("coast"), rectangle(130.9, 41.0, 131.1, 42.6), bbox=(130.0, 42.0, 132.0, 43.0)
    )


def fix(name: str, lon: float, hours: float) -> Stop:
    at = DAY + timedelta(hours=hours)
    return Stop("fix", name, 42.4, lon, at, at)


def seen(port: Port, hours: float, long_h: float, probability: float = 1.0) -> Stop:
    start = DAY + timedelta(hours=hours)
    return Stop(
        "observation",
        port.name,
        port.lat_deg,
        port.lon_deg,
        start,
        start + timedelta(hours=long_h),
        probability,
    )


def test_a_leg_goes_round_the_wall_and_states_the_speed_it_needs(coast: Coast) -> None:
    (chain,) = reconstruct([fix("b", 131.5, 10.0), fix("a", 130.5, 0.0)], coast=coast)
    (leg,) = chain.legs
    assert (leg.start, leg.end, chain.share) == ("a", "b", 1.0)
    assert 90 < leg.distance_km < 110
    assert leg.speed_needed_kn == pytest.approx(0.98 * (leg.distance_km - 0.5) / 1.852 / 10.0, rel=0.01)
    assert leg.fits


def test_a_silence_that_leaves_time_has_calls_as_alternatives(coast: Coast) -> None:
    stops = [fix("a", 130.5, 0.0), fix("b", 130.6, 60.0)]
    chains = reconstruct(stops, [WEST, EAST], coast=coast)
    names = [[stop.name for stop in chain.stops] for chain in chains]
    assert sorted(names) == [["a", "East", "b"], ["a", "West", "b"], ["a", "b"]]
    assert sum(chain.share for chain in chains) == pytest.approx(1.0, abs=1e-3)
    short = reconstruct([fix("a", 130.5, 0.0), fix("b", 130.6, 14.0)], [WEST, EAST], coast=coast)
    assert all("East" not in [stop.name for stop in chain.stops] for chain in short)


def test_what_would_tell_two_chains_apart_is_a_look_at_the_port_of_one(coast: Coast) -> None:
    chains = reconstruct([fix("a", 130.5, 0.0), fix("b", 130.6, 60.0)], [WEST], coast=coast)
    (test,) = apart(chains)
    assert test.place == "West"
    assert {test.present_in, test.absent_in} == {0, 1}
    assert DAY < test.start < test.end < DAY + timedelta(hours=60)
    assert apart(chains[:1]) == []


def test_a_doubtful_stop_that_no_speed_explains_falls_out(coast: Coast) -> None:
    stops = [seen(WEST, 0.0, 1.0), seen(EAST, 3.0, 1.0, 0.9), seen(WEST, 48.0, 24.0)]
    (chain,) = reconstruct(stops, coast=coast)
    assert [stop.name for stop in chain.left_out] == ["East"]
    assert chain.share == 1.0
    both = reconstruct([stops[0], seen(EAST, 20.0, 4.0, 0.9), stops[2]], coast=coast)
    assert [round(chain.share, 2) for chain in both] == [0.9, 0.1]


def test_sure_stops_that_no_speed_explains_are_given_and_do_not_fit(coast: Coast) -> None:
    (chain,) = reconstruct([fix("a", 130.5, 0.0), fix("b", 131.5, 1.0)], coast=coast)
    assert not chain.legs[0].fits
    assert chain.legs[0].speed_needed_kn is not None
    assert chain.legs[0].speed_needed_kn > 40


def test_only_days_are_known_windows_are_taken_whole(coast: Coast) -> None:
    """Seen in one port on 1 April and in another on 2 April: up to 48 h may lie between."""
    (chain,) = reconstruct([seen(WEST, 0.0, 24.0), seen(EAST, 24.0, 24.0)], coast=coast)
    (leg,) = chain.legs
    assert leg.speed_needed_kn == pytest.approx(0.98 * (leg.distance_km - 0.5) / 1.852 / 48.0, rel=0.02)
    assert leg.departure[1] > DAY + timedelta(hours=36)
    assert leg.arrival[0] < DAY + timedelta(hours=12)


def test_bad_stops_and_too_many_are_named(coast: Coast) -> None:
    with pytest.raises(InvalidPosition):
        Stop("fix", "x", 42.0, 130.0, DAY, DAY - timedelta(hours=1))
    with pytest.raises(OptionError):
        seen(WEST, 0.0, 1.0, 0.0)
    with pytest.raises(InputTooLarge):
        reconstruct([seen(WEST, float(h), 1.0, 0.5) for h in range(20)], coast=coast)


def test_the_number_of_chains_is_limited_to_the_best(coast: Coast) -> None:
    stops = [seen(WEST, 0.0, 1.0), *(seen(EAST, 20.0 + h, 4.0, 0.5) for h in (0.0, 1.0, 2.0))]
    chains = reconstruct(stops, limits=Limits(best=3), coast=coast)
    assert len(chains) == 3
    assert np.all(np.diff([chain.share for chain in chains]) <= 0)
